/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * readers.c - links against all three components and opens both readers on
 * a file that does not exist, which is a notice and no failure.
 */
#include <seep/capture.h>
#include <seep/seep.h>
#include <seep/zeek.h>

static int
drain(struct seep_source *source)
{
	struct seep_coverage coverage;
	struct seep_flow flow;
	size_t count;
	int status;

	do
		status = seep_source_next(source, &flow, 1, &count);
	while (status == SEEP_OK);
	seep_source_coverage(source, &coverage);
	seep_source_free(source);
	return status == SEEP_END && coverage.files_refused == 1;
}

int
main(void)
{
	const char *path = "there/is/no/such/file";
	struct seep_source *source;

	if (seep_zeek_source_new(&source, &path, 1, NULL, NULL) != SEEP_OK ||
	    !drain(source))
		return 1;
	if (seep_capture_source_new(&source, &path, 1, NULL, NULL) != SEEP_OK ||
	    !drain(source))
		return 1;
	return 0;
}
