/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * account.h - the coverage of the evidence, told to a person.
 */
#ifndef SEEP_REPORT_ACCOUNT_H
#define SEEP_REPORT_ACCOUNT_H

#include "report/page.h"

/* seep__account() writes what was read, what was refused, where the bytes
 * went, and every known loss that is not 0. */
void
seep__account(struct seep__page *page, const struct seep_evidence *evidence);

#endif
