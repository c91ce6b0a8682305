/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * zeek_follow.h - logs that grow, rotate and appear, without ever waiting.
 *
 * Round      every open log is read to what it holds now, interim ones
 *            first; then the paths are looked at again.
 * Rotation   a log is known by device and inode. Renamed, it is read to its
 *            end; it is closed once a new file at its path holds data, or
 *            its last name is gone. Cut to nothing (copytruncate), it is
 *            read again from its beginning under the same header.
 * Archives   a compressed file that appears is taken when it has kept its
 *            size since the last look and ends where it should; one that
 *            holds what was read before (a rotated log, compressed or
 *            copied) is passed over. Wrong when a copy is made, the log
 *            grows further, and is then cut: use dedup there.
 * Bounds     SEEP__ZEEK_OPEN_MAX descriptors (zeek_tail.h); logs that have been
 * still for longest are closed and opened again when they grow.
 */
#ifndef SEEP_INPUT_ZEEK_FOLLOW_H
#define SEEP_INPUT_ZEEK_FOLLOW_H

#include <stddef.h>

#include "input/zeek_source.h"

/* seep__zeek_follow_new() copies the paths. SEEP_OK or SEEP_ENOMEM. */
int
seep__zeek_follow_new(struct seep__zeek_follow **follow,
		      struct seep__zeek *zeek, const char *const *paths,
		      size_t count);

void
seep__zeek_follow_free(struct seep__zeek_follow *follow);

/*
 * seep__zeek_follow_some() reads what there is. Returns SEEP_OK (the batch
 * is full), SEEP_AGAIN, SEEP_END (finishing, and all was read),
 * SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__zeek_follow_some(struct seep__zeek *zeek);

/*
 * seep__zeek_follow_save() writes which logs are known and where each
 * stands. Returns SEEP_OK, or SEEP_EUNSUPPORTED when one is a pipe.
 */
int
seep__zeek_follow_save(const struct seep__zeek_follow *follow,
		       struct seep__packer *packer);

/*
 * seep__zeek_follow_restore() finds the logs again and goes on in each at
 * its place. A log that was renamed is found by device and inode; one that
 * was replaced by a copy, compressed or not, by what was read of it. One
 * that is nowhere any more, or begins otherwise, is SEEP_EMISMATCH.
 */
void
seep__zeek_follow_restore(struct seep__zeek_follow *follow,
			  struct seep__unpacker *unpacker);

#endif
