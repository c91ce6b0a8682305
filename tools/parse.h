/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * parse.h - strict readers for what a person types: a number is the whole
 * argument or it is an error.
 *
 * Every function returns 0, or -1 and leaves its result untouched.
 */
#ifndef SEEP_TOOLS_PARSE_H
#define SEEP_TOOLS_PARSE_H

#include <stdint.h>

#include <seep/site.h>

/* parse_count() reads a decimal number in [min, max]; no sign, no space. */
int
parse_count(const char *text, uint64_t min, uint64_t max, uint64_t *value);

/*
 * parse_size() reads bytes with an optional suffix: K, M, G, T are powers of
 * 1000, Ki, Mi, Gi, Ti of 1024. 0 is refused.
 */
int
parse_size(const char *text, uint64_t *bytes);

/* parse_rate() reads bits per second; K, M, G, T are powers of 1000. */
int
parse_rate(const char *text, uint64_t *bits_per_s);

/* parse_positive() reads a decimal number over 0, finite. */
int
parse_positive(const char *text, double *value);

/*
 * parse_time() reads "2026-03-01", "2026-03-01T00:10" or
 * "2026-03-01T00:10:00", with or without a final Z; always UTC, 1970..2261.
 */
int
parse_time(const char *text, int64_t *time_ns);

/*
 * parse_site() adds each network of a comma-separated list, the value of
 * option 'name', to 'site'. Returns EXIT_DONE, or complains and returns
 * another exit status.
 */
int
parse_site(struct seep_site *site, const char *name, enum seep_site_kind kind,
	   const char *list);

/* parse_refuse() says that 'value' is not what 'option' takes; returns
 * EXIT_USAGE. */
int
parse_refuse(const char *option, const char *value, const char *wanted);

#endif
