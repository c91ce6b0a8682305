/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ledger when memory ends, libJudy's too: a flow is taken whole or not at
 * all, and the engine goes on as if nothing had been.
 */
#include <criterion/criterion.h>

#include <seep/case.h>

#include <stdio.h>
#include <string.h>

#include <seep/site.h>

#include "alloc/fail.h"
#include "ledger/cases.h"
#include "support/random.h"

/* struct feeding: flows, and what they make undisturbed. */
struct feeding {
	struct test_flows flows;
	struct test_bytes expected; /* of all */
	size_t skipped;             /* runs in which a flow was given up */
};

static int
make_engine(struct seep_engine **engine)
{
	struct seep_engine_opts opts = SEEP_ENGINE_OPTS_INIT;
	struct seep_site *site = test_site_mixed();
	int status;

	opts.site = site;
	status = seep_engine_new(engine, &opts, fail_alloc());
	seep_site_free(site);
	cr_assert_eq(*engine == NULL, status != SEEP_OK);
	return status;
}

/* A snapshot of 'engine' as saved bytes, while nothing fails. */
static struct test_bytes
save_engine(struct seep_engine *engine)
{
	struct test_bytes bytes = {0};
	struct seep_snapshot *snapshot = NULL;

	cr_assert_eq(seep_engine_snapshot(engine, &snapshot), SEEP_OK);
	cr_assert_eq(seep_snapshot_save(snapshot, test_bytes_write, &bytes),
		     SEEP_OK);
	seep_snapshot_free(snapshot);
	return bytes;
}

static void
must_be(struct seep_engine *engine, const struct test_bytes *expected)
{
	struct test_bytes bytes = save_engine(engine);

	cr_assert(test_bytes_equal(&bytes, expected), "another case");
	test_bytes_clear(&bytes);
}

/*
 * Feeds until memory ends, then goes on with memory: the flow that was not
 * taken is fed again, and the case is that of an undisturbed run.
 */
static int
feed_again(void *ctx)
{
	const struct feeding *feeding = ctx;
	const struct test_flows *flows = &feeding->flows;
	struct seep_engine *engine;
	size_t fed = 0;
	size_t more = 0;
	int status = make_engine(&engine);

	if (status != SEEP_OK)
		return status;
	status = seep_engine_feed(engine, flows->at, flows->count, &fed);
	cr_assert_eq(fed == flows->count, status == SEEP_OK);
	fail_stop();
	cr_assert_eq(seep_engine_feed(engine, flows->at + fed,
				      flows->count - fed, &more),
		     SEEP_OK);
	cr_assert_eq(fed + more, flows->count);
	must_be(engine, &feeding->expected);
	seep_engine_free(engine);
	return status;
}

/* The case of all flows but one, made elsewhere. */
static struct test_bytes
case_without(const struct test_flows *flows, size_t left_out)
{
	struct seep_engine *engine = test_engine(0);
	struct seep_snapshot *snapshot;
	struct test_bytes bytes;

	test_feed(engine, flows->at, left_out);
	test_feed(engine, flows->at + left_out + 1,
		  flows->count - left_out - 1);
	snapshot = test_snapshot(engine);
	bytes = test_save(snapshot);
	seep_snapshot_free(snapshot);
	seep_engine_free(engine);
	return bytes;
}

/* The flow that was not taken is given up: nothing of it may be left. */
static int
feed_on(void *ctx)
{
	struct feeding *feeding = ctx;
	const struct test_flows *flows = &feeding->flows;
	struct test_bytes expected;
	struct seep_engine *engine;
	size_t fed = 0;
	int status = make_engine(&engine);

	if (status != SEEP_OK)
		return status;
	status = seep_engine_feed(engine, flows->at, flows->count, &fed);
	fail_stop();
	if (status == SEEP_OK) {
		must_be(engine, &feeding->expected);
	} else {
		cr_assert_eq(seep_engine_feed(engine, flows->at + fed + 1,
					      flows->count - fed - 1, NULL),
			     SEEP_OK);
		expected = case_without(flows, fed);
		must_be(engine, &expected);
		test_bytes_clear(&expected);
		feeding->skipped++;
	}
	seep_engine_free(engine);
	return status;
}

/* Distinct labels and domains, enough that Judy's nodes branch. */
#define TEXTS 80

static const char *
text_of(size_t i)
{
	static char texts[TEXTS][24];

	snprintf(texts[i], sizeof(texts[i]), "label-%zu.example", i);
	return texts[i];
}

static void
name_flow(struct seep_flow *flow, size_t i)
{
	flow->name.text = text_of(i);
	flow->name_size = (uint32_t)strlen(flow->name.text);
}

/* A label for each of many peers, and a domain each. */
static void
add_texts(struct test_flows *flows)
{
	struct seep_flow flow = test_flow("10.0.0.1", "2001:db8::1", 443);
	struct seep_flow asked = test_flow("10.0.0.2", "198.51.100.53", 53);

	asked.flags = SEEP_FLOW_NAME;
	for (size_t i = 0; i < TEXTS; i++) {
		flow.resp.bytes[15] = (uint8_t)i;
		flow.start_ns += 3 * HOUR;
		flow.end_ns += 3 * HOUR;
		name_flow(&flow, i);
		test_flows_add(flows, &flow);
		name_flow(&asked, i);
		seep_name_address(asked.name.text, asked.name_size,
				  &asked.resp);
		test_flows_add(flows, &asked);
	}
}

/* Flows of every kind, one over 300 days, labels and names. */
static void
mix(struct feeding *feeding)
{
	struct seep_flow flow = test_flow("10.0.0.1", "2001:db8::1", 443);

	memset(feeding, 0, sizeof(*feeding));
	test_flows_mixed(&feeding->flows, 60, 41);
	flow.end_ns += 300 * DAY;
	flow.bytes_orig = 100000000;
	test_flows_add(&feeding->flows, &flow);
	add_texts(&feeding->flows);
	feeding->expected =
	    test_case(feeding->flows.at, feeding->flows.count, 0);
}

static void
clear(struct feeding *feeding)
{
	test_flows_clear(&feeding->flows);
	test_bytes_clear(&feeding->expected);
}

static const struct fail_plan every = {.each = 0, .runs = SIZE_MAX};
static const struct fail_plan some = {.each = 16, .runs = 40};

Test(fail_ledger, a_flow_that_memory_refused_can_be_fed_again)
{
	struct feeding feeding;
	struct fail_result result;

	mix(&feeding);
	result = fail_each("feed, again", feed_again, &feeding, &some);
	cr_assert_gt(result.judy, 100);
	cr_assert_gt(result.failed, 2 * result.places);
	clear(&feeding);
}

Test(fail_ledger, of_a_flow_that_memory_refused_nothing_is_left)
{
	struct feeding feeding;

	mix(&feeding);
	(void)fail_each("feed, and give one up", feed_on, &feeding, &some);
	cr_assert_gt(feeding.skipped, 200);
	clear(&feeding);
}

/* Feeds undisturbed, then seals and shows with failures; both can be asked
 * for again. */
static int
advance_and_snapshot(void *ctx)
{
	const struct feeding *feeding = ctx;
	struct seep_snapshot *snapshot = NULL;
	struct test_bytes bytes = {0};
	struct seep_engine *engine;
	int status = make_engine(&engine);

	if (status != SEEP_OK)
		return status;
	status = seep_engine_feed(engine, feeding->flows.at,
				  feeding->flows.count, NULL);
	if (status == SEEP_OK)
		status = seep_engine_advance(engine, TEST_START_NS + 9 * DAY);
	if (status == SEEP_OK)
		status = seep_engine_snapshot(engine, &snapshot);
	cr_assert(status == SEEP_OK || snapshot == NULL);
	if (status == SEEP_OK) {
		status = seep_snapshot_save(snapshot, test_bytes_write, &bytes);
		cr_assert(status != SEEP_OK ||
			  test_bytes_equal(&bytes, &feeding->expected));
	}
	fail_stop();
	if (status == SEEP_OK || snapshot != NULL)
		must_be(engine, &feeding->expected);
	seep_snapshot_free(snapshot);
	seep_engine_free(engine);
	test_bytes_clear(&bytes);
	return status;
}

Test(fail_ledger, sealing_showing_and_saving_fail_cleanly)
{
	struct feeding feeding;

	mix(&feeding);
	(void)fail_each("advance, snapshot, save", advance_and_snapshot,
			&feeding, &some);
	clear(&feeding);
}

/* As above, but memory ends after the flows were taken. */
static int
snapshot_late(void *ctx)
{
	const struct feeding *feeding = ctx;
	struct seep_snapshot *snapshot = NULL;
	struct seep_engine *engine;
	int status, sealed;

	cr_assert_eq(make_engine(&engine), SEEP_OK);
	cr_assert_eq(seep_engine_feed(engine, feeding->flows.at,
				      feeding->flows.count, NULL),
		     SEEP_OK);
	fail_arm();
	sealed = seep_engine_advance(engine, TEST_START_NS + 9 * DAY);
	status = seep_engine_snapshot(engine, &snapshot);
	cr_assert_eq(snapshot == NULL, status != SEEP_OK);
	seep_snapshot_free(snapshot);
	fail_stop();
	must_be(engine, &feeding->expected);
	cr_assert_eq(seep_engine_advance(engine, TEST_START_NS + 10 * DAY),
		     SEEP_OK);
	must_be(engine, &feeding->expected);
	seep_engine_free(engine);
	return sealed != SEEP_OK ? sealed : status;
}

Test(fail_ledger, an_engine_goes_on_after_a_snapshot_that_failed)
{
	struct feeding feeding;
	size_t failed;

	mix(&feeding);
	failed = fail_each_armed(snapshot_late, &feeding);
	fprintf(stderr, "late snapshot: %zu runs without memory\n", failed);
	cr_assert_gt(failed, 10);
	clear(&feeding);
}

/* Folded within a budget, with an input that the case lists. */
static int
fold_and_list(void *ctx)
{
	const struct feeding *feeding = ctx;
	struct seep_input input = {
	    .name = "conn.log", .first_ns = INT64_MAX, .last_ns = INT64_MIN};
	struct seep_engine *engine;
	int status = make_engine(&engine);
	int listed;

	if (status != SEEP_OK)
		return status;
	status = seep_engine_feed(engine, feeding->flows.at,
				  feeding->flows.count, NULL);
	listed = seep_engine_add_input(engine, &input);
	if (status == SEEP_OK)
		status = listed;
	if (status == SEEP_OK)
		status = seep_engine_fold(engine, 10);
	fail_stop();
	/* Asked again it goes on. */
	cr_assert_geq(seep_engine_fold(engine, 10), SEEP_OK);
	seep_engine_free(engine);
	return status == SEEP_END ? SEEP_OK : status;
}

Test(fail_ledger, folding_and_listing_inputs_fail_cleanly)
{
	struct feeding feeding;

	mix(&feeding);
	(void)fail_each("fold, add input", fold_and_list, &feeding, &some);
	clear(&feeding);
}

static int
restore_and_walk(void *ctx)
{
	struct test_bytes reader = *(struct test_bytes *)ctx;
	struct seep_snapshot *snapshot;
	struct seep_cells *cells = NULL;
	const char *section = "none";
	struct seep_cell cell;
	int status;

	reader.at = 0;
	status = seep_snapshot_restore(&snapshot, test_bytes_read, &reader,
				       &section, fail_alloc());
	cr_assert_null(section, "want of memory is no damage");
	cr_assert_eq(snapshot == NULL, status != SEEP_OK);
	if (status != SEEP_OK)
		return status;
	status = seep_cells_new(&cells, snapshot, fail_alloc());
	cr_assert_eq(cells == NULL, status != SEEP_OK);
	while (status == SEEP_OK)
		status = seep_cells_next(cells, &cell);
	seep_cells_free(cells);
	seep_snapshot_free(snapshot);
	return status == SEEP_END ? SEEP_OK : status;
}

static int
merge_two(void *ctx)
{
	const struct seep_snapshot *const *both = ctx;
	struct seep_snapshot *merged;
	int status;

	status = seep_snapshot_merge(&merged, both, 2, fail_alloc());
	cr_assert_eq(merged == NULL, status != SEEP_OK);
	seep_snapshot_free(merged);
	return status;
}

/* Two engines: what one holds a part of must be freed, which is enough. */
static int
continue_case(void *ctx)
{
	const struct seep_snapshot *const *both = ctx;
	struct seep_engine *engine;
	int status = make_engine(&engine);

	if (status == SEEP_OK)
		status = seep_engine_add_snapshot(engine, both[0]);
	if (status == SEEP_OK)
		status = seep_engine_add_snapshot(engine, both[1]);
	seep_engine_free(engine);
	return status;
}

/* Two sensors: read, merged, chosen among, saved. */
static int
merge_sensors(void *ctx)
{
	const struct test_bytes *parts = ctx;
	struct seep_merge_opts opts = SEEP_MERGE_OPTS_INIT;
	const struct seep_snapshot *selected = NULL;
	struct seep_case *cases[2] = {NULL, NULL};
	struct seep_case *merged = NULL;
	int status = SEEP_OK;

	for (int i = 0; i < 2 && status == SEEP_OK; i++) {
		struct test_bytes reader = parts[i];
		const char *section = "none";

		reader.at = 0;
		status = seep_case_restore(&cases[i], test_bytes_read, &reader,
					   0, &section, fail_alloc());
		cr_assert_null(section, "want of memory is no damage");
		cr_assert_eq(cases[i] == NULL, status != SEEP_OK);
	}
	if (status == SEEP_OK)
		status = seep_case_merge(&merged,
					 (const struct seep_case *const *)cases,
					 2, &opts, fail_alloc());
	cr_assert_eq(merged == NULL, status != SEEP_OK);
	if (status == SEEP_OK) {
		status = seep_case_select(merged, &selected);
		cr_assert_eq(selected == NULL, status != SEEP_OK);
	}
	seep_case_free(merged);
	seep_case_free(cases[0]);
	seep_case_free(cases[1]);
	return status;
}

/* The case of a sensor with an input. */
static struct test_bytes
save_sensor(const char *sensor, const struct seep_flow *flows, size_t count)
{
	struct seep_origin origin = {.size = sizeof(origin), .sensor = sensor};
	struct seep_engine *engine = test_engine_of(0, &origin);
	struct seep_snapshot *snapshot;
	struct test_bytes bytes;

	test_feed(engine, flows, count);
	test_declare(engine, "conn.log", 7);
	snapshot = test_snapshot(engine);
	bytes = test_save(snapshot);
	seep_snapshot_free(snapshot);
	seep_engine_free(engine);
	return bytes;
}

Test(fail_ledger, sensors_are_merged_and_chosen_among_or_memory_lacks)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct test_bytes parts[2];

	test_flows_mixed(&flows, 60, 1);
	parts[0] = save_sensor("a", flows.at, 40);
	parts[1] = save_sensor("b", flows.at + 20, 40);
	(void)fail_each("sensors", merge_sensors, parts, &some);
	test_bytes_clear(&parts[0]);
	test_bytes_clear(&parts[1]);
	test_flows_clear(&flows);
}

Test(fail_ledger, restoring_and_merging_fail_cleanly)
{
	struct seep_snapshot *one, *other;
	struct feeding feeding;
	struct test_bytes bytes;

	mix(&feeding);
	(void)fail_each("restore, walk", restore_and_walk, &feeding.expected,
			&every);
	bytes = test_case(feeding.flows.at, feeding.flows.count / 2, 0);
	one = test_restore(&feeding.expected);
	other = test_restore(&bytes);
	{
		const struct seep_snapshot *both[2] = {one, other};

		/* Judy's blocks of these two are none of the attempts'. */
		(void)fail_each("merge", merge_two, both, &some);
		(void)fail_each("add snapshots", continue_case, both, &some);
	}
	seep_snapshot_free(one);
	seep_snapshot_free(other);
	test_bytes_clear(&bytes);
	clear(&feeding);
}

static int
build_site(void *ctx)
{
	struct seep_address joined[3] = {test_address("10.0.0.1"),
					 test_address("fd00::1"),
					 test_address("10.0.0.2")};
	struct seep_network network = test_network("10.0.0.0/8");
	struct seep_site *site;
	int status = seep_site_new(&site, fail_alloc());

	(void)ctx;
	cr_assert_eq(site == NULL, status != SEEP_OK);
	for (unsigned i = 0; i < 40 && status == SEEP_OK; i++) {
		network.base.bytes[13] = (uint8_t)i;
		network.prefix_bits = 112;
		status =
		    seep_site_add(site, (enum seep_site_kind)(i % 3), &network);
		joined[0].bytes[15] = (uint8_t)i;
		joined[1].bytes[15] = (uint8_t)(i / 2);
		if (status == SEEP_OK)
			status = seep_site_join(site, joined, 3);
	}
	seep_site_free(site);
	return status;
}

Test(fail_ledger, a_site_is_built_or_memory_is_said_to_lack)
{
	(void)fail_each("site", build_site, NULL, &every);
}
