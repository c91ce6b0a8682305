#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# globals.sh STATIC... - the libraries keep no state: no object lies in a
# writable section. .data.rel.ro holds constants with pointers in them: it
# is read-only once the loader is done.
. "$SEEP_SOURCE_DIR/tests/meta/common.sh"

for library in "$@"; do
	objdump -t "$library" >/dev/null || fail "objdump cannot read $library"
	# The section stands before the tab, size and name behind it. Size 0
	# is a section's or a file's own line.
	found=$(objdump -t "$library" | awk -F '\t' 'NF == 2 {
		count = split($1, left, " ")
		split($2, right, " ")
		section = left[count]
		if (section ~ /^(\.data|\.bss|\.tdata|\.tbss|\*COM\*)/ &&
		    section !~ /^\.data\.rel\.ro/ && right[1] !~ /^0+$/)
			print right[2] " in " section
	}')
	[ -z "$found" ] || fail "$library: mutable: $found"
done
exit $failed
