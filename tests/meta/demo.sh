#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# demo.sh GENERATOR - the demonstration case is the same on every run; its
# twin is the case without the rows of the leak, which are 2.67 GB a day.
. "$SEEP_SOURCE_DIR/tests/meta/common.sh"
demo=$1
rm -rf "$work"
mkdir -p "$work"
cd "$work"

"$demo" --out case --pcap case.pcap >said
"$demo" --out again --pcap again.pcap >/dev/null
"$demo" --twin --out twin --pcap twin.pcap >/dev/null
"$demo" --seed 2 --out other >/dev/null
diff -r case again >/dev/null || fail "two runs differ"
cmp case.pcap again.pcap || fail "two captures differ"
diff -r case other >/dev/null && fail "the seed changes nothing"
cmp -s case.pcap twin.pcap && fail "the twin's capture has the leak"

rows() {
	find "$1" -name '*.log' -exec cat {} + | grep -v '^#' | sort
}
rows case >case.rows
rows twin >twin.rows
comm -13 case.rows twin.rows >twin.only
comm -23 case.rows twin.rows >leak.rows
[ -s twin.only ] && fail "the twin has rows of its own"
leaked=$(awk -F '\t' '{ sum += $18 } END { printf "%.0f", sum }' leak.rows)
[ "$leaked" = 32040000000 ] || fail "leaked $leaked, not 12 * 2.67 GB"
grep -q ' 32040000000 bytes leaked in 12 days' said || fail "$(cat said)"
[ "$(cut -f 3 leak.rows | sort -u)" = 10.20.10.5 ] || fail "another host leaks"
peers=$(cut -f 5 leak.rows | sort -u | wc -l)
[ "$peers" -ge 50 ] || fail "only $peers peers"
hours=$(awk -F '\t' '{ print int($1 / 3600) }' leak.rows | sort -u | wc -l)
[ "$hours" -eq 288 ] || fail "the leak runs in $hours hours, not in all 288"
[ "$(wc -l <case.rows)" -le 300000 ] || fail "more than 300,000 rows"
[ -z "$(cut -f 2 case.rows | sort | uniq -d)" ] || fail "a uid is used twice"
exit $failed
