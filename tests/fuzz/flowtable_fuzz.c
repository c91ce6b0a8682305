/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The table of open flows against an array with the time of each one's last
 * use.
 *
 * Claims     what was added is found until it is removed; a full table takes
 *            nothing more; the head of a class and the oldest of all are
 *            those longest without use.
 * Input      one byte of seed, one of room, then 2 bytes an operation.
 */
#include <string.h>

#include "fuzz/fuzz.h"
#include "input/flowtable.h"

#define KEYS 64

struct model {
	struct seep__flowtable *table;
	uint32_t room;
	uint32_t count;
	uint64_t now;
	uint64_t used[KEYS]; /* time of last use, 0 = not there */
	uint8_t idle[KEYS];
};

static struct seep__flowkey
key_of(size_t number)
{
	struct seep__flowkey key;

	memset(&key, 0, sizeof(key));
	key.ends[0].bytes[15] = (uint8_t)(number & 3);
	key.ends[1].bytes[0] = 1;
	key.ports[number >> 2 & 1] = (uint16_t)(1 + (number >> 3 & 3));
	key.protocol = number & 32 ? 6 : 17;
	return key;
}

/* Least recently used of a class, or of all (SEEP__IDLE_COUNT). */
static void
check_first(const struct model *m, const struct seep__track *got,
	    enum seep__idle idle)
{
	size_t first = KEYS;

	for (size_t i = 0; i < KEYS; i++)
		if (m->used[i] != 0 &&
		    (idle == SEEP__IDLE_COUNT || m->idle[i] == (uint8_t)idle) &&
		    (first == KEYS || m->used[i] < m->used[first]))
			first = i;
	FUZZ_CHECK((got == NULL) == (first == KEYS));
	if (got != NULL) {
		const struct seep__flowkey key = key_of(first);

		FUZZ_CHECK(memcmp(&got->key, &key, sizeof(key)) == 0);
	}
}

static void
add(struct model *m, size_t number, enum seep__idle idle)
{
	const struct seep__flowkey key = key_of(number);
	struct seep__track *track;
	int why = -1;

	track = seep__flowtable_add(m->table, &key, idle, &why);
	FUZZ_CHECK((track != NULL) == (m->count < m->room));
	if (track == NULL) {
		FUZZ_CHECK(why == SEEP_OK);
		return;
	}
	FUZZ_CHECK(track->last_ns == 0 && track->emitted == 0);
	track->last_ns = (int64_t)number + 1;
	m->used[number] = ++m->now;
	m->idle[number] = (uint8_t)idle;
	m->count++;
}

static void
operate(struct model *m, struct fuzz_take *take)
{
	const uint8_t operation = fuzz_u8(take);
	const enum seep__idle idle = (operation >> 2) % SEEP__IDLE_COUNT;
	const size_t number = fuzz_u8(take) % KEYS;
	const struct seep__flowkey key = key_of(number);
	struct seep__track *track = seep__flowtable_find(m->table, &key);

	FUZZ_CHECK((track != NULL) == (m->used[number] != 0));
	if (track == NULL) {
		add(m, number, idle);
		return;
	}
	FUZZ_CHECK(track->last_ns == (int64_t)number + 1);
	if ((operation & 3) == 0) {
		seep__flowtable_remove(m->table, track);
		m->used[number] = 0;
		m->count--;
		return;
	}
	seep__flowtable_touch(m->table, track, idle);
	m->used[number] = ++m->now;
	m->idle[number] = (uint8_t)idle;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_take take = {data, size};
	struct seep__mem *mem = fuzz_mem();
	struct seep__hash_key hash;
	struct model m;

	memset(&m, 0, sizeof(m));
	seep__hash_key_init(&hash, fuzz_u8(&take));
	m.room = 1 + fuzz_u8(&take) % KEYS;
	FUZZ_CHECK(seep__flowtable_new(&m.table, mem, &hash, m.room) ==
		   SEEP_OK);
	while (take.size > 0) {
		operate(&m, &take);
		FUZZ_CHECK(seep__flowtable_count(m.table) == m.count);
		for (enum seep__idle idle = 0; idle < SEEP__IDLE_COUNT; idle++)
			check_first(&m, seep__flowtable_head(m.table, idle),
				    idle);
		check_first(&m, seep__flowtable_oldest(m.table),
			    SEEP__IDLE_COUNT);
	}
	seep__flowtable_free(m.table);
	fuzz_mem_end(mem);
	return 0;
}
