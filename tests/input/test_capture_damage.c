/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <seep/capture.h>

#include "input/captures.h"
#include "support/alloc.h"

TestSuite(capture_damage, .fini = remove_files);

static size_t
slurp(const char *path, uint8_t *data, size_t room)
{
	FILE *file = fopen(path, "rb");
	size_t size = fread(data, 1, room, file);

	fclose(file);
	return size;
}

static void
spill(const char *path, const uint8_t *data, size_t size)
{
	FILE *file = fopen(path, "wb");

	fwrite(data, 1, size, file);
	fclose(file);
}

/*
 * Cut at every offset: a packet counts exactly when its last byte is there,
 * and a cut that is not at a packet's edge is told.
 */
static void
expect_cuts(const uint8_t *data, size_t size, const size_t *ends, size_t n,
	    size_t header)
{
	struct result *r;
	size_t cut, whole, edge;

	for (cut = 0; cut <= size; cut++) {
		spill(paths[0], data, cut);
		for (whole = 0; whole < n && ends[whole] <= cut;)
			whole++;
		edge = cut == header || (whole > 0 && ends[whole - 1] == cut);
		r = read_all(0);
		cr_assert_eq(r->coverage.records, whole, "cut at %zu", cut);
		cr_assert_eq(r->flow_bytes, whole * 128, "cut at %zu", cut);
		cr_assert_eq(r->coverage.files_damaged, whole > 0 && !edge,
			     "cut at %zu", cut);
		cr_assert_eq(r->coverage.files_refused, whole == 0 && !edge,
			     "cut at %zu", cut);
		cr_assert_eq(r->notices_count, !edge, "cut at %zu", cut);
		free(r);
	}
}

Test(capture_damage, a_pcap_cut_anywhere_keeps_its_whole_packets)
{
	static const size_t ends[] = {24 + 158, 24 + 316, 24 + 474};
	static uint8_t data[1024];
	FILE *file = file_start(1);
	int i;

	for (i = 0; i < 3; i++)
		write_udp(file, 1000, T0 + i);
	fclose(file);
	cr_assert_eq(slurp(paths[0], data, sizeof(data)), ends[2]);
	expect_cuts(data, ends[2], ends, 3, 24);
}

static void
write_block(FILE *file, uint32_t type, const void *body, uint32_t size)
{
	uint32_t total = 12 + (size + 3) / 4 * 4;

	fwrite(&type, 4, 1, file);
	fwrite(&total, 4, 1, file);
	fwrite(body, size, 1, file);
	fwrite("\0\0\0", (4 - size % 4) % 4, 1, file);
	fwrite(&total, 4, 1, file);
}

static void
write_interface(FILE *file, uint32_t link)
{
	uint32_t body[2] = {link, 65535};

	write_block(file, 1, body, sizeof(body));
}

/* A pcapng file of 'count' packets of 142 bytes, microseconds. */
static FILE *
pcapng_start(void)
{
	uint32_t section[4] = {0x1a2b3c4d, 1, UINT32_MAX, UINT32_MAX};
	FILE *file = file_start(1);

	fseek(file, 0, SEEK_SET);
	write_block(file, 0x0a0d0d0a, section, sizeof(section));
	write_interface(file, 1);
	return file;
}

static void
write_enhanced(FILE *file, uint32_t interface, int64_t time_ns)
{
	uint64_t us = (uint64_t)time_ns / 1000;
	uint8_t body[20 + 142];
	uint32_t head[5] = {interface, (uint32_t)(us >> 32), (uint32_t)us, 142,
			    142};
	struct frame f;

	udp_packet(&f);
	put_ethernet(&f, 0x0800);
	memcpy(body, head, 20);
	memcpy(body + 20, frame_data(&f), 142);
	write_block(file, 6, body, sizeof(body));
}

Test(capture_damage, a_pcapng_cut_anywhere_keeps_its_whole_packets)
{
	static uint8_t data[2048];
	FILE *file = pcapng_start();
	size_t header, ends[3], i;

	header = (size_t)ftell(file);
	for (i = 0; i < 3; i++) {
		write_enhanced(file, 0, T0 + (int64_t)i * 1000);
		ends[i] = (size_t)ftell(file);
	}
	fclose(file);
	cr_assert_eq(slurp(paths[0], data, sizeof(data)), ends[2]);
	/* libpcap reads the interface before it opens the file */
	expect_cuts(data, ends[2], ends, 3, header);
}

Test(capture_damage, a_pcapng_of_two_link_types_is_damaged_at_the_second)
{
	FILE *file = pcapng_start();
	struct result *r;

	write_enhanced(file, 0, T0);
	write_interface(file, 101);
	write_enhanced(file, 1, T0 + 1000);
	fclose(file);
	r = read_all(0);
	cr_assert_eq(r->coverage.records, 1);
	cr_assert_eq(r->coverage.files_damaged, 1);
	cr_assert_not_null(strstr(r->notices, "after packet 1"));
	cr_assert_not_null(strstr(r->notices, "type"), "%s", r->notices);
	free(r);
}

static void
expect_packed(const char *format)
{
	static uint8_t data[1024];
	struct result *r;
	size_t size;

	write_same();
	if (!pack(format))
		cr_skip_test("skipped: the packing tool is not there");
	r = read_all(0);
	cr_assert_eq(r->flow_bytes, 1280, "%s", r->notices);
	cr_assert_eq(r->notices_count, 0);
	free(r);
	/* cut: what could be unpacked is kept, and the damage is told */
	size = slurp(paths[0], data, sizeof(data));
	spill(paths[0], data, size - 6);
	r = read_all(0);
	cr_assert_leq(r->flow_bytes, 1280);
	cr_assert_eq(r->coverage.files_damaged + r->coverage.files_refused, 1);
	cr_assert_eq(r->notices_count, 1);
	free(r);
}

Test(capture_damage, gzip_is_read_on_the_way)
{
	expect_packed("gzip -c %s > %s.t && mv %s.t %s");
}

Test(capture_damage, zstandard_is_read_on_the_way)
{
	expect_packed("zstd -q -c %s > %s.t && mv %s.t %s");
}

static int
attempt(const struct seep_alloc *alloc, void *ctx)
{
	struct seep_capture_opts opts = SEEP_CAPTURE_OPTS_INIT;
	const char *files[] = {paths[0], paths[1], "/nonexistent"};
	struct seep_source *source;
	struct seep_flow flows[3];
	struct seep_notice notice;
	size_t count;
	int status;

	(void)ctx;
	opts.no_dpi = 1;
	status = seep_capture_source_new(&source, files, 3, &opts, alloc);
	if (status != SEEP_OK)
		return status;
	do
		status = seep_source_next(source, flows, 3, &count);
	while (status == SEEP_OK);
	while (seep_source_notice(source, &notice) == SEEP_OK)
		;
	seep_source_free(source);
	return status == SEEP_END ? SEEP_OK : status;
}

Test(capture_damage, every_failed_allocation_is_survived)
{
	const char *wrong;
	struct frame f;
	size_t runs = 0;
	FILE *file;
	int i;

	file = file_start(1);
	for (i = 0; i < 2000; i++)
		write_udp(file, 1000 + (unsigned)i, T0 + i);
	frame_start(&f, 16);
	put_udp(&f, 5, 6);
	put_ipv4_fragment(&f, 17, 1, 2, 99, 0x2000);
	put_ethernet(&f, 0x0800);
	pcap_frame(file, T0, frame_data(&f), f.size, f.size);
	fclose(file);
	file = file_start(1);
	write_udp(file, 7, T0);
	fputs("x", file);
	fclose(file);
	wrong = test_alloc_each(attempt, NULL, &runs);
	cr_assert_null(wrong, "%s", wrong);
	cr_assert_gt(runs, 15);
}
