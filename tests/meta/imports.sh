#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# imports.sh LIBSEEP READERS... - what the shared libraries ask of others.
#
# libseep does no I/O, has no clock and takes nothing of libm but sqrt: a
# list of what is allowed. The readers do I/O: a list of what is not.
. "$SEEP_SOURCE_DIR/tests/meta/common.sh"

imported() {
	nm -D --undefined-only "$1" | awk '$1 != "w" { print $NF }' |
		sed -e 's/@.*//' -e 's/^__\(.*\)_chk$/\1/' | sort -u
}

allowed='malloc realloc free memcpy memmove memset memcmp memchr strlen
strcmp strncmp strchr strspn strcspn qsort bsearch sqrt
__assert_fail __stack_chk_fail'
for name in $(imported "$1"); do
	case $name in
	Judy1* | JudyL*) continue ;;
	esac
	echo $allowed | tr ' ' '\n' | grep -qx "$name" ||
		fail "$1 imports $name"
done
imported "$1" | grep -q '^Judy' || fail "$1: nm shows no imports at all"
shift

forbidden='exit|_exit|abort|v?f?printf|puts|fputs|putchar|perror|stdout|stderr
time|clock|clock_gettime|gettimeofday|rand|random|drand48|getrandom
localtime|localtime_r|mktime|setlocale|getenv|system|syslog|sleep|nanosleep'
forbidden=$(echo "$forbidden" | tr '\n' '|' | sed 's/|$//')
for library in "$@"; do
	found=$(imported "$library" | grep -E "^($forbidden)\$" || true)
	[ -z "$found" ] || fail "$library imports $found"
done
exit $failed
