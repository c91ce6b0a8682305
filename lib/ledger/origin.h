/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * origin.h - where the flows of an engine or a snapshot come from.
 *
 * Inputs are a set. They are appended as they come and put in order when
 * somebody looks: by hash of content, hash as stored, then every other
 * field, so that neither the order of reading nor that of merging shows.
 *
 * Memory   144 bytes and the name per input.
 */
#ifndef SEEP_LEDGER_ORIGIN_H
#define SEEP_LEDGER_ORIGIN_H

#include <stddef.h>
#include <stdint.h>

#include <seep/origin.h>

#include "base/mem.h"

struct seep__origin {
	struct seep__mem *mem;
	char sensor[SEEP_SENSOR_SIZE_MAX + 1];
	uint64_t link_bits_per_s;
	uint8_t kind;
	uint8_t dedup;
	uint8_t listed; /* every input is among 'inputs' */
	uint8_t sorted; /* 'inputs' are in order, none is there twice */
	struct seep_input *inputs; /* the names are its own */
	size_t count;
	size_t room;
};

/* seep__origin_init(): nothing is known, and no inputs are listed. */
void
seep__origin_init(struct seep__origin *origin, struct seep__mem *mem);

void
seep__origin_clear(struct seep__origin *origin);

/*
 * seep__origin_set() takes over sensor and settings; NULL = unknown.
 *
 * Returns SEEP_OK, SEEP_EINVAL.
 */
int
seep__origin_set(struct seep__origin *origin, const struct seep_origin *from);

/*
 * seep__origin_add() adds an input. Returns SEEP_OK, SEEP_EINVAL (no name of
 * a file, or times the wrong way round), SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__origin_add(struct seep__origin *origin, const struct seep_input *input);

/*
 * seep__origin_unite() adds the inputs of 'from'; all are listed only where
 * they are in both. Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__origin_unite(struct seep__origin *origin,
		   const struct seep__origin *from);

/* seep__origin_sort() puts the inputs in order, each once. */
void
seep__origin_sort(struct seep__origin *origin);

/*
 * seep__origin_copy() makes a sorted copy in 'to', which is initialised.
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__origin_copy(struct seep__origin *to, const struct seep__origin *from);

/* seep__origin_is_input() says whether 'input' is one that can be added. */
int
seep__origin_is_input(const struct seep_input *input);

/* seep__origin_compare() is the order of inputs: < 0, 0, > 0. */
int
seep__origin_compare(const struct seep_input *a, const struct seep_input *b);

/*
 * seep__origin_differs() names the first setting, the sensor too, in which
 * two origins differ, or returns NULL.
 */
const char *
seep__origin_differs(const struct seep__origin *a,
		     const struct seep__origin *b);

/* seep__origin_known() says whether all inputs are listed with a hash. */
int
seep__origin_known(const struct seep__origin *origin);

/*
 * seep__origin_shared() finds the next input of 'a', from '*at' on, whose
 * content 'b' has too. Both are sorted.
 *
 * Returns that of 'b' with '*at' behind that of 'a', or NULL.
 */
const struct seep_input *
seep__origin_shared(const struct seep__origin *a, const struct seep__origin *b,
		    size_t *at);

#endif
