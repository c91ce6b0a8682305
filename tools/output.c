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

#include "leftover.h"

static const char temporary_suffix[] = ".XXXXXX";
static const char fixed_suffix[] = ".new";

/* A symbolic link is followed, so that the rename does not replace it. */
static char *
resolve(const char *path)
{
	char *real = realpath(path, NULL);

	return real != NULL ? real : strdup(path);
}

/* mkstemp(3) made a file for its owner only. */
static void
set_mode(const struct output *output)
{
	mode_t mask = umask(0);
	mode_t mode = output->durable ? 0600 : 0666 & ~mask;
	struct stat st;

	assert(output->temporary != NULL);
	umask(mask);
	if (stat(output->target, &st) == 0)
		mode = st.st_mode & 0777;
	if (fchmod(fileno(output->file), mode) != 0)
		return; /* stays private: stricter than asked */
}

static int
make_temporary(struct output *output)
{
	int fd;

	leftover_hold();
	fd = mkstemp(output->temporary);
	if (fd >= 0)
		leftover_add(output->temporary);
	leftover_release();
	return fd;
}

static void
remove_temporary(const struct output *output)
{
	leftover_hold();
	(void)unlink(output->temporary);
	leftover_drop(output->temporary);
	leftover_release();
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
	fd = make_temporary(output);
	if (fd < 0)
		return -1;
	output->file = fdopen(fd, "wb");
	if (output->file == NULL) {
		close(fd);
		remove_temporary(output);
		return -1;
	}
	return 0;
}

/* Makes the temporary file of a fixed name; what is there by that name was
 * left by a run that was killed. */
static int
make_fixed(struct output *output)
{
	size_t size = strlen(output->target);
	int fd;

	assert(output->temporary == NULL);
	output->temporary = malloc(size + sizeof(fixed_suffix));
	if (output->temporary == NULL)
		return -1;
	memcpy(output->temporary, output->target, size);
	memcpy(output->temporary + size, fixed_suffix, sizeof(fixed_suffix));
	leftover_hold();
	(void)unlink(output->temporary);
	fd = open(output->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		  0600);
	if (fd >= 0)
		leftover_add(output->temporary);
	leftover_release();
	return fd;
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
output_open_fixed(struct output *output, const char *path)
{
	struct stat st;
	int why, fd;

	assert(output != NULL && path != NULL);
	memset(output, 0, sizeof(*output));
	output->durable = 1;
	output->target = resolve(path);
	if (output->target == NULL)
		return -1;
	fd = -1;
	errno = EINVAL;
	if (stat(output->target, &st) != 0 || S_ISREG(st.st_mode))
		fd = make_fixed(output);
	if (fd >= 0)
		output->file = fdopen(fd, "wb");
	if (output->file != NULL)
		return 0;
	why = errno;
	if (fd >= 0) {
		close(fd);
		remove_temporary(output);
	}
	forget(output);
	errno = why;
	return -1;
}

int
output_resume(struct output *output, const char *path, uint64_t size)
{
	struct stat st;
	int why;

	assert(output != NULL);
	if (path == NULL || strcmp(path, "-") == 0 || stat(path, &st) != 0 ||
	    !S_ISREG(st.st_mode))
		return output_open(output, path, 1, 0);
	memset(output, 0, sizeof(*output));
	if ((uint64_t)st.st_size < size)
		size = (uint64_t)st.st_size;
	output->file = fopen(path, "r+b");
	if (output->file == NULL)
		return -1;
	if (ftruncate(fileno(output->file), (off_t)size) == 0 &&
	    fseek(output->file, 0, SEEK_END) == 0)
		return 0;
	why = errno;
	fclose(output->file);
	output->file = NULL;
	errno = why;
	return -1;
}

int
output_write(void *ctx, const void *data, size_t size)
{
	struct output *output = ctx;

	assert(output != NULL);
	assert(output->file != NULL);
	errno = 0;
	if (fwrite(data, 1, size, output->file) == size)
		return 0;
	if (output->error == 0)
		output->error = errno != 0 ? errno : EIO;
	return -1;
}

int
output_flush(struct output *output)
{
	assert(output != NULL);
	return fflush(output->file) == 0 ? 0 : -1;
}

/* Is this how a file system says that it has nothing to sync? */
static int
is_no_sync(int why)
{
	return why == EINVAL || why == ENOTSUP || why == EROFS ||
	       why == ENOSYS || why == EBADF;
}

/* The name itself is durable only once its directory is. One that may be
 * written but not read cannot be opened for that: nothing to do. */
static int
sync_directory(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *directory = slash == NULL
			      ? strdup(".")
			      : strndup(path, (size_t)(slash - path) + 1);
	int fd = directory == NULL ? -1 : open(directory, O_RDONLY);
	int failed = 0;

	free(directory);
	if (fd >= 0) {
		failed = fsync(fd) != 0 && !is_no_sync(errno);
		close(fd);
	}
	return failed ? -1 : 0;
}

/* Gives the temporary file its name; it may then no more be removed. */
static int
rename_temporary(const struct output *output)
{
	int failed;

	leftover_hold();
	failed = rename(output->temporary, output->target) != 0;
	if (!failed)
		leftover_drop(output->temporary);
	leftover_release();
	return failed ? -1 : 0;
}

static int
complete(struct output *output)
{
	int failed = ferror(output->file) || fflush(output->file) != 0;

	if (!failed && output->temporary != NULL)
		set_mode(output);
	if (!failed && output->durable && output->temporary != NULL)
		failed = fsync(fileno(output->file)) != 0;
	if (output->file != stdout && fclose(output->file) != 0)
		failed = 1;
	return failed ? -1 : 0;
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
	if (output->temporary != NULL && keep && status == 0) {
		status = rename_temporary(output);
		keep = status == 0;
		if (keep && output->durable)
			status = sync_directory(output->target);
	} else if (status != 0) {
		keep = 0;
	}
	why = output->error != 0 ? output->error : errno;
	if (output->temporary != NULL && !keep)
		remove_temporary(output);
	forget(output);
	errno = why;
	return status;
}

const char *
output_name(const char *path)
{
	return path == NULL || strcmp(path, "-") == 0 ? "standard output"
						      : path;
}

int
output_remove(const char *path)
{
	assert(path != NULL);
	return unlink(path) == 0 || errno == ENOENT ? 0 : -1;
}
