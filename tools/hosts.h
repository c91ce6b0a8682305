/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * hosts.h - the file of --hosts: several addresses, one host.
 *
 * Each line is one host: its addresses, separated by spaces, tabs or
 * commas. '#' starts a comment; empty lines are skipped.
 */
#ifndef SEEP_TOOLS_HOSTS_H
#define SEEP_TOOLS_HOSTS_H

#include <stddef.h>

#include <seep/address.h>
#include <seep/site.h>

/* struct host_list: every address that the file names, in its order. */
struct host_list {
	struct seep_address *addresses;
	size_t count;
	size_t room;
};

/*
 * hosts_read() joins the addresses of each line in 'site' and keeps them in
 * 'list' (zeroed by the caller, given back with hosts_clear()).
 *
 * Returns EXIT_DONE; EXIT_USAGE for a bad line and EXIT_FAILED for an
 * unreadable file, after saying so on standard error.
 */
int
hosts_read(const char *path, struct seep_site *site, struct host_list *list);

/* hosts_add() keeps one address. Returns 0, or -1 without memory. */
int
hosts_add(struct host_list *list, const struct seep_address *address);

void
hosts_clear(struct host_list *list);

#endif
