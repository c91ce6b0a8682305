/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * case.h - a case of one or more sensors: read, put together, judged.
 *
 * Parts     each sensor's ledger is kept apart, by name: two sensors that
 *           saw the same flow would count it twice, and nothing in a flow
 *           tells. Cases of one sensor whose inputs are different ones add
 *           up.
 * Choice    what is judged holds, for each host and UTC day, the cells of
 *           the sensor with the most bytes on that day; ties by name. What
 *           the others saw is stated, and in no sum. Behind address
 *           translation one machine has two addresses, and is counted under
 *           both.
 * Threads   as snapshots, but seep_case_select() wants the case alone.
 */
#ifndef SEEP_CASE_H
#define SEEP_CASE_H

#include <stddef.h>
#include <stdint.h>

#include <seep/alloc.h>
#include <seep/export.h>
#include <seep/snapshot.h>
#include <seep/status.h>

#ifdef __cplusplus
extern "C" {
#endif

struct seep_case;

/* seep_case_free() gives a case and its parts back. NULL is fine. */
SEEP_API void
seep_case_free(struct seep_case *seep_case);

/*
 * seep_case_restore() is like seep_snapshot_restore(), but of any number of
 * sensors.
 *
 * 'memory_max'  bytes for each part; 0 = no limit.
 *
 * Returns also SEEP_EBUDGET, and never SEEP_EMISMATCH.
 */
SEEP_API SEEP_NODISCARD int
seep_case_restore(struct seep_case **seep_case, seep_read_fn read, void *ctx,
		  uint64_t memory_max, const char **section,
		  const struct seep_alloc *alloc);

/* seep_case_save() is like seep_snapshot_save(). */
SEEP_API SEEP_NODISCARD int
seep_case_save(const struct seep_case *seep_case, seep_write_fn write,
	       void *ctx);

/* seep_case_parts() returns the number of sensors. */
SEEP_API size_t
seep_case_parts(const struct seep_case *seep_case);

/* seep_case_part() returns what sensor 'part' saw; valid as the case. */
SEEP_API const struct seep_snapshot *
seep_case_part(const struct seep_case *seep_case, size_t part);

/* What merging has to say. */
enum seep_merge_event {
	/* _WITHIN: the inputs of 'a' are all in 'b' too, which is taken
	 * alone. */
	SEEP_MERGE_WITHIN = 0,
	/* _UNCHECKED: whether 'a' and 'b' share an input cannot be seen; they
	 * are added up as asked. */
	SEEP_MERGE_UNCHECKED,
	/* _ALIKE: input 'what' of 'a' and 'other' of 'b' begin at the same
	 * time under the same name: one may be the other, grown. */
	SEEP_MERGE_ALIKE,
	/* From here on nothing is merged. _SITE: the sites differ. */
	SEEP_MERGE_SITE,
	/* _SETTING: 'what' differs. */
	SEEP_MERGE_SETTING,
	/* _OVERLAP: input 'what' of 'a' is 'other' of 'b', and each has some
	 * that the other lacks. Told for every such input. */
	SEEP_MERGE_OVERLAP,
	/* _UNCHECKABLE: as _UNCHECKED, and nobody asked for it. */
	SEEP_MERGE_UNCHECKABLE,
	/* _TOO_LARGE: the totals of 'sensor' would reach 2^63 bytes. */
	SEEP_MERGE_TOO_LARGE
};

/* struct seep_merge_note: one of these; strings are valid in the call. */
struct seep_merge_note {
	/* event: enum seep_merge_event. */
	uint32_t event;
	uint32_t reserved;
	/* a, b: which of the cases given. */
	size_t a;
	size_t b;
	const char *sensor;
	const char *what;
	const char *other;
};

typedef void (*seep_merge_tell_fn)(void *ctx,
				   const struct seep_merge_note *note);

/* struct seep_merge_opts: zero means default in every field but 'size'. */
struct seep_merge_opts {
	/* size: sizeof(struct seep_merge_opts); a shorter one is accepted. */
	size_t size;
	/* unchecked: 1 = add up cases of one sensor although one of them has
	 * inputs that are not listed or have no hash. */
	uint32_t unchecked;
	uint32_t reserved;
	/* memory_max: bytes for each sensor's merged ledger; 0 = no limit. */
	uint64_t memory_max;
	/* tell: told what was done and why not; NULL = nobody. */
	seep_merge_tell_fn tell;
	void *ctx;
};

#define SEEP_MERGE_OPTS_INIT                           \
	{                                              \
		.size = sizeof(struct seep_merge_opts) \
	}

/*
 * seep_case_merge() makes one case of 'count' >= 1, in any order and any
 * grouping to the byte.
 *
 * Sensors stay apart. Of the cases of one sensor those whose inputs are all
 * in another one are left out; of those with the same inputs the one with
 * more bytes stays, ties by the checksum of what they save as. The others
 * must have no input in common.
 *
 * Returns SEEP_OK, SEEP_EINVAL (count is 0, opts->size), SEEP_EMISMATCH
 * (told why), SEEP_ENOMEM, SEEP_EBUDGET, SEEP_ESELFTEST.
 */
SEEP_API SEEP_NODISCARD int
seep_case_merge(struct seep_case **merged, const struct seep_case *const *cases,
		size_t count, const struct seep_merge_opts *opts,
		const struct seep_alloc *alloc);

/*
 * seep_case_select() gives what is to be judged: the one part, or the choice
 * among several (see above). It is the case's own and made once. A choice is
 * no case: its sums are those of the cells chosen, and saving it loses what
 * the others saw.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_ESELFTEST.
 */
SEEP_API SEEP_NODISCARD int
seep_case_select(struct seep_case *seep_case,
		 const struct seep_snapshot **selected);

#ifdef __cplusplus
}
#endif

#endif
