/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <seep/capture.h>

#include "input/dpi.h"
#include "input/packets.h"

static const char request[] =
    "GET /index.html HTTP/1.1\r\nHost: files.example\r\n"
    "User-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n";

static struct seep__mem *mem;
static struct seep__dpi *dpi;

static void
set_up(void)
{
	cr_assert_eq(seep__mem_new(&mem, NULL, 0), SEEP_OK);
	cr_assert_eq(seep__dpi_new(&dpi, mem), SEEP_OK);
}

static void
tear_down(void)
{
	seep__dpi_free(dpi);
	seep__mem_unref(mem);
}

TestSuite(dpi, .init = set_up, .fini = tear_down);

static void
http_request(struct frame *f, unsigned sport)
{
	frame_start(f, sizeof(request) - 1);
	memcpy(frame_data(f), request, sizeof(request) - 1);
	put_tcp(f, sport, 80, 1, 1, 0x18);
	put_ipv4(f, 6, 1, 2);
}

Test(dpi, a_build_says_whether_it_asks_ndpi)
{
	cr_assert_eq(seep_capture_has_dpi(), seep__dpi_present());
	cr_assert_eq(dpi != NULL, seep__dpi_present());
}

Test(dpi, an_http_request_is_named)
{
	char name[SEEP__DPI_NAME_SIZE];
	struct seep__dpiref ref = {0};
	struct frame f;

	http_request(&f, 40000);
	seep__dpi_feed(dpi, &ref, frame_data(&f), f.size, T0);
	seep__dpi_end(dpi, &ref);
	if (!seep__dpi_present()) {
		cr_assert_eq(seep__dpi_name(dpi, &ref, name), 0);
		return;
	}
	cr_assert_eq(seep__dpi_name(dpi, &ref, name), 4);
	cr_assert_str_eq(name, "HTTP");
	cr_assert_eq(ref.slot, 0);
}

Test(dpi, nothing_is_known_of_a_flow_that_was_not_shown)
{
	char name[SEEP__DPI_NAME_SIZE] = "x";
	struct seep__dpiref ref = {0};

	cr_assert_eq(seep__dpi_name(dpi, &ref, name), 0);
	cr_assert_str_eq(name, "");
	seep__dpi_end(dpi, &ref);
}

Test(dpi, more_flows_than_states_take_over_the_oldest)
{
	static struct seep__dpiref refs[SEEP__DPI_FLOWS + 10];
	struct frame f;
	unsigned i, held = 0;

	if (!seep__dpi_present())
		cr_skip_test("skipped: built without nDPI");
	memset(refs, 0, sizeof(refs));
	for (i = 0; i < SEEP__DPI_FLOWS + 10; i++) {
		frame_start(&f, 0);
		put_tcp(&f, 1000 + i, 80, 1, 0, 2);
		put_ipv4(&f, 6, 1, 2);
		seep__dpi_feed(dpi, &refs[i], frame_data(&f), f.size, T0);
	}
	for (i = 0; i < 10; i++)
		cr_assert(refs[i].done && refs[i].slot == 0);
	for (; i < SEEP__DPI_FLOWS + 10; i++)
		held += refs[i].slot != 0;
	cr_assert_leq(held, SEEP__DPI_FLOWS);
	cr_assert_gt(held, SEEP__DPI_FLOWS / 2);
	cr_assert_neq(refs[SEEP__DPI_FLOWS + 9].slot, 0);
}

Test(dpi, a_flow_is_shown_ten_packets_at_most)
{
	struct seep__dpiref ref = {0};
	struct frame f;
	unsigned i;

	if (!seep__dpi_present())
		cr_skip_test("skipped: built without nDPI");
	for (i = 0; i < 50; i++) {
		frame_start(&f, 40);
		put_udp(&f, 40000, 40001);
		put_ipv4(&f, 17, 1, 2);
		seep__dpi_feed(dpi, &ref, frame_data(&f), f.size, T0);
	}
	cr_assert_leq(ref.packets, SEEP__DPI_PACKETS);
	cr_assert(ref.done);
	cr_assert_eq(ref.slot, 0);
}
