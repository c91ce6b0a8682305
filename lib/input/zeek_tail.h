/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * zeek_tail.h - one log that is followed: opened, put to sleep, woken,
 * renamed, started again, closed; and whether a file that appears holds
 * what was read before. zeek_follow.c decides which of it when.
 */
#ifndef SEEP_INPUT_ZEEK_TAIL_H
#define SEEP_INPUT_ZEEK_TAIL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "input/zeek_source.h"

/*
 * Logs held open at once. A site writes one to three conn logs at a time
 * and has some just rotated; 64 leaves most of a process' usual 1,024
 * descriptors to the program around.
 */
#define SEEP__ZEEK_OPEN_MAX 64

enum seep__tail_state {
	SEEP__TAIL_NEW, /* seen, not opened yet */
	SEEP__TAIL_OPEN,
	SEEP__TAIL_ASLEEP, /* closed, opened again when it grows */
	SEEP__TAIL_DONE    /* read whole, or passed over */
};

/* One file, under whatever name it has now. */
struct seep__tail {
	struct seep__zeek_log *log; /* OPEN and ASLEEP */
	char *name;
	size_t name_size;
	dev_t device;
	ino_t inode;
	uint64_t size;   /* as last looked at */
	uint64_t offset; /* read so far, when last compared */
	uint64_t idle;   /* rounds without anything new */
	struct seep__content_stream *content;
	enum seep__tail_state state;
	uint8_t regular;
	uint8_t interim;
	uint8_t early;
	uint8_t seen;   /* in this look */
	uint8_t ending; /* read to the end, then close */
};

struct seep__zeek_follow {
	struct seep__zeek *zeek;
	struct seep__mem *mem;
	char **roots; /* what the caller named */
	size_t roots_count;
	struct seep__tail *tail; /* interim ones first */
	size_t count;
	size_t room;
	size_t at; /* in this round */
	size_t open;
	struct seep__content *read; /* of logs that are closed */
	size_t read_count;
	size_t read_room;
	int looked;    /* at least once */
	int last_look; /* taken, after finishing was asked for */
};

/* seep__tail_copy_name() copies a name; NULL when memory is refused. */
char *
seep__tail_copy_name(struct seep__mem *mem, const char *name, size_t *size);

/* seep__tail_clear() gives back all that a tail holds. */
void
seep__tail_clear(struct seep__zeek_follow *f, struct seep__tail *t);

/*
 * seep__tail_close() closes a log that was read to its end and remembers
 * what it held.
 */
int
seep__tail_close(struct seep__zeek_follow *f, struct seep__tail *t);

/* seep__tail_wake() opens a sleeping log where it stood; one that is gone
 * stays asleep. */
int
seep__tail_wake(struct seep__zeek_follow *f, struct seep__tail *t);

/*
 * seep__tail_judge() decides about a file that appeared: open it, pass it
 * over (SEEP__TAIL_DONE), or look again (SEEP__TAIL_NEW).
 *
 * 'still'  its size is that of the last look.
 */
int
seep__tail_judge(struct seep__zeek_follow *f, struct seep__tail *t, int still);

/* seep__tail_rename() follows a file to its new name. */
int
seep__tail_rename(struct seep__zeek_follow *f, struct seep__tail *t,
		  const char *name);

/*
 * seep__tail_restart() reads a log that was cut to nothing from its
 * beginning; a last line that never got its end is lost, and counted.
 */
int
seep__tail_restart(struct seep__zeek_follow *f, struct seep__tail *t);

#endif
