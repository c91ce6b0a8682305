/* SPDX-License-Identifier: BSD-3-Clause */
/* realpath(3) and mkstemp(3) are XSI. */
#define _XOPEN_SOURCE 700
#include "output.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char temporary_suffix[] = ".XXXXXX";

/* A symbolic link is followed, so that the rename does not replace it. */
static char *
resolve(const char *path)
{
	char *real = realpath(path, NULL);

	return real != NULL ? real : strdup(path);
}

/* mkstemp(3) makes a file for its owner only; give it the usual mode. */
static void
set_usual_mode(int fd)
{
	mode_t mask = umask(0);

	umask(mask);
	if (fchmod(fd, 0666 & ~mask) != 0)
		return; /* stays private: stricter than asked */
}

static int
open_temporary(struct output *output)
{
	size_t size = strlen(output->target);
	int fd;

	output->temporary = malloc(size + sizeof(temporary_suffix));
	if (output->temporary == NULL)
		return -1;
	memcpy(output->temporary, output->target, size);
	memcpy(output->temporary + size, temporary_suffix,
	       sizeof(temporary_suffix));
	fd = mkstemp(output->temporary);
	if (fd < 0)
		return -1;
	set_usual_mode(fd);
	output->file = fdopen(fd, "wb");
	if (output->file == NULL) {
		close(fd);
		unlink(output->temporary);
		return -1;
	}
	return 0;
}

static void
forget(struct output *output)
{
	assert(output != NULL);
	free(output->target);
	free(output->temporary);
	memset(output, 0, sizeof(*output));
}

int
output_open(struct output *output, const char *path, int in_place, int durable)
{
	struct stat st;
	int status = 0;

	assert(output != NULL);
	memset(output, 0, sizeof(*output));
	output->durable = durable;
	if (path == NULL || strcmp(path, "-") == 0) {
		output->file = stdout;
		return 0;
	}
	output->target = resolve(path);
	if (output->target == NULL)
		return -1;
	if (stat(output->target, &st) == 0 && !S_ISREG(st.st_mode))
		in_place = 1;
	if (in_place) {
		output->file = fopen(output->target, "wb");
		status = output->file == NULL ? -1 : 0;
	} else {
		status = open_temporary(output);
	}
	if (status != 0) {
		int why = errno;

		forget(output);
		errno = why;
	}
	return status;
}

int
output_write(void *ctx, const void *data, size_t size)
{
	struct output *output = ctx;

	assert(output != NULL);
	assert(output->file != NULL);
	return fwrite(data, 1, size, output->file) == size ? 0 : -1;
}

int
output_flush(struct output *output)
{
	assert(output != NULL);
	return fflush(output->file) == 0 ? 0 : -1;
}

/* The name itself is durable only once its directory is. */
static void
sync_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *directory = slash == NULL
			      ? strdup(".")
			      : strndup(path, (size_t)(slash - path) + 1);
	int fd = directory == NULL ? -1 : open(directory, O_RDONLY);

	if (fd >= 0) {
		(void)fsync(fd); /* some file systems refuse: nothing to do */
		close(fd);
	}
	free(directory);
}

static int
complete(struct output *output)
{
	int failed = ferror(output->file) || fflush(output->file) != 0;

	if (!failed && output->durable && output->temporary != NULL)
		failed = fsync(fileno(output->file)) != 0;
	if (output->file != stdout && fclose(output->file) != 0)
		failed = 1;
	if (failed || output->temporary == NULL)
		return failed ? -1 : 0;
	if (rename(output->temporary, output->target) != 0)
		return -1;
	if (output->durable)
		sync_directory(output->target);
	return 0;
}

int
output_close(struct output *output, int keep)
{
	int status = 0;
	int why;

	assert(output != NULL);
	if (output->file == NULL)
		return 0;
	if (keep)
		status = complete(output);
	else if (output->file != stdout)
		fclose(output->file);
	why = errno;
	if (output->temporary != NULL && (!keep || status != 0))
		unlink(output->temporary);
	forget(output);
	errno = why;
	return status;
}
