/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <seep/coverage.h>

#include "input/assemble.h"
#include "input/flowtable.h"
#include "input/packets.h"

#define FLOWS 4096

#define FIN SEEP__TCP_FIN
#define SYN SEEP__TCP_SYN
#define RST SEEP__TCP_RST
#define ACK SEEP__TCP_ACK

/* The two ends, and their ports unless a test says otherwise. */
enum { CLIENT = 1, SERVER = 2 };
#define CLIENT_PORT 40000
#define SERVER_PORT 445

static struct seep__mem *mem;
static struct seep__assembler *assembler;
static struct seep_coverage coverage;
static struct seep_flow flows[FLOWS];
static size_t count;
static uint64_t used;

static void
begin(uint32_t flows_max, uint64_t seed)
{
	struct seep__assemble_opts opts = {
	    .flows_max = flows_max, .seed = seed, .no_dpi = 1, .sensor = 3};

	seep_coverage_init(&coverage);
	count = 0;
	cr_assert_eq(seep__mem_new(&mem, NULL, 0), SEEP_OK);
	used = seep__mem_used(mem);
	cr_assert_eq(seep__assembler_new(&assembler, mem, &opts, &coverage),
		     SEEP_OK);
}

static void
set_up(void)
{
	begin(1000000, 1);
}

static void
tear_down(void)
{
	seep__assembler_free(assembler);
	cr_assert_eq(seep__mem_used(mem), used);
	seep__mem_unref(mem);
}

TestSuite(assemble, .init = set_up, .fini = tear_down);

static void
take(void)
{
	count += seep__assembler_take(assembler, flows + count, FLOWS - count);
	cr_assert_lt(count, FLOWS);
}

static void
feed(struct seep__packet *packet, int64_t time_ns)
{
	if (!seep__assembler_ready(assembler))
		take();
	cr_assert_eq(seep__assembler_feed(assembler, packet, time_ns), SEEP_OK);
}

static void
end(void)
{
	int more;

	do {
		more = seep__assembler_drain(assembler);
		take();
	} while (more);
}

static struct seep__packet
packet(uint8_t protocol, int src, int dst, unsigned sport, unsigned dport,
       uint64_t bytes)
{
	struct seep__packet p;

	memset(&p, 0, sizeof(p));
	p.protocol = protocol;
	p.ip_version = 4;
	p.has_ports = protocol == 6 || protocol == 17 || protocol == 132;
	p.src.bytes[15] = (uint8_t)src;
	p.dst.bytes[15] = (uint8_t)dst;
	p.src_port = (uint16_t)sport;
	p.dst_port = (uint16_t)dport;
	p.bytes = bytes;
	return p;
}

static void
udp(int src, unsigned sport, unsigned dport, int64_t time_ns)
{
	struct seep__packet p =
	    packet(17, src, src == CLIENT ? SERVER : CLIENT, sport, dport, 100);

	feed(&p, time_ns);
}

static void
tcp(int src, unsigned flags, uint32_t seq, uint32_t ack, uint32_t payload,
    int64_t time_ns)
{
	int out = src == CLIENT;
	struct seep__packet p = packet(
	    6, src, out ? SERVER : CLIENT, out ? CLIENT_PORT : SERVER_PORT,
	    out ? SERVER_PORT : CLIENT_PORT, 40 + payload);

	p.has_tcp = 1;
	p.tcp_flags = (uint8_t)flags;
	p.sequence = seq;
	p.acknowledgement = ack;
	p.payload = payload;
	feed(&p, time_ns);
}

/* What 'src' sent in a delta, whichever way round it is. */
static int
is_orig(const struct seep_flow *flow, int src)
{
	return flow->orig.bytes[15] == src;
}

static uint64_t
bytes_of(const struct seep_flow *flow, int src)
{
	return is_orig(flow, src) ? flow->bytes_orig : flow->bytes_resp;
}

static uint64_t
missed_of(const struct seep_flow *flow, int src)
{
	return is_orig(flow, src) ? flow->missed_orig : flow->missed_resp;
}

static void
expect_opener(const struct seep_flow *flow, int src, int basis)
{
	cr_assert_eq(flow->opener_basis, basis, "basis %d", flow->opener_basis);
	cr_assert_eq(flow->opener,
		     is_orig(flow, src) ? SEEP_OPENER_ORIG : SEEP_OPENER_RESP);
}

static uint64_t
flows_started(void)
{
	uint64_t n = 0;
	size_t i;

	for (i = 0; i < count; i++)
		n += (flows[i].flags & SEEP_FLOW_CONTINUES) == 0;
	return n;
}

Test(assemble, one_exchange_is_one_delta_with_bytes_each_way)
{
	udp(CLIENT, 40000, 53, T0);
	udp(SERVER, 53, 40000, T0 + 5);
	udp(SERVER, 53, 40000, T0 + 9);
	end();
	cr_assert_eq(count, 1);
	cr_assert_eq(flows[0].start_ns, T0);
	cr_assert_eq(flows[0].end_ns, T0 + 10);
	cr_assert_eq(bytes_of(&flows[0], CLIENT), 100);
	cr_assert_eq(bytes_of(&flows[0], SERVER), 200);
	cr_assert_eq(flows[0].flags, SEEP_FLOW_RECORDED);
	cr_assert_eq(flows[0].sensor, 3);
	cr_assert_eq(is_orig(&flows[0], CLIENT) ? flows[0].port_resp
						: flows[0].port_orig,
		     53);
	expect_opener(&flows[0], CLIENT, SEEP_OPENER_BY_FIRST);
}

Test(assemble, a_flow_gives_one_delta_a_minute_and_one_start)
{
	int i;

	for (i = 0; i < 600; i++)
		udp(i % 2 ? SERVER : CLIENT, i % 2 ? 53 : 40000,
		    i % 2 ? 40000 : 53, T0 + i * SEC);
	end();
	cr_assert_eq(count, 10);
	cr_assert_eq(flows_started(), 1);
	for (i = 0; i < 10; i++) {
		cr_assert_eq(flows[i].start_ns / MINUTE,
			     (flows[i].end_ns - 1) / MINUTE);
		cr_assert_eq(flows[i].packets_orig + flows[i].packets_resp, 60);
	}
}

Test(assemble, the_last_nanosecond_of_an_hour_stays_in_it)
{
	udp(CLIENT, 40000, 53, T0 - 1);
	udp(CLIENT, 40000, 53, T0);
	end();
	cr_assert_eq(count, 2);
	cr_assert_eq(flows[0].start_ns, T0 - 1);
	cr_assert_eq(flows[0].end_ns, T0);
	cr_assert_eq(flows[1].start_ns, T0);
}

Test(assemble, a_packet_late_over_the_minutes_edge_is_a_delta_of_its_own)
{
	udp(CLIENT, 40000, 53, T0);
	udp(CLIENT, 40000, 53, T0 - 1);
	udp(CLIENT, 40000, 53, T0 + 1);
	end();
	cr_assert_eq(count, 2);
	cr_assert_eq(flows_started(), 1);
	cr_assert_eq(flows[0].start_ns, T0 - 1);
	cr_assert_eq(flows[1].start_ns, T0);
	cr_assert_eq(flows[1].end_ns, T0 + 2);
	cr_assert_eq(bytes_of(&flows[1], CLIENT), 200);
}

Test(assemble, an_idle_flow_ends_by_its_protocol)
{
	static const struct {
		uint8_t protocol;
		int64_t idle_s;
	} cases[] = {{6, 300}, {17, 60}, {1, 60}, {132, 60}, {50, 60}};
	struct seep__packet p;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		count = 0;
		p = packet(cases[i].protocol, 1, 2, 1, 2, 100);
		feed(&p, T0);
		feed(&p, T0 + cases[i].idle_s * SEC);
		end();
		cr_assert_eq(flows_started(), 1, "protocol %u",
			     cases[i].protocol);
		count = 0;
		feed(&p, T0);
		feed(&p, T0 + cases[i].idle_s * SEC + 1);
		end();
		cr_assert_eq(flows_started(), 2, "protocol %u",
			     cases[i].protocol);
	}
}

Test(assemble, who_sent_the_syn_opened)
{
	tcp(CLIENT, SYN, 10, 0, 0, T0);
	tcp(SERVER, SYN | ACK, 20, 11, 0, T0 + 1);
	end();
	cr_assert_eq(count, 1);
	expect_opener(&flows[0], CLIENT, SEEP_OPENER_BY_SYN);
}

Test(assemble, who_was_sent_the_syn_ack_opened)
{
	tcp(SERVER, SYN | ACK, 20, 11, 0, T0 + 1);
	tcp(CLIENT, ACK, 11, 21, 0, T0 + 2);
	end();
	expect_opener(&flows[0], CLIENT, SEEP_OPENER_BY_SYN);
}

Test(assemble, without_a_syn_the_opener_is_unknown_whatever_the_ports)
{
	tcp(SERVER, ACK, 20, 11, 100, T0);
	tcp(CLIENT, ACK, 11, 120, 0, T0 + 2);
	end();
	cr_assert_eq(flows[0].opener, SEEP_OPENER_UNKNOWN);
	cr_assert_eq(flows[0].opener_basis, SEEP_OPENER_BY_NOTHING);
}

Test(assemble, later_deltas_carry_an_opener_that_was_learnt_late)
{
	tcp(CLIENT, ACK, 11, 21, 0, T0 - 1);
	tcp(SERVER, SYN | ACK, 20, 11, 0, T0);
	end();
	cr_assert_eq(count, 2);
	cr_assert_eq(flows[0].opener, SEEP_OPENER_UNKNOWN);
	expect_opener(&flows[1], CLIENT, SEEP_OPENER_BY_SYN);
}

Test(assemble, an_answer_from_a_service_port_was_asked_for)
{
	udp(SERVER, 53, 40000, T0);
	end();
	expect_opener(&flows[0], CLIENT, SEEP_OPENER_BY_PORT);
}

Test(assemble, between_two_service_ports_the_first_opened)
{
	udp(SERVER, 123, 123, T0);
	udp(SERVER, 40000, 40001, T0);
	end();
	cr_assert_eq(count, 2);
	expect_opener(&flows[0], SERVER, SEEP_OPENER_BY_FIRST);
	expect_opener(&flows[1], SERVER, SEEP_OPENER_BY_FIRST);
}

Test(assemble, icmp_is_one_flow_between_two_addresses)
{
	struct seep__packet there = packet(1, 1, 2, 0, 0, 84);
	struct seep__packet back = packet(1, 2, 1, 0, 0, 84);

	feed(&there, T0);
	feed(&back, T0 + 1);
	end();
	cr_assert_eq(count, 1);
	cr_assert_eq(flows[0].port_orig, 0);
	cr_assert_eq(flows[0].port_resp, 0);
	expect_opener(&flows[0], 1, SEEP_OPENER_BY_FIRST);
}

Test(assemble, payload_without_a_sign_of_the_peer_is_unanswered)
{
	tcp(CLIENT, SYN, 10, 0, 0, T0 - MINUTE); /* no payload */
	tcp(CLIENT, ACK, 11, 5, 100, T0);
	tcp(SERVER, ACK, 5, 111, 0, T0 + MINUTE);
	tcp(CLIENT, ACK, 111, 5, 100, T0 + 2 * MINUTE);
	end();
	cr_assert_eq(count, 4);
	cr_assert_not(flows[0].flags & SEEP_FLOW_UNANSWERED);
	cr_assert(flows[1].flags & SEEP_FLOW_UNANSWERED);
	cr_assert_not(flows[2].flags & SEEP_FLOW_UNANSWERED);
	cr_assert_not(flows[3].flags & SEEP_FLOW_UNANSWERED);
}

Test(assemble, tcp_flows_are_counted_once_and_one_way_ones_apart)
{
	tcp(CLIENT, SYN, 10, 0, 0, T0);
	tcp(SERVER, SYN | ACK, 20, 11, 0, T0 + 1);
	tcp(CLIENT, FIN | ACK, 11, 21, 0, T0 + 2);
	tcp(SERVER, FIN | ACK, 21, 12, 0, T0 + 3);
	tcp(CLIENT, ACK, 12, 22, 0, T0 + 4);
	tcp(CLIENT, SYN, 999, 0, 0, T0 + 5);
	end();
	cr_assert_eq(coverage.tcp_flows, 2);
	cr_assert_eq(coverage.tcp_flows_one_way, 1);
	cr_assert_eq(coverage.flows_without_end, 1);
	cr_assert_eq(flows_started(), 2);
}

Test(assemble, a_reset_or_a_closed_flow_lingers_five_seconds)
{
	tcp(CLIENT, SYN, 10, 0, 0, T0);
	tcp(SERVER, RST | ACK, 0, 11, 0, T0 + 1);
	tcp(SERVER, RST, 0, 11, 0, T0 + 5 * SEC);
	end();
	cr_assert_eq(flows_started(), 1);
	cr_assert_eq(coverage.flows_without_end, 0);

	count = 0;
	tcp(CLIENT, SYN, 10, 0, 0, T0);
	tcp(SERVER, RST | ACK, 0, 11, 0, T0 + 1);
	tcp(SERVER, RST, 0, 11, 0, T0 + 5 * SEC + 2);
	end();
	cr_assert_eq(flows_started(), 2);
}

Test(assemble, the_same_syn_again_is_the_same_flow)
{
	tcp(CLIENT, SYN, 10, 0, 0, T0);
	tcp(CLIENT, SYN, 10, 0, 0, T0 + SEC);
	tcp(SERVER, RST | ACK, 0, 11, 0, T0 + SEC);
	tcp(CLIENT, SYN, 10, 0, 0, T0 + 2 * SEC);
	end();
	cr_assert_eq(flows_started(), 1);
}

Test(assemble, acknowledged_bytes_that_were_not_seen_are_missed)
{
	tcp(CLIENT, SYN, 10, 0, 0, T0);
	tcp(SERVER, SYN | ACK, 20, 11, 0, T0 + 1);
	tcp(CLIENT, ACK, 11, 21, 1000, T0 + 2);
	/* 1000 bytes not seen */
	tcp(CLIENT, ACK, 2011, 21, 1000, T0 + 3);
	tcp(SERVER, ACK, 21, 3011, 0, T0 + 4);
	end();
	cr_assert_eq(count, 1);
	cr_assert_eq(missed_of(&flows[0], CLIENT), 1000);
	cr_assert_eq(missed_of(&flows[0], SERVER), 0);
}

Test(assemble, a_retransmission_is_counted_and_misses_nothing)
{
	tcp(CLIENT, ACK, 11, 21, 1000, T0);
	tcp(CLIENT, ACK, 11, 21, 1000, T0 + 1);
	tcp(SERVER, ACK, 21, 1011, 0, T0 + 4);
	end();
	cr_assert_eq(coverage.bytes_retransmitted, 1000);
	cr_assert_eq(missed_of(&flows[0], CLIENT), 0);
	cr_assert_eq(bytes_of(&flows[0], CLIENT), 2080);
}

Test(assemble, one_direction_tells_what_the_other_sent)
{
	tcp(CLIENT, ACK, 11, 1000, 0, T0);
	tcp(CLIENT, ACK, 11, 2448, 0, T0 + 1);
	tcp(CLIENT, ACK, 11, 3896, 0, T0 + 2);
	end();
	cr_assert_eq(missed_of(&flows[0], SERVER), 2896);
	cr_assert_eq(missed_of(&flows[0], CLIENT), 0);
}

Test(assemble, the_numbers_of_a_reset_are_not_believed)
{
	tcp(CLIENT, ACK, 11, 21, 100, T0);
	tcp(SERVER, RST | ACK, 500000, 400000, 0, T0 + 1);
	tcp(CLIENT, RST | ACK, 700000, 900000, 0, T0 + 1);
	end();
	cr_assert_eq(missed_of(&flows[0], CLIENT), 0);
	cr_assert_eq(missed_of(&flows[0], SERVER), 0);
}

Test(assemble, a_later_fragment_without_its_first_is_a_flow_without_ports)
{
	struct seep__packet p = packet(17, 1, 2, 0, 0, 1500);

	p.has_ports = 0;
	p.fragment = 1;
	p.part.id = 5;
	feed(&p, T0);
	end();
	cr_assert_eq(coverage.fragments_orphaned, 1);
	cr_assert_eq(flows[0].port_orig, 0);
	cr_assert_eq(flows[0].protocol, 17);
	cr_assert_eq(bytes_of(&flows[0], 1), 1500);
}

Test(assemble, fragments_of_one_packet_are_one_flow)
{
	struct seep__packet p = packet(17, 1, 2, 700, 2049, 1500);
	struct seep__packet later = packet(17, 1, 2, 0, 0, 500);

	p.fragment = 1;
	p.fragment_first = 1;
	later.has_ports = 0;
	later.fragment = 1;
	feed(&p, T0);
	feed(&later, T0 + 1);
	end();
	cr_assert_eq(count, 1);
	cr_assert_eq(bytes_of(&flows[0], 1), 2000);
	cr_assert_eq(coverage.fragments_orphaned, 0);
}

Test(assemble, a_full_table_ends_the_longest_idle_and_loses_no_byte)
{
	uint64_t bytes = 0;
	size_t i;

	tear_down();
	begin(10, 7);
	for (i = 0; i < 1000; i++)
		udp(CLIENT, 10000 + (unsigned)(i % 50), 53,
		    T0 + (int64_t)i * 1000);
	end();
	cr_assert_eq(flows_started(), 1000);
	for (i = 0; i < count; i++)
		bytes += bytes_of(&flows[i], CLIENT);
	cr_assert_eq(bytes, 1000 * 100);
	/* longest idle first: the ports in their order */
	for (i = 0; i < 50; i++)
		cr_assert_eq(is_orig(&flows[i], CLIENT) ? flows[i].port_orig
							: flows[i].port_resp,
			     10000 + i);
}

/* A busy mixture: 'seed' is that of the table. */
static void
mixture(uint64_t seed)
{
	uint64_t state = 99;
	int i;

	begin(64, seed);
	for (i = 0; i < 3000; i++) {
		state = state * 6364136223846793005u + 1442695040888963407u;
		udp(state >> 63 ? CLIENT : SERVER,
		    1000 + (unsigned)(state >> 40) % 100,
		    1000 + (unsigned)(state >> 50) % 100,
		    T0 + (int64_t)(state >> 34) % MINUTE + i * SEC / 10);
	}
	end();
}

Test(assemble, the_seed_changes_nothing)
{
	static struct seep_flow first[FLOWS];
	size_t first_count;

	tear_down();
	mixture(1);
	first_count = count;
	memcpy(first, flows, sizeof(first));
	tear_down();
	mixture(0xfeedface);
	cr_assert_eq(count, first_count);
	cr_assert_eq(memcmp(first, flows, count * sizeof(flows[0])), 0);
}

/* Packets whose flows collide under seed 4711; 1,500 have 2,048 chains. */
#define AIMED 1500
#define AIM_MASK 2047u

static void
aim(struct seep__flowkey *keys, struct seep__packet *packets)
{
	struct seep__packet p = packet(17, CLIENT, SERVER, 53, 40000, 100);
	struct seep__hash_key hash;
	size_t found = 0;

	seep__hash_key_init(&hash, 4711);
	p.dst.bytes[0] = 0x80;
	for (uint32_t n = 0; found < AIMED; n++) {
		struct seep__flowkey key = {.ports = {53, 40000},
					    .protocol = 17};

		memcpy(p.dst.bytes + 1, &n, sizeof(n));
		key.ends[0] = p.src;
		key.ends[1] = p.dst;
		if ((seep__hash_bytes(&hash, &key, sizeof(key)) & AIM_MASK) !=
		    9)
			continue;
		keys[found] = key;
		packets[found++] = p;
	}
}

/* Steps of a search, on average. */
static double
steps_under(uint64_t seed, const struct seep__flowkey *keys,
	    const struct seep__packet *packets)
{
	uint32_t steps = 0;

	begin(1000000, seed);
	for (size_t i = 0; i < AIMED; i++) {
		struct seep__packet p = packets[i];

		feed(&p, T0);
	}
	for (size_t i = 0; i < AIMED; i++)
		steps += seep__flowtable_steps(seep__assembler_table(assembler),
					       &keys[i]);
	return (double)steps / AIMED;
}

Test(assemble, flows_that_collide_under_a_known_seed_are_flat_under_another)
{
	static struct seep__flowkey keys[AIMED];
	static struct seep__packet packets[AIMED];
	double steps;

	aim(keys, packets);
	tear_down();
	steps = steps_under(4711, keys, packets);
	cr_expect_eq(steps, (AIMED + 1) / 2.0, "%.1f steps", steps);
	for (uint64_t seed = 4712; seed < 4716; seed++) {
		tear_down();
		steps = steps_under(seed, keys, packets);
		/* One and half the other flows of the chain: 1.37. */
		cr_expect_lt(steps, 1.6, "%.2f steps, seed %d", steps,
			     (int)seed);
	}
}

Test(assemble, one_packet_dated_2033_ends_no_flow)
{
	int i;

	tcp(CLIENT, SYN, 10, 0, 0, T0);
	for (i = 1; i < 400; i++) {
		tcp(CLIENT, ACK, 11, 21, 0, T0 + i * SEC / 10);
		if (i == 200)
			tcp(CLIENT, ACK, 11, 21, 0, INT64_C(2000000000) * SEC);
	}
	end();
	cr_assert_eq(flows_started(), 1);
	cr_assert_eq(count, 2);
	expect_opener(&flows[0], CLIENT, SEEP_OPENER_BY_SYN);
	expect_opener(&flows[1], CLIENT, SEEP_OPENER_BY_SYN);
	cr_assert_eq(flows[0].start_ns, INT64_C(2000000000) * SEC);
	cr_assert_eq(bytes_of(&flows[1], CLIENT), 400 * 40);
}

Test(assemble, idle_flows_leave_while_others_go_on)
{
	int i;

	for (i = 0; i < 1000; i++)
		udp(CLIENT, 10000 + (unsigned)i, 53, T0 + i);
	cr_assert_lt(count, 900);
	for (i = 0; i < 200; i++)
		udp(CLIENT, 9999, 53, T0 + 2 * MINUTE + i);
	take();
	cr_assert_eq(count, 1000);
	end();
	cr_assert_eq(count, 1001);
}

Test(assemble, time_that_goes_back_by_years_is_taken_as_it_comes)
{
	udp(CLIENT, 40000, 53, T0);
	udp(CLIENT, 40000, 53, 0);
	udp(CLIENT, 40000, 53, 1);
	end();
	cr_assert_eq(count, 2);
	cr_assert_eq(flows[0].start_ns, T0);
	cr_assert_eq(flows[1].start_ns, 0);
	cr_assert_eq(bytes_of(&flows[1], CLIENT), 200);
}

Test(assemble, a_flow_with_itself_is_kept_apart_by_ports_only)
{
	struct seep__packet p = packet(17, 1, 1, 5, 9, 100);
	struct seep__packet back = packet(17, 1, 1, 9, 5, 50);

	feed(&p, T0);
	feed(&back, T0 + 1);
	end();
	cr_assert_eq(count, 1);
	cr_assert_eq(flows[0].bytes_orig + flows[0].bytes_resp, 150);
	cr_assert_eq(flows[0].bytes_orig, 100);
	cr_assert_eq(flows[0].port_orig, 5);
}
