/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * verbs.h - what the tool can do. Each takes the verb as argv[0] and
 * returns what the process should return.
 */
#ifndef SEEP_TOOLS_VERBS_H
#define SEEP_TOOLS_VERBS_H

int
cmd_pcap(int argc, char **argv);

int
cmd_zeek(int argc, char **argv);

int
cmd_floor(int argc, char **argv);

int
cmd_report(int argc, char **argv);

int
cmd_merge(int argc, char **argv);

int
cmd_inject(int argc, char **argv);

#endif
