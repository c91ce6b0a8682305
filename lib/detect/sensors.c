/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/sensors.h"

#include <assert.h>
#include <string.h>

/* The names, kept by the findings. */
static int
list_names(const struct seep__case *view, size_t count, const char **names)
{
	struct seep__sensor_sum sum;

	assert(count > 1);
	for (size_t s = 0; s < count; s++) {
		seep__view_sensor(view->snapshot, s, &sum);
		names[s] = seep__arena_copy(view->out, sum.name,
					    strlen(sum.name) + 1, 1);
		if (names[s] == NULL)
			return seep__mem_why(view->mem);
	}
	return SEEP_OK;
}

/* The sensors that saw anything of the hosts of one entity. */
static int
fill_entity(const struct seep__case *view,
	    const struct seep__entities *entities, size_t entity,
	    const char *const *names, size_t count)
{
	struct seep_entity *at = &entities->list[entity];
	struct seep_sensor_share *list =
	    seep__arena_get(view->out, count, sizeof(*list));
	size_t kept = 0;

	if (list == NULL)
		return seep__mem_why(view->mem);
	for (size_t s = 0; s < count; s++) {
		struct seep_sensor_share *share = &list[kept];

		share->sensor = names[s];
		share->bytes_used = share->bytes_unused = 0;
		for (size_t i = entities->first[entity];
		     i < entities->first[entity + 1]; i++) {
			struct seep__share part;

			seep__view_share(view->snapshot, entities->hosts[i], s,
					 &part);
			share->bytes_used += part.bytes_used;
			share->bytes_unused += part.bytes_unused;
		}
		kept += share->bytes_used + share->bytes_unused > 0;
	}
	at->sensors = list;
	at->sensors_count = kept;
	return SEEP_OK;
}

static int
fill_evidence(const struct seep__case *view, const char *const *names,
	      size_t count, struct seep_evidence *evidence)
{
	struct seep_sensor_share *list =
	    seep__arena_get(view->out, count, sizeof(*list));
	struct seep__sensor_sum sum;

	assert(names != NULL);
	if (list == NULL)
		return seep__mem_why(view->mem);
	for (size_t s = 0; s < count; s++) {
		seep__view_sensor(view->snapshot, s, &sum);
		list[s].sensor = names[s];
		list[s].bytes_used = sum.bytes_seen - sum.bytes_unused;
		list[s].bytes_unused = sum.bytes_unused;
	}
	evidence->sensors = list;
	evidence->sensors_count = count;
	return SEEP_OK;
}

int
seep__sensors_fill(const struct seep__case *view,
		   const struct seep__entities *entities,
		   struct seep_evidence *evidence)
{
	const size_t count = seep__view_sensors(view->snapshot);
	const char **names;
	int rc;

	assert(evidence != NULL);
	if (count == 0)
		return SEEP_OK;
	names = seep__arena_get(view->out, count, sizeof(*names));
	if (names == NULL)
		return seep__mem_why(view->mem);
	rc = list_names(view, count, names);
	if (rc == SEEP_OK)
		rc = fill_evidence(view, names, count, evidence);
	for (size_t i = 0; i < entities->count && rc == SEEP_OK; i++)
		rc = fill_entity(view, entities, i, names, count);
	return rc;
}
