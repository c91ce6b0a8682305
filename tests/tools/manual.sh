# SPDX-License-Identifier: BSD-3-Clause
# manual.sh - the manual is well formed and names every option of --help,
# and no other.
. "$(dirname "$0")/lib.sh"
page=$2

checks=$((checks + 1))
mandoc -T lint -W warning "$page" >lint 2>/dev/null
[ ! -s lint ] || fail "$(cat lint)"
mandoc -T ascii "$page" | col -b >page
for verb in pcap zeek report merge floor inject; do
	"$seep" $verb --help
done | grep -o -e '--[a-z-]*' | sort -u >options
while read -r option; do
	says page "$option"
done <options
grep -o -e ' --[a-z-]*' page | tr -d ' ' | sort -u |
	grep -v -e '^--version$' >named
comm -13 options named >more
is_empty more

finish
