/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Detection and report when memory ends: they say so and leave nothing, and
 * what is told in spite of a failure is what is told without one.
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <seep/detect.h>
#include <seep/report.h>

#include "alloc/fail.h"
#include "base/hash.h"
#include "detect/case.h"

/* The report takes its memory from malloc(3): --wrap lets it fail too. */
void *
__real_malloc(size_t size);
void *
__real_realloc(void *ptr, size_t size);
void
__real_free(void *ptr);
void *
__wrap_malloc(size_t size);
void *
__wrap_realloc(void *ptr, size_t size);
void
__wrap_free(void *ptr);

static int wrapping;
static size_t wrapped_live;

/* Recording a call allocates too. */
static int
refused(void)
{
	int fails;

	if (!wrapping)
		return 0;
	wrapping = 0;
	fails = fail_now();
	wrapping = 1;
	return fails;
}

void *
__wrap_malloc(size_t size)
{
	if (refused())
		return NULL;
	wrapped_live += (size_t)wrapping;
	return __real_malloc(size);
}

void *
__wrap_realloc(void *ptr, size_t size)
{
	if (refused())
		return NULL;
	wrapped_live += (size_t)(wrapping && ptr == NULL);
	return __real_realloc(ptr, size);
}

void
__wrap_free(void *ptr)
{
	wrapped_live -= (size_t)(wrapping && ptr != NULL);
	__real_free(ptr);
}

/* What was written, as a sum: writing must not allocate. */
struct told {
	struct seep__hash_stream sum;
	uint64_t bytes;
};

static int
take(void *ctx, const void *data, size_t size)
{
	struct told *told = ctx;

	seep__hash_stream_feed(&told->sum, data, size);
	told->bytes += size;
	return 0;
}

static uint64_t
tell(const struct seep_findings *findings)
{
	struct told told = {.bytes = 0};

	seep__hash_stream_init(&told.sum);
	cr_assert_eq(seep_report_json(findings, NULL, take, &told), SEEP_OK);
	cr_assert_gt(told.bytes, 500);
	return seep__hash_stream_sum(&told.sum);
}

struct asking {
	const struct seep_snapshot *snapshot;
	struct seep_detect_opts opts;
	uint64_t expected; /* 0 = not known yet */
};

static int
look(void *ctx)
{
	struct asking *asking = ctx;
	struct seep_findings *findings;
	int status;

	status = seep_detect(&asking->snapshot, 1, &asking->opts, &findings,
			     fail_alloc());
	fail_stop();
	cr_assert_eq(findings == NULL, status != SEEP_OK);
	if (status == SEEP_OK && asking->expected == 0)
		asking->expected = tell(findings);
	else if (status == SEEP_OK)
		cr_assert_eq(tell(findings), asking->expected,
			     "other findings");
	seep_findings_free(findings);
	return status;
}

#define DAYS 45

/* A server with a leak, a drip, and names that carry something out. */
static struct seep_snapshot *
make_case(int days)
{
	const struct case_leak leak = {.from_day = days * 2 / 3,
				       .end_day = days,
				       .bytes_per_day = CASE_LEAK_DAY,
				       .peers_per_day = 2};
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_flow asked = test_flow("10.2.0.7", "198.51.100.53", 53);
	struct seep_snapshot *snapshot;

	case_office(&flows, days, 3);
	case_leak(&flows, &leak);
	case_drip(&flows, CASE_SERVER, CASE_PARTNER, days / 2, days, 3 * MB);
	asked.flags = SEEP_FLOW_NAME;
	asked.name.text = "tunnel.example";
	asked.name_size = (uint32_t)strlen(asked.name.text);
	seep_name_address(asked.name.text, asked.name_size, &asked.resp);
	asked.start_ns += (days - 9) * DAY;
	asked.bytes_orig = 4000;
	test_flows_every(&flows, &asked, HOUR, 9 * 24);
	snapshot = case_snapshot(&flows, NULL);
	test_flows_clear(&flows);
	return snapshot;
}

static const struct seep_allow allowed = {
    .peer = {.prefix_bits = 0},
    .host = {.prefix_bits = 0},
    .has_service = 1,
    .protocol = 6,
    .port = 443,
    .bytes_per_day = 1000 * MB,
    .reason = "a backup",
};

static size_t
count_basis(const struct asking *asking, enum seep_basis basis)
{
	const struct seep_finding *finding;
	struct seep_findings *findings;
	size_t cursor = 0;
	size_t count = 0;

	cr_assert_eq(
	    seep_detect(&asking->snapshot, 1, &asking->opts, &findings, NULL),
	    SEEP_OK);
	while (seep_findings_next(findings, &cursor, &finding) == SEEP_OK)
		count += finding->basis == basis;
	seep_findings_free(findings);
	return count;
}

/* Of a run this long only the first time at each place is failed. */
static const struct fail_plan few = {.each = 0, .runs = 4, .first_only = 1};

Test(fail_detect, change_is_found_or_memory_is_said_to_lack)
{
	struct seep_snapshot *snapshot = make_case(DAYS);
	struct asking asking = {.snapshot = snapshot,
				.opts = SEEP_DETECT_OPTS_INIT};

	asking.opts.allow = &allowed;
	asking.opts.allow_count = 1;
	asking.opts.no_floors = 1;
	cr_assert_gt(count_basis(&asking, SEEP_BASIS_CHANGE), 0);
	(void)fail_each("detect, change", look, &asking, &few);
	seep_snapshot_free(snapshot);
}

Test(fail_detect, contrast_is_told_or_memory_is_said_to_lack)
{
	struct seep_snapshot *snapshot = make_case(12);
	struct asking asking = {.snapshot = snapshot,
				.opts = SEEP_DETECT_OPTS_INIT};

	asking.opts.watch = SEEP_WATCH_ALL;
	cr_assert_gt(count_basis(&asking, SEEP_BASIS_CONTRAST), 0);
	(void)fail_each("detect, contrast", look, &asking, &few);
	seep_snapshot_free(snapshot);
}

Test(fail_detect, floors_are_worked_out_or_memory_is_said_to_lack)
{
	const struct seep_address only = test_address(CASE_SERVER);
	struct seep_snapshot *snapshot = make_case(24);
	struct asking asking = {.snapshot = snapshot,
				.opts = SEEP_DETECT_OPTS_INIT};

	asking.opts.only = &only;
	asking.opts.only_count = 1;
	(void)fail_each("detect, floors", look, &asking, &few);
	seep_snapshot_free(snapshot);
}

struct report {
	const struct seep_findings *findings;
	const struct seep_finding *finding; /* this one alone, or NULL */
	struct seep_report_opts opts;
	int json;
	uint64_t expected;
};

static int
tell_report(const struct report *r, struct told *told)
{
	if (r->finding != NULL && r->json)
		return seep_report_json_finding(r->findings, r->finding, take,
						told);
	if (r->finding != NULL)
		return seep_report_text_finding(r->findings, r->finding,
						&r->opts, take, told);
	return r->json ? seep_report_json(r->findings, &r->opts, take, told)
		       : seep_report_text(r->findings, &r->opts, take, told);
}

static int
report(void *ctx)
{
	struct report *r = ctx;
	struct told told = {.bytes = 0};
	uint64_t sum;
	int status;

	seep__hash_stream_init(&told.sum);
	wrapped_live = 0;
	wrapping = 1;
	status = tell_report(r, &told);
	wrapping = 0;
	cr_assert_eq(wrapped_live, 0, "a block leaked");
	sum = seep__hash_stream_sum(&told.sum);
	if (status == SEEP_OK && r->expected == 0)
		r->expected = sum;
	else if (status == SEEP_OK)
		cr_assert_eq(sum, r->expected, "another report");
	return status;
}

Test(fail_detect, a_report_is_whole_or_memory_is_said_to_lack)
{
	static const char *const inputs[] = {"conn.log", "a b/"};
	const struct fail_plan plan = {.each = 50, .runs = 100};
	struct seep_snapshot *snapshot = make_case(DAYS);
	const struct seep_snapshot *const list[] = {snapshot};
	struct seep_detect_opts opts = SEEP_DETECT_OPTS_INIT;
	struct report r = {.opts = SEEP_REPORT_OPTS_INIT};
	struct seep_findings *findings;
	size_t cursor = 0;

	opts.no_floors = 1;
	cr_assert_eq(seep_detect(list, 1, &opts, &findings, NULL), SEEP_OK);
	r.findings = findings;
	r.opts.inputs = inputs;
	r.opts.inputs_count = 2;
	r.opts.input_kind = SEEP_INPUT_ZEEK_TSV;
	(void)fail_each("report, text", report, &r, &plan);
	r.json = 1;
	r.expected = 0;
	(void)fail_each("report, JSON", report, &r, &plan);
	cr_assert_eq(seep_findings_next(findings, &cursor, &r.finding),
		     SEEP_OK);
	for (r.json = 0; r.json < 2; r.json++) {
		r.expected = 0;
		(void)fail_each("report, a finding", report, &r, &plan);
	}
	seep_findings_free(findings);
	seep_snapshot_free(snapshot);
}
