/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * snapshot_names.c - the registered domains that a snapshot can name.
 */
#include <assert.h>
#include <string.h>

#include "ledger/names.h"
#include "ledger/snapshot.h"

int
seep__snapshot_name_room(struct seep_snapshot *snapshot, size_t count,
			 size_t size)
{
	void *names = snapshot->names;
	void *text = snapshot->name_text;
	int status = SEEP_OK;

	if (count == 0)
		return SEEP_OK;
	status = seep__mem_grow(snapshot->mem, &names, &snapshot->name_room,
				snapshot->name_count + count,
				sizeof(*snapshot->names));
	snapshot->names = names;
	if (status == SEEP_OK)
		status =
		    seep__mem_grow(snapshot->mem, &text, &snapshot->text_room,
				   snapshot->text_size + size, 1);
	snapshot->name_text = text;
	return status;
}

void
seep__snapshot_add_name(struct seep_snapshot *snapshot, uint64_t hash,
			const char *text, size_t size)
{
	struct seep__nameref *name = &snapshot->names[snapshot->name_count];

	assert(snapshot->name_count < snapshot->name_room);
	assert(snapshot->text_room - snapshot->text_size > size);
	/* At most SEEP__NAMES_MAX * (SEEP_NAME_SIZE_MAX + 1) < 2^32. */
	name->hash = hash;
	name->linked = 0;
	name->at = (uint32_t)snapshot->text_size;
	memcpy(snapshot->name_text + name->at, text, size);
	snapshot->name_text[name->at + size] = 0;
	snapshot->text_size += size + 1;
	snapshot->name_count++;
}

/* Returns the index of a name, or name_count. */
static size_t
find_name(const struct seep_snapshot *snapshot, uint64_t hash)
{
	size_t low = 0;
	size_t high = snapshot->name_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (snapshot->names[middle].hash < hash)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < snapshot->name_count && snapshot->names[low].hash != hash)
		return snapshot->name_count;
	return low;
}

size_t
seep__snapshot_link_names(struct seep_snapshot *snapshot)
{
	size_t linked = 0;
	size_t i;

	for (i = 0; i < snapshot->channel_count; i++) {
		struct seep__chanref *channel = &snapshot->channels[i];
		struct seep_address peer;
		size_t at;

		if (seep__view_place(snapshot, i) != SEEP_PLACE_NAME ||
		    seep__fold_of(channel->kind) != SEEP_FOLD_NONE)
			continue;
		seep__snapshot_peer(snapshot, channel, &peer);
		at = find_name(snapshot, seep__names_hash(&peer));
		if (at == snapshot->name_count)
			continue;
		channel->label = (uint32_t)at + 1;
		linked += !snapshot->names[at].linked;
		snapshot->names[at].linked = 1;
	}
	return linked;
}

void
seep__snapshot_drop_names(struct seep_snapshot *snapshot)
{
	size_t kept = 0;
	size_t i;

	for (i = 0; i < snapshot->name_count; i++) {
		if (!snapshot->names[i].linked)
			continue;
		snapshot->names[kept] = snapshot->names[i];
		snapshot->names[kept++].linked = 0;
	}
	assert(kept <= snapshot->name_count);
	snapshot->name_count = kept;
	(void)seep__snapshot_link_names(snapshot);
}
