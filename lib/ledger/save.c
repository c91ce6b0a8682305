/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * save.c - a snapshot as canonical bytes; restore.c reads them.
 *
 * settings  le32 service list version, then the site (site.h)
 * coverage  le64 each, in the order of seep__coverage_fields(); not the number
 *           of files, for a case is the same however its flows were cut
 * hours     LEB128 of twice the step (the first from -1), and 1 more
 *           where a flow begins or ends
 * hosts     addresses, ascending
 * channels  one byte (1: the first of the next host, else 0), peer address,
 *           place | direction << 2 | fold << 4 | inexact << 6, LEB128 service
 * cells     as cell.h codes them, records being channels in order
 * labels    LEB128 step to the channel, one byte of size, text
 * names     one byte of size, text; ascending by the text's address
 * origin    one byte of size, sensor; bytes kind, dedup and whether all inputs
 *           are listed; LEB128 link speed, number of files (0 unless listed)
 * inputs    one byte of flags (1 hashed, 2 damaged, 4 packed); if hashed 32
 *           bytes SHA-256, if packed 32 more of its content; LEB128 bytes,
 *           records; le64 first, last; one byte of size, name
 * end       LEB128 number of cells; one byte, 1: another sensor follows
 *
 * What comes before "origin" is the ledger: the same however its flows were
 * cut into files and whatever is known of these.
 *
 * An address is one byte, how many bytes it shares with the one before it,
 * and the others.
 */
#include <seep/snapshot.h>

#include <assert.h>
#include <string.h>

#include "ledger/frame.h"
#include "ledger/save.h"
#include "ledger/site.h"
#include "ledger/snapshot.h"

/* The settings are one text; frames cut it anywhere. */
static int
save_settings(struct seep__frame_writer *writer,
	      const struct seep_snapshot *snapshot, struct seep__mem *mem)
{
	struct seep__text text;
	size_t at = 0;
	int status;

	assert(snapshot->site != NULL);
	seep__text_init(&text, mem);
	seep__site_save(snapshot->site, &text);
	status = text.failed;
	if (status == SEEP_OK) {
		seep__frame_begin(writer, SEEP__SECTION_SETTINGS);
		seep__le32_put(seep__frame_room(writer, 4),
			       SEEP__SERVICE_VERSION);
		seep__frame_take(writer, 4);
		while (at < text.size) {
			size_t size = text.size - at;

			if (size > SEEP__FRAME_ITEM_MAX)
				size = SEEP__FRAME_ITEM_MAX;
			memcpy(seep__frame_room(writer, size), text.data + at,
			       size);
			seep__frame_take(writer, size);
			at += size;
		}
		seep__frame_end(writer);
	}
	seep__text_clear(&text);
	return status;
}

size_t
seep__coverage_fields(struct seep_coverage *c,
		      uint64_t *fields[SEEP__COVERAGE_FIELDS])
{
	uint64_t *all[] = {
	    &c->records,
	    &c->flows,
	    &c->bytes_seen,
	    &c->bytes_crossing,
	    &c->bytes_inside,
	    &c->bytes_outside,
	    &c->bytes_refused,
	    &c->bytes_missed,
	    &c->bytes_missed_crossing,
	    &c->bytes_unanswered,
	    &c->bytes_spread,
	    &c->duration_ignored,
	    &c->bytes_from_payload,
	    &c->bytes_payload_refused,
	    &c->tcp_flows,
	    &c->tcp_flows_one_way,
	    &c->flows_without_end,
	    &c->bytes_retransmitted,
	    &c->losses_unsized,
	    &c->bytes_link,
	    &c->packets_not_ip,
	    &c->packets_cut,
	    &c->fragments_orphaned,
	    &c->names,
	    &c->names_bytes,
	    &c->names_outside,
	    &c->names_skipped,
	    &c->names_refused,
	    &c->files_damaged,
	    &c->files_refused,
	};
	size_t count = sizeof(all) / sizeof(all[0]);
	size_t i;

	/* Two more than 'all' and the reasons, see below. */
	_Static_assert(sizeof(*c) == 2 * sizeof(int64_t) + sizeof(c->files) +
					 (sizeof(all) / sizeof(all[0]) +
					  SEEP_REFUSED_COUNT + 2) *
					     sizeof(uint64_t),
		       "every field of the coverage but files is saved");
	_Static_assert(sizeof(all) / sizeof(all[0]) + SEEP_REFUSED_COUNT + 2 <=
			   SEEP__COVERAGE_FIELDS,
		       "room");
	memcpy(fields, all, sizeof(all));
	for (i = 0; i < SEEP_REFUSED_COUNT; i++)
		fields[count++] = &c->records_refused[i];
	fields[count++] = &c->channels_folded;
	fields[count++] = &c->cells_condensed;
	return count;
}

static void
save_coverage(struct seep__frame_writer *writer,
	      const struct seep_snapshot *snapshot)
{
	struct seep_coverage coverage = snapshot->coverage;
	uint64_t *fields[SEEP__COVERAGE_FIELDS];
	size_t count = seep__coverage_fields(&coverage, fields);
	size_t i;

	seep__frame_begin(writer, SEEP__SECTION_COVERAGE);
	seep__le64_put(seep__frame_room(writer, 8),
		       (uint64_t)coverage.first_ns);
	seep__frame_take(writer, 8);
	seep__le64_put(seep__frame_room(writer, 8), (uint64_t)coverage.last_ns);
	seep__frame_take(writer, 8);
	for (i = 0; i < count; i++) {
		seep__le64_put(seep__frame_room(writer, 8), *fields[i]);
		seep__frame_take(writer, 8);
	}
	seep__frame_end(writer);
}

static void
save_varint(struct seep__frame_writer *writer, uint64_t value)
{
	uint8_t *out = seep__frame_room(writer, 10);

	seep__frame_take(writer, seep__varint_put(out, value));
}

static void
save_hours(struct seep__frame_writer *writer,
	   const struct seep_snapshot *snapshot)
{
	uint32_t next = 0;
	size_t i;

	seep__frame_begin(writer, SEEP__SECTION_HOURS);
	for (i = 0; i < snapshot->hour_count; i++) {
		assert(snapshot->hours[i] >= next);
		save_varint(writer, (uint64_t)(snapshot->hours[i] - next + 1)
					    << 1 |
					snapshot->hour_ends[i]);
		next = snapshot->hours[i] + 1;
	}
	seep__frame_end(writer);
}

/* Writes 'address' after 'previous'. Returns the bytes used, at most 17. */
static size_t
put_address(uint8_t *out, const struct seep_address *previous,
	    const struct seep_address *address)
{
	uint8_t shared = 0;

	assert(out != NULL);
	while (shared < 15 && previous->bytes[shared] == address->bytes[shared])
		shared++;
	out[0] = shared;
	memcpy(out + 1, address->bytes + shared, 16u - shared);
	return 17u - shared;
}

static void
save_hosts(struct seep__frame_writer *writer,
	   const struct seep_snapshot *snapshot)
{
	struct seep_address previous = {{0}};
	size_t i;

	seep__frame_begin(writer, SEEP__SECTION_HOSTS);
	for (i = 0; i < snapshot->host_count; i++) {
		uint8_t *out = seep__frame_room(writer, 17);

		seep__frame_take(
		    writer, put_address(out, &previous, &snapshot->hosts[i]));
		previous = snapshot->hosts[i];
	}
	seep__frame_end(writer);
}

static void
save_channel(struct seep__frame_writer *writer, const struct seep__chanref *ref,
	     uint8_t step, const struct seep_address *previous,
	     const struct seep_address *peer)
{
	uint8_t *out = seep__frame_room(writer, 32);
	size_t used = 0;

	assert(step <= 1 && ref->direction <= SEEP_DIRECTION_PULL);
	out[used++] = step;
	used += put_address(out + used, previous, peer);
	out[used++] =
	    (uint8_t)((ref->kind & SEEP__PEER_PLACE) |
		      (unsigned)ref->direction << 2 |
		      seep__fold_of(ref->kind) << 4 |
		      ((ref->kind & SEEP__PEER_INEXACT) != 0 ? 0x40u : 0u));
	used += seep__varint_put(out + used, ref->service);
	seep__frame_take(writer, used);
}

static void
save_channels(struct seep__frame_writer *writer,
	      const struct seep_snapshot *snapshot)
{
	size_t host;

	seep__frame_begin(writer, SEEP__SECTION_CHANNELS);
	for (host = 0; host < snapshot->host_count; host++) {
		struct seep_address previous = {{0}};
		size_t first, end, i;

		seep__view_channels(snapshot, host, &first, &end);
		for (i = first; i < end; i++) {
			const struct seep__chanref *ref =
			    &snapshot->channels[i];
			struct seep_address peer;

			seep__snapshot_peer(snapshot, ref, &peer);
			save_channel(writer, ref, i == first, &previous, &peer);
			previous = peer;
		}
	}
	seep__frame_end(writer);
}

static void
make_cell(struct seep__cell *cell, size_t channel,
	  const struct seep__cellrow *row)
{
	assert(row->hour <= SEEP__HOUR_MAX);
	cell->key = seep__cell_key((uint32_t)channel, row->hour, row->kind);
	cell->counts[SEEP__BYTES_OUT] = row->bytes_out;
	cell->counts[SEEP__BYTES_IN] = row->bytes_in;
	cell->counts[SEEP__PACKETS_OUT] = row->packets_out;
	cell->counts[SEEP__PACKETS_IN] = row->packets_in;
	cell->counts[SEEP__FLOWS] = row->flows;
}

static int
save_cells(struct seep__frame_writer *writer,
	   const struct seep_snapshot *snapshot, struct seep__mem *mem,
	   uint64_t *count)
{
	const struct seep__cellrow *row;
	struct seep__cellwalk walk;
	struct seep__cell cell;
	uint64_t previous = 0;
	size_t channel;
	int status;

	seep__frame_begin(writer, SEEP__SECTION_CELLS);
	seep__cellwalk_init(&walk, snapshot, mem);
	for (;;) {
		uint8_t *out;

		status = seep__cellwalk_next(&walk, &channel, &row);
		if (status != SEEP_OK || writer->status != SEEP_OK)
			break;
		make_cell(&cell, channel, row);
		out = seep__frame_room(writer, SEEP__CELL_CODE_MAX);
		seep__frame_take(writer,
				 seep__cell_encode(out, previous, &cell));
		previous = cell.key;
		(*count)++;
	}
	seep__cellwalk_clear(&walk);
	seep__frame_end(writer);
	return status == SEEP_END ? SEEP_OK : status;
}

static void
save_labels(struct seep__frame_writer *writer,
	    const struct seep_snapshot *snapshot)
{
	uint32_t channel = 0;
	size_t i;

	seep__frame_begin(writer, SEEP__SECTION_LABELS);
	for (i = 0; i < snapshot->label_count; i++) {
		const struct seep__labelref *label = &snapshot->labels[i];
		size_t size = strlen(label->text);
		uint8_t *out = seep__frame_room(writer, 80);
		size_t used;

		assert(size > 0 && size <= SEEP__LABEL_SIZE_MAX);
		used = seep__varint_put(out, label->channel - channel);
		out[used++] = (uint8_t)size;
		memcpy(out + used, label->text, size);
		seep__frame_take(writer, used + size);
		channel = label->channel;
	}
	seep__frame_end(writer);
}

static void
save_names(struct seep__frame_writer *writer,
	   const struct seep_snapshot *snapshot)
{
	size_t i;

	seep__frame_begin(writer, SEEP__SECTION_NAMES);
	for (i = 0; i < snapshot->name_count; i++) {
		const char *text = snapshot->name_text + snapshot->names[i].at;
		size_t size = strlen(text);
		uint8_t *out = seep__frame_room(writer, size + 1);

		assert(size > 0 && size <= SEEP_NAME_SIZE_MAX);
		out[0] = (uint8_t)size;
		memcpy(out + 1, text, size);
		seep__frame_take(writer, size + 1);
	}
	seep__frame_end(writer);
}

static int
save_sections(struct seep__frame_writer *writer,
	      const struct seep_snapshot *snapshot, int more,
	      struct seep__mem *mem)
{
	uint64_t cells = 0;
	int status;

	status = save_settings(writer, snapshot, mem);
	if (status != SEEP_OK)
		return status;
	save_coverage(writer, snapshot);
	save_hours(writer, snapshot);
	save_hosts(writer, snapshot);
	save_channels(writer, snapshot);
	status = save_cells(writer, snapshot, mem, &cells);
	if (status != SEEP_OK)
		return status;
	save_labels(writer, snapshot);
	save_names(writer, snapshot);
	seep__save_origin(writer, snapshot);
	seep__save_inputs(writer, &snapshot->origin);
	seep__frame_begin(writer, SEEP__SECTION_END);
	save_varint(writer, cells);
	save_varint(writer, (uint64_t)more);
	seep__frame_end(writer);
	return writer->status;
}

int
seep__save_part(const struct seep_snapshot *snapshot, int more,
		seep_write_fn write, void *ctx)
{
	struct seep__frame_writer *writer;
	struct seep__mem *mem;
	int status;

	assert(snapshot != NULL && write != NULL && (more == 0 || more == 1));
	/* An account of its own: saving must work when the budget is used. */
	status = seep__mem_new(&mem, seep__snapshot_alloc(snapshot), 0);
	if (status != SEEP_OK)
		return status;
	writer = seep__mem_get(mem, sizeof(*writer));
	if (writer == NULL) {
		seep__mem_unref(mem);
		return SEEP_ENOMEM;
	}
	seep__frame_writer_init(writer, write, ctx);
	status = save_sections(writer, snapshot, more, mem);
	seep__mem_put(mem, writer, sizeof(*writer));
	seep__mem_unref(mem);
	return status;
}

int
seep_snapshot_save(const struct seep_snapshot *snapshot, seep_write_fn write,
		   void *ctx)
{
	return seep__save_part(snapshot, 0, write, ctx);
}
