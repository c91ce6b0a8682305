# SPDX-License-Identifier: BSD-3-Clause
# merge.sh TOOL DEMO VECTORS - cases told again, and put together.
. "$(dirname "$0")/lib.sh"
demo=$2
vectors=$3
corpora=${SEEP_CORPORA:-}

# says_line FILE TEXT: is it a line of the file?
says_line() {
	checks=$((checks + 1))
	grep -qxF -e "$2" "$1" || fail "$1 has no line: $2"
}

gone() {
	checks=$((checks + 1))
	[ ! -e "$1" ] || fail "$1 is there"
}

# by_day LOG FOLDER: a log of Zeek cut by UTC day, its header on each.
by_day() {
	mkdir -p "$2"
	awk -v folder="$2" '/^#close/ { next }
	/^#/ { head = head $0 "\n"; next }
	{
		f = folder "/conn." int($1 / 86400) ".log"
		if (!(f in seen)) { printf "%s", head >f; seen[f] = 1 }
		print >f
	}' "$1"
}

# by_shard LOG FOLDER: the same cut in three by row, each with a header.
by_shard() {
	mkdir -p "$2"
	awk -v folder="$2" '/^#close/ { next }
	/^#/ {
		for (i = 0; i < 3; i++) print >(folder "/conn." i ".log")
		next
	}
	{ print >(folder "/conn." n++ % 3 ".log") }' "$1"
}

# each FOLDER OPTIONS...: a case for each log of a folder.
each() {
	folder=$1
	shift
	for log in "$folder"/*.log; do
		"$seep" zeek -q -o /dev/null -S "$log.case" "$@" "$log" ||
			fail "$log: no case"
	done
}

conn_log 30 20 >conn.log
gzip -c conn.log >conn.log.gz

# ---- a report of a case is that of the run that saved it ----

expect 0 zeek -q -f json -o run.json -S case conn.log
expect 0 report -q -f json -o told.json case
same run.json told.json
json told.json
expect 0 zeek -q -w all --since 2026-03-03 -o run.txt -S case conn.log
expect 0 report -q -w all --since 2026-03-03 -o told.txt case
# But for the command that recomputes a finding.
for file in run told; do
	awk '/^ *Recompute/ { skip = 1 }
	!skip
	skip && /}.$/ { skip = 0 }' $file.txt >$file.rest
done
same run.rest told.rest
[ "$(wc -l <told.rest)" -gt 20 ] || fail "little was compared"
# That command, from names alone, prints what it says where the files are.
awk '/^ *Recompute/ { on = 1; next } on; on && /}.$/ { exit }' told.txt >again
says told.txt "this command prints $(sh again)."
expect 3 report -q --exit-code -o /dev/null case
expect 0 report -q -f text case
says out "conn.log"

# Of captures, of hosts with several addresses, and with every option.
printf '10.2.0.7 10.2.0.70\n' >hosts
printf '10.2.0.7 203.0.113.0/24 tcp/443 1G * * wanted\n' >allow
options="-w all --allow allow --timezone Europe/Paris --alarms-per-year 1"
expect 0 zeek -q -f json -o run.json -S case --hosts hosts -s 10.2.0.7 \
	$options conn.log
expect 0 report -q -f json -o told.json $options case
same run.json told.json
says told.json '"entry":"10.2.0.7 203.0.113.0/24'
"$demo" --out demo --pcap demo.pcap --days 21 >/dev/null 2>&1 ||
	fail "no demonstration"
if "$seep" pcap -q -f json -o run.json -S case demo.pcap 2>err; then
	expect 0 report -q -f json -o told.json case
	same run.json told.json
	expect 0 report --inputs case
	grep -qF "without a hash" out || says_line out "$(sha256sum demo.pcap)"
else
	says err "cannot read captures"
fi

# ---- inputs ----

# hashed: does this build hash?
expect 0 zeek -q -o /dev/null -S case conn.log
expect 0 report --inputs case
if ! grep -qxF "$(sha256sum conn.log)" out; then
	says out "without a hash"
	echo "skipped: this build hashes nothing"
	finish
fi
says out "# 106855 bytes, 960 records, 2026-03-01T00:01:00Z to"
sha256sum -c --status out || fail "sha256sum does not read the list"
expect 0 zeek -q -o /dev/null -S packed conn.log.gz
expect 0 report --inputs packed
says_line out "$(sha256sum conn.log.gz)"
expect 0 report --inputs -f json packed
says out "\"content_sha256\":\"$(sha256sum <conn.log | cut -c -64)\""

# Through a pipe, and through a file that is read whole after it broke.
"$seep" zeek -q -o /dev/null -S piped - <conn.log.gz || fail "no pipe"
expect 0 report --inputs piped
says_line out "$(sha256sum <conn.log.gz)"
mkfifo fifo
cat conn.log >fifo &
expect 0 zeek -q -o /dev/null -S piped fifo
expect 0 report --inputs piped
says_line out "$(sha256sum <conn.log | sed 's/-$/fifo/')"
{ head -c 5000 conn.log.gz; head -c 99999 /dev/zero; } >broken.log.gz
expect 0 zeek -q -o /dev/null -S broken broken.log.gz
expect 0 report --inputs broken
says_line out "$(sha256sum broken.log.gz)"
says out ", damaged"
head -c 6000 conn.log.gz >cut.log.gz
expect 0 zeek -q -o /dev/null -S cut cut.log.gz
expect 0 report --inputs cut
says_line out "$(sha256sum cut.log.gz)"

# Names are shown without what a terminal would obey.
name=$(printf 'a\033[31m\\\n"b.log')
cp conn.log "$name"
expect 0 zeek -q -o /dev/null -S named "$name"
expect 0 report --inputs named
says out '  a\x1b[31m\x5c\x0a"b.log'
expect 0 report --inputs -f json named
python3 -c 'import json, sys
assert json.load(open("out"))["name"] == "a\x1b[31m\\\n\"b.log"' ||
	fail "the name in JSON: $(cat out)"

# ---- merging ----

by_day conn.log days
by_shard conn.log shards
for cut in days shards; do
	each $cut
	expect 0 zeek -q -f json -o whole.json -S whole $cut/*.log
	expect 0 merge -o all $cut/*.case
	same whole all
	is_empty err
	expect 0 merge -S all $(ls $cut/*.case | sort -r)
	same whole all
	expect 0 merge -o half1 $(ls $cut/*.case | awk 'NR % 2')
	expect 0 merge -o half2 $(ls $cut/*.case | awk 'NR % 2 == 0')
	expect 0 merge -o all half2 half1
	same whole all
	expect 0 report -q -f json -o all.json all
	same whole.json all.json
	expect 0 report -q -f json -o all.json $cut/*.case
	same whole.json all.json
done

# A real log, and the demonstration by day.
local=10.20.0.0/16,2001:db8:20::/48,fe80::/10
for day in demo/*/; do
	"$seep" zeek -q -o /dev/null -l $local \
		-S "$(basename "$day").demo" "$day" || fail "$day: no case"
done
expect 0 zeek -q -o /dev/null -l $local -S whole demo
expect 0 merge -o all *.demo
same whole all
m57=$corpora/logs/m57/m57-long/conn.log
if [ -n "$corpora" ] && [ -r "$m57" ]; then
	by_day "$m57" m57
	each m57
	expect 0 zeek -q -o /dev/null -S whole m57/*.log
	expect 0 merge -o all $(ls m57/*.case | sort -r)
	same whole all
	echo "a real log of $(ls m57/*.log | wc -l) days: merged as read whole"
else
	echo "skipped: no corpora"
fi

# Inputs that are all in another case count once, whatever their packing.
expect 0 zeek -q -o /dev/null -S twice conn.log
expect 0 merge -o all twice packed
says err "is left out: all its inputs are in"
expect 0 merge -q -o all twice packed
is_empty err
expect 0 zeek -q -o /dev/null -S two days/conn.20513.log days/conn.20514.log
expect 0 merge -o all days/conn.20513.log.case two
says err "days/conn.20513.log.case is left out: all its inputs are in two too"
same two all

# Overlap in part, settings and sites that differ: nothing is written.
refused() {
	rm -f all
	expect 1 merge -o all "$@"
	gone all
	says err "nothing was merged"
	expect 1 report "$@"
	is_empty out
}
expect 0 zeek -q -o /dev/null -S next days/conn.20514.log days/conn.20515.log
refused two next
says err "conn.20514.log (in two) is conn.20514.log in next"
expect 0 zeek -q -o /dev/null --dedup -S dedup days/conn.20516.log
refused two dedup
says err "were read differently: dedup"
expect 0 zeek -q -o /dev/null --link-speed 1G -S slow days/conn.20516.log
refused two slow
says err "were read differently: link speed"
expect 0 zeek -q -o /dev/null --link-speed 10G -S usual days/conn.20516.log
expect 0 merge -o all two usual
expect 0 zeek -q -o /dev/null -l 10.0.0.0/8 -S other days/conn.20516.log
refused two other
says err "two and other are of different sites"

# A case of an older seep lists nothing.
python3 -c 'import sys
text = open(sys.argv[1]).read()
open(sys.argv[2], "wb").write(bytes.fromhex(text))' "$vectors/case_v3.hex" old3
python3 -c 'import sys
text = open(sys.argv[1]).read()
open(sys.argv[2], "wb").write(bytes.fromhex(text))' "$vectors/case_v2.hex" old2
expect 0 report -f json old3
says out '"bytes_crossing":8500'
expect 0 report --inputs old2
says out "not all inputs are known"
refused old2 old3
says err "whether they overlap cannot be seen"
expect 0 merge --unchecked -o all old2 old3
says err "are added up as asked"
expect 0 report -f json all
says out '"bytes_crossing":17000'
refused two old3

# ---- sensors ----

# The second sees less of most days, and more of one.
awk -F'\t' -v OFS='\t' '/^#/ { print; next }
{
	day = int(($1 - 1772323200) / 86400)
	$16 = day == 5 ? $16 * 2 : $16 - 100
	print
}' conn.log >conn2.log
expect 0 zeek -q -o /dev/null --sensor tap-1 -S tap1 conn.log
expect 0 zeek -q -o /dev/null --sensor tap-2 -S tap2 conn2.log
expect 0 merge -o taps tap1 tap2
says err "2 sensors are kept apart"
says err "such overlap cannot be seen"
expect 0 merge -q -o taps2 tap2 tap1
is_empty err
same taps taps2
expect 0 report -f json -o taps.json taps
json taps.json
expect 0 report -f json -o both.json tap2 tap1
same taps.json both.json
python3 - conn.log conn2.log taps.json <<'END' || fail "sums of sensors"
import json
import sys

def days(path):
    sums = {}
    for line in open(path):
        if not line.startswith("#"):
            f = line.split("\t")
            day = int(float(f[0])) // 86400
            sums[day] = sums.get(day, 0) + int(f[15]) + int(f[17])
    return sums

one, two = days(sys.argv[1]), days(sys.argv[2])
used = [sum(one[d] for d in one if one[d] >= two[d]),
        sum(two[d] for d in one if one[d] < two[d])]
host = coverage = None
for line in open(sys.argv[3]):
    found = json.loads(line)
    if found["type"] == "host":
        host = found
    coverage = found
assert used[0] > 0 and used[1] > 0, used
for place in host, coverage:
    got = place["sensors"]
    assert [s["sensor"] for s in got] == ["tap-1", "tap-2"], got
    assert [s["bytes_used"] for s in got] == used, (got, used)
    assert got[0]["bytes_unused"] == sum(one.values()) - used[0]
    assert got[1]["bytes_unused"] == sum(two.values()) - used[1]
assert coverage["bytes_seen"] == sum(used)
assert any("translated" in note for note in coverage["notes"])
END
expect 0 report taps
says out "Both ways, by sensor: tap-1"
says out "By sensor: tap-1"
# A day more of one of them.
expect 0 zeek -q -o /dev/null --sensor tap-2 -S more cut.log.gz
refused taps more tap1 old3

# ---- damage ----

size=$(wc -c <taps)
for at in 5 20 100 1000 $((size / 3)) $((size / 2)) $((size - 30)); do
	python3 -c 'import sys
b = bytearray(open("taps", "rb").read())
b[int(sys.argv[1])] ^= 4
open("bad", "wb").write(b)' "$at"
	expect 1 report bad
	is_empty out
	says err "bad: "
	rm -f all
	expect 1 merge -o all bad tap1
	gone all
done
says err 'section "'
for cut in 0 1 15 16 1000 $((size / 2)) $((size - 1)); do
	head -c "$cut" taps >bad
	expect 1 report bad
	is_empty out
done
expect 1 report conn.log
says err "conn.log: not a case that seep saved"
expect 1 report nowhere
says err "nowhere: No such file"
expect 1 report .
says err ".: "
expect 1 report -m 1000 taps
says err "taps: needs more memory than --memory allows"
echo old >folder
expect 1 merge -o folder/x tap1
says err "folder/x: Not a directory"

finish
