/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/findings.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Findings without an earlier time are ranks, and a rank has always a
 * first: ten are what a person looks at in an hour. */
#define CONTRAST_MAX 10

int
seep__findings_new(struct seep_findings **findings, struct seep__mem *mem)
{
	struct seep_findings *made = seep__mem_zero(mem, 1, sizeof(*made));

	*findings = made;
	if (!made) {
		const int rc = seep__mem_why(mem);

		seep__mem_unref(mem);
		return rc;
	}
	made->mem = mem;
	seep__arena_init(&made->out, mem);
	seep_coverage_init(&made->evidence.coverage);
	return SEEP_OK;
}

void
seep_findings_free(struct seep_findings *findings)
{
	struct seep__mem *mem;

	if (!findings)
		return;
	mem = findings->mem;
	seep__arena_clear(&findings->out);
	seep__mem_put(mem, findings, sizeof(*findings));
	seep__mem_unref(mem);
}

static int
compare_finding(const void *a, const void *b)
{
	const struct seep_finding *x = a;
	const struct seep_finding *y = b;

	if (x->score_tenths != y->score_tenths)
		return x->score_tenths > y->score_tenths ? -1 : 1;
	/* Entities are in address order. */
	if (x->entity != y->entity)
		return x->entity < y->entity ? -1 : 1;
	if (x->detected_at_ns != y->detected_at_ns)
		return x->detected_at_ns < y->detected_at_ns ? -1 : 1;
	if (x->direction != y->direction)
		return x->direction < y->direction ? -1 : 1;
	return strcmp(x->id, y->id);
}

int
seep__findings_set(struct seep_findings *findings, struct seep_finding *list,
		   size_t count)
{
	size_t contrasts = 0;
	size_t kept = 0;

	if (count)
		qsort(list, count, sizeof(*list), compare_finding);
	for (size_t i = 0; i < count; i++) {
		if (list[i].basis == SEEP_BASIS_CONTRAST &&
		    ++contrasts > CONTRAST_MAX)
			continue;
		list[kept++] = list[i];
	}
	findings->list =
	    seep__arena_copy(&findings->out, list, kept, sizeof(*list));
	if (!findings->list)
		return seep__mem_why(findings->mem);
	findings->count = kept;
	return SEEP_OK;
}

int
seep_findings_next(const struct seep_findings *findings, size_t *cursor,
		   const struct seep_finding **finding)
{
	assert(findings && cursor && finding);
	*finding = NULL;
	if (*cursor >= findings->count)
		return SEEP_END;
	*finding = &findings->list[(*cursor)++];
	return SEEP_OK;
}

size_t
seep_findings_count(const struct seep_findings *findings)
{
	assert(findings);
	return findings->count;
}

int
seep_findings_next_entity(const struct seep_findings *findings, size_t *cursor,
			  const struct seep_entity **entity)
{
	assert(findings && cursor && entity);
	*entity = NULL;
	if (*cursor >= findings->entities_count)
		return SEEP_END;
	*entity = &findings->entities[(*cursor)++];
	return SEEP_OK;
}

const struct seep_evidence *
seep_findings_evidence(const struct seep_findings *findings)
{
	assert(findings);
	return &findings->evidence;
}
