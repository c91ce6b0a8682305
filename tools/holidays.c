/* SPDX-License-Identifier: BSD-3-Clause */
#include "holidays.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "complain.h"
#include "lines.h"
#include "parse.h"

#define NS_PER_DAY (INT64_C(86400) * INT64_C(1000000000))

/* Days that one line may name: a closure of a year is a typing error. */
#define RANGE_DAYS_MAX 366

/* The first entry that is not before 'day'. */
static size_t
find_day(const struct holiday_list *list, uint32_t day)
{
	size_t low = 0;
	size_t high = list->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (list->days[middle].day < day)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static int
keep_day(struct holiday_list *list, uint32_t day, uint32_t is_rest)
{
	size_t i = find_day(list, day);

	if (i < list->count && list->days[i].day == day) {
		list->days[i].is_rest = is_rest;
		return 0;
	}
	if (list->count == list->room) {
		size_t room = list->room == 0 ? 64 : list->room * 2;
		void *grown = realloc(list->days, room * sizeof(list->days[0]));

		if (grown == NULL)
			return -1;
		list->days = grown;
		list->room = room;
	}
	memmove(list->days + i + 1, list->days + i,
		(list->count - i) * sizeof(list->days[0]));
	list->days[i] = (struct seep_day_type){.day = day, .is_rest = is_rest};
	list->count++;
	return 0;
}

/* A date alone: no time of day. */
static int
read_date(const char *text, uint32_t *day)
{
	int64_t time_ns;

	if (strlen(text) != strlen("2026-03-01") ||
	    parse_time(text, &time_ns) != 0)
		return -1;
	*day = (uint32_t)(time_ns / NS_PER_DAY);
	return 0;
}

static int
read_range(const struct line *line, char *word, uint32_t *from, uint32_t *until)
{
	char *dots = strstr(word, "..");
	const char *last = word;

	if (dots != NULL) {
		*dots = '\0';
		last = dots + 2;
	}
	if (read_date(word, from) != 0)
		return lines_refuse(line, "'%s' is no date, as 2026-12-25",
				    word);
	if (read_date(last, until) != 0)
		return lines_refuse(line, "'%s' is no date, as 2026-12-25",
				    last);
	if (*until < *from)
		return lines_refuse(line, "'%s' is before '%s'", last, word);
	if (*until - *from >= RANGE_DAYS_MAX)
		return lines_refuse(line, "more than %d days", RANGE_DAYS_MAX);
	return EXIT_DONE;
}

static int
read_line(void *ctx, const struct line *line)
{
	struct holiday_list *list = ctx;
	char *rest = line->text;
	uint32_t is_rest = 1;
	uint32_t from = 0;
	uint32_t until = 0;
	char *word;
	int status;

	line->text[strcspn(line->text, "#")] = '\0';
	word = lines_word(&rest);
	if (word == NULL)
		return EXIT_DONE;
	status = read_range(line, word, &from, &until);
	if (status != EXIT_DONE)
		return status;
	word = lines_word(&rest);
	if (word != NULL && strcmp(word, "work") == 0) {
		is_rest = 0;
		word = lines_word(&rest);
	}
	if (word != NULL)
		return lines_refuse(line,
				    "'%s': after the date only 'work' "
				    "may stand",
				    word);
	for (uint32_t day = from; day <= until; day++)
		if (keep_day(list, day, is_rest) != 0)
			return complain("%s", seep_strstatus(SEEP_ENOMEM));
	return EXIT_DONE;
}

int
holidays_read(const char *path, struct holiday_list *list)
{
	assert(path != NULL);
	assert(list != NULL);
	return lines_read(path, read_line, list);
}

void
holidays_clear(struct holiday_list *list)
{
	assert(list != NULL);
	free(list->days);
	memset(list, 0, sizeof(*list));
}
