/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * report.h - how findings are told: JSON Lines and text for people.
 *
 * Both are pure functions of the findings and the options; they write
 * through a callback, print nothing and use no locale.
 */
#ifndef SEEP_REPORT_H
#define SEEP_REPORT_H

#include <stddef.h>
#include <stdint.h>

#include <seep/address.h>
#include <seep/export.h>
#include <seep/findings.h>
#include <seep/snapshot.h>
#include <seep/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Where the evidence came from, for the command that recomputes a finding. */
enum seep_input_kind {
	SEEP_INPUT_UNKNOWN = 0,
	SEEP_INPUT_ZEEK_TSV,
	/* _ZEEK_JSON: some or all of it; the command then reads both. */
	SEEP_INPUT_ZEEK_JSON,
	SEEP_INPUT_CAPTURE
};

enum seep_input_flag {
	/* _DEDUP: repeated rows were dropped (struct seep_zeek_opts). */
	SEEP_INPUT_DEDUP = 1u << 0
};

/* struct seep_report_alias: 'address' belongs to the host that is known as
 * 'host' (seep_site_join()). */
struct seep_report_alias {
	struct seep_address address;
	struct seep_address host;
};

/* struct seep_report_opts: zero means default in every field but 'size'. */
struct seep_report_opts {
	size_t size;
	/* input_kind: enum seep_input_kind. */
	uint32_t input_kind;
	/* width: columns of text; 0 = 80. */
	uint32_t width;
	/* inputs: 'inputs_count' paths as the user gave them; shown escaped
	 * and quoted for a shell. One that ends in '/' is a directory; "-" is
	 * standard input. */
	const char *const *inputs;
	size_t inputs_count;
	/* aliases: the addresses of joined hosts, for the command that
	 * recomputes a finding; any order. */
	const struct seep_report_alias *aliases;
	size_t aliases_count;
	/* input_flags: enum seep_input_flag, or-ed. */
	uint32_t input_flags;
	uint32_t reserved;
	/* link_bits_per_s: as in struct seep_zeek_opts; 0 = 10 Gbit/s. */
	uint64_t link_bits_per_s;
	/* allow: 'allow_count' texts, how the entries of the allow list (struct
	 * seep_detect_opts) are shown, in its order; shown escaped. */
	const char *const *allow;
	size_t allow_count;
};

#define SEEP_REPORT_OPTS_INIT                           \
	{                                               \
		.size = sizeof(struct seep_report_opts) \
	}

/*
 * seep_report_json() writes one JSON object per line: findings, then
 * entities, then the coverage. Keys as in the command-line contract.
 *
 * Returns SEEP_OK, SEEP_EINVAL (opts->size), SEEP_EIO (the callback
 * stopped), SEEP_ENOMEM.
 */
SEEP_API SEEP_NODISCARD int
seep_report_json(const struct seep_findings *findings,
		 const struct seep_report_opts *opts, seep_write_fn write,
		 void *ctx);

/*
 * seep_report_json_finding() writes the line of one finding only: what a
 * live program sends when it is raised.
 */
SEEP_API SEEP_NODISCARD int
seep_report_json_finding(const struct seep_findings *findings,
			 const struct seep_finding *finding,
			 seep_write_fn write, void *ctx);

/*
 * seep_report_text() writes the report for people: a paragraph, a sparkline
 * of days and the command that recomputes it for each finding; then ceiling
 * and coverage. UTF-8; whatever the network supplied is escaped.
 */
SEEP_API SEEP_NODISCARD int
seep_report_text(const struct seep_findings *findings,
		 const struct seep_report_opts *opts, seep_write_fn write,
		 void *ctx);

/*
 * seep_report_text_finding() writes one finding only, like
 * seep_report_json_finding().
 */
SEEP_API SEEP_NODISCARD int
seep_report_text_finding(const struct seep_findings *findings,
			 const struct seep_finding *finding,
			 const struct seep_report_opts *opts,
			 seep_write_fn write, void *ctx);

#ifdef __cplusplus
}
#endif

#endif
