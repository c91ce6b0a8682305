/* SPDX-License-Identifier: BSD-3-Clause */
#include <seep/address.h>

#include <assert.h>
#include <string.h>

#include "base/hash.h"
#include "base/cursor.h"

#define BITS_V4_FIRST 96 /* of an IPv4-mapped address */
#define GROUPS 8

static const uint8_t v4_mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/* Text not yet read. */
struct scan {
	const char *at;
	const char *end;
};

static int
next_is(const struct scan *scan, char c)
{
	assert(scan->at <= scan->end);
	return scan->at < scan->end && *scan->at == c;
}

/* A decimal number <= max without leading zeros; -1 when there is none. */
static int
scan_decimal(struct scan *scan, int max)
{
	const char *first = scan->at;
	int value = 0;

	assert(max > 0 && max < 1000);
	while (scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9') {
		value = value * 10 + (*scan->at++ - '0');
		if (value > max || (*first == '0' && scan->at - first > 1))
			return -1;
	}
	return scan->at > first ? value : -1;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* One to four hexadecimal digits; -1 when they are not there. */
static int
scan_group(struct scan *scan)
{
	int value = 0;
	int digits = 0;

	while (scan->at < scan->end && hex_value(*scan->at) >= 0) {
		value = value << 4 | hex_value(*scan->at++);
		if (++digits > 4)
			return -1;
	}
	return digits > 0 ? value : -1;
}

/* Four bytes in dotted form, up to the end of the text. */
static int
scan_v4(struct scan *scan, uint8_t *bytes)
{
	for (unsigned i = 0; i < 4; i++) {
		int value;

		if (i > 0 && !next_is(scan, '.'))
			return 0;
		scan->at += i > 0;
		value = scan_decimal(scan, 255);
		if (value < 0)
			return 0;
		bytes[i] = (uint8_t)value;
	}
	return scan->at == scan->end;
}

/* Whether what follows, up to the next colon, holds a dot. */
static int
is_dotted(const struct scan *scan)
{
	assert(scan->at <= scan->end);
	for (const char *c = scan->at; c < scan->end && *c != ':'; c++) {
		if (*c == '.')
			return 1;
	}
	return 0;
}

/* struct parts: the bytes before "::" and, from 'gap' on, those behind. */
struct parts {
	uint8_t bytes[16];
	unsigned size;
	int gap; /* -1 = no "::" seen */
};

/* A group or the dotted end; 0 when it is neither or does not fit. */
static int
scan_part(struct scan *scan, struct parts *parts)
{
	int group;

	assert(parts->size <= 16);
	if (is_dotted(scan)) {
		if (parts->size > 12 ||
		    !scan_v4(scan, parts->bytes + parts->size))
			return 0;
		parts->size += 4;
		return 1;
	}
	group = scan_group(scan);
	if (group < 0 || parts->size > 14)
		return 0;
	parts->bytes[parts->size++] = (uint8_t)(group >> 8);
	parts->bytes[parts->size++] = (uint8_t)group;
	return 1;
}

/* Skips ":" or "::"; *more = whether a part must follow. */
static int
scan_colons(struct scan *scan, struct parts *parts, int *more)
{
	assert(parts->gap <= (int)parts->size);
	if (!next_is(scan, ':'))
		return 0;
	scan->at++;
	*more = 1;
	if (next_is(scan, ':')) {
		if (parts->gap >= 0)
			return 0;
		scan->at++;
		parts->gap = (int)parts->size;
		*more = 0;
	}
	return 1;
}

static int
scan_v6(struct scan *scan, struct parts *parts)
{
	int more = 1;

	if (next_is(scan, ':')) {
		if (!scan_colons(scan, parts, &more) || more)
			return 0;
	}
	while (scan->at < scan->end) {
		if (!scan_part(scan, parts))
			return 0;
		more = 0;
		if (scan->at < scan->end && !scan_colons(scan, parts, &more))
			return 0;
	}
	if (more)
		return 0;
	/* "::" stands for at least one group of zeros (RFC 4291 2.2). */
	return parts->gap >= 0 ? parts->size <= 14 : parts->size == 16;
}

static void
join_parts(const struct parts *parts, struct seep_address *address)
{
	unsigned head = parts->gap < 0 ? parts->size : (unsigned)parts->gap;
	unsigned tail = parts->size - head;

	assert(parts->size <= 16);
	memset(address->bytes, 0, 16);
	memcpy(address->bytes, parts->bytes, head);
	memcpy(address->bytes + 16 - tail, parts->bytes + head, tail);
}

/* *is_v4: the text was dotted, not colons. */
static int
parse(const char *text, size_t size, struct seep_address *address, int *is_v4)
{
	struct scan scan = {text, text + size};
	struct parts parts = {.size = 0, .gap = -1};

	assert(text != NULL && address != NULL);
	*is_v4 = memchr(text, ':', size) == NULL;
	if (*is_v4) {
		memcpy(parts.bytes, v4_mapped, sizeof(v4_mapped));
		parts.size = 16;
		if (!scan_v4(&scan, parts.bytes + 12))
			return SEEP_EFORMAT;
	} else if (!scan_v6(&scan, &parts)) {
		return SEEP_EFORMAT;
	}
	join_parts(&parts, address);
	return SEEP_OK;
}

int
seep_address_parse(const char *text, size_t size, struct seep_address *address)
{
	struct seep_address read;
	int is_v4;
	int status = parse(text, size, &read, &is_v4);

	if (status == SEEP_OK)
		*address = read;
	return status;
}

static char *
put_decimal(char *at, unsigned value)
{
	assert(value < 1000);
	if (value >= 100)
		*at++ = (char)('0' + value / 100);
	if (value >= 10)
		*at++ = (char)('0' + value / 10 % 10);
	*at++ = (char)('0' + value % 10);
	return at;
}

static char *
put_v4(char *at, const uint8_t *bytes)
{
	assert(bytes != NULL);
	for (unsigned i = 0; i < 4; i++) {
		if (i > 0)
			*at++ = '.';
		at = put_decimal(at, bytes[i]);
	}
	return at;
}

static char *
put_group(char *at, unsigned value)
{
	int shift = 12;

	assert(value <= 0xffff);
	while (shift > 0 && value >> shift == 0)
		shift -= 4;
	for (; shift >= 0; shift -= 4)
		*at++ = "0123456789abcdef"[value >> shift & 15];
	return at;
}

static unsigned
group_of(const struct seep_address *address, unsigned i)
{
	assert(i < GROUPS);
	return (unsigned)address->bytes[2 * i] << 8 | address->bytes[2 * i + 1];
}

/* The first longest run of two or more zero groups (RFC 5952 4.2). */
static unsigned
find_zeros(const struct seep_address *address, unsigned *count)
{
	unsigned first = GROUPS;
	unsigned run = 0;

	*count = 1;
	for (unsigned i = 0; i < GROUPS; i++) {
		run = group_of(address, i) == 0 ? run + 1 : 0;
		if (run > *count) {
			*count = run;
			first = i + 1 - run;
		}
	}
	return first;
}

static char *
put_v6(char *at, const struct seep_address *address)
{
	unsigned zeros;
	unsigned first = find_zeros(address, &zeros);

	for (unsigned i = 0; i < GROUPS; i++) {
		if (i == first) {
			*at++ = ':';
			i += zeros - 1;
			if (i == GROUPS - 1)
				*at++ = ':';
			continue;
		}
		if (i > 0)
			*at++ = ':';
		at = put_group(at, group_of(address, i));
	}
	return at;
}

int
seep_address_is_v4(const struct seep_address *address)
{
	return memcmp(address->bytes, v4_mapped, sizeof(v4_mapped)) == 0;
}

size_t
seep_address_format(const struct seep_address *address, char *text)
{
	char *end = seep_address_is_v4(address)
			? put_v4(text, address->bytes + 12)
			: put_v6(text, address);

	assert(address != NULL && text != NULL);
	assert(end - text < SEEP_ADDRESS_TEXT_SIZE);
	*end = '\0';
	return (size_t)(end - text);
}

int
seep_address_compare(const struct seep_address *a, const struct seep_address *b)
{
	assert(a != NULL && b != NULL);
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

static void
mask(struct seep_network *network)
{
	unsigned bits = network->prefix_bits;

	assert(bits <= 128);
	for (unsigned i = 0; i < 16; i++, bits -= bits < 8 ? bits : 8) {
		if (bits < 8)
			network->base.bytes[i] &= (uint8_t)(0xff00u >> bits);
	}
}

int
seep_network_parse(const char *text, size_t size, struct seep_network *network)
{
	const char *slash = size > 0 ? memchr(text, '/', size) : NULL;
	struct scan scan = {slash, text + size};
	struct seep_network read;
	int is_v4;
	int bits;

	assert(text != NULL && network != NULL);
	if (parse(text, slash != NULL ? (size_t)(slash - text) : size,
		  &read.base, &is_v4) != SEEP_OK)
		return SEEP_EFORMAT;
	bits = is_v4 ? 32 : 128;
	if (slash != NULL) {
		scan.at++;
		bits = scan_decimal(&scan, bits);
		if (bits < 0 || scan.at != scan.end)
			return SEEP_EFORMAT;
	}
	read.prefix_bits = (uint8_t)(is_v4 ? BITS_V4_FIRST + bits : bits);
	mask(&read);
	*network = read;
	return SEEP_OK;
}

size_t
seep_network_format(const struct seep_network *network, char *text)
{
	unsigned bits = network->prefix_bits;
	char *end = text + seep_address_format(&network->base, text);

	assert(network != NULL && text != NULL);
	assert(bits <= 128);
	/* A shorter prefix leaves no mapped base: 0xffff would be cut. */
	if (bits >= BITS_V4_FIRST && seep_address_is_v4(&network->base))
		bits -= BITS_V4_FIRST;
	*end++ = '/';
	end = put_decimal(end, bits);
	assert(end - text < SEEP_NETWORK_TEXT_SIZE);
	*end = '\0';
	return (size_t)(end - text);
}

/* Do the first 'bits' <= 64 of two halves differ? */
static int
differ(const uint8_t *a, const uint8_t *b, unsigned bits)
{
	const uint64_t all = seep__be64_get(a) ^ seep__be64_get(b);

	assert(bits <= 64);
	return bits > 0 && all >> (64 - bits) != 0;
}

int
seep_network_contains(const struct seep_network *network,
		      const struct seep_address *address)
{
	const unsigned bits = network->prefix_bits;
	const uint8_t *base = network->base.bytes;

	assert(address != NULL && bits <= 128);
	if (bits <= 64)
		return !differ(base, address->bytes, bits);
	return !differ(base, address->bytes, 64) &&
	       !differ(base + 8, address->bytes + 8, bits - 64);
}

/* The first half of an address that stands for a name: RFC 6666. */
static const uint8_t discard[8] = {0x01};

void
seep_name_address(const char *name, size_t size, struct seep_address *address)
{
	uint64_t hash = seep__hash_checksum(name, size);

	assert(address != NULL);
	memcpy(address->bytes, discard, sizeof(discard));
	for (unsigned i = 0; i < 8; i++)
		address->bytes[8 + i] = (uint8_t)(hash >> (56 - 8 * i) & 0xff);
}

int
seep_address_is_name(const struct seep_address *address)
{
	assert(address != NULL);
	return memcmp(address->bytes, discard, sizeof(discard)) == 0;
}
