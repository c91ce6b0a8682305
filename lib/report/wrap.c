/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/wrap.h"

#include <assert.h>
#include <string.h>

/* Columns that a word takes once it is escaped. */
static size_t
columns_of(const char *word, size_t size)
{
	size_t columns = 0;

	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)word[i];

		columns += c < 0x20 || c > 0x7e || c == '\\' ? 4 : 1;
	}
	return columns;
}

void
seep__wrap(struct seep__text *text, const char *first, const char *rest,
	   size_t width, const char *words)
{
	size_t column = strlen(first);
	size_t size;
	int words_on_line = 0;

	assert(text != NULL);
	assert(words != NULL);
	seep__text_str(text, first);
	for (const char *p = words; *(p += strspn(p, " ")) != '\0'; p += size) {
		size_t columns;

		size = strcspn(p, " ");
		columns = columns_of(p, size);
		if (words_on_line > 0 && column + 1 + columns > width) {
			seep__text_char(text, '\n');
			seep__text_str(text, rest);
			column = strlen(rest);
			words_on_line = 0;
		}
		if (words_on_line > 0) {
			seep__text_char(text, ' ');
			column++;
		}
		seep__text_escaped(text, p, size);
		column += columns;
		words_on_line++;
	}
	seep__text_char(text, '\n');
}
