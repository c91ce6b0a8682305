/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/source.h"

#include <assert.h>
#include <string.h>

#include "input/source_notice.h"

int
seep__source_new(struct seep_source **source, size_t size,
		 const struct seep__source_ops *ops,
		 const struct seep_alloc *alloc)
{
	struct seep__mem *mem;
	struct seep_source *s;

	assert(source != NULL && ops != NULL && ops->next != NULL);
	assert(size >= sizeof(*s));
	*source = NULL;
	if (seep__mem_new(&mem, alloc, 0) != SEEP_OK)
		return SEEP_ENOMEM;
	s = seep__mem_zero(mem, 1, size);
	if (s == NULL) {
		seep__mem_unref(mem);
		return SEEP_ENOMEM;
	}
	s->ops = ops;
	s->mem = mem;
	s->size = size;
	seep_coverage_init(&s->coverage);
	*source = s;
	return SEEP_OK;
}

static void
drop_notice(struct seep_source *source, struct seep__notice *notice)
{
	assert(source != NULL);
	if (notice != NULL)
		seep__mem_put(source->mem, notice, notice->size);
}

/* copy_string() puts a string behind a notice and moves the end. */
static const char *
copy_string(char **end, const char *string)
{
	size_t size;
	char *at = *end;

	assert(end != NULL && *end != NULL);
	if (string == NULL)
		return NULL;
	size = strlen(string) + 1;
	memcpy(at, string, size);
	*end += size;
	return at;
}

void
seep__source_note(struct seep_source *source, const char *file, uint64_t line,
		  uint64_t offset, const char *field, int fatal,
		  const char *text)
{
	struct seep__notice *n;
	size_t size;
	char *end;

	assert(file != NULL && text != NULL);
	size = sizeof(*n) + strlen(file) + strlen(text) + 2;
	if (field != NULL)
		size += strlen(field) + 1;
	n = seep__mem_zero(source->mem, 1, size);
	if (n == NULL)
		return;
	n->size = size;
	end = (char *)(n + 1);
	n->told.file = copy_string(&end, file);
	n->told.text = copy_string(&end, text);
	n->told.field = copy_string(&end, field);
	n->told.line = line;
	n->told.offset = offset;
	n->told.fatal = fatal;
	if (source->notices_last != NULL)
		source->notices_last->next = n;
	else
		source->notices = n;
	source->notices_last = n;
}

/* A name as the ledger takes it: without folders, not empty, not too long. */
static const char *
base_name(const char *path, size_t *size)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash != NULL ? slash + 1 : path;

	*size = strlen(name);
	if (*size > SEEP_INPUT_NAME_MAX)
		*size = SEEP_INPUT_NAME_MAX;
	if (*size == 0) {
		name = "-";
		*size = 1;
	}
	return name;
}

struct seep__input *
seep__input_new(struct seep_source *source, const char *path)
{
	struct seep__input *input;
	const char *name;
	size_t size;

	assert(source != NULL && path != NULL);
	name = base_name(path, &size);
	input = seep__mem_zero(source->mem, 1, sizeof(*input) + size + 1);
	if (input == NULL)
		return NULL;
	input->size = sizeof(*input) + size + 1;
	memcpy(input->name, name, size);
	input->told.name = input->name;
	input->told.first_ns = INT64_MAX;
	input->told.last_ns = INT64_MIN;
	seep__digest_init(&input->digest);
	return input;
}

void
seep__input_take(struct seep__input *input, int64_t start_ns, int64_t end_ns)
{
	assert(input != NULL);
	input->told.records++;
	/* Rows that end before they begin are the engine's to judge. */
	if (start_ns < input->told.first_ns)
		input->told.first_ns = start_ns;
	if (start_ns > input->told.last_ns)
		input->told.last_ns = start_ns;
	if (end_ns > input->told.last_ns)
		input->told.last_ns = end_ns;
}

void
seep__input_give(struct seep_source *source, struct seep__input *input,
		 int whole)
{
	assert(input != NULL);
	seep__digest_sum(&input->digest, whole, &input->told);
	seep__input_queue(source, input);
}

void
seep__input_queue(struct seep_source *source, struct seep__input *input)
{
	assert(input != NULL && input->next == NULL);
	if (source->inputs_last != NULL)
		source->inputs_last->next = input;
	else
		source->inputs = input;
	source->inputs_last = input;
}

void
seep__input_drop(struct seep_source *source, struct seep__input *input)
{
	assert(source != NULL);
	if (input != NULL)
		seep__mem_put(source->mem, input, input->size);
}

void
seep__source_refuse(struct seep_source *source, enum seep_refusal reason,
		    uint64_t bytes)
{
	assert(reason < SEEP_REFUSED_COUNT);
	source->coverage.records_refused[reason]++;
	source->coverage.bytes_seen += bytes;
	source->coverage.bytes_refused += bytes;
}

int
seep_source_next(struct seep_source *source, struct seep_flow *flows,
		 size_t flows_max, size_t *count)
{
	int status;

	assert(source != NULL && flows != NULL && count != NULL);
	assert(flows_max >= 1);
	*count = 0;
	source->started = 1;
	status = source->ops->next(source, flows, flows_max, count);
	source->failed = status < 0;
	return status;
}

void
seep_source_finish(struct seep_source *source)
{
	assert(source != NULL);
	if (source->ops->finish != NULL)
		source->ops->finish(source);
}

void
seep_source_coverage(const struct seep_source *source,
		     struct seep_coverage *coverage)
{
	assert(source != NULL && coverage != NULL);
	*coverage = source->coverage;
}

int
seep_source_notice(struct seep_source *source, struct seep_notice *notice)
{
	struct seep__notice *n;

	assert(source != NULL && notice != NULL);
	drop_notice(source, source->notice_given);
	source->notice_given = NULL;
	n = source->notices;
	if (n == NULL)
		return SEEP_END;
	source->notices = n->next;
	if (n->next == NULL)
		source->notices_last = NULL;
	source->notice_given = n;
	*notice = n->told;
	return SEEP_OK;
}

int
seep_source_input(struct seep_source *source, struct seep_input *input)
{
	struct seep__input *first;

	assert(source != NULL && input != NULL);
	seep__input_drop(source, source->input_given);
	first = source->inputs;
	source->input_given = first;
	if (first == NULL)
		return SEEP_END;
	source->inputs = first->next;
	if (first->next == NULL)
		source->inputs_last = NULL;
	*input = first->told;
	return SEEP_OK;
}

void
seep_source_progress(const struct seep_source *source,
		     struct seep_progress *progress)
{
	assert(source != NULL && progress != NULL);
	*progress = source->progress;
}

void
seep__source_forget(struct seep_source *source)
{
	struct seep__notice *n, *next;
	struct seep__input *input;

	assert(source != NULL);
	drop_notice(source, source->notice_given);
	for (n = source->notices; n != NULL; n = next) {
		next = n->next;
		drop_notice(source, n);
	}
	source->notice_given = NULL;
	source->notices = source->notices_last = NULL;
	seep__input_drop(source, source->input_given);
	while ((input = source->inputs) != NULL) {
		source->inputs = input->next;
		seep__input_drop(source, input);
	}
	source->input_given = NULL;
	source->inputs_last = NULL;
}

void
seep_source_free(struct seep_source *source)
{
	struct seep__mem *mem;

	if (source == NULL)
		return;
	if (source->ops->release != NULL)
		source->ops->release(source);
	seep__source_forget(source);
	mem = source->mem;
	seep__mem_put(mem, source, source->size);
	seep__mem_unref(mem);
}
