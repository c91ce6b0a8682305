/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <seep/capture.h>

#include "input/captures.h"

TestSuite(capture, .fini = remove_files);

Test(capture, every_byte_of_a_frame_is_counted_once)
{
	FILE *file = file_start(1);
	struct result *r;
	struct frame f;

	write_udp(file, 1000, T0);
	/* cut by the snap length, counted whole */
	frame_start(&f, 1000);
	put_udp(&f, 1001, 53);
	put_ipv4(&f, 17, 1, 2);
	put_ethernet(&f, 0x0800);
	pcap_frame(file, T0 + 1, frame_data(&f), 60, f.size);
	/* not IP; cut too short; malformed; a time that cannot be */
	frame_start(&f, 28);
	put_ethernet(&f, 0x0806);
	pcap_frame(file, T0 + 2, frame_data(&f), f.size, f.size);
	udp_packet(&f);
	put_ethernet(&f, 0x0800);
	pcap_frame(file, T0 + 3, frame_data(&f), 14 + 22, f.size);
	frame_data(&f)[14] = 0x41;
	pcap_frame(file, T0 + 4, frame_data(&f), f.size, f.size);
	frame_data(&f)[14] = 0x45;
	fwrite((uint32_t[]){1, 2000000000, 142, 142}, 16, 1, file);
	fwrite(frame_data(&f), 142, 1, file);
	fclose(file);

	r = read_all(0);
	cr_assert_eq(r->coverage.records, 6);
	cr_assert_eq(r->flow_bytes, 128 + 1028);
	cr_assert_eq(r->by_port[1001], 1028);
	cr_assert_eq(r->coverage.packets_not_ip, 1);
	cr_assert_eq(r->coverage.packets_cut, 2);
	cr_assert_eq(r->coverage.records_refused[SEEP_REFUSED_TRUNCATED], 1);
	cr_assert_eq(r->coverage.records_refused[SEEP_REFUSED_MALFORMED], 1);
	cr_assert_eq(r->coverage.records_refused[SEEP_REFUSED_BAD_TIME], 1);
	cr_assert_eq(r->coverage.bytes_refused, 128 + 128);
	cr_assert_eq(r->coverage.bytes_seen, 128 + 128);
	cr_assert_eq(r->coverage.bytes_link, 14 + 14 + 42 + 14 + 142 + 14);
	cr_assert_eq(r->coverage.files, 1);
	cr_assert_eq(r->notices_count, 3);
	cr_assert_not_null(strstr(r->notices, "packet 4: "));
	cr_assert_eq(r->progress.files_done, 1);
	cr_assert_eq(r->progress.done_bytes, r->progress.total_bytes);
	free(r);
}

Test(capture, notices_of_one_reason_are_bounded_and_counts_are_not)
{
	FILE *file = file_start(101);
	struct result *r;
	int i;

	for (i = 0; i < 100; i++)
		pcap_frame(file, T0, "\x45", 1, 1);
	fclose(file);
	r = read_all(0);
	cr_assert_eq(r->notices_count, SEEP_NOTICES_PER_FILE);
	cr_assert_eq(r->coverage.records_refused[SEEP_REFUSED_MALFORMED], 100);
	free(r);
}

/* Three files, 100 s each, of one flow; 'order' is that on the line. */
static struct result *
read_split(const unsigned *order)
{
	struct seep_capture_opts opts = SEEP_CAPTURE_OPTS_INIT;
	const char *files[3];
	unsigned i;

	opts.no_dpi = 1;
	for (i = 0; i < 3; i++)
		files[i] = paths[order[i]];
	return read_files(files, 3, &opts);
}

Test(capture, files_in_any_order_are_one_flow)
{
	static const unsigned orders[6][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
					      {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
	struct result *r;
	unsigned i, part;
	FILE *file;

	for (part = 0; part < 3; part++) {
		file = file_start(1);
		for (i = 0; i < 100; i++)
			write_udp(file, 1000, T0 + (part * 100 + i) * SEC);
		fclose(file);
	}
	for (i = 0; i < 6; i++) {
		r = read_split(orders[i]);
		cr_assert_eq(r->flows, 1, "order %u", i);
		cr_assert_eq(r->by_port[1000], 300 * 128);
		cr_assert_eq(r->coverage.records, 300);
		free(r);
	}
}

Test(capture, files_that_overlap_are_read_side_by_side)
{
	FILE *there = file_start(1), *back = file_start(1);
	struct result *r;
	struct frame f;
	int i;

	/* two directions of a tap; a gap of 61 s would end the flow */
	for (i = 0; i < 200; i++) {
		write_udp(there, 1000, T0 + i * SEC);
		frame_start(&f, 100);
		put_udp(&f, 53, 1000);
		put_ipv4(&f, 17, 2, 1);
		put_ethernet(&f, 0x0800);
		pcap_frame(back, T0 + i * SEC + 1, frame_data(&f), f.size,
			   f.size);
	}
	fclose(there);
	fclose(back);
	r = read_all(0);
	cr_assert_eq(r->flows, 1);
	cr_assert_eq(r->by_port[53], 200 * 128);
	cr_assert_eq(r->by_port[1000], 200 * 128);
	free(r);
}

Test(capture, more_overlapping_files_than_are_open_at_once_lose_nothing)
{
	struct result *r;
	unsigned part, i;
	FILE *file;

	for (part = 0; part < FILES_MAX; part++) {
		file = file_start(1);
		for (i = 0; i < 50; i++)
			write_udp(file, 1000 + part,
				  T0 + (int64_t)part + i * MINUTE);
		fclose(file);
	}
	r = read_all(0);
	cr_assert_eq(r->coverage.records, 50 * FILES_MAX);
	for (part = 0; part < FILES_MAX; part++)
		cr_assert_eq(r->by_port[1000 + part], 50 * 128);
	free(r);
}

Test(capture, a_file_of_the_same_content_is_refused_as_duplicate)
{
	struct result *r;

	write_same();
	write_same();
	r = read_all(0);
	cr_assert_eq(r->flow_bytes, 1280);
	cr_assert_eq(r->coverage.records, 20);
	cr_assert_eq(r->coverage.records_refused[SEEP_REFUSED_DUPLICATE], 10);
	cr_assert_eq(r->coverage.bytes_refused, 1280);
	cr_assert_eq(r->coverage.bytes_link, 20 * 14);
	cr_assert_eq(r->notices_count, 1);
	free(r);
	r = read_all(1);
	cr_assert_eq(r->flow_bytes, 2560);
	cr_assert_eq(r->notices_count, 0);
	free(r);
}

Test(capture, an_unsupported_link_type_is_refused_by_name)
{
	FILE *file = file_start(195);
	struct result *r;

	write_udp(file, 1000, T0);
	fclose(file);
	r = read_all(0);
	cr_assert_eq(r->coverage.records, 0);
	cr_assert_eq(r->coverage.files_refused, 1);
	cr_assert_eq(r->coverage.files_damaged, 0);
	cr_assert_not_null(strstr(r->notices, "IEEE802_15_4"), "%s",
			   r->notices);
	free(r);
}

Test(capture, what_is_no_capture_costs_only_itself)
{
	const char *files[] = {"/nonexistent/x.pcap", NULL, NULL, "/"};
	struct seep_capture_opts opts = SEEP_CAPTURE_OPTS_INIT;
	struct result *r;
	FILE *file;

	write_same();
	file = file_start(1);
	fseek(file, 0, SEEK_SET);
	fputs("this is a text and no capture at all", file);
	fclose(file);
	files[1] = paths[0];
	files[2] = paths[1];
	opts.no_dpi = 1;
	r = read_files(files, 4, &opts);
	cr_assert_eq(r->coverage.files, 4);
	cr_assert_eq(r->coverage.files_refused, 3);
	cr_assert_eq(r->flow_bytes, 1280);
	cr_assert_eq(r->notices_count, 3);
	free(r);
}

Test(capture, a_capture_without_packets_is_neither_damaged_nor_refused)
{
	struct result *r;

	fclose(file_start(1));
	r = read_all(0);
	cr_assert_eq(r->coverage.records, 0);
	cr_assert_eq(r->coverage.files_refused, 0);
	cr_assert_eq(r->coverage.files_damaged, 0);
	free(r);
}

Test(capture, a_packed_copy_is_the_same_file)
{
	struct result *r;

	write_same();
	if (!pack("gzip -c %s > %s.t && mv %s.t %s"))
		cr_skip_test("skipped: no gzip");
	write_same();
	r = read_all(0);
	cr_assert_eq(r->flow_bytes, 1280);
	cr_assert_eq(r->coverage.records_refused[SEEP_REFUSED_DUPLICATE], 10);
	free(r);
}

Test(capture, standard_input_is_read_once_between_files)
{
	const char *files[] = {NULL, "-", NULL};
	struct seep_capture_opts opts = SEEP_CAPTURE_OPTS_INIT;
	struct result *r;
	unsigned part, i;
	FILE *file;

	for (part = 0; part < 3; part++) {
		file = file_start(1);
		for (i = 0; i < 50; i++)
			write_udp(file, 1000, T0 + (part * 50 + i) * SEC);
		fclose(file);
	}
	files[0] = paths[2];
	files[2] = paths[0];
	opts.no_dpi = 1;
	cr_assert_not_null(freopen(paths[1], "rb", stdin));
	r = read_files(files, 3, &opts);
	cr_assert_eq(r->flow_bytes, 150 * 128);
	cr_assert_eq(r->flows, 1);
	free(r);
}

Test(capture, a_pipe_is_read_though_it_cannot_be_opened_twice)
{
	const char *files[1];
	struct seep_capture_opts opts = SEEP_CAPTURE_OPTS_INIT;
	char command[256], pipe[80];
	struct result *r;

	write_same();
	snprintf(pipe, sizeof(pipe), "%s.pipe", paths[0]);
	snprintf(command, sizeof(command), "mkfifo %s && (cat %s > %s &)", pipe,
		 paths[0], pipe);
	cr_assert_eq(system(command), 0);
	files[0] = pipe;
	opts.no_dpi = 1;
	r = read_files(files, 1, &opts);
	cr_assert_eq(r->flow_bytes, 1280, "%s", r->notices);
	unlink(pipe);
	free(r);
}

Test(capture, a_capture_without_packets_on_standard_input_is_read_once)
{
	const char *files[] = {"-"};
	struct seep_capture_opts opts = SEEP_CAPTURE_OPTS_INIT;
	struct result *r;

	fclose(file_start(1));
	cr_assert_not_null(freopen(paths[0], "rb", stdin));
	opts.no_dpi = 1;
	r = read_files(files, 1, &opts);
	cr_assert_eq(r->coverage.files_refused, 0, "%s", r->notices);
	cr_assert_eq(r->notices_count, 0, "%s", r->notices);
	cr_assert_eq(r->progress.files_done, 1);
	free(r);
}

Test(capture, options_are_checked)
{
	struct seep_capture_opts opts = SEEP_CAPTURE_OPTS_INIT;
	const char *files[] = {"x"};
	struct seep_source *source;

	cr_assert_eq(seep_capture_source_new(&source, files, 0, NULL, NULL),
		     SEEP_EINVAL);
	cr_assert_null(source);
	opts.size = 0;
	cr_assert_eq(seep_capture_source_new(&source, files, 1, &opts, NULL),
		     SEEP_EINVAL);
	cr_assert_null(source);
	seep_source_free(NULL);
}

Test(capture, the_sensor_is_in_every_flow)
{
	struct seep_capture_opts opts = SEEP_CAPTURE_OPTS_INIT;
	struct seep_source *source;
	struct seep_flow flow;
	const char *files[1];
	size_t count;

	write_same();
	files[0] = paths[0];
	opts.sensor = 42;
	opts.no_dpi = 1;
	cr_assert_eq(seep_capture_source_new(&source, files, 1, &opts, NULL),
		     SEEP_OK);
	cr_assert_eq(seep_source_next(source, &flow, 1, &count), SEEP_OK);
	cr_assert_eq(count, 1);
	cr_assert_eq(flow.sensor, 42);
	cr_assert_eq(flow.start_ns, T0);
	seep_source_free(source);
}

Test(capture, names_stay_valid_until_the_next_call)
{
	static const char request[] = "GET / HTTP/1.1\r\nHost: a.example\r\n"
				      "User-Agent: curl/7.88.1\r\n\r\n";
	struct seep_source *source;
	struct seep_flow flows[16];
	const char *files[1];
	size_t count, i;
	struct frame f;
	FILE *file = file_start(101);

	if (!seep_capture_has_dpi()) {
		fclose(file);
		cr_skip_test("skipped: built without nDPI");
	}
	for (i = 0; i < 16; i++) {
		frame_start(&f, sizeof(request) - 1);
		memcpy(frame_data(&f), request, sizeof(request) - 1);
		put_tcp(&f, 40000 + (unsigned)i, 80, 1, 1, 0x18);
		put_ipv4(&f, 6, 1, 2);
		pcap_frame(file, T0 + (int64_t)i, frame_data(&f), f.size,
			   f.size);
	}
	fclose(file);
	files[0] = paths[0];
	cr_assert_eq(seep_capture_source_new(&source, files, 1, NULL, NULL),
		     SEEP_OK);
	cr_assert_eq(seep_source_next(source, flows, 16, &count), SEEP_OK);
	cr_assert_eq(count, 16);
	for (i = 0; i < 16; i++) {
		cr_assert_eq(flows[i].name_size, 4);
		cr_assert_eq(memcmp(flows[i].name.text, "HTTP", 4), 0);
	}
	seep_source_free(source);
}
