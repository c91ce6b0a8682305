#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# layering.sh - includes point one way only; memory and Judy have one home.
#
#   base <- ledger <- detect, base <- report, base <- input; report and
#   input know public headers besides, never the ledger; tools know public
#   headers only.
. "$SEEP_SOURCE_DIR/tests/meta/common.sh"

# refuse FOLDER PATTERN WHY: no #include in FOLDER matches PATTERN.
refuse() {
	for file in $(find "$1" -name '*.[ch]'); do
		found=$(grep -n '^[ \t]*#[ \t]*include' "$file" |
			grep -E "$2" || true)
		[ -z "$found" ] || fail "$file: $3: $found"
	done
}

# only_parts FOLDER PARTS: quoted includes of FOLDER are of PARTS.
only_parts() {
	for file in $(find "lib/$1" -name '*.[ch]'); do
		found=$(grep -n '^[ \t]*#[ \t]*include[ \t]*"' "$file" |
			grep -vE "\"($2)/[a-z0-9_]+\.h\"" || true)
		[ -z "$found" ] || fail "$file: may include $2 only: $found"
	done
}

only_parts base 'base'
only_parts ledger 'base|ledger'
only_parts detect 'base|ledger|detect'
only_parts report 'base|report'
only_parts input 'base|input'

high='detect|findings|report'
readers='source|zeek|capture'
refuse lib/base "<seep/(engine|snapshot|$high|$readers|seep)\.h>" \
	'base knows no higher concept'
refuse lib/ledger "<seep/($high|$readers|seep)\.h>" \
	'the ledger does not know what it means'
refuse lib/detect "<seep/(report|$readers|seep)\.h>" \
	'detectors see no rows and no packets'
refuse lib/report "<seep/(engine|detect|$readers|seep)\.h>" \
	'a report is a function of the findings'
refuse lib/input "<seep/(engine|snapshot|site|$high|seep)\.h>" \
	'readers do not see the ledger'
refuse tools '"(\.\./|base/|ledger/|detect/|report/|input/|lib/)' \
	'tools use public headers only'
refuse include '"' 'public headers include <seep/...>'
refuse lib '"\.\.?/' 'no relative includes'

# owned PATTERN HOME: only HOME says PATTERN in code of lib/.
owned() {
	grep -qE "$1" "$2" || fail "$2 does not mention $1 at all"
	found=$(uncomment $(find lib -name '*.[ch]' ! -path "$2") |
		grep -E "$1" || true)
	[ -z "$found" ] || fail "only $2 may: $found"
}

owned 'Judy\.h|\<(Judy|J1|JL)[A-Z0-9]' lib/base/ordered.c
found=$(uncomment $(find lib -name '*.[ch]' ! -path lib/base/mem.c) |
	grep -E '(^|[^a-zA-Z0-9_>.])(malloc|calloc|realloc|free|strdup) *\(' ||
	true)
[ -z "$found" ] || fail "only lib/base/mem.c may: $found"
exit $failed
