/* SPDX-License-Identifier: BSD-3-Clause */
#include <string.h>

#include "input/captures.h"
#include "input/dns.h"
#include "support/random.h"

#define ETHERNET 1

/* A message under construction. */
struct message {
	uint8_t bytes[1024];
	size_t size;
};

/* query() is a message that asks for 'name' once: recursion desired, A. */
static struct message
query(const char *name)
{
	struct message m = {{0x12, 0x34, 0x01, 0, 0, 1, 0, 0, 0, 0, 0, 0}, 12};
	const char *dot;

	for (; *name != 0; name = *dot == 0 ? dot : dot + 1) {
		dot = strchr(name, '.');
		if (dot == NULL)
			dot = name + strlen(name);
		m.bytes[m.size++] = (uint8_t)(dot - name);
		memcpy(m.bytes + m.size, name, (size_t)(dot - name));
		m.size += (size_t)(dot - name);
	}
	memcpy(m.bytes + m.size, "\0\0\1\0\1", 5);
	m.size += 5;
	return m;
}

/* What a walk over one packet found. */
struct found {
	char domains[SEEP__DNS_NAMES_MAX][SEEP_NAME_SIZE_MAX + 1];
	uint32_t bytes[SEEP__DNS_NAMES_MAX];
	size_t count;
	uint64_t refused;
	uint64_t skipped;
	int looked;
};

/* Reads an Ethernet frame of which 'captured' bytes are there. */
static struct found
walk(struct frame *f, size_t captured)
{
	struct seep__packet packet;
	struct seep__asked asked;
	struct found found = {0};
	struct seep__dns dns;

	seep__decode_frame(ETHERNET, frame_data(f), captured, (uint32_t)f->size,
			   &packet);
	if (packet.verdict != SEEP__VERDICT_IP || !seep__dns_looks(&packet))
		return found;
	found.looked = 1;
	seep__dns_begin(&dns, &packet);
	while (seep__dns_next(&dns, &asked)) {
		cr_assert_lt(found.count, SEEP__DNS_NAMES_MAX);
		strcpy(found.domains[found.count], asked.domain);
		found.bytes[found.count++] = asked.bytes;
	}
	cr_assert_eq(seep__dns_next(&dns, &asked), 0, "and stays at the end");
	found.refused = dns.refused;
	found.skipped = dns.skipped;
	return found;
}

static void
put_payload(struct frame *f, const void *data, size_t size)
{
	frame_start(f, size);
	memcpy(frame_data(f), data, size);
}

static struct found
over_udp(const void *data, size_t size, unsigned sport, unsigned dport)
{
	struct frame f;

	put_payload(&f, data, size);
	put_udp(&f, sport, dport);
	put_ipv4(&f, 17, 1, 2);
	put_ethernet(&f, 0x0800);
	return walk(&f, f.size);
}

static struct found
over_tcp(const void *data, size_t size)
{
	struct frame f;

	put_payload(&f, data, size);
	put_tcp(&f, 40000, 53, 1, 1, 0x18);
	put_ipv6(&f, 6, 1, 2);
	put_ethernet(&f, 0x86dd);
	return walk(&f, f.size);
}

static struct found
ask(const struct message *m)
{
	return over_udp(m->bytes, m->size, 40000, 53);
}

/* framed() puts messages behind their lengths. */
static size_t
framed(uint8_t *out, const struct message *m, size_t count)
{
	size_t used = 0;

	for (size_t i = 0; i < count; i++) {
		set_be16(out + used, (unsigned)m->size);
		memcpy(out + used + 2, m->bytes, m->size);
		used += 2 + m->size;
	}
	return used;
}

Test(dns, a_query_gives_its_name)
{
	struct message m = query("data.example.com");
	struct found found = ask(&m);

	cr_assert_eq(found.count, 1);
	cr_assert_str_eq(found.domains[0], "example.com");
	cr_assert_eq(found.bytes[0], 5);
	cr_assert_eq(found.refused + found.skipped, 0);
}

Test(dns, only_what_is_sent_to_port_53_is_looked_at)
{
	struct message m = query("data.example.com");

	cr_assert_eq(over_udp(m.bytes, m.size, 40000, 5353).looked, 0);
	cr_assert_eq(over_udp(m.bytes, m.size, 40000, 5355).looked, 0);
	cr_assert_eq(over_udp(m.bytes, m.size, 53, 40000).looked, 0);
	/* Old resolvers ask from port 53. */
	cr_assert_eq(over_udp(m.bytes, m.size, 53, 53).count, 1);
}

Test(dns, an_answer_is_no_query_and_nothing_to_count)
{
	struct message m = query("data.example.com");
	struct found found;

	m.bytes[2] |= 0x80;
	found = over_udp(m.bytes, m.size, 53, 53);
	cr_assert_eq(found.count + found.refused + found.skipped, 0);
}

Test(dns, the_root_and_single_labels_are_skipped)
{
	struct message m = query("");

	cr_assert_eq(ask(&m).skipped, 1);
	m = query("wpad");
	cr_assert_eq(ask(&m).skipped, 1);
	m = query("example.com");
	m.bytes[5] = 0; /* no question */
	cr_assert_eq(ask(&m).skipped, 1);
	cr_assert_eq(ask(&m).count, 0);
}

Test(dns, whatever_is_no_query_is_refused)
{
	struct message m = query("data.example.com");
	struct message bad = m;

	bad.bytes[5] = 2; /* questions */
	cr_assert_eq(ask(&bad).refused, 1);
	bad = m;
	bad.bytes[2] = 7 << 3; /* opcode */
	cr_assert_eq(ask(&bad).refused, 1);
	bad = m;
	bad.bytes[12] = 0xc0; /* a pointer */
	cr_assert_eq(ask(&bad).refused, 1);
	bad = m;
	bad.bytes[17] = 0xc0; /* one behind the first label */
	cr_assert_eq(ask(&bad).refused, 1);
	bad.bytes[17] = 0x40; /* RFC 2671's other label types */
	cr_assert_eq(ask(&bad).refused, 1);
	for (size_t size = 1; size < m.size; size++) {
		bad = m;
		bad.size = size;
		cr_assert_eq(ask(&bad).refused, 1, "%zu bytes", size);
		cr_assert_eq(ask(&bad).count, 0);
	}
	bad.size = 0;
	cr_assert_eq(ask(&bad).refused, 0, "an empty packet asks nothing");
}

Test(dns, a_name_of_more_than_255_bytes_is_refused)
{
	struct message m = query("");

	m.size = 12;
	for (int i = 0; i < 5; i++) {
		m.bytes[m.size] = 60;
		memset(m.bytes + m.size + 1, 'a', 60);
		m.size += 61;
	}
	memcpy(m.bytes + m.size, "\0\0\1\0\1", 5);
	m.size += 5;
	cr_assert_eq(ask(&m).refused, 1);
}

Test(dns, a_query_cut_by_the_snap_length_is_refused)
{
	struct message m = query("data.example.com");
	struct found found;
	struct frame f;
	size_t head = 14 + 20 + 8;

	for (size_t captured = head; captured < head + m.size; captured++) {
		put_payload(&f, m.bytes, m.size);
		put_udp(&f, 40000, 53);
		put_ipv4(&f, 17, 1, 2);
		put_ethernet(&f, 0x0800);
		found = walk(&f, captured);
		cr_assert_eq(found.looked, 1);
		cr_assert_eq(found.refused, 1, "%zu", captured);
		cr_assert_eq(found.count, 0);
	}
}

Test(dns, of_a_fragmented_query_the_first_part_has_the_name)
{
	struct message m = query("data.example.com");
	struct frame f;
	size_t part = 0;

	/* EDNS padding makes queries long (RFC 7830). */
	m.size = 800;
	for (; part < 2; part++) {
		put_payload(&f, m.bytes, 400);
		if (part == 0)
			put_udp(&f, 40000, 53);
		put_ipv4_fragment(&f, 17, 1, 2, 9,
				  part == 0 ? 0x2000 : 408 / 8);
		put_ethernet(&f, 0x0800);
		cr_assert_eq(walk(&f, f.size).count, part == 0);
	}
}

Test(dns, messages_of_one_tcp_segment_are_all_read)
{
	struct message m = query("data.example.com");
	uint8_t bytes[2048];
	struct found found = over_tcp(bytes, framed(bytes, &m, 3));

	cr_assert_eq(found.count, 3);
	cr_assert_str_eq(found.domains[2], "example.com");
	cr_assert_eq(found.bytes[2], 5);
	cr_assert_eq(found.refused, 0);
}

Test(dns, more_messages_than_are_read_are_one_refusal)
{
	struct message m = query("d.example.com");
	uint8_t bytes[3000];
	struct found found;

	found = over_tcp(bytes, framed(bytes, &m, SEEP__DNS_NAMES_MAX));
	cr_assert_eq(found.count, SEEP__DNS_NAMES_MAX);
	cr_assert_eq(found.refused, 0);
	found = over_tcp(bytes, framed(bytes, &m, SEEP__DNS_NAMES_MAX + 5));
	cr_assert_eq(found.count, SEEP__DNS_NAMES_MAX);
	cr_assert_eq(found.refused, 1);
}

Test(dns, a_length_that_comes_alone_costs_nothing)
{
	struct message m = query("data.example.com");
	uint8_t bytes[2048];
	struct found found;

	(void)framed(bytes, &m, 1);
	found = over_tcp(bytes, 2);
	cr_assert_eq(found.count + found.refused + found.skipped, 0);
	found = over_tcp(m.bytes, m.size);
	cr_assert_eq(found.count, 1);
	cr_assert_eq(found.refused, 0);
	found = over_tcp(bytes, 1); /* a keep-alive */
	cr_assert_eq(found.looked, 1);
	cr_assert_eq(found.refused, 0);
}

Test(dns, a_question_over_two_segments_is_refused)
{
	struct message m = query("data.example.com");
	uint8_t bytes[2048];
	size_t size = framed(bytes, &m, 2);
	struct found found = over_tcp(bytes, size - 1);

	cr_assert_eq(found.count, 1);
	cr_assert_eq(found.refused, 1);
	found = over_tcp(bytes, m.size - 3);
	cr_assert_eq(found.count, 0);
	cr_assert_eq(found.refused, 1);
}

/* TKEY and updates: what follows the question may be long. */
Test(dns, a_long_message_gives_the_name_in_its_first_segment)
{
	struct message m = query("data.example.com");
	uint8_t bytes[2048];
	struct found found;

	memset(m.bytes + m.size, 0xee, 900 - m.size);
	m.size = 900;
	(void)framed(bytes, &m, 1);
	found = over_tcp(bytes, 500);
	cr_assert_eq(found.count, 1);
	cr_assert_eq(found.bytes[0], 5);
	cr_assert_eq(found.refused, 0);
	found = over_tcp(bytes + 500, 402);
	cr_assert_eq(found.count, 0);
	cr_assert_eq(found.refused, 1, "the rest is no message");
}

/* Every message is a name, refused, skipped, or says that it answers. */
static void
mutate(int tcp, uint64_t seed)
{
	struct message m = query("0a1b2c3d.4e5f.data.example.co.uk");
	uint64_t state = seed;
	uint8_t whole[2048], bytes[2048];
	size_t size = m.size;
	size_t given = 0, refused = 0;

	memcpy(whole, m.bytes, m.size);
	if (tcp)
		size = framed(whole, &m, 3);
	for (int i = 0; i < 20000; i++) {
		struct found found;
		size_t changes = 1 + test_random_below(&state, 4);
		size_t cut = size - test_random_below(&state, 4) *
					test_random_below(&state, size / 3);

		memcpy(bytes, whole, size);
		for (; changes > 0; changes--)
			bytes[test_random_below(&state, size)] ^=
			    (uint8_t)(1u << test_random_below(&state, 8));
		found = tcp ? over_tcp(bytes, cut)
			    : over_udp(bytes, cut, 40000, 53);
		for (size_t n = 0; n < found.count; n++)
			cr_assert_leq(found.bytes[n], 255);
		given += found.count;
		refused += found.refused;
	}
	cr_assert(given > 1000 && refused > 1000, "%zu %zu", given, refused);
}

Test(dns, changed_queries_over_udp_do_no_harm)
{
	mutate(0, 1);
}

Test(dns, changed_queries_over_tcp_do_no_harm)
{
	mutate(1, 2);
}

/* The reader as a whole: what is beside the traffic, and how much. */
Test(dns, a_capture_gives_names_beside_its_bytes)
{
	struct seep_capture_opts opts = SEEP_CAPTURE_OPTS_INIT;
	struct message m = query("data.example.com");
	struct seep_flow flows[16];
	struct seep_coverage coverage;
	struct seep_source *source;
	const char *path;
	size_t count = 0, names = 0;
	uint64_t bytes = 0;
	FILE *file = file_start(ETHERNET);
	struct frame f;

	for (int i = 0; i < 5; i++) {
		put_payload(&f, m.bytes, i < 3 ? m.size : 13);
		put_udp(&f, 40000, 53);
		put_ipv4(&f, 17, 1, 2);
		put_ethernet(&f, 0x0800);
		pcap_frame(file, 1700000000000000000 + i, frame_data(&f),
			   f.size, f.size);
	}
	fclose(file);
	path = paths[0];
	opts.no_dpi = 1;
	opts.sensor = 9;
	cr_assert_eq(seep_capture_source_new(&source, &path, 1, &opts, NULL),
		     SEEP_OK);
	while (seep_source_next(source, flows, 16, &count) == SEEP_OK) {
		for (size_t i = 0; i < count; i++) {
			cr_assert_eq(flows[i].sensor, 9);
			if ((flows[i].flags & SEEP_FLOW_NAME) == 0) {
				bytes += flows[i].bytes_orig;
				continue;
			}
			cr_assert_eq(flows[i].bytes_orig, 5);
			cr_assert_eq(flows[i].name_size, 11);
			cr_assert_eq(
			    memcmp(flows[i].name.text, "example.com", 11), 0);
			names++;
		}
	}
	seep_source_coverage(source, &coverage);
	seep_source_free(source);
	remove_files();
	cr_assert_eq(names, 3);
	cr_assert_eq(bytes, 3 * (28 + m.size) + 2 * (28 + 13));
	cr_assert_eq(coverage.records, 5);
	cr_assert_eq(coverage.names_refused, 2);
	cr_assert_eq(coverage.names, 0);
	cr_assert_eq(coverage.bytes_seen, 0);
}
