/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/identity.h"
#include "logs.h"
#include "packed.h"
#include "support/alloc.h"

/* Longer than the prefix that is hashed of every file. */
#define LONG_SIZE 100000

struct rig {
	struct folder folder;
	struct seep__mem *mem;
	struct seep__identity *identity;
	char content[LONG_SIZE];
};

static void
rig_init(struct rig *rig)
{
	folder_init(&rig->folder);
	cr_assert_eq(seep__mem_new(&rig->mem, NULL, 0), SEEP_OK);
	cr_assert_eq(seep__identity_new(&rig->identity, rig->mem), SEEP_OK);
	memset(rig->content, 'a', LONG_SIZE);
}

static void
rig_clear(struct rig *rig)
{
	seep__identity_free(rig->identity);
	seep__mem_unref(rig->mem);
	folder_clear(&rig->folder);
}

/* check() writes a file and returns which earlier one it equals. */
static const char *
check(struct rig *rig, const char *name, const void *data, size_t size)
{
	const char *same;

	put_bytes(in_folder(&rig->folder, name), "w", data, size);
	cr_assert_eq(
	    seep__identity_check(rig->identity, rig->folder.path, &same),
	    SEEP_OK);
	return same != NULL ? strrchr(same, '/') + 1 : NULL;
}

Test(identity, knows_the_same_content_under_another_name)
{
	struct rig rig;

	rig_init(&rig);
	cr_assert_null(check(&rig, "a", "one", 3));
	cr_assert_null(check(&rig, "b", "two", 3));
	cr_assert_str_eq(check(&rig, "c", "two", 3), "b");
	cr_assert_str_eq(check(&rig, "d", "two", 3), "b");
	cr_assert_null(check(&rig, "e", "two ", 4));
	rig_clear(&rig);
}

Test(identity, tells_files_apart_that_differ_behind_the_prefix)
{
	struct rig rig;

	rig_init(&rig);
	cr_assert_null(check(&rig, "a", rig.content, LONG_SIZE));
	cr_assert_null(check(&rig, "b", rig.content, LONG_SIZE - 1));
	rig.content[LONG_SIZE - 1] = 'b';
	cr_assert_null(check(&rig, "c", rig.content, LONG_SIZE));
	cr_assert_str_eq(check(&rig, "d", rig.content, LONG_SIZE), "c");
	rig_clear(&rig);
}

Test(identity, finds_no_empty_or_unreadable_file_the_same)
{
	struct rig rig;
	const char *same;

	rig_init(&rig);
	cr_assert_null(check(&rig, "a", "", 0));
	cr_assert_null(check(&rig, "b", "", 0));
	cr_assert_eq(seep__identity_check(rig.identity, "/nowhere", &same),
		     SEEP_OK);
	cr_assert_null(same);
	cr_assert_eq(seep__identity_check(rig.identity, "/dev/null", &same),
		     SEEP_OK);
	cr_assert_null(same);
	rig_clear(&rig);
}

#ifdef SEEP_HAVE_ZLIB
Test(identity, looks_through_compression)
{
	static char packed[LONG_SIZE];
	struct rig rig;
	size_t n;

	rig_init(&rig);
	n = pack_gzip(rig.content, LONG_SIZE, packed, sizeof(packed));
	cr_assert_null(check(&rig, "a.gz", packed, n));
	cr_assert_str_eq(check(&rig, "b", rig.content, LONG_SIZE), "a.gz");
#ifdef SEEP_HAVE_ZSTD
	n = pack_zstd(rig.content, LONG_SIZE, packed, sizeof(packed));
	cr_assert_str_eq(check(&rig, "c", packed, n), "a.gz");
#endif
	rig_clear(&rig);
}
#endif

Test(identity, sums_content_in_pieces_as_it_sums_a_file)
{
	struct seep__content_stream pieces;
	struct seep__content whole, sum;
	struct rig rig;
	int complete = 0;

	rig_init(&rig);
	put_bytes(in_folder(&rig.folder, "a"), "w", rig.content, LONG_SIZE);
	cr_assert_eq(
	    seep__content_of(rig.folder.path, rig.mem, &whole, &complete),
	    SEEP_OK);
	cr_assert_eq(complete, 1);
	seep__content_init(&pieces);
	seep__content_feed(&pieces, rig.content, 17);
	seep__content_feed(&pieces, rig.content + 17, LONG_SIZE - 17);
	sum = seep__content_sum(&pieces);
	cr_assert_eq(sum.size, LONG_SIZE);
	cr_assert_eq(sum.size, whole.size);
	cr_assert_eq(sum.sum, whole.sum);
	rig_clear(&rig);
}

static int
attempt(const struct seep_alloc *alloc, void *ctx)
{
	const char *const *paths = ctx;
	struct seep__identity *identity;
	struct seep__mem *mem;
	const char *same;
	int status, i;

	if (seep__mem_new(&mem, alloc, 0) != SEEP_OK)
		return SEEP_ENOMEM;
	status = seep__identity_new(&identity, mem);
	for (i = 0; i < 2 && status == SEEP_OK; i++)
		status = seep__identity_check(identity, paths[i], &same);
	if (status == SEEP_OK && same == NULL)
		status = SEEP_EFORMAT;
	seep__identity_free(identity);
	seep__mem_unref(mem);
	return status;
}

Test(identity, gives_everything_back_whichever_allocation_fails)
{
	char a[512], b[512];
	const char *paths[2] = {a, b};
	struct folder folder;
	const char *why;

	folder_init(&folder);
	strcpy(a, in_folder(&folder, "a"));
	strcpy(b, in_folder(&folder, "b"));
	put_text(a, "same");
	put_text(b, "same");
	why = test_alloc_each(attempt, paths, NULL);
	cr_assert_null(why, "%s", why);
	folder_clear(&folder);
}
