/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <string.h>

#include "input/source.h"
#include "support/alloc.h"

static int
end_at_once(struct seep_source *source, struct seep_flow *flows,
	    size_t flows_max, size_t *count)
{
	(void)source;
	(void)flows;
	(void)flows_max;
	(void)count;
	return SEEP_END;
}

static const struct seep__source_ops ops = {.next = end_at_once};

static struct seep_source *
make(const struct seep_alloc *alloc)
{
	struct seep_source *source;

	cr_assert_eq(seep__source_new(&source, sizeof(*source), &ops, alloc),
		     SEEP_OK);
	return source;
}

Test(source, starts_with_empty_coverage_and_without_notices)
{
	struct seep_source *source = make(NULL);
	struct seep_coverage coverage, empty;
	struct seep_notice notice;

	seep_coverage_init(&empty);
	seep_source_coverage(source, &coverage);
	cr_assert_eq(memcmp(&coverage, &empty, sizeof(empty)), 0);
	cr_assert_eq(seep_source_notice(source, &notice), SEEP_END);
	seep_source_finish(source);
	seep_source_free(source);
}

Test(source, gives_notices_in_order_and_copies_their_strings)
{
	struct seep_source *source = make(NULL);
	struct seep_notice notice;
	char file[] = "a.log", text[] = "first";

	seep__source_note(source, file, 3, 77, "ts", 1, text);
	memset(file, 'x', 1);
	memset(text, 'x', 1);
	seep__source_note(source, "b.log", 0, UINT64_MAX, NULL, 0, "second");
	cr_assert_eq(seep_source_notice(source, &notice), SEEP_OK);
	cr_assert_str_eq(notice.file, "a.log");
	cr_assert_str_eq(notice.text, "first");
	cr_assert_str_eq(notice.field, "ts");
	cr_assert_eq(notice.line, 3);
	cr_assert_eq(notice.offset, 77);
	cr_assert_eq(notice.fatal, 1);
	cr_assert_eq(seep_source_notice(source, &notice), SEEP_OK);
	cr_assert_str_eq(notice.text, "second");
	cr_assert_null(notice.field);
	cr_assert_eq(seep_source_notice(source, &notice), SEEP_END);
	seep__source_note(source, "c.log", 0, UINT64_MAX, NULL, 0, "third");
	cr_assert_eq(seep_source_notice(source, &notice), SEEP_OK);
	cr_assert_str_eq(notice.text, "third");
	seep_source_free(source);
}

Test(source, counts_refused_bytes_as_seen_and_not_the_record)
{
	struct seep_source *source = make(NULL);
	struct seep_coverage coverage;

	seep__source_refuse(source, SEEP_REFUSED_INTERIM, 700);
	seep__source_refuse(source, SEEP_REFUSED_INTERIM, 0);
	seep_source_coverage(source, &coverage);
	cr_assert_eq(coverage.records, 0);
	cr_assert_eq(coverage.records_refused[SEEP_REFUSED_INTERIM], 2);
	cr_assert_eq(coverage.bytes_seen, 700);
	cr_assert_eq(coverage.bytes_refused, 700);
	seep_source_free(source);
}

static int
attempt(const struct seep_alloc *alloc, void *ctx)
{
	struct seep_source *source;
	struct seep_notice notice;
	int status;

	(void)ctx;
	status = seep__source_new(&source, sizeof(*source), &ops, alloc);
	if (status != SEEP_OK)
		return status;
	seep__source_note(source, "a", 1, 1, "f", 0, "lost or kept");
	seep__source_note(source, "a", 1, 1, NULL, 0, "lost or kept");
	(void)(seep_source_notice(source, &notice) == SEEP_OK);
	seep_source_free(source);
	return SEEP_OK;
}

Test(source, gives_everything_back_whichever_allocation_fails)
{
	size_t runs;
	const char *why = test_alloc_each(attempt, NULL, &runs);

	cr_assert_null(why, "%s", why);
	cr_assert_geq(runs, 3);
	seep_source_free(NULL);
}
