/* SPDX-License-Identifier: BSD-3-Clause */
#include <fcntl.h>
#include <stdlib.h>

#include "input/stream.h"
#include "logs.h"
#include "packed.h"

#define BIG ((size_t)1000000)

static struct seep__mem *
mem_new(void)
{
	struct seep__mem *mem;

	cr_assert_eq(seep__mem_new(&mem, NULL, 0), SEEP_OK);
	return mem;
}

/* drain() reads 'step' bytes at a time; returns the last status. */
static int
drain(struct seep__stream *stream, char *out, size_t step, size_t *size)
{
	size_t got;
	int status;

	*size = 0;
	do {
		status = seep__stream_read(stream, out + *size, step, &got);
		*size += got;
	} while (status == SEEP_OK && got > 0);
	return status;
}

/* text_of() makes 'size' bytes that compress, but not to nothing. */
static char *
text_of(size_t size)
{
	char *text = malloc(size + 1);
	uint32_t state = 1;
	size_t i;

	for (i = 0; i < size; i++) {
		state = state * 1664525 + 1013904223;
		text[i] = "abcdefgh\n"[(state >> 24) % 9];
	}
	text[size] = '\0';
	return text;
}

static void
must_read_back(const char *path, const char *text, size_t size, size_t step)
{
	struct seep__mem *mem = mem_new();
	char *out = malloc(size + step + 1);
	struct seep__stream *stream;
	const char *why;
	size_t got;

	cr_assert_eq(seep__stream_open(&stream, path, mem, &why), SEEP_OK, "%s",
		     why);
	cr_assert_eq(drain(stream, out, step, &got), SEEP_OK);
	cr_assert_eq(got, size, "%zu of %zu", got, size);
	cr_assert_eq(memcmp(out, text, size), 0);
	cr_assert(!seep__stream_truncated(stream));
	cr_assert_eq(seep__stream_stored(stream),
		     seep__stream_stored_total(stream));
	seep__stream_close(stream);
	seep__mem_unref(mem);
	free(out);
}

Test(stream, reads_plain_bytes_whatever_the_step)
{
	struct folder folder;
	char *text = text_of(BIG);

	folder_init(&folder);
	put_bytes(in_folder(&folder, "x"), "w", text, BIG);
	must_read_back(folder.path, text, BIG, 4096);
	must_read_back(folder.path, text, BIG, 99991);
	put_bytes(folder.path, "w", "P(", 2);
	must_read_back(folder.path, "P(", 2, 1);
	put_bytes(folder.path, "w", "", 0);
	must_read_back(folder.path, "", 0, 10);
	free(text);
	folder_clear(&folder);
}

Test(stream, calls_the_beginning_of_a_magic_number_truncated)
{
	static const char *const starts[] = {"\x1f", "\x1f\x8b", "\x28\xb5",
					     "\x28\xb5\x2f"};
	struct seep__mem *mem = mem_new();
	struct seep__stream *stream;
	struct folder folder;
	char out[16];
	size_t got, i;

	folder_init(&folder);
	in_folder(&folder, "x");
	for (i = 0; i < 4; i++) {
		put_text(folder.path, starts[i]);
		cr_assert_eq(seep__stream_open(&stream, folder.path, mem, NULL),
			     SEEP_OK);
		cr_assert_eq(drain(stream, out, 16, &got), SEEP_OK);
		cr_assert_eq(got, 0);
		cr_assert(seep__stream_truncated(stream), "%zu", i);
		seep__stream_close(stream);
	}
	seep__mem_unref(mem);
	folder_clear(&folder);
}

Test(stream, reads_what_a_plain_file_grew_by)
{
	struct seep__mem *mem = mem_new();
	struct seep__stream *stream;
	struct folder folder;
	char out[64];
	size_t got;

	folder_init(&folder);
	put_text(in_folder(&folder, "x"), "");
	cr_assert_eq(seep__stream_open(&stream, folder.path, mem, NULL),
		     SEEP_OK);
	cr_assert_eq(drain(stream, out, 8, &got), SEEP_OK);
	cr_assert_eq(got, 0);
	append_text(folder.path, "one ");
	cr_assert_eq(drain(stream, out, 8, &got), SEEP_OK);
	cr_assert_eq(got, 4);
	append_text(folder.path, "two");
	cr_assert_eq(drain(stream, out, 8, &got), SEEP_OK);
	cr_assert_eq(memcmp(out, "two", 3), 0);
	cr_assert_eq(seep__stream_seek(stream, 1), SEEP_OK);
	cr_assert_eq(drain(stream, out, 8, &got), SEEP_OK);
	cr_assert_eq(got, 6);
	seep__stream_close(stream);
	seep__mem_unref(mem);
	folder_clear(&folder);
}

Test(stream, says_why_it_cannot_open)
{
	struct seep__mem *mem = mem_new();
	struct seep__stream *stream;
	const char *why;

	cr_assert_eq(seep__stream_open(&stream, "/nowhere/at/all", mem, &why),
		     SEEP_EIO);
	cr_assert_null(stream);
	cr_assert_str_eq(why, "no such file");
	cr_assert_eq(seep__stream_open(&stream, "/tmp", mem, &why), SEEP_EIO);
	cr_assert_str_eq(why, "is a directory");
	seep__stream_close(NULL);
	seep__mem_unref(mem);
}

Test(stream, never_waits_for_a_pipe_when_told_so)
{
	struct seep__mem *mem = mem_new();
	struct seep__stream *stream;
	struct folder folder;
	char out[16];
	size_t got;
	int fd;

	folder_init(&folder);
	cr_assert_eq(mkfifo(in_folder(&folder, "fifo"), 0600), 0);
	cr_assert_eq(seep__stream_open_no_wait(&stream, folder.path, mem, NULL),
		     SEEP_OK);
	fd = open(folder.path, O_WRONLY);
	cr_assert_eq(drain(stream, out, 16, &got), SEEP_OK);
	cr_assert_eq(got, 0);
	cr_assert(!seep__stream_ended(stream));
	cr_assert_eq(write(fd, "abcdef", 6), 6);
	cr_assert_eq(drain(stream, out, 16, &got), SEEP_OK);
	cr_assert_eq(got, 6);
	cr_assert(!seep__stream_ended(stream));
	close(fd);
	cr_assert_eq(drain(stream, out, 16, &got), SEEP_OK);
	cr_assert(seep__stream_ended(stream));
	seep__stream_close(stream);
	seep__mem_unref(mem);
	folder_clear(&folder);
}

#ifdef SEEP_HAVE_ZLIB
Test(stream, reads_gzip_of_several_members_and_zero_padding)
{
	struct folder folder;
	char *text = text_of(BIG), *packed = malloc(BIG);
	size_t half = BIG / 2 + 13, n;

	folder_init(&folder);
	n = pack_gzip(text, half, packed, BIG);
	n += pack_gzip("", 0, packed + n, BIG - n);
	n += pack_gzip(text + half, BIG - half, packed + n, BIG - n);
	memset(packed + n, 0, 512);
	put_bytes(in_folder(&folder, "x"), "w", packed, n + 512);
	must_read_back(folder.path, text, BIG, 65536);
	must_read_back(folder.path, text, BIG, 1009);
	free(packed);
	free(text);
	folder_clear(&folder);
}

/* read_damaged() returns how many bytes came before the error. */
static size_t
read_damaged(const void *data, size_t size, int *status, int *truncated)
{
	struct seep__mem *mem = mem_new();
	struct seep__stream *stream;
	struct folder folder;
	char *out = malloc(2 * BIG);
	size_t got = 0;

	folder_init(&folder);
	put_bytes(in_folder(&folder, "x"), "w", data, size);
	*status = seep__stream_open(&stream, folder.path, mem, NULL);
	cr_assert_eq(*status, SEEP_OK);
	*status = drain(stream, out, 4096, &got);
	*truncated = seep__stream_truncated(stream);
	if (*status != SEEP_OK)
		cr_assert_neq(seep__stream_why(stream)[0], '\0');
	seep__stream_close(stream);
	seep__mem_unref(mem);
	folder_clear(&folder);
	free(out);
	return got;
}

Test(stream, gives_everything_before_a_cut_in_gzip)
{
	char *text = text_of(BIG), *packed = malloc(BIG);
	size_t n = pack_gzip(text, BIG, packed, BIG), cut, got, before = 0;
	int status, truncated;

	for (cut = 1; cut < n; cut += n / 17) {
		got = read_damaged(packed, cut, &status, &truncated);
		cr_assert_eq(status, SEEP_OK);
		cr_assert(truncated, "cut at %zu", cut);
		cr_assert_geq(got, before);
		before = got;
	}
	cr_assert_gt(before, BIG / 2);
	free(packed);
	free(text);
}

Test(stream, names_damage_in_gzip_and_bytes_behind_it)
{
	char *text = text_of(BIG), *packed = malloc(BIG);
	size_t n = pack_gzip(text, BIG, packed, BIG);
	int status, truncated;

	memcpy(packed + n, "junk", 4);
	cr_assert_eq(read_damaged(packed, n + 4, &status, &truncated), BIG);
	cr_assert_eq(status, SEEP_EFORMAT);
	packed[n - 6] ^= 1; /* in the checksum */
	(void)read_damaged(packed, n, &status, &truncated);
	cr_assert_eq(status, SEEP_EFORMAT);
	memset(packed + n / 2, 0xff, 64);
	(void)read_damaged(packed, n, &status, &truncated);
	cr_assert_eq(status, SEEP_EFORMAT);
	free(packed);
	free(text);
}
#endif

#ifdef SEEP_HAVE_ZSTD
Test(stream, reads_zstandard_of_several_frames_and_skippable_ones)
{
	static const char skippable[] = "\x50\x2a\x4d\x18\x04\0\0\0abcd";
	struct folder folder;
	char *text = text_of(BIG), *packed = malloc(2 * BIG);
	size_t n = 0;

	folder_init(&folder);
	memcpy(packed, skippable, 12);
	n = 12;
	n += pack_zstd(text, 1000, packed + n, BIG);
	memcpy(packed + n, skippable, 12);
	n += 12;
	n += pack_zstd(text + 1000, BIG - 1000, packed + n, BIG);
	put_bytes(in_folder(&folder, "x"), "w", packed, n);
	must_read_back(folder.path, text, BIG, 65536);
	must_read_back(folder.path, text, BIG, 7919);
	free(packed);
	free(text);
	folder_clear(&folder);
}

Test(stream, refuses_a_zstandard_window_over_128_mib)
{
	/* A frame header (RFC 8878 section 3.1.1) with a window of 2^31. */
	static const char frame[] = "\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00";
	struct seep__mem *mem = mem_new();
	struct seep__stream *stream;
	struct folder folder;
	char out[64];
	size_t got;

	folder_init(&folder);
	put_bytes(in_folder(&folder, "x"), "w", frame, 9);
	cr_assert_eq(seep__stream_open(&stream, folder.path, mem, NULL),
		     SEEP_OK);
	cr_assert_eq(drain(stream, out, 64, &got), SEEP_EFORMAT);
	cr_assert_not_null(strstr(seep__stream_why(stream), "128 MiB"));
	seep__stream_close(stream);
	seep__mem_unref(mem);
	folder_clear(&folder);
}
#endif

#ifndef SEEP_HAVE_ZLIB
Test(stream, says_that_this_build_cannot_read_gzip)
{
	struct seep__mem *mem = mem_new();
	struct seep__stream *stream;
	struct folder folder;
	const char *why;

	folder_init(&folder);
	put_bytes(in_folder(&folder, "x"), "w", "\x1f\x8b\x08\0\0\0", 6);
	cr_assert_eq(seep__stream_open(&stream, folder.path, mem, &why),
		     SEEP_EUNSUPPORTED);
	cr_assert_str_eq(why, "gzip: this build lacks zlib");
	seep__mem_unref(mem);
	folder_clear(&folder);
}
#endif
