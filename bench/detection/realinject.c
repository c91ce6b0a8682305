/* SPDX-License-Identifier: BSD-3-Clause */
#include "detection/real.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <seep/findings.h>
#include <seep/status.h>

#include "detection/random.h"
#include "detection/stats.h"

#define NS_PER_HOUR (INT64_C(3600) * INT64_C(1000000000))
#define HOURS_PER_DAY 24
#define HOURS_PER_WEEK 168

/* Within how many days a leak is to be found; the last is the longest. */
static const size_t within[] = {7, 14, 30};
#define WITHIN_COUNT (sizeof(within) / sizeof(within[0]))

/* Thirds of the trials by how much the host's days vary. */
enum { QUIET_THIRD, MIDDLE_THIRD, NOISY_THIRD, THIRDS };

/* struct trial: one host and one day on which a leak begins. */
struct trial {
	size_t at;
	/* start: hour, relative to the series. */
	size_t start;
	/* mean: outbound bytes an hour in the history. */
	double mean;
	/* shape: of the hour of the week, 1 on average. */
	double shape[HOURS_PER_WEEK];
	/* spread: of the logarithms of the history's days (1.48 MAD). */
	double spread;
	int third;
	/* hit: by share and time; twin: without a leak. */
	unsigned char hit[REAL_SHARES_MAX][WITHIN_COUNT];
	unsigned char twin[WITHIN_COUNT];
	/* was_open: without a leak an episode was open when it would begin. */
	int was_open;
	/* end: how the largest share ended within the longest time. */
	int end;
};

/* How a trial ends; the order is that of what speaks first. */
enum trial_end {
	END_NOTHING = 0, /* no finding after the start */
	END_LATE,        /* found, but later */
	END_ELSEWHERE,   /* the finding covers less than half of the leak */
	END_OPEN,        /* an episode was open before the leak and went on */
	END_FOUND,
	END_COUNT
};

/* hour_of_week(): 1970-01-01 was a Thursday; Monday first. */
static size_t
hour_of_week(const struct series *series, size_t hour)
{
	return (series->from_hour + hour + 3 * HOURS_PER_DAY) % HOURS_PER_WEEK;
}

/*
 * choose_start() draws one of the host's usable days with REAL_HISTORY
 * usable ones before it and the longest wait after it. SIZE_MAX = none.
 */
static size_t
choose_start(const struct real *real, size_t at, struct random *random)
{
	const struct lasting_days *days = &real->days[at];
	const struct series *series = real->series;
	size_t longest = within[WITHIN_COUNT - 1] * HOURS_PER_DAY;
	size_t end = series->hosts[real->hosts[at]].last + 1;
	size_t choices = 0;

	for (size_t i = REAL_HISTORY; i < days->count; i++)
		choices += (size_t)days->day[i] * HOURS_PER_DAY + longest <=
			   series->from_hour + end;
	if (choices == 0)
		return SIZE_MAX;
	return (size_t)days->day[REAL_HISTORY +
				 random_below(random, (uint32_t)choices)] *
		   HOURS_PER_DAY -
	       series->from_hour;
}

/* find_spread() is the spread of the history's daily sums. */
static double
find_spread(const struct lasting_days *days, uint32_t start_day)
{
	double logs[REAL_HISTORY];
	size_t count = 0;
	double median;

	for (size_t i = days->count; i > 0 && count < REAL_HISTORY; i--) {
		if (days->day[i - 1] < start_day)
			logs[count++] =
			    log(days->level[LASTING_SUM][i - 1] + 1);
	}
	median = lasting_median(logs, count);
	for (size_t i = 0; i < count; i++)
		logs[i] = fabs(logs[i] - median);
	return 1.4826 * lasting_median(logs, count);
}

/* learn_history() works out mean and shape of the 28 days before a leak. */
static void
learn_history(const struct real *real, struct trial *trial)
{
	size_t length = REAL_HISTORY * HOURS_PER_DAY;
	size_t from = trial->start < length ? 0 : trial->start - length;
	double count[HOURS_PER_WEEK] = {0};
	double total = 0;
	double hours = 0;

	assert(trial->start <= real->series->hours);
	memset(trial->shape, 0, sizeof(trial->shape));
	for (size_t hour = from; hour < trial->start; hour++) {
		size_t week = hour_of_week(real->series, hour);
		uint64_t out, in;

		if (series_at(real->series, real->hosts[trial->at], hour, &out,
			      &in) != SERIES_COVERED)
			continue;
		trial->shape[week] += (double)out;
		count[week] += 1;
		total += (double)out;
		hours += 1;
	}
	trial->mean = hours > 0 ? total / hours : 0;
	for (size_t i = 0; i < HOURS_PER_WEEK; i++) {
		if (count[i] > 0 && trial->mean > 0)
			trial->shape[i] /= count[i] * trial->mean;
		else
			trial->shape[i] = 1;
	}
}

/*
 * MEAN_MIN: a host that sent less than 100 KB a day in its history has no
 * mean to take a share of; its noise is that of single packets.
 */
#define MEAN_MIN (100e3 / HOURS_PER_DAY)

static int
draw_trial(const struct real *real, struct random *random, struct trial *trial)
{
	memset(trial, 0, sizeof(*trial));
	trial->at = random_below(random, (uint32_t)real->count);
	trial->start = choose_start(real, trial->at, random);
	if (trial->start == SIZE_MAX)
		return 0;
	learn_history(real, trial);
	trial->spread =
	    find_spread(&real->days[trial->at],
			(uint32_t)((real->series->from_hour + trial->start) /
				   HOURS_PER_DAY));
	return trial->mean >= MEAN_MIN;
}

/* draw_trials() returns how many could be drawn. */
static size_t
draw_trials(const struct real *real, struct trial *trials)
{
	struct random random = random_at(real->opts.seed, 0, 0);
	size_t count = 0;

	for (size_t i = 0; i < 100 * real->opts.trials; i++) {
		if (count < real->opts.trials &&
		    draw_trial(real, &random, &trials[count]))
			count++;
	}
	return count;
}

static int
compare_spreads(const void *a, const void *b)
{
	double x = ((const struct trial *)a)->spread;
	double y = ((const struct trial *)b)->spread;

	return (x > y) - (x < y);
}

static int
split_thirds(struct trial *trials, size_t count)
{
	double *spreads = malloc((count + 1) * sizeof(*spreads));

	if (spreads == NULL)
		return 0;
	for (size_t i = 0; i < count; i++)
		spreads[i] = trials[i].spread;
	stats_sort(spreads, count);
	for (size_t i = 0; i < count; i++)
		trials[i].third =
		    trials[i].spread < spreads[count / 3]       ? QUIET_THIRD
		    : trials[i].spread < spreads[2 * count / 3] ? MIDDLE_THIRD
								: NOISY_THIRD;
	free(spreads);
	return 1;
}

/* make_leak() adds a leak from the trial's start to the end. */
static uint64_t *
make_leak(const struct real *real, const struct trial *trial, double share)
{
	size_t hours = real->series->hours;
	uint64_t *extra = calloc(hours + 1, sizeof(*extra));
	double sent = 0;

	if (extra == NULL)
		return NULL;
	for (size_t hour = trial->start; hour < hours; hour++) {
		size_t week = hour_of_week(real->series, hour);
		double before = floor(sent);

		sent +=
		    share * trial->mean *
		    (real->opts.pattern == REAL_MIMIC ? trial->shape[week] : 1);
		extra[hour] = (uint64_t)(floor(sent) - before);
	}
	return extra;
}

static int64_t
find_start(const struct real *real, const struct trial *trial)
{
	return ((int64_t)real->series->from_hour + (int64_t)trial->start) *
	       NS_PER_HOUR;
}

/*
 * is_hit() applies the definition: right host, found within the time, and
 * the finding overlaps half of the leak so far. All peers are one here, so
 * that its peers always hold the leak's bytes.
 */
static int
is_hit(const struct real *real, const struct trial *trial,
       const struct real_alarm *alarm, size_t days)
{
	int64_t start =
	    ((int64_t)real->series->from_hour + (int64_t)trial->start) *
	    NS_PER_HOUR;
	int64_t end = start + (int64_t)days * HOURS_PER_DAY * NS_PER_HOUR;
	int64_t from = alarm->first_seen_ns;
	int64_t until = alarm->detected_at_ns;

	if (alarm->at != trial->at || alarm->basis != SEEP_BASIS_CHANGE ||
	    until <= start || until > end)
		return 0;
	if (from < start)
		from = start;
	if (alarm->last_seen_ns < until)
		until = alarm->last_seen_ns;
	return (until - from) * 2 >= alarm->detected_at_ns - start;
}

/* find_end() says what one alarm makes of a trial. */
static enum trial_end
find_end(const struct real *real, const struct trial *trial,
	 const struct real_alarm *alarm)
{
	size_t longest = within[WITHIN_COUNT - 1];
	int64_t start = find_start(real, trial);

	if (alarm->at != trial->at || alarm->basis != SEEP_BASIS_CHANGE ||
	    alarm->last_seen_ns <= start)
		return END_NOTHING;
	if (is_hit(real, trial, alarm, longest))
		return END_FOUND;
	if (alarm->detected_at_ns <= start)
		return END_OPEN;
	return alarm->detected_at_ns >
		       start + (int64_t)longest * HOURS_PER_DAY * NS_PER_HOUR
		   ? END_LATE
		   : END_ELSEWHERE;
}

static int
mark_end(const struct real *real, const struct real_result *result,
	 const struct trial *trial)
{
	int end = END_NOTHING;

	for (size_t i = 0; i < result->count; i++) {
		int next = (int)find_end(real, trial, &result->alarms[i]);

		end = next > end ? next : end;
	}
	return end;
}

static void
mark_hits(const struct real *real, const struct real_result *result,
	  const struct trial *trial, unsigned char *hit)
{
	for (size_t i = 0; i < result->count; i++) {
		for (size_t k = 0; k < WITHIN_COUNT; k++)
			hit[k] |= (unsigned char)is_hit(
			    real, trial, &result->alarms[i], within[k]);
	}
}

/* struct batch: trials that share one run, of different hosts. */
struct batch {
	uint64_t **extra;
	size_t *trials;
	size_t count;
};

static void
empty_batch(const struct real *real, struct batch *batch)
{
	for (size_t i = 0; i < real->count; i++) {
		free(batch->extra[i]);
		batch->extra[i] = NULL;
	}
	batch->count = 0;
}

static int
run_batch(const struct real *real, struct batch *batch, struct trial *trials,
	  size_t share)
{
	struct real_result result;
	int status = real_detect(real, batch->extra, &result);

	for (size_t i = 0; i < batch->count && status == SEEP_OK; i++) {
		struct trial *trial = &trials[batch->trials[i]];

		mark_hits(real, &result, trial, trial->hit[share]);
		trial->end = mark_end(real, &result, trial);
	}
	real_result_clear(&result);
	empty_batch(real, batch);
	return status;
}

/* run_share() runs all trials at one share; a batch ends when it is full or
 * a host comes again. */
static int
run_share(const struct real *real, struct batch *batch, struct trial *trials,
	  size_t count, size_t share)
{
	int status = SEEP_OK;

	for (size_t i = 0; i < count && status == SEEP_OK; i++) {
		uint64_t **extra = &batch->extra[trials[i].at];

		if (batch->count == real->opts.batch || *extra != NULL)
			status = run_batch(real, batch, trials, share);
		if (status != SEEP_OK)
			break;
		*extra = make_leak(real, &trials[i], real->opts.shares[share]);
		if (*extra == NULL)
			status = SEEP_ENOMEM;
		batch->trials[batch->count++] = i;
	}
	if (status == SEEP_OK && batch->count > 0)
		status = run_batch(real, batch, trials, share);
	return status;
}

static int
run_trials(const struct real *real, struct trial *trials, size_t count)
{
	struct batch batch;
	int status = SEEP_OK;

	batch.count = 0;
	batch.extra = calloc(real->count + 1, sizeof(*batch.extra));
	batch.trials = malloc((real->opts.batch + 1) * sizeof(size_t));
	if (batch.extra == NULL || batch.trials == NULL)
		status = SEEP_ENOMEM;
	for (size_t i = 0; i < real->opts.shares_count && status == SEEP_OK;
	     i++)
		status = run_share(real, &batch, trials, count, i);
	if (batch.extra != NULL)
		empty_batch(real, &batch);
	free(batch.extra);
	free(batch.trials);
	return status;
}

static void
print_rate(size_t time, size_t hits, size_t count, FILE *file)
{
	struct stats_interval rate = stats_share(hits, count);

	fprintf(file, "  %2zu days %.3f (%.3f to %.3f)", within[time],
		(double)hits / (double)count, rate.low, rate.high);
}

static void
print_share(const struct real *real, const struct trial *trials, size_t count,
	    size_t share, FILE *file)
{
	fprintf(file, "share %6.4g:", real->opts.shares[share]);
	for (size_t k = 0; k < WITHIN_COUNT; k++) {
		size_t hits = 0;

		for (size_t i = 0; i < count; i++)
			hits += trials[i].hit[share][k];
		print_rate(k, hits, count, file);
	}
	fputc('\n', file);
}

static void
print_twin(const struct trial *trials, size_t count, FILE *file)
{
	fputs("no leak     :", file);
	for (size_t k = 0; k < WITHIN_COUNT; k++) {
		size_t hits = 0;

		for (size_t i = 0; i < count; i++)
			hits += trials[i].twin[k];
		print_rate(k, hits, count, file);
	}
	fputc('\n', file);
}

/* find_floor() is the share from which on every larger one was found. */
static double
find_floor(const struct real *real, const struct trial *trial, size_t time)
{
	size_t i = real->opts.shares_count;

	while (i > 0 && trial->hit[i - 1][time])
		i--;
	return i < real->opts.shares_count ? real->opts.shares[i] : INFINITY;
}

static void
print_bound(double value, FILE *file)
{
	if (isinf(value))
		fputs(value > 0 ? "above" : "below", file);
	else
		fprintf(file, "%.3g", value);
}

static void
print_quantile(const double *floors, size_t count, double q, FILE *file)
{
	struct stats_quantile floor = stats_quantile(floors, count, q);

	fprintf(file, "  %2.0f %% ", q * 100);
	print_bound(floor.value, file);
	fputs(" (", file);
	print_bound(floor.low, file);
	fputs(" to ", file);
	print_bound(floor.high, file);
	fputc(')', file);
}

/* print_floors() leaves out trials whose twin alarms in the same time, or
 * has an episode open: there somebody is looking already. */
static int
print_floors(const struct real *real, const struct trial *trials, size_t count,
	     int third, size_t time, FILE *file)
{
	static const char *const names[] = {"quiet third", "middle third",
					    "noisy third", "all"};
	double *floors = malloc((count + 1) * sizeof(*floors));
	size_t used = 0;

	assert(third <= THIRDS && time < WITHIN_COUNT);
	if (floors == NULL)
		return SEEP_ENOMEM;
	for (size_t i = 0; i < count; i++) {
		if ((third == THIRDS || trials[i].third == third) &&
		    !trials[i].twin[time] && !trials[i].was_open)
			floors[used++] = find_floor(real, &trials[i], time);
	}
	stats_sort(floors, used);
	fprintf(file, "floor, %2zu days, %-12s (%4zu trials):", within[time],
		names[third], used);
	if (used > 0) {
		print_quantile(floors, used, 0.5, file);
		print_quantile(floors, used, 0.9, file);
		print_quantile(floors, used, 0.95, file);
	}
	fputc('\n', file);
	free(floors);
	return SEEP_OK;
}

static void
print_trials(const struct real *real, const struct trial *trials, size_t count,
	     FILE *file)
{
	for (size_t i = 0; i < count; i++)
		fprintf(file,
			"trial %s hour %zu mean %.0f B/h spread %.2f floor "
			"%.4g %.4g %.4g end %d\n",
			real->series->hosts[real->hosts[trials[i].at]].name,
			trials[i].start, trials[i].mean, trials[i].spread,
			find_floor(real, &trials[i], 0),
			find_floor(real, &trials[i], 1),
			find_floor(real, &trials[i], 2), trials[i].end);
}

static void
print_ends(const struct real *real, const struct trial *trials, size_t count,
	   FILE *file)
{
	static const char *const names[END_COUNT] = {
	    "nothing told", "told later", "told of another time",
	    "under an episode open before", "found"};
	size_t ends[END_COUNT] = {0};
	size_t open = 0;

	for (size_t i = 0; i < count; i++) {
		ends[trials[i].end]++;
		open += (size_t)trials[i].was_open;
	}
	fprintf(file, "at %.4g within %zu days:",
		real->opts.shares[real->opts.shares_count - 1],
		within[WITHIN_COUNT - 1]);
	for (int i = END_COUNT - 1; i >= 0; i--)
		fprintf(file, " %zu %s;", ends[i], names[i]);
	fprintf(file, " without a leak an episode is open at %zu starts\n",
		open);
}

static int
print_results(const struct real *real, struct trial *trials, size_t count,
	      FILE *file)
{
	int status = SEEP_OK;

	fprintf(file,
		"%s, %zu trials, %d days of history, shares of the mean "
		"outbound bytes of the history\n",
		real->opts.pattern == REAL_MIMIC ? "mimic" : "drip", count,
		REAL_HISTORY);
	print_twin(trials, count, file);
	for (size_t i = 0; i < real->opts.shares_count; i++)
		print_share(real, trials, count, i, file);
	print_ends(real, trials, count, file);
	for (size_t k = 0; k < WITHIN_COUNT; k++) {
		for (int third = 0; third <= THIRDS && status == SEEP_OK;
		     third++)
			status =
			    print_floors(real, trials, count, third, k, file);
	}
	if (real->opts.list) {
		qsort(trials, count, sizeof(*trials), compare_spreads);
		print_trials(real, trials, count, file);
	}
	return status;
}

int
real_inject(const struct real *real, const struct real_result *twin, FILE *file)
{
	struct trial *trials = calloc(real->opts.trials + 1, sizeof(*trials));
	size_t count;
	int status;

	if (trials == NULL)
		return SEEP_ENOMEM;
	count = real->count == 0 ? 0 : draw_trials(real, trials);
	if (count == 0 || !split_thirds(trials, count)) {
		fputs("no host has days enough for a trial\n", file);
		free(trials);
		return SEEP_OK;
	}
	for (size_t i = 0; i < count; i++) {
		mark_hits(real, twin, &trials[i], trials[i].twin);
		trials[i].was_open =
		    mark_end(real, twin, &trials[i]) == END_OPEN;
	}
	status = run_trials(real, trials, count);
	if (status == SEEP_OK)
		status = print_results(real, trials, count, file);
	free(trials);
	return status;
}
