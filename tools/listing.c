/* SPDX-License-Identifier: BSD-3-Clause */
#include "listing.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "complain.h"

/* Four characters for each byte of a name, and the rest of a line. */
#define LINE_MAX_BYTES (4 * SEEP_INPUT_NAME_MAX + 700)

#define NS_PER_S INT64_C(1000000000)

/* struct listing: lines on their way out. */
struct listing {
	seep_write_fn write;
	void *ctx;
	enum format format;
	int failed;
};

static void
put_line(struct listing *listing, const char *line)
{
	if (!listing->failed &&
	    (listing->write(listing->ctx, line, strlen(line)) != 0 ||
	     listing->write(listing->ctx, "\n", 1) != 0))
		listing->failed = 1;
}

/* Printable ASCII as it is; anything else as \xHH, or for JSON \u00HH. 'text'
 * has room for 4 or 6 characters a byte. */
static const char *
escape(const char *name, int json, char *text)
{
	size_t used = 0;

	for (const char *p = name; *p != '\0'; p++) {
		const unsigned char c = (unsigned char)*p;

		assert(used < 6 * SEEP_INPUT_NAME_MAX);
		if (c >= ' ' && c <= '~' && c != '\\' && !(json && c == '"'))
			text[used++] = *p;
		else if (json)
			used += (size_t)snprintf(text + used, 7, "\\u%04x", c);
		else
			used += (size_t)snprintf(text + used, 5, "\\x%02x", c);
	}
	text[used] = '\0';
	return text;
}

static const char *
hex(const uint8_t hash[32], char text[65])
{
	for (size_t i = 0; i < 32; i++)
		snprintf(text + 2 * i, 3, "%02x", hash[i]);
	return text;
}

/* "2026-03-01T00:00:00Z", or "-". */
static const char *
show_time(int64_t time_ns, int known, char text[32])
{
	const time_t seconds = (time_t)(time_ns / NS_PER_S);
	struct tm parts;

	snprintf(text, 32, "-");
	if (known && time_ns >= 0 && gmtime_r(&seconds, &parts) != NULL)
		(void)strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &parts);
	return text;
}

static void
put_text(struct listing *listing, const struct seep_input *input)
{
	char name[4 * SEEP_INPUT_NAME_MAX + 1];
	char line[LINE_MAX_BYTES];
	char first[32], last[32], hash[65];
	const int known = input->first_ns <= input->last_ns;

	snprintf(line, sizeof(line),
		 "# %" PRIu64 " bytes, %" PRIu64 " records, %s to %s%s%s",
		 input->bytes, input->records,
		 show_time(input->first_ns, known, first),
		 show_time(input->last_ns, known, last),
		 input->damaged ? ", damaged" : "",
		 input->hashed ? "" : ", without a hash:");
	put_line(listing, line);
	escape(input->name, 0, name);
	if (input->hashed)
		snprintf(line, sizeof(line), "%s  %s", hex(input->sha256, hash),
			 name);
	else
		snprintf(line, sizeof(line), "# %s", name);
	put_line(listing, line);
}

/* A time as a JSON value. */
static const char *
quote_time(int64_t time_ns, int known, char text[40])
{
	char plain[32];

	show_time(time_ns, known, plain);
	if (plain[0] == '-')
		snprintf(text, 40, "null");
	else
		snprintf(text, 40, "\"%s\"", plain);
	return text;
}

static void
put_json(struct listing *listing, const char *sensor,
	 const struct seep_input *input)
{
	/* A name may be six times as long in JSON. */
	char name[6 * SEEP_INPUT_NAME_MAX + 1];
	char shown[6 * SEEP_SENSOR_SIZE_MAX + 1];
	char line[6 * SEEP_INPUT_NAME_MAX + 1200];
	char first[40], last[40], hash[65], content[65];
	const int known = input->first_ns <= input->last_ns;

	snprintf(line, sizeof(line),
		 "{\"type\":\"input\",\"sensor\":\"%s\",\"name\":\"%s\","
		 "\"sha256\":%s%s%s,\"content_sha256\":%s%s%s,"
		 "\"bytes\":%" PRIu64 ",\"records\":%" PRIu64
		 ",\"first\":%s,\"last\":%s,\"damaged\":%s}",
		 escape(sensor, 1, shown), escape(input->name, 1, name),
		 input->hashed ? "\"" : "",
		 input->hashed ? hex(input->sha256, hash) : "null",
		 input->hashed ? "\"" : "", input->hashed ? "\"" : "",
		 input->hashed ? hex(input->content_sha256, content) : "null",
		 input->hashed ? "\"" : "", input->bytes, input->records,
		 quote_time(input->first_ns, known, first),
		 quote_time(input->last_ns, known, last),
		 input->damaged ? "true" : "false");
	put_line(listing, line);
}

static void
put_head(struct listing *listing, const struct seep_origin *origin)
{
	static const char *const kinds[SEEP_ORIGIN_COUNT] = {
	    "records of unknown kind", "Zeek logs", "captures"};
	char line[LINE_MAX_BYTES];

	assert(origin->kind < SEEP_ORIGIN_COUNT);
	snprintf(line, sizeof(line), "# sensor %s: %s%s%s",
		 origin->sensor[0] != '\0' ? origin->sensor : "(unnamed)",
		 kinds[origin->kind], origin->dedup ? ", --dedup" : "",
		 origin->inputs_listed ? "" : "; not all inputs are known");
	put_line(listing, line);
}

static void
put_part(struct listing *listing, const struct seep_snapshot *part)
{
	const struct seep_input *input;
	struct seep_origin origin;
	size_t cursor = 0;

	seep_snapshot_origin(part, &origin);
	if (listing->format == FORMAT_TEXT)
		put_head(listing, &origin);
	while (seep_snapshot_next_input(part, &cursor, &input) == SEEP_OK) {
		if (listing->format == FORMAT_JSON)
			put_json(listing, origin.sensor, input);
		else
			put_text(listing, input);
	}
}

int
listing_write(const struct seep_case *seep_case, enum format format,
	      seep_write_fn write, void *ctx)
{
	struct listing listing = {.write = write, .ctx = ctx, .format = format};

	assert(seep_case != NULL && write != NULL);
	errno = 0;
	for (size_t i = 0; i < seep_case_parts(seep_case); i++)
		put_part(&listing, seep_case_part(seep_case, i));
	if (listing.failed)
		return complain("the list of inputs: %s", strerror(errno));
	return EXIT_DONE;
}
