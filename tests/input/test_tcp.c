/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

#include "input/packets.h"
#include "input/tcp.h"

static struct seep__tcpside side;
static struct seep__tcpnews news;

static void
set_up(void)
{
	memset(&side, 0, sizeof(side));
	memset(&news, 0, sizeof(news));
}

TestSuite(tcp, .init = set_up);

static void
sent(uint32_t sequence, uint32_t payload)
{
	seep__tcp_sent(&side, sequence, payload, T0, &news);
}

static void
acked(uint32_t acknowledgement)
{
	seep__tcp_acked(&side, acknowledgement, T0, &news);
}

static void
expect(uint64_t missed, uint64_t found, uint64_t retransmitted)
{
	cr_assert_eq(news.missed, missed, "missed %llu",
		     (unsigned long long)news.missed);
	cr_assert_eq(news.found, found, "found %llu",
		     (unsigned long long)news.found);
	cr_assert_eq(news.retransmitted, retransmitted, "retransmitted %llu",
		     (unsigned long long)news.retransmitted);
}

Test(tcp, a_stream_without_gaps_misses_nothing)
{
	sent(1000, 100);
	acked(1100);
	sent(1100, 100);
	sent(1200, 0);
	acked(1200);
	seep__tcp_settle(&side, &news);
	expect(0, 0, 0);
}

Test(tcp, a_hole_that_the_receiver_has_was_missed)
{
	sent(1000, 100);
	sent(1300, 100);
	expect(0, 0, 0);
	acked(1100);
	expect(0, 0, 0);
	acked(1400);
	expect(200, 0, 0);
	acked(1400);
	expect(200, 0, 0);
}

Test(tcp, a_hole_that_is_filled_was_not_missed_and_not_retransmitted)
{
	sent(1000, 100);
	sent(1300, 100);
	sent(1100, 200);
	acked(1400);
	expect(0, 0, 0);
}

Test(tcp, a_hole_filled_from_both_ends_and_the_middle_leaves_the_rest)
{
	sent(1000, 100);
	sent(2000, 100); /* hole 1100..2000 */
	sent(1100, 100);
	sent(1900, 100);
	sent(1500, 100); /* left: 1200..1500, 1600..1900 */
	acked(2100);
	expect(600, 0, 0);
}

Test(tcp, bytes_found_late_are_taken_back)
{
	sent(1000, 100);
	acked(1300); /* the acknowledgement overtook the data */
	expect(200, 0, 0);
	sent(1100, 200);
	expect(200, 200, 0);
}

Test(tcp, payload_seen_twice_is_retransmitted)
{
	sent(1000, 100);
	sent(1100, 100);
	sent(1000, 100);
	expect(0, 0, 100);
	sent(1150, 100); /* half old, half new */
	expect(0, 0, 150);
	sent(1250, 10);
	expect(0, 0, 150);
}

Test(tcp, payload_before_the_first_seen_is_new)
{
	sent(1000, 100);
	sent(900, 100);
	expect(0, 0, 0);
	sent(900, 100);
	expect(0, 0, 100);
}

Test(tcp, acknowledgements_alone_tell_what_the_unseen_end_sent)
{
	acked(5000);
	expect(0, 0, 0);
	acked(6448);
	acked(6448);
	acked(7896);
	expect(2896, 0, 0);
}

Test(tcp, a_fin_that_was_not_seen_is_no_missed_byte)
{
	sent(1000, 100);
	acked(1101);
	expect(0, 0, 0);
}

Test(tcp, a_hole_without_a_receiver_is_counted_when_settled)
{
	sent(1000, 100);
	sent(1300, 100);
	seep__tcp_settle(&side, &news);
	expect(200, 0, 0);
	seep__tcp_settle(&side, &news);
	expect(200, 0, 0);
}

Test(tcp, the_fifth_hole_makes_the_oldest_count)
{
	uint32_t i;

	sent(1000, 100);
	for (i = 1; i <= SEEP__TCP_HOLES; i++)
		sent(1000 + i * 1000, 100);
	expect(0, 0, 0);
	sent(1000 + i * 1000, 100);
	expect(900, 0, 0);
	acked(1100 + i * 1000);
	expect(900 * (SEEP__TCP_HOLES + 1), 0, 0);
}

Test(tcp, numbers_wrap)
{
	sent(0xffffff00u, 0x80);
	sent(0x80, 0x80); /* hole of 0x100 across zero */
	acked(0x100);
	expect(0x100, 0, 0);
	sent(0xffffffc0u, 0x40);
	expect(0x100, 0x40, 0);
	sent(0xffffff00u, 0x40);
	expect(0x100, 0x40, 0x40);
}

Test(tcp, a_jump_that_the_link_cannot_carry_is_not_believed)
{
	uint32_t far = 1100 + SEEP__TCP_SLACK + 1;

	sent(1000, 100);
	sent(far, 100);
	sent(far + 100, 100);
	acked(far + 200);
	seep__tcp_settle(&side, &news);
	expect(0, 0, 0);
	cr_assert_eq(news.unsized, 1, "a loss of unknown size is told");
	/* the direction began anew there */
	sent(far + 300, 100);
	acked(far + 400);
	expect(100, 0, 0);
}

Test(tcp, a_jump_over_a_long_time_is_believed_when_a_second_packet_follows)
{
	sent(1000, 100);
	seep__tcp_acked(&side, 1100 + 500000000, T0 + 2 * SEC, &news);
	expect(0, 0, 0);
	seep__tcp_acked(&side, 1100 + 500001000, T0 + 2 * SEC, &news);
	expect(500001000, 0, 0);

	set_up();
	sent(1000, 100);
	seep__tcp_sent(&side, 1100 + 500000000, 60, T0 + 2 * SEC, &news);
	seep__tcp_sent(&side, 1160 + 500000000, 60, T0 + 2 * SEC, &news);
	expect(0, 0, 0);
	seep__tcp_acked(&side, 1220 + 500000000, T0 + 2 * SEC, &news);
	expect(500000000, 0, 0);
}

Test(tcp, a_sampled_stream_counts_every_jump_but_the_last)
{
	uint32_t i;

	for (i = 0; i <= 10; i++)
		seep__tcp_acked(&side, 1000 + i * 4000000,
				T0 + (int64_t)i * SEC, &news);
	expect(36000000, 0, 0);
}

Test(tcp, the_other_end_confirms_a_jump)
{
	sent(1000, 100);
	seep__tcp_sent(&side, 1100 + 5000000, 100, T0 + SEC, &news);
	seep__tcp_acked(&side, 1200 + 5000000, T0 + SEC, &news);
	expect(5000000, 0, 0);
	cr_assert_eq(news.unsized, 0);
}

Test(tcp, one_packet_with_absurd_numbers_changes_nothing)
{
	static const uint32_t jumps[] = {SEEP__TCP_SLACK + 1, 400000000,
					 SEEP__TCP_REACH,     0x7fffffff,
					 0x80000000u,         0xb0000000u};
	size_t i;

	for (i = 0; i < sizeof(jumps) / sizeof(jumps[0]); i++) {
		set_up();
		sent(100000, 100);
		seep__tcp_sent(&side, 100100 + jumps[i], 100, T0 + 9 * SEC,
			       &news);
		seep__tcp_sent(&side, 100100, 100, T0 + 9 * SEC, &news);
		seep__tcp_acked(&side, 100200 + jumps[i], T0 + 10 * SEC, &news);
		seep__tcp_sent(&side, 100200, 100, T0 + 11 * SEC, &news);
		seep__tcp_acked(&side, 100300, T0 + 11 * SEC, &news);
		seep__tcp_acked(&side, 100300 + jumps[i], T0 + 19 * SEC, &news);
		cr_assert_eq(side.next, 100300, "jump %zu", i);
		seep__tcp_settle(&side, &news);
		expect(0, 0, 0);
		cr_assert_eq(news.unsized, 0, "jump %zu", i);
	}
}

Test(tcp, an_old_acknowledgement_changes_nothing)
{
	sent(100000, 100);
	acked(1000);
	acked(100100 - SEEP__TCP_REACH - 5);
	sent(100100, 100);
	expect(0, 0, 0);
}

Test(tcp, a_stream_of_many_gigabytes_keeps_its_count)
{
	uint64_t at;
	uint32_t step = 65536;

	for (at = 0; at < (UINT64_C(5) << 32); at += step)
		sent((uint32_t)at, at % (step * 1024u) == 0 ? step / 2 : step);
	acked((uint32_t)at);
	seep__tcp_settle(&side, &news);
	expect((UINT64_C(5) << 32) / (step * 1024u) * (step / 2), 0, 0);
}

/*
 * Against a naive model: a bitmap of what was seen. Whatever the order of
 * segments, nothing counts below zero, and what the receiver acknowledged
 * is seen, missed, or was given up for want of room (counted as missed).
 */
Test(tcp, random_segments_agree_with_a_bitmap)
{
	static uint8_t seen[4096];
	uint64_t state = 12345;
	unsigned round, i;

	for (round = 0; round < 2000; round++) {
		uint32_t base = (uint32_t)(state >> 7);
		uint64_t repeated = 0, unseen = 0, got = 0;
		uint32_t low = 0, high = 0;

		set_up();
		memset(seen, 0, sizeof(seen));
		for (i = 0; i < 30; i++) {
			uint32_t from, size, j;

			state =
			    state * 6364136223846793005u + 1442695040888963407u;
			from = (uint32_t)(state >> 33) % 3900;
			size = (uint32_t)(state >> 50) % 150 + 2;
			if (i == 0)
				from = 0;
			(void)low;
			for (j = from; j < from + size; j++) {
				repeated += seen[j];
				seen[j] = 1;
			}
			if (from + size > high)
				high = from + size;
			sent(base + from, size);
		}
		acked(base + high);
		for (i = 0; i < high; i++) {
			got += seen[i];
			unseen += !seen[i];
		}
		cr_assert_geq(news.missed, news.found);
		cr_assert_geq(news.missed - news.found + 64, unseen);
		cr_assert_leq(news.missed - news.found, unseen + got);
		cr_assert_geq(news.retransmitted, repeated);
	}
}
