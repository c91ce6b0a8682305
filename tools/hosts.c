/* SPDX-License-Identifier: BSD-3-Clause */
#include "hosts.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "complain.h"

static const char separators[] = " \t,\r\n";

static int
keep_address(struct host_list *list, const struct seep_address *address)
{
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

/* One line; 'line' is cut at its comment. */
static int
read_line(char *line, const char *path, size_t number, struct seep_site *site,
	  struct host_list *list)
{
	size_t first = list->count;
	size_t size;

	line[strcspn(line, "#")] = '\0';
	for (char *p = line; *(p += strspn(p, separators)) != '\0'; p += size) {
		struct seep_address address;

		size = strcspn(p, separators);
		if (seep_address_parse(p, size, &address) != SEEP_OK) {
			complain("%s: line %zu: '%.*s' is no address", path,
				 number, (int)size, p);
			return EXIT_USAGE;
		}
		if (keep_address(list, &address) != 0)
			return complain("%s", seep_strstatus(SEEP_ENOMEM));
	}
	if (list->count == first)
		return EXIT_DONE;
	if (seep_site_join(site, list->addresses + first,
			   list->count - first) != SEEP_OK)
		return complain("%s", seep_strstatus(SEEP_ENOMEM));
	return EXIT_DONE;
}

int
hosts_read(const char *path, struct seep_site *site, struct host_list *list)
{
	FILE *file;
	char *line = NULL;
	size_t room = 0;
	size_t number = 0;
	ssize_t size;
	int status = EXIT_DONE;

	assert(path != NULL);
	assert(site != NULL);
	assert(list != NULL);
	file = fopen(path, "r");
	if (file == NULL)
		return complain("%s: %s", path, strerror(errno));
	errno = 0;
	while (status == EXIT_DONE &&
	       (size = getline(&line, &room, file)) >= 0) {
		number++;
		if (strlen(line) != (size_t)size) {
			complain("%s: line %zu: not text", path, number);
			status = EXIT_USAGE;
			break;
		}
		status = read_line(line, path, number, site, list);
	}
	if (status == EXIT_DONE && ferror(file))
		status = complain("%s: %s", path, strerror(errno));
	free(line);
	fclose(file);
	return status;
}

void
hosts_clear(struct host_list *list)
{
	assert(list != NULL);
	free(list->addresses);
	memset(list, 0, sizeof(*list));
}
