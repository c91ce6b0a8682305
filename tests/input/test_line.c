/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/line.h"
#include "logs.h"

struct rig {
	struct folder folder;
	struct seep__mem *mem;
	struct seep__stream *stream;
	struct seep__lines lines;
	struct seep__line line;
};

static void
rig_init(struct rig *rig, const void *data, size_t size)
{
	folder_init(&rig->folder);
	cr_assert_eq(seep__mem_new(&rig->mem, NULL, 0), SEEP_OK);
	put_bytes(in_folder(&rig->folder, "x"), "w", data, size);
	cr_assert_eq(
	    seep__stream_open(&rig->stream, rig->folder.path, rig->mem, NULL),
	    SEEP_OK);
	seep__lines_init(&rig->lines, rig->mem);
}

static void
rig_clear(struct rig *rig)
{
	seep__lines_clear(&rig->lines);
	seep__stream_close(rig->stream);
	seep__mem_unref(rig->mem);
	folder_clear(&rig->folder);
}

static int
next(struct rig *rig)
{
	return seep__lines_next(&rig->lines, rig->stream, &rig->line);
}

static int
line_is(const struct rig *rig, const char *text)
{
	return rig->line.size == strlen(text) &&
	       memcmp(rig->line.data, text, rig->line.size) == 0;
}

Test(line, gives_lines_without_their_ends_and_counts_them)
{
	struct rig rig;

	rig_init(&rig, "one\ntwo\r\n\n\rx\nrest", 17);
	cr_assert_eq(next(&rig), SEEP_OK);
	cr_assert(line_is(&rig, "one"));
	cr_assert_eq(rig.line.number, 1);
	cr_assert_eq(rig.line.offset, 0);
	cr_assert(rig.line.terminated);
	cr_assert_eq(next(&rig), SEEP_OK);
	cr_assert(line_is(&rig, "two"));
	cr_assert_eq(rig.line.offset, 4);
	cr_assert_eq(next(&rig), SEEP_OK);
	cr_assert(line_is(&rig, ""));
	cr_assert_eq(next(&rig), SEEP_OK);
	cr_assert(line_is(&rig, "\rx"));
	cr_assert_eq(rig.line.number, 4);
	cr_assert_eq(next(&rig), SEEP_END);
	cr_assert_eq(seep__lines_rest(&rig.lines, &rig.line), SEEP_OK);
	cr_assert(line_is(&rig, "rest"));
	cr_assert(!rig.line.terminated);
	cr_assert_eq(rig.line.number, 5);
	cr_assert_eq(rig.line.offset, 13);
	cr_assert_eq(seep__lines_rest(&rig.lines, &rig.line), SEEP_END);
	rig_clear(&rig);
}

Test(line, keeps_a_partial_line_until_it_is_completed)
{
	struct rig rig;

	rig_init(&rig, "par", 3);
	cr_assert_eq(next(&rig), SEEP_END);
	append_text(rig.folder.path, "ti");
	cr_assert_eq(next(&rig), SEEP_END);
	append_text(rig.folder.path, "al\nmore");
	cr_assert_eq(next(&rig), SEEP_OK);
	cr_assert(line_is(&rig, "partial"));
	cr_assert_eq(rig.line.number, 1);
	cr_assert_eq(next(&rig), SEEP_END);
	cr_assert_eq(seep__lines_unread(&rig.lines), 4);
	rig_clear(&rig);
}

/* A line of 'size' bytes between two short ones. */
static void
read_long(struct rig *rig, size_t size)
{
	char *data = malloc(size + 7);

	memcpy(data, "ab\n", 3);
	memset(data + 3, 'x', size);
	memcpy(data + 3 + size, "\ncd\n", 4);
	rig_init(rig, data, size + 7);
	free(data);
	cr_assert_eq(next(rig), SEEP_OK);
	cr_assert(line_is(rig, "ab"));
	cr_assert_eq(next(rig), SEEP_OK);
}

Test(line, takes_a_line_of_one_mebibyte_and_skips_a_longer_one)
{
	static const size_t sizes[] = {SEEP__LINE_MAX, SEEP__LINE_MAX + 1,
				       10 * SEEP__LINE_MAX + 3};
	struct rig rig;
	size_t i;

	for (i = 0; i < 3; i++) {
		read_long(&rig, sizes[i]);
		cr_assert_eq(rig.line.too_long, i > 0);
		cr_assert_eq(rig.line.size, i > 0 ? 0 : SEEP__LINE_MAX);
		cr_assert_eq(next(&rig), SEEP_OK);
		cr_assert(line_is(&rig, "cd"));
		cr_assert_eq(rig.line.number, 3);
		cr_assert_eq(rig.line.offset, sizes[i] + 4);
		cr_assert_leq(seep__mem_used_max(rig.mem),
			      SEEP__LINE_MAX * 2 + 512 * 1024);
		rig_clear(&rig);
	}
}

Test(line, sums_every_byte_once_when_read_again)
{
	struct seep__content_stream content, straight;
	struct rig rig;

	rig_init(&rig, "one\ntw", 6);
	seep__content_init(&content);
	rig.lines.content = &content;
	cr_assert_eq(next(&rig), SEEP_OK);
	cr_assert_eq(next(&rig), SEEP_END);
	seep__lines_clear(&rig.lines);
	cr_assert_eq(rig.lines.offset, 4);
	append_text(rig.folder.path, "o\n");
	cr_assert_eq(seep__stream_seek(rig.stream, 4), SEEP_OK);
	cr_assert_eq(next(&rig), SEEP_OK);
	cr_assert(line_is(&rig, "two"));
	seep__content_init(&straight);
	seep__content_feed(&straight, "one\ntwo\n", 8);
	cr_assert_eq(content.size, 8);
	cr_assert_eq(seep__content_sum(&content).sum,
		     seep__content_sum(&straight).sum);
	rig_clear(&rig);
}
