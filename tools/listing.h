/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * listing.h - the inputs of a case, for an analyst who has the files.
 *
 * As text it is what sha256sum -c reads: a hash and a name a line, and
 * everything else behind '#'. A name that would not print is shown escaped.
 */
#ifndef SEEP_TOOLS_LISTING_H
#define SEEP_TOOLS_LISTING_H

#include <seep/case.h>

#include "options.h"

/* listing_write() returns EXIT_DONE or EXIT_FAILED (told). */
int
listing_write(const struct seep_case *seep_case, enum format format,
	      seep_write_fn write, void *ctx);

#endif
