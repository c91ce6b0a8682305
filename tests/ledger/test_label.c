/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "ledger/cases.h"
#include "ledger/label.h"
#include "ledger/view.h"

static struct seep_flow
labelled(const char *text)
{
	struct seep_flow flow = test_flow("10.0.0.1", "198.51.100.9", 443);

	flow.name.text = text;
	flow.name_size = (uint32_t)strlen(text);
	return flow;
}

/* The label shown for the only channel of some flows. */
static void
shown(const struct seep_flow *flows, size_t count, char *out)
{
	struct seep_engine *engine = test_engine(1);
	struct seep_snapshot *snapshot;
	struct seep__channel channel;

	test_feed(engine, flows, count);
	snapshot = test_snapshot(engine);
	seep__view_channel(snapshot, 0, &channel);
	strcpy(out, channel.label == NULL ? "(none)" : channel.label);
	seep_snapshot_free(snapshot);
	seep_engine_free(engine);
}

Test(label, the_smallest_of_a_channel_is_shown)
{
	struct seep_flow flows[3] = {labelled("ssl"), labelled("TLS"),
				     labelled("http")};
	char text[SEEP__LABEL_SIZE_MAX + 1];

	shown(flows, 3, text);
	cr_assert_str_eq(text, "TLS");
	shown(flows, 1, text);
	cr_assert_str_eq(text, "ssl");
	flows[0].name_size = 0;
	shown(flows, 1, text);
	cr_assert_str_eq(text, "(none)");
}

Test(label, is_cut_to_63_bytes_and_at_a_nul)
{
	struct seep_flow flow = labelled(
	    "0123456789012345678901234567890123456789012345678901234567890123");
	char text[SEEP__LABEL_SIZE_MAX + 1];

	shown(&flow, 1, text);
	cr_assert_eq(strlen(text), 63);
	flow.name.text = "ab\0cd";
	flow.name_size = 5;
	shown(&flow, 1, text);
	cr_assert_str_eq(text, "ab");
}

Test(label, a_flow_without_any_count_leaves_none)
{
	struct seep_flow flow = labelled("TLS");
	struct seep_engine *engine = test_engine(1);
	struct seep_snapshot *snapshot;

	flow.bytes_orig = flow.bytes_resp = 0;
	flow.packets_orig = flow.packets_resp = 0;
	flow.flags = SEEP_FLOW_CONTINUES;
	test_feed(engine, &flow, 1);
	snapshot = test_snapshot(engine);
	cr_assert_eq(seep__view_hosts(snapshot), 0);
	seep_snapshot_free(snapshot);
	seep_engine_free(engine);
}

/* More pairs than are kept: 70,000 names on 7 channels. */
static void
many(struct test_flows *flows, char (*names)[16])
{
	size_t i;

	for (i = 0; i < 70000; i++) {
		struct seep_flow flow;

		snprintf(names[i], sizeof(names[i]), "n%zu.example", i);
		flow = labelled(names[i]);
		flow.resp.bytes[15] = (uint8_t)(i % 7);
		test_flows_add(flows, &flow);
	}
}

Test(label, the_number_is_bounded_whatever_the_order)
{
	static char names[70000][16];
	struct test_flows flows = TEST_FLOWS_EMPTY;
	struct seep_snapshot *parts[2];
	struct seep_snapshot *merged;
	struct test_bytes first, other;

	many(&flows, names);
	first = test_case(flows.at, flows.count, 0);
	/* 65,536 labels of about 14 bytes, and little else. */
	cr_assert(first.size > 65536 * 12 && first.size < 65536 * 16,
		  "%zu bytes", first.size);
	test_flows_shuffle(&flows, 3);
	other = test_case(flows.at, flows.count, 5);
	cr_assert(test_bytes_equal(&first, &other));
	test_bytes_clear(&other);
	other = test_case(flows.at, 30000, 0);
	parts[0] = test_restore(&other);
	test_bytes_clear(&other);
	other = test_case(flows.at + 30000, 40000, 0);
	parts[1] = test_restore(&other);
	test_bytes_clear(&other);
	cr_assert_eq(
	    seep_snapshot_merge(
		&merged, (const struct seep_snapshot *const *)parts, 2, NULL),
	    SEEP_OK);
	other = test_save(merged);
	cr_assert(test_bytes_equal(&first, &other));
	seep_snapshot_free(merged);
	seep_snapshot_free(parts[0]);
	seep_snapshot_free(parts[1]);
	test_bytes_clear(&other);
	test_bytes_clear(&first);
	test_flows_clear(&flows);
}
