/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/page.h"

#include <assert.h>
#include <string.h>

#include "base/opts.h"
#include "report/wrap.h"

int
seep__page_open(struct seep__page *page, const struct seep_findings *findings,
		const struct seep_report_opts *opts, seep_write_fn write,
		void *ctx)
{
	int status;

	assert(page != NULL);
	assert(findings != NULL);
	assert(write != NULL);
	status = seep__opts_copy(&page->opts, sizeof(page->opts), opts);
	if (status != SEEP_OK)
		return status;
	status = seep__sink_init(&page->sink, write, ctx);
	if (status != SEEP_OK)
		return status;
	page->findings = findings;
	page->columns = page->opts.width;
	if (page->columns == 0)
		page->columns = SEEP__PAGE_COLUMNS;
	if (page->columns < SEEP__PAGE_COLUMNS_MIN)
		page->columns = SEEP__PAGE_COLUMNS_MIN;
	seep__text_init(&page->words, page->sink.mem);
	return SEEP_OK;
}

void
seep__page_close(struct seep__page *page)
{
	assert(page != NULL);
	seep__text_clear(&page->words);
	seep__sink_clear(&page->sink);
}

void
seep__page_paragraph(struct seep__page *page, const char *first,
		     const char *rest)
{
	struct seep__text *text = &page->sink.text;

	assert(page->columns >= SEEP__PAGE_COLUMNS_MIN);
	if (page->words.failed == SEEP_OK && page->words.size > 0)
		seep__wrap(text, first, rest, page->columns, page->words.data);
	else if (page->words.failed != SEEP_OK && text->failed == SEEP_OK)
		text->failed = page->words.failed;
	seep__text_reset(&page->words);
}

void
seep__page_count(struct seep__text *text, uint64_t count, const char *one,
		 const char *many)
{
	assert(text != NULL);
	seep__text_u64(text, count);
	seep__text_str(text, count == 1 ? one : many);
}

void
seep__page_bytes(struct seep__text *text, uint64_t bytes)
{
	assert(text != NULL);
	seep__text_bytes_si(text, bytes);
	if (bytes < 1000)
		return;
	seep__text_str(text, " (");
	seep__text_u64(text, bytes);
	seep__text_str(text, " bytes)");
}

void
seep__page_share(struct seep__text *text, uint64_t part, uint64_t whole)
{
	assert(text != NULL);
	assert(part <= whole);
	if (whole == 0)
		return;
	while (whole > UINT64_MAX / 100) {
		whole >>= 1;
		part >>= 1;
	}
	if (part * 100 < whole)
		seep__text_str(text, "below 1");
	else
		seep__text_u64(text, part * 100 / whole);
	seep__text_str(text, " %");
}

void
seep__page_label(struct seep__text *text, const char *label, size_t size_max)
{
	size_t size = 0;

	assert(label != NULL);
	while (label[size] != '\0' && size < size_max)
		size++;
	seep__text_escaped(text, label, size);
}

void
seep__page_peer(struct seep__text *text, const struct seep_peer_bytes *peer)
{
	struct seep_network network;

	assert(peer != NULL);
	if (peer->fold == SEEP_FOLD_ALL) {
		seep__text_str(text, peer->is_name ? "other names, added up"
						   : "other peers, added up");
	} else if (peer->fold == SEEP_FOLD_NETWORK) {
		seep__report_rollup(peer, &network);
		seep__text_str(text, "peers of ");
		seep__text_network(text, &network);
		seep__text_str(text, ", added up");
	} else if (!peer->is_name) {
		seep__text_address(text, &peer->peer);
	} else if (peer->label != NULL) {
		/* A domain name is the peer itself, not an annotation. */
		seep__page_label(text, peer->label, 64);
	} else {
		seep__text_str(text, "an unknown name");
	}
}

void
seep__page_sensors(struct seep__text *text,
		   const struct seep_sensor_share *sensors, size_t count)
{
	assert(text != NULL);
	for (size_t i = 0; i < count; i++) {
		const struct seep_sensor_share *at = &sensors[i];

		seep__text_str(text, i == 0 ? "" : "; ");
		if (at->sensor[0] == '\0')
			seep__text_str(text, "(unnamed)");
		else
			seep__text_escaped(text, at->sensor,
					   strlen(at->sensor));
		seep__text_str(text, " ");
		seep__text_bytes_si(text, at->bytes_used);
		seep__text_str(text, " used, ");
		seep__text_bytes_si(text, at->bytes_unused);
		seep__text_str(text, " not used");
	}
}
