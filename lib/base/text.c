/* SPDX-License-Identifier: BSD-3-Clause */
#include "base/text.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"

/* A 64-bit number has at most 20 decimal digits. */
#define DIGITS_MAX 20

void
seep__text_init(struct seep__text *text, struct seep__mem *mem)
{
	assert(mem != NULL);
	memset(text, 0, sizeof(*text));
	text->mem = mem;
}

void
seep__text_clear(struct seep__text *text)
{
	assert(text->mem != NULL);
	seep__mem_put(text->mem, text->data, text->room);
	seep__text_init(text, text->mem);
}

void
seep__text_reset(struct seep__text *text)
{
	assert(text != NULL);
	text->size = 0;
	text->failed = SEEP_OK;
	if (text->data != NULL)
		text->data[0] = '\0';
}

/* Room for 'size' more bytes and the NUL; where they go, or NULL. */
static char *
reserve(struct seep__text *text, size_t size)
{
	void *data = text->data;

	assert(text->size < text->room || text->data == NULL);
	if (text->failed != SEEP_OK)
		return NULL;
	if (size > SIZE_MAX - text->size - 1) {
		text->failed = SEEP_ENOMEM;
		return NULL;
	}
	text->failed = seep__mem_grow(text->mem, &data, &text->room,
				      text->size + size + 1, 1);
	text->data = data;
	return text->failed == SEEP_OK ? text->data + text->size : NULL;
}

static void
extend(struct seep__text *text, size_t size)
{
	assert(text->room - text->size > size);
	text->size += size;
	text->data[text->size] = '\0';
}

void
seep__text_add(struct seep__text *text, const char *data, size_t size)
{
	char *at = reserve(text, size);

	assert(data != NULL || size == 0);
	if (at == NULL)
		return;
	if (size > 0)
		memcpy(at, data, size);
	extend(text, size);
}

void
seep__text_str(struct seep__text *text, const char *string)
{
	assert(string != NULL);
	seep__text_add(text, string, strlen(string));
}

void
seep__text_char(struct seep__text *text, char c)
{
	seep__text_add(text, &c, 1);
}

void
seep__text_u64(struct seep__text *text, uint64_t value)
{
	seep__text_scaled(text, value, 0);
}

void
seep__text_scaled(struct seep__text *text, uint64_t value, unsigned digits)
{
	char buffer[2 * DIGITS_MAX + 2];
	char *at = buffer + sizeof(buffer);
	unsigned written = 0;

	assert(digits <= DIGITS_MAX);
	if (digits > DIGITS_MAX)
		digits = DIGITS_MAX;
	do {
		if (digits > 0 && written == digits)
			*--at = '.';
		*--at = (char)('0' + value % 10);
		value /= 10;
		written++;
	} while (value > 0 || written <= digits);
	seep__text_add(text, at, (size_t)(buffer + sizeof(buffer) - at));
}

/* 'count' decimal digits of 'value', with zeros in front. */
static char *
put_padded(char *at, unsigned value, int count)
{
	for (int i = count - 1; i >= 0; i--) {
		at[i] = (char)('0' + value % 10);
		value /= 10;
	}
	return at + count;
}

void
seep__text_time(struct seep__text *text, int64_t time_ns)
{
	struct seep__date date;
	char buffer[20];
	char *at = buffer;

	/* Years 1677..2262 are all that 64 bits of nanoseconds hold. */
	seep__clock_date(time_ns, &date);
	at = put_padded(at, (unsigned)date.year, 4);
	*at++ = '-';
	at = put_padded(at, date.month, 2);
	*at++ = '-';
	at = put_padded(at, date.day, 2);
	*at++ = 'T';
	at = put_padded(at, date.hour, 2);
	*at++ = ':';
	at = put_padded(at, date.minute, 2);
	*at++ = ':';
	at = put_padded(at, date.second, 2);
	*at++ = 'Z';
	assert(at == buffer + sizeof(buffer));
	seep__text_add(text, buffer, (size_t)(at - buffer));
}

void
seep__text_address(struct seep__text *text, const struct seep_address *address)
{
	char buffer[SEEP_ADDRESS_TEXT_SIZE];

	assert(address != NULL);
	seep__text_add(text, buffer, seep_address_format(address, buffer));
}

void
seep__text_network(struct seep__text *text, const struct seep_network *network)
{
	char buffer[SEEP_NETWORK_TEXT_SIZE];

	assert(network != NULL);
	seep__text_add(text, buffer, seep_network_format(network, buffer));
}

/* One append for number and unit, so that a failure leaves neither. */
static void
add_with_unit(struct seep__text *text, uint64_t value, unsigned digits,
	      const char *unit)
{
	size_t before = text->size;

	assert(value < 1000);
	seep__text_scaled(text, value, digits);
	seep__text_char(text, ' ');
	seep__text_str(text, unit);
	if (text->failed != SEEP_OK && text->size > before) {
		text->size = before;
		text->data[before] = '\0';
	}
}

void
seep__text_bytes_si(struct seep__text *text, uint64_t bytes)
{
	static const char *const units[] = {"B",  "kB", "MB", "GB",
					    "TB", "PB", "EB"};
	uint64_t scale = 1;
	unsigned unit = 0;

	while (bytes / scale >= 1000) {
		scale *= 1000;
		unit++;
	}
	assert(unit < sizeof(units) / sizeof(units[0]));
	if (unit == 0)
		add_with_unit(text, bytes, 0, units[0]);
	else if (bytes / scale >= 100)
		add_with_unit(text, bytes / scale, 0, units[unit]);
	else if (bytes / scale >= 10)
		add_with_unit(text, bytes / (scale / 10), 1, units[unit]);
	else
		add_with_unit(text, bytes / (scale / 100), 2, units[unit]);
}

void
seep__text_escaped(struct seep__text *text, const char *data, size_t size)
{
	static const char hex[] = "0123456789abcdef";
	char *at = size > SIZE_MAX / 4 ? NULL : reserve(text, size * 4);
	size_t used = 0;

	assert(data != NULL || size == 0);
	if (at == NULL) {
		if (text->failed == SEEP_OK)
			text->failed = SEEP_ENOMEM;
		return;
	}
	for (size_t i = 0; i < size; i++) {
		uint8_t c = (uint8_t)data[i];

		if (c >= 0x20 && c < 0x7f && c != '\\') {
			at[used++] = (char)c;
			continue;
		}
		at[used++] = '\\';
		at[used++] = 'x';
		at[used++] = hex[c >> 4];
		at[used++] = hex[c & 15];
	}
	extend(text, used);
}
