/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * wrap.h - lay ASCII text out in lines.
 */
#ifndef SEEP_REPORT_WRAP_H
#define SEEP_REPORT_WRAP_H

#include <stddef.h>

#include "base/text.h"

/*
 * seep__wrap() writes 'words' as one paragraph of lines up to 'width'
 * columns, the first beginning with 'first' and the others with 'rest', and
 * a newline. A word that is longer than a line stands on one of its own.
 * Bytes of 'words' that are not printable ASCII are shown as \xHH.
 */
void
seep__wrap(struct seep__text *text, const char *first, const char *rest,
	   size_t width, const char *words);

#endif
