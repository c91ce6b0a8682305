/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * saved.h - the state of a source in memory, for tests.
 */
#ifndef TESTS_INPUT_SAVED_H
#define TESTS_INPUT_SAVED_H

#include <stdlib.h>
#include <string.h>

#include <criterion/criterion.h>

#include <seep/source.h>

struct saved {
	unsigned char *data;
	size_t size;
	size_t room;
	size_t at; /* read so far */
};

static __attribute__((unused)) int
saved_write(void *ctx, const void *data, size_t size)
{
	struct saved *s = ctx;

	if (s->room - s->size < size) {
		s->room = s->room * 2 + size;
		s->data = realloc(s->data, s->room);
		cr_assert_not_null(s->data);
	}
	memcpy(s->data + s->size, data, size);
	s->size += size;
	return 0;
}

/* saved_read() gives pieces of odd sizes. */
static __attribute__((unused)) int
saved_read(void *ctx, void *data, size_t size, size_t *got)
{
	struct saved *s = ctx;
	size_t n = s->size - s->at;

	if (n > size)
		n = size;
	if (n > 777)
		n = 777;
	if (n > 0)
		memcpy(data, s->data + s->at, n);
	s->at += n;
	*got = n;
	return 0;
}

/* What a source said of the files that it has read. */
struct listed {
	struct seep_input inputs[128];
	char names[128][SEEP_INPUT_NAME_MAX + 1];
	size_t count;
};

static __attribute__((unused)) void
list_inputs(struct listed *l, struct seep_source *source)
{
	struct seep_input input;

	while (seep_source_input(source, &input) == SEEP_OK) {
		cr_assert_lt(l->count, 128);
		strcpy(l->names[l->count], input.name);
		input.name = NULL;
		l->inputs[l->count++] = input;
	}
}

/* same_inputs() compares two lists, their order too. */
static __attribute__((unused)) int
same_inputs(const struct listed *a, const struct listed *b)
{
	size_t i;

	for (i = 0; i < a->count && i < b->count; i++)
		if (memcmp(&a->inputs[i], &b->inputs[i],
			   sizeof(a->inputs[i])) != 0 ||
		    strcmp(a->names[i], b->names[i]) != 0)
			return 0;
	return a->count == b->count;
}

static __attribute__((unused)) void
saved_clear(struct saved *s)
{
	free(s->data);
	memset(s, 0, sizeof(*s));
}

static __attribute__((unused)) void
save(struct saved *s, struct seep_source *source)
{
	memset(s, 0, sizeof(*s));
	cr_assert_eq(seep_source_save(source, saved_write, s), SEEP_OK);
	cr_assert_gt(s->size, 16);
}

static __attribute__((unused)) int
restore(struct saved *s, struct seep_source *source, const char **section)
{
	s->at = 0;
	return seep_source_restore(source, saved_read, s, section);
}

/* is_damage() says whether a status is one that names a section. */
static __attribute__((unused)) int
is_damage(int status)
{
	return status == SEEP_EFORMAT || status == SEEP_ECHECKSUM ||
	       status == SEEP_EVERSION;
}

#endif
