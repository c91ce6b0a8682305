/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/inflate.h"

#include <assert.h>
#include <string.h>

#ifdef SEEP_HAVE_ZLIB
#define ZLIB_CONST
#include <zlib.h>
#endif
#ifdef SEEP_HAVE_ZSTD
#include <zstd.h>
#include <zstd_errors.h>
#endif

/*
 * The largest Zstandard window accepted, as a power of two: 27 = 128 MiB,
 * what the zstd tool accepts without --long. A larger one would let a file
 * of a few bytes claim gigabytes; a smaller one would refuse `zstd --ultra`.
 */
#define ZSTD_WINDOW_LOG_MAX 27

/* The longest head of a Zstandard frame: RFC 8878 section 3.1.1.1. */
#define ZSTD_HEAD_MAX 18

struct seep__inflate {
	struct seep__mem *mem;
	const char *why;
	enum seep__packing packing;
	int between; /* no member or frame is open */
	int padding; /* zeros after the last gzip member */
	int ready;   /* the library's state was made */
#ifdef SEEP_HAVE_ZLIB
	z_stream zlib;
#endif
#ifdef SEEP_HAVE_ZSTD
	ZSTD_DStream *zstd;
	uint8_t head[ZSTD_HEAD_MAX]; /* what was taken of the open frame, */
	size_t head_size;            /* as far as it is kept: see turn_zstd() */
	int again;                   /* the head is to be given again */
#endif
};

/* starts_like() compares with a magic number, as far as there is data. */
static int
starts_like(const uint8_t *data, size_t size, const uint8_t *magic,
	    size_t magic_size)
{
	assert(size >= 1 && magic_size >= 1);
	return memcmp(data, magic, size < magic_size ? size : magic_size) == 0;
}

enum seep__packing
seep__packing_of(const uint8_t *data, size_t size)
{
	static const uint8_t gzip[3] = {0x1f, 0x8b, 0x08};
	static const uint8_t zstd[4] = {0x28, 0xb5, 0x2f, 0xfd};
	static const uint8_t skip[3] = {0x2a, 0x4d, 0x18};

	assert(size >= 1);
	if (starts_like(data, size, gzip, sizeof(gzip)))
		return size < sizeof(gzip) ? SEEP__PACKING_SHORT
					   : SEEP__PACKING_GZIP;
	if (starts_like(data, size, zstd, sizeof(zstd)) && size >= 2)
		return size < sizeof(zstd) ? SEEP__PACKING_SHORT
					   : SEEP__PACKING_ZSTD;
	/* A skippable frame: 0x184D2A50 to 5F, little-endian. The letters
	 * P to _ open many a text, hence the second byte. */
	if ((data[0] & 0xf0) == 0x50 && size >= 2 &&
	    starts_like(data + 1, size - 1, skip, sizeof(skip)))
		return size <= sizeof(skip) ? SEEP__PACKING_SHORT
					    : SEEP__PACKING_ZSTD;
	return SEEP__PACKING_NONE;
}

#ifdef SEEP_HAVE_ZLIB
/* In front of each of zlib's blocks, with its alignment: their size. */
#define ZLIB_HEAD 16

static voidpf
zlib_alloc(voidpf ctx, uInt items, uInt size)
{
	size_t total = (size_t)items * size + ZLIB_HEAD;
	uint8_t *block = seep__mem_get(ctx, total);

	if (block == NULL)
		return Z_NULL;
	memcpy(block, &total, sizeof(total));
	return block + ZLIB_HEAD;
}

static void
zlib_free(voidpf ctx, voidpf ptr)
{
	uint8_t *block = (uint8_t *)ptr - ZLIB_HEAD;
	size_t total;

	memcpy(&total, block, sizeof(total));
	seep__mem_put(ctx, block, total);
}

/*
 * warm_up() has zlib unpack one letter. It takes its window when something
 * first comes out, and a stream that was refused it then cannot go on; like
 * this it is refused here, before anything of the file was read.
 */
static int
warm_up(struct seep__inflate *f)
{
	/* Without its checksum: at the end of a member zlib forgets that
	 * something came out. */
	static const uint8_t member[] = {0x1f, 0x8b, 0x08, 0x00, 0x00,
					 0x00, 0x00, 0x00, 0x02, 0x03,
					 0xab, 0x00, 0x00};
	uint8_t letter[8];
	int status;

	f->zlib.next_in = member;
	f->zlib.avail_in = sizeof(member);
	f->zlib.next_out = letter;
	f->zlib.avail_out = sizeof(letter);
	status = inflate(&f->zlib, Z_NO_FLUSH);
	assert(status == Z_OK || status == Z_MEM_ERROR);
	(void)inflateReset(&f->zlib);
	return status == Z_MEM_ERROR ? SEEP_ENOMEM : SEEP_OK;
}

static int
open_gzip(struct seep__inflate *f)
{
	int status;

	f->zlib.zalloc = zlib_alloc;
	f->zlib.zfree = zlib_free;
	f->zlib.opaque = f->mem;
	/* 15: the largest window; +16: a gzip header and checksum. */
	if (inflateInit2(&f->zlib, 15 + 16) != Z_OK)
		return SEEP_ENOMEM;
	status = warm_up(f);
	if (status == SEEP_OK)
		f->ready = 1;
	else
		(void)inflateEnd(&f->zlib);
	return status;
}

/*
 * start_member() looks at what follows a member: another one, or zeros
 * that tape and block devices pad with; anything else is damage.
 */
static int
start_member(struct seep__inflate *f, const uint8_t *in, size_t in_size,
	     size_t *used)
{
	assert(f->between && *used <= in_size);
	while (*used < in_size && in[*used] == 0) {
		f->padding = 1;
		++*used;
	}
	if (*used == in_size)
		return SEEP_OK;
	if (f->padding || in[*used] != 0x1f) {
		f->why = "bytes behind the compressed data";
		return SEEP_EFORMAT;
	}
	(void)inflateReset(&f->zlib);
	f->between = 0;
	return SEEP_OK;
}

static int
turn_gzip(struct seep__inflate *f, const uint8_t *in, size_t in_size,
	  size_t *used, uint8_t *out, size_t out_size, size_t *got)
{
	int status;

	if (f->between) {
		status = start_member(f, in, in_size, used);
		if (status != SEEP_OK || f->between)
			return status;
	}
	f->zlib.next_in = in + *used;
	f->zlib.avail_in = (uInt)(in_size - *used);
	f->zlib.next_out = out;
	f->zlib.avail_out = (uInt)out_size;
	status = inflate(&f->zlib, Z_NO_FLUSH);
	*used = in_size - f->zlib.avail_in;
	*got = out_size - f->zlib.avail_out;
	if (status == Z_STREAM_END)
		f->between = 1;
	else if (status == Z_MEM_ERROR)
		return SEEP_ENOMEM;
	else if (status != Z_OK && status != Z_BUF_ERROR) {
		f->why = "damaged gzip data";
		return SEEP_EFORMAT;
	}
	return SEEP_OK;
}
#endif

#ifdef SEEP_HAVE_ZSTD
static int
open_zstd(struct seep__inflate *f)
{
	f->zstd = ZSTD_createDStream();
	if (f->zstd == NULL)
		return SEEP_ENOMEM;
	(void)ZSTD_DCtx_setParameter(f->zstd, ZSTD_d_windowLogMax,
				     ZSTD_WINDOW_LOG_MAX);
	f->ready = 1;
	return SEEP_OK;
}

/* keep_head() remembers what was taken of the head of the open frame. */
static void
keep_head(struct seep__inflate *f, const uint8_t *in, size_t used)
{
	if (f->between) {
		f->head_size = 0;
		return;
	}
	if (used > ZSTD_HEAD_MAX - f->head_size)
		used = ZSTD_HEAD_MAX - f->head_size;
	memcpy(f->head + f->head_size, in, used);
	f->head_size += used;
}

/*
 * fail_zstd() tells why a turn failed. libzstd takes its window when it has
 * the head of a frame; refused it, the frame must begin anew, and all that
 * was taken of it is in head[]. No version of it asks later than that.
 */
static int
fail_zstd(struct seep__inflate *f, size_t error)
{
	switch (ZSTD_getErrorCode(error)) {
	case ZSTD_error_memory_allocation:
		if (f->head_size == ZSTD_HEAD_MAX) {
			f->why = "no memory in the midst of Zstandard data";
			return SEEP_EFORMAT;
		}
		(void)ZSTD_DCtx_reset(f->zstd, ZSTD_reset_session_only);
		f->again = f->head_size > 0;
		return SEEP_ENOMEM;
	case ZSTD_error_frameParameter_windowTooLarge:
		f->why = "a Zstandard window over 128 MiB";
		return SEEP_EFORMAT;
	default:
		f->why = "damaged Zstandard data";
		return SEEP_EFORMAT;
	}
}

static int
turn_zstd(struct seep__inflate *f, const uint8_t *in, size_t in_size,
	  size_t *used, uint8_t *out, size_t out_size, size_t *got)
{
	ZSTD_inBuffer head = {f->head, f->again ? f->head_size : 0, 0};
	ZSTD_inBuffer from = {.src = in, .size = in_size, .pos = 0};
	ZSTD_outBuffer to = {.dst = out, .size = out_size, .pos = 0};
	size_t left;

	/* Between frames an empty turn would only open a frame that never
	 * comes: truncated() must stay false there. */
	if (in_size == 0 && f->between)
		return SEEP_OK;
	left = f->again ? ZSTD_decompressStream(f->zstd, &to, &head) : 1;
	f->again = head.pos < head.size;
	if (!ZSTD_isError(left))
		left = ZSTD_decompressStream(f->zstd, &to, &from);
	if (ZSTD_isError(left))
		return fail_zstd(f, left);
	*used = from.pos;
	*got = to.pos;
	f->between = left == 0;
	keep_head(f, in, *used);
	return SEEP_OK;
}
#endif

static int
open_library(struct seep__inflate *f, const char **why)
{
	(void)why;
	switch (f->packing) {
	case SEEP__PACKING_GZIP:
#ifdef SEEP_HAVE_ZLIB
		return open_gzip(f);
#else
		*why = "gzip: this build lacks zlib";
		return SEEP_EUNSUPPORTED;
#endif
	default:
		assert(f->packing == SEEP__PACKING_ZSTD);
#ifdef SEEP_HAVE_ZSTD
		return open_zstd(f);
#else
		*why = "Zstandard: this build lacks libzstd";
		return SEEP_EUNSUPPORTED;
#endif
	}
}

int
seep__inflate_new(struct seep__inflate **inflate, enum seep__packing packing,
		  struct seep__mem *mem, const char **why)
{
	struct seep__inflate *f;
	int status;

	assert(packing == SEEP__PACKING_GZIP || packing == SEEP__PACKING_ZSTD);
	*inflate = NULL;
	*why = "out of memory";
	f = seep__mem_zero(mem, 1, sizeof(*f));
	if (f == NULL)
		return SEEP_ENOMEM;
	f->mem = mem;
	f->packing = packing;
	status = open_library(f, why);
	if (status != SEEP_OK) {
		seep__mem_put(mem, f, sizeof(*f));
		return status;
	}
	*inflate = f;
	return SEEP_OK;
}

void
seep__inflate_free(struct seep__inflate *inflate)
{
	if (inflate == NULL)
		return;
#ifdef SEEP_HAVE_ZLIB
	if (inflate->ready && inflate->packing == SEEP__PACKING_GZIP)
		(void)inflateEnd(&inflate->zlib);
#endif
#ifdef SEEP_HAVE_ZSTD
	if (inflate->ready && inflate->packing == SEEP__PACKING_ZSTD)
		(void)ZSTD_freeDStream(inflate->zstd);
#endif
	seep__mem_put(inflate->mem, inflate, sizeof(*inflate));
}

int
seep__inflate_turn(struct seep__inflate *inflate, const uint8_t *in,
		   size_t in_size, size_t *used, uint8_t *out, size_t out_size,
		   size_t *got)
{
	assert(inflate != NULL && inflate->ready && out_size > 0);
	*used = 0;
	*got = 0;
	/* Only a build that can unpack something uses them. */
	(void)inflate;
	(void)in;
	(void)in_size;
	/* One turn is bounded to 1 GiB, for zlib counts in 32 bits. */
	if (out_size > (size_t)1 << 30)
		out_size = (size_t)1 << 30;
#ifdef SEEP_HAVE_ZLIB
	if (inflate->packing == SEEP__PACKING_GZIP)
		return turn_gzip(inflate, in, in_size, used, out, out_size,
				 got);
#endif
#ifdef SEEP_HAVE_ZSTD
	if (inflate->packing == SEEP__PACKING_ZSTD)
		return turn_zstd(inflate, in, in_size, used, out, out_size,
				 got);
#endif
	(void)in;
	(void)in_size;
	(void)out;
	return SEEP_EUNSUPPORTED;
}

int
seep__inflate_between(const struct seep__inflate *inflate)
{
	assert(inflate != NULL);
	return inflate->between;
}

const char *
seep__inflate_why(const struct seep__inflate *inflate)
{
	assert(inflate != NULL);
	return inflate->why != NULL ? inflate->why : "out of memory";
}
