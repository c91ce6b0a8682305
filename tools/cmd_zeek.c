/* SPDX-License-Identifier: BSD-3-Clause */
#include "verbs.h"

#include <seep/zeek.h>

#include "complain.h"
#include "options.h"
#include "run.h"
#include "seed.h"

static int
read_logs(const struct options *options)
{
	struct seep_zeek_opts opts = SEEP_ZEEK_OPTS_INIT;
	struct seep_source *source;
	int status;

	opts.dedup = options->dedup;
	opts.follow = options->follow;
	opts.link_bits_per_s = options->link_bits_per_s;
	opts.seed = seed_draw();
	status = seep_zeek_source_new(&source, options->paths,
				      options->paths_count, &opts, NULL);
	if (status != SEEP_OK)
		return complain("%s", seep_strstatus(status));
	return run_source(options, source);
}

int
cmd_zeek(int argc, char **argv)
{
	struct options options;
	int status;

	if (options_read(&options, VERB_ZEEK, argc, argv, &status))
		status = read_logs(&options);
	options_clear(&options);
	return status;
}
