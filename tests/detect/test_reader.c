/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <string.h>

#include <seep/engine.h>

#include "base/mem.h"
#include "detect/reader.h"
#include "support/flows.h"

/* A host with traffic to two peers and names of three domains. */
static struct seep_snapshot *
make_snapshot(void)
{
	static const char *const domains[] = {"example.com", "example.org",
					      "local"};
	struct seep_flow flow = test_flow("10.0.0.1", "198.51.100.9", 443);
	struct seep_snapshot *snapshot;
	struct seep_engine *engine;

	cr_assert_eq(seep_engine_new(&engine, NULL, NULL), SEEP_OK);
	cr_assert_eq(seep_engine_feed(engine, &flow, 1, NULL), SEEP_OK);
	flow.resp = test_address("10.0.0.2");
	cr_assert_eq(seep_engine_feed(engine, &flow, 1, NULL), SEEP_OK);
	flow.flags = SEEP_FLOW_NAME;
	for (size_t i = 0; i < 3; i++) {
		flow.name.text = domains[i];
		flow.name_size = (uint32_t)strlen(domains[i]);
		seep_name_address(domains[i], flow.name_size, &flow.resp);
		cr_assert_eq(seep_engine_feed(engine, &flow, 1, NULL), SEEP_OK);
	}
	cr_assert_eq(seep_engine_snapshot(engine, &snapshot), SEEP_OK);
	seep_engine_free(engine);
	return snapshot;
}

Test(reader, gives_traffic_or_names_and_never_both)
{
	struct seep_snapshot *snapshot = make_snapshot();
	struct seep__case view;
	struct seep__reader reader;

	memset(&view, 0, sizeof(view));
	cr_assert_eq(seep__mem_new(&view.mem, NULL, 0), SEEP_OK);
	view.snapshot = snapshot;
	view.hour_until = UINT32_MAX;
	for (int names = 0; names < 2; names++) {
		int count = 0, status;

		seep__reader_init(&reader, &view, 0);
		cr_assert_eq(reader.names, 0, "traffic unless it is asked");
		reader.names = names;
		while ((status = seep__reader_next(&reader)) == SEEP_OK) {
			cr_assert_eq(reader.channel.place == SEEP_PLACE_NAME,
				     names);
			cr_assert_eq(reader.channel.label != NULL, names);
			cr_assert_eq(reader.count, 1);
			cr_assert_eq(reader.rows[0].bytes_out, 1000);
			count++;
		}
		cr_assert_eq(status, SEEP_END);
		cr_assert_eq(count, names ? 3 : 2);
		seep__reader_clear(&reader);
	}
	seep__mem_unref(view.mem);
	seep_snapshot_free(snapshot);
}
