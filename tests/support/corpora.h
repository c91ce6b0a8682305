/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * corpora.h - where real captures and logs lie, if they do.
 *
 *     char path[TEST_PATH_SIZE];
 *
 *     if (!test_corpora_path(path, "zeek-conn"))
 *             cr_skip_test("skipped: no corpora (set SEEP_CORPORA)");
 *
 * The environment's SEEP_CORPORA wins over what the build was told.
 */
#ifndef TESTS_SUPPORT_CORPORA_H
#define TESTS_SUPPORT_CORPORA_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TEST_PATH_SIZE 4096

/* test_corpora_path() makes the path of 'name'; 0 when it is not there. */
static inline int
test_corpora_path(char *path, const char *name)
{
	const char *folder = getenv("SEEP_CORPORA");
	int size;

	if (folder == NULL || folder[0] == '\0')
		folder = SEEP_CORPORA;
	size = snprintf(path, TEST_PATH_SIZE, "%s/%s", folder, name);
	return size > 0 && size < TEST_PATH_SIZE && access(path, R_OK) == 0;
}

#endif
