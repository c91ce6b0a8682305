/* SPDX-License-Identifier: BSD-3-Clause */
#include "seed.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "complain.h"

uint64_t
seed_draw(void)
{
	uint64_t seed = 0;
	ssize_t got;

	/* So few bytes come whole or not at all: getrandom(2). */
	do
		got = getrandom(&seed, sizeof(seed), 0);
	while (got < 0 && errno == EINTR);
	if (got != (ssize_t)sizeof(seed))
		complain("no random seed: %s", strerror(errno));
	return seed;
}
