/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/zeek_hold.h"

#include <assert.h>
#include <string.h>

/*
 * A conn row of at least this duration is remembered where an interim row
 * of the same connection may be read after it (following, several logs
 * mixed in one stream, or further down in the same file), so that it is not
 * counted twice. Interim rows are
 * about long connections: zeek-long-connections starts at 10 min. A shorter
 * time costs memory for every connection; a longer one would miss sites
 * that poll open connections by the minute.
 */
#define LONG_NS (INT64_C(60) * 1000000000)

int
seep__zeek_hold_init(struct seep__zeek_hold *hold, struct seep_source *source,
		     uint64_t seed, int dedup, int follow)
{
	struct seep__hash_key key;

	assert(hold != NULL && source != NULL);
	memset(hold, 0, sizeof(*hold));
	hold->source = source;
	hold->dedup = dedup;
	hold->follow = follow;
	seep__hash_key_init(&key, seed);
	seep__keytab_init(&hold->interim, source->mem, &key,
			  sizeof(struct seep__zeek_held));
	seep__keytab_init(&hold->finals, source->mem, &key, 0);
	seep__keytab_init(&hold->here, source->mem, &key, 0);
	seep__keytab_init(&hold->given, source->mem, &key, 0);
	seep__keytab_init(&hold->parents, source->mem, &key, 0);
	hold->names = seep__mem_get(source->mem, SEEP__ZEEK_NAMES_ROOM);
	return hold->names != NULL ? SEEP_OK : SEEP_ENOMEM;
}

void
seep__zeek_hold_open(struct seep__zeek_hold *hold)
{
	assert(hold != NULL && hold->source != NULL);
	seep__keytab_clear(&hold->here);
}

void
seep__zeek_hold_clear(struct seep__zeek_hold *hold)
{
	struct seep__mem *mem;

	if (hold->source == NULL)
		return;
	mem = hold->source->mem;
	seep__keytab_clear(&hold->interim);
	seep__keytab_clear(&hold->finals);
	seep__keytab_clear(&hold->here);
	seep__keytab_clear(&hold->given);
	seep__keytab_clear(&hold->parents);
	if (hold->tunnels != NULL)
		seep__mem_put(mem, hold->tunnels,
			      hold->tunnels_room * sizeof(*hold->tunnels));
	if (hold->names != NULL)
		seep__mem_put(mem, hold->names, SEEP__ZEEK_NAMES_ROOM);
	hold->tunnels = NULL;
	hold->names = NULL;
}

void
seep__zeek_hold_begin(struct seep__zeek_hold *hold, struct seep_flow *flows,
		      size_t flows_max)
{
	assert(flows != NULL && flows_max > 0);
	hold->flows = flows;
	hold->flows_max = flows_max;
	hold->flows_count = 0;
	hold->names_used = 0;
}

int
seep__zeek_hold_full(const struct seep__zeek_hold *hold)
{
	assert(hold->names_used <= SEEP__ZEEK_NAMES_ROOM);
	return hold->flows_count == hold->flows_max ||
	       SEEP__ZEEK_NAMES_ROOM - hold->names_used < SEEP__ZEEK_NAME_ROOM;
}

static uint64_t
bytes_of(const struct seep__zeek_record *record)
{
	return record->flow.bytes_orig + record->flow.bytes_resp;
}

/* put_flow() puts a flow and a copy of its name into the batch. */
static void
put_flow(struct seep__zeek_hold *h, const struct seep_flow *flow,
	 const char *text, size_t size)
{
	struct seep_flow *put = &h->flows[h->flows_count++];
	char *name = h->names + h->names_used;

	assert(h->flows_count <= h->flows_max);
	assert(size <= SEEP__ZEEK_NAMES_ROOM - h->names_used);
	*put = *flow;
	if (size == 0)
		return;
	memcpy(name, text, size);
	h->names_used += size;
	put->name.text = name;
	put->name_size = (uint32_t)size;
}

/* emit() puts a record into the batch and counts what the engine cannot. */
static void
emit(struct seep__zeek_hold *h, const struct seep__zeek_record *record)
{
	struct seep_coverage *coverage = &h->source->coverage;
	const struct seep_flow *flow = &record->flow;

	put_flow(h, flow, record->name, record->name_size);
	coverage->bytes_from_payload += record->from_payload;
	coverage->bytes_payload_refused += record->payload_refused;
	if (flow->protocol != 6 || !record->carried ||
	    (flow->flags & SEEP_FLOW_CONTINUES))
		return;
	coverage->tcp_flows++;
	coverage->tcp_flows_one_way += record->one_way;
}

/* add_key() remembers a key; '*is_new' tells whether it was unknown. */
static int
add_key(struct seep__keytab *table, const struct seep__key *key, int *is_new)
{
	int status;

	assert(table != NULL && key != NULL);
	(void)seep__keytab_slot(table, key, is_new, &status);
	return status;
}

/* is_repeated() says whether a row was given before. Only with dedup. */
static int
is_repeated(struct seep__zeek_hold *h, const struct seep__zeek_record *record)
{
	struct seep__key key;

	if (!h->dedup)
		return 0;
	seep__zeek_key_flow(&key, &record->flow);
	return seep__keytab_find(&h->given, &key) != NULL;
}

/* note_given() notes that a row is given now: last of what memory may be
 * refused for, or the row would repeat itself when it is taken again. */
static int
note_given(struct seep__zeek_hold *h, const struct seep__zeek_record *record)
{
	struct seep__key key;
	int is_new;

	if (!h->dedup)
		return SEEP_OK;
	seep__zeek_key_flow(&key, &record->flow);
	return add_key(&h->given, &key, &is_new);
}

static int
is_parent(const struct seep__zeek_hold *h,
	  const struct seep__zeek_record *record)
{
	return seep__keytab_find(&h->parents, &record->key) != NULL;
}

/* reserve_tunnel() makes room for one more in hold_tunnel(). */
static int
reserve_tunnel(struct seep__zeek_hold *h)
{
	return seep__mem_grow(h->source->mem, (void **)&h->tunnels,
			      &h->tunnels_room, h->tunnels_count + 1,
			      sizeof(*h->tunnels));
}

static void
hold_tunnel(struct seep__zeek_hold *h, const struct seep__zeek_record *record)
{
	assert(record->is_tunnel);
	if (is_parent(h, record)) {
		seep__source_refuse(h->source, SEEP_REFUSED_TUNNEL_OUTER,
				    bytes_of(record));
		return;
	}
	assert(h->tunnels_count < h->tunnels_room);
	h->tunnels[h->tunnels_count++] = *record;
}

static uint64_t
less(uint64_t now, uint64_t before)
{
	return now > before ? now - before : 0;
}

/*
 * make_delta() gives what a row adds to an earlier one of its connection.
 * The time between the two ends is known to hold these bytes, which is more
 * than the connection as a whole tells.
 */
static void
make_delta(struct seep__zeek_record *delta, const struct seep__zeek_record *now,
	   const struct seep__zeek_record *before)
{
	const struct seep_flow *b = &before->flow;
	struct seep_flow *d = &delta->flow;

	assert(delta != now && delta != before);
	*delta = *now;
	d->flags |= SEEP_FLOW_CONTINUES;
	if (b->end_ns > d->start_ns && b->end_ns <= d->end_ns)
		d->start_ns = b->end_ns;
	d->bytes_orig = less(d->bytes_orig, b->bytes_orig);
	d->bytes_resp = less(d->bytes_resp, b->bytes_resp);
	d->packets_orig = less(d->packets_orig, b->packets_orig);
	d->packets_resp = less(d->packets_resp, b->packets_resp);
	d->missed_orig = less(d->missed_orig, b->missed_orig);
	d->missed_resp = less(d->missed_resp, b->missed_resp);
	delta->from_payload = less(now->from_payload, before->from_payload);
	delta->payload_refused =
	    less(now->payload_refused, before->payload_refused);
}

/*
 * reaches_further() orders the rows of one connection by time, then size,
 * and then by whatever differs, so that no tie is left to the order of
 * reading.
 */
static int
reaches_further(const struct seep__zeek_record *a,
		const struct seep__zeek_record *b)
{
	const struct seep_flow *x = &a->flow, *y = &b->flow;
	const uint64_t of_a[] = {
	    bytes_of(a),     x->bytes_orig,  x->packets_orig, x->packets_resp,
	    x->missed_orig,  x->missed_resp, x->opener,       x->flags,
	    a->from_payload, a->is_tunnel,   a->name_size};
	const uint64_t of_b[] = {
	    bytes_of(b),     y->bytes_orig,  y->packets_orig, y->packets_resp,
	    y->missed_orig,  y->missed_resp, y->opener,       y->flags,
	    b->from_payload, b->is_tunnel,   b->name_size};
	size_t i;

	if (x->end_ns != y->end_ns)
		return x->end_ns > y->end_ns;
	if (x->start_ns != y->start_ns)
		return x->start_ns < y->start_ns;
	for (i = 0; i < sizeof(of_a) / sizeof(of_a[0]); i++)
		if (of_a[i] != of_b[i])
			return of_a[i] > of_b[i];
	return memcmp(a->name, b->name, a->name_size) > 0;
}

static void
refuse_interim(struct seep__zeek_hold *h,
	       const struct seep__zeek_record *record)
{
	seep__source_refuse(h->source, SEEP_REFUSED_INTERIM, bytes_of(record));
}

/* take_later() takes another interim row of a connection that is held. */
static void
take_later(struct seep__zeek_hold *h, struct seep__zeek_held *held,
	   const struct seep__zeek_record *record)
{
	struct seep__zeek_record delta;

	assert(held != NULL);
	if (held->state == SEEP__HELD_NOTHING ||
	    !reaches_further(record, &held->record)) {
		refuse_interim(h, record);
		return;
	}
	if (held->state == SEEP__HELD_WAITING) {
		refuse_interim(h, &held->record);
	} else {
		make_delta(&delta, record, &held->record);
		emit(h, &delta);
	}
	held->record = *record;
}

static int
take_interim(struct seep__zeek_hold *h, const struct seep__zeek_record *record)
{
	struct seep__zeek_held *held;
	int is_new, status;

	assert(record != NULL);
	if (seep__keytab_find(&h->finals, &record->key) != NULL ||
	    seep__keytab_find(&h->here, &record->key) != NULL) {
		refuse_interim(h, record);
		return SEEP_OK;
	}
	held = seep__keytab_slot(&h->interim, &record->key, &is_new, &status);
	if (held == NULL)
		return status;
	if (!is_new) {
		take_later(h, held, record);
		return SEEP_OK;
	}
	held->record = *record;
	held->state = SEEP__HELD_WAITING;
	if (h->follow && !record->is_tunnel) {
		held->state = SEEP__HELD_GIVEN;
		emit(h, record);
	}
	return SEEP_OK;
}

/* tell_shrunk(): what was given cannot be taken back, so it is said. */
static void
tell_shrunk(struct seep__zeek_log *log, const struct seep__zeek_got *got)
{
	seep__source_note(log->source, log->path, got->line, got->offset, NULL,
			  0,
			  "fewer bytes than the connection's interim rows "
			  "had; the larger figure stands");
}

/* take_after() takes the conn row of a connection with interim rows; there
 * is room for a tunnel. */
static void
take_after(struct seep__zeek_hold *h, struct seep__zeek_log *log,
	   const struct seep__zeek_got *got, struct seep__zeek_held *held)
{
	const struct seep__zeek_record *record = &got->record;
	struct seep__zeek_record delta;

	assert(held->state <= SEEP__HELD_GIVEN);
	if (held->state == SEEP__HELD_GIVEN) {
		make_delta(&delta, record, &held->record);
		emit(h, &delta);
		if (record->flow.bytes_orig < held->record.flow.bytes_orig ||
		    record->flow.bytes_resp < held->record.flow.bytes_resp)
			tell_shrunk(log, got);
		held->state = SEEP__HELD_NOTHING;
		return;
	}
	if (held->state == SEEP__HELD_WAITING)
		refuse_interim(h, &held->record);
	held->state = SEEP__HELD_NOTHING;
	if (record->is_tunnel)
		hold_tunnel(h, record);
	else
		emit(h, record);
}

/* reserve_final() does all of take_final() that memory may be refused for;
 * done again, it changes nothing. */
static int
reserve_final(struct seep__zeek_hold *h, const struct seep__zeek_log *log,
	      const struct seep__zeek_record *record, int is_after)
{
	int status = SEEP_OK, is_new;

	assert(log != NULL);
	if (!is_after &&
	    record->flow.end_ns - record->flow.start_ns >= LONG_NS) {
		int beyond = h->follow || log->has_paths || log->endless;

		status = add_key(beyond ? &h->finals : &h->here, &record->key,
				 &is_new);
	}
	if (status == SEEP_OK && record->is_tunnel)
		status = reserve_tunnel(h);
	return status == SEEP_OK ? note_given(h, record) : status;
}

static int
take_final(struct seep__zeek_hold *h, struct seep__zeek_log *log,
	   const struct seep__zeek_got *got)
{
	const struct seep__zeek_record *record = &got->record;
	struct seep__zeek_held *held;
	int status;

	if (is_repeated(h, record)) {
		seep__zeek_log_refuse(log, got, SEEP_REFUSED_DUPLICATE,
				      "a row that was read already");
		return SEEP_OK;
	}
	held = seep__keytab_find(&h->interim, &record->key);
	status = reserve_final(h, log, record, held != NULL);
	if (status != SEEP_OK)
		return status;
	if (held != NULL)
		take_after(h, log, got, held);
	else if (record->is_tunnel)
		hold_tunnel(h, record);
	else
		emit(h, record);
	return SEEP_OK;
}

/* note_parents() notes the uids in tunnel_parents. */
static int
note_parents(struct seep__zeek_hold *h, const struct seep__zeek_row *row)
{
	const struct seep__slice *s = &row->field[SEEP__ZEEK_PARENTS];
	const char *at = s->data, *end, *stop;
	struct seep__key key;
	int status = SEEP_OK, is_new;

	assert(row != NULL);
	if (s->kind != SEEP__SLICE_TEXT || s->size == 0)
		return SEEP_OK;
	for (end = at + s->size; at < end && status == SEEP_OK; at = stop + 1) {
		stop = memchr(at, row->set_separator, (size_t)(end - at));
		if (stop == NULL)
			stop = end;
		if (stop == at)
			continue;
		seep__zeek_key_uid(&key, at, (size_t)(stop - at), row->json);
		status = add_key(&h->parents, &key, &is_new);
	}
	return status;
}

int
seep__zeek_hold_take(struct seep__zeek_hold *hold, struct seep__zeek_log *log,
		     const struct seep__zeek_got *got)
{
	int status;

	assert(!seep__zeek_hold_full(hold));
	status = note_parents(hold, got->row);
	if (status != SEEP_OK)
		return status;
	if (got->interim)
		return take_interim(hold, &got->record);
	return take_final(hold, log, got);
}

int
seep__zeek_hold_name(struct seep__zeek_hold *hold, struct seep__zeek_log *log,
		     const struct seep__zeek_got *got)
{
	int status, is_new = 1;
	struct seep__key key;

	assert(!seep__zeek_hold_full(hold) && got->asked != NULL);
	seep__qname_tell(hold->source, log->path, &hold->told);
	if (hold->dedup) {
		seep__zeek_key_name(&key, got->row);
		status = add_key(&hold->given, &key, &is_new);
		if (status != SEEP_OK)
			return status;
	}
	if (is_new)
		put_flow(hold, &got->record.flow, got->asked->domain,
			 got->asked->domain_size);
	else
		seep__zeek_log_refuse(log, got, SEEP_REFUSED_DUPLICATE,
				      "a row that was read already");
	return SEEP_OK;
}

/* drain_one() gives or refuses what was held for the end. */
static int
drain_one(struct seep__zeek_hold *h, const struct seep__zeek_record *record)
{
	if (record->is_tunnel && is_parent(h, record))
		seep__source_refuse(h->source, SEEP_REFUSED_TUNNEL_OUTER,
				    bytes_of(record));
	else
		emit(h, record);
	return SEEP_OK;
}

static int
drain_interim(struct seep__zeek_hold *h, struct seep__zeek_held *held)
{
	enum seep__zeek_held_state state =
	    (enum seep__zeek_held_state)held->state;
	int status = SEEP_OK, repeated;

	assert(held != NULL);
	repeated = state == SEEP__HELD_WAITING && is_repeated(h, &held->record);
	if (state == SEEP__HELD_WAITING)
		status = note_given(h, &held->record);
	if (status != SEEP_OK)
		return status;
	held->state = SEEP__HELD_NOTHING;
	if (state != SEEP__HELD_NOTHING)
		h->source->coverage.flows_without_end++;
	if (repeated)
		seep__source_refuse(h->source, SEEP_REFUSED_DUPLICATE,
				    bytes_of(&held->record));
	else if (state == SEEP__HELD_WAITING)
		return drain_one(h, &held->record);
	return SEEP_OK;
}

int
seep__zeek_hold_drain(struct seep__zeek_hold *hold)
{
	int status = SEEP_OK;

	assert(hold->drained_interim <= hold->interim.count);
	while (status == SEEP_OK && !seep__zeek_hold_full(hold)) {
		if (hold->drained_interim < hold->interim.count) {
			status = drain_interim(
			    hold, seep__keytab_value(&hold->interim,
						     hold->drained_interim));
			hold->drained_interim += status == SEEP_OK;
		} else if (hold->drained_tunnels < hold->tunnels_count) {
			status = drain_one(
			    hold, &hold->tunnels[hold->drained_tunnels++]);
		} else {
			return SEEP_END;
		}
	}
	return status;
}
