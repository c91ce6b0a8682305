/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/stream.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "input/inflate.h"

/*
 * Bytes read from the file at once. 64 KiB is where read(2) stops to matter
 * beside decompression (a larger buffer measured no faster); half of it
 * costs a few per cent on small-block storage.
 */
#define STORED_ROOM 65536

/* The longest magic number looked for. */
#define MAGIC_SIZE 4

enum kind {
	KIND_UNDECIDED, /* fewer bytes there than a magic number has */
	KIND_PLAIN,
	KIND_PACKED
};

struct seep__stream {
	struct seep__mem *mem;
	struct seep__inflate *inflate; /* KIND_PACKED only */
	struct seep__digest *digest;   /* borrowed; NULL = not wanted */
	const char *why;
	uint64_t stored; /* bytes taken from the file, buffered ones too */
	uint64_t given;  /* bytes that came out of the decompressor */
	size_t at;       /* in buf */
	size_t size;
	int fd;
	int owned;
	int error; /* sticky */
	int ended; /* the last read(2) gave 0 */
	int no_wait;
	enum kind kind;
	uint8_t buf[STORED_ROOM];
};

static const char *
errno_text(int number)
{
	switch (number) {
	case ENOENT:
		return "no such file";
	case EACCES:
	case EPERM:
		return "permission denied";
	case EISDIR:
		return "is a directory";
	case ENOTDIR:
		return "a part of the path is not a directory";
	case ELOOP:
		return "too many symbolic links";
	case EMFILE:
	case ENFILE:
		return "too many open files";
	case ENAMETOOLONG:
		return "the name is too long";
	case ENXIO:
		return "no such device";
	default:
		return "cannot be opened or read";
	}
}

static int
fail(struct seep__stream *s, int status, const char *why)
{
	assert(status < 0 && why != NULL);
	s->error = status;
	s->why = why;
	return status;
}

/* is_ready() says whether read(2) will not wait. */
static int
is_ready(const struct seep__stream *s)
{
	struct pollfd ready = {.fd = s->fd, .events = POLLIN};

	return poll(&ready, 1, 0) != 0;
}

/*
 * read_file() is read(2) that goes on after a signal and, where somebody
 * made standard input non-blocking, waits as a blocking read would.
 */
static int
read_file(struct seep__stream *s, void *data, size_t size, size_t *got)
{
	struct pollfd ready = {.fd = s->fd, .events = POLLIN};
	ssize_t n;

	assert(size > 0 && got != NULL);
	*got = 0;
	s->ended = 0;
	if (s->no_wait && !is_ready(s))
		return SEEP_OK;
	for (;;) {
		n = read(s->fd, data, size);
		if (n >= 0)
			break;
		if (s->no_wait && errno == EAGAIN)
			return SEEP_OK;
		if (errno == EAGAIN)
			(void)poll(&ready, 1, -1);
		else if (errno != EINTR)
			return fail(s, SEEP_EIO, errno_text(errno));
	}
	*got = (size_t)n;
	if (s->digest != NULL)
		seep__sha_feed(&s->digest->stored, s->stored, data, *got);
	s->stored += (size_t)n;
	s->ended = n == 0;
	return SEEP_OK;
}

/* fill() reads more behind what the buffer holds. */
static int
fill(struct seep__stream *s)
{
	size_t got;
	int status;

	assert(s->at <= s->size && s->size <= STORED_ROOM);
	if (s->at > 0) {
		memmove(s->buf, s->buf + s->at, s->size - s->at);
		s->size -= s->at;
		s->at = 0;
	}
	/* A whole buffer that the decompressor can do nothing with. */
	if (s->size == STORED_ROOM)
		return fail(s, SEEP_EFORMAT, "damaged compressed data");
	status = read_file(s, s->buf + s->size, STORED_ROOM - s->size, &got);
	if (status == SEEP_OK)
		s->size += got;
	return status;
}

/*
 * decide() finds out what the file is, once enough of it is there. A file
 * of fewer bytes than a magic number that could become one stays undecided.
 */
static int
decide(struct seep__stream *s)
{
	enum seep__packing packing;
	size_t before;
	int status;

	assert(s->kind == KIND_UNDECIDED);
	while (s->size < MAGIC_SIZE) {
		before = s->size;
		status = fill(s);
		if (status != SEEP_OK)
			return status;
		if (s->size == before)
			break;
	}
	if (s->size == 0)
		return SEEP_OK;
	packing = seep__packing_of(s->buf, s->size);
	if (packing == SEEP__PACKING_SHORT)
		return SEEP_OK;
	if (packing == SEEP__PACKING_NONE) {
		s->kind = KIND_PLAIN;
		return SEEP_OK;
	}
	status = seep__inflate_new(&s->inflate, packing, s->mem, &s->why);
	if (status == SEEP_ENOMEM)
		return status;
	s->kind = KIND_PACKED;
	if (status != SEEP_OK)
		s->error = status;
	return status;
}

/* open_file() opens what is not standard input. O_NONBLOCK keeps the open
 * of a FIFO from waiting for its writer; regular files do not know it. */
static int
open_file(struct seep__stream *s, const char *path)
{
	int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY;

	s->fd = STDIN_FILENO;
	s->owned = strcmp(path, "-") != 0;
	if (s->owned)
		s->fd = open(path, flags | (s->no_wait ? O_NONBLOCK : 0));
	return s->fd >= 0;
}

static int
open_stream(struct seep__stream **stream, const char *path,
	    struct seep__mem *mem, const char **why, int no_wait)
{
	struct seep__stream *s;
	struct stat st;
	int status;

	assert(why != NULL);
	*stream = NULL;
	*why = "out of memory";
	s = seep__mem_zero(mem, 1, sizeof(*s));
	if (s == NULL)
		return SEEP_ENOMEM;
	s->mem = mem;
	s->no_wait = no_wait;
	if (!open_file(s, path)) {
		*why = errno_text(errno);
		seep__mem_put(mem, s, sizeof(*s));
		return SEEP_EIO;
	}
	if (fstat(s->fd, &st) != 0)
		st.st_mode = 0;
	if (S_ISDIR(st.st_mode))
		status = fail(s, SEEP_EIO, errno_text(EISDIR));
	else
		status = decide(s);
	/* What was taken from a pipe cannot be read again: it is kept, and the
	 * first read asks for the memory once more. */
	if (status == SEEP_ENOMEM && !S_ISREG(st.st_mode))
		status = SEEP_OK;
	if (status != SEEP_OK) {
		if (status != SEEP_ENOMEM)
			*why = s->why;
		seep__stream_close(s);
		return status;
	}
	*why = NULL;
	*stream = s;
	return SEEP_OK;
}

int
seep__stream_open(struct seep__stream **stream, const char *path,
		  struct seep__mem *mem, const char **why)
{
	const char *unused;

	assert(stream != NULL && path != NULL && mem != NULL);
	return open_stream(stream, path, mem, why != NULL ? why : &unused, 0);
}

int
seep__stream_open_no_wait(struct seep__stream **stream, const char *path,
			  struct seep__mem *mem, const char **why)
{
	const char *unused;

	assert(stream != NULL && path != NULL && mem != NULL);
	return open_stream(stream, path, mem, why != NULL ? why : &unused, 1);
}

int
seep__stream_ended(const struct seep__stream *stream)
{
	assert(stream != NULL);
	return stream->ended;
}

void
seep__stream_close(struct seep__stream *stream)
{
	if (stream == NULL)
		return;
	seep__inflate_free(stream->inflate);
	if (stream->owned)
		(void)close(stream->fd);
	seep__mem_put(stream->mem, stream, sizeof(*stream));
}

static int
read_plain(struct seep__stream *s, void *data, size_t size, size_t *got)
{
	size_t n = s->size - s->at;

	assert(s->kind == KIND_PLAIN);
	if (n == 0)
		return read_file(s, data, size, got);
	if (n > size)
		n = size;
	memcpy(data, s->buf + s->at, n);
	s->at += n;
	*got = n;
	return SEEP_OK;
}

/* read_packed() turns until something comes out, or the file ends. */
static int
read_packed(struct seep__stream *s, void *data, size_t size, size_t *got)
{
	size_t used;
	int status;

	assert(s->kind == KIND_PACKED && s->inflate != NULL);
	for (;;) {
		status =
		    seep__inflate_turn(s->inflate, s->buf + s->at,
				       s->size - s->at, &used, data, size, got);
		assert(used <= s->size - s->at && *got <= size);
		s->at += used;
		if (status == SEEP_ENOMEM)
			return status;
		if (status != SEEP_OK)
			(void)fail(s, status, seep__inflate_why(s->inflate));
		if (*got > 0)
			return SEEP_OK;
		if (status != SEEP_OK)
			return status;
		if (used > 0)
			continue;
		used = s->size - s->at;
		status = fill(s);
		if (status != SEEP_OK || s->size - s->at == used)
			return status;
	}
}

int
seep__stream_read(struct seep__stream *stream, void *data, size_t size,
		  size_t *got)
{
	int status;

	assert(stream != NULL && data != NULL && size > 0 && got != NULL);
	*got = 0;
	if (stream->error != SEEP_OK)
		return stream->error;
	if (stream->kind == KIND_UNDECIDED) {
		status = decide(stream);
		if (status != SEEP_OK || stream->kind == KIND_UNDECIDED)
			return status;
	}
	if (stream->kind == KIND_PLAIN)
		return read_plain(stream, data, size, got);
	status = read_packed(stream, data, size, got);
	if (stream->digest != NULL)
		seep__sha_feed(&stream->digest->content, stream->given, data,
			       *got);
	stream->given += *got;
	return status;
}

const char *
seep__stream_why(const struct seep__stream *stream)
{
	assert(stream != NULL);
	return stream->why != NULL ? stream->why : "no error";
}

int
seep__stream_truncated(const struct seep__stream *stream)
{
	assert(stream != NULL);
	if (stream->kind == KIND_UNDECIDED)
		return stream->size > stream->at;
	return stream->kind == KIND_PACKED &&
	       !seep__inflate_between(stream->inflate);
}

int
seep__stream_packed(const struct seep__stream *stream)
{
	assert(stream != NULL);
	return stream->kind == KIND_PACKED;
}

uint64_t
seep__stream_stored(const struct seep__stream *stream)
{
	assert(stream != NULL && stream->at <= stream->size);
	return stream->stored - (stream->size - stream->at);
}

uint64_t
seep__stream_stored_total(const struct seep__stream *stream)
{
	struct stat st;

	assert(stream != NULL);
	if (fstat(stream->fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    st.st_size < 0)
		return 0;
	return (uint64_t)st.st_size;
}

void
seep__stream_hash(struct seep__stream *stream, struct seep__digest *digest)
{
	assert(stream != NULL && stream->at == 0 && stream->given == 0);
	stream->digest = digest;
	seep__sha_feed(&digest->stored, stream->stored - stream->size,
		       stream->buf, stream->size);
}

void
seep__stream_rehash(struct seep__stream *stream, struct seep__digest *digest)
{
	assert(stream != NULL && digest != NULL);
	stream->digest = digest;
}

int
seep__stream_drain(struct seep__stream *stream)
{
	struct stat st;
	size_t got = 1;

	assert(stream != NULL);
	if (stream->ended)
		return 1;
	if (fstat(stream->fd, &st) != 0 || !S_ISREG(st.st_mode))
		return 0;
	stream->at = stream->size = 0;
	while (got > 0)
		if (read_file(stream, stream->buf, STORED_ROOM, &got) !=
		    SEEP_OK)
			return 0;
	return 1;
}

/* Hashes the bytes before 'offset' that were not read: a file is hashed from
 * its beginning, wherever reading it goes on. */
static int
catch_up(struct seep__stream *s, uint64_t offset)
{
	struct seep__sha *sha = &s->digest->stored;

	assert(s->at == 0 && s->size == 0);
	while (sha->taken < offset) {
		size_t want = STORED_ROOM;
		ssize_t got;

		if (want > offset - sha->taken)
			want = (size_t)(offset - sha->taken);
		got = pread(s->fd, s->buf, want, (off_t)sha->taken);
		if (got <= 0)
			return fail(s, SEEP_EIO, "cannot seek");
		seep__sha_feed(sha, sha->taken, s->buf, (size_t)got);
	}
	return SEEP_OK;
}

int
seep__stream_seek(struct seep__stream *stream, uint64_t offset)
{
	assert(stream != NULL);
	if (stream->kind == KIND_PACKED)
		return SEEP_EUNSUPPORTED;
	if (offset > INT64_MAX ||
	    lseek(stream->fd, (off_t)offset, SEEK_SET) < 0)
		return fail(stream, SEEP_EIO, "cannot seek");
	stream->at = stream->size = 0;
	stream->stored = offset;
	stream->ended = 0;
	return stream->digest != NULL ? catch_up(stream, offset) : SEEP_OK;
}

/* pass_packed() decompresses 'size' bytes for nothing. */
static int
pass_packed(struct seep__stream *s, void *buf, uint64_t size)
{
	size_t got, want;
	int status;

	while (size > 0) {
		want = size < STORED_ROOM ? (size_t)size : STORED_ROOM;
		status = seep__stream_read(s, buf, want, &got);
		if (status != SEEP_OK)
			return status;
		if (got == 0)
			return fail(s, SEEP_EFORMAT, "ends too early");
		size -= got;
	}
	return SEEP_OK;
}

int
seep__stream_pass(struct seep__stream *stream, uint64_t size)
{
	void *buf;
	int status;

	assert(stream != NULL);
	if (size == 0)
		return SEEP_OK;
	/* Fewer bytes than a magic number may still be anything. */
	if (stream->kind == KIND_PLAIN)
		return seep__stream_seek(stream, size);
	buf = seep__mem_get(stream->mem, STORED_ROOM);
	if (buf == NULL)
		return seep__mem_why(stream->mem);
	status = pass_packed(stream, buf, size);
	seep__mem_put(stream->mem, buf, STORED_ROOM);
	return status;
}

int
seep__stream_fd(const struct seep__stream *stream)
{
	assert(stream != NULL);
	return stream->fd;
}
