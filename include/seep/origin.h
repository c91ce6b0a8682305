/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * origin.h - where a case comes from: its sensor, how it was read, and the
 * files that it was read from.
 *
 * A case lists its inputs so that an analyst can check them (sha256sum), and
 * so that the same rows are never counted twice when cases are merged. What
 * is written here is what the reader saw; nothing opens a file by it.
 */
#ifndef SEEP_ORIGIN_H
#define SEEP_ORIGIN_H

#include <stddef.h>
#include <stdint.h>

#include <seep/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What kind of record was read. */
enum seep_origin_kind {
	/* _UNKNOWN: flows of an embedding program; a case older than version
	 * 4. */
	SEEP_ORIGIN_UNKNOWN = 0,
	SEEP_ORIGIN_ZEEK,
	SEEP_ORIGIN_CAPTURE,
	SEEP_ORIGIN_COUNT
};

/* Longest name of a sensor: a host's name (RFC 1123) fits. */
#define SEEP_SENSOR_SIZE_MAX 63

/* Longest name of an input: that of a file in its folder. */
#define SEEP_INPUT_NAME_MAX 255

/* struct seep_origin: zero means default in every field but 'size'. */
struct seep_origin {
	/* size: sizeof(struct seep_origin); a shorter one is accepted. */
	size_t size;
	/* sensor: who saw the traffic; NULL or "" = unnamed. Up to
	 * SEEP_SENSOR_SIZE_MAX printable ASCII characters without blanks. */
	const char *sensor;
	/* kind: enum seep_origin_kind. */
	uint32_t kind;
	/* dedup: 1 = repeated rows were dropped. */
	uint32_t dedup;
	/* link_bits_per_s: as in struct seep_zeek_opts; 0 = its default. */
	uint64_t link_bits_per_s;
	/* inputs_listed: 1 = every input is declared; else a case may hold
	 * flows of which nobody knows the file. */
	uint32_t inputs_listed;
	uint32_t reserved;
};

#define SEEP_ORIGIN_INIT                           \
	{                                          \
		.size = sizeof(struct seep_origin) \
	}

/*
 * struct seep_input: one file (or pipe) that was read.
 *
 * Two inputs are the same rows when their 'content_sha256' agree, whatever
 * their names and compression.
 */
struct seep_input {
	/* name: its name without folders, 1 to SEEP_INPUT_NAME_MAX bytes, as
	 * the file system had it: not fit for a terminal. */
	const char *name;
	/* sha256: of the 'bytes' bytes as stored; content_sha256: of what they
	 * unpack to, the same where they are not packed. Both are zero unless
	 * 'hashed'. */
	uint8_t sha256[32];
	uint8_t content_sha256[32];
	uint64_t bytes;
	/* records: rows or packets that could be used. */
	uint64_t records;
	/* first_ns, last_ns: earliest start and latest end of these; INT64_MAX
	 * and INT64_MIN when there was none. */
	int64_t first_ns;
	int64_t last_ns;
	/* hashed: 0 = this build, or this pipe, could not. */
	uint32_t hashed;
	/* damaged: it broke before its end; 'sha256' is of all of it. */
	uint32_t damaged;
	uint64_t reserved[2];
};

/*
 * seep_sensor_is_name() says whether 'name' may name a sensor: 1 or 0. The
 * empty name may. Threads: pure.
 */
SEEP_API int
seep_sensor_is_name(const char *name);

#ifdef __cplusplus
}
#endif

#endif
