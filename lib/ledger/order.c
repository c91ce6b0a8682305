/* SPDX-License-Identifier: BSD-3-Clause */
#include "ledger/order.h"

#include <assert.h>
#include <string.h>

#include "ledger/sort.h"
#include "base/cursor.h"

/* Where IPv6 peers stand relative to ::ffff:0:0/96, the IPv4 ones. */
enum side_of_v4 { BELOW_V4 = 0, IS_V4 = 1, ABOVE_V4 = 2 };

/* struct work: arrays that live while channels are ordered. */
struct work {
	struct seep__mem *mem;
	const struct seep_engine *engine;
	uint32_t *host_rank; /* by the engine's number */
	uint32_t *peer_rank;
	struct seep__sortable *items;
	size_t items_room;
	size_t item_count;
};

static void
sort_addresses(const struct seep_address *addresses, size_t count,
	       struct seep__sortable *items, struct seep__sortable *scratch)
{
	size_t i;

	assert(count != 0);
	for (i = 0; i < count; i++) {
		items[i].key = seep__be64_get(addresses[i].bytes + 8);
		items[i].index = (uint32_t)i;
		items[i].spare = 0;
	}
	seep__sort(items, scratch, count);
	for (i = 0; i < count; i++)
		items[i].key = seep__be64_get(addresses[items[i].index].bytes);
	seep__sort(items, scratch, count);
}

/* Gives every address of 'intern', by its number, its rank. */
static int
rank_addresses(struct seep__mem *mem, const struct seep__intern *intern,
	       uint32_t *rank)
{
	size_t size = 2 * intern->count * sizeof(struct seep__sortable);
	struct seep__sortable *items;
	size_t i;

	if (intern->count == 0)
		return SEEP_OK;
	items = seep__mem_get(mem, size);
	if (items == NULL)
		return seep__mem_why(mem);
	sort_addresses(intern->addresses, intern->count, items,
		       items + intern->count);
	for (i = 0; i < intern->count; i++)
		rank[items[i].index] = (uint32_t)i;
	seep__mem_put(mem, items, size);
	return SEEP_OK;
}

/* 56 bits: side 2, peer 32, place 2, fold 2, service 16, direction 2. */
static uint64_t
key_in_host(const struct work *work, const struct seep__chankey *key)
{
	uint64_t side = IS_V4;
	uint64_t peer = key->peer;
	struct seep_address v4;

	assert(key->direction <= SEEP_DIRECTION_PULL);
	if ((key->kind & SEEP__PEER_V6) != 0) {
		seep__address_from_v4(0, &v4);
		side =
		    seep_address_compare(
			&work->engine->peers_v6.addresses[key->peer], &v4) < 0
			? BELOW_V4
			: ABOVE_V4;
		peer = work->peer_rank[key->peer];
	}
	return side << 54 | peer << 22 |
	       (uint64_t)(key->kind & SEEP__PEER_PLACE) << 20 |
	       (uint64_t)seep__fold_of(key->kind) << 18 |
	       (uint64_t)key->service << 2 | key->direction;
}

static void
sort_channels(struct work *work)
{
	const struct seep__table *table = &work->engine->table;
	struct seep__sortable *scratch = work->items + work->item_count;
	size_t i;

	assert(work->items_room == 2 * work->item_count);
	seep__sort(work->items, scratch, work->item_count);
	for (i = 0; i < work->item_count; i++) {
		const struct seep__record *record =
		    seep__table_record(table, work->items[i].index);

		work->items[i].key = work->host_rank[record->key.host];
	}
	seep__sort(work->items, scratch, work->item_count);
}

/* Lists the channels that hold a cell, in canonical order. */
static int
list_channels(struct work *work)
{
	const struct seep__table *table = &work->engine->table;
	uint32_t count = seep__table_count(table);
	uint32_t i;

	for (i = 0; i < count; i++)
		work->item_count +=
		    (size_t)seep__record_used(seep__table_record(table, i));
	if (work->item_count == 0)
		return SEEP_OK;
	work->items_room = 2 * work->item_count;
	work->items =
	    seep__mem_get(work->mem, work->items_room * sizeof(*work->items));
	if (work->items == NULL)
		return seep__mem_why(work->mem);
	work->item_count = 0;
	for (i = 0; i < count; i++) {
		const struct seep__record *record =
		    seep__table_record(table, i);
		struct seep__sortable *item;

		if (!seep__record_used(record))
			continue;
		item = &work->items[work->item_count++];
		item->key = key_in_host(work, &record->key);
		item->index = i;
		item->spare = 0;
	}
	sort_channels(work);
	return SEEP_OK;
}

static void
add_host(struct seep_snapshot *snapshot, const struct seep_address *host)
{
	size_t at = snapshot->host_count++;

	assert(at + 1 < snapshot->host_room);
	snapshot->hosts[at] = *host;
	snapshot->first_channel[at] = (uint32_t)snapshot->channel_count;
}

static void
copy_channels(struct seep_snapshot *snapshot, const struct work *work)
{
	const struct seep_engine *engine = work->engine;
	uint64_t rank = UINT64_MAX;
	size_t i;

	assert(work->item_count <= snapshot->channel_room);
	for (i = 0; i < work->item_count; i++) {
		const struct seep__sortable *item = &work->items[i];
		const struct seep__record *record =
		    seep__table_record(&engine->table, item->index);
		const struct seep__chankey *key = &record->key;
		struct seep__chanref *channel;

		if (item->key != rank)
			add_host(snapshot, &engine->hosts.addresses[key->host]);
		rank = item->key;
		channel = &snapshot->channels[snapshot->channel_count++];
		channel->peer = (key->kind & SEEP__PEER_V6) != 0
				    ? work->peer_rank[key->peer]
				    : key->peer;
		channel->record = item->index;
		channel->label = 0;
		channel->service = key->service;
		channel->kind = key->kind;
		if ((record->flags & SEEP__RECORD_INEXACT) != 0 &&
		    seep__fold_of(key->kind) == SEEP_FOLD_NONE)
			channel->kind |= SEEP__PEER_INEXACT;
		channel->direction = key->direction;
	}
	snapshot->first_channel[snapshot->host_count] =
	    (uint32_t)snapshot->channel_count;
}

static int
make_room(struct seep_snapshot *snapshot, const struct work *work)
{
	struct seep__mem *mem = snapshot->mem;
	size_t hosts = work->engine->hosts.count + 1;

	snapshot->hosts = seep__mem_zero(mem, hosts, sizeof(*snapshot->hosts));
	if (snapshot->hosts == NULL)
		return seep__mem_why(mem);
	snapshot->host_room = hosts;
	snapshot->first_channel =
	    seep__mem_zero(mem, hosts, sizeof(*snapshot->first_channel));
	if (snapshot->first_channel == NULL)
		return seep__mem_why(mem);
	snapshot->first_room = hosts;
	if (work->item_count == 0)
		return SEEP_OK;
	snapshot->channels =
	    seep__mem_zero(mem, work->item_count, sizeof(*snapshot->channels));
	if (snapshot->channels == NULL)
		return seep__mem_why(mem);
	snapshot->channel_room = work->item_count;
	return SEEP_OK;
}

static int
copy_peers(struct seep_snapshot *snapshot, const struct work *work)
{
	const struct seep__intern *peers = &work->engine->peers_v6;
	size_t i;

	assert(snapshot->peers_v6 == NULL);
	if (peers->count == 0)
		return SEEP_OK;
	snapshot->peers_v6 = seep__mem_zero(snapshot->mem, peers->count,
					    sizeof(*snapshot->peers_v6));
	if (snapshot->peers_v6 == NULL)
		return seep__mem_why(snapshot->mem);
	snapshot->peer_room = peers->count;
	snapshot->peer_count = peers->count;
	for (i = 0; i < peers->count; i++)
		snapshot->peers_v6[work->peer_rank[i]] = peers->addresses[i];
	return SEEP_OK;
}

static int
rank_all(struct work *work)
{
	const struct seep_engine *engine = work->engine;
	int status;

	if (engine->hosts.count != 0) {
		work->host_rank = seep__mem_get(
		    work->mem, engine->hosts.count * sizeof(uint32_t));
		if (work->host_rank == NULL)
			return seep__mem_why(work->mem);
	}
	if (engine->peers_v6.count != 0) {
		work->peer_rank = seep__mem_get(
		    work->mem, engine->peers_v6.count * sizeof(uint32_t));
		if (work->peer_rank == NULL)
			return seep__mem_why(work->mem);
	}
	status = rank_addresses(work->mem, &engine->hosts, work->host_rank);
	if (status == SEEP_OK)
		status = rank_addresses(work->mem, &engine->peers_v6,
					work->peer_rank);
	return status;
}

static void
clear_work(struct work *work)
{
	const struct seep_engine *engine = work->engine;

	seep__mem_put(work->mem, work->host_rank,
		      engine->hosts.count * sizeof(uint32_t));
	seep__mem_put(work->mem, work->peer_rank,
		      engine->peers_v6.count * sizeof(uint32_t));
	seep__mem_put(work->mem, work->items,
		      work->items_room * sizeof(*work->items));
}

int
seep__order_channels(struct seep_snapshot *snapshot,
		     const struct seep_engine *engine)
{
	struct work work = {.mem = snapshot->mem, .engine = engine};
	int status;

	assert(snapshot->channel_count == 0);
	status = rank_all(&work);
	if (status == SEEP_OK)
		status = list_channels(&work);
	if (status == SEEP_OK)
		status = make_room(snapshot, &work);
	if (status == SEEP_OK)
		status = copy_peers(snapshot, &work);
	if (status == SEEP_OK)
		copy_channels(snapshot, &work);
	clear_work(&work);
	return status;
}
