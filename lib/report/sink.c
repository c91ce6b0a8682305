/* SPDX-License-Identifier: BSD-3-Clause */
#include "report/sink.h"

#include <assert.h>

int
seep__sink_init(struct seep__sink *sink, seep_write_fn write, void *ctx)
{
	int status;

	assert(sink != NULL);
	assert(write != NULL);
	sink->write = write;
	sink->ctx = ctx;
	status = seep__mem_new(&sink->mem, NULL, 0);
	if (status != SEEP_OK)
		return status;
	seep__text_init(&sink->text, sink->mem);
	return SEEP_OK;
}

void
seep__sink_clear(struct seep__sink *sink)
{
	assert(sink != NULL);
	seep__text_clear(&sink->text);
	seep__mem_unref(sink->mem);
}

int
seep__sink_flush(struct seep__sink *sink)
{
	int stopped = 0;

	assert(sink != NULL);
	if (sink->text.failed != SEEP_OK)
		return sink->text.failed;
	if (sink->text.size > 0)
		stopped =
		    sink->write(sink->ctx, sink->text.data, sink->text.size);
	seep__text_reset(&sink->text);
	return stopped ? SEEP_EIO : SEEP_OK;
}

const struct seep_entity *
seep__report_entity(const struct seep_findings *findings,
		    const struct seep_finding *finding)
{
	const struct seep_entity *entity = NULL;
	size_t cursor = 0;

	assert(findings != NULL);
	assert(finding != NULL);
	for (size_t i = 0; i <= finding->entity; i++)
		if (seep_findings_next_entity(findings, &cursor, &entity) !=
		    SEEP_OK)
			return NULL;
	return entity;
}

const char *
seep__report_allow(const struct seep_report_opts *opts, size_t index)
{
	if (opts == NULL || index >= opts->allow_count)
		return NULL;
	assert(opts->allow != NULL);
	return opts->allow[index];
}

void
seep__report_host(struct seep__text *text, const struct seep_network *host)
{
	assert(text != NULL);
	assert(host != NULL);
	if (host->prefix_bits == 128)
		seep__text_address(text, &host->base);
	else
		seep__text_network(text, host);
}

void
seep__report_rollup(const struct seep_peer_bytes *peer,
		    struct seep_network *network)
{
	assert(peer != NULL && network != NULL);
	assert(peer->fold != SEEP_FOLD_NONE);
	network->base = peer->peer;
	if (peer->fold == SEEP_FOLD_ALL)
		network->prefix_bits = 0;
	else
		network->prefix_bits =
		    seep_address_is_v4(&peer->peer) ? 96 + 24 : 48;
}

int
seep__report_has_onset(const struct seep_finding *finding)
{
	assert(finding != NULL);
	return finding->basis == SEEP_BASIS_CHANGE &&
	       finding->onset_until_ns != 0;
}

void
seep__report_date(struct seep__text *text, int64_t time_ns)
{
	size_t before;

	assert(text != NULL);
	before = text->size;
	seep__text_time(text, time_ns);
	if (text->failed == SEEP_OK && text->size > before + 10) {
		text->size = before + 10;
		text->data[text->size] = '\0';
	}
}
