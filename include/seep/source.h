/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * source.h - where flows come from: the next batch, or the end.
 *
 * Every reader (zeek.h, capture.h) makes one of these. Part of
 * libseep-input.
 *
 * Bad input never ends a source: a record that cannot be used is skipped
 * and counted by reason; a file that cannot be read, or breaks in the
 * middle, costs only itself. Each is told in a notice.
 */
#ifndef SEEP_SOURCE_H
#define SEEP_SOURCE_H

#include <stddef.h>
#include <stdint.h>

#include <seep/coverage.h>
#include <seep/export.h>
#include <seep/flow.h>
#include <seep/io.h>
#include <seep/origin.h>
#include <seep/status.h>

#ifdef __cplusplus
extern "C" {
#endif

struct seep_source;

/*
 * seep_source_next() gives the next batch of flows.
 *
 * 'flows'  out, room for 'flows_max' >= 1; their names are borrowed until
 *          the next call on the same source.
 * 'count'  out, how many were written; 0 on SEEP_END and SEEP_AGAIN.
 *
 * Returns SEEP_OK, SEEP_END (nothing more will come), SEEP_AGAIN (nothing
 * now; only from a source that follows growing files), SEEP_ENOMEM,
 * SEEP_EBUDGET. Threads: one handle, one thread.
 *
 * After SEEP_ENOMEM nothing was given and nothing lost: called again, once
 * there is memory, it goes on where it was, and in the end gives the same
 * flows and counts. What a decompressor or libpcap is refused is such a
 * refusal, not damage. One thing cannot be had: a capture on a pipe whose
 * reading libpcap broke off for want of memory ends there, as a damaged file,
 * and is told so. A notice that cannot be stored is lost; its count is not.
 */
SEEP_API SEEP_NODISCARD int
seep_source_next(struct seep_source *source, struct seep_flow *flows,
		 size_t flows_max, size_t *count);

/*
 * seep_source_finish() asks a source that follows growing files to give
 * what it holds and then end. Others end by themselves. Idempotent.
 */
SEEP_API void
seep_source_finish(struct seep_source *source);

/*
 * seep_source_coverage() copies what was counted so far, for
 * seep_engine_add_coverage().
 */
SEEP_API void
seep_source_coverage(const struct seep_source *source,
		     struct seep_coverage *coverage);

/*
 * seep_source_input() gives the next file that was read to its end and not
 * yet given, for seep_engine_add_input(); the reader may still hold some of
 * its flows. A file of which nothing was used, or whose content was read
 * already, is none. The name is valid until the next call on the same
 * source.
 *
 * Returns SEEP_OK or SEEP_END.
 */
SEEP_API SEEP_NODISCARD int
seep_source_input(struct seep_source *source, struct seep_input *input);

/*
 * struct seep_notice: something the user should know about one file.
 */
struct seep_notice {
	/* file: as named by the caller; "-" is standard input. */
	const char *file;
	/* line: 1-based, 0 = not a matter of lines. */
	uint64_t line;
	/* offset: bytes into the (decompressed) file, UINT64_MAX = unknown. */
	uint64_t offset;
	/* field: name of the field, or NULL. */
	const char *field;
	/* text: English, no final period, no newline; may quote input with
	 * control characters escaped. */
	const char *text;
	/* fatal: the rest of the file was not read. */
	int fatal;
};

/*
 * seep_source_notice() gives the next notice not yet given. At most
 * SEEP_NOTICES_PER_FILE of each refusal reason and file are kept; the
 * counts in the coverage are always complete. Strings are valid until the
 * next call on the same source.
 *
 * Returns SEEP_OK or SEEP_END.
 */
SEEP_API SEEP_NODISCARD int
seep_source_notice(struct seep_source *source, struct seep_notice *notice);

#define SEEP_NOTICES_PER_FILE 3

/*
 * struct seep_progress: how far a source is; bytes of the files as stored
 * (compressed). total = 0 when it is not known.
 */
struct seep_progress {
	uint64_t done_bytes;
	uint64_t total_bytes;
	uint64_t files_done;
	uint64_t files_total;
};

/* seep_source_progress() copies how far the source is. */
SEEP_API void
seep_source_progress(const struct seep_source *source,
		     struct seep_progress *progress);

/*
 * seep_source_save() writes down where the source stands: what it has read
 * of which file, and all that it holds and has counted, the inputs and notices
 * not yet asked for included. With the flows, inputs and notices that it has
 * given so far, nothing else is needed to go on after a crash.
 *
 * Every file that was read is marked by its size, its time of modification
 * and a checksum of its ends (mark.h says when that errs).
 *
 * Returns SEEP_OK, SEEP_EIO (the callback stopped), SEEP_EUNSUPPORTED (a
 * pipe or standard input is among its files: what was taken from it cannot
 * be read again; a notice names it), SEEP_EINVAL (the last
 * seep_source_next() failed), SEEP_ENOMEM (also when the last
 * seep_source_next() gave what there was because memory lacked for more),
 * SEEP_EBUDGET.
 */
SEEP_API SEEP_NODISCARD int
seep_source_save(struct seep_source *source, seep_write_fn write, void *ctx);

/*
 * seep_source_restore() makes a source that has given nothing yet stand
 * where another stood when it was saved. Both were made by the same
 * function, with the same paths in the same order and the same options but
 * for the seed. From there on they give the same flows in the same order,
 * and count the same.
 *
 * 'section'  out, may be NULL: on SEEP_EFORMAT, SEEP_ECHECKSUM or
 *            SEEP_EVERSION the name of the part that is damaged or of
 *            another version (static string), else NULL.
 *
 * Files that were read to their end are not read again, but for their mark;
 * in the one at hand reading goes on at its place: plain files are sought
 * to it, compressed ones decompressed up to it. Which files there are was
 * decided when reading began: files that came into a directory since are not
 * taken up, except by a source that follows.
 *
 * nDPI's state is not saved: a flow of a capture that had no name by then
 * gets none.
 *
 * The bytes may come from anyone: they are checked before they are used, and
 * memory grows with what was really read, not with what is claimed.
 *
 * Returns SEEP_OK, SEEP_EIO, SEEP_EFORMAT, SEEP_EVERSION, SEEP_ECHECKSUM,
 * SEEP_EMISMATCH (other paths, other options, or a file that is gone or no
 * longer what was read: a notice says which), SEEP_ENOMEM, SEEP_EBUDGET.
 * After a failure the source can only give its notices and be freed.
 */
SEEP_API SEEP_NODISCARD int
seep_source_restore(struct seep_source *source, seep_read_fn read, void *ctx,
		    const char **section);

/* seep_source_free() closes what is open. NULL is fine. */
SEEP_API void
seep_source_free(struct seep_source *source);

#ifdef __cplusplus
}
#endif

#endif
