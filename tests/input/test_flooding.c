/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Rows that were chosen to collide where repeated ones are looked for: see
 * tests/ledger/test_flooding.c.
 */
#include "logs.h"

#include "input/zeek_source.h"

#define KNOWN 4711

/* 4,000 rows stand in 8,192 slots; aimed at the first 128 of them. */
#define ROWS 4000
#define SLOTS 8192u
#define AIM 128u

static void
parse(struct seep_address *address, const char *text)
{
	cr_assert_eq(seep_address_parse(text, strlen(text), address), SEEP_OK);
}

/* Is the key of the row from 10.2.0.7:50123 to 'peer':443 in the aim? */
static int
is_aimed(const struct seep__hash_key *hash, const char *peer)
{
	struct seep_flow flow = {.start_ns = INT64_C(1772323200000000000),
				 .port_orig = 50123,
				 .port_resp = 443,
				 .protocol = 6};
	struct seep__key key;

	parse(&flow.orig, "10.2.0.7");
	parse(&flow.resp, peer);
	seep__zeek_key_flow(&key, &flow);
	return (seep__hash_bytes(hash, &key, sizeof(key)) & (SLOTS - 1)) < AIM;
}

static void
write_aimed(const char *path)
{
	char *text = malloc(ROWS * 300 + LOG_SIZE);
	struct seep__hash_key hash;
	char peer[32];
	char *at = text;
	uint32_t n = 0;

	cr_assert_not_null(text);
	seep__hash_key_init(&hash, KNOWN);
	strcpy(text, HEADER);
	for (size_t rows = 0; rows < ROWS; n++) {
		snprintf(peer, sizeof(peer), "11.%u.%u.%u", n >> 16,
			 n >> 8 & 255, n & 255);
		if (!is_aimed(&hash, peer))
			continue;
		rows++;
		/* Adding at the end would pass over all of it each time. */
		at += strlen(at);
		conn_tsv(at, CONN(.rh = peer));
	}
	put_text(path, text);
	free(text);
}

/* Slots that the search for a row looks at, on average. */
static double
probes_of(const struct seep__keytab *table)
{
	const size_t mask = table->slots_count - 1;
	size_t probes = 0;

	for (size_t i = 0; i < table->count; i++) {
		size_t at =
		    seep__hash_bytes(&table->hash, seep__keytab_key(table, i),
				     sizeof(struct seep__key)) &
		    mask;

		for (probes++; table->slots[at] != i + 1; probes++)
			at = (at + 1) & mask;
	}
	return (double)probes / (double)table->count;
}

static double
probes_under(struct reading *reading, const char *path, uint64_t seed)
{
	struct seep_zeek_opts opts = SEEP_ZEEK_OPTS_INIT;
	struct seep_source *source;
	const struct seep__zeek *zeek;
	double probes;

	opts.dedup = 1;
	opts.seed = seed;
	cr_assert_eq(seep_zeek_source_new(&source, &path, 1, &opts, NULL),
		     SEEP_OK);
	memset(reading, 0, sizeof(*reading));
	read_on(reading, source);
	cr_assert_eq(reading->status, SEEP_END);
	zeek = (const struct seep__zeek *)source;
	cr_assert_eq(zeek->hold.given.count, ROWS);
	probes = probes_of(&zeek->hold.given);
	seep_source_free(source);
	return probes;
}

Test(flooding, rows_that_collide_under_a_known_seed_are_flat_under_another)
{
	static const uint64_t others[] = {0, 1, 4712, UINT64_C(1) << 63};
	struct reading known, other;
	struct folder folder;
	char path[512];
	double probes;

	folder_init(&folder);
	snprintf(path, sizeof(path), "%s", in_folder(&folder, "conn.log"));
	write_aimed(path);
	probes = probes_under(&known, path, KNOWN);
	cr_expect_gt(probes, 1900, "%.1f probes", probes);
	cr_assert_eq(known.count, ROWS);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		probes = probes_under(&other, path, others[i]);
		cr_expect_lt(probes, 1.7, "%.2f probes, seed %zu", probes, i);
		cr_expect(same_flows(&known, &other));
		reading_clear(&other);
	}
	reading_clear(&known);
	folder_clear(&folder);
}
