/* SPDX-License-Identifier: BSD-3-Clause */
#include "lines.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "complain.h"

/* Longest text about a line; what lies beyond is cut. */
#define REASON_MAX_BYTES 400

int
lines_refuse(const struct line *line, const char *format, ...)
{
	char reason[REASON_MAX_BYTES];
	va_list args;

	assert(line != NULL);
	assert(format != NULL);
	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	complain("%s: line %zu: %s", line->path, line->number, reason);
	return EXIT_USAGE;
}

char *
lines_word(char **text)
{
	char *word;

	assert(text != NULL);
	word = *text + strspn(*text, LINES_SPACE);
	if (*word == '\0')
		return NULL;
	*text = word + strcspn(word, LINES_SPACE);
	if (**text != '\0')
		*(*text)++ = '\0';
	return word;
}

int
lines_read(const char *path, line_fn fn, void *ctx)
{
	struct line line = {.path = path};
	size_t room = 0;
	ssize_t size;
	int status = EXIT_DONE;
	FILE *file;

	assert(path != NULL);
	assert(fn != NULL);
	file = fopen(path, "r");
	if (file == NULL)
		return complain("%s: %s", path, strerror(errno));
	errno = 0;
	while (status == EXIT_DONE &&
	       (size = getline(&line.text, &room, file)) >= 0) {
		line.number++;
		line.text[strcspn(line.text, "\n")] = '\0';
		if (strlen(line.text) + 1 < (size_t)size)
			status = lines_refuse(&line, "not text");
		else
			status = fn(ctx, &line);
	}
	if (status == EXIT_DONE && ferror(file))
		status = complain("%s: %s", path, strerror(errno));
	free(line.text);
	fclose(file);
	return status;
}
