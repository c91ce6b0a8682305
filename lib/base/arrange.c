/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/arrange.h"

#include <assert.h>
#include <string.h>

/* Up to so many elements insertion is faster than parting them. */
#define FEW 12

/* From so many elements on a better pivot is worth its comparisons. */
#define MANY 128

/* Ranges wait for at most the logarithm of the count: the longer part of
 * each waits while the shorter one is arranged. */
#define WAITING_MAX 64

struct array {
	unsigned char *base;
	size_t size;
	int (*compare)(const void *, const void *);
};

/* struct range: elements [first, end), to be parted 'depth' times more. */
struct range {
	size_t first;
	size_t end;
	unsigned depth;
};

static unsigned char *
at(const struct array *array, size_t i)
{
	return array->base + i * array->size;
}

static int
is_less(const struct array *array, size_t i, size_t j)
{
	return array->compare(at(array, i), at(array, j)) < 0;
}

static void
swap(const struct array *array, size_t i, size_t j)
{
	unsigned char held[SEEP__ARRANGE_SIZE_MAX];

	assert(array->size <= sizeof(held));
	memcpy(held, at(array, i), array->size);
	memcpy(at(array, i), at(array, j), array->size);
	memcpy(at(array, j), held, array->size);
}

static int
is_ordered(const struct array *array, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (is_less(array, i, i - 1))
			return 0;
	return 1;
}

static void
insert_few(const struct array *array, const struct range *range)
{
	for (size_t i = range->first + 1; i < range->end; i++)
		for (size_t j = i; j > range->first && is_less(array, j, j - 1);
		     j--)
			swap(array, j, j - 1);
}

/* Lets element 'i' of a heap that begins at 'first' sink. */
static void
sink(const struct array *array, size_t first, size_t i, size_t count)
{
	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= count)
			return;
		if (child + 1 < count &&
		    is_less(array, first + child, first + child + 1))
			child++;
		if (!is_less(array, first + i, first + child))
			return;
		swap(array, first + i, first + child);
		i = child;
	}
}

static void
sort_heap(const struct array *array, const struct range *range)
{
	const size_t count = range->end - range->first;

	assert(range->first < range->end);
	for (size_t i = count / 2; i > 0; i--)
		sink(array, range->first, i - 1, count);
	for (size_t left = count; left > 1; left--) {
		swap(array, range->first, range->first + left - 1);
		sink(array, range->first, 0, left - 1);
	}
}

static size_t
median_of(const struct array *array, size_t a, size_t b, size_t c)
{
	if (is_less(array, a, b)) {
		if (is_less(array, b, c))
			return b;
		return is_less(array, a, c) ? c : a;
	}
	if (is_less(array, a, c))
		return a;
	return is_less(array, b, c) ? c : b;
}

/* The median of nine elements all over the range, of three in a short one
 * (Tukey's ninther). */
static size_t
choose_pivot(const struct array *array, const struct range *range)
{
	const size_t first = range->first;
	const size_t step = (range->end - first) / 8;
	const size_t middle = first + (range->end - first) / 2;
	const size_t last = range->end - 1;

	if (step < MANY / 8)
		return median_of(array, first, middle, last);
	return median_of(
	    array, median_of(array, first, first + step, first + 2 * step),
	    median_of(array, middle - step, middle, middle + step),
	    median_of(array, last - 2 * step, last - step, last));
}

/* Parts a range: what is before the returned place is not larger than the
 * element there, what is behind it is not smaller. */
static size_t
part(const struct array *array, const struct range *range)
{
	size_t low = range->first;
	size_t high = range->end;

	swap(array, range->first, choose_pivot(array, range));
	for (;;) {
		do
			low++;
		while (low < range->end && is_less(array, low, range->first));
		do
			high--;
		while (is_less(array, range->first, high));
		if (low >= high)
			break;
		swap(array, low, high);
	}
	swap(array, range->first, high);
	return high;
}

/* Arranges a range down to its last few; what waits goes to 'waiting'. */
static void
part_range(const struct array *array, struct range range, struct range *waiting,
	   size_t *count)
{
	while (range.end - range.first > FEW && range.depth > 0) {
		const size_t place = part(array, &range);
		struct range low = {range.first, place, range.depth - 1};
		struct range high = {place + 1, range.end, range.depth - 1};
		const int low_waits = place - range.first > range.end - place;

		assert(*count < WAITING_MAX);
		waiting[(*count)++] = low_waits ? low : high;
		range = low_waits ? high : low;
	}
	if (range.end - range.first > FEW)
		sort_heap(array, &range);
	else
		insert_few(array, &range);
}

void
seep__arrange(void *base, size_t count, size_t size,
	      int (*compare)(const void *, const void *))
{
	const struct array array = {base, size, compare};
	struct range waiting[WAITING_MAX];
	struct range whole = {0, count, 0};
	size_t held = 0;

	assert(size > 0 && size <= SEEP__ARRANGE_SIZE_MAX && compare);
	assert(base || count == 0);
	if (count < 2 || is_ordered(&array, count))
		return;
	for (size_t n = count; n > 1; n /= 2)
		whole.depth += 2;
	part_range(&array, whole, waiting, &held);
	while (held > 0) {
		const struct range next = waiting[--held];

		part_range(&array, next, waiting, &held);
	}
}
