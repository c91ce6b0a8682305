/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * status.h - what a call returns.
 *
 * Zero is success, negative is failure, positive is success with news and
 * only where a function says so.
 */
#ifndef SEEP_STATUS_H
#define SEEP_STATUS_H

#include <seep/export.h>

#ifdef __cplusplus
extern "C" {
#endif

enum seep_status {
	SEEP_OK = 0,
	/* SEEP_END: an iterator or a source has nothing more to give. */
	SEEP_END = 1,
	/* SEEP_AGAIN: nothing now, more may come (a file that still grows). */
	SEEP_AGAIN = 2,
	/* SEEP_EINVAL: an argument is outside its documented range. */
	SEEP_EINVAL = -1,
	/* SEEP_ENOMEM: the allocator returned NULL. */
	SEEP_ENOMEM = -2,
	/* SEEP_EBUDGET: the object's memory budget would be exceeded. */
	SEEP_EBUDGET = -3,
	/* SEEP_EIO: the operating system or a callback failed. */
	SEEP_EIO = -4,
	/* SEEP_EFORMAT: the bytes are not what they should be. */
	SEEP_EFORMAT = -5,
	/* SEEP_EVERSION: a saved case of a version this library cannot read. */
	SEEP_EVERSION = -6,
	/* SEEP_ECHECKSUM: a saved case was altered or cut. */
	SEEP_ECHECKSUM = -7,
	/* SEEP_EMISMATCH: cases of different sites cannot be put together. */
	SEEP_EMISMATCH = -8,
	/* SEEP_EUNSUPPORTED: this build lacks the part that would be needed. */
	SEEP_EUNSUPPORTED = -9,
	/* SEEP_ESELFTEST: the linked Judy library loses keys (see ordered.h).
	 */
	SEEP_ESELFTEST = -10
};

/*
 * seep_strstatus() returns a short English description of 'status'.
 *
 * Total over all ints: an unknown value gives "unknown status". The string
 * is static, without a final period or newline. Threads: pure.
 */
SEEP_API const char *
seep_strstatus(int status);

#ifdef __cplusplus
}
#endif

#endif
