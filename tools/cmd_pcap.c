/* SPDX-License-Identifier: BSD-3-Clause */
#include "verbs.h"

#include "complain.h"
#include "options.h"

#ifdef SEEP_TOOL_CAPTURE

#include <seep/capture.h>

#include "run.h"
#include "seed.h"

static int
read_captures(const struct options *options)
{
	struct seep_capture_opts opts = SEEP_CAPTURE_OPTS_INIT;
	struct seep_source *source;
	int status;

	opts.no_dpi = options->no_dpi;
	opts.seed = seed_draw();
	status = seep_capture_source_new(&source, options->paths,
					 options->paths_count, &opts, NULL);
	if (status != SEEP_OK)
		return complain("%s", seep_strstatus(status));
	return run_source(options, source);
}

#else

static int
read_captures(const struct options *options)
{
	(void)options;
	return complain("this build cannot read captures (it was made without "
			"libpcap)");
}

#endif

int
cmd_pcap(int argc, char **argv)
{
	struct options options;
	int status;

	if (options_read(&options, VERB_PCAP, argc, argv, &status))
		status = read_captures(&options);
	options_clear(&options);
	return status;
}
