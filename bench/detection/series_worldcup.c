/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "detection/seriesfile.h"
#include "detection/seriesread.h"

/* struct hour_sum: the minutes of one hour, added up. */
struct hour_sum {
	uint32_t hour;
	/* minutes: one bit each that was told. */
	uint64_t minutes;
	uint64_t bytes;
};

static int
count_bits(uint64_t bits)
{
	int count = 0;

	for (; bits != 0; bits &= bits - 1)
		count++;
	return count;
}

/* end_hour() keeps an hour of which enough was told. -1 = no memory. */
static int
end_hour(struct seriesfile *file, struct series *series,
	 const struct hour_sum *sum)
{
	int rc;

	if (count_bits(sum->minutes) < SERIES_MINUTES_MIN)
		return 1;
	rc = series_put(series, 0, sum->hour, 0, sum->bytes);
	if (rc == 0)
		seriesfile_damage(file, "the hour before this line was told "
					"before, or is years away");
	return rc;
}

/* read_row() reads "time,requests,bytes". */
static int
read_row(char *rest, uint64_t *minute, uint64_t *bytes)
{
	const char *time = seriesfile_field(&rest);
	const char *requests = seriesfile_field(&rest);
	const char *size = seriesfile_field(&rest);
	uint64_t count;

	return requests != NULL && size != NULL && rest == NULL &&
	       seriesfile_minute(time, minute) &&
	       seriesfile_bytes(requests, &count) &&
	       seriesfile_bytes(size, bytes);
}

/* add_minute() adds to the open hour, or ends it. -1 = no memory. */
static int
add_minute(struct seriesfile *file, struct series *series, struct hour_sum *sum,
	   uint64_t minute, uint64_t bytes)
{
	uint32_t hour = (uint32_t)(minute / 60);
	uint64_t bit = UINT64_C(1) << (minute % 60);
	int rc = 1;

	if (hour != sum->hour) {
		rc = end_hour(file, series, sum);
		sum->hour = hour;
		sum->minutes = 0;
		sum->bytes = 0;
	}
	if (sum->minutes & bit) {
		seriesfile_damage(file, "this minute was told before");
		return rc;
	}
	sum->minutes |= bit;
	sum->bytes += bytes;
	return rc;
}

int
series_read_worldcup(struct series *series, const char *path,
		     const struct series_opts *opts)
{
	struct hour_sum sum = {0, 0, 0};
	struct seriesfile file;
	uint64_t minute, bytes;
	char *text;
	int rc = 1;

	if (series_add_host(series, "site", strlen("site")) == SIZE_MAX)
		return 0;
	if (!seriesfile_open(&file, path, opts, &series->damaged))
		return 0;
	/* The header names the columns: timestamp,num_request,size. */
	text = seriesfile_line(&file);
	while (text != NULL && rc >= 0 &&
	       (text = seriesfile_line(&file)) != NULL) {
		series->rows++;
		if (read_row(text, &minute, &bytes))
			rc = add_minute(&file, series, &sum, minute, bytes);
		else
			seriesfile_damage(&file, "not time,requests,bytes");
	}
	if (rc >= 0)
		rc = end_hour(&file, series, &sum);
	seriesfile_close(&file);
	return rc >= 0;
}
