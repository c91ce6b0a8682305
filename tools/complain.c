/* SPDX-License-Identifier: BSD-3-Clause */
#include "complain.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* Longest line that is printed whole; what lies beyond is cut, since a file
 * name can be 4096 bytes and a usage hint is below 300. */
#define LINE_MAX_BYTES 6000

static void
put_escaped(const char *text)
{
	for (const char *p = text; *p != '\0'; p++) {
		unsigned char c = (unsigned char)*p;

		if (c < 0x20 || c > 0x7e)
			fprintf(stderr, "\\x%02x", c);
		else
			fputc(c, stderr);
	}
}

int
complain(const char *format, ...)
{
	char line[LINE_MAX_BYTES];
	va_list args;

	assert(format != NULL);
	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	fputs("seep: ", stderr);
	put_escaped(line);
	fputc('\n', stderr);
	return EXIT_FAILED;
}

void
complain_notice(const struct seep_notice *notice)
{
	assert(notice != NULL);
	assert(notice->text != NULL);
	fputs("seep: ", stderr);
	if (notice->file != NULL) {
		put_escaped(notice->file);
		fputs(": ", stderr);
	}
	if (notice->line > 0)
		fprintf(stderr, "line %" PRIu64 ": ", notice->line);
	else if (notice->offset != UINT64_MAX && notice->offset > 0)
		fprintf(stderr, "byte %" PRIu64 ": ", notice->offset);
	if (notice->field != NULL) {
		put_escaped(notice->field);
		fputs(": ", stderr);
	}
	put_escaped(notice->text);
	fputc('\n', stderr);
}
