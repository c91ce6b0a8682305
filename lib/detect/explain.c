/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/explain.h"

#include <assert.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "detect/relay.h"

int
seep__role_is_gateway(int role)
{
	switch (role) {
	case SEEP_ROLE_MAIL_RELAY:
	case SEEP_ROLE_FORWARD_PROXY:
	case SEEP_ROLE_REVERSE_PROXY:
	case SEEP_ROLE_VPN_CONCENTRATOR:
	case SEEP_ROLE_NAT:
	case SEEP_ROLE_RESOLVER:
		return 1;
	default:
		return 0;
	}
}

const char *
seep__role_phrase(int role)
{
	static const char *const phrases[SEEP_ROLE_COUNT] = {
	    [SEEP_ROLE_NONE] = "host",
	    [SEEP_ROLE_FILE_SERVER] = "file server",
	    [SEEP_ROLE_BACKUP_SERVER] = "backup server",
	    [SEEP_ROLE_MAIL_RELAY] = "mail relay",
	    [SEEP_ROLE_FORWARD_PROXY] = "forward proxy",
	    [SEEP_ROLE_REVERSE_PROXY] = "reverse proxy",
	    [SEEP_ROLE_VPN_CONCENTRATOR] = "VPN concentrator",
	    [SEEP_ROLE_NAT] = "NAT gateway",
	    [SEEP_ROLE_RESOLVER] = "resolver",
	    [SEEP_ROLE_WEB_SERVER] = "web server",
	    [SEEP_ROLE_GROUP] = "group of hosts",
	};

	if (role < 0 || role >= SEEP_ROLE_COUNT)
		return phrases[SEEP_ROLE_NONE];
	return phrases[role];
}

static void
write_entity(struct seep__text *text, const struct seep_entity *entity)
{
	seep__text_str(text, "The ");
	seep__text_str(text, seep__role_phrase((int)entity->role));
	seep__text_char(text, ' ');
	if (entity->role == SEEP_ROLE_GROUP) {
		seep__text_network(text, &entity->host);
		seep__text_str(text, " (");
		seep__text_u64(text, entity->members_count);
		seep__text_str(text, entity->members_count == 1 ? " host)"
								: " hosts)");
	} else {
		seep__text_address(text, &entity->host.base);
	}
}

/* A name is what stands behind a stand-in address; letters, digits, hyphens
 * and dots of it are shown as they are. */
static void
write_peer(struct seep__text *text, const struct seep_peer_bytes *peer)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789-_.";

	struct seep_network network;

	if (peer->fold == SEEP_FOLD_ALL) {
		seep__text_str(text, "peers that cannot be named");
	} else if (peer->fold == SEEP_FOLD_NETWORK) {
		seep__network_of(&peer->peer, 24, 48, &network);
		seep__text_str(text, "peers of ");
		seep__text_network(text, &network);
	} else if (peer->is_name && peer->label && peer->label[0] &&
		   peer->label[strspn(peer->label, plain)] == '\0') {
		seep__text_str(text, peer->label);
	} else {
		seep__text_address(text, &peer->peer);
	}
}

static void
write_peers(struct seep__text *text, const struct seep_finding *finding)
{
	if (finding->pattern == SEEP_PATTERN_SINGLE_PEER &&
	    finding->peers_count > 0) {
		seep__text_str(text, finding->peers[0].is_name
					 ? " in names under one domain, "
					 : " to one peer, ");
		write_peer(text, &finding->peers[0]);
		seep__text_char(text, ',');
		return;
	}
	seep__text_str(text, finding->bytes_folded ? " to at least " : " to ");
	seep__text_u64(text, finding->peers_total);
	seep__text_str(text, finding->peers_total == 1 ? " peer" : " peers");
	if (finding->pattern == SEEP_PATTERN_NEW_PEERS)
		seep__text_str(text, " that it did not use before");
	else if (finding->pattern == SEEP_PATTERN_PREFIX)
		seep__text_str(text, " of one network");
	else
		seep__text_str(text, ", most of which it knew");
	if (finding->peers_count > 0) {
		seep__text_str(text, ", the largest share (");
		seep__text_bytes_si(text, finding->peers[0].bytes_out);
		seep__text_str(text, ") to ");
		write_peer(text, &finding->peers[0]);
	}
}

static void
write_direction(struct seep__text *text, const struct seep_finding *finding)
{
	char service[SEEP_SERVICE_TEXT_SIZE];

	seep_service_name(finding->protocol, finding->port, service);
	seep__text_str(text, ", mainly as ");
	seep__text_str(text, service);
	if (finding->direction == SEEP_DIRECTION_PUSH)
		seep__text_str(text, " on connections that it opened itself");
	else if (finding->direction == SEEP_DIRECTION_PULL)
		seep__text_str(text, " on connections that the peers opened");
	else
		seep__text_str(text, "; who opened them is not known");
	seep__text_str(text, ". ");
}

/* "2026-03-16T00:00:00Z" says more than a person needs only in its zeros;
 * it is the form of every other output. */
static void
write_span(struct seep__text *text, const struct seep_finding *finding)
{
	seep__text_str(text, " between ");
	seep__text_time(text, finding->first_seen_ns);
	seep__text_str(text, " and ");
	seep__text_time(text, finding->last_seen_ns);
}

/* What the statistic looks at, in words. */
static const char *
phrase_statistic(uint32_t statistic)
{
	static const char *const phrases[SEEP_STATISTIC_COUNT] = {
	    [SEEP_STATISTIC_SUM] = "the sum of a day",
	    [SEEP_STATISTIC_SHAPE] = "its hours against their hour of the week",
	    [SEEP_STATISTIC_QUIET] = "its quietest hours",
	    [SEEP_STATISTIC_LOW] = "the lowest hours of a day",
	};

	assert(statistic < SEEP_STATISTIC_COUNT);
	return phrases[statistic];
}

static const char *
phrase_stratum(uint32_t stratum)
{
	static const char *const phrases[SEEP_STRATUM_COUNT] = {
	    [SEEP_STRATUM_ALL] = "everything sent outside",
	    [SEEP_STRATUM_PUSH] = "what it sends on its own connections",
	    [SEEP_STRATUM_PULL] = "what peers fetch from it",
	    [SEEP_STRATUM_NEW_PUSH] = "what it sends to peers new to it",
	    [SEEP_STRATUM_NEW_PULL] = "what peers new to it fetch",
	    [SEEP_STRATUM_RARE_PUSH] = "what it sends to peers few hosts know",
	    [SEEP_STRATUM_RARE_PULL] = "what peers few hosts know fetch",
	    [SEEP_STRATUM_PARTNER] = "what it sends to partner networks",
	    [SEEP_STRATUM_WEB] = "what it sends by web services",
	    [SEEP_STRATUM_MAIL] = "what it sends by mail services",
	    [SEEP_STRATUM_FILE] = "what it sends by file services",
	    [SEEP_STRATUM_DNS] = "what it sends by DNS",
	    [SEEP_STRATUM_NTP] = "what it sends by NTP",
	    [SEEP_STRATUM_ICMP] = "what it sends by ICMP and bare protocols",
	    [SEEP_STRATUM_OTHER] = "what it sends by other services",
	    [SEEP_STRATUM_NAMES_NEW] = "query names under domains new to it",
	    [SEEP_STRATUM_NAMES_RARE] = "query names few hosts ask for",
	};

	assert(stratum < SEEP_STRATUM_COUNT);
	return phrases[stratum];
}

/* "2026-03-16", which is all that a day has. */
static void
write_date(struct seep__text *text, int64_t ns)
{
	struct seep__text whole;

	seep__text_init(&whole, text->mem);
	seep__text_time(&whole, ns);
	if (!whole.failed)
		seep__text_add(text, whole.data,
			       whole.size < 10 ? whole.size : 10);
	else
		text->failed = whole.failed;
	seep__text_clear(&whole);
}

static void
write_onset(struct seep__text *text, const struct seep_finding *finding)
{
	const int64_t day_ns = INT64_C(86400000000000);

	seep__text_str(text, "It began on ");
	write_date(text, finding->onset_ns);
	if (finding->onset_until_ns - finding->onset_from_ns > day_ns) {
		seep__text_str(text, " (95 %: ");
		write_date(text, finding->onset_from_ns);
		seep__text_str(text, " to ");
		write_date(text, finding->onset_until_ns - day_ns);
		seep__text_char(text, ')');
	}
}

static void
write_change(struct seep__text *text, const struct seep_finding *finding)
{
	write_onset(text, finding);
	seep__text_str(text, ": since then ");
	seep__text_str(text, phrase_stratum(finding->stratum));
	seep__text_str(text, " is ");
	seep__text_bytes_si(text, finding->observed_per_day);
	seep__text_str(text, " a day, where it was ");
	seep__text_bytes_si(text, finding->expected_per_day);
	seep__text_str(text, "; what rose is ");
	seep__text_str(text, phrase_statistic(finding->statistic));
	seep__text_str(text, ", by ");
	seep__text_bytes_si(text, finding->bytes_excess);
	seep__text_str(text, " in all (90 %: ");
	seep__text_bytes_si(text, finding->bytes_excess_low);
	seep__text_str(text, " to ");
	seep__text_bytes_si(text, finding->bytes_excess_high);
	seep__text_str(text, ").");
}

static void
write_rank(struct seep__text *text, const struct seep__standing *standing)
{
	seep__text_str(text, "There is no earlier time to compare with. Of ");
	seep__text_u64(text, standing->ranked);
	seep__text_str(text, " channels of the site that stand all the time "
			     "it is number ");
	seep__text_u64(text, standing->rank);
	seep__text_str(text, ": bytes on ");
	seep__text_u64(text, standing->days_active);
	seep__text_str(text, " of ");
	seep__text_u64(text, standing->days);
	seep__text_str(text, " days and in ");
	seep__text_u64(text, standing->hours_active);
	seep__text_str(text, " of ");
	seep__text_u64(text, standing->hours);
	seep__text_str(text, " hours, to a peer that ");
	seep__text_u64(text, standing->hosts_met);
	seep__text_str(text, standing->hosts_met == 1
				 ? " host of the site knows. "
				 : " hosts of the site know. ");
	seep__text_str(text, "A backup or a log forwarder looks the same; "
			     "this is a rank, not an alarm rate.");
}

/* What the memory budget took from the peers. */
static void
write_folds(struct seep__text *text, const struct seep_finding *finding)
{
	const struct seep_peer_bytes *top = finding->peers;

	if (finding->bytes_folded > 0) {
		seep__text_str(text, " Of these bytes, ");
		seep__text_bytes_si(text, finding->bytes_folded);
		seep__text_str(text,
			       " went to peers whose channels were added up "
			       "when the memory budget was reached: they "
			       "cannot be named.");
	}
	if (finding->peers_count > 0 && top->bytes_out_max > top->bytes_out) {
		seep__text_str(text, " Of ");
		write_peer(text, top);
		seep__text_str(text, " channels may be among those added up: "
				     "at most ");
		seep__text_bytes_si(text, top->bytes_out_max);
		seep__text_str(text, " went there.");
	}
}

/* Which host read it, and where. */
static void
write_relay(struct seep__text *text, const struct seep__relay *relay,
	    const struct seep_finding *finding)
{
	if (finding->host.prefix_bits == 128) {
		seep__text_str(text, " It");
	} else {
		seep__text_str(text, " Its host ");
		seep__text_address(text, &relay->host);
	}
	seep__text_str(text, " read ");
	seep__text_bytes_si(text, relay->extra);
	seep__text_str(text, " more than before from the ");
	seep__text_str(text, seep__role_phrase((int)relay->role));
	seep__text_char(text, ' ');
	seep__text_address(text, &relay->server);
	seep__text_str(text, " since ");
	write_date(text, seep__clock_start(relay->onset));
	seep__text_str(text, ": what it sends may come from there.");
	if (finding->host.prefix_bits != 128 || relay->group.prefix_bits == 128)
		return;
	seep__text_str(text, " It is one of the hosts of ");
	seep__text_network(text, &relay->group);
	seep__text_char(text, '.');
}

static void
write_all(struct seep__text *text, const struct seep__claim *told,
	  const struct seep_entity *entity, const struct seep_finding *finding)
{
	write_entity(text, entity);
	seep__text_str(text, " sent ");
	seep__text_bytes_si(text, finding->bytes_out);
	write_peers(text, finding);
	write_span(text, finding);
	write_direction(text, finding);
	if (told->basis == SEEP_BASIS_CHANGE)
		write_change(text, finding);
	else
		write_rank(text, told->standing);
	if (finding->bytes_missed > 0) {
		seep__text_str(text, " The sensor missed another ");
		seep__text_bytes_si(text, finding->bytes_missed);
		seep__text_str(text, " of it.");
	}
	write_folds(text, finding);
	if (seep__role_is_gateway((int)entity->role))
		seep__text_str(text, " Others' bytes leave through this "
				     "host: the origin may lie behind it.");
}

int
seep__explain(const struct seep__claim *told, const struct seep_entity *entity,
	      const struct seep__relay *relay, struct seep_finding *finding)
{
	const struct seep__case *view = told->subject->view;
	struct seep__text text;
	int rc;

	assert(finding->peers || finding->peers_total == 0);
	seep__text_init(&text, view->mem);
	write_all(&text, told, entity, finding);
	if (relay)
		write_relay(&text, relay, finding);
	rc = text.failed;
	if (rc == SEEP_OK) {
		finding->explanation =
		    seep__arena_copy(view->out, text.data, text.size + 1, 1);
		rc = finding->explanation ? SEEP_OK : seep__mem_why(view->mem);
	}
	seep__text_clear(&text);
	return rc;
}
