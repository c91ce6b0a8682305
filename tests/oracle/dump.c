/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * dump.c - what do the readers and the ledger say, number by number?
 *
 * seep_dump zeek|pcap [OPTION]... PATH...   read with the public readers
 * seep_dump flows [OPTION]... FILE...       feed flows as --flows prints them
 * seep_dump case [OPTION]... FILE...        restore saved cases
 * seep_dump services                        the ports of the service list
 *
 *   --local CIDR, --partner CIDR   as of the tool; may be repeated
 *   --join A,B[,C...]              several addresses, one host
 *   --list FILE                    more paths, one in each line
 *   --each                         one engine for each path, not one for all
 *   --flows                        print what the reader gives
 *   --no-cells, --notices          leave out, add
 *   --save FILE                    write the case (not with --each)
 *   --dedup, --same, --dpi         options of the readers
 *   --batch N                      flows taken from the reader at once
 *
 * Every line of output is TSV whose first column says what it is; the
 * oracles compare them with counts that share no code with the library.
 * Exit status: 0 done, 1 a call failed, 2 wrong usage.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <seep/capture.h>
#include <seep/seep.h>
#include <seep/zeek.h>

#include "lines.h"

#define BATCH_MAX 512

enum mode { MODE_ZEEK, MODE_PCAP, MODE_FLOWS, MODE_CASE };

/* struct job: the command line, understood. */
struct job {
	enum mode mode;
	struct seep_site *site;
	const char **paths;
	size_t count;
	char *list; /* the text that paths of --list point into */
	size_t batch;
	const char *save;
	int each;
	int flows;
	int cells;
	int notices;
	int dedup;
	int same;
	int dpi;
};

static int
fail(const char *what, int status)
{
	fprintf(stderr, "seep_dump: %s: %s\n", what, seep_strstatus(status));
	return 1;
}

static int
usage(const char *what)
{
	fprintf(stderr, "seep_dump: %s\n", what);
	return 2;
}

static int
print_cells(const struct seep_snapshot *snapshot)
{
	struct seep_cells *cells = NULL;
	struct seep_cell cell;
	int status = seep_cells_new(&cells, snapshot, NULL);

	while (status == SEEP_OK) {
		status = seep_cells_next(cells, &cell);
		if (status == SEEP_OK)
			print_cell(&cell);
	}
	seep_cells_free(cells);
	return status == SEEP_END ? 0 : fail("cells", status);
}

static void
print_notices(struct seep_source *source)
{
	struct seep_notice n;

	while (seep_source_notice(source, &n) == SEEP_OK)
		printf("notice\t%s\t%" PRIu64 "\t%d\t%s\t%s\n", n.file, n.line,
		       n.fatal, n.field ? n.field : "-", n.text);
}

static int
write_file(void *ctx, const void *data, size_t size)
{
	return fwrite(data, 1, size, ctx) != size;
}

static int
read_file(void *ctx, void *data, size_t size, size_t *got)
{
	*got = fread(data, 1, size, ctx);
	return ferror((FILE *)ctx) != 0;
}

static int
save_case(const struct seep_snapshot *snapshot, const char *path)
{
	FILE *file = fopen(path, "wb");
	int status;

	if (file == NULL)
		return fail(path, SEEP_EIO);
	status = seep_snapshot_save(snapshot, write_file, file);
	if (fclose(file) != 0 && status == SEEP_OK)
		status = SEEP_EIO;
	return status == SEEP_OK ? 0 : fail(path, status);
}

/* show() prints a snapshot and saves it where the job says so. */
static int
show(const struct job *job, const struct seep_snapshot *snapshot)
{
	int rc = 0;

	print_coverage(seep_snapshot_coverage(snapshot));
	if (job->cells)
		rc = print_cells(snapshot);
	if (rc == 0 && job->save != NULL)
		rc = save_case(snapshot, job->save);
	return rc;
}

static int
open_source(const struct job *job, const char *const *paths, size_t count,
	    struct seep_source **source)
{
	struct seep_zeek_opts zeek = SEEP_ZEEK_OPTS_INIT;
	struct seep_capture_opts capture = SEEP_CAPTURE_OPTS_INIT;

	zeek.dedup = job->dedup;
	capture.no_dpi = !job->dpi;
	capture.accept_same_file = job->same;
	if (job->mode == MODE_ZEEK)
		return seep_zeek_source_new(source, paths, count, &zeek, NULL);
	return seep_capture_source_new(source, paths, count, &capture, NULL);
}

/* pump() feeds everything that 'source' gives. */
static int
pump(const struct job *job, struct seep_source *source,
     struct seep_engine *engine)
{
	struct seep_flow flows[BATCH_MAX];
	struct seep_coverage part;
	size_t count;
	int status = SEEP_OK;

	while (status == SEEP_OK) {
		status = seep_source_next(source, flows, job->batch, &count);
		if (status != SEEP_OK)
			break;
		for (size_t i = 0; job->flows && i < count; i++)
			print_flow(&flows[i]);
		status = seep_engine_feed(engine, flows, count, NULL);
	}
	if (status != SEEP_END)
		return fail("reading", status);
	seep_source_coverage(source, &part);
	seep_engine_add_coverage(engine, &part);
	if (job->notices)
		print_notices(source);
	return 0;
}

/* feed_files() feeds the flows of text files. */
static int
feed_files(const char *const *paths, size_t count, struct seep_engine *engine)
{
	char line[512];
	char domain[SEEP_NAME_SIZE_MAX + 1];

	for (size_t i = 0; i < count; i++) {
		FILE *file = fopen(paths[i], "rb");
		struct seep_flow flow;
		int status = file == NULL ? SEEP_EIO : SEEP_OK;

		while (status == SEEP_OK && fgets(line, sizeof(line), file))
			status = scan_flow(line, &flow, domain)
				     ? seep_engine_feed(engine, &flow, 1, NULL)
				     : SEEP_EFORMAT;
		if (file != NULL)
			(void)fclose(file);
		if (status != SEEP_OK)
			return fail(paths[i], status);
	}
	return 0;
}

/* feed_paths() feeds everything that 'count' paths hold. */
static int
feed_paths(const struct job *job, const char *const *paths, size_t count,
	   struct seep_engine *engine)
{
	struct seep_source *source = NULL;
	int status, rc;

	if (job->mode == MODE_FLOWS)
		return feed_files(paths, count, engine);
	status = open_source(job, paths, count, &source);
	rc = status == SEEP_OK ? pump(job, source, engine)
			       : fail("source", status);
	seep_source_free(source);
	return rc;
}

/* read_paths() reads 'count' paths into one engine and shows it. */
static int
read_paths(const struct job *job, const char *const *paths, size_t count)
{
	struct seep_engine_opts opts = SEEP_ENGINE_OPTS_INIT;
	struct seep_engine *engine = NULL;
	struct seep_snapshot *snapshot = NULL;
	int status, rc;

	opts.site = job->site;
	status = seep_engine_new(&engine, &opts, NULL);
	if (status != SEEP_OK)
		return fail("engine", status);
	rc = feed_paths(job, paths, count, engine);
	if (rc == 0) {
		status = seep_engine_snapshot(engine, &snapshot);
		rc = status == SEEP_OK ? show(job, snapshot)
				       : fail("snapshot", status);
	}
	seep_snapshot_free(snapshot);
	seep_engine_free(engine);
	return rc;
}

static int
restore(const char *path, struct seep_snapshot **snapshot)
{
	FILE *file = fopen(path, "rb");
	const char *section = NULL;
	int status;

	if (file == NULL)
		return fail(path, SEEP_EIO);
	status =
	    seep_snapshot_restore(snapshot, read_file, file, &section, NULL);
	(void)fclose(file);
	if (status == SEEP_OK)
		return 0;
	return fail(section != NULL ? section : path, status);
}

/* read_cases() restores 'count' cases, merges them and shows the sum. */
static int
read_cases(const struct job *job, const char *const *paths, size_t count)
{
	const struct seep_snapshot *both[2];
	struct seep_snapshot *sum = NULL;
	int rc = 0;

	for (size_t i = 0; i < count && rc == 0; i++) {
		struct seep_snapshot *one = NULL, *merged = NULL;
		int status;

		rc = restore(paths[i], &one);
		if (rc == 0 && sum == NULL) {
			sum = one;
			continue;
		}
		if (rc != 0)
			break;
		both[0] = sum;
		both[1] = one;
		status = seep_snapshot_merge(&merged, both, 2, NULL);
		seep_snapshot_free(one);
		seep_snapshot_free(sum);
		sum = merged;
		if (status != SEEP_OK)
			rc = fail("merge", status);
	}
	if (rc == 0)
		rc = show(job, sum);
	seep_snapshot_free(sum);
	return rc;
}

/*
 * print_services() shows the service list through the ledger's own eyes: a
 * flow to each port of each protocol that has ports, and those that came
 * back under their own number.
 */
static int
print_services(void)
{
	static const uint8_t protocols[] = {6, 17, 132};
	struct seep_engine *engine = NULL;
	struct seep_snapshot *snapshot = NULL;
	struct seep_flow flow = {.bytes_orig = 1, .packets_orig = 1};
	int status = seep_engine_new(&engine, NULL, NULL);

	if (seep_address_parse("10.0.0.1", 8, &flow.orig) != SEEP_OK ||
	    seep_address_parse("192.0.2.1", 9, &flow.resp) != SEEP_OK)
		status = SEEP_EINVAL;
	flow.opener = SEEP_OPENER_ORIG;
	for (uint32_t i = 0; i < 3 * 65536 && status == SEEP_OK; i++) {
		flow.protocol = protocols[i / 65536];
		flow.port_resp = (uint16_t)(i % 65536);
		status = seep_engine_feed(engine, &flow, 1, NULL);
	}
	if (status == SEEP_OK)
		status = seep_engine_snapshot(engine, &snapshot);
	if (status == SEEP_OK)
		status = print_cells(snapshot) == 0 ? SEEP_OK : SEEP_EIO;
	seep_snapshot_free(snapshot);
	seep_engine_free(engine);
	return status == SEEP_OK ? 0 : fail("services", status);
}

static int
run(const struct job *job)
{
	int (*read)(const struct job *, const char *const *, size_t) =
	    job->mode == MODE_CASE ? read_cases : read_paths;
	int rc = 0;

	if (!job->each)
		return read(job, job->paths, job->count);
	for (size_t i = 0; i < job->count; i++) {
		int one;

		printf("file\t%s\n", job->paths[i]);
		one = read(job, &job->paths[i], 1);
		printf("status\t%d\n", one);
		rc |= one;
		(void)fflush(stdout);
	}
	return rc;
}

static int
add_networks(struct job *job, enum seep_site_kind kind, const char *text)
{
	struct seep_network network;

	if (seep_network_parse(text, strlen(text), &network) != SEEP_OK ||
	    seep_site_add(job->site, kind, &network) != SEEP_OK)
		return usage("not a network");
	return 0;
}

static int
join(struct job *job, const char *text)
{
	struct seep_address addresses[16];
	size_t count = 0;

	while (*text != '\0' && count < 16) {
		size_t size = strcspn(text, ",");

		if (seep_address_parse(text, size, &addresses[count++]) !=
		    SEEP_OK)
			return usage("--join takes addresses");
		text += size;
		text += *text == ',';
	}
	if (seep_site_join(job->site, addresses, count) != SEEP_OK)
		return usage("--join");
	return 0;
}

static int
add_path(struct job *job, const char *path)
{
	const char **more =
	    realloc(job->paths, (job->count + 1) * sizeof(*more));

	if (more == NULL)
		return fail("paths", SEEP_ENOMEM);
	job->paths = more;
	job->paths[job->count++] = path;
	return 0;
}

/* read_list() adds each line of 'path' to the job's paths. */
static int
read_list(struct job *job, const char *path)
{
	FILE *file = fopen(path, "rb");
	size_t size = 0, room = 1 << 20;
	int rc = 0;

	if (file == NULL || job->list != NULL)
		return usage("--list: one readable file");
	job->list = malloc(room);
	if (job->list != NULL)
		size = fread(job->list, 1, room - 1, file);
	(void)fclose(file);
	if (job->list == NULL || size == room - 1)
		return fail("--list", SEEP_ENOMEM);
	job->list[size] = '\0';
	for (char *line = strtok(job->list, "\n"); line != NULL && rc == 0;
	     line = strtok(NULL, "\n"))
		rc = add_path(job, line);
	return rc;
}

/* take_value() understands an option that has a value. */
static int
take_value(struct job *job, const char *name, const char *value)
{
	if (strcmp(name, "--local") == 0)
		return add_networks(job, SEEP_SITE_LOCAL, value);
	if (strcmp(name, "--partner") == 0)
		return add_networks(job, SEEP_SITE_PARTNER, value);
	if (strcmp(name, "--join") == 0)
		return join(job, value);
	if (strcmp(name, "--list") == 0)
		return read_list(job, value);
	if (strcmp(name, "--batch") == 0) {
		job->batch = strtoul(value, NULL, 10);
		return job->batch >= 1 && job->batch <= BATCH_MAX
			   ? 0
			   : usage("--batch: 1 to 512");
	}
	if (strcmp(name, "--save") == 0) {
		job->save = value;
		return 0;
	}
	return usage("unknown option");
}

/* take_flag() understands an option without a value: 1, or 0 if unknown. */
static int
take_flag(struct job *job, const char *name)
{
	const struct {
		const char *name;
		int *flag;
		int value;
	} flags[] = {
	    {"--each", &job->each, 1},      {"--flows", &job->flows, 1},
	    {"--no-cells", &job->cells, 0}, {"--notices", &job->notices, 1},
	    {"--dedup", &job->dedup, 1},    {"--same", &job->same, 1},
	    {"--dpi", &job->dpi, 1},
	};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (strcmp(name, flags[i].name) == 0) {
			*flags[i].flag = flags[i].value;
			return 1;
		}
	}
	return 0;
}

static int
take_arguments(struct job *job, int argc, char **argv)
{
	int rc = 0;

	for (int i = 2; i < argc && rc == 0; i++) {
		if (strncmp(argv[i], "--", 2) != 0)
			rc = add_path(job, argv[i]);
		else if (take_flag(job, argv[i]))
			continue;
		else if (i + 1 < argc)
			rc = take_value(job, argv[i], argv[i + 1]), i++;
		else
			rc = usage("an option lacks its value");
	}
	if (rc == 0 && job->count == 0)
		rc = usage("no path");
	return rc;
}

static int
take_mode(struct job *job, const char *name)
{
	const char *const names[] = {"zeek", "pcap", "flows", "case"};

	for (int i = 0; i < 4; i++) {
		if (strcmp(name, names[i]) == 0) {
			job->mode = (enum mode)i;
			return 0;
		}
	}
	return usage("zeek, pcap, flows, case or services");
}

int
main(int argc, char **argv)
{
	struct job job = {.cells = 1, .batch = BATCH_MAX};
	int rc;

	if (argc == 2 && strcmp(argv[1], "services") == 0)
		return print_services();
	rc = take_mode(&job, argc > 1 ? argv[1] : "");
	if (rc != 0)
		return rc;
	if (seep_site_new(&job.site, NULL) != SEEP_OK)
		return fail("site", SEEP_ENOMEM);
	rc = take_arguments(&job, argc, argv);
	if (rc == 0)
		rc = run(&job);
	seep_site_free(job.site);
	free(job.paths);
	free(job.list);
	return rc;
}
