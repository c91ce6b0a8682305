/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * export.h - what is visible outside the shared libraries.
 *
 * SEEP_API        on every public function; the rest is hidden.
 * SEEP_NODISCARD  on every function whose status must be looked at.
 */
#ifndef SEEP_EXPORT_H
#define SEEP_EXPORT_H

#if defined(__GNUC__) || defined(__clang__)
#define SEEP_API __attribute__((visibility("default")))
#define SEEP_NODISCARD __attribute__((warn_unused_result))
#else
#define SEEP_API
#define SEEP_NODISCARD
#endif

#endif
