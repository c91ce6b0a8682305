/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <string.h>

#include "detect/lone.h"

#define STRATUM SEEP_STRATUM_ALL

Test(ladder, every_onset_has_the_longest_reference_before_it)
{
	struct lone lone;
	struct seep__track track;
	struct seep__ladder ladder;

	lone_open(&lone, 1, 130, &lone_office);
	lone_ladder(&lone, STRATUM, 130, &track, &ladder);
	cr_assert_eq(ladder.count, 4);
	cr_assert_eq(ladder.length, 130);
	for (size_t s = 0; s < 4; s++) {
		cr_assert_eq(ladder.steps[s].reference, (size_t)14 << s);
		cr_assert_eq(ladder.steps[s].from, (size_t)14 << s);
		cr_assert_eq(ladder.steps[s].until, (size_t)28 << s);
	}
	lone_ladder(&lone, STRATUM, 14, &track, &ladder);
	cr_assert_eq(ladder.count, 0);
	lone_close(&lone);
}

/* What a day says is the same, to the bit, whatever follows it. */
Test(ladder, values_do_not_hang_on_later_days)
{
	struct lone lone;
	struct seep__track track;
	struct seep__ladder whole, part;

	lone_open(&lone, 2, 120, &lone_office);
	lone_ladder(&lone, STRATUM, 70, &track, &part);
	host_add(&lone.host, 70, 120, UINT64_C(1) << 40);
	lone_ladder(&lone, STRATUM, 120, &track, &whole);
	cr_assert_eq(part.count, 3);
	for (size_t s = 0; s < part.count; s++)
		for (int k = 0; k < SEEP_STATISTIC_COUNT; k++) {
			cr_assert_eq(memcmp(part.steps[s].sums[k],
					    whole.steps[s].sums[k],
					    71 * sizeof(double)),
				     0);
			cr_assert_eq(memcmp(&part.steps[s].g_alarm[0][k],
					    &whole.steps[s].g_alarm[0][k],
					    sizeof(double)),
				     0);
		}
	lone_close(&lone);
}

/* The largest of all onsets, one after the other. */
static struct seep__onset
look_everywhere(const struct seep__scan_rung *step, uint32_t k, size_t end)
{
	struct seep__onset best = {0};

	for (size_t at = step->from; at < step->until && at < end; at++) {
		const double g = seep__scan_g(step->sums[k], at, end);

		if (g > best.g)
			best = (struct seep__onset){at, g};
	}
	return best;
}

Test(ladder, a_day_is_judged_by_the_least_likely_of_all_onsets)
{
	struct lone lone;
	struct seep__track track;
	struct seep__ladder ladder;
	size_t alarms = 0, last_step = 0;

	lone_open(&lone, 3, 150, &lone_office);
	host_add(&lone.host, 20, 40, UINT64_C(1) << 22);
	host_add(&lone.host, 120, 150, UINT64_C(1) << 25);
	lone_ladder(&lone, STRATUM, 150, &track, &ladder);
	for (size_t end = 15; end <= 150; end++) {
		struct seep__rise rise = {0};
		double best = -1e9;
		int any = 0;

		for (size_t s = 0; s < ladder.count; s++)
			for (uint32_t k = 0; k < SEEP_STATISTIC_COUNT; k++) {
				const struct seep__scan_rung *step =
				    &ladder.steps[s];
				const struct seep__threshold *by =
				    &ladder.threshold[0][k];
				const struct seep__onset onset =
				    look_everywhere(step, k, end);
				const double score =
				    seep__score(onset.g, step->dof[k]);
				const double rate =
				    seep__chance_rate(&by->chance, score);

				if (rate * by->tests > 0.1)
					continue;
				any = 1;
				if (-seep__ln(rate * by->tests) > best)
					best = -seep__ln(rate * by->tests);
			}
		cr_assert_eq(seep__ladder_judge(&ladder, STRATUM, end, &rise),
			     any, "day %zu", end);
		if (!any)
			continue;
		alarms++;
		cr_assert_float_eq(rise.surprise, best, 1e-6);
		cr_assert_eq(rise.end, end);
		last_step += rise.step == &ladder.steps[3];
	}
	cr_assert_geq(alarms, 20);
	cr_assert_geq(last_step, 10);
	lone_close(&lone);
}

Test(ladder, a_larger_knob_lowers_every_threshold)
{
	struct lone lone;
	struct seep__track track;
	struct seep__ladder strict, loose;

	lone_open(&lone, 4, 60, &lone_office);
	lone_ladder(&lone, STRATUM, 60, &track, &strict);
	lone.judge.knob = 1.0;
	lone_ladder(&lone, STRATUM, 60, &track, &loose);
	for (size_t s = 0; s < strict.count; s++)
		for (int k = 0; k < SEEP_STATISTIC_COUNT; k++)
			cr_assert_lt(loose.steps[s].g_alarm[0][k],
				     strict.steps[s].g_alarm[0][k]);
	lone_close(&lone);
}

Test(ladder, a_statistic_that_is_off_says_nothing)
{
	struct lone lone;
	struct seep__track track;
	struct seep__ladder ladder;
	struct seep__rise rise;

	lone_open(&lone, 5, 60, &lone_office);
	host_add(&lone.host, 30, 60, UINT64_C(1) << 26);
	lone.judge.statistics_off = 1u << SEEP_STATISTIC_SHAPE |
				    1u << SEEP_STATISTIC_LOW |
				    1u << SEEP_STATISTIC_QUIET;
	lone_ladder(&lone, STRATUM, 60, &track, &ladder);
	cr_assert_not_null(ladder.steps[0].sums[SEEP_STATISTIC_SUM]);
	cr_assert_null(ladder.steps[0].sums[SEEP_STATISTIC_SHAPE]);
	cr_assert_gt(seep__ladder_score(&ladder, SEEP_STATISTIC_SUM, 45), 3.0);
	cr_assert_eq(seep__ladder_score(&ladder, SEEP_STATISTIC_SHAPE, 45), 0);
	lone.judge.statistics_off = 15;
	lone_ladder(&lone, STRATUM, 60, &track, &ladder);
	for (size_t end = 15; end <= 60; end++)
		cr_assert_eq(seep__ladder_judge(&ladder, STRATUM, end, &rise),
			     0);
	lone_close(&lone);
}

Test(ladder, a_track_holds_the_kept_days_alone)
{
	static const size_t kept[] = {0, 3, 9, 27};
	struct seep__track track;
	struct lone lone;

	lone_open(&lone, 6, 30, &lone_office);
	cr_assert_eq(seep__track_make(&track, &lone.sheets, STRATUM, kept, 4),
		     SEEP_OK);
	cr_assert_eq(track.count, 4);
	for (size_t i = 0; i < 4; i++) {
		cr_assert_eq(track.origin[i], kept[i]);
		cr_assert_eq(track.sheet.day[i], lone.host.day[kept[i]]);
		cr_assert_eq(track.whole.hour[i * 24 + 7],
			     lone.host.hour[kept[i] * 24 + 7]);
		cr_assert_eq(track.days.type[i], lone.host.type[kept[i]]);
		cr_assert_eq(track.days.usable[i], kept[i]);
	}
	lone_close(&lone);
}
