/* SPDX-License-Identifier: BSD-3-Clause */
/* How many bytes, hour by hour. */
#include <assert.h>
#include <math.h>

#include "detection/world_parts.h"

/* AR_TERMS: 0.3^12 is below 1e-6: what lies further back is not drawn. */
#define AR 0.3
#define AR_TERMS 12

double
world_ar(uint64_t key, int64_t day)
{
	double sum = 0;

	for (int k = AR_TERMS - 1; k >= 0; k--) {
		struct random random =
		    random_at(key, STREAM_DAY, (uint64_t)(day - k));
		sum = sum * AR + random_normal(&random);
	}
	return sum * sqrt(1 - AR * AR);
}

double
world_office_weight(const struct world_hour *hour)
{
	static const double weight[24] = {0, 0, 0,   0,   0,    0,   0.1, 0.5,
					  1, 1, 1,   1,   0.85, 1,   1,   1,
					  1, 1, 0.6, 0.3, 0.1,  0.1, 0,   0};

	assert(hour->local < 24);
	return hour->rest ? weight[hour->local] * 0.1 : weight[hour->local];
}

uint32_t
world_local_hour(const struct world *world, uint32_t day, uint32_t local)
{
	const uint32_t first = day * 24;

	for (uint32_t h = 0; h < 24; h++)
		if (world->hours[first + h].local == local)
			return first + h;
	return first + local;
}

int
world_is_working(const struct world *world, uint32_t hour)
{
	const struct world_hour *at = &world->hours[hour];

	return !at->rest && at->local >= 8 && at->local < 18;
}

/* Weeks without school: a twelfth less at servers, a sixth at desks. More
 * would be a shift that lasts for weeks, which a steady world has none of. */
static double
season(const struct emission *e, const struct world_hour *hour)
{
	if (!hour->school)
		return 1;
	return e->host->role == WORLD_WORKSTATION ? 0.84 : 0.92;
}

static double
median_of(const struct emission *e, const struct world_hour *hour)
{
	const double busy = e->noise->busy;
	double quiet = e->noise->quiet * e->role->quiet_gain;
	const double weight = world_office_weight(hour);

	if (quiet > busy)
		quiet = busy;
	if (weight >= 1 || quiet <= 0)
		return busy;
	return quiet * random_exp(weight * random_ln(busy / quiet));
}

static double
draw_lognormal(const struct emission *e, const struct world_hour *hour,
	       struct random *random)
{
	const double weight = world_office_weight(hour);
	const double z = random_normal(random);
	const int empty = random_chance(random, e->noise->silent);

	if (empty && (weight < 0.5 || e->noise->busy == e->noise->quiet))
		return 0;
	return median_of(e, hour) * random_exp(e->noise->sigma * z);
}

/* At most 200 GB an hour: no link carries what a Pareto could draw. */
static double
draw_bursts(const struct emission *e, const struct world_hour *hour,
	    struct random *random)
{
	const double rate = 0.1 + 1.2 * world_office_weight(hour);
	double sum = 0;

	for (uint32_t n = random_poisson(random, rate); n > 0; n--)
		sum += random_pareto(random, e->noise->busy, e->noise->sigma);
	return sum < 200e9 ? sum : 200e9;
}

/*
 * The level of a regime in one hour. Segments of 3 hours to 3 days, evenly
 * in ln, fill blocks of 16 days from their start on; the host's key says
 * where in a block the world begins, so that edges of blocks fall alike on
 * every day of it.
 */
#define BLOCK_HOURS 384

static void
regime_levels(const struct emission *e, uint32_t day, double *level)
{
	static const double levels[] = {0.05, 0.3, 1, 3};
	const uint32_t first = day * 24 + (uint32_t)(e->key % BLOCK_HOURS);
	uint32_t at = first / BLOCK_HOURS * BLOCK_HOURS;
	uint32_t block_end = at;
	struct random random = random_at(e->key, STREAM_REGIME, 0);

	while (at < first + 24) {
		double height;
		uint32_t end;

		if (at == block_end) {
			random = random_at(e->key, STREAM_REGIME, at);
			block_end += BLOCK_HOURS;
		}
		height = levels[random_below(&random, 4)];
		end = at + (uint32_t)(3 * random_exp(random_unit(&random) *
						     random_ln(24)));
		if (end > block_end)
			end = block_end;
		for (; at < end; at++)
			if (at >= first && at < first + 24)
				level[at - first] = height;
	}
}

/* The archives' readers: evenings more than nights, factor 3. */
static double
draw_archives(const struct world_hour *hour, struct random *random)
{
	static const double weight[24] = {
	    0.6, 0.5, 0.4, 0.4, 0.4, 0.4, 0.5, 0.6, 0.8, 1,   1.1, 1.1,
	    1,   1.1, 1.2, 1.2, 1.2, 1.2, 1.2, 1.3, 1.4, 1.4, 1.2, 0.9};

	return 2.3e9 * weight[hour->local] * random_lognormal(random, 1, 0.5);
}

/* SITE_PART: of a day effect's variance, what the whole site has in common:
 * a busy week is busy for many, and hosts are no independent witnesses. */
#define SITE_PART 0.15

static double
day_effect(const struct emission *e, uint32_t day)
{
	return sqrt(1 - SITE_PART) * world_ar(e->key, (int64_t)day) +
	       sqrt(SITE_PART) * world_ar(e->world->key, (int64_t)day);
}

void
world_hours_out(const struct emission *e, uint32_t day, double *out)
{
	const struct world_hour *hours = &e->world->hours[day * 24];
	const double effect =
	    e->host->role == WORLD_ARCHIVES ? 0.25 : e->noise->sigma_day;
	const double factor = e->role->gain * e->host->scale *
			      random_exp(effect * day_effect(e, day));
	struct random random = random_at(e->key, STREAM_HOURS, day);
	double level[24];

	for (int h = 0; h < 24; h++)
		level[h] = 1;
	if (e->host->noise == WORLD_NOISE_REGIMES)
		regime_levels(e, day, level);
	for (int h = 0; h < 24; h++) {
		if (e->host->role == WORLD_ARCHIVES)
			out[h] = draw_archives(&hours[h], &random);
		else if (e->host->noise == WORLD_NOISE_BURSTS)
			out[h] = draw_bursts(e, &hours[h], &random);
		else
			out[h] = draw_lognormal(e, &hours[h], &random);
		out[h] *= factor * level[h] * season(e, &hours[h]);
	}
}
