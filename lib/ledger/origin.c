/* SPDX-License-Identifier: BSD-3-Clause */
#include "ledger/origin.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <seep/status.h>

#include "base/opts.h"

int
seep_sensor_is_name(const char *name)
{
	size_t size = 0;

	if (name == NULL)
		return 0;
	for (; name[size] != '\0'; size++)
		if (name[size] <= ' ' || name[size] > '~' ||
		    size == SEEP_SENSOR_SIZE_MAX)
			return 0;
	return 1;
}

void
seep__origin_init(struct seep__origin *origin, struct seep__mem *mem)
{
	assert(mem != NULL);
	memset(origin, 0, sizeof(*origin));
	origin->mem = mem;
	origin->sorted = 1;
}

static void
put_name(struct seep__mem *mem, const char *name)
{
	/* It was made by copy_name(). */
	seep__mem_put(mem, (void *)(uintptr_t)name, strlen(name) + 1);
}

void
seep__origin_clear(struct seep__origin *origin)
{
	assert(origin != NULL);
	for (size_t i = 0; i < origin->count; i++)
		put_name(origin->mem, origin->inputs[i].name);
	seep__mem_put(origin->mem, origin->inputs,
		      origin->room * sizeof(*origin->inputs));
	origin->inputs = NULL;
	origin->count = origin->room = 0;
}

int
seep__origin_set(struct seep__origin *origin, const struct seep_origin *from)
{
	struct seep_origin own;

	assert(origin->count == 0);
	if (seep__opts_copy(&own, sizeof(own), from) != SEEP_OK)
		return SEEP_EINVAL;
	if (own.kind >= SEEP_ORIGIN_COUNT || own.dedup > 1 ||
	    own.inputs_listed > 1)
		return SEEP_EINVAL;
	if (own.sensor != NULL) {
		if (!seep_sensor_is_name(own.sensor))
			return SEEP_EINVAL;
		memcpy(origin->sensor, own.sensor, strlen(own.sensor) + 1);
	}
	origin->kind = (uint8_t)own.kind;
	origin->dedup = (uint8_t)own.dedup;
	origin->listed = (uint8_t)own.inputs_listed;
	origin->link_bits_per_s = own.link_bits_per_s;
	return SEEP_OK;
}

static int
is_zero(const uint8_t hash[32])
{
	static const uint8_t zero[32];

	return memcmp(hash, zero, sizeof(zero)) == 0;
}

int
seep__origin_is_input(const struct seep_input *input)
{
	size_t size;

	if (input->name == NULL || input->hashed > 1 || input->damaged > 1)
		return 0;
	size = strlen(input->name);
	if (size == 0 || size > SEEP_INPUT_NAME_MAX ||
	    strchr(input->name, '/') != NULL)
		return 0;
	if (!input->hashed &&
	    !(is_zero(input->sha256) && is_zero(input->content_sha256)))
		return 0;
	return input->first_ns <= input->last_ns ||
	       (input->first_ns == INT64_MAX && input->last_ns == INT64_MIN);
}

static const char *
copy_name(struct seep__mem *mem, const char *name)
{
	size_t size = strlen(name) + 1;
	char *copy = seep__mem_get(mem, size);

	if (copy != NULL)
		memcpy(copy, name, size);
	return copy;
}

int
seep__origin_add(struct seep__origin *origin, const struct seep_input *input)
{
	void *inputs = origin->inputs;
	const char *name;
	int status;

	assert(input != NULL);
	if (!seep__origin_is_input(input))
		return SEEP_EINVAL;
	status = seep__mem_grow(origin->mem, &inputs, &origin->room,
				origin->count + 1, sizeof(*origin->inputs));
	origin->inputs = inputs;
	if (status != SEEP_OK)
		return status;
	name = copy_name(origin->mem, input->name);
	if (name == NULL)
		return seep__mem_why(origin->mem);
	origin->inputs[origin->count] = *input;
	origin->inputs[origin->count].name = name;
	memset(origin->inputs[origin->count].reserved, 0,
	       sizeof(input->reserved));
	origin->sorted = origin->sorted &&
			 (origin->count == 0 ||
			  seep__origin_compare(
			      &origin->inputs[origin->count - 1], input) < 0);
	origin->count++;
	return SEEP_OK;
}

int
seep__origin_unite(struct seep__origin *origin, const struct seep__origin *from)
{
	int status = SEEP_OK;

	assert(origin != from);
	for (size_t i = 0; i < from->count && status == SEEP_OK; i++)
		status = seep__origin_add(origin, &from->inputs[i]);
	origin->listed &= from->listed;
	return status;
}

static int
compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

int
seep__origin_compare(const struct seep_input *a, const struct seep_input *b)
{
	int order;

	assert(a != NULL && b != NULL);
	order = memcmp(a->content_sha256, b->content_sha256, 32);
	if (order == 0)
		order = memcmp(a->sha256, b->sha256, 32);
	/* The same bytes are one input, whatever else is said of them. */
	if (order != 0 || (a->hashed && b->hashed))
		return order;
	order = compare_numbers(a->hashed, b->hashed);
	if (order == 0)
		order = strcmp(a->name, b->name);
	if (order == 0)
		order = compare_numbers(a->bytes, b->bytes);
	if (order == 0)
		order = compare_numbers(a->records, b->records);
	/* Times of the two signs differ in their top bit: any fixed order. */
	if (order == 0)
		order = compare_numbers((uint64_t)a->first_ns,
					(uint64_t)b->first_ns);
	if (order == 0)
		order =
		    compare_numbers((uint64_t)a->last_ns, (uint64_t)b->last_ns);
	return order != 0 ? order : compare_numbers(a->damaged, b->damaged);
}

static int
compare_inputs(const void *a, const void *b)
{
	return seep__origin_compare(a, b);
}

/* Of two that are one input each field is decided by itself, so that the
 * order of three does not matter. */
static void
join_inputs(struct seep__mem *mem, struct seep_input *into,
	    const struct seep_input *other)
{
	if (strcmp(other->name, into->name) < 0) {
		put_name(mem, into->name);
		into->name = other->name;
	} else {
		put_name(mem, other->name);
	}
	if (other->bytes > into->bytes)
		into->bytes = other->bytes;
	if (other->records > into->records)
		into->records = other->records;
	if (other->first_ns < into->first_ns)
		into->first_ns = other->first_ns;
	if (other->last_ns > into->last_ns)
		into->last_ns = other->last_ns;
	into->damaged |= other->damaged;
}

void
seep__origin_sort(struct seep__origin *origin)
{
	size_t kept = 0;

	if (origin->sorted)
		return;
	assert(origin->count > 1);
	qsort(origin->inputs, origin->count, sizeof(*origin->inputs),
	      compare_inputs);
	for (size_t i = 1; i < origin->count; i++) {
		if (seep__origin_compare(&origin->inputs[kept],
					 &origin->inputs[i]) == 0)
			join_inputs(origin->mem, &origin->inputs[kept],
				    &origin->inputs[i]);
		else
			origin->inputs[++kept] = origin->inputs[i];
	}
	origin->count = kept + 1;
	origin->sorted = 1;
}

int
seep__origin_copy(struct seep__origin *to, const struct seep__origin *from)
{
	int status;

	assert(to->count == 0);
	memcpy(to->sensor, from->sensor, sizeof(to->sensor));
	to->kind = from->kind;
	to->dedup = from->dedup;
	to->listed = from->listed;
	to->link_bits_per_s = from->link_bits_per_s;
	status = seep__origin_unite(to, from);
	if (status == SEEP_OK)
		seep__origin_sort(to);
	return status;
}

const char *
seep__origin_differs(const struct seep__origin *a, const struct seep__origin *b)
{
	assert(a != NULL && b != NULL);
	if (strcmp(a->sensor, b->sensor) != 0)
		return "sensor";
	if (a->kind != b->kind)
		return "kind of input";
	if (a->dedup != b->dedup)
		return "dedup";
	if (a->link_bits_per_s != b->link_bits_per_s)
		return "link speed";
	return NULL;
}

int
seep__origin_known(const struct seep__origin *origin)
{
	int known = origin->listed;

	for (size_t i = 0; i < origin->count; i++)
		known &= (int)origin->inputs[i].hashed;
	return known;
}

const struct seep_input *
seep__origin_shared(const struct seep__origin *a, const struct seep__origin *b,
		    size_t *at)
{
	assert(a->sorted && b->sorted);
	while (*at < a->count) {
		const struct seep_input *input = &a->inputs[(*at)++];
		size_t low = 0;
		size_t high = b->count;

		while (input->hashed && low < high) {
			size_t middle = low + (high - low) / 2;

			if (memcmp(b->inputs[middle].content_sha256,
				   input->content_sha256, 32) < 0)
				low = middle + 1;
			else
				high = middle;
		}
		if (input->hashed && low < b->count && b->inputs[low].hashed &&
		    memcmp(b->inputs[low].content_sha256, input->content_sha256,
			   32) == 0)
			return &b->inputs[low];
	}
	return NULL;
}
