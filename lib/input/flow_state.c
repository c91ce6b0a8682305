/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/flow_state.h"

#include <assert.h>
#include <string.h>

void
seep__address_save(const struct seep_address *address, struct seep__packer *p)
{
	seep__pack_bytes(p, address->bytes, sizeof(address->bytes));
}

void
seep__address_restore(struct seep_address *address, struct seep__unpacker *u)
{
	seep__unpack_bytes(u, address->bytes, sizeof(address->bytes));
}

void
seep__flow_save(const struct seep_flow *f, struct seep__packer *p)
{
	assert(f != NULL && p != NULL);
	seep__pack_i64(p, f->start_ns);
	seep__pack_i64(p, f->end_ns);
	seep__address_save(&f->orig, p);
	seep__address_save(&f->resp, p);
	seep__pack_u64(p, f->bytes_orig);
	seep__pack_u64(p, f->bytes_resp);
	seep__pack_u64(p, f->packets_orig);
	seep__pack_u64(p, f->packets_resp);
	seep__pack_u64(p, f->missed_orig);
	seep__pack_u64(p, f->missed_resp);
	seep__pack_u64(p, f->port_orig);
	seep__pack_u64(p, f->port_resp);
	seep__pack_u64(p, f->protocol);
	seep__pack_u64(p, f->opener);
	seep__pack_u64(p, f->opener_basis);
	seep__pack_u64(p, f->flags);
	seep__pack_u64(p, f->sensor);
}

void
seep__flow_restore(struct seep_flow *f, struct seep__unpacker *u)
{
	memset(f, 0, sizeof(*f));
	f->start_ns = seep__unpack_i64(u);
	f->end_ns = seep__unpack_i64(u);
	seep__address_restore(&f->orig, u);
	seep__address_restore(&f->resp, u);
	f->bytes_orig = seep__unpack_u64(u);
	f->bytes_resp = seep__unpack_u64(u);
	f->packets_orig = seep__unpack_u64(u);
	f->packets_resp = seep__unpack_u64(u);
	f->missed_orig = seep__unpack_u64(u);
	f->missed_resp = seep__unpack_u64(u);
	f->port_orig = (uint16_t)seep__unpack_most(u, UINT16_MAX);
	f->port_resp = (uint16_t)seep__unpack_most(u, UINT16_MAX);
	f->protocol = (uint8_t)seep__unpack_most(u, UINT8_MAX);
	f->opener = (uint8_t)seep__unpack_most(u, SEEP_OPENER_RESP);
	f->opener_basis = (uint8_t)seep__unpack_most(u, SEEP_OPENER_BY_PORT);
	f->flags = (uint32_t)seep__unpack_most(u, 2 * SEEP_FLOW_NAME - 1);
	f->sensor = (uint32_t)seep__unpack_most(u, UINT32_MAX);
}
