/* SPDX-License-Identifier: BSD-3-Clause */
#include "lines.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void
print_count(const char *key, uint64_t count)
{
	printf("coverage\t%s\t%" PRIu64 "\n", key, count);
}

void
print_coverage(const struct seep_coverage *c)
{
	printf("coverage\tfirst_ns\t%" PRId64 "\n", c->first_ns);
	printf("coverage\tlast_ns\t%" PRId64 "\n", c->last_ns);
	print_count("records", c->records);
	for (int i = 0; i < SEEP_REFUSED_COUNT; i++)
		printf("refused\t%s\t%" PRIu64 "\n", seep_refusal_name(i),
		       c->records_refused[i]);
	print_count("flows", c->flows);
	print_count("bytes_seen", c->bytes_seen);
	print_count("bytes_crossing", c->bytes_crossing);
	print_count("bytes_inside", c->bytes_inside);
	print_count("bytes_outside", c->bytes_outside);
	print_count("bytes_refused", c->bytes_refused);
	print_count("bytes_missed", c->bytes_missed);
	print_count("bytes_missed_crossing", c->bytes_missed_crossing);
	print_count("bytes_unanswered", c->bytes_unanswered);
	print_count("bytes_spread", c->bytes_spread);
	print_count("duration_ignored", c->duration_ignored);
	print_count("bytes_from_payload", c->bytes_from_payload);
	print_count("bytes_payload_refused", c->bytes_payload_refused);
	print_count("tcp_flows", c->tcp_flows);
	print_count("tcp_flows_one_way", c->tcp_flows_one_way);
	print_count("flows_without_end", c->flows_without_end);
	print_count("bytes_retransmitted", c->bytes_retransmitted);
	print_count("losses_unsized", c->losses_unsized);
	print_count("bytes_link", c->bytes_link);
	print_count("packets_not_ip", c->packets_not_ip);
	print_count("packets_cut", c->packets_cut);
	print_count("fragments_orphaned", c->fragments_orphaned);
	print_count("names", c->names);
	print_count("names_bytes", c->names_bytes);
	print_count("names_outside", c->names_outside);
	print_count("names_skipped", c->names_skipped);
	print_count("names_refused", c->names_refused);
	print_count("files", c->files);
	print_count("files_damaged", c->files_damaged);
	print_count("files_refused", c->files_refused);
}

void
print_flow(const struct seep_flow *f)
{
	char orig[SEEP_ADDRESS_TEXT_SIZE];
	char resp[SEEP_ADDRESS_TEXT_SIZE];

	(void)seep_address_format(&f->orig, orig);
	if ((f->flags & SEEP_FLOW_NAME) != 0) {
		printf("name\t%" PRId64 "\t%s\t%" PRIu64 "\t%.*s\n",
		       f->start_ns, orig, f->bytes_orig, (int)f->name_size,
		       f->name.text);
		return;
	}
	(void)seep_address_format(&f->resp, resp);
	printf("flow\t%" PRId64 "\t%" PRId64 "\t%s\t%u\t%s\t%u\t%u\t%u\t%u"
	       "\t%u\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64
	       "\t%" PRIu64 "\t%" PRIu64 "\n",
	       f->start_ns, f->end_ns, orig, f->port_orig, resp, f->port_resp,
	       f->protocol, f->opener, f->opener_basis, f->flags, f->bytes_orig,
	       f->bytes_resp, f->packets_orig, f->packets_resp, f->missed_orig,
	       f->missed_resp);
}

void
print_cell(const struct seep_cell *c)
{
	char host[SEEP_ADDRESS_TEXT_SIZE];
	char peer[SEEP_ADDRESS_TEXT_SIZE];

	(void)seep_address_format(&c->host, host);
	(void)seep_address_format(&c->peer, peer);
	printf("%s\t%s\t%s\t%u\t%u\t%" PRIu32 "\t%u\t%" PRIu32 "\t%u"
	       "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64
	       "\n",
	       c->place == SEEP_PLACE_NAME ? "namecell" : "cell", host, peer,
	       c->place, c->protocol, c->port, c->direction, c->hour, c->kind,
	       c->bytes_out, c->bytes_in, c->packets_out, c->packets_in,
	       c->flows);
}

/* scan_name() reads the line of a name; 'domain' lives as long as 'f'. */
static int
scan_name(const char *line, struct seep_flow *f,
	  char domain[SEEP_NAME_SIZE_MAX + 1])
{
	char a[SEEP_ADDRESS_TEXT_SIZE];

	if (sscanf(line, "name\t%" SCNd64 "\t%45s\t%" SCNu64 "\t%253s",
		   &f->start_ns, a, &f->bytes_orig, domain) != 4 ||
	    seep_address_parse(a, strlen(a), &f->orig) != SEEP_OK)
		return 0;
	f->flags = SEEP_FLOW_NAME;
	f->packets_orig = 1;
	f->name.text = domain;
	f->name_size = (uint32_t)strlen(domain);
	seep_name_address(domain, f->name_size, &f->resp);
	return 1;
}

int
scan_flow(const char *line, struct seep_flow *f,
	  char domain[SEEP_NAME_SIZE_MAX + 1])
{
	char a[SEEP_ADDRESS_TEXT_SIZE];
	char b[SEEP_ADDRESS_TEXT_SIZE];

	memset(f, 0, sizeof(*f));
	if (line[0] == 'n')
		return scan_name(line, f, domain);
	return sscanf(line,
		      "flow\t%" SCNd64 "\t%" SCNd64 "\t%45s\t%" SCNu16
		      "\t%45s\t%" SCNu16 "\t%" SCNu8 "\t%" SCNu8 "\t%" SCNu8
		      "\t%" SCNu32 "\t%" SCNu64 "\t%" SCNu64 "\t%" SCNu64
		      "\t%" SCNu64 "\t%" SCNu64 "\t%" SCNu64,
		      &f->start_ns, &f->end_ns, a, &f->port_orig, b,
		      &f->port_resp, &f->protocol, &f->opener, &f->opener_basis,
		      &f->flags, &f->bytes_orig, &f->bytes_resp,
		      &f->packets_orig, &f->packets_resp, &f->missed_orig,
		      &f->missed_resp) == 16 &&
	       seep_address_parse(a, strlen(a), &f->orig) == SEEP_OK &&
	       seep_address_parse(b, strlen(b), &f->resp) == SEEP_OK;
}
