/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The file of --holidays, any bytes.
 *
 * Claims     it is read whole or refused; its days are ascending, each once;
 *            written one a line they are read again as they were.
 */
#include "holidays.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "complain.h"
#include "fuzz/fuzz.h"

#define NS_PER_DAY (INT64_C(86400) * INT64_C(1000000000))

static struct fuzz_bytes
written(const struct holiday_list *list)
{
	struct fuzz_bytes text = {NULL, 0, 0, 0};
	struct seep__mem *mem = fuzz_mem();
	struct seep__text line;

	seep__text_init(&line, mem);
	for (size_t i = 0; i < list->count; i++) {
		const struct seep_day_type *day = &list->days[i];

		FUZZ_CHECK(i == 0 || day[-1].day < day->day);
		FUZZ_CHECK(day->is_rest <= 1);
		seep__text_clear(&line);
		seep__text_time(&line, day->day * NS_PER_DAY);
		fuzz_write(&text, line.data, strlen("2026-01-01"));
		if (!day->is_rest)
			fuzz_write(&text, " work", 5);
		fuzz_write(&text, "\n", 1);
	}
	seep__text_clear(&line);
	fuzz_mem_end(mem);
	return text;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct holiday_list list = {NULL, 0, 0};
	struct holiday_list again = {NULL, 0, 0};
	struct fuzz_bytes text;
	int status = holidays_read(fuzz_file("", data, size), &list);

	FUZZ_CHECK(status == EXIT_DONE || status == EXIT_USAGE);
	if (status == EXIT_DONE) {
		text = written(&list);
		FUZZ_CHECK(holidays_read(fuzz_file("", text.data, text.size),
					 &again) == EXIT_DONE);
		FUZZ_CHECK(again.count == list.count);
		for (size_t i = 0; i < list.count; i++)
			FUZZ_CHECK(!memcmp(&list.days[i], &again.days[i],
					   sizeof(list.days[i])));
		free(text.data);
	}
	holidays_clear(&list);
	holidays_clear(&again);
	return 0;
}
