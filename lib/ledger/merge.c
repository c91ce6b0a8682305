/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * merge.c - cases put together: what is taken, what is refused, and why.
 *
 * Which parts are left out is a property of the set of parts: a part whose
 * inputs are all in another one's. That makes the order and the grouping of
 * cases not matter, as long as nothing is refused.
 */
#include "ledger/case.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/opts.h"
#include "ledger/engine.h"
#include "ledger/site.h"

/* struct job: one merge. */
struct job {
	const struct seep_merge_opts *opts;
	struct seep__merge_part *parts;
	size_t count;
	struct seep__mem *mem;
	const struct seep_snapshot **list; /* room for 'count' */
	int refused;
};

static void
tell(struct job *job, enum seep_merge_event event,
     const struct seep__merge_part *a, const struct seep__merge_part *b,
     const char *what, const char *other)
{
	const struct seep_merge_note note = {
	    .event = event,
	    .a = a->from,
	    .b = b->from,
	    .sensor = a->snapshot->origin.sensor,
	    .what = what,
	    .other = other,
	};

	assert(event <= SEEP_MERGE_TOO_LARGE);
	job->refused |= event >= SEEP_MERGE_SITE;
	if (job->opts->tell != NULL)
		job->opts->tell(job->opts->ctx, &note);
}

static const struct seep__origin *
origin_of(const struct seep__merge_part *part)
{
	return &part->snapshot->origin;
}

static int
compare_parts(const void *a, const void *b)
{
	const struct seep__merge_part *x = a, *y = b;
	int order = strcmp(origin_of(x)->sensor, origin_of(y)->sensor);

	return order != 0 ? order : (x->from > y->from) - (x->from < y->from);
}

static int
feed_sum(void *ctx, const void *data, size_t size)
{
	seep__hash_stream_feed(ctx, data, size);
	return 0;
}

static int
sum_case(const struct seep_snapshot *snapshot, uint64_t *sum)
{
	struct seep__hash_stream stream;
	int status;

	seep__hash_stream_init(&stream);
	status = seep_snapshot_save(snapshot, feed_sum, &stream);
	*sum = seep__hash_stream_sum(&stream);
	return status;
}

/* Of two with the same inputs, is 'a' the one that is left out? Equal ones
 * save as the same bytes: either will do, so the later is. */
static int
is_lesser(const struct seep__merge_part *a, const struct seep__merge_part *b,
	  int *status)
{
	const uint64_t x = a->snapshot->coverage.bytes_seen;
	const uint64_t y = b->snapshot->coverage.bytes_seen;
	uint64_t sums[2];

	if (x != y)
		return x < y;
	*status = sum_case(a->snapshot, &sums[0]);
	if (*status == SEEP_OK)
		*status = sum_case(b->snapshot, &sums[1]);
	if (*status != SEEP_OK)
		return 0;
	return sums[0] != sums[1] ? sums[0] > sums[1] : a > b;
}

/* How many inputs of 'a' are in 'b' too. */
static size_t
count_shared(const struct seep__origin *a, const struct seep__origin *b)
{
	size_t at = 0;
	size_t count = 0;

	while (seep__origin_shared(a, b, &at) != NULL)
		count++;
	return count;
}

/* Is all of 'a' known, and in 'b' too? */
static int
is_within(const struct seep__origin *a, const struct seep__origin *b)
{
	return a->count > 0 && seep__origin_known(a) &&
	       count_shared(a, b) == a->count;
}

/* Of a pair of one sensor, finds the one that is left out, if either is. */
static int
leave_out(struct job *job, struct seep__merge_part *a,
	  struct seep__merge_part *b)
{
	const int a_in_b = is_within(origin_of(a), origin_of(b));
	const int b_in_a = is_within(origin_of(b), origin_of(a));
	int status = SEEP_OK;
	int a_goes = a_in_b;

	assert(!a->is_within && !b->is_within);
	if (a_in_b && b_in_a)
		a_goes = is_lesser(a, b, &status);
	if (status != SEEP_OK || (!a_in_b && !b_in_a))
		return status;
	if (a_goes)
		a->is_within = 1;
	else
		b->is_within = 1;
	tell(job, SEEP_MERGE_WITHIN, a_goes ? a : b, a_goes ? b : a, NULL,
	     NULL);
	return SEEP_OK;
}

/* Do two parts of one sensor that are both taken hold different rows? */
static void
check_pair(struct job *job, const struct seep__merge_part *a,
	   const struct seep__merge_part *b)
{
	const struct seep__origin *x = origin_of(a);
	const struct seep__origin *y = origin_of(b);
	const struct seep_input *other;
	size_t at = 0;

	assert(a != b);
	while ((other = seep__origin_shared(x, y, &at)) != NULL)
		tell(job, SEEP_MERGE_OVERLAP, a, b, x->inputs[at - 1].name,
		     other->name);
	if (!seep__origin_known(x) || !seep__origin_known(y))
		tell(job,
		     job->opts->unchecked ? SEEP_MERGE_UNCHECKED
					  : SEEP_MERGE_UNCHECKABLE,
		     a, b, NULL, NULL);
}

static void
check_settings(struct job *job, const struct seep__merge_part *first,
	       size_t count)
{
	for (size_t i = 1; i < count; i++) {
		const char *what = seep__origin_differs(origin_of(first),
							origin_of(&first[i]));

		if (what != NULL)
			tell(job, SEEP_MERGE_SETTING, first, &first[i], what,
			     NULL);
	}
}

/* struct start: an input of a part that is taken. */
struct start {
	const struct seep_input *input;
	const struct seep__merge_part *part;
};

static int
compare_starts(const void *a, const void *b)
{
	const struct start *x = a, *y = b;
	int order = strcmp(x->input->name, y->input->name);

	if (order == 0)
		order = (x->input->first_ns > y->input->first_ns) -
			(x->input->first_ns < y->input->first_ns);
	return order != 0 ? order : (x->part > y->part) - (x->part < y->part);
}

static size_t
list_starts(const struct seep__merge_part *first, size_t count,
	    struct start *starts)
{
	size_t listed = 0;

	for (size_t i = 0; i < count; i++) {
		const struct seep__origin *origin = origin_of(&first[i]);

		for (size_t j = 0; j < origin->count && !first[i].is_within;
		     j++) {
			if (origin->inputs[j].records == 0)
				continue;
			if (starts != NULL) {
				starts[listed].input = &origin->inputs[j];
				starts[listed].part = &first[i];
			}
			listed++;
		}
	}
	return listed;
}

/* Tells inputs of two parts that begin alike. */
static int
find_alike(struct job *job, const struct seep__merge_part *first, size_t count)
{
	size_t room = list_starts(first, count, NULL);
	struct start *starts;

	if (room == 0)
		return SEEP_OK;
	starts = seep__mem_zero(job->mem, room, sizeof(*starts));
	if (starts == NULL)
		return SEEP_ENOMEM;
	(void)list_starts(first, count, starts);
	qsort(starts, room, sizeof(*starts), compare_starts);
	for (size_t i = 1; i < room; i++) {
		const struct seep_input *a = starts[i - 1].input;
		const struct seep_input *b = starts[i].input;

		if (starts[i - 1].part != starts[i].part &&
		    a->first_ns == b->first_ns && strcmp(a->name, b->name) == 0)
			tell(job, SEEP_MERGE_ALIKE, starts[i - 1].part,
			     starts[i].part, a->name, b->name);
	}
	seep__mem_put(job->mem, starts, room * sizeof(*starts));
	return SEEP_OK;
}

/* Decides what of one sensor is taken. */
static int
plan_sensor(struct job *job, struct seep__merge_part *first, size_t count)
{
	check_settings(job, first, count);
	for (size_t i = 0; i < count; i++)
		for (size_t j = i + 1; j < count; j++) {
			int status = SEEP_OK;

			if (!first[i].is_within && !first[j].is_within)
				status = leave_out(job, &first[i], &first[j]);
			if (status != SEEP_OK)
				return status;
		}
	for (size_t i = 0; i < count; i++)
		for (size_t j = i + 1; j < count; j++)
			if (!first[i].is_within && !first[j].is_within)
				check_pair(job, &first[i], &first[j]);
	return find_alike(job, first, count);
}

static size_t
count_sensor(const struct job *job, size_t first)
{
	const char *sensor = origin_of(&job->parts[first])->sensor;
	size_t end = first;

	while (end < job->count &&
	       strcmp(origin_of(&job->parts[end])->sensor, sensor) == 0)
		end++;
	return end - first;
}

static int
plan(struct job *job)
{
	int status = SEEP_OK;
	size_t count;

	for (size_t i = 1; i < job->count; i++)
		if (!seep__site_equal(job->parts[0].snapshot->site,
				      job->parts[i].snapshot->site))
			tell(job, SEEP_MERGE_SITE, &job->parts[0],
			     &job->parts[i], NULL, NULL);
	for (size_t i = 0; i < job->count && status == SEEP_OK; i += count) {
		count = count_sensor(job, i);
		status = plan_sensor(job, &job->parts[i], count);
	}
	if (status != SEEP_OK)
		return status;
	return job->refused ? SEEP_EMISMATCH : SEEP_OK;
}

/* Adds up what is taken of one sensor. */
static int
unite_sensor(struct job *job, size_t first, size_t count,
	     struct seep_case *merged)
{
	const struct seep_alloc *alloc = seep__case_alloc(merged);
	struct seep_snapshot *part;
	size_t taken = 0;
	int status;

	for (size_t i = first; i < first + count; i++)
		if (!job->parts[i].is_within)
			job->list[taken++] = job->parts[i].snapshot;
	assert(taken > 0);
	status =
	    seep__merge(&part, job->list, taken, job->opts->memory_max, alloc);
	/* Everything else that could not fit was refused before. */
	if (status == SEEP_EMISMATCH)
		tell(job, SEEP_MERGE_TOO_LARGE, &job->parts[first],
		     &job->parts[first], NULL, NULL);
	return status == SEEP_OK ? seep__case_add(merged, part) : status;
}

static int
unite_all(struct job *job, struct seep_case *merged)
{
	int status = SEEP_OK;
	size_t count;

	for (size_t i = 0; i < job->count && status == SEEP_OK; i += count) {
		count = count_sensor(job, i);
		status = unite_sensor(job, i, count, merged);
	}
	return status;
}

int
seep__case_unite(struct seep_case **merged, struct seep__merge_part *parts,
		 size_t count, const struct seep_merge_opts *opts,
		 const struct seep_alloc *alloc)
{
	struct job job = {.opts = opts, .parts = parts, .count = count};
	struct seep_case *made;
	int status = seep__case_new(&made, alloc);

	assert(count > 0 && opts != NULL);
	*merged = NULL;
	if (status != SEEP_OK)
		return status;
	job.mem = made->mem;
	qsort(parts, count, sizeof(*parts), compare_parts);
	status = plan(&job);
	if (status == SEEP_OK) {
		job.list = seep__mem_zero(made->mem, count, sizeof(*job.list));
		status = job.list != NULL ? unite_all(&job, made) : SEEP_ENOMEM;
		seep__mem_put(made->mem, job.list, count * sizeof(*job.list));
	}
	if (status == SEEP_OK)
		*merged = made;
	else
		seep_case_free(made);
	return status;
}

static size_t
count_parts(const struct seep_case *const *cases, size_t count)
{
	size_t parts = 0;

	for (size_t i = 0; i < count; i++)
		parts += cases[i]->count;
	return parts;
}

static void
list_parts(const struct seep_case *const *cases, size_t count,
	   struct seep__merge_part *parts)
{
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < cases[i]->count; j++) {
			parts->snapshot = cases[i]->parts[j];
			parts->from = i;
			parts++;
		}
}

int
seep_case_merge(struct seep_case **merged, const struct seep_case *const *cases,
		size_t count, const struct seep_merge_opts *opts,
		const struct seep_alloc *alloc)
{
	struct seep__merge_part *parts;
	struct seep_merge_opts own;
	struct seep__mem *mem;
	size_t room;
	int status;

	assert(merged != NULL);
	*merged = NULL;
	if (count == 0 || cases == NULL ||
	    seep__opts_copy(&own, sizeof(own), opts) != SEEP_OK)
		return SEEP_EINVAL;
	status = seep__mem_new(&mem, alloc, 0);
	if (status != SEEP_OK)
		return status;
	room = count_parts(cases, count);
	parts = seep__mem_zero(mem, room, sizeof(*parts));
	status = SEEP_ENOMEM;
	if (parts != NULL) {
		list_parts(cases, count, parts);
		status = seep__case_unite(merged, parts, room, &own, alloc);
	}
	seep__mem_put(mem, parts, room * sizeof(*parts));
	seep__mem_unref(mem);
	return status;
}

int
seep__case_of(struct seep_case **merged,
	      const struct seep_snapshot *const *snapshots, size_t count,
	      uint64_t memory_max, const struct seep_alloc *alloc)
{
	const struct seep_merge_opts opts = {
	    .size = sizeof(opts), .unchecked = 1, .memory_max = memory_max};
	struct seep__merge_part *parts;
	struct seep__mem *mem;
	int status;

	assert(count > 0);
	*merged = NULL;
	status = seep__mem_new(&mem, alloc, 0);
	if (status != SEEP_OK)
		return status;
	parts = seep__mem_zero(mem, count, sizeof(*parts));
	status = SEEP_ENOMEM;
	if (parts != NULL) {
		for (size_t i = 0; i < count; i++) {
			parts[i].snapshot = snapshots[i];
			parts[i].from = i;
		}
		status = seep__case_unite(merged, parts, count, &opts, alloc);
	}
	seep__mem_put(mem, parts, count * sizeof(*parts));
	seep__mem_unref(mem);
	return status;
}
