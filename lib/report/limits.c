/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/limits.h"

#include <assert.h>
#include <string.h>

/* The days of floor_*_bytes_per_day[]. */
static const char *const floor_days[4] = {"7", "14", "30", "90"};

/* Peers named for an entity; JSON has up to SEEP_ENTITY_TOP_MAX. */
#define TOP_SHOWN 3

/* struct shared: reasons that every entity has; NULL = not every one. */
struct shared {
	const char *ceiling;
	const char *floor;
	size_t entities;
};

static int
floor_is_known(const uint64_t floor[4])
{
	int known = 0;

	for (size_t i = 0; i < 4; i++)
		known |= floor[i] != UINT64_MAX;
	return known;
}

/* The sentence is about 14 days, or the first length that is known; the
 * others follow it. */
static size_t
main_floor(const uint64_t floor[4])
{
	size_t main = 1;

	if (floor[main] != UINT64_MAX)
		return main;
	for (main = 0; main < 4 && floor[main] == UINT64_MAX; main++)
		;
	return main;
}

static void
put_other_floors(struct seep__text *words, const uint64_t floor[4], size_t main)
{
	const char *before = " (";

	for (size_t i = 0; i < 4; i++) {
		if (i == main)
			continue;
		seep__text_str(words, before);
		seep__text_str(words, floor_days[i]);
		seep__text_str(words, " days ");
		if (floor[i] == UINT64_MAX) {
			seep__text_str(words, "unknown");
		} else {
			seep__text_bytes_si(words, floor[i]);
			seep__text_str(words, " a day");
		}
		before = "; ";
	}
	seep__text_str(words, ").");
}

/* 'how': "to new peers" and so on. */
static void
put_floor(struct seep__page *page, const char *how, const uint64_t floor[4])
{
	struct seep__text *words = &page->words;
	size_t main;

	if (!floor_is_known(floor))
		return;
	main = main_floor(floor);
	assert(main < 4);
	seep__text_str(words, "A leak of ");
	seep__text_bytes_si(words, floor[main]);
	seep__text_str(words, " a day ");
	seep__text_str(words, how);
	seep__text_str(words, " would have been reported within ");
	seep__text_str(words, floor_days[main]);
	seep__text_str(words, " days with probability 0.95");
	put_other_floors(words, floor, main);
	seep__page_paragraph(page, "    ", "      ");
}

static int
has_floor(const struct seep_entity *entity)
{
	return floor_is_known(entity->floor_drip_bytes_per_day) ||
	       floor_is_known(entity->floor_mimic_bytes_per_day);
}

static const char *
ceiling_reason(const struct seep_entity *entity)
{
	if (entity->ceiling_bytes != UINT64_MAX)
		return NULL;
	return entity->ceiling_null_reason != NULL ? entity->ceiling_null_reason
						   : "no reason given";
}

static const char *
floor_reason(const struct seep_entity *entity)
{
	if (has_floor(entity))
		return NULL;
	return entity->floor_null_reason != NULL ? entity->floor_null_reason
						 : "no reason given";
}

static const char *
share(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0 ? a : NULL;
}

static void
find_shared(const struct seep_findings *findings, struct shared *shared)
{
	const struct seep_entity *entity;
	size_t cursor = 0;

	memset(shared, 0, sizeof(*shared));
	while (seep_findings_next_entity(findings, &cursor, &entity) ==
	       SEEP_OK) {
		const char *ceiling = ceiling_reason(entity);
		const char *floor = floor_reason(entity);

		if (shared->entities++ == 0) {
			shared->ceiling = ceiling;
			shared->floor = floor;
			continue;
		}
		shared->ceiling = share(shared->ceiling, ceiling);
		shared->floor = share(shared->floor, floor);
	}
}

/* Only what some entity has needs explaining. */
static void
put_floors_head(struct seep__page *page)
{
	seep__text_str(&page->words,
		       "Floors: the smallest leak that would have been "
		       "reported, in this evidence, with its gaps, at this "
		       "setting. What is below them, or began before change "
		       "detection could tell, may have left unseen.");
	seep__page_paragraph(page, "", "");
}

static void
put_head(struct seep__page *page, const struct shared *shared)
{
	struct seep__text *words = &page->words;

	seep__text_str(words, "Ceilings: more cannot have left through the "
			      "host, past this sensor, in this time.");
	if (shared->ceiling != NULL) {
		seep__text_str(words, " Unknown for every one: ");
		seep__text_str(words, shared->ceiling);
		seep__text_char(words, '.');
	}
	seep__page_paragraph(page, "", "");
	if (shared->floor == NULL) {
		put_floors_head(page);
		return;
	}
	seep__text_str(words, "Floors: not stated (");
	seep__text_str(words, shared->floor);
	seep__text_str(words, ").");
	seep__page_paragraph(page, "", "");
}

static void
put_name(struct seep__text *words, const struct seep_entity *entity)
{
	seep__report_host(words, &entity->host);
	if (entity->members_count > 0) {
		seep__text_str(words, " (");
		seep__page_count(words, entity->members_count, " host)",
				 " hosts)");
	} else if (entity->role != SEEP_ROLE_NONE) {
		seep__text_str(words, " (");
		seep__text_str(words, seep_role_name((int)entity->role));
		seep__text_char(words, ')');
	}
}

static void
put_ceiling(struct seep__page *page, const struct seep_entity *entity,
	    const struct shared *shared)
{
	struct seep__text *words = &page->words;

	if (entity->ceiling_bytes != UINT64_MAX) {
		seep__text_str(words, "At most ");
		seep__page_bytes(words, entity->ceiling_bytes);
		seep__text_str(words, " left through ");
		put_name(words, entity);
		if (entity->ceiling_allowed_bytes > 0) {
			seep__text_str(words, ", of which ");
			seep__text_bytes_si(words,
					    entity->ceiling_allowed_bytes);
			seep__text_str(words, " is allowed");
		}
	} else {
		seep__text_str(words, "Ceiling unknown for ");
		put_name(words, entity);
		seep__text_str(words, ", counted were ");
		seep__page_bytes(words, entity->bytes_out);
		if (shared->ceiling == NULL) {
			seep__text_str(words, ": ");
			seep__text_str(words, ceiling_reason(entity));
		}
	}
	seep__text_char(words, '.');
	seep__page_paragraph(page, "  ", "    ");
}

static void
put_floors(struct seep__page *page, const struct seep_entity *entity,
	   const struct shared *shared)
{
	put_floor(page, "in equal hours to new peers",
		  entity->floor_drip_bytes_per_day);
	put_floor(page,
		  "in the host's own hours, to peers that it uses anyway,",
		  entity->floor_mimic_bytes_per_day);
	if (has_floor(entity) || shared->floor != NULL)
		return;
	seep__text_str(&page->words, "Floor: not stated (");
	seep__text_str(&page->words, floor_reason(entity));
	seep__text_str(&page->words, ").");
	seep__page_paragraph(page, "    ", "      ");
}

static void
put_testable(struct seep__page *page, const struct seep_entity *entity)
{
	struct seep__text *words = &page->words;

	if (entity->testable_from_ns == 0 && entity->testable_until_ns == 0)
		return;
	seep__text_str(words, "Leaks that began from ");
	seep__report_date(words, entity->testable_from_ns);
	seep__text_str(words, " to ");
	seep__report_date(words, entity->testable_until_ns);
	seep__text_str(words, " can be told as a change; what began earlier "
			      "has no earlier time to be compared with.");
	seep__page_paragraph(page, "    ", "      ");
}

/* Where everything went, so that what is not explained stands out. */
static void
put_top(struct seep__page *page, const struct seep_entity *entity)
{
	struct seep__text *words = &page->words;
	const size_t shown =
	    entity->top_count < TOP_SHOWN ? entity->top_count : TOP_SHOWN;
	uint64_t bytes = 0;

	if (shown == 0)
		return;
	seep__text_str(words, "Went to");
	for (size_t i = 0; i < shown; i++) {
		const struct seep_peer_bytes *peer = &entity->top[i];

		seep__text_str(words, i == 0 ? " " : ", ");
		seep__page_peer(words, peer);
		seep__text_char(words, ' ');
		seep__text_bytes_si(words, peer->bytes_out);
		bytes += peer->bytes_out;
	}
	if (entity->peers_total > shown && entity->bytes_out >= bytes) {
		seep__text_str(words,
			       entity->is_folded ? "; to at least " : "; to ");
		seep__page_count(words, entity->peers_total - shown,
				 " other peer ", " other peers ");
		seep__text_bytes_si(words, entity->bytes_out - bytes);
	}
	seep__text_char(words, '.');
	seep__page_paragraph(page, "    ", "      ");
}

static void
put_calibration(struct seep__page *page, const struct seep_entity *entity)
{
	struct seep__text *words = &page->words;

	if (entity->calibration_host_years_micro == 0)
		return;
	seep__text_str(words, entity->calibration == SEEP_CALIBRATION_EVIDENCE
				  ? "Thresholds from this evidence, "
				  : "Thresholds as shipped, ");
	seep__text_scaled(words, entity->calibration_host_years_micro / 100000,
			  1);
	seep__text_str(words, " host-years.");
	seep__page_paragraph(page, "    ", "      ");
}

static void
put_role(struct seep__page *page, const struct seep_role_evidence *role)
{
	struct seep__text *words = &page->words;
	char service[SEEP_SERVICE_TEXT_SIZE];

	seep__text_str(words, seep_role_name((int)role->role));
	seep__text_str(words, role->declared ? " as declared" : "");
	if (role->clients > 0) {
		seep_service_name(role->protocol, role->port, service);
		seep__text_str(words, ": ");
		seep__text_str(words, service);
		seep__text_str(words, ", ");
		seep__page_count(words, role->clients, " client, ",
				 " clients, ");
		seep__text_bytes_si(words, role->bytes);
		seep__text_str(words, " since ");
		seep__text_time(words, role->since_ns);
	}
	seep__text_char(words, '.');
	seep__page_paragraph(page, "    Role ", "      ");
}

static void
put_sensors(struct seep__page *page, const struct seep_entity *entity)
{
	if (entity->sensors_count == 0)
		return;
	seep__text_str(&page->words, "Both ways, by sensor: ");
	seep__page_sensors(&page->words, entity->sensors,
			   entity->sensors_count);
	seep__text_char(&page->words, '.');
	seep__page_paragraph(page, "    ", "      ");
}

int
seep__limits(struct seep__page *page)
{
	const struct seep_entity *entity;
	struct shared shared;
	size_t cursor = 0;
	int status = SEEP_OK;

	assert(page != NULL);
	find_shared(page->findings, &shared);
	if (shared.entities > 0)
		put_head(page, &shared);
	while (status == SEEP_OK &&
	       seep_findings_next_entity(page->findings, &cursor, &entity) ==
		   SEEP_OK) {
		put_ceiling(page, entity, &shared);
		put_floors(page, entity, &shared);
		put_testable(page, entity);
		put_top(page, entity);
		put_sensors(page, entity);
		put_calibration(page, entity);
		for (size_t i = 0; i < entity->roles_count; i++)
			put_role(page, &entity->roles[i]);
		status = seep__sink_flush(&page->sink);
	}
	if (shared.entities > 0)
		seep__text_char(&page->sink.text, '\n');
	return status;
}
