/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The file of --hosts, any bytes.
 *
 * Claims     it is read whole or refused; the name of a host is its own
 *            name and the smallest address of its group (site.h); the
 *            addresses read, written one group a line, give the same groups.
 */
#include "hosts.h"

#include <stdlib.h>

#include "complain.h"
#include "fuzz/fuzz.h"

/* Each address beside the name of its host. */
static struct fuzz_bytes
written(const struct seep_site *site, const struct host_list *list)
{
	struct fuzz_bytes text = {NULL, 0, 0, 0};

	for (size_t i = 0; i < list->count; i++) {
		const struct seep_address *address = &list->addresses[i];
		const struct seep_address *host = seep_site_host(site, address);
		char line[2 * SEEP_ADDRESS_TEXT_SIZE];
		size_t size = seep_address_format(host, line);

		FUZZ_CHECK(seep_address_compare(host, address) <= 0);
		FUZZ_CHECK(
		    !seep_address_compare(seep_site_host(site, host), host));
		line[size++] = ' ';
		size += seep_address_format(address, line + size);
		line[size++] = '\n';
		fuzz_write(&text, line, size);
	}
	return text;
}

static void
check_same(const struct seep_site *a, const struct seep_site *b,
	   const struct host_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		FUZZ_CHECK(!seep_address_compare(
		    seep_site_host(a, &list->addresses[i]),
		    seep_site_host(b, &list->addresses[i])));
}

static void
read_again(const struct seep_site *site, const struct host_list *list)
{
	struct fuzz_bytes text = written(site, list);
	struct host_list again = {NULL, 0, 0};
	struct seep_site *other;

	FUZZ_CHECK(seep_site_new(&other, NULL) == SEEP_OK);
	FUZZ_CHECK(hosts_read(fuzz_file("", text.data, text.size), other,
			      &again) == EXIT_DONE);
	FUZZ_CHECK(again.count == 2 * list->count);
	check_same(site, other, list);
	free(text.data);
	hosts_clear(&again);
	seep_site_free(other);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct host_list list = {NULL, 0, 0};
	struct seep_site *site;
	int status;

	FUZZ_CHECK(seep_site_new(&site, NULL) == SEEP_OK);
	status = hosts_read(fuzz_file("", data, size), site, &list);
	FUZZ_CHECK(status == EXIT_DONE || status == EXIT_USAGE);
	if (status == EXIT_DONE)
		read_again(site, &list);
	hosts_clear(&list);
	seep_site_free(site);
	return 0;
}
