/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A reader's state when memory ends while it is saved or restored: the
 * status says so, nothing leaks, and what was not saved can be saved again.
 */
#include <criterion/criterion.h>

#include "alloc/fail.h"
#include "input/logs.h"
#include "input/saved.h"

struct attempt {
	const char *path;
	struct saved state;
};

static struct seep_source *
source_of(const char *path, int *status)
{
	struct seep_zeek_opts opts = SEEP_ZEEK_OPTS_INIT;
	struct seep_source *source;

	opts.dedup = 1;
	*status = seep_zeek_source_new(&source, &path, 1, &opts, fail_alloc());
	return source;
}

static void
read_some(struct seep_source *source)
{
	struct seep_flow flows[20];
	size_t n;

	cr_assert_eq(seep_source_next(source, flows, 20, &n), SEEP_OK);
}

static int
restore_once(void *ctx)
{
	struct attempt *a = ctx;
	struct seep_source *source;
	const char *section;
	int status;

	source = source_of(a->path, &status);
	if (status != SEEP_OK)
		return status;
	a->state.at = 0;
	status = seep_source_restore(source, saved_read, &a->state, &section);
	cr_assert_null(section);
	if (status == SEEP_OK) {
		fail_stop();
		read_some(source);
	}
	seep_source_free(source);
	return status;
}

static int
save_once(void *ctx)
{
	struct attempt *a = ctx;
	struct seep_source *source;
	struct saved state = {0};
	int status;

	source = source_of(a->path, &status);
	if (status != SEEP_OK)
		return status;
	status = seep_source_save(source, saved_write, &state);
	if (status != SEEP_OK) {
		fail_stop();
		state.size = 0;
		cr_assert_eq(seep_source_save(source, saved_write, &state),
			     SEEP_OK);
	}
	saved_clear(&state);
	seep_source_free(source);
	return status;
}

static void
put_log(struct folder *folder)
{
	static char text[LOG_SIZE];
	char uid[32];

	strcpy(text, HEADER);
	for (int i = 0; i < 60; i++) {
		snprintf(uid, sizeof(uid), "C%d", i);
		conn_tsv(text, CONN(.uid = uid, .op = uid + 1,
				    .service = i % 4 ? "ssl" : "teredo",
				    .parents = i % 5 ? NULL : "C1"));
	}
	put_text(in_folder(folder, "conn.log"), text);
}

Test(fail_state, a_state_is_restored_or_memory_is_named)
{
	static const struct fail_plan plan = {.each = 60, .runs = 60};
	struct folder folder;
	struct attempt a = {0};
	struct seep_source *source;
	int status;

	folder_init(&folder);
	put_log(&folder);
	a.path = folder.name;
	fail_begin(FAIL_NEVER, 0);
	source = source_of(a.path, &status);
	cr_assert_eq(status, SEEP_OK);
	read_some(source);
	save(&a.state, source);
	seep_source_free(source);
	cr_assert_null(fail_end());
	(void)fail_each("restore a state", restore_once, &a, &plan);
	(void)fail_each("save a state", save_once, &a, &plan);
	saved_clear(&a.state);
	folder_clear(&folder);
}
