/* SPDX-License-Identifier: BSD-3-Clause */
#include <seep/report.h>

#include <assert.h>

#include "base/opts.h"
#include "report/json_line.h"
#include "report/sink.h"

static int
write_findings(struct seep__sink *sink, const struct seep_findings *findings)
{
	const struct seep_finding *finding;
	size_t cursor = 0;
	int status = SEEP_OK;

	while (status == SEEP_OK &&
	       seep_findings_next(findings, &cursor, &finding) == SEEP_OK) {
		seep__json_finding(&sink->text, finding,
				   seep__report_entity(findings, finding));
		status = seep__sink_flush(sink);
	}
	return status;
}

static int
write_entities(struct seep__sink *sink, const struct seep_findings *findings)
{
	const struct seep_entity *entity;
	size_t cursor = 0;
	int status = SEEP_OK;

	while (status == SEEP_OK &&
	       seep_findings_next_entity(findings, &cursor, &entity) ==
		   SEEP_OK) {
		seep__json_entity(&sink->text, entity);
		status = seep__sink_flush(sink);
	}
	return status;
}

int
seep_report_json(const struct seep_findings *findings,
		 const struct seep_report_opts *opts, seep_write_fn write,
		 void *ctx)
{
	struct seep_report_opts copy;
	struct seep__sink sink;
	int status;

	assert(findings != NULL);
	assert(write != NULL);
	status = seep__opts_copy(&copy, sizeof(copy), opts);
	if (status != SEEP_OK)
		return status;
	status = seep__sink_init(&sink, write, ctx);
	if (status != SEEP_OK)
		return status;
	status = write_findings(&sink, findings);
	if (status == SEEP_OK)
		status = write_entities(&sink, findings);
	if (status == SEEP_OK) {
		seep__json_evidence(&sink.text,
				    seep_findings_evidence(findings), &copy);
		status = seep__sink_flush(&sink);
	}
	seep__sink_clear(&sink);
	return status;
}

int
seep_report_json_finding(const struct seep_findings *findings,
			 const struct seep_finding *finding,
			 seep_write_fn write, void *ctx)
{
	struct seep__sink sink;
	int status;

	assert(findings != NULL);
	assert(finding != NULL);
	assert(write != NULL);
	status = seep__sink_init(&sink, write, ctx);
	if (status != SEEP_OK)
		return status;
	seep__json_finding(&sink.text, finding,
			   seep__report_entity(findings, finding));
	status = seep__sink_flush(&sink);
	seep__sink_clear(&sink);
	return status;
}
