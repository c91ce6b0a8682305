/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * options.h - the command line that all verbs share, read and checked.
 */
#ifndef SEEP_TOOLS_OPTIONS_H
#define SEEP_TOOLS_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

#include <seep/site.h>

#include "allow.h"
#include "holidays.h"
#include "hosts.h"

/* Which verb is read; some options belong to one verb only. */
enum verb {
	VERB_PCAP = 1,
	VERB_ZEEK = 2,
	VERB_FLOOR = 4,
	VERB_INJECT = 8,
	VERB_REPORT = 16,
	VERB_MERGE = 32
};

enum format { FORMAT_TEXT = 0, FORMAT_JSON };

/* struct options: zero means "not given" in every field. */
struct options {
	enum verb verb;
	enum format format;
	struct seep_site *site;
	struct host_list hosts;
	struct allow_list allow;
	struct holiday_list holidays;
	const char *timezone;
	uint32_t watch; /* enum seep_watch */
	double alarms_per_year;
	int64_t since_ns;
	int64_t until_ns;
	uint64_t memory_bytes;
	uint64_t link_bits_per_s;
	const char *output;
	const char *save;
	const char *sensor;
	const char *checkpoint;
	uint64_t every_ms; /* between checkpoints; 0 = default */
	int quiet;
	int no_progress;
	int exit_code;
	int dedup;
	int follow;
	int no_dpi;
	int no_store;
	int captures;
	int inputs;      /* list them, and no more */
	int unchecked;   /* merge although overlap cannot be seen */
	uint64_t verify; /* injections a host; 0 = no verification */
	uint64_t seed;
	uint64_t sample; /* hosts that are verified; 0 = default */
	uint64_t around; /* rates tried; 0 = about the printed floor */
	uint64_t days;   /* of the floor that is verified; 0 = 14 */
	const char *const *paths;
	size_t paths_count;
};

/*
 * options_read() reads what follows the verb; argv[0] is the verb.
 *
 * 'options'  out; give back with options_clear() whatever is returned.
 * 'status'   out, when 0 is returned: what the process should return.
 *
 * Returns 1 to go on, or 0 when there is nothing more to do (--help, or an
 * error that was told on standard error).
 */
int
options_read(struct options *options, enum verb verb, int argc, char **argv,
	     int *status);

void
options_clear(struct options *options);

#endif
