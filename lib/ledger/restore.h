/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore.h - what the two files that restore a case share.
 *
 * Every function reads one section or a part of it and returns SEEP_OK,
 * SEEP_END (the section's end), SEEP_EIO, SEEP_EFORMAT, SEEP_ECHECKSUM,
 * SEEP_ENOMEM. After a failure the snapshot holds a part and is freed.
 */
#ifndef SEEP_LEDGER_RESTORE_H
#define SEEP_LEDGER_RESTORE_H

#include <seep/address.h>

#include "ledger/frame.h"
#include "ledger/snapshot.h"

/* Sums of what was read, against what the coverage says. */
struct seep__restore_sums {
	uint64_t crossing;
	uint64_t inside;
	uint64_t missed;
	uint64_t unanswered;
	uint64_t names;
	uint64_t cells;
};

struct seep__restorer {
	struct seep__frame_reader *reader;
	struct seep__mem *mem;
	struct seep_snapshot *made;
	struct seep__restore_sums sums;
	int more; /* the part of another sensor follows */
};

/*
 * seep__restore_address() reads an address that is coded after 'previous';
 * fails the cursor on any form that save.c does not write.
 */
void
seep__restore_address(struct seep__cursor *cursor,
		      const struct seep_address *previous,
		      struct seep_address *address);

/*
 * seep__restore_is_host() says whether 'address' is the name of a host of
 * the site: inside, and not joined under another one. Returns 1 or 0.
 */
int
seep__restore_is_host(const struct seep_site *site,
		      const struct seep_address *address);

/* seep__restore_channels() reads them; settings and hosts are there. */
int
seep__restore_channels(struct seep__restorer *r);

/*
 * seep__restore_cells() reads them into one run and holds their sums against
 * the coverage; hours and channels are there.
 */
int
seep__restore_cells(struct seep__restorer *r);

/*
 * seep__restore_origin(), _inputs() read these sections, or leave both
 * unknown where the version of the case has none. SEEP_END when that went
 * well.
 */
int
seep__restore_origin(struct seep__restorer *r);

int
seep__restore_inputs(struct seep__restorer *r);

/*
 * seep__restore_part() reads one part of a case.
 *
 * 'made'     out; NULL on failure.
 * 'more'     out: whether the part of another sensor follows.
 * 'section'  out: as seep_snapshot_restore().
 *
 * Returns as seep_snapshot_restore(), and SEEP_EBUDGET where 'memory_max',
 * 0 = no limit, was reached.
 */
int
seep__restore_part(struct seep_snapshot **made, seep_read_fn read, void *ctx,
		   uint64_t memory_max, int *more, const char **section,
		   const struct seep_alloc *alloc);

#endif
