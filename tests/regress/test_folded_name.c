/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The text of a domain whose channel had been folded was saved, and the case
 * refused when it was read: a name without a channel is none that an engine
 * writes. (fuzz/ledger)
 */
#include <criterion/criterion.h>

#include <stdio.h>
#include <string.h>

#include "ledger/cases.h"

Test(folded_name, a_case_without_a_names_channel_can_be_read)
{
	struct seep_engine *engine = test_engine(1);
	struct seep_flow flow = test_flow("10.0.0.1", "198.51.100.9", 53);
	struct seep_snapshot *snapshot, *back;
	struct test_bytes bytes;
	char name[32];
	int i;

	flow.flags |= SEEP_FLOW_NAME;
	for (i = 0; i < 20; i++) {
		(void)snprintf(name, sizeof(name), "n%d.example", i);
		seep_name_address(name, strlen(name), &flow.resp);
		flow.bytes_orig = i < 10 ? 1 : 1000;
		flow.name.text = name;
		flow.name_size = (uint32_t)strlen(name);
		test_feed(engine, &flow, 1);
	}
	cr_assert_eq(seep_engine_fold(engine, 12), SEEP_OK);
	snapshot = test_snapshot(engine);
	bytes = test_save(snapshot);
	back = test_restore(&bytes);
	cr_assert_eq(seep_snapshot_coverage(back)->names, 20);
	cr_assert_eq(seep_snapshot_coverage(back)->channels_folded, 10);
	seep_snapshot_free(back);
	seep_snapshot_free(snapshot);
	seep_engine_free(engine);
	test_bytes_clear(&bytes);
}
