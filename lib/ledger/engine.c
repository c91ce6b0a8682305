/* SPDX-License-Identifier: BSD-3-Clause */
#include "ledger/engine.h"

#include <assert.h>
#include <string.h>

#include <seep/snapshot.h>

#include "base/clock.h"
#include "base/opts.h"
#include "ledger/fold.h"

/* A domain's text and what lies beside it (names.h), about. */
#define NAME_BYTES 96

const struct seep_alloc *
seep__engine_alloc(const struct seep_engine *engine)
{
	return engine->has_alloc ? &engine->alloc : NULL;
}

/* At most an eighth of the budget for the texts of domains. */
static size_t
names_most(const struct seep__mem *mem)
{
	uint64_t most = seep__mem_budget(mem) / 8 / NAME_BYTES;

	assert(mem != NULL);
	return most == 0 || most > SEEP__NAMES_MAX ? SEEP__NAMES_MAX
						   : (size_t)most;
}

static void
init_parts(struct seep_engine *engine, uint64_t seed)
{
	struct seep__hash_key key;

	assert(engine->mem != NULL);
	seep__hash_key_init(&key, seed);
	seep__table_init(&engine->table, engine->mem, &key);
	seep__intern_init(&engine->hosts, engine->mem, &key);
	seep__intern_init(&engine->peers_v6, engine->mem, &key);
	seep__log_init(&engine->log, engine->mem);
	seep__hours_init(&engine->hours, engine->mem);
	seep__hours_init(&engine->ends, engine->mem);
	seep__labels_init(&engine->labels, engine->mem);
	seep__names_init(&engine->names, engine->mem, names_most(engine->mem));
	seep_coverage_init(&engine->coverage);
	seep__origin_init(&engine->origin, engine->mem);
}

static int
use_store(struct seep_engine *engine, const struct seep_store *calls)
{
	struct seep__store *store;
	int status;

	assert(engine->log.store == NULL);
	if (calls == NULL)
		return SEEP_OK;
	status =
	    seep__store_new(&store, calls, &engine->table.key, engine->mem);
	if (status == SEEP_OK)
		seep__log_use(&engine->log, store);
	return status;
}

int
seep_engine_new(struct seep_engine **engine,
		const struct seep_engine_opts *opts,
		const struct seep_alloc *alloc)
{
	struct seep_engine_opts own;
	struct seep_engine *made;
	struct seep__mem *mem;
	int status;

	*engine = NULL;
	status = seep__opts_copy(&own, sizeof(own), opts);
	if (status == SEEP_OK)
		status = seep__ordered_selftest();
	if (status == SEEP_OK)
		status = seep__mem_new(&mem, alloc, own.memory_max);
	if (status != SEEP_OK)
		return status;
	made = seep__mem_zero(mem, 1, sizeof(*made));
	if (made == NULL) {
		status = seep__mem_why(mem);
		seep__mem_unref(mem);
		return status;
	}
	made->mem = mem;
	made->retain_days = own.retain_days;
	made->fold_bytes = own.memory_max / SEEP__FOLD_SHARE;
	if (alloc != NULL) {
		made->alloc = *alloc;
		made->has_alloc = 1;
	}
	init_parts(made, own.seed);
	status = seep__origin_set(&made->origin, own.origin);
	if (status == SEEP_OK)
		status = seep__site_copy(&made->site, own.site, mem);
	if (status == SEEP_OK)
		status = use_store(made, own.store);
	if (status != SEEP_OK) {
		seep_engine_free(made);
		return status;
	}
	*engine = made;
	return SEEP_OK;
}

void
seep_engine_free(struct seep_engine *engine)
{
	struct seep__mem *mem;

	if (engine == NULL)
		return;
	mem = engine->mem;
	seep__mem_put(mem, engine->folded, engine->folded_room);
	seep__names_clear(&engine->names);
	seep__labels_clear(&engine->labels);
	seep__hours_clear(&engine->ends);
	seep__hours_clear(&engine->hours);
	seep__log_clear(&engine->log);
	seep__intern_clear(&engine->peers_v6);
	seep__intern_clear(&engine->hosts);
	seep__table_clear(&engine->table);
	seep__origin_clear(&engine->origin);
	seep_site_free(engine->site);
	seep__mem_put(mem, engine, sizeof(*engine));
	seep__mem_unref(mem);
}

int
seep__engine_shed(struct seep_engine *engine, int *status)
{
	uint64_t freed;
	int folded;
	int shed;

	assert(engine != NULL && *status != SEEP_OK);
	if (*status != SEEP_EBUDGET && *status != SEEP_ENOMEM)
		return 0;
	shed = seep__log_shed(&engine->log, &freed);
	if (shed == SEEP_EIO)
		*status = shed;
	if (freed > 0)
		return 1;
	/* What the allocator refuses no fold mends: it needs memory first. */
	if (*status != SEEP_EBUDGET)
		return 0;
	(void)seep__fold(engine, &folded);
	return folded;
}

/* Bins of a channel before this hour have ended when 'hour' begins. */
static uint32_t
first_open_bin(const struct seep__record *record, uint32_t hour)
{
	assert(record->key.direction <= SEEP_DIRECTION_PULL);
	if ((record->key.kind & SEEP__PEER_PLACE) == SEEP_PLACE_INSIDE)
		return hour - hour % SEEP__HOURS_PER_DAY;
	return hour;
}

static int
seal_before(struct seep_engine *engine, uint32_t hour)
{
	uint32_t count = seep__table_count(&engine->table);
	uint32_t i;

	for (i = 0; i < count; i++) {
		struct seep__record *record =
		    seep__table_record(&engine->table, i);
		int status = seep__log_reserve(&engine->log, SEEP__SLOTS);

		if (status != SEEP_OK)
			return status;
		seep__record_seal(record, i, &engine->log,
				  first_open_bin(record, hour));
	}
	engine->sealed_hour = hour;
	return SEEP_OK;
}

/* Once a day, what is older than the caller wants to keep apart. */
static int
retain_from(struct seep_engine *engine, uint32_t hour)
{
	uint32_t kept = hour / SEEP__HOURS_PER_DAY;
	int status;

	if (engine->retain_days == 0 || kept <= engine->retain_days)
		return SEEP_OK;
	kept = (kept - engine->retain_days) * SEEP__HOURS_PER_DAY;
	if (kept <= engine->old_hour)
		return SEEP_OK;
	status = seep__retain(engine, kept);
	if (status == SEEP_OK)
		engine->old_hour = kept;
	return status;
}

int
seep_engine_advance(struct seep_engine *engine, int64_t now_ns)
{
	uint32_t hour;
	int status;

	assert(engine != NULL);
	if (now_ns < 0)
		return SEEP_OK;
	hour = seep__clock_hour(now_ns);
	if (hour <= engine->sealed_hour)
		return SEEP_OK;
	do
		status = seal_before(engine, hour);
	while (status != SEEP_OK && seep__engine_shed(engine, &status));
	if (status == SEEP_OK)
		status = retain_from(engine, hour);
	return status;
}

void
seep_engine_add_coverage(struct seep_engine *engine,
			 const struct seep_coverage *part)
{
	assert(engine != NULL && part != NULL);
	/* What crossed, stayed inside or passed is counted by the engine. */
	assert(part->bytes_crossing == 0 && part->bytes_inside == 0);
	seep_coverage_add(&engine->coverage, part);
}

int
seep_engine_add_input(struct seep_engine *engine,
		      const struct seep_input *input)
{
	assert(engine != NULL && input != NULL);
	return seep__origin_add(&engine->origin, input);
}

int
seep_engine_stats(const struct seep_engine *engine,
		  struct seep_engine_stats *stats)
{
	struct seep_engine_stats own;
	size_t size;

	assert(engine != NULL && stats != NULL);
	size = stats->size;
	if (size < sizeof(size) || size > sizeof(own))
		return SEEP_EINVAL;
	memset(&own, 0, sizeof(own));
	own.size = size;
	own.hosts = engine->hosts.count;
	own.channels = seep__table_count(&engine->table);
	own.addresses_v6 = engine->peers_v6.count;
	own.bytes_used = seep__mem_used(engine->mem);
	own.bytes_used_max = seep__mem_used_max(engine->mem);
	own.coverage = engine->coverage;
	if (engine->log.store != NULL) {
		own.store_used = seep__store_used(engine->log.store);
		own.store_size = seep__store_size(engine->log.store);
	}
	memcpy(stats, &own, size);
	return SEEP_OK;
}

uint32_t
seep__address_v4(const struct seep_address *address)
{
	const uint8_t *b = address->bytes + 12;

	assert(seep_address_is_v4(address));
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
	       (uint32_t)b[2] << 8 | b[3];
}

void
seep__address_from_v4(uint32_t v4, struct seep_address *address)
{
	assert(address != NULL);
	memset(address, 0, sizeof(*address));
	address->bytes[10] = 0xff;
	address->bytes[11] = 0xff;
	address->bytes[12] = (uint8_t)(v4 >> 24);
	address->bytes[13] = (uint8_t)(v4 >> 16 & 0xff);
	address->bytes[14] = (uint8_t)(v4 >> 8 & 0xff);
	address->bytes[15] = (uint8_t)(v4 & 0xff);
}

int
seep__engine_channel(struct seep_engine *engine,
		     const struct seep__label_channel *channel, unsigned fold,
		     uint32_t *record)
{
	uint32_t count = seep__table_count(&engine->table);
	struct seep__chankey key;
	int status;

	assert(channel->place <= SEEP_PLACE_NAME && fold <= SEEP_FOLD_ALL);
	status = seep__intern_add(&engine->hosts, &channel->host, &key.host);
	if (status != SEEP_OK)
		return status;
	key.kind = (uint8_t)(channel->place | fold << SEEP__PEER_FOLD_SHIFT);
	if (seep_address_is_v4(&channel->peer)) {
		key.peer = seep__address_v4(&channel->peer);
	} else {
		key.kind |= SEEP__PEER_V6;
		status = seep__intern_add(&engine->peers_v6, &channel->peer,
					  &key.peer);
		if (status != SEEP_OK)
			return status;
	}
	key.service = channel->service;
	key.direction = channel->direction;
	status = seep__table_find_or_add(&engine->table, &key, record);
	if (status == SEEP_OK && *record == count &&
	    seep__fold_host(engine, key.host))
		seep__table_record(&engine->table, *record)->flags |=
		    SEEP__RECORD_INEXACT;
	return status;
}
