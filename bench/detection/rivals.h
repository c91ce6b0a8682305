/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * rivals.h - the rules that people use today, as one number a host and day.
 *
 * Fairness  every rule reads the same flows, gives a score for each day, and
 *           is thresholded so that on leak-free worlds it alarms as often as
 *           the knob allows: the thresholds that its authors ship are not
 *           held against it. An alarm on the right host in time is enough; no
 *           rule is asked to name peers. A row of a log is known at its end,
 *           so a connection of days counts on its last day.
 * Source    thresholds and formulas: the projects' own code and manuals
 *           (RITA v5 analysis/beacons.go, Slips modules/flow_alerts/conn.py,
 *           Argus' ratio, Marchetti et al., Computer Networks 109, 2016);
 *           deviations stand with each rule in rivals.c.
 */
#ifndef BENCH_DETECTION_RIVALS_H
#define BENCH_DETECTION_RIVALS_H

#include <stddef.h>
#include <stdint.h>

#include <seep/flow.h>

enum rival {
	/* _CONNECTION: most bytes uploaded by one connection. */
	RIVAL_CONNECTION = 0,
	/* _HOURLY_Z: highest z-score of an hour's outbound bytes. */
	RIVAL_HOURLY_Z,
	/* _PEER_TOTAL: most outbound bytes to one peer in the day. */
	RIVAL_PEER_TOTAL,
	/* _DAILY_SIGMA: standard deviations of the day's outbound bytes. */
	RIVAL_DAILY_SIGMA,
	/* _PCR: rise of the producer-consumer ratio. */
	RIVAL_PCR,
	/* _RITA: highest beacon score of a pair. */
	RIVAL_RITA,
	/* _SLIPS: upload to one peer within an hour, or by one flow. */
	RIVAL_SLIPS,
	/* _MARCHETTI: position and movement among the hosts of the site. */
	RIVAL_MARCHETTI,
	/* _NEW_BYTES: bytes uploaded to peers met in the last week. */
	RIVAL_NEW_BYTES,
	/* _NEW_DAYS: days of the last fortnight with an upload to one and the
	 * same peer that was not met before it. */
	RIVAL_NEW_DAYS,
	RIVAL_COUNT
};

/* struct rivals_flow: a crossing flow, as the host sees it. */
struct rivals_flow {
	int64_t start_ns;
	int64_t end_ns;
	uint64_t out;
	uint64_t in;
	uint32_t peer;
	/* day: of its end; opened: by the host. */
	uint32_t day;
	uint32_t opened;
	uint32_t reserved;
};

/* What Marchetti et al. measure of a host and day. */
#define RIVALS_FEATURES 3

/* struct rivals_host: one host's days. */
struct rivals_host {
	int64_t start_ns;
	uint32_t days;
	uint32_t peers;
	struct rivals_flow *flows;
	size_t count;
	size_t room;
	/* features: 'days' times RIVALS_FEATURES, made by rivals_prepare(). */
	double *features;
};

/* struct rivals_site: mean and deviation of each feature over the hosts, for
 * each day; and how often the hosts' features rise on it. */
struct rivals_site {
	uint32_t days;
	double *mean;
	double *deviation;
	double *rising;
};

/* Days of reference of the rules that look back. */
#define RIVALS_BACK_DAYS 28

/*
 * rivals_add() adds a flow of 'host' with the peer of index 'peer'. Returns
 * 0, or -1 when memory is short.
 */
int
rivals_add(struct rivals_host *host, const struct seep_flow *flow, int is_orig,
	   uint32_t peer);

/* rivals_copy() copies a host's flows, to which a leak is then added. */
int
rivals_copy(struct rivals_host *to, const struct rivals_host *from);

/* rivals_prepare() sorts the flows and works out the features. */
int
rivals_prepare(struct rivals_host *host);

void
rivals_clear(struct rivals_host *host);

/* rivals_site_init() reads the features of 'count' prepared hosts. */
int
rivals_site_init(struct rivals_site *site, const struct rivals_host *hosts,
		 size_t count);

void
rivals_site_clear(struct rivals_site *site);

/*
 * rivals_score() gives the score of each day of a prepared host; days before
 * RIVALS_BACK_DAYS, which have no reference, get -INFINITY.
 *
 * 'scores'  out, RIVAL_COUNT times host->days; scores[rival * days + day].
 *
 * Returns 0, or -1 when memory is short.
 */
int
rivals_score(const struct rivals_host *host, const struct rivals_site *site,
	     double *scores);

const char *
rivals_name(enum rival rival);

#endif
