/* SPDX-License-Identifier: BSD-3-Clause */
#include "checkpoint.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "complain.h"
#include "parts.h"
#include "run.h"

/* How often where --every does not say: a crash then costs five minutes of
 * reading at most, and an hour of it has twelve pauses. */
#define EVERY_MS_DEFAULT 300000

static const char begin_anew[] = "to begin anew, remove it";

/* A path of the command line that is longer is no path. */
#define PATH_SIZE_MAX 65536

/* What decides what a state is, besides the paths. Whose network it is
 * stands in the ledger; what only says what is made of it may change. What
 * is folded depends on the budget. */
enum {
	SET_VERB,
	SET_DEDUP,
	SET_FOLLOW,
	SET_LINK_SPEED,
	SET_NO_DPI,
	SET_MEMORY,
	SET_NO_STORE,
	SETS
};

static const char *const set_names[SETS] = {
    "verb",     "--dedup",  "--follow",  "--link-speed",
    "--no-dpi", "--memory", "--no-store"};

static void
list_settings(const struct options *options, uint64_t values[SETS])
{
	values[SET_VERB] = options->verb;
	values[SET_DEDUP] = options->dedup != 0;
	values[SET_FOLLOW] = options->follow != 0;
	values[SET_LINK_SPEED] = options->link_bits_per_s;
	values[SET_NO_DPI] = options->no_dpi != 0;
	values[SET_MEMORY] = options->memory_bytes;
	values[SET_NO_STORE] = options->no_store != 0;
}

static const char *
sensor_of(const struct options *options)
{
	return options->sensor != NULL ? options->sensor : "";
}

static void
save_text(struct parts_writer *w, const char *text)
{
	size_t size = strlen(text);

	parts_u64(w, size);
	(void)parts_write(w, text, size);
}

static void
save_settings(struct parts_writer *w, const struct options *options)
{
	uint64_t values[SETS];

	list_settings(options, values);
	parts_part(w, "command");
	for (size_t i = 0; i < SETS; i++)
		parts_u64(w, values[i]);
	save_text(w, sensor_of(options));
	parts_u64(w, options->paths_count);
	for (size_t i = 0; i < options->paths_count; i++)
		save_text(w, options->paths[i]);
}

/* Is the next text 'text'? */
static int
is_text(struct parts_reader *r, const char *text)
{
	uint64_t size = parts_get_u64(r, PATH_SIZE_MAX);
	int same = size == strlen(text);
	char c;

	for (uint64_t i = 0; i < size && r->why == NULL; i++) {
		parts_get(r, &c, 1);
		same = same && c == text[i];
	}
	return same;
}

/* Says in what the command differs; what is damaged is told elsewhere. */
static int
check_settings(struct parts_reader *r, const struct options *options)
{
	const char *file = options->checkpoint;
	uint64_t values[SETS];
	uint64_t count;

	list_settings(options, values);
	parts_enter(r, "command");
	for (size_t i = 0; i < SETS; i++)
		if (parts_get_u64(r, UINT64_MAX) != values[i] && r->why == NULL)
			return complain("%s: made with another %s than this "
					"command has; %s",
					file, set_names[i], begin_anew);
	if (!is_text(r, sensor_of(options)) && r->why == NULL)
		return complain("%s: made with another --sensor than this "
				"command has; %s",
				file, begin_anew);
	count = parts_get_u64(r, SIZE_MAX);
	if (r->why == NULL && count != options->paths_count)
		return complain("%s: made of another number of paths; %s", file,
				begin_anew);
	for (size_t i = 0; i < count && r->why == NULL; i++)
		if (!is_text(r, options->paths[i]) && r->why == NULL)
			return complain("%s: made of other paths, without %s; "
					"%s",
					file, options->paths[i], begin_anew);
	return EXIT_DONE;
}

/* How much was written to a report that is written while reading goes on. */
static uint64_t
output_place(const struct run *run)
{
	long at;

	if (!run->options->follow || run->output.file == NULL)
		return 0;
	at = ftell(run->output.file);
	return at > 0 ? (uint64_t)at : 0;
}

static void
save_tool(struct parts_writer *w, const struct run *run)
{
	const struct seen *seen = &run->seen;

	parts_part(w, "tool");
	parts_u64(w, (uint64_t)run->event_ns);
	parts_u64(w, output_place(run));
	parts_u64(w, seen->local_found != 0);
	for (size_t i = 0; i < SEEN_SLOTS; i++) {
		(void)parts_write(w, seen->slots[i].network.base.bytes,
				  sizeof(seen->slots[i].network.base.bytes));
		parts_u64(w, seen->slots[i].network.prefix_bits);
		parts_u64(w, seen->slots[i].count);
	}
	told_save(&run->told_ids, w);
}

static int
restore_tool(struct parts_reader *r, struct run *run)
{
	struct seen *seen = &run->seen;

	parts_enter(r, "tool");
	run->event_ns = (int64_t)parts_get_u64(r, UINT64_MAX);
	run->checkpoint.output_at = parts_get_u64(r, INT64_MAX);
	seen->local_found = (int)parts_get_u64(r, 1);
	for (size_t i = 0; i < SEEN_SLOTS; i++) {
		parts_get(r, seen->slots[i].network.base.bytes,
			  sizeof(seen->slots[i].network.base.bytes));
		seen->slots[i].network.prefix_bits =
		    (uint8_t)parts_get_u64(r, 128);
		seen->slots[i].count = parts_get_u64(r, UINT64_MAX);
	}
	return told_restore(&run->told_ids, r);
}

/* Why a part could not be read, and which. 'inner' is what the library
 * calls the section. */
static int
complain_part(const struct run *run, const struct parts_reader *r, int status,
	      const char *inner)
{
	const char *file = run->options->checkpoint;

	if (r->why != NULL)
		return complain("%s: damaged in '%s': %s; %s", file, r->name,
				r->why, begin_anew);
	if (inner != NULL)
		return complain("%s: damaged in '%s' of '%s': %s; %s", file,
				inner, r->name, seep_strstatus(status),
				begin_anew);
	return complain("%s: %s", file, seep_strstatus(status));
}

/* The notices say what is not as it was. */
static int
complain_source(const struct run *run, int status)
{
	struct seep_notice notice;

	while (seep_source_notice(run->source, &notice) == SEEP_OK)
		complain_notice(&notice);
	if (status == SEEP_EMISMATCH)
		return complain("%s: made of other evidence; %s",
				run->options->checkpoint, begin_anew);
	return complain("%s: %s", run->options->checkpoint,
			seep_strstatus(status));
}

static int
restore_source(struct parts_reader *r, struct run *run)
{
	const char *section;
	int status;

	parts_enter(r, "source");
	if (r->why != NULL)
		return complain_part(run, r, SEEP_OK, NULL);
	status = seep_source_restore(run->source, parts_read, r, &section);
	if (status == SEEP_OK)
		return EXIT_DONE;
	if (r->why != NULL || section != NULL)
		return complain_part(run, r, status, section);
	return complain_source(run, status);
}

static int
restore_ledger(struct parts_reader *r, struct run *run)
{
	struct seep_snapshot *snapshot = NULL;
	const char *section = NULL;
	int status = SEEP_OK;

	parts_enter(r, "ledger");
	if (r->why == NULL)
		status = seep_snapshot_restore(&snapshot, parts_read, r,
					       &section, NULL);
	if (r->why != NULL || status != SEEP_OK) {
		seep_snapshot_free(snapshot);
		return complain_part(run, r, status, section);
	}
	status = seep_engine_add_snapshot(run->engine, snapshot);
	seep_snapshot_free(snapshot);
	if (status == SEEP_EMISMATCH)
		return complain("%s: made with another --local, --partner, "
				"--servers or --hosts; %s",
				run->options->checkpoint, begin_anew);
	return status == SEEP_OK ? EXIT_DONE : run_complain(run, status);
}

static int
restore_all(struct parts_reader *r, struct run *run)
{
	int status = check_settings(r, run->options);

	if (status != EXIT_DONE)
		return status;
	if (restore_tool(r, run) != 0)
		return run_complain(run, SEEP_ENOMEM);
	status = restore_source(r, run);
	if (status == EXIT_DONE)
		status = restore_ledger(r, run);
	if (status != EXIT_DONE)
		return status;
	parts_close(r);
	return r->why == NULL ? EXIT_DONE
			      : complain_part(run, r, SEEP_OK, NULL);
}

/* From now on, so that reading goes on whatever writing takes. */
static void
set_due(struct run *run)
{
	uint64_t every_ms = run->options->every_ms;

	if (every_ms == 0)
		every_ms = EVERY_MS_DEFAULT;
	run->checkpoint.due_ms = now_ms() + (int64_t)every_ms;
}

static int
resume(struct run *run, FILE *file)
{
	struct parts_reader *reader = malloc(sizeof(*reader));
	int status;

	if (reader == NULL)
		return run_complain(run, SEEP_ENOMEM);
	parts_open(reader, file);
	status = restore_all(reader, run);
	free(reader);
	if (status != EXIT_DONE)
		return status;
	run->checkpoint.resumed = 1;
	set_due(run);
	if (!run->options->quiet)
		complain("%s: going on from there", run->options->checkpoint);
	return EXIT_DONE;
}

int
checkpoint_start(struct run *run)
{
	const char *path = run->options->checkpoint;
	struct stat st;
	FILE *file;
	int status;

	assert(run->source != NULL && run->engine != NULL);
	if (path == NULL)
		return EXIT_DONE;
	if (stat(path, &st) != 0)
		return errno == ENOENT
			   ? EXIT_DONE
			   : complain("%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return complain("%s: not a regular file", path);
	file = fopen(path, "rb");
	if (file == NULL)
		return complain("%s: %s", path, strerror(errno));
	status = resume(run, file);
	fclose(file);
	return status;
}

/* Writes all parts; returns a status. */
static int
write_parts(struct run *run, struct parts_writer *w)
{
	struct seep_snapshot *snapshot;
	int status;

	parts_begin(w, output_write, &run->checkpoint.file);
	save_settings(w, run->options);
	save_tool(w, run);
	parts_part(w, "source");
	status = seep_source_save(run->source, parts_write, w);
	if (status != SEEP_OK)
		return status;
	status = seep_engine_snapshot(run->engine, &snapshot);
	if (status != SEEP_OK)
		return status;
	parts_part(w, "ledger");
	status = seep_snapshot_save(snapshot, parts_write, w);
	seep_snapshot_free(snapshot);
	if (status != SEEP_OK)
		return status;
	return parts_end(w) == 0 ? SEEP_OK : SEEP_EIO;
}

/* Tells why a checkpoint could not be written. */
static int
complain_write(struct run *run, int status, int why)
{
	struct seep_notice notice;

	run->checkpoint.failed = 1;
	progress_clear(&run->progress);
	while (status == SEEP_EUNSUPPORTED &&
	       seep_source_notice(run->source, &notice) == SEEP_OK)
		complain_notice(&notice);
	if (why == 0)
		(void)store_complain(&run->store);
	complain("%s: no checkpoint written: %s", run->options->checkpoint,
		 status == SEEP_EIO && why != 0 ? strerror(why)
						: seep_strstatus(status));
	return -1;
}

/* Writes a checkpoint beside the one of before, and puts it in its place. */
static int
write_checkpoint(struct run *run)
{
	struct output *file = &run->checkpoint.file;
	struct parts_writer *writer;
	int status;

	if (output_open_fixed(file, run->options->checkpoint) != 0)
		return complain_write(run, SEEP_EIO, errno);
	writer = malloc(sizeof(*writer));
	errno = 0;
	status = writer != NULL ? write_parts(run, writer) : SEEP_ENOMEM;
	free(writer);
	if (status != SEEP_OK) {
		int why = file->error;

		(void)output_close(file, 0);
		return complain_write(run, status, why);
	}
	if (output_close(file, 1) != 0)
		return complain_write(run, SEEP_EIO, errno);
	return 0;
}

int
checkpoint_last(struct run *run)
{
	if (run->options->checkpoint == NULL)
		return 0;
	if (write_checkpoint(run) != 0)
		return -1;
	set_due(run);
	return 0;
}

int
checkpoint_keep(struct run *run)
{
	assert(run != NULL);
	if (run->options->checkpoint == NULL ||
	    now_ms() < run->checkpoint.due_ms)
		return 0;
	return checkpoint_last(run);
}

int
checkpoint_end(const struct run *run)
{
	const char *path = run->options->checkpoint;

	assert(run != NULL);
	if (path == NULL)
		return EXIT_DONE;
	if (run->checkpoint.failed)
		return EXIT_FAILED;
	if (run->options->follow || output_remove(path) == 0)
		return EXIT_DONE;
	return complain("%s: %s", path, strerror(errno));
}
