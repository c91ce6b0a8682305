/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * qname.h - a name that was asked for, and the registered domain in it.
 *
 * Registered domain   the public suffix and one label more, by the public
 *             suffix list that libpsl carries, both its sections. Built
 *             without libpsl: the last two labels.
 * Unlisted    what ends in no listed suffix is asked for inside, or is sent
 *             to a server that answers anything; the label before the last
 *             is then data like the others, and the last one alone stands
 *             for the domain ("local"). Where that one is no word either, as
 *             in tunnels straight to their server, the domain is
 *             SEEP__QNAME_UNLISTED and every byte of the name counts.
 * Text        labels joined by dots, ASCII in lower case; a byte that is
 *             not printable, a dot inside a label and a backslash are
 *             written \xHH, so that no two names have one text.
 * Limits      RFC 1035 section 2.3.4: labels of 1 to 63 bytes, 255 in all.
 *             Who has a suffix put on the list moves the labels of his
 *             tunnel into the registered domain, where they are contacts,
 *             not bytes; the list is public and its entries are reviewed.
 * Memory      none; libpsl's built-in list is constant.
 */
#ifndef SEEP_INPUT_QNAME_H
#define SEEP_INPUT_QNAME_H

#include <stddef.h>
#include <stdint.h>

#include <seep/flow.h>

#include "input/source.h"

#define SEEP__QNAME_SIZE_MAX 255
#define SEEP__QNAME_LABEL_MAX 63

/* No name has this text, for a blank in a name is escaped. */
#define SEEP__QNAME_UNLISTED "(no public suffix)"

/* struct seep__qname: as on the wire without the root: each label one byte
 * of size and then its bytes. */
struct seep__qname {
	size_t size;
	uint8_t bytes[SEEP__QNAME_SIZE_MAX];
};

/* struct seep__asked: what counts of a name. */
struct seep__asked {
	size_t domain_size;
	char domain[SEEP_NAME_SIZE_MAX + 1];
	/* bytes: of the labels below the domain, each with its dot; of an
	 * unlisted one, of all labels without the last dot. */
	uint32_t bytes;
};

enum seep__qname_kind {
	/* _DOMAIN: 'asked' holds. */
	SEEP__QNAME_DOMAIN = 0,
	/* _NONE: the root, one label that may be a host's name, or nothing but
	 * a public suffix. */
	SEEP__QNAME_NONE,
	/* _BAD: more than a name may hold, or a label that is empty. */
	SEEP__QNAME_BAD
};

/*
 * seep__qname_add() adds a label on the right. Returns 1, or 0 when it is
 * empty, too long, or the name becomes so.
 */
int
seep__qname_add(struct seep__qname *name, const void *label, size_t size);

/*
 * seep__qname_split() makes a name of text with dots; one dot at the end is
 * the root's. Returns 1, or 0 as above.
 */
int
seep__qname_split(struct seep__qname *name, const char *text, size_t size);

/* seep__qname_ask() finds the registered domain of a name. */
enum seep__qname_kind
seep__qname_ask(const struct seep__qname *name, struct seep__asked *asked);

/*
 * seep__qname_flow() makes the flow that counts it, all but its name and
 * sensor; 'orig' asked at 'time_ns'.
 */
void
seep__qname_flow(const struct seep__asked *asked,
		 const struct seep_address *orig, int64_t time_ns,
		 struct seep_flow *flow);

/*
 * seep__qname_tell() tells the user of 'source' once ('*told') when this
 * build has no public suffix list.
 */
void
seep__qname_tell(struct seep_source *source, const char *file, int *told);

#endif
