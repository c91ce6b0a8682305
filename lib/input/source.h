/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * source.h - what a reader must provide to be a struct seep_source, and the
 * notices and counts that all readers share.
 *
 * A reader embeds struct seep_source as its first member. input/ never sees
 * the ledger: flows go out, nothing comes back.
 */
#ifndef SEEP_INPUT_SOURCE_H
#define SEEP_INPUT_SOURCE_H

#include <seep/source.h>

#include "base/mem.h"
#include "base/pack.h"
#include "base/text.h"
#include "input/digest.h"

struct seep__source_ops {
	int (*next)(struct seep_source *source, struct seep_flow *flows,
		    size_t flows_max, size_t *count);
	void (*finish)(struct seep_source *source);  /* may be NULL */
	void (*release)(struct seep_source *source); /* all but the base */
	/*
	 * save(), restore(): all but the base, as documented in
	 * <seep/source.h>. Failures of restore() are the unpacker's. 'kind' is
	 * what is saved of.
	 */
	const char *kind;
	int (*save)(struct seep_source *source, struct seep__packer *packer);
	void (*restore)(struct seep_source *source,
			struct seep__unpacker *unpacker);
};

/*
 * struct seep__input: what is known of a file that is being read, and then
 * waits to be asked for.
 */
struct seep__input {
	struct seep__input *next;
	size_t size;
	struct seep__digest digest;
	struct seep_input told;
	int ended; /* it was read to its end, and may be closed by now */
	char name[];
};

struct seep__notice; /* one kept notice, see source.c */

struct seep_source {
	const struct seep__source_ops *ops;
	struct seep__mem *mem;
	size_t size; /* of the whole reader, for release */
	struct seep_coverage coverage;
	struct seep_progress progress;
	struct seep__notice *notices; /* queue, oldest first */
	struct seep__notice *notices_last;
	struct seep__notice *notice_given;
	struct seep__input *inputs; /* queue, as the notices */
	struct seep__input *inputs_last;
	struct seep__input *input_given;
	int failed;  /* the last _next() did */
	int started; /* _next() was called */
	/* midway: memory lacked, and what was made before was given: what is
	 * half taken is no place to go on from. */
	int midway;
};

/*
 * seep__source_new() allocates a reader of 'size' bytes, cleared, with its
 * own memory account, and sets up the base.
 *
 * Returns SEEP_OK or SEEP_ENOMEM.
 */
int
seep__source_new(struct seep_source **source, size_t size,
		 const struct seep__source_ops *ops,
		 const struct seep_alloc *alloc);

/*
 * seep__source_note() queues a notice; strings are copied. 'line' 0 and
 * 'offset' UINT64_MAX where they do not apply; 'field' may be NULL. A notice
 * that cannot be stored is lost; the counts are not.
 */
void
seep__source_note(struct seep_source *source, const char *file, uint64_t line,
		  uint64_t offset, const char *field, int fatal,
		  const char *text);

/*
 * seep__input_new() begins the record of the file at 'path'; NULL when
 * memory is refused. It ends with seep__input_give() or _drop().
 */
struct seep__input *
seep__input_new(struct seep_source *source, const char *path);

/* seep__input_take() counts a record of [start_ns, end_ns] that is usable. */
void
seep__input_take(struct seep__input *input, int64_t start_ns, int64_t end_ns);

/* seep__input_give() hands it to who asks; 'whole': all of it was hashed. */
void
seep__input_give(struct seep_source *source, struct seep__input *input,
		 int whole);

/* seep__input_queue() does so with what a state says was given. */
void
seep__input_queue(struct seep_source *source, struct seep__input *input);

/* seep__input_save() writes what is known of a file that is being read;
 * _restore() goes on there, NULL on failure. */
void
seep__input_save(const struct seep__input *input, struct seep__packer *packer);

struct seep__input *
seep__input_restore(struct seep_source *source,
		    struct seep__unpacker *unpacker);

/* seep__input_drop() forgets a file of which nothing was used. NULL is
 * fine. */
void
seep__input_drop(struct seep_source *source, struct seep__input *input);

/* seep__source_refuse() counts a refused record and its bytes (both ways,
 * 0 when unknown) as seen and refused. It does not count the record. */
void
seep__source_refuse(struct seep_source *source, enum seep_refusal reason,
		    uint64_t bytes);

/* seep__source_sum_paths() sums the paths that the caller named, in their
 * order. */
uint64_t
seep__source_sum_paths(const char *const *paths, size_t count);

/*
 * seep__source_same() fails the unpacker with SEEP_EMISMATCH, and notes
 * 'what', when the next number is not 'value'.
 */
void
seep__source_same(struct seep_source *source, struct seep__unpacker *unpacker,
		  uint64_t value, const char *what);

/* seep__source_is_pipe() notes that 'file' cannot be read again; returns
 * SEEP_EUNSUPPORTED. */
int
seep__source_is_pipe(struct seep_source *source, const char *file);

/*
 * seep__source_differs() notes that 'file' is not what it was when the
 * state was saved, and fails the unpacker with SEEP_EMISMATCH.
 */
void
seep__source_differs(struct seep_source *source,
		     struct seep__unpacker *unpacker, const char *file,
		     const char *why);

#endif
