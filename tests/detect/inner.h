/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * inner.h - a case as the parts of detection see it, for tests that look at
 * one of them.
 *
 *     struct inner inner;
 *
 *     inner_open(&inner, &flows, NULL, NULL);
 *     ... seep__entities_subject(&inner.entities, &inner.view, ...) ...
 *     inner_close(&inner);
 */
#ifndef TESTS_DETECT_INNER_H
#define TESTS_DETECT_INNER_H

#include "detect/allow.h"
#include "detect/case.h"
#include "detect/entity.h"
#include "detect/popularity.h"
#include "detect/sheets.h"
#include "detect/subject.h"

struct inner {
	struct seep__mem *mem;
	struct seep__arena out;
	struct seep__arena scratch;
	struct seep_snapshot *snapshot;
	struct seep__allowance allow;
	struct seep__popularity popularity[2];
	struct seep__case view;
	struct seep__entities entities;
};

/* inner_open() aborts when something fails. 'opts' may be NULL; what it
 * points to must outlive the case. */
void
inner_open(struct inner *inner, const struct test_flows *flows,
	   const struct seep_site *site, const struct seep_detect_opts *opts);

/* inner_open_snapshot() takes 'snapshot' over. */
void
inner_open_snapshot(struct inner *inner, struct seep_snapshot *snapshot,
		    const struct seep_detect_opts *opts);

void
inner_close(struct inner *inner);

/* inner_entity() returns the index of the entity with this network;
 * SIZE_MAX = there is none. */
size_t
inner_entity(const struct inner *inner, const char *network);

/* inner_subject() reads it; aborts when there is none. */
void
inner_subject(struct inner *inner, const char *network, int names,
	      struct seep__subject *subject);

/* inner_sheets() lays it out; the sheets keep pointers to themselves. */
void
inner_sheets(struct inner *inner, const char *network,
	     struct seep__sheets *sheets);

/* inner_peer() returns a peer of the subject, or NULL. */
const struct seep__peer *
inner_peer(const struct seep__subject *subject, const char *address);

/* inner_flow() is test_flow() at an hour of a day, of 20 seconds. */
struct seep_flow
inner_flow(const char *orig, const char *resp, uint16_t port, int day,
	   int hour);

/* inner_beat() makes every hour of days [from, end) a covered one, without a
 * byte that crosses. */
void
inner_beat(struct test_flows *flows, int from, int end);

/* inner_name() is the flow of a name of 'bytes' bytes below 'domain'. */
struct seep_flow
inner_name(const char *host, const char *domain, uint64_t bytes, int day);

#endif
