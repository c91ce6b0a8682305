/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * zeek_tsv.h - Zeek's ASCII logs: the header, and rows cut at separators.
 *
 * Header   may come again in the middle of a file (logs put together, a
 *          reopened log) and then replaces what was said before.
 * Memory   fixed: one byte per column.
 * Source   Zeek's logging/writers/ascii/Ascii.cc.
 */
#ifndef SEEP_INPUT_ZEEK_TSV_H
#define SEEP_INPUT_ZEEK_TSV_H

#include <stddef.h>
#include <stdint.h>

#include "input/zeek_row.h"

/*
 * Columns of one log at most. Zeek's conn has 21 to 30; sites that add
 * every annotation known reach some 60. A header with more is refused: rows
 * could not be checked against it.
 */
#define SEEP__ZEEK_COLUMNS_MAX 1024

/* A text of the header, such as the separator; longer ones are refused. */
#define SEEP__ZEEK_MARK_MAX 31

struct seep__zeek_mark {
	char text[SEEP__ZEEK_MARK_MAX + 1];
	size_t size;
};

/* What #path said. */
enum seep__zeek_path_kind {
	SEEP__ZEEK_PATH_NONE,
	SEEP__ZEEK_PATH_CONN,
	SEEP__ZEEK_PATH_INTERIM, /* conn_long, open_conn */
	SEEP__ZEEK_PATH_DNS,
	SEEP__ZEEK_PATH_OTHER
};

struct seep__zeek_tsv {
	struct seep__zeek_mark separator;
	struct seep__zeek_mark set_separator;
	struct seep__zeek_mark empty;
	struct seep__zeek_mark unset;
	enum seep__zeek_path_kind path;
	size_t columns;
	size_t wanted;   /* columns up to the last that is read */
	uint32_t fields; /* bit per enum seep__zeek_field found */
	uint32_t mistyped;
	int started;    /* any header line was seen */
	int has_fields; /* #fields was seen */
	uint8_t field_of[SEEP__ZEEK_COLUMNS_MAX];
};

/* seep__zeek_path_kind() judges a log's path. */
enum seep__zeek_path_kind
seep__zeek_path_kind(const char *path, size_t size);

void
seep__zeek_tsv_init(struct seep__zeek_tsv *tsv);

/*
 * seep__zeek_tsv_header() takes a line that starts with '#'.
 *
 * Returns NULL, or why the header cannot be used ('*field' may then name a
 * field, else is NULL).
 */
const char *
seep__zeek_tsv_header(struct seep__zeek_tsv *tsv, const char *line, size_t size,
		      const char **field);

/*
 * seep__zeek_tsv_lacks() looks at a whole header, before its first row.
 *
 * Returns NULL when rows can be read, or why not; '*field' as above.
 */
const char *
seep__zeek_tsv_lacks(const struct seep__zeek_tsv *tsv, const char **field);

/*
 * seep__zeek_tsv_is_dns() says whether the rows are those of a dns log: by
 * #path, or where there is none by the fields 'query' and 'proto' and no
 * size.
 */
int
seep__zeek_tsv_is_dns(const struct seep__zeek_tsv *tsv);

/*
 * seep__zeek_tsv_split() finds the wanted fields of a row; the others of
 * 'row' are unset.
 *
 * Returns the number of columns less that of the header: 0, < 0 (too few:
 * the last one there and those that follow are marked as cut), or 1 for any
 * number too many.
 */
long
seep__zeek_tsv_split(const struct seep__zeek_tsv *tsv, const char *line,
		     size_t size, struct seep__zeek_row *row);

#endif
