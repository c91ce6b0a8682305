/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/fragment.h"

#include <assert.h>
#include <string.h>

#include "input/flow_state.h"

#define NONE UINT32_MAX
/* One chain for four entries at most on average; a power of two. */
#define HEADS (SEEP__FRAGMENTS_MAX / 4)

struct entry {
	struct seep__fragmentid part;
	int64_t time_ns;
	struct seep_address src;
	struct seep_address dst;
	uint32_t next; /* in the chain */
	uint16_t src_port;
	uint16_t dst_port;
	uint8_t protocol;
	uint8_t has_ports;
	uint8_t split;
};

/*
 * struct seep__fragments: entries[] is a ring in order of arrival; 'at' is
 * where the next one goes, over the oldest once all are used.
 */
struct seep__fragments {
	struct seep__mem *mem;
	struct seep__hash_key key;
	struct entry *entries;
	size_t room; /* grows to SEEP__FRAGMENTS_MAX */
	uint32_t count;
	uint32_t at;
	uint32_t heads[HEADS];
};

int
seep__fragments_new(struct seep__fragments **fragments, struct seep__mem *mem,
		    const struct seep__hash_key *key)
{
	struct seep__fragments *f;

	assert(mem != NULL && key != NULL);
	*fragments = NULL;
	f = seep__mem_zero(mem, 1, sizeof(*f));
	if (f == NULL)
		return seep__mem_why(mem);
	f->mem = mem;
	f->key = *key;
	memset(f->heads, 0xff, sizeof(f->heads));
	*fragments = f;
	return SEEP_OK;
}

void
seep__fragments_free(struct seep__fragments *fragments)
{
	if (fragments == NULL)
		return;
	seep__mem_put(fragments->mem, fragments->entries,
		      fragments->room * sizeof(struct entry));
	seep__mem_put(fragments->mem, fragments, sizeof(*fragments));
}

static uint32_t *
head_of(struct seep__fragments *f, const struct seep__fragmentid *part)
{
	return &f->heads[seep__hash_bytes(&f->key, part, sizeof(*part)) &
			 (HEADS - 1)];
}

static struct entry *
find(struct seep__fragments *f, const struct seep__fragmentid *part)
{
	uint32_t i;

	for (i = *head_of(f, part); i != NONE; i = f->entries[i].next) {
		if (memcmp(&f->entries[i].part, part, sizeof(*part)) == 0)
			return &f->entries[i];
	}
	return NULL;
}

static void
unlink_entry(struct seep__fragments *f, uint32_t which)
{
	uint32_t *link = head_of(f, &f->entries[which].part);

	while (*link != which) {
		assert(*link != NONE);
		link = &f->entries[*link].next;
	}
	*link = f->entries[which].next;
}

/* A place for one more entry: a new one, or that of the oldest. */
static struct entry *
make_room(struct seep__fragments *f, const struct seep__fragmentid *part)
{
	struct entry *entry;
	uint32_t *head, which;

	if (f->count < SEEP__FRAGMENTS_MAX &&
	    seep__mem_grow(f->mem, (void **)&f->entries, &f->room,
			   f->count + 1u, sizeof(struct entry)) == SEEP_OK) {
		which = f->count++;
	} else if (f->count > 0) {
		which = f->at;
		f->at = (f->at + 1) % f->count;
		unlink_entry(f, which);
	} else {
		return NULL;
	}
	assert(which < f->count && f->count <= SEEP__FRAGMENTS_MAX);
	entry = &f->entries[which];
	head = head_of(f, part);
	entry->part = *part;
	entry->next = *head;
	*head = which;
	return entry;
}

/* A first part that cannot be kept leaves orphans, which are counted. */
static void
keep(struct seep__fragments *f, const struct seep__packet *packet,
     int64_t time_ns)
{
	struct entry *entry = find(f, &packet->part);

	if (entry == NULL)
		entry = make_room(f, &packet->part);
	if (entry == NULL)
		return;
	entry->time_ns = time_ns;
	entry->src = packet->src;
	entry->dst = packet->dst;
	entry->src_port = packet->src_port;
	entry->dst_port = packet->dst_port;
	entry->protocol = packet->protocol;
	entry->has_ports = packet->has_ports;
	entry->split = packet->split;
}

/*
 * A later part's bytes are all of the flow when the flow is the outer one;
 * in a tunnel the outer headers are not.
 */
static void
join(struct seep__packet *packet, const struct entry *entry)
{
	packet->protocol = entry->protocol;
	packet->src_port = entry->src_port;
	packet->dst_port = entry->dst_port;
	packet->has_ports = entry->has_ports;
	if (!entry->split)
		return;
	packet->src = entry->src;
	packet->dst = entry->dst;
	packet->bytes = packet->payload;
}

/* Whether a first part may have had ports, by what a later one says. */
static int
may_have_ports(const struct seep__packet *packet)
{
	switch (packet->protocol) {
	case SEEP__PROTO_TCP:
	case SEEP__PROTO_UDP:
	case SEEP__PROTO_SCTP:
	case 51: /* AH */
		return 1;
	case 43: /* routing header */
	case 60: /* destination options */
		return packet->ip_version == 6;
	default:
		return 0;
	}
}

/* Times are not negative here, so that the difference does not overflow. */
static int
is_alive(const struct entry *entry, int64_t time_ns)
{
	int64_t apart = time_ns - entry->time_ns;

	assert(time_ns >= 0 && entry->time_ns >= 0);
	return apart <= SEEP__FRAGMENT_LIFE_NS &&
	       apart >= -SEEP__FRAGMENT_LIFE_NS;
}

int
seep__fragments_apply(struct seep__fragments *fragments,
		      struct seep__packet *packet, int64_t time_ns)
{
	struct entry *entry;

	assert(packet->fragment || packet->split);
	if (packet->split || packet->fragment_first) {
		keep(fragments, packet, time_ns);
		return 1;
	}
	entry = find(fragments, &packet->part);
	if (entry == NULL || !is_alive(entry, time_ns))
		return !may_have_ports(packet);
	join(packet, entry);
	return 1;
}

void
seep__fragments_save(const struct seep__fragments *fragments,
		     struct seep__packer *p)
{
	const struct entry *e;
	uint32_t i;

	assert(fragments != NULL);
	seep__pack_u64(p, fragments->count);
	seep__pack_u64(p, fragments->at);
	for (i = 0; i < fragments->count; i++) {
		e = &fragments->entries[i];
		seep__address_save(&e->part.src, p);
		seep__address_save(&e->part.dst, p);
		seep__pack_u64(p, e->part.id);
		seep__pack_u64(p, e->part.protocol);
		seep__pack_u64(p, e->part.ip_version);
		seep__pack_u64(p, (uint64_t)e->time_ns);
		seep__address_save(&e->src, p);
		seep__address_save(&e->dst, p);
		seep__pack_u64(p, e->src_port);
		seep__pack_u64(p, e->dst_port);
		seep__pack_u64(p, e->protocol);
		seep__pack_u64(p, e->has_ports);
		seep__pack_u64(p, e->split);
	}
}

static uint16_t
restore_u16(struct seep__unpacker *u)
{
	return (uint16_t)seep__unpack_most(u, UINT16_MAX);
}

static void
restore_entry(struct seep__fragments *f, struct seep__unpacker *u)
{
	struct seep__fragmentid part;
	struct entry *e = NULL;

	memset(&part, 0, sizeof(part));
	seep__address_restore(&part.src, u);
	seep__address_restore(&part.dst, u);
	part.id = (uint32_t)seep__unpack_most(u, UINT32_MAX);
	part.protocol = (uint8_t)seep__unpack_most(u, UINT8_MAX);
	part.ip_version = (uint8_t)seep__unpack_most(u, UINT8_MAX);
	if (u->status == SEEP_OK && find(f, &part) == NULL)
		e = make_room(f, &part);
	if (e == NULL) {
		seep__unpack_fail(u, SEEP_EFORMAT);
		return;
	}
	e->time_ns = (int64_t)seep__unpack_most(u, INT64_MAX);
	seep__address_restore(&e->src, u);
	seep__address_restore(&e->dst, u);
	e->src_port = restore_u16(u);
	e->dst_port = restore_u16(u);
	e->protocol = (uint8_t)seep__unpack_most(u, UINT8_MAX);
	e->has_ports = (uint8_t)seep__unpack_most(u, 1);
	e->split = (uint8_t)seep__unpack_most(u, 1);
}

void
seep__fragments_restore(struct seep__fragments *fragments,
			struct seep__unpacker *u)
{
	uint64_t n = seep__unpack_most(u, SEEP__FRAGMENTS_MAX);
	uint64_t at = seep__unpack_most(u, n > 0 ? n - 1 : 0);
	uint64_t i;

	assert(fragments != NULL && fragments->count == 0);
	for (i = 0; i < n && u->status == SEEP_OK; i++)
		restore_entry(fragments, u);
	/* Refused memory, a place is taken twice: then not all are there. */
	if (fragments->count != n)
		seep__unpack_fail(u, SEEP_ENOMEM);
	else
		fragments->at = (uint32_t)at;
}
