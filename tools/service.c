/* SPDX-License-Identifier: BSD-3-Clause */
#include "service.h"

#include <assert.h>
#include <string.h>

#include <seep/engine.h>
#include <seep/findings.h>
#include <seep/flow.h>
#include <seep/snapshot.h>

#include "parse.h"

/* The list of services belongs to the library and grows with it, so the
 * library is asked: one flow, and what the ledger makes of it. */
static int
ask_engine(struct seep_engine *engine, uint8_t protocol, uint16_t port,
	   uint32_t *counted_as)
{
	struct seep_flow flow = {.start_ns = 1,
				 .end_ns = 1,
				 .bytes_orig = 1,
				 .protocol = protocol,
				 .port_orig = UINT16_MAX,
				 .port_resp = port,
				 .opener = SEEP_OPENER_ORIG};
	struct seep_snapshot *snapshot = NULL;
	struct seep_cells *cells = NULL;
	struct seep_cell cell;
	int status;

	status = seep_address_parse("10.0.0.1", 8, &flow.orig);
	if (status == SEEP_OK)
		status = seep_address_parse("192.0.2.1", 9, &flow.resp);
	if (status == SEEP_OK)
		status = seep_engine_feed(engine, &flow, 1, NULL);
	if (status == SEEP_OK)
		status = seep_engine_snapshot(engine, &snapshot);
	if (status == SEEP_OK)
		status = seep_cells_new(&cells, snapshot, NULL);
	if (status == SEEP_OK)
		status = seep_cells_next(cells, &cell);
	if (status == SEEP_OK)
		*counted_as = cell.port;
	seep_cells_free(cells);
	seep_snapshot_free(snapshot);
	return status;
}

static enum service_error
find_port(uint8_t protocol, uint16_t port, uint32_t *counted_as)
{
	struct seep_engine *engine;
	int status = seep_engine_new(&engine, NULL, NULL);

	if (status == SEEP_OK)
		status = ask_engine(engine, protocol, port, counted_as);
	seep_engine_free(engine);
	if (status != SEEP_OK)
		return SERVICE_NO_MEMORY;
	return *counted_as == port ? SERVICE_FINE : SERVICE_NOT_LISTED;
}

static int
find_protocol(const char *text, size_t size, uint8_t *protocol)
{
	for (unsigned p = 0; p <= UINT8_MAX; p++) {
		char name[SEEP_SERVICE_TEXT_SIZE];

		if (seep_service_name((uint8_t)p, 0, name) == size &&
		    memcmp(name, text, size) == 0) {
			*protocol = (uint8_t)p;
			return 0;
		}
	}
	return -1;
}

enum service_error
service_parse(const char *text, uint8_t *protocol, uint32_t *port)
{
	const size_t size = strcspn(text, "/");
	uint64_t number;
	int has_ports;

	assert(protocol != NULL);
	assert(port != NULL);
	if (find_protocol(text, size, protocol) != 0)
		return SERVICE_UNKNOWN;
	has_ports = *protocol == 6 || *protocol == 17 || *protocol == 132;
	if (has_ports != (text[size] == '/'))
		return SERVICE_UNKNOWN;
	*port = 0;
	if (!has_ports)
		return SERVICE_FINE;
	text += size + 1;
	*port = SEEP_PORT_LOW;
	if (strcmp(text, "low") == 0)
		return SERVICE_FINE;
	*port = SEEP_PORT_HIGH;
	if (strcmp(text, "high") == 0)
		return SERVICE_FINE;
	if (parse_count(text, 1, UINT16_MAX, &number) != 0)
		return SERVICE_UNKNOWN;
	return find_port(*protocol, (uint16_t)number, port);
}
