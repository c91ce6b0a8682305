/* SPDX-License-Identifier: BSD-3-Clause */
#include "leftover.h"

#include <assert.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

static const int ending[] = {SIGHUP, SIGINT, SIGTERM};
#define ENDING_COUNT (sizeof(ending) / sizeof(ending[0]))

/* A handler has no argument: state of the process, changed only while the
 * signals wait. */
static const char *volatile leftovers[LEFTOVERS_MAX];
static sigset_t before;

/* unlink(2) and raise(3) may be called here. The handler is gone by now
 * (SA_RESETHAND), and what is raised comes when it returns. */
static void
remove_all(int number)
{
	for (size_t i = 0; i < LEFTOVERS_MAX; i++)
		if (leftovers[i] != NULL)
			(void)unlink(leftovers[i]);
	(void)raise(number);
}

static void
get_ending(sigset_t *set)
{
	sigemptyset(set);
	for (size_t i = 0; i < ENDING_COUNT; i++)
		sigaddset(set, ending[i]);
}

void
leftover_hold(void)
{
	sigset_t set;

	get_ending(&set);
	(void)sigprocmask(SIG_BLOCK, &set, &before);
}

void
leftover_release(void)
{
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
}

static void
catch_ending(void)
{
	struct sigaction action;
	struct sigaction now;

	memset(&action, 0, sizeof(action));
	action.sa_handler = remove_all;
	action.sa_flags = (int)SA_RESETHAND;
	get_ending(&action.sa_mask);
	for (size_t i = 0; i < ENDING_COUNT; i++)
		if (sigaction(ending[i], NULL, &now) == 0 &&
		    now.sa_handler == SIG_DFL)
			(void)sigaction(ending[i], &action, NULL);
}

void
leftover_add(const char *path)
{
	assert(path != NULL);
	catch_ending();
	for (size_t i = 0; i < LEFTOVERS_MAX; i++) {
		if (leftovers[i] == NULL) {
			leftovers[i] = path;
			return;
		}
	}
}

void
leftover_drop(const char *path)
{
	assert(path != NULL);
	for (size_t i = 0; i < LEFTOVERS_MAX; i++)
		if (leftovers[i] == path)
			leftovers[i] = NULL;
}
