/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/entity.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "detect/subject.h"
#include "ledger/site.h"

/* Groups: what one access network usually is. */
#define GROUP_BITS4 24
#define GROUP_BITS6 64

/* struct line: one host and the entity it belongs to. */
struct line {
	struct seep_network network;
	size_t host;
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
	return (x->host > y->host) - (x->host < y->host);
}

static int
same_network(const struct line *a, const struct line *b)
{
	return a->network.prefix_bits == b->network.prefix_bits &&
	       seep_address_compare(&a->network.base, &b->network.base) == 0;
}

static int
is_watched(const struct seep__entities *entities, const struct seep__host *host,
	   const struct seep_address *address)
{
	if (host->roles_count > 0)
		return 1;
	/* Multicast and broadcast addresses are no machines. */
	return entities->watch_all && !seep__site_special(address);
}

/* Names the entity of every host that has one; returns their number. */
static size_t
put_lines(const struct seep__entities *entities, const struct seep__case *view,
	  const struct seep__host *hosts, struct line *lines)
{
	const size_t count = seep__view_hosts(view->snapshot);
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		const struct seep_address *address =
		    seep__view_host(view->snapshot, i);
		struct line *line = &lines[used];

		if (is_watched(entities, &hosts[i], address))
			seep__network_of(address, 32, 128, &line->network);
		else if (hosts[i].crosses)
			seep__network_of(address, GROUP_BITS4, GROUP_BITS6,
					 &line->network);
		else
			continue;
		line->host = i;
		used++;
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

static int
build_list(struct seep__entities *entities, const struct seep__case *view,
	   const struct seep__host *hosts, const struct line *lines,
	   size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i == 0 || !same_network(&lines[i - 1], &lines[i])) {
			entities->list[entities->count].host = lines[i].network;
			entities->first[entities->count++] = i;
		}
		entities->hosts[i] = lines[i].host;
		add_host(entities, entities->count - 1, &hosts[lines[i].host]);
	}
	entities->first[entities->count] = count;
	for (size_t at = 0; at < entities->count; at++) {
		const int rc = put_members(entities, view, at);

		if (rc != SEEP_OK)
			return rc;
	}
	return SEEP_OK;
}

static int
read_hosts(struct seep__entities *entities, const struct seep__case *view,
	   struct seep__host *hosts)
{
	const size_t count = seep__view_hosts(view->snapshot);

	for (size_t i = 0; i < count; i++) {
		const int rc = seep__host_read(view, i, &hosts[i]);

		if (rc != SEEP_OK)
			return rc;
		if (!seep__site_special(seep__view_host(view->snapshot, i)))
			entities->hosts_inside++;
		if (hosts[i].roles_count &&
		    hosts[i].roles[0].role == SEEP_ROLE_FILE_SERVER)
			entities->file_servers++;
	}
	entities->watch_all =
	    view->watch == SEEP_WATCH_ALL || entities->file_servers == 0;
	return SEEP_OK;
}

int
seep__entities_init(struct seep__entities *entities,
		    const struct seep__case *view, struct seep__arena *scratch)
{
	const size_t count = seep__view_hosts(view->snapshot);
	struct seep__host *hosts;
	struct line *lines;
	size_t used;
	int rc;

	memset(entities, 0, sizeof(*entities));
	hosts = seep__arena_get(scratch, count, sizeof(*hosts));
	lines = seep__arena_get(scratch, count, sizeof(*lines));
	entities->hosts = seep__arena_get(scratch, count, sizeof(size_t));
	entities->first = seep__arena_get(scratch, count + 1, sizeof(size_t));
	entities->missed = seep__arena_get(scratch, count, sizeof(uint64_t));
	entities->list =
	    seep__arena_get(view->out, count, sizeof(*entities->list));
	if (!hosts || !lines || !entities->hosts || !entities->first ||
	    !entities->missed || !entities->list)
		return seep__mem_why(view->mem);
	rc = read_hosts(entities, view, hosts);
	if (rc != SEEP_OK)
		return rc;
	used = put_lines(entities, view, hosts, lines);
	if (used)
		qsort(lines, used, sizeof(*lines), compare_line);
	return build_list(entities, view, hosts, lines, used);
}
