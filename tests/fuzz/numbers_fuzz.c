/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a person types and a log says: numbers, sizes, times, services,
 * addresses, networks.
 *
 * Claims     every reader takes the whole text or refuses it and leaves its
 *            result alone; what it takes is what strtoull(3) and the writer
 *            of the same thing say; an exact decimal is cut, not rounded.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "fuzz/fuzz.h"
#include "input/decimal.h"
#include "parse.h"
#include "service.h"

#define TEXT_MAX 256

static void
check_counts(const char *text)
{
	uint64_t count = 7;
	uint64_t size = 7;
	uint64_t rate = 7;
	double positive = 7;

	if (parse_count(text, 0, UINT64_MAX, &count) == 0)
		FUZZ_CHECK(count == strtoull(text, NULL, 10));
	else
		FUZZ_CHECK(count == 7);
	FUZZ_CHECK(parse_size(text, &size) == 0 ? size > 0 : size == 7);
	FUZZ_CHECK(parse_rate(text, &rate) == 0 ? rate > 0 : rate == 7);
	if (parse_positive(text, &positive) == 0)
		FUZZ_CHECK(positive > 0 && isfinite(positive));
	else
		FUZZ_CHECK(positive == 7.0);
}

static void
check_time(const char *text, struct seep__text *out)
{
	int64_t time_ns = -1;
	int64_t again = -1;

	if (parse_time(text, &time_ns) != 0) {
		FUZZ_CHECK(time_ns == -1);
		return;
	}
	FUZZ_CHECK(time_ns >= 0);
	seep__text_time(out, time_ns);
	FUZZ_CHECK(memcmp(out->data, text, 10) == 0);
	FUZZ_CHECK(parse_time(out->data, &again) == 0 && again == time_ns);
}

static void
check_service(const char *text)
{
	uint8_t protocol;
	uint32_t port;

	if (service_parse(text, &protocol, &port) == 0)
		FUZZ_CHECK(port <= SEEP_PORT_HIGH);
}

static void
check_addresses(const char *text, size_t size)
{
	char line[SEEP_NETWORK_TEXT_SIZE];
	struct seep_address address, other;
	struct seep_network network, same;

	if (seep_address_parse(text, size, &address) == SEEP_OK) {
		size_t wrote = seep_address_format(&address, line);

		FUZZ_CHECK(wrote == strlen(line));
		FUZZ_CHECK(seep_address_parse(line, wrote, &other) == SEEP_OK);
		FUZZ_CHECK(!seep_address_compare(&address, &other));
	}
	if (seep_network_parse(text, size, &network) == SEEP_OK) {
		size_t wrote = seep_network_format(&network, line);

		FUZZ_CHECK(seep_network_contains(&network, &network.base));
		FUZZ_CHECK(seep_network_parse(line, wrote, &same) == SEEP_OK);
		FUZZ_CHECK(same.prefix_bits == network.prefix_bits);
		FUZZ_CHECK(!seep_address_compare(&same.base, &network.base));
	}
}

static void
check_decimal(const char *text, size_t size)
{
	struct seep__decimal decimal;
	uint64_t value, finer;
	long double near;
	int cut;

	if (seep__decimal_parse(text, size, &decimal) != SEEP_OK ||
	    seep__decimal_scaled(&decimal, 0, &value, &cut) != SEEP_OK)
		return;
	/* strtold(3) rounds, also up to the next whole number. */
	near = fabsl(strtold(text, NULL));
	FUZZ_CHECK((long double)value <= near);
	FUZZ_CHECK((long double)value + 1 >= near);
	if (seep__decimal_scaled(&decimal, 9, &finer, NULL) == SEEP_OK)
		FUZZ_CHECK(finer / 1000000000 == value);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct seep__text out;
	struct seep__mem *mem;
	char *text;

	if (size > TEXT_MAX || (size > 0 && memchr(data, '\0', size) != NULL))
		return 0;
	/* To the byte: a reader that passes the end is seen. */
	text = calloc(1, size + 1);
	FUZZ_CHECK(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	mem = fuzz_mem();
	seep__text_init(&out, mem);
	check_counts(text);
	check_time(text, &out);
	check_service(text);
	check_addresses(text, size);
	check_decimal(text, size);
	seep__text_clear(&out);
	fuzz_mem_end(mem);
	free(text);
	return 0;
}
