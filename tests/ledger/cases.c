/* SPDX-License-Identifier: BSD-3-Clause */
#include "ledger/cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <seep/site.h>

#include "support/random.h"

int
test_bytes_write(void *ctx, const void *data, size_t size)
{
	struct test_bytes *bytes = ctx;

	if (bytes->room - bytes->size < size) {
		bytes->room = (bytes->size + size) * 2;
		bytes->data = realloc(bytes->data, bytes->room);
		if (bytes->data == NULL)
			abort();
	}
	memcpy(bytes->data + bytes->size, data, size);
	bytes->size += size;
	return 0;
}

int
test_bytes_read(void *ctx, void *data, size_t size, size_t *got)
{
	struct test_bytes *bytes = ctx;
	size_t left = bytes->size - bytes->at;

	if (size > left)
		size = left;
	if (bytes->piece != 0 && size > bytes->piece)
		size = bytes->piece;
	if (size != 0)
		memcpy(data, bytes->data + bytes->at, size);
	bytes->at += size;
	*got = size;
	return 0;
}

void
test_bytes_clear(struct test_bytes *bytes)
{
	free(bytes->data);
	memset(bytes, 0, sizeof(*bytes));
}

int
test_bytes_equal(const struct test_bytes *a, const struct test_bytes *b)
{
	return a->size == b->size && memcmp(a->data, b->data, a->size) == 0;
}

static void
check(int status)
{
	if (status != SEEP_OK) {
		fprintf(stderr, "helper: %s\n", seep_strstatus(status));
		abort();
	}
}

struct seep_site *
test_site_mixed(void)
{
	struct seep_network network;
	struct seep_address joined[2];
	struct seep_site *site;

	check(seep_site_new(&site, NULL));
	network = test_network("10.0.0.0/8");
	check(seep_site_add(site, SEEP_SITE_LOCAL, &network));
	network = test_network("192.168.0.0/16");
	check(seep_site_add(site, SEEP_SITE_LOCAL, &network));
	network = test_network("fd00::/8");
	check(seep_site_add(site, SEEP_SITE_LOCAL, &network));
	network = test_network("10.9.0.0/16");
	check(seep_site_add(site, SEEP_SITE_PARTNER, &network));
	joined[0] = test_address("fd00::50");
	joined[1] = test_address("10.0.0.50");
	check(seep_site_join(site, joined, 2));
	return site;
}

struct seep_engine *
test_engine(uint64_t seed)
{
	return test_engine_of(seed, NULL);
}

struct seep_engine *
test_engine_of(uint64_t seed, const struct seep_origin *origin)
{
	struct seep_engine_opts opts = SEEP_ENGINE_OPTS_INIT;
	struct seep_engine *engine;
	struct seep_site *site = test_site_mixed();

	opts.site = site;
	opts.seed = seed;
	opts.origin = origin;
	check(seep_engine_new(&engine, &opts, NULL));
	seep_site_free(site);
	return engine;
}

struct seep_input
test_input(const char *name, uint8_t content)
{
	struct seep_input input;

	memset(&input, 0, sizeof(input));
	input.name = name;
	input.hashed = 1;
	memset(input.sha256, content, sizeof(input.sha256));
	memset(input.content_sha256, content, sizeof(input.content_sha256));
	input.bytes = 1000 + content;
	input.records = content;
	input.first_ns = content * HOUR;
	input.last_ns = content * HOUR + MINUTE;
	return input;
}

void
test_declare(struct seep_engine *engine, const char *name, uint8_t content)
{
	struct seep_input input = test_input(name, content);

	check(seep_engine_add_input(engine, &input));
}

void
test_feed(struct seep_engine *engine, const struct seep_flow *flows,
	  size_t count)
{
	size_t fed = 0;

	check(seep_engine_feed(engine, flows, count, &fed));
	if (fed != count)
		abort();
}

struct seep_snapshot *
test_snapshot(struct seep_engine *engine)
{
	struct seep_snapshot *snapshot;

	check(seep_engine_snapshot(engine, &snapshot));
	return snapshot;
}

struct test_bytes
test_save(const struct seep_snapshot *snapshot)
{
	struct test_bytes bytes = {0};

	check(seep_snapshot_save(snapshot, test_bytes_write, &bytes));
	return bytes;
}

struct seep_snapshot *
test_restore(const struct test_bytes *bytes)
{
	struct test_bytes reader = *bytes;
	struct seep_snapshot *snapshot;

	reader.at = 0;
	check(seep_snapshot_restore(&snapshot, test_bytes_read, &reader, NULL,
				    NULL));
	return snapshot;
}

struct test_bytes
test_case(const struct seep_flow *flows, size_t count, uint64_t seed)
{
	struct seep_engine *engine = test_engine(seed);
	struct seep_snapshot *snapshot;
	struct test_bytes bytes;

	test_feed(engine, flows, count);
	snapshot = test_snapshot(engine);
	bytes = test_save(snapshot);
	seep_snapshot_free(snapshot);
	seep_engine_free(engine);
	return bytes;
}

static const char *const ends[] = {
    "10.0.0.1",     "10.0.0.2",        "10.1.0.7",     "10.0.0.50",
    "fd00::50",     "fd00::1",         "fd12:3::9",    "192.168.3.4",
    "10.9.0.1",     "10.9.4.4",        "198.51.100.9", "198.51.100.10",
    "203.0.113.77", "192.0.2.1",       "2001:db8::1",  "2001:db8:ffff::2",
    "::2",          "1.1.1.1",         "224.0.0.251",  "ff02::1",
    "0.0.0.0",      "255.255.255.255", "127.0.0.1"};

#define LONG_TEXT                                   \
	"a-very-long-server-name.that-goes-on-and-" \
	"on.and-beyond-the-limit.of-sixty-three-bytes.example"

static const char *const texts[] = {"TLS", "SSH", "intranet.example", "",
				    LONG_TEXT};

static const char *const domains[] = {"example.com", "example.co.uk", "local",
				      "(no public suffix)"};

static uint64_t
random_size(uint64_t *state)
{
	switch (test_random_below(state, 8)) {
	case 0:
		return 0;
	case 1:
		return UINT32_MAX - 2 + test_random_below(state, 5);
	case 2:
		return test_random_below(state, UINT64_C(1) << 40);
	case 3:
		return test_random_below(state, 3);
	default:
		return test_random_below(state, 1000000);
	}
}

static int64_t
random_duration(uint64_t *state, int64_t start)
{
	switch (test_random_below(state, 12)) {
	case 0:
		return 0;
	case 1: /* to an hour's edge exactly */
		return HOUR - start % HOUR;
	case 2: /* one past it */
		return HOUR - start % HOUR + 1;
	case 3:
		return DAY;
	case 4:
		return (int64_t)test_random_below(state, 40 * DAY);
	case 5:
		return -1;
	case 6:
		return SEEP_FLOW_DURATION_MAX_NS + 1;
	case 7:
		return (int64_t)test_random_below(state, 6 * HOUR);
	default:
		return (int64_t)test_random_below(state, 10 * MINUTE);
	}
}

static void
random_flow(struct seep_flow *flow, uint64_t *state)
{
	static const uint16_t ports[] = {443, 22, 445, 53, 999, 40001, 50002};
	static const uint8_t protocols[] = {6, 6, 17, 1, 58, 132, 47};
	size_t end_count = sizeof(ends) / sizeof(ends[0]);
	const char *text = texts[test_random_below(state, 5)];

	memset(flow, 0, sizeof(*flow));
	flow->start_ns =
	    TEST_START_NS + (int64_t)test_random_below(state, 30 * DAY);
	if (test_random_below(state, 4) == 0)
		flow->start_ns -= flow->start_ns % HOUR;
	flow->end_ns = flow->start_ns + random_duration(state, flow->start_ns);
	flow->orig = test_address(ends[test_random_below(state, end_count)]);
	flow->resp = test_address(ends[test_random_below(state, end_count)]);
	flow->bytes_orig = random_size(state);
	flow->bytes_resp = random_size(state);
	flow->packets_orig = random_size(state) / 40;
	flow->packets_resp = random_size(state) / 40;
	if (test_random_below(state, 6) == 0) {
		flow->missed_orig = random_size(state);
		flow->missed_resp = random_size(state);
	}
	flow->port_orig = ports[test_random_below(state, 7)];
	flow->port_resp = ports[test_random_below(state, 7)];
	flow->protocol = protocols[test_random_below(state, 7)];
	flow->opener = (uint8_t)test_random_below(state, 3);
	flow->flags = (uint32_t)test_random_below(state, 16);
	if (test_random_below(state, 8) != 0)
		flow->flags &= ~(uint32_t)SEEP_FLOW_DURATION_IGNORED;
	if ((flow->flags & SEEP_FLOW_UNANSWERED) != 0 &&
	    test_random_below(state, 2) == 0)
		flow->bytes_resp = flow->packets_resp = 0;
	if (test_random_below(state, 3) == 0) {
		flow->name.text = text;
		flow->name_size = (uint32_t)strlen(text);
	}
}

/* Makes a name of a flow: known domains, one without its text, and now and
 * then one that stands for nothing. */
static void
random_name(struct seep_flow *flow, uint64_t *state)
{
	const char *text = domains[test_random_below(state, 4)];

	flow->flags |= SEEP_FLOW_NAME;
	if (test_random_below(state, 16) != 0)
		seep_name_address(text, strlen(text), &flow->resp);
	flow->name.text = text;
	flow->name_size = (uint32_t)strlen(text);
	if (test_random_below(state, 4) == 0)
		flow->name_size = 0;
}

void
test_flows_mixed(struct test_flows *flows, size_t count, uint64_t seed)
{
	uint64_t state = seed;
	struct seep_flow flow;
	size_t i;

	for (i = 0; i < count; i++) {
		random_flow(&flow, &state);
		if (test_random_below(&state, 8) == 0)
			random_name(&flow, &state);
		test_flows_add(flows, &flow);
	}
}
