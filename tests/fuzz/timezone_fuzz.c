/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The argument of --timezone, and the table of a zone between any times.
 *
 * Claims     a name is used or refused, and nothing outside the database is
 *            read; the table ascends, its offsets are those of a day, and
 *            the first one holds from its beginning.
 * Input      8 bytes each: from, days until; then the name.
 */
#include "timezone.h"

#include <stdlib.h>
#include <string.h>

#include "complain.h"
#include "fuzz/fuzz.h"

#define NAME_MAX_HERE 80
/* Each day is looked at. */
#define DAYS_MAX 800
#define NS_PER_DAY (INT64_C(86400) * INT64_C(1000000000))

static void
check_table(int64_t from_ns, int64_t days)
{
	struct offset_list list = {NULL, 0, 0};
	const int64_t last_ns = INT64_MAX - days * NS_PER_DAY;

	if (from_ns > last_ns)
		from_ns = last_ns;
	FUZZ_CHECK(timezone_list(&list, from_ns, from_ns + days * NS_PER_DAY) ==
		   0);
	FUZZ_CHECK(list.count > 0);
	for (size_t i = 0; i < list.count; i++) {
		const struct seep_utc_offset *offset = &list.offsets[i];

		FUZZ_CHECK(i == 0 || offset[-1].from_ns < offset->from_ns);
		FUZZ_CHECK(offset->offset_s >= -86400 &&
			   offset->offset_s <= 86400);
	}
	timezone_clear(&list);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_take take = {data, size};
	const int64_t from_ns = (int64_t)(fuzz_uint(&take, 8) >> 1);
	const int64_t days = (int64_t)(fuzz_uint(&take, 8) % DAYS_MAX);
	char name[NAME_MAX_HERE + 1];
	size_t used = take.size;
	int status;

	if (used > NAME_MAX_HERE)
		used = NAME_MAX_HERE;
	if (used > 0)
		memcpy(name, take.data, used);
	name[used] = '\0';
	status = timezone_use(name);
	FUZZ_CHECK(status == EXIT_DONE || status == EXIT_USAGE);
	FUZZ_CHECK(status == EXIT_USAGE ||
		   (name[0] != '/' && strstr(name, "..") == NULL));
	if (status == EXIT_DONE)
		check_table(from_ns, days);
	return 0;
}
