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
