/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * flow_state.h - flows and addresses in the saved state of a reader.
 */
#ifndef SEEP_INPUT_FLOW_STATE_H
#define SEEP_INPUT_FLOW_STATE_H

#include <seep/flow.h>

#include "base/pack.h"

void
seep__address_save(const struct seep_address *address, struct seep__packer *p);

void
seep__address_restore(struct seep_address *address, struct seep__unpacker *u);

/*
 * seep__flow_save() and _restore(): all of a flow but its name. The engine
 * judges a flow's figures; only what is a number of a list is judged here.
 */
void
seep__flow_save(const struct seep_flow *f, struct seep__packer *p);

void
seep__flow_restore(struct seep_flow *f, struct seep__unpacker *u);

#endif
