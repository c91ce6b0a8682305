/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * inputs.h - what the report needs to know about the files that were read,
 * for the command that recomputes a finding.
 */
#ifndef SEEP_TOOLS_INPUTS_H
#define SEEP_TOOLS_INPUTS_H

#include <seep/case.h>
#include <seep/report.h>

#include "options.h"

/* struct inputs: owns what 'opts' points to. */
struct inputs {
	struct seep_report_opts opts;
	char **paths;
	size_t paths_count;
	struct seep_report_alias *aliases;
};

/*
 * inputs_describe() fills 'inputs' (give back with inputs_clear()).
 * Directories get a final '/'; the kind of a log is read off its first
 * byte. Returns 0, or -1 when memory ran out.
 */
int
inputs_describe(struct inputs *inputs, const struct options *options);

/*
 * inputs_of_case() fills it from what a case lists: names without folders.
 * Where not all are known, or several sensors saw the same, there is no
 * command. Returns 0, or -1 when memory ran out.
 */
int
inputs_of_case(struct inputs *inputs, const struct options *options,
	       const struct seep_case *seep_case);

void
inputs_clear(struct inputs *inputs);

#endif
