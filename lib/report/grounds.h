/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * grounds.h - what a finding rests on, told to a person: since when, how
 * much beyond the usual, where it showed, how rare it is by chance, and what
 * speaks against it.
 */
#ifndef SEEP_REPORT_GROUNDS_H
#define SEEP_REPORT_GROUNDS_H

#include "report/page.h"

/* seep__grounds() writes the paragraphs, indented as a finding's are. */
void
seep__grounds(struct seep__page *page, const struct seep_finding *finding);

#endif
