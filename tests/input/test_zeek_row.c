/* SPDX-License-Identifier: BSD-3-Clause */
#include "logs.h"

/* flow_of() reads one row that must become a flow. */
static struct seep_flow
flow_of(struct conn c, struct seep_coverage *coverage)
{
	struct seep_flow flow;
	struct reading r;

	read_conn(&r, c);
	cr_assert_eq(r.count, 1, "%s", r.notices[0]);
	flow = r.flows[0];
	if (coverage != NULL)
		*coverage = r.coverage;
	reading_clear(&r);
	return flow;
}

Test(zeek_row, becomes_a_flow_field_by_field)
{
	struct seep_zeek_opts opts = SEEP_ZEEK_OPTS_INIT;
	char text[4 * ROW_SIZE] = HEADER, address[SEEP_ADDRESS_TEXT_SIZE];
	struct folder folder;
	const char *path;
	struct reading r;

	folder_init(&folder);
	conn_tsv(text, CONN(.service = "ssl"));
	path = in_folder(&folder, "conn.log");
	put_text(path, text);
	opts.sensor = 9;
	read_paths(&r, &path, 1, &opts);
	cr_assert_eq(r.count, 1);
	cr_assert_eq(r.flows[0].start_ns, INT64_C(1772323200000000000));
	cr_assert_eq(r.flows[0].end_ns, INT64_C(1772323210500000000));
	seep_address_format(&r.flows[0].orig, address);
	cr_assert_str_eq(address, "10.2.0.7");
	seep_address_format(&r.flows[0].resp, address);
	cr_assert_str_eq(address, "198.51.100.9");
	cr_assert_eq(r.flows[0].bytes_orig, 1520);
	cr_assert_eq(r.flows[0].bytes_resp, 620);
	cr_assert_eq(r.flows[0].packets_orig, 10);
	cr_assert_eq(r.flows[0].packets_resp, 8);
	cr_assert_eq(r.flows[0].missed_orig + r.flows[0].missed_resp, 0);
	cr_assert_eq(r.flows[0].port_orig, 50123);
	cr_assert_eq(r.flows[0].port_resp, 443);
	cr_assert_eq(r.flows[0].protocol, 6);
	cr_assert_eq(r.flows[0].opener, SEEP_OPENER_ORIG);
	cr_assert_eq(r.flows[0].opener_basis, SEEP_OPENER_BY_SYN);
	cr_assert_eq(r.flows[0].flags, SEEP_FLOW_RECORDED);
	cr_assert_eq(r.flows[0].sensor, 9);
	cr_assert_str_eq(r.names[0], "ssl");
	cr_assert_eq(r.coverage.records, 1);
	cr_assert_eq(r.coverage.tcp_flows, 1);
	cr_assert_eq(r.coverage.tcp_flows_one_way, 0);
	reading_clear(&r);
	folder_clear(&folder);
}

Test(zeek_row, takes_the_payload_where_ip_bytes_are_unset_or_zero)
{
	struct seep_coverage coverage;
	struct seep_flow flow;

	flow = flow_of(CONN(.oip = NULL, .ob = "700"), &coverage);
	cr_assert_eq(flow.bytes_orig, 700);
	cr_assert_eq(flow.bytes_resp, 620);
	cr_assert_eq(coverage.bytes_from_payload, 700);
	flow = flow_of(CONN(.oip = "0", .ob = "700", .rip = "0", .rb = "8"),
		       &coverage);
	cr_assert_eq(flow.bytes_orig, 700);
	cr_assert_eq(flow.bytes_resp, 8);
	cr_assert_eq(coverage.bytes_from_payload, 708);
	flow = flow_of(CONN(.oip = "0", .ob = "0"), &coverage);
	cr_assert_eq(flow.bytes_orig, 0);
	cr_assert_eq(coverage.bytes_from_payload, 0);
	flow = flow_of(CONN(.oip = NULL, .ob = NULL), &coverage);
	cr_assert_eq(flow.bytes_orig, 0);
}

/* A row whose responder claims 5 MB more payload than its IP bytes. */
#define EXCESS(...) CONN(.rb = "5000620", .missed = "5000000", __VA_ARGS__)

static void
must_be_refused_payload(struct conn c, uint64_t excess)
{
	struct seep_coverage coverage;
	struct seep_flow flow = flow_of(c, &coverage);

	cr_assert_eq(flow.missed_orig + flow.missed_resp, 0);
	cr_assert_eq(coverage.bytes_payload_refused, excess);
	cr_assert_eq(flow.bytes_resp, 620);
}

Test(zeek_row, believes_missed_bytes_with_both_syns_a_reason_and_a_rate)
{
	struct seep_coverage coverage;
	struct seep_flow flow = flow_of(EXCESS(), &coverage);

	cr_assert_eq(flow.bytes_resp, 620);
	cr_assert_eq(flow.missed_resp, 5000000);
	cr_assert_eq(flow.missed_orig, 0);
	cr_assert_eq(coverage.bytes_payload_refused, 0);
	must_be_refused_payload(EXCESS(.history = "SAD"), 5000000);
	must_be_refused_payload(EXCESS(.history = "hAD"), 5000000);
	must_be_refused_payload(EXCESS(.history = NULL), 5000000);
	must_be_refused_payload(EXCESS(.missed = "4999999"), 5000000);
	must_be_refused_payload(EXCESS(.missed = NULL), 5000000);
	/* 5 MB at 10 Gbit/s last 4 ms. */
	flow = flow_of(EXCESS(.duration = "0.004"), NULL);
	cr_assert_eq(flow.missed_resp, 5000000);
	must_be_refused_payload(EXCESS(.duration = "0.003999999"), 5000000);
	must_be_refused_payload(EXCESS(.duration = NULL), 5000000);
}

Test(zeek_row, judges_the_excess_of_both_sides_together)
{
	struct seep_flow flow;

	flow = flow_of(EXCESS(.ob = "1521", .missed = "5000001"), NULL);
	cr_assert_eq(flow.missed_orig, 1);
	cr_assert_eq(flow.missed_resp, 5000000);
	must_be_refused_payload(EXCESS(.ob = "1521"), 5000001);
}

Test(zeek_row, asks_the_link_that_the_caller_names)
{
	struct seep_zeek_opts opts = SEEP_ZEEK_OPTS_INIT;
	char text[4 * ROW_SIZE] = HEADER;
	struct folder folder;
	struct reading r;
	const char *path;

	folder_init(&folder);
	conn_tsv(text, EXCESS(.duration = "40.0"));
	path = in_folder(&folder, "conn.log");
	put_text(path, text);
	opts.link_bits_per_s = 1000000; /* 5 MB last 40 s */
	read_paths(&r, &path, 1, &opts);
	cr_assert_eq(r.flows[0].missed_resp, 5000000);
	reading_clear(&r);
	opts.link_bits_per_s = 999999;
	read_paths(&r, &path, 1, &opts);
	cr_assert_eq(r.flows[0].missed_resp, 0);
	reading_clear(&r);
	folder_clear(&folder);
}

Test(zeek_row, survives_payloads_of_confused_sequence_numbers)
{
	must_be_refused_payload(CONN(.rb = "1607364734", .duration = "0.9"),
				1607364114);
	/* Beyond 2^53 the excess is no size: it counts as 2^53. */
	must_be_refused_payload(CONN(.rb = "18446744073709551615"),
				SEEP_FLOW_BYTES_MAX);
}

struct opening {
	const char *proto, *history, *state;
	int opener, basis;
};

Test(zeek_row, knows_the_opener_by_syn_by_state_or_not)
{
	static const struct opening openings[] = {
	    {"tcp", "ShADadFf", "SF", SEEP_OPENER_ORIG, SEEP_OPENER_BY_SYN},
	    {"tcp", "S", "S0", SEEP_OPENER_ORIG, SEEP_OPENER_BY_SYN},
	    {"tcp", "^hADr", "RSTR", SEEP_OPENER_ORIG, SEEP_OPENER_BY_SYN},
	    {"tcp", "HdA", "OTH", SEEP_OPENER_RESP, SEEP_OPENER_BY_SYN},
	    {"tcp", "sR", "OTH", SEEP_OPENER_RESP, SEEP_OPENER_BY_SYN},
	    {"tcp", "DadA", "OTH", SEEP_OPENER_UNKNOWN, 0},
	    {"tcp", "DadA", "SF", SEEP_OPENER_UNKNOWN, 0},
	    {"tcp", NULL, "OTH", SEEP_OPENER_UNKNOWN, 0},
	    {"tcp", NULL, NULL, SEEP_OPENER_UNKNOWN, 0},
	    {"tcp", NULL, "SF", SEEP_OPENER_ORIG, SEEP_OPENER_BY_SYN},
	    {"tcp", "(empty)", "RSTRH", SEEP_OPENER_ORIG, SEEP_OPENER_BY_SYN},
	    {"udp", "Dd", "SF", SEEP_OPENER_ORIG, SEEP_OPENER_BY_FIRST},
	    {"icmp", NULL, "OTH", SEEP_OPENER_ORIG, SEEP_OPENER_BY_FIRST},
	};
	struct seep_flow flow;
	size_t i;

	for (i = 0; i < sizeof(openings) / sizeof(openings[0]); i++) {
		flow = flow_of(CONN(.proto = openings[i].proto,
				    .history = openings[i].history,
				    .state = openings[i].state),
			       NULL);
		cr_assert_eq(flow.opener, openings[i].opener, "%zu", i);
		cr_assert_eq(flow.opener_basis, openings[i].basis, "%zu", i);
	}
}

Test(zeek_row, numbers_protocols_and_gives_ports_only_where_there_are_any)
{
	struct seep_flow flow;

	flow = flow_of(CONN(.proto = "icmp", .op = "8", .rp = "0"), NULL);
	cr_assert_eq(flow.protocol, 1);
	cr_assert_eq(flow.port_orig, 0);
	flow = flow_of(CONN(.proto = "icmp", .oh = "fe80::1", .rh = "ff02::1",
			    .op = "134", .rp = "133"),
		       NULL);
	cr_assert_eq(flow.protocol, 58);
	cr_assert_eq(flow.port_resp, 0);
	flow = flow_of(CONN(.proto = "sctp"), NULL);
	cr_assert_eq(flow.protocol, 132);
	cr_assert_eq(flow.port_resp, 443);
	flow = flow_of(CONN(.proto = "unknown_transport", .op = NULL), NULL);
	cr_assert_eq(flow.protocol, 255);
	cr_assert_eq(flow.port_resp, 0);
}

Test(zeek_row, lets_ip_proto_name_the_protocol)
{
	static const char log[] =
	    MARKS "#path\tconn\n#fields\t" FIELDS "\tip_proto\n"
		  "1\tC1\t10.0.0.1\t0\t192.0.2.1\t0\tunknown_transport\t-\t-\t"
		  "-\t-\tOTH\t0\t-\t1\t60\t0\t0\t-\t47\n"
		  "1\tC2\t10.0.0.1\t0\t192.0.2.1\t0\tunknown_transport\t-\t-\t"
		  "-\t-\tOTH\t0\t-\t1\t60\t0\t0\t-\t256\n";
	struct reading r;

	read_text(&r, log);
	cr_assert_eq(r.count, 1);
	cr_assert_eq(r.flows[0].protocol, 47);
	cr_assert(
	    has_notice(&r, "|ip_proto|a protocol number over 255: '256'"));
	reading_clear(&r);
}

struct fault {
	struct conn row;
	int reason;
	uint64_t bytes;
};

Test(zeek_row, is_refused_by_reason_with_the_bytes_that_could_be_read)
{
	const struct fault faults[] = {
	    {CONN(.ts = "nan"), SEEP_REFUSED_BAD_TIME, 2140},
	    {CONN(.ts = "-1.0"), SEEP_REFUSED_BAD_TIME, 2140},
	    {CONN(.ts = "inf"), SEEP_REFUSED_BAD_TIME, 2140},
	    {CONN(.ts = NULL), SEEP_REFUSED_BAD_TIME, 2140},
	    {CONN(.ts = "1e11"), SEEP_REFUSED_BAD_TIME, 2140},
	    {CONN(.ts = "2026-03-01T00:00:00Z"), SEEP_REFUSED_BAD_TIME, 2140},
	    {CONN(.oh = "10.2.0.256"), SEEP_REFUSED_BAD_ADDRESS, 2140},
	    {CONN(.rh = NULL), SEEP_REFUSED_BAD_ADDRESS, 2140},
	    {CONN(.rh = "fe80::1%eth0"), SEEP_REFUSED_BAD_ADDRESS, 2140},
	    {CONN(.op = "65536"), SEEP_REFUSED_MALFORMED, 2140},
	    {CONN(.rp = "http"), SEEP_REFUSED_MALFORMED, 2140},
	    {CONN(.rp = NULL), SEEP_REFUSED_MALFORMED, 2140},
	    {CONN(.proto = NULL), SEEP_REFUSED_MALFORMED, 2140},
	    {CONN(.proto = "T C P"), SEEP_REFUSED_MALFORMED, 2140},
	    {CONN(.duration = "long"), SEEP_REFUSED_MALFORMED, 2140},
	    {CONN(.missed = "-5"), SEEP_REFUSED_MALFORMED, 2140},
	    {CONN(.opk = "x"), SEEP_REFUSED_MALFORMED, 2140},
	    {CONN(.oip = "-1"), SEEP_REFUSED_MALFORMED, 0},
	    {CONN(.oip = "1.5"), SEEP_REFUSED_MALFORMED, 0},
	    {CONN(.oip = "nan"), SEEP_REFUSED_MALFORMED, 0},
	    {CONN(.rip = "18446744073709551616"), SEEP_REFUSED_TOO_LARGE, 0},
	    {CONN(.rip = "18446744073709551615"), SEEP_REFUSED_TOO_LARGE, 0},
	    {CONN(.oip = "9007199254740993"), SEEP_REFUSED_TOO_LARGE, 0},
	    {CONN(.oip = NULL, .ob = "1e16"), SEEP_REFUSED_TOO_LARGE, 0},
	};
	struct reading r;
	size_t i;

	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		read_conn(&r, faults[i].row);
		cr_assert_eq(r.count, 0, "%zu", i);
		cr_assert_eq(r.coverage.records_refused[faults[i].reason], 1,
			     "%zu: %s", i, r.notices[0]);
		cr_assert_eq(r.coverage.bytes_seen, faults[i].bytes, "%zu", i);
		cr_assert_eq(r.notices_count, 1);
		cr_assert_eq(strncmp(r.notices[0], "9|", 2), 0);
		reading_clear(&r);
	}
}

Test(zeek_row, may_have_two_to_the_53_bytes)
{
	struct seep_flow flow = flow_of(CONN(.oip = "9007199254740992"), NULL);

	cr_assert_eq(flow.bytes_orig, SEEP_FLOW_BYTES_MAX);
}

Test(zeek_row, without_a_usable_duration_is_an_instant)
{
	static const char *const unusable[] = {"-1.0", "nan", "inf", "1e300"};
	struct seep_flow flow;
	size_t i;

	flow = flow_of(CONN(.duration = NULL), NULL);
	cr_assert_eq(flow.end_ns, flow.start_ns);
	cr_assert_eq(flow.flags & SEEP_FLOW_DURATION_IGNORED, 0);
	for (i = 0; i < 4; i++) {
		flow = flow_of(CONN(.duration = unusable[i]), NULL);
		cr_assert_eq(flow.end_ns, flow.start_ns);
		cr_assert_neq(flow.flags & SEEP_FLOW_DURATION_IGNORED, 0);
	}
	flow = flow_of(CONN(.duration = "-0.0"), NULL);
	cr_assert_eq(flow.flags & SEEP_FLOW_DURATION_IGNORED, 0);
}

#define SILENT .rb = "0", .rip = "0", .rpk = "0"

Test(zeek_row, is_unanswered_when_payload_meets_no_packet)
{
	struct seep_coverage coverage;
	struct seep_flow flow;

	flow = flow_of(CONN(SILENT), &coverage);
	cr_assert(flow.flags & SEEP_FLOW_UNANSWERED);
	cr_assert_eq(coverage.tcp_flows, 1);
	cr_assert_eq(coverage.tcp_flows_one_way, 1);
	flow = flow_of(CONN(SILENT, .ob = "0", .oip = "1520"), NULL);
	cr_assert(!(flow.flags & SEEP_FLOW_UNANSWERED));
	flow = flow_of(CONN(SILENT, .ob = NULL, .oip = "1520"), NULL);
	cr_assert(flow.flags & SEEP_FLOW_UNANSWERED);
	flow = flow_of(CONN(SILENT, .ob = NULL, .oip = "600"), NULL);
	cr_assert(!(flow.flags & SEEP_FLOW_UNANSWERED));
	flow = flow_of(CONN(SILENT, .proto = "udp"), &coverage);
	cr_assert(!(flow.flags & SEEP_FLOW_UNANSWERED));
	cr_assert_eq(coverage.tcp_flows, 0);
	flow = flow_of(CONN(.rb = "0", .rip = "40", .rpk = "1"), NULL);
	cr_assert(!(flow.flags & SEEP_FLOW_UNANSWERED));
}

Test(zeek_row, undoes_escapes_in_the_service_and_cuts_it)
{
	char longest[200];
	struct reading r;

	read_conn(&r, CONN(.service = "a\\x2cb\\\\\\x09"));
	cr_assert_str_eq(r.names[0], "a,b\\\t");
	reading_clear(&r);
	memset(longest, 's', 199);
	longest[199] = '\0';
	read_conn(&r, CONN(.service = longest));
	cr_assert_eq(r.flows[0].name_size, 63);
	reading_clear(&r);
}
