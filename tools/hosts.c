/* SPDX-License-Identifier: BSD-3-Clause */
#include "hosts.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "complain.h"
#include "lines.h"

static const char separators[] = " \t,\r\n";

int
hosts_add(struct host_list *list, const struct seep_address *address)
{
	assert(list != NULL);
	if (list->count == list->room) {
		size_t room = list->room == 0 ? 64 : list->room * 2;
		void *grown =
		    realloc(list->addresses, room * sizeof(list->addresses[0]));

		if (grown == NULL)
			return -1;
		list->addresses = grown;
		list->room = room;
	}
	list->addresses[list->count++] = *address;
	return 0;
}

/* struct reader: what a line is read into. */
struct reader {
	struct seep_site *site;
	struct host_list *list;
};

static int
read_line(void *ctx, const struct line *line)
{
	struct reader *reader = ctx;
	struct host_list *list = reader->list;
	size_t first = list->count;
	size_t size;

	line->text[strcspn(line->text, "#")] = '\0';
	for (char *p = line->text; *(p += strspn(p, separators)) != '\0';
	     p += size) {
		struct seep_address address;

		size = strcspn(p, separators);
		if (seep_address_parse(p, size, &address) != SEEP_OK)
			return lines_refuse(line, "'%.*s' is no address",
					    (int)size, p);
		if (hosts_add(list, &address) != 0)
			return complain("%s", seep_strstatus(SEEP_ENOMEM));
	}
	if (list->count == first)
		return EXIT_DONE;
	if (seep_site_join(reader->site, list->addresses + first,
			   list->count - first) != SEEP_OK)
		return complain("%s", seep_strstatus(SEEP_ENOMEM));
	return EXIT_DONE;
}

int
hosts_read(const char *path, struct seep_site *site, struct host_list *list)
{
	struct reader reader = {.site = site, .list = list};

	assert(path != NULL);
	assert(site != NULL);
	assert(list != NULL);
	return lines_read(path, read_line, &reader);
}

void
hosts_clear(struct host_list *list)
{
	assert(list != NULL);
	free(list->addresses);
	memset(list, 0, sizeof(*list));
}
