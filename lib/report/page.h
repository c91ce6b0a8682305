/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * page.h - a report for people on its way out, in paragraphs.
 */
#ifndef SEEP_REPORT_PAGE_H
#define SEEP_REPORT_PAGE_H

#include <seep/report.h>

#include "report/sink.h"

/* struct seep__page: what every part of the report needs. */
struct seep__page {
	struct seep__sink sink;
	struct seep_report_opts opts;
	const struct seep_findings *findings;
	struct seep__text words; /* one paragraph before it is laid out */
	size_t columns;
};

/* Columns of text where the caller names none; fewer than 40 are not
 * believed, since an IPv6 address alone takes 39. */
#define SEEP__PAGE_COLUMNS 80
#define SEEP__PAGE_COLUMNS_MIN 40

/* seep__page_open() returns SEEP_OK, SEEP_EINVAL (opts->size) or
 * SEEP_ENOMEM; close it only when it was opened. */
int
seep__page_open(struct seep__page *page, const struct seep_findings *findings,
		const struct seep_report_opts *opts, seep_write_fn write,
		void *ctx);

void
seep__page_close(struct seep__page *page);

/* seep__page_paragraph() lays out what is in 'words', the first line after
 * 'first' and the others after 'rest', and empties it. Nothing is written
 * where there are no words. */
void
seep__page_paragraph(struct seep__page *page, const char *first,
		     const char *rest);

/* seep__page_count() adds "1 file" or "2 files" to 'text'. */
void
seep__page_count(struct seep__text *text, uint64_t count, const char *one,
		 const char *many);

/* seep__page_bytes() adds "2.67 GB (2670000000 bytes)". */
void
seep__page_bytes(struct seep__text *text, uint64_t bytes);

/* seep__page_share() adds "45 %", cut, or "below 1 %"; nothing where the
 * whole is 0. */
void
seep__page_share(struct seep__text *text, uint64_t part, uint64_t whole);

/* seep__page_peer() adds a peer's address, or its name where it stands for a
 * registered domain; at most SEEP__PAGE_LABEL bytes of it, escaped; or what
 * a roll-up stands for. */
void
seep__page_peer(struct seep__text *text, const struct seep_peer_bytes *peer);

/*
 * seep__page_sensors() adds "tap-1 2.67 GB used, 0 B not used; ..."; a sensor
 * without a name is "(unnamed)".
 */
void
seep__page_sensors(struct seep__text *text,
		   const struct seep_sensor_share *sensors, size_t count);

/* A label is cut here: 32 bytes tell one service from another, and a line
 * still holds address and bytes. */
#define SEEP__PAGE_LABEL 32

/* seep__page_label() adds a label, cut and escaped. */
void
seep__page_label(struct seep__text *text, const char *label, size_t size_max);

#endif
