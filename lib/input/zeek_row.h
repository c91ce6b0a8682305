/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * zeek_row.h - one conn row, from the text of its fields to a flow.
 *
 * Bytes    the rule of zeek.h. Which end sent more than its IP bytes say is
 *          judged per side, what explains it for both together.
 * Opener   TCP: who sent a SYN, from history ('S', 'h': orig; 's', 'H':
 *          resp; Zeek has changed the letters' case when it flipped the
 *          ends, '^'); without history from the states that need a SYN.
 *          Others: orig, who sent first.
 * Source   Zeek's base/protocols/conn/main.zeek for fields and states.
 */
#ifndef SEEP_INPUT_ZEEK_ROW_H
#define SEEP_INPUT_ZEEK_ROW_H

#include <stddef.h>
#include <stdint.h>

#include <seep/coverage.h>
#include <seep/flow.h>

#include "input/keytab.h"

/* The fields that are read of a conn row, then of a dns row. _PATH is JSON's
 * "_path". */
enum seep__zeek_field {
	SEEP__ZEEK_TS,
	SEEP__ZEEK_UID,
	SEEP__ZEEK_ORIG_H,
	SEEP__ZEEK_ORIG_P,
	SEEP__ZEEK_RESP_H,
	SEEP__ZEEK_RESP_P,
	SEEP__ZEEK_PROTO,
	SEEP__ZEEK_SERVICE,
	SEEP__ZEEK_DURATION,
	SEEP__ZEEK_ORIG_BYTES,
	SEEP__ZEEK_RESP_BYTES,
	SEEP__ZEEK_STATE,
	SEEP__ZEEK_MISSED,
	SEEP__ZEEK_HISTORY,
	SEEP__ZEEK_ORIG_PKTS,
	SEEP__ZEEK_ORIG_IP_BYTES,
	SEEP__ZEEK_RESP_PKTS,
	SEEP__ZEEK_RESP_IP_BYTES,
	SEEP__ZEEK_PARENTS,
	SEEP__ZEEK_IP_PROTO,
	SEEP__ZEEK_QUERY,
	SEEP__ZEEK_TRANS_ID,
	SEEP__ZEEK_PATH,
	SEEP__ZEEK_FIELDS
};

/* How a field stands in a row. */
enum seep__slice_kind {
	SEEP__SLICE_UNSET = 0, /* no such field, '-', null */
	SEEP__SLICE_TEXT,
	SEEP__SLICE_WRONG, /* JSON: true, an array, ... where text belongs */
	SEEP__SLICE_CUT    /* the row ended before this field did */
};

struct seep__slice {
	const char *data;
	uint32_t size;
	uint8_t kind; /* enum seep__slice_kind */
};

struct seep__zeek_row {
	struct seep__slice field[SEEP__ZEEK_FIELDS];
	/* set_separator: between the elements of tunnel_parents. */
	char set_separator;
	/* json: times may be milliseconds or ISO 8601; else strings may hold
	 * \x escapes. */
	uint8_t json;
	uint8_t truncated;
};

/* What the rows of one source share. */
struct seep__zeek_rules {
	uint64_t link_bits_per_s;
	uint32_t sensor;
	/* no_wait: never wait for a pipe (following). */
	int no_wait;
};

/*
 * The longest service kept, in bytes; "a,b,c" of Zeek's analyser names. A
 * longer one is cut: it is an annotation.
 */
#define SEEP__ZEEK_NAME_MAX 63

struct seep__zeek_record {
	struct seep_flow flow; /* its name is not set here */
	struct seep__key key;  /* of the uid; without one, of 5-tuple and ts */
	uint64_t from_payload;
	uint64_t payload_refused;
	uint8_t is_tunnel;
	uint8_t carried; /* anything at all */
	uint8_t one_way; /* packets in one direction only */
	uint8_t name_size;
	char name[SEEP__ZEEK_NAME_MAX + 1];
};

/* Why a row was refused. */
struct seep__zeek_fault {
	enum seep_refusal reason;
	enum seep__zeek_field field;
	const char *text;
	uint64_t bytes; /* both ways, 0 when they could not be read */
};

/* seep__zeek_field_name() returns the field's name in #fields and JSON. */
const char *
seep__zeek_field_name(enum seep__zeek_field field);

/*
 * seep__zeek_field_find() returns the field of that name, or
 * SEEP__ZEEK_FIELDS. 'hint' is tried first: logs repeat their order.
 */
enum seep__zeek_field
seep__zeek_field_find(const char *name, size_t size, unsigned hint);

/*
 * seep__zeek_row_read() makes a record of a row. Returns 1, or 0 with the
 * fault.
 */
int
seep__zeek_row_read(const struct seep__zeek_row *row,
		    const struct seep__zeek_rules *rules,
		    struct seep__zeek_record *record,
		    struct seep__zeek_fault *fault);

/*
 * seep__zeek_row_asker() reads what a dns row shares with a conn row: time,
 * host and the port that was asked, 0 when it is unset. Returns 1, or 0 with
 * the fault.
 */
int
seep__zeek_row_asker(const struct seep__zeek_row *row, int64_t *time_ns,
		     struct seep_address *orig, uint64_t *port,
		     struct seep__zeek_fault *fault);

/*
 * seep__zeek_row_is_conn() says whether a row holds a field that only conn
 * logs have (JSON names no types).
 */
int
seep__zeek_row_is_conn(const struct seep__zeek_row *row);

/* seep__zeek_key_uid() makes the key of a uid, \x escapes undone. */
void
seep__zeek_key_uid(struct seep__key *key, const char *uid, size_t size,
		   int json);

/* seep__zeek_key_flow() makes the key of protocol, 5-tuple and start. */
void
seep__zeek_key_flow(struct seep__key *key, const struct seep_flow *flow);

/*
 * seep__zeek_unescape() undoes \xHH and "\\\\" into 'out'; at most 'room'
 * bytes are written. Returns how many.
 */
size_t
seep__zeek_unescape(const char *text, size_t size, char *out, size_t room);

#endif
