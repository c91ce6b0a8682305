/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * order_labels.c - labels and names of an engine, in a snapshot's order.
 */
#include "ledger/order.h"

#include <assert.h>
#include <string.h>

#include "ledger/sort.h"
#include "base/cursor.h"

/* struct label_work: arrays that live while labels are ordered. */
struct label_work {
	struct seep__mem *mem;
	uint32_t *channel_of; /* by record; UINT32_MAX = it holds no cell */
	size_t records;
	const struct seep__label **labels;
	size_t room;
	size_t count;
	struct seep__sortable *items;
};

/* Lists the labels to keep, those of the smallest hash. */
static void
list_labels(struct label_work *work, const struct seep__labels *labels)
{
	const struct seep__label *label;
	uint64_t hash = 0;
	size_t seen = 0;

	assert(work->room <= SEEP__LABELS_MAX);
	while (seen < work->room &&
	       (label = seep__labels_next(labels, &hash)) != NULL) {
		seen++;
		hash++;
		if (label->record < work->records &&
		    work->channel_of[label->record] != UINT32_MAX)
			work->labels[work->count++] = label;
	}
}

/* By text, eight bytes a pass from the last, and by channel at the end. */
static void
sort_labels(struct label_work *work)
{
	struct seep__sortable *scratch = work->items + work->count;
	size_t at = SEEP__LABEL_SIZE_MAX + 1;
	size_t i;

	assert(work->count <= work->room);
	for (i = 0; i < work->count; i++) {
		work->items[i].index = (uint32_t)i;
		work->items[i].spare = 0;
	}
	while (at > 0) {
		at -= 8;
		for (i = 0; i < work->count; i++) {
			struct seep__sortable *item = &work->items[i];
			const char *text = work->labels[item->index]->text;

			item->key = seep__be64_get((const uint8_t *)text + at);
		}
		seep__sort(work->items, scratch, work->count);
	}
	for (i = 0; i < work->count; i++) {
		struct seep__sortable *item = &work->items[i];

		item->key = work->channel_of[work->labels[item->index]->record];
	}
	seep__sort(work->items, scratch, work->count);
}

static int
copy_labels(struct seep_snapshot *snapshot, const struct label_work *work)
{
	size_t i;

	if (work->count == 0)
		return SEEP_OK;
	snapshot->labels = seep__mem_zero(snapshot->mem, work->count,
					  sizeof(*snapshot->labels));
	if (snapshot->labels == NULL)
		return seep__mem_why(snapshot->mem);
	snapshot->label_room = work->count;
	snapshot->label_count = work->count;
	for (i = 0; i < work->count; i++) {
		const struct seep__sortable *item = &work->items[i];
		struct seep__labelref *label = &snapshot->labels[i];
		struct seep__chanref *channel;

		label->channel = (uint32_t)item->key;
		memcpy(label->text, work->labels[item->index]->text,
		       sizeof(label->text));
		channel = &snapshot->channels[label->channel];
		if (channel->label == 0)
			channel->label = (uint32_t)(i + 1);
	}
	return SEEP_OK;
}

static int
get_label_work(struct label_work *work, const struct seep_snapshot *snapshot)
{
	size_t i;

	work->channel_of =
	    seep__mem_get(work->mem, work->records * sizeof(uint32_t));
	if (work->channel_of == NULL)
		return seep__mem_why(work->mem);
	memset(work->channel_of, 0xff, work->records * sizeof(uint32_t));
	for (i = 0; i < snapshot->channel_count; i++)
		work->channel_of[snapshot->channels[i].record] = (uint32_t)i;
	work->labels =
	    seep__mem_get(work->mem, work->room * sizeof(*work->labels));
	if (work->labels == NULL)
		return seep__mem_why(work->mem);
	work->items =
	    seep__mem_get(work->mem, 2 * work->room * sizeof(*work->items));
	return work->items == NULL ? seep__mem_why(work->mem) : SEEP_OK;
}

int
seep__order_labels(struct seep_snapshot *snapshot,
		   const struct seep_engine *engine)
{
	struct label_work work = {.mem = snapshot->mem};
	int status;

	work.room = seep__labels_count(&engine->labels);
	work.records = seep__table_count(&engine->table);
	if (work.room == 0)
		return SEEP_OK;
	if (work.room > engine->labels.most)
		work.room = engine->labels.most;
	assert(work.records > 0);
	status = get_label_work(&work, snapshot);
	if (status == SEEP_OK) {
		list_labels(&work, &engine->labels);
		sort_labels(&work);
		status = copy_labels(snapshot, &work);
	}
	seep__mem_put(work.mem, work.channel_of,
		      work.records * sizeof(uint32_t));
	seep__mem_put(work.mem, work.labels, work.room * sizeof(*work.labels));
	seep__mem_put(work.mem, work.items,
		      2 * work.room * sizeof(*work.items));
	return status;
}

int
seep__order_names(struct seep_snapshot *snapshot,
		  const struct seep_engine *engine)
{
	size_t count = seep__names_count(&engine->names);
	const struct seep__name *name;
	uint64_t hash = 0;
	size_t size = 0;
	size_t i;
	int status;

	assert(snapshot->name_count == 0);
	for (i = 0; i < count; i++, hash++) {
		name = seep__names_next(&engine->names, &hash);
		assert(name != NULL);
		size += name->size + 1;
	}
	status = seep__snapshot_name_room(snapshot, count, size);
	if (status != SEEP_OK)
		return status;
	for (i = 0, hash = 0; i < count; i++, hash++) {
		name = seep__names_next(&engine->names, &hash);
		seep__snapshot_add_name(snapshot, hash, name->text, name->size);
	}
	if (seep__snapshot_link_names(snapshot) < snapshot->name_count)
		seep__snapshot_drop_names(snapshot);
	return SEEP_OK;
}
