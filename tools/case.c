/* SPDX-License-Identifier: BSD-3-Clause */
#include "case.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "complain.h"
#include "output.h"

int
case_save(const struct seep_snapshot *snapshot, const char *path)
{
	struct output output;
	int status;

	assert(snapshot != NULL);
	assert(path != NULL);
	if (output_open(&output, path, 0, 1) != 0)
		return complain("%s: %s", path, strerror(errno));
	status = seep_snapshot_save(snapshot, output_write, &output);
	if (status != SEEP_OK) {
		int why = output.error;

		(void)output_close(&output, 0);
		return complain("%s: %s", path,
				status == SEEP_EIO && why != 0
				    ? strerror(why)
				    : seep_strstatus(status));
	}
	if (output_close(&output, 1) != 0)
		return complain("%s: %s", path, strerror(errno));
	return EXIT_DONE;
}
