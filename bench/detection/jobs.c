/* SPDX-License-Identifier: BSD-3-Clause */
/* MAP_ANONYMOUS: memory that processes share without a file. */
#define _DEFAULT_SOURCE
#include "detection/jobs.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define JOBS_MAX 64

/* struct board: in shared memory, before the records. */
struct board {
	_Alignas(64) atomic_size_t next;
	atomic_int failed;
};

static size_t
board_size(size_t units, size_t size)
{
	return sizeof(struct board) + units * size;
}

static void
work_on(struct board *board, size_t units, size_t size, jobs_work_fn work,
	void *context)
{
	unsigned char *records = (unsigned char *)(board + 1);
	size_t unit;

	while ((unit = atomic_fetch_add(&board->next, 1)) < units)
		if (work(context, unit, records + unit * size) != 0)
			atomic_store(&board->failed, 1);
}

static void
start(pid_t *pids, size_t jobs, struct board *board, size_t units, size_t size,
      jobs_work_fn work, void *context)
{
	for (size_t i = 0; i < jobs; i++) {
		pids[i] = fork();
		if (pids[i] < 0)
			atomic_store(&board->failed, 1);
		if (pids[i] != 0)
			continue;
		work_on(board, units, size, work, context);
		fflush(stderr);
		_exit(0);
	}
}

int
jobs_run(size_t jobs, size_t units, size_t size, jobs_work_fn work,
	 void *context, void **records)
{
	pid_t pids[JOBS_MAX] = {0};
	struct board *board;

	assert(size % _Alignof(max_align_t) == 0);
	*records = NULL;
	board = mmap(NULL, board_size(units, size), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (board == MAP_FAILED)
		return -1;
	if (jobs > JOBS_MAX)
		jobs = JOBS_MAX;
	fflush(stdout);
	if (jobs <= 1)
		work_on(board, units, size, work, context);
	else
		start(pids, jobs, board, units, size, work, context);
	for (size_t i = 0; jobs > 1 && i < jobs; i++) {
		int status = 0;

		if (pids[i] > 0 &&
		    (waitpid(pids[i], &status, 0) < 0 || status != 0))
			atomic_store(&board->failed, 1);
	}
	*records = board + 1;
	if (!atomic_load(&board->failed))
		return 0;
	jobs_free(*records, units, size);
	*records = NULL;
	return -1;
}

void
jobs_free(void *records, size_t units, size_t size)
{
	if (records != NULL)
		munmap((struct board *)records - 1, board_size(units, size));
}
