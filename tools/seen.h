/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * seen.h - which networks does this traffic come from?
 *
 * Only asked when nothing matched the local networks, so that the error can
 * name what was seen instead. Watching ends at the first flow that has a
 * local end: a usual run pays for one flow.
 *
 * Algorithm   Misra and Gries, "Finding repeated elements", 1982: every
 *             network that holds more than 1/SEEN_SLOTS of the flows' ends
 *             is among those kept.
 * Memory      fixed.
 */
#ifndef SEEP_TOOLS_SEEN_H
#define SEEP_TOOLS_SEEN_H

#include <stddef.h>

#include <seep/flow.h>
#include <seep/site.h>

/* 16 slots: whatever holds over a sixteenth of the traffic is named; a
 * site's own network holds about half of it. More would only lengthen the
 * list that nobody reads. */
#define SEEN_SLOTS 16

struct seen {
	int local_found;
	struct {
		struct seep_network network;
		uint64_t count;
	} slots[SEEN_SLOTS];
};

/* seen_flows() looks at a batch; 'seen' starts zeroed. */
void
seen_flows(struct seen *seen, const struct seep_site *site,
	   const struct seep_flow *flows, size_t count);

/*
 * seen_describe() writes the up to three commonest networks, "a, b, c", or
 * "" when there is none; 'size' bytes with the final NUL.
 */
void
seen_describe(const struct seen *seen, char *text, size_t size);

#endif
