/* SPDX-License-Identifier: BSD-3-Clause */
/* O_TMPFILE, mkostemp(3). */
#define _GNU_SOURCE
#include "store.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "complain.h"
#include "leftover.h"

static const char fallback[] = "/var/tmp";
static const char template[] = "/seep-XXXXXX";

/* The folder of the path 'beside': what stands before its last slash. */
static char *
folder_of(const char *beside)
{
	const char *slash = strrchr(beside, '/');

	if (slash == NULL)
		return strdup(".");
	return slash == beside ? strdup("/")
			       : strndup(beside, (size_t)(slash - beside));
}

static char *
choose_folder(const struct store *store)
{
	const char *wanted = getenv("TMPDIR");

	if (wanted != NULL && wanted[0] != '\0')
		return strdup(wanted);
	if (store->beside != NULL && strcmp(store->beside, "-") != 0)
		return folder_of(store->beside);
	return strdup(fallback);
}

/* For file systems that make no file without a name: one that loses it. */
static int
open_named(const char *folder)
{
	size_t size = strlen(folder);
	char *path = malloc(size + sizeof(template));
	int fd;

	if (path == NULL)
		return -1;
	memcpy(path, folder, size);
	memcpy(path + size, template, sizeof(template));
	leftover_hold();
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		(void)unlink(path);
	leftover_release();
	free(path);
	return fd;
}

static int
open_file(struct store *store)
{
	assert(store->fd < 0);
	if (store->folder == NULL)
		store->folder = choose_folder(store);
	if (store->folder == NULL)
		return -1;
	store->fd =
	    open(store->folder, O_TMPFILE | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
	if (store->fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR))
		store->fd = open_named(store->folder);
	return store->fd < 0 ? -1 : 0;
}

static int
fail(struct store *store, int error)
{
	store->error = error;
	return -1;
}

static int
write_store(void *ctx, uint64_t offset, const void *data, size_t size)
{
	struct store *store = ctx;
	const char *bytes = data;

	if (store->fd < 0 && open_file(store) != 0)
		return fail(store, errno);
	while (size > 0) {
		ssize_t took = pwrite(store->fd, bytes, size, (off_t)offset);

		if (took < 0 && errno == EINTR)
			continue;
		if (took <= 0)
			return fail(store, took < 0 ? errno : ENOSPC);
		bytes += took;
		offset += (uint64_t)took;
		size -= (size_t)took;
	}
	return 0;
}

static int
read_store(void *ctx, uint64_t offset, void *data, size_t size)
{
	struct store *store = ctx;
	char *bytes = data;

	assert(store->fd >= 0);
	while (size > 0) {
		ssize_t got = pread(store->fd, bytes, size, (off_t)offset);

		if (got < 0 && errno == EINTR)
			continue;
		/* It ends before what was written to it: somebody cut it. */
		if (got <= 0)
			return fail(store, got < 0 ? errno : EIO);
		bytes += got;
		offset += (uint64_t)got;
		size -= (size_t)got;
	}
	return 0;
}

void
store_init(struct store *store, const char *beside)
{
	memset(store, 0, sizeof(*store));
	store->fd = -1;
	store->beside = beside;
	store->calls.write = write_store;
	store->calls.read = read_store;
	store->calls.ctx = store;
}

void
store_clear(struct store *store)
{
	assert(store != NULL);
	if (store->calls.ctx != NULL && store->fd >= 0)
		close(store->fd);
	free(store->folder);
	memset(store, 0, sizeof(*store));
}

int
store_complain(const struct store *store)
{
	if (store->error == 0)
		return 0;
	(void)complain("temporary file in %s: %s; see TMPDIR, --memory and "
		       "--no-store",
		       store->folder != NULL ? store->folder : "memory",
		       strerror(store->error));
	return 1;
}
