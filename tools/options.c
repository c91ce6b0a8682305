/* SPDX-License-Identifier: BSD-3-Clause */
#include "options.h"

#include <assert.h>
#include <getopt.h>
#include <string.h>

#include <seep/detect.h>
#include <seep/origin.h>

#include "complain.h"
#include "parse.h"
#include "timezone.h"
#include "usage.h"

/*
 * Injections of each rate: 400 give a share of 0.95 a 95 % interval of
 * +- 2.1 %, and find the rate that is reached in 95 % within about 5 %. Below
 * 20 there is no share of 0.95 but 1.
 */
#define VERIFY_DEFAULT 400
#define VERIFY_MIN 20
#define VERIFY_MAX 100000

/* Options without a letter; numbers beyond any character. */
enum {
	OPT_PARTNER = 256,
	OPT_HOSTS,
	OPT_ALARMS,
	OPT_SINCE,
	OPT_UNTIL,
	OPT_NO_PROGRESS,
	OPT_EXIT_CODE,
	OPT_DEDUP,
	OPT_FOLLOW,
	OPT_LINK_SPEED,
	OPT_NO_DPI,
	OPT_ALLOW,
	OPT_TIMEZONE,
	OPT_HOLIDAYS,
	OPT_CAPTURES,
	OPT_VERIFY,
	OPT_SAMPLE,
	OPT_AROUND,
	OPT_DAYS,
	OPT_SEED,
	OPT_SENSOR,
	OPT_NO_STORE,
	OPT_INPUTS,
	OPT_UNCHECKED,
	OPT_CHECKPOINT,
	OPT_EVERY
};

#define READERS (VERB_PCAP | VERB_ZEEK)
#define EVERY (READERS | VERB_FLOOR)
#define TELLERS (EVERY | VERB_REPORT)
#define ALL (TELLERS | VERB_MERGE)

static const char short_options[] = ":l:s:w:f:o:S:m:j:qh";

static const struct {
	const char *name;
	int has_arg;
	int code;
	unsigned verbs; /* enum verb, or-ed */
} known[] = {
    {"local", required_argument, 'l', EVERY},
    {"partner", required_argument, OPT_PARTNER, EVERY},
    {"servers", required_argument, 's', EVERY},
    {"watch", required_argument, 'w', TELLERS},
    {"hosts", required_argument, OPT_HOSTS, EVERY},
    {"allow", required_argument, OPT_ALLOW, TELLERS},
    {"alarms-per-year", required_argument, OPT_ALARMS, TELLERS},
    {"timezone", required_argument, OPT_TIMEZONE, TELLERS},
    {"holidays", required_argument, OPT_HOLIDAYS, TELLERS},
    {"since", required_argument, OPT_SINCE, TELLERS},
    {"until", required_argument, OPT_UNTIL, TELLERS},
    {"format", required_argument, 'f', TELLERS},
    {"output", required_argument, 'o', ALL},
    {"save", required_argument, 'S', READERS | VERB_MERGE},
    {"sensor", required_argument, OPT_SENSOR, READERS},
    {"checkpoint", required_argument, OPT_CHECKPOINT, READERS},
    {"every", required_argument, OPT_EVERY, READERS},
    {"memory", required_argument, 'm', ALL},
    {"no-store", no_argument, OPT_NO_STORE, EVERY},
    {"threads", required_argument, 'j', ALL},
    {"quiet", no_argument, 'q', ALL},
    {"no-progress", no_argument, OPT_NO_PROGRESS, ALL},
    {"exit-code", no_argument, OPT_EXIT_CODE, READERS | VERB_REPORT},
    {"help", no_argument, 'h', ALL},
    {"dedup", no_argument, OPT_DEDUP, VERB_ZEEK | VERB_FLOOR},
    {"follow", no_argument, OPT_FOLLOW, VERB_ZEEK},
    {"link-speed", required_argument, OPT_LINK_SPEED, VERB_ZEEK | VERB_FLOOR},
    {"no-dpi", no_argument, OPT_NO_DPI, VERB_PCAP},
    {"captures", no_argument, OPT_CAPTURES, VERB_FLOOR},
    {"verify", optional_argument, OPT_VERIFY, VERB_FLOOR},
    {"sample", required_argument, OPT_SAMPLE, VERB_FLOOR},
    {"around", required_argument, OPT_AROUND, VERB_FLOOR},
    {"days", required_argument, OPT_DAYS, VERB_FLOOR},
    {"seed", required_argument, OPT_SEED, VERB_FLOOR},
    {"inputs", no_argument, OPT_INPUTS, VERB_REPORT},
    {"unchecked", no_argument, OPT_UNCHECKED, VERB_REPORT | VERB_MERGE},
};

#define KNOWN_COUNT (sizeof(known) / sizeof(known[0]))

static const char *
verb_name(enum verb verb)
{
	switch (verb) {
	case VERB_PCAP:
		return "pcap";
	case VERB_ZEEK:
		return "zeek";
	case VERB_REPORT:
		return "report";
	case VERB_MERGE:
		return "merge";
	default:
		assert(verb == VERB_FLOOR);
		return "floor";
	}
}

static int
read_watch(struct options *options, const char *value)
{
	assert(options != NULL);
	if (strcmp(value, "servers") == 0)
		options->watch = SEEP_WATCH_SERVERS;
	else if (strcmp(value, "all") == 0)
		options->watch = SEEP_WATCH_ALL;
	else
		return parse_refuse("--watch", value, "want servers or all");
	return EXIT_DONE;
}

static int
read_format(struct options *options, const char *value)
{
	assert(options != NULL);
	if (strcmp(value, "text") == 0)
		options->format = FORMAT_TEXT;
	else if (strcmp(value, "json") == 0)
		options->format = FORMAT_JSON;
	else
		return parse_refuse("--format", value, "want text or json");
	return EXIT_DONE;
}

static int
read_time(const char *name, const char *value, int64_t *time_ns)
{
	assert(name != NULL);
	if (parse_time(value, time_ns) != 0)
		return parse_refuse(name, value,
				    "want 2026-03-01 or 2026-03-01T00:00:00Z");
	return EXIT_DONE;
}

/* 0 would be "not given", and look at everything. */
static int
read_until(struct options *options, const char *value)
{
	int status = read_time("--until", value, &options->until_ns);

	if (status == EXIT_DONE && options->until_ns == 0)
		return parse_refuse("--until", value,
				    "want a time after 1970-01-01T00:00:00Z");
	return status;
}

/* A thousandth of a second to a year. */
static int
read_every(struct options *options, const char *value)
{
	double seconds;

	if (parse_positive(value, &seconds) != 0 || seconds < 0.001 ||
	    seconds > 366 * 86400.0)
		return parse_refuse("--every", value,
				    "want seconds between checkpoints");
	options->every_ms = (uint64_t)(seconds * 1000);
	return EXIT_DONE;
}

static int
read_number(struct options *options, int code, const char *value)
{
	uint64_t threads;

	assert(value != NULL);
	if (code == 'm' && parse_size(value, &options->memory_bytes) != 0)
		return parse_refuse("--memory", value,
				    "want bytes, as 512M or 2Gi");
	if (code == 'j' && parse_count(value, 1, 1024, &threads) != 0)
		return parse_refuse("--threads", value, "want 1 to 1024");
	if (code == OPT_ALARMS &&
	    parse_positive(value, &options->alarms_per_year) != 0)
		return parse_refuse("--alarms-per-year", value,
				    "want a number over 0");
	if (code == OPT_LINK_SPEED &&
	    parse_rate(value, &options->link_bits_per_s) != 0)
		return parse_refuse("--link-speed", value,
				    "want bits per second, as 10G");
	if (code == OPT_VERIFY &&
	    parse_count(value, VERIFY_MIN, VERIFY_MAX, &options->verify) != 0)
		return parse_refuse("--verify", value, "want 20 to 100000");
	if (code == OPT_SAMPLE &&
	    parse_count(value, 1, UINT32_MAX, &options->sample) != 0)
		return parse_refuse("--sample", value,
				    "want a number of hosts");
	if (code == OPT_DAYS &&
	    (parse_count(value, 7, 90, &options->days) != 0 ||
	     (options->days != 7 && options->days != 14 &&
	      options->days != 30 && options->days != 90)))
		return parse_refuse("--days", value, "want 7, 14, 30 or 90");
	if (code == OPT_AROUND && parse_size(value, &options->around) != 0)
		return parse_refuse("--around", value, "want bytes, as 5M");
	if (code == OPT_SEED &&
	    parse_count(value, 0, UINT64_MAX, &options->seed) != 0)
		return parse_refuse("--seed", value, "want a number");
	return EXIT_DONE;
}

static int
read_sensor(struct options *options, const char *value)
{
	assert(options != NULL);
	if (!seep_sensor_is_name(value))
		return parse_refuse("--sensor", value,
				    "want up to 63 printable characters "
				    "without blanks");
	options->sensor = value;
	return EXIT_DONE;
}

/* Options that take a value. */
static int
read_value(struct options *options, int code, const char *value)
{
	assert(options != NULL);
	switch (code) {
	case 'l':
		return parse_site(options->site, "--local", SEEP_SITE_LOCAL,
				  value);
	case OPT_PARTNER:
		return parse_site(options->site, "--partner", SEEP_SITE_PARTNER,
				  value);
	case 's':
		return parse_site(options->site, "--servers", SEEP_SITE_SERVER,
				  value);
	case OPT_HOSTS:
		return hosts_read(value, options->site, &options->hosts);
	case OPT_ALLOW:
		return allow_read(value, &options->allow);
	case OPT_HOLIDAYS:
		return holidays_read(value, &options->holidays);
	case OPT_TIMEZONE:
		options->timezone = value;
		return timezone_use(value);
	case 'w':
		return read_watch(options, value);
	case 'f':
		return read_format(options, value);
	case OPT_SINCE:
		return read_time("--since", value, &options->since_ns);
	case OPT_UNTIL:
		return read_until(options, value);
	case 'o':
		options->output = value;
		return EXIT_DONE;
	case 'S':
		options->save = value;
		return EXIT_DONE;
	case OPT_SENSOR:
		return read_sensor(options, value);
	case OPT_CHECKPOINT:
		options->checkpoint = value;
		return EXIT_DONE;
	case OPT_EVERY:
		return read_every(options, value);
	default:
		return read_number(options, code, value);
	}
}

/* Options that stand alone. */
static void
read_flag(struct options *options, int code)
{
	switch (code) {
	case 'q':
		options->quiet = 1;
		break;
	case OPT_NO_PROGRESS:
		options->no_progress = 1;
		break;
	case OPT_EXIT_CODE:
		options->exit_code = 1;
		break;
	case OPT_DEDUP:
		options->dedup = 1;
		break;
	case OPT_FOLLOW:
		options->follow = 1;
		break;
	case OPT_NO_STORE:
		options->no_store = 1;
		break;
	case OPT_CAPTURES:
		options->captures = 1;
		break;
	case OPT_VERIFY:
		options->verify = VERIFY_DEFAULT;
		break;
	case OPT_INPUTS:
		options->inputs = 1;
		break;
	case OPT_UNCHECKED:
		options->unchecked = 1;
		break;
	default:
		assert(code == OPT_NO_DPI);
		options->no_dpi = 1;
	}
}

/* Is the option one of the verb's? getopt_long(3) knows that of long ones
 * only. */
static int
is_of_verb(enum verb verb, int code)
{
	for (size_t i = 0; i < KNOWN_COUNT; i++)
		if (known[i].code == code)
			return (known[i].verbs & (unsigned)verb) != 0;
	return 0;
}

/* What getopt_long(3) did not understand. */
static int
complain_option(const struct options *options, int code, char *const *argv)
{
	const char *verb = verb_name(options->verb);

	if (code == ':')
		complain("%s needs a value; see 'seep %s --help'",
			 argv[optind - 1], verb);
	else if (optopt > 0 && optopt < 256)
		complain("there is no option -%c; see 'seep %s --help'", optopt,
			 verb);
	else
		complain("%s: no such option, or used wrongly; see 'seep %s "
			 "--help'",
			 argv[optind - 1], verb);
	return EXIT_USAGE;
}

static void
list_known(enum verb verb, struct option table[KNOWN_COUNT + 1])
{
	size_t count = 0;

	memset(table, 0, (KNOWN_COUNT + 1) * sizeof(table[0]));
	for (size_t i = 0; i < KNOWN_COUNT; i++) {
		if ((known[i].verbs & (unsigned)verb) == 0)
			continue;
		table[count].name = known[i].name;
		table[count].has_arg = known[i].has_arg;
		table[count++].val = known[i].code;
	}
}

/* Of merge, --output is another word for --save. */
static int
check_merge(struct options *options)
{
	if ((options->output != NULL) == (options->save != NULL)) {
		complain("merge wants one --output CASE");
		return EXIT_USAGE;
	}
	if (options->output != NULL)
		options->save = options->output;
	if (strcmp(options->save, "-") == 0) {
		complain("--output wants the name of a file");
		return EXIT_USAGE;
	}
	return EXIT_DONE;
}

/* A checkpoint is a file of its own, and of what can be read again. */
static int
check_checkpoint(const struct options *options)
{
	const char *path = options->checkpoint;

	if (path == NULL && options->every_ms != 0) {
		complain("--every goes with --checkpoint");
		return EXIT_USAGE;
	}
	if (path == NULL)
		return EXIT_DONE;
	if (path[0] == '\0' || strcmp(path, "-") == 0) {
		complain("--checkpoint wants the name of a file");
		return EXIT_USAGE;
	}
	if ((options->output != NULL && strcmp(path, options->output) == 0) ||
	    (options->save != NULL && strcmp(path, options->save) == 0)) {
		complain("--checkpoint names the file of --output or --save");
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < options->paths_count; i++) {
		if (strcmp(options->paths[i], "-") != 0)
			continue;
		complain("--checkpoint: standard input cannot be read again");
		return EXIT_USAGE;
	}
	return EXIT_DONE;
}

/* What no single option can see. */
static int
check_together(struct options *options)
{
	assert(options != NULL);
	if (options->paths_count == 0) {
		complain("no input named; see 'seep %s --help'",
			 verb_name(options->verb));
		return EXIT_USAGE;
	}
	if (options->until_ns != 0 && options->until_ns <= options->since_ns) {
		complain("--until is not after --since");
		return EXIT_USAGE;
	}
	if (options->save != NULL &&
	    (options->save[0] == '\0' || strcmp(options->save, "-") == 0)) {
		complain("--save wants the name of a file");
		return EXIT_USAGE;
	}
	if (options->output != NULL && options->output[0] == '\0') {
		complain("--output wants the name of a file");
		return EXIT_USAGE;
	}
	if (options->verb == VERB_MERGE)
		return check_merge(options);
	if (options->output != NULL && options->save != NULL &&
	    strcmp(options->output, options->save) == 0) {
		complain("--output and --save name the same file");
		return EXIT_USAGE;
	}
	return check_checkpoint(options);
}

static int
read_all(struct options *options, int argc, char **argv)
{
	struct option table[KNOWN_COUNT + 1];
	int status = EXIT_DONE;
	int code;

	list_known(options->verb, table);
	opterr = 0;
	optind = 1;
	while (status == EXIT_DONE &&
	       (code = getopt_long(argc, argv, short_options, table, NULL)) >=
		   0) {
		if (code == 'h') {
			usage_print(stdout, (int)options->verb);
			return -1;
		}
		if (code == '?' || code == ':')
			return complain_option(options, code, argv);
		if (!is_of_verb(options->verb, code)) {
			complain("there is no option -%c; see 'seep %s "
				 "--help'",
				 code, verb_name(options->verb));
			return EXIT_USAGE;
		}
		if (optarg != NULL)
			status = read_value(options, code, optarg);
		else
			read_flag(options, code);
	}
	options->paths = (const char *const *)(argv + optind);
	options->paths_count = (size_t)(argc - optind);
	return status == EXIT_DONE ? check_together(options) : status;
}

int
options_read(struct options *options, enum verb verb, int argc, char **argv,
	     int *status)
{
	assert(options != NULL);
	assert(argc >= 1);
	assert(status != NULL);
	memset(options, 0, sizeof(*options));
	options->verb = verb;
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
options_clear(struct options *options)
{
	assert(options != NULL);
	hosts_clear(&options->hosts);
	allow_clear(&options->allow);
	holidays_clear(&options->holidays);
	seep_site_free(options->site);
	options->site = NULL;
}
