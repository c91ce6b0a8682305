/* SPDX-License-Identifier: BSD-3-Clause */
#include <assert.h>
#include <string.h>

#include "input/capture_file.h"
#include "input/track.h"

static int64_t
restore_time(struct seep__unpacker *u)
{
	return (int64_t)seep__unpack_most(u, SEEP__CAPFILE_TIME_MAX);
}

static uint32_t
restore_u32(struct seep__unpacker *u)
{
	return (uint32_t)seep__unpack_most(u, UINT32_MAX);
}

static uint8_t
restore_bit(struct seep__unpacker *u)
{
	return (uint8_t)seep__unpack_most(u, 1);
}

static void
save_side(struct seep__packer *p, const struct seep__tcpside *s)
{
	unsigned i;

	assert(s->holes_count <= SEEP__TCP_HOLES);
	seep__pack_u64(p, (uint64_t)s->last_ns);
	seep__pack_u64(p, (uint64_t)s->claim_ns);
	seep__pack_u64(p, s->claim_start);
	seep__pack_u64(p, s->claim_end);
	seep__pack_u64(p, s->next);
	seep__pack_u64(p, s->low);
	seep__pack_u64(p, s->isn);
	seep__pack_u64(p, s->known);
	seep__pack_u64(p, s->has_isn);
	seep__pack_u64(p, s->has_claim);
	seep__pack_u64(p, s->holes_counted);
	seep__pack_u64(p, s->holes_count);
	for (i = 0; i < s->holes_count; i++) {
		seep__pack_u64(p, s->holes[i].start);
		seep__pack_u64(p, s->holes[i].end);
	}
}

/* Distances from 'low', so that numbers that wrapped compare. */
static int
is_apart(const struct seep__tcpside *s, unsigned i)
{
	uint32_t start = s->holes[i].start - s->low;
	uint32_t end = s->holes[i].end - s->low;
	unsigned k;

	for (k = 0; k < i; k++)
		if (start < s->holes[k].end - s->low &&
		    s->holes[k].start - s->low < end)
			return 0;
	return start < end && end <= s->next - s->low;
}

/*
 * is_sound() looks at what tcp.c holds of its own state: holes lie apart,
 * between 'low' and 'next', which are within reach of each other, and a
 * claim is of one packet.
 */
static int
is_sound(const struct seep__tcpside *s)
{
	unsigned i;

	assert(s->holes_count <= SEEP__TCP_HOLES);
	if (s->next - s->low > SEEP__TCP_REACH ||
	    s->claim_end - s->claim_start > SEEP__TCP_REACH / 2 ||
	    s->holes_counted >> s->holes_count != 0)
		return 0;
	for (i = 0; i < s->holes_count; i++)
		if (!is_apart(s, i))
			return 0;
	return 1;
}

static void
restore_side(struct seep__unpacker *u, struct seep__tcpside *s)
{
	unsigned i;

	s->last_ns = restore_time(u);
	s->claim_ns = restore_time(u);
	s->claim_start = restore_u32(u);
	s->claim_end = restore_u32(u);
	s->next = restore_u32(u);
	s->low = restore_u32(u);
	s->isn = restore_u32(u);
	s->known = restore_bit(u);
	s->has_isn = restore_bit(u);
	s->has_claim = restore_bit(u);
	s->holes_counted = (uint8_t)seep__unpack_most(u, UINT8_MAX);
	s->holes_count = (uint8_t)seep__unpack_most(u, SEEP__TCP_HOLES);
	for (i = 0; i < s->holes_count; i++) {
		s->holes[i].start = restore_u32(u);
		s->holes[i].end = restore_u32(u);
	}
	if (u->status == SEEP_OK && !is_sound(s))
		seep__unpack_fail(u, SEEP_EFORMAT);
}

static void
save_delta(struct seep__packer *p, const struct seep__delta *d)
{
	unsigned end;

	assert(!seep__delta_empty(d));
	seep__pack_u64(p, (uint64_t)d->first_ns);
	seep__pack_u64(p, (uint64_t)d->last_ns);
	for (end = 0; end < 2; end++) {
		seep__pack_u64(p, d->bytes[end]);
		seep__pack_u64(p, d->packets[end]);
		seep__pack_u64(p, d->missed[end]);
		seep__pack_u64(p, d->payload[end]);
	}
}

/* A flow between two packets always has one in its delta, and a delta lies
 * in one minute. */
static void
restore_delta(struct seep__unpacker *u, struct seep__delta *d)
{
	unsigned end;

	d->first_ns = restore_time(u);
	d->last_ns = restore_time(u);
	d->minute = d->first_ns / SEEP__DELTA_NS;
	for (end = 0; end < 2; end++) {
		d->bytes[end] = seep__unpack_u64(u);
		d->packets[end] = seep__unpack_most(u, INT64_MAX);
		d->missed[end] = seep__unpack_u64(u);
		d->payload[end] = restore_bit(u);
	}
	if (seep__delta_empty(d) || d->last_ns < d->first_ns ||
	    d->last_ns / SEEP__DELTA_NS != d->minute)
		seep__unpack_fail(u, SEEP_EFORMAT);
}

void
seep__track_save(const struct seep__track *track, struct seep__packer *p)
{
	unsigned end;

	assert(track != NULL);
	seep__pack_u64(p, (uint64_t)track->last_ns);
	save_delta(p, &track->delta);
	for (end = 0; end < 2; end++) {
		seep__pack_u64(p, track->seen[end]);
		seep__pack_u64(p, track->fin[end]);
	}
	seep__pack_u64(p, track->opener);
	seep__pack_u64(p, track->basis);
	seep__pack_u64(p, track->rst);
	seep__pack_u64(p, track->emitted);
	seep__pack_u64(p, track->is_tcp);
	for (end = 0; end < 2 && track->is_tcp; end++)
		save_side(p, &track->sides[end]);
	seep__pack_u64(p, track->dpi.master);
	seep__pack_u64(p, track->dpi.app);
	seep__pack_u64(p, track->dpi.packets);
	/* What nDPI knew of a flow that it was still looking at is gone. */
	seep__pack_u64(p, track->dpi.done || track->dpi.slot != 0);
}

void
seep__track_restore(struct seep__track *track, struct seep__unpacker *u)
{
	unsigned end;

	assert(track != NULL && track->dpi.slot == 0);
	track->last_ns = restore_time(u);
	restore_delta(u, &track->delta);
	for (end = 0; end < 2; end++) {
		track->seen[end] = restore_bit(u);
		track->fin[end] = restore_bit(u);
	}
	track->opener = restore_bit(u);
	track->basis = (uint8_t)seep__unpack_most(u, SEEP_OPENER_BY_PORT);
	track->rst = restore_bit(u);
	track->emitted = restore_bit(u);
	track->is_tcp = restore_bit(u);
	if (track->is_tcp !=
	    (track->key.protocol == SEEP__PROTO_TCP && !track->key.portless))
		seep__unpack_fail(u, SEEP_EFORMAT);
	for (end = 0; end < 2 && track->is_tcp; end++)
		restore_side(u, &track->sides[end]);
	track->dpi.master = (uint16_t)seep__unpack_most(u, UINT16_MAX);
	track->dpi.app = (uint16_t)seep__unpack_most(u, UINT16_MAX);
	track->dpi.packets = (uint8_t)seep__unpack_most(u, UINT8_MAX);
	track->dpi.done = restore_bit(u);
}
