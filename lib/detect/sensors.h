/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sensors.h - what of several sensors was used for whom.
 */
#ifndef SEEP_DETECT_SENSORS_H
#define SEEP_DETECT_SENSORS_H

#include "detect/entity.h"

/*
 * seep__sensors_fill() states for every entity and for the whole evidence
 * what each sensor saw and what of it was not used; nothing where there is
 * one sensor.
 *
 * Returns SEEP_OK, SEEP_ENOMEM, SEEP_EBUDGET.
 */
int
seep__sensors_fill(const struct seep__case *view,
		   const struct seep__entities *entities,
		   struct seep_evidence *evidence);

#endif
