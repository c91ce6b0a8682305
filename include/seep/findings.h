/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * findings.h - what was found, on whom, and what could not be seen.
 *
 * One struct seep_finding per episode, one struct seep_entity per entity,
 * one struct seep_evidence for the whole. All are plain records owned by
 * the findings object; every number in them is a sum over the ledger.
 */
#ifndef SEEP_FINDINGS_H
#define SEEP_FINDINGS_H

#include <stddef.h>
#include <stdint.h>

#include <seep/address.h>
#include <seep/coverage.h>
#include <seep/export.h>
#include <seep/snapshot.h>
#include <seep/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a host is, as far as the ledger tells. The order is that of rank:
 * a host with several roles is reported under the first that applies. */
enum seep_role {
	SEEP_ROLE_NONE = 0,
	SEEP_ROLE_FILE_SERVER,
	SEEP_ROLE_BACKUP_SERVER,
	SEEP_ROLE_MAIL_RELAY,
	SEEP_ROLE_FORWARD_PROXY,
	SEEP_ROLE_REVERSE_PROXY,
	SEEP_ROLE_VPN_CONCENTRATOR,
	SEEP_ROLE_NAT,
	SEEP_ROLE_RESOLVER,
	SEEP_ROLE_WEB_SERVER,
	/* _GROUP: all other hosts of one /24 or /64. */
	SEEP_ROLE_GROUP,
	SEEP_ROLE_COUNT
};

/* How the outbound bytes are spread over peers. */
enum seep_pattern {
	SEEP_PATTERN_SINGLE_PEER = 0,
	/* _PREFIX: several peers of one /24 or /48. */
	SEEP_PATTERN_PREFIX,
	/* _NEW_PEERS: peers that the entity did not have before. */
	SEEP_PATTERN_NEW_PEERS,
	/* _ALL_PEERS: the sum over every peer. */
	SEEP_PATTERN_ALL_PEERS,
	SEEP_PATTERN_COUNT
};

enum seep_basis {
	/* _CHANGE: against the entity's own earlier time. */
	SEEP_BASIS_CHANGE = 0,
	/* _CONTRAST: no earlier time to compare with; a rank among others. */
	SEEP_BASIS_CONTRAST
};

/*
 * struct seep_peer_bytes: one peer's share of a finding, or that of peers
 * that a memory budget added up (snapshot.h, enum seep_fold).
 */
struct seep_peer_bytes {
	struct seep_address peer;
	uint64_t bytes_out;
	/* label: annotation, or NULL. */
	const char *label;
	/* is_name: 'peer' stands for a registered domain (label), and the
	 * bytes are those of query names. */
	uint32_t is_name;
	/* fold: enum seep_fold; with SEEP_FOLD_NETWORK 'peer' is the base of a
	 * /24 or /48, with SEEP_FOLD_ALL it is :: and stands for any peer. */
	uint32_t fold;
	/* bytes_out_max: 'bytes_out' where that is exact. Else some of the
	 * peer's bytes may lie in the roll-ups of its network and of all
	 * peers, and no more than this went to it. */
	uint64_t bytes_out_max;
};

/* Which part of the entity's traffic spoke. */
enum seep_stratum {
	/* _ALL: everything to the outside. */
	SEEP_STRATUM_ALL = 0,
	SEEP_STRATUM_PUSH,
	SEEP_STRATUM_PULL,
	/* _NEW_*: peers that the host first met at most 7 days before. */
	SEEP_STRATUM_NEW_PUSH,
	SEEP_STRATUM_NEW_PULL,
	/* _RARE_*: peers that few hosts of the site ever met. */
	SEEP_STRATUM_RARE_PUSH,
	SEEP_STRATUM_RARE_PULL,
	/* _PARTNER: partner networks. */
	SEEP_STRATUM_PARTNER,
	/* Service classes, to the outside. */
	SEEP_STRATUM_WEB,
	SEEP_STRATUM_MAIL,
	SEEP_STRATUM_FILE,
	SEEP_STRATUM_DNS,
	SEEP_STRATUM_NTP,
	/* _ICMP: and every protocol but TCP, UDP and SCTP. */
	SEEP_STRATUM_ICMP,
	SEEP_STRATUM_OTHER,
	/* _NAMES_*: bytes of query names, by registered domain. */
	SEEP_STRATUM_NAMES_NEW,
	SEEP_STRATUM_NAMES_RARE,
	SEEP_STRATUM_COUNT
};

/* The daily statistics; which of them spoke first. */
enum seep_statistic {
	/* _SUM: logarithm of the day's bytes. */
	SEEP_STATISTIC_SUM = 0,
	/* _SHAPE: hours against their hour of the week. */
	SEEP_STATISTIC_SHAPE,
	/* _QUIET: the same in the quietest third of the hours. */
	SEEP_STATISTIC_QUIET,
	/* _LOW: the 4th to 9th lowest hours of the day. */
	SEEP_STATISTIC_LOW,
	SEEP_STATISTIC_COUNT
};

/* struct seep_day: one UTC day of a series. */
struct seep_day {
	/* hour: UTC hours since 1970 of the day's first hour. */
	uint32_t hour;
	/* hours_covered: 0..24; a day with fewer than 18 is no day for daily
	 * statistics. */
	uint32_t hours_covered;
	uint64_t bytes_out;
};

/*
 * struct seep_finding: one episode of one entity.
 *
 * 'bytes_out' is the sum of the outbound bytes from the entity to the
 * finding's peers in [first_seen_ns, last_seen_ns), whole hours, flows cut
 * at those hours by the cumulative floor rule (engine.h), whoever opened
 * them and by whatever service. Outbound bytes that the sensor missed on
 * the same flows are not in it; 'bytes_missed' states them.
 */
struct seep_finding {
	/* id: 16 hexadecimal digits, a function of entity, direction and
	 * detected_at; never changes as the episode grows. */
	char id[17];
	/* entity: index of the entity's record in the same findings. */
	size_t entity;
	/* host: the host (prefix_bits 128), or the group's network. */
	struct seep_network host;
	enum seep_role role;
	enum seep_direction direction;
	enum seep_pattern pattern;
	enum seep_basis basis;
	/* peers: most bytes first, ties by address; at most
	 * SEEP_FINDING_PEERS_MAX are listed, 'peers_total' is their number. */
	const struct seep_peer_bytes *peers;
	size_t peers_count;
	uint64_t peers_total;
	uint64_t bytes_out;
	/* bytes_folded: of bytes_out, what went to roll-ups of peers: who got
	 * them is lost. */
	uint64_t bytes_folded;
	uint64_t bytes_missed;
	/* bytes_expected: what the reference would have sent meanwhile. */
	uint64_t bytes_expected;
	int64_t first_seen_ns;
	int64_t last_seen_ns;
	int64_t detected_at_ns;
	/* window_hours: the window that spoke: 1, 24, 168, 720 or 2160. */
	uint32_t window_hours;
	/* score: larger is rarer by chance; no probability of a leak. In
	 * tenths, so that every printout agrees. */
	uint32_t score_tenths;
	/* alarms_per_year: in millionths; UINT64_MAX = not calibrated. */
	uint64_t alarms_per_year_micro;
	int alarms_per_year_is_bound;
	int retrospective;
	/* service: the one that carried most; see struct seep_cell. */
	uint8_t protocol;
	uint32_t port;
	/* days: the entity's outbound bytes to the finding's peers, for each
	 * day of the evidence, for the eye. */
	const struct seep_day *days;
	size_t days_count;
	/* onset_ns: most likely first day of the change; it lies in
	 * [onset_from_ns, onset_until_ns] with probability 0.95 (change). */
	int64_t onset_ns;
	int64_t onset_from_ns;
	int64_t onset_until_ns;
	/* bytes_excess: outbound bytes beyond what the reference would have
	 * sent, with the ends of its 90 % interval (change). */
	uint64_t bytes_excess;
	uint64_t bytes_excess_low;
	uint64_t bytes_excess_high;
	/* observed_per_day, expected_per_day: outbound bytes of the stratum,
	 * mean since the onset, and before it. */
	uint64_t observed_per_day;
	uint64_t expected_per_day;
	/* stratum: enum seep_stratum; statistic: enum seep_statistic. */
	uint32_t stratum;
	uint32_t statistic;
	/* coincides: a change of the sensor lies within a day of the onset. */
	int coincides;
	/* has_source: the host read from 'source', a watched server, and its
	 * outbound bytes rose with it. */
	int has_source;
	struct seep_address source;
	/* against: English sentences on what speaks against a leak. */
	const char *const *against;
	size_t against_count;
	/* explanation: English, one paragraph, no newline, ASCII. */
	const char *explanation;
};

/* Most peers that a finding lists. */
#define SEEP_FINDING_PEERS_MAX 1000

/*
 * struct seep_sensor_share: what one of several sensors saw, both ways. For
 * each host and UTC day the sensor with the most bytes is used.
 */
struct seep_sensor_share {
	const char *sensor;
	uint64_t bytes_used;
	uint64_t bytes_unused;
};

/* struct seep_role_evidence: why a host has a role. */
struct seep_role_evidence {
	enum seep_role role;
	/* declared: by --servers; the rest is then what the ledger shows. */
	int declared;
	/* protocol, port: of the service that speaks most for it. */
	uint8_t protocol;
	uint32_t port;
	/* clients: distinct peers that used the service. */
	uint64_t clients;
	uint64_t bytes;
	/* since_ns: start of the first hour (or day) in which it did so. */
	int64_t since_ns;
};

/*
 * struct seep_entity: one watched host, or the group of all other hosts of
 * one /24 or /64. Every crossing byte belongs to exactly one entity.
 */
struct seep_entity {
	struct seep_network host;
	enum seep_role role;
	/* roles: every role with its evidence, strongest first. */
	const struct seep_role_evidence *roles;
	size_t roles_count;
	/* members: of a group, in address order; NULL for a host. */
	const struct seep_address *members;
	size_t members_count;
	/* bytes_out, bytes_in: crossing, in the evidence. */
	uint64_t bytes_out;
	uint64_t bytes_in;
	/* ceiling_bytes: outbound bytes plus those the sensor reports missed
	 * on the entity's flows; UINT64_MAX = unknown, with its reason. */
	uint64_t ceiling_bytes;
	const char *ceiling_null_reason;
	uint64_t ceiling_allowed_bytes;
	/* floor_*: bytes per day for 7, 14, 30 and 90 days; UINT64_MAX =
	 * unknown, with its reason. Of leaks that begin with 14 usable days
	 * before them, with 21 where the evidence has 49 and more. */
	uint64_t floor_drip_bytes_per_day[4];
	uint64_t floor_mimic_bytes_per_day[4];
	const char *floor_null_reason;
	/* testable_from_ns, testable_until_ns: the days on which a leak may
	 * begin for change detection to be able to tell; both 0 = none. What
	 * began earlier can only be ranked. */
	int64_t testable_from_ns;
	int64_t testable_until_ns;
	/* top: outbound bytes by peer, most first; 'bytes_other' is the rest,
	 * of 'peers_total' peers in all. */
	const struct seep_peer_bytes *top;
	size_t top_count;
	uint64_t peers_total;
	uint64_t bytes_other;
	/* calibration: enum seep_calibration of the entity's thresholds, and
	 * the host-years (millionths) they rest on. */
	uint32_t calibration;
	/* is_folded: 1 = channels of its hosts were added up for want of
	 * memory, inside ones too; bytes_folded: of bytes_out, what these got.
	 * Totals stay exact. */
	uint32_t is_folded;
	uint64_t calibration_host_years_micro;
	/* sensors: by name, those of several that saw the entity; none where
	 * the evidence is of one. */
	const struct seep_sensor_share *sensors;
	size_t sensors_count;
	uint64_t bytes_folded;
};

/* Where an alarm threshold comes from. */
enum seep_calibration {
	/* _SHIPPED: made on the bench; see bench/detection/README.md. */
	SEEP_CALIBRATION_SHIPPED = 0,
	/* _EVIDENCE: permuted days of this evidence, pooled over the role. */
	SEEP_CALIBRATION_EVIDENCE
};

/* Most peers that an entity's level statement lists. */
#define SEEP_ENTITY_TOP_MAX 10

/* struct seep_sensor_change: a day on which the whole site changed. */
struct seep_sensor_change {
	int64_t day_ns;
	/* hosts: entities that shifted on it, of 'hosts_tested'. */
	uint64_t hosts;
	uint64_t hosts_tested;
	/* rows_before, rows_after: flows a day, median of 7 days each; and the
	 * hosts seen a day. */
	uint64_t rows_before;
	uint64_t rows_after;
	uint64_t hosts_before;
	uint64_t hosts_after;
};

/* struct seep_allowed: what one line of the allow list took out. */
struct seep_allowed {
	/* index: of the entry in seep_detect_opts.allow. */
	size_t index;
	uint64_t bytes;
	uint64_t days;
};

/* struct seep_gap: hours [from_ns, to_ns) without any record. */
struct seep_gap {
	int64_t from_ns;
	int64_t to_ns;
};

/* struct seep_inside_peer: a private network taken for inside. */
struct seep_inside_network {
	struct seep_network network;
	/* bytes: what watched servers sent there. */
	uint64_t bytes;
};

/* struct seep_evidence: the whole case, once. */
struct seep_evidence {
	struct seep_coverage coverage;
	/* gaps: between the first and the last hour with a record. */
	const struct seep_gap *gaps;
	size_t gaps_count;
	uint64_t hours_covered;
	/* hosts_inside: local hosts seen; entities: lines reported. */
	uint64_t hosts_inside;
	uint64_t entities;
	/* host_years_micro: entity x days on which an alarm was possible,
	 * divided by 365.25, in millionths. */
	uint64_t host_years_micro;
	/* alarms_expected_micro: by chance, in millionths; UINT64_MAX = not
	 * calibrated. */
	uint64_t alarms_expected_micro;
	/* one_way: more than half of the TCP flows show one direction only;
	 * unanswered bytes then count as ordinary outbound bytes. */
	int one_way;
	/* partner_declared: a partner network was given. Else
	 * inside_by_assumption lists the private networks that received most
	 * from watched servers, most bytes first. */
	int partner_declared;
	const struct seep_inside_network *inside_by_assumption;
	size_t inside_by_assumption_count;
	/* notes: English sentences that a reader must not miss, such as "no
	 * file server was found: every host is watched". */
	const char *const *notes;
	size_t notes_count;
	/* sensor_changes: in the order of time. */
	const struct seep_sensor_change *sensor_changes;
	size_t sensor_changes_count;
	/* allowed: one for each entry of the allow list that took out bytes. */
	const struct seep_allowed *allowed;
	size_t allowed_count;
	/* sensors: by name, where there are several; a flow inside that either
	 * end uses is used. coverage.bytes_seen is the sum of bytes_used. */
	const struct seep_sensor_share *sensors;
	size_t sensors_count;
	/* hosts_folded: hosts of which channels were added up for want of
	 * memory (coverage.channels_folded); bytes_folded: crossing bytes of
	 * what they were added to in the hours read, out and in. */
	uint64_t hosts_folded;
	uint64_t bytes_folded;
};

struct seep_findings;

/* seep_findings_free() gives findings and all they point to back. */
SEEP_API void
seep_findings_free(struct seep_findings *findings);

/*
 * seep_findings_next() gives the finding after '*cursor' and moves on.
 *
 * 'cursor'   in and out, held by the caller; start with 0.
 * 'finding'  out, owned by 'findings'; NULL at the end.
 *
 * Order: score, larger first; then host, then detected_at, then direction.
 * Returns SEEP_OK or SEEP_END.
 */
SEEP_API SEEP_NODISCARD int
seep_findings_next(const struct seep_findings *findings, size_t *cursor,
		   const struct seep_finding **finding);

/* seep_findings_count() returns the number of findings. */
SEEP_API size_t
seep_findings_count(const struct seep_findings *findings);

/*
 * seep_findings_next_entity() gives the entities in address order, like
 * seep_findings_next().
 */
SEEP_API SEEP_NODISCARD int
seep_findings_next_entity(const struct seep_findings *findings, size_t *cursor,
			  const struct seep_entity **entity);

/* seep_findings_evidence() returns the record of the whole case. */
SEEP_API const struct seep_evidence *
seep_findings_evidence(const struct seep_findings *findings);

/*
 * seep_role_name() returns the contract's word for a role ("file_server"),
 * or "unknown". The string is static. Threads: pure.
 */
SEEP_API const char *
seep_role_name(int role);

/* seep_pattern_name(): like seep_role_name(), for "single_peer" and so on. */
SEEP_API const char *
seep_pattern_name(int pattern);

/* seep_direction_name(): like seep_role_name(), for "push" and so on. */
SEEP_API const char *
seep_direction_name(int direction);

/* seep_basis_name(): like seep_role_name(), for "change" and "contrast". */
SEEP_API const char *
seep_basis_name(int basis);

/* seep_stratum_name(): like seep_role_name(), for "all", "new_push"... */
SEEP_API const char *
seep_stratum_name(uint32_t stratum);

/* seep_statistic_name(): like seep_role_name(), for "sum", "quiet"... */
SEEP_API const char *
seep_statistic_name(uint32_t statistic);

/*
 * seep_service_name() writes how a service is shown: "tcp/445", "icmp",
 * "udp/high", "proto-89", with a final NUL.
 *
 * 'text'  out, SEEP_SERVICE_TEXT_SIZE bytes.
 *
 * Returns the length without the NUL. Threads: pure.
 */
#define SEEP_SERVICE_TEXT_SIZE 16
SEEP_API size_t
seep_service_name(uint8_t protocol, uint32_t port, char *text);

#ifdef __cplusplus
}
#endif

#endif
