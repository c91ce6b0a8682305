/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * evaluate.h - what the subcommands of seep-evaluate share.
 *
 * Every subcommand prints Markdown tables to standard output and, with
 * --verbose, one line for every alarm or finding to standard error.
 */
#ifndef BENCH_DETECTION_EVALUATE_H
#define BENCH_DETECTION_EVALUATE_H

#include <stddef.h>
#include <stdint.h>

#include "detection/estate.h"

#define EVALUATE_KNOBS_MAX 4

struct evaluate_opts {
	const char *command;
	uint64_t seed;
	/* trials: of each row; 0 = the subcommand's own number. */
	uint32_t trials;
	uint32_t jobs;
	/* knobs: chance alarms per entity and year. */
	double knobs[EVALUATE_KNOBS_MAX];
	size_t knobs_count;
	/* years: host-years of servers that null and changing ask for. */
	double years;
	/* rows: names or groups of rows, with commas; NULL = the default. */
	const char *rows;
	/* share: if > 0, no floor is searched: this share is tried. */
	double share;
	/* wanted: try each row's wanted rate, and search no floor. */
	int wanted;
	/* any_peers: an alarm is enough, whoever it names (trial.h). */
	int any_peers;
	/* spread: the leak starts up to so many days after the history. */
	uint32_t spread;
	uint32_t history;
	/* hosts: of the site, in row no-history. */
	uint32_t hosts;
	uint32_t statistics_off;
	int watch_servers;
	int quick;
	int verbose;
	int final;
};

int
evaluate_null(const struct evaluate_opts *opts);

int
evaluate_changing(const struct evaluate_opts *opts);

int
evaluate_detect(const struct evaluate_opts *opts);

int
evaluate_ablate(const struct evaluate_opts *opts);

int
evaluate_floor(const struct evaluate_opts *opts);

int
evaluate_rivals(const struct evaluate_opts *opts);

int
evaluate_history(const struct evaluate_opts *opts);

int
evaluate_unscaled(const struct evaluate_opts *opts);

int
evaluate_scaling(const struct evaluate_opts *opts);

/*
 * evaluate_world() fills the options of the 'number'-th site of a kind (key)
 * with 'servers' hosts of one role, a resolver and light workstations. The
 * sites begin on different days of the year.
 */
void
evaluate_world(const struct evaluate_opts *opts, uint64_t key, uint64_t number,
	       enum world_role role, enum world_noise noise, uint32_t servers,
	       uint32_t days, struct world_opts *world);

/*
 * evaluate_final() makes of such a site one of the final table: seed
 * FINAL_SEED_FIRST + first + number, its start and its workstations.
 */
void
evaluate_final(uint32_t first, uint64_t number, struct world_opts *world);

/* evaluate_knob(): the first of the knobs, or 0.1. */
double
evaluate_knob(const struct evaluate_opts *opts);

/* evaluate_bytes() writes a quantity of bytes for people, 16 bytes long. */
const char *
evaluate_bytes(double bytes, char *text);

/* evaluate_percent() writes a share: "1.4 %", "> most" for infinity. */
const char *
evaluate_percent(double share, char *text);

#endif
