/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/opts.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

#include <seep/status.h>

static int
is_zero(const uint8_t *bytes, size_t size)
{
	assert(bytes != NULL);
	for (size_t i = 0; i < size; i++) {
		if (bytes[i] != 0)
			return 0;
	}
	return 1;
}

int
seep__opts_copy(void *out, size_t out_size, const void *opts)
{
	size_t size = 0;

	assert(out != NULL && out_size >= sizeof(size));
	if (opts != NULL) {
		memcpy(&size, opts, sizeof(size));
		if (size < sizeof(size))
			return SEEP_EINVAL;
		if (size > out_size &&
		    !is_zero((const uint8_t *)opts + out_size, size - out_size))
			return SEEP_EINVAL;
	}
	memset(out, 0, out_size);
	if (opts != NULL)
		memcpy(out, opts, size < out_size ? size : out_size);
	memcpy(out, &out_size, sizeof(out_size));
	return SEEP_OK;
}
