/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * shared.h - what several hosts begin on one day, towards one place, is one
 * story: an update, a new service, or a leak out of several servers.
 *
 * Story     findings of different hosts whose onsets lie within two days of
 *           the first one's and most of whose rise goes to the same peer's
 *           /24 or /48, or to the same registered domain.
 * Told      by the finding that was decided first, from the time on at
 *           which three hosts had begun it, whether they were decided on or
 *           only sent there. It names the others and what they sent, and its
 *           score becomes the largest one, so that nothing of a leak is
 *           hidden that is spread over servers.
 * Time      a finding joins by what its decision knew, and what was told
 *           before three hosts had begun stays told: no finding is
 *           withdrawn. Those of one decision time are taken together.
 * Cost      one look-up in the channels of every host for each story of two
 *           findings or more.
 */
#ifndef SEEP_DETECT_SHARED_H
#define SEEP_DETECT_SHARED_H

#include "detect/claim.h"
#include "detect/episode.h"

/*
 * seep__shared_mark() says of a finding what joining asks, by what the
 * decision of its founder knew.
 */
void
seep__shared_mark(const struct seep__claim *founder, struct seep__mark *mark);

/*
 * seep__shared_join() joins the findings of all entities and takes those
 * out that others tell; the order of the list changes.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__shared_join(const struct seep__case *view, struct seep__found *found);

#endif
