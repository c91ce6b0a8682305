/* SPDX-License-Identifier: BSD-3-Clause */
#include "ledger/label.h"

#include <assert.h>
#include <string.h>

#include "base/hash.h"

/*
 * Pairs remembered to save the hash and the map of a flow whose label came
 * lately. 256 of 68 bytes stay in the second-level cache; a site's busiest
 * channels are fewer at a time.
 */
#define SEEN_SIZE 256

struct seep__label_seen {
	uint32_t record; /* + 1; 0 = free */
	char text[SEEP__LABEL_SIZE_MAX + 1];
};

void
seep__labels_init(struct seep__labels *labels, struct seep__mem *mem)
{
	uint64_t most = seep__mem_budget(mem) / 8 / SEEP__LABEL_BYTES;

	assert(mem != NULL);
	if (most == 0 || most > SEEP__LABELS_MAX)
		most = SEEP__LABELS_MAX;
	labels->mem = mem;
	labels->seen = NULL;
	labels->most = (size_t)most;
	seep__ordmap_init(&labels->by_hash, mem);
}

static struct seep__label *
from_slot(const uint64_t *slot)
{
	return (struct seep__label *)(uintptr_t)*slot;
}

void
seep__labels_clear(struct seep__labels *labels)
{
	uint64_t hash = 0;
	uint64_t *slot;

	while ((slot = seep__ordmap_next(&labels->by_hash, &hash)) != NULL) {
		seep__mem_put(labels->mem, from_slot(slot),
			      sizeof(struct seep__label));
		if (hash++ == UINT64_MAX)
			break;
	}
	seep__ordmap_clear(&labels->by_hash);
	seep__mem_put(labels->mem, labels->seen,
		      SEEN_SIZE * sizeof(*labels->seen));
	labels->seen = NULL;
}

size_t
seep__label_cut(const char *text, size_t size)
{
	const char *nul;

	if (text == NULL)
		return 0;
	if (size > SEEP__LABEL_SIZE_MAX)
		size = SEEP__LABEL_SIZE_MAX;
	nul = memchr(text, 0, size);
	return nul == NULL ? size : (size_t)(nul - text);
}

static struct seep__label_seen *
seen_slot(const struct seep__labels *labels, uint32_t record)
{
	assert(labels->seen != NULL);
	return &labels->seen[record % SEEN_SIZE];
}

int
seep__labels_seen(const struct seep__labels *labels, uint32_t record,
		  const char *text, size_t size)
{
	const struct seep__label_seen *seen;

	assert(size > 0 && size <= SEEP__LABEL_SIZE_MAX);
	if (labels->seen == NULL)
		return 0;
	seen = seen_slot(labels, record);
	return seen->record == record + 1 && seen->text[size] == 0 &&
	       memcmp(seen->text, text, size) == 0;
}

/* Remembers a pair; without memory for it there is only more work. */
static void
remember(struct seep__labels *labels, const struct seep__label *label)
{
	struct seep__label_seen *seen;

	if (labels->seen == NULL)
		labels->seen = seep__mem_zero(labels->mem, SEEN_SIZE,
					      sizeof(*labels->seen));
	if (labels->seen == NULL)
		return;
	seen = seen_slot(labels, label->record);
	seen->record = label->record + 1;
	memcpy(seen->text, label->text, sizeof(seen->text));
}

/* The order between two pairs of one hash; anything total will do. */
static int
compare(const struct seep__label *a, const struct seep__label *b)
{
	int order = memcmp(a->text, b->text, sizeof(a->text));

	if (order != 0)
		return order;
	return memcmp(&a->channel, &b->channel, sizeof(a->channel));
}

static uint64_t
hash_label(const struct seep__label *label)
{
	struct seep__hash_stream stream;
	uint8_t service[2];

	/* Byte by byte, for the same hash on a big-endian machine. */
	service[0] = (uint8_t)(label->channel.service & 0xff);
	service[1] = (uint8_t)(label->channel.service >> 8);
	seep__hash_stream_init(&stream);
	seep__hash_stream_feed(&stream, &label->channel.host, 16);
	seep__hash_stream_feed(&stream, &label->channel.peer, 16);
	seep__hash_stream_feed(&stream, &label->channel.place, 1);
	seep__hash_stream_feed(&stream, &label->channel.direction, 1);
	seep__hash_stream_feed(&stream, service, sizeof(service));
	seep__hash_stream_feed(&stream, label->text, sizeof(label->text));
	return seep__hash_stream_sum(&stream);
}

/* Puts a copy of 'label' into the map if it is to be kept. */
static int
insert(struct seep__labels *labels, const struct seep__label *label,
       uint64_t hash, uint64_t *added)
{
	struct seep__label *kept;
	uint64_t *slot = seep__ordmap_find(&labels->by_hash, hash);
	uint64_t last = UINT64_MAX;
	int why = SEEP_OK;

	assert(hash != UINT64_MAX);
	if (slot != NULL) {
		/* Of equal ones the record may have changed. */
		if (compare(label, from_slot(slot)) <= 0)
			*from_slot(slot) = *label;
		return SEEP_OK;
	}
	if (labels->by_hash.count >= labels->most &&
	    seep__ordmap_last(&labels->by_hash, &last) != NULL && hash > last)
		return SEEP_OK;
	kept = seep__mem_get(labels->mem, sizeof(*kept));
	if (kept == NULL)
		return seep__mem_why(labels->mem);
	slot = seep__ordmap_slot(&labels->by_hash, hash, &why);
	if (slot == NULL) {
		seep__mem_put(labels->mem, kept, sizeof(*kept));
		return why;
	}
	*kept = *label;
	*slot = (uint64_t)(uintptr_t)kept;
	*added = hash;
	return SEEP_OK;
}

int
seep__labels_add(struct seep__labels *labels,
		 const struct seep__label_channel *channel, uint32_t record,
		 const char *text, size_t size, uint64_t *added)
{
	struct seep__label label;
	uint64_t hash;
	int status;

	assert(size > 0 && size <= SEEP__LABEL_SIZE_MAX);
	memset(&label, 0, sizeof(label));
	label.channel = *channel;
	label.record = record;
	memcpy(label.text, text, size);
	/* UINT64_MAX stands for "not added". */
	hash = hash_label(&label);
	if (hash == UINT64_MAX)
		hash--;
	*added = UINT64_MAX;
	status = insert(labels, &label, hash, added);
	if (status == SEEP_OK)
		remember(labels, &label);
	return status;
}

void
seep__labels_drop(struct seep__labels *labels, uint64_t added)
{
	uint64_t *slot;
	struct seep__label *label;

	if (added == UINT64_MAX)
		return;
	slot = seep__ordmap_find(&labels->by_hash, added);
	assert(slot != NULL);
	label = from_slot(slot);
	/* Judy may want memory to give memory back; then the label stays,
	 * which does no harm: it is added again with the flow. */
	if (seep__ordmap_remove(&labels->by_hash, added) != SEEP_OK)
		return;
	/* Forget it too, or it would be taken for kept when it comes again. */
	if (labels->seen != NULL)
		seen_slot(labels, label->record)->record = 0;
	seep__mem_put(labels->mem, label, sizeof(*label));
}

void
seep__labels_trim(struct seep__labels *labels)
{
	while (labels->by_hash.count > labels->most) {
		uint64_t last = UINT64_MAX;
		uint64_t *slot = seep__ordmap_last(&labels->by_hash, &last);
		struct seep__label *label;

		assert(slot != NULL);
		label = from_slot(slot);
		if (seep__ordmap_remove(&labels->by_hash, last) != SEEP_OK)
			return;
		seep__mem_put(labels->mem, label, sizeof(*label));
	}
}

size_t
seep__labels_count(const struct seep__labels *labels)
{
	return labels->by_hash.count;
}

const struct seep__label *
seep__labels_next(const struct seep__labels *labels, uint64_t *hash)
{
	const uint64_t *slot = seep__ordmap_next(&labels->by_hash, hash);

	return slot == NULL ? NULL : from_slot(slot);
}

void
seep__labels_renumber(struct seep__labels *labels, const uint32_t *target,
		      const uint32_t *number, uint32_t count)
{
	const uint64_t *slot;
	uint64_t hash = 0;

	assert(count == 0 || (target != NULL && number != NULL));
	while ((slot = seep__ordmap_next(&labels->by_hash, &hash)) != NULL) {
		struct seep__label *label = from_slot(slot);
		uint32_t record = label->record;

		hash++;
		/* Gone before. */
		if (record >= count)
			continue;
		label->record =
		    target[record] == record ? number[record] : UINT32_MAX;
	}
	if (labels->seen != NULL)
		memset(labels->seen, 0, SEEN_SIZE * sizeof(*labels->seen));
}
