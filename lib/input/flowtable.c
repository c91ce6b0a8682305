/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/flowtable.h"

#include <assert.h>
#include <string.h>

#include "input/flow_state.h"

#define NONE UINT32_MAX
#define HEADS_MIN 1024u

struct list {
	uint32_t head;
	uint32_t tail;
};

struct seep__flowtable {
	struct seep__mem *mem;
	struct seep__hash_key key;
	struct seep__track **chunks;
	size_t chunks_room;
	uint32_t made; /* tracks in chunks, in use or free */
	uint32_t count;
	uint32_t flows_max;
	uint32_t free; /* chain of unused tracks */
	uint32_t *heads;
	uint32_t heads_count; /* a power of two */
	uint64_t clock;       /* order of use */
	struct list lists[SEEP__IDLE_COUNT];
};

static struct seep__track *
track_at(const struct seep__flowtable *table, uint32_t which)
{
	assert(which < table->made);
	return &table->chunks[which / SEEP__FLOWTABLE_CHUNK]
			     [which % SEEP__FLOWTABLE_CHUNK];
}

int
seep__flowtable_new(struct seep__flowtable **table, struct seep__mem *mem,
		    const struct seep__hash_key *key, uint32_t flows_max)
{
	struct seep__flowtable *t;

	assert(flows_max > 0 && flows_max < NONE);
	*table = NULL;
	t = seep__mem_zero(mem, 1, sizeof(*t));
	if (t == NULL)
		return seep__mem_why(mem);
	t->mem = mem;
	t->key = *key;
	t->flows_max = flows_max;
	t->free = NONE;
	memset(t->lists, 0xff, sizeof(t->lists));
	t->heads = seep__mem_get(mem, HEADS_MIN * sizeof(*t->heads));
	if (t->heads == NULL) {
		seep__mem_put(mem, t, sizeof(*t));
		return seep__mem_why(mem);
	}
	memset(t->heads, 0xff, HEADS_MIN * sizeof(*t->heads));
	t->heads_count = HEADS_MIN;
	*table = t;
	return SEEP_OK;
}

void
seep__flowtable_free(struct seep__flowtable *table)
{
	uint32_t i;

	if (table == NULL)
		return;
	for (i = 0; i < table->made; i += SEEP__FLOWTABLE_CHUNK)
		seep__mem_put(
		    table->mem, table->chunks[i / SEEP__FLOWTABLE_CHUNK],
		    SEEP__FLOWTABLE_CHUNK * sizeof(struct seep__track));
	seep__mem_put(table->mem, table->chunks,
		      table->chunks_room * sizeof(*table->chunks));
	seep__mem_put(table->mem, table->heads,
		      table->heads_count * sizeof(*table->heads));
	seep__mem_put(table->mem, table, sizeof(*table));
}

static uint32_t *
head_of(const struct seep__flowtable *table, const struct seep__flowkey *key)
{
	uint64_t hash = seep__hash_bytes(&table->key, key, sizeof(*key));

	return &table->heads[hash & (table->heads_count - 1)];
}

struct seep__track *
seep__flowtable_find(const struct seep__flowtable *table,
		     const struct seep__flowkey *key)
{
	struct seep__track *track;
	uint32_t i;

	for (i = *head_of(table, key); i != NONE; i = track->chain) {
		track = track_at(table, i);
		if (memcmp(&track->key, key, sizeof(*key)) == 0)
			return track;
	}
	return NULL;
}

static void
unlist(struct seep__flowtable *table, struct seep__track *track)
{
	struct list *list = &table->lists[track->idle];

	assert(track->idle < SEEP__IDLE_COUNT);
	if (track->before == NONE)
		list->head = track->after;
	else
		track_at(table, track->before)->after = track->after;
	if (track->after == NONE)
		list->tail = track->before;
	else
		track_at(table, track->after)->before = track->before;
}

static void
enlist(struct seep__flowtable *table, struct seep__track *track,
       enum seep__idle idle)
{
	struct list *list = &table->lists[idle];

	assert(idle < SEEP__IDLE_COUNT);
	track->idle = (uint8_t)idle;
	track->touched = table->clock++;
	track->before = list->tail;
	track->after = NONE;
	if (list->tail == NONE)
		list->head = track->self;
	else
		track_at(table, list->tail)->after = track->self;
	list->tail = track->self;
}

static int
add_chunk(struct seep__flowtable *table)
{
	size_t chunk = table->made / SEEP__FLOWTABLE_CHUNK;
	struct seep__track *tracks;
	uint32_t i;
	int status;

	assert(table->free == NONE);
	assert(table->made % SEEP__FLOWTABLE_CHUNK == 0);
	status = seep__mem_grow(table->mem, (void **)&table->chunks,
				&table->chunks_room, chunk + 1,
				sizeof(*table->chunks));
	if (status != SEEP_OK)
		return status;
	tracks =
	    seep__mem_get(table->mem, SEEP__FLOWTABLE_CHUNK * sizeof(*tracks));
	if (tracks == NULL)
		return seep__mem_why(table->mem);
	table->chunks[chunk] = tracks;
	for (i = SEEP__FLOWTABLE_CHUNK; i-- > 0;) {
		tracks[i].self = table->made + i;
		tracks[i].chain = table->free;
		table->free = tracks[i].self;
	}
	table->made += SEEP__FLOWTABLE_CHUNK;
	return SEEP_OK;
}

/* Twice the heads; when memory is refused the chains just get longer. */
static void
grow_heads(struct seep__flowtable *table)
{
	uint32_t old_count = table->heads_count;
	uint32_t *old = table->heads;
	uint32_t *fresh, *head, i, which;
	struct seep__track *track;

	fresh =
	    seep__mem_get(table->mem, 2 * (size_t)old_count * sizeof(*fresh));
	if (fresh == NULL)
		return;
	memset(fresh, 0xff, 2 * (size_t)old_count * sizeof(*fresh));
	table->heads = fresh;
	table->heads_count = 2 * old_count;
	for (i = 0; i < old_count; i++) {
		for (which = old[i]; which != NONE;) {
			track = track_at(table, which);
			which = track->chain;
			head = head_of(table, &track->key);
			track->chain = *head;
			*head = track->self;
		}
	}
	seep__mem_put(table->mem, old, old_count * sizeof(*old));
}

struct seep__track *
seep__flowtable_add(struct seep__flowtable *table,
		    const struct seep__flowkey *key, enum seep__idle idle,
		    int *why)
{
	struct seep__track *track;
	uint32_t *head, self;

	*why = SEEP_OK;
	assert(seep__flowtable_find(table, key) == NULL);
	if (table->count >= table->flows_max)
		return NULL;
	if (table->free == NONE && (*why = add_chunk(table)) != SEEP_OK)
		return NULL;
	if (table->count >= table->heads_count)
		grow_heads(table);
	self = table->free;
	track = track_at(table, self);
	table->free = track->chain;
	memset(track, 0, sizeof(*track));
	track->key = *key;
	track->self = self;
	head = head_of(table, key);
	track->chain = *head;
	*head = self;
	table->count++;
	enlist(table, track, idle);
	return track;
}

void
seep__flowtable_touch(struct seep__flowtable *table, struct seep__track *track,
		      enum seep__idle idle)
{
	assert(track == track_at(table, track->self));
	unlist(table, track);
	enlist(table, track, idle);
}

void
seep__flowtable_remove(struct seep__flowtable *table, struct seep__track *track)
{
	uint32_t *link = head_of(table, &track->key);

	assert(table->count > 0);
	while (*link != track->self) {
		assert(*link != NONE);
		link = &track_at(table, *link)->chain;
	}
	*link = track->chain;
	unlist(table, track);
	track->chain = table->free;
	table->free = track->self;
	table->count--;
}

struct seep__track *
seep__flowtable_head(const struct seep__flowtable *table, enum seep__idle idle)
{
	uint32_t head = table->lists[idle].head;

	return head == NONE ? NULL : track_at(table, head);
}

struct seep__track *
seep__flowtable_oldest(const struct seep__flowtable *table)
{
	struct seep__track *oldest = NULL;
	struct seep__track *track;
	unsigned i;

	for (i = 0; i < SEEP__IDLE_COUNT; i++) {
		track = seep__flowtable_head(table, (enum seep__idle)i);
		if (track != NULL &&
		    (oldest == NULL || track->touched < oldest->touched))
			oldest = track;
	}
	return oldest;
}

uint32_t
seep__flowtable_count(const struct seep__flowtable *table)
{
	return table->count;
}

uint32_t
seep__flowtable_steps(const struct seep__flowtable *table,
		      const struct seep__flowkey *key)
{
	const struct seep__track *track;
	uint32_t steps = 0;
	uint32_t i;

	for (i = *head_of(table, key); i != NONE; i = track->chain) {
		track = track_at(table, i);
		steps++;
		if (memcmp(&track->key, key, sizeof(*key)) == 0)
			break;
	}
	return steps;
}

/* next_unused() takes the longest unused of the lists' heads in 'at'. */
static struct seep__track *
next_unused(const struct seep__flowtable *table, uint32_t at[SEEP__IDLE_COUNT])
{
	struct seep__track *first = NULL, *track;
	unsigned i;

	for (i = 0; i < SEEP__IDLE_COUNT; i++) {
		track = at[i] == NONE ? NULL : track_at(table, at[i]);
		if (track != NULL &&
		    (first == NULL || track->touched < first->touched))
			first = track;
	}
	assert(first != NULL);
	at[first->idle] = first->after;
	return first;
}

void
seep__flowtable_save(const struct seep__flowtable *table,
		     struct seep__packer *p, seep__track_save_fn save)
{
	const struct seep__track *track;
	uint32_t at[SEEP__IDLE_COUNT], n;
	unsigned i;

	assert(table != NULL && save != NULL);
	for (i = 0; i < SEEP__IDLE_COUNT; i++)
		at[i] = table->lists[i].head;
	seep__pack_u64(p, table->count);
	for (n = table->count; n > 0; n--) {
		track = next_unused(table, at);
		seep__address_save(&track->key.ends[0], p);
		seep__address_save(&track->key.ends[1], p);
		seep__pack_u64(p, track->key.ports[0]);
		seep__pack_u64(p, track->key.ports[1]);
		seep__pack_u64(p, track->key.protocol);
		seep__pack_u64(p, track->key.portless);
		seep__pack_u64(p, track->idle);
		save(track, p);
	}
}

/* restore_track() adds the next track; NULL on failure. */
static struct seep__track *
restore_track(struct seep__flowtable *table, struct seep__unpacker *u)
{
	struct seep__track *track = NULL;
	struct seep__flowkey key;
	enum seep__idle idle;
	int why = SEEP_OK;

	memset(&key, 0, sizeof(key));
	seep__address_restore(&key.ends[0], u);
	seep__address_restore(&key.ends[1], u);
	key.ports[0] = (uint16_t)seep__unpack_most(u, UINT16_MAX);
	key.ports[1] = (uint16_t)seep__unpack_most(u, UINT16_MAX);
	key.protocol = (uint8_t)seep__unpack_most(u, UINT8_MAX);
	key.portless = (uint8_t)seep__unpack_most(u, 1);
	idle = (enum seep__idle)seep__unpack_most(u, SEEP__IDLE_COUNT - 1);
	if (u->status != SEEP_OK)
		return NULL;
	if (seep__flowtable_find(table, &key) == NULL)
		track = seep__flowtable_add(table, &key, idle, &why);
	if (track == NULL)
		seep__unpack_fail(u, why != SEEP_OK ? why : SEEP_EFORMAT);
	return track;
}

void
seep__flowtable_restore(struct seep__flowtable *table, struct seep__unpacker *u,
			seep__track_restore_fn restore)
{
	uint64_t n = seep__unpack_most(u, table->flows_max);
	struct seep__track *track;

	assert(table->count == 0 && restore != NULL);
	for (; n > 0; n--) {
		track = restore_track(table, u);
		if (track == NULL)
			return;
		restore(track, u);
	}
}
