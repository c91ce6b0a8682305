/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/dns.h"

#include <assert.h>
#include <string.h>

#define DNS_PORT 53
#define HEADER_SIZE 12

#define FLAG_RESPONSE 0x8000u
#define OPCODE_OF(flags) ((flags) >> 11 & 15u)
/* OPCODE_MAX: DSO, RFC 8490; the higher ones were never given out. */
#define OPCODE_MAX 6

/*
 * A segment that is filled and not the last of its message has 536 bytes or
 * more, the smallest MSS in use (RFC 9293 section 3.7.1), less TCP options.
 * Messages that come without their length are shorter: a name and little
 * else. Either bound could be anything between.
 */
#define SEGMENT_MIN 490

/* What a message turned out to be. */
enum message { ASKS, ASKS_NOTHING, ANSWERS, BROKEN };

int
seep__dns_looks(const struct seep__packet *packet)
{
	assert(packet != NULL);
	return packet->has_ports && packet->dst_port == DNS_PORT &&
	       packet->data_at > 0 &&
	       (packet->protocol == SEEP__PROTO_UDP ||
		packet->protocol == SEEP__PROTO_TCP);
}

void
seep__dns_begin(struct seep__dns *dns, const struct seep__packet *packet)
{
	size_t at = packet->data_at;

	assert(seep__dns_looks(packet));
	memset(dns, 0, sizeof(*dns));
	/* The snap length may have cut it anywhere. */
	if (at > packet->ip_size)
		at = packet->ip_size;
	seep__cursor_init(&dns->cursor, packet->ip + at, packet->ip_size - at);
	dns->wire = packet->data_size;
	dns->tcp = packet->protocol == SEEP__PROTO_TCP;
	dns->left = SEEP__DNS_NAMES_MAX;
}

/* Reads labels up to the root; 0 when they are no plain name. */
static int
read_name(struct seep__cursor *cursor, struct seep__qname *name)
{
	uint8_t size;

	name->size = 0;
	for (;;) {
		size = seep__cursor_u8(cursor);
		if (cursor->failed || size > SEEP__QNAME_LABEL_MAX)
			return 0;
		if (size == 0)
			return 1;
		/* A cursor beyond its end gives NULL. */
		const uint8_t *label = seep__cursor_bytes(cursor, size);

		if (label == NULL || !seep__qname_add(name, label, size))
			return 0;
	}
}

/* Reads a message up to its question. */
static enum message
read_message(struct seep__cursor *cursor, struct seep__qname *name)
{
	uint16_t flags, questions;

	seep__cursor_skip(cursor, 2);
	flags = seep__cursor_be16(cursor);
	questions = seep__cursor_be16(cursor);
	seep__cursor_skip(cursor, 6);
	if (cursor->failed)
		return BROKEN;
	if ((flags & FLAG_RESPONSE) != 0)
		return ANSWERS;
	if (OPCODE_OF(flags) > OPCODE_MAX || questions > 1)
		return BROKEN;
	if (questions == 0)
		return ASKS_NOTHING;
	if (!read_name(cursor, name))
		return BROKEN;
	seep__cursor_skip(cursor, 4);
	return cursor->failed ? BROKEN : ASKS;
}

/* Counts what a message is; 1 when it is a name to give. */
static int
judge(struct seep__dns *dns, enum message message,
      const struct seep__qname *name, struct seep__asked *asked)
{
	enum seep__qname_kind kind = SEEP__QNAME_NONE;

	if (message == ANSWERS)
		return 0;
	if (message == BROKEN)
		kind = SEEP__QNAME_BAD;
	else if (message == ASKS)
		kind = seep__qname_ask(name, asked);
	dns->refused += kind == SEEP__QNAME_BAD;
	dns->skipped += kind == SEEP__QNAME_NONE;
	return kind == SEEP__QNAME_DOMAIN;
}

/* The rest of the payload is passed over. */
static void
pass(struct seep__dns *dns, uint64_t size)
{
	size_t left = seep__cursor_left(&dns->cursor);

	assert(size <= dns->wire);
	seep__cursor_skip(&dns->cursor, size < left ? (size_t)size : left);
	dns->wire -= size;
}

static int
has_message(const struct seep__dns *dns)
{
	/* TCP: a keep-alive's byte, or a length whose message comes alone. */
	return dns->wire > (dns->tcp ? 2 : 0);
}

/* take_length() moves behind a length whose message is all there. */
static int
take_length(struct seep__dns *dns, uint64_t *size)
{
	struct seep__cursor ahead = dns->cursor;

	assert(dns->tcp && dns->wire >= 2);
	*size = seep__cursor_be16(&ahead);
	if (ahead.failed || *size + 2 > dns->wire)
		return 0;
	pass(dns, 2);
	return 1;
}

/* read_sized() reads a message of 'size' bytes. */
static enum message
read_sized(struct seep__dns *dns, uint64_t size, struct seep__qname *name)
{
	struct seep__cursor cursor = dns->cursor;

	if (seep__cursor_left(&cursor) > size)
		cursor.size = cursor.at + (size_t)size;
	pass(dns, size);
	return read_message(&cursor, name);
}

/*
 * read_unframed() reads what begins a segment and has no length that fits:
 * in a long one the beginning of a message that goes on, in a short one a
 * message whose length came before it. What looks like an answer is neither.
 */
static enum message
read_unframed(struct seep__dns *dns, struct seep__qname *name)
{
	enum message message;

	if (dns->wire >= SEGMENT_MIN)
		pass(dns, 2);
	message = read_sized(dns, dns->wire, name);
	return message == ANSWERS ? BROKEN : message;
}

int
seep__dns_next(struct seep__dns *dns, struct seep__asked *asked)
{
	enum message message = BROKEN;
	struct seep__qname name;
	uint64_t size;
	int first;

	while (dns->left > 0 && has_message(dns)) {
		first = dns->left == SEEP__DNS_NAMES_MAX;
		dns->left--;
		if (!dns->tcp)
			message = read_sized(dns, dns->wire, &name);
		else if (take_length(dns, &size))
			message = read_sized(dns, size, &name);
		else if (first)
			message = read_unframed(dns, &name);
		else
			message = BROKEN;
		if (message == BROKEN)
			pass(dns, dns->wire);
		if (judge(dns, message, &name, asked))
			return 1;
	}
	/* More messages than are read: one refusal for all of them. */
	if (has_message(dns))
		dns->refused++;
	pass(dns, dns->wire);
	return 0;
}
