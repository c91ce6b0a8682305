/* SPDX-License-Identifier: BSD-3-Clause */
#include "verbs.h"

#include <seep/zeek.h>

#include "complain.h"
#include "floors.h"
#include "options.h"
#include "run.h"
#include "seed.h"

#ifdef SEEP_TOOL_CAPTURE

#include <seep/capture.h>

static int
open_captures(const struct options *options, struct seep_source **source)
{
	struct seep_capture_opts opts = SEEP_CAPTURE_OPTS_INIT;

	opts.no_dpi = 1;
	opts.seed = seed_draw();
	return seep_capture_source_new(source, options->paths,
				       options->paths_count, &opts, NULL);
}

#else

static int
open_captures(const struct options *options, struct seep_source **source)
{
	(void)options;
	(void)source;
	return SEEP_EUNSUPPORTED;
}

#endif

static int
open_logs(const struct options *options, struct seep_source **source)
{
	struct seep_zeek_opts opts = SEEP_ZEEK_OPTS_INIT;

	opts.dedup = options->dedup;
	opts.link_bits_per_s = options->link_bits_per_s;
	opts.seed = seed_draw();
	return seep_zeek_source_new(source, options->paths,
				    options->paths_count, &opts, NULL);
}

static int
state_floors(const struct options *options)
{
	struct seep_source *source;
	int status = options->captures ? open_captures(options, &source)
				       : open_logs(options, &source);

	if (status != SEEP_OK)
		return complain("%s", seep_strstatus(status));
	return run_with(options, source, floors_tell);
}

int
cmd_floor(int argc, char **argv)
{
	struct options options;
	int status;

	if (options_read(&options, VERB_FLOOR, argc, argv, &status))
		status = state_floors(&options);
	options_clear(&options);
	return status;
}
