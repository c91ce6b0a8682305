/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/spark.h"

#include <assert.h>

#include "report/sink.h"

#define NS_PER_HOUR INT64_C(3600000000000)

/* U+2581 .. U+2588, and U+00B7 for a day that nobody saw. */
static const char *const blocks[8] = {
    "\xe2\x96\x81", "\xe2\x96\x82", "\xe2\x96\x83", "\xe2\x96\x84",
    "\xe2\x96\x85", "\xe2\x96\x86", "\xe2\x96\x87", "\xe2\x96\x88"};
static const char gap[] = "\xc2\xb7";

static uint64_t
highest(const struct seep_day *days, size_t count)
{
	uint64_t bytes_max = 0;

	for (size_t i = 0; i < count; i++)
		if (days[i].bytes_out > bytes_max)
			bytes_max = days[i].bytes_out;
	return bytes_max;
}

/* The height 0..7: nothing is 0, the highest is 7. */
static size_t
height(uint64_t bytes, uint64_t bytes_max)
{
	assert(bytes <= bytes_max);
	while (bytes_max > UINT64_MAX / 8) {
		bytes_max >>= 1;
		bytes >>= 1;
	}
	return bytes_max == 0 ? 0 : (size_t)(bytes * 7 / bytes_max);
}

static const char *
block_of(const struct seep_day *days, size_t count, uint64_t bytes_max)
{
	int covered = 0;

	for (size_t i = 0; i < count; i++)
		covered |= days[i].hours_covered > 0 || days[i].bytes_out > 0;
	return covered ? blocks[height(highest(days, count), bytes_max)] : gap;
}

void
seep__spark(struct seep__text *text, const char *indent,
	    const struct seep_day *days, size_t count)
{
	const size_t blocks_max = SEEP__SPARK_COLUMNS * SEEP__SPARK_LINES_MAX;
	uint64_t bytes_max = highest(days, count);
	size_t days_each = (count + blocks_max - 1) / blocks_max;
	size_t column = 0;

	assert(text != NULL);
	assert(days != NULL || count == 0);
	for (size_t i = 0; i < count; i += days_each) {
		size_t here = count - i < days_each ? count - i : days_each;

		if (column % SEEP__SPARK_COLUMNS == 0) {
			seep__text_str(text, column > 0 ? "\n" : "");
			seep__text_str(text, indent);
			seep__report_date(text,
					  (int64_t)days[i].hour * NS_PER_HOUR);
			seep__text_str(text, "  ");
		}
		seep__text_str(text, block_of(days + i, here, bytes_max));
		column++;
	}
	if (column > 0)
		seep__text_char(text, '\n');
	if (days_each > 1) {
		seep__text_str(text, indent);
		seep__text_str(text, "(one block shows the highest of ");
		seep__text_u64(text, days_each);
		seep__text_str(text, " days)\n");
	}
}
