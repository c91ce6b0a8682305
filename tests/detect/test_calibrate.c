/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "detect/case.h"
#include "detect/host.h"
#include "detect/inner.h"
#include "detect/inquiry.h"
#include "support/alloc.h"

/* 48 hosts hold 5.5 entity-years of possible alarms by day 56, and 1.8 by
 * day 28: at 5 alarms a year the limit is 2. */
#define HOSTS 48
#define DAYS 112
#define EPOCH_DAYS 56
#define KNOB 5.0

/* Epochs number from 1: 14, 28, 56 days. */
#define EPOCH 3

/* struct site: exchangeable hosts, log-normal hours and days, quiet rest
 * days. */
struct site {
	int hosts;
	int days;
	double hour_bits;
	double day_bits;
	uint64_t seed;
	/* leak: the first host sends so many bytes an hour more. */
	int leak_from;
	int leak_end;
	uint64_t leak;
};

static const struct site usual = {
    .hosts = HOSTS, .days = DAYS, .hour_bits = 1.5, .day_bits = 0.5, .seed = 5};

static void
add_hour(struct test_flows *flows, const struct site *site, int host, int day,
	 int hour, double bits)
{
	static const char *const peers[] = {"203.0.113.5", "203.0.113.77",
					    "198.18.0.9"};
	static const uint16_t ports[] = {443, 443, 25};
	const int nth = hour % 3;
	char text[32];
	struct seep_flow flow;

	snprintf(text, sizeof(text), "10.5.%d.%d", host / 200, host % 200 + 1);
	flow = inner_flow(text, peers[nth], ports[nth], day, hour);
	flow.bytes_orig = (uint64_t)exp2(bits);
	flow.bytes_resp = 0;
	if (host == 0 && day >= site->leak_from && day < site->leak_end)
		flow.bytes_orig += site->leak;
	test_flows_add(flows, &flow);
}

static void
make_flows(struct test_flows *flows, const struct site *site)
{
	for (int host = 0; host < site->hosts; host++) {
		/* Of its own, so that one more host changes no other. */
		uint64_t random = site->seed * 1000 + (uint64_t)host;

		for (int day = 0; day < site->days; day++) {
			double level =
			    22 + site->day_bits * host_normal(&random);

			level -= day % 7 < 5 ? 0 : 2;
			for (int hour = 0; hour < 24; hour++)
				add_hour(flows, site, host, day, hour,
					 level + site->hour_bits *
						     host_normal(&random));
		}
	}
}

static struct seep_detect_opts
make_opts(double knob)
{
	struct seep_detect_opts opts = SEEP_DETECT_OPTS_INIT;

	opts.watch = SEEP_WATCH_ALL;
	opts.alarms_per_year = knob;
	opts.no_floors = 1;
	return opts;
}

static struct seep_findings *
detect_site(const struct site *site, double knob)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	const struct seep_detect_opts opts = make_opts(knob);
	struct seep_findings *findings;

	make_flows(&flows, site);
	findings = case_detect(&flows, &opts);
	test_flows_clear(&flows);
	return findings;
}

/* struct table: what decides at an epoch for one entity. */
struct table {
	struct seep__threshold at[SEEP_STRATUM_COUNT][SEEP_STATISTIC_COUNT];
};

static void
read_table(const struct test_flows *flows, int until_day, double knob,
	   struct table *table)
{
	struct seep_detect_opts opts = make_opts(knob);
	struct seep__inquiry inquiry;
	struct inner inner;

	if (until_day)
		opts.until_ns = TEST_START_NS + until_day * DAY;
	inner_open(&inner, flows, NULL, &opts);
	seep__inquiry_init(&inquiry, &inner.view, &inner.entities);
	inquiry.knob = knob;
	cr_assert_eq(seep__inquiry_pool(&inquiry), SEEP_OK);
	cr_assert_eq(seep__inquiry_calibrate(&inquiry), SEEP_OK);
	cr_assert_geq(inquiry.calibration.epochs, EPOCH);
	for (uint32_t s = 0; s < SEEP_STRATUM_COUNT; s++)
		for (uint32_t k = 0; k < SEEP_STATISTIC_COUNT; k++)
			seep__calibrate_threshold(&inquiry.calibration, 0,
						  EPOCH, s, k,
						  &table->at[s][k]);
	seep__inquiry_clear(&inquiry);
	inner_close(&inner);
}

static void
read_site(const struct site *site, double knob, struct table *table)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;

	make_flows(&flows, site);
	read_table(&flows, 0, knob, table);
	test_flows_clear(&flows);
}

static double
score_of(const struct seep__threshold *at, double knob)
{
	return seep__chance_score(&at->chance, knob / at->tests);
}

static void
check_same(const struct table *a, const struct table *b)
{
	for (uint32_t s = 0; s < SEEP_STRATUM_COUNT; s++)
		for (uint32_t k = 0; k < SEEP_STATISTIC_COUNT; k++) {
			const struct seep__threshold *x = &a->at[s][k];
			const struct seep__threshold *y = &b->at[s][k];

			cr_assert_eq(x->chance.intercept, y->chance.intercept);
			cr_assert_eq(x->chance.slope, y->chance.slope);
			cr_assert_eq(x->tests, y->tests);
			cr_assert_eq(x->years, y->years);
			cr_assert_eq(x->is_evidence, y->is_evidence);
		}
}

Test(calibrate, few_host_years_leave_the_shipped_table_and_say_so)
{
	struct site site = usual;
	struct seep_findings *findings;
	const struct seep_entity *entity;

	/* 12 hosts, 42 days of them: 1.4 years at a limit of 2. */
	site.hosts = 12;
	site.days = EPOCH_DAYS + 7;
	findings = detect_site(&site, KNOB);
	entity = case_entity(findings, "10.5.0.3/32");
	cr_assert_not_null(entity);
	cr_assert_eq(entity->calibration, SEEP_CALIBRATION_SHIPPED);
	cr_assert_eq(entity->calibration_host_years_micro,
		     (uint64_t)(SEEP__SHIPPED_YEARS * 1e6));
	seep_findings_free(findings);
}

Test(calibrate, the_shipped_table_decides_before_the_first_full_epoch)
{
	struct seep__threshold threshold;

	seep__calibrate_threshold(NULL, 0, 0, SEEP_STRATUM_WEB,
				  SEEP_STATISTIC_LOW, &threshold);
	cr_assert_eq(threshold.tests, SEEP__TESTS_SHIPPED);
	cr_assert_eq(threshold.years, SEEP__SHIPPED_YEARS);
	cr_assert_eq(threshold.is_evidence, 0);
	cr_assert_eq(seep__calibrate_epoch(NULL, 1000), 0);
}

/* Alarms on days behind the last epoch, divided by the knob. */
static double
alarm_ratio(const struct seep_findings *findings, const struct site *site)
{
	const int64_t epoch = TEST_START_NS + EPOCH_DAYS * DAY;
	const double years = site->hosts * (site->days - EPOCH_DAYS) / 365.25;
	const struct seep_finding *finding;
	size_t cursor = 0;
	size_t alarms = 0;

	while (seep_findings_next(findings, &cursor, &finding) == SEEP_OK)
		alarms += finding->basis == SEEP_BASIS_CHANGE &&
			  finding->detected_at_ns > epoch;
	return (double)alarms / years / KNOB;
}

/*
 * Exchangeable days are what the method promises for. Some 37 alarms are
 * due on these 7.4 years, and the 5.5 years behind the thresholds scatter
 * by themselves.
 */
Test(calibrate, fresh_days_alarm_about_as_often_as_the_knob_says)
{
	struct seep_findings *findings = detect_site(&usual, KNOB);
	const struct seep_entity *entity = case_entity(findings, "10.5.0.3/32");
	const double ratio = alarm_ratio(findings, &usual);

	cr_assert_not_null(entity);
	cr_assert_eq(entity->calibration, SEEP_CALIBRATION_EVIDENCE);
	cr_assert_float_eq((double)entity->calibration_host_years_micro / 1e6,
			   HOSTS * (EPOCH_DAYS - SEEP__RUNG_FIRST) / 365.25,
			   0.01);
	cr_assert(ratio >= 0.3 && ratio <= 1.2, "ratio %.2f", ratio);
	seep_findings_free(findings);
}

/*
 * The leak multiplies what one host sends, from day 30 on. Its days are
 * spread over the past: more scatter, no rise. A threshold is a line laid
 * through counts, which move by a tenth with any other evidence.
 */
#define LEAK_BYTES (UINT64_C(40) * MB)
#define MOVED_MAX 0.15

/* Is it the shipped tail, for want of crossings? */
static int
is_shipped(const struct table *table, uint32_t s, uint32_t k)
{
	return table->at[s][k].chance.slope ==
	       seep__chance_shipped(0, s, k).slope;
}

Test(calibrate, a_leak_in_one_host_hardly_moves_the_thresholds)
{
	static const uint32_t held[] = {SEEP_STRATUM_ALL, SEEP_STRATUM_PUSH,
					SEEP_STRATUM_WEB, SEEP_STRATUM_MAIL};
	struct site site = usual;
	static struct table clean, leaking;
	double worst = 0;
	size_t fitted = 0;

	site.days = EPOCH_DAYS + 7;
	read_site(&site, KNOB, &clean);
	site.leak = LEAK_BYTES;
	site.leak_from = 30;
	site.leak_end = site.days;
	read_site(&site, KNOB, &leaking);
	for (size_t i = 0; i < 16; i++) {
		const uint32_t s = held[i / 4];
		const uint32_t k = i % 4;
		const double x = score_of(&clean.at[s][k], KNOB);
		const double y = score_of(&leaking.at[s][k], KNOB);

		cr_assert_eq(clean.at[s][k].is_evidence, 1);
		if (is_shipped(&clean, s, k) || is_shipped(&leaking, s, k))
			continue;
		fitted++;
		worst = fmax(worst, fabs(y - x) / x);
	}
	cr_assert_geq(fitted, 13);
	cr_assert_gt(worst, 0);
	cr_assert_leq(worst, MOVED_MAX, "moved by %.3f", worst);
}

Test(calibrate, the_order_of_flows_changes_no_threshold)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct site site = usual;
	static struct table a, b;

	site.days = EPOCH_DAYS + 2;
	make_flows(&flows, &site);
	read_table(&flows, 0, KNOB, &a);
	test_flows_shuffle(&flows, 77);
	read_table(&flows, 0, KNOB, &b);
	cr_assert_eq(a.at[0][0].is_evidence, 1);
	check_same(&a, &b);
	test_flows_clear(&flows);
}

Test(calibrate, what_follows_an_epoch_does_not_change_it)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct site site = usual;
	static struct table whole, cut, other;

	site.days = EPOCH_DAYS + 30;
	make_flows(&flows, &site);
	read_table(&flows, 0, KNOB, &whole);
	read_table(&flows, EPOCH_DAYS + 1, KNOB, &cut);
	cr_assert_eq(whole.at[0][0].is_evidence, 1);
	check_same(&whole, &cut);
	test_flows_clear(&flows);
	site.leak = 50 * MB;
	site.leak_from = EPOCH_DAYS;
	site.leak_end = site.days;
	read_site(&site, KNOB, &other);
	check_same(&whole, &other);
}

/* Writes down 1,000 years in which scores fall off by e^3 a nat. */
static void
count_steeply(struct seep__tally *tally)
{
	tally->days = 365250;
	for (size_t l = 0; l < SEEP__LEVELS; l++)
		tally->crossings[l] =
		    (uint64_t)(1e5 * exp(-1.5 * (double)(l + 1)));
}

Test(calibrate, evidence_that_is_too_regular_lowers_thresholds_so_far_only)
{
	const struct seep__chance shipped =
	    seep__chance_shipped(0, SEEP_STRATUM_ALL, SEEP_STATISTIC_SUM);
	static struct seep__calibration calibration;
	static struct seep__tails tails;
	const double least = seep__chance_score(
	    &shipped, KNOB * SEEP__REGULAR_FACTOR / SEEP__TESTS_SHIPPED);
	const struct seep__chance *chance =
	    &tails.chance[SEEP_STRATUM_ALL][SEEP_STATISTIC_SUM];

	calibration.knob = KNOB;
	calibration.epochs = 1;
	calibration.groups[SEEP_ROLE_NONE][0].tails = &tails;
	count_steeply(&tails.tally[SEEP_STRATUM_ALL][SEEP_STATISTIC_SUM]);
	seep__calibrate_fit(&calibration);
	seep__calibrate_fit(&calibration);
	cr_assert_eq(calibration.phase, SEEP__CALIBRATE_DONE);
	cr_assert_eq(tails.tests, SEEP__TESTS_SHIPPED);
	cr_assert_float_eq(seep__chance_score(chance, KNOB / tails.tests),
			   least, 1e-9);
	/* Of the others nothing is known. */
	cr_assert_eq(
	    tails.chance[SEEP_STRATUM_WEB][SEEP_STATISTIC_SUM].slope,
	    seep__chance_shipped(0, SEEP_STRATUM_WEB, SEEP_STATISTIC_SUM)
		.slope);
}

/* 1,000 years that cross e^-u times e^2.5 a year: all tests are worth 12. */
Test(calibrate, what_all_tests_are_worth_is_read_off_near_the_knob)
{
	static struct seep__calibration calibration;
	static struct seep__tails tails;
	const struct seep__chance shipped =
	    seep__chance_shipped(0, SEEP_STRATUM_WEB, SEEP_STATISTIC_LOW);
	const struct seep__chance *kept =
	    &tails.chance[SEEP_STRATUM_WEB][SEEP_STATISTIC_LOW];

	calibration.knob = KNOB;
	calibration.epochs = 1;
	calibration.groups[SEEP_ROLE_NONE][0].tails = &tails;
	seep__calibrate_fit(&calibration);
	tails.all.days = 365250;
	for (size_t l = 0; l < SEEP__LEVELS; l++)
		tails.all.crossings[l] =
		    (uint64_t)(1e3 * exp(2.5 - (-4.0 + 0.25 * (double)l)));
	seep__calibrate_fit(&calibration);
	cr_assert_float_eq(tails.tests, exp(2.5), 0.05);
	/* A threshold that was not counted stays where it was. */
	cr_assert_float_eq(
	    seep__chance_score(kept, KNOB / tails.tests),
	    seep__chance_score(&shipped, KNOB / SEEP__TESTS_SHIPPED), 1e-9);
}

Test(calibrate, no_finding_is_rarer_than_the_years_behind_it)
{
	struct site site = usual;
	const struct seep_finding *finding;
	struct seep_findings *findings;
	size_t cursor = 0;
	size_t bounds = 0;

	site.days = EPOCH_DAYS + 24;
	site.leak = 400 * MB;
	site.leak_from = EPOCH_DAYS + 4;
	site.leak_end = site.days;
	findings = detect_site(&site, KNOB);
	while (seep_findings_next(findings, &cursor, &finding) == SEEP_OK) {
		if (finding->detected_at_ns <
			TEST_START_NS + site.leak_from * DAY ||
		    !finding->alarms_per_year_is_bound)
			continue;
		bounds++;
		/* 1 / 5.52 years. */
		cr_assert_eq(finding->alarms_per_year_micro, 181175);
	}
	cr_assert_gt(bounds, 0);
	seep_findings_free(findings);
}

/* Calibrating makes thousands of allocations: each third more than the last
 * one is made to fail, and each one after it. */
Test(calibrate, memory_that_runs_out_is_told_and_given_back)
{
	struct site site = usual;
	struct test_flows flows = TEST_FLOWS_EMPTY;
	const struct seep_detect_opts opts = make_opts(100.0);
	struct seep_snapshot *snapshot;
	int rc = SEEP_ENOMEM;
	size_t runs = 0;

	site.hosts = 3;
	site.days = EPOCH_DAYS + 2;
	make_flows(&flows, &site);
	snapshot = case_snapshot(&flows, NULL);
	for (size_t at = 2; rc != SEEP_OK; at += at / 3 + 1, runs++) {
		const struct seep_snapshot *const list[] = {snapshot};
		struct seep_findings *findings;
		struct test_alloc alloc;

		test_alloc_init(&alloc, TEST_FAILS_ON, at);
		rc = seep_detect(list, 1, &opts, &findings, &alloc.alloc);
		cr_assert(rc == SEEP_OK || rc == SEEP_ENOMEM);
		if (rc == SEEP_OK)
			cr_assert_eq(
			    case_entity(findings, "10.5.0.3/32")->calibration,
			    SEEP_CALIBRATION_EVIDENCE);
		seep_findings_free(findings);
		cr_assert_eq(alloc.blocks, 0);
		cr_assert_eq(alloc.mismatches, 0);
	}
	cr_assert_gt(runs, 15);
	seep_snapshot_free(snapshot);
	test_flows_clear(&flows);
}

/* By the role that an epoch knows; before the first one, by none. */
Test(calibrate, shipped_tails_are_those_of_the_role)
{
	struct seep_detect_opts opts = make_opts(0.1);
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep__inquiry inquiry;
	struct inner inner;
	size_t server;

	case_office(&flows, 40, 7);
	inner_open(&inner, &flows, NULL, &opts);
	seep__inquiry_init(&inquiry, &inner.view, &inner.entities);
	inquiry.knob = 0.1;
	cr_assert_eq(seep__inquiry_pool(&inquiry), SEEP_OK);
	cr_assert_eq(seep__inquiry_calibrate(&inquiry), SEEP_OK);
	server = inner_entity(&inner, CASE_SERVER);
	cr_assert_neq(server, SIZE_MAX);
	for (uint32_t epoch = 0; epoch < 2; epoch++) {
		const int role = epoch ? SEEP_ROLE_FILE_SERVER : SEEP_ROLE_NONE;
		struct seep__threshold threshold;

		seep__calibrate_threshold(&inquiry.calibration, server, epoch,
					  SEEP_STRATUM_RARE_PUSH,
					  SEEP_STATISTIC_SUM, &threshold);
		cr_assert_not(threshold.is_evidence);
		cr_assert_eq(threshold.chance.slope,
			     seep__chance_shipped(role, SEEP_STRATUM_RARE_PUSH,
						  SEEP_STATISTIC_SUM)
				 .slope);
		cr_assert_eq(threshold.chance.slope, epoch ? 0.628 : 0.5);
	}
	seep__inquiry_clear(&inquiry);
	inner_close(&inner);
	test_flows_clear(&flows);
}
