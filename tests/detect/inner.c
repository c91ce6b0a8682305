/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/inner.h"

#include <stdlib.h>
#include <string.h>

static void
check(int rc)
{
	if (rc != SEEP_OK)
		abort();
}

static void
read_opts(struct inner *inner, const struct seep_detect_opts *opts)
{
	struct seep__case *view = &inner->view;

	view->hour_until = UINT32_MAX;
	if (!opts)
		return;
	view->watch = opts->watch;
	view->only = opts->only;
	view->only_count = opts->only_count;
	view->clocks.offsets = opts->offsets;
	view->clocks.offsets_count = opts->offsets_count;
	view->clocks.types = opts->day_types;
	view->clocks.types_count = opts->day_types_count;
	if (opts->until_ns)
		view->hour_until = (uint32_t)(opts->until_ns / HOUR);
}

void
inner_open_snapshot(struct inner *inner, struct seep_snapshot *snapshot,
		    const struct seep_detect_opts *opts)
{
	struct seep__case *view = &inner->view;

	memset(inner, 0, sizeof(*inner));
	check(seep__mem_new(&inner->mem, NULL, 0));
	seep__arena_init(&inner->out, inner->mem);
	seep__arena_init(&inner->scratch, inner->mem);
	inner->snapshot = snapshot;
	view->mem = inner->mem;
	view->snapshot = snapshot;
	view->site = seep_snapshot_site(snapshot);
	view->coverage = seep_snapshot_coverage(snapshot);
	view->one_way =
	    view->coverage->tcp_flows_one_way > view->coverage->tcp_flows / 2;
	view->out = &inner->out;
	read_opts(inner, opts);
	check(seep__calendar_init(&view->calendar, snapshot, 0,
				  view->hour_until, &inner->scratch));
	check(seep__allow_init(&inner->allow, opts ? opts->allow : NULL,
			       opts ? opts->allow_count : 0, &view->calendar,
			       &inner->scratch));
	view->allow = &inner->allow;
	for (int names = 0; names < 2; names++) {
		check(seep__popularity_init(&inner->popularity[names], view,
					    names, &inner->scratch));
		view->popularity[names] = &inner->popularity[names];
	}
	check(seep__entities_init(&inner->entities, view, &inner->scratch));
}

void
inner_open(struct inner *inner, const struct test_flows *flows,
	   const struct seep_site *site, const struct seep_detect_opts *opts)
{
	inner_open_snapshot(inner, case_snapshot(flows, site), opts);
}

void
inner_close(struct inner *inner)
{
	seep__arena_clear(&inner->scratch);
	seep__arena_clear(&inner->out);
	seep_snapshot_free(inner->snapshot);
	seep__mem_unref(inner->mem);
}

size_t
inner_entity(const struct inner *inner, const char *network)
{
	const struct seep_network wanted = test_network(network);

	for (size_t i = 0; i < inner->entities.count; i++) {
		const struct seep_network *host = &inner->entities.list[i].host;

		if (host->prefix_bits == wanted.prefix_bits &&
		    seep_address_compare(&host->base, &wanted.base) == 0)
			return i;
	}
	return SIZE_MAX;
}

void
inner_subject(struct inner *inner, const char *network, int names,
	      struct seep__subject *subject)
{
	const size_t entity = inner_entity(inner, network);

	if (entity == SIZE_MAX)
		abort();
	check(seep__entities_subject(&inner->entities, &inner->view, entity,
				     names, &inner->scratch, subject));
}

void
inner_sheets(struct inner *inner, const char *network,
	     struct seep__sheets *sheets)
{
	struct seep__subject *subject =
	    seep__arena_get(&inner->scratch, 2, sizeof(*subject));

	if (!subject)
		abort();
	inner_subject(inner, network, 0, &subject[0]);
	inner_subject(inner, network, 1, &subject[1]);
	check(seep__sheets_init(sheets, &subject[0], &subject[1]));
}

const struct seep__peer *
inner_peer(const struct seep__subject *subject, const char *address)
{
	const struct seep_address wanted = test_address(address);

	for (size_t i = 0; i < subject->peers_count; i++)
		if (seep_address_compare(&subject->peers[i].address, &wanted) ==
		    0)
			return &subject->peers[i];
	return NULL;
}

struct seep_flow
inner_flow(const char *orig, const char *resp, uint16_t port, int day, int hour)
{
	struct seep_flow flow = test_flow(orig, resp, port);

	flow.start_ns = TEST_START_NS + day * DAY + hour * HOUR;
	flow.end_ns = flow.start_ns + 20 * SEC;
	return flow;
}

void
inner_beat(struct test_flows *flows, int from, int end)
{
	struct seep_flow beat =
	    inner_flow("10.250.0.1", "10.250.0.2", 514, from, 0);

	test_flows_every(flows, &beat, HOUR, (size_t)(end - from) * 24);
}

struct seep_flow
inner_name(const char *host, const char *domain, uint64_t bytes, int day)
{
	struct seep_flow flow = inner_flow(host, "198.51.100.1", 53, day, 12);

	seep_name_address(domain, strlen(domain), &flow.resp);
	flow.flags = SEEP_FLOW_NAME;
	flow.bytes_orig = bytes;
	flow.name.text = domain;
	flow.name_size = (uint32_t)strlen(domain);
	return flow;
}
