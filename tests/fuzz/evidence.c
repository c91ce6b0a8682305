/* SPDX-License-Identifier: BSD-3-Clause */
#include "fuzz/evidence.h"

#include <seep/engine.h>

/* Bytes of the flows that the engine counts; 2^53 and more one way it
 * refuses without counting them. */
static uint64_t
bytes_of(const struct seep_flow *flows, size_t count)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < count; i++) {
		FUZZ_CHECK(flows[i].flags &
			   (SEEP_FLOW_RECORDED | SEEP_FLOW_NAME));
		if (!(flows[i].flags & SEEP_FLOW_NAME))
			sum += flows[i].bytes_orig + flows[i].bytes_resp;
	}
	return sum;
}

static uint64_t
feed_all(struct seep_source *source, struct seep_engine *engine, size_t batch)
{
	struct seep_flow flows[FUZZ_BATCH_MAX];
	uint64_t sum = 0;
	size_t count, fed;
	int status;

	while ((status = seep_source_next(source, flows, batch, &count)) ==
	       SEEP_OK) {
		FUZZ_CHECK(count > 0 && count <= batch);
		sum += bytes_of(flows, count);
		FUZZ_CHECK(seep_engine_feed(engine, flows, count, &fed) ==
			   SEEP_OK);
		FUZZ_CHECK(fed == count);
	}
	FUZZ_CHECK(status == SEEP_END && count == 0);
	FUZZ_CHECK(seep_source_next(source, flows, batch, &count) == SEEP_END);
	return sum;
}

static void
check_sums(const struct seep_coverage *c)
{
	uint64_t refused = 0;

	FUZZ_CHECK(c->bytes_seen == c->bytes_crossing + c->bytes_inside +
					c->bytes_outside + c->bytes_refused);
	for (int i = 0; i < SEEP_REFUSED_COUNT; i++)
		refused += c->records_refused[i];
	FUZZ_CHECK(refused <= c->records);
	FUZZ_CHECK(c->tcp_flows_one_way <= c->tcp_flows);
	FUZZ_CHECK(c->bytes_unanswered <= c->bytes_crossing);
	FUZZ_CHECK(c->bytes_spread <= c->bytes_crossing);
	FUZZ_CHECK(c->files_damaged + c->files_refused <= c->files);
}

static void
check_notices(struct seep_source *source)
{
	struct seep_notice notice;

	while (seep_source_notice(source, &notice) == SEEP_OK) {
		FUZZ_CHECK(notice.text != NULL && notice.text[0] != '\0');
		for (const char *p = notice.text; *p != '\0'; p++)
			FUZZ_CHECK(*p >= ' ' && *p <= '~');
	}
}

struct fuzz_bytes
fuzz_evidence(struct seep_source *source, size_t batch)
{
	struct seep_engine_stats stats = {.size = sizeof(stats)};
	struct seep_coverage part;
	struct seep_snapshot *snapshot;
	struct seep_engine *engine;
	struct fuzz_bytes bytes;
	uint64_t sum;

	FUZZ_CHECK(seep_engine_new(&engine, NULL, NULL) == SEEP_OK);
	sum = feed_all(source, engine, batch);
	FUZZ_CHECK(seep_engine_stats(engine, &stats) == SEEP_OK);
	if (stats.coverage.records_refused[SEEP_REFUSED_TOO_LARGE] == 0)
		FUZZ_CHECK(stats.coverage.bytes_seen == sum);
	seep_source_coverage(source, &part);
	check_notices(source);
	seep_engine_add_coverage(engine, &part);
	FUZZ_CHECK(seep_engine_stats(engine, &stats) == SEEP_OK);
	check_sums(&stats.coverage);
	FUZZ_CHECK(seep_engine_snapshot(engine, &snapshot) == SEEP_OK);
	bytes = fuzz_save(snapshot);
	seep_snapshot_free(snapshot);
	seep_engine_free(engine);
	seep_source_free(source);
	return bytes;
}
