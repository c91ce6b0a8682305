/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/assemble.h"

#include <assert.h>
#include <string.h>

#include "input/capture_file.h"
#include "input/flow_state.h"
#include "input/flowtable.h"
#include "input/fragment.h"
#include "input/opener.h"
#include "input/track.h"

#define NS_PER_S INT64_C(1000000000)
#define TIME_UNKNOWN INT64_MIN

/*
 * Idle flows ended per packet once the clock has moved. A table of a
 * million takes 64,000 packets to be swept; a packet never makes more than
 * STEP deltas.
 */
#define SWEEP_PER_PACKET 16

/* Tracks dated ahead of the clock that are passed over in one block. */
#define SWEEP_PASSES 4

struct out {
	struct seep_flow flow;
	/* name: of nDPI's protocol, or a registered domain. */
	char name[SEEP_NAME_SIZE_MAX + 1];
};

_Static_assert(SEEP__DPI_NAME_SIZE <= SEEP_NAME_SIZE_MAX + 1, "either fits");

struct seep__assembler {
	struct seep__mem *mem;
	struct seep__flowtable *table;
	struct seep__fragments *fragments;
	struct seep__dpi *dpi;
	struct seep_coverage *coverage;
	uint32_t sensor;
	int64_t clock_ns;
	int64_t block_ns; /* earliest in this block */
	int64_t last_ns;  /* of the packet before */
	unsigned block_count;
	unsigned passes;
	int sweeping;
	size_t out_at;
	size_t out_count;
	struct out out[SEEP__ASSEMBLE_OUT];
};

static const int64_t idle_ns[SEEP__IDLE_COUNT] = {
    SEEP__IDLE_TCP_S * NS_PER_S,
    SEEP__IDLE_TCP_CLOSED_S *NS_PER_S,
    SEEP__IDLE_UDP_S *NS_PER_S,
    SEEP__IDLE_OTHER_S *NS_PER_S,
};

int
seep__assembler_new(struct seep__assembler **assembler, struct seep__mem *mem,
		    const struct seep__assemble_opts *opts,
		    struct seep_coverage *coverage)
{
	struct seep__hash_key key;
	struct seep__assembler *a;
	int status;

	assert(opts->flows_max > 0);
	*assembler = NULL;
	a = seep__mem_zero(mem, 1, sizeof(*a));
	if (a == NULL)
		return seep__mem_why(mem);
	a->mem = mem;
	a->coverage = coverage;
	a->sensor = opts->sensor;
	a->clock_ns = TIME_UNKNOWN;
	a->block_ns = INT64_MAX;
	seep__hash_key_init(&key, opts->seed);
	status = seep__flowtable_new(&a->table, mem, &key, opts->flows_max);
	if (status == SEEP_OK)
		status = seep__fragments_new(&a->fragments, mem, &key);
	if (status == SEEP_OK && !opts->no_dpi)
		status = seep__dpi_new(&a->dpi, mem);
	if (status != SEEP_OK) {
		seep__assembler_free(a);
		return status;
	}
	*assembler = a;
	return SEEP_OK;
}

void
seep__assembler_free(struct seep__assembler *assembler)
{
	if (assembler == NULL)
		return;
	seep__dpi_free(assembler->dpi);
	seep__fragments_free(assembler->fragments);
	seep__flowtable_free(assembler->table);
	seep__mem_put(assembler->mem, assembler, sizeof(*assembler));
}

int
seep__assembler_ready(const struct seep__assembler *assembler)
{
	return assembler->out_count + SEEP__ASSEMBLE_STEP <= SEEP__ASSEMBLE_OUT;
}

/* emit() writes a delta out. */
static void
emit(struct seep__assembler *a, struct seep__track *track,
     const struct seep__delta *delta)
{
	struct out *out;

	assert(a->out_count < SEEP__ASSEMBLE_OUT);
	out = &a->out[a->out_count++];
	seep__delta_write(delta, track, &out->flow);
	out->flow.sensor = a->sensor;
	out->flow.name_size =
	    (uint32_t)seep__dpi_name(a->dpi, &track->dpi, out->name);
	if (out->flow.name_size > 0)
		out->flow.name.text = out->name;
	track->emitted = 1;
}

static void
close_delta(struct seep__assembler *a, struct seep__track *track)
{
	if (track->is_tcp)
		seep__track_settle(track);
	emit(a, track, &track->delta);
	memset(&track->delta, 0, sizeof(track->delta));
}

static void
finish(struct seep__assembler *a, struct seep__track *track)
{
	if (a->dpi != NULL)
		seep__dpi_end(a->dpi, &track->dpi);
	close_delta(a, track);
	if (track->is_tcp) {
		a->coverage->tcp_flows++;
		if (!track->seen[0] || !track->seen[1])
			a->coverage->tcp_flows_one_way++;
	}
	seep__flowtable_remove(a->table, track);
}

static int
is_expired(const struct seep__track *track, int64_t time_ns)
{
	assert(time_ns >= 0 && track->last_ns >= 0);
	return time_ns - track->last_ns > idle_ns[track->idle];
}

/*
 * A track dated far ahead of the clock stands in front of those that could
 * be ended. A few of them are moved to the end of the list.
 */
static int
pass_over(struct seep__assembler *a, struct seep__track *track)
{
	if (track->last_ns <= a->clock_ns + SEEP__ASSEMBLE_STRAY_NS ||
	    a->passes == 0)
		return 0;
	a->passes--;
	seep__flowtable_touch(a->table, track, (enum seep__idle)track->idle);
	return 1;
}

/* Ends what is idle in one list; returns how many flows, at most 'most'. */
static unsigned
sweep_list(struct seep__assembler *a, enum seep__idle idle, unsigned most)
{
	struct seep__track *track;
	unsigned ended = 0;

	assert(a->clock_ns != TIME_UNKNOWN && most <= SWEEP_PER_PACKET);
	while (ended < most) {
		track = seep__flowtable_head(a->table, idle);
		if (track == NULL)
			break;
		if (is_expired(track, a->clock_ns)) {
			finish(a, track);
			ended++;
		} else if (!pass_over(a, track)) {
			break;
		}
	}
	return ended;
}

static void
sweep(struct seep__assembler *a)
{
	unsigned left = SWEEP_PER_PACKET;
	unsigned idle;

	for (idle = 0; idle < SEEP__IDLE_COUNT; idle++)
		left -= sweep_list(a, (enum seep__idle)idle, left);
	a->sweeping = left == 0;
}

static void
advance_clock(struct seep__assembler *a, int64_t time_ns)
{
	assert(a->block_count < SEEP__ASSEMBLE_BLOCK);
	a->last_ns = time_ns;
	if (time_ns < a->block_ns)
		a->block_ns = time_ns;
	if (++a->block_count == SEEP__ASSEMBLE_BLOCK) {
		a->clock_ns = a->block_ns;
		a->block_ns = INT64_MAX;
		a->block_count = 0;
		a->passes = SWEEP_PASSES;
		a->sweeping = 1;
	}
	if (a->sweeping)
		sweep(a);
}

/*
 * A packet far ahead of the clock, on a flow it would end by its date
 * alone, is a stray: the flow stays.
 */
static int
is_stray(const struct seep__assembler *a, const struct seep__track *track,
	 int64_t time_ns)
{
	return a->clock_ns != TIME_UNKNOWN &&
	       time_ns > a->clock_ns + SEEP__ASSEMBLE_STRAY_NS &&
	       is_expired(track, time_ns);
}

static struct seep__track *
add_track(struct seep__assembler *a, const struct seep__flowkey *key, int *why)
{
	struct seep__track *track, *oldest;
	enum seep__idle idle = SEEP__IDLE_OTHER;

	track = seep__flowtable_add(a->table, key, idle, why);
	if (track == NULL) {
		oldest = seep__flowtable_oldest(a->table);
		if (oldest == NULL)
			return NULL;
		finish(a, oldest);
		track = seep__flowtable_add(a->table, key, idle, why);
	}
	if (track == NULL)
		return NULL;
	track->is_tcp = key->protocol == SEEP__PROTO_TCP && !key->portless;
	return track;
}

/* The flow of a packet: the one that is there, or a new one. */
static struct seep__track *
track_of(struct seep__assembler *a, const struct seep__flowkey *key,
	 const struct seep__packet *packet, unsigned src, int64_t time_ns,
	 int *why)
{
	struct seep__track *track = seep__flowtable_find(a->table, key);

	if (track != NULL) {
		if (!seep__track_reopened(track, packet, src) &&
		    (!is_expired(track, time_ns) ||
		     is_stray(a, track, time_ns)))
			return track;
		finish(a, track);
	}
	track = add_track(a, key, why);
	if (track == NULL)
		return NULL;
	track->last_ns = time_ns;
	if (!track->is_tcp) {
		track->opener =
		    (uint8_t)seep__opener_guess(packet, src, &track->basis);
	}
	return track;
}

/*
 * count_aside() writes a delta of one packet, beside the open one: for a
 * packet that belongs to another minute and must not move the flow there.
 */
static void
count_aside(struct seep__assembler *a, struct seep__track *track,
	    const struct seep__packet *packet, unsigned src, int64_t time_ns)
{
	struct seep__delta delta;

	assert(!seep__delta_empty(&track->delta));
	memset(&delta, 0, sizeof(delta));
	seep__delta_count(&delta, packet, src, time_ns);
	track->seen[src] = 1;
	emit(a, track, &delta);
}

static void
add_packet(struct seep__assembler *a, struct seep__track *track,
	   const struct seep__packet *packet, unsigned src, int64_t time_ns)
{
	struct seep__delta *delta = &track->delta;
	int64_t minute = time_ns / SEEP__DELTA_NS;
	int open = !seep__delta_empty(delta);
	int aside = open && (minute == delta->minute - 1 ||
			     is_stray(a, track, time_ns));

	if (open && !aside && minute != delta->minute)
		close_delta(a, track);
	if (track->is_tcp && packet->has_tcp)
		seep__track_follow(track, packet, src, time_ns, a->coverage);
	if (a->dpi != NULL && !packet->fragment && !packet->split)
		seep__dpi_feed(a->dpi, &track->dpi, packet->ip, packet->ip_size,
			       time_ns);
	if (aside) {
		count_aside(a, track, packet, src, time_ns);
		return;
	}
	seep__delta_count(delta, packet, src, time_ns);
	track->seen[src] = 1;
	if (time_ns > track->last_ns ||
	    minute < track->last_ns / SEEP__DELTA_NS)
		track->last_ns = time_ns;
}

/* Gives the names that a packet asks for. */
static void
give_names(struct seep__assembler *a, const struct seep__packet *packet,
	   int64_t time_ns)
{
	struct seep__asked asked;
	struct seep__dns dns;
	struct out *out;

	if (!seep__dns_looks(packet))
		return;
	seep__dns_begin(&dns, packet);
	while (seep__dns_next(&dns, &asked)) {
		assert(a->out_count < SEEP__ASSEMBLE_OUT);
		out = &a->out[a->out_count++];
		seep__qname_flow(&asked, &packet->src, time_ns, &out->flow);
		memcpy(out->name, asked.domain, asked.domain_size);
		out->flow.sensor = a->sensor;
		out->flow.name.text = out->name;
		out->flow.name_size = (uint32_t)asked.domain_size;
	}
	a->coverage->names_refused += dns.refused;
	a->coverage->names_skipped += dns.skipped;
}

int
seep__assembler_feed(struct seep__assembler *assembler,
		     struct seep__packet *packet, int64_t time_ns)
{
	struct seep__flowkey key;
	struct seep__track *track;
	int orphan = 0, why = SEEP_OK;
	unsigned src;

	assert(seep__assembler_ready(assembler) && time_ns >= 0);
	if (packet->fragment || packet->split)
		orphan = !seep__fragments_apply(assembler->fragments, packet,
						time_ns);
	src = seep__track_key(&key, packet, orphan);
	track = track_of(assembler, &key, packet, src, time_ns, &why);
	if (track == NULL)
		return why;
	assembler->coverage->fragments_orphaned += (uint64_t)orphan;
	add_packet(assembler, track, packet, src, time_ns);
	seep__flowtable_touch(assembler->table, track, seep__track_idle(track));
	advance_clock(assembler, time_ns);
	give_names(assembler, packet, time_ns);
	return SEEP_OK;
}

int
seep__assembler_drain(struct seep__assembler *assembler)
{
	struct seep__track *track;

	while (assembler->out_count < SEEP__ASSEMBLE_OUT) {
		track = seep__flowtable_oldest(assembler->table);
		if (track == NULL)
			return 0;
		if (track->is_tcp && !seep__track_ended(track) &&
		    !is_expired(track, assembler->last_ns))
			assembler->coverage->flows_without_end++;
		finish(assembler, track);
	}
	return 1;
}

size_t
seep__assembler_take(struct seep__assembler *assembler, struct seep_flow *flows,
		     size_t flows_max)
{
	size_t n = assembler->out_count - assembler->out_at;
	size_t i;

	assert(assembler->out_at <= assembler->out_count);
	assert(flows != NULL && flows_max > 0);
	if (n > flows_max)
		n = flows_max;
	for (i = 0; i < n; i++)
		flows[i] = assembler->out[assembler->out_at + i].flow;
	assembler->out_at += n;
	if (assembler->out_at == assembler->out_count) {
		assembler->out_at = 0;
		assembler->out_count = 0;
	}
	return n;
}

const struct seep__flowtable *
seep__assembler_table(const struct seep__assembler *assembler)
{
	assert(assembler != NULL);
	return assembler->table;
}

static void
save_out(struct seep__packer *p, const struct out *out)
{
	assert(out->flow.name_size < sizeof(out->name));
	seep__flow_save(&out->flow, p);
	seep__pack_text(p, out->name, out->flow.name_size);
}

void
seep__assembler_save(const struct seep__assembler *assembler,
		     struct seep__packer *p)
{
	const struct seep__assembler *a = assembler;
	size_t i;

	assert(a != NULL && p != NULL);
	seep__pack_section(p, "clock");
	seep__pack_i64(p, a->clock_ns);
	seep__pack_i64(p, a->block_ns);
	seep__pack_i64(p, a->last_ns);
	seep__pack_u64(p, a->block_count);
	seep__pack_u64(p, a->passes);
	seep__pack_u64(p, a->sweeping != 0);
	seep__pack_section(p, "flows");
	seep__flowtable_save(a->table, p, seep__track_save);
	seep__pack_section(p, "parts");
	seep__fragments_save(a->fragments, p);
	seep__pack_section(p, "deltas");
	seep__pack_u64(p, a->out_count - a->out_at);
	for (i = a->out_at; i < a->out_count; i++)
		save_out(p, &a->out[i]);
}

/* Times that the sums here cannot overflow. */
static int
is_time(int64_t time_ns)
{
	return time_ns >= 0 && time_ns <= SEEP__CAPFILE_TIME_MAX;
}

static void
restore_clock(struct seep__assembler *a, struct seep__unpacker *u)
{
	seep__unpack_section(u, "clock");
	a->clock_ns = seep__unpack_i64(u);
	a->block_ns = seep__unpack_i64(u);
	a->last_ns = seep__unpack_i64(u);
	a->block_count =
	    (unsigned)seep__unpack_most(u, SEEP__ASSEMBLE_BLOCK - 1);
	a->passes = (unsigned)seep__unpack_most(u, SWEEP_PASSES);
	a->sweeping = (int)seep__unpack_most(u, 1);
	if ((a->clock_ns == TIME_UNKNOWN ? a->sweeping
					 : !is_time(a->clock_ns)) ||
	    (a->block_ns != INT64_MAX && !is_time(a->block_ns)) ||
	    !is_time(a->last_ns))
		seep__unpack_fail(u, SEEP_EFORMAT);
}

static void
restore_out(struct seep__unpacker *u, struct out *out)
{
	uint32_t size;

	seep__flow_restore(&out->flow, u);
	size = (uint32_t)seep__unpack_most(u, sizeof(out->name) - 1);
	memset(out->name, 0, sizeof(out->name));
	seep__unpack_bytes(u, out->name, size);
	out->flow.name_size = size;
	if (size > 0)
		out->flow.name.text = out->name;
}

void
seep__assembler_restore(struct seep__assembler *assembler,
			struct seep__unpacker *u)
{
	struct seep__assembler *a = assembler;
	size_t n;

	assert(a->out_count == 0 && a->clock_ns == TIME_UNKNOWN);
	restore_clock(a, u);
	seep__unpack_section(u, "flows");
	seep__flowtable_restore(a->table, u, seep__track_restore);
	seep__unpack_section(u, "parts");
	seep__fragments_restore(a->fragments, u);
	seep__unpack_section(u, "deltas");
	n = (size_t)seep__unpack_most(u, SEEP__ASSEMBLE_OUT);
	while (a->out_count < n && u->status == SEEP_OK)
		restore_out(u, &a->out[a->out_count++]);
}
