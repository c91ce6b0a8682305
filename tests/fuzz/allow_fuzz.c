/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The file of --allow, any bytes.
 *
 * Claims     it is read whole or refused; every entry is one that detection
 *            takes; the lines as they are shown to the user mean the same
 *            entries when they are read again.
 */
#include "allow.h"

#include <stdlib.h>
#include <string.h>

#include "complain.h"
#include "fuzz/fuzz.h"

static int
same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void
check_same(const struct seep_allow *a, const struct seep_allow *b)
{
	FUZZ_CHECK(a->host.prefix_bits == b->host.prefix_bits);
	FUZZ_CHECK(!seep_address_compare(&a->host.base, &b->host.base));
	FUZZ_CHECK(a->peer.prefix_bits == b->peer.prefix_bits);
	FUZZ_CHECK(!seep_address_compare(&a->peer.base, &b->peer.base));
	FUZZ_CHECK(same_text(a->name, b->name));
	FUZZ_CHECK(a->has_service == b->has_service);
	FUZZ_CHECK(a->protocol == b->protocol && a->port == b->port);
	FUZZ_CHECK(a->bytes_per_day == b->bytes_per_day);
	FUZZ_CHECK(a->from_ns == b->from_ns && a->until_ns == b->until_ns);
}

static void
check_entry(const struct seep_allow *entry)
{
	const int64_t day = INT64_C(86400) * 1000000000;

	FUZZ_CHECK(entry->host.prefix_bits <= 128);
	FUZZ_CHECK(entry->peer.prefix_bits <= 128);
	FUZZ_CHECK(entry->name == NULL || entry->name[0] != '\0');
	FUZZ_CHECK(entry->name == NULL || entry->peer.prefix_bits == 0);
	FUZZ_CHECK(entry->port <= SEEP_PORT_HIGH);
	FUZZ_CHECK(entry->from_ns % day == 0 && entry->until_ns % day == 0);
}

/* All lines as one text. */
static struct fuzz_bytes
shown(const struct allow_list *list)
{
	struct fuzz_bytes text = {NULL, 0, 0, 0};

	for (size_t i = 0; i < list->count; i++) {
		fuzz_write(&text, list->texts[i], strlen(list->texts[i]));
		fuzz_write(&text, "\n", 1);
	}
	return text;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct allow_list list = {NULL, NULL, 0, 0};
	struct allow_list again = {NULL, NULL, 0, 0};
	const int status = allow_read(fuzz_file("", data, size), &list);
	struct fuzz_bytes text;

	FUZZ_CHECK(status == EXIT_DONE || status == EXIT_USAGE);
	if (status == EXIT_DONE && list.count > 0) {
		text = shown(&list);
		FUZZ_CHECK(allow_read(fuzz_file("", text.data, text.size),
				      &again) == EXIT_DONE);
		FUZZ_CHECK(again.count == list.count);
		for (size_t i = 0; i < list.count; i++) {
			check_entry(&list.entries[i]);
			check_same(&list.entries[i], &again.entries[i]);
		}
		free(text.data);
	}
	allow_clear(&again);
	allow_clear(&list);
	return 0;
}
