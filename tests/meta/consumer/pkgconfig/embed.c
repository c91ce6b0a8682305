/* SPDX-License-Identifier: BSD-3-Clause */
/* cc embed.c $(pkg-config --cflags --libs libseep) */
#include <seep/seep.h>
#include <stdio.h>

int
main(void)
{
	struct seep_flow flow = {.protocol = 6, .port_resp = 443};
	struct seep_engine *engine = NULL;
	struct seep_snapshot *view = NULL;
	struct seep_findings *findings = NULL;
	const struct seep_finding *finding;
	size_t cursor = 0;
	int bad = seep_engine_new(&engine, NULL, NULL) ||
		  seep_address_parse("10.2.0.7", 8, &flow.orig) ||
		  seep_address_parse("192.0.2.9", 9, &flow.resp);

	/* 1 MB an hour to one peer; from day 40 on 50 MB to another, too. */
	flow.opener = SEEP_OPENER_ORIG;
	for (int64_t i = 0; !bad && i < 60 * 48; i++) {
		int leak = i >= 40 * 48 && i % 2;

		flow.start_ns = (1764000000 + i * 1800) * INT64_C(1000000000);
		flow.end_ns = flow.start_ns + INT64_C(60000000000);
		flow.resp.bytes[15] = leak ? 99 : 9;
		flow.bytes_orig = leak ? 50000000 : 500000;
		bad = seep_engine_feed(engine, &flow, 1, NULL);
	}
	bad = bad || seep_engine_snapshot(engine, &view) ||
	      seep_detect((const struct seep_snapshot *const *)&view, 1, NULL,
			  &findings, NULL);
	while (!bad && !seep_findings_next(findings, &cursor, &finding))
		printf("%s\n", finding->explanation);
	seep_findings_free(findings);
	seep_snapshot_free(view);
	seep_engine_free(engine);
	return bad ? 1 : 0;
}
