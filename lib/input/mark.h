/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mark.h - is this file still what it was when it was read?
 *
 * Algorithm   size, time of modification to the nanosecond, and a checksum
 *             of the first and the last SEEP__MARK_PART bytes as they are
 *             stored. The middle is not read again: that is what a
 *             checkpoint is for.
 * Wrong when  somebody changes the middle of a file, keeps its size and puts
 *             its time of modification back. A file that was only touched,
 *             or copied without its times, counts as changed.
 */
#ifndef SEEP_INPUT_MARK_H
#define SEEP_INPUT_MARK_H

#include <stdint.h>

#include "base/mem.h"
#include "base/pack.h"

/*
 * SEEP__MARK_PART: at each end of a file. 64 KiB holds a log's header and
 * some hundred rows, or a capture's first hundred packets; 128 KiB are read
 * of each file when it is first saved, and again at a restart.
 */
#define SEEP__MARK_PART 65536

struct seep__mark {
	uint64_t size;
	int64_t modified_ns;
	uint64_t ends; /* checksum */
	uint8_t taken; /* 0: nothing is known */
	uint8_t regular;
};

/* seep__mark_look() takes size and time of an open file; where they are as
 * in 'mark', which starts as zeros, it keeps the sum as well. */
void
seep__mark_look(struct seep__mark *mark, int fd);

/*
 * seep__mark_sum() adds the ends of the file at 'path', if it is still what
 * _look() saw. Else, and where it cannot be read, the mark stays without
 * them, and will equal no file.
 *
 * Returns SEEP_OK or SEEP_ENOMEM.
 */
int
seep__mark_sum(struct seep__mark *mark, const char *path,
	       struct seep__mem *mem);

/*
 * seep__mark_check() compares the file at 'path' with its mark.
 *
 * 'why'  out: NULL when it is the same, or what differs (static text).
 *
 * Returns SEEP_OK or SEEP_ENOMEM.
 */
int
seep__mark_check(const struct seep__mark *mark, const char *path,
		 struct seep__mem *mem, const char **why);

void
seep__mark_save(const struct seep__mark *mark, struct seep__packer *packer);

void
seep__mark_restore(struct seep__mark *mark, struct seep__unpacker *unpacker);

#endif
