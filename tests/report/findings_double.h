/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * findings_double.h - findings made by hand, so that the report is tested
 * against the public accessors alone, without ledger or detector.
 */
#ifndef SEEP_TESTS_REPORT_FINDINGS_DOUBLE_H
#define SEEP_TESTS_REPORT_FINDINGS_DOUBLE_H

#include <seep/report.h>

struct seep_findings {
	const struct seep_finding *findings;
	size_t findings_count;
	const struct seep_entity *entities;
	size_t entities_count;
	struct seep_evidence evidence;
};

/* struct page: what a report wrote. */
struct page {
	char *data;
	size_t size;
	int stop_after; /* calls taken before write() stops; 0 = never */
	int calls;
};

int
page_write(void *ctx, const void *data, size_t size);

void
page_clear(struct page *page);

struct seep_address
address_of(const char *text);

struct seep_network
network_of(const char *text);

/* ns_of("2026-03-01T00:00:00Z"), and the same as UTC hours since 1970. */
int64_t
ns_of(const char *time);

uint32_t
hour_of(const char *time);

/* One finding of a file server to two peers with a gap day, its entity, and
 * a group; every figure is set. */
void
example_init(struct seep_findings *findings);

#endif
