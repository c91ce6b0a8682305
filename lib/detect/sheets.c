/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/sheets.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "ledger/service.h"

#define BIT(stratum) (UINT32_C(1) << (stratum))

_Static_assert(SEEP_STRATUM_COUNT <= 32, "a set of strata has 32 bits");

/* A query name holds at most 255 bytes, whatever the host sends otherwise:
 * an hour with a few short names is as good as one with none. */
#define NAME_UNIT 64

#define TCP 6
#define UDP 17
#define SCTP 132

/* Ports by what they are for, whatever the protocol that has ports: QUIC is
 * the web over UDP. Ports that the ledger does not tell apart are "other". */
static const struct {
	uint16_t port;
	uint8_t stratum;
} classes[] = {
    {20, SEEP_STRATUM_FILE},   {21, SEEP_STRATUM_FILE},
    {22, SEEP_STRATUM_FILE},   {25, SEEP_STRATUM_MAIL},
    {53, SEEP_STRATUM_DNS},    {69, SEEP_STRATUM_FILE},
    {80, SEEP_STRATUM_WEB},    {110, SEEP_STRATUM_MAIL},
    {123, SEEP_STRATUM_NTP},   {137, SEEP_STRATUM_FILE},
    {138, SEEP_STRATUM_FILE},  {139, SEEP_STRATUM_FILE},
    {143, SEEP_STRATUM_MAIL},  {443, SEEP_STRATUM_WEB},
    {445, SEEP_STRATUM_FILE},  {465, SEEP_STRATUM_MAIL},
    {548, SEEP_STRATUM_FILE},  {587, SEEP_STRATUM_MAIL},
    {853, SEEP_STRATUM_DNS},   {873, SEEP_STRATUM_FILE},
    {989, SEEP_STRATUM_FILE},  {990, SEEP_STRATUM_FILE},
    {993, SEEP_STRATUM_MAIL},  {995, SEEP_STRATUM_MAIL},
    {2049, SEEP_STRATUM_FILE}, {8000, SEEP_STRATUM_WEB},
    {8008, SEEP_STRATUM_WEB},  {8080, SEEP_STRATUM_WEB},
    {8443, SEEP_STRATUM_WEB},  {8888, SEEP_STRATUM_WEB},
};

static uint32_t
class_of(seep__service service)
{
	const uint8_t protocol = seep__service_protocol(service);
	const uint32_t port = seep__service_port(service);

	if (protocol != TCP && protocol != UDP && protocol != SCTP)
		return SEEP_STRATUM_ICMP;
	for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++)
		if (classes[i].port == port)
			return classes[i].stratum;
	return SEEP_STRATUM_OTHER;
}

/* By the date, so that days without a record count too. */
static int
is_new(const struct seep__subject *subject, const struct seep__peer *peer,
       const struct seep__peercell *cell)
{
	const struct seep__date_day *days = subject->calendar->days;

	if (peer->known_new >= cell->day)
		return 1;
	return days[cell->day].day - days[peer->known_new].day < SEEP__NEW_DAYS;
}

static int
is_rare(const struct seep__subject *subject, const struct seep__peer *peer,
	const struct seep__peercell *cell)
{
	const struct seep__popularity *popularity =
	    subject->view->popularity[subject->names];

	return popularity && popularity->usable &&
	       peer->popular_from > cell->day;
}

/* The strata that hold a cell, as bits. */
static uint32_t
strata_of(const struct seep__subject *subject,
	  const struct seep__peercell *cell)
{
	const struct seep__peer *peer = &subject->peers[cell->peer];
	const int pull = cell->direction == SEEP_DIRECTION_PULL;
	const int fresh = is_new(subject, peer, cell);
	const int rare = is_rare(subject, peer, cell);
	uint32_t set;

	if (subject->names)
		return (fresh ? BIT(SEEP_STRATUM_NAMES_NEW) : 0) |
		       (rare ? BIT(SEEP_STRATUM_NAMES_RARE) : 0);
	if (peer->is_partner)
		return BIT(SEEP_STRATUM_PARTNER);
	set = BIT(SEEP_STRATUM_ALL) | BIT(class_of(cell->service));
	if (cell->direction == SEEP_DIRECTION_UNKNOWN)
		return set;
	set |= BIT(pull ? SEEP_STRATUM_PULL : SEEP_STRATUM_PUSH);
	if (fresh)
		set |=
		    BIT(pull ? SEEP_STRATUM_NEW_PULL : SEEP_STRATUM_NEW_PUSH);
	if (rare)
		set |=
		    BIT(pull ? SEEP_STRATUM_RARE_PULL : SEEP_STRATUM_RARE_PUSH);
	return set;
}

/* struct page: the arrays of one sheet while they are filled. */
struct page {
	uint64_t *day;
	uint64_t *hour;
};

static int
open_page(struct page *page, size_t positions, struct seep__arena *arena)
{
	if (page->day)
		return SEEP_OK;
	page->day = seep__arena_get(arena, positions, sizeof(uint64_t));
	page->hour = seep__arena_get(arena, positions * SEEP__HOURS_PER_DAY,
				     sizeof(uint64_t));
	return page->day && page->hour ? SEEP_OK : seep__mem_why(arena->mem);
}

/* Adds the cells of one subject to the pages of the strata that hold them.
 * An hour takes timed bytes only: a share of a longer flow is no
 * observation of it. */
static int
add_cells(const struct seep__days *days, const struct seep__subject *subject,
	  struct page *pages)
{
	const struct seep__calendar *calendar = subject->calendar;

	for (size_t c = 0; c < subject->cells_count; c++) {
		const struct seep__peercell *cell = &subject->cells[c];
		const uint64_t bytes = seep__subject_counts(subject, cell);
		const uint32_t at = days->position[cell->day];
		const uint32_t hour =
		    calendar->hours[cell->hour] % SEEP__HOURS_PER_DAY;
		uint32_t set;

		if (bytes == 0 || at == SEEP__NO_POSITION)
			continue;
		set = strata_of(subject, cell);
		for (uint32_t s = 0; s < SEEP_STRATUM_COUNT; s++) {
			int rc;

			if (!(set & BIT(s)))
				continue;
			rc =
			    open_page(&pages[s], days->count, subject->scratch);
			if (rc != SEEP_OK)
				return rc;
			pages[s].day[at] += bytes;
			if (cell->kind == SEEP_CELL_TIMED)
				pages[s]
				    .hour[at * SEEP__HOURS_PER_DAY + hour] +=
				    bytes;
		}
	}
	return SEEP_OK;
}

/* The first position SEEP__NEW_DAYS after calendar index 'day', or later. */
static size_t
settled_after(const struct seep__days *days, size_t day)
{
	size_t at = 0;

	if (day >= days->calendar->days_count)
		return days->count;
	while (at < days->count &&
	       seep__days_date(days, at) <
		   days->calendar->days[day].day + SEEP__NEW_DAYS)
		at++;
	return at;
}

static void
put_starts(struct seep__sheets *sheets, size_t first_day)
{
	const size_t known = settled_after(&sheets->days, first_day);
	const size_t met = settled_after(&sheets->days, 0);

	for (uint32_t s = 0; s < SEEP_STRATUM_COUNT; s++)
		switch (s) {
		case SEEP_STRATUM_NEW_PUSH:
		case SEEP_STRATUM_NEW_PULL:
		case SEEP_STRATUM_NAMES_NEW:
			sheets->start[s] = known;
			break;
		case SEEP_STRATUM_RARE_PUSH:
		case SEEP_STRATUM_RARE_PULL:
		case SEEP_STRATUM_NAMES_RARE:
			sheets->start[s] = met;
			break;
		default:
			break;
		}
}

int
seep__sheets_init(struct seep__sheets *sheets,
		  const struct seep__subject *subject,
		  const struct seep__subject *names)
{
	struct page pages[SEEP_STRATUM_COUNT];
	size_t first = subject->first_day;
	int rc;

	assert(sheets && !subject->names && (!names || names->names));
	memset(sheets, 0, sizeof(*sheets));
	memset(pages, 0, sizeof(pages));
	sheets->subject = subject;
	sheets->names = names;
	if (names && names->first_day < first)
		first = names->first_day;
	rc = seep__days_init(&sheets->days, subject->calendar,
			     &subject->view->clocks, first, subject->scratch);
	if (rc == SEEP_OK) {
		put_starts(sheets, first);
		rc = add_cells(&sheets->days, subject, pages);
	}
	if (rc == SEEP_OK && names)
		rc = add_cells(&sheets->days, names, pages);
	for (uint32_t s = 0; rc == SEEP_OK && s < SEEP_STRATUM_COUNT; s++) {
		sheets->sheet[s].days = &sheets->days;
		sheets->sheet[s].day = pages[s].day;
		sheets->sheet[s].hour = pages[s].hour;
		if (seep__sheets_subject(sheets, s) != subject)
			sheets->sheet[s].unit_min = NAME_UNIT;
	}
	return rc;
}

const struct seep__subject *
seep__sheets_subject(const struct seep__sheets *sheets, uint32_t stratum)
{
	assert(stratum < SEEP_STRATUM_COUNT);
	if (stratum == SEEP_STRATUM_NAMES_NEW ||
	    stratum == SEEP_STRATUM_NAMES_RARE)
		return sheets->names;
	return sheets->subject;
}

const struct seep__sheet *
seep__sheets_whole(const struct seep__sheets *sheets, uint32_t stratum)
{
	if (stratum == SEEP_STRATUM_NAMES_NEW ||
	    stratum == SEEP_STRATUM_NAMES_RARE)
		return &sheets->sheet[SEEP_STRATUM_NAMES_RARE];
	return &sheets->sheet[SEEP_STRATUM_ALL];
}

int
seep__sheets_tell_rare(const struct seep__sheets *sheets)
{
	const struct seep__popularity *popularity =
	    sheets->subject->view->popularity[0];

	return popularity && popularity->usable;
}

int
seep__sheets_hold(const struct seep__sheets *sheets, uint32_t stratum,
		  const struct seep__peercell *cell)
{
	const struct seep__subject *subject =
	    seep__sheets_subject(sheets, stratum);

	assert(subject && cell->peer < subject->peers_count);
	return (strata_of(subject, cell) & BIT(stratum)) != 0;
}
