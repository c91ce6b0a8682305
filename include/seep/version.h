/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * version.h - which libseep is this?
 *
 * The build reads the three numbers from here; nothing else states them.
 */
#ifndef SEEP_VERSION_H
#define SEEP_VERSION_H

#include <seep/export.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SEEP_VERSION_MAJOR 0
#define SEEP_VERSION_MINOR 1
#define SEEP_VERSION_PATCH 0

/*
 * seep_version() returns the version of the library that is linked, as
 * "major.minor.patch"; it may differ from the macros above, which are those
 * of the headers.
 *
 * The string is static. Threads: pure.
 */
SEEP_API const char *
seep_version(void);

#ifdef __cplusplus
}
#endif

#endif
