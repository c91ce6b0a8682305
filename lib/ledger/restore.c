/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore.c - a snapshot from bytes that anyone may have made.
 *
 * Channels come in canonical order and cells in the order of channels: the
 * snapshot is filled as they come, without a hash table that a hostile case
 * could aim at. Only what save.c writes is accepted, so that saving again
 * gives the same bytes.
 */
#include <seep/snapshot.h>

#include <assert.h>
#include <string.h>

#include "ledger/engine.h"
#include "ledger/frame.h"
#include "ledger/restore.h"
#include "ledger/save.h"
#include "ledger/site.h"
#include "ledger/snapshot.h"

static int
read_settings_text(struct seep__restorer *r, struct seep__text *text)
{
	struct seep__cursor *cursor = &r->reader->cursor;
	int status;

	status = seep__frame_open(r->reader, SEEP__SECTION_SETTINGS);
	while (status == SEEP_OK) {
		size_t size = seep__cursor_left(cursor);

		seep__text_add(
		    text, (const char *)seep__cursor_bytes(cursor, size), size);
		if (text->failed != SEEP_OK)
			return text->failed;
		status = seep__frame_item(r->reader);
	}
	return status == SEEP_END ? SEEP_OK : status;
}

static int
read_settings(struct seep__restorer *r)
{
	struct seep__cursor cursor;
	struct seep__text text;
	uint32_t version;
	int status;

	seep__text_init(&text, r->mem);
	status = read_settings_text(r, &text);
	if (status == SEEP_OK) {
		seep__cursor_init(&cursor, text.data, text.size);
		version = seep__cursor_le32(&cursor);
		if (cursor.failed)
			status = SEEP_EFORMAT;
		else if (version != SEEP__SERVICE_VERSION)
			status = SEEP_EVERSION;
		else
			status =
			    seep__site_load(&r->made->site, &cursor, r->mem);
		if (status == SEEP_OK && seep__cursor_left(&cursor) != 0)
			status = SEEP_EFORMAT;
	}
	seep__text_clear(&text);
	return status;
}

/* Do the parts add up to the whole, below 2^63? */
static int
adds_up(const struct seep_coverage *c)
{
	const uint64_t parts[] = {c->bytes_crossing, c->bytes_inside,
				  c->bytes_outside, c->bytes_refused};
	uint64_t left = c->bytes_seen;
	size_t i;

	if (c->bytes_seen >> 63 != 0 || c->bytes_missed >> 63 != 0 ||
	    c->names_bytes >> 63 != 0 ||
	    c->bytes_missed_crossing > c->bytes_missed)
		return 0;
	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (parts[i] > left)
			return 0;
		left -= parts[i];
	}
	return left == 0;
}

static int
read_coverage(struct seep__restorer *r)
{
	struct seep_coverage *coverage = &r->made->coverage;
	struct seep__cursor *cursor = &r->reader->cursor;
	uint64_t *fields[SEEP__COVERAGE_FIELDS];
	size_t count = seep__coverage_fields(coverage, fields);
	size_t i;
	int status;

	assert(count <= SEEP__COVERAGE_FIELDS);
	if (r->reader->version < 4)
		count -= SEEP__COVERAGE_FIELDS_V4;
	status = seep__frame_open(r->reader, SEEP__SECTION_COVERAGE);
	if (status != SEEP_OK)
		return status;
	coverage->first_ns = (int64_t)seep__cursor_le64(cursor);
	coverage->last_ns = (int64_t)seep__cursor_le64(cursor);
	for (i = 0; i < count; i++)
		*fields[i] = seep__cursor_le64(cursor);
	if (seep__frame_item(r->reader) != SEEP_END)
		return SEEP_EFORMAT;
	if (coverage->first_ns > coverage->last_ns &&
	    (coverage->first_ns != INT64_MAX || coverage->last_ns != INT64_MIN))
		return SEEP_EFORMAT;
	return adds_up(coverage) ? SEEP_OK : SEEP_EFORMAT;
}

static int
add_hour(struct seep__restorer *r, uint64_t code)
{
	uint64_t step = code >> 1;
	struct seep_snapshot *made = r->made;
	uint64_t next = made->hour_count == 0
			    ? 0
			    : (uint64_t)made->hours[made->hour_count - 1] + 1;
	void *hours = made->hours;
	void *ends = made->hour_ends;
	int status;

	assert(made->hour_count <= made->hour_room);
	if (r->reader->cursor.failed || step == 0 ||
	    step > SEEP__HOUR_MAX + 1 || next + step - 1 > SEEP__HOUR_MAX)
		return SEEP_EFORMAT;
	status = seep__mem_grow(r->mem, &hours, &made->hour_room,
				made->hour_count + 1, sizeof(*made->hours));
	made->hours = hours;
	if (status == SEEP_OK)
		status = seep__mem_grow(r->mem, &ends, &made->ends_room,
					made->hour_count + 1,
					sizeof(*made->hour_ends));
	made->hour_ends = ends;
	if (status != SEEP_OK)
		return status;
	made->hour_ends[made->hour_count] = code & 1;
	made->hours[made->hour_count++] = (uint32_t)(next + step - 1);
	return SEEP_OK;
}

static int
read_hours(struct seep__restorer *r)
{
	int status = seep__frame_open(r->reader, SEEP__SECTION_HOURS);

	while (status == SEEP_OK) {
		status = seep__frame_item(r->reader);
		if (status == SEEP_OK)
			status = add_hour(
			    r, seep__cursor_varint(&r->reader->cursor));
	}
	return status;
}

static int
add_host(struct seep__restorer *r, const struct seep_address *previous,
	 const struct seep_address *host)
{
	struct seep_snapshot *made = r->made;
	void *hosts = made->hosts;
	int status;

	if (r->reader->cursor.failed ||
	    !seep__restore_is_host(made->site, host) ||
	    (made->host_count > 0 && seep_address_compare(previous, host) >= 0))
		return SEEP_EFORMAT;
	status = seep__mem_grow(r->mem, &hosts, &made->host_room,
				made->host_count + 1, sizeof(*made->hosts));
	made->hosts = hosts;
	if (status == SEEP_OK)
		made->hosts[made->host_count++] = *host;
	return status;
}

static int
read_hosts(struct seep__restorer *r)
{
	struct seep_address previous = {{0}};
	struct seep_address host;
	void *first = NULL;
	int status = seep__frame_open(r->reader, SEEP__SECTION_HOSTS);

	while (status == SEEP_OK) {
		status = seep__frame_item(r->reader);
		if (status != SEEP_OK)
			break;
		seep__restore_address(&r->reader->cursor, &previous, &host);
		status = add_host(r, &previous, &host);
		previous = host;
	}
	if (status != SEEP_END)
		return status;
	status = seep__mem_grow(r->mem, &first, &r->made->first_room,
				r->made->host_count + 1, sizeof(uint32_t));
	r->made->first_channel = first;
	if (status == SEEP_OK)
		memset(first, 0, r->made->first_room * sizeof(uint32_t));
	return status;
}

static int
add_label(struct seep__restorer *r, uint64_t channel, const uint8_t *text,
	  size_t size)
{
	struct seep_snapshot *made = r->made;
	void *labels = made->labels;
	struct seep__labelref *label;
	int status;

	if (text == NULL || size == 0 || size > SEEP__LABEL_SIZE_MAX ||
	    memchr(text, 0, size) != NULL || channel >= made->channel_count ||
	    seep__view_place(made, channel) == SEEP_PLACE_NAME ||
	    made->label_count == SEEP__LABELS_MAX)
		return SEEP_EFORMAT;
	status = seep__mem_grow(r->mem, &labels, &made->label_room,
				made->label_count + 1, sizeof(*made->labels));
	made->labels = labels;
	if (status != SEEP_OK)
		return status;
	label = &made->labels[made->label_count++];
	memset(label, 0, sizeof(*label));
	label->channel = (uint32_t)channel;
	memcpy(label->text, text, size);
	if (made->channels[channel].label == 0) {
		made->channels[channel].label = (uint32_t)made->label_count;
		return SEEP_OK;
	}
	return memcmp(label[-1].text, label->text, sizeof(label->text)) < 0
		   ? SEEP_OK
		   : SEEP_EFORMAT;
}

static int
read_labels(struct seep__restorer *r)
{
	struct seep__cursor *cursor = &r->reader->cursor;
	uint64_t channel = 0;
	int status = seep__frame_open(r->reader, SEEP__SECTION_LABELS);

	while (status == SEEP_OK) {
		uint64_t step;
		size_t size;

		status = seep__frame_item(r->reader);
		if (status != SEEP_OK)
			break;
		step = seep__cursor_varint(cursor);
		size = seep__cursor_u8(cursor);
		if (cursor->failed || step > UINT32_MAX)
			return SEEP_EFORMAT;
		channel += step;
		status = add_label(r, channel, seep__cursor_bytes(cursor, size),
				   size);
	}
	return status;
}

static int
add_name(struct seep__restorer *r, const uint8_t *text, size_t size)
{
	struct seep_snapshot *made = r->made;
	struct seep_address address;
	uint64_t hash;
	int status;

	if (text == NULL || size == 0 || size > SEEP_NAME_SIZE_MAX ||
	    memchr(text, 0, size) != NULL ||
	    made->name_count == SEEP__NAMES_MAX)
		return SEEP_EFORMAT;
	seep_name_address((const char *)text, size, &address);
	hash = seep__names_hash(&address);
	if (made->name_count > 0 &&
	    made->names[made->name_count - 1].hash >= hash)
		return SEEP_EFORMAT;
	status = seep__snapshot_name_room(made, 1, size + 1);
	if (status == SEEP_OK)
		seep__snapshot_add_name(made, hash, (const char *)text, size);
	return status;
}

static int
read_names(struct seep__restorer *r)
{
	struct seep__cursor *cursor = &r->reader->cursor;
	int status = seep__frame_open(r->reader, SEEP__SECTION_NAMES);

	while (status == SEEP_OK) {
		size_t size;

		status = seep__frame_item(r->reader);
		if (status != SEEP_OK)
			break;
		size = seep__cursor_u8(cursor);
		status = add_name(r, seep__cursor_bytes(cursor, size), size);
	}
	if (status != SEEP_END)
		return status;
	/* A name that no host asked for is none that an engine saved. */
	return seep__snapshot_link_names(r->made) == r->made->name_count
		   ? SEEP_OK
		   : SEEP_EFORMAT;
}

/* The last version whose case is of one sensor. */
#define VERSION_ONE_PART 3

static int
read_end(struct seep__restorer *r)
{
	int status = seep__frame_open(r->reader, SEEP__SECTION_END);
	uint64_t more = 0;

	assert(r->made->run_count == 1);
	if (status != SEEP_OK)
		return status;
	if (seep__cursor_varint(&r->reader->cursor) != r->sums.cells)
		return SEEP_EFORMAT;
	if (r->reader->version > VERSION_ONE_PART)
		more = seep__cursor_varint(&r->reader->cursor);
	if (seep__frame_item(r->reader) != SEEP_END || more > 1)
		return SEEP_EFORMAT;
	r->more = (int)more;
	return more ? SEEP_OK : seep__frame_close(r->reader);
}

static int
read_sections(struct seep__restorer *r)
{
	static int (*const readers[SEEP__SECTIONS])(struct seep__restorer *) = {
	    read_settings,
	    read_coverage,
	    read_hours,
	    read_hosts,
	    seep__restore_channels,
	    seep__restore_cells,
	    read_labels,
	    read_names,
	    seep__restore_origin,
	    seep__restore_inputs,
	    read_end};
	int status = SEEP_OK;
	int i;

	for (i = 0; i < SEEP__SECTIONS; i++) {
		status = readers[i](r);
		if (status < 0)
			break;
	}
	return status < 0 ? status : SEEP_OK;
}

static int
read_case(struct seep__restorer *r, seep_read_fn read, void *ctx,
	  const char **damaged)
{
	int status;

	r->reader->section = SEEP__SECTION_SETTINGS;
	*damaged = "header";
	status = seep__frame_reader_init(r->reader, read, ctx);
	if (status == SEEP_OK) {
		status = read_sections(r);
		*damaged = seep__section_name(r->reader->section);
	}
	if (status != SEEP_EFORMAT && status != SEEP_ECHECKSUM &&
	    status != SEEP_EVERSION)
		*damaged = NULL;
	return status;
}

int
seep__restore_part(struct seep_snapshot **made, seep_read_fn read, void *ctx,
		   uint64_t memory_max, int *more, const char **section,
		   const struct seep_alloc *alloc)
{
	struct seep__restorer r = {0};
	int status;

	assert(read != NULL && more != NULL && section != NULL);
	*made = NULL;
	*section = NULL;
	status = seep__mem_new(&r.mem, alloc, memory_max);
	if (status != SEEP_OK)
		return status;
	status = seep__snapshot_new(&r.made, r.mem, alloc);
	if (status == SEEP_OK) {
		r.reader = seep__mem_get(r.mem, sizeof(*r.reader));
		status = r.reader == NULL ? seep__mem_why(r.mem)
					  : read_case(&r, read, ctx, section);
	}
	seep__mem_put(r.mem, r.reader, sizeof(*r.reader));
	*more = r.more;
	if (status == SEEP_OK)
		*made = r.made;
	else
		seep_snapshot_free(r.made);
	seep__mem_unref(r.mem);
	return status;
}

int
seep_snapshot_restore(struct seep_snapshot **snapshot, seep_read_fn read,
		      void *ctx, const char **section,
		      const struct seep_alloc *alloc)
{
	const char *damaged;
	int status, more;

	assert(snapshot != NULL && read != NULL);
	status =
	    seep__restore_part(snapshot, read, ctx, 0, &more, &damaged, alloc);
	if (section != NULL)
		*section = damaged;
	if (status == SEEP_OK && more) {
		seep_snapshot_free(*snapshot);
		*snapshot = NULL;
		status = SEEP_EMISMATCH;
	}
	return status;
}
