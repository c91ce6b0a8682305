/* SPDX-License-Identifier: BSD-3-Clause */
#include "ledger/case.h"

#include <assert.h>
#include <string.h>

#include "ledger/frame.h"
#include "ledger/restore.h"
#include "ledger/save.h"
#include "ledger/site.h"

int
seep__case_new(struct seep_case **seep_case, const struct seep_alloc *alloc)
{
	struct seep_case *made;
	struct seep__mem *mem;
	int status;

	assert(seep_case != NULL);
	*seep_case = NULL;
	status = seep__mem_new(&mem, alloc, 0);
	if (status != SEEP_OK)
		return status;
	made = seep__mem_zero(mem, 1, sizeof(*made));
	if (made == NULL) {
		seep__mem_unref(mem);
		return SEEP_ENOMEM;
	}
	made->mem = mem;
	if (alloc != NULL) {
		made->alloc = *alloc;
		made->has_alloc = 1;
	}
	*seep_case = made;
	return SEEP_OK;
}

void
seep_case_free(struct seep_case *seep_case)
{
	struct seep__mem *mem;

	if (seep_case == NULL)
		return;
	mem = seep_case->mem;
	for (size_t i = 0; i < seep_case->count; i++)
		seep_snapshot_free(seep_case->parts[i]);
	seep_snapshot_free(seep_case->selected);
	seep__mem_put(mem, seep_case->parts,
		      seep_case->room * sizeof(struct seep_snapshot *));
	seep__mem_put(mem, seep_case, sizeof(*seep_case));
	seep__mem_unref(mem);
}

const struct seep_alloc *
seep__case_alloc(const struct seep_case *seep_case)
{
	return seep_case->has_alloc ? &seep_case->alloc : NULL;
}

int
seep__case_add(struct seep_case *seep_case, struct seep_snapshot *part)
{
	void *parts = seep_case->parts;
	int status;

	assert(part != NULL && seep_case->selected == NULL);
	status = seep__mem_grow(seep_case->mem, &parts, &seep_case->room,
				seep_case->count + 1,
				sizeof(struct seep_snapshot *));
	seep_case->parts = parts;
	if (status != SEEP_OK) {
		seep_snapshot_free(part);
		return status;
	}
	seep_case->parts[seep_case->count++] = part;
	return SEEP_OK;
}

/* May 'part' stand behind the parts so far? One that is of the same site and
 * a sensor whose name sorts behind theirs. */
static int
is_next(const struct seep_case *seep_case, const struct seep_snapshot *part)
{
	const struct seep_snapshot *last;

	if (seep_case->count == 0)
		return 1;
	last = seep_case->parts[seep_case->count - 1];
	return strcmp(last->origin.sensor, part->origin.sensor) < 0 &&
	       seep__site_equal(last->site, part->site);
}

static int
restore_parts(struct seep_case *made, seep_read_fn read, void *ctx,
	      uint64_t memory_max, const char **section,
	      const struct seep_alloc *alloc)
{
	struct seep_snapshot *part;
	int more = 1;

	while (more) {
		int status = seep__restore_part(&part, read, ctx, memory_max,
						&more, section, alloc);

		if (status != SEEP_OK)
			return status;
		if (!is_next(made, part)) {
			seep_snapshot_free(part);
			*section = seep__section_name(SEEP__SECTION_ORIGIN);
			return SEEP_EFORMAT;
		}
		status = seep__case_add(made, part);
		if (status != SEEP_OK)
			return status;
	}
	return SEEP_OK;
}

int
seep_case_restore(struct seep_case **seep_case, seep_read_fn read, void *ctx,
		  uint64_t memory_max, const char **section,
		  const struct seep_alloc *alloc)
{
	const char *damaged = NULL;
	struct seep_case *made;
	int status;

	assert(seep_case != NULL && read != NULL);
	*seep_case = NULL;
	status = seep__case_new(&made, alloc);
	if (status == SEEP_OK)
		status =
		    restore_parts(made, read, ctx, memory_max, &damaged, alloc);
	if (section != NULL)
		*section = damaged;
	if (status == SEEP_OK)
		*seep_case = made;
	else
		seep_case_free(made);
	return status;
}

int
seep_case_save(const struct seep_case *seep_case, seep_write_fn write,
	       void *ctx)
{
	int status = SEEP_OK;

	assert(seep_case != NULL && seep_case->count > 0);
	for (size_t i = 0; i < seep_case->count && status == SEEP_OK; i++)
		status = seep__save_part(seep_case->parts[i],
					 i + 1 < seep_case->count, write, ctx);
	return status;
}

size_t
seep_case_parts(const struct seep_case *seep_case)
{
	assert(seep_case != NULL);
	return seep_case->count;
}

const struct seep_snapshot *
seep_case_part(const struct seep_case *seep_case, size_t part)
{
	assert(part < seep_case->count);
	return seep_case->parts[part];
}

int
seep_case_select(struct seep_case *seep_case,
		 const struct seep_snapshot **selected)
{
	int status;

	assert(seep_case != NULL && seep_case->count > 0);
	*selected = NULL;
	if (seep_case->count > 1 && seep_case->selected == NULL) {
		status =
		    seep__select(&seep_case->selected, seep_case->parts,
				 seep_case->count, seep__case_alloc(seep_case));
		if (status != SEEP_OK)
			return status;
	}
	*selected =
	    seep_case->count > 1 ? seep_case->selected : seep_case->parts[0];
	return SEEP_OK;
}
