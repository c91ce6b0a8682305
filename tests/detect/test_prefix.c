/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Live equals forensic: what was told on a day is what the whole evidence
 * tells of that day, and no later day takes it back.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "detect/case.h"
#include "support/random.h"

#define DAYS 84
#define CUTS 50

static const struct seep_detect_opts quick = {
    .size = sizeof(struct seep_detect_opts), .no_floors = 1};

/* Servers of which some come late; leaks that end, that go on and that are
 * pulled; missing days. */
static void
make_world(struct test_flows *flows)
{
	static const struct {
		const char *host;
		int from_day;
	} servers[] = {{"10.3.0.21", 0},  {"10.3.0.22", 0}, {"10.3.0.23", 20},
		       {"10.3.0.24", 0},  {"10.3.0.25", 9}, {"10.3.0.26", 0},
		       {"10.3.0.27", 31}, {"10.3.0.28", 0}};
	struct seep_flow pull = test_flow("198.51.100.77", "10.3.0.26", 443);

	for (size_t i = 0; i < sizeof(servers) / sizeof(*servers); i++) {
		const struct case_trade trade = {servers[i].host,
						 servers[i].from_day, DAYS,
						 20 * MB, 70 + i};

		case_trade(flows, &trade);
	}
	case_drip(flows, "10.3.0.21", "198.51.100.1", 24, 44, 15 * MB);
	case_drip(flows, "10.3.0.21", "198.51.100.2", 60, DAYS, 15 * MB);
	case_drip(flows, "10.3.0.23", "203.0.23.20", 45, DAYS, 30 * MB);
	case_drip(flows, "10.3.0.24", "198.51.100.3", 30, 33, 400 * MB);
	case_drip(flows, "10.3.0.27", "198.51.100.4", 58, 70, 15 * MB);
	pull.start_ns += 40 * DAY;
	pull.end_ns = pull.start_ns + MINUTE;
	pull.bytes_resp = 20 * MB;
	test_flows_every(flows, &pull, HOUR, 20 * 24);
	case_remove_day(flows, 27);
	case_remove_day(flows, 51);
	case_remove_day(flows, 52);
}

/* The flows from before 'until_ns'; none of them lasts longer. */
static struct test_flows
cut_at(const struct test_flows *flows, int64_t until_ns)
{
	struct test_flows part = TEST_FLOWS_EMPTY;

	for (size_t i = 0; i < flows->count; i++)
		if (flows->at[i].start_ns < until_ns)
			test_flows_add(&part, &flows->at[i]);
	return part;
}

static int
is_of(const struct seep_finding *finding, int64_t until_ns)
{
	return finding->detected_at_ns <= until_ns && !finding->retrospective &&
	       finding->basis == SEEP_BASIS_CHANGE;
}

/* How many findings of 'a' by 'until_ns' there are; each must be in 'b'. */
static size_t
check_held(const struct seep_findings *a, const struct seep_findings *b,
	   int64_t until_ns)
{
	const struct seep_finding *x, *y;
	size_t i = 0, count = 0;

	while (seep_findings_next(a, &i, &x) == SEEP_OK) {
		size_t j = 0;
		int found = 0;

		if (!is_of(x, until_ns))
			continue;
		count++;
		while (seep_findings_next(b, &j, &y) == SEEP_OK)
			found |= strcmp(x->id, y->id) == 0 &&
				 x->detected_at_ns == y->detected_at_ns &&
				 x->direction == y->direction &&
				 x->host.prefix_bits == y->host.prefix_bits &&
				 seep_address_compare(&x->host.base,
						      &y->host.base) == 0;
		cr_assert(
		    found, "day %lld: %s of day %lld",
		    (long long)((until_ns - TEST_START_NS) / DAY), x->id,
		    (long long)((x->detected_at_ns - TEST_START_NS) / DAY));
	}
	return count;
}

/* The same both ways, so that nothing is raised and withdrawn either. */
static size_t
check_same(const struct test_flows *part, const struct seep_findings *whole,
	   int64_t until_ns)
{
	struct seep_findings *cut = case_detect(part, &quick);
	const size_t count = check_held(cut, whole, until_ns);

	cr_assert_eq(check_held(whole, cut, until_ns), count);
	seep_findings_free(cut);
	return count;
}

/* Everybody sends a thousand times as much to everybody. */
static void
add_garbage(struct test_flows *part, int64_t from_ns, uint64_t *random)
{
	for (int n = 0; n < 3000; n++) {
		char text[32];
		struct seep_flow flow;

		snprintf(text, sizeof(text), "10.3.0.%d",
			 21 + (int)test_random_below(random, 12));
		flow = test_flow(text, "198.51.100.1", 443);
		flow.resp.bytes[15] = (uint8_t)test_random(random);
		flow.port_resp = (uint16_t)test_random(random);
		flow.start_ns = from_ns +
				(int64_t)test_random_below(random, 20) * DAY +
				(int64_t)test_random_below(random, 24) * HOUR;
		flow.end_ns = flow.start_ns + MINUTE;
		flow.bytes_orig = test_random_below(random, 20 * GB);
		flow.bytes_resp = test_random_below(random, 20 * GB);
		flow.opener = (uint8_t)(1 + test_random_below(random, 2));
		test_flows_add(part, &flow);
	}
}

Test(prefix, what_was_told_on_a_day_is_what_the_whole_tells_of_it)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_findings *whole;
	uint64_t random = 5;
	size_t told = 0;

	make_world(&flows);
	whole = case_detect(&flows, &quick);
	cr_assert_geq(seep_findings_count(whole), 5);
	for (int n = 0; n < CUTS; n++) {
		/* Every hour of the day, and decisions' own times. */
		const int64_t hour =
		    n % 2 ? (int64_t)test_random_below(&random, 24) : 0;
		const int64_t at =
		    TEST_START_NS + (15 + n * 69 / CUTS) * DAY + hour * HOUR;
		struct test_flows part = cut_at(&flows, at);

		told += check_same(&part, whole, at);
		test_flows_clear(&part);
	}
	cr_assert_geq(told, 2 * CUTS);
	seep_findings_free(whole);
	test_flows_clear(&flows);
}

Test(prefix, garbage_after_a_day_changes_nothing_of_what_was_told)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	uint64_t random = 6;
	size_t told = 0;

	make_world(&flows);
	for (int n = 0; n < CUTS; n += 3) {
		const int64_t at = TEST_START_NS + (15 + n * 69 / CUTS) * DAY;
		struct test_flows part = cut_at(&flows, at);
		struct seep_findings *cut = case_detect(&part, &quick);

		add_garbage(&part, at, &random);
		told += check_same(&part, cut, at);
		seep_findings_free(cut);
		test_flows_clear(&part);
	}
	cr_assert_geq(told, 20);
	test_flows_clear(&flows);
}
