/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * seep-import - real series as a Zeek conn.log, so that the tool itself, or
 * any other that reads Zeek, can be run on them.
 *
 *     seep-import [options] KIND PATH... > conn.log     as in series.h
 *
 *     --peers N      peers that stand for everybody (1)
 *     --skip N, --max N, --net CIDR     the part of the source to read
 *     --names FILE   writes address and name of each host, tab between
 *
 * Rows       one per host, covered hour and peer, both directions in it
 *            (seriesflow.h): orig is the host, or the peer where a site is
 *            pulled from. Bytes are IP bytes; the payload fields are what is
 *            left after 40 bytes a packet. Gaps and holes have no row.
 * Unknown    peers, services and single connections are not in the series:
 *            what rests on them (new peers, single channels, durations)
 *            means nothing here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <seep/address.h>
#include <seep/status.h>

#include "detection/series.h"
#include "detection/seriesflow.h"

#define NOTICES_MAX 20
#define NS_PER_S INT64_C(1000000000)
#define HEADER_BYTES 40

struct command {
	struct series_opts source;
	struct seep_network network;
	size_t peers;
	const char *names;
	const char *kind;
	const char *const *paths;
	size_t paths_count;
};

static void
tell_damage(void *context, const char *file, uint64_t line, const char *text)
{
	unsigned *told = context;

	if (++*told <= NOTICES_MAX)
		fprintf(stderr, "seep-import: %s:%llu: %s\n", file,
			(unsigned long long)line, text);
}

static const char *const fields =
    "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\t"
    "service\tduration\torig_bytes\tresp_bytes\tconn_state\tmissed_bytes\t"
    "history\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\n"
    "#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\t"
    "count\tcount\tstring\tcount\tstring\tcount\tcount\tcount\tcount\n";

static uint64_t
payload(uint64_t bytes, uint64_t packets)
{
	uint64_t headers = packets * HEADER_BYTES;

	return bytes > headers ? bytes - headers : 0;
}

/* struct writer: rows written so far make the uid. */
struct writer {
	unsigned long long rows;
};

static int
write_row(void *context, const struct seep_flow *flow)
{
	struct writer *writer = context;
	char orig[SEEP_ADDRESS_TEXT_SIZE];
	char resp[SEEP_ADDRESS_TEXT_SIZE];
	long long duration = (flow->end_ns - flow->start_ns) / NS_PER_S;

	seep_address_format(&flow->orig, orig);
	seep_address_format(&flow->resp, resp);
	printf(
	    "%lld.000000\tC%llu\t%s\t%u\t%s\t%u\ttcp\t-\t%lld.000000\t"
	    "%llu\t%llu\tSF\t0\tShADadFf\t%llu\t%llu\t%llu\t%llu\n",
	    (long long)(flow->start_ns / NS_PER_S), ++writer->rows, orig,
	    flow->port_orig, resp, flow->port_resp, duration,
	    (unsigned long long)payload(flow->bytes_orig, flow->packets_orig),
	    (unsigned long long)payload(flow->bytes_resp, flow->packets_resp),
	    (unsigned long long)flow->packets_orig,
	    (unsigned long long)flow->bytes_orig,
	    (unsigned long long)flow->packets_resp,
	    (unsigned long long)flow->bytes_resp);
	return ferror(stdout);
}

static int
write_log(const struct series *series, size_t peers)
{
	struct writer writer = {0};

	printf("#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n"
	       "#unset_field\t-\n#path\tconn\n%s",
	       fields);
	for (size_t i = 0; i < series->count; i++) {
		if (seriesflow_emit(series, i, peers, write_row, &writer) != 0)
			return 0;
	}
	return fflush(stdout) == 0;
}

static int
write_names(const struct series *series, const char *path)
{
	FILE *file = fopen(path, "w");

	if (file == NULL)
		return 0;
	for (size_t i = 0; i < series->count; i++) {
		struct seep_address address = seriesflow_host(i);
		char text[SEEP_ADDRESS_TEXT_SIZE];

		seep_address_format(&address, text);
		fprintf(file, "%s\t%s\n", text, series->hosts[i].name);
	}
	return fclose(file) == 0;
}

static int
read_option(struct command *command, const char *name, const char *text)
{
	char *end;
	unsigned long count;

	if (strcmp(name, "--names") == 0) {
		command->names = text;
		return 1;
	}
	if (strcmp(name, "--net") == 0) {
		command->source.network = &command->network;
		return seep_network_parse(text, strlen(text),
					  &command->network) == SEEP_OK;
	}
	count = strtoul(text, &end, 10);
	if (end == text || *end != '\0')
		return 0;
	if (strcmp(name, "--peers") == 0 && count > 0 &&
	    count <= SERIESFLOW_PEERS_MAX)
		command->peers = count;
	else if (strcmp(name, "--skip") == 0)
		command->source.hosts_skip = count;
	else if (strcmp(name, "--max") == 0)
		command->source.hosts_max = count;
	else
		return 0;
	return 1;
}

static int
read_command(struct command *command, int argc, char **argv)
{
	int i = 1;

	for (; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
		if (!read_option(command, argv[i], argv[i + 1]))
			return 0;
	}
	if (i >= argc || strncmp(argv[i], "--", 2) == 0)
		return 0;
	command->kind = argv[i++];
	command->paths = (const char *const *)(argv + i);
	command->paths_count = (size_t)(argc - i);
	return 1;
}

static int
run_command(const struct command *command)
{
	struct series *series =
	    series_open(command->kind, command->paths, command->paths_count,
			&command->source);
	int good;

	if (series == NULL) {
		fprintf(stderr, "seep-import: nothing was read\n");
		return 1;
	}
	fprintf(stderr,
		"seep-import: %zu hosts, %llu rows read, %llu damaged\n",
		series->count, (unsigned long long)series->rows,
		(unsigned long long)series->damaged);
	good = write_log(series, command->peers) &&
	       (command->names == NULL || write_names(series, command->names));
	series_free(series);
	if (!good)
		perror("seep-import");
	return good ? 0 : 1;
}

int
main(int argc, char **argv)
{
	struct command command;
	unsigned told = 0;

	memset(&command, 0, sizeof(command));
	command.peers = 1;
	command.source.notice = tell_damage;
	command.source.context = &told;
	if (!read_command(&command, argc, argv)) {
		fprintf(stderr, "usage: seep-import [options] KIND PATH...; "
				"see the head of importlog.c\n");
		return 2;
	}
	return run_command(&command);
}
