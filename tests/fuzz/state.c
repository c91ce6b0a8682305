/* SPDX-License-Identifier: BSD-3-Clause */
#include "fuzz/state.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/pack.h"

#define BATCH 4
#define BATCHES_MAX 32

/* The flows that a small evidence can give, and a forged state hold. */
#define FLOWS_MAX 100000

static size_t
read_batches(struct seep_source *source, size_t most, int *status)
{
	struct seep_flow flows[BATCH];
	size_t batches = 0, count;

	*status = SEEP_OK;
	while (batches < most) {
		*status = seep_source_next(source, flows, BATCH, &count);
		if (*status != SEEP_OK)
			break;
		FUZZ_CHECK(count > 0 && count <= BATCH);
		batches++;
	}
	return batches;
}

static struct fuzz_bytes
save(struct seep_source *source)
{
	struct fuzz_bytes state = {NULL, 0, 0, 0};

	FUZZ_CHECK(seep_source_save(source, fuzz_write, &state) == SEEP_OK);
	return state;
}

static void
mend(struct fuzz_bytes *state)
{
	const size_t least = SEEP__PACK_HEAD + SEEP__PACK_SUM;
	size_t at = 16;

	seep__le32_put(state->data + 12,
		       (uint32_t)seep__hash_checksum(state->data, 12));
	while (at <= state->size && state->size - at >= least) {
		struct seep__cursor cursor;
		size_t payload;

		seep__cursor_init(&cursor, state->data + at + 12, 4);
		payload = seep__cursor_le32(&cursor) & 0x7fffffff;
		if (payload > state->size - at - least)
			return;
		payload += SEEP__PACK_HEAD;
		seep__le64_put(state->data + at + payload,
			       seep__hash_checksum(state->data + at, payload));
		at += payload + SEEP__PACK_SUM;
	}
}

static void
check_refused(struct seep_source *source, int status, const char *section)
{
	struct seep_notice notice;
	int damaged = status == SEEP_EFORMAT || status == SEEP_ECHECKSUM ||
		      status == SEEP_EVERSION;

	FUZZ_CHECK(damaged || status == SEEP_EMISMATCH);
	FUZZ_CHECK((section != NULL) == damaged);
	if (!damaged)
		FUZZ_CHECK(seep_source_notice(source, &notice) == SEEP_OK);
}

void
fuzz_state(fuzz_source_fn make, const uint8_t *data, size_t size)
{
	struct fuzz_take take = {data, size};
	struct seep_source *source = make();
	size_t batches = fuzz_u8(&take) % BATCHES_MAX;
	int mended = fuzz_u8(&take) & 1, status;
	const char *section = NULL;
	struct fuzz_bytes state;

	(void)read_batches(source, batches, &status);
	state = save(source);
	seep_source_free(source);
	while (take.size >= 4) {
		size_t at = (size_t)fuzz_uint(&take, 3) % state.size;

		state.data[at] = fuzz_u8(&take);
	}
	if (mended)
		mend(&state);
	source = make();
	status = seep_source_restore(source, fuzz_read, &state, &section);
	free(state.data);
	if (status != SEEP_OK) {
		check_refused(source, status, section);
	} else {
		state = save(source);
		free(state.data);
		(void)read_batches(source, FLOWS_MAX, &status);
		FUZZ_CHECK(status == SEEP_END);
	}
	seep_source_free(source);
}
