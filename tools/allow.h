/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * allow.h - the file of --allow: transfers that are expected.
 *
 * One transfer a line, in columns separated by blanks:
 *
 *     HOST  PEER  SERVICE  BYTES-PER-DAY  FROM  UNTIL  REASON...
 *
 * HOST           an address or a network
 * PEER           an address, a network, or a name that the peer's label
 *                equals or ends with ("example.org" takes a.example.org too)
 * SERVICE        as reports show it: tcp/443, udp/high, icmp
 * BYTES-PER-DAY  with suffixes K, M, G, T, Ki, Mi, Gi, Ti
 * FROM, UNTIL    UTC dates; days that begin in [FROM, UNTIL)
 * REASON         the rest of the line, for the report
 *
 * "*" is any; columns may be left out at the end, but HOST and PEER. Lines
 * that begin with '#' are comments.
 */
#ifndef SEEP_TOOLS_ALLOW_H
#define SEEP_TOOLS_ALLOW_H

#include <stddef.h>

#include <seep/detect.h>

/* struct allow_list: zero it; give back with allow_clear(). */
struct allow_list {
	struct seep_allow *entries;
	/* texts: the lines as they were written, blanks made one. */
	char **texts;
	size_t count;
	size_t room;
};

/*
 * allow_read() adds the transfers of a file.
 *
 * Returns EXIT_DONE; EXIT_USAGE for a bad line and EXIT_FAILED for an
 * unreadable file, after saying so on standard error.
 */
int
allow_read(const char *path, struct allow_list *list);

void
allow_clear(struct allow_list *list);

#endif
