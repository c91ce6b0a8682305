/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * usage.h - what --help prints.
 */
#ifndef SEEP_TOOLS_USAGE_H
#define SEEP_TOOLS_USAGE_H

#include <stdio.h>

#include "options.h"

/* usage_print() writes the help of a verb; 0 = of the tool. */
void
usage_print(FILE *file, int verb);

#endif
