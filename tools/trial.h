/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * trial.h - one leak put into a host's own ledger: is it reported in time?
 *
 * The evidence is never copied: a second, small ledger holds the leak alone
 * and both are read as one (seep_detect()). Public calls only: what is
 * asked is what a user would have been told.
 */
#ifndef SEEP_TOOLS_TRIAL_H
#define SEEP_TOOLS_TRIAL_H

#include <stddef.h>
#include <stdint.h>

#include <seep/detect.h>
#include <seep/findings.h>
#include <seep/site.h>
#include <seep/snapshot.h>

#include "habit.h"
#include "leak.h"

/* Covered days that must stand before a leak's first (the floor's own
 * definition), and as many where the evidence has LONG of them; the covered
 * hours that make a day one. */
#define TRIAL_DAYS_BEFORE 14
#define TRIAL_DAYS_BEFORE_LONG 21
#define TRIAL_DAYS_LONG 49
#define TRIAL_HOURS_A_DAY 18

/* struct trial_start: a day on which a leak may begin, and the findings of
 * the evidence as it is at the end of the trial. */
struct trial_start {
	int64_t start_ns;
	char (*ids)[17];
	size_t ids_count;
	int asked;
};

/* struct trial: one host. Zero it; trial_init(), trial_clear(). */
struct trial {
	const struct seep_snapshot *base;
	const struct seep_site *site;
	struct seep_detect_opts question;
	struct seep_address host;
	struct habit habit;
	uint32_t days;
	struct trial_start *starts;
	size_t starts_count;
};

/*
 * trial_init() finds the days on which a leak of 'days' days may begin.
 *
 * 'question'  as the floors were asked for; borrowed.
 *
 * Returns SEEP_OK or SEEP_ENOMEM; 'starts_count' may be 0.
 */
int
trial_init(struct trial *trial, const struct seep_snapshot *base,
	   const struct seep_site *site,
	   const struct seep_detect_opts *question,
	   const struct seep_evidence *evidence,
	   const struct seep_address *host, uint32_t days);

/*
 * trial_run() puts a leak in that begins on start number 'start' and says
 * whether it is reported: by a finding of basis change on the host, detected
 * within the trial's days, that is not there without the leak and whose
 * interval overlaps at least half of the leak.
 *
 * Returns SEEP_OK with '*detected', or why not.
 */
int
trial_run(struct trial *trial, enum leak_pattern pattern, size_t start,
	  uint64_t bytes_per_day, uint64_t seed, int *detected);

void
trial_clear(struct trial *trial);

#endif
