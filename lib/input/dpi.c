/* SPDX-License-Identifier: BSD-3-Clause */
/* nDPI's headers need u_char and u_int. */
#define _DEFAULT_SOURCE 1

#include "input/dpi.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

#include <ndpi_api.h>

struct slot {
	struct ndpi_flow_struct *flow;
	struct seep__dpiref *owner; /* NULL = free */
};

/* struct seep__dpi: slots[] is a ring, 'at' the next to be given out. */
struct seep__dpi {
	struct seep__mem *mem;
	struct ndpi_detection_module_struct *module;
	uint32_t at;
	struct slot slots[SEEP__DPI_FLOWS];
};

int
seep__dpi_present(void)
{
	return 1;
}

int
seep__dpi_new(struct seep__dpi **dpi, struct seep__mem *mem)
{
	NDPI_PROTOCOL_BITMASK all;
	struct seep__dpi *d;

	*dpi = NULL;
	d = seep__mem_zero(mem, 1, sizeof(*d));
	if (d == NULL)
		return seep__mem_why(mem);
	d->mem = mem;
	d->module = ndpi_init_detection_module(ndpi_no_prefs);
	if (d->module == NULL) {
		seep__mem_put(mem, d, sizeof(*d));
		return SEEP_ENOMEM;
	}
	NDPI_BITMASK_SET_ALL(all);
	ndpi_set_protocol_detection_bitmask2(d->module, &all);
	ndpi_finalize_initialization(d->module);
	*dpi = d;
	return SEEP_OK;
}

void
seep__dpi_free(struct seep__dpi *dpi)
{
	size_t i;

	if (dpi == NULL)
		return;
	for (i = 0; i < SEEP__DPI_FLOWS; i++) {
		if (dpi->slots[i].flow != NULL)
			ndpi_free_flow(dpi->slots[i].flow);
	}
	ndpi_exit_detection_module(dpi->module);
	seep__mem_put(dpi->mem, dpi, sizeof(*dpi));
}

static void
note(struct seep__dpiref *ref, ndpi_protocol found)
{
	ref->master = found.master_protocol;
	ref->app = found.app_protocol;
}

void
seep__dpi_end(struct seep__dpi *dpi, struct seep__dpiref *ref)
{
	struct slot *slot;
	u_int8_t guessed = 0;

	assert(dpi != NULL && ref != NULL);
	ref->done = 1;
	if (ref->slot == 0)
		return;
	slot = &dpi->slots[ref->slot - 1];
	assert(slot->owner == ref && slot->flow != NULL);
	if (ref->app == NDPI_PROTOCOL_UNKNOWN)
		note(ref, ndpi_detection_giveup(dpi->module, slot->flow, 1,
						&guessed));
	ndpi_free_flow(slot->flow);
	slot->flow = NULL;
	slot->owner = NULL;
	ref->slot = 0;
}

/* A state for a flow's first packet; a flow without one stays unnamed. */
static int
begin(struct seep__dpi *dpi, struct seep__dpiref *ref)
{
	struct slot *slot = &dpi->slots[dpi->at];
	uint32_t at = dpi->at;
	size_t size = SIZEOF_FLOW_STRUCT;

	assert(ref->slot == 0 && at < SEEP__DPI_FLOWS);
	if (slot->owner != NULL)
		seep__dpi_end(dpi, slot->owner);
	slot->flow = ndpi_flow_malloc(size);
	if (slot->flow == NULL)
		return 0;
	memset(slot->flow, 0, size);
	slot->owner = ref;
	ref->slot = at + 1;
	dpi->at = (at + 1) % SEEP__DPI_FLOWS;
	return 1;
}

void
seep__dpi_feed(struct seep__dpi *dpi, struct seep__dpiref *ref,
	       const uint8_t *ip, size_t size, int64_t time_ns)
{
	ndpi_protocol found;

	assert(time_ns >= 0);
	if (dpi == NULL || ref->done || size > USHRT_MAX)
		return;
	if (ref->slot == 0 && !begin(dpi, ref)) {
		ref->done = 1;
		return;
	}
	found = ndpi_detection_process_packet(
	    dpi->module, dpi->slots[ref->slot - 1].flow, ip,
	    (unsigned short)size, (uint64_t)time_ns / 1000000u);
	note(ref, found);
	ref->packets++;
	if (ref->packets >= SEEP__DPI_PACKETS ||
	    (found.app_protocol != NDPI_PROTOCOL_UNKNOWN &&
	     !ndpi_extra_dissection_possible(dpi->module,
					     dpi->slots[ref->slot - 1].flow)))
		seep__dpi_end(dpi, ref);
}

size_t
seep__dpi_name(struct seep__dpi *dpi, const struct seep__dpiref *ref,
	       char *name)
{
	ndpi_protocol found;

	name[0] = '\0';
	if (dpi == NULL || (ref->app == NDPI_PROTOCOL_UNKNOWN &&
			    ref->master == NDPI_PROTOCOL_UNKNOWN))
		return 0;
	memset(&found, 0, sizeof(found));
	found.master_protocol = ref->master;
	found.app_protocol = ref->app;
	ndpi_protocol2name(dpi->module, found, name, SEEP__DPI_NAME_SIZE);
	name[SEEP__DPI_NAME_SIZE - 1] = '\0';
	return strlen(name);
}
