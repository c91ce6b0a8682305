/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * seep-world - writes a made-up administration as Zeek's conn.log (TSV) to
 * standard output, for `seep zeek -`. What is true of it (hosts, roles,
 * changes) goes to the file of --truth, which addresses are one machine to
 * that of --joined, for `seep zeek --hosts`.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detection/calendar.h"
#include "detection/world.h"
#include "detection/world_parts.h"

static const char usage[] =
    "usage: seep-world [options] > conn.log\n"
    "\n"
    "  --seed N             other seeds, other worlds (default 1)\n"
    "  --days N             (default 91)\n"
    "  --start YYYY-MM-DD   first day, UTC (default 2024-01-01)\n"
    "  --host ROLE=N        N hosts of a role; may be repeated (default 2\n"
    "                       file servers, 1 of each other kind but archives,\n"
    "                       30 workstations)\n"
    "  --noise NAME         of the servers (default mixture)\n"
    "  --changes N          new lasting transfers per host and year\n"
    "  --behind-cdn         the archives are asked by a CDN\n"
    "  --light              workstations make one flow an hour at most\n"
    "  --sensor-change DAY  a SPAN port changes\n"
    "  --restart DAY        the sensor restarts\n"
    "  --truth FILE         hosts and changes\n"
    "  --joined FILE        both addresses of each host, for --hosts\n";

struct output {
	FILE *file;
	uint64_t rows;
};

static void
format_address(const struct seep_address *address, char *text, size_t size)
{
	const int v4 = world_is_v4(address);

	if (!inet_ntop(v4 ? AF_INET : AF_INET6, address->bytes + (v4 ? 12 : 0),
		       text, (socklen_t)size))
		abort();
}

static const char *
protocol_name(uint8_t protocol)
{
	return protocol == TCP ? "tcp" : protocol == UDP ? "udp" : "icmp";
}

/* Payload: what is left when every packet has 40 bytes of headers. */
static uint64_t
payload(uint64_t bytes, uint64_t packets)
{
	return bytes > 40 * packets ? bytes - 40 * packets : 0;
}

static int
write_row(void *context, const struct seep_flow *flow)
{
	struct output *output = context;
	const int cut = flow->opener == SEEP_OPENER_UNKNOWN;
	const int tcp = flow->protocol == TCP;
	const int64_t duration_us = (flow->end_ns - flow->start_ns) / 1000;
	const int64_t start_us = flow->start_ns / 1000;
	char orig[INET6_ADDRSTRLEN], resp[INET6_ADDRSTRLEN];

	format_address(&flow->orig, orig, sizeof(orig));
	format_address(&flow->resp, resp, sizeof(resp));
	fprintf(output->file,
		"%" PRId64 ".%06" PRId64 "\tW%" PRIu64
		"\t%s\t%u\t%s\t%u\t%s\t-\t%" PRId64 ".%06" PRId64 "\t%" PRIu64
		"\t%" PRIu64 "\t%s\t0\t%s\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64
		"\t%" PRIu64 "\n",
		start_us / 1000000, start_us % 1000000, output->rows, orig,
		flow->protocol == ICMP ? 8u : flow->port_orig, resp,
		flow->port_resp, protocol_name(flow->protocol),
		duration_us / 1000000, duration_us % 1000000,
		payload(flow->bytes_orig, flow->packets_orig),
		payload(flow->bytes_resp, flow->packets_resp),
		cut ? "OTH" : "SF",
		cut && tcp ? "DAda"
		: tcp      ? "ShADadFf"
			   : "Dd",
		flow->packets_orig, flow->bytes_orig, flow->packets_resp,
		flow->bytes_resp);
	output->rows++;
	return ferror(output->file);
}

static void
write_head(FILE *file)
{
	fputs("#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n"
	      "#unset_field\t-\n#path\tconn\n"
	      "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\t"
	      "proto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\t"
	      "missed_bytes\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\t"
	      "resp_ip_bytes\n"
	      "#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\t"
	      "interval\tcount\tcount\tstring\tcount\tstring\tcount\tcount\t"
	      "count\tcount\n",
	      file);
}

static int
write_truth(const struct world *world, const char *path)
{
	FILE *file = fopen(path, "w");
	size_t hosts_count, changes_count;
	const struct world_host *hosts = world_hosts(world, &hosts_count);
	const struct world_change *changes =
	    world_changes(world, &changes_count);
	char host[INET6_ADDRSTRLEN], peer[INET6_ADDRSTRLEN];

	if (!file)
		return -1;
	fputs("#host\taddress\trole\tnoise\tscale\n"
	      "#change\taddress\tstart_s\tbytes_per_day\tpeer\tshared\n",
	      file);
	for (size_t i = 0; i < hosts_count; i++) {
		format_address(&hosts[i].address, host, sizeof(host));
		fprintf(file, "host\t%s\t%s\t%s\t%.3f\n", host,
			world_role_name(hosts[i].role),
			world_noise_name(hosts[i].noise), hosts[i].scale);
	}
	for (size_t i = 0; i < changes_count; i++) {
		format_address(&hosts[changes[i].host].address, host,
			       sizeof(host));
		format_address(&changes[i].peer, peer, sizeof(peer));
		fprintf(file,
			"change\t%s\t%" PRId64 "\t%" PRIu64 "\t%s\t%" PRIu32
			"\n",
			host, changes[i].start_ns / NS_PER_S,
			changes[i].bytes_per_day, peer, changes[i].shared);
	}
	return fclose(file);
}

static int
write_joined(const struct world *world, const char *path)
{
	FILE *file = fopen(path, "w");
	size_t count;
	const struct world_host *hosts = world_hosts(world, &count);
	char v4[INET6_ADDRSTRLEN], v6[INET6_ADDRSTRLEN];

	if (!file)
		return -1;
	for (size_t i = 0; i < count; i++) {
		format_address(&hosts[i].address, v4, sizeof(v4));
		format_address(&hosts[i].address6, v6, sizeof(v6));
		fprintf(file, "%s %s\n", v4, v6);
	}
	return fclose(file);
}

struct settings {
	struct world_opts opts;
	const char *truth;
	const char *joined;
	int hosts_given;
};

static int
read_number(const char *text, uint64_t most, uint64_t *value)
{
	char *end;
	const unsigned long long read = strtoull(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || read > most)
		return -1;
	*value = read;
	return 0;
}

static int
read_host(struct settings *settings, const char *text)
{
	const char *equals = strchr(text, '=');
	uint64_t count;

	if (!equals || read_number(equals + 1, 50000, &count) != 0)
		return -1;
	if (!settings->hosts_given)
		memset(settings->opts.hosts, 0, sizeof(settings->opts.hosts));
	settings->hosts_given = 1;
	for (int role = 0; role < WORLD_ROLE_COUNT; role++) {
		const char *name = world_role_name((enum world_role)role);

		if (strlen(name) != (size_t)(equals - text) ||
		    strncmp(name, text, strlen(name)) != 0)
			continue;
		settings->opts.hosts[role] = (uint32_t)count;
		return 0;
	}
	return -1;
}

static int
read_noise(struct settings *settings, const char *text)
{
	for (int noise = 0; noise <= WORLD_NOISE_COUNT; noise++) {
		settings->opts.noise = (enum world_noise)noise;
		if (strcmp(world_noise_name(settings->opts.noise), text) == 0)
			return 0;
	}
	return -1;
}

static int
read_start(struct settings *settings, const char *text)
{
	struct calendar_date date;
	char after;

	if (sscanf(text, "%4d-%2d-%2d%c", &date.year, &date.month, &date.day,
		   &after) != 3 ||
	    date.year < 1970 || date.month < 1 || date.month > 12 ||
	    date.day < 1 || date.day > 31)
		return -1;
	settings->opts.start_ns = calendar_day(date) * DAY_NS;
	return 0;
}

static int
read_flag(struct settings *settings, const char *name)
{
	if (strcmp(name, "--behind-cdn") == 0)
		settings->opts.behind_cdn = 1;
	else if (strcmp(name, "--light") == 0)
		settings->opts.light = 1;
	else
		return -1;
	return 0;
}

static int
read_count(struct settings *settings, const char *name, const char *text)
{
	uint64_t value;

	if (read_number(text, UINT64_MAX / 2, &value) != 0)
		return -1;
	if (strcmp(name, "--seed") == 0)
		settings->opts.seed = value;
	else if (value > 20000)
		return -1;
	else if (strcmp(name, "--days") == 0 && value > 0)
		settings->opts.days = (uint32_t)value;
	else if (strcmp(name, "--sensor-change") == 0)
		settings->opts.sensor_change_day = (uint32_t)value;
	else if (strcmp(name, "--restart") == 0)
		settings->opts.restart_day = (uint32_t)value;
	else
		return -1;
	return 0;
}

static int
read_changes(struct settings *settings, const char *text)
{
	char *end;

	settings->opts.family = WORLD_CHANGING;
	settings->opts.changes_per_year = strtod(text, &end);
	return *end || !(settings->opts.changes_per_year >= 0 &&
			 settings->opts.changes_per_year <= 50)
		   ? -1
		   : 0;
}

static int
read_value(struct settings *settings, const char *name, const char *text)
{
	if (strcmp(name, "--host") == 0)
		return read_host(settings, text);
	if (strcmp(name, "--noise") == 0)
		return read_noise(settings, text);
	if (strcmp(name, "--start") == 0)
		return read_start(settings, text);
	if (strcmp(name, "--changes") == 0)
		return read_changes(settings, text);
	if (strcmp(name, "--truth") == 0)
		settings->truth = text;
	else if (strcmp(name, "--joined") == 0)
		settings->joined = text;
	else
		return read_count(settings, name, text);
	return 0;
}

static int
read_arguments(struct settings *settings, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (read_flag(settings, argv[i]) == 0)
			continue;
		if (i + 1 == argc ||
		    read_value(settings, argv[i], argv[i + 1]) != 0)
			return -1;
		i++;
	}
	return 0;
}

static int
write_world(const struct world *world, const struct settings *settings)
{
	struct output output = {.file = stdout, .rows = 0};
	size_t count;

	if ((settings->truth && write_truth(world, settings->truth) != 0) ||
	    (settings->joined && write_joined(world, settings->joined) != 0))
		return -1;
	world_hosts(world, &count);
	write_head(stdout);
	for (uint32_t day = 0; day < settings->opts.days; day++)
		for (size_t host = 0; host < count; host++)
			if (world_emit(world, host, day, day + 1, write_row,
				       &output) != 0)
				return -1;
	return fflush(stdout);
}

int
main(int argc, char **argv)
{
	struct settings settings = {
	    .opts = {.seed = 1,
		     .start_ns = INT64_C(1704067200) * NS_PER_S,
		     .days = 91,
		     .noise = WORLD_NOISE_COUNT,
		     .dual_stack = 1,
		     .hosts = {2, 1, 0, 1, 1, 1, 30, 2, 1, 1}},
	};
	struct world *world;
	int rc;

	if (argc == 2 && strcmp(argv[1], "--help") == 0)
		return fputs(usage, stdout) < 0;
	if (read_arguments(&settings, argc, argv) != 0) {
		fputs(usage, stderr);
		return 2;
	}
	world = world_new(&settings.opts);
	if (!world) {
		fputs("seep-world: out of memory\n", stderr);
		return 1;
	}
	rc = write_world(world, &settings);
	world_free(world);
	if (rc != 0)
		perror("seep-world");
	return rc != 0;
}
