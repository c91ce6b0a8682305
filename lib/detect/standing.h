/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * standing.h - which channels stand as if they had always been there, and
 * nothing explains them?
 *
 * A leak that is older than the evidence changes nothing in it. What can be
 * said is where a host sends day after day, to a peer that few others on
 * the site know. Such channels are ranked, against those of the role group
 * and of the whole site; a rank is no alarm rate.
 *
 * Which    candidates stand.h finds, by the shapes of trail.h.
 * Score    a sum of bits (factors of two), each part bounded, so that none
 *          decides alone; the weights stand in standing.c:
 *            + hours: active while the site sleeps, and at all hours;
 *            + even: hours and days that hardly differ;
 *            + bytes out against bytes in;
 *            + bytes a day against the median of its like: of the role and
 *              direction, as even or uneven, where there are enough of them,
 *              else of all servers, else of all;
 *            - hosts that met the peer; - other such channels of the host;
 *            - being no server: all servers together are as likely as all
 *              other hosts together;
 *            - a role or service that explains it.
 * Told     from SEEP__STANDING_GATE on, SEEP__STANDING_SAME_MAX at most of one
 *          entity.
 * Scale    a factor on all bytes changes neither list nor scores.
 * Wrong    when a job of the site does the same: a replication or a probe to
 *          a peer of its own, round the clock and limited in rate, comes as
 *          high as a leak; a person says so, or the allow list. And when the
 *          leak goes to a peer that many hosts use, comes on fewer days, or
 *          is as uneven as people's traffic.
 * Source   bench/detection/standing_bench.c measures all of this.
 * Time     one pass over the channels, and 10 over the candidates.
 */
#ifndef SEEP_DETECT_STANDING_H
#define SEEP_DETECT_STANDING_H

#include <stddef.h>
#include <stdint.h>

#include "detect/entity.h"
#include "detect/popularity.h"
#include "detect/reader.h"
#include "detect/stand.h"

/* Most standing channels that one run tells (design: at most 10). */
#define SEEP__STANDING_MAX 10

/*
 * SEEP__STANDING_GATE: bits from which on a channel is told at all. Nine is
 * what a drip of 5 MB a day passes with every pattern of the bench; hours
 * round the clock, one way and much more than usual do not reach it without
 * some evenness, nor does evenness alone. Lower fills the list of every
 * office with its backups; higher loses, first of all, leaks with padding
 * inbound, then those by night. What it costs at 9: a leak as uneven as
 * people, in their hours, to one peer, of which nothing is told.
 *
 * SEEP__STANDING_SAME_MAX: of one entity; the availability probes of five web
 * servers would fill the list at 3, and at 1 a leak would hide behind the
 * backup of its own server.
 */
#define SEEP__STANDING_GATE (9 * SEEP__BIT)
#define SEEP__STANDING_SAME_MAX 2

struct seep__standing {
	size_t entity;
	/* host: index as in view.h; one peer, every service and opener. */
	size_t host;
	/* peer: the one with most of the bytes. network: that peer (128 bits),
	 * or the /24 or /48 whose rare peers are told together. */
	struct seep_address peer;
	struct seep_network network;
	/* peers: of the network that few hosts met, with bytes out. */
	uint32_t peers;
	enum seep_direction direction; /* of most of the bytes */
	uint64_t bytes_out;
	uint64_t bytes_in;
	/* Of the evidence's usable days and covered hours, those with bytes
	 * out. */
	uint32_t days_active;
	uint32_t days;
	uint32_t hours_active;
	uint32_t hours;
	/* first, end: UTC hours of its bytes, end exclusive. */
	uint32_t first;
	uint32_t end;
	/* hosts_met: of the site that ever met the peer. */
	uint32_t hosts_met;
	/* rank: 1 = stands apart most; of 'ranked' channels in all. */
	uint32_t rank;
	uint64_t ranked;
	uint32_t score_tenths;
	/* is_long: in connections of hours, so that hours say nothing. */
	int is_long;
	int is_explained;
};

/*
 * seep__standing_rank() fills at most SEEP__STANDING_MAX entries, best
 * first, of all entities of the case.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__standing_rank(const struct seep__case *view,
		    const struct seep__entities *entities,
		    const struct seep__popularity *popularity,
		    struct seep__arena *scratch, struct seep__standing *list,
		    size_t *count);

/*
 * seep__standing_choose() is the second half of it: of candidates read
 * before, whose scores it sets, it gives the indices of those to be told,
 * best first.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__standing_choose(struct seep__stands *stands,
		      size_t chosen[SEEP__STANDING_MAX], size_t *count);

#endif
