/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * zeek_log.h - one open log: from lines to records, its refusals counted
 * and told.
 *
 * A line is a header ('#'), a row of JSON ('{') or a row of TSV; a file may
 * mix them, as files put together on standard input do. A file of which
 * nothing can be used is refused as a whole, its rows are not counted.
 *
 * Rows of a dns log count as names, good or bad, and never as records; what
 * is wrong with such a file is told, and counts as one name refused.
 */
#ifndef SEEP_INPUT_ZEEK_LOG_H
#define SEEP_INPUT_ZEEK_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "input/line.h"
#include "input/source.h"
#include "input/stream.h"
#include "input/zeek_json.h"
#include "input/zeek_name.h"
#include "input/zeek_row.h"
#include "input/zeek_tsv.h"

/* What a log gives: a record and what it was made of. */
struct seep__zeek_got {
	struct seep__zeek_record record;
	/* row: its slices are valid until the next call. */
	const struct seep__zeek_row *row;
	/* asked: of a row of a dns log; 'record' then has a flow only. Else
	 * NULL. Valid as 'row'. */
	const struct seep__asked *asked;
	uint64_t line;
	uint64_t offset;
	int interim;
};

/*
 * Lines that are no rows, or rows of another log, after which a file that
 * has shown nothing else is refused. A cut first line, or a few lines that
 * somebody added, must not cost a log; reading gigabytes of http.log to its
 * end for nothing should not happen either.
 */
#define SEEP__ZEEK_STRANGE_MAX 100

struct seep__zeek_log {
	struct seep_source *source;
	const struct seep__zeek_rules *rules;
	struct seep__stream *stream;
	struct seep__input *input; /* told when the log is closed */
	char *path;
	size_t path_size;
	struct seep__lines lines;
	struct seep__zeek_tsv tsv;
	struct seep__zeek_json json;
	struct seep__zeek_row row;
	struct seep__asked asked;
	uint64_t strange; /* lines before anything was usable */
	uint64_t others;  /* rows of other logs before that */
	unsigned told[SEEP_REFUSED_COUNT];
	uint8_t interim;   /* all rows are interim, says the file's name */
	uint8_t endless;   /* a pipe: not judged by its first lines */
	uint8_t usable;    /* a good header, or a conn row of JSON */
	uint8_t checked;   /* the header since its last line */
	uint8_t skipping;  /* rows of another log's header */
	uint8_t dead;      /* nothing more is read from it */
	uint8_t has_paths; /* JSON rows name their log */
	uint8_t names;     /* the row at hand is of a dns log */
	uint8_t has_line;  /* 'line' is to be taken again: memory lacked */
	uint8_t waiting;   /* 'got' was given, and memory lacked to hold it */
	uint8_t same;      /* its rows are refused: no input of its own */
	struct seep__line line;
	struct seep__zeek_got got;
};

/*
 * seep__zeek_log_new() makes a log that is not open yet.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__zeek_log_new(struct seep__zeek_log **log, struct seep_source *source,
		   const char *path, const struct seep__zeek_rules *rules);

/*
 * seep__zeek_log_open() opens a log. A file that cannot be opened is told
 * and counted; '*log' is then NULL and the return value SEEP_OK.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__zeek_log_open(struct seep__zeek_log **log, struct seep_source *source,
		    const char *path, const struct seep__zeek_rules *rules);

/* seep__zeek_log_close() closes it without judging what is left. If it was a
 * log, it is told as an input. */
void
seep__zeek_log_close(struct seep__zeek_log *log);

/*
 * seep__zeek_log_restart() tells what was read so far as an input: the file
 * was cut to nothing and another begins. Returns SEEP_OK, SEEP_ENOMEM.
 */
int
seep__zeek_log_restart(struct seep__zeek_log *log);

/*
 * seep__zeek_log_next() gives the next good row; bad ones on the way are
 * counted and told.
 *
 * 'final'  nothing more will come: what follows the last newline is a row,
 *          and at the end the file as a whole is judged.
 *
 * Returns SEEP_OK, SEEP_END (the end of what is there now; of the file, if
 * 'final'), SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__zeek_log_next(struct seep__zeek_log *log, int final,
		    struct seep__zeek_got *got);

/* seep__zeek_log_lose() counts a last line of which only a part came. */
void
seep__zeek_log_lose(struct seep__zeek_log *log);

/* seep__zeek_log_refuse() counts and tells a record given by _next(). */
void
seep__zeek_log_refuse(struct seep__zeek_log *log,
		      const struct seep__zeek_got *got,
		      enum seep_refusal reason, const char *text);

/*
 * seep__zeek_log_sleep() gives descriptor and buffer back, _wake() takes
 * them again where they stood; plain regular files only.
 */
void
seep__zeek_log_sleep(struct seep__zeek_log *log);

int
seep__zeek_log_wake(struct seep__zeek_log *log);

/*
 * seep__zeek_log_save() writes where a log of a regular file stands;
 * _restore() makes one that stands there, without its stream. '*log' is set
 * whenever there is something to close.
 */
void
seep__zeek_log_save(const struct seep__zeek_log *log,
		    struct seep__packer *packer);

void
seep__zeek_log_restore(struct seep__zeek_log **log, struct seep_source *source,
		       const struct seep__zeek_rules *rules,
		       struct seep__unpacker *unpacker);

/*
 * seep__zeek_log_reach() opens the stream of a restored log and goes to its
 * place; 'moved' says that it is another file of the same content, which may
 * be packed otherwise. Returns as seep__stream_open() and seep__stream_pass().
 */
int
seep__zeek_log_reach(struct seep__zeek_log *log, int moved);

#endif
