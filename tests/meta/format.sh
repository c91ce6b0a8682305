#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# format.sh - clang-format 14 would change nothing. Other versions disagree
# with it in details and are not asked.
. "$SEEP_SOURCE_DIR/tests/meta/common.sh"

for name in clang-format-14 clang-format; do
	if command -v $name >/dev/null &&
	   $name --version | grep -q 'version 14\.'; then
		folders=
		for folder in include lib tools tests bindings bench; do
			[ ! -d "$folder" ] || folders="$folders $folder"
		done
		files=$(find $folders -name '*.[ch]')
		for file in $files; do
			$name "$file" | cmp -s - "$file" ||
				fail "$name -i $file"
		done
		exit $failed
	fi
done
skip "clang-format 14 is not here"
