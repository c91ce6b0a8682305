/* SPDX-License-Identifier: BSD-3-Clause */
#include "detection/seriesfile.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* A first guess; lines grow it. */
#define LINE_ROOM 65536

static void
tell(const struct seriesfile *file, uint64_t line, const char *text)
{
	if (file->opts->notice != NULL)
		file->opts->notice(file->opts->context, file->path, line, text);
	++*file->damaged;
}

int
seriesfile_open(struct seriesfile *file, const char *path,
		const struct series_opts *opts, uint64_t *damaged)
{
	memset(file, 0, sizeof(*file));
	file->path = path;
	file->opts = opts;
	file->damaged = damaged;
	file->gz = gzopen(path, "rb");
	file->room = LINE_ROOM;
	file->text = malloc(file->room);
	if (file->gz == NULL || file->text == NULL) {
		tell(file, 0, file->gz == NULL ? strerror(errno) : "no memory");
		seriesfile_close(file);
		return 0;
	}
	(void)gzbuffer(file->gz, 1u << 17);
	return 1;
}

void
seriesfile_close(struct seriesfile *file)
{
	if (file->gz != NULL)
		(void)gzclose(file->gz);
	free(file->text);
	file->gz = NULL;
	file->text = NULL;
}

static int
grow_line(struct seriesfile *file)
{
	char *text = realloc(file->text, file->room * 2);

	if (text == NULL) {
		tell(file, file->line, "no memory for a line this long");
		return 0;
	}
	file->text = text;
	file->room *= 2;
	return 1;
}

/* is_broken() tells a file that breaks from one that ends. */
static int
is_broken(struct seriesfile *file)
{
	int error = Z_OK;

	(void)gzerror(file->gz, &error);
	if (error == Z_OK || error == Z_STREAM_END)
		return 0;
	tell(file, file->line, "the file breaks off here");
	return 1;
}

char *
seriesfile_line(struct seriesfile *file)
{
	size_t size = 0;

	assert(file->gz != NULL && file->text != NULL);
	file->line++;
	for (;;) {
		if (file->room - size < 2 && !grow_line(file))
			return NULL;
		if (gzgets(file->gz, file->text + size,
			   (int)(file->room - size)) == NULL) {
			if (is_broken(file) || size == 0)
				return NULL;
			break;
		}
		size += strlen(file->text + size);
		if (size > 0 && file->text[size - 1] == '\n')
			break;
	}
	while (size > 0 &&
	       (file->text[size - 1] == '\n' || file->text[size - 1] == '\r'))
		file->text[--size] = '\0';
	return file->text;
}

void
seriesfile_damage(struct seriesfile *file, const char *text)
{
	tell(file, file->line, text);
}

char *
seriesfile_field(char **rest)
{
	char *field = *rest;
	char *comma;

	if (field == NULL)
		return NULL;
	comma = strchr(field, ',');
	if (comma != NULL)
		*comma++ = '\0';
	*rest = comma;
	return field;
}

size_t
seriesfile_column(const char *header, const char *name)
{
	size_t size = strlen(name);
	size_t column = 0;

	for (const char *at = header; at != NULL; column++) {
		if (strncmp(at, name, size) == 0 &&
		    (at[size] == ',' || at[size] == '\0'))
			return column;
		at = strchr(at, ',');
		at = at == NULL ? NULL : at + 1;
	}
	return SIZE_MAX;
}

/* The most that a flow may carry; far above what an hour of any link holds. */
#define BYTES_MAX (UINT64_C(1) << 53)

/* read_decimal() is for what is no plain integer; pandas writes floats. */
static int
read_decimal(const char *text, uint64_t *bytes)
{
	char *end;
	double value;

	if (text[strspn(text, "0123456789.eE+-")] != '\0')
		return 0;
	value = strtod(text, &end);
	if (end == text || *end != '\0' || !(value >= 0.0) ||
	    value > (double)BYTES_MAX)
		return 0;
	*bytes = (uint64_t)(value + 0.5);
	return 1;
}

int
seriesfile_bytes(const char *text, uint64_t *bytes)
{
	uint64_t value = 0;
	const char *at = text;

	for (; *at >= '0' && *at <= '9'; at++) {
		value = value * 10 + (uint64_t)(*at - '0');
		if (value > BYTES_MAX)
			return 0;
	}
	if (at == text)
		return 0;
	if (*at != '\0')
		return read_decimal(text, bytes);
	*bytes = value;
	return 1;
}

int
seriesfile_is_empty(const char *text)
{
	return text[0] == '\0' || strcmp(text, "NaN") == 0 ||
	       strcmp(text, "nan") == 0;
}

/* read_digits() reads exactly 'count' digits. */
static int
read_digits(const char **text, size_t count, unsigned *value)
{
	*value = 0;
	for (size_t i = 0; i < count; i++, ++*text) {
		if (**text < '0' || **text > '9')
			return 0;
		*value = *value * 10 + (unsigned)(**text - '0');
	}
	return 1;
}

static int
read_sign(const char **text, const char *any_of)
{
	if (**text == '\0' || strchr(any_of, **text) == NULL)
		return 0;
	++*text;
	return 1;
}

static int
month_days(unsigned year, unsigned month)
{
	static const unsigned char days[12] = {31, 28, 31, 30, 31, 30,
					       31, 31, 30, 31, 30, 31};
	int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* count_days() counts the days from 1970-01-01 to a date. */
static uint64_t
count_days(unsigned year, unsigned month, unsigned day)
{
	uint64_t days = day - 1;

	for (unsigned y = 1970; y < year; y++)
		days += month_days(y, 2) == 29 ? 366 : 365;
	for (unsigned m = 1; m < month; m++)
		days += (uint64_t)month_days(year, m);
	return days;
}

/* is_rest_zero(): what may follow the minutes without changing them. */
static int
is_rest_zero(const char *text)
{
	if (strncmp(text, ":00", 3) == 0)
		text += 3;
	return text[0] == '\0' || strcmp(text, "+00:00") == 0 ||
	       strcmp(text, "Z") == 0;
}

int
seriesfile_minute(const char *text, uint64_t *minute)
{
	unsigned year, month, day, hour, min;

	if (!read_digits(&text, 4, &year) || !read_sign(&text, "-") ||
	    !read_digits(&text, 2, &month) || !read_sign(&text, "-") ||
	    !read_digits(&text, 2, &day) || !read_sign(&text, " T") ||
	    !read_digits(&text, 2, &hour) || !read_sign(&text, ":") ||
	    !read_digits(&text, 2, &min) || !is_rest_zero(text))
		return 0;
	if (year < 1970 || year > 2200 || month < 1 || month > 12 || day < 1 ||
	    day > (unsigned)month_days(year, month) || hour > 23 || min > 59)
		return 0;
	*minute = (count_days(year, month, day) * 24 + hour) * 60 + min;
	return 1;
}

int
seriesfile_hour(const char *text, uint32_t *hour)
{
	uint64_t minute;

	if (!seriesfile_minute(text, &minute) || minute % 60 != 0)
		return 0;
	*hour = (uint32_t)(minute / 60);
	return 1;
}
