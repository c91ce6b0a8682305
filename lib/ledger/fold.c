/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fold.c - when to fold, and which channels become one; fold_move.c moves
 * their cells.
 */
#include "ledger/fold.h"

#include <assert.h>
#include <string.h>

#include <seep/snapshot.h>

#include "ledger/sort.h"
#include "base/cursor.h"

/* Flows between two looks at the size of the ledger; a new piece of the
 * table is looked at at once. 1,024 flows add some 100 KB at most. */
#define LOOK_EVERY 1024

/* A fold goes on until the ledger is below three quarters of its share, or
 * the next flows would have it fold again. */
#define ROOM_NUMERATOR 3
#define ROOM_DENOMINATOR 4

/* Fractional bits of the pseudo-logarithm. */
#define FRACTION_BITS 8
#define CLASSES ((2 * 65) << FRACTION_BITS)

/* What is never folded has no class. */
#define NO_CLASS UINT32_MAX

/* What folding can make less: channels, and cells that no store can take. */
static uint64_t
ledger_bytes(const struct seep_engine *engine)
{
	uint64_t bytes = seep__table_bytes(&engine->table);
	size_t i;

	assert(engine->log.run_count <= SEEP__LOG_RUNS);
	bytes += seep__intern_bytes(&engine->hosts);
	bytes += seep__intern_bytes(&engine->peers_v6);
	for (i = 0; i < engine->log.run_count && !engine->log.store; i++)
		bytes += seep__run_bytes(engine->log.runs[i]);
	return bytes;
}

int
seep__fold_is_due(struct seep_engine *engine)
{
	uint64_t growth;

	assert(engine != NULL);
	if (engine->fold_bytes == 0)
		return 0;
	growth = seep__table_growth(&engine->table);
	if (growth == 0 && ++engine->unlooked < LOOK_EVERY)
		return 0;
	engine->unlooked = 0;
	return ledger_bytes(engine) + growth > engine->fold_bytes;
}

int
seep__fold_host(const struct seep_engine *engine, uint32_t host)
{
	return host < engine->folded_room && engine->folded[host];
}

int
seep__fold_room(struct seep_engine *engine)
{
	void *folded = engine->folded;
	size_t had = engine->folded_room;
	int status = seep__mem_grow(engine->mem, &folded, &engine->folded_room,
				    engine->hosts.count, 1);

	assert(engine->hosts.count <= engine->folded_room || status != SEEP_OK);
	engine->folded = folded;
	if (status == SEEP_OK)
		memset(engine->folded + had, 0, engine->folded_room - had);
	return status;
}

/*
 * The position of the highest bit and the bits behind it: log2 but for a
 * straight line between powers of two. 0 for 0.
 */
static uint32_t
pseudo_log(uint64_t value)
{
	uint32_t exponent = 0;
	uint64_t rest = value;

	if (value == 0)
		return 0;
	while (rest >>= 1)
		exponent++;
	if (exponent >= FRACTION_BITS)
		rest = value >> (exponent - FRACTION_BITS);
	else
		rest = value << (FRACTION_BITS - exponent);
	return ((exponent + 1) << FRACTION_BITS) |
	       (uint32_t)(rest & ((1u << FRACTION_BITS) - 1));
}

/* What a channel weighs while cells are added up. */
struct weight {
	uint64_t bytes;
	uint32_t hours;
	uint32_t last; /* hour counted last, + 1 */
};

static void
add_weight(struct weight *weight, const struct seep__cell *cell)
{
	uint32_t hour = seep__cell_hour(cell->key);
	uint64_t bytes =
	    cell->counts[SEEP__BYTES_OUT] + cell->counts[SEEP__BYTES_IN];

	assert(hour <= SEEP__HOUR_MAX);
	weight->bytes += bytes;
	/* Kinds of one hour stand together; an hour that is in two runs is
	 * counted twice. */
	weight->hours += weight->last != hour + 1;
	weight->last = hour + 1;
}

int
seep__fold_piece(struct seep__folding *folding)
{
	struct seep_engine *engine = folding->engine;

	assert(folding->piece == NULL);
	if (engine->log.store == NULL)
		return SEEP_OK;
	folding->piece = seep__mem_get(engine->mem, SEEP__STORE_PIECE);
	return folding->piece != NULL ? SEEP_OK : seep__mem_why(engine->mem);
}

void
seep__fold_reader(const struct seep__folding *folding,
		  const struct seep__run *run, struct seep__run_reader *reader)
{
	seep__run_reader_init(reader, run);
	if (!seep__run_is_stored(run))
		return;
	assert(folding->piece != NULL);
	seep__run_reader_lend(reader, folding->piece, SEEP__STORE_PIECE);
}

static int
weigh_run(const struct seep__folding *folding, const struct seep__run *run,
	  struct weight *weights)
{
	struct seep__run_reader reader;
	struct seep__cell cell;
	int got;

	seep__fold_reader(folding, run, &reader);
	while ((got = seep__run_reader_next(&reader, &cell)) > 0)
		add_weight(&weights[seep__cell_record(cell.key)], &cell);
	return got < 0 ? got : SEEP_OK;
}

static int
weigh_cells(const struct seep__folding *folding, struct weight *weights)
{
	const struct seep_engine *engine = folding->engine;
	const struct seep__log *log = &engine->log;
	struct seep__cell cells[SEEP__SLOTS];
	size_t i;
	uint32_t record;
	int status = SEEP_OK;

	for (i = 0; i < log->run_count && status == SEEP_OK; i++)
		status = weigh_run(folding, log->runs[i], weights);
	for (i = 0; i < log->count; i++)
		add_weight(&weights[seep__cell_record(log->cells[i].key)],
			   &log->cells[i]);
	for (record = 0; record < seep__table_count(&engine->table); record++) {
		unsigned open = seep__record_open(
		    seep__table_record(&engine->table, record), record, cells);

		while (open > 0)
			add_weight(&weights[record], &cells[--open]);
	}
	return status;
}

static uint32_t
class_of(const struct seep__record *record, const struct weight *weight)
{
	if (seep__fold_of(record->key.kind) == SEEP_FOLD_ALL)
		return NO_CLASS;
	return pseudo_log(weight->bytes) + pseudo_log(weight->hours);
}

/* The smallest class up to which half of the channels are. */
static uint32_t
find_threshold(const uint32_t *classes, uint32_t count, uint32_t *histogram)
{
	uint32_t members = 0;
	uint32_t sum = 0;
	uint32_t i;

	for (i = 0; i < count; i++) {
		if (classes[i] == NO_CLASS)
			continue;
		assert(classes[i] < CLASSES);
		histogram[classes[i]]++;
		members++;
	}
	for (i = 0; i < CLASSES; i++) {
		sum += histogram[i];
		if (sum >= members - members / 2)
			break;
	}
	return i;
}

/*
 * Marks what is light: target = UINT32_MAX. 'classes' is folding->target
 * before, to save memory.
 */
static int
mark_light(struct seep__folding *folding)
{
	struct seep__mem *mem = folding->engine->mem;
	uint32_t *classes = folding->target;
	uint32_t *histogram = seep__mem_zero(mem, CLASSES, sizeof(*histogram));
	uint32_t threshold;
	uint32_t i;

	if (histogram == NULL)
		return seep__mem_why(mem);
	threshold = find_threshold(classes, folding->count, histogram);
	for (i = 0; i < folding->count; i++)
		folding->target[i] = classes[i] <= threshold ? UINT32_MAX : i;
	seep__mem_put(mem, histogram, CLASSES * sizeof(*histogram));
	return SEEP_OK;
}

static int
weigh(struct seep__folding *folding)
{
	const struct seep_engine *engine = folding->engine;
	size_t size = folding->count * sizeof(struct weight);
	struct weight *weights =
	    seep__mem_zero(engine->mem, folding->count, sizeof(*weights));
	uint32_t i;
	int status;

	if (weights == NULL)
		return seep__mem_why(engine->mem);
	status = weigh_cells(folding, weights);
	for (i = 0; i < folding->count; i++)
		folding->target[i] = class_of(
		    seep__table_record(&engine->table, i), &weights[i]);
	seep__mem_put(engine->mem, weights, size);
	return status;
}

/* What channels have in common that become one. */
struct group {
	uint64_t network; /* 0: all peers */
	uint32_t host;
	seep__service service;
	uint8_t kind;
	uint8_t direction;
};

_Static_assert(sizeof(struct group) == 16, "hashed as 16 bytes");

static void
group_of(const struct seep_engine *engine, uint32_t record, unsigned level,
	 struct group *group)
{
	const struct seep__chankey *key =
	    &seep__table_record(&engine->table, record)->key;

	memset(group, 0, sizeof(*group));
	group->host = key->host;
	group->service = key->service;
	group->direction = key->direction;
	group->kind = key->kind & SEEP__PEER_PLACE;
	if (level == SEEP_FOLD_ALL)
		return;
	group->kind |= key->kind & SEEP__PEER_V6;
	group->network =
	    (key->kind & SEEP__PEER_V6) != 0
		? seep__be64_get(engine->peers_v6.addresses[key->peer].bytes) >>
		      16
		: key->peer >> 8;
}

/* struct grouping: records that may be folded to one level, by group. */
struct grouping {
	struct seep__folding *folding;
	unsigned level;
	struct seep__sortable *items;
	size_t count;
	size_t room;
};

/* Is 'record' a part of the grouping: light, or a roll-up of its level? */
static int
takes_part(const struct grouping *grouping, uint32_t record)
{
	const struct seep__folding *folding = grouping->folding;
	const struct seep__chankey *key =
	    &seep__table_record(&folding->engine->table, record)->key;
	unsigned fold = seep__fold_of(key->kind);

	if (fold == grouping->level)
		return 1;
	if (folding->target[record] != UINT32_MAX)
		return 0;
	/* A domain is in no network. */
	return grouping->level == SEEP_FOLD_ALL ||
	       (key->kind & SEEP__PEER_PLACE) != SEEP_PLACE_NAME;
}

static int
list_groups(struct grouping *grouping)
{
	struct seep__folding *folding = grouping->folding;
	struct seep_engine *engine = folding->engine;
	struct group group;
	size_t at = 0;
	uint32_t i;

	for (i = 0; i < folding->count; i++)
		grouping->room += 2 * (size_t)takes_part(grouping, i);
	if (grouping->room == 0)
		return SEEP_OK;
	grouping->items = seep__mem_get(
	    engine->mem, grouping->room * sizeof(*grouping->items));
	if (grouping->items == NULL)
		return seep__mem_why(engine->mem);
	for (i = 0; i < folding->count; i++) {
		if (!takes_part(grouping, i))
			continue;
		group_of(engine, i, grouping->level, &group);
		grouping->items[at].key =
		    seep__hash_bytes(&engine->table.key, &group, sizeof(group));
		grouping->items[at].index = i;
		grouping->items[at].spare = 0;
		at++;
	}
	grouping->count = at;
	assert(2 * at == grouping->room);
	seep__sort(grouping->items, grouping->items + at, at);
	return SEEP_OK;
}

/* The roll-up among items [first, end), or the first of them. */
static uint32_t
find_leader(const struct grouping *grouping, size_t first, size_t end)
{
	const struct seep__table *table = &grouping->folding->engine->table;
	size_t i;

	assert(first < end);
	for (i = first; i < end; i++) {
		uint32_t record = grouping->items[i].index;
		unsigned kind = seep__table_record(table, record)->key.kind;

		if (seep__fold_of(kind) == grouping->level)
			return record;
	}
	return grouping->items[first].index;
}

/* Folds the items [first, end), which have one hash, if they are several. */
static uint32_t
join_group(const struct grouping *grouping, size_t first, size_t end)
{
	struct seep__folding *folding = grouping->folding;
	uint32_t leader = find_leader(grouping, first, end);
	struct group one, other;
	uint32_t joined = 0;
	size_t i;

	group_of(folding->engine, leader, grouping->level, &one);
	for (i = first; i < end; i++) {
		uint32_t record = grouping->items[i].index;

		group_of(folding->engine, record, grouping->level, &other);
		/* Two groups of one hash: the other waits for the next fold. */
		if (record == leader || memcmp(&one, &other, sizeof(one)) != 0)
			continue;
		folding->target[record] = leader;
		joined++;
	}
	if (joined > 0) {
		folding->target[leader] = leader;
		folding->level[leader] = (uint8_t)grouping->level;
	}
	return joined;
}

static int
join_groups(struct seep__folding *folding, unsigned level, uint32_t *chosen)
{
	struct grouping grouping = {.folding = folding, .level = level};
	size_t first = 0;
	size_t end;
	int status = list_groups(&grouping);

	for (; status == SEEP_OK && first < grouping.count; first = end) {
		end = first + 1;
		while (end < grouping.count &&
		       grouping.items[end].key == grouping.items[first].key)
			end++;
		if (end - first > 1)
			*chosen += join_group(&grouping, first, end);
	}
	seep__mem_put(folding->engine->mem, grouping.items,
		      grouping.room * sizeof(*grouping.items));
	return status;
}

int
seep__fold_choose(struct seep__folding *folding, uint32_t *chosen)
{
	uint32_t i;
	int status;

	assert(folding->target != NULL);
	*chosen = 0;
	status = weigh(folding);
	if (status == SEEP_OK)
		status = mark_light(folding);
	if (status == SEEP_OK)
		status = join_groups(folding, SEEP_FOLD_NETWORK, chosen);
	if (status == SEEP_OK)
		status = join_groups(folding, SEEP_FOLD_ALL, chosen);
	if (status != SEEP_OK)
		return status;
	/* What shares nothing with any other stays as it is. */
	for (i = 0; i < folding->count; i++)
		if (folding->target[i] == UINT32_MAX)
			folding->target[i] = i;
	return SEEP_OK;
}

/* One fold; '*chosen' is 0 when there was nothing to do. */
static int
fold_once(struct seep_engine *engine, uint32_t *chosen)
{
	struct seep__folding folding = {.engine = engine};
	size_t size;
	int status;

	folding.count = seep__table_count(&engine->table);
	size = folding.count * sizeof(*folding.target);
	*chosen = 0;
	if (folding.count == 0)
		return SEEP_OK;
	folding.target = seep__mem_get(engine->mem, size);
	folding.level = seep__mem_zero(engine->mem, folding.count, 1);
	status = SEEP_OK;
	if (folding.target == NULL || folding.level == NULL)
		status = seep__mem_why(engine->mem);
	if (status == SEEP_OK)
		status = seep__fold_piece(&folding);
	if (status == SEEP_OK)
		status = seep__fold_choose(&folding, chosen);
	if (status == SEEP_OK && *chosen > 0)
		status = seep__fold_move(&folding);
	if (folding.piece != NULL)
		seep__mem_put(engine->mem, folding.piece, SEEP__STORE_PIECE);
	seep__mem_put(engine->mem, folding.level, folding.count);
	seep__mem_put(engine->mem, folding.target, size);
	return status;
}

int
seep__fold(struct seep_engine *engine, int *folded)
{
	uint64_t enough =
	    engine->fold_bytes / ROOM_DENOMINATOR * ROOM_NUMERATOR;
	uint32_t chosen;
	int status;

	assert(engine != NULL);
	*folded = 0;
	do {
		status = fold_once(engine, &chosen);
		*folded |= status == SEEP_OK && chosen > 0;
	} while (status == SEEP_OK && chosen > 0 &&
		 ledger_bytes(engine) > enough);
	return status;
}

int
seep__fold_relieve(struct seep_engine *engine)
{
	int folded;
	int status;

	assert(engine->fold_bytes != 0);
	status = seep__fold(engine, &folded);
	/* Without memory the ledger stays larger, and may still have room. */
	return status == SEEP_EIO || status == SEEP_ECHECKSUM ? status
							      : SEEP_OK;
}

int
seep_engine_fold(struct seep_engine *engine, uint64_t channels_max)
{
	uint32_t chosen;
	int status;

	assert(engine != NULL);
	do {
		if (seep__table_count(&engine->table) <= channels_max)
			return SEEP_OK;
		status = fold_once(engine, &chosen);
	} while (status == SEEP_OK && chosen > 0);
	return status == SEEP_OK ? SEEP_END : status;
}
