# SPDX-License-Identifier: BSD-3-Clause
# common.sh - sourced by the scripts of this folder, which ctest starts with
#
#   SEEP_SOURCE_DIR   the tree
#   SEEP_BINARY_DIR   the build of this folder, for what a script makes
set -eu
LC_ALL=C
export LC_ALL
cd "$SEEP_SOURCE_DIR"

failed=0
work=$SEEP_BINARY_DIR/$(basename "$0" .sh).dir

fail() {
	echo "FAILED: $*" >&2
	failed=1
}

skip() {
	echo "skipped: $*"
	exit 77
}

# uncomment FILE...: C without its comments; lines that held only comment
# are left out, and every line starts with its file's name.
uncomment() {
	for uncomment_file in "$@"; do
		awk -v name="$uncomment_file" 'BEGIN { RS = "\001" } {
			gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, "")
			count = split($0, lines, "\n")
			for (i = 1; i <= count; i++)
				if (lines[i] ~ /[^ \t]/)
					print name ": " lines[i]
		}' "$uncomment_file"
	done
}

# headers_of COMPONENT: the public headers that belong to it.
headers_of() {
	case $1 in
	seep-input) echo include/seep/source.h include/seep/zeek.h ;;
	seep-capture) echo include/seep/capture.h ;;
	seep)
		for header in include/seep/*.h; do
			case $header in
			*/source.h | */zeek.h | */capture.h) ;;
			*) echo "$header" ;;
			esac
		done
		;;
	esac
}

# declared COMPONENT: the functions that its headers mark SEEP_API, sorted.
declared() {
	cat $(headers_of "$1") | awk 'BEGIN { RS = "\001" } {
		gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, "")
		gsub(/#define SEEP_API[^\n]*/, "")
		while (match($0, /SEEP_API[^;]*;/)) {
			text = substr($0, RSTART, RLENGTH)
			$0 = substr($0, RSTART + RLENGTH)
			sub(/\(.*/, "", text)
			sub(/.*[^a-z0-9_]/, "", text)
			print text
		}
	}' | sort
}
