/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * zeek_paths.h - which files are to be read: what the caller named, and the
 * conn and dns logs below the directories that the caller named.
 *
 * Names    in directories: conn, conn_*, open_conn*, dns and dns_<digit>*
 *          with ".log" or ".json" behind ("conn.log",
 * "conn.00:00:00-01:00:00.log.gz", "conn_20260301.log.zst",
 * "conn.log.labeled"). A file that the caller names is taken whatever its name.
 * Order    directories by name, depth by depth sorted as paths; arguments
 *          in the caller's order. zeek.c reads interim logs first and then
 *          by name, so that the caller's order changes nothing.
 * Loops    a directory is visited once, by device and inode; depth at most
 *          SEEP__ZEEK_DEPTH_MAX.
 * Links    one in a directory is followed as far as it stays below what the
 *          caller named; one that leads out is told and counted.
 */
#ifndef SEEP_INPUT_ZEEK_PATHS_H
#define SEEP_INPUT_ZEEK_PATHS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "input/mark.h"
#include "input/source.h"

/*
 * Directories below the one named: host/year/month/day is 4, and Zeek's own
 * archive has 1. Deeper trees are not Zeek's; the bound keeps "/" given by
 * mistake from being walked whole.
 */
#define SEEP__ZEEK_DEPTH_MAX 4

struct seep__zeek_path {
	char *name;
	size_t name_size; /* with its NUL */
	uint64_t size;    /* as stored; 0 for what is no regular file */
	dev_t device;
	ino_t inode;
	uint8_t interim; /* by name: all its rows */
	uint8_t early;   /* to be read before the others */
	uint8_t regular;
	uint8_t found;          /* in a directory, not named by the caller */
	struct seep__mark mark; /* once it was read, or is being read */
};

struct seep__zeek_paths {
	struct seep__mem *mem;
	struct seep__zeek_path *path;
	size_t count;
	size_t room;
};

void
seep__zeek_paths_init(struct seep__zeek_paths *paths, struct seep__mem *mem);

void
seep__zeek_paths_clear(struct seep__zeek_paths *paths);

/*
 * seep__zeek_paths_add() adds what the caller named: a file, or the logs of
 * a directory. What cannot be listed is told to 'source' and counted there;
 * 'source' may be NULL (told before).
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__zeek_paths_add(struct seep__zeek_paths *paths, const char *name,
		     struct seep_source *source);

/* seep__zeek_path_is_pipe() says whether what was taken from a path cannot
 * be read again: standard input, a FIFO. What was not there is none. */
int
seep__zeek_path_is_pipe(const struct seep__zeek_path *path);

/* seep__zeek_paths_save() and _restore(): the list as it stands; into an
 * empty one. */
void
seep__zeek_paths_save(const struct seep__zeek_paths *paths,
		      struct seep__packer *packer);

void
seep__zeek_paths_restore(struct seep__zeek_paths *paths,
			 struct seep__unpacker *unpacker);

/* seep__zeek_name_is_conn() says whether a file name is that of a conn log,
 * seep__zeek_name_is_interim() whether of conn_long or open_conn. */
int
seep__zeek_name_is_conn(const char *name);

int
seep__zeek_name_is_interim(const char *name);

/* seep__zeek_name_is_dns() says whether a file name is that of a dns log;
 * dns_red.log and the like are others. */
int
seep__zeek_name_is_dns(const char *name);

#endif
