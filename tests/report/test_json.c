/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/findings_double.h"

static struct seep_findings findings;
static struct page page;

static void
setup(void)
{
	memset(&page, 0, sizeof(page));
	example_init(&findings);
}

static void
teardown(void)
{
	page_clear(&page);
}

TestSuite(json, .init = setup, .fini = teardown);

static const char *
skip_string(const char *p)
{
	if (*p++ != '"')
		return NULL;
	for (; *p != '"'; p++) {
		if ((unsigned char)*p < 0x20 || (unsigned char)*p > 0x7e)
			return NULL;
		if (*p != '\\')
			continue;
		p++;
		if (strchr("\"\\", *p) != NULL && *p != '\0')
			continue;
		for (int i = 0; i < 4; i++)
			if (*p != 'u' || !isxdigit((unsigned char)p[i + 1]))
				return NULL;
		p += 4;
	}
	return p + 1;
}

static const char *
skip_scalar(const char *p)
{
	static const char *const words[3] = {"null", "true", "false"};
	char *end;

	if (*p == '"')
		return skip_string(p);
	for (size_t i = 0; i < 3; i++)
		if (strncmp(p, words[i], strlen(words[i])) == 0)
			return p + strlen(words[i]);
	/* RFC 8259: no leading zero, no plus, a digit after the point. */
	if (!isdigit((unsigned char)*p) ||
	    (*p == '0' && isdigit((unsigned char)p[1])))
		return NULL;
	(void)strtod(p, &end);
	return isdigit((unsigned char)end[-1]) ? end : NULL;
}

/* Is the line one JSON object? A stack of brackets, no recursion. */
static int
is_object(const char *p)
{
	char stack[16];
	size_t depth = 0;

	if (*p != '{')
		return 0;
	for (;;) {
		if (*p == '{' || *p == '[') {
			if (depth == sizeof(stack))
				return 0;
			stack[depth++] = *p == '{' ? '}' : ']';
			p++;
			if (*p != stack[depth - 1]) {
				if (stack[depth - 1] == '}') {
					p = skip_string(p);
					if (p == NULL || *p++ != ':')
						return 0;
				}
				continue;
			}
		} else {
			p = skip_scalar(p);
			if (p == NULL)
				return 0;
		}
		while (depth > 0 && *p == stack[depth - 1]) {
			p++;
			depth--;
		}
		if (depth == 0)
			return *p == '\n';
		if (*p++ != ',')
			return 0;
		if (stack[depth - 1] == '}') {
			p = skip_string(p);
			if (p == NULL || *p++ != ':')
				return 0;
		}
	}
}

static void
write_json(void)
{
	cr_assert_eq(seep_report_json(&findings, NULL, page_write, &page),
		     SEEP_OK);
}

static size_t
check_lines(void)
{
	size_t lines = 0;

	for (const char *p = page.data; *p != '\0'; p = strchr(p, '\n') + 1) {
		cr_expect(is_object(p), "%s", p);
		lines++;
	}
	return lines;
}

static void
expect_has(const char *text)
{
	cr_expect_not_null(strstr(page.data, text), "%s\nnot in\n%s", text,
			   page.data);
}

Test(json, the_checker_knows_bad_json)
{
	static const char *const bad[] = {"{\"a\":01}\n",       "{\"a\":1,}\n",
					  "{\"a\":\"\x1b\"}\n", "{\"a\":1}}\n",
					  "{\"a\":[1}\n",       "{a:1}\n",
					  "{\"a\"}\n",          "{\"a\":1.}\n"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_not(is_object(bad[i]), "%s", bad[i]);
	cr_expect(is_object("{\"a\":{},\"b\":[],\"c\":[[1,\"x\"],{}]}\n"));
}

Test(json, one_line_a_finding_an_entity_and_the_evidence)
{
	write_json();
	cr_assert_eq(check_lines(), 4);
}

Test(json, a_finding_has_every_key_of_the_contract)
{
	write_json();
	*strchr(page.data, '\n') = '\0';
	expect_has("{\"type\":\"finding\",\"id\":\"0123456789abcdef\","
		   "\"host\":\"10.2.0.7\"");
	expect_has("\"role\":\"file_server\",\"direction\":\"push\","
		   "\"pattern\":\"new_peers\",\"basis\":\"change\"");
	expect_has("\"peers\":[{\"ip\":\"198.51.100.9\","
		   "\"bytes_out\":1234567890,");
	expect_has("{\"ip\":\"2001:db8::9\",\"bytes_out\":100}]");
	expect_has("\"bytes_out\":1234567990,");
	expect_has("\"bytes_expected\":4242,");
	expect_has("\"first_seen\":\"2026-03-01T00:00:00Z\","
		   "\"last_seen\":\"2026-03-07T00:00:00Z\","
		   "\"detected_at\":\"2026-03-05T00:00:00Z\"");
	expect_has("\"score\":41.2,\"alarms_per_year\":0.002941,"
		   "\"alarms_per_year_is_bound\":true,"
		   "\"retrospective\":false");
	expect_has("\"explanation\":\"10.2.0.7 sent 1.23 GB to");
	expect_has("[\"2026-03-04T00:00:00Z\",0,0]");
	cr_expect_null(strstr(page.data, "members"));
}

Test(json, a_calibrated_rate_is_a_short_decimal)
{
	struct seep_finding finding = findings.findings[0];

	findings.findings = &finding;
	finding.alarms_per_year_micro = 10000;
	finding.alarms_per_year_is_bound = 1;
	write_json();
	expect_has(
	    "\"alarms_per_year\":0.01,\"alarms_per_year_is_bound\":true");
	page_clear(&page);
	finding.alarms_per_year_micro = 2000000;
	write_json();
	expect_has("\"alarms_per_year\":2,");
	page_clear(&page);
	finding.alarms_per_year_micro = 0;
	write_json();
	expect_has("\"alarms_per_year\":0,");
	cr_expect_eq(check_lines(), 4);
}

Test(json, an_entity_has_ceiling_and_floors_and_a_group_its_members)
{
	write_json();
	expect_has("{\"type\":\"host\",\"host\":\"10.2.0.7\",\"role\":"
		   "\"file_server\",\"roles\":[{\"role\":\"file_server\","
		   "\"declared\":true,\"service\":\"tcp/445\",\"clients\":12,"
		   "\"bytes\":987654321,\"since\":\"2026-03-01T08:00:00Z\"}]");
	expect_has("\"ceiling_bytes\":2000000100,\"ceiling_null_reason\":null,"
		   "\"ceiling_allowed_bytes\":1000,");
	expect_has("\"floor_drip_bytes_per_day\":{\"7\":12000000,"
		   "\"14\":9000000,\"30\":7000000,\"90\":null},"
		   "\"floor_mimic_bytes_per_day\":{\"7\":120000000,"
		   "\"14\":90000000,\"30\":70000000,\"90\":null},"
		   "\"floor_null_reason\":null");
	expect_has("\"host\":\"10.3.0.0/24\",\"members\":[\"10.3.0.1\","
		   "\"10.3.0.2\"],\"role\":\"group\"");
	expect_has("\"ceiling_bytes\":null,\"ceiling_null_reason\":\"an "
		   "unknown number");
	expect_has("\"floor_null_reason\":\"no calibration yet\"");
}

Test(json, coverage_states_each_reason_and_the_conservation)
{
	write_json();
	expect_has("{\"type\":\"coverage\",\"first\":\"2026-03-01T00:00:10Z\","
		   "\"last\":\"2026-03-06T23:59:50Z\",\"records\":1005,"
		   "\"records_refused\":{\"malformed\":3,\"truncated\":1,"
		   "\"bad_time\":0,\"bad_address\":0,\"too_large\":0,"
		   "\"duplicate\":0,\"interim\":1,\"tunnel_outer\":0}");
	expect_has("\"bytes_seen\":2000000107,\"bytes_crossing\":2000000107,"
		   "\"bytes_inside\":0,\"bytes_outside\":0,"
		   "\"bytes_refused\":0,\"bytes_missed\":100");
	expect_has("\"gaps\":[[\"2026-03-04T00:00:00Z\","
		   "\"2026-03-05T00:00:00Z\"]]");
	expect_has("\"inside_by_assumption\":[{\"network\":\"172.16.0.0/12\","
		   "\"bytes\":5000}]");
	expect_has("\"host_years\":0.010951,"
		   "\"alarms_expected_by_chance\":0.021902");
}

Test(json, a_change_has_onset_excess_stratum_and_what_speaks_against_it)
{
	write_json();
	*strchr(page.data, '\n') = '\0';
	expect_has("\"onset\":\"2026-03-02T00:00:00Z\","
		   "\"onset_from\":\"2026-03-01T00:00:00Z\","
		   "\"onset_until\":\"2026-03-05T00:00:00Z\","
		   "\"bytes_excess\":1234560000,"
		   "\"bytes_excess_low\":1100000000,"
		   "\"bytes_excess_high\":1400000000,"
		   "\"observed_per_day\":205761000,"
		   "\"expected_per_day\":700,"
		   "\"stratum\":\"new_push\",\"statistic\":\"quiet\"");
	expect_has("\"coincides_with_sensor_change\":true,"
		   "\"source\":\"10.2.0.9\",\"against\":[\"12 other hosts");
	expect_has("every week to the same provider.\"]");
}

Test(json, a_contrast_has_null_where_a_change_has_figures)
{
	struct seep_finding finding = findings.findings[0];

	finding.basis = SEEP_BASIS_CONTRAST;
	finding.coincides = 0;
	finding.has_source = 0;
	finding.against_count = 0;
	finding.alarms_per_year_micro = UINT64_MAX;
	finding.alarms_per_year_is_bound = 0;
	findings.findings = &finding;
	write_json();
	cr_assert_eq(check_lines(), 4);
	expect_has("\"onset\":null,\"onset_from\":null,\"onset_until\":null,"
		   "\"bytes_excess\":null,\"bytes_excess_low\":null,"
		   "\"bytes_excess_high\":null,\"observed_per_day\":null,"
		   "\"expected_per_day\":null,\"stratum\":null,"
		   "\"statistic\":null,"
		   "\"coincides_with_sensor_change\":false,"
		   "\"source\":null,\"against\":[]");
	expect_has("\"alarms_per_year\":null,"
		   "\"alarms_per_year_is_bound\":false");
}

Test(json, a_registered_domain_has_a_name_and_no_address)
{
	struct seep_finding finding = findings.findings[0];
	struct seep_peer_bytes names[2] = {
	    {.bytes_out = 12, .label = "x\x1b.example", .is_name = 1},
	    {.bytes_out = 3, .is_name = 1}};

	finding.peers = names;
	findings.findings = &finding;
	write_json();
	cr_assert_eq(check_lines(), 4);
	expect_has("\"peers\":[{\"name\":\"x\\u001b.example\","
		   "\"bytes_out\":12},{\"name\":null,\"bytes_out\":3}]");
}

Test(json, what_was_added_up_has_its_network_and_says_so)
{
	struct seep_finding finding = findings.findings[0];
	struct seep_peer_bytes peers[4] = {
	    {.peer = address_of("198.51.100.0"),
	     .bytes_out = 12,
	     .bytes_out_max = 12,
	     .fold = SEEP_FOLD_NETWORK},
	    {.peer = address_of("::"), .bytes_out = 9, .fold = SEEP_FOLD_ALL},
	    {.peer = address_of("198.51.100.0"),
	     .bytes_out = 3,
	     .bytes_out_max = 24},
	    {.bytes_out = 2, .is_name = 1, .fold = SEEP_FOLD_ALL}};

	finding.peers = peers;
	finding.peers_count = 4;
	finding.bytes_folded = 21;
	findings.findings = &finding;
	findings.evidence.coverage.channels_folded = 1234;
	findings.evidence.hosts_folded = 2;
	findings.evidence.bytes_folded = 567;
	write_json();
	cr_assert_eq(check_lines(), 4);
	expect_has("\"peers\":[{\"ip\":\"198.51.100.0/24\",\"folded\":true,"
		   "\"bytes_out\":12},{\"ip\":\"::/0\",\"folded\":true,"
		   "\"bytes_out\":9},{\"ip\":\"198.51.100.0\","
		   "\"bytes_out\":3,\"bytes_out_max\":24},"
		   "{\"name\":null,\"folded\":true,\"bytes_out\":2}]");
	expect_has("\"bytes_folded\":21,\"bytes_missed\":");
	expect_has("\"channels_folded\":1234,");
	expect_has("\"hosts_folded\":2,\"bytes_folded\":567,");
	expect_has("\"bytes_in\":30,\"bytes_folded\":0,");
}

Test(json, an_entity_has_its_testable_days_top_peers_and_calibration)
{
	write_json();
	expect_has("\"testable_from\":\"2026-02-15T00:00:00Z\","
		   "\"testable_until\":\"2026-03-05T00:00:00Z\","
		   "\"top\":[{\"ip\":\"198.51.100.9\","
		   "\"bytes_out\":1234567890,");
	expect_has("\"bytes_other\":765432010,\"peers_total\":9,"
		   "\"calibration\":\"evidence\","
		   "\"calibration_host_years\":12.345678");
	expect_has("\"testable_from\":null,\"testable_until\":null,"
		   "\"top\":[],\"bytes_other\":0,\"peers_total\":0,"
		   "\"calibration\":\"shipped\","
		   "\"calibration_host_years\":0}");
}

Test(json, coverage_states_sensor_changes_and_what_was_allowed)
{
	static const char *const entries[2] = {"* *", "10.2.0.7 * \"x\""};
	struct seep_report_opts opts = SEEP_REPORT_OPTS_INIT;

	write_json();
	expect_has("\"sensor_changes\":[{\"day\":\"2026-03-02T00:00:00Z\","
		   "\"hosts\":3,\"hosts_tested\":4,\"rows_before\":200,"
		   "\"rows_after\":410,\"hosts_before\":2,"
		   "\"hosts_after\":3}]");
	expect_has("\"allowed\":[{\"index\":1,\"entry\":null,"
		   "\"bytes\":1000,\"days\":2}]");
	page_clear(&page);
	opts.allow = entries;
	opts.allow_count = 2;
	cr_assert_eq(seep_report_json(&findings, &opts, page_write, &page),
		     SEEP_OK);
	expect_has("{\"index\":1,\"entry\":\"10.2.0.7 * \\\"x\\\"\",");
}

Test(json, refuses_options_from_a_later_version)
{
	struct {
		struct seep_report_opts opts;
		uint64_t later;
	} longer = {.opts = SEEP_REPORT_OPTS_INIT, .later = 1};

	longer.opts.size = sizeof(longer);
	cr_assert_eq(
	    seep_report_json(&findings, &longer.opts, page_write, &page),
	    SEEP_EINVAL);
}

Test(json, empty_evidence_has_null_times)
{
	findings.findings_count = 0;
	findings.entities_count = 0;
	findings.evidence.coverage.first_ns = INT64_MAX;
	findings.evidence.coverage.last_ns = INT64_MIN;
	write_json();
	cr_assert_eq(check_lines(), 1);
	expect_has("\"first\":null,\"last\":null");
}

Test(json, every_byte_of_a_hostile_label_is_valid_ascii)
{
	struct seep_finding finding = findings.findings[0];
	struct seep_peer_bytes peer = finding.peers[0];
	char label[256];

	for (int i = 0; i < 255; i++)
		label[i] = (char)(i + 1);
	label[255] = '\0';
	peer.label = label;
	finding.peers = &peer;
	finding.peers_count = 1;
	finding.explanation = label;
	findings.findings = &finding;
	write_json();
	cr_assert_eq(check_lines(), 4);
	expect_has("\\u001b");
	expect_has("!\\\"#");
	expect_has("[\\\\]");
	expect_has("~\\u007f\\u0080");
	expect_has("\\u00ff\"");
}

Test(json, one_finding_is_the_line_of_the_report)
{
	struct page alone = {0};
	size_t size;

	write_json();
	size = (size_t)(strchr(page.data, '\n') - page.data) + 1;
	cr_assert_eq(seep_report_json_finding(&findings, findings.findings,
					      page_write, &alone),
		     SEEP_OK);
	cr_expect_eq(alone.size, size);
	cr_expect_arr_eq(alone.data, page.data, size);
	page_clear(&alone);
}

Test(json, stops_when_the_callback_does)
{
	for (int calls = 1; calls <= 3; calls++) {
		page.stop_after = calls;
		cr_expect_eq(
		    seep_report_json(&findings, NULL, page_write, &page),
		    SEEP_EIO);
		page_clear(&page);
	}
}
