/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/entity.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "ledger/site.h"

/* Groups: what one access network usually is. */
#define GROUP_BITS4 24
#define GROUP_BITS6 64

/* struct line: one host and the entity it belongs to, or is lent to. */
struct line {
	struct seep_network network;
	size_t host;
	int is_lent;
	uint32_t end_day;
};

/* struct hosts: what the passes over the case tell, by host. */
struct hosts {
	const struct seep__case *view;
	size_t count;
	struct seep__host *list;
	uint32_t *since;
	uint8_t *is_watched;
};

static int
compare_line(const void *a, const void *b)
{
	const struct line *x = a;
	const struct line *y = b;
	const int order =
	    seep_address_compare(&x->network.base, &y->network.base);

	if (order != 0)
		return order;
	/* A watched host whose address is that of its group's network. */
	if (x->network.prefix_bits != y->network.prefix_bits)
		return x->network.prefix_bits < y->network.prefix_bits ? -1 : 1;
	if (x->is_lent != y->is_lent)
		return x->is_lent - y->is_lent;
	return (x->host > y->host) - (x->host < y->host);
}

static int
same_network(const struct line *a, const struct line *b)
{
	return a->network.prefix_bits == b->network.prefix_bits &&
	       seep_address_compare(&a->network.base, &b->network.base) == 0;
}

/* Lists the complete rungs of the calendar. */
static void
find_rungs(struct seep__entities *entities,
	   const struct seep__calendar *calendar)
{
	size_t days = SEEP__RUNG_FIRST;

	for (size_t r = 0; r < SEEP__RUNGS; r++, days *= 2) {
		const size_t at = seep__calendar_usable_at(calendar, days - 1);

		if (at == calendar->days_count)
			break;
		entities->rung_end[entities->rungs_count++] = at + 1;
	}
	if (entities->rungs_count == 0)
		entities->rung_end[entities->rungs_count++] =
		    calendar->days_count;
}

static int
read_rungs(struct seep__entities *entities, const struct seep__case *view,
	   size_t host)
{
	const struct seep__calendar *calendar = &view->calendar;

	for (size_t r = 0; r < entities->rungs_count; r++) {
		const size_t end = entities->rung_end[r];
		uint32_t until = UINT32_MAX;
		enum seep_role role;
		int rc;

		if (end < calendar->days_count)
			until = (calendar->days[end - 1].day + 1) *
				SEEP__HOURS_PER_DAY;
		rc = seep__host_role(view, host, until, &role);
		if (rc != SEEP_OK)
			return rc;
		entities->roles[host * entities->rungs_count + r] =
		    (uint8_t)role;
	}
	return SEEP_OK;
}

/* The day of a host's first cell of some kind; 'hour' UINT32_MAX = none. */
static uint32_t
day_of(const struct seep__case *view, uint32_t hour)
{
	/* A saved case of anyone may hold cells without an hour. */
	if (hour == UINT32_MAX || view->calendar.days_count == 0)
		return UINT32_MAX;
	return seep__calendar_day_of(&view->calendar, hour);
}

static int
read_hosts(struct seep__entities *entities, struct hosts *hosts)
{
	const struct seep__case *view = hosts->view;

	for (size_t i = 0; i < hosts->count; i++) {
		const struct seep__host *host = &hosts->list[i];
		const uint8_t *roles =
		    &entities->roles[i * entities->rungs_count];
		int rc = seep__host_read(view, i, &hosts->list[i]);

		if (rc == SEEP_OK && host->may_serve)
			rc = read_rungs(entities, view, i);
		if (rc != SEEP_OK)
			return rc;
		entities->names_day[i] = day_of(view, host->names_hour);
		entities->hosts_folded += host->is_folded != 0;
		entities->bytes_folded +=
		    host->bytes_folded_out + host->bytes_folded_in;
		if (!seep__site_special(seep__view_host(view->snapshot, i)))
			entities->hosts_inside++;
		entities->file_servers += roles[0] == SEEP_ROLE_FILE_SERVER;
	}
	entities->watch_all =
	    view->watch == SEEP_WATCH_ALL || entities->file_servers == 0;
	return SEEP_OK;
}

/* Who is watched, and since when? Whoever once had a role stays watched. */
static void
choose_watched(const struct seep__entities *entities, struct hosts *hosts)
{
	const size_t rungs = entities->rungs_count;

	for (size_t i = 0; i < hosts->count; i++) {
		const struct seep__host *host = &hosts->list[i];
		size_t r = 0;

		while (r < rungs &&
		       entities->roles[i * rungs + r] == SEEP_ROLE_NONE)
			r++;
		/* Multicast and broadcast addresses are no machines. */
		if (host->declared || r == 0 ||
		    (entities->watch_all && !seep__site_special(seep__view_host(
						hosts->view->snapshot, i))))
			hosts->since[i] = 0;
		else if (r < rungs)
			hosts->since[i] = (uint32_t)entities->rung_end[r];
		else
			hosts->since[i] = SEEP__SINCE_NEVER;
		hosts->is_watched[i] = hosts->since[i] != SEEP__SINCE_NEVER ||
				       host->roles_count > 0;
	}
}

static void
put_line(struct line *line, const struct seep_address *address, size_t host,
	 int is_group)
{
	memset(line, 0, sizeof(*line));
	line->host = host;
	line->end_day = UINT32_MAX;
	if (is_group)
		seep__network_of(address, GROUP_BITS4, GROUP_BITS6,
				 &line->network);
	else
		seep__network_of(address, 32, 128, &line->network);
}

/* The first day of anything that is looked at; UINT32_MAX = none. */
static uint32_t
first_day(const struct seep__entities *entities, const struct hosts *hosts,
	  size_t host)
{
	const struct seep__host *read = &hosts->list[host];
	const uint32_t crossed =
	    day_of(hosts->view, read->crosses ? read->first_hour : UINT32_MAX);
	const uint32_t named = entities->names_day[host];

	return crossed < named ? crossed : named;
}

/* Names the entity of every host that has one, and the group that reads its
 * days before that; returns how many lines there are. */
static size_t
put_lines(const struct seep__entities *entities, const struct hosts *hosts,
	  struct line *lines)
{
	size_t used = 0;

	for (size_t i = 0; i < hosts->count; i++) {
		const struct seep_address *address =
		    seep__view_host(hosts->view->snapshot, i);
		const uint32_t first = first_day(entities, hosts, i);
		const int is_watched = hosts->is_watched[i];

		if (!is_watched && first == UINT32_MAX)
			continue;
		put_line(&lines[used++], address, i, !is_watched);
		/* Before that its group decides. */
		if (!is_watched || first >= hosts->since[i])
			continue;
		put_line(&lines[used], address, i, 1);
		lines[used].is_lent = 1;
		lines[used++].end_day = hosts->since[i];
	}
	return used;
}

static void
add_host(struct seep__entities *entities, size_t at,
	 const struct seep__host *host)
{
	struct seep_entity *entity = &entities->list[at];

	entity->bytes_out += host->bytes_out;
	entity->bytes_in += host->bytes_in;
	entity->bytes_folded += host->bytes_folded_out;
	entity->is_folded |= host->is_folded != 0;
	entities->missed[at] += host->bytes_missed;
	if (entity->host.prefix_bits == 128) {
		entity->roles = host->roles;
		entity->roles_count = host->roles_count;
		entity->role =
		    host->roles_count ? host->roles[0].role : SEEP_ROLE_NONE;
	}
}

static int
put_members(struct seep__entities *entities, const struct seep__case *view,
	    size_t at)
{
	struct seep_entity *entity = &entities->list[at];
	const size_t first = entities->first[at];
	const size_t count = entities->first[at + 1] - first;
	struct seep_address *members;

	if (entity->host.prefix_bits == 128)
		return SEEP_OK;
	members = seep__arena_get(view->out, count, sizeof(*members));
	if (!members)
		return seep__mem_why(view->mem);
	for (size_t i = 0; i < count; i++)
		members[i] = *seep__view_host(view->snapshot,
					      entities->hosts[first + i]);
	entity->role = SEEP_ROLE_GROUP;
	entity->members = members;
	entity->members_count = count;
	return SEEP_OK;
}

static void
put_host(struct seep__entities *entities, const struct hosts *hosts,
	 const struct line *line, size_t *own, size_t *lent)
{
	const size_t at = entities->count - 1;

	if (line->is_lent) {
		entities->lent[*lent].host = line->host;
		entities->lent[*lent].is_lent = 1;
		entities->lent[(*lent)++].end_day = line->end_day;
		return;
	}
	entities->hosts[(*own)++] = line->host;
	add_host(entities, at, &hosts->list[line->host]);
	if (entities->list[at].host.prefix_bits == 128)
		entities->since[at] = hosts->since[line->host];
}

static int
build_list(struct seep__entities *entities, const struct hosts *hosts,
	   const struct line *lines, size_t count)
{
	size_t own = 0;
	size_t lent = 0;

	for (size_t i = 0; i < count; i++) {
		if (i == 0 || !same_network(&lines[i - 1], &lines[i])) {
			entities->list[entities->count].host = lines[i].network;
			entities->first[entities->count] = own;
			entities->lent_first[entities->count++] = lent;
		}
		put_host(entities, hosts, &lines[i], &own, &lent);
	}
	entities->first[entities->count] = own;
	entities->lent_first[entities->count] = lent;
	for (size_t at = 0; at < entities->count; at++) {
		const int rc = put_members(entities, hosts->view, at);

		if (rc != SEEP_OK)
			return rc;
	}
	return SEEP_OK;
}

static int
compare_address(const void *a, const void *b)
{
	return seep_address_compare(a, b);
}

/* Marks the hosts that are asked for; 'is_asked' has one entry each. */
static int
mark_hosts(const struct seep__case *view, uint8_t *is_asked,
	   struct seep__arena *scratch)
{
	const size_t count = seep__view_hosts(view->snapshot);
	struct seep_address *only;

	only = seep__arena_get(scratch, view->only_count, sizeof(*only));
	if (!only)
		return seep__mem_why(view->mem);
	/* Of a host with several addresses any one may be given. */
	for (size_t i = 0; i < view->only_count; i++)
		only[i] = *seep_site_host(view->site, &view->only[i]);
	if (view->only_count)
		qsort(only, view->only_count, sizeof(*only), compare_address);
	for (size_t i = 0; i < count; i++)
		is_asked[i] =
		    view->only_count == 0 ||
		    bsearch(seep__view_host(view->snapshot, i), only,
			    view->only_count, sizeof(*only), compare_address);
	return SEEP_OK;
}

static int
mark_asked(struct seep__entities *entities, const struct seep__case *view,
	   struct seep__arena *scratch)
{
	uint8_t *is_asked =
	    seep__arena_get(scratch, seep__view_hosts(view->snapshot), 1);
	int rc;

	if (!is_asked)
		return seep__mem_why(view->mem);
	rc = mark_hosts(view, is_asked, scratch);
	for (size_t at = 0; rc == SEEP_OK && at < entities->count; at++) {
		for (size_t i = entities->first[at];
		     i < entities->first[at + 1]; i++)
			entities->asked[at] |= is_asked[entities->hosts[i]];
		for (size_t i = entities->lent_first[at];
		     i < entities->lent_first[at + 1]; i++)
			entities->asked[at] |= is_asked[entities->lent[i].host];
	}
	return rc;
}

/* Each host has a line and may be lent to a group that has no other. */
static int
alloc_arrays(struct seep__entities *entities, const struct seep__case *view,
	     size_t count, struct seep__arena *scratch)
{
	const size_t room = 2 * count + 1;

	entities->hosts = seep__arena_get(scratch, count, sizeof(size_t));
	entities->lent =
	    seep__arena_get(scratch, count, sizeof(*entities->lent));
	entities->first = seep__arena_get(scratch, room, sizeof(size_t));
	entities->lent_first = seep__arena_get(scratch, room, sizeof(size_t));
	entities->missed = seep__arena_get(scratch, room, sizeof(uint64_t));
	entities->since = seep__arena_get(scratch, room, sizeof(uint32_t));
	entities->names_day = seep__arena_get(scratch, count, sizeof(uint32_t));
	entities->asked = seep__arena_get(scratch, room, 1);
	entities->roles =
	    seep__arena_get(scratch, count, entities->rungs_count);
	entities->list =
	    seep__arena_get(view->out, room, sizeof(*entities->list));
	if (!entities->hosts || !entities->lent || !entities->first ||
	    !entities->lent_first || !entities->missed || !entities->since ||
	    !entities->asked || !entities->names_day || !entities->roles ||
	    !entities->list)
		return seep__mem_why(view->mem);
	return SEEP_OK;
}

int
seep__entities_init(struct seep__entities *entities,
		    const struct seep__case *view, struct seep__arena *scratch)
{
	const size_t count = seep__view_hosts(view->snapshot);
	struct hosts hosts = {.view = view, .count = count};
	struct line *lines;
	size_t used;
	int rc;

	memset(entities, 0, sizeof(*entities));
	find_rungs(entities, &view->calendar);
	rc = alloc_arrays(entities, view, count, scratch);
	if (rc != SEEP_OK)
		return rc;
	hosts.list = seep__arena_get(scratch, count, sizeof(*hosts.list));
	hosts.since = seep__arena_get(scratch, count, sizeof(uint32_t));
	hosts.is_watched = seep__arena_get(scratch, count, 1);
	lines = seep__arena_get(scratch, 2 * count, sizeof(*lines));
	if (!hosts.list || !hosts.since || !hosts.is_watched || !lines)
		return seep__mem_why(view->mem);
	rc = read_hosts(entities, &hosts);
	if (rc != SEEP_OK)
		return rc;
	choose_watched(entities, &hosts);
	used = put_lines(entities, &hosts, lines);
	if (used)
		qsort(lines, used, sizeof(*lines), compare_line);
	rc = build_list(entities, &hosts, lines, used);
	return rc == SEEP_OK ? mark_asked(entities, view, scratch) : rc;
}

int
seep__entities_subject(const struct seep__entities *entities,
		       const struct seep__case *view, size_t entity, int names,
		       struct seep__arena *scratch,
		       struct seep__subject *subject)
{
	const size_t first = entities->first[entity];
	const size_t own = entities->first[entity + 1] - first;
	const size_t lent =
	    entities->lent_first[entity + 1] - entities->lent_first[entity];
	struct seep__member *members;

	assert(entity < entities->count);
	members = seep__arena_get(scratch, own + lent, sizeof(*members));
	if (!members)
		return seep__mem_why(view->mem);
	for (size_t i = 0; i < own; i++) {
		members[i].host = entities->hosts[first + i];
		members[i].end_day = UINT32_MAX;
	}
	for (size_t i = 0; i < lent; i++)
		members[own + i] =
		    entities->lent[entities->lent_first[entity] + i];
	for (size_t i = 0; i < own + lent; i++)
		members[i].names_day = entities->names_day[members[i].host];
	return seep__subject_read(subject, view, members, own + lent, names,
				  scratch);
}

enum seep_role
seep__entities_pool(const struct seep__entities *entities, size_t entity,
		    size_t rung)
{
	const size_t rungs = entities->rungs_count;

	assert(entity < entities->count && rungs > 0);
	if (entities->list[entity].host.prefix_bits != 128)
		return SEEP_ROLE_GROUP;
	if (rung >= rungs)
		rung = rungs - 1;
	return (enum seep_role)entities
	    ->roles[entities->hosts[entities->first[entity]] * rungs + rung];
}
