/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * packed.h - gzip and Zstandard files for tests.
 */
#ifndef TESTS_INPUT_PACKED_H
#define TESTS_INPUT_PACKED_H

#include <criterion/criterion.h>
#include <stddef.h>

#ifdef SEEP_HAVE_ZLIB
#include <zlib.h>

/* pack_gzip() writes one gzip member to 'out' and returns its size. */
static __attribute__((unused)) size_t
pack_gzip(const void *data, size_t size, void *out, size_t room)
{
	z_stream z = {0};

	cr_assert_eq(
	    deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY),
	    Z_OK);
	z.next_in = (Bytef *)data;
	z.avail_in = (uInt)size;
	z.next_out = out;
	z.avail_out = (uInt)room;
	cr_assert_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
	cr_assert_eq(deflateEnd(&z), Z_OK);
	return room - z.avail_out;
}
#endif

#ifdef SEEP_HAVE_ZSTD
#include <zstd.h>

/* pack_zstd() writes one frame to 'out' and returns its size. */
static __attribute__((unused)) size_t
pack_zstd(const void *data, size_t size, void *out, size_t room)
{
	size_t packed = ZSTD_compress(out, room, data, size, 3);

	cr_assert(!ZSTD_isError(packed));
	return packed;
}

/* pack_zstd_unsized() does not say how much comes out: libzstd then takes a
 * window whatever the room for it. */
static __attribute__((unused)) size_t
pack_zstd_unsized(const void *data, size_t size, int window_log, void *out,
		  size_t room)
{
	ZSTD_CCtx *ctx = ZSTD_createCCtx();
	size_t packed;

	ZSTD_CCtx_setParameter(ctx, ZSTD_c_contentSizeFlag, 0);
	ZSTD_CCtx_setParameter(ctx, ZSTD_c_windowLog, window_log);
	packed = ZSTD_compress2(ctx, out, room, data, size);
	cr_assert(!ZSTD_isError(packed));
	ZSTD_freeCCtx(ctx);
	return packed;
}
#endif

#endif
