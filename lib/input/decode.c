/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/decode.h"

#include <assert.h>
#include <string.h>

#include "input/walk.h"

/*
 * STEPS_MAX bounds the loop whatever the steps do: 8 tunnels of at most
 * IP, transport, link, 16 tags (taken inside one or two steps each).
 */
#define STEPS_MAX 256

uint64_t
seep__walk_left(const struct seep__walk *walk)
{
	assert(walk->cursor.at <= walk->wire);
	return walk->wire - walk->cursor.at;
}

int
seep__walk_need(struct seep__walk *walk, size_t size, enum seep__step *end)
{
	if (seep__cursor_left(&walk->cursor) >= size)
		return 1;
	if (seep__walk_left(walk) >= size) {
		walk->why = "a header is cut by the snap length";
		*end = SEEP__STEP_TRUNCATED;
	} else {
		walk->why = "the frame ends inside a header";
		*end = SEEP__STEP_MALFORMED;
	}
	return 0;
}

const uint8_t *
seep__walk_peek(const struct seep__walk *walk)
{
	assert(!walk->cursor.failed);
	return walk->cursor.data + walk->cursor.at;
}

enum seep__step
seep__walk_bad(struct seep__walk *walk, const char *why)
{
	assert(why != NULL);
	walk->why = why;
	return SEEP__STEP_MALFORMED;
}

void
seep__walk_limit(struct seep__walk *walk, uint64_t size)
{
	size_t left = seep__cursor_left(&walk->cursor);

	assert(size <= seep__walk_left(walk));
	if (left > size)
		left = (size_t)size;
	seep__cursor_init(&walk->cursor, seep__walk_peek(walk), left);
	walk->wire = size;
}

static enum seep__step
take(struct seep__walk *walk, enum seep__step step)
{
	switch (step) {
	case SEEP__STEP_IP:
	case SEEP__STEP_IPV4:
	case SEEP__STEP_IPV6:
		return seep__network_step(walk, step);
	default:
		return seep__link_step(walk, step);
	}
}

static enum seep__verdict
verdict(enum seep__step end)
{
	switch (end) {
	case SEEP__STEP_FOUND:
		return SEEP__VERDICT_IP;
	case SEEP__STEP_MALFORMED:
		return SEEP__VERDICT_MALFORMED;
	case SEEP__STEP_TRUNCATED:
		return SEEP__VERDICT_TRUNCATED;
	default:
		return SEEP__VERDICT_NOT_IP;
	}
}

/*
 * The walk ended. Whatever was wrong inside a valid packet is that packet's
 * payload; only a frame in which none was found is refused.
 */
static void
conclude(struct seep__walk *walk, enum seep__step end)
{
	struct seep__packet *packet = walk->found;

	assert(end >= SEEP__STEP_FOUND);
	if (walk->depth > 0) {
		packet->verdict = SEEP__VERDICT_IP;
		packet->why = NULL;
		return;
	}
	packet->verdict = (uint8_t)verdict(end);
	packet->why = walk->why;
	packet->bytes = end == SEEP__STEP_NOT_IP ? 0 : walk->now.bytes;
}

void
seep__decode_frame(int link, const uint8_t *data, size_t captured,
		   uint32_t wire, struct seep__packet *packet)
{
	struct seep__walk walk;
	enum seep__step step;
	unsigned steps = 0;

	assert(captured <= wire);
	memset(&walk, 0, sizeof(walk));
	memset(packet, 0, sizeof(*packet));
	seep__cursor_init(&walk.cursor, data, captured);
	walk.wire = wire;
	walk.found = packet;
	step = seep__link_first(&walk, link);
	while (step < SEEP__STEP_FOUND && steps++ < STEPS_MAX)
		step = take(&walk, step);
	if (step < SEEP__STEP_FOUND)
		step = seep__walk_bad(&walk, "too many headers");
	conclude(&walk, step);
}
