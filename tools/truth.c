/* SPDX-License-Identifier: BSD-3-Clause */
#include "inject.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define NS_PER_S INT64_C(1000000000)

static void
format_time(int64_t time_ns, char text[32])
{
	const time_t when = (time_t)(time_ns / NS_PER_S);
	struct tm utc;

	text[0] = '\0';
	if (gmtime_r(&when, &utc) != NULL)
		(void)strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

/* Whose outbound bytes the leak consists of: the flow is told from there. */
static int
is_leaker(const struct leak_opts *opts, const struct seep_address *address)
{
	if (opts->pattern == LEAK_DNS)
		return 1; /* who asks */
	if (opts->pattern == LEAK_STAGED)
		return seep_address_compare(opts->via, address) == 0;
	for (size_t i = 0; i < opts->hosts_count; i++)
		if (seep_address_compare(&opts->hosts[i], address) == 0)
			return 1;
	return 0;
}

static int
put_leak(const struct leak_opts *opts, const struct inject *inject, FILE *file)
{
	char text[SEEP_ADDRESS_TEXT_SIZE];
	char from[32];
	char until[32];

	format_time(opts->start_ns, from);
	format_time(opts->start_ns + opts->days * INT64_C(86400) * NS_PER_S,
		    until);
	fprintf(file, "{\"type\":\"leak\",\"pattern\":\"%s\",\"hosts\":[",
		leak_name(opts->pattern));
	for (size_t i = 0; i < opts->hosts_count; i++) {
		seep_address_format(&opts->hosts[i], text);
		fprintf(file, "%s\"%s\"", i > 0 ? "," : "", text);
	}
	fputs("],\"via\":", file);
	if (opts->via != NULL) {
		seep_address_format(opts->via, text);
		fprintf(file, "\"%s\"", text);
	} else {
		fputs("null", file);
	}
	return fprintf(file,
		       ",\"start\":\"%s\",\"until\":\"%s\",\"days\":%" PRIu32
		       ",\"bytes_per_day\":%" PRIu64 ",\"bytes\":%" PRIu64
		       ",\"seed\":%" PRIu64 ",\"domain\":%s%s%s"
		       ",\"conn_rows\":%zu,\"dns_rows\":%zu}\n",
		       from, until, opts->days, opts->bytes_per_day,
		       opts->bytes_per_day * opts->days, opts->seed,
		       inject->domain[0] != '\0' ? "\"" : "",
		       inject->domain[0] != '\0' ? inject->domain : "null",
		       inject->domain[0] != '\0' ? "\"" : "",
		       inject->conn.count, inject->dns.count);
}

static int
put_row(const struct leak_opts *opts, const struct logrow *row, FILE *file)
{
	const struct seep_flow *flow = &row->flow;
	const int from_orig = is_leaker(opts, &flow->orig);
	char orig[SEEP_ADDRESS_TEXT_SIZE];
	char resp[SEEP_ADDRESS_TEXT_SIZE];

	seep_address_format(&flow->orig, orig);
	seep_address_format(row->is_dns ? &row->asked : &flow->resp, resp);
	return fprintf(file,
		       "{\"type\":\"row\",\"log\":\"%s\",\"uid\":\"%s\","
		       "\"ts\":%" PRId64 ".%06" PRId64
		       ",\"host\":\"%s\",\"peer\":\"%s\",\"bytes_out\":%" PRIu64
		       ",\"inside\":%s}\n",
		       row->is_dns ? "dns" : "conn", row->uid,
		       flow->start_ns / NS_PER_S,
		       flow->start_ns % NS_PER_S / 1000,
		       from_orig ? orig : resp, from_orig ? resp : orig,
		       from_orig ? flow->bytes_orig : flow->bytes_resp,
		       row->local_orig && row->local_resp ? "true" : "false");
}

int
inject_truth(const struct inject *inject, const struct leak_opts *opts,
	     struct output *output)
{
	FILE *file;

	assert(inject != NULL && opts != NULL);
	assert(output != NULL && output->file != NULL);
	file = output->file;
	if (put_leak(opts, inject, file) < 0)
		return -1;
	for (size_t i = 0; i < inject->conn.count; i++)
		if (put_row(opts, &inject->conn.rows[i], file) < 0)
			return -1;
	for (size_t i = 0; i < inject->dns.count; i++)
		if (put_row(opts, &inject->dns.rows[i], file) < 0)
			return -1;
	return 0;
}
