/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * inject_options.h - the command line of `seep inject`.
 */
#ifndef SEEP_TOOLS_INJECT_OPTIONS_H
#define SEEP_TOOLS_INJECT_OPTIONS_H

#include <seep/site.h>

#include "hosts.h"
#include "leak.h"

/* struct inject_options: zero means "not given". */
struct inject_options {
	struct seep_site *site;
	struct host_list hosts;
	enum leak_pattern pattern;
	struct seep_address via;
	int has_via;
	int has_start;
	const char *timezone;
	int64_t start_ns;
	uint64_t days;
	uint64_t bytes_per_day;
	uint64_t seed;
	const char *path; /* the conn log */
	const char *output;
	const char *truth;
	const char *dns;        /* a dns log that is there */
	const char *dns_output; /* where it goes */
};

/* inject_options_read() is like options_read(). */
int
inject_options_read(struct inject_options *options, int argc, char **argv,
		    int *status);

void
inject_options_clear(struct inject_options *options);

#endif
