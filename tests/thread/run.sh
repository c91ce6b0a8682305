#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# run.sh PROGRAM ARGS... - runs a program built with ThreadSanitizer. Where
# the kernel lays programs out wider than the sanitizer knows, it is run with
# a fixed layout; where that is not allowed either, the test says skipped.
TSAN_OPTIONS="halt_on_error=1 exitcode=66 ${TSAN_OPTIONS:-}"
export TSAN_OPTIONS
said=$("$@" 2>&1)
status=$?
case $said in
*"unexpected memory mapping"*)
	said=$(setarch "$(uname -m)" -R "$@" 2>&1)
	status=$?
	;;
esac
echo "$said"
case $said in
*"unexpected memory mapping"* | *"setarch: failed"*)
	echo "skipped: ThreadSanitizer cannot run here"
	exit 77
	;;
esac
exit $status
