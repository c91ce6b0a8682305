/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * lines.h - the lines that seep_dump writes, and reads back.
 *
 * coverage, refused   a key and its count
 * flow                the fields of struct seep_flow in their order, without
 *                     sensor and name
 * name                a flow that is a name: when, who, bytes, the domain
 * cell                the fields of struct seep_cell in their order
 * namecell            those of a cell of names
 */
#ifndef SEEP_TESTS_LINES_H
#define SEEP_TESTS_LINES_H

#include <seep/seep.h>

/* print_coverage() writes every count on a line of its own. */
void
print_coverage(const struct seep_coverage *c);

void
print_flow(const struct seep_flow *f);

void
print_cell(const struct seep_cell *c);

/* scan_flow() reads a line of print_flow(): 1, or 0 if it is none. A name
 * is put into 'domain', which the flow then borrows. */
int
scan_flow(const char *line, struct seep_flow *f,
	  char domain[SEEP_NAME_SIZE_MAX + 1]);

#endif
