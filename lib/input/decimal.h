/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * decimal.h - decimal numbers as text, exactly: no double in between.
 *
 * "1258531221.486539" is 1258531221486539000 ns whether a log wrote it as
 * TSV or JSON; a double would have moved it by up to 119 ns.
 *
 * Grammar  as RFC 8259 section 6 (optional minus, digits, fraction,
 *          exponent), leading zeros allowed, and "nan", "inf" as printf
 *          writes them, for TSV.
 */
#ifndef SEEP_INPUT_DECIMAL_H
#define SEEP_INPUT_DECIMAL_H

#include <stddef.h>
#include <stdint.h>

#include <seep/status.h>

/* struct seep__decimal: (-1)^negative * mantissa * 10^exponent. */
struct seep__decimal {
	uint64_t mantissa;
	int32_t exponent;
	uint8_t negative;
	uint8_t finite;  /* 0: nan or inf */
	uint8_t full;    /* digits were cut that did not fit */
	uint8_t inexact; /* one of them was not 0 */
};

/* seep__decimal_parse() returns SEEP_OK or SEEP_EFORMAT. */
int
seep__decimal_parse(const char *text, size_t size,
		    struct seep__decimal *decimal);

/*
 * seep__decimal_scaled() gives |decimal| * 10^digits, cut to an integer.
 *
 * 'cut'  out, may be NULL: whether something other than 0 was cut off.
 *
 * Returns SEEP_OK, or SEEP_EINVAL when it is over 2^64 - 1 or not finite.
 */
int
seep__decimal_scaled(const struct seep__decimal *decimal, int digits,
		     uint64_t *value, int *cut);

#endif
