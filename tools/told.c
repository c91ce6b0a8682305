/* SPDX-License-Identifier: BSD-3-Clause */
#include "told.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int
told_keep(struct told *told, const char *id)
{
	assert(told != NULL && id != NULL);
	for (size_t i = 0; i < told->count; i++)
		if (strcmp(told->ids[i], id) == 0)
			return 0;
	if (told->count == told->room) {
		size_t room = told->room == 0 ? 16 : told->room * 2;
		void *grown = realloc(told->ids, room * sizeof(told->ids[0]));

		if (grown == NULL)
			return -1;
		told->ids = grown;
		told->room = room;
	}
	memcpy(told->ids[told->count++], id, sizeof(told->ids[0]));
	return 1;
}

void
told_clear(struct told *told)
{
	assert(told != NULL);
	free(told->ids);
	memset(told, 0, sizeof(*told));
}

void
told_save(const struct told *told, struct parts_writer *writer)
{
	assert(told != NULL);
	parts_u64(writer, (uint64_t)told->hour);
	parts_u64(writer, told->count);
	for (size_t i = 0; i < told->count; i++)
		(void)parts_write(writer, told->ids[i], sizeof(told->ids[0]));
}

int
told_restore(struct told *told, struct parts_reader *reader)
{
	char id[sizeof(told->ids[0])];
	uint64_t count;

	assert(told != NULL && told->count == 0);
	told->hour = (int64_t)parts_get_u64(reader, INT64_MAX);
	count = parts_get_u64(reader, SIZE_MAX);
	for (; count > 0 && reader->why == NULL; count--) {
		parts_get(reader, id, sizeof(id));
		id[sizeof(id) - 1] = '\0';
		if (told_keep(told, id) < 0)
			return -1;
	}
	return 0;
}
