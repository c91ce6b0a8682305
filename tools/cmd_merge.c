/* SPDX-License-Identifier: BSD-3-Clause */
#include "verbs.h"

#include <assert.h>

#include "case.h"
#include "complain.h"

/* What a reader of the merged case must know. */
static void
tell_sensors(const struct seep_case *seep_case)
{
	const size_t parts = seep_case_parts(seep_case);

	if (parts < 2)
		return;
	complain("%zu sensors are kept apart; a report takes for each host and "
		 "day the one with the most bytes. Where addresses are "
		 "translated between two sensors the same bytes are counted "
		 "under two hosts: such overlap cannot be seen",
		 parts);
}

static int
merge_cases(const struct options *options)
{
	struct seep_case *merged;
	int status = case_read(options, &merged);

	assert(options->save != NULL);
	if (status != EXIT_DONE)
		return status;
	status = case_save_all(merged, options->save);
	if (status == EXIT_DONE && !options->quiet)
		tell_sensors(merged);
	seep_case_free(merged);
	return status;
}

int
cmd_merge(int argc, char **argv)
{
	struct options options;
	int status;

	if (options_read(&options, VERB_MERGE, argc, argv, &status))
		status = merge_cases(&options);
	options_clear(&options);
	return status;
}
