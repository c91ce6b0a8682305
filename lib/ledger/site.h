/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * site.h - what the ledger needs of a site beyond <seep/site.h>.
 *
 * Memory   an engine or snapshot holds its own copy, on its own account.
 * Saved    canonical: sorted, without repetition, free of the order in
 *          which networks were added and hosts joined. Little-endian:
 *          for local, partner, server in turn: le32 count, then per network
 *          16 bytes base, 1 byte prefix; for joined addresses: le32 count,
 *          then per address 16 bytes address, 16 bytes host.
 */
#ifndef SEEP_LEDGER_SITE_H
#define SEEP_LEDGER_SITE_H

#include <seep/site.h>

#include "base/cursor.h"
#include "base/mem.h"
#include "base/text.h"

/*
 * seep__site_special() says whether 'address' is inside wherever it is
 * seen: multicast (224.0.0.0/4, ff00::/8), 255.255.255.255, unspecified,
 * loopback (127.0.0.0/8, ::1). Returns 1 or 0.
 */
int
seep__site_special(const struct seep_address *address);

/*
 * seep__site_new() is seep_site_new() on an account that exists already; the
 * site takes a reference to it.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET; *site = NULL on failure.
 */
int
seep__site_new(struct seep_site **site, struct seep__mem *mem);

/*
 * seep__site_copy() copies 'from' onto the account 'mem'; NULL gives a site
 * with the default local networks. Free with seep_site_free().
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET; *site = NULL on failure.
 */
int
seep__site_copy(struct seep_site **site, const struct seep_site *from,
		struct seep__mem *mem);

/* seep__site_equal() says whether both save as the same bytes: 1 or 0. */
int
seep__site_equal(const struct seep_site *a, const struct seep_site *b);

/*
 * seep__site_assumed() says whether 'address' is inside only because no
 * local network was added and it lies in a default one: 1 or 0.
 */
int
seep__site_assumed(const struct seep_site *site,
		   const struct seep_address *address);

/* seep__site_declares() says whether any network of 'kind' was added. */
int
seep__site_declares(const struct seep_site *site, enum seep_site_kind kind);

/* seep__site_save() appends the saved form to 'out' (see its 'failed'). */
void
seep__site_save(const struct seep_site *site, struct seep__text *out);

/*
 * seep__site_load() reads the saved form at the cursor and moves it behind.
 * Only the canonical form is accepted.
 *
 * Returns SEEP_OK, SEEP_EFORMAT, SEEP_ENOMEM, SEEP_EBUDGET; *site = NULL on
 * failure.
 */
int
seep__site_load(struct seep_site **site, struct seep__cursor *cursor,
		struct seep__mem *mem);

#endif
