/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * office.h - the invented administration of the demonstration case.
 *
 * Sixty workstations in two /24s, a file server with its nightly cloud
 * backup, a public web server, a mail relay, a resolver, printers and a
 * monitoring host; working weeks, quiet nights, updates, crawlers, scans.
 * From 1 April on (day 16 of 0..27), unless it is the twin, the file
 * server also drips 2.67 GB a day, at all hours and in many small
 * connections, to peers that change every day: 240 GB in 90 days.
 *
 * All outside addresses are of the documentation and benchmark networks
 * (RFC 5737, RFC 3849, RFC 2544).
 */
#ifndef SEEP_DEMO_OFFICE_H
#define SEEP_DEMO_OFFICE_H

#include <stdint.h>

#include "conn.h"

/* 2026-03-16T00:00:00Z, a Monday. The last of March is day 15. */
#define OFFICE_START_S INT64_C(1773619200)
#define OFFICE_LEAK_DAY 16
/* IP bytes from the file server, each hour of the leak: 2.67 GB a day. */
#define OFFICE_LEAK_PER_HOUR UINT64_C(111250000)
#define OFFICE_FILE_SERVER "10.20.10.5"

struct office {
	uint64_t seed;
	/* twin: no leak, everything else the same to the byte. */
	int twin;
};

/* office_day() adds what happened on day 'day', counted from 0. */
void
office_day(const struct office *office, uint32_t day, struct conns *conns);

/*
 * office_leak_peer() gives the peer of leak connection 'nth' on 'day':
 * eight a day, out of a pool of sixty in four networks.
 */
void
office_leak_peer(uint32_t day, uint32_t nth, char peer[40]);

#endif
