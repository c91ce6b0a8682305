/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * quiet.c - tools/complain.c for targets: a million complaints are no use.
 * The text is still put together, for its arguments come from the input.
 */
#include "complain.h"

#include <stdarg.h>
#include <stdio.h>

int
complain(const char *format, ...)
{
	char line[512];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	return EXIT_FAILED;
}
