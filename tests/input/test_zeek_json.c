/* SPDX-License-Identifier: BSD-3-Clause */
#include "logs.h"

#define GOOD                                                             \
	"\"ts\":1.5,\"id.orig_h\":\"10.0.0.1\",\"id.orig_p\":1,"         \
	"\"id.resp_h\":\"192.0.2.1\",\"id.resp_p\":2,\"proto\":\"tcp\"," \
	"\"orig_ip_bytes\":40,\"resp_ip_bytes\":50"

/* one() reads lines that must give one flow, and returns it. */
static struct seep_flow
one(const char *lines)
{
	struct seep_flow flow;
	struct reading r;

	read_text(&r, lines);
	cr_assert_eq(r.count, 1, "%s %s", lines, r.notices[0]);
	cr_assert_eq(refused(&r), 0);
	flow = r.flows[0];
	reading_clear(&r);
	return flow;
}

Test(zeek_json, takes_keys_in_any_order_with_any_spaces)
{
	struct seep_flow flow;

	flow = one(" { \"resp_ip_bytes\" : 50 , \"orig_ip_bytes\":40,"
		   "\t\"proto\":\"udp\",\"id.resp_p\":2,"
		   "\"id.resp_h\":\"2001:db8::1\",\"id.orig_p\":1,"
		   "\"id.orig_h\":\"2001:db8::2\",\"ts\": 1.5 } \r\n");
	cr_assert_eq(flow.start_ns, INT64_C(1500000000));
	cr_assert_eq(flow.protocol, 17);
	cr_assert_eq(flow.bytes_orig, 40);
	cr_assert_eq(flow.bytes_resp, 50);
	cr_assert_eq(flow.port_orig, 1);
}

Test(zeek_json, takes_a_nested_id)
{
	struct seep_flow flow;

	flow = one("{\"id\":{\"resp_p\":2,\"orig_h\":\"10.0.0.1\",\"x\":{},"
		   "\"resp_h\":\"192.0.2.1\",\"orig_p\":1},\"ts\":1,"
		   "\"proto\":\"tcp\",\"orig_bytes\":3,\"resp_bytes\":4}\n");
	cr_assert_eq(flow.port_orig, 1);
	cr_assert_eq(flow.port_resp, 2);
	cr_assert_eq(flow.bytes_resp, 4);
	flow = one("{\"id\":{}," GOOD "}\n");
	cr_assert_eq(flow.port_resp, 2);
	flow = one("{\"id\":\"text\"," GOOD ",\"id\":[1,{\"orig_h\":2}]}\n");
	cr_assert_eq(flow.port_resp, 2);
}

Test(zeek_json, skips_what_it_does_not_want_however_it_is_nested)
{
	struct seep_flow flow;

	flow = one("{\"a\":[],\"b\":{},\"c\":[[],[{}],{\"d\":[1,-2.5e+3,null,"
		   "true,false,\"]}\"]}]," GOOD
		   ",\"e\":\"\\u00e9\\\"\",\"f\":{\"ts\":9}}\n");
	cr_assert_eq(flow.start_ns, INT64_C(1500000000));
}

Test(zeek_json, lets_the_last_of_equal_keys_hold)
{
	struct seep_flow flow;

	flow = one("{" GOOD ",\"ts\":7,\"resp_ip_bytes\":51}\n");
	cr_assert_eq(flow.start_ns, INT64_C(7000000000));
	cr_assert_eq(flow.bytes_resp, 51);
	flow = one("{" GOOD ",\"resp_ip_bytes\":null}\n");
	cr_assert_eq(flow.bytes_resp, 0);
}

Test(zeek_json, undoes_escapes_in_keys_and_values)
{
	struct reading r;

	read_text(&r, "{" GOOD ",\"s\\u0065rvice\":\"a\\/\\u00e9\\ud83d\\ude00"
		      "\\ud800\\tz\"}\n");
	cr_assert_eq(r.count, 1);
	cr_assert_str_eq(r.names[0], "a/\xc3\xa9\xf0\x9f\x98\x80\xef\xbf\xbd"
				     "\tz");
	reading_clear(&r);
}

static int64_t
time_of(const char *ts)
{
	char line[ROW_SIZE];

	snprintf(line, sizeof(line), "{" GOOD ",\"ts\":%s}\n", ts);
	return one(line).start_ns;
}

Test(zeek_json, reads_seconds_milliseconds_and_iso_8601)
{
	const int64_t want = INT64_C(1258531221486539000);

	cr_assert_eq(time_of("1258531221.486539"), want);
	cr_assert_eq(time_of("1258531221486.539"), want);
	cr_assert_eq(time_of("\"2009-11-18T08:00:21.486539Z\""), want);
	cr_assert_eq(time_of("\"2009-11-18T09:00:21.486539+01:00\""), want);
	cr_assert_eq(time_of("\"1258531221.486539\""), want);
	cr_assert_eq(time_of("1.258531221486539e9"), want);
	/* The edge between the two: 1e11 ms is 1e8 s. */
	cr_assert_eq(time_of("100000000000"), INT64_C(100000000000000000));
	cr_assert_eq(time_of("9223372036"), INT64_C(9223372036000000000));
}

/* lost() reads a bad line between two good ones; returns its reason. */
static int
lost(const char *line)
{
	char text[4 * ROW_SIZE];
	struct reading r;
	int i, reason = -1;

	snprintf(text, sizeof(text), "{" GOOD "}\n%s\n{" GOOD "}\n", line);
	read_text(&r, text);
	cr_assert_eq(r.count, 2, "%s", line);
	cr_assert_eq(r.coverage.records, 3, "%s", line);
	cr_assert_eq(r.notices_count, 1);
	for (i = 0; i < SEEP_REFUSED_COUNT; i++)
		if (r.coverage.records_refused[i] == 1)
			reason = i;
	reading_clear(&r);
	return reason;
}

Test(zeek_json, refuses_what_is_not_json_and_keeps_the_rows_beside)
{
	static const char *const lines[] = {
	    "{",
	    "{}x",
	    "{" GOOD,
	    "{" GOOD "}}",
	    "{" GOOD ",}",
	    "{," GOOD "}",
	    "{" GOOD " \"a\":1}",
	    "{" GOOD ",\"a\" 1}",
	    "{" GOOD ",\"a\":}",
	    "{" GOOD ",\"a\":01}",
	    "{" GOOD ",\"a\":1.}",
	    "{" GOOD ",\"a\":+1}",
	    "{" GOOD ",\"a\":NaN}",
	    "{" GOOD ",\"a\":tru}",
	    "{" GOOD ",\"a\":\"\\x41\"}",
	    "{" GOOD ",\"a\":\"\\u00g0\"}",
	    "{" GOOD ",\"a\":\"\\u00",
	    "{" GOOD ",\"a\":\"\x01\"}",
	    "{" GOOD ",\"a\":[1,]}",
	    "{" GOOD ",\"a\":[1 2]}",
	    "{" GOOD ",\"a\":[1}}",
	    "{" GOOD ",\"a\":{\"b\":1]}",
	    "{" GOOD ",\"a\":{1:2}}",
	    "{" GOOD ",a:1}",
	    "{\"id\":{" GOOD "}",
	    "binary junk",
	    "1\t2\t3",
	};
	size_t i;

	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		cr_assert_eq(lost(lines[i]), SEEP_REFUSED_MALFORMED, "%s",
			     lines[i]);
}

Test(zeek_json, refuses_wrong_kinds_of_values)
{
	cr_assert_eq(lost("{" GOOD ",\"resp_ip_bytes\":true}"),
		     SEEP_REFUSED_MALFORMED);
	cr_assert_eq(lost("{" GOOD ",\"resp_ip_bytes\":[5]}"),
		     SEEP_REFUSED_MALFORMED);
	cr_assert_eq(lost("{" GOOD ",\"resp_ip_bytes\":1.5}"),
		     SEEP_REFUSED_MALFORMED);
	cr_assert_eq(lost("{" GOOD ",\"id.resp_h\":{}}"),
		     SEEP_REFUSED_BAD_ADDRESS);
	cr_assert_eq(lost("{" GOOD ",\"ts\":{}}"), SEEP_REFUSED_BAD_TIME);
	cr_assert_eq(lost("{" GOOD ",\"ts\":null}"), SEEP_REFUSED_BAD_TIME);
	cr_assert_eq(lost("{" GOOD ",\"ts\":\"yesterday\"}"),
		     SEEP_REFUSED_BAD_TIME);
	cr_assert_eq(lost("{" GOOD ",\"proto\":7}"), SEEP_REFUSED_MALFORMED);
}

Test(zeek_json, refuses_nesting_beyond_its_depth_without_recursion)
{
	char text[200000] = "{" GOOD "}\n{" GOOD ",\"a\":";
	struct seep_flow flow;
	struct reading r;
	int i;

	for (i = 0; i < 64; i++)
		strcat(text, i % 2 ? "{\"b\":" : "[");
	strcat(text, "1");
	for (i = 63; i >= 0; i--)
		strcat(text, i % 2 ? "}" : "]");
	strcat(text, "}\n");
	read_text(&r, text);
	cr_assert_eq(r.count, 2);
	reading_clear(&r);
	strcpy(text, "{" GOOD "}\n{" GOOD ",\"a\":");
	memset(text + strlen(text), '[', 150000);
	read_text(&r, text);
	cr_assert_eq(r.count, 1);
	cr_assert(has_notice(&r, "nested too deep"));
	reading_clear(&r);
	flow = one("{" GOOD "}\n");
	cr_assert_eq(flow.bytes_orig, 40);
}

Test(zeek_json, refuses_a_file_of_another_log)
{
	char text[LOG_SIZE] = "";
	struct reading r;
	int i;

	for (i = 0; i < 150; i++)
		strcat(text, "{\"ts\":1,\"uid\":\"C1\",\"id.orig_h\":\"10.0.0."
			     "1\",\"query\":\"x\"}\n");
	read_text(&r, text);
	cr_assert_eq(r.count, 0);
	cr_assert_eq(r.coverage.records, 0);
	cr_assert_eq(r.coverage.files_refused, 1);
	cr_assert(has_notice(&r, "100||neither a conn nor a dns log|1"));
	reading_clear(&r);
}

Test(zeek_json, goes_over_rows_that_name_another_log)
{
	struct reading r;

	read_text(&r, "{\"_path\":\"ssl\",\"ts\":1}\n{\"_path\":\"conn\"," GOOD
		      "}\n{\"_path\":\"http\",\"ts\":1}\n");
	cr_assert_eq(r.count, 1);
	cr_assert_eq(r.coverage.records, 1);
	cr_assert_eq(r.notices_count, 0);
	reading_clear(&r);
}

Test(zeek_json, keeps_the_rows_behind_a_cut_first_line)
{
	struct reading r;

	read_text(&r, "5,\"orig_pkts\":7}\n{" GOOD "}\n{" GOOD "}\n");
	cr_assert_eq(r.count, 2);
	cr_assert_eq(r.coverage.records, 3);
	cr_assert_eq(r.coverage.records_refused[SEEP_REFUSED_MALFORMED], 1);
	reading_clear(&r);
}

Test(zeek_json, gives_the_same_flows_as_the_same_rows_in_tsv)
{
	const struct conn rows[] = {
	    CONN(.service = "ssl,http", .parents = "CParentparent1"),
	    CONN(.ts = "1258531221.486539", .duration = "0.000001"),
	    CONN(.duration = NULL, .ob = NULL, .rb = NULL, .history = NULL),
	    CONN(.proto = "icmp", .op = "8", .rp = "0", .history = NULL),
	    CONN(.duration = "1e-06", .oh = "2001:db8::7"),
	    CONN(.oip = "0", .history = "^hadf"),
	    CONN(.ob = "5000000", .missed = "6000000"),
	};
	char tsv[LOG_SIZE] = HEADER, json[LOG_SIZE] = "";
	struct reading a, b;
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		conn_tsv(tsv, rows[i]);
		conn_json(json, rows[i], i % 2 ? "conn" : NULL);
	}
	read_text(&a, tsv);
	read_text(&b, json);
	cr_assert_eq(a.count, sizeof(rows) / sizeof(rows[0]));
	cr_assert(same_flows(&a, &b));
	cr_assert_eq(memcmp(&a.coverage, &b.coverage, sizeof(a.coverage)), 0);
	reading_clear(&a);
	reading_clear(&b);
}
