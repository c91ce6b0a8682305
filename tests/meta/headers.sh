#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# headers.sh COMPILER... - every public header compiles alone, as C11 and
# as C++17, without a warning.
. "$SEEP_SOURCE_DIR/tests/meta/common.sh"

strict='-Wall -Wextra -Wpedantic -Werror -fsyntax-only'
tried=0
for compiler in "$@"; do
	command -v "$compiler" >/dev/null || {
		echo "skipped: $compiler is not here"
		continue
	}
	case $compiler in
	*++) language='-x c++ -std=c++17' ;;
	*) language='-x c -std=c11' ;;
	esac
	for header in include/seep/*.h; do
		# Twice: the guard is tested too. A unit must declare something.
		printf '#include <%s>\n#include <%s>\nextern int alone;\n' \
			"${header#include/}" "${header#include/}" |
			"$compiler" $language $strict -Iinclude - ||
			fail "$header with $compiler"
		tried=$((tried + 1))
	done
done
[ $tried -gt 0 ] || fail "no compiler of: $*"
exit $failed
