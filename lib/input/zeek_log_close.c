/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * zeek_log_close.c - the end of a log, and what it tells as an input.
 */
#include <assert.h>

#include "input/zeek_log.h"

/* Hands over what is known of the file, if any of it was used. */
static void
tell_input(struct seep__zeek_log *g)
{
	struct seep__input *input = g->input;

	if (input == NULL || !g->usable || g->same) {
		seep__input_drop(g->source, input);
	} else {
		if (g->stream != NULL)
			input->ended = seep__stream_drain(g->stream);
		seep__input_give(g->source, input, input->ended);
	}
	g->input = NULL;
}

int
seep__zeek_log_restart(struct seep__zeek_log *log)
{
	struct seep__input *input = seep__input_new(log->source, log->path);

	assert(log->input != NULL);
	if (input == NULL)
		return seep__mem_why(log->source->mem);
	if (log->usable && !log->same)
		seep__input_give(log->source, log->input, 1);
	else
		seep__input_drop(log->source, log->input);
	log->input = input;
	return SEEP_OK;
}

void
seep__zeek_log_close(struct seep__zeek_log *log)
{
	if (log == NULL)
		return;
	tell_input(log);
	seep__stream_close(log->stream);
	seep__lines_clear(&log->lines);
	seep__zeek_json_clear(&log->json);
	if (log->path != NULL)
		seep__mem_put(log->source->mem, log->path, log->path_size);
	seep__mem_put(log->source->mem, log, sizeof(*log));
}
