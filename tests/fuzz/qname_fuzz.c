/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Names as a log writes them, and their registered domains.
 *
 * Claims     the name in parts is the name split; its domain is printable,
 *            and the domain's own domain, below which there is nothing;
 *            what counts is less than the name.
 * Input      the name as text.
 */
#include <string.h>

#include "fuzz/fuzz.h"
#include "input/qname.h"

static void
check_parts(const struct seep__qname *name)
{
	struct seep__qname again;

	again.size = 0;
	for (size_t at = 0; at < name->size; at += 1u + name->bytes[at]) {
		const uint8_t size = name->bytes[at];

		FUZZ_CHECK(size > 0 && size <= SEEP__QNAME_LABEL_MAX);
		FUZZ_CHECK(at + 1 + size <= name->size);
		FUZZ_CHECK(seep__qname_add(&again, name->bytes + at + 1, size));
	}
	FUZZ_CHECK(again.size == name->size);
	FUZZ_CHECK(memcmp(again.bytes, name->bytes, name->size) == 0);
}

static void
check_domain(const struct seep__asked *asked)
{
	enum seep__qname_kind kind;
	struct seep__asked again;
	struct seep__qname name;

	if (strchr(asked->domain, '\\') != NULL ||
	    strcmp(asked->domain, SEEP__QNAME_UNLISTED) == 0)
		return;
	FUZZ_CHECK(seep__qname_split(&name, asked->domain, asked->domain_size));
	kind = seep__qname_ask(&name, &again);
	/* The last label alone, of a name that is asked for inside. */
	if (strchr(asked->domain, '.') == NULL)
		return;
	FUZZ_CHECK(kind == SEEP__QNAME_DOMAIN && again.bytes == 0);
	FUZZ_CHECK(strcmp(again.domain, asked->domain) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seep_address orig = {{1}};
	struct seep__asked asked;
	struct seep__qname name;
	struct seep_flow flow;

	memset(&asked, 0, sizeof(asked));
	if (!seep__qname_split(&name, (const char *)data, size))
		return 0;
	FUZZ_CHECK(name.size <= SEEP__QNAME_SIZE_MAX);
	check_parts(&name);
	if (seep__qname_ask(&name, &asked) != SEEP__QNAME_DOMAIN)
		return 0;
	FUZZ_CHECK(asked.domain_size == strlen(asked.domain));
	FUZZ_CHECK(asked.domain_size <= SEEP_NAME_SIZE_MAX);
	FUZZ_CHECK(asked.bytes < name.size);
	for (const char *p = asked.domain; *p != '\0'; p++)
		FUZZ_CHECK(*p >= ' ' && *p <= '~');
	check_domain(&asked);
	memset(&flow, 0, sizeof(flow));
	seep__qname_flow(&asked, &orig, 1, &flow);
	FUZZ_CHECK(flow.bytes_orig == asked.bytes);
	FUZZ_CHECK(seep_address_is_name(&flow.resp));
	return 0;
}
