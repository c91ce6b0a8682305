/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * world.h - a made-up administration, flow by flow, from a seed.
 *
 * Traffic   months of connections of N hosts: servers, workstations and
 *           printers, with day and week shape, holidays, backups, crawlers
 *           and what else a border sees. Nothing in it leaks.
 * Steady    nothing new persists: what happens after the history also
 *           happened in it. The alarm rate is checked here.
 * Changing  new persistent transfers begin at a known rate. By bytes they
 *           equal a leak, so an alarm on one counts as "change reported".
 *
 * The same options give the same flows on every machine; a host's traffic
 * does not depend on which other hosts are asked for.
 */
#ifndef BENCH_DETECTION_WORLD_H
#define BENCH_DETECTION_WORLD_H

#include <stddef.h>
#include <stdint.h>

#include <seep/flow.h>

enum world_family { WORLD_STEADY = 0, WORLD_CHANGING = 1 };

/* How the bytes of a host vary from hour to hour. */
enum world_noise {
	/* _OFFICE: log-normal with day and week shape (sigma of ln about 1.3,
	 * day effect 0.4, silent hours at night). */
	WORLD_NOISE_OFFICE = 0,
	/* _QUIET: an office server of some 20 MB a day. */
	WORLD_NOISE_QUIET,
	/* _ROUND_THE_CLOCK: no night; sigma of ln about 2, GBs a day. */
	WORLD_NOISE_ROUND_THE_CLOCK,
	/* _SILENT_NIGHTS: nothing at all outside working hours. */
	WORLD_NOISE_SILENT_NIGHTS,
	/* _BURSTS: sizes of infinite variance (Pareto, alpha about 1.2). */
	WORLD_NOISE_BURSTS,
	/* _TELEMETRY: constant small reports, hardly anything else. */
	WORLD_NOISE_TELEMETRY,
	/* _REGIMES: switches between levels every few hours to days. */
	WORLD_NOISE_REGIMES,
	WORLD_NOISE_COUNT
};

enum world_role {
	WORLD_FILE_SERVER = 0,
	WORLD_WEB_SERVER,
	/* _ARCHIVES: a public archives web site, 20 to 200 GB a day, crawled.
	 */
	WORLD_ARCHIVES,
	WORLD_MAIL_SERVER,
	WORLD_BACKUP_SERVER,
	WORLD_VPN_SERVER,
	WORLD_WORKSTATION,
	WORLD_PRINTER,
	WORLD_RESOLVER,
	WORLD_SCANNER,
	WORLD_ROLE_COUNT
};

struct world_opts {
	uint64_t seed;
	enum world_family family;
	/* start_ns: midnight UTC of the first day. */
	int64_t start_ns;
	uint32_t days;
	/* hosts: by role. */
	uint32_t hosts[WORLD_ROLE_COUNT];
	/* noise: of the servers (file, web, mail, backup, VPN);
	 * WORLD_NOISE_COUNT = a mixture drawn from the seed. */
	enum world_noise noise;
	/* changes_per_year: new persistent transfers per host and year in a
	 * changing world. */
	double changes_per_year;
	/* behind_cdn: the archives are asked by a few addresses of a CDN. */
	int behind_cdn;
	/* sensor_change_day: from this day on a SPAN port shows some hosts
	 * twice as much and others not at all; 0 = never. */
	uint32_t sensor_change_day;
	/* restart_day: the sensor is down for some hours on this day and cuts
	 * every open connection; 0 = never. */
	uint32_t restart_day;
	/* light: workstations make one flow an hour at most: for popularity
	 * and roles only, when another host is on trial. */
	int light;
	/* dual_stack: IPv6 peers talk with a host's own IPv6 address, as in
	 * life; whoever reads it has to join the two (seep_site_join). 0 =
	 * they talk with its IPv4 address, which a ledger does not mind. */
	int dual_stack;
};

/* struct world_host: what the world knows of a host. */
struct world_host {
	struct seep_address address;
	enum world_role role;
	enum world_noise noise;
	/* scale: of its bytes; 1 is the mean. */
	double scale;
	/* address6: only with dual_stack. */
	struct seep_address address6;
};

/* struct world_change: a persistent transfer that begins (changing worlds). */
struct world_change {
	size_t host;
	int64_t start_ns;
	uint64_t bytes_per_day;
	struct seep_address peer;
	/* shared: how many hosts begin the same transfer that day. */
	uint32_t shared;
};

struct world;

/* world_new() draws hosts and changes; NULL when memory is short. */
struct world *
world_new(const struct world_opts *opts);

void
world_free(struct world *world);

const struct world_host *
world_hosts(const struct world *world, size_t *count);

const struct world_change *
world_changes(const struct world *world, size_t *count);

/* world_emit_fn takes one flow, 0 = go on. Flows come in no order. */
typedef int (*world_emit_fn)(void *context, const struct seep_flow *flow);

/*
 * world_emit() makes all flows of one host (of its crossing traffic, and of
 * its traffic inside where the host is the server), days [from, until).
 *
 * Returns 0, or what 'emit' returned.
 */
int
world_emit(const struct world *world, size_t host, uint32_t from,
	   uint32_t until, world_emit_fn emit, void *context);

/* world_is_holiday(): is day 'day' of the world a closure day? */
int
world_is_holiday(const struct world *world, uint32_t day);

/* world_provider(): the /24 to which the hosts back up and sync. */
struct seep_network
world_provider(void);

/* world_offset_s(): local time (Europe/Paris) less UTC at 'utc_ns'. */
int32_t
world_offset_s(int64_t utc_ns);

/* Names for tables; noise up to WORLD_NOISE_COUNT ("mixture"). */
const char *
world_role_name(enum world_role role);

const char *
world_noise_name(enum world_noise noise);

#endif
