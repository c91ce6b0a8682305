/* SPDX-License-Identifier: BSD-3-Clause */
#include "detection/rivals.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "detection/beacon.h"

#define DAY_NS (INT64_C(86400) * 1000000000)
#define HOUR_NS (INT64_C(3600) * 1000000000)
#define HOURS 24

/* An upload is what carries more than it brings, and more than a handshake
 * and a request do. */
#define UPLOAD_MIN 10000

#define NEW_BYTES_DAYS 7
#define NEW_DAYS_DAYS 14

/* Slips: 500 MB to a peer in a window of an hour, 100 MB in a flow. */
#define SLIPS_WINDOW 500e6
#define SLIPS_FLOW 100e6

static const char *const names[RIVAL_COUNT] = {
    "upload of one connection",    "hourly z-score",
    "daily total of one peer",     "mean + k sigma of the day",
    "producer-consumer ratio",     "RITA v5 beacon score",
    "Slips, window of an hour",    "Marchetti's ranking",
    "analyst: bytes to new peers", "analyst: days with a new peer",
};

const char *
rivals_name(enum rival rival)
{
	return rival < RIVAL_COUNT ? names[rival] : "unknown";
}

int
rivals_add(struct rivals_host *host, const struct seep_flow *flow, int is_orig,
	   uint32_t peer)
{
	const int64_t day = (flow->end_ns - host->start_ns) / DAY_NS;
	struct rivals_flow *to;

	if (flow->end_ns < host->start_ns)
		return 0;
	if (host->count == host->room) {
		const size_t room = host->room ? 2 * host->room : 1024;

		to = realloc(host->flows, room * sizeof(*to));
		if (to == NULL)
			return -1;
		host->flows = to;
		host->room = room;
	}
	to = &host->flows[host->count++];
	*to = (struct rivals_flow){
	    .start_ns = flow->start_ns,
	    .end_ns = flow->end_ns,
	    .out = is_orig ? flow->bytes_orig : flow->bytes_resp,
	    .in = is_orig ? flow->bytes_resp : flow->bytes_orig,
	    .peer = peer,
	    .day = day < host->days ? (uint32_t)day : host->days - 1,
	    .opened =
		flow->opener == (is_orig ? SEEP_OPENER_ORIG : SEEP_OPENER_RESP),
	};
	if (peer >= host->peers)
		host->peers = peer + 1;
	return 0;
}

int
rivals_copy(struct rivals_host *to, const struct rivals_host *from)
{
	*to = *from;
	to->features = NULL;
	to->room = from->count + 1024;
	to->flows = malloc(to->room * sizeof(*to->flows));
	if (to->flows == NULL)
		return -1;
	memcpy(to->flows, from->flows, from->count * sizeof(*to->flows));
	return 0;
}

void
rivals_clear(struct rivals_host *host)
{
	free(host->flows);
	free(host->features);
	memset(host, 0, sizeof(*host));
}

/* By day, peer, start. */
static int
compare_flows(const void *a, const void *b)
{
	const struct rivals_flow *x = a;
	const struct rivals_flow *y = b;

	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	if (x->peer != y->peer)
		return x->peer < y->peer ? -1 : 1;
	return (x->start_ns > y->start_ns) - (x->start_ns < y->start_ns);
}

int
rivals_prepare(struct rivals_host *host)
{
	free(host->features);
	host->features =
	    calloc((size_t)host->days * RIVALS_FEATURES, sizeof(double));
	if (host->features == NULL)
		return -1;
	if (host->count > 0)
		qsort(host->flows, host->count, sizeof(*host->flows),
		      compare_flows);
	for (size_t i = 0; i < host->count; i++) {
		const struct rivals_flow *flow = &host->flows[i];
		double *features = host->features + flow->day * RIVALS_FEATURES;

		features[0] += (double)flow->out;
		features[1]++;
		features[2] += i == 0 || flow[-1].day != flow->day ||
			       flow[-1].peer != flow->peer;
	}
	for (size_t i = 0; i < (size_t)host->days * RIVALS_FEATURES; i++)
		host->features[i] = log1p(host->features[i]);
	return 0;
}

/* The mean of a feature over the days before 'day'. */
static double
past_of(const struct rivals_host *host, uint32_t day, size_t feature)
{
	const uint32_t from =
	    day > RIVALS_BACK_DAYS ? day - RIVALS_BACK_DAYS : 0;
	double sum = 0;

	for (uint32_t d = from; d < day; d++)
		sum += host->features[d * RIVALS_FEATURES + feature];
	return day > from ? sum / (day - from) : 0;
}

static void
add_day(struct rivals_site *site, const struct rivals_host *hosts, size_t count,
	uint32_t day, size_t feature)
{
	const size_t at = (size_t)day * RIVALS_FEATURES + feature;
	double sum = 0;
	double squares = 0;
	double rising = 0;

	for (size_t h = 0; h < count; h++) {
		const double value = hosts[h].features[at];

		sum += value;
		squares += value * value;
		rising += value > past_of(&hosts[h], day, feature);
	}
	site->mean[at] = sum / (double)count;
	squares = squares / (double)count - site->mean[at] * site->mean[at];
	site->deviation[at] = squares > 1e-9 ? sqrt(squares) : 1;
	site->rising[at] = rising / (double)count;
}

int
rivals_site_init(struct rivals_site *site, const struct rivals_host *hosts,
		 size_t count)
{
	const size_t size = (size_t)hosts[0].days * RIVALS_FEATURES;

	assert(count > 0);
	site->days = hosts[0].days;
	site->mean = calloc(3 * size, sizeof(double));
	if (site->mean == NULL)
		return -1;
	site->deviation = site->mean + size;
	site->rising = site->mean + 2 * size;
	for (uint32_t day = 0; day < site->days; day++)
		for (size_t f = 0; f < RIVALS_FEATURES; f++)
			add_day(site, hosts, count, day, f);
	return 0;
}

void
rivals_site_clear(struct rivals_site *site)
{
	free(site->mean);
	memset(site, 0, sizeof(*site));
}

/*
 * After Marchetti et al.: bytes, flows and destinations of a host make a
 * point among the hosts' points; suspect is who lies far out, moved far from
 * its own past, and in a direction that few others took. The three are added
 * (the paper's weights were not at hand); only upward movement counts, since
 * data that leave are asked for.
 */
static double
marchetti(const struct rivals_host *host, const struct rivals_site *site,
	  uint32_t day)
{
	double distance = 0;
	double movement = 0;
	double likely = 1;

	for (size_t f = 0; f < RIVALS_FEATURES; f++) {
		const size_t at = (size_t)day * RIVALS_FEATURES + f;
		const double value = host->features[at];
		const double out =
		    (value - site->mean[at]) / site->deviation[at];
		const double moved =
		    (value - past_of(host, day, f)) / site->deviation[at];
		const double rising = site->rising[at];

		distance += out > 0 ? out * out : 0;
		movement += moved > 0 ? moved * moved : 0;
		likely *= moved > 0 ? rising : 1 - rising;
	}
	return sqrt(distance) + sqrt(movement) + (1 - likely);
}

/* struct days: what the rules need of each day. */
struct days {
	double *hours; /* days * HOURS: outbound bytes */
	double *out;   /* of the day */
	double *in;
	uint32_t *first;    /* of each peer: day it was met + 1; 0 = never */
	uint16_t *uploads;  /* of each peer: bit d = uploaded d days ago */
	uint32_t *uploaded; /* of each peer: day of the last upload + 1 */
};

static int
days_init(struct days *days, const struct rivals_host *host)
{
	memset(days, 0, sizeof(*days));
	days->hours = calloc((size_t)host->days * (HOURS + 2), sizeof(double));
	days->first = calloc(host->peers + 1, sizeof(*days->first));
	days->uploads = calloc(host->peers + 1, sizeof(*days->uploads));
	days->uploaded = calloc(host->peers + 1, sizeof(*days->uploaded));
	if (days->hours == NULL || days->first == NULL ||
	    days->uploads == NULL || days->uploaded == NULL)
		return -1;
	days->out = days->hours + (size_t)host->days * HOURS;
	days->in = days->out + host->days;
	for (size_t i = 0; i < host->count; i++) {
		const struct rivals_flow *flow = &host->flows[i];
		const int64_t hour = (flow->end_ns - host->start_ns) / HOUR_NS -
				     (int64_t)flow->day * HOURS;

		/* The last day takes what ends after it. */
		days->hours[flow->day * HOURS + (hour < HOURS ? hour : 23)] +=
		    (double)flow->out;
		days->out[flow->day] += (double)flow->out;
		days->in[flow->day] += (double)flow->in;
	}
	return 0;
}

static void
days_clear(struct days *days)
{
	free(days->hours);
	free(days->first);
	free(days->uploads);
	free(days->uploaded);
}

static double
z_score(double value, const double *past, size_t count)
{
	double sum = 0;
	double squares = 0;
	double mean;

	for (size_t i = 0; i < count; i++)
		sum += past[i];
	mean = sum / (double)count;
	for (size_t i = 0; i < count; i++)
		squares += (past[i] - mean) * (past[i] - mean);
	/* A byte keeps a silent host from dividing by nothing. */
	return (value - mean) / (sqrt(squares / (double)count) + 1);
}

static double
hourly_z(const struct days *days, uint32_t day)
{
	const double *past = days->hours + (day - RIVALS_BACK_DAYS) * HOURS;
	double most = 0;

	for (size_t i = 0; i < HOURS; i++) {
		const double value = days->hours[day * HOURS + i];

		if (value > most)
			most = value;
	}
	/* The z-score grows with the value: the largest hour decides. */
	return z_score(most, past, (size_t)RIVALS_BACK_DAYS * HOURS);
}

static double
pcr_of(const struct days *days, uint32_t day)
{
	const double all = days->out[day] + days->in[day];

	return all > 0 ? (days->out[day] - days->in[day]) / all : 0;
}

static double
pcr_rise(const struct days *days, uint32_t day)
{
	double sum = 0;

	for (uint32_t d = day - RIVALS_BACK_DAYS; d < day; d++)
		sum += pcr_of(days, d);
	return pcr_of(days, day) - sum / RIVALS_BACK_DAYS;
}

/* struct pair: one peer on one day: flows [first, end). */
struct pair {
	const struct rivals_flow *first;
	const struct rivals_flow *end;
	uint32_t day;
	uint32_t peer;
	double out;
	double up;
	double up_in;
	double flow_max;
	double hour_max;
};

static void
read_pair(struct pair *pair)
{
	int64_t hour = -1;
	double in_hour = 0;

	for (const struct rivals_flow *flow = pair->first; flow < pair->end;
	     flow++) {
		pair->out += (double)flow->out;
		if (!flow->opened)
			continue;
		pair->up += (double)flow->out;
		pair->up_in += (double)flow->in;
		if ((double)flow->out > pair->flow_max)
			pair->flow_max = (double)flow->out;
		/* Windows stand by the clock; flows of a pair are sorted by
		 * their start, and most end in the same hour. */
		if (flow->end_ns / HOUR_NS != hour)
			in_hour = 0;
		hour = flow->end_ns / HOUR_NS;
		in_hour += (double)flow->out;
		if (in_hour > pair->hour_max)
			pair->hour_max = in_hour;
	}
}

static void
raise(double *score, double value)
{
	if (value > *score)
		*score = value;
}

/* What the two scripts of an analyst make of a pair. Returns 0, or the bytes
 * it adds to the day's upload to new peers. */
static double
judge_new(struct days *days, const struct pair *pair, double *new_days)
{
	const uint32_t day = pair->day;
	const int is_upload = pair->up >= UPLOAD_MIN && pair->up > pair->up_in;
	const uint32_t last = days->uploaded[pair->peer];
	uint32_t count = 0;

	if (days->first[pair->peer] == 0)
		days->first[pair->peer] = day + 1;
	if (is_upload) {
		const uint32_t ago = last > 0 ? day + 1 - last : 16;
		uint32_t bits = ago < 16 ? days->uploads[pair->peer] : 0;

		bits = (bits << (ago < 16 ? ago : 0)) | 1;
		days->uploads[pair->peer] = (uint16_t)bits;
		days->uploaded[pair->peer] = day + 1;
		for (uint32_t i = 0; i < NEW_DAYS_DAYS; i++)
			count += days->uploads[pair->peer] >> i & 1;
		/* The bytes tell equal counts apart. */
		if (day + 1 - days->first[pair->peer] < NEW_DAYS_DAYS)
			raise(new_days, count + log2(pair->up) / 64);
	}
	return day + 1 - days->first[pair->peer] < NEW_BYTES_DAYS && is_upload
		   ? pair->up
		   : 0;
}

static int
judge_pairs(const struct rivals_host *host, struct days *days, double *scores)
{
	const size_t n = host->days;
	size_t at = 0;

	while (at < host->count) {
		struct pair pair = {.first = &host->flows[at],
				    .day = host->flows[at].day,
				    .peer = host->flows[at].peer};
		const uint32_t day = pair.day;
		double beacon = 0;

		while (at < host->count && host->flows[at].day == day &&
		       host->flows[at].peer == pair.peer)
			at++;
		pair.end = &host->flows[at];
		read_pair(&pair);
		raise(&scores[RIVAL_CONNECTION * n + day], pair.flow_max);
		raise(&scores[RIVAL_PEER_TOTAL * n + day], pair.out);
		raise(&scores[RIVAL_SLIPS * n + day],
		      fmax(pair.hour_max / SLIPS_WINDOW,
			   pair.flow_max / SLIPS_FLOW));
		if (beacon_score(pair.first, (size_t)(pair.end - pair.first),
				 host->start_ns + day * DAY_NS, &beacon) != 0)
			return -1;
		raise(&scores[RIVAL_RITA * n + day], beacon);
		scores[RIVAL_NEW_BYTES * n + day] +=
		    judge_new(days, &pair, &scores[RIVAL_NEW_DAYS * n + day]);
	}
	return 0;
}

int
rivals_score(const struct rivals_host *host, const struct rivals_site *site,
	     double *scores)
{
	const size_t n = host->days;
	struct days days;
	int rc = days_init(&days, host);

	assert(host->features != NULL);
	memset(scores, 0, RIVAL_COUNT * n * sizeof(*scores));
	if (rc == 0)
		rc = judge_pairs(host, &days, scores);
	for (uint32_t day = 0; rc == 0 && day < host->days; day++) {
		if (day < RIVALS_BACK_DAYS) {
			for (size_t r = 0; r < RIVAL_COUNT; r++)
				scores[r * n + day] = -INFINITY;
			continue;
		}
		scores[RIVAL_HOURLY_Z * n + day] = hourly_z(&days, day);
		scores[RIVAL_DAILY_SIGMA * n + day] =
		    z_score(days.out[day], days.out + day - RIVALS_BACK_DAYS,
			    RIVALS_BACK_DAYS);
		scores[RIVAL_PCR * n + day] = pcr_rise(&days, day);
		scores[RIVAL_MARCHETTI * n + day] = marchetti(host, site, day);
	}
	days_clear(&days);
	return rc;
}
