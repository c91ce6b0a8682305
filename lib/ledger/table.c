/* SPDX-License-Identifier: BSD-3-Clause */
#include "ledger/table.h"

#include <assert.h>
#include <string.h>

#define LINE 64

/* Records of a chunk: 64 KiB; less than that is wasted at the end. */
#define CHUNK 1024

#define BUCKET_SLOTS 12

/*
 * Index load at which the buckets double, of 12 a bucket. At 9.6 on average
 * one bucket in six overflows and a search looks at 1.1 lines; at 11 it is
 * 1.5, at 8 the index is a fifth larger.
 */
#define LOAD_NUMERATOR 96
#define LOAD_DENOMINATOR 10

#define BUCKETS_MIN 16

struct seep__bucket {
	uint8_t tags[BUCKET_SLOTS];
	uint32_t used;
	uint32_t records[BUCKET_SLOTS];
};

_Static_assert(sizeof(struct seep__bucket) == LINE, "one cache line");

void
seep__table_init(struct seep__table *table, struct seep__mem *mem,
		 const struct seep__hash_key *key)
{
	assert(mem != NULL && key != NULL);
	memset(table, 0, sizeof(*table));
	table->mem = mem;
	table->key = *key;
}

static size_t
buckets_size(size_t bucket_count)
{
	return bucket_count * sizeof(struct seep__bucket) + LINE;
}

void
seep__table_clear(struct seep__table *table)
{
	struct seep__hash_key key = table->key;
	size_t i;

	for (i = 0; i < table->chunk_count; i++)
		seep__mem_put(table->mem, table->chunks[i],
			      (CHUNK + 1) * sizeof(struct seep__record));
	seep__mem_put(table->mem, table->chunks,
		      table->chunk_room * sizeof(*table->chunks));
	if (table->buckets_block != NULL)
		seep__mem_put(table->mem, table->buckets_block,
			      buckets_size(table->bucket_count));
	seep__table_init(table, table->mem, &key);
}

/* The first cache line that begins in 'block'. */
static void *
align_line(void *block)
{
	uintptr_t at = (uintptr_t)block;

	return (char *)block + (LINE - at % LINE) % LINE;
}

struct seep__record *
seep__table_record(const struct seep__table *table, uint32_t record)
{
	struct seep__record *chunk;

	assert(record / CHUNK < table->chunk_count);
	chunk = align_line(table->chunks[record / CHUNK]);
	return &chunk[record % CHUNK];
}

uint32_t
seep__table_count(const struct seep__table *table)
{
	return table->count;
}

static uint64_t
hash(const struct seep__table *table, const struct seep__chankey *key)
{
	return seep__hash_bytes(&table->key, key, sizeof(*key));
}

/* Puts a record that is not there; there is room somewhere. */
static void
put(struct seep__bucket *buckets, size_t bucket_count, uint64_t hashed,
    uint32_t record)
{
	size_t at = hashed & (bucket_count - 1);
	struct seep__bucket *bucket = &buckets[at];

	assert(bucket_count != 0);
	while (bucket->used == BUCKET_SLOTS) {
		at = (at + 1) & (bucket_count - 1);
		bucket = &buckets[at];
	}
	bucket->tags[bucket->used] = (uint8_t)(hashed >> 56);
	bucket->records[bucket->used] = record;
	bucket->used++;
}

static int
grow_index(struct seep__table *table)
{
	size_t count = table->bucket_count * 2;
	struct seep__bucket *buckets;
	void *block;
	uint32_t i;

	if (count < BUCKETS_MIN)
		count = BUCKETS_MIN;
	block = seep__mem_zero(table->mem, 1, buckets_size(count));
	if (block == NULL)
		return seep__mem_why(table->mem);
	buckets = align_line(block);
	for (i = 0; i < table->count; i++)
		put(buckets, count,
		    hash(table, &seep__table_record(table, i)->key), i);
	if (table->buckets_block != NULL)
		seep__mem_put(table->mem, table->buckets_block,
			      buckets_size(table->bucket_count));
	table->buckets = buckets;
	table->buckets_block = block;
	table->bucket_count = count;
	return SEEP_OK;
}

uint64_t
seep__table_bytes(const struct seep__table *table)
{
	uint64_t bytes = table->chunk_room * sizeof(*table->chunks);

	assert(table->chunk_count <= table->chunk_room);
	bytes += (uint64_t)table->chunk_count * (CHUNK + 1) *
		 sizeof(struct seep__record);
	if (table->buckets_block != NULL)
		bytes += buckets_size(table->bucket_count);
	return bytes;
}

static int
is_index_full(const struct seep__table *table)
{
	return (uint64_t)table->count * LOAD_DENOMINATOR >=
	       (uint64_t)table->bucket_count * LOAD_NUMERATOR;
}

uint64_t
seep__table_growth(const struct seep__table *table)
{
	uint64_t bytes = 0;

	if (table->count == table->chunk_count * CHUNK)
		bytes += (CHUNK + 1) * sizeof(struct seep__record);
	if (is_index_full(table))
		bytes += buckets_size(2 * table->bucket_count + BUCKETS_MIN);
	return bytes;
}

void
seep__table_cut(struct seep__table *table, uint32_t count)
{
	size_t chunks = ((size_t)count + CHUNK - 1) / CHUNK;
	uint32_t i;

	assert(count <= table->count);
	while (table->chunk_count > chunks) {
		table->chunk_count--;
		seep__mem_put(table->mem, table->chunks[table->chunk_count],
			      (CHUNK + 1) * sizeof(struct seep__record));
	}
	/* A new record is empty. */
	for (i = count; i < table->count && i < chunks * CHUNK; i++)
		memset(seep__table_record(table, i), 0,
		       sizeof(struct seep__record));
	table->count = count;
}

void
seep__table_index(struct seep__table *table)
{
	uint32_t i;

	assert(table->bucket_count != 0 || table->count == 0);
	if (table->bucket_count == 0)
		return;
	memset(table->buckets, 0,
	       table->bucket_count * sizeof(*table->buckets));
	for (i = 0; i < table->count; i++)
		put(table->buckets, table->bucket_count,
		    hash(table, &seep__table_record(table, i)->key), i);
}

static int
grow_records(struct seep__table *table)
{
	void *chunks = table->chunks;
	void *chunk;
	int status;

	if (table->count < table->chunk_count * CHUNK)
		return SEEP_OK;
	status = seep__mem_grow(table->mem, &chunks, &table->chunk_room,
				table->chunk_count + 1, sizeof(void *));
	table->chunks = chunks;
	if (status != SEEP_OK)
		return status;
	chunk =
	    seep__mem_zero(table->mem, CHUNK + 1, sizeof(struct seep__record));
	if (chunk == NULL)
		return seep__mem_why(table->mem);
	table->chunks[table->chunk_count++] = chunk;
	return SEEP_OK;
}

static int
find(const struct seep__table *table, const struct seep__chankey *key,
     uint64_t hashed, uint32_t *record)
{
	uint8_t tag = (uint8_t)(hashed >> 56);
	size_t at = hashed & (table->bucket_count - 1);

	if (table->bucket_count == 0)
		return 0;
	for (;;) {
		const struct seep__bucket *bucket = &table->buckets[at];
		uint32_t i;

		for (i = 0; i < bucket->used; i++) {
			if (bucket->tags[i] != tag)
				continue;
			*record = bucket->records[i];
			if (memcmp(&seep__table_record(table, *record)->key,
				   key, sizeof(*key)) == 0)
				return 1;
		}
		if (bucket->used < BUCKET_SLOTS)
			return 0;
		at = (at + 1) & (table->bucket_count - 1);
	}
}

int
seep__table_find_or_add(struct seep__table *table,
			const struct seep__chankey *key, uint32_t *record)
{
	uint64_t hashed = hash(table, key);
	int status;

	assert(record != NULL);
	if (find(table, key, hashed, record))
		return SEEP_OK;
	if (table->count >= UINT32_MAX - 1)
		return SEEP_ENOMEM;
	if (is_index_full(table)) {
		status = grow_index(table);
		if (status != SEEP_OK)
			return status;
	}
	status = grow_records(table);
	if (status != SEEP_OK)
		return status;
	*record = table->count++;
	seep__table_record(table, *record)->key = *key;
	put(table->buckets, table->bucket_count, hashed, *record);
	return SEEP_OK;
}

size_t
seep__table_lines(const struct seep__table *table,
		  const struct seep__chankey *key)
{
	const uint64_t hashed = hash(table, key);
	const struct seep__bucket *bucket;
	size_t at = hashed;
	size_t lines = 0;

	assert(table->bucket_count != 0);
	do {
		bucket = &table->buckets[at++ & (table->bucket_count - 1)];
		lines++;
		for (uint32_t i = 0; i < bucket->used; i++) {
			if (bucket->tags[i] != (uint8_t)(hashed >> 56))
				continue;
			lines++;
			if (memcmp(
				&seep__table_record(table, bucket->records[i])
				     ->key,
				key, sizeof(*key)) == 0)
				return lines;
		}
	} while (bucket->used == BUCKET_SLOTS);
	return lines;
}
