/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/quote.h"

#include <assert.h>
#include <string.h>

static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "abcdefghijklmnopqrstuvwxyz"
			    "0123456789_./,:=@%+-";

static int
is_printable(const char *path)
{
	for (const char *p = path; *p != '\0'; p++)
		if ((unsigned char)*p < 0x20 || (unsigned char)*p > 0x7e)
			return 0;
	return 1;
}

static void
put_single_quoted(struct seep__text *text, const char *path)
{
	seep__text_char(text, '\'');
	for (const char *p = path; *p != '\0'; p++) {
		if (*p == '\'')
			seep__text_str(text, "'\\''");
		else
			seep__text_char(text, *p);
	}
	seep__text_char(text, '\'');
}

/* $() drops newlines at the end of its output: they follow in quotes. */
static void
put_printf(struct seep__text *text, const char *path)
{
	size_t size = strlen(path);

	while (size > 0 && path[size - 1] == '\n')
		size--;
	seep__text_str(text, "\"$(printf '");
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)path[i];

		if (strchr(plain, path[i]) != NULL && c != '%') {
			seep__text_char(text, path[i]);
			continue;
		}
		seep__text_char(text, '\\');
		seep__text_char(text, (char)('0' + (c >> 6)));
		seep__text_char(text, (char)('0' + ((c >> 3) & 7)));
		seep__text_char(text, (char)('0' + (c & 7)));
	}
	seep__text_str(text, "')\"");
	if (path[size] != '\0')
		put_single_quoted(text, path + size);
}

void
seep__quote_path(struct seep__text *text, const char *path)
{
	assert(text != NULL);
	assert(path != NULL);
	if (path[0] == '-' && path[1] != '\0')
		seep__text_str(text, "./");
	if (!is_printable(path))
		put_printf(text, path);
	else if (path[0] == '\0' || path[strspn(path, plain)] != '\0')
		put_single_quoted(text, path);
	else
		seep__text_str(text, path);
}
