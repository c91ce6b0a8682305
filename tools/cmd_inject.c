/* SPDX-License-Identifier: BSD-3-Clause */
#include "verbs.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include <seep/engine.h>
#include <seep/zeek.h>

#include "complain.h"
#include "habit.h"
#include "inject.h"
#include "inject_options.h"
#include "seed.h"
#include "timezone.h"

#define NS_PER_S INT64_C(1000000000)
#define NS_PER_HOUR (3600 * NS_PER_S)
#define NS_PER_DAY (24 * NS_PER_HOUR)

/* Flows taken from the log at once. */
#define BATCH 1024

static int
complain_status(int status)
{
	return complain("%s", seep_strstatus(status));
}

static int
feed_all(struct seep_engine *engine, struct seep_source *source)
{
	static struct seep_flow flows[BATCH];
	struct seep_notice notice;
	int status = SEEP_OK;

	while (status == SEEP_OK) {
		size_t count = 0;

		status = seep_source_next(source, flows, BATCH, &count);
		while (seep_source_notice(source, &notice) == SEEP_OK)
			if (notice.fatal)
				complain_notice(&notice);
		if (status == SEEP_OK && count > 0)
			status = seep_engine_feed(engine, flows, count, NULL);
	}
	return status == SEEP_END ? SEEP_OK : status;
}

/* The log as the library sees it: who uses what, and when it begins. */
static int
read_ledger(const struct inject_options *options,
	    struct seep_snapshot **snapshot)
{
	struct seep_engine_opts opts = SEEP_ENGINE_OPTS_INIT;
	struct seep_zeek_opts reading = SEEP_ZEEK_OPTS_INIT;
	struct seep_source *source = NULL;
	struct seep_engine *engine;
	int status;

	*snapshot = NULL;
	opts.site = options->site;
	opts.seed = seed_draw();
	reading.seed = seed_draw();
	status = seep_engine_new(&engine, &opts, NULL);
	if (status == SEEP_OK)
		status = seep_zeek_source_new(&source, &options->path, 1,
					      &reading, NULL);
	if (status == SEEP_OK)
		status = feed_all(engine, source);
	if (status == SEEP_OK)
		status = seep_engine_snapshot(engine, snapshot);
	seep_source_free(source);
	seep_engine_free(engine);
	return status;
}

static int
check_ledger(const struct inject_options *options,
	     const struct seep_coverage *coverage, const struct habit *habit)
{
	if (coverage->flows == 0)
		return complain("%s: no usable row; wanted is a conn log",
				options->path);
	if (leak_needs_habit(options->pattern) && habit->bytes_out == 0)
		return complain("the host sent nothing outside in this log: "
				"%s has nothing to look like",
				leak_name(options->pattern));
	return EXIT_DONE;
}

static int
write_file(const struct inject *inject, const struct inject_rows *rows,
	   const char *path, const char *target, int json, const char *host)
{
	struct output output;
	int status;

	if (output_open(&output, target, 0, 0) != 0)
		return complain("%s: %s", target, strerror(errno));
	status = inject_log(inject, rows, path, json, host, &output);
	if (output_close(&output, status == EXIT_DONE) != 0)
		return complain("%s: %s", target, strerror(errno));
	return status;
}

static int
write_truth(const struct inject *inject, const struct leak_opts *opts,
	    const char *target)
{
	struct output output;
	int failed;

	if (target == NULL)
		return EXIT_DONE;
	if (output_open(&output, target, 0, 0) != 0)
		return complain("%s: %s", target, strerror(errno));
	failed = inject_truth(inject, opts, &output) != 0;
	if (output_close(&output, !failed) != 0 || failed)
		return complain("%s: %s", target, strerror(errno));
	return EXIT_DONE;
}

/* The truth first: a log with a leak that nothing tells of is worse than
 * none. */
static int
write_all(const struct inject_options *options, const struct inject *inject,
	  const struct leak_opts *leak)
{
	char host[SEEP_ADDRESS_TEXT_SIZE];
	int status = write_truth(inject, leak, options->truth);
	int json;

	seep_address_format(&leak->hosts[0], host);
	if (status == EXIT_DONE && options->dns_output != NULL) {
		json = inject_is_json(options->path);
		status = json < 0
			     ? EXIT_FAILED
			     : write_file(inject, &inject->dns, options->dns,
					  options->dns_output, json, host);
	}
	if (status == EXIT_DONE)
		status = write_file(inject, &inject->conn, options->path,
				    options->output, 0, host);
	return status;
}

static int
inject_leak(const struct inject_options *options, const struct habit *habit,
	    const struct seep_coverage *coverage,
	    const struct offset_list *offsets)
{
	struct leak_opts leak = {.pattern = options->pattern,
				 .days = (uint32_t)options->days,
				 .seed = options->seed,
				 .hosts = options->hosts.addresses,
				 .hosts_count = options->hosts.count,
				 .via = options->has_via ? &options->via : NULL,
				 .start_ns = options->start_ns,
				 .bytes_per_day = options->bytes_per_day,
				 .habit = habit,
				 .site = options->site,
				 .offsets = offsets->offsets,
				 .offsets_count = offsets->count};
	struct inject inject = {0};
	int status;

	if (leak.pattern == LEAK_SINCE_FIRST)
		leak.start_ns =
		    coverage->first_ns - coverage->first_ns % NS_PER_HOUR;
	status = inject_make(&inject, &leak);
	if (status == EXIT_DONE)
		status = write_all(options, &inject, &leak);
	inject_clear(&inject);
	return status;
}

static int
inject_run(const struct inject_options *options)
{
	struct offset_list offsets = {0};
	struct habit habit = {0};
	struct seep_snapshot *snapshot;
	const struct seep_coverage *coverage;
	int status = read_ledger(options, &snapshot);

	if (status != SEEP_OK)
		return complain_status(status);
	coverage = seep_snapshot_coverage(snapshot);
	status = habit_read(
	    &habit, snapshot,
	    seep_site_host(options->site, &options->hosts.addresses[0]));
	if (status == SEEP_OK && options->timezone != NULL &&
	    timezone_list(&offsets, options->start_ns,
			  options->start_ns +
			      (int64_t)options->days * NS_PER_DAY) != 0)
		status = SEEP_ENOMEM;
	if (status != SEEP_OK)
		status = complain_status(status);
	else
		status = check_ledger(options, coverage, &habit);
	if (status == EXIT_DONE)
		status = inject_leak(options, &habit, coverage, &offsets);
	timezone_clear(&offsets);
	habit_clear(&habit);
	seep_snapshot_free(snapshot);
	return status;
}

int
cmd_inject(int argc, char **argv)
{
	struct inject_options options;
	int status;

	if (inject_options_read(&options, argc, argv, &status))
		status = inject_run(&options);
	inject_options_clear(&options);
	return status;
}
