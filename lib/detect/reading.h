/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * reading.h - what a host reads from the watched servers, day by day, and
 * whether that rose.
 *
 * Bytes     that the host received from the server over channels inside,
 *           whoever opened them: a host may ask, or be pushed to.
 * Rise      the logarithm of a day's bytes, less its mean on days of that
 *           type, in standard deviations; both out of a reference that lies
 *           before the onset (the rungs of statistic.h). All onsets are
 *           scanned. A factor on all bytes changes nothing.
 * Cost      one look at the peer of every channel of the host; only those
 *           of a watched server are read.
 */
#ifndef SEEP_DETECT_READING_H
#define SEEP_DETECT_READING_H

#include <stddef.h>
#include <stdint.h>

#include "detect/entity.h"
#include "detect/scan.h"

/*
 * So many standard deviations apart is a rise. By itself it is no alarm: it
 * is asked of hosts whose outbound bytes rose as well, by more than chance
 * allows. Of 10,000 readers whose days vary eight-fold, 1.2 % have such a
 * rise in a quarter by chance; at 3 it is 9 %, and at 6 a host that reads
 * its data within two days is missed.
 */
#define SEEP__READING_G 4.0

/* struct seep__server: a host that others read files from. */
struct seep__server {
	struct seep_address address;
	enum seep_role role;
	/* known: calendar day index from which on decisions know its role. */
	uint32_t known;
};

struct seep__servers {
	const struct seep__case *view;
	struct seep__days days;
	struct seep__server *list; /* by address */
	size_t count;
};

/* struct seep__reading: what one host read from one server. */
struct seep__reading {
	const struct seep__server *server;
	const struct seep__days *days; /* positions are those of the servers */
	uint64_t *day;
	/* sums: prefix sums of standardised values, one for each rung. */
	double *sums[SEEP__RUNGS];
	size_t rungs;
};

struct seep__readings {
	struct seep__reading *list;
	size_t count;
};

/*
 * seep__servers_init() lists file and backup servers, declared or by the
 * cells of a rung; memory from 'arena'.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__servers_init(struct seep__servers *servers, const struct seep__case *view,
		   const struct seep__entities *entities,
		   struct seep__arena *arena);

/*
 * seep__readings_init() reads what host 'host' (index as in view.h) got from
 * each server; those that sent it nothing are not listed.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__readings_init(struct seep__readings *readings,
		    const struct seep__servers *servers, size_t host,
		    struct seep__arena *arena);

/*
 * seep__readings_rose() returns the position of the first day at whose end
 * some reading had risen; SIZE_MAX = none ever did. Where it is SIZE_MAX,
 * seep__reading_rise() finds nothing either.
 */
size_t
seep__readings_rose(const struct seep__readings *readings);

/*
 * seep__reading_rise() looks for the best onset as seen at 'end'; g is 0
 * when it does not lie in [from, until).
 */
struct seep__onset
seep__reading_rise(const struct seep__reading *reading, size_t from,
		   size_t until, size_t end);

/* seep__reading_extra() returns the bytes of [from, end) beyond what was
 * read before on as many days of the same types. */
uint64_t
seep__reading_extra(const struct seep__reading *reading, size_t from,
		    size_t end);

#endif
