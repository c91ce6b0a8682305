/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/standing.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "detect/robust.h"

/*
 * The weights were set on bench/detection/standing_bench.c (sites made of
 * rivals, 50 servers among 10,000 hosts, leaks of 5 MB a day), in bits:
 * what speaks for a channel at its most.
 *
 * QUIET, HOURS     2 for the third of the day in which the site sleeps, 1 for
 *                  the whole day. At 3 and 1 monitoring and tunnels, which
 *                  never sleep either, come before a leak in office hours.
 * EVEN             twice the evenness of trail.h, 8 at most: rate-limited
 *                  copying is even, people and jobs are not. At half of it
 *                  hourly backups of GBs come first. What it costs: a leak as
 *                  uneven as a backup ranks among the backups.
 * LONG             for connections of hours, whose bytes nobody can place,
 *                  instead of hours, and of half of the evenness: their days
 *                  count once. One connection through all of the evidence is
 *                  even by construction, and rare. At 7.5 vendors' tunnels
 *                  hide one of three days; at 9 they come before all else.
 * RATIO_LOW, _HIGH 16 out for 1 in says as much as can be said, 1 for 8 is
 *                  a download. Padding inbound costs a leak 4 bits.
 * EXPLAINED        a factor of 16: demoted, not hidden, since an attacker can
 *                  use a mail relay or a tunnel too.
 * PREFIX           for a prefix against all others, which was put together
 *                  after looking, and whose sums differ little by nature. At
 *                  1 a /24 of many readers of a web site comes near the gate.
 * CLASS_MAX        a site of 10,000 workstations and 40 servers; beyond it a
 *                  workstation could never be told.
 */
#define QUIET_BITS (2 * SEEP__BIT)
#define HOURS_BITS (1 * SEEP__BIT)
#define EVEN_TIMES 2
#define LONG_BITS (35 * SEEP__BIT / 4)
#define RATIO_LOW (-3 * SEEP__BIT)
#define RATIO_HIGH (4 * SEEP__BIT)
#define EXPLAINED_BITS (4 * SEEP__BIT)
#define PREFIX_BITS (3 * SEEP__BIT)
#define CLASS_MAX (8 * SEEP__BIT)

/*
 * Bytes: three quarters of a bit for each doubling against what is usual,
 * down to -8: keepalives of kilobytes look like a drip in all but bytes. Up
 * to +1.5 only for uneven channels: the largest of them are backups and
 * replications, and a slow leak is not large; even and long ones may win 3,
 * since what is both even and large is seldom a keepalive.
 *
 * USUAL_MIN: a median of fewer than 16 channels says little about a kind;
 * at 4 one server's habits would be the measure of its role.
 */
#define BYTES_NUMERATOR 3
#define BYTES_DENOMINATOR 4
#define BYTES_LOW (-8 * SEEP__BIT)
#define BYTES_HIGH_UNEVEN (3 * SEEP__BIT / 2)
#define BYTES_HIGH (3 * SEEP__BIT)
#define USUAL_MIN 16

/* EVEN_MIN: hours and days within 0.35 octaves of each other, typically:
 * what machines do on their own. People's channels stay below 2 bits. */
#define EVEN_MIN (5 * SEEP__BIT / 2)

/* Bins of an eighth of an octave, as in trail.c, from -32 octaves on: bytes
 * a day may be less than one. */
#define BIN_SHIFT 13
#define BIN_ZERO (32 * SEEP__BIT)
#define BINS (96 << 3)

#define WEIGHT_ONE (UINT32_C(1) << 16)

/* How a channel sends; each kind is compared with its like. */
enum manner { MANNER_UNEVEN, MANNER_EVEN, MANNER_LONG, MANNERS };

/* struct usual: how many bytes a day have channels of one kind? */
struct usual {
	uint64_t count; /* times WEIGHT_ONE */
	int32_t median;
	uint64_t bins[BINS];
};

/* Of each role; of servers and of others; of all. */
enum {
	GROUP_SERVERS = SEEP_ROLE_COUNT,
	GROUP_OTHERS,
	GROUP_ALL,
	GROUPS,
	DIRECTIONS = SEEP_DIRECTION_PULL + 1
};

struct usuals {
	struct usual of[GROUPS][DIRECTIONS][MANNERS];
	uint32_t quiet; /* bit h: the site sleeps in UTC hour h */
};

static int32_t
clamp(int64_t value, int32_t low, int32_t high)
{
	assert(low <= high);
	return value < low ? low : value > high ? high : (int32_t)value;
}

static int64_t
log2_of(uint64_t value)
{
	return (int64_t)seep__log2_q16(value);
}

/* The third of the day with the fewest busy channels; ties: the earlier. */
static uint32_t
find_quiet(const struct seep__stands *stands)
{
	uint32_t quiet = 0;

	for (size_t n = 0; n < SEEP__HOURS_PER_DAY / 3; n++) {
		size_t least = SEEP__HOURS_PER_DAY;

		for (size_t h = 0; h < SEEP__HOURS_PER_DAY; h++) {
			if (quiet >> h & 1)
				continue;
			if (least == SEEP__HOURS_PER_DAY ||
			    stands->by_hour[h] < stands->by_hour[least])
				least = h;
		}
		assert(least < SEEP__HOURS_PER_DAY);
		quiet |= UINT32_C(1) << least;
	}
	return quiet;
}

static enum manner
manner_of(const struct seep__shape *shape)
{
	if (shape->is_long)
		return MANNER_LONG;
	return shape->even >= EVEN_MIN ? MANNER_EVEN : MANNER_UNEVEN;
}

/* A peer that several hosts met counts once in all. */
static uint32_t
weight_of(const struct seep__stand *stand)
{
	assert(stand->hosts_met > 0);
	return WEIGHT_ONE / stand->hosts_met;
}

static void
count_usual(struct usual *usual, const struct seep__stand *stand)
{
	const uint32_t bin =
	    (uint32_t)(stand->shape.log2_day + BIN_ZERO) >> BIN_SHIFT;

	assert(bin < BINS);
	usual->bins[bin] += weight_of(stand);
	usual->count += weight_of(stand);
}

static void
find_median(struct usual *usual)
{
	uint64_t below = 0;
	int32_t at = 0;

	while (at + 1 < BINS &&
	       below + usual->bins[at] < (usual->count + 1) / 2)
		below += usual->bins[at++];
	usual->median = at * (1 << BIN_SHIFT) - BIN_ZERO;
}

static size_t
class_of(const struct seep__stand *stand)
{
	return stand->is_server ? GROUP_SERVERS : GROUP_OTHERS;
}

static void
find_usuals(const struct seep__stands *stands, struct usuals *usuals)
{
	struct usual *each = &usuals->of[0][0][0];

	memset(usuals, 0, sizeof(*usuals));
	usuals->quiet = find_quiet(stands);
	for (size_t i = 0; i < stands->count; i++) {
		const struct seep__stand *stand = &stands->list[i];
		const size_t d = stand->shape.direction;
		const enum manner manner = manner_of(&stand->shape);

		if (stand->shape.is_explained)
			continue;
		count_usual(&usuals->of[stand->role][d][manner], stand);
		count_usual(&usuals->of[class_of(stand)][d][manner], stand);
		count_usual(&usuals->of[GROUP_ALL][d][manner], stand);
	}
	for (size_t i = 0; i < sizeof(usuals->of) / sizeof(*each); i++)
		find_median(&each[i]);
}

/* The narrowest group with enough channels of this kind, or NULL. */
static const struct usual *
find_usual(const struct usuals *usuals, const struct seep__stand *stand)
{
	const size_t groups[] = {(size_t)stand->role, class_of(stand),
				 GROUP_ALL};
	const enum manner manner = manner_of(&stand->shape);

	assert(stand->role < SEEP_ROLE_COUNT);
	for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++) {
		const struct usual *usual =
		    &usuals->of[groups[i]][stand->shape.direction][manner];

		if (usual->count >= (uint64_t)USUAL_MIN * WEIGHT_ONE)
			return usual;
	}
	return NULL;
}

/* Bits for the share of the covered hours of 'mask' that are active. */
static int32_t
rate_share(const struct seep__stands *stands, const struct seep__shape *shape,
	   uint32_t mask, int32_t bits)
{
	uint64_t active = 0;
	uint64_t covered = 0;

	for (size_t h = 0; h < SEEP__HOURS_PER_DAY; h++) {
		if (!(mask >> h & 1))
			continue;
		active += shape->by_hour[h];
		covered += stands->ground.by_hour[h];
	}
	if (covered == 0)
		return 0;
	assert(active <= covered);
	return (int32_t)((uint64_t)bits * active / covered);
}

static int32_t
rate_shape(const struct seep__stands *stands, const struct seep__shape *shape,
	   uint32_t quiet)
{
	const int32_t even = shape->even * EVEN_TIMES;

	assert(shape->even >= 0 && shape->even <= SEEP__EVEN_MAX);
	if (shape->is_long)
		return LONG_BITS + shape->even;
	return rate_share(stands, shape, quiet, QUIET_BITS) +
	       rate_share(stands, shape, UINT32_MAX, HOURS_BITS) + even;
}

static int32_t
rate_ratio(const struct seep__shape *shape)
{
	assert(shape->bytes_out > 0);
	if (shape->bytes_in == 0)
		return RATIO_HIGH;
	return clamp(log2_of(shape->bytes_out) - log2_of(shape->bytes_in),
		     RATIO_LOW, RATIO_HIGH);
}

static int32_t
rate_bytes(const struct usuals *usuals, const struct seep__stand *stand)
{
	const struct usual *usual = find_usual(usuals, stand);

	if (!usual)
		return 0;
	return clamp(((int64_t)stand->shape.log2_day - usual->median) *
			 BYTES_NUMERATOR / BYTES_DENOMINATOR,
		     BYTES_LOW,
		     manner_of(&stand->shape) == MANNER_UNEVEN
			 ? BYTES_HIGH_UNEVEN
			 : BYTES_HIGH);
}

/* All servers together are as likely as all other hosts together; where no
 * server is known, all hosts are alike. */
static int32_t
rate_class(const struct seep__stands *stands, const struct seep__stand *stand)
{
	const uint64_t servers = stands->hosts[1];

	assert(stands->hosts[stand->is_server] > 0);
	if (stand->is_server || servers == 0 || stands->hosts[0] <= servers)
		return 0;
	return -clamp(log2_of(stands->hosts[0]) - log2_of(servers), 0,
		      CLASS_MAX);
}

static int32_t
rate(const struct seep__stands *stands, const struct usuals *usuals,
     const struct seep__stand *stand)
{
	const struct seep__shape *shape = &stand->shape;

	return rate_shape(stands, shape, usuals->quiet) + rate_ratio(shape) +
	       rate_bytes(usuals, stand) + rate_class(stands, stand) -
	       (int32_t)log2_of(stand->hosts_met) -
	       (shape->is_explained ? EXPLAINED_BITS : 0);
}

/* Of a prefix and its peers only what scores higher is told. */
static void
settle_prefix(struct seep__stand *prefix)
{
	struct seep__stand *peers = prefix - prefix->covers;
	int32_t best = INT32_MIN;

	assert(prefix->covers <= prefix->peers);
	for (size_t i = 0; i < prefix->covers; i++)
		if (peers[i].score > best)
			best = peers[i].score;
	prefix->is_dropped = best > prefix->score;
	prefix->score -= PREFIX_BITS;
	for (size_t i = 0; i < prefix->covers; i++)
		peers[i].is_dropped = !prefix->is_dropped;
}

/*
 * A host is as likely whatever the number of its channels: half a bit for
 * each doubling of those of one direction. A web server has a hundred daily
 * readers, and the whole bit would hide whoever pulls among them; none would
 * fill the list with them.
 */
static void
settle_host(struct seep__stand *list, size_t count)
{
	uint64_t same[DIRECTIONS] = {0};

	assert(count > 0);
	for (size_t i = 0; i < count; i++)
		if (!list[i].is_dropped && !list[i].shape.is_explained)
			same[list[i].shape.direction] += weight_of(&list[i]);
	for (size_t i = 0; i < count; i++) {
		const uint64_t weight = same[list[i].shape.direction];

		if (!list[i].is_dropped && weight > WEIGHT_ONE)
			list[i].score -=
			    (int32_t)((log2_of(weight) - log2_of(WEIGHT_ONE)) /
				      2);
	}
}

static void
rate_all(struct seep__stands *stands, const struct usuals *usuals)
{
	struct seep__stand *list = stands->list;
	size_t end;

	for (size_t i = 0; i < stands->count; i++) {
		list[i].is_dropped = 0;
		list[i].score = rate(stands, usuals, &list[i]);
	}
	for (size_t i = 0; i < stands->count; i++)
		if (list[i].network.prefix_bits != 128)
			settle_prefix(&list[i]);
	for (size_t i = 0; i < stands->count; i = end) {
		for (end = i + 1; end < stands->count; end++)
			if (list[end].host != list[i].host)
				break;
		settle_host(&list[i], end - i);
	}
}

/* Before: higher score, then more bytes, then the lower addresses. */
static int
is_before(const struct seep__stand *a, const struct seep__stand *b)
{
	if (a->score != b->score)
		return a->score > b->score;
	if (a->shape.bytes_out != b->shape.bytes_out)
		return a->shape.bytes_out > b->shape.bytes_out;
	if (a->host != b->host)
		return a->host < b->host;
	return seep_address_compare(&a->network.base, &b->network.base) < 0;
}

static int
is_full(const struct seep__stands *stands, const size_t *chosen, size_t count,
	size_t entity)
{
	size_t same = 0;

	assert(count <= SEEP__STANDING_MAX);
	for (size_t i = 0; i < count; i++)
		same += stands->list[chosen[i]].entity == entity;
	return same >= SEEP__STANDING_SAME_MAX;
}

/* The best one that is not told yet, or the count of all. */
static size_t
find_best(const struct seep__stands *stands, const size_t *chosen, size_t count)
{
	size_t best = stands->count;

	for (size_t i = 0; i < stands->count; i++) {
		const struct seep__stand *stand = &stands->list[i];

		if (stand->is_dropped || stand->score < SEEP__STANDING_GATE ||
		    (best < stands->count &&
		     !is_before(stand, &stands->list[best])) ||
		    is_full(stands, chosen, count, stand->entity))
			continue;
		best = i;
	}
	return best;
}

int
seep__standing_choose(struct seep__stands *stands,
		      size_t chosen[SEEP__STANDING_MAX], size_t *count)
{
	struct seep__mem *mem = stands->view->mem;
	struct usuals *usuals = seep__mem_get(mem, sizeof(*usuals));

	assert(chosen && count);
	*count = 0;
	if (!usuals)
		return seep__mem_why(mem);
	find_usuals(stands, usuals);
	rate_all(stands, usuals);
	seep__mem_put(mem, usuals, sizeof(*usuals));
	while (*count < SEEP__STANDING_MAX) {
		const size_t best = find_best(stands, chosen, *count);

		if (best == stands->count)
			break;
		stands->list[best].is_dropped = 1;
		chosen[(*count)++] = best;
	}
	return SEEP_OK;
}

static void
tell(const struct seep__stands *stands, const struct seep__stand *stand,
     struct seep__standing *out)
{
	const struct seep__shape *shape = &stand->shape;

	assert(shape->is_standing && stand->score >= SEEP__STANDING_GATE);
	out->entity = stand->entity;
	out->host = stand->host;
	out->peer = stand->top;
	out->network = stand->network;
	out->peers = stand->peers;
	out->direction = (enum seep_direction)shape->direction;
	out->bytes_out = shape->bytes_out;
	out->bytes_in = shape->bytes_in;
	out->days_active = shape->days_active;
	out->days = stands->ground.days;
	out->hours_active = shape->hours_active;
	out->hours = stands->ground.hours;
	out->first = shape->first;
	out->end = shape->end;
	out->hosts_met = stand->hosts_met;
	out->ranked = stands->count;
	out->is_long = shape->is_long;
	out->is_explained = shape->is_explained;
	out->score_tenths =
	    (uint32_t)((uint64_t)(stand->score > 0 ? stand->score : 0) * 10 /
		       SEEP__BIT);
}

int
seep__standing_rank(const struct seep__case *view,
		    const struct seep__entities *entities,
		    const struct seep__popularity *popularity,
		    struct seep__arena *scratch, struct seep__standing *list,
		    size_t *count)
{
	size_t chosen[SEEP__STANDING_MAX];
	struct seep__stands stands;
	int rc;

	assert(list && count);
	*count = 0;
	rc = seep__stands_init(&stands, view, entities, popularity, scratch);
	for (size_t e = 0; rc == SEEP_OK && e < entities->count; e++)
		for (size_t h = entities->first[e];
		     rc == SEEP_OK && h < entities->first[e + 1]; h++)
			rc = seep__stands_add(&stands, e, entities->hosts[h]);
	if (rc == SEEP_OK)
		rc = seep__standing_choose(&stands, chosen, count);
	for (size_t i = 0; i < *count; i++) {
		memset(&list[i], 0, sizeof(list[i]));
		tell(&stands, &stands.list[chosen[i]], &list[i]);
		list[i].rank = (uint32_t)(i + 1);
	}
	seep__stands_clear(&stands);
	if (rc != SEEP_OK)
		*count = 0;
	return rc;
}
