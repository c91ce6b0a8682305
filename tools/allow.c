/* SPDX-License-Identifier: BSD-3-Clause */
#include "allow.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "complain.h"
#include "lines.h"
#include "parse.h"
#include "service.h"

/* A name is at most as long as a domain name can be (RFC 1035, 2.3.4). */
#define NAME_MAX_BYTES 253

static int
is_any(const char *word)
{
	return word == NULL || strcmp(word, "*") == 0;
}

static int
complain_memory(void)
{
	return complain("%s", seep_strstatus(SEEP_ENOMEM));
}

/* Digits, dots, colons and a slash alone are meant to be an address. */
static int
looks_numeric(const char *word)
{
	return strchr(word, '/') != NULL || strchr(word, ':') != NULL ||
	       word[strspn(word, "0123456789.")] == '\0';
}

static int
is_name(const char *word)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_.";
	size_t size = strspn(word, allowed);

	return word[size] == '\0' && size <= NAME_MAX_BYTES && word[0] != '.';
}

static int
read_host(const struct line *line, const char *word, struct seep_allow *entry)
{
	if (is_any(word))
		return EXIT_DONE;
	if (seep_network_parse(word, strlen(word), &entry->host) != SEEP_OK)
		return lines_refuse(line, "host '%s' is no address or network",
				    word);
	return EXIT_DONE;
}

static int
read_peer(const struct line *line, const char *word, struct seep_allow *entry)
{
	if (is_any(word))
		return EXIT_DONE;
	if (seep_network_parse(word, strlen(word), &entry->peer) == SEEP_OK)
		return EXIT_DONE;
	if (looks_numeric(word) || !is_name(word))
		return lines_refuse(
		    line, "peer '%s' is no address, network or name", word);
	entry->name = strdup(word);
	return entry->name != NULL ? EXIT_DONE : complain_memory();
}

static int
read_service(const struct line *line, const char *word,
	     struct seep_allow *entry)
{
	char name[SEEP_SERVICE_TEXT_SIZE];

	if (is_any(word))
		return EXIT_DONE;
	entry->has_service = 1;
	switch (service_parse(word, &entry->protocol, &entry->port)) {
	case SERVICE_FINE:
		return EXIT_DONE;
	case SERVICE_NO_MEMORY:
		return complain_memory();
	case SERVICE_NOT_LISTED:
		seep_service_name(entry->protocol, entry->port, name);
		return lines_refuse(
		    line, "service '%s' is not counted by itself; say %s", word,
		    name);
	default:
		return lines_refuse(line,
				    "service '%s': want tcp/443, udp/high, "
				    "icmp or *",
				    word);
	}
}

static int
read_bytes(const struct line *line, const char *word, struct seep_allow *entry)
{
	if (is_any(word))
		return EXIT_DONE;
	if (parse_size(word, &entry->bytes_per_day) != 0)
		return lines_refuse(
		    line, "'%s': want bytes per day, as 2G, or *", word);
	return EXIT_DONE;
}

static int
read_times(const struct line *line, const char *from, const char *until,
	   struct seep_allow *entry)
{
	const char *bad = NULL;

	if (!is_any(from) && parse_time(from, &entry->from_ns) != 0)
		bad = from;
	else if (!is_any(until) && (parse_time(until, &entry->until_ns) != 0 ||
				    entry->until_ns == 0))
		bad = until;
	if (bad != NULL)
		return lines_refuse(line,
				    "'%s': want a date, as 2026-03-01, "
				    "or *",
				    bad);
	if (entry->until_ns != 0 && entry->until_ns <= entry->from_ns)
		return lines_refuse(line, "'%s' is not after '%s'", until,
				    from);
	return EXIT_DONE;
}

static int
read_reason(const char *rest, struct seep_allow *entry)
{
	rest += strspn(rest, LINES_SPACE);
	if (*rest == '\0')
		return EXIT_DONE;
	entry->reason = strdup(rest);
	return entry->reason != NULL ? EXIT_DONE : complain_memory();
}

static int
read_entry(const struct line *line, struct seep_allow *entry)
{
	char *rest = line->text;
	const char *words[6];
	int status;

	for (size_t i = 0; i < 6; i++)
		words[i] = lines_word(&rest);
	assert(words[0] != NULL);
	if (words[1] == NULL)
		return lines_refuse(line, "want at least a host and a peer");
	status = read_host(line, words[0], entry);
	if (status == EXIT_DONE)
		status = read_peer(line, words[1], entry);
	if (status == EXIT_DONE)
		status = read_service(line, words[2], entry);
	if (status == EXIT_DONE)
		status = read_bytes(line, words[3], entry);
	if (status == EXIT_DONE)
		status = read_times(line, words[4], words[5], entry);
	if (status == EXIT_DONE)
		status = read_reason(rest, entry);
	return status;
}

/* A copy with single blanks, for the report. */
static char *
copy_text(const char *text)
{
	char *copy = malloc(strlen(text) + 1);
	size_t size = 0;

	if (copy == NULL)
		return NULL;
	for (const char *p = text; *p != '\0'; p++) {
		const int blank = strchr(LINES_SPACE, *p) != NULL;

		if (blank && (size == 0 || copy[size - 1] == ' '))
			continue;
		copy[size++] = *p;
		if (blank)
			copy[size - 1] = ' ';
	}
	while (size > 0 && copy[size - 1] == ' ')
		size--;
	copy[size] = '\0';
	return copy;
}

static int
make_room(struct allow_list *list)
{
	size_t room = list->room == 0 ? 16 : list->room * 2;
	void *grown;

	if (list->count < list->room)
		return 0;
	grown = realloc(list->entries, room * sizeof(list->entries[0]));
	if (grown == NULL)
		return -1;
	list->entries = grown;
	grown = realloc(list->texts, room * sizeof(list->texts[0]));
	if (grown == NULL)
		return -1;
	list->texts = grown;
	list->room = room;
	return 0;
}

static int
read_line(void *ctx, const struct line *line)
{
	struct allow_list *list = ctx;
	const char *first = line->text + strspn(line->text, LINES_SPACE);
	struct seep_allow *entry;

	if (*first == '\0' || *first == '#')
		return EXIT_DONE;
	if (make_room(list) != 0)
		return complain_memory();
	entry = &list->entries[list->count];
	memset(entry, 0, sizeof(*entry));
	entry->bytes_per_day = UINT64_MAX;
	list->texts[list->count] = copy_text(line->text);
	if (list->texts[list->count++] == NULL)
		return complain_memory();
	return read_entry(line, entry);
}

int
allow_read(const char *path, struct allow_list *list)
{
	assert(path != NULL);
	assert(list != NULL);
	return lines_read(path, read_line, list);
}

void
allow_clear(struct allow_list *list)
{
	assert(list != NULL);
	for (size_t i = 0; i < list->count; i++) {
		/* Both were made by strdup(3) here. */
		free((void *)(uintptr_t)list->entries[i].name);
		free((void *)(uintptr_t)list->entries[i].reason);
		free(list->texts[i]);
	}
	free(list->entries);
	free(list->texts);
	memset(list, 0, sizeof(*list));
}
