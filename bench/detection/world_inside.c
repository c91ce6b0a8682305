/* SPDX-License-Identifier: BSD-3-Clause */
/* What hosts inside ask of a server: roles are inferred from it. */
#include "detection/world_parts.h"

/* CLIENTS: desks that a server knows; the first of the site's workstations,
 * whether or not the world has that many. */
#define CLIENTS 24

struct inside {
	uint16_t port;
	uint8_t protocol;
	/* busy, quiet: clients in a working hour, at 2 o'clock of any day. */
	uint8_t busy;
	uint8_t quiet;
	/* out, in: median bytes of a client in an hour. */
	double out;
	double in;
};

static const struct inside insides[WORLD_ROLE_COUNT] = {
    [WORLD_FILE_SERVER] = {445, TCP, 3, 4, 15 * MB, 3 * MB},
    [WORLD_WEB_SERVER] = {443, TCP, 1, 0, 2 * MB, 0.1 * MB},
    [WORLD_ARCHIVES] = {443, TCP, 1, 0, 5 * MB, 0.1 * MB},
    [WORLD_MAIL_SERVER] = {587, TCP, 3, 0, 0.2 * MB, 1 * MB},
    [WORLD_BACKUP_SERVER] = {9103, TCP, 0, 12, 1 * MB, 400 * MB},
    [WORLD_VPN_SERVER] = {22, TCP, 0, 0, 0, 0},
    [WORLD_WORKSTATION] = {3389, TCP, 0, 0, 0, 0},
    [WORLD_PRINTER] = {631, TCP, 1, 0, 20e3, 0.8 * MB},
    [WORLD_RESOLVER] = {53, UDP, 12, 6, 60e3, 25e3},
    [WORLD_SCANNER] = {443, TCP, 0, 0, 0, 0},
};

static void
emit_client(struct emission *e, const struct inside *inside, uint32_t hour,
	    uint32_t client, struct random *random)
{
	struct transfer transfer = {
	    .peer = world_host_address(WORLD_WORKSTATION, client % CLIENTS),
	    .port = inside->port,
	    .protocol = inside->protocol,
	    .pull = 1,
	    .inside = 1,
	};

	transfer.out = random_lognormal(random, inside->out, 0.8);
	transfer.in = random_lognormal(random, inside->in, 0.8);
	world_tap_hour(e, &transfer, hour, random);
}

void
world_inside(struct emission *e)
{
	const struct inside *inside = &insides[e->host->role];

	for (uint32_t hour = e->from * 24; hour < e->until * 24; hour++) {
		struct random random = random_at(e->key, STREAM_INSIDE, hour);
		const uint32_t first = random_below(&random, CLIENTS);
		uint32_t count = 0;

		if (world_is_working(e->world, hour))
			count = inside->busy;
		else if (e->world->hours[hour].local == 2)
			count = inside->quiet;
		for (uint32_t i = 0; i < count; i++)
			emit_client(e, inside, hour, first + i, &random);
	}
}
