#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# seep-world writes what `seep zeek` reads without loss:
# worldlog.sh <seep-world> <seep>
set -eu
world=$1
seep=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

fail()
{
	echo "worldlog: $1" >&2
	exit 1
}

"$world" --seed 3 --days 20 --changes 40 --restart 9 \
	--truth "$folder/truth" --joined "$folder/joined" > "$folder/conn.log"
rows=$(grep -vc '^#' "$folder/conn.log")
[ "$rows" -gt 50000 ] || fail "only $rows rows"
grep -q '^change' "$folder/truth" || fail "no change in the truth"
[ "$(grep -c '^host' "$folder/truth")" -eq "$(wc -l < "$folder/joined")" ] ||
	fail "hosts of the truth and of --joined differ"

"$seep" zeek --quiet --hosts "$folder/joined" -f json "$folder/conn.log" \
	> "$folder/report"
grep '"type":"coverage"' "$folder/report" > "$folder/coverage" ||
	fail "no coverage object"
for want in "\"records\":$rows," '"bytes_refused":0,' '"duration_ignored":0,' \
	'"flows_without_end":0,'; do
	grep -q "$want" "$folder/coverage" || fail "coverage lacks $want"
done
for role in file_server web_server mail_relay backup_server \
	vpn_concentrator resolver; do
	grep -q "\"type\":\"host\".*\"role\":\"$role\"" "$folder/report" ||
		fail "no host is a $role"
done

status=0
"$world" --days 0 > /dev/null 2>&1 || status=$?
[ "$status" -eq 2 ] || fail "--days 0 gives $status"
status=0
"$world" --host nobody=3 > /dev/null 2>&1 || status=$?
[ "$status" -eq 2 ] || fail "an unknown role gives $status"
