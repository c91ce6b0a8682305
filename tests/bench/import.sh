#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Real series reach `seep zeek` to the byte, and seep-real finds what was put
# into them: import.sh <seep-import> <seep-real> [<seep>]
set -eu
import=$1
real=$2
seep=${3:-}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail()
{
	echo "import: $1" >&2
	exit 1
}

# Six machines, 91 days, bytes from a generator of our own; machine vm6 gets
# a constant load from day 60 on. One row is damaged.
make_table()
{
	awk -v seed="$1" 'BEGIN {
		printf "hour_utc"
		for (i = 1; i <= 6; i++)
			printf ",vm%d", i
		printf "\n"
		split("30 31 31", length_of)
		month = 1
		day = 1
		for (h = 0; h < 91 * 24; h++) {
			printf "2013-%02d-%02d %02d:00:00", month + 6 - 1,
				day, h % 24
			for (i = 1; i <= 6; i++) {
				seed = (seed * 69069 + 1) % 4294967296
				bytes = 100000 + seed % 900000
				if (i == 6 && h >= 60 * 24)
					bytes += 3000000
				printf ",%d", bytes
			}
			printf "\n"
			if (h == 100)
				print "2013-06-05,damaged"
			if (h % 24 == 23 && ++day > length_of[month]) {
				day = 1
				month++
			}
		}
	}'
}
make_table 1 > "$folder/tx.csv"
make_table 2 > "$folder/rx.csv"
sum=$(cat "$folder/tx.csv" "$folder/rx.csv" |
	awk -F, 'NF == 7 && !/^hour/ { for (i = 2; i <= 7; i++) s += $i }
		END { printf "%.0f", s }')

"$import" --peers 3 --names "$folder/names" bitbrains "$folder/tx.csv" \
	"$folder/rx.csv" > "$folder/conn.log" 2> "$folder/told"
grep -q 'tx.csv:103: ' "$folder/told" || fail "the damaged row is not told"
grep -q '6 hosts, 4370 rows read, 2 damaged' "$folder/told" ||
	fail "told: $(cat "$folder/told")"
[ "$(wc -l < "$folder/names")" -eq 6 ] || fail "not 6 names"
written=$(awk -F'\t' '!/^#/ { s += $16 + $18 } END { printf "%.0f", s }' \
	"$folder/conn.log")
[ "$written" = "$sum" ] || fail "$written bytes written, not $sum"
rows=$(grep -vc '^#' "$folder/conn.log")
[ "$rows" -eq $((91 * 24 * 6 * 3)) ] || fail "$rows rows"

if [ -n "$seep" ]; then
	"$seep" zeek --quiet -f json "$folder/conn.log" > "$folder/report"
	grep '"type":"coverage"' "$folder/report" > "$folder/coverage" ||
		fail "no coverage object"
	for want in "\"records\":$rows," '"bytes_refused":0,' \
		"\"bytes_crossing\":$sum,"; do
		grep -q "$want" "$folder/coverage" ||
			fail "coverage lacks $want"
	done
fi

"$real" --separate --inject 0.001,20 --trials 20 bitbrains \
	"$folder/tx.csv" "$folder/rx.csv" > "$folder/real" 2> "$folder/told"
grep -q '^bitbrains: 6 hosts, 6 kept; 4370 rows, 2 damaged$' "$folder/real" ||
	fail "$(head -1 "$folder/real")"
grep -q '^alarm vm6 onset 2013-0[78].* lasting change: [a-z]* 2013-07-3' \
	"$folder/real" || fail "the load on vm6 is not told with its change"
grep -q '^with a lasting change x1.5 *1 hosts' "$folder/real" ||
	fail "not one lasting change"
# Every leak of twenty times the mean is found, unless an episode was open.
ends=' 0 told of another time; 0 told later; 0 nothing told;'
grep -q "^at 20 within 30 days:.*$ends" "$folder/real" ||
	fail "$(grep '^at 20' "$folder/real")"

for wrong in "" "--knob 0 bitbrains a b" "--inject 2,1 bitbrains a b" \
	"--pattern burst bitbrains a b" "--no-such bitbrains a b"; do
	status=0
	# shellcheck disable=SC2086
	"$real" $wrong > /dev/null 2>&1 || status=$?
	[ "$status" -eq 2 ] || fail "'$wrong' gives $status"
done
for wrong in "nosuchkind a" "masaryk $folder/none"; do
	status=0
	# shellcheck disable=SC2086
	"$import" $wrong > /dev/null 2>&1 || status=$?
	[ "$status" -eq 1 ] || fail "'$wrong' gives $status"
done
