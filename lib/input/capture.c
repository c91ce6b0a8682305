/* SPDX-License-Identifier: BSD-3-Clause */
#include <seep/capture.h>

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/opts.h"
#include "input/capture_source.h"
#include "input/decode.h"
#include "input/dpi.h"

#define FLOWS_MAX_DEFAULT 1000000

static void
note(struct seep__capture *capture, const struct seep__capinput *input,
     uint64_t offset, int fatal, const char *text)
{
	seep__source_note(&capture->base, input->path, 0, offset, NULL, fatal,
			  text);
}

static void
refuse_file(struct seep__capture *capture, struct seep__capinput *input,
	    const char *why)
{
	if (input->refused)
		return;
	input->refused = 1;
	capture->base.coverage.files_refused++;
	note(capture, input, UINT64_MAX, 1, why);
}

/* A notice about one packet; the first few of each reason and file. */
static void
note_frame(struct seep__capture *capture, struct seep__capinput *input,
	   int reason, const char *why)
{
	char text[SEEP__CAPFILE_WHY_SIZE];

	assert(reason >= 0 && reason < SEEP_REFUSED_COUNT);
	if (input->noted[reason] >= SEEP_NOTICES_PER_FILE)
		return;
	input->noted[reason]++;
	snprintf(text, sizeof(text), "packet %llu: %s",
		 (unsigned long long)input->frame.number, why);
	note(capture, input, UINT64_MAX, 0, text);
}

/* Hands over what is known of the file, if any of it was used. */
static void
tell_input(struct seep__capture *capture, struct seep__capinput *input)
{
	struct seep__input *told = input->input;

	if (told == NULL)
		return;
	if (input->same || input->refused)
		seep__input_drop(&capture->base, told);
	else
		seep__input_give(&capture->base, told,
				 seep__capfile_drain(input->file));
	input->input = NULL;
}

/* drop_kept() gives back the bytes of a frame that was restored. */
static void
drop_kept(struct seep__capture *capture, struct seep__capinput *input)
{
	seep__mem_put(capture->base.mem, input->kept, input->kept_size);
	input->kept = NULL;
	input->kept_size = 0;
}

static void
close_input(struct seep__capture *capture, struct seep__capinput *input)
{
	size_t i;

	assert(input->file != NULL &&
	       capture->open_count <= SEEP__CAPTURE_OPEN_MAX);
	for (i = 0; i < capture->open_count; i++) {
		if (capture->open[i] != input)
			continue;
		capture->open_count--;
		memmove(&capture->open[i], &capture->open[i + 1],
			(capture->open_count - i) * sizeof(input));
		break;
	}
	seep__mark_look(&input->mark, seep__capfile_fd(input->file));
	tell_input(capture, input);
	seep__capfile_close(input->file);
	input->file = NULL;
	drop_kept(capture, input);
	capture->base.progress.files_done++;
	capture->base.progress.done_bytes += input->stored;
}

/* The file breaks here: what was read of it stays. */
static void
damage(struct seep__capture *capture, struct seep__capinput *input,
       uint64_t frames, const char *why)
{
	char text[SEEP__CAPFILE_WHY_SIZE + 64];

	if (frames == 0) {
		refuse_file(capture, input, why);
		return;
	}
	capture->base.coverage.files_damaged++;
	input->input->told.damaged = 1;
	snprintf(text, sizeof(text), "damaged after packet %llu: %s",
		 (unsigned long long)frames, why);
	note(capture, input, seep__capfile_offset(input->file), 1, text);
}

/* advance() reads the next frame of an open input; at its end it is closed.
 * Returns SEEP_OK or SEEP_ENOMEM: then it is to be called again. */
static int
advance(struct seep__capture *capture, struct seep__capinput *input)
{
	uint64_t frames = input->frame.number;
	char why[SEEP__CAPFILE_WHY_SIZE];
	int status;

	assert(input->file != NULL);
	input->used = 1;
	status = seep__capfile_next(input->file, &input->frame, why);
	if (status == SEEP_ENOMEM)
		return status;
	input->used = 0;
	if (status == SEEP_OK) {
		drop_kept(capture, input);
		if (input->frame.has_time)
			input->order_ns = input->frame.time_ns;
		return SEEP_OK;
	}
	if (status != SEEP_END)
		damage(capture, input, frames, why);
	close_input(capture, input);
	return SEEP_OK;
}

/*
 * peek() finds when a file begins. What cannot be read twice stays open
 * with its first frame; the rest is opened again when its time has come.
 */
static int
peek(struct seep__capture *capture, struct seep__capinput *input)
{
	char why[SEEP__CAPFILE_WHY_SIZE];
	int status;

	assert(!capture->peeked && input->file == NULL);
	if (input->input == NULL)
		input->input = seep__input_new(&capture->base, input->path);
	if (input->input == NULL)
		return seep__mem_why(capture->base.mem);
	status =
	    seep__capfile_open(&input->file, input->path, capture->base.mem,
			       &input->input->digest, why);
	if (status == SEEP_ENOMEM)
		return status;
	if (status != SEEP_OK) {
		refuse_file(capture, input, why);
		return SEEP_OK;
	}
	status = seep__capfile_next(input->file, &input->frame, why);
	if (status == SEEP_ENOMEM) {
		seep__capfile_close(input->file);
		input->file = NULL;
		return status;
	}
	input->stored = seep__capfile_stored_total(input->file);
	capture->base.progress.total_bytes += input->stored;
	if (status == SEEP_OK && input->frame.has_time)
		input->first_ns = input->frame.time_ns;
	if (status == SEEP_EFORMAT)
		damage(capture, input, 0, why);
	if (!seep__capfile_reopens(input->file)) {
		if (status == SEEP_OK)
			return SEEP_OK;
		input->spent = 1; /* a second open would wait for a writer */
	}
	seep__capfile_close(input->file);
	input->file = NULL;
	memset(&input->frame, 0, sizeof(input->frame));
	return SEEP_OK;
}

/* Order of reading: by first packet, then by path. */
static int
compare_inputs(const void *a, const void *b)
{
	const struct seep__capinput *x = a, *y = b;

	if (x->first_ns != y->first_ns)
		return x->first_ns < y->first_ns ? -1 : 1;
	return strcmp(x->path, y->path);
}

static int
peek_all(struct seep__capture *capture)
{
	int status;

	for (; capture->next < capture->count; capture->next++) {
		status = peek(capture, &capture->inputs[capture->next]);
		if (status != SEEP_OK)
			return status;
	}
	capture->next = 0;
	qsort(capture->inputs, capture->count, sizeof(*capture->inputs),
	      compare_inputs);
	capture->peeked = 1;
	return SEEP_OK;
}

/* A second file of the same content is read, and nothing of it counted. */
static int
check_same(struct seep__capture *capture, struct seep__capinput *input)
{
	const char *same = NULL;
	char text[SEEP__CAPFILE_WHY_SIZE];
	int status;

	if (capture->opts.accept_same_file ||
	    !seep__capfile_reopens(input->file))
		return SEEP_OK;
	status = seep__identity_check(capture->identity, input->path, &same);
	if (status != SEEP_OK || same == NULL)
		return status;
	input->same = 1;
	snprintf(text, sizeof(text),
		 "the same content as %.200s: its packets "
		 "are refused as duplicate",
		 same);
	note(capture, input, UINT64_MAX, 0, text);
	return SEEP_OK;
}

/* open_next() opens the next input in order, with its first frame. */
static int
open_next(struct seep__capture *capture)
{
	struct seep__capinput *input = &capture->inputs[capture->next];
	char why[SEEP__CAPFILE_WHY_SIZE];
	int status = SEEP_OK;

	assert(capture->open_count < SEEP__CAPTURE_OPEN_MAX);
	if (input->refused || input->spent) {
		capture->next++;
		capture->base.progress.files_done++;
		return SEEP_OK;
	}
	if (input->file == NULL)
		status = seep__capfile_open(&input->file, input->path,
					    capture->base.mem,
					    &input->input->digest, why);
	if (status == SEEP_ENOMEM)
		return status;
	if (status != SEEP_OK) {
		capture->next++;
		refuse_file(capture, input, why);
		capture->base.progress.files_done++;
		return SEEP_OK;
	}
	/* Refused memory, it stays the next one, and open. */
	status = check_same(capture, input);
	if (status != SEEP_OK)
		return status;
	seep__mark_look(&input->mark, seep__capfile_fd(input->file));
	capture->next++;
	capture->open[capture->open_count++] = input;
	input->order_ns = input->first_ns;
	return input->frame.number == 0 ? advance(capture, input) : SEEP_OK;
}

/* The open input whose frame is the earliest; NULL when none is open. */
static struct seep__capinput *
earliest(const struct seep__capture *capture)
{
	struct seep__capinput *first = NULL;
	size_t i;

	for (i = 0; i < capture->open_count; i++) {
		if (first == NULL ||
		    capture->open[i]->order_ns < first->order_ns)
			first = capture->open[i];
	}
	return first;
}

/*
 * pick() chooses the input to read from: the earliest frame of those open,
 * where every file that begins by then is open too, as far as
 * SEEP__CAPTURE_OPEN_MAX allows. NULL at the end of all.
 */
static int
pick(struct seep__capture *capture, struct seep__capinput **input)
{
	int status;

	for (;;) {
		*input = earliest(capture);
		if (capture->next == capture->count ||
		    capture->open_count == SEEP__CAPTURE_OPEN_MAX)
			return SEEP_OK;
		if (*input != NULL && capture->inputs[capture->next].first_ns >
					  (*input)->order_ns)
			return SEEP_OK;
		status = open_next(capture);
		if (status != SEEP_OK)
			return status;
	}
}

static void
refuse_frame(struct seep__capture *capture, struct seep__capinput *input,
	     enum seep_refusal reason, uint64_t bytes, const char *why)
{
	seep__source_refuse(&capture->base, reason, bytes);
	if (why != NULL)
		note_frame(capture, input, (int)reason, why);
}

static int
feed_packet(struct seep__capture *capture, struct seep__capinput *input,
	    struct seep__packet *packet)
{
	const int64_t time_ns = input->frame.time_ns;
	int status;

	assert(input->frame.has_time);
	status = seep__assembler_feed(capture->assembler, packet, time_ns);
	if (status == SEEP_OK)
		seep__input_take(input->input, time_ns, time_ns);
	return status;
}

/*
 * take_frame() counts one frame: every byte of it is either of the IP
 * packet (fed, or refused) or of the link.
 */
static int
take_frame(struct seep__capture *capture, struct seep__capinput *input)
{
	struct seep_coverage *coverage = &capture->base.coverage;
	const struct seep__frame *frame = &input->frame;
	struct seep__packet packet;
	int status = SEEP_OK;

	seep__decode_frame(seep__capfile_link(input->file), frame->data,
			   frame->captured, frame->wire, &packet);
	assert(packet.bytes <= frame->wire);
	if (input->same)
		refuse_frame(capture, input, SEEP_REFUSED_DUPLICATE,
			     packet.bytes, NULL);
	else if (packet.verdict == SEEP__VERDICT_NOT_IP)
		coverage->packets_not_ip++;
	else if (packet.verdict == SEEP__VERDICT_MALFORMED)
		refuse_frame(capture, input, SEEP_REFUSED_MALFORMED,
			     packet.bytes, packet.why);
	else if (packet.verdict == SEEP__VERDICT_TRUNCATED)
		refuse_frame(capture, input, SEEP_REFUSED_TRUNCATED,
			     packet.bytes, packet.why);
	else if (!frame->has_time)
		refuse_frame(capture, input, SEEP_REFUSED_BAD_TIME,
			     packet.bytes, "its time cannot be");
	else
		status = feed_packet(capture, input, &packet);
	if (status != SEEP_OK)
		return status;
	coverage->records++;
	coverage->packets_cut += frame->captured < frame->wire;
	coverage->bytes_link += frame->wire - packet.bytes;
	return SEEP_OK;
}

/* Reads until the deltas fill a batch, or to the end. */
static int
fill(struct seep__capture *capture)
{
	struct seep__capinput *input;
	int status;

	while (seep__assembler_ready(capture->assembler)) {
		status = pick(capture, &input);
		if (status != SEEP_OK)
			return status;
		if (input == NULL) {
			capture->drained =
			    !seep__assembler_drain(capture->assembler);
			return SEEP_OK;
		}
		if (!input->used)
			status = take_frame(capture, input);
		if (status == SEEP_OK)
			status = advance(capture, input);
		if (status != SEEP_OK)
			return status;
	}
	return SEEP_OK;
}

/* Where names are told apart without a list, the first of them says so. */
static void
tell(struct seep__capture *capture, const struct seep_flow *flows, size_t count)
{
	size_t i;

	for (i = 0; i < count && !capture->told; i++)
		if ((flows[i].flags & SEEP_FLOW_NAME) != 0)
			seep__qname_tell(&capture->base,
					 capture->inputs[0].path,
					 &capture->told);
}

static int
next(struct seep_source *source, struct seep_flow *flows, size_t flows_max,
     size_t *count)
{
	struct seep__capture *capture = (struct seep__capture *)(void *)source;
	int status;

	if (!capture->peeked) {
		status = peek_all(capture);
		if (status != SEEP_OK)
			return status;
	}
	*count = seep__assembler_take(capture->assembler, flows, flows_max);
	while (*count == 0) {
		if (capture->drained)
			return SEEP_END;
		status = fill(capture);
		source->midway = status < 0;
		if (status != SEEP_OK)
			return status;
		*count =
		    seep__assembler_take(capture->assembler, flows, flows_max);
	}
	tell(capture, flows, *count);
	return SEEP_OK;
}

static void
release(struct seep_source *source)
{
	struct seep__capture *capture = (struct seep__capture *)(void *)source;
	size_t i;

	for (i = 0; i < capture->count; i++) {
		seep__capfile_close(capture->inputs[i].file);
		seep__input_drop(source, capture->inputs[i].input);
		drop_kept(capture, &capture->inputs[i]);
		seep__mem_put(source->mem, capture->inputs[i].path,
			      capture->inputs[i].size);
	}
	seep__mem_put(source->mem, capture->inputs,
		      capture->count * sizeof(*capture->inputs));
	seep__identity_free(capture->identity);
	seep__assembler_free(capture->assembler);
}

static const struct seep__source_ops capture_ops = {
    .next = next,
    .release = release,
    .kind = "capture",
    .save = seep__capture_save,
    .restore = seep__capture_restore,
};

static int
copy_paths(struct seep__capture *capture, const char *const *paths,
	   size_t count)
{
	struct seep__mem *mem = capture->base.mem;
	struct seep__capinput *input;
	size_t i;

	capture->inputs = seep__mem_zero(mem, count, sizeof(*input));
	if (capture->inputs == NULL)
		return seep__mem_why(mem);
	capture->count = count;
	for (i = 0; i < count; i++) {
		input = &capture->inputs[i];
		input->first_ns = INT64_MAX;
		input->size = strlen(paths[i]) + 1;
		input->path = seep__mem_get(mem, input->size);
		if (input->path == NULL)
			return seep__mem_why(mem);
		memcpy(input->path, paths[i], input->size);
	}
	return SEEP_OK;
}

static int
set_up(struct seep__capture *capture, const char *const *paths, size_t count)
{
	struct seep__assemble_opts assemble;
	int status;

	memset(&assemble, 0, sizeof(assemble));
	assemble.flows_max = capture->opts.flows_max;
	capture->roots = seep__source_sum_paths(paths, count);
	assemble.sensor = capture->opts.sensor;
	assemble.seed = capture->opts.seed;
	assemble.no_dpi = capture->opts.no_dpi;
	if (assemble.flows_max == 0)
		assemble.flows_max = FLOWS_MAX_DEFAULT;
	if (assemble.flows_max == UINT32_MAX)
		assemble.flows_max--;
	status = copy_paths(capture, paths, count);
	if (status == SEEP_OK)
		status =
		    seep__identity_new(&capture->identity, capture->base.mem);
	if (status == SEEP_OK)
		status =
		    seep__assembler_new(&capture->assembler, capture->base.mem,
					&assemble, &capture->base.coverage);
	capture->base.coverage.files = count;
	capture->base.progress.files_total = count;
	return status;
}

int
seep_capture_source_new(struct seep_source **source, const char *const *paths,
			size_t count, const struct seep_capture_opts *opts,
			const struct seep_alloc *alloc)
{
	struct seep_capture_opts copy;
	int status;

	assert(source != NULL && (paths != NULL || count == 0));
	*source = NULL;
	status = seep__opts_copy(&copy, sizeof(copy), opts);
	if (status != SEEP_OK || count == 0)
		return SEEP_EINVAL;
	status = seep__source_new(source, sizeof(struct seep__capture),
				  &capture_ops, alloc);
	if (status != SEEP_OK)
		return status;
	((struct seep__capture *)*source)->opts = copy;
	status = set_up((struct seep__capture *)*source, paths, count);
	if (status != SEEP_OK) {
		seep_source_free(*source);
		*source = NULL;
	}
	return status;
}

int
seep_capture_has_dpi(void)
{
	return seep__dpi_present();
}
