/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * case.h - a small office by the day, for the tests of detection: a file
 * server with clients inside, regular peers outside, a beat every hour; and
 * leaks to add to it.
 */
#ifndef TESTS_DETECT_CASE_H
#define TESTS_DETECT_CASE_H

#include <seep/detect.h>
#include <seep/engine.h>
#include <seep/findings.h>
#include <seep/snapshot.h>

#include "support/flows.h"

#define MB UINT64_C(1000000)
#define GB UINT64_C(1000000000)

#define CASE_SERVER "10.2.0.7"
#define CASE_PARTNER "203.0.113.5"
/* 2.67 GB a day are 240 GB in 90 days. */
#define CASE_LEAK_DAY UINT64_C(2670000000)

/* struct case_leak: 'peers_per_day' fresh peers each day, or always the
 * same ones when 'fixed'. */
struct case_leak {
	int from_day;
	int end_day;
	uint64_t bytes_per_day;
	int peers_per_day;
	int fixed;
	int pulled;
};

/* case_office(): days [0, days) of business as usual. */
void
case_office(struct test_flows *flows, int days, uint64_t seed);

void
case_leak(struct test_flows *flows, const struct case_leak *leak);

/* struct case_trade: a file server of days [from_day, end_day): every hour
 * it sends to one of three regular peers, about 'mean_hour' bytes, in hours
 * and days that are log-normal (1 and half a doubling), little at night and
 * at weekends; now and then to a peer of that day; clients inside read. */
struct case_trade {
	const char *host;
	int from_day;
	int end_day;
	uint64_t mean_hour;
	uint64_t seed;
};

void
case_trade(struct test_flows *flows, const struct case_trade *trade);

/* case_send() sends 'bytes' in one hour, counted from the first. */
void
case_send(struct test_flows *flows, const char *host, const char *peer,
	  int hour, uint64_t bytes);

/* case_drip() sends 'bytes' every hour of days [from, end) to one peer. */
void
case_drip(struct test_flows *flows, const char *host, const char *peer,
	  int from, int end, uint64_t bytes);

/* case_leak_peer(): the peer of leak flow 'nth' on 'day', as text. */
void
case_leak_peer(const struct case_leak *leak, int day, int nth, char *text);

/* case_is_leak_peer(): does 'address' lie where leaks go? */
int
case_is_leak_peer(const struct seep_address *address);

/* case_remove_day() drops all flows that start on a day. */
void
case_remove_day(struct test_flows *flows, int day);

/* case_shift() moves every flow in time. */
void
case_shift(struct test_flows *flows, int64_t by_ns);

/* case_snapshot(), case_detect(): abort when something fails. */
struct seep_snapshot *
case_snapshot(const struct test_flows *flows, const struct seep_site *site);

/* case_snapshot_of() adds what a reader of rows would have counted. */
struct seep_snapshot *
case_snapshot_of(const struct test_flows *flows, const struct seep_site *site,
		 const struct seep_coverage *counted);

struct seep_findings *
case_detect(const struct test_flows *flows,
	    const struct seep_detect_opts *opts);

/* case_first() returns the first finding, or NULL. */
const struct seep_finding *
case_first(const struct seep_findings *findings);

/* case_changes() counts the findings that are changes. */
size_t
case_changes(const struct seep_findings *findings);

/* case_holds_id(): is there a finding of this id? */
int
case_holds_id(const struct seep_findings *findings, const char *id);

/* case_entity() returns the entity with this network, or NULL. */
const struct seep_entity *
case_entity(const struct seep_findings *findings, const char *network);

#endif
