/* SPDX-License-Identifier: BSD-3-Clause */
/* Frames of many layers, and captures of them: pcap, pcapng, gzip. */
#include "fuzz/seeds.h"

#include "fuzz/fuzz.h"
#include "fuzz/tunnels.h"
#include "input/packets.h"

/* The frames written so far, for the captures. */
static struct frame kept[24];
static size_t kept_count;

/* 'link' as the index in decode_fuzz.c. */
static void
keep(uint8_t link, const struct frame *frame)
{
	struct fuzz_bytes bytes = {NULL, 0, 0, 0};
	struct frame copy = *frame;
	const uint8_t head[3] = {link, 0, 0};

	fuzz_write(&bytes, head, sizeof(head));
	fuzz_write(&bytes, frame_data(&copy), copy.size);
	seed_write("decode", bytes.data, bytes.size);
	free(bytes.data);
	if (link == 1)
		kept[kept_count++] = copy;
}

static const char query[] =
    "\0\7\1\0\0\1\0\0\0\0\0\0\1a\7example\3com\0\0\1\0\1";

/* A query for a.example.com, over UDP or TCP. */
static void
start_query(struct frame *f, int tcp)
{
	const size_t size = sizeof(query) - 1;

	frame_start(f, 0);
	put(f, query, size);
	if (tcp) {
		put_be16(f, (unsigned)size);
		put_tcp(f, 40000, 53, 1, 1, 0x18);
	} else {
		put_udp(f, 40000, 53);
	}
	put_ipv4(f, tcp ? 6 : 17, 1, 2);
}

static void
write_plain(void)
{
	struct frame f;

	start_query(&f, 0);
	put_ethernet(&f, 0x0800);
	keep(1, &f);
	start_query(&f, 1);
	put_ethernet(&f, 0x0800);
	keep(1, &f);
	frame_start(&f, 30);
	put_tcp(&f, 443, 50000, 7, 9, 0x12);
	put_ipv6(&f, 6, 1, 2);
	put_ethernet(&f, 0x86dd);
	keep(1, &f);
	frame_start(&f, 16);
	put_udp(&f, 5, 6);
	put_ipv4_fragment(&f, 17, 1, 2, 99, 0x2000);
	put_ethernet(&f, 0x0800);
	keep(1, &f);
	frame_start(&f, 16);
	put_ipv4_fragment(&f, 17, 1, 2, 99, 3);
	put(&f, "\x81\0\0\5\x08\0", 6);
	put(&f, "\x02\0\0\0\0\1\x02\0\0\0\0\2", 12);
	keep(1, &f);
	udp_packet(&f);
	put(&f, "\0\0\0\x02\0\0\0\0\0\0\0\0\0\0\x08\0", 16);
	keep(8, &f);
	udp_packet(&f);
	put(&f, "\xff\3\0\x21", 4);
	keep(2, &f);
}

/* What stands between the inner packet and the outer IP header. */
static const struct layer {
	unsigned protocol; /* or 0: a UDP port */
	unsigned port;
	size_t size;
	const char *header;
} layers[] = {
    {4, 0, 0, ""},
    {47, 0, 4, "\0\0\x08\0"},
    {47, 0, 16, "\xb0\0\x08\0\0\0\0\0\0\0\0\1\0\0\0\1"},
    {47, 0, 34,
     "\x10\0\x22\xeb\0\0\0\1\x20\0\0\0\0\0\0\0\0\0\0\0"
     "\0\0\0\0\0\1\0\0\0\0\0\2\x08\0"},
    {47, 0, 14, "\x30\x01\x88\x0b\0\x84\0\1\0\0\0\1\0\x21"},
    {97, 0, 16, "\x30\0\0\0\0\0\0\1\0\0\0\0\0\2\x08\0"},
    {137, 0, 4, "\0\1\1\x40"},
    {0, 4789, 22, "\x08\0\0\0\0\0\1\0\0\0\0\0\0\1\0\0\0\0\0\2\x08\0"},
    {0, 6081, 22, "\0\0\x65\x58\0\0\1\0\0\0\0\0\0\1\0\0\0\0\0\2\x08\0"},
    {0, 2152, 8, "\x30\xff\0\x80\0\0\0\1"},
};

static void
write_tunnels(void)
{
	struct frame f;

	for (size_t i = 0; i < sizeof(layers) / sizeof(layers[0]); i++) {
		const struct layer *layer = &layers[i];

		udp_packet(&f);
		put(&f, layer->header, layer->size);
		if (layer->protocol == 0)
			put_udp(&f, 50000, layer->port);
		put_ipv4(&f, layer->protocol ? layer->protocol : 17, 8, 9);
		put_ethernet(&f, 0x0800);
		keep(1, &f);
	}
}

/* Each tunnel, from its own header on, around two kinds of packet. */
static void
write_single_tunnels(void)
{
	for (size_t i = 0; i < FUZZ_TUNNELS; i++) {
		const struct fuzz_tunnel *tunnel = &fuzz_tunnels[i];
		const uint8_t head[4] = {(uint8_t)i, i & 1, 0, 0};
		struct fuzz_bytes bytes = {NULL, 0, 0, 0};
		struct frame f;

		frame_start(&f, 100);
		put_udp(&f, 40000, 53);
		if (tunnel->protocol == 41 || tunnel->port == 3544)
			put_ipv6(&f, 17, 1, 2);
		else
			put_ipv4(&f, 17, 1, 2);
		put(&f, tunnel->seed, tunnel->seed_size);
		fuzz_write(&bytes, head, sizeof(head));
		fuzz_write(&bytes, frame_data(&f), f.size);
		seed_write("tunnel", bytes.data, bytes.size);
		free(bytes.data);
	}
}

static void
write_dns(void)
{
	struct fuzz_bytes bytes = {NULL, 0, 0, 0};

	fuzz_write(&bytes, "\0\0\0", 3);
	fuzz_write(&bytes, query, sizeof(query) - 1);
	seed_write("dns", bytes.data, bytes.size);
	bytes.size = 0;
	fuzz_write(&bytes, "\1\5\0", 3);
	for (int i = 0; i < 3; i++) {
		fuzz_write(&bytes, "\0", 1);
		fuzz_write(&bytes, &(uint8_t){sizeof(query) - 1}, 1);
		fuzz_write(&bytes, query, sizeof(query) - 1);
	}
	seed_write("dns", bytes.data, bytes.size);
	free(bytes.data);
}

static void
add_le32(struct fuzz_bytes *bytes, uint32_t value)
{
	const uint8_t b[4] = {(uint8_t)value, (uint8_t)(value >> 8),
			      (uint8_t)(value >> 16), (uint8_t)(value >> 24)};

	fuzz_write(bytes, b, sizeof(b));
}

static void
add_frame(struct fuzz_bytes *pcap, struct fuzz_bytes *pcapng, uint32_t at)
{
	struct frame *f = &kept[at];
	const uint32_t size = (uint32_t)f->size;
	const uint32_t padded = (size + 3) & ~UINT32_C(3);

	add_le32(pcap, (uint32_t)(T0 / SEC) + 40 * at);
	add_le32(pcap, at);
	add_le32(pcap, size);
	add_le32(pcap, size + at % 3);
	fuzz_write(pcap, frame_data(f), size);
	add_le32(pcapng, 6);
	add_le32(pcapng, 32 + padded);
	add_le32(pcapng, 0);
	add_le32(pcapng, (uint32_t)(T0 / 1000 >> 32));
	add_le32(pcapng, (uint32_t)(T0 / 1000) + at);
	add_le32(pcapng, size);
	add_le32(pcapng, size);
	fuzz_write(pcapng, frame_data(f), size);
	fuzz_write(pcapng, "\0\0\0", padded - size);
	add_le32(pcapng, 32 + padded);
}

static uint32_t
crc32_of(const uint8_t *data, size_t size)
{
	uint32_t crc = UINT32_MAX;

	for (size_t i = 0; i < size; i++) {
		crc ^= data[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}

/* A gzip file of one stored block (RFC 1951 section 3.2.4). */
static void
write_gzip(const struct fuzz_bytes *plain)
{
	const uint32_t size = (uint32_t)plain->size & 0xffff;
	struct fuzz_bytes bytes = {NULL, 0, 0, 0};

	fuzz_write(&bytes, "\x1f\x8b\x08\0\0\0\0\0\0\3\1", 11);
	add_le32(&bytes, size | (~size & 0xffff) << 16);
	fuzz_write(&bytes, plain->data, size);
	add_le32(&bytes, crc32_of(plain->data, size));
	add_le32(&bytes, size);
	seed_write("capture", bytes.data, bytes.size);
	free(bytes.data);
}

static void
write_captures(void)
{
	static const uint32_t pcap_head[6] = {0xa1b2c3d4, 2 | 4 << 16, 0,
					      0,          65535,       1};
	static const uint32_t pcapng_head[12] = {
	    0x0a0d0d0a, 28, 0x1a2b3c4d, 1, UINT32_MAX, UINT32_MAX,
	    28,         1,  20,         1, 65535,      20};
	struct fuzz_bytes pcap = {NULL, 0, 0, 0};
	struct fuzz_bytes pcapng = {NULL, 0, 0, 0};

	for (int i = 0; i < 6; i++)
		add_le32(&pcap, pcap_head[i]);
	for (int i = 0; i < 12; i++)
		add_le32(&pcapng, pcapng_head[i]);
	for (uint32_t at = 0; at < kept_count; at++)
		add_frame(&pcap, &pcapng, at);
	seed_write("capture", pcap.data, pcap.size);
	seed_write("capture", pcapng.data, pcapng.size);
	write_gzip(&pcap);
	/* Without their heads. */
	memcpy(pcap.data + 22, "\0\1", 2);
	seed_write("pcap", pcap.data + 22, pcap.size - 22);
	pcapng.data[47] = 0;
	seed_write("pcapng", pcapng.data + 47, pcapng.size - 47);
	pcapng.data[27] = 1;
	seed_write("pcapng", pcapng.data + 27, pcapng.size - 27);
	free(pcap.data);
	free(pcapng.data);
}

void
seed_frames(void)
{
	write_plain();
	write_tunnels();
	write_single_tunnels();
	write_dns();
	write_captures();
}
