/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * zeek_json.h - one conn row as a line of JSON.
 *
 * Grammar   RFC 8259, one object per line, checked whole; what is not
 *           wanted is checked and skipped without recursion, to a depth of
 *           SEEP__ZEEK_JSON_DEPTH. Bytes of strings are not checked to be
 *           UTF-8: annotations are anything.
 * Keys      any order; "id.orig_h" and {"id":{"orig_h":...}} alike; of
 *           keys that come twice the last one holds (RFC 8259 section 4
 *           leaves it open; most parsers do the same).
 * Memory    one scratch buffer of a line's size, only for escaped strings
 *           and arrays.
 */
#ifndef SEEP_INPUT_ZEEK_JSON_H
#define SEEP_INPUT_ZEEK_JSON_H

#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "input/zeek_row.h"

/* Zeek's own rows nest twice; 64 is one machine word of bracket kinds. */
#define SEEP__ZEEK_JSON_DEPTH 64

struct seep__zeek_json {
	struct seep__mem *mem;
	char *scratch;
	size_t room;
	size_t used;
};

void
seep__zeek_json_init(struct seep__zeek_json *json, struct seep__mem *mem);

void
seep__zeek_json_clear(struct seep__zeek_json *json);

/*
 * seep__zeek_json_row() finds the wanted fields of a row; they are valid
 * until the next call and as long as 'line' is.
 *
 * 'why'  out, when the line is not one JSON object: static text.
 *
 * Returns SEEP_OK, SEEP_EFORMAT, SEEP_ENOMEM.
 */
int
seep__zeek_json_row(struct seep__zeek_json *json, const char *line, size_t size,
		    struct seep__zeek_row *row, const char **why);

#endif
