/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/zeek_hold.h"

#include <assert.h>
#include <string.h>

#include "input/flow_state.h"

static void
save_record(struct seep__packer *p, const struct seep__zeek_record *r)
{
	seep__flow_save(&r->flow, p);
	seep__pack_bytes(p, r->key.bytes, sizeof(r->key.bytes));
	seep__pack_u64(p, r->from_payload);
	seep__pack_u64(p, r->payload_refused);
	seep__pack_u64(p, r->is_tunnel);
	seep__pack_u64(p, r->carried);
	seep__pack_u64(p, r->one_way);
	seep__pack_text(p, r->name, r->name_size);
}

static void
restore_record(struct seep__unpacker *u, struct seep__zeek_record *r)
{
	memset(r, 0, sizeof(*r));
	seep__flow_restore(&r->flow, u);
	seep__unpack_bytes(u, r->key.bytes, sizeof(r->key.bytes));
	r->from_payload = seep__unpack_u64(u);
	r->payload_refused = seep__unpack_u64(u);
	r->is_tunnel = (uint8_t)seep__unpack_most(u, 1);
	r->carried = (uint8_t)seep__unpack_most(u, 1);
	r->one_way = (uint8_t)seep__unpack_most(u, 1);
	r->name_size = (uint8_t)seep__unpack_most(u, SEEP__ZEEK_NAME_MAX);
	seep__unpack_bytes(u, r->name, r->name_size);
}

/* Keys in the order in which they came, in which they are also drained. */
static void
save_keys(struct seep__packer *p, const struct seep__keytab *table)
{
	size_t i;

	seep__pack_u64(p, table->count);
	for (i = 0; i < table->count; i++)
		seep__pack_bytes(p, seep__keytab_key(table, i), SEEP__KEY_SIZE);
}

/* restore_key() adds the next key; NULL on failure, as when it repeats. */
static void *
restore_key(struct seep__unpacker *u, struct seep__keytab *table)
{
	int is_new, status;
	struct seep__key key;
	void *value;

	seep__unpack_bytes(u, key.bytes, sizeof(key.bytes));
	if (u->status != SEEP_OK)
		return NULL;
	value = seep__keytab_slot(table, &key, &is_new, &status);
	if (value == NULL)
		seep__unpack_fail(u, status);
	else if (!is_new)
		seep__unpack_fail(u, SEEP_EFORMAT);
	return u->status == SEEP_OK ? value : NULL;
}

static void
restore_keys(struct seep__unpacker *u, struct seep__keytab *table)
{
	uint64_t n = seep__unpack_u64(u);

	assert(table->count == 0);
	while (n > 0 && restore_key(u, table) != NULL)
		n--;
}

static void
save_interim(struct seep__packer *p, const struct seep__keytab *table)
{
	const struct seep__zeek_held *held;
	size_t i;

	save_keys(p, table);
	for (i = 0; i < table->count; i++) {
		held = seep__keytab_value(table, i);
		save_record(p, &held->record);
		seep__pack_u64(p, held->state);
	}
}

static void
restore_interim(struct seep__unpacker *u, struct seep__keytab *table)
{
	struct seep__zeek_held *held;
	size_t i;

	restore_keys(u, table);
	for (i = 0; i < table->count && u->status == SEEP_OK; i++) {
		held = seep__keytab_value(table, i);
		restore_record(u, &held->record);
		held->state = seep__unpack_most(u, SEEP__HELD_GIVEN);
	}
}

static void
restore_tunnels(struct seep__unpacker *u, struct seep__zeek_hold *h)
{
	uint64_t n = seep__unpack_u64(u);
	int status;

	assert(h->tunnels_count == 0);
	for (; n > 0 && u->status == SEEP_OK; n--) {
		status = seep__mem_grow(h->source->mem, (void **)&h->tunnels,
					&h->tunnels_room, h->tunnels_count + 1,
					sizeof(*h->tunnels));
		if (status != SEEP_OK)
			seep__unpack_fail(u, status);
		else
			restore_record(u, &h->tunnels[h->tunnels_count++]);
	}
}

void
seep__zeek_hold_save(const struct seep__zeek_hold *hold,
		     struct seep__packer *packer)
{
	size_t i;

	assert(hold != NULL);
	seep__pack_section(packer, "held");
	save_interim(packer, &hold->interim);
	save_keys(packer, &hold->finals);
	save_keys(packer, &hold->here);
	save_keys(packer, &hold->given);
	save_keys(packer, &hold->parents);
	seep__pack_u64(packer, hold->tunnels_count);
	for (i = 0; i < hold->tunnels_count; i++)
		save_record(packer, &hold->tunnels[i]);
	seep__pack_u64(packer, hold->drained_interim);
	seep__pack_u64(packer, hold->drained_tunnels);
	seep__pack_u64(packer, hold->told != 0);
}

void
seep__zeek_hold_restore(struct seep__zeek_hold *hold,
			struct seep__unpacker *unpacker)
{
	assert(hold != NULL);
	seep__unpack_section(unpacker, "held");
	restore_interim(unpacker, &hold->interim);
	restore_keys(unpacker, &hold->finals);
	restore_keys(unpacker, &hold->here);
	restore_keys(unpacker, &hold->given);
	restore_keys(unpacker, &hold->parents);
	restore_tunnels(unpacker, hold);
	hold->drained_interim =
	    (size_t)seep__unpack_most(unpacker, hold->interim.count);
	hold->drained_tunnels =
	    (size_t)seep__unpack_most(unpacker, hold->tunnels_count);
	hold->told = (int)seep__unpack_most(unpacker, 1);
}
