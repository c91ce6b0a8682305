/* SPDX-License-Identifier: BSD-3-Clause */
#include "inputs.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char *
describe_path(const char *path)
{
	struct stat st;
	size_t size = strlen(path);
	char *copy = malloc(size + 2);

	if (copy == NULL)
		return NULL;
	memcpy(copy, path, size + 1);
	if (size > 0 && path[size - 1] != '/' && strcmp(path, "-") != 0 &&
	    stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		memcpy(copy + size, "/", 2);
	return copy;
}

/* Does this path hold plain Zeek TSV? Only a regular file is asked: reading
 * from anything else would take bytes away from the reader. */
static int
is_tsv(const char *path)
{
	struct stat st;
	FILE *file;
	int first;

	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode))
		return 0;
	file = fopen(path, "rb");
	if (file == NULL)
		return 0;
	first = fgetc(file);
	fclose(file);
	return first == '#';
}

static uint32_t
kind_of(const struct options *options)
{
	if (options->verb == VERB_PCAP)
		return SEEP_INPUT_CAPTURE;
	for (size_t i = 0; i < options->paths_count; i++)
		if (!is_tsv(options->paths[i]))
			return SEEP_INPUT_ZEEK_JSON; /* reads TSV too */
	return SEEP_INPUT_ZEEK_TSV;
}

static int
describe_aliases(struct inputs *inputs, const struct options *options)
{
	const struct host_list *hosts = &options->hosts;

	if (hosts->count == 0)
		return 0;
	inputs->aliases = calloc(hosts->count, sizeof(inputs->aliases[0]));
	if (inputs->aliases == NULL)
		return -1;
	for (size_t i = 0; i < hosts->count; i++) {
		inputs->aliases[i].address = hosts->addresses[i];
		inputs->aliases[i].host =
		    *seep_site_host(options->site, &hosts->addresses[i]);
	}
	inputs->opts.aliases = inputs->aliases;
	inputs->opts.aliases_count = hosts->count;
	return 0;
}

int
inputs_describe(struct inputs *inputs, const struct options *options)
{
	assert(inputs != NULL);
	assert(options != NULL);
	memset(inputs, 0, sizeof(*inputs));
	inputs->opts.size = sizeof(inputs->opts);
	inputs->opts.input_kind = kind_of(options);
	inputs->opts.input_flags = options->dedup ? SEEP_INPUT_DEDUP : 0;
	inputs->opts.link_bits_per_s = options->link_bits_per_s;
	inputs->opts.allow = (const char *const *)options->allow.texts;
	inputs->opts.allow_count = options->allow.count;
	inputs->paths = calloc(options->paths_count, sizeof(char *));
	if (inputs->paths == NULL)
		return -1;
	inputs->paths_count = options->paths_count;
	for (size_t i = 0; i < options->paths_count; i++) {
		inputs->paths[i] = describe_path(options->paths[i]);
		if (inputs->paths[i] == NULL)
			return -1;
	}
	inputs->opts.inputs = (const char *const *)inputs->paths;
	inputs->opts.inputs_count = inputs->paths_count;
	return describe_aliases(inputs, options);
}

static int
compare_names(const void *a, const void *b)
{
	const char *const *x = a;
	const char *const *y = b;

	return strcmp(*x, *y);
}

static int
list_names(struct inputs *inputs, const struct seep_snapshot *part)
{
	const struct seep_input *input;
	size_t cursor = 0;
	size_t count = 0;

	while (seep_snapshot_next_input(part, &cursor, &input) == SEEP_OK)
		count++;
	inputs->paths = calloc(count + 1, sizeof(char *));
	if (inputs->paths == NULL)
		return -1;
	cursor = 0;
	while (seep_snapshot_next_input(part, &cursor, &input) == SEEP_OK) {
		char *copy = strdup(input->name);

		if (copy == NULL)
			return -1;
		inputs->paths[inputs->paths_count++] = copy;
	}
	qsort(inputs->paths, inputs->paths_count, sizeof(char *),
	      compare_names);
	return 0;
}

/* Every address that the site joined to another. */
static int
list_aliases(struct inputs *inputs, const struct seep_site *site)
{
	struct seep_address address, host;
	size_t cursor = 0;
	size_t count = 0;

	while (seep_site_next_joined(site, &cursor, &address, &host) == SEEP_OK)
		count++;
	if (count == 0)
		return 0;
	inputs->aliases = calloc(count, sizeof(inputs->aliases[0]));
	if (inputs->aliases == NULL)
		return -1;
	cursor = 0;
	for (size_t i = 0; i < count; i++) {
		struct seep_report_alias *alias = &inputs->aliases[i];

		if (seep_site_next_joined(site, &cursor, &alias->address,
					  &alias->host) != SEEP_OK)
			break;
		inputs->opts.aliases_count++;
	}
	inputs->opts.aliases = inputs->aliases;
	return 0;
}

int
inputs_of_case(struct inputs *inputs, const struct options *options,
	       const struct seep_case *seep_case)
{
	const struct seep_snapshot *part = seep_case_part(seep_case, 0);
	struct seep_origin origin;

	assert(inputs != NULL);
	memset(inputs, 0, sizeof(*inputs));
	inputs->opts.size = sizeof(inputs->opts);
	inputs->opts.allow = (const char *const *)options->allow.texts;
	inputs->opts.allow_count = options->allow.count;
	seep_snapshot_origin(part, &origin);
	if (seep_case_parts(seep_case) > 1 || !origin.inputs_listed)
		return 0;
	if (origin.kind == SEEP_ORIGIN_ZEEK)
		inputs->opts.input_kind = SEEP_INPUT_ZEEK_JSON;
	else if (origin.kind == SEEP_ORIGIN_CAPTURE)
		inputs->opts.input_kind = SEEP_INPUT_CAPTURE;
	inputs->opts.input_flags = origin.dedup ? SEEP_INPUT_DEDUP : 0;
	inputs->opts.link_bits_per_s = origin.link_bits_per_s;
	if (list_names(inputs, part) != 0)
		return -1;
	inputs->opts.inputs = (const char *const *)inputs->paths;
	inputs->opts.inputs_count = inputs->paths_count;
	return list_aliases(inputs, seep_snapshot_site(part));
}

void
inputs_clear(struct inputs *inputs)
{
	assert(inputs != NULL);
	for (size_t i = 0; i < inputs->paths_count; i++)
		free(inputs->paths[i]);
	free(inputs->paths);
	free(inputs->aliases);
	memset(inputs, 0, sizeof(*inputs));
}
