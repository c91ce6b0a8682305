/* SPDX-License-Identifier: BSD-3-Clause */
#include "ledger/intern.h"

#include <assert.h>
#include <string.h>

#define INDEX_MIN 16

void
seep__intern_init(struct seep__intern *intern, struct seep__mem *mem,
		  const struct seep__hash_key *key)
{
	assert(mem != NULL && key != NULL);
	memset(intern, 0, sizeof(*intern));
	intern->mem = mem;
	intern->key = *key;
}

void
seep__intern_clear(struct seep__intern *intern)
{
	struct seep__hash_key key = intern->key;

	seep__mem_put(intern->mem, intern->addresses,
		      intern->room * sizeof(*intern->addresses));
	seep__mem_put(intern->mem, intern->index,
		      intern->index_size * sizeof(*intern->index));
	seep__intern_init(intern, intern->mem, &key);
}

/* The place in 'index' that holds 'address', or the free one for it. */
static uint32_t *
place(const struct seep__intern *intern, uint32_t *index, size_t index_size,
      const struct seep_address *address)
{
	size_t at = seep__hash_bytes(&intern->key, address, sizeof(*address)) &
		    (index_size - 1);

	assert(index_size != 0 && (index_size & (index_size - 1)) == 0);
	while (index[at] != 0 && memcmp(&intern->addresses[index[at] - 1],
					address, sizeof(*address)) != 0)
		at = (at + 1) & (index_size - 1);
	return &index[at];
}

static int
grow_index(struct seep__intern *intern)
{
	size_t size = intern->index_size * 2;
	uint32_t *index;
	size_t i;

	if (size < INDEX_MIN)
		size = INDEX_MIN;
	index = seep__mem_zero(intern->mem, size, sizeof(*index));
	if (index == NULL)
		return seep__mem_why(intern->mem);
	for (i = 0; i < intern->count; i++)
		*place(intern, index, size, &intern->addresses[i]) =
		    (uint32_t)(i + 1);
	seep__mem_put(intern->mem, intern->index,
		      intern->index_size * sizeof(*intern->index));
	intern->index = index;
	intern->index_size = size;
	return SEEP_OK;
}

static int
add_new(struct seep__intern *intern, const struct seep_address *address)
{
	void *addresses = intern->addresses;
	int status;

	if (intern->count >= UINT32_MAX - 1)
		return SEEP_ENOMEM;
	status = seep__mem_grow(intern->mem, &addresses, &intern->room,
				intern->count + 1, sizeof(*address));
	intern->addresses = addresses;
	if (status != SEEP_OK)
		return status;
	if (intern->index_size / 2 <= intern->count) {
		status = grow_index(intern);
		if (status != SEEP_OK)
			return status;
	}
	intern->addresses[intern->count++] = *address;
	*place(intern, intern->index, intern->index_size, address) =
	    (uint32_t)intern->count;
	return SEEP_OK;
}

int
seep__intern_add(struct seep__intern *intern,
		 const struct seep_address *address, uint32_t *number)
{
	int status;

	assert(address != NULL && number != NULL);
	if (intern->index_size != 0) {
		uint32_t *found =
		    place(intern, intern->index, intern->index_size, address);

		if (*found != 0) {
			*number = *found - 1;
			return SEEP_OK;
		}
	}
	status = add_new(intern, address);
	if (status == SEEP_OK)
		*number = (uint32_t)(intern->count - 1);
	return status;
}

uint64_t
seep__intern_bytes(const struct seep__intern *intern)
{
	return intern->room * sizeof(*intern->addresses) +
	       intern->index_size * sizeof(*intern->index);
}

void
seep__intern_keep(struct seep__intern *intern, uint32_t *number)
{
	size_t kept = 0;
	size_t i;

	assert(number != NULL || intern->count == 0);
	for (i = 0; i < intern->count; i++) {
		if (number[i] == UINT32_MAX)
			continue;
		intern->addresses[kept] = intern->addresses[i];
		number[i] = (uint32_t)kept++;
	}
	intern->count = kept;
	if (intern->index_size == 0)
		return;
	memset(intern->index, 0, intern->index_size * sizeof(*intern->index));
	for (i = 0; i < kept; i++)
		*place(intern, intern->index, intern->index_size,
		       &intern->addresses[i]) = (uint32_t)(i + 1);
}
