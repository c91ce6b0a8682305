/* SPDX-License-Identifier: BSD-3-Clause */
#include "bench/leak_case.h"

#include <string.h>

#include <criterion/criterion.h>

struct seep_address
leak_address(const char *text)
{
	struct seep_address address;

	cr_assert_eq(seep_address_parse(text, strlen(text), &address), SEEP_OK);
	return address;
}

struct inject_opts
leak_opts(enum inject_pattern pattern, uint64_t rate, uint32_t days)
{
	static struct inject_peer used[3];
	static double shape[168];

	/* Hour h of the week carries a share in proportion to 1 + h % 24. */
	for (size_t i = 0; i < 168; i++)
		shape[i] = (1.0 + (double)(i % 24)) / (7 * 300.0);
	used[0] =
	    (struct inject_peer){leak_address("198.51.100.1"), 443, 6, 1, 0.5};
	used[1] =
	    (struct inject_peer){leak_address("198.51.100.2"), 22, 6, 0, 0.3};
	used[2] =
	    (struct inject_peer){leak_address("198.51.100.3"), 443, 6, 0, 0.2};
	return (struct inject_opts){
	    .seed = 7,
	    .pattern = pattern,
	    .host = leak_address("10.2.0.7"),
	    .via = leak_address("10.9.0.9"),
	    .start_ns = LEAK_START_NS,
	    .end_ns = LEAK_START_NS + days * LEAK_DAY_NS,
	    .bytes_per_day = rate,
	    .used = used,
	    .used_count = 3,
	    .shape = shape,
	};
}

static void
add_peer(struct leak_sums *sums, const struct seep_address *peer)
{
	for (size_t i = 0; i < sums->peers_count; i++)
		if (seep_address_compare(&sums->peers[i], peer) == 0)
			return;
	cr_assert_lt(sums->peers_count, LEAK_PEERS_MAX);
	sums->peers[sums->peers_count++] = *peer;
}

static int
take_flow(void *context, const struct seep_flow *flow)
{
	struct leak_sums *sums = context;
	const int is_orig = seep_address_compare(&flow->orig, &sums->host) == 0;
	const uint64_t out = is_orig ? flow->bytes_orig : flow->bytes_resp;
	const size_t hour =
	    (size_t)((flow->start_ns - sums->start_ns) / LEAK_HOUR_NS);

	if (!is_orig && seep_address_compare(&flow->resp, &sums->host) != 0)
		return 0;
	if (seep_address_compare(is_orig ? &flow->resp : &flow->orig,
				 &sums->inside) == 0)
		return 0;
	sums->out += out;
	sums->in += is_orig ? flow->bytes_resp : flow->bytes_orig;
	sums->flows++;
	sums->opened += is_orig == (flow->opener == SEEP_OPENER_ORIG);
	sums->outside_times += flow->start_ns < sums->start_ns ||
			       flow->end_ns > sums->end_ns ||
			       flow->end_ns < flow->start_ns;
	if (hour < LEAK_HOURS_MAX)
		sums->by_hour[hour] += out;
	add_peer(sums, is_orig ? &flow->resp : &flow->orig);
	return 0;
}

int
leak_emit(const struct inject_opts *opts, const struct seep_address *host,
	  struct leak_sums *sums)
{
	memset(sums, 0, sizeof(*sums));
	sums->host = *host;
	/* The fetch inside is no outbound traffic of the host that sends. */
	if (opts->pattern == INJECT_STAGED &&
	    seep_address_compare(host, &opts->via) == 0)
		sums->inside = opts->host;
	sums->start_ns = opts->start_ns;
	sums->end_ns = opts->end_ns;
	return inject(opts, take_flow, sums);
}
