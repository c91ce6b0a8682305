/* SPDX-License-Identifier: BSD-3-Clause */
#include "inject_options.h"

#include <assert.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "complain.h"
#include "parse.h"
#include "timezone.h"
#include "usage.h"

enum {
	OPT_PARTNER = 256,
	OPT_HOST,
	OPT_PATTERN,
	OPT_VIA,
	OPT_BYTES,
	OPT_START,
	OPT_DAYS,
	OPT_SEED,
	OPT_TRUTH,
	OPT_DNS,
	OPT_DNS_OUTPUT,
	OPT_TIMEZONE
};

static const struct option table[] = {
    {"local", required_argument, NULL, 'l'},
    {"partner", required_argument, NULL, OPT_PARTNER},
    {"host", required_argument, NULL, OPT_HOST},
    {"pattern", required_argument, NULL, OPT_PATTERN},
    {"via", required_argument, NULL, OPT_VIA},
    {"bytes-per-day", required_argument, NULL, OPT_BYTES},
    {"start", required_argument, NULL, OPT_START},
    {"days", required_argument, NULL, OPT_DAYS},
    {"seed", required_argument, NULL, OPT_SEED},
    {"truth", required_argument, NULL, OPT_TRUTH},
    {"dns", required_argument, NULL, OPT_DNS},
    {"dns-output", required_argument, NULL, OPT_DNS_OUTPUT},
    {"timezone", required_argument, NULL, OPT_TIMEZONE},
    {"output", required_argument, NULL, 'o'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static int
read_hosts(struct inject_options *options, const char *list)
{
	for (const char *p = list;;) {
		const size_t size = strcspn(p, ",");
		struct seep_address host;

		if (seep_address_parse(p, size, &host) != SEEP_OK)
			return parse_refuse(
			    "--host", list,
			    "want an address, or several with commas");
		if (hosts_add(&options->hosts, &host) != 0)
			return complain("%s", seep_strstatus(SEEP_ENOMEM));
		if (p[size] == '\0')
			return EXIT_DONE;
		p += size + 1;
	}
}

static int
read_pattern(struct inject_options *options, const char *value)
{
	options->pattern = leak_find(value);
	if (options->pattern == LEAK_PATTERN_COUNT)
		return parse_refuse(
		    "--pattern", value,
		    "no such pattern; see 'seep inject --help'");
	return EXIT_DONE;
}

static int
read_via(struct inject_options *options, const char *value)
{
	if (seep_address_parse(value, strlen(value), &options->via) != SEEP_OK)
		return parse_refuse("--via", value, "want an address");
	options->has_via = 1;
	return EXIT_DONE;
}

static int
read_figure(struct inject_options *options, int code, const char *value)
{
	if (code == OPT_BYTES &&
	    (parse_size(value, &options->bytes_per_day) != 0 ||
	     options->bytes_per_day < LEAK_BYTES_MIN ||
	     options->bytes_per_day > LEAK_BYTES_MAX))
		return parse_refuse("--bytes-per-day", value,
				    "want 960 to 1T bytes, as 5M");
	if (code == OPT_DAYS &&
	    parse_count(value, 1, LEAK_DAYS_MAX, &options->days) != 0)
		return parse_refuse("--days", value, "want 1 to 3660");
	if (code == OPT_SEED &&
	    parse_count(value, 0, UINT64_MAX, &options->seed) != 0)
		return parse_refuse("--seed", value, "want a number");
	if (code == OPT_START) {
		if (parse_time(value, &options->start_ns) != 0 ||
		    options->start_ns % INT64_C(3600000000000) != 0)
			return parse_refuse(
			    "--start", value,
			    "want 2026-03-01 or a whole hour of it");
		options->has_start = 1;
	}
	return EXIT_DONE;
}

static int
read_value(struct inject_options *options, int code, const char *value)
{
	assert(value != NULL);
	switch (code) {
	case 'l':
		return parse_site(options->site, "--local", SEEP_SITE_LOCAL,
				  value);
	case OPT_PARTNER:
		return parse_site(options->site, "--partner", SEEP_SITE_PARTNER,
				  value);
	case OPT_HOST:
		return read_hosts(options, value);
	case OPT_PATTERN:
		return read_pattern(options, value);
	case OPT_VIA:
		return read_via(options, value);
	case OPT_TIMEZONE:
		options->timezone = value;
		return timezone_use(value);
	case OPT_TRUTH:
		options->truth = value;
		return EXIT_DONE;
	case OPT_DNS:
		options->dns = value;
		return EXIT_DONE;
	case OPT_DNS_OUTPUT:
		options->dns_output = value;
		return EXIT_DONE;
	case 'o':
		options->output = value;
		return EXIT_DONE;
	default:
		return read_figure(options, code, value);
	}
}

/* The first thing that is missing or too much; NULL = nothing. */
static const char *
find_fault(const struct inject_options *options, int paths)
{
	const int is_dns = options->pattern == LEAK_DNS;

	if (paths != 1)
		return "want the name of one conn log";
	if (options->hosts.count == 0)
		return "want --host";
	if (options->pattern == LEAK_PATTERN_COUNT)
		return "want --pattern";
	if (options->bytes_per_day == 0)
		return "want --bytes-per-day";
	if (options->days == 0)
		return "want --days";
	if (!options->has_start && options->pattern != LEAK_SINCE_FIRST)
		return "want --start";
	if (options->has_start && options->pattern == LEAK_SINCE_FIRST)
		return "--start: since-first starts with the first record";
	if (options->hosts.count > 1 && options->pattern != LEAK_MANY_SERVERS)
		return "several hosts: only with --pattern many-servers";
	if (options->hosts.count < 2 && options->pattern == LEAK_MANY_SERVERS)
		return "many-servers: want several hosts in --host";
	if (!options->has_via && options->pattern == LEAK_STAGED)
		return "staged: want --via, the host that sends";
	if (options->has_via && options->pattern != LEAK_STAGED && !is_dns)
		return "--via: only with --pattern staged or dns";
	if (is_dns != (options->dns_output != NULL))
		return is_dns ? "dns: want --dns-output, for the dns log"
			      : "--dns-output: only with --pattern dns";
	if (options->dns != NULL && !is_dns)
		return "--dns: only with --pattern dns";
	return NULL;
}

/* What may not be the same file. The input is read while the output is
 * written, and is replaced only when that is whole; a device is another
 * matter. */
static const char *
find_clash(const struct inject_options *options)
{
	const char *const outputs[3] = {options->output, options->truth,
					options->dns_output};

	for (size_t i = 0; i < 3; i++) {
		if (outputs[i] == NULL)
			continue;
		if (outputs[i][0] == '\0')
			return "an output wants the name of a file";
		for (size_t j = i + 1; j < 3; j++)
			if (outputs[j] != NULL &&
			    strcmp(outputs[i], outputs[j]) == 0)
				return "two outputs name the same file";
	}
	return NULL;
}

static int
check_places(const struct inject_options *options)
{
	char text[SEEP_ADDRESS_TEXT_SIZE];
	const size_t all = options->hosts.count + (size_t)options->has_via;

	for (size_t i = 0; i < all; i++) {
		const struct seep_address *host =
		    i < options->hosts.count ? &options->hosts.addresses[i]
					     : &options->via;

		if (seep_site_place(options->site, host) == SEEP_PLACE_INSIDE)
			continue;
		seep_address_format(host, text);
		complain("%s is not inside; name your networks with --local",
			 text);
		return EXIT_USAGE;
	}
	return EXIT_DONE;
}

static int
check_together(struct inject_options *options, int argc, char **argv)
{
	const char *fault = find_fault(options, argc - optind);

	if (fault == NULL)
		fault = find_clash(options);
	if (fault != NULL) {
		complain("%s; see 'seep inject --help'", fault);
		return EXIT_USAGE;
	}
	options->path = argv[optind];
	if (strcmp(options->path, "-") == 0) {
		complain("the log is read twice: it cannot be standard input");
		return EXIT_USAGE;
	}
	return check_places(options);
}

static int
read_all(struct inject_options *options, int argc, char **argv)
{
	int status = EXIT_DONE;
	int code;

	opterr = 0;
	optind = 1;
	while (status == EXIT_DONE &&
	       (code = getopt_long(argc, argv, ":l:o:h", table, NULL)) >= 0) {
		if (code == 'h') {
			usage_print(stdout, VERB_INJECT);
			return -1;
		}
		if (code == ':' || code == '?') {
			complain("%s: no such option, or no value; see 'seep "
				 "inject --help'",
				 argv[optind - 1]);
			return EXIT_USAGE;
		}
		status = read_value(options, code, optarg);
	}
	return status == EXIT_DONE ? check_together(options, argc, argv)
				   : status;
}

int
inject_options_read(struct inject_options *options, int argc, char **argv,
		    int *status)
{
	assert(options != NULL);
	assert(status != NULL);
	memset(options, 0, sizeof(*options));
	options->pattern = LEAK_PATTERN_COUNT;
	*status = seep_site_new(&options->site, NULL);
	if (*status != SEEP_OK) {
		*status = complain("%s", seep_strstatus(*status));
		return 0;
	}
	*status = read_all(options, argc, argv);
	if (*status == EXIT_DONE)
		return 1;
	if (*status < 0) /* --help */
		*status = EXIT_DONE;
	return 0;
}

void
inject_options_clear(struct inject_options *options)
{
	assert(options != NULL);
	hosts_clear(&options->hosts);
	seep_site_free(options->site);
	options->site = NULL;
}
