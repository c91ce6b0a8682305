/* SPDX-License-Identifier: BSD-3-Clause */
/* The choice among sensors, against a plain model over all cells. */
#include <criterion/criterion.h>

#include <stdlib.h>
#include <string.h>

#include <seep/case.h>

#include "ledger/cases.h"
#include "ledger/view.h"

#define SENSORS 3

static struct seep_snapshot *
make_part(const char *sensor, const struct seep_flow *flows, size_t count)
{
	struct seep_origin origin = {.size = sizeof(origin), .sensor = sensor};
	struct seep_engine *engine = test_engine_of(0, &origin);
	struct seep_snapshot *snapshot;

	test_feed(engine, flows, count);
	snapshot = test_snapshot(engine);
	seep_engine_free(engine);
	return snapshot;
}

/* A case of parts, by way of their bytes; it frees them. */
static struct seep_case *
make_case(struct seep_snapshot **parts, size_t count)
{
	struct seep_merge_opts opts = SEEP_MERGE_OPTS_INIT;
	struct seep_case *cases[SENSORS];
	struct seep_case *merged;

	for (size_t i = 0; i < count; i++) {
		struct test_bytes bytes = test_save(parts[i]);

		cr_assert_eq(seep_case_restore(&cases[i], test_bytes_read,
					       &bytes, 0, NULL, NULL),
			     SEEP_OK);
		test_bytes_clear(&bytes);
		seep_snapshot_free(parts[i]);
	}
	cr_assert_eq(seep_case_merge(&merged,
				     (const struct seep_case *const *)cases,
				     count, &opts, NULL),
		     SEEP_OK);
	for (size_t i = 0; i < count; i++)
		seep_case_free(cases[i]);
	return merged;
}

/* Three sensors that see different parts of the same flows. */
static struct seep_case *
three_sensors(size_t count)
{
	const char *const names[SENSORS] = {"a", "b", "c"};
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_snapshot *parts[SENSORS];

	test_flows_mixed(&flows, count, 5);
	for (size_t s = 0; s < SENSORS; s++)
		parts[s] = make_part(names[s], flows.at + s * count / 6,
				     count * 2 / 3);
	test_flows_clear(&flows);
	return make_case(parts, SENSORS);
}

struct list {
	struct seep_cell *cells;
	size_t count;
};

static struct list
list_cells(const struct seep_snapshot *snapshot)
{
	struct list list = {NULL, 0};
	struct seep_cells *cells;
	struct seep_cell cell;

	cr_assert_eq(seep_cells_new(&cells, snapshot, NULL), SEEP_OK);
	while (seep_cells_next(cells, &cell) == SEEP_OK) {
		list.cells =
		    realloc(list.cells, (list.count + 1) * sizeof(cell));
		cr_assert_not_null(list.cells);
		list.cells[list.count++] = cell;
	}
	seep_cells_free(cells);
	return list;
}

static int
is_traffic(const struct seep_cell *cell)
{
	return cell->place != SEEP_PLACE_NAME && cell->kind != SEEP_CELL_MISSED;
}

/* The bytes of a host on a day; 'any': whether it has a cell at all. */
static uint64_t
bytes_of(const struct list *list, const struct seep_address *host, uint32_t day,
	 int *any)
{
	uint64_t bytes = 0;

	*any = 0;
	for (size_t i = 0; i < list->count; i++) {
		const struct seep_cell *cell = &list->cells[i];

		if (cell->hour / 24 != day ||
		    seep_address_compare(&cell->host, host) != 0)
			continue;
		*any = 1;
		if (is_traffic(cell))
			bytes += cell->bytes_out + cell->bytes_in;
	}
	return bytes;
}

static size_t
choose(const struct list lists[SENSORS], const struct seep_address *host,
       uint32_t day)
{
	size_t best = SENSORS;
	uint64_t most = 0;

	for (size_t s = 0; s < SENSORS; s++) {
		int any;
		uint64_t bytes = bytes_of(&lists[s], host, day, &any);

		if (any && (best == SENSORS || bytes > most)) {
			best = s;
			most = bytes;
		}
	}
	return best;
}

static int
has_cell(const struct list *list, const struct seep_cell *cell)
{
	for (size_t i = 0; i < list->count; i++)
		if (memcmp(&list->cells[i], cell, sizeof(*cell)) == 0)
			return 1;
	return 0;
}

Test(select, holds_for_each_host_and_day_the_cells_of_one_sensor,
     .timeout = 300)
{
	struct seep_case *three = three_sensors(700);
	const struct seep_snapshot *selected;
	struct list lists[SENSORS];
	struct list got;
	size_t wanted = 0, others = 0;

	cr_assert_eq(seep_case_select(three, &selected), SEEP_OK);
	got = list_cells(selected);
	for (size_t s = 0; s < SENSORS; s++)
		lists[s] = list_cells(seep_case_part(three, s));
	for (size_t s = 0; s < SENSORS; s++)
		for (size_t i = 0; i < lists[s].count; i++) {
			const struct seep_cell *cell = &lists[s].cells[i];

			if (choose(lists, &cell->host, cell->hour / 24) != s) {
				others++;
				continue;
			}
			wanted++;
			cr_assert(has_cell(&got, cell));
		}
	cr_assert_eq(got.count, wanted);
	cr_assert(others > 100, "%zu", others);
	for (size_t s = 0; s < SENSORS; s++)
		free(lists[s].cells);
	free(got.cells);
	seep_case_free(three);
}

Test(select, its_accounts_add_up_to_what_all_sensors_saw)
{
	struct seep_case *three = three_sensors(2000);
	const struct seep_coverage *coverage;
	const struct seep_snapshot *selected;
	struct list got;
	uint64_t seen = 0, used = 0, crossing = 0, names = 0, missed = 0;

	cr_assert_eq(seep_case_select(three, &selected), SEEP_OK);
	coverage = seep_snapshot_coverage(selected);
	for (size_t s = 0; s < SENSORS; s++) {
		struct seep__sensor_sum sum;

		seep__view_sensor(selected, s, &sum);
		cr_assert_eq(sum.bytes_seen,
			     seep_snapshot_coverage(seep_case_part(three, s))
				 ->bytes_seen);
		cr_assert_gt(sum.bytes_unused, 0);
		seen += sum.bytes_seen;
		used += sum.bytes_seen - sum.bytes_unused;
	}
	got = list_cells(selected);
	for (size_t i = 0; i < got.count; i++) {
		const struct seep_cell *cell = &got.cells[i];
		const uint64_t bytes = cell->bytes_out + cell->bytes_in;

		if (cell->place == SEEP_PLACE_NAME)
			names += cell->bytes_out;
		else if (cell->kind == SEEP_CELL_MISSED)
			missed += bytes;
		else if (cell->place != SEEP_PLACE_INSIDE)
			crossing += bytes;
	}
	cr_assert_eq(coverage->bytes_crossing, crossing);
	cr_assert_eq(coverage->names_bytes, names);
	cr_assert_eq(coverage->bytes_missed_crossing, missed);
	cr_assert_eq(coverage->bytes_seen,
		     coverage->bytes_crossing + coverage->bytes_inside +
			 coverage->bytes_outside + coverage->bytes_refused);
	cr_assert_eq(coverage->bytes_seen, used);
	cr_assert_lt(used, seen);
	free(got.cells);
	seep_case_free(three);
}

/* 10.0.0.1 sends 'bytes' on day 'day'. */
static struct seep_flow
on_day(int64_t day, uint64_t bytes)
{
	struct seep_flow flow = test_flow("10.0.0.1", "198.51.100.9", 443);

	flow.start_ns = day * DAY + 5 * HOUR;
	flow.end_ns = flow.start_ns + MINUTE;
	flow.bytes_orig = bytes;
	flow.bytes_resp = 0;
	return flow;
}

Test(select, most_bytes_of_the_day_win_and_ties_go_by_name)
{
	const struct seep_flow a[3] = {on_day(100, 10), on_day(101, 7),
				       on_day(102, 5)};
	const struct seep_flow b[3] = {on_day(100, 9), on_day(101, 7),
				       on_day(102, 6)};
	struct seep_snapshot *parts[2] = {make_part("b", b, 3),
					  make_part("a", a, 3)};
	struct seep_case *both = make_case(parts, 2);
	const struct seep_snapshot *selected;
	struct seep__sensor_sum sums[2];
	struct seep__share share;
	struct list got;

	cr_assert_eq(seep_case_select(both, &selected), SEEP_OK);
	got = list_cells(selected);
	cr_assert_eq(got.count, 3);
	cr_assert_eq(got.cells[0].bytes_out, 10);
	cr_assert_eq(got.cells[1].bytes_out, 7);
	cr_assert_eq(got.cells[2].bytes_out, 6);
	seep__view_sensor(selected, 0, &sums[0]);
	seep__view_sensor(selected, 1, &sums[1]);
	cr_assert_str_eq(sums[0].name, "a");
	cr_assert_eq(sums[0].bytes_unused, 5);
	cr_assert_str_eq(sums[1].name, "b");
	cr_assert_eq(sums[1].bytes_unused, 9 + 7);
	seep__view_share(selected, 0, 0, &share);
	cr_assert_eq(share.bytes_used, 17);
	cr_assert_eq(share.bytes_unused, 5);
	free(got.cells);
	seep_case_free(both);
}

Test(select, a_flow_inside_is_used_where_either_end_uses_its_sensor)
{
	struct seep_flow inside = test_flow("10.0.0.1", "10.0.0.2", 445);
	struct seep_flow out = test_flow("10.0.0.2", "198.51.100.9", 443);
	struct seep_flow a[2], b[2];
	struct seep_snapshot *parts[2];
	const struct seep_coverage *coverage;
	const struct seep_snapshot *selected;
	struct seep__sensor_sum sum;
	struct seep_case *both;
	struct list got;

	inside.bytes_resp = out.bytes_resp = 0;
	a[0] = b[0] = inside;
	a[1] = b[1] = out;
	/* 10.0.0.1 sees more at a, 10.0.0.2 at b. */
	a[0].bytes_orig = 101;
	b[0].bytes_orig = 100;
	a[1].bytes_orig = 1;
	b[1].bytes_orig = 50;
	parts[0] = make_part("a", a, 2);
	parts[1] = make_part("b", b, 2);
	both = make_case(parts, 2);
	cr_assert_eq(seep_case_select(both, &selected), SEEP_OK);
	got = list_cells(selected);
	cr_assert_eq(got.count, 3);
	cr_assert_eq(got.cells[0].bytes_out, 101);
	cr_assert_eq(got.cells[1].bytes_in, 100);
	cr_assert_eq(got.cells[2].bytes_out, 50);
	coverage = seep_snapshot_coverage(selected);
	cr_assert_eq(coverage->bytes_inside, 201);
	cr_assert_eq(coverage->bytes_crossing, 50);
	seep__view_sensor(selected, 0, &sum);
	cr_assert_eq(sum.bytes_unused, 1);
	free(got.cells);
	seep_case_free(both);
}

Test(select, one_sensor_is_read_as_it_is)
{
	const struct seep_flow flow = on_day(100, 10);
	struct seep_snapshot *part = make_part("a", &flow, 1);
	struct seep_case *one = make_case(&part, 1);
	const struct seep_snapshot *selected;

	cr_assert_eq(seep_case_select(one, &selected), SEEP_OK);
	cr_assert_eq(selected, seep_case_part(one, 0));
	cr_assert_eq(seep__view_sensors(selected), 0);
	seep_case_free(one);
}
