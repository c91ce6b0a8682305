/* SPDX-License-Identifier: BSD-3-Clause */
#include "detect/explain.h"

#include <assert.h>

#include "base/text.h"

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

static void
write_peers(struct seep__text *text, const struct seep__subject *subject,
	    const struct seep__candidate *candidate,
	    const struct seep_finding *finding)
{
	if (finding->pattern == SEEP_PATTERN_SINGLE_PEER) {
		seep__text_str(text, " to one peer, ");
		seep__text_address(
		    text, &subject->peers[candidate->peer_first].address);
		seep__text_char(text, ',');
		return;
	}
	seep__text_str(text, " to ");
	seep__text_u64(text, finding->peers_total);
	seep__text_str(text, finding->peers_total == 1 ? " peer" : " peers");
	if (finding->pattern == SEEP_PATTERN_NEW_PEERS)
		seep__text_str(text, " that it did not use before");
	else if (finding->pattern == SEEP_PATTERN_PREFIX)
		seep__text_str(text, " of one network");
	else
		seep__text_str(text, ", all that it had");
	if (finding->peers_count > 0) {
		seep__text_str(text, ", the largest share (");
		seep__text_bytes_si(text, finding->peers[0].bytes_out);
		seep__text_str(text, ") to ");
		seep__text_address(text, &finding->peers[0].peer);
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

static void
write_window(struct seep__text *text, uint32_t window_hours)
{
	if (window_hours <= 1) {
		seep__text_str(text, "one hour brought ");
	} else if (window_hours <= 24) {
		seep__text_str(text, "one day brought ");
	} else {
		seep__text_str(text, "the ");
		seep__text_u64(text, window_hours / 24);
		seep__text_str(text, " days before averaged ");
	}
}

static void
write_change(struct seep__text *text, const struct seep__candidate *candidate)
{
	seep__text_str(text, "It stands out against its own past: at ");
	seep__text_time(text, (int64_t)candidate->decided * 3600 *
				  INT64_C(1000000000));
	seep__text_char(text, ' ');
	write_window(text, candidate->window_hours);
	seep__text_bytes_si(text, candidate->mean_per_day);
	if (candidate->window_hours > 24)
		seep__text_str(text, " a day");
	seep__text_str(text, ", where on the ");
	seep__text_u64(text, candidate->reference_days);
	seep__text_str(text, " usable days before these it was ");
	seep__text_bytes_si(text, candidate->reference_median);
	seep__text_str(text, " on the middle day and ");
	seep__text_bytes_si(text, candidate->reference_max);
	seep__text_str(text, " on the largest");
	if (candidate->pattern == SEEP_PATTERN_NEW_PEERS)
		seep__text_str(text, " (to peers that came late or went "
				     "soon)");
	seep__text_str(text, "; the past would have sent ");
	seep__text_bytes_si(text, candidate->expected);
	seep__text_str(text, " meanwhile.");
}

static void
write_contrast(struct seep__text *text, const struct seep__candidate *candidate)
{
	seep__text_str(text, "There is no earlier time to compare with. It "
			     "stands out among the peers: it got bytes in ");
	seep__text_u64(text, candidate->active_hours);
	seep__text_str(text, " hours, day and night, at least four out for "
			     "one in, and more than ");
	seep__text_bytes_si(text, candidate->reference_max);
	seep__text_str(text, ", which is already far above the others. A "
			     "backup or a log forwarder looks the same; this "
			     "is a rank, not an alarm rate.");
}

int
seep__explain(const struct seep__subject *subject,
	      const struct seep_entity *entity,
	      const struct seep__candidate *candidate,
	      struct seep_finding *finding)
{
	const struct seep__case *view = subject->view;
	struct seep__text text;
	int rc;

	assert(finding->peers || finding->peers_total == 0);
	seep__text_init(&text, view->mem);
	write_entity(&text, entity);
	seep__text_str(&text, " sent ");
	seep__text_bytes_si(&text, finding->bytes_out);
	write_peers(&text, subject, candidate, finding);
	write_span(&text, finding);
	write_direction(&text, finding);
	if (candidate->basis == SEEP_BASIS_CHANGE)
		write_change(&text, candidate);
	else
		write_contrast(&text, candidate);
	if (finding->bytes_missed > 0) {
		seep__text_str(&text, " The sensor missed another ");
		seep__text_bytes_si(&text, finding->bytes_missed);
		seep__text_str(&text, " of it.");
	}
	if (seep__role_is_gateway((int)entity->role))
		seep__text_str(&text, " Others' bytes leave through this "
				      "host: the origin may lie behind it.");
	rc = text.failed;
	if (rc == SEEP_OK) {
		finding->explanation =
		    seep__arena_copy(view->out, text.data, text.size + 1, 1);
		rc = finding->explanation ? SEEP_OK : seep__mem_why(view->mem);
	}
	seep__text_clear(&text);
	return rc;
}
