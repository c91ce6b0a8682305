/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * seep.h - everything in libseep. The readers have headers of their own:
 * seep/zeek.h (libseep-input) and seep/capture.h (libseep-capture).
 */
#ifndef SEEP_SEEP_H
#define SEEP_SEEP_H

#include <seep/address.h>
#include <seep/alloc.h>
#include <seep/case.h>
#include <seep/coverage.h>
#include <seep/detect.h>
#include <seep/engine.h>
#include <seep/findings.h>
#include <seep/flow.h>
#include <seep/io.h>
#include <seep/origin.h>
#include <seep/report.h>
#include <seep/site.h>
#include <seep/snapshot.h>
#include <seep/status.h>
#include <seep/store.h>
#include <seep/version.h>

#endif
