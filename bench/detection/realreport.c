/* SPDX-License-Identifier: BSD-3-Clause */
#include "detection/real.h"

#include <string.h>

#include <seep/findings.h>

#include "detection/calendar.h"
#include "detection/stats.h"

#define NS_PER_DAY (INT64_C(86400) * INT64_C(1000000000))
#define DAYS_PER_YEAR 365.25

static double
count_years(const struct lasting_days *days)
{
	return days->count <= REAL_WARM_UP
		   ? 0
		   : (double)(days->count - REAL_WARM_UP) / DAYS_PER_YEAR;
}

static void
print_date(FILE *file, int64_t day)
{
	struct calendar_date date = calendar_date((int32_t)day);

	fprintf(file, "%04d-%02d-%02d", date.year, date.month, date.day);
}

static void
print_bytes(FILE *file, double bytes)
{
	static const char *const units[] = {"B", "KB", "MB", "GB", "TB"};
	int unit = 0;

	while (bytes >= 999.5 && unit < 4) {
		bytes /= 1000;
		unit++;
	}
	fprintf(file, "%.3g %s", bytes, units[unit]);
}

static void
print_lasting(FILE *file, const struct lasting *lasting)
{
	if (!lasting->found) {
		fputs("none", file);
		return;
	}
	fprintf(file, "%s ", lasting_name(lasting->summary));
	print_date(file, lasting->day);
	fputc(' ', file);
	print_bytes(file, lasting->before);
	fputs(" -> ", file);
	print_bytes(file, lasting->after);
}

static void
print_alarm(FILE *file, const struct real *real, const struct real_alarm *alarm,
	    const struct lasting *lasting)
{
	const struct lasting_days *days = &real->days[alarm->at];
	struct lasting_shape shape =
	    lasting_shape(days, (uint32_t)(alarm->onset_ns / NS_PER_DAY));

	fprintf(file, "alarm %s onset ",
		real->series->hosts[real->hosts[alarm->at]].name);
	print_date(file, alarm->onset_ns / NS_PER_DAY);
	fputs(" detected ", file);
	print_date(file, alarm->detected_at_ns / NS_PER_DAY);
	fprintf(file, " %s %s score %u.%u ", seep_stratum_name(alarm->stratum),
		seep_statistic_name(alarm->statistic), alarm->score_tenths / 10,
		alarm->score_tenths % 10);
	if (alarm->alarms_per_year_micro == UINT64_MAX)
		fputs("rate - ", file);
	else
		fprintf(file, "rate %.3g ",
			(double)alarm->alarms_per_year_micro / 1e6);
	fprintf(file, "%s%s%s| %s ",
		alarm->basis == SEEP_BASIS_CONTRAST ? "contrast " : "",
		alarm->retrospective ? "retrospective " : "",
		alarm->coincides ? "coincides " : "",
		lasting_name(shape.summary));
	print_bytes(file, shape.before);
	fputs(" -> ", file);
	print_bytes(file, shape.after);
	fputs(" end ", file);
	print_bytes(file, shape.end);
	fprintf(file, " a%s, %s | told ",
		shape.summary == LASTING_SUM ? " day" : "n hour",
		shape.lasts ? "lasts" : "passes");
	print_bytes(file, (double)alarm->expected_per_day);
	fputs(" -> ", file);
	print_bytes(file, (double)alarm->observed_per_day);
	fputs(" a day | lasting change: ", file);
	print_lasting(file, lasting);
	fputc('\n', file);
}

static void
print_rate(FILE *file, const char *what, size_t hosts, double years,
	   size_t alarms, double knob)
{
	double expected = years * knob;
	struct stats_interval count = stats_count(alarms);

	fprintf(file,
		"%-34s %4zu hosts %7.2f host-years %4zu alarms; "
		"ratio to the knob %.2f (%.2f to %.2f)\n",
		what, hosts, years, alarms,
		expected > 0 ? (double)alarms / expected : 0,
		expected > 0 ? count.low / expected : 0,
		expected > 0 ? count.high / expected : 0);
}

/* count_alarms() counts the calibrated alarms of one host. */
static size_t
count_alarms(const struct real_result *result, size_t at)
{
	size_t count = 0;

	for (size_t i = 0; i < result->count; i++)
		count += result->alarms[i].at == at &&
			 result->alarms[i].basis == SEEP_BASIS_CHANGE;
	return count;
}

/* print_rates() splits hosts by whether they have a lasting change. */
static void
print_rates(FILE *file, const struct real *real,
	    const struct real_result *result, double factor)
{
	size_t hosts[2] = {0, 0};
	size_t alarms[2] = {0, 0};
	double years[2] = {0, 0};
	char text[64];

	for (size_t i = 0; i < real->count; i++) {
		int found = lasting_find(&real->days[i], factor).found;

		hosts[found]++;
		years[found] += count_years(&real->days[i]);
		alarms[found] += count_alarms(result, i);
	}
	snprintf(text, sizeof(text), "without a lasting change x%.4g", factor);
	print_rate(file, text, hosts[0], years[0], alarms[0], real->opts.knob);
	snprintf(text, sizeof(text), "with a lasting change x%.4g", factor);
	print_rate(file, text, hosts[1], years[1], alarms[1], real->opts.knob);
}

/* is_repeat(): an earlier alarm tells of the same host on the same day; in
 * these series several strata hold the same bytes. */
static int
is_repeat(const struct real_result *result, size_t at)
{
	const struct real_alarm *alarm = &result->alarms[at];

	for (size_t i = 0; i < at; i++) {
		const struct real_alarm *other = &result->alarms[i];

		if (other->at == alarm->at && other->basis == alarm->basis &&
		    (other->detected_at_ns == alarm->detected_at_ns ||
		     other->onset_ns == alarm->onset_ns))
			return 1;
	}
	return 0;
}

static void
print_repeats(FILE *file, const struct real_result *result)
{
	size_t repeats = 0;

	for (size_t i = 0; i < result->count; i++)
		repeats += (size_t)is_repeat(result, i);
	fprintf(file,
		"%zu of %zu alarms repeat another of the same host and the "
		"same onset or day of detection\n",
		repeats, result->count);
}

static void
print_counts(FILE *file, const struct real *real,
	     const struct real_result *result)
{
	size_t by[SEEP_STRATUM_COUNT][SEEP_STATISTIC_COUNT];

	memset(by, 0, sizeof(by));
	for (size_t i = 0; i < result->count; i++) {
		const struct real_alarm *alarm = &result->alarms[i];

		if (alarm->basis == SEEP_BASIS_CHANGE &&
		    alarm->stratum < SEEP_STRATUM_COUNT &&
		    alarm->statistic < SEEP_STATISTIC_COUNT)
			by[alarm->stratum][alarm->statistic]++;
	}
	for (uint32_t i = 0; i < SEEP_STRATUM_COUNT; i++) {
		for (uint32_t k = 0; k < SEEP_STATISTIC_COUNT; k++) {
			if (by[i][k] != 0)
				fprintf(file, "%zu by %s %s; ", by[i][k],
					seep_stratum_name(i),
					seep_statistic_name(k));
		}
	}
	fprintf(file,
		"%zu of %zu hosts calibrated on the evidence; "
		"%zu sensor changes\n",
		result->calibrated, real->count, result->sensor_changes);
}

/*
 * CROWD_FACTOR: a day with twice the median of the fortnight before is told
 * as a flash crowd; weekends of a public site stay below 1.5.
 */
#define CROWD_FACTOR 2

/* is_crowd(): 'times' gets the day's sum over the median before it. */
static int
is_crowd(const struct lasting_days *days, size_t at, double *times)
{
	double before[LASTING_SIDE];
	double median;

	if (at < LASTING_SIDE)
		return 0;
	memcpy(before, days->level[LASTING_SUM] + at - LASTING_SIDE,
	       sizeof(before));
	median = lasting_median(before, LASTING_SIDE);
	*times = median > 0 ? days->level[LASTING_SUM][at] / median : 0;
	return *times >= CROWD_FACTOR;
}

/* print_crowds() lists runs of such days of a site that is pulled from. */
static void
print_crowds(FILE *file, const struct real *real, size_t at)
{
	const struct lasting_days *days = &real->days[at];
	double most = 0;
	double times;

	for (size_t i = 0; i <= days->count; i++) {
		if (i < days->count && is_crowd(days, i, &times)) {
			if (!(most > 0)) {
				fputs("crowd ", file);
				print_date(file, days->day[i]);
			}
			most = times > most ? times : most;
		} else if (most > 0) {
			fputs(" to ", file);
			print_date(file, days->day[i - 1]);
			fprintf(file, ", up to x%.1f\n", most);
			most = 0;
		}
	}
}

void
real_report(const struct real *real, const struct real_result *result,
	    FILE *file)
{
	static const double factors[] = {1.25, LASTING_FACTOR, 2, 3};
	size_t alarms = 0;
	double years = 0;

	for (size_t i = 0; i < real->count; i++) {
		years += count_years(&real->days[i]);
		alarms += count_alarms(result, i);
	}
	for (size_t i = 0; i < result->count; i++) {
		const struct real_alarm *alarm = &result->alarms[i];
		struct lasting lasting =
		    lasting_find(&real->days[alarm->at], LASTING_FACTOR);

		print_alarm(file, real, alarm, &lasting);
	}
	for (size_t i = 0; i < real->count && real->series->pulled; i++)
		print_crowds(file, real, i);
	print_rate(file, "all", real->count, years, alarms, real->opts.knob);
	for (size_t i = 0; i < sizeof(factors) / sizeof(factors[0]); i++)
		print_rates(file, real, result, factors[i]);
	fprintf(file, "the tool says: %.2f host-years, %.2f alarms expected\n",
		(double)result->host_years_micro / 1e6,
		(double)result->expected_micro / 1e6);
	print_counts(file, real, result);
	print_repeats(file, result);
}
