/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/json_line.h"

#include <assert.h>

/* The days of floor_*_bytes_per_day[], as keys. */
static const char *const floor_days[4] = {"7", "14", "30", "90"};

static void
put_roles(struct seep__jsonw *json, const struct seep_entity *entity)
{
	assert(json != NULL);
	seep__jsonw_open(json, "roles", '[');
	for (size_t i = 0; i < entity->roles_count; i++) {
		const struct seep_role_evidence *role = &entity->roles[i];

		seep__jsonw_open(json, NULL, '{');
		seep__jsonw_string(json, "role",
				   seep_role_name((int)role->role));
		seep__jsonw_bool(json, "declared", role->declared);
		seep__jsonw_service(json, "service", role->protocol,
				    role->port);
		seep__jsonw_u64(json, "clients", role->clients);
		seep__jsonw_u64(json, "bytes", role->bytes);
		seep__jsonw_time(json, "since", role->since_ns);
		seep__jsonw_close(json, '}');
	}
	seep__jsonw_close(json, ']');
}

static void
put_floor(struct seep__jsonw *json, const char *key, const uint64_t floor[4])
{
	assert(json != NULL);
	seep__jsonw_open(json, key, '{');
	for (size_t i = 0; i < 4; i++)
		seep__jsonw_u64(json, floor_days[i], floor[i]);
	seep__jsonw_close(json, '}');
}

/* Where the bytes went, and since when a change could have been told. */
static void
put_level(struct seep__jsonw *json, const struct seep_entity *entity)
{
	const int testable =
	    entity->testable_from_ns != 0 || entity->testable_until_ns != 0;

	assert(json != NULL);
	seep__jsonw_time(json, "testable_from",
			 testable ? entity->testable_from_ns : INT64_MAX);
	seep__jsonw_time(json, "testable_until",
			 testable ? entity->testable_until_ns : INT64_MAX);
	seep__json_peers(json, "top", entity->top, entity->top_count);
	seep__jsonw_u64(json, "bytes_other", entity->bytes_other);
	seep__jsonw_u64(json, "peers_total", entity->peers_total);
}

static void
put_calibration(struct seep__jsonw *json, const struct seep_entity *entity)
{
	assert(json != NULL);
	seep__jsonw_string(json, "calibration",
			   entity->calibration == SEEP_CALIBRATION_EVIDENCE
			       ? "evidence"
			       : "shipped");
	seep__jsonw_short(json, "calibration_host_years",
			  entity->calibration_host_years_micro, 6);
}

void
seep__json_sensors(struct seep__jsonw *json,
		   const struct seep_sensor_share *sensors, size_t count)
{
	assert(json != NULL);
	if (count == 0)
		return;
	seep__jsonw_open(json, "sensors", '[');
	for (size_t i = 0; i < count; i++) {
		seep__jsonw_open(json, NULL, '{');
		seep__jsonw_string(json, "sensor", sensors[i].sensor);
		seep__jsonw_u64(json, "bytes_used", sensors[i].bytes_used);
		seep__jsonw_u64(json, "bytes_unused", sensors[i].bytes_unused);
		seep__jsonw_close(json, '}');
	}
	seep__jsonw_close(json, ']');
}

void
seep__json_entity(struct seep__text *text, const struct seep_entity *entity)
{
	struct seep__jsonw json;

	seep__jsonw_init(&json, text);
	seep__jsonw_open(&json, NULL, '{');
	seep__jsonw_string(&json, "type", "host");
	seep__jsonw_host(&json, "host", &entity->host);
	seep__json_members(&json, entity);
	seep__jsonw_string(&json, "role", seep_role_name((int)entity->role));
	put_roles(&json, entity);
	seep__jsonw_u64(&json, "bytes_out", entity->bytes_out);
	seep__jsonw_u64(&json, "bytes_in", entity->bytes_in);
	seep__jsonw_u64(&json, "bytes_folded", entity->bytes_folded);
	seep__jsonw_u64(&json, "ceiling_bytes", entity->ceiling_bytes);
	seep__jsonw_string(&json, "ceiling_null_reason",
			   entity->ceiling_null_reason);
	seep__jsonw_u64(&json, "ceiling_allowed_bytes",
			entity->ceiling_allowed_bytes);
	put_floor(&json, "floor_drip_bytes_per_day",
		  entity->floor_drip_bytes_per_day);
	put_floor(&json, "floor_mimic_bytes_per_day",
		  entity->floor_mimic_bytes_per_day);
	seep__jsonw_string(&json, "floor_null_reason",
			   entity->floor_null_reason);
	put_level(&json, entity);
	put_calibration(&json, entity);
	seep__json_sensors(&json, entity->sensors, entity->sensors_count);
	seep__jsonw_close(&json, '}');
	seep__text_char(text, '\n');
}
