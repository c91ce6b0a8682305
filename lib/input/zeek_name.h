/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * zeek_name.h - one row of a dns log, from the text of its fields to a name
 * that a host asked for.
 *
 * Rows     one per query, repeated ones too: each is bytes that went out.
 *          Rows of NetBIOS (port 137), mDNS (5353) and LLMNR (5355), which
 *          Zeek writes into the same log, are passed over.
 * Names    of 'query', \xHH undone, in TSV and JSON alike (Zeek escapes
 *          what is no UTF-8 in both).
 * Source   Zeek's base/protocols/dns/main.zeek.
 */
#ifndef SEEP_INPUT_ZEEK_NAME_H
#define SEEP_INPUT_ZEEK_NAME_H

#include "input/keytab.h"
#include "input/qname.h"
#include "input/zeek_row.h"

enum seep__zeek_name_kind {
	SEEP__ZEEK_NAME_GOOD = 0,
	/* _NONE: a good row without a name that counts. */
	SEEP__ZEEK_NAME_NONE,
	/* _REFUSED: 'fault' says why. */
	SEEP__ZEEK_NAME_REFUSED
};

/*
 * seep__zeek_name_read() makes a flow of a row, all but its name, and
 * 'asked', which has that.
 */
enum seep__zeek_name_kind
seep__zeek_name_read(const struct seep__zeek_row *row,
		     const struct seep__zeek_rules *rules,
		     struct seep_flow *flow, struct seep__asked *asked,
		     struct seep__zeek_fault *fault);

/*
 * seep__zeek_row_is_name() says whether a row that names no log holds the
 * fields of a dns log (JSON).
 */
int
seep__zeek_row_is_name(const struct seep__zeek_row *row);

/*
 * seep__zeek_key_name() makes the key by which a repeated row is known: two
 * sums over time, uid, ends, transaction and query as they are written.
 */
void
seep__zeek_key_name(struct seep__key *key, const struct seep__zeek_row *row);

#endif
