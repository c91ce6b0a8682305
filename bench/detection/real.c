/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * seep-real - what does the detector say about traffic that nobody made up?
 *
 *     seep-real [options] KIND PATH...        KIND and PATH as in series.h
 *
 *     --knob X          chance alarms accepted per host and year (1)
 *     --peers N         peers that stand for everybody (1)
 *     --separate        one engine per machine: a hole of one machine alone
 *                       is then a gap; otherwise an hour without a byte
 *     --days-min N      hosts with fewer covered days are left out (60)
 *     --holes-max N     hosts that alone lack more hours are left out (24)
 *     --skip N, --max N, --net CIDR    the part of the source to read
 *     --statistics-off BITS            as in seep_detect_opts
 *     --floors          print what floor the tool states for each host
 *     --inject S[,S...] --pattern drip|mimic --trials N --batch N --seed N
 *                       put leaks of these shares of the mean outbound bytes
 *                       into the series and count how many are found; several
 *                       hosts leak in one run (--batch), each judged alone
 *     --list            a line for each trial
 *
 * Reads and prints; keeps nothing. A leak goes to the one peer in use, since
 * the series know no peers: this measures the stratum of all peers. A peer
 * of its own would be new in a series without any new peer, and found at
 * once, which would say nothing.
 */
#include "detection/real.h"

#include <stdlib.h>
#include <string.h>

#include <seep/status.h>

#include "detection/seriesflow.h"

#define NOTICES_MAX 20

struct command {
	struct real_opts opts;
	struct series_opts source;
	struct seep_network network;
	const char *kind;
	const char *const *paths;
	size_t paths_count;
};

static void
tell_damage(void *context, const char *file, uint64_t line, const char *text)
{
	unsigned *told = context;

	if (++*told > NOTICES_MAX)
		return;
	if (line == 0)
		fprintf(stderr, "seep-real: %s: %s\n", file, text);
	else
		fprintf(stderr, "seep-real: %s:%llu: %s\n", file,
			(unsigned long long)line, text);
}

static int
read_number(const char *text, double *value)
{
	char *end;

	*value = strtod(text, &end);
	return end != text && *end == '\0' && *value >= 0 && *value <= 1e15;
}

static int
read_shares(const char *text, struct real_opts *opts)
{
	char *end;

	opts->shares_count = 0;
	do {
		double share = strtod(text, &end);

		if (end == text || !(share > 0) || share > 1e6 ||
		    opts->shares_count == REAL_SHARES_MAX ||
		    (opts->shares_count > 0 &&
		     share <= opts->shares[opts->shares_count - 1]))
			return 0;
		opts->shares[opts->shares_count++] = share;
		text = end + 1;
	} while (*end == ',');
	return *end == '\0';
}

/* read_count_option() reads the options that take a number. */
static int
read_count_option(struct command *command, const char *name, const char *text)
{
	double value;
	size_t count;

	if (!read_number(text, &value))
		return 0;
	count = (size_t)value;
	if (strcmp(name, "--knob") == 0 && value > 0)
		command->opts.knob = value;
	else if (strcmp(name, "--peers") == 0 && count > 0 &&
		 count <= SERIESFLOW_PEERS_MAX)
		command->opts.peers = count;
	else if (strcmp(name, "--days-min") == 0)
		command->opts.days_min = count;
	else if (strcmp(name, "--holes-max") == 0)
		command->opts.holes_max = count;
	else if (strcmp(name, "--skip") == 0)
		command->source.hosts_skip = count;
	else if (strcmp(name, "--max") == 0)
		command->source.hosts_max = count;
	else if (strcmp(name, "--statistics-off") == 0)
		command->opts.statistics_off = (uint32_t)count;
	else if (strcmp(name, "--trials") == 0 && count > 0 && count < 1000000)
		command->opts.trials = count;
	else if (strcmp(name, "--batch") == 0 && count > 0 && count < 1000000)
		command->opts.batch = count;
	else if (strcmp(name, "--seed") == 0)
		command->opts.seed = count;
	else
		return 0;
	return 1;
}

static int
read_option(struct command *command, const char *name, const char *text)
{
	if (text == NULL)
		return 0;
	if (strcmp(name, "--inject") == 0)
		return read_shares(text, &command->opts);
	if (strcmp(name, "--pattern") == 0) {
		command->opts.pattern =
		    strcmp(text, "mimic") == 0 ? REAL_MIMIC : REAL_DRIP;
		return strcmp(text, "mimic") == 0 || strcmp(text, "drip") == 0;
	}
	if (strcmp(name, "--net") == 0) {
		command->source.network = &command->network;
		return seep_network_parse(text, strlen(text),
					  &command->network) == SEEP_OK;
	}
	return read_count_option(command, name, text);
}

static int
read_flag(struct real_opts *opts, const char *name)
{
	if (strcmp(name, "--separate") == 0)
		opts->separate = 1;
	else if (strcmp(name, "--floors") == 0)
		opts->floors = 1;
	else if (strcmp(name, "--list") == 0)
		opts->list = 1;
	else
		return 0;
	return 1;
}

static int
read_command(struct command *command, int argc, char **argv)
{
	int i = 1;

	for (; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
		if (read_flag(&command->opts, argv[i]))
			continue;
		if (!read_option(command, argv[i],
				 i + 1 < argc ? argv[i + 1] : NULL))
			return 0;
		i++;
	}
	if (i >= argc)
		return 0;
	command->kind = argv[i++];
	command->paths = (const char *const *)(argv + i);
	command->paths_count = (size_t)(argc - i);
	return 1;
}

static void
print_floors(const struct real *real, const struct real_result *result)
{
	for (size_t i = 0; i < real->count && result->floors != NULL; i++) {
		const char *name = real->series->hosts[real->hosts[i]].name;

		if (result->floors[i] == UINT64_MAX)
			printf("floor %s unknown\n", name);
		else
			printf("floor %s %llu bytes a day\n", name,
			       (unsigned long long)result->floors[i]);
	}
}

static int
run(struct real *real)
{
	struct real_result result;
	int status = real_feed(real);

	memset(&result, 0, sizeof(result));
	if (status == SEEP_OK)
		status = real_detect(real, NULL, &result);
	if (status == SEEP_OK) {
		real_report(real, &result, stdout);
		print_floors(real, &result);
	}
	if (status == SEEP_OK && real->opts.shares_count > 0) {
		real->opts.floors = 0;
		status = real_inject(real, &result, stdout);
	}
	real_result_clear(&result);
	if (status != SEEP_OK)
		fprintf(stderr, "seep-real: %s\n", seep_strstatus(status));
	return status == SEEP_OK ? 0 : 1;
}

static int
run_command(const struct command *command)
{
	struct series *series =
	    series_open(command->kind, command->paths, command->paths_count,
			&command->source);
	struct real real;
	int status = 1;

	if (series == NULL) {
		fprintf(stderr, "seep-real: nothing was read\n");
		return 1;
	}
	memset(&real, 0, sizeof(real));
	real.opts = command->opts;
	real.series = series;
	if (real_select(&real)) {
		printf("%s: %zu hosts, %zu kept; %llu rows, %llu damaged\n",
		       command->kind, series->count, real.count,
		       (unsigned long long)series->rows,
		       (unsigned long long)series->damaged);
		status = run(&real);
	}
	real_clear(&real);
	series_free(series);
	return status;
}

int
main(int argc, char **argv)
{
	struct command command;
	unsigned told = 0;

	memset(&command, 0, sizeof(command));
	command.opts.knob = 1;
	command.opts.peers = 1;
	command.opts.days_min = 60;
	command.opts.holes_max = 24;
	command.opts.trials = 300;
	command.opts.batch = 25;
	command.opts.seed = 1;
	command.source.notice = tell_damage;
	command.source.context = &told;
	if (!read_command(&command, argc, argv)) {
		fprintf(stderr, "usage: seep-real [options] KIND PATH...; see "
				"the head of real.c\n");
		return 2;
	}
	return run_command(&command);
}
