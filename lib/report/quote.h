/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * quote.h - a word that a POSIX shell reads back as it was.
 */
#ifndef SEEP_REPORT_QUOTE_H
#define SEEP_REPORT_QUOTE_H

#include "base/text.h"

/*
 * seep__quote_path() writes a file name so that pasting it is harmless: as
 * it is, in single quotes, or, when it holds control characters or bytes
 * over 0x7e, through printf(1) with octal escapes, so that neither a
 * terminal nor a mail program can change it. A name that begins with '-'
 * gets "./" before it; "-" alone stays.
 */
void
seep__quote_path(struct seep__text *text, const char *path);

#endif
