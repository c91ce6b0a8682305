/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/qname.h"

#include <assert.h>
#include <string.h>

#ifdef SEEP_HAVE_PSL
#include <libpsl.h>
#endif

/* Every byte escaped, and a NUL; 4 * 255 is more than the labels have. */
#define TEXT_MAX (4 * SEEP__QNAME_SIZE_MAX + 1)

int
seep__qname_add(struct seep__qname *name, const void *label, size_t size)
{
	assert(name->size <= sizeof(name->bytes));
	/* One byte is the root's. */
	if (size == 0 || size > SEEP__QNAME_LABEL_MAX ||
	    size + 1 > sizeof(name->bytes) - 1 - name->size)
		return 0;
	name->bytes[name->size++] = (uint8_t)size;
	memcpy(name->bytes + name->size, label, size);
	name->size += size;
	return 1;
}

int
seep__qname_split(struct seep__qname *name, const char *text, size_t size)
{
	const char *end = text + size, *dot;

	assert(text != NULL);
	name->size = 0;
	if (size > 0 && end[-1] == '.')
		end--;
	for (; text < end; text = dot + 1) {
		dot = memchr(text, '.', (size_t)(end - text));
		if (dot == NULL)
			dot = end;
		if (!seep__qname_add(name, text, (size_t)(dot - text)))
			return 0;
		/* "a.." is a label and an empty one. */
		if (dot + 1 == end)
			return 0;
	}
	return 1;
}

/* Writes one byte of a label. Returns how many characters it took. */
static size_t
put_byte(char *out, uint8_t byte)
{
	static const char digits[] = "0123456789abcdef";

	if (byte >= 'A' && byte <= 'Z')
		byte |= 0x20;
	out[0] = (char)byte;
	if (byte > 0x20 && byte < 0x7f && byte != '.' && byte != '\\')
		return 1;
	out[0] = '\\';
	out[1] = 'x';
	out[2] = digits[byte >> 4];
	out[3] = digits[byte & 15];
	return 4;
}

/* Writes the labels from 'at' on with a NUL. Returns the size without. */
static size_t
put_labels(const struct seep__qname *name, size_t at, char *out)
{
	size_t used = 0;

	while (at < name->size) {
		size_t end = at + 1 + name->bytes[at];

		assert(end <= name->size);
		if (used > 0)
			out[used++] = '.';
		for (at++; at < end; at++)
			used += put_byte(out + used, name->bytes[at]);
	}
	out[used] = 0;
	assert(used < TEXT_MAX);
	return used;
}

/*
 * A word that may end names without being listed: the longest top-level
 * domain has 24 characters ("xn--vermgensberatung-pwb"), and of an IPv4
 * address that is asked for as a name the last part has 3. Shorter bounds
 * would make one domain of a site's own suffixes, longer ones would let
 * pieces of a tunnel each be a domain.
 */
#define WORD_MAX 24
#define DIGITS_MAX 3

static int
is_word(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
	size_t size = strlen(text);

	if (strncmp(text, "xn--", 4) == 0)
		return size <= WORD_MAX;
	if (size <= DIGITS_MAX && strspn(text, "0123456789") == size)
		return 1;
	return size <= WORD_MAX && strspn(text, letters) == size;
}

#ifdef SEEP_HAVE_PSL
static int
has_list(void)
{
	return psl_builtin() != NULL;
}

/* How many labels the registered domain of 'text' has by the list, 'last'
 * being its last; 0 = it is nothing but a suffix. */
static size_t
count_listed(const char *text, const char *last)
{
	const psl_ctx_t *list = psl_builtin();
	size_t count = 1;

	if (!psl_is_public_suffix2(list, last,
				   PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE))
		return 1;
	text = psl_registrable_domain(list, text);
	if (text == NULL)
		return 0;
	for (; *text != 0; text++)
		count += *text == '.';
	return count;
}
#else
static int
has_list(void)
{
	return 0;
}

static size_t
count_listed(const char *text, const char *last)
{
	(void)text;
	(void)last;
	return 0;
}
#endif

static size_t
count_registered(const char *text, const char *last)
{
	if (has_list())
		return count_listed(text, last);
	return text < last && is_word(last) ? 2 : 1;
}

/* Where the last label of 'text' begins. */
static const char *
last_label(const char *text)
{
	const char *dot = strrchr(text, '.');

	assert(text[0] != 0);
	return dot == NULL ? text : dot + 1;
}

static void
ask_unlisted(const struct seep__qname *name, struct seep__asked *asked)
{
	assert(name->size > 0);
	asked->bytes = (uint32_t)name->size - 1;
	asked->domain_size = sizeof(SEEP__QNAME_UNLISTED) - 1;
	memcpy(asked->domain, SEEP__QNAME_UNLISTED,
	       sizeof(SEEP__QNAME_UNLISTED));
}

/* The labels from 'at' on are the domain. */
static enum seep__qname_kind
ask_listed(const struct seep__qname *name, size_t at, struct seep__asked *asked)
{
	char text[TEXT_MAX];

	asked->bytes = (uint32_t)at;
	asked->domain_size = put_labels(name, at, text);
	/* Only bytes that no registry takes make it longer than a name. */
	if (asked->domain_size > SEEP_NAME_SIZE_MAX)
		return SEEP__QNAME_BAD;
	memcpy(asked->domain, text, asked->domain_size + 1);
	return SEEP__QNAME_DOMAIN;
}

enum seep__qname_kind
seep__qname_ask(const struct seep__qname *name, struct seep__asked *asked)
{
	size_t labels = 0, registered, at;
	char text[TEXT_MAX];
	const char *last;

	assert(name->size < sizeof(name->bytes));
	for (at = 0; at < name->size; at += 1u + name->bytes[at])
		labels++;
	if (labels == 0)
		return SEEP__QNAME_NONE;
	(void)put_labels(name, 0, text);
	last = last_label(text);
	if (labels == 1 && strlen(text) <= WORD_MAX)
		return SEEP__QNAME_NONE;
	registered = count_registered(text, last);
	if (registered == 0 || registered > labels)
		return SEEP__QNAME_NONE;
	if (registered == 1 && !is_word(last)) {
		ask_unlisted(name, asked);
		return SEEP__QNAME_DOMAIN;
	}
	for (at = 0; labels > registered; labels--)
		at += 1u + name->bytes[at];
	return ask_listed(name, at, asked);
}

void
seep__qname_flow(const struct seep__asked *asked,
		 const struct seep_address *orig, int64_t time_ns,
		 struct seep_flow *flow)
{
	assert(asked->domain_size > 0 && time_ns >= 0);
	memset(flow, 0, sizeof(*flow));
	flow->start_ns = time_ns;
	flow->end_ns = time_ns;
	flow->orig = *orig;
	seep_name_address(asked->domain, asked->domain_size, &flow->resp);
	flow->bytes_orig = asked->bytes;
	flow->packets_orig = 1;
	flow->port_resp = 53;
	flow->protocol = 17;
	flow->opener = SEEP_OPENER_ORIG;
	flow->opener_basis = SEEP_OPENER_BY_FIRST;
	flow->flags = SEEP_FLOW_NAME | SEEP_FLOW_RECORDED;
}

void
seep__qname_tell(struct seep_source *source, const char *file, int *told)
{
	if (*told)
		return;
	*told = 1;
	if (has_list())
		return;
	seep__source_note(source, file, 0, UINT64_MAX, NULL, 0,
			  "no public suffix list in this build: the last two "
			  "labels of a name count as its registered domain");
}
