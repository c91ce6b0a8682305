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

/* struct seep_peer_bytes: one peer's share of a finding. */
struct seep_peer_bytes {
	struct seep_address peer;
	uint64_t bytes_out;
	/* label: annotation, or NULL. */
	const char *label;
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
	/* explanation: English, one paragraph, no newline, ASCII. */
	const char *explanation;
};

/* Most peers that a finding lists. */
#define SEEP_FINDING_PEERS_MAX 1000

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
	 * unknown, with its reason. */
	uint64_t floor_drip_bytes_per_day[4];
	uint64_t floor_mimic_bytes_per_day[4];
	const char *floor_null_reason;
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
