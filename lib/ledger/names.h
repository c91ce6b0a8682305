/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * names.h - the registered domains that peers of SEEP_PLACE_NAME stand for.
 *
 * Algorithm   address -> text, once per domain however many hosts ask for
 *             it. Of all domains ever seen those with the smallest hash, the
 *             low half of their address, are kept (a bottom-k sample, as of
 *             labels): a function of the set of domains alone. Of two texts
 *             of one hash the one that compares less stays.
 * Limits      beyond SEEP__NAMES_MAX a domain may be without its text; its
 *             address is then all there is, counts are complete.
 * Memory      the text, 8 bytes and 48 of Judy per domain; nothing before
 *             the first.
 */
#ifndef SEEP_LEDGER_NAMES_H
#define SEEP_LEDGER_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include <seep/address.h>

#include "base/ordered.h"

/*
 * Domains kept in a case. 10,000 people ask for some 100,000 to 300,000 in
 * a year; every domain has a channel of more than 100 bytes already, so that
 * the texts add less than as much again. Fewer would leave a finding without
 * the one word that it is about; more is a flood, in which the sample
 * still names a share.
 */
#define SEEP__NAMES_MAX (UINT32_C(1) << 20)

/* struct seep__name: 'size' bytes of text, 1 to SEEP_NAME_SIZE_MAX. */
struct seep__name {
	uint32_t size;
	char text[];
};

struct seep__names {
	struct seep__mem *mem;
	struct seep__ordmap by_hash; /* hash -> struct seep__name * */
	size_t most;
};

/* seep__names_init(): 'most' is SEEP__NAMES_MAX, or less in tests. */
void
seep__names_init(struct seep__names *names, struct seep__mem *mem, size_t most);

void
seep__names_clear(struct seep__names *names);

/* seep__names_hash() returns the low half of an address of a name. */
uint64_t
seep__names_hash(const struct seep_address *address);

/*
 * seep__names_add() keeps 'text' for 'address' if it is that of the text;
 * any other text, an empty or too long one or one with a NUL is no name and
 * ignored.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET; then nothing was added.
 */
int
seep__names_add(struct seep__names *names, const struct seep_address *address,
		const char *text, size_t size);

/* seep__names_count() returns how many are kept. */
size_t
seep__names_count(const struct seep__names *names);

/*
 * seep__names_next() returns the name with the smallest hash >= '*hash' and
 * stores that hash; NULL when there is none. Readers take the first
 * seep__names_count().
 */
const struct seep__name *
seep__names_next(const struct seep__names *names, uint64_t *hash);

#endif
