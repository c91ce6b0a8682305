/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/pack.h"

static const char magic[8] = "testing\n";

#define STORE_SIZE 200000

struct store {
	unsigned char bytes[STORE_SIZE];
	size_t size;
	size_t at;
	size_t piece; /* given at once */
};

static int
put(void *ctx, const void *data, size_t size)
{
	struct store *s = ctx;

	if (size > STORE_SIZE - s->size)
		return -1;
	memcpy(s->bytes + s->size, data, size);
	s->size += size;
	return 0;
}

static int
get(void *ctx, void *data, size_t size, size_t *got)
{
	struct store *s = ctx;
	size_t n = s->size - s->at;

	if (n > size)
		n = size;
	if (n > s->piece)
		n = s->piece;
	memcpy(data, s->bytes + s->at, n);
	s->at += n;
	*got = n;
	return 0;
}

static struct store *
new_store(void)
{
	struct store *s = calloc(1, sizeof(*s));

	cr_assert_not_null(s);
	s->piece = 1000;
	return s;
}

static const uint64_t numbers[] = {0, 1, 127, 128, 300, UINT32_MAX, UINT64_MAX};
static const int64_t signed_numbers[] = {0,    -1,        1,        -64,
					 1000, INT64_MIN, INT64_MAX};

/* Two sections, one of which is longer than a block. */
static void
fill(struct store *s)
{
	static char text[40000];
	struct seep__packer p;
	size_t i;

	memset(text, 'x', sizeof(text));
	seep__pack_begin(&p, put, s, magic, 7);
	seep__pack_section(&p, "numbers");
	for (i = 0; i < 7; i++)
		seep__pack_u64(&p, numbers[i]);
	for (i = 0; i < 7; i++)
		seep__pack_i64(&p, signed_numbers[i]);
	seep__pack_section(&p, "empty");
	seep__pack_section(&p, "texts");
	seep__pack_text(&p, "", 0);
	seep__pack_text(&p, text, sizeof(text));
	cr_assert_eq(seep__pack_end(&p), SEEP_OK);
}

/* read_all() reads what fill() wrote; returns the status. */
static int
read_all(struct store *s, struct seep__unpacker *u)
{
	struct seep__mem *mem;
	size_t size = 0, i;
	uint64_t before;
	char *text;

	s->at = 0;
	cr_assert_eq(seep__mem_new(&mem, NULL, 0), SEEP_OK);
	before = seep__mem_used(mem);
	seep__unpack_begin(u, get, s, magic, 7);
	seep__unpack_section(u, "numbers");
	for (i = 0; i < 7; i++)
		if (seep__unpack_u64(u) != numbers[i])
			seep__unpack_fail(u, SEEP_EINVAL);
	for (i = 0; i < 7; i++)
		if (seep__unpack_i64(u) != signed_numbers[i])
			seep__unpack_fail(u, SEEP_EINVAL);
	seep__unpack_section(u, "empty");
	seep__unpack_section(u, "texts");
	for (i = 0; i < 2; i++) {
		text = seep__unpack_text(u, mem, &size);
		if (text == NULL)
			continue;
		cr_assert_eq(size, i == 0 ? 1 : 40001);
		seep__mem_put(mem, text, size);
	}
	cr_assert_eq(seep__mem_used(mem), before);
	seep__mem_unref(mem);
	return seep__unpack_end(u);
}

Test(pack, gives_back_what_was_put_in_however_it_is_cut)
{
	struct store *s = new_store();
	struct seep__unpacker u;

	fill(s);
	for (s->piece = 1; s->piece < 40; s->piece += 6)
		cr_assert_eq(read_all(s, &u), SEEP_OK);
	free(s);
}

Test(pack, refuses_every_flipped_bit)
{
	struct store *s = new_store();
	struct seep__unpacker u;
	size_t bit;
	int status;

	fill(s);
	for (bit = 0; bit < s->size * 8; bit += bit < 4096 ? 1 : 61) {
		s->bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
		status = read_all(s, &u);
		cr_assert(status == SEEP_EFORMAT || status == SEEP_ECHECKSUM,
			  "bit %zu: %d", bit, status);
		s->bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
	}
	free(s);
}

Test(pack, names_the_section_that_is_damaged)
{
	struct store *s = new_store();
	struct seep__unpacker u;

	fill(s);
	s->bytes[3] ^= 1;
	cr_assert_eq(read_all(s, &u), SEEP_EFORMAT);
	cr_assert_str_eq(u.section, "header");
	s->bytes[3] ^= 1;
	s->bytes[9] ^= 1;
	cr_assert_eq(read_all(s, &u), SEEP_ECHECKSUM);
	cr_assert_str_eq(u.section, "header");
	s->bytes[9] ^= 1;
	s->bytes[16 + SEEP__PACK_HEAD] ^= 1;
	cr_assert_eq(read_all(s, &u), SEEP_ECHECKSUM);
	cr_assert_str_eq(u.section, "numbers");
	s->bytes[16 + SEEP__PACK_HEAD] ^= 1;
	s->bytes[s->size - 100] ^= 1;
	cr_assert_eq(read_all(s, &u), SEEP_ECHECKSUM);
	cr_assert_str_eq(u.section, "texts");
	free(s);
}

Test(pack, refuses_every_cut_and_more_than_all)
{
	struct store *s = new_store();
	struct seep__unpacker u;
	size_t whole;

	fill(s);
	whole = s->size;
	for (s->size = 0; s->size < whole; s->size += s->size < 300 ? 1 : 997)
		cr_assert_eq(read_all(s, &u), SEEP_EFORMAT);
	s->size = whole + 1;
	cr_assert_eq(read_all(s, &u), SEEP_EFORMAT);
	free(s);
}

Test(pack, tells_another_version_from_damage)
{
	struct store *s = new_store();
	struct seep__unpacker u;
	struct seep__packer p;

	seep__pack_begin(&p, put, s, magic, 8);
	cr_assert_eq(seep__pack_end(&p), SEEP_OK);
	seep__unpack_begin(&u, get, s, magic, 7);
	cr_assert_eq(seep__unpack_end(&u), SEEP_EVERSION);
	free(s);
}

Test(pack, refuses_what_is_left_over_or_lacking_in_a_section)
{
	struct store *s = new_store();
	struct seep__unpacker u;

	fill(s);
	seep__unpack_begin(&u, get, s, magic, 7);
	seep__unpack_section(&u, "numbers");
	(void)seep__unpack_u64(&u);
	seep__unpack_section(&u, "empty");
	cr_assert_eq(u.status, SEEP_EFORMAT);
	cr_assert_str_eq(u.section, "numbers");
	free(s);
}

Test(pack, gives_zeros_after_the_first_failure)
{
	struct store *s = new_store();
	struct seep__unpacker u;
	char bytes[4] = "abc";

	fill(s);
	seep__unpack_begin(&u, get, s, magic, 7);
	seep__unpack_section(&u, "empty");
	cr_assert_eq(u.status, SEEP_EFORMAT);
	cr_assert_eq(seep__unpack_u64(&u), 0);
	cr_assert_eq(seep__unpack_i64(&u), 0);
	seep__unpack_bytes(&u, bytes, sizeof(bytes));
	cr_assert_eq(memcmp(bytes, "\0\0\0\0", 4), 0);
	cr_assert_eq(seep__unpack_end(&u), SEEP_EFORMAT);
	free(s);
}

Test(pack, takes_no_more_memory_than_was_really_read)
{
	struct store *s = new_store();
	struct seep__unpacker u;
	struct seep__packer p;
	struct seep__mem *mem;
	size_t size;

	cr_assert_eq(seep__mem_new(&mem, NULL, 0), SEEP_OK);
	seep__pack_begin(&p, put, s, magic, 7);
	seep__pack_section(&p, "text");
	seep__pack_u64(&p, UINT64_MAX / 2);
	cr_assert_eq(seep__pack_end(&p), SEEP_OK);
	seep__unpack_begin(&u, get, s, magic, 7);
	seep__unpack_section(&u, "text");
	cr_assert_null(seep__unpack_text(&u, mem, &size));
	cr_assert_eq(u.status, SEEP_EFORMAT);
	cr_assert_leq(seep__mem_used_max(mem), SEEP__PACK_TEXT_MAX + 4096);
	seep__mem_unref(mem);
	free(s);
}

static int
refuse(void *ctx, const void *data, size_t size)
{
	(void)data;
	(void)size;
	return --*(int *)ctx < 0;
}

Test(pack, tells_that_writing_stopped)
{
	struct seep__packer p;
	int left;

	for (left = 0; left < 3; left++) {
		int n = left;

		seep__pack_begin(&p, refuse, &n, magic, 1);
		seep__pack_section(&p, "a");
		seep__pack_u64(&p, 1);
		cr_assert_eq(seep__pack_end(&p), SEEP_EIO);
	}
}
