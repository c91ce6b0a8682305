/* SPDX-License-Identifier: BSD-3-Clause */
/* json.h - is a text JSON (RFC 8259)? A judge of its own, for targets. */
#ifndef TESTS_FUZZ_JSON_H
#define TESTS_FUZZ_JSON_H

#include <stddef.h>

/* fuzz_is_json() says whether 'text' is one object, strictly: 1 or 0. */
int
fuzz_is_json(const char *text, size_t size);

#endif
