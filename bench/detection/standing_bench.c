/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * standing_bench.c - when the leak is older than the logs: is its channel
 * among the first ten?
 *
 *     seep-standing [--quick] [--world] [--sites N] [--rate BYTES]
 *                   [--servers N] [--hosts N] [--days N] [--seed N]
 *                   [--verbose]
 *
 * Sites are made of rivals (standing_site.h); with --world the servers are
 * those of world.h. For each site and each length of the evidence the
 * channels of all hosts are read once. A trial puts one leak on one server,
 * for as long as the evidence lasts, reads that server again and ranks all
 * anew; "check" compares this shortcut with ranks of whole cases.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detection/inject.h"
#include "detection/random.h"
#include "detection/standing_field.h"

enum pattern {
	DRIP,
	DRIP_JITTER,
	LONG_CONNECTION,
	OFFICE_HOURS,
	NIGHTS,
	PADDED,
	PREFIX,
	PULLED,
	BURST,
	PATTERNS
};

static const struct {
	const char *name;
	enum inject_pattern inject;
} patterns[PATTERNS] = {
    [DRIP] = {"drip", INJECT_DRIP},
    [DRIP_JITTER] = {"drip, uneven hours", INJECT_DRIP},
    [LONG_CONNECTION] = {"one connection", INJECT_LONG_CONNECTION},
    [OFFICE_HOURS] = {"office hours", INJECT_OFFICE_HOURS},
    [NIGHTS] = {"nights", INJECT_NIGHTS},
    [PADDED] = {"padded inbound", INJECT_PADDED},
    [PREFIX] = {"40 peers of a /24", INJECT_DRIP_40},
    [PULLED] = {"pulled, web server", INJECT_PULLED_ONE},
    [BURST] = {"one burst a day", INJECT_DAILY_BURST},
};

struct options {
	uint32_t sites;
	uint32_t servers;
	uint32_t hosts;
	uint32_t days; /* 0 = 3, 30, 60, 90 */
	uint64_t rate;
	uint64_t first_seed;
	/* world: servers are those of world.h. */
	int world;
	int verbose;
};

struct outcome {
	unsigned trials;
	unsigned first;  /* rank 1 */
	unsigned three;  /* rank 1 to 3 */
	unsigned told;   /* rank 1 to 10 */
	unsigned absent; /* no candidate at all */
	unsigned gated;  /* below the gate */
	double least;    /* lowest score of a leak that stands, in bits */
};

/* struct leak: a leak on its way into an engine. */
struct leak {
	struct feed *feed;
	enum pattern pattern;
	uint64_t seed;
	uint64_t number; /* of flows so far */
};

/* As the pattern changes what inject() makes. */
static int
take_leak(void *context, const struct seep_flow *flow)
{
	struct leak *leak = context;
	struct seep_flow changed = *flow;
	struct random random = random_at(leak->seed, 9, leak->number++);

	if (leak->pattern == PREFIX) {
		changed.resp.bytes[13] = 7;
		changed.resp.bytes[14] = (uint8_t)leak->seed;
	}
	if (leak->pattern == DRIP_JITTER) {
		const double factor = random_chance(&random, 0.4)
					  ? 0
					  : random_lognormal(&random, 1.01, 1);

		changed.bytes_orig =
		    (uint64_t)((double)flow->bytes_orig * factor);
		if (changed.bytes_orig == 0)
			return 0;
	}
	return feed_take(leak->feed, &changed);
}

static void
feed_leak(struct feed *feed, enum pattern pattern,
	  const struct inject_opts *opts)
{
	struct leak leak = {
	    .feed = feed, .pattern = pattern, .seed = opts->seed};

	must(inject(opts, take_leak, &leak) == 0, "the leak");
}

static void
set_leak(const struct field *field, const struct options *options,
	 uint32_t server, enum pattern pattern, uint64_t seed,
	 struct inject_opts *leak)
{
	memset(leak, 0, sizeof(*leak));
	leak->seed = seed;
	leak->pattern = patterns[pattern].inject;
	leak->host = field_address(field, server);
	leak->start_ns = field->site.start_ns;
	leak->end_ns = field->site.start_ns + field->site.days * FIELD_DAY_NS;
	leak->bytes_per_day = options->rate;
}

/* Is it the leak that this candidate tells? */
static int
is_leak(const struct inject_opts *leak, const struct seep__stand *stand,
	enum pattern pattern)
{
	if (pattern == PREFIX)
		return stand->network.base.bytes[12] == 91 &&
		       stand->network.base.bytes[13] == 7;
	return inject_owns(leak, &stand->top);
}

/* The candidates of a server with its leak, in the place of the old ones. */
static void
read_trial(const struct field *field, uint32_t server, enum pattern pattern,
	   const struct inject_opts *leak, struct seep__stands *all)
{
	const struct seep__stands *base = &field->stands;
	const size_t host = field_host(field->snapshot, &leak->host);
	struct seep__stands one = *base;
	struct seep__case view = field->view;
	struct feed feed;
	struct seep_snapshot *snapshot;

	feed_open(&feed, field->where);
	field_emit(field, server, &feed);
	feed_leak(&feed, pattern, leak);
	snapshot = feed_close(&feed);
	view.snapshot = snapshot;
	one.view = &view;
	one.list = NULL;
	one.count = one.room = 0;
	must(seep__stands_add(&one, field_entity(field, host),
			      field_host(snapshot, &leak->host)) == SEEP_OK,
	     "reading the trial");
	*all = *base;
	all->count = 0;
	all->list = malloc((base->count + one.count) * sizeof(*all->list));
	must(all->list != NULL, "memory");
	for (size_t i = 0; i < base->count; i++)
		if (base->list[i].host != host)
			all->list[all->count++] = base->list[i];
	for (size_t i = 0; i < one.count; i++) {
		one.list[i].host = host;
		all->list[all->count++] = one.list[i];
	}
	seep__stands_clear(&one);
	seep_snapshot_free(snapshot);
}

static void
show(const struct seep__stands *stands, size_t at, unsigned rank)
{
	const struct seep__stand *stand = &stands->list[at];
	const struct seep__shape *shape = &stand->shape;
	char text[SEEP_NETWORK_TEXT_SIZE];

	seep_network_format(&stand->network, text);
	printf("  %2u %6.2f %-18s role %d dir %d out %.3g in %.3g days %u "
	       "hours %u even %.1f%s%s met %u\n",
	       rank, (double)stand->score / SEEP__BIT, text, (int)stand->role,
	       shape->direction, (double)shape->bytes_out,
	       (double)shape->bytes_in, shape->days_active, shape->hours_active,
	       (double)shape->even / SEEP__BIT, shape->is_long ? " long" : "",
	       shape->is_explained ? " explained" : "", stand->hosts_met);
}

/* 'stand': the leak's best candidate, or NULL. */
static void
count_outcome(struct outcome *outcome, unsigned rank,
	      const struct seep__stand *stand)
{
	double score;

	outcome->trials++;
	outcome->first += rank == 1;
	outcome->three += rank >= 1 && rank <= 3;
	outcome->told += rank >= 1;
	outcome->absent += !stand;
	if (!stand)
		return;
	outcome->gated += !rank && stand->score < SEEP__STANDING_GATE;
	score = (double)stand->score / SEEP__BIT;
	if (outcome->least == 0 || score < outcome->least)
		outcome->least = score;
}

/* The best candidate that is the leak, or the count of all. */
static size_t
find_leak(const struct seep__stands *stands, const struct inject_opts *leak,
	  enum pattern pattern)
{
	size_t found = stands->count;

	for (size_t i = 0; i < stands->count; i++)
		if (is_leak(leak, &stands->list[i], pattern) &&
		    (found == stands->count ||
		     stands->list[i].score > stands->list[found].score))
			found = i;
	return found;
}

/* The rank of the leak; 0 = not told. */
static unsigned
run_trial(const struct field *field, const struct options *options,
	  uint32_t server, enum pattern pattern, uint64_t seed,
	  struct outcome *outcome)
{
	size_t chosen[SEEP__STANDING_MAX];
	struct seep__stands all;
	struct inject_opts leak;
	unsigned rank = 0;
	size_t count, found;

	set_leak(field, options, server, pattern, seed, &leak);
	read_trial(field, server, pattern, &leak, &all);
	must(seep__standing_choose(&all, chosen, &count) == SEEP_OK,
	     "choosing");
	for (size_t i = 0; i < count && !rank; i++)
		if (is_leak(&leak, &all.list[chosen[i]], pattern))
			rank = (unsigned)i + 1;
	found = find_leak(&all, &leak, pattern);
	count_outcome(outcome, rank,
		      found < all.count ? &all.list[found] : NULL);
	if (options->verbose && !rank) {
		printf("%s on %s, %u days: not told\n", patterns[pattern].name,
		       field_name(field, server), field->site.days);
		for (size_t i = 0; i < count; i++)
			show(&all, chosen[i], (unsigned)i + 1);
		if (found < all.count)
			show(&all, found, 0);
	}
	free(all.list);
	return rank;
}

/* Trials of one pattern on one site. */
static void
run_pattern(const struct field *field, const struct options *options,
	    enum pattern pattern, struct outcome *outcome)
{
	const uint32_t again = pattern == PULLED ? 10 : 1;

	for (uint32_t server = 0; server < field->site.servers; server++) {
		if (pattern == PULLED && !field_is_public(field, server))
			continue;
		for (uint32_t n = 0; n < again; n++)
			run_trial(field, options, server, pattern,
				  random_key(field->site.seed, server,
					     pattern * 100 + n),
				  outcome);
	}
}

/* What a site without a leak tells. */
static size_t
run_clean(struct field *field, const struct options *options)
{
	size_t chosen[SEEP__STANDING_MAX];
	size_t count;
	size_t servers = 0;

	must(seep__standing_choose(&field->stands, chosen, &count) == SEEP_OK,
	     "choosing");
	for (size_t i = 0; i < field->stands.count; i++)
		servers += field->stands.list[i].is_server;
	printf("%4u days: %zu candidates (%zu of servers), %zu told without a "
	       "leak; read in %.2f s\n",
	       field->site.days, field->stands.count, servers, count,
	       field->seconds);
	if (options->verbose)
		for (size_t i = 0; i < count; i++)
			show(&field->stands, chosen[i], (unsigned)i + 1);
	return count;
}

/* The rank of a leak in the whole case, read anew. */
static unsigned
rank_whole(const struct field *field, const struct inject_opts *leak,
	   enum pattern pattern)
{
	const struct seep_snapshot *both[2] = {field->snapshot};
	struct seep__standing list[SEEP__STANDING_MAX];
	struct field whole = *field;
	struct seep_snapshot *leaked;
	struct feed feed;
	unsigned rank = 0;
	size_t count;

	feed_open(&feed, field->where);
	feed_leak(&feed, pattern, leak);
	both[1] = leaked = feed_close(&feed);
	must(seep_snapshot_merge(&whole.snapshot, both, 2, NULL) == SEEP_OK,
	     "merging");
	seep__arena_init(&whole.arena, whole.mem);
	field_open_case(&whole);
	must(seep__standing_rank(&whole.view, &whole.entities,
				 &whole.popularity, &whole.arena, list,
				 &count) == SEEP_OK,
	     "ranking");
	for (size_t i = 0; i < count && !rank; i++) {
		const struct seep__stand stand = {.network = list[i].network,
						  .top = list[i].peer};

		if (is_leak(leak, &stand, pattern))
			rank = list[i].rank;
	}
	seep__arena_clear(&whole.arena);
	seep_snapshot_free(whole.snapshot);
	seep_snapshot_free(leaked);
	return rank;
}

/* The shortcut against whole cases: one leak of each pattern. */
static unsigned
run_check(const struct field *field, const struct options *options)
{
	unsigned wrong = 0;

	for (int p = 0; p < PATTERNS; p++) {
		const uint32_t server = (uint32_t)p * 5 % field->site.servers;
		const uint64_t seed =
		    random_key(field->site.seed, 99, (uint64_t)p);
		struct outcome outcome = {0};
		struct inject_opts leak;

		set_leak(field, options, server, (enum pattern)p, seed, &leak);
		wrong += rank_whole(field, &leak, (enum pattern)p) !=
			 run_trial(field, options, server, (enum pattern)p,
				   seed, &outcome);
	}
	return wrong;
}

static void
print_line(enum pattern pattern, const struct outcome *outcome, uint32_t days)
{
	const double trials = outcome->trials ? outcome->trials : 1;

	printf("%-20s %4u %6u %7.1f %7.1f %7.1f %7.1f %7.1f %6.1f\n",
	       patterns[pattern].name, days, outcome->trials,
	       100 * outcome->first / trials, 100 * outcome->three / trials,
	       100 * outcome->told / trials, 100 * outcome->absent / trials,
	       100 * outcome->gated / trials, outcome->least);
}

static void
run_length(const struct options *options, uint32_t days, int check)
{
	struct outcome outcomes[PATTERNS] = {{0}};

	for (uint32_t s = 0; s < options->sites; s++) {
		struct field field;

		field_open(&field,
			   &(struct field_opts){.seed = options->first_seed + s,
						.days = days,
						.servers = options->servers,
						.hosts = options->hosts,
						.world = options->world});
		run_clean(&field, options);
		for (int p = 0; p < PATTERNS; p++)
			run_pattern(&field, options, (enum pattern)p,
				    &outcomes[p]);
		if (check && s == 0)
			printf("check: %u of %d ranks differ from those of "
			       "whole cases\n",
			       run_check(&field, options), PATTERNS);
		fflush(stdout);
		field_close(&field);
	}
	for (int p = 0; p < PATTERNS; p++)
		print_line((enum pattern)p, &outcomes[p], days);
	fflush(stdout);
}

static void
read_options(int argc, char **argv, struct options *options)
{
	for (int i = 1; i < argc; i++) {
		const char *name = argv[i];
		uint64_t number = 0;

		if (strcmp(name, "--quick") == 0) {
			options->sites = 1;
			options->hosts = 1000;
			continue;
		}
		if (strcmp(name, "--world") == 0) {
			options->world = 1;
			continue;
		}
		if (strcmp(name, "--verbose") == 0) {
			options->verbose = 1;
			continue;
		}
		must(i + 1 < argc, "reading the options");
		number = strtoull(argv[++i], NULL, 10);
		if (strcmp(name, "--sites") == 0)
			options->sites = (uint32_t)number;
		else if (strcmp(name, "--servers") == 0)
			options->servers = (uint32_t)number;
		else if (strcmp(name, "--hosts") == 0)
			options->hosts = (uint32_t)number;
		else if (strcmp(name, "--days") == 0)
			options->days = (uint32_t)number;
		else if (strcmp(name, "--rate") == 0)
			options->rate = number;
		else if (strcmp(name, "--seed") == 0)
			options->first_seed = number;
		else
			must(0, "reading the options");
	}
}

int
main(int argc, char **argv)
{
	static const uint32_t lengths[] = {3, 30, 60, 90};
	struct options options = {.sites = 3,
				  .servers = 50,
				  .hosts = 10000,
				  .rate = 5000000,
				  .first_seed = 1};

	read_options(argc, argv, &options);
	printf("%-20s %4s %6s %7s %7s %7s %7s %7s %6s\n", "leak", "days",
	       "trials", "1st %", "<=3 %", "<=10 %", "none %", "gate %",
	       "least");
	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++)
		if (!options.days || options.days == lengths[i])
			run_length(&options, lengths[i], lengths[i] == 30);
	return 0;
}
