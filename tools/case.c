/* SPDX-License-Identifier: BSD-3-Clause */
#include "case.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "complain.h"
#include "output.h"

/* Inputs that two cases share, named one by one: the first few show which
 * run was read twice. */
#define OVERLAPS_TOLD 5

/* ---- writing ---- */

/* struct content: what is saved, one or the other. */
struct content {
	const struct seep_snapshot *snapshot;
	const struct seep_case *seep_case;
};

static int
save(const struct content *content, const char *path)
{
	struct output output;
	int status;

	assert(path != NULL);
	if (output_open(&output, path, 0, 1) != 0)
		return complain("%s: %s", path, strerror(errno));
	if (content->snapshot != NULL)
		status = seep_snapshot_save(content->snapshot, output_write,
					    &output);
	else
		status =
		    seep_case_save(content->seep_case, output_write, &output);
	if (status != SEEP_OK) {
		int why = output.error;

		(void)output_close(&output, 0);
		return complain("%s: %s", path,
				status == SEEP_EIO && why != 0
				    ? strerror(why)
				    : seep_strstatus(status));
	}
	if (output_close(&output, 1) != 0)
		return complain("%s: %s", path, strerror(errno));
	return EXIT_DONE;
}

int
case_save(const struct seep_snapshot *snapshot, const char *path)
{
	const struct content content = {.snapshot = snapshot};

	assert(snapshot != NULL);
	return save(&content, path);
}

int
case_save_all(const struct seep_case *seep_case, const char *path)
{
	const struct content content = {.seep_case = seep_case};

	assert(seep_case != NULL);
	return save(&content, path);
}

/* ---- reading ---- */

static int
read_file(void *ctx, void *data, size_t size, size_t *got)
{
	FILE *file = ctx;

	*got = fread(data, 1, size, file);
	return *got == 0 && ferror(file) ? -1 : 0;
}

static int
complain_restore(const char *path, int status, const char *section, int why)
{
	if (status == SEEP_EIO)
		return complain("%s: %s", path,
				why != 0 ? strerror(why)
					 : seep_strstatus(status));
	if (status == SEEP_EBUDGET)
		return complain("%s: needs more memory than --memory allows",
				path);
	if (section == NULL)
		return complain("%s: %s", path, seep_strstatus(status));
	if (status == SEEP_EFORMAT && strcmp(section, "header") == 0)
		return complain("%s: not a case that seep saved, or cut short",
				path);
	return complain("%s: section \"%s\": %s", path, section,
			seep_strstatus(status));
}

static int
read_one(const char *path, uint64_t memory_max, struct seep_case **seep_case)
{
	FILE *file = fopen(path, "rb");
	const char *section;
	int status;

	assert(seep_case != NULL);
	*seep_case = NULL;
	if (file == NULL)
		return complain("%s: %s", path, strerror(errno));
	errno = 0;
	status = seep_case_restore(seep_case, read_file, file, memory_max,
				   &section, NULL);
	if (status != SEEP_OK)
		(void)complain_restore(path, status, section, errno);
	(void)fclose(file);
	return status == SEEP_OK ? EXIT_DONE : EXIT_FAILED;
}

/* ---- merging ---- */

/* struct telling: what merging says, in words. */
struct telling {
	const struct options *options;
	size_t overlaps;
	int refused;
};

/* "", or " of sensor tap-1". */
static const char *
of_sensor(const struct seep_merge_note *note,
	  char text[SEEP_SENSOR_SIZE_MAX + 16])
{
	text[0] = '\0';
	if (note->sensor[0] != '\0')
		snprintf(text, SEEP_SENSOR_SIZE_MAX + 16, " of sensor %s",
			 note->sensor);
	return text;
}

static void
tell_overlap(struct telling *telling, const struct seep_merge_note *note,
	     const char *a, const char *b)
{
	if (telling->overlaps++ < OVERLAPS_TOLD)
		complain("%s (in %s) is %s in %s: the same rows would be "
			 "counted twice",
			 note->what, a, note->other, b);
}

static void
tell_refusal(struct telling *telling, const struct seep_merge_note *note,
	     const char *a, const char *b)
{
	char sensor[SEEP_SENSOR_SIZE_MAX + 16];

	of_sensor(note, sensor);
	telling->refused = 1;
	switch (note->event) {
	case SEEP_MERGE_SITE:
		complain("%s and %s are of different sites (--local, "
			 "--partner, --servers, --hosts)",
			 a, b);
		break;
	case SEEP_MERGE_SETTING:
		complain("%s and %s%s were read differently: %s", a, b, sensor,
			 note->what);
		break;
	case SEEP_MERGE_OVERLAP:
		tell_overlap(telling, note, a, b);
		break;
	case SEEP_MERGE_UNCHECKABLE:
		complain("%s and %s%s: one does not list all its inputs with "
			 "a hash, so whether they overlap cannot be seen; "
			 "--unchecked adds them up",
			 a, b, sensor);
		break;
	default:
		complain("the totals%s are too large together", sensor);
	}
}

static void
tell(void *ctx, const struct seep_merge_note *note)
{
	struct telling *telling = ctx;
	const char *a = telling->options->paths[note->a];
	const char *b = telling->options->paths[note->b];

	if (note->event == SEEP_MERGE_WITHIN) {
		if (!telling->options->quiet)
			complain("%s is left out: all its inputs are in %s "
				 "too",
				 a, b);
	} else if (note->event == SEEP_MERGE_UNCHECKED) {
		complain("%s and %s are added up as asked: whether they "
			 "overlap cannot be seen",
			 a, b);
	} else if (note->event == SEEP_MERGE_ALIKE) {
		complain("%s is in %s and in %s, from the same moment on: if "
			 "it grew between them, its first rows are counted "
			 "twice",
			 note->what, a, b);
	} else {
		tell_refusal(telling, note, a, b);
	}
}

static int
merge(const struct options *options, struct seep_case **cases,
      struct seep_case **merged)
{
	struct seep_merge_opts opts = SEEP_MERGE_OPTS_INIT;
	struct telling telling = {.options = options};
	int status;

	opts.unchecked = (uint32_t)options->unchecked;
	opts.memory_max = options->memory_bytes;
	opts.tell = tell;
	opts.ctx = &telling;
	status = seep_case_merge(merged, (const struct seep_case *const *)cases,
				 options->paths_count, &opts, NULL);
	if (telling.overlaps > OVERLAPS_TOLD)
		complain("and %zu more inputs are in two cases",
			 telling.overlaps - OVERLAPS_TOLD);
	if (status == SEEP_OK)
		return EXIT_DONE;
	if (telling.refused)
		return complain("nothing was merged");
	return complain("merging: %s", seep_strstatus(status));
}

int
case_read(const struct options *options, struct seep_case **seep_case)
{
	struct seep_case **cases =
	    calloc(options->paths_count, sizeof(struct seep_case *));
	int status = EXIT_DONE;

	assert(options->paths_count > 0);
	*seep_case = NULL;
	if (cases == NULL)
		return complain("%s", seep_strstatus(SEEP_ENOMEM));
	for (size_t i = 0; i < options->paths_count && status == EXIT_DONE; i++)
		status = read_one(options->paths[i], options->memory_bytes,
				  &cases[i]);
	if (status == EXIT_DONE && options->paths_count == 1) {
		*seep_case = cases[0];
		cases[0] = NULL;
	} else if (status == EXIT_DONE) {
		status = merge(options, cases, seep_case);
	}
	for (size_t i = 0; i < options->paths_count; i++)
		seep_case_free(cases[i]);
	free(cases);
	return status;
}
