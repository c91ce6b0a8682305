/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * logrow.h - a new row of a Zeek log, in the form of the rows around it.
 *
 * The form is learnt from the log: TSV by its #fields, JSON from a row that
 * serves as a pattern. Fields that are not known here (VLANs, addresses of
 * the link) are taken from that row; what would differ and is not worked
 * out here (community_id) is left unset.
 */
#ifndef SEEP_TOOLS_LOGROW_H
#define SEEP_TOOLS_LOGROW_H

#include <stddef.h>
#include <stdint.h>

#include <seep/flow.h>

/* Zeek's conn.log has 30 fields with every script loaded. */
#define LOGROW_FIELDS_MAX 128

/* "C", 17 letters and digits, a final NUL: as Zeek's. */
#define LOGROW_UID_SIZE 19

/* struct logrow_fields: names and values, slices of 'text'. */
struct logrow_fields {
	char *text;
	struct {
		const char *name;
		const char *value;
		size_t name_size;
		size_t value_size;
	} of[LOGROW_FIELDS_MAX];
	size_t count;
};

/* struct logrow_form: zero it; give back with logrow_clear(). */
struct logrow_form {
	/* json: of the last line seen. */
	int json;
	char separator;
	char unset[32];
	char empty[32];
	/* header: names by #fields. patterns: a row of TSV, one of JSON, and
	 * how fit each was. */
	struct logrow_fields header;
	struct logrow_fields patterns[2];
	int fit[2];
};

/* struct logrow: what a row says. */
struct logrow {
	struct seep_flow flow;
	char uid[LOGROW_UID_SIZE];
	uint8_t local_orig;
	uint8_t local_resp;
	uint8_t is_dns; /* a row of dns.log: a name that was asked for */
	uint16_t trans_id;
	/* asked: whom; the flow's resp stands for the domain. */
	struct seep_address asked;
	/* query: the whole name; 'query_key' says which one it is. */
	const char *query;
	uint64_t query_key;
};

typedef int (*logrow_write_fn)(void *ctx, const void *data, size_t size);

/* logrow_default() sets a form for a log that does not exist yet, with the
 * columns that Zeek writes, and writes its head. Returns 0 or -1. */
int
logrow_default(struct logrow_form *form, int json, logrow_write_fn write,
	       void *ctx);

/*
 * logrow_learn() looks at a line of the log: its head changes the form, and
 * a row may become the pattern; rows of 'host' (as text) do so first.
 *
 * Returns SEEP_OK or SEEP_ENOMEM.
 */
int
logrow_learn(struct logrow_form *form, const char *line, size_t size,
	     const char *host);

/*
 * logrow_time() says when a line was written, as far as it tells: ts, and in
 * a conn log the duration added, in microseconds.
 *
 * Returns 1, or 0 when the line is no row with a time.
 */
int
logrow_time(const struct logrow_form *form, const char *line, size_t size,
	    int64_t *time_us);

/* logrow_write() writes the row and a newline. Returns 0, or what 'write'
 * returned. */
int
logrow_write(const struct logrow_form *form, const struct logrow *row,
	     logrow_write_fn write, void *ctx);

/* logrow_has_pattern(): is the form known well enough to write rows? */
int
logrow_has_pattern(const struct logrow_form *form);

void
logrow_clear(struct logrow_form *form);

#endif
