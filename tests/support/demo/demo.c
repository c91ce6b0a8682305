/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * demo.c - seep_demo: writes the demonstration case.
 *
 * Everything is a function of the options: the same command gives the same
 * bytes on every machine.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "capture.h"
#include "office.h"

static const char usage[] =
    "usage: seep_demo [--out DIR] [--pcap FILE] [--twin] [--seed N] "
    "[--days N]\n"
    "\n"
    "  --out DIR    write an administration's conn.log there, a file an "
    "hour\n"
    "  --pcap FILE  write a small capture of its file server\n"
    "  --twin       without the leak, everything else the same\n"
    "  --seed N     other random numbers (default 1)\n"
    "  --days N     1 to 366 (default 28)\n";

struct wanted {
	struct office office;
	const char *dir;
	const char *pcap;
	uint32_t days;
};

static int
read_number(const char *text, uint64_t max, uint64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoull(text, &end, 10);
	return errno || end == text || *end || *number > max ? -1 : 0;
}

static int
read_options(int argc, char **argv, struct wanted *wanted)
{
	uint64_t days;
	int i;

	for (i = 1; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : NULL;

		if (!strcmp(argv[i], "--twin")) {
			wanted->office.twin = 1;
			continue;
		}
		if (!value)
			return -1;
		if (!strcmp(argv[i], "--out")) {
			wanted->dir = value;
		} else if (!strcmp(argv[i], "--pcap")) {
			wanted->pcap = value;
		} else if (!strcmp(argv[i], "--seed")) {
			if (read_number(value, UINT64_MAX,
					&wanted->office.seed) < 0)
				return -1;
		} else if (!strcmp(argv[i], "--days")) {
			if (read_number(value, 366, &days) < 0 || !days)
				return -1;
			wanted->days = (uint32_t)days;
		} else {
			return -1;
		}
		i++;
	}
	return wanted->dir || wanted->pcap ? 0 : -1;
}

static int
write_logs(const struct wanted *wanted)
{
	struct conns conns = {0};
	uint32_t leak_days = 0;
	size_t files;
	uint32_t day;
	int status;

	if (mkdir(wanted->dir, 0777) < 0 && errno != EEXIST)
		return -1;
	for (day = 0; day < wanted->days; day++)
		office_day(&wanted->office, day, &conns);
	status = conns_write(
	    &conns, wanted->dir,
	    OFFICE_START_S * US_PER_S + wanted->days * US_PER_DAY, &files);
	if (wanted->days > OFFICE_LEAK_DAY && !wanted->office.twin)
		leak_days = wanted->days - OFFICE_LEAK_DAY;
	if (!status)
		printf("%s: %zu rows in %zu files, %" PRIu64
		       " bytes leaked in %" PRIu32 " days\n",
		       wanted->dir, conns.count, files,
		       24 * OFFICE_LEAK_PER_HOUR * leak_days, leak_days);
	conns_clear(&conns);
	return status;
}

int
main(int argc, char **argv)
{
	struct wanted wanted = {.office = {.seed = 1}, .days = 28};
	size_t packets;

	if (read_options(argc, argv, &wanted) < 0) {
		fputs(usage, stderr);
		return 2;
	}
	if (wanted.dir && write_logs(&wanted) < 0) {
		fprintf(stderr, "seep_demo: %s: %s\n", wanted.dir,
			strerror(errno));
		return 1;
	}
	if (wanted.pcap) {
		if (capture_write(&wanted.office, wanted.pcap, &packets) < 0) {
			fprintf(stderr, "seep_demo: %s: %s\n", wanted.pcap,
				strerror(errno));
			return 1;
		}
		printf("%s: %zu packets\n", wanted.pcap, packets);
	}
	return 0;
}
