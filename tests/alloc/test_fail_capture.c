/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The capture reader when memory ends: it says so, and asked again it goes
 * on; no packet is lost or counted twice.
 */
#include <criterion/criterion.h>

#include "alloc/fail.h"
#include "input/captures.h"
#include "input/packed.h"

TestSuite(fail_capture, .fini = remove_files);

struct got {
	uint64_t bytes;
	uint64_t flows;
	struct seep_coverage coverage;
};

static int known;
static struct got expected;

static int
drain(struct seep_source *source, struct got *got)
{
	struct seep_flow batch[5];
	struct seep_notice notice;
	int first = SEEP_OK;
	int status;
	size_t n;

	memset(got, 0, sizeof(*got));
	do {
		status = seep_source_next(source, batch, 5, &n);
		for (size_t i = 0; i < n; i++) {
			got->bytes += batch[i].bytes_orig + batch[i].bytes_resp;
			got->flows += !(batch[i].flags & SEEP_FLOW_CONTINUES);
		}
		while (seep_source_notice(source, &notice) == SEEP_OK)
			continue;
		if (status < 0) {
			cr_assert_eq(first, SEEP_OK, "twice");
			first = status;
			fail_stop();
		}
	} while (status != SEEP_END);
	seep_source_coverage(source, &got->coverage);
	return first;
}

static int
read_captures(void *ctx)
{
	struct seep_capture_opts opts = SEEP_CAPTURE_OPTS_INIT;
	const char *files[FILES_MAX];
	struct seep_source *source;
	struct got got;
	int status;

	(void)ctx;
	opts.no_dpi = 1;
	for (size_t i = 0; i < paths_count; i++)
		files[i] = paths[i];
	status = seep_capture_source_new(&source, files, paths_count, &opts,
					 fail_alloc());
	cr_assert_eq(source == NULL, status != SEEP_OK);
	if (status != SEEP_OK)
		return status;
	status = drain(source, &got);
	seep_source_free(source);
	if (!known)
		expected = got;
	known = 1;
	cr_assert_eq(got.flows, expected.flows, "%llu flows, not %llu",
		     (unsigned long long)got.flows,
		     (unsigned long long)expected.flows);
	cr_assert_eq(got.bytes, expected.bytes);
	cr_assert_eq(
	    memcmp(&got.coverage, &expected.coverage, sizeof(got.coverage)), 0,
	    "another coverage");
	return status;
}

/* Many flows, fragments whose first part comes late, TCP. */
static void
write_file(unsigned from)
{
	FILE *file = file_start(1);
	struct frame f;

	for (unsigned i = 0; i < 150; i++) {
		int64_t at = T0 + (int64_t)(from + i) * SEC;

		write_udp(file, 1000 + from + i, at);
		frame_start(&f, 64);
		put_tcp(&f, 2000 + i, 443, i, 0, i % 3 ? 0x10 : 0x02);
		put_ipv6(&f, 6, 1, i % 40);
		put_ethernet(&f, 0x86dd);
		pcap_frame(file, at + 1, frame_data(&f), f.size, f.size);
		frame_start(&f, 64);
		put_udp(&f, 3000 + i, 9000);
		put_ipv4_fragment(&f, 17, 3, 4, i, i % 2 ? 0x2000 : 0x0008);
		put_ethernet(&f, 0x0800);
		pcap_frame(file, at + 2, frame_data(&f), f.size, f.size);
	}
	fclose(file);
}

Test(fail_capture, captures_are_read_on_after_memory_ended)
{
	static const struct fail_plan plan = {
	    .each = 30, .runs = 60, .first_only = 0};

	write_file(0);
	write_file(0);
	write_file(500);
	(void)fail_each("captures", read_captures, NULL, &plan);
	cr_assert_gt(expected.flows, 300);
	cr_assert_gt(expected.coverage.records_refused[SEEP_REFUSED_DUPLICATE],
		     300);
}

#if defined(SEEP_HAVE_ZLIB) && defined(SEEP_HAVE_ZSTD)
/* Puts the file of 'path' there again, packed in two parts. */
static void
pack_file(const char *path, int zstd)
{
	static uint8_t data[1 << 18], packed[1 << 18];
	FILE *file = fopen(path, "r");
	size_t size, half;

	cr_assert_not_null(file);
	size = fread(data, 1, sizeof(data), file);
	cr_assert(size > 4000 && size < sizeof(data));
	fclose(file);
	file = fopen(path, "w");
	cr_assert_not_null(file);
	/* In the midst of a packet. */
	half = size / 2 + 3;
	for (int part = 0; part < 2; part++) {
		const uint8_t *from = data + (part ? half : 0);
		size_t count = part ? size - half : half;

		count = zstd ? pack_zstd_unsized(from, count, 10 + 7 * part,
						 packed, sizeof(packed))
			     : pack_gzip(from, count, packed, sizeof(packed));
		cr_assert_eq(fwrite(packed, 1, count, file), count);
	}
	fclose(file);
}

Test(fail_capture, packed_captures_are_read_on_after_memory_ended)
{
	static const struct fail_plan plan = {
	    .each = 40, .runs = 40, .first_only = 0};

	write_file(0);
	write_file(500);
	pack_file(paths[0], 0);
	pack_file(paths[1], 1);
#ifdef FAIL_LIBRARIES
	cr_assert_gt(fail_libraries(), 0, "libpcap is not there");
#endif
	(void)fail_each("packed captures", read_captures, NULL, &plan);
	cr_assert_gt(expected.flows, 300);
}
#endif
