/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/findings_double.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include "base/clock.h"

int
seep_findings_next(const struct seep_findings *findings, size_t *cursor,
		   const struct seep_finding **finding)
{
	*finding = NULL;
	if (*cursor >= findings->findings_count)
		return SEEP_END;
	*finding = &findings->findings[(*cursor)++];
	return SEEP_OK;
}

size_t
seep_findings_count(const struct seep_findings *findings)
{
	return findings->findings_count;
}

int
seep_findings_next_entity(const struct seep_findings *findings, size_t *cursor,
			  const struct seep_entity **entity)
{
	*entity = NULL;
	if (*cursor >= findings->entities_count)
		return SEEP_END;
	*entity = &findings->entities[(*cursor)++];
	return SEEP_OK;
}

const struct seep_evidence *
seep_findings_evidence(const struct seep_findings *findings)
{
	return &findings->evidence;
}

const char *
seep_role_name(int role)
{
	return role == SEEP_ROLE_FILE_SERVER ? "file_server"
	       : role == SEEP_ROLE_GROUP     ? "group"
					     : "none";
}

const char *
seep_pattern_name(int pattern)
{
	return pattern == SEEP_PATTERN_NEW_PEERS ? "new_peers" : "single_peer";
}

const char *
seep_direction_name(int direction)
{
	return direction == SEEP_DIRECTION_PUSH ? "push" : "pull";
}

const char *
seep_basis_name(int basis)
{
	return basis == SEEP_BASIS_CHANGE ? "change" : "contrast";
}

const char *
seep_stratum_name(uint32_t stratum)
{
	return stratum == SEEP_STRATUM_NEW_PUSH ? "new_push" : "all";
}

const char *
seep_statistic_name(uint32_t statistic)
{
	return statistic == SEEP_STATISTIC_QUIET ? "quiet" : "sum";
}

size_t
seep_service_name(uint8_t protocol, uint32_t port, char *text)
{
	return (size_t)snprintf(text, SEEP_SERVICE_TEXT_SIZE, "%s/%u",
				protocol == 6 ? "tcp" : "udp", (unsigned)port);
}

const char *
seep_refusal_name(int refusal)
{
	static const char *const names[SEEP_REFUSED_COUNT] = {
	    "malformed", "truncated", "bad_time", "bad_address",
	    "too_large", "duplicate", "interim",  "tunnel_outer"};

	return names[refusal];
}

int
page_write(void *ctx, const void *data, size_t size)
{
	struct page *page = ctx;

	if (page->stop_after > 0 && ++page->calls > page->stop_after)
		return -1;
	page->data = realloc(page->data, page->size + size + 1);
	cr_assert_not_null(page->data);
	memcpy(page->data + page->size, data, size);
	page->size += size;
	page->data[page->size] = '\0';
	return 0;
}

void
page_clear(struct page *page)
{
	free(page->data);
	memset(page, 0, sizeof(*page));
}

struct seep_address
address_of(const char *text)
{
	struct seep_address address;

	cr_assert_eq(seep_address_parse(text, strlen(text), &address), SEEP_OK);
	return address;
}

struct seep_network
network_of(const char *text)
{
	struct seep_network network;

	cr_assert_eq(seep_network_parse(text, strlen(text), &network), SEEP_OK);
	return network;
}

int64_t
ns_of(const char *time)
{
	int64_t ns;

	cr_assert_eq(seep__clock_parse(time, strlen(time), &ns), SEEP_OK);
	return ns;
}

uint32_t
hour_of(const char *time)
{
	return (uint32_t)(ns_of(time) / SEEP__NS_PER_HOUR);
}

static struct seep_peer_bytes peers[2];
static struct seep_day days[6];
static struct seep_finding finding;
static struct seep_role_evidence roles[1];
static struct seep_address members[2];
static struct seep_entity entities[2];
static struct seep_gap gaps[1];
static struct seep_inside_network inside[1];
static struct seep_sensor_change changes[1];
static struct seep_allowed allowed[1];
static const char *const against[2] = {
    "12 other hosts of the site send to 198.51.100.9 too.",
    "A backup of this size runs every week to the same provider."};
static const char *const notes[1] = {
    "No --partner was given: private networks count as inside."};

static void
make_finding(void)
{
	static const uint64_t bytes[6] = {100, 200000000, 0,
					  0,   400000000, 634567890};

	peers[0].peer = address_of("198.51.100.9");
	peers[0].bytes_out = 1234567890;
	peers[0].label = "cloud\x1b[2J\"\\.example";
	peers[1].peer = address_of("2001:db8::9");
	peers[1].bytes_out = 100;
	for (size_t i = 0; i < 6; i++) {
		days[i].hour = hour_of("2026-03-01") + (uint32_t)i * 24;
		days[i].hours_covered = i == 3 ? 0 : 24;
		days[i].bytes_out = bytes[i];
	}
	finding = (struct seep_finding){
	    .id = "0123456789abcdef",
	    .host = network_of("10.2.0.7"),
	    .role = SEEP_ROLE_FILE_SERVER,
	    .direction = SEEP_DIRECTION_PUSH,
	    .pattern = SEEP_PATTERN_NEW_PEERS,
	    .basis = SEEP_BASIS_CHANGE,
	    .peers = peers,
	    .peers_count = 2,
	    .peers_total = 2,
	    .bytes_out = 1234567990,
	    .bytes_expected = 4242,
	    .first_seen_ns = ns_of("2026-03-01T00:00:00Z"),
	    .last_seen_ns = ns_of("2026-03-07T00:00:00Z"),
	    .detected_at_ns = ns_of("2026-03-05T00:00:00Z"),
	    .window_hours = 168,
	    .score_tenths = 412,
	    .alarms_per_year_micro = 2941,
	    .alarms_per_year_is_bound = 1,
	    .protocol = 6,
	    .port = 443,
	    .days = days,
	    .days_count = 6,
	    .onset_ns = ns_of("2026-03-02T00:00:00Z"),
	    .onset_from_ns = ns_of("2026-03-01T00:00:00Z"),
	    .onset_until_ns = ns_of("2026-03-05T00:00:00Z"),
	    .bytes_excess = 1234560000,
	    .bytes_excess_low = 1100000000,
	    .bytes_excess_high = 1400000000,
	    .observed_per_day = 205761000,
	    .expected_per_day = 700,
	    .stratum = SEEP_STRATUM_NEW_PUSH,
	    .statistic = SEEP_STATISTIC_QUIET,
	    .coincides = 1,
	    .has_source = 1,
	    .source = address_of("10.2.0.9"),
	    .against = against,
	    .against_count = 2,
	    .explanation =
		"10.2.0.7 sent 1.23 GB to 2 peers that it did not use "
		"before. It had never sent anything to these peers before; "
		"the median of its other days is 42 bytes."};
}

static void
make_entities(void)
{
	static const uint64_t floors[4] = {12000000, 9000000, 7000000,
					   UINT64_MAX};

	roles[0] = (struct seep_role_evidence){
	    .role = SEEP_ROLE_FILE_SERVER,
	    .declared = 1,
	    .protocol = 6,
	    .port = 445,
	    .clients = 12,
	    .bytes = 987654321,
	    .since_ns = ns_of("2026-03-01T08:00:00Z")};
	members[0] = address_of("10.3.0.1");
	members[1] = address_of("10.3.0.2");
	entities[0] =
	    (struct seep_entity){.host = network_of("10.2.0.7"),
				 .role = SEEP_ROLE_FILE_SERVER,
				 .roles = roles,
				 .roles_count = 1,
				 .bytes_out = 2000000000,
				 .bytes_in = 30,
				 .ceiling_bytes = 2000000100,
				 .ceiling_allowed_bytes = 1000,
				 .testable_from_ns = ns_of("2026-02-15"),
				 .testable_until_ns = ns_of("2026-03-05"),
				 .top = peers,
				 .top_count = 2,
				 .peers_total = 9,
				 .bytes_other = 765432010,
				 .calibration = SEEP_CALIBRATION_EVIDENCE,
				 .calibration_host_years_micro = 12345678};
	entities[1] = (struct seep_entity){
	    .host = network_of("10.3.0.0/24"),
	    .role = SEEP_ROLE_GROUP,
	    .members = members,
	    .members_count = 2,
	    .bytes_out = 77,
	    .ceiling_bytes = UINT64_MAX,
	    .ceiling_null_reason = "an unknown number of packets was dropped",
	    .floor_null_reason = "no calibration yet"};
	for (size_t d = 0; d < 4; d++) {
		entities[0].floor_drip_bytes_per_day[d] = floors[d];
		entities[0].floor_mimic_bytes_per_day[d] =
		    floors[d] == UINT64_MAX ? UINT64_MAX : floors[d] * 10;
		entities[1].floor_drip_bytes_per_day[d] = UINT64_MAX;
		entities[1].floor_mimic_bytes_per_day[d] = UINT64_MAX;
	}
}

static void
make_evidence(struct seep_evidence *evidence)
{
	gaps[0].from_ns = ns_of("2026-03-04T00:00:00Z");
	gaps[0].to_ns = ns_of("2026-03-05T00:00:00Z");
	inside[0].network = network_of("172.16.0.0/12");
	inside[0].bytes = 5000;
	changes[0] = (struct seep_sensor_change){.day_ns = ns_of("2026-03-02"),
						 .hosts = 3,
						 .hosts_tested = 4,
						 .rows_before = 200,
						 .rows_after = 410,
						 .hosts_before = 2,
						 .hosts_after = 3};
	allowed[0] =
	    (struct seep_allowed){.index = 1, .bytes = 1000, .days = 2};
	*evidence = (struct seep_evidence){
	    .coverage = {.first_ns = ns_of("2026-03-01T00:00:10Z"),
			 .last_ns = ns_of("2026-03-06T23:59:50Z"),
			 .records = 1005,
			 .records_refused = {3, 1, 0, 0, 0, 0, 1, 0},
			 .flows = 1000,
			 .bytes_seen = 2000000107,
			 .bytes_crossing = 2000000107,
			 .bytes_missed = 100,
			 .bytes_missed_crossing = 100,
			 .files = 3,
			 .files_refused = 1},
	    .gaps = gaps,
	    .gaps_count = 1,
	    .hours_covered = 120,
	    .hosts_inside = 3,
	    .entities = 2,
	    .host_years_micro = 10951,
	    .alarms_expected_micro = 21902,
	    .inside_by_assumption = inside,
	    .inside_by_assumption_count = 1,
	    .notes = notes,
	    .notes_count = 1,
	    .sensor_changes = changes,
	    .sensor_changes_count = 1,
	    .allowed = allowed,
	    .allowed_count = 1};
}

void
example_init(struct seep_findings *findings)
{
	make_finding();
	make_entities();
	make_evidence(&findings->evidence);
	findings->findings = &finding;
	findings->findings_count = 1;
	findings->entities = entities;
	findings->entities_count = 2;
}
