/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * logrow_cut.h - take a row of a log apart: names and values as slices of
 * the line.
 */
#ifndef SEEP_TOOLS_LOGROW_CUT_H
#define SEEP_TOOLS_LOGROW_CUT_H

#include "logrow.h"

/* struct logrow_slice: 'data' NULL = there is none. */
struct logrow_slice {
	const char *data;
	size_t size;
};

int
logrow_slice_is(struct logrow_slice slice, const char *text);

/* logrow_find() returns the value of a name, logrow_find_word() that of a
 * string. */
struct logrow_slice
logrow_find(const struct logrow_fields *fields, const char *name,
	    size_t name_size);

struct logrow_slice
logrow_find_word(const struct logrow_fields *fields, const char *name);

/* logrow_keep_field() adds a field: 1, or 0 when there is no room. */
int
logrow_keep_field(struct logrow_fields *fields, struct logrow_slice name,
		  struct logrow_slice value);

/* logrow_without_end() returns the size of a line without its end. */
size_t
logrow_without_end(const char *line, size_t size);

/*
 * logrow_cut() takes a line apart: TSV by the form's header, or a flat JSON
 * object. Returns 1, or 0 when it is no whole row.
 */
int
logrow_cut(const struct logrow_form *form, struct logrow_fields *fields,
	   const char *line, size_t size);

#endif
