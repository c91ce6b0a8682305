/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * final.h - the worlds and trials of the final table.
 *
 * Committed before any threshold was tuned, and not used in tuning: its
 * seeds are FINAL_SEED_FIRST and above, those of tuning, tests and examples
 * below TUNING_SEED_END. Whoever changes a threshold after looking at the
 * final table has to change FINAL_SEED_FIRST, and to say so.
 */
#ifndef BENCH_DETECTION_FINAL_H
#define BENCH_DETECTION_FINAL_H

#include "detection/world.h"

#define TUNING_SEED_END 100000
#define FINAL_SEED_FIRST 900000

/* 2024-01-01T00:00:00Z: a Monday; both clock changes lie in the year. */
#define FINAL_START_NS (INT64_C(1704067200) * INT64_C(1000000000))
/* FINAL_START_STEP_DAYS: the trials' worlds begin on different days. */
#define FINAL_START_STEP_DAYS 11

#define FINAL_HISTORY_DAYS 28

/*
 * Chance alarms. Each row: 'worlds' worlds of 'days' days with 'hosts'
 * servers of the role, light workstations beside them; world i has the seed
 * FINAL_SEED_FIRST + first + i. Alarms are possible from day 28 on: a host
 * of 393 days counts 365 of them.
 */
struct final_null {
	enum world_role role;
	enum world_noise noise;
	uint32_t first;
	uint32_t worlds;
	uint32_t hosts;
	uint32_t days;
	int behind_cdn;
};

#define FINAL_NULL_DAYS (FINAL_HISTORY_DAYS + 365)
#define FINAL_WORKSTATIONS 24

/* Five roles in seven noises, 60 host-years each, and two archives:
 * 5 * 7 * 60 + 2 * 20 = 2,140 host-years, less a few for the leap year. */
#define FINAL_NULL_CELL(role, noise, first)                         \
	{                                                           \
		(role), (noise), (first), 3, 20, FINAL_NULL_DAYS, 0 \
	}
#define FINAL_NULL_ROLE(role, first)                                          \
	FINAL_NULL_CELL(role, WORLD_NOISE_OFFICE, (first)),                   \
	    FINAL_NULL_CELL(role, WORLD_NOISE_QUIET, (first) + 10),           \
	    FINAL_NULL_CELL(role, WORLD_NOISE_ROUND_THE_CLOCK, (first) + 20), \
	    FINAL_NULL_CELL(role, WORLD_NOISE_SILENT_NIGHTS, (first) + 30),   \
	    FINAL_NULL_CELL(role, WORLD_NOISE_BURSTS, (first) + 40),          \
	    FINAL_NULL_CELL(role, WORLD_NOISE_TELEMETRY, (first) + 50),       \
	    FINAL_NULL_CELL(role, WORLD_NOISE_REGIMES, (first) + 60)

static const struct final_null final_nulls[] = {
    FINAL_NULL_ROLE(WORLD_FILE_SERVER, 0),
    FINAL_NULL_ROLE(WORLD_WEB_SERVER, 100),
    FINAL_NULL_ROLE(WORLD_MAIL_SERVER, 200),
    FINAL_NULL_ROLE(WORLD_BACKUP_SERVER, 300),
    FINAL_NULL_ROLE(WORLD_VPN_SERVER, 400),
    {WORLD_ARCHIVES, WORLD_NOISE_OFFICE, 500, 4, 5, FINAL_NULL_DAYS, 0},
    {WORLD_ARCHIVES, WORLD_NOISE_OFFICE, 510, 4, 5, FINAL_NULL_DAYS, 1},
};
#define FINAL_NULLS (sizeof(final_nulls) / sizeof(*final_nulls))

/*
 * Leaks. FINAL_TRIALS trials for each pattern, size and row: trial i is
 * host 0 of its own world, seed FINAL_SEED_FIRST + first + i, with
 * FINAL_TRIAL_DAYS of leak after the history, and its leak-free twin.
 * 'others' servers of the same role beside it make the role group.
 */
#define FINAL_TRIALS 300
#define FINAL_TRIAL_DAYS 30

struct final_trial {
	enum world_role role;
	enum world_noise noise;
	uint32_t first;
	uint32_t others;
	int behind_cdn;
};

static const struct final_trial final_trials[] = {
    {WORLD_FILE_SERVER, WORLD_NOISE_OFFICE, 10000, 7, 0},
    {WORLD_FILE_SERVER, WORLD_NOISE_QUIET, 11000, 7, 0},
    {WORLD_FILE_SERVER, WORLD_NOISE_ROUND_THE_CLOCK, 12000, 7, 0},
    {WORLD_FILE_SERVER, WORLD_NOISE_SILENT_NIGHTS, 13000, 7, 0},
    {WORLD_FILE_SERVER, WORLD_NOISE_BURSTS, 14000, 7, 0},
    {WORLD_FILE_SERVER, WORLD_NOISE_TELEMETRY, 15000, 7, 0},
    {WORLD_FILE_SERVER, WORLD_NOISE_REGIMES, 16000, 7, 0},
    {WORLD_WEB_SERVER, WORLD_NOISE_OFFICE, 20000, 7, 0},
    {WORLD_MAIL_SERVER, WORLD_NOISE_OFFICE, 21000, 7, 0},
    {WORLD_BACKUP_SERVER, WORLD_NOISE_OFFICE, 22000, 7, 0},
    {WORLD_VPN_SERVER, WORLD_NOISE_OFFICE, 23000, 7, 0},
    {WORLD_ARCHIVES, WORLD_NOISE_OFFICE, 24000, 0, 0},
    {WORLD_ARCHIVES, WORLD_NOISE_OFFICE, 25000, 0, 1},
};
#define FINAL_TRIAL_ROWS (sizeof(final_trials) / sizeof(*final_trials))

/* Changing worlds: a mixture of all noises, changes at this rate. */
#define FINAL_CHANGING_FIRST 30000
#define FINAL_CHANGING_WORLDS 10
#define FINAL_CHANGING_HOSTS 8 /* of each server role */
#define FINAL_CHANGES_PER_YEAR 4.0

/* No history: one of 50 servers among 10,000 hosts leaks since the first
 * record, over each of these numbers of days. */
#define FINAL_CONTRAST_FIRST 40000
#define FINAL_CONTRAST_TRIALS 300
#define FINAL_CONTRAST_SERVERS 50
#define FINAL_CONTRAST_HOSTS 10000
#define FINAL_CONTRAST_DAYS   \
	{                     \
		3, 30, 60, 90 \
	}

/* Printed floor against injected floor; onset error; prefix tests. */
#define FINAL_FLOOR_FIRST 50000
#define FINAL_FLOOR_HOSTS 100
#define FINAL_FLOOR_INJECTIONS 400
#define FINAL_PREFIX_FIRST 60000
#define FINAL_PREFIX_CUTS 50

#endif
