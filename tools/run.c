/* SPDX-License-Identifier: BSD-3-Clause */
#include "run.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include <seep/detect.h>
#include <seep/report.h>

#include "case.h"
#include "checkpoint.h"
#include "complain.h"
#include "follow.h"
#include "seed.h"

/* What the reader of logs believes unless it is told (zeek.h). */
#define LINK_DEFAULT UINT64_C(10000000000)

/* What a case keeps of how it was made. */
static void
describe_origin(const struct options *options, struct seep_origin *origin)
{
	origin->sensor = options->sensor;
	origin->kind = options->verb == VERB_PCAP || options->captures
			   ? SEEP_ORIGIN_CAPTURE
			   : SEEP_ORIGIN_ZEEK;
	origin->dedup = (uint32_t)options->dedup;
	/* Said or not, the same speed is the same setting. */
	if (options->link_bits_per_s != LINK_DEFAULT)
		origin->link_bits_per_s = options->link_bits_per_s;
	origin->inputs_listed = 1;
}

/*
 * The engine's part of --memory: half, of which it fills a half before it
 * folds, so that a snapshot has room. The other half, and what the engine
 * leaves, is detection's: on a flood of single peers that takes 130 bytes a
 * peer beside the ledger's 90. With more for the engine more peers would be
 * kept and then folded to be looked at; with less, folded for nothing.
 */
#define ENGINE_SHARE 2

/*
 * Blocks of so many bytes and more are given back to the system at once.
 * glibc raises this limit by itself as large blocks come and go, and keeps
 * holes: 2 to 3 MiB of 16 then were nobody's.
 */
#define BLOCK_RETURNED (128 * 1024)

static int
make_engine(struct run *run)
{
	struct seep_engine_opts opts = SEEP_ENGINE_OPTS_INIT;
	struct seep_origin origin = SEEP_ORIGIN_INIT;

	describe_origin(run->options, &origin);
	opts.origin = &origin;
	opts.site = run->options->site;
	opts.seed = seed_draw();
	opts.memory_max = run->options->memory_bytes / ENGINE_SHARE;
	if (run->options->memory_bytes > 0 && opts.memory_max == 0)
		opts.memory_max = 1;
#ifdef M_MMAP_THRESHOLD
	if (run->options->memory_bytes > 0)
		(void)mallopt(M_MMAP_THRESHOLD, BLOCK_RETURNED);
#endif
	store_init(&run->store, run->options->save != NULL
				    ? run->options->save
				    : run->options->output);
	if (opts.memory_max != 0 && !run->options->no_store)
		opts.store = &run->store.calls;
	return seep_engine_new(&run->engine, &opts, NULL);
}

static void
show_notices(struct run *run)
{
	struct seep_notice notice;

	while (seep_source_notice(run->source, &notice) == SEEP_OK) {
		if (run->options->quiet && !notice.fatal)
			continue;
		progress_clear(&run->progress);
		complain_notice(&notice);
	}
}

/* Files that were read to their end become part of the case. */
static int
keep_inputs(struct run *run)
{
	struct seep_input input;
	int status = SEEP_OK;

	while (status == SEEP_OK &&
	       seep_source_input(run->source, &input) == SEEP_OK)
		status = seep_engine_add_input(run->engine, &input);
	return status;
}

static int
take_batch(struct run *run)
{
	size_t count = 0;
	int status, kept;

	assert(run != NULL);
	status = seep_source_next(run->source, run->batch, RUN_BATCH, &count);
	show_notices(run);
	progress_show(&run->progress, run->source);
	kept = keep_inputs(run);
	if (kept != SEEP_OK)
		return kept;
	if (status != SEEP_OK || count == 0)
		return status;
	seen_flows(&run->seen, run->options->site, run->batch, count);
	run->event_ns = run->batch[count - 1].end_ns;
	return seep_engine_feed(run->engine, run->batch, count, NULL);
}

int
run_read(struct run *run)
{
	int status = take_batch(run);

	if (status != SEEP_OK && status != SEEP_AGAIN)
		return status;
	return checkpoint_keep(run) == 0 ? status : RUN_FAILED;
}

int
run_question(struct run *run, const struct seep_coverage *coverage,
	     struct seep_detect_opts *opts)
{
	const struct options *options = run->options;

	assert(coverage != NULL);
	assert(opts != NULL);
	timezone_clear(&run->offsets);
	opts->offsets = NULL;
	opts->offsets_count = 0;
	opts->watch = options->watch;
	opts->alarms_per_year = options->alarms_per_year;
	opts->since_ns = options->since_ns;
	opts->until_ns = options->until_ns;
	opts->allow = options->allow.entries;
	opts->allow_count = options->allow.count;
	opts->day_types = options->holidays.days;
	opts->day_types_count = options->holidays.count;
	if (options->timezone == NULL || coverage->first_ns > coverage->last_ns)
		return SEEP_OK;
	if (timezone_list(&run->offsets, coverage->first_ns,
			  coverage->last_ns) != 0)
		return SEEP_ENOMEM;
	opts->offsets = run->offsets.offsets;
	opts->offsets_count = run->offsets.count;
	return SEEP_OK;
}

/* What the ledger and its snapshots leave of --memory; 0 = no limit. */
static int
measure_room(const struct run *run, uint64_t *room)
{
	struct seep_engine_stats stats = {.size = sizeof(stats)};
	const uint64_t memory = run->options->memory_bytes;
	int status;

	*room = 0;
	if (memory == 0)
		return SEEP_OK;
	status = seep_engine_stats(run->engine, &stats);
	if (status == SEEP_OK && stats.bytes_used >= memory)
		return SEEP_EBUDGET;
	*room = memory - stats.bytes_used;
	return status;
}

/* Looks at a snapshot of all that was fed, once. */
static int
look_once(struct run *run, struct seep_detect_opts *opts,
	  struct seep_snapshot **snapshot, struct seep_findings **findings)
{
	int status = SEEP_OK;

	*snapshot = run->kept;
	if (run->kept == NULL)
		status = seep_engine_snapshot(run->engine, snapshot);
	if (status == SEEP_OK)
		status = measure_room(run, &opts->memory_max);
	if (status == SEEP_OK)
		status =
		    run_question(run, seep_snapshot_coverage(*snapshot), opts);
	if (status == SEEP_OK)
		status =
		    seep_detect((const struct seep_snapshot *const *)snapshot,
				1, opts, findings, NULL);
	if (status != SEEP_OK)
		run_let_go(run, snapshot);
	return status;
}

void
run_let_go(const struct run *run, struct seep_snapshot **snapshot)
{
	if (*snapshot != run->kept)
		seep_snapshot_free(*snapshot);
	*snapshot = NULL;
}

/* What was to be saved is saved now, with every channel: the ledger is about
 * to be folded for detection alone. */
static int
save_early(struct run *run)
{
	const struct seep_coverage *coverage;

	if (run->kept == NULL)
		return EXIT_DONE;
	coverage = seep_snapshot_coverage(run->kept);
	if (run_check(run, coverage) != EXIT_DONE ||
	    case_save(run->kept, run->options->save) != EXIT_DONE)
		return EXIT_FAILED;
	seep_snapshot_free(run->kept);
	run->kept = NULL;
	return EXIT_DONE;
}

/* Folds half of the channels. Returns SEEP_OK, SEEP_EBUDGET when there is
 * nothing to fold, or why not. */
static int
fold_half(struct run *run)
{
	struct seep_engine_stats before = {.size = sizeof(before)};
	struct seep_engine_stats after = {.size = sizeof(after)};
	int status = seep_engine_stats(run->engine, &before);

	if (status == SEEP_OK)
		status = seep_engine_fold(run->engine, before.channels / 2);
	if (status == SEEP_OK || status == SEEP_END)
		status = seep_engine_stats(run->engine, &after);
	if (status != SEEP_OK)
		return status;
	if (after.channels >= before.channels)
		return SEEP_EBUDGET;
	if (!run->options->quiet) {
		progress_clear(&run->progress);
		complain("--memory leaves no room to look at %" PRIu64
			 " channels: the lightest were added up, %" PRIu64
			 " are left",
			 before.channels, after.channels);
	}
	return SEEP_OK;
}

int
run_look(struct run *run, struct seep_detect_opts *opts,
	 struct seep_snapshot **snapshot, struct seep_findings **findings)
{
	int status;

	assert(run != NULL && opts != NULL);
	assert(snapshot != NULL && findings != NULL);
	*findings = NULL;
	do {
		status = look_once(run, opts, snapshot, findings);
		if (status != SEEP_EBUDGET || run->options->memory_bytes == 0)
			return status;
		if (save_early(run) != EXIT_DONE)
			return SEEP_EIO;
	} while ((status = fold_half(run)) == SEEP_OK);
	return status;
}

int
run_detect(struct run *run, struct seep_findings **findings)
{
	struct seep_detect_opts opts = SEEP_DETECT_OPTS_INIT;
	struct seep_snapshot *snapshot;
	int status = run_look(run, &opts, &snapshot, findings);

	run_let_go(run, &snapshot);
	return status;
}

/* Why a run ended without a result, and what mends it. */
int
run_complain(const struct run *run, int status)
{
	if ((status == SEEP_EIO || status == SEEP_ECHECKSUM) &&
	    store_complain(&run->store))
		return EXIT_FAILED;
	if (status == SEEP_ECHECKSUM)
		return complain("temporary file: other bytes came out than "
				"were written");
	if (status == SEEP_EBUDGET)
		return complain("the evidence needs more memory than --memory "
				"allows: raise it, or read less at once");
	return complain("%s", seep_strstatus(status));
}

static int
complain_no_row(const struct seep_coverage *coverage, enum verb verb)
{
	char reasons[400] = "";
	size_t used = 0;

	for (int i = 0; i < SEEP_REFUSED_COUNT; i++) {
		if (coverage->records_refused[i] == 0)
			continue;
		used += (size_t)snprintf(
		    reasons + used, sizeof(reasons) - used, "%s%s %" PRIu64,
		    used > 0 ? ", " : ", refused: ", seep_refusal_name(i),
		    coverage->records_refused[i]);
	}
	return complain("no usable %s (files: %" PRIu64
			", not readable: %" PRIu64 ", records: %" PRIu64
			"%s); %s",
			verb == VERB_PCAP ? "packet" : "row", coverage->files,
			coverage->files_refused, coverage->records, reasons,
			verb == VERB_PCAP
			    ? "for Zeek logs: seep zeek"
			    : "wanted are conn logs; for captures: seep pcap");
}

int
run_check(const struct run *run, const struct seep_coverage *coverage)
{
	char networks[200];

	assert(run != NULL);
	assert(coverage != NULL);
	if (coverage->flows == 0)
		return complain_no_row(coverage, run->options->verb);
	if (run->seen.local_found)
		return EXIT_DONE;
	seen_describe(&run->seen, networks, sizeof(networks));
	return complain("no local network matched: %" PRIu64
			" flows, none with an end inside; seen most: %s; name "
			"yours with --local",
			coverage->flows,
			networks[0] != '\0' ? networks : "nothing");
}

int
run_write(struct run *run, const struct seep_findings *findings)
{
	int status;

	assert(findings != NULL);
	errno = 0;
	if (run->options->format == FORMAT_JSON)
		status = seep_report_json(findings, &run->inputs.opts,
					  output_write, &run->output);
	else
		status = seep_report_text(findings, &run->inputs.opts,
					  output_write, &run->output);
	if (status == SEEP_EIO && errno != 0)
		return complain("%s: %s", output_name(run->options->output),
				strerror(errno));
	return status == SEEP_OK ? EXIT_DONE : run_complain(run, status);
}

/* What the source counted becomes part of the case. */
static int
settle(struct run *run)
{
	struct seep_coverage counted;
	int status = SEEP_OK;

	seep_source_coverage(run->source, &counted);
	seep_engine_add_coverage(run->engine, &counted);
	if (run->options->save == NULL)
		return EXIT_DONE;
	do
		status = seep_engine_snapshot(run->engine, &run->kept);
	while (status == SEEP_EBUDGET && run->options->memory_bytes > 0 &&
	       fold_half(run) == SEEP_OK);
	return status == SEEP_OK ? EXIT_DONE : run_complain(run, status);
}

static int
save(struct run *run)
{
	int status = case_save(run->kept, run->options->save);

	if (status != EXIT_DONE)
		(void)store_complain(&run->store);
	return status;
}

/* Looks at all the evidence and tells it. */
static int
tell(struct run *run)
{
	struct seep_findings *findings;
	int status = run_detect(run, &findings);
	int exit_status;

	/* If it was not the store, a case could not be saved, and it was said.
	 */
	if (status == SEEP_EIO) {
		(void)store_complain(&run->store);
		return EXIT_FAILED;
	}
	if (status != SEEP_OK)
		return run_complain(run, status);
	exit_status =
	    run_check(run, &seep_findings_evidence(findings)->coverage);
	if (exit_status == EXIT_DONE && run->kept != NULL)
		exit_status = save(run);
	if (exit_status == EXIT_DONE || run->options->format == FORMAT_JSON) {
		status = run_write(run, findings);
		run->told = status == EXIT_DONE;
		if (!run->told)
			exit_status = status;
	}
	if (exit_status == EXIT_DONE && run->options->exit_code &&
	    seep_findings_count(findings) > 0)
		exit_status = EXIT_FINDING;
	seep_findings_free(findings);
	return exit_status;
}

static int
read_all(struct run *run)
{
	int status;

	if (run->options->follow)
		status = follow(run);
	else
		do
			status = run_read(run);
		while (status == SEEP_OK || status == SEEP_AGAIN);
	progress_clear(&run->progress);
	show_notices(run);
	if (status != SEEP_END)
		return status < 0 ? run_complain(run, status) : EXIT_FAILED;
	return EXIT_DONE;
}

/* What was told by the checkpoint stays; what was told after it is told
 * again. */
static int
open_output(struct run *run)
{
	const struct options *options = run->options;

	if (options->follow && run->checkpoint.resumed)
		return output_resume(&run->output, options->output,
				     run->checkpoint.output_at);
	return output_open(&run->output, options->output, options->follow, 0);
}

static int
start(struct run *run)
{
	const struct options *options = run->options;
	int status = make_engine(run);

	if (status != SEEP_OK)
		return run_complain(run, status);
	run->batch = calloc(RUN_BATCH, sizeof(run->batch[0]));
	if (run->batch == NULL || inputs_describe(&run->inputs, options) != 0)
		return run_complain(run, SEEP_ENOMEM);
	status = checkpoint_start(run);
	if (status != EXIT_DONE)
		return status;
	if (open_output(run) != 0)
		return complain("%s: %s", options->output, strerror(errno));
	progress_init(&run->progress, options->quiet || options->no_progress);
	return checkpoint_keep(run) == 0 ? EXIT_DONE : EXIT_FAILED;
}

int
run_source(const struct options *options, struct seep_source *source)
{
	return run_with(options, source, tell);
}

int
run_with(const struct options *options, struct seep_source *source,
	 run_tell_fn tell_fn)
{
	struct run run = {.options = options, .source = source};
	int status;

	assert(options != NULL);
	assert(source != NULL);
	assert(tell_fn != NULL);
	status = start(&run);
	if (status == EXIT_DONE)
		status = read_all(&run);
	if (status == EXIT_DONE)
		status = settle(&run);
	if (status == EXIT_DONE)
		status = tell_fn(&run);
	/* In JSON the coverage is written although the run failed; without
	 * it nothing is replaced. */
	if (output_close(&run.output, run.told) != 0)
		status = complain("%s: %s", output_name(options->output),
				  strerror(errno));
	if (status == EXIT_DONE || status == EXIT_FINDING) {
		int ended = checkpoint_end(&run);

		status = ended == EXIT_DONE ? status : ended;
	}
	seep_snapshot_free(run.kept);
	told_clear(&run.told_ids);
	timezone_clear(&run.offsets);
	inputs_clear(&run.inputs);
	free(run.batch);
	seep_engine_free(run.engine);
	store_clear(&run.store);
	seep_source_free(source);
	return status;
}
