/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detect/inner.h"
#include "support/random.h"

#define DAYS 38
#define FROM 24
#define SERVER_LINE CASE_SERVER "/32"
#define LEAK_PEER "203.0.113.77"
#define LEAK_HOUR (20 * MB)

/* The server sends next to nothing to so many strangers, who never come
 * back. */
static void
add_strangers(struct test_flows *flows, int count, uint64_t seed)
{
	uint64_t state = seed;

	for (int n = 0; n < count; n++) {
		const int hour = (int)test_random_below(&state, DAYS * 24);
		char peer[32];

		snprintf(peer, sizeof(peer), "%d.%d.%d.%d",
			 20 + (int)test_random_below(&state, 60),
			 (int)test_random_below(&state, 256),
			 (int)test_random_below(&state, 256),
			 1 + (int)test_random_below(&state, 254));
		case_send(flows, CASE_SERVER, peer, hour, 400);
	}
}

static struct seep_engine *
open_engine(void)
{
	struct seep_engine *engine;

	cr_assert_eq(seep_engine_new(&engine, NULL, NULL), SEEP_OK);
	return engine;
}

static void
feed(struct seep_engine *engine, const struct test_flows *flows)
{
	size_t fed;

	cr_assert_eq(seep_engine_feed(engine, flows->at, flows->count, &fed),
		     SEEP_OK);
}

/* Folds until there are at most so many channels, or no more can be. */
static void
fold_to(struct seep_engine *engine, uint64_t channels)
{
	const int rc = seep_engine_fold(engine, channels);

	cr_assert(rc == SEEP_OK || rc == SEEP_END);
}

static struct seep_snapshot *
close_engine(struct seep_engine *engine)
{
	struct seep_snapshot *snapshot;

	cr_assert_eq(seep_engine_snapshot(engine, &snapshot), SEEP_OK);
	seep_engine_free(engine);
	return snapshot;
}

/* What is found after folding to 'channels'; 0 = never folded. */
static struct seep_findings *
detect_folded(const struct test_flows *flows, uint64_t channels,
	      const struct seep_detect_opts *opts)
{
	struct seep_engine *engine = open_engine();
	struct seep_findings *findings;
	struct seep_snapshot *snapshot;

	feed(engine, flows);
	if (channels > 0)
		fold_to(engine, channels);
	snapshot = close_engine(engine);
	cr_assert_eq(seep_detect((const struct seep_snapshot *const *)&snapshot,
				 1, opts, &findings, NULL),
		     SEEP_OK);
	seep_snapshot_free(snapshot);
	return findings;
}

static void
add_leak(struct test_flows *flows)
{
	case_office(flows, DAYS, 7);
	case_drip(flows, CASE_SERVER, LEAK_PEER, FROM, DAYS, LEAK_HOUR);
	add_strangers(flows, 4000, 11);
}

Test(folded, a_leak_to_one_peer_among_thousands_is_named_to_the_byte)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	const uint64_t leaked = (DAYS - FROM) * 24 * LEAK_HOUR;
	const struct seep_address peer = test_address(LEAK_PEER);
	struct seep_findings *whole, *folded;
	const struct seep_finding *finding, *first;

	add_leak(&flows);
	whole = detect_folded(&flows, 0, NULL);
	folded = detect_folded(&flows, 200, NULL);
	first = case_first(whole);
	finding = case_first(folded);
	cr_assert_gt(seep_findings_evidence(folded)->coverage.channels_folded,
		     3000);
	cr_assert_eq(seep_findings_evidence(folded)->hosts_folded, 1);
	cr_assert_not_null(finding);
	cr_assert_eq(finding->pattern, SEEP_PATTERN_SINGLE_PEER);
	cr_assert_eq(seep_address_compare(&finding->peers[0].peer, &peer), 0);
	cr_assert_eq(finding->peers[0].fold, SEEP_FOLD_NONE);
	cr_assert_eq(finding->peers[0].bytes_out, leaked);
	/* The channel was never folded, and no other service was. */
	cr_assert_eq(finding->peers[0].bytes_out_max, leaked);
	cr_assert_eq(finding->bytes_folded, 0);
	cr_assert_str_eq(finding->id, first->id);
	cr_assert_eq(finding->detected_at_ns, first->detected_at_ns);
	seep_findings_free(whole);
	seep_findings_free(folded);
	test_flows_clear(&flows);
}

Test(folded, totals_and_ceilings_are_those_of_the_whole_ledger)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_findings *whole, *folded;
	const struct seep_entity *before, *after;
	size_t at = 0, then = 0;
	uint64_t bytes = 0;

	add_leak(&flows);
	whole = detect_folded(&flows, 0, NULL);
	folded = detect_folded(&flows, 60, NULL);
	while (seep_findings_next_entity(whole, &at, &before) == SEEP_OK) {
		cr_assert_eq(seep_findings_next_entity(folded, &then, &after),
			     SEEP_OK);
		cr_assert_eq(
		    memcmp(&before->host, &after->host, sizeof(before->host)),
		    0);
		cr_assert_eq(before->bytes_out, after->bytes_out);
		cr_assert_eq(before->bytes_in, after->bytes_in);
		cr_assert_eq(before->ceiling_bytes, after->ceiling_bytes);
		cr_assert_eq(before->bytes_folded, 0);
		cr_assert_eq(before->is_folded, 0);
		cr_assert_leq(after->bytes_folded, after->bytes_out);
		cr_assert(after->bytes_folded == 0 || after->is_folded);
		bytes += after->bytes_folded;
	}
	cr_assert_gt(bytes, 0);
	cr_assert_geq(seep_findings_evidence(folded)->bytes_folded, bytes);
	cr_assert_eq(seep_findings_evidence(whole)->bytes_folded, 0);
	seep_findings_free(whole);
	seep_findings_free(folded);
	test_flows_clear(&flows);
}

/* A leak in drops of a thousand bytes, each to a peer of its own. */
static void
add_drops(struct test_flows *flows, int per_hour, uint64_t bytes)
{
	uint64_t state = 5;

	for (int hour = FROM * 24; hour < DAYS * 24; hour++)
		for (int n = 0; n < per_hour; n++) {
			char peer[32];

			snprintf(peer, sizeof(peer), "198.51.%d.%d",
				 (int)test_random_below(&state, 256),
				 1 + (int)test_random_below(&state, 254));
			case_send(flows, CASE_SERVER, peer, hour, bytes);
		}
}

Test(folded, a_leak_to_peers_that_were_folded_is_bytes_to_new_peers)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_findings *findings;
	const struct seep_finding *finding;
	uint64_t rolled_up = 0;

	case_office(&flows, DAYS, 7);
	add_strangers(&flows, 2000, 11);
	add_drops(&flows, 20, MB);
	findings = detect_folded(&flows, 150, NULL);
	finding = case_first(findings);
	cr_assert_not_null(finding);
	cr_assert_eq(finding->basis, SEEP_BASIS_CHANGE);
	cr_assert_eq(finding->direction, SEEP_DIRECTION_PUSH);
	cr_assert(finding->stratum == SEEP_STRATUM_NEW_PUSH ||
		  finding->stratum == SEEP_STRATUM_RARE_PUSH);
	cr_assert_neq(finding->pattern, SEEP_PATTERN_SINGLE_PEER);
	for (size_t i = 0; i < finding->peers_count; i++)
		if (finding->peers[i].fold != SEEP_FOLD_NONE)
			rolled_up += finding->peers[i].bytes_out;
	cr_assert_eq(rolled_up, finding->bytes_folded);
	/* 20 MB an hour for two weeks, nearly all of it folded. */
	cr_assert_gt(finding->bytes_folded, 14 * 24 * 18 * MB);
	cr_assert_not_null(strstr(finding->explanation, "cannot be named"));
	cr_assert_null(strstr(finding->explanation, " 198.51."));
	seep_findings_free(findings);
	test_flows_clear(&flows);
}

/* struct truth: what one peer really got. */
static uint64_t
count_truth(const struct test_flows *flows, const struct seep_network *network)
{
	const struct seep_address host = test_address("10.1.0.1");
	uint64_t bytes = 0;

	for (size_t i = 0; i < flows->count; i++)
		if (seep_address_compare(&flows->at[i].orig, &host) == 0 &&
		    seep_network_contains(network, &flows->at[i].resp))
			bytes += flows->at[i].bytes_orig;
	return bytes;
}

/* A host with 40 peers of ten networks and three services, some heavier than
 * others, that come and go. */
static void
add_round(struct test_flows *flows, int round, uint64_t *state)
{
	static const uint16_t ports[3] = {443, 53, 22};

	inner_beat(flows, 2 * round, 2 * round + 2);
	for (int n = 0; n < 60; n++) {
		const int peer = (int)test_random_below(state, 40);
		struct seep_flow flow;
		char text[32];

		snprintf(text, sizeof(text), "198.51.%d.%d", peer % 10,
			 peer / 10);
		flow = inner_flow("10.1.0.1", text,
				  ports[test_random_below(state, 3)],
				  2 * round + n % 2, n % 24);
		flow.bytes_orig = UINT64_C(100) << test_random_below(state, 12);
		test_flows_add(flows, &flow);
	}
}

Test(folded, what_a_peer_got_lies_within_its_bounds)
{
	for (uint64_t seed = 1; seed <= 40; seed++) {
		struct seep_detect_opts opts = SEEP_DETECT_OPTS_INIT;
		struct test_flows all = TEST_FLOWS_EMPTY;
		struct seep_engine *engine = open_engine();
		const struct seep_entity *entity;
		struct seep_findings *findings;
		struct seep_snapshot *snapshot;
		uint64_t state = seed;

		for (int round = 0; round < 8; round++) {
			struct test_flows flows = TEST_FLOWS_EMPTY;

			add_round(&flows, round, &state);
			feed(engine, &flows);
			fold_to(engine, 20 + test_random_below(&state, 40));
			for (size_t i = 0; i < flows.count; i++)
				test_flows_add(&all, &flows.at[i]);
			test_flows_clear(&flows);
		}
		snapshot = close_engine(engine);
		opts.watch = SEEP_WATCH_ALL;
		opts.no_floors = 1;
		cr_assert_eq(
		    seep_detect((const struct seep_snapshot *const *)&snapshot,
				1, &opts, &findings, NULL),
		    SEEP_OK);
		entity = case_entity(findings, "10.1.0.1/32");
		cr_assert_not_null(entity);
		cr_assert_eq(entity->is_folded, 1);
		for (size_t i = 0; i < entity->top_count; i++) {
			const struct seep_peer_bytes *top = &entity->top[i];
			struct seep_network network = {.base = top->peer,
						       .prefix_bits = 128};
			uint64_t truth;

			if (top->fold == SEEP_FOLD_NETWORK)
				network.prefix_bits = 120;
			if (top->fold == SEEP_FOLD_ALL)
				network.prefix_bits = 0;
			truth = count_truth(&all, &network);
			cr_assert_leq(top->bytes_out, truth);
			if (top->fold == SEEP_FOLD_NONE)
				cr_assert_geq(top->bytes_out_max, truth,
					      "seed %d, peer %zu", (int)seed,
					      i);
		}
		seep_findings_free(findings);
		seep_snapshot_free(snapshot);
		test_flows_clear(&all);
	}
}

/* Ten channels of /24s and one of the base of a network, folded. */
static void
open_rolled_up(struct inner *inner, const struct seep_detect_opts *opts)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_engine *engine = open_engine();
	struct seep_flow flow;
	char peer[32];

	inner_beat(&flows, 0, 3);
	for (int n = 1; n <= 8; n++) {
		snprintf(peer, sizeof(peer), "198.51.100.%d", n);
		flow = inner_flow("10.1.0.1", peer, 443, 1, n);
		flow.bytes_orig = 100;
		test_flows_add(&flows, &flow);
		/* Networks of one peer go to all others. */
		snprintf(peer, sizeof(peer), "203.0.%d.9", n);
		flow = inner_flow("10.1.0.1", peer, 443, 1, n);
		flow.bytes_orig = 10;
		test_flows_add(&flows, &flow);
	}
	for (int n = 0; n < 24; n++) {
		flow = inner_flow("10.1.0.1", "198.51.100.0", 443, 2, n);
		flow.bytes_orig = MB;
		test_flows_add(&flows, &flow);
	}
	feed(engine, &flows);
	fold_to(engine, 6);
	inner_open_snapshot(inner, close_engine(engine), opts);
	test_flows_clear(&flows);
}

Test(folded, a_network_rolled_up_is_not_the_peer_at_its_base)
{
	struct seep_detect_opts opts = SEEP_DETECT_OPTS_INIT;
	struct seep__subject subject;
	struct inner inner;
	size_t rolled_up = 0, single = 0, all = 0;

	opts.watch = SEEP_WATCH_ALL;
	open_rolled_up(&inner, &opts);
	inner_subject(&inner, "10.1.0.1/32", 0, &subject);
	for (size_t p = 0; p < subject.peers_count; p++) {
		const struct seep__peer *peer = &subject.peers[p];

		if (p > 0)
			cr_assert_lt(seep__peer_compare(peer - 1, peer), 0);
		rolled_up += peer->fold == SEEP_FOLD_NETWORK;
		all += peer->fold == SEEP_FOLD_ALL;
		single += peer->fold == SEEP_FOLD_NONE;
		if (peer->fold == SEEP_FOLD_NONE)
			cr_assert_eq(peer->bytes, 24 * MB);
		else
			cr_assert_eq(peer->known_new, UINT32_MAX);
	}
	cr_assert_eq(single, 1);
	cr_assert_eq(rolled_up + all, subject.peers_count - 1);
	cr_assert_geq(all, 1);
	cr_assert_eq(subject.peers[subject.peers_count - 1].fold,
		     SEEP_FOLD_ALL);
	/* The roll-up of all peers is in nobody's network. */
	cr_assert_eq(seep__prefix_end(&subject, subject.peers_count - 1),
		     subject.peers_count);
	inner_close(&inner);
}

/* Bytes that an entry about a network takes out of open_rolled_up(). */
static uint64_t
take(const char *network)
{
	struct seep_detect_opts opts = SEEP_DETECT_OPTS_INIT;
	struct seep_allow entry = {.bytes_per_day = UINT64_MAX};
	struct seep__subject subject;
	struct inner inner;
	uint64_t taken;

	if (network)
		entry.peer = test_network(network);
	opts.watch = SEEP_WATCH_ALL;
	opts.allow = &entry;
	opts.allow_count = 1;
	open_rolled_up(&inner, &opts);
	inner_subject(&inner, "10.1.0.1/32", 0, &subject);
	taken = seep__allow_tally(&subject);
	inner_close(&inner);
	return taken;
}

Test(folded, an_entry_takes_a_roll_up_only_when_it_names_all_of_it)
{
	const uint64_t base = 24 * MB;

	cr_assert_eq(take(NULL), base + 8 * 110);
	cr_assert_eq(take("198.51.0.0/16"), base + 8 * 100);
	cr_assert_eq(take("198.51.100.0/24"), base + 8 * 100);
	cr_assert_eq(take("198.51.100.0/25"), base);
	cr_assert_eq(take("198.51.100.3/32"), 0);
	cr_assert_eq(take("203.0.0.0/16"), 0);
}

Test(folded, a_roll_up_has_neither_met_a_peer_nor_a_rank)
{
	struct seep_detect_opts opts = SEEP_DETECT_OPTS_INIT;
	const struct seep_address all = {{0}};
	struct inner inner;

	opts.watch = SEEP_WATCH_ALL;
	open_rolled_up(&inner, &opts);
	cr_assert_null(seep__popularity_find(&inner.popularity[0], &all));
	cr_assert_eq(inner.popularity[0].count, 1);
	inner_close(&inner);
}

/* struct purse: counts bytes; a block that grows in place is there once. */
struct purse {
	size_t bytes;
	size_t bytes_max;
};

static void *
purse_alloc(void *ctx, size_t size)
{
	struct purse *purse = ctx;

	purse->bytes += size;
	if (purse->bytes > purse->bytes_max)
		purse->bytes_max = purse->bytes;
	return malloc(size);
}

static void *
purse_resize(void *ctx, void *ptr, size_t old_size, size_t size)
{
	struct purse *purse = ctx;

	purse->bytes += size - old_size;
	if (purse->bytes > purse->bytes_max)
		purse->bytes_max = purse->bytes;
	return realloc(ptr, size);
}

static void
purse_release(void *ctx, void *ptr, size_t size)
{
	struct purse *purse = ctx;

	purse->bytes -= size;
	free(ptr);
}

static int
detect_within(const struct seep_snapshot *const *snapshots, size_t count,
	      uint64_t memory_max, struct purse *purse)
{
	const struct seep_alloc alloc = {.ctx = purse,
					 .alloc = purse_alloc,
					 .resize = purse_resize,
					 .release = purse_release};
	struct seep_detect_opts opts = SEEP_DETECT_OPTS_INIT;
	struct seep_findings *findings;
	int rc;

	opts.memory_max = memory_max;
	opts.no_floors = 1;
	memset(purse, 0, sizeof(*purse));
	rc = seep_detect(snapshots, count, &opts, &findings, &alloc);
	cr_assert((rc == SEEP_OK) == (findings != NULL));
	seep_findings_free(findings);
	cr_assert_eq(purse->bytes, 0);
	return rc;
}

Test(folded, detection_keeps_to_its_budget_or_says_so)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	const struct seep_snapshot *snapshots[2];
	struct seep_snapshot *snapshot, *other;
	struct purse purse;
	size_t needed;

	add_leak(&flows);
	snapshot = case_snapshot(&flows, NULL);
	snapshots[0] = snapshot;
	cr_assert_eq(detect_within(snapshots, 1, 0, &purse), SEEP_OK);
	needed = purse.bytes_max;
	cr_assert_eq(detect_within(snapshots, 1, needed, &purse), SEEP_OK);
	cr_assert_leq(purse.bytes_max, needed);
	/* The account itself takes a hundred bytes. */
	for (size_t budget = 1000; budget < needed - 4096;
	     budget = budget * 2 + 4096) {
		cr_assert_eq(detect_within(snapshots, 1, budget, &purse),
			     SEEP_EBUDGET);
		cr_assert_leq(purse.bytes_max, budget);
	}
	/* Of several, the merge is within it too, and folds for it. */
	other = case_snapshot(&flows, NULL);
	snapshots[1] = other;
	cr_assert_eq(detect_within(snapshots, 2, 4 * MB, &purse), SEEP_OK);
	cr_assert_leq(purse.bytes_max, 4 * MB);
	cr_assert_eq(detect_within(snapshots, 2, 64 * MB, &purse), SEEP_OK);
	cr_assert_leq(purse.bytes_max, 64 * MB);
	seep_snapshot_free(snapshot);
	seep_snapshot_free(other);
	test_flows_clear(&flows);
}

/* What detection takes for a host of so many peers of one cell each. */
static size_t
measure(int peers)
{
	struct test_flows flows = TEST_FLOWS_EMPTY;
	const struct seep_snapshot *snapshots[1];
	struct seep_snapshot *snapshot;
	struct purse purse;

	case_office(&flows, DAYS, 7);
	add_strangers(&flows, peers, 3);
	snapshot = case_snapshot(&flows, NULL);
	snapshots[0] = snapshot;
	cr_assert_eq(detect_within(snapshots, 1, 0, &purse), SEEP_OK);
	seep_snapshot_free(snapshot);
	test_flows_clear(&flows);
	return purse.bytes_max;
}

Test(folded, a_flood_of_peers_takes_two_hundred_bytes_each)
{
	const size_t few = measure(20000);
	const size_t many = measure(120000);

	cr_log_info("%zu bytes a peer", (many - few) / 100000);
	cr_assert_leq((many - few) / 100000, 200);
}
