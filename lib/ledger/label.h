/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * label.h - annotations of channels, bounded and free of order.
 *
 * Algorithm   of all pairs (channel, label) ever seen, the
 *             SEEP__LABELS_MAX with the smallest hash are kept (a bottom-k
 *             sample); of two pairs of one hash the one that compares less.
 *             The hash is unkeyed and made from addresses, so that what is
 *             kept is a function of the set of pairs alone: of no order, no
 *             seed, no splitting, and the sample of a union is the sample of
 *             the samples.
 * Limits      a stranger who picks server names can crowd out others'
 *             labels. They are annotations: nothing is decided by them.
 * Memory      about 170 bytes a label and 17 KiB of cache once there is one.
 */
#ifndef SEEP_LEDGER_LABEL_H
#define SEEP_LEDGER_LABEL_H

#include <stddef.h>
#include <stdint.h>

#include <seep/address.h>

#include "base/ordered.h"
#include "ledger/service.h"

/* Labels kept in a case: at most 11 MB, more than an analyst reads. */
#define SEEP__LABELS_MAX 65536

/* What a label takes with all that is beside it, about. */
#define SEEP__LABEL_BYTES 170

/* Bytes of a label; longer ones are cut. A host name's label is 63. */
#define SEEP__LABEL_SIZE_MAX 63

/* struct seep__label_channel: a channel by its addresses. */
struct seep__label_channel {
	struct seep_address host;
	struct seep_address peer;
	uint8_t place;
	uint8_t direction;
	seep__service service;
};

_Static_assert(sizeof(struct seep__label_channel) == 36, "hashed as 36 bytes");

/* struct seep__label: one pair; 'text' is padded with zeros. */
struct seep__label {
	struct seep__label_channel channel;
	uint32_t record;
	char text[SEEP__LABEL_SIZE_MAX + 1];
};

struct seep__label_seen;

struct seep__labels {
	struct seep__mem *mem;
	struct seep__ordmap by_hash; /* hash -> struct seep__label * */
	struct seep__label_seen *seen;
	size_t most;
};

/* seep__labels_init(): at most SEEP__LABELS_MAX labels, and an eighth of the
 * account's budget. */
void
seep__labels_init(struct seep__labels *labels, struct seep__mem *mem);

void
seep__labels_clear(struct seep__labels *labels);

/*
 * seep__label_cut() returns how many of 'size' bytes of 'text' are kept:
 * up to SEEP__LABEL_SIZE_MAX, and none from a NUL on.
 */
size_t
seep__label_cut(const char *text, size_t size);

/*
 * seep__labels_seen() says whether this very pair came lately: 1 or 0. It is
 * a cache, exact when it says 1.
 */
int
seep__labels_seen(const struct seep__labels *labels, uint32_t record,
		  const char *text, size_t size);

/*
 * seep__labels_add() adds a pair; 'size' as by seep__label_cut(), > 0.
 *
 * 'added'  out: its hash if it is new, for seep__labels_drop(); else
 *          UINT64_MAX.
 *
 * Until seep__labels_trim() there may be more than 'most'.
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET; then nothing was added.
 */
int
seep__labels_add(struct seep__labels *labels,
		 const struct seep__label_channel *channel, uint32_t record,
		 const char *text, size_t size, uint64_t *added);

/* seep__labels_drop() takes back what _add added. */
void
seep__labels_drop(struct seep__labels *labels, uint64_t added);

/*
 * seep__labels_trim() drops the largest hashes beyond 'most'; what it cannot
 * drop for want of memory goes the next time: readers take the first 'most'
 * by hash.
 */
void
seep__labels_trim(struct seep__labels *labels);

/*
 * seep__labels_renumber() follows 'count' records that got the numbers
 * 'number'; labels of those that are not their own 'target' stay in the
 * sample, with record UINT32_MAX, until their channel comes back.
 */
void
seep__labels_renumber(struct seep__labels *labels, const uint32_t *target,
		      const uint32_t *number, uint32_t count);

/* seep__labels_count() returns how many are kept. */
size_t
seep__labels_count(const struct seep__labels *labels);

/*
 * seep__labels_next() returns the label with the smallest hash >= '*hash'
 * and stores that hash; NULL when there is none.
 */
const struct seep__label *
seep__labels_next(const struct seep__labels *labels, uint64_t *hash);

#endif
