/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/mark.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"

static void
take(struct seep__mark *mark, const struct stat *st)
{
	assert(st != NULL);
	memset(mark, 0, sizeof(*mark));
	mark->regular = S_ISREG(st->st_mode);
	mark->size = st->st_size > 0 ? (uint64_t)st->st_size : 0;
	mark->modified_ns =
	    (int64_t)((uint64_t)st->st_mtim.tv_sec * UINT64_C(1000000000) +
		      (uint64_t)st->st_mtim.tv_nsec);
}

static int
same_look(const struct seep__mark *a, const struct seep__mark *b)
{
	return a->regular == b->regular && a->size == b->size &&
	       a->modified_ns == b->modified_ns;
}

void
seep__mark_look(struct seep__mark *mark, int fd)
{
	struct seep__mark now;
	struct stat st;

	assert(mark != NULL);
	memset(&now, 0, sizeof(now));
	if (fstat(fd, &st) == 0)
		take(&now, &st);
	if (!same_look(mark, &now))
		*mark = now;
}

/* sum_part() sums [from, to) of a file; 0 when it cannot be read. */
static int
sum_part(struct seep__hash_stream *sum, int fd, void *buf, uint64_t from,
	 uint64_t to)
{
	ssize_t got;

	assert(to - from <= SEEP__MARK_PART);
	while (from < to) {
		got = pread(fd, buf, (size_t)(to - from), (off_t)from);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return 0;
		seep__hash_stream_feed(sum, buf, (size_t)got);
		from += (uint64_t)got;
	}
	return 1;
}

/* sum_ends() sums both ends of an open file. */
static int
sum_ends(struct seep__mark *mark, int fd, void *buf)
{
	uint64_t size = mark->size, first = size, last;
	struct seep__hash_stream sum;

	assert(mark->regular && size <= INT64_MAX);
	if (first > SEEP__MARK_PART)
		first = SEEP__MARK_PART;
	last = size - first < SEEP__MARK_PART ? first : size - SEEP__MARK_PART;
	seep__hash_stream_init(&sum);
	if (!sum_part(&sum, fd, buf, 0, first) ||
	    !sum_part(&sum, fd, buf, last, size))
		return 0;
	mark->ends = seep__hash_stream_sum(&sum);
	mark->taken = 1;
	return 1;
}

/* read_mark() marks the file at 'path' as it is now; 'why' as in _check(). */
static int
read_mark(struct seep__mark *now, const char *path, struct seep__mem *mem,
	  const char **why)
{
	struct stat st;
	void *buf;
	int fd;

	memset(now, 0, sizeof(*now));
	*why = "is gone";
	/* Looked at before it is opened: a pipe would wait. */
	if (stat(path, &st) != 0)
		return SEEP_OK;
	*why = "is no regular file any more";
	if (!S_ISREG(st.st_mode))
		return SEEP_OK;
	*why = "cannot be read any more";
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return SEEP_OK;
	buf = seep__mem_get(mem, SEEP__MARK_PART);
	if (buf != NULL) {
		seep__mark_look(now, fd);
		if (now->regular && sum_ends(now, fd, buf))
			*why = NULL;
		seep__mem_put(mem, buf, SEEP__MARK_PART);
	}
	(void)close(fd);
	return buf != NULL ? SEEP_OK : seep__mem_why(mem);
}

int
seep__mark_sum(struct seep__mark *mark, const char *path, struct seep__mem *mem)
{
	struct seep__mark now;
	const char *why;
	int status;

	assert(mark != NULL && path != NULL && mem != NULL);
	if (mark->taken || !mark->regular)
		return SEEP_OK;
	status = read_mark(&now, path, mem, &why);
	if (status == SEEP_OK && why == NULL && same_look(mark, &now))
		*mark = now;
	return status;
}

int
seep__mark_check(const struct seep__mark *mark, const char *path,
		 struct seep__mem *mem, const char **why)
{
	struct seep__mark now;
	int status;

	assert(mark != NULL && path != NULL && why != NULL);
	status = read_mark(&now, path, mem, why);
	if (status != SEEP_OK || *why != NULL)
		return status;
	if (!mark->taken)
		*why = "changed while it was read";
	else if (now.size != mark->size)
		*why = "is of another size than when it was read";
	else if (now.ends != mark->ends)
		*why = "holds other bytes than when it was read";
	else if (now.modified_ns != mark->modified_ns)
		*why = "was written to since it was read";
	return SEEP_OK;
}

void
seep__mark_save(const struct seep__mark *mark, struct seep__packer *packer)
{
	assert(mark != NULL);
	seep__pack_u64(packer, mark->size);
	seep__pack_i64(packer, mark->modified_ns);
	seep__pack_u64(packer, mark->ends);
	seep__pack_u64(packer, mark->taken);
	seep__pack_u64(packer, mark->regular);
}

void
seep__mark_restore(struct seep__mark *mark, struct seep__unpacker *unpacker)
{
	assert(mark != NULL);
	mark->size = seep__unpack_u64(unpacker);
	mark->modified_ns = seep__unpack_i64(unpacker);
	mark->ends = seep__unpack_u64(unpacker);
	mark->taken = (uint8_t)seep__unpack_most(unpacker, 1);
	mark->regular = (uint8_t)seep__unpack_most(unpacker, 1);
}
