/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The state of a reader of logs: interim rows, tunnels, rows that may be
 * repeated, a header in the middle. See state.h.
 */
#include <stdio.h>
#include <string.h>

#include <seep/zeek.h>

#include "fuzz/state.h"

static const char *path;

static struct seep_source *
make(void)
{
	struct seep_zeek_opts opts = SEEP_ZEEK_OPTS_INIT;
	struct seep_source *source;

	opts.dedup = 1;
	FUZZ_CHECK(seep_zeek_source_new(&source, &path, 1, &opts, NULL) ==
		   SEEP_OK);
	return source;
}

/* add() adds a row of JSON. */
static void
add(char *text, unsigned i)
{
	static const char *const logs[] = {"conn", "conn_long", "conn"};
	static const char *const services[] = {"ssl", "teredo", "dns"};

	sprintf(text + strlen(text),
		"{\"_path\":\"%s\",\"ts\":17723232%02u.5,\"uid\":\"C%u\","
		"\"id.orig_h\":\"10.2.0.7\",\"id.orig_p\":%u,"
		"\"id.resp_h\":\"198.51.100.9\",\"id.resp_p\":443,"
		"\"proto\":\"tcp\",\"service\":\"%s\",\"duration\":%u.5,"
		"\"orig_bytes\":1000,\"resp_bytes\":200,"
		"\"history\":\"ShADadFf\",\"orig_pkts\":10,"
		"\"orig_ip_bytes\":%u,\"resp_pkts\":8,"
		"\"resp_ip_bytes\":620,\"tunnel_parents\":[\"C%u\"]}\n",
		logs[i % 3], i % 60, i % 17, 1000 + i, services[i % 3], i * 7,
		1500 + i, i % 5);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[32768];

	text[0] = '\0';
	for (unsigned i = 0; i < 50; i++)
		add(text, i);
	path = fuzz_file(text, NULL, 0);
	fuzz_state(make, data, size);
	return 0;
}
