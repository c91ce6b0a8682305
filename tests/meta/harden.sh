#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# harden.sh FORTIFIED TOOL LIBRARY... - all of them are read-only after
# relocation, bound at once, have no executable stack and guard their stacks;
# the tool can be loaded anywhere. FORTIFIED is 1 where the build optimises.
. "$SEEP_SOURCE_DIR/tests/meta/common.sh"

fortified=$1
tool=$2
shift
command -v readelf >/dev/null || skip "readelf is not installed"

# holds FILE WHAT PATTERN ARGUMENTS...: does readelf print the pattern?
holds() {
	holds_file=$1
	holds_what=$2
	holds_pattern=$3
	shift 3
	readelf -W "$@" "$holds_file" | grep -Eq "$holds_pattern" ||
		fail "$holds_file: no $holds_what"
}

for file in "$@"; do
	holds "$file" "RELRO" "GNU_RELRO" -l
	holds "$file" "immediate binding" "BIND_NOW|FLAGS_1.*NOW" -d
	holds "$file" "plain stack" "GNU_STACK.* RW +0x" -l
	holds "$file" "stack protector" "__stack_chk_fail" --dyn-syms
	! readelf -W -l "$file" | grep -Eq 'LOAD.* RWE' ||
		fail "$file: a segment that can be written and run"
	! readelf -W -d "$file" | grep -q TEXTREL ||
		fail "$file: relocations in its code"
done
holds "$tool" "position independence" "Type: +DYN" -h
holds "$tool" "PIE" "FLAGS_1.*PIE" -d
# On x86-64, where the C library's own start files carry the mark too.
start=$(${CC:-cc} -print-file-name=Scrt1.o)
if readelf -W -n "$start" 2>/dev/null | grep -q 'IBT, SHSTK'; then
	for file in "$@"; do
		holds "$file" "marks of branch targets" "IBT, SHSTK" -n
	done
fi
[ "$fortified" -eq 0 ] ||
	holds "$tool" "fortified function" \
		" __[a-z]*(print|mem|str)[a-z]*_chk" --dyn-syms
exit $failed
