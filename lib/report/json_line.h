/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * json_line.h - the JSON objects of a report, one a line.
 *
 * A finding, an entity, the evidence; what they share stands here too. Keys
 * are those of the command-line contract; others may be added.
 */
#ifndef SEEP_REPORT_JSON_LINE_H
#define SEEP_REPORT_JSON_LINE_H

#include <seep/report.h>

#include "report/jsonw.h"

/* seep__json_members() writes a group's addresses; nothing for a host, or
 * where 'entity' is NULL. */
void
seep__json_members(struct seep__jsonw *json, const struct seep_entity *entity);

/* seep__json_peers() writes an array of {"ip" or "name", bytes_out, label}.
 */
void
seep__json_peers(struct seep__jsonw *json, const char *key,
		 const struct seep_peer_bytes *peers, size_t count);

/* seep__json_sensors() writes what each sensor saw; nothing for one. */
void
seep__json_sensors(struct seep__jsonw *json,
		   const struct seep_sensor_share *sensors, size_t count);

/* seep__json_finding() writes the line of a finding; 'entity' may be NULL. */
void
seep__json_finding(struct seep__text *text, const struct seep_finding *finding,
		   const struct seep_entity *entity);

/* seep__json_entity() writes the line of a host or a group. */
void
seep__json_entity(struct seep__text *text, const struct seep_entity *entity);

/* seep__json_evidence() writes the line of the whole case; 'opts' may be
 * NULL. */
void
seep__json_evidence(struct seep__text *text,
		    const struct seep_evidence *evidence,
		    const struct seep_report_opts *opts);

#endif
