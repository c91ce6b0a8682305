/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * flood.c - what does a flood of peers cost, and does it hide a leak?
 *
 *     seep-flood [--flows N] [--memory BYTES] [--seed N] [--store]
 *
 * One line of figures; exit status 1 where a total is wrong, the leak or a
 * peer of it is not told, the flood is not, or memory passed the budget.
 */
#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <seep/detect.h>
#include <seep/engine.h>
#include <seep/findings.h>
#include <seep/snapshot.h>

#include "flood/host.h"
#include "flood/lines.h"

/* As the tool: half of the budget for the engine, what it leaves for
 * detection. */
#define ENGINE_SHARE 2

struct settings {
	uint64_t flows;
	uint64_t memory;
	uint64_t seed;
	int store; /* sealed cells may go to a temporary file */
};

/* What came out, to be told. */
struct result {
	double feed_ns; /* of the flood's flows, each */
	double line_ns;
	uint64_t ledger_bytes_out;
	uint64_t leak_bytes_told;
	unsigned peers_told;
	unsigned findings;
	int flood_told;
	uint64_t folded;
	uint64_t used_max;
	uint64_t channels;
	long resident_kib; /* at most */
};

static int
read_settings(struct settings *settings, int argc, char **argv)
{
	int i;

	settings->flows = 2000000;
	settings->memory = 16 << 20;
	settings->seed = 1;
	settings->store = 0;
	for (i = 1; i < argc; i++) {
		uint64_t value = 0;

		if (strcmp(argv[i], "--store") == 0) {
			settings->store = 1;
			continue;
		}
		if (i + 1 < argc)
			value = strtoull(argv[i + 1], NULL, 10);
		if (strcmp(argv[i], "--flows") == 0)
			settings->flows = value;
		else if (strcmp(argv[i], "--memory") == 0)
			settings->memory = value;
		else if (strcmp(argv[i], "--seed") == 0)
			settings->seed = value;
		else
			return -1;
		i++;
	}
	return 0;
}

static int
fail(const char *what, int status)
{
	fprintf(stderr, "seep-flood: %s: %s\n", what, seep_strstatus(status));
	return -1;
}

static int
feed_all(struct seep_engine *engine, struct flood *flood, struct result *result)
{
	static struct seep_flow flows[FLOOD_BATCH];
	double took = 0;
	size_t count;
	int is_flood;

	while ((count = flood_next(flood, flows, &is_flood)) > 0) {
		double start = lines_clock_ns();
		int status = seep_engine_feed(engine, flows, count, NULL);

		if (is_flood)
			took += lines_clock_ns() - start;
		if (status != SEEP_OK)
			return fail("feed", status);
	}
	result->feed_ns = flood->sent > 0 ? took / (double)flood->sent : 0;
	return 0;
}

/* Adds up what the ledger holds of the host, whoever the peer was. */
static int
sum_ledger(const struct seep_snapshot *snapshot, struct result *result)
{
	struct seep_cells *cells;
	struct seep_cell cell;
	int status = seep_cells_new(&cells, snapshot, NULL);

	if (status != SEEP_OK)
		return fail("cells", status);
	while ((status = seep_cells_next(cells, &cell)) == SEEP_OK)
		result->ledger_bytes_out += cell.bytes_out;
	seep_cells_free(cells);
	return status == SEEP_END ? 0 : fail("cells", status);
}

static void
read_finding(const struct seep_finding *finding, struct result *result)
{
	size_t i;
	unsigned which;

	result->findings++;
	/* The flood is a rise of all bytes, or of those to new peers. */
	if (finding->bytes_out > UINT64_C(2) * FLOOD_LEAK_PER_DAY)
		result->flood_told = 1;
	for (i = 0; i < finding->peers_count; i++)
		for (which = 0; which < FLOOD_LEAK_PEERS; which++) {
			struct seep_address peer = flood_leak_peer(which);

			if (seep_address_compare(&finding->peers[i].peer,
						 &peer) != 0)
				continue;
			result->peers_told |= 1u << which;
			result->leak_bytes_told += finding->peers[i].bytes_out;
		}
}

/* Looks once, with what the engine left of the budget. */
static int
detect(struct seep_engine *engine, const struct seep_snapshot *snapshot,
       const struct settings *settings, struct result *result)
{
	struct seep_engine_stats stats = {.size = sizeof(stats)};
	struct seep_detect_opts opts = SEEP_DETECT_OPTS_INIT;
	const struct seep_finding *finding;
	struct seep_findings *findings;
	size_t cursor = 0;
	int status = seep_engine_stats(engine, &stats);

	opts.watch = SEEP_WATCH_ALL;
	opts.no_floors = 1;
	opts.memory_max = settings->memory - stats.bytes_used;
	if (status == SEEP_OK)
		status = seep_detect(&snapshot, 1, &opts, &findings, NULL);
	if (status != SEEP_OK)
		return status;
	while (seep_findings_next(findings, &cursor, &finding) == SEEP_OK)
		read_finding(finding, result);
	seep_findings_free(findings);
	return SEEP_OK;
}

/* Looks; where that does not fit, folds and looks again, as the tool does. */
static int
look(struct seep_engine *engine, const struct settings *settings,
     struct result *result)
{
	struct seep_engine_stats stats = {.size = sizeof(stats)};
	struct seep_snapshot *snapshot;
	struct rusage usage;
	int status;

	for (;;) {
		status = seep_engine_snapshot(engine, &snapshot);
		if (status != SEEP_OK)
			return fail("snapshot", status);
		status = detect(engine, snapshot, settings, result);
		if (status != SEEP_EBUDGET)
			break;
		seep_snapshot_free(snapshot);
		if (seep_engine_stats(engine, &stats) != SEEP_OK ||
		    seep_engine_fold(engine, stats.channels / 2) != SEEP_OK)
			return fail("detect", status);
	}
	if (status == SEEP_OK)
		status = sum_ledger(snapshot, result);
	if (status == SEEP_OK)
		status = seep_engine_stats(engine, &stats);
	result->folded = stats.coverage.channels_folded;
	result->used_max = stats.bytes_used_max;
	result->channels = stats.channels;
	if (getrusage(RUSAGE_SELF, &usage) == 0)
		result->resident_kib = usage.ru_maxrss;
	seep_snapshot_free(snapshot);
	return status == SEEP_OK ? 0 : fail("detect", status);
}

static int
write_file(void *ctx, uint64_t offset, const void *data, size_t size)
{
	ssize_t got = pwrite(fileno(ctx), data, size, (off_t)offset);

	return got == (ssize_t)size ? 0 : -1;
}

static int
read_file(void *ctx, uint64_t offset, void *data, size_t size)
{
	ssize_t got = pread(fileno(ctx), data, size, (off_t)offset);

	return got == (ssize_t)size ? 0 : -1;
}

static int
run(const struct settings *settings, struct flood *flood, struct result *result)
{
	struct seep_engine_opts opts = SEEP_ENGINE_OPTS_INIT;
	struct seep_store store = {.write = write_file, .read = read_file};
	struct seep_engine *engine;
	int status;

	if (settings->store) {
		store.ctx = tmpfile();
		if (store.ctx == NULL)
			return fail("store", SEEP_EIO);
		opts.store = &store;
	}
	opts.memory_max = settings->memory / ENGINE_SHARE;
	opts.seed = settings->seed * UINT64_C(0x9e3779b97f4a7c15);
	status = seep_engine_new(&engine, &opts, NULL);
	if (status != SEEP_OK)
		return fail("engine", status);
	flood_init(flood, settings->flows, settings->seed);
	status = feed_all(engine, flood, result);
	if (status == 0)
		status = look(engine, settings, result);
	seep_engine_free(engine);
	if (store.ctx != NULL)
		(void)fclose(store.ctx);
	return status;
}

static int
tell(const struct settings *settings, const struct flood *flood,
     const struct result *result)
{
	int whole = result->ledger_bytes_out == flood->bytes_out;
	int within = result->used_max <= settings->memory / ENGINE_SHARE;

	printf(
	    "flood %" PRIu64 " flows, budget %" PRIu64
	    " MiB%s: totals %s, leak %s (%u findings, %u of %u peers, %" PRIu64
	    " of %" PRIu64 " bytes), flood %s, %" PRIu64
	    " channels folded, %" PRIu64 " left, %" PRIu64
	    " MiB used at most, %ld MiB resident at most; %.0f ns a flow, "
	    "%.0f ns a random line: %.1f times\n",
	    flood->sent, settings->memory >> 20,
	    settings->store ? " and a store" : "", whole ? "exact" : "WRONG",
	    result->findings ? "found" : "MISSED", result->findings,
	    (unsigned)__builtin_popcount(result->peers_told), FLOOD_LEAK_PEERS,
	    result->leak_bytes_told, flood->leak_bytes,
	    result->flood_told ? "told" : "NOT TOLD", result->folded,
	    result->channels, result->used_max >> 20,
	    result->resident_kib / 1024, result->feed_ns, result->line_ns,
	    result->feed_ns / result->line_ns);
	return whole && within && result->flood_told &&
		       result->peers_told == (1u << FLOOD_LEAK_PEERS) - 1
		   ? 0
		   : 1;
}

int
main(int argc, char **argv)
{
	struct settings settings;
	struct result result;
	struct flood flood;

	memset(&result, 0, sizeof(result));
	/* Large blocks go back to the system at once, as in the tool. */
	(void)mallopt(M_MMAP_THRESHOLD, 128 * 1024);
	if (read_settings(&settings, argc, argv) != 0) {
		fputs("usage: seep-flood [--flows N] [--memory BYTES] "
		      "[--seed N] [--store]\n",
		      stderr);
		return 2;
	}
	if (run(&settings, &flood, &result) != 0)
		return 1;
	result.line_ns = lines_ns((size_t)settings.memory);
	return tell(&settings, &flood, &result);
}
