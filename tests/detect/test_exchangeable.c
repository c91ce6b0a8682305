/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <math.h>
#include <string.h>

#include "detect/host.h"

static const char *const names[] = {"sum", "shape", "quiet", "low"};

/* Mean squares of many hosts' days inside the reference, and of days after
 * it about their own mean. */
struct ratios {
	double inside[SEEP_STATISTIC_COUNT];
	double after[SEEP_STATISTIC_COUNT];
	double mean[SEEP_STATISTIC_COUNT]; /* after, in standard deviations */
};

#define HOSTS 250

static void
add_host(struct ratios *ratios, const struct seep__rung *rung)
{
	const size_t from = rung->days;
	const size_t end = rung->end;

	for (int s = 0; s < SEEP_STATISTIC_COUNT; s++) {
		const double mean = host_mean(rung->value[s], from, end);
		double squares = 0;

		for (size_t d = from; d < end; d++)
			squares += (rung->value[s][d] - mean) *
				   (rung->value[s][d] - mean);
		ratios->inside[s] += rung->variance[s];
		ratios->after[s] += squares / (double)(end - from - 1);
		ratios->mean[s] += mean;
	}
}

static void
measure_ratios(const struct host_noise *noise, size_t days,
	       struct ratios *ratios)
{
	static struct host host;

	memset(ratios, 0, sizeof(*ratios));
	host_init(&host, 1000 + days);
	for (int i = 0; i < HOSTS; i++) {
		struct seep__rung rung;

		host_trade(&host, noise);
		host_rung(&host, &rung, 0, days, days + 70);
		add_host(ratios, &rung);
	}
	for (int s = 0; s < SEEP_STATISTIC_COUNT; s++)
		ratios->mean[s] /= sqrt(HOSTS * ratios->after[s]);
	host_clear(&host);
}

/*
 * A day of the reference must look like any other, or every day after it is
 * a small surprise. Exact is 1; of 250 hosts the ratio itself scatters by
 * some 3 per cent at 14 days. QUIET of a fortnight may be off by more where
 * any hour of the day may be the quietest.
 */
static void
assert_alike(const struct host_noise *noise)
{
	for (size_t days = 14; days <= 56; days *= 2) {
		struct ratios ratios;

		measure_ratios(noise, days, &ratios);
		for (int s = 0; s < SEEP_STATISTIC_COUNT; s++) {
			const double ratio = ratios.inside[s] / ratios.after[s];
			const double limit =
			    s == SEEP_STATISTIC_QUIET && days == 14 ? 0.15
								    : 0.10;

			cr_log_info("%s, %zu days: %.3f, mean %+.3f\n",
				    names[s], days, ratio, ratios.mean[s]);
			cr_assert_leq(fabs(ratio - 1), limit,
				      "%s, %zu days: variance inside %.3f "
				      "of that after",
				      names[s], days, ratio);
			cr_assert_leq(fabs(ratios.mean[s]), 0.15,
				      "%s, %zu days: mean after %+.3f",
				      names[s], days, ratios.mean[s]);
		}
	}
}

Test(exchangeable, the_reference_varies_as_later_days_of_an_office_do)
{
	assert_alike(&host_office);
}

Test(exchangeable, the_reference_varies_as_later_days_without_rest_do)
{
	assert_alike(&host_restless);
}

Test(exchangeable, the_reference_varies_as_later_days_of_telemetry_do)
{
	assert_alike(&host_regular);
}

/* Runs in two passes: the group's variances first, then each host's values
 * in their units. */
static void
measure_z(const struct host_noise *noise, size_t days, double *mean,
	  double *square)
{
	static struct host host;
	struct seep__prior prior[SEEP_STATISTIC_COUNT];

	memset(prior, 0, sizeof(prior));
	memset(mean, 0, sizeof(*mean) * SEEP_STATISTIC_COUNT);
	memset(square, 0, sizeof(*square) * SEEP_STATISTIC_COUNT);
	host_init(&host, 2000 + days);
	for (int i = 0; i < 2 * HOSTS; i++) {
		struct seep__rung rung;
		double z[HOST_DAYS];
		double dof;

		host_trade(&host, noise);
		host_rung(&host, &rung, 0, days, days + 70);
		for (int s = 0; s < SEEP_STATISTIC_COUNT; s++) {
			if (i < HOSTS) {
				prior[s].variance += rung.variance[s] / HOSTS;
				prior[s].variance_days = 1000;
				prior[s].rho_days = 1000;
				continue;
			}
			seep__rung_whiten(&rung, (enum seep_statistic)s,
					  &prior[s], z, &dof);
			mean[s] += host_mean(z, days, days + 70) / HOSTS;
			for (size_t d = days; d < days + 70; d++)
				square[s] += z[d] * z[d] / 70 / HOSTS;
		}
	}
	host_clear(&host);
}

Test(exchangeable, later_days_are_standard_normal_in_the_units_of_the_group)
{
	for (size_t days = 14; days <= 56; days *= 2) {
		double mean[SEEP_STATISTIC_COUNT];
		double square[SEEP_STATISTIC_COUNT];

		measure_z(&host_office, days, mean, square);
		for (int s = 0; s < SEEP_STATISTIC_COUNT; s++) {
			/* About zero the reference's own mean error counts. */
			const double wanted = 1 + 1 / (double)days;

			cr_assert_leq(fabs(mean[s]), 0.12, "%s: mean %+.3f",
				      names[s], mean[s]);
			cr_assert_leq(fabs(square[s] / wanted - 1), 0.15,
				      "%s, %zu days: variance %.3f", names[s],
				      days, square[s]);
		}
	}
}
