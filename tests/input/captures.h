/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * captures.h - capture files that a test makes, and what reading them gave.
 */
#ifndef SEEP_TESTS_INPUT_CAPTURES_H
#define SEEP_TESTS_INPUT_CAPTURES_H

#include <criterion/criterion.h>
#include <seep/capture.h>

#include "input/packets.h"

#define FILES_MAX 8

static char paths[FILES_MAX][64];
static size_t paths_count;

/* What a run over some files found. */
struct result {
	struct seep_coverage coverage;
	struct seep_progress progress;
	uint64_t flow_bytes;
	uint64_t flows;
	uint64_t by_port[65536]; /* bytes of the ends with this port */
	char notices[4096];
	size_t notices_count;
};

static inline void
remove_files(void)
{
	while (paths_count > 0)
		unlink(paths[--paths_count]);
}

static inline FILE *
file_start(uint32_t link)
{
	cr_assert_lt(paths_count, FILES_MAX);
	return pcap_start(paths[paths_count++], link);
}

static inline void
read_notices(struct seep_source *source, struct result *result)
{
	struct seep_notice notice;
	size_t used;

	while (seep_source_notice(source, &notice) == SEEP_OK) {
		result->notices_count++;
		used = strlen(result->notices);
		snprintf(result->notices + used, sizeof(result->notices) - used,
			 "%s\n", notice.text);
	}
}

static inline struct result *
read_files(const char *const *files, size_t count,
	   const struct seep_capture_opts *opts)
{
	struct result *result = calloc(1, sizeof(*result));
	struct seep_source *source;
	struct seep_flow flows[7];
	size_t got, i;
	int status;

	cr_assert_eq(seep_capture_source_new(&source, files, count, opts, NULL),
		     SEEP_OK);
	while ((status = seep_source_next(source, flows, 7, &got)) == SEEP_OK) {
		cr_assert_gt(got, 0);
		for (i = 0; i < got; i++) {
			result->flow_bytes +=
			    flows[i].bytes_orig + flows[i].bytes_resp;
			result->flows +=
			    !(flows[i].flags & SEEP_FLOW_CONTINUES);
			result->by_port[flows[i].port_orig] +=
			    flows[i].bytes_orig;
			result->by_port[flows[i].port_resp] +=
			    flows[i].bytes_resp;
			cr_assert(flows[i].flags & SEEP_FLOW_RECORDED);
		}
	}
	cr_assert_eq(status, SEEP_END);
	seep_source_coverage(source, &result->coverage);
	seep_source_progress(source, &result->progress);
	read_notices(source, result);
	seep_source_free(source);
	return result;
}

static inline struct result *
read_all(int accept_same)
{
	struct seep_capture_opts opts = SEEP_CAPTURE_OPTS_INIT;
	const char *files[FILES_MAX];
	size_t i;

	opts.no_dpi = 1;
	opts.accept_same_file = accept_same;
	for (i = 0; i < paths_count; i++)
		files[i] = paths[i];
	return read_files(files, paths_count, &opts);
}

/* A UDP packet from 10.0.0.1:'port' in Ethernet: 128 of 142 bytes. */
static inline void
write_udp(FILE *file, unsigned port, int64_t time_ns)
{
	struct frame f;

	frame_start(&f, 100);
	put_udp(&f, port, 53);
	put_ipv4(&f, 17, 1, 2);
	put_ethernet(&f, 0x0800);
	pcap_frame(file, time_ns, frame_data(&f), f.size, f.size);
}

static inline void
write_same(void)
{
	FILE *file = file_start(1);
	int i;

	for (i = 0; i < 10; i++)
		write_udp(file, 1000, T0 + i);
	fclose(file);
}

/* Packs paths[0] in place, if the tool is there. */
static inline int
pack(const char *format)
{
	char command[512];

	snprintf(command, sizeof(command), format, paths[0], paths[0], paths[0],
		 paths[0]);
	return system(command) == 0;
}

#endif
