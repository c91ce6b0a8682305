/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/identity.h"

#include <assert.h>
#include <string.h>
#include <sys/stat.h>

#include "base/hash.h"
#include "base/ordered.h"
#include "input/stream.h"

/*
 * How much of each file is hashed before any other is known to start alike.
 * 64 KiB holds a log's header and some hundred rows, or a capture's first
 * hundred packets: enough that different files differ; more would read
 * every file nearly twice.
 */
#define PREFIX_SIZE 65536

/* Bytes read at once; see STORED_ROOM in stream.c. */
#define BUF_SIZE 65536

struct known {
	char *path;
	size_t path_size;
	size_t next; /* 1-based chain of the same prefix, 0 = last */
	uint64_t prefix;
	struct seep__content whole;
	int whole_known;
	int readable; /* 0: could not be hashed whole, equals nothing */
	int linked;   /* in the chain: repeats no other */
};

struct seep__identity {
	struct seep__mem *mem;
	struct seep__ordmap by_prefix; /* prefix sum -> 1-based first known */
	struct known *known;
	size_t count;
	size_t room;
};

int
seep__identity_new(struct seep__identity **identity, struct seep__mem *mem)
{
	struct seep__identity *id;

	assert(identity != NULL && mem != NULL);
	*identity = NULL;
	id = seep__mem_zero(mem, 1, sizeof(*id));
	if (id == NULL)
		return SEEP_ENOMEM;
	id->mem = mem;
	seep__ordmap_init(&id->by_prefix, mem);
	*identity = id;
	return SEEP_OK;
}

void
seep__identity_free(struct seep__identity *identity)
{
	size_t i;

	if (identity == NULL)
		return;
	for (i = 0; i < identity->count; i++)
		seep__mem_put(identity->mem, identity->known[i].path,
			      identity->known[i].path_size);
	if (identity->known != NULL)
		seep__mem_put(identity->mem, identity->known,
			      identity->room * sizeof(*identity->known));
	seep__ordmap_clear(&identity->by_prefix);
	seep__mem_put(identity->mem, identity, sizeof(*identity));
}

void
seep__content_init(struct seep__content_stream *content)
{
	assert(content != NULL);
	seep__hash_stream_init(&content->hash);
	content->size = 0;
}

void
seep__content_feed(struct seep__content_stream *content, const void *data,
		   size_t size)
{
	assert(content != NULL);
	seep__hash_stream_feed(&content->hash, data, size);
	content->size += size;
}

struct seep__content
seep__content_sum(const struct seep__content_stream *content)
{
	struct seep__content sum = {content->size,
				    seep__hash_stream_sum(&content->hash)};

	assert(content != NULL);
	return sum;
}

/* sum_stream() sums up to 'limit' bytes; '*whole' tells that nothing broke.
 * Returns SEEP_OK or SEEP_ENOMEM. */
static int
sum_stream(struct seep__stream *stream, void *buf, uint64_t limit,
	   struct seep__content *content, int *whole)
{
	struct seep__content_stream running;
	size_t got, want;
	int status = SEEP_OK;

	assert(limit > 0);
	seep__content_init(&running);
	while (running.size < limit) {
		want = BUF_SIZE;
		if (want > limit - running.size)
			want = (size_t)(limit - running.size);
		status = seep__stream_read(stream, buf, want, &got);
		if (status != SEEP_OK || got == 0)
			break;
		seep__content_feed(&running, buf, got);
	}
	*content = seep__content_sum(&running);
	*whole = status == SEEP_OK && !seep__stream_truncated(stream);
	return status == SEEP_ENOMEM ? status : SEEP_OK;
}

static int
sum_file(struct seep__mem *mem, const char *path, uint64_t limit,
	 struct seep__content *content, int *whole)
{
	struct seep__stream *stream;
	void *buf;
	int status;

	buf = seep__mem_get(mem, BUF_SIZE);
	if (buf == NULL)
		return SEEP_ENOMEM;
	status = seep__stream_open(&stream, path, mem, NULL);
	if (status == SEEP_OK) {
		status = sum_stream(stream, buf, limit, content, whole);
		seep__stream_close(stream);
	}
	seep__mem_put(mem, buf, BUF_SIZE);
	return status;
}

int
seep__content_of(const char *path, struct seep__mem *mem,
		 struct seep__content *content, int *whole)
{
	assert(path != NULL && mem != NULL && content != NULL);
	return sum_file(mem, path, UINT64_MAX, content, whole);
}

int
seep__content_start(const char *path, uint64_t size, struct seep__mem *mem,
		    struct seep__content *content)
{
	int whole;

	assert(path != NULL && size > 0 && content != NULL);
	return sum_file(mem, path, size, content, &whole);
}

/*
 * know_whole() hashes a known file whole, at most once. A file that breaks
 * on the way is compared by what it gave before.
 */
static int
know_whole(struct seep__identity *id, struct known *k)
{
	int status, whole;

	assert(k->path != NULL);
	if (k->whole_known)
		return SEEP_OK;
	status = seep__content_of(k->path, id->mem, &k->whole, &whole);
	if (status == SEEP_ENOMEM)
		return status;
	k->whole_known = 1;
	k->readable = status == SEEP_OK;
	return SEEP_OK;
}

static int
same_whole(const struct known *a, const struct known *b)
{
	assert(a->whole_known && b->whole_known);
	return a->readable && b->readable && a->whole.size == b->whole.size &&
	       a->whole.sum == b->whole.sum;
}

/* append() adds a path to the list; not yet to a chain. */
static int
append(struct seep__identity *id, const char *path)
{
	struct known *k;
	size_t size = strlen(path) + 1;
	int status;

	assert(id->count <= id->room);
	status = seep__mem_grow(id->mem, (void **)&id->known, &id->room,
				id->count + 1, sizeof(*id->known));
	if (status != SEEP_OK)
		return status;
	k = &id->known[id->count];
	memset(k, 0, sizeof(*k));
	k->path = seep__mem_get(id->mem, size);
	if (k->path == NULL)
		return seep__mem_why(id->mem);
	memcpy(k->path, path, size);
	k->path_size = size;
	id->count++;
	return SEEP_OK;
}

/* drop_last() takes back what append() added. */
static void
drop_last(struct seep__identity *id)
{
	struct known *k = &id->known[--id->count];

	assert(k->next == 0);
	seep__mem_put(id->mem, k->path, k->path_size);
}

/* search() walks the files whose beginnings agree. */
static int
search(struct seep__identity *id, size_t first, struct known *k,
       const char **same)
{
	struct known *other;
	size_t i;
	int status;

	assert(first >= 1 && first <= id->count);
	status = know_whole(id, k);
	for (i = first; i != 0 && status == SEEP_OK; i = other->next) {
		other = &id->known[i - 1];
		status = know_whole(id, other);
		if (status == SEEP_OK && same_whole(k, other)) {
			*same = other->path;
			break;
		}
	}
	return status;
}

/* link_last() puts what was appended last at the front of its chain. */
static void
link_last(struct seep__identity *id, uint64_t *first)
{
	struct known *k = &id->known[id->count - 1];

	assert(k->next == 0 && *first < id->count);
	k->linked = 1;
	k->next = (size_t)*first;
	*first = id->count;
}

int
seep__identity_check(struct seep__identity *identity, const char *path,
		     const char **same)
{
	struct seep__content prefix;
	struct stat st;
	uint64_t *first;
	int status, whole;

	assert(identity != NULL && path != NULL && same != NULL);
	*same = NULL;
	/* Reading a pipe here would take its bytes from the reader. */
	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size == 0)
		return SEEP_OK;
	status = sum_file(identity->mem, path, PREFIX_SIZE, &prefix, &whole);
	if (status == SEEP_ENOMEM)
		return status;
	if (status != SEEP_OK || prefix.size == 0)
		return SEEP_OK;
	status = append(identity, path);
	if (status != SEEP_OK)
		return status;
	first = seep__ordmap_slot(&identity->by_prefix, prefix.sum, &status);
	if (first != NULL)
		status =
		    *first == 0
			? SEEP_OK
			: search(identity, (size_t)*first,
				 &identity->known[identity->count - 1], same);
	/* Asked again, the file must not be found to repeat itself. */
	if (status != SEEP_OK) {
		drop_last(identity);
	} else {
		identity->known[identity->count - 1].prefix = prefix.sum;
		if (*same == NULL)
			link_last(identity, first);
	}
	return status;
}

const char *
seep__identity_path(const struct seep__identity *identity, size_t i)
{
	assert(identity != NULL);
	return i < identity->count ? identity->known[i].path : NULL;
}

void
seep__identity_save(const struct seep__identity *identity,
		    struct seep__packer *packer)
{
	const struct known *k;
	size_t i;

	assert(identity != NULL);
	seep__pack_u64(packer, identity->count);
	for (i = 0; i < identity->count; i++) {
		k = &identity->known[i];
		seep__pack_text(packer, k->path, k->path_size - 1);
		seep__pack_u64(packer, k->prefix);
		seep__pack_u64(packer, (uint64_t)k->linked);
		seep__pack_u64(packer, (uint64_t)k->whole_known);
		seep__pack_u64(packer, (uint64_t)k->readable);
		seep__pack_u64(packer, k->whole.size);
		seep__pack_u64(packer, k->whole.sum);
	}
}

/* restore_known() reads one file that was noted. */
static int
restore_known(struct seep__identity *id, struct seep__unpacker *u)
{
	struct known *k;
	uint64_t *first;
	size_t size;
	char *path;
	int status;

	path = seep__unpack_text(u, id->mem, &size);
	if (path == NULL)
		return u->status;
	status = append(id, path);
	seep__mem_put(id->mem, path, size);
	if (status != SEEP_OK)
		return status;
	k = &id->known[id->count - 1];
	k->prefix = seep__unpack_u64(u);
	k->linked = (int)seep__unpack_most(u, 1);
	k->whole_known = (int)seep__unpack_most(u, 1);
	k->readable = (int)seep__unpack_most(u, 1);
	k->whole.size = seep__unpack_u64(u);
	k->whole.sum = seep__unpack_u64(u);
	if (u->status != SEEP_OK || !k->linked)
		return u->status;
	first = seep__ordmap_slot(&id->by_prefix, k->prefix, &status);
	if (first != NULL)
		link_last(id, first);
	return status;
}

void
seep__identity_restore(struct seep__identity *identity,
		       struct seep__unpacker *unpacker)
{
	uint64_t n = seep__unpack_u64(unpacker);
	int status;

	assert(identity != NULL && identity->count == 0);
	for (; n > 0 && unpacker->status == SEEP_OK; n--) {
		status = restore_known(identity, unpacker);
		if (status != SEEP_OK)
			seep__unpack_fail(unpacker, status);
	}
}

void
seep__content_save(const struct seep__content_stream *content,
		   struct seep__packer *packer)
{
	size_t i;

	for (i = 0; i < 4; i++)
		seep__pack_u64(packer, content->hash.v[i]);
	seep__pack_u64(packer, content->hash.tail);
	seep__pack_u64(packer, content->size);
}

void
seep__content_restore(struct seep__content_stream *content,
		      struct seep__unpacker *unpacker)
{
	size_t i;

	for (i = 0; i < 4; i++)
		content->hash.v[i] = seep__unpack_u64(unpacker);
	content->hash.tail = seep__unpack_u64(unpacker);
	content->size = seep__unpack_u64(unpacker);
	content->hash.size = content->size;
}
