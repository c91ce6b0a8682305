/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/against.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"

/* Of less than a quarter of the bytes the time within a long connection
 * does not matter for the day on which it began. */
#define SPREAD_SHARE 4

/* Peers that got less than a tenth of it before were hardly in use. */
#define BEFORE_SHARE 10

/*
 * A regular backup: to the network of the largest peer, begun more than four
 * weeks before the onset, on four days at least of the last 28 (once a
 * week), and on these 28 days at least as much a day as the excess is now.
 */
#define BACKUP_DAYS 28
#define BACKUP_ACTIVE_MIN 4

#define PREFIX_BITS4 24
#define PREFIX_BITS6 48

int
seep__against_add(const struct seep__case *view, struct seep_finding *finding,
		  const struct seep__text *sentence)
{
	const size_t count = finding->against_count;
	const char **list;
	char *copy;

	if (sentence->failed)
		return sentence->failed;
	assert(sentence->size > 0);
	list = seep__arena_get(view->out, count + 1, sizeof(*list));
	copy =
	    seep__arena_copy(view->out, sentence->data, sentence->size + 1, 1);
	if (!list || !copy)
		return seep__mem_why(view->mem);
	for (size_t i = 0; i < count; i++)
		list[i] = finding->against[i];
	list[count] = copy;
	finding->against = list;
	finding->against_count = count + 1;
	return SEEP_OK;
}

/* struct weighing: one finding and what its cells add up to. */
struct weighing {
	const struct seep__claim *told;
	const struct seep__subject *subject;
	const struct seep__days *days;
	const struct seep_entity *entity;
	struct seep_finding *finding;
	/* top: index of the peer with most bytes. */
	size_t top;
	uint64_t spread;
	/* before, since: bytes to the finding's peers. */
	uint64_t before;
	uint64_t since;
	uint64_t days_before;
	uint64_t days_since;
};

/* The peer that the finding names first; 0 = it names none. */
static int
find_top(struct weighing *weighing)
{
	const struct seep__subject *subject = weighing->subject;
	const struct seep_finding *finding = weighing->finding;

	if (finding->peers_count == 0)
		return 0;
	for (size_t p = 0; p < subject->peers_count; p++) {
		if (subject->peers[p].fold != finding->peers[0].fold ||
		    seep_address_compare(&subject->peers[p].address,
					 &finding->peers[0].peer) != 0)
			continue;
		weighing->top = p;
		return 1;
	}
	return 0;
}

static void
sum_cells(struct weighing *weighing)
{
	const struct seep__claim *told = weighing->told;
	const struct seep__subject *subject = weighing->subject;
	uint32_t end;

	for (size_t c = 0; c < subject->cells_count; c++) {
		const struct seep__peercell *cell = &subject->cells[c];
		const uint32_t hour = subject->calendar->hours[cell->hour];

		if (!told->holds[cell->peer] || hour >= told->end ||
		    cell->kind == SEEP_CELL_MISSED)
			continue;
		if (hour < told->onset)
			weighing->before += cell->bytes_out;
		else
			weighing->since += cell->bytes_out;
		if (hour >= told->onset && cell->kind == SEEP_CELL_SPREAD)
			weighing->spread += cell->bytes_out;
	}
	weighing->days_before = told->change->onset;
	weighing->days_since = told->change->end - told->change->onset;
	/* Peers may be followed beyond the stratum's rise. */
	end = seep__days_start(weighing->days, told->change->end - 1) +
	      SEEP__HOURS_PER_DAY;
	if (told->end > end)
		weighing->days_since += (told->end - end) / SEEP__HOURS_PER_DAY;
	assert(weighing->days_before > 0 && weighing->days_since > 0);
}

static int
say_spread(const struct weighing *weighing, struct seep__text *text)
{
	uint64_t percent;

	if (weighing->since == 0 ||
	    weighing->spread < weighing->since / SPREAD_SHARE)
		return SEEP_OK;
	percent = weighing->since < 100
		      ? 100 * weighing->spread / weighing->since
		      : weighing->spread / (weighing->since / 100);
	seep__text_u64(text, percent < 100 ? percent : 100);
	seep__text_str(text, " % of the bytes lie in connections that lasted "
			     "for hours: when they were sent in that time, "
			     "and so when it began, is not known.");
	return SEEP_OK;
}

static int
say_hosts(const struct weighing *weighing, struct seep__text *text)
{
	const struct seep__subject *subject = weighing->subject;
	const struct seep__popularity *popularity =
	    subject->view->popularity[subject->names];
	const uint32_t hosts = subject->peers[weighing->top].hosts_met;

	if (!popularity || hosts <= popularity->rare_max || hosts < 2)
		return SEEP_OK;
	seep__text_u64(text, hosts);
	seep__text_str(text,
		       subject->names
			   ? " hosts of the site ask for names under the "
			     "domain with most of the bytes."
			   : " hosts of the site know the peer with most of "
			     "the bytes.");
	return SEEP_OK;
}

static int
say_before(const struct weighing *weighing, struct seep__text *text)
{
	const uint64_t before = weighing->before / weighing->days_before;
	const uint64_t since = weighing->since / weighing->days_since;

	if (before == 0 || before < since / BEFORE_SHARE)
		return SEEP_OK;
	seep__text_str(text, "These peers got ");
	seep__text_bytes_si(text, before);
	seep__text_str(text, " a day before as well; since then it is ");
	seep__text_bytes_si(text, since);
	seep__text_str(text, " a day.");
	return SEEP_OK;
}

/* struct backup: what the network of the largest peer got before. */
struct backup {
	uint32_t first;  /* first hour with bytes */
	uint64_t bytes;  /* of the last 28 days before the onset */
	uint64_t active; /* days of these with bytes */
	size_t days;
};

static void
read_backup(const struct weighing *weighing, size_t first, size_t end,
	    uint8_t *active, struct backup *backup)
{
	const struct seep__subject *subject = weighing->subject;
	const size_t onset = weighing->told->change->onset;
	const size_t from = onset > BACKUP_DAYS ? onset - BACKUP_DAYS : 0;

	backup->days = onset - from;
	backup->first = UINT32_MAX;
	for (size_t c = subject->peers[first].first;
	     c < subject->peers[end - 1].end; c++) {
		const struct seep__peercell *cell = &subject->cells[c];
		const uint32_t hour = subject->calendar->hours[cell->hour];
		const uint32_t position = weighing->days->position[cell->day];

		if (cell->bytes_out == 0)
			continue;
		if (hour < backup->first)
			backup->first = hour;
		if (position == SEEP__NO_POSITION || position < from ||
		    position >= onset)
			continue;
		backup->bytes += cell->bytes_out;
		backup->active += !active[position];
		active[position] = 1;
	}
}

static void
write_backup(const struct weighing *weighing, const struct backup *backup,
	     struct seep__text *text)
{
	const struct seep__subject *subject = weighing->subject;
	struct seep_network network;

	seep__network_of(&subject->peers[weighing->top].address, PREFIX_BITS4,
			 PREFIX_BITS6, &network);
	seep__text_network(text, &network);
	seep__text_str(text, " had received ");
	seep__text_bytes_si(text, backup->bytes / backup->days);
	seep__text_str(text, " a day from it on ");
	seep__text_u64(text, backup->active);
	seep__text_str(text, " of the ");
	seep__text_u64(text, backup->days);
	seep__text_str(text, " days before, for more than four weeks: a "
			     "regular backup that has grown or moved looks "
			     "like this.");
}

static int
say_backup(const struct weighing *weighing, struct seep__text *text)
{
	const struct seep__subject *subject = weighing->subject;
	const struct seep_finding *finding = weighing->finding;
	struct backup backup = {.days = 0};
	struct seep_network network;
	size_t first = weighing->top;
	uint8_t *active;

	if (subject->names || weighing->told->change->onset < BACKUP_DAYS ||
	    subject->peers[first].fold == SEEP_FOLD_ALL)
		return SEEP_OK;
	active = seep__arena_get(subject->scratch, weighing->days->count, 1);
	if (!active)
		return seep__mem_why(subject->view->mem);
	seep__network_of(&subject->peers[first].address, PREFIX_BITS4,
			 PREFIX_BITS6, &network);
	while (first > 0 && seep_network_contains(
				&network, &subject->peers[first - 1].address))
		first--;
	read_backup(weighing, first, seep__prefix_end(subject, first), active,
		    &backup);
	if (backup.active < BACKUP_ACTIVE_MIN ||
	    backup.first + BACKUP_DAYS * SEEP__HOURS_PER_DAY >=
		weighing->told->onset ||
	    backup.bytes / backup.days <
		finding->bytes_excess / weighing->days_since)
		return SEEP_OK;
	write_backup(weighing, &backup, text);
	return SEEP_OK;
}

static int
is_mail(const struct seep_finding *finding)
{
	return finding->port == 25 || finding->port == 465 ||
	       finding->port == 587;
}

/* What the host is there for, if that is to send such bytes; or NULL. */
static const char *
phrase_role(const struct seep_finding *finding, enum seep_role role, int names)
{
	const int pulled = finding->direction == SEEP_DIRECTION_PULL;

	switch (role) {
	case SEEP_ROLE_BACKUP_SERVER:
		return "It is a backup server: to copy data elsewhere is what "
		       "it is for.";
	case SEEP_ROLE_MAIL_RELAY:
		return is_mail(finding) ? "It is a mail relay, and this is "
					  "mail: it sends on what others wrote."
					: NULL;
	case SEEP_ROLE_FORWARD_PROXY:
		return "It is a forward proxy: it sends on what others upload.";
	case SEEP_ROLE_NAT:
		return "It is a NAT gateway: what other machines send leaves "
		       "under its address.";
	case SEEP_ROLE_VPN_CONCENTRATOR:
		return "It is a VPN concentrator: what its users fetch leaves "
		       "through it.";
	case SEEP_ROLE_REVERSE_PROXY:
		return pulled ? "It is a reverse proxy, and the peers fetched "
				"it: it answers for servers behind it."
			      : NULL;
	case SEEP_ROLE_RESOLVER:
		return names || finding->port == 53
			   ? "It is a resolver: it asks what others ask it."
			   : NULL;
	case SEEP_ROLE_WEB_SERVER:
		return pulled ? "It is a web server, and the peers fetched "
				"it: visitors and crawlers do."
			      : NULL;
	default:
		return NULL;
	}
}

static int
say_role(const struct weighing *weighing, struct seep__text *text)
{
	const struct seep_entity *entity = weighing->entity;
	const char *phrase = NULL;

	for (size_t i = 0; !phrase && i < entity->roles_count; i++)
		phrase = phrase_role(weighing->finding, entity->roles[i].role,
				     weighing->subject->names);
	if (phrase)
		seep__text_str(text, phrase);
	return SEEP_OK;
}

static int
say_short(const struct weighing *weighing, struct seep__text *text)
{
	const struct seep__claim *told = weighing->told;

	if (told->closed == UINT32_MAX || weighing->days_since > 1)
		return SEEP_OK;
	seep__text_str(text, "It lasted for one day, and was over by ");
	seep__text_time(text, seep__clock_start(told->closed));
	seep__text_char(text, '.');
	return SEEP_OK;
}

/* In the order in which they are told. */
static int (*const sayings[])(const struct weighing *weighing,
			      struct seep__text *text) = {
    say_spread, say_hosts, say_before, say_backup, say_role, say_short,
};
#define SAYINGS (sizeof(sayings) / sizeof(*sayings))

int
seep__against(const struct seep__claim *told, const struct seep_entity *entity,
	      struct seep_finding *finding)
{
	struct weighing weighing = {.told = told,
				    .subject = told->subject,
				    .entity = entity,
				    .finding = finding};
	struct seep__text text;
	int rc = SEEP_OK;

	if (told->basis != SEEP_BASIS_CHANGE || !find_top(&weighing))
		return SEEP_OK;
	weighing.days = &told->sheets->days;
	sum_cells(&weighing);
	seep__text_init(&text, told->subject->view->mem);
	for (size_t i = 0; rc == SEEP_OK && i < SAYINGS; i++) {
		seep__text_reset(&text);
		rc = sayings[i](&weighing, &text);
		if (rc == SEEP_OK)
			rc = text.failed;
		if (rc == SEEP_OK && text.size > 0)
			rc = seep__against_add(told->subject->view, finding,
					       &text);
	}
	seep__text_clear(&text);
	return rc;
}

int
seep__against_sensor(const struct seep__case *view,
		     struct seep_finding *finding)
{
	struct seep__text text;
	int rc;

	assert(finding->against || finding->against_count == 0);
	if (!finding->coincides)
		return SEEP_OK;
	seep__text_init(&text, view->mem);
	seep__text_str(&text, "The whole site changed within a day of the "
			      "onset: the sensor may see more than before.");
	rc = seep__against_add(view, finding, &text);
	seep__text_clear(&text);
	return rc;
}
