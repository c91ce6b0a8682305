/* SPDX-License-Identifier: BSD-3-Clause */
#include "floors.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "complain.h"
#include "draw.h"
#include "verify.h"

/* The days of floor_*_bytes_per_day[]. */
static const unsigned floor_days[4] = {7, 14, 30, 90};

/* Hosts that are verified where nothing else is asked for: each takes
 * thousands of detections. */
#define SAMPLE_DEFAULT 3

/* struct summary: what the injections said, over all hosts. */
struct summary {
	size_t hosts;
	size_t floors;  /* printed floors that were tried */
	size_t within;  /* ... of which within 25 % of the injected one */
	size_t skipped; /* hosts without a floor, or a day to begin on */
};

/* ---- printing ---- */

static FILE *
file_of(const struct run *run)
{
	return run->output.file;
}

static int
is_json(const struct run *run)
{
	return run->options->format == FORMAT_JSON;
}

static void
format_host(const struct seep_network *host, char text[SEEP_NETWORK_TEXT_SIZE])
{
	if (host->prefix_bits == 128)
		seep_address_format(&host->base, text);
	else
		seep_network_format(host, text);
}

/* "12.3 MB", three digits, cut. */
static const char *
format_bytes(uint64_t bytes, char text[32])
{
	static const char *const units[] = {"B",  "kB", "MB", "GB",
					    "TB", "PB", "EB"};
	uint64_t scale = 1;
	size_t unit = 0;

	if (bytes == UINT64_MAX) {
		snprintf(text, 32, "unknown");
		return text;
	}
	while (bytes / scale >= 1000) {
		scale *= 1000;
		unit++;
	}
	if (unit == 0)
		snprintf(text, 32, "%" PRIu64 " B", bytes);
	else if (bytes / scale >= 100)
		snprintf(text, 32, "%" PRIu64 " %s", bytes / scale,
			 units[unit]);
	else
		snprintf(text, 32, "%" PRIu64 ".%" PRIu64 " %s", bytes / scale,
			 bytes % scale * 10 / scale, units[unit]);
	return text;
}

static void
put_json_bytes(FILE *file, uint64_t bytes)
{
	if (bytes == UINT64_MAX)
		fputs("null", file);
	else
		fprintf(file, "%" PRIu64, bytes);
}

static void
put_json_floor(FILE *file, const char *key, const uint64_t floor[4])
{
	fprintf(file, ",\"%s\":{", key);
	for (size_t i = 0; i < 4; i++) {
		fprintf(file, "%s\"%u\":", i > 0 ? "," : "", floor_days[i]);
		put_json_bytes(file, floor[i]);
	}
	fputc('}', file);
}

/* Reasons are the library's own English; a quote would still be escaped. */
static void
put_json_string(FILE *file, const char *text)
{
	if (text == NULL) {
		fputs("null", file);
		return;
	}
	fputc('"', file);
	for (const char *p = text; *p != '\0'; p++) {
		const unsigned char c = (unsigned char)*p;

		if (c < 0x20 || c > 0x7e || c == '"' || c == '\\')
			fprintf(file, "\\u%04x", c);
		else
			fputc(c, file);
	}
	fputc('"', file);
}

static void
put_text_floor(FILE *file, const char *name, const uint64_t floor[4])
{
	char text[32];

	fprintf(file, "  %-6s", name);
	for (size_t i = 0; i < 4; i++)
		fprintf(file, "%s%u days %s", i > 0 ? "; " : "", floor_days[i],
			format_bytes(floor[i], text));
	fputs("\n", file);
}

static void
put_entity(const struct run *run, const struct seep_entity *entity)
{
	FILE *file = file_of(run);
	char host[SEEP_NETWORK_TEXT_SIZE];

	format_host(&entity->host, host);
	if (is_json(run)) {
		fprintf(file,
			"{\"type\":\"floor\",\"host\":\"%s\",\"role\":", host);
		put_json_string(file, seep_role_name((int)entity->role));
		put_json_floor(file, "floor_drip_bytes_per_day",
			       entity->floor_drip_bytes_per_day);
		put_json_floor(file, "floor_mimic_bytes_per_day",
			       entity->floor_mimic_bytes_per_day);
		fputs(",\"floor_null_reason\":", file);
		put_json_string(file, entity->floor_null_reason);
		fputs("}\n", file);
		return;
	}
	fprintf(file, "%s (%s)\n", host, seep_role_name((int)entity->role));
	put_text_floor(file, "drip", entity->floor_drip_bytes_per_day);
	put_text_floor(file, "mimic", entity->floor_mimic_bytes_per_day);
	if (entity->floor_null_reason != NULL)
		fprintf(file, "  where unknown: %s\n",
			entity->floor_null_reason);
}

static void
put_head(const struct run *run)
{
	if (is_json(run))
		return;
	fputs("Floors: the smallest leak, in bytes a day, that would have "
	      "been reported with\nprobability 0.95 within so many days of "
	      "its first, wherever in this evidence it\nbegan, at this "
	      "setting. Drip: equal hours, to peers that the host never had."
	      "\nMimic: in the host's own hours, to peers that it uses "
	      "anyway.\n\n",
	      file_of(run));
}

static double
ratio_of(const struct verify_result *result)
{
	return (double)result->injected / (double)result->floor;
}

static void
put_json_result(FILE *file, const char *host, unsigned days,
		const struct verify_result *r)
{
	fprintf(file,
		"{\"type\":\"verify\",\"host\":\"%s\",\"pattern\":\"%s\","
		"\"days\":%u,\"floor_bytes_per_day\":",
		host, leak_name(r->pattern), days);
	put_json_bytes(file, r->floor);
	fputs(",\"injected_bytes_per_day\":", file);
	put_json_bytes(file, r->injected);
	fputs(",\"ratio\":", file);
	if (r->injected == UINT64_MAX || r->floor == UINT64_MAX)
		fputs("null", file);
	else
		fprintf(file, "%.3f", ratio_of(r));
	fputs(",\"centre_bytes_per_day\":", file);
	put_json_bytes(file, r->centre);
	fprintf(file,
		",\"injections\":%" PRIu64 ",\"first_days\":%zu,"
		"\"detected_at_double\":%.4f,\"detected_at_quarter\":%.4f}\n",
		r->injections, r->starts,
		(double)r->at_double / (double)r->injections,
		(double)r->at_quarter / (double)r->injections);
}

static void
put_result(const struct run *run, const char *host, unsigned days,
	   const struct verify_result *r)
{
	FILE *file = file_of(run);
	char floor[32];
	char injected[32];

	if (is_json(run)) {
		put_json_result(file, host, days, r);
		return;
	}
	fprintf(file, "%s, %s, %u days: printed %s a day, ", host,
		leak_name(r->pattern), days, format_bytes(r->floor, floor));
	if (r->injected == UINT64_MAX)
		fprintf(file, "injected more than 8 times %s",
			format_bytes(r->centre, injected));
	else
		fprintf(file, "injected %s a day",
			format_bytes(r->injected, injected));
	if (r->injected != UINT64_MAX && r->floor != UINT64_MAX)
		fprintf(file, ", ratio %.2f", ratio_of(r));
	fputc('\n', file);
	fprintf(
	    file,
	    "  detected at twice %s %.1f %%, at a quarter %.1f %%, of %" PRIu64
	    " on %zu first days\n",
	    format_bytes(r->centre, injected),
	    100.0 * (double)r->at_double / (double)r->injections,
	    100.0 * (double)r->at_quarter / (double)r->injections,
	    r->injections, r->starts);
}

static void
put_summary(const struct run *run, const struct summary *summary)
{
	FILE *file = file_of(run);

	if (is_json(run))
		fprintf(file,
			"{\"type\":\"verification\",\"hosts\":%zu,"
			"\"hosts_without_floor\":%zu,\"floors\":%zu,"
			"\"within_25_percent\":%zu}\n",
			summary->hosts, summary->skipped, summary->floors,
			summary->within);
	else
		fprintf(file,
			"\nHosts tried: %zu; without a floor, or a day to "
			"begin on: %zu.\nFloors tried: %zu; within 25 %% of "
			"the injected ones: %zu.\n",
			summary->hosts, summary->skipped, summary->floors,
			summary->within);
}

/* ---- verifying ---- */

struct verification {
	struct run *run;
	const struct seep_snapshot *base;
	const struct seep_detect_opts *question;
	const struct seep_evidence *evidence;
	struct summary summary;
	size_t days_index;
};

static void
show_host(struct run *run, const char *host, enum leak_pattern pattern)
{
	if (!run->progress.wanted)
		return;
	progress_clear(&run->progress);
	fprintf(stderr, "\r\033[Kverifying %s, %s", host, leak_name(pattern));
	fflush(stderr);
	run->progress.on_screen = 1;
}

static int
is_within(uint64_t injected, uint64_t floor)
{
	return injected != UINT64_MAX &&
	       (double)injected >= 0.75 * (double)floor &&
	       (double)injected <= 1.25 * (double)floor;
}

/* The worst of the patterns stands for the floor, as its definition says. */
static int
verify_floor(struct verification *v, struct trial *trial, const char *host,
	     uint64_t floor, const enum leak_pattern *patterns, size_t count)
{
	const struct options *options = v->run->options;
	const uint64_t centre = options->around != 0 ? options->around : floor;
	struct verify_result result;
	uint64_t worst = 0;
	int status = SEEP_OK;

	if (centre == UINT64_MAX || centre == 0)
		return SEEP_OK;
	for (size_t i = 0; i < count && status == SEEP_OK; i++) {
		show_host(v->run, host, patterns[i]);
		status =
		    verify_pattern(trial, patterns[i], centre, options->verify,
				   options->seed, &result);
		progress_clear(&v->run->progress);
		if (status != SEEP_OK)
			break;
		result.floor = floor;
		put_result(v->run, host, floor_days[v->days_index], &result);
		if (result.injected > worst)
			worst = result.injected;
	}
	v->summary.floors += floor != UINT64_MAX;
	v->summary.within += floor != UINT64_MAX && is_within(worst, floor);
	return status;
}

static int
verify_entity(struct verification *v, const struct seep_entity *entity)
{
	static const enum leak_pattern drips[3] = {LEAK_DRIP, LEAK_DRIP_40,
						   LEAK_DRIP_1000};
	static const enum leak_pattern mimic[1] = {LEAK_MIMIC};
	const uint64_t drip_floor =
	    entity->floor_drip_bytes_per_day[v->days_index];
	const uint64_t mimic_floor =
	    entity->floor_mimic_bytes_per_day[v->days_index];
	char host[SEEP_NETWORK_TEXT_SIZE];
	struct trial trial;
	int status;

	format_host(&entity->host, host);
	status = trial_init(&trial, v->base, v->run->options->site, v->question,
			    v->evidence, &entity->host.base,
			    floor_days[v->days_index]);
	v->summary.hosts++;
	if (trial.starts_count == 0) {
		v->summary.skipped++;
		trial_clear(&trial);
		return status;
	}
	if (status == SEEP_OK)
		status = verify_floor(v, &trial, host, drip_floor, drips, 3);
	if (status == SEEP_OK && trial.habit.bytes_out > 0)
		status = verify_floor(v, &trial, host, mimic_floor, mimic, 1);
	trial_clear(&trial);
	return status;
}

static int
can_be_verified(const struct verification *v, const struct seep_entity *entity)
{
	return entity->members_count == 0 && entity->host.prefix_bits == 128 &&
	       (v->run->options->around != 0 ||
		entity->floor_drip_bytes_per_day[v->days_index] != UINT64_MAX ||
		entity->floor_mimic_bytes_per_day[v->days_index] != UINT64_MAX);
}

/* Hosts in the order of their addresses; each is taken with the chance that
 * leaves a sample of the wanted size (Knuth, volume 2, algorithm S). */
static int
verify_all(struct verification *v, const struct seep_findings *findings)
{
	uint64_t wanted = v->run->options->sample;
	const struct seep_entity *entity;
	uint64_t left = 0;
	struct draw draw;
	size_t cursor = 0;
	int status = SEEP_OK;

	if (wanted == 0)
		wanted = SAMPLE_DEFAULT;
	while (seep_findings_next_entity(findings, &cursor, &entity) == SEEP_OK)
		if (can_be_verified(v, entity))
			left++;
		else if (entity->members_count == 0)
			v->summary.skipped++;
	draw_init(&draw, v->run->options->seed, 2);
	cursor = 0;
	while (status == SEEP_OK &&
	       seep_findings_next_entity(findings, &cursor, &entity) ==
		   SEEP_OK) {
		if (!can_be_verified(v, entity))
			continue;
		if (draw_below(&draw, left--) >= wanted)
			continue;
		wanted--;
		status = verify_entity(v, entity);
	}
	if (status == SEEP_OK)
		put_summary(v->run, &v->summary);
	return status;
}

static size_t
days_index_of(uint64_t days)
{
	for (size_t i = 0; i < 4; i++)
		if (floor_days[i] == days)
			return i;
	return 1; /* 14, the default */
}

static void
put_floors(const struct run *run, const struct seep_findings *findings)
{
	const struct seep_entity *entity;
	size_t cursor = 0;

	put_head(run);
	while (seep_findings_next_entity(findings, &cursor, &entity) == SEEP_OK)
		put_entity(run, entity);
	if (!is_json(run) && run->options->verify > 0)
		fputc('\n', file_of(run));
}

static int
tell_from(struct run *run, const struct seep_snapshot *base,
	  const struct seep_detect_opts *question,
	  const struct seep_findings *findings)
{
	struct verification v = {.run = run,
				 .base = base,
				 .question = question,
				 .days_index =
				     days_index_of(run->options->days)};
	int exit_status;
	int status = SEEP_OK;

	v.evidence = seep_findings_evidence(findings);
	exit_status = run_check(run, &v.evidence->coverage);
	if (exit_status == EXIT_DONE) {
		put_floors(run, findings);
		if (run->options->verify > 0)
			status = verify_all(&v, findings);
		if (status != SEEP_OK)
			exit_status = run_complain(run, status);
	}
	run->told = exit_status == EXIT_DONE;
	return exit_status;
}

int
floors_tell(struct run *run)
{
	struct seep_detect_opts question = SEEP_DETECT_OPTS_INIT;
	struct seep_findings *findings;
	struct seep_snapshot *base;
	int status;

	assert(run != NULL);
	assert(run->output.file != NULL);
	status = run_look(run, &question, &base, &findings);
	if (status != SEEP_OK)
		return run_complain(run, status);
	status = tell_from(run, base, &question, findings);
	seep_findings_free(findings);
	run_let_go(run, &base);
	return status;
}
