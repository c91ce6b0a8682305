/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * capture.h - a small capture of the same file server, for "seep pcap".
 *
 * Four weeks in some fifteen thousand packets: every night a backup to a
 * known address, every day clients on SMB, name queries and pings; from the
 * leak's first day on also a connection every hour to one of its peers,
 * 14 MB a day.
 * Classic pcap, Ethernet, microseconds, snap length 96: the sizes stand in
 * the packets' own headers.
 */
#ifndef SEEP_DEMO_CAPTURE_H
#define SEEP_DEMO_CAPTURE_H

#include "office.h"

/*
 * capture_write() writes the capture to 'path'.
 *
 * 'packets'  out. Returns 0, or -1 with errno.
 */
int
capture_write(const struct office *office, const char *path, size_t *packets);

#endif
