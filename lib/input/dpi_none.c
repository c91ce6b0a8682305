/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/dpi.h"

#include <assert.h>

int
seep__dpi_present(void)
{
	return 0;
}

int
seep__dpi_new(struct seep__dpi **dpi, struct seep__mem *mem)
{
	(void)mem;
	*dpi = NULL;
	return SEEP_OK;
}

void
seep__dpi_free(struct seep__dpi *dpi)
{
	assert(dpi == NULL);
	(void)dpi;
}

void
seep__dpi_feed(struct seep__dpi *dpi, struct seep__dpiref *ref,
	       const uint8_t *ip, size_t size, int64_t time_ns)
{
	(void)dpi;
	(void)ref;
	(void)ip;
	(void)size;
	(void)time_ns;
}

void
seep__dpi_end(struct seep__dpi *dpi, struct seep__dpiref *ref)
{
	(void)dpi;
	(void)ref;
}

size_t
seep__dpi_name(struct seep__dpi *dpi, const struct seep__dpiref *ref,
	       char *name)
{
	(void)dpi;
	(void)ref;
	name[0] = '\0';
	return 0;
}
