/* SPDX-License-Identifier: BSD-3-Clause */
#include "verbs.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "case.h"
#include "complain.h"
#include "listing.h"
#include "run.h"

/* Looks at the case as a run looks at what it read, and tells it. */
static int
tell(struct run *run, const struct seep_snapshot *snapshot)
{
	struct seep_detect_opts opts = SEEP_DETECT_OPTS_INIT;
	struct seep_findings *findings = NULL;
	int status;

	if (seep_snapshot_coverage(snapshot)->flows == 0)
		return complain("there is no usable record in this case");
	status = run_question(run, seep_snapshot_coverage(snapshot), &opts);
	if (status == SEEP_OK)
		status = seep_detect(&snapshot, 1, &opts, &findings, NULL);
	if (status != SEEP_OK)
		return run_complain(run, status);
	status = run_write(run, findings);
	run->told = status == EXIT_DONE;
	if (run->told && run->options->exit_code &&
	    seep_findings_count(findings) > 0)
		status = EXIT_FINDING;
	seep_findings_free(findings);
	return status;
}

static int
tell_case(struct run *run, struct seep_case *seep_case)
{
	const struct seep_snapshot *snapshot;
	int status;

	assert(seep_case_parts(seep_case) > 0);
	if (run->options->inputs) {
		status = listing_write(seep_case, run->options->format,
				       output_write, &run->output);
		run->told = status == EXIT_DONE;
		return status;
	}
	status = seep_case_select(seep_case, &snapshot);
	if (status != SEEP_OK)
		return run_complain(run, status);
	if (inputs_of_case(&run->inputs, run->options, seep_case) != 0)
		return run_complain(run, SEEP_ENOMEM);
	return tell(run, snapshot);
}

static int
report_cases(const struct options *options)
{
	struct run run = {.options = options};
	struct seep_case *seep_case;
	int status = case_read(options, &seep_case);

	if (status != EXIT_DONE)
		return status;
	if (output_open(&run.output, options->output, 0, 0) != 0) {
		status = complain("%s: %s", options->output, strerror(errno));
	} else {
		status = tell_case(&run, seep_case);
		if (output_close(&run.output, run.told) != 0)
			status =
			    complain("%s: %s", output_name(options->output),
				     strerror(errno));
	}
	timezone_clear(&run.offsets);
	inputs_clear(&run.inputs);
	seep_case_free(seep_case);
	return status;
}

int
cmd_report(int argc, char **argv)
{
	struct options options;
	int status;

	if (options_read(&options, VERB_REPORT, argc, argv, &status))
		status = report_cases(&options);
	options_clear(&options);
	return status;
}
