#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# symbols.sh COMPONENT SHARED STATIC MAP - what the headers declare is what
# the version script lists and what the shared library exports; nothing
# else that crosses a file is named otherwise than seep__.
. "$SEEP_SOURCE_DIR/tests/meta/common.sh"
component=$1 shared=$2 static=$3 map=$4
mkdir -p "$work"
cd "$SEEP_SOURCE_DIR"
at=$work/$component

declared "$component" >"$at.declared"
[ -s "$at.declared" ] || fail "no declarations found"

sed -n 's/^[ \t]*\(seep_[a-z0-9_*]*\);$/\1/p' "$map" | sort >"$at.mapped"
nm -D --defined-only "$shared" | awk '$2 != "A" { sub(/@.*/, "", $3)
	print $3 }' | sort >"$at.exported"
diff "$at.declared" "$at.mapped" ||
	fail "$map does not list what the headers declare"
diff "$at.declared" "$at.exported" ||
	fail "$shared does not export what the headers declare"

nm -g --defined-only "$static" | awk 'NF == 3 { print $3 }' |
	grep -v '^seep__' | sort >"$at.global"
diff "$at.declared" "$at.global" ||
	fail "$static: a symbol that crosses files is neither public nor seep__"
exit $failed
