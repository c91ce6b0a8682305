/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * explain.h - a finding in English: who sent how much to whom since when,
 * and why it stands out.
 */
#ifndef SEEP_DETECT_EXPLAIN_H
#define SEEP_DETECT_EXPLAIN_H

#include <seep/findings.h>

#include "detect/claim.h"

/*
 * seep__explain() writes the paragraph into the case's 'out' arena: ASCII,
 * no newline, nothing that the network supplied but addresses and plain
 * domain names.
 *
 * 'relay'  where the bytes were read from, or NULL.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__explain(const struct seep__claim *told, const struct seep_entity *entity,
	      const struct seep__relay *relay, struct seep_finding *finding);

/* seep__role_is_gateway(): do other hosts' bytes leave through this role? */
int
seep__role_is_gateway(int role);

/* seep__role_phrase() returns a role as words, "file server". */
const char *
seep__role_phrase(int role);

#endif
