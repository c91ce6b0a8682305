/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/decimal.h"

#include <assert.h>
#include <string.h>

/* An exponent beyond this cannot come back into 64 bits with a mantissa of
 * a line's length; it stands for "too far". */
#define EXPONENT_FAR 2000000

static int
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int
equals_folded(const char *text, size_t size, const char *word)
{
	size_t i;

	if (size != strlen(word))
		return 0;
	for (i = 0; i < size; i++)
		if ((text[i] | 0x20) != word[i])
			return 0;
	return 1;
}

/*
 * take_digits() reads a run of digits into the mantissa; 'step' is what a
 * kept digit does to the exponent: 0 before the point, -1 behind. From the
 * first digit on that does not fit, all are cut.
 */
static size_t
take_digits(const char *text, size_t at, size_t size, int step,
	    struct seep__decimal *d)
{
	uint64_t digit;

	assert(at <= size);
	for (; at < size && is_digit(text[at]); at++) {
		digit = (uint64_t)(text[at] - '0');
		if (!d->full && d->mantissa <= (UINT64_MAX - digit) / 10) {
			d->mantissa = d->mantissa * 10 + digit;
			d->exponent += step;
			continue;
		}
		d->full = 1;
		d->inexact |= digit != 0;
		d->exponent += step + 1;
	}
	return at;
}

/* take_exponent() reads what follows 'e'; 0 when there is no digit. */
static size_t
take_exponent(const char *text, size_t at, size_t size, int32_t *exponent)
{
	assert(at <= size && exponent != NULL);
	int32_t value = 0;
	size_t first;
	int minus = 0;

	if (at < size && (text[at] == '+' || text[at] == '-'))
		minus = text[at++] == '-';
	first = at;
	for (; at < size && is_digit(text[at]); at++)
		if (value < EXPONENT_FAR)
			value = value * 10 + (text[at] - '0');
	*exponent += minus ? -value : value;
	return at > first ? at : 0;
}

int
seep__decimal_parse(const char *text, size_t size,
		    struct seep__decimal *decimal)
{
	size_t at = 0, from;

	assert(decimal != NULL && (text != NULL || size == 0));
	memset(decimal, 0, sizeof(*decimal));
	/* Keeps every exponent inside 32 bits: see EXPONENT_FAR. */
	if (size > (size_t)1 << 21)
		return SEEP_EFORMAT;
	if (at < size && text[at] == '-') {
		decimal->negative = 1;
		at++;
	}
	if (equals_folded(text + at, size - at, "nan") ||
	    equals_folded(text + at, size - at, "inf"))
		return SEEP_OK;
	decimal->finite = 1;
	from = at;
	at = take_digits(text, at, size, 0, decimal);
	if (at == from)
		return SEEP_EFORMAT;
	if (at < size && text[at] == '.') {
		from = ++at;
		at = take_digits(text, at, size, -1, decimal);
		if (at == from)
			return SEEP_EFORMAT;
	}
	if (at < size && (text[at] == 'e' || text[at] == 'E')) {
		at = take_exponent(text, at + 1, size, &decimal->exponent);
		if (at == 0)
			return SEEP_EFORMAT;
	}
	return at == size ? SEEP_OK : SEEP_EFORMAT;
}

int
seep__decimal_scaled(const struct seep__decimal *decimal, int digits,
		     uint64_t *value, int *cut)
{
	int64_t exponent = (int64_t)decimal->exponent + digits;
	uint64_t v = decimal->mantissa;
	int lost = decimal->inexact;

	assert(value != NULL && digits >= 0 && digits <= 9);
	if (!decimal->finite)
		return SEEP_EINVAL;
	/* A further digit did not fit into 64 bits: ten times less does not
	 * either. */
	if (decimal->full && exponent > 0)
		return SEEP_EINVAL;
	for (; exponent > 0 && v != 0; exponent--) {
		if (v > UINT64_MAX / 10)
			return SEEP_EINVAL;
		v *= 10;
	}
	for (; exponent < 0 && v != 0; exponent++) {
		lost |= v % 10 != 0;
		v /= 10;
	}
	*value = v;
	if (cut != NULL)
		*cut = lost;
	return SEEP_OK;
}
