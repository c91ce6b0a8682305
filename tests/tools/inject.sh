# SPDX-License-Identifier: BSD-3-Clause
# inject.sh - a leak in one's own log: exact bytes, every other line as it
# was, in every form of log.
. "$(dirname "$0")/lib.sh"

conn_log 30 >conn.log
start=2026-03-11
total=70000000

# leak NAME PATTERN OPTIONS...: 14 days of 5 MB into conn.log.
leak() {
	name=$1
	pattern=$2
	shift 2
	[ "$pattern" = since-first ] || set -- --start $start "$@"
	expect 0 inject --pattern "$pattern" --bytes-per-day 5M --days 14 \
		--truth "$name.truth" -o "$name.log" "$@" "${log:-conn.log}"
	is_empty out
	is_empty err
}

# adds_up NAME: the library counts exactly so many bytes more as crossing
# outbound, and the truth says the same.
adds_up() {
	checks=$((checks + 1))
	"$seep" zeek -f json -w all "$1.log" >report 2>err
	python3 - conn.json report "$1.truth" $total <<'END' ||
import json, sys
def out(path):
    lines = [json.loads(line) for line in open(path)]
    return sum(l["bytes_out"] for l in lines if l["type"] == "host")
truth = [json.loads(line) for line in open(sys.argv[3])]
rows = sum(r["bytes_out"] for r in truth[1:] if not r["inside"])
total = int(sys.argv[4])
assert out(sys.argv[2]) - out(sys.argv[1]) == total, "bytes of the library"
assert rows == total == truth[0]["bytes"], "bytes of the truth"
assert len(truth) - 1 == truth[0]["conn_rows"] + truth[0]["dns_rows"]
END
		fail "$1: bytes do not add up"
}

# keeps LOG NEW: every line of LOG stands in NEW, in its order, and what was
# added has the same number of columns.
keeps() {
	checks=$((checks + 1))
	diff "$1" "$2" >difference
	grep -q '^<' difference && fail "$2: lines of $1 are missing"
	grep -q '^>' difference || fail "$2: nothing was added"
	if head -c 1 "$1" | grep -q '#'; then
		[ "$(grep -v '^#' "$2" | awk -F'\t' '{print NF}' |
			sort -u | wc -l)" -eq 1 ] || fail "$2: columns differ"
	fi
}

"$seep" zeek -f json -w all conn.log >conn.json 2>err
for pattern in drip drip-40 drip-1000 office-hours nights daily-burst mimic \
	used-peers pulled-one pulled-many long-connection padded since-first \
	ramp icmp; do
	leak $pattern $pattern --host 10.2.0.7
	adds_up $pattern
	keeps conn.log $pattern.log
done
leak staged staged --host 10.2.0.7 --via 10.2.0.9
adds_up staged
leak many many-servers --host 10.2.0.7,10.2.0.8,10.2.0.9
adds_up many

# peers NAME: distinct other ends.
peers() {
	sed -n 's/.*"type":"row".*"peer":"\([^"]*\)".*/\1/p' "$1.truth" |
		sort -u | wc -l
}
for pair in drip:1 drip-40:40 drip-1000:1000 pulled-many:200 mimic:3; do
	checks=$((checks + 1))
	[ "$(peers ${pair%:*})" -eq ${pair#*:} ] ||
		fail "${pair%:*}: $(peers ${pair%:*}) peers"
done

# When: by the hours of the rows' starts, UTC and in a zone.
hours() {
	sed -n 's/.*"type":"row".*"ts":\([0-9]*\)\..*/\1/p' "$1.truth" |
		awk '{print int($1 / 3600) % 24}' | sort -nu | tr '\n' ' '
}
checks=$((checks + 2))
[ "$(hours office-hours)" = "8 9 10 11 12 13 14 15 16 17 " ] ||
	fail "office hours: $(hours office-hours)"
if [ -e /usr/share/zoneinfo/Asia/Tokyo ]; then
	leak tokyo office-hours --host 10.2.0.7 --timezone Asia/Tokyo
	[ "$(hours tokyo)" = "0 1 2 3 4 5 6 7 8 23 " ] ||
		fail "office hours in Tokyo: $(hours tokyo)"
fi

# The same options give the same bytes; another seed other peers.
leak again drip-40 --host 10.2.0.7
same again.log drip-40.log
leak other drip-40 --host 10.2.0.7 --seed 1
checks=$((checks + 1))
cmp -s other.log drip-40.log && fail "the seed changes nothing"

# Compressed logs, and JSON in its three ways of writing times.
gzip -kf conn.log
log=conn.log.gz leak gz drip --host 10.2.0.7
same gz.log drip.log
zstd -qf conn.log
log=conn.log.zst leak zst drip --host 10.2.0.7
same zst.log drip.log
for style in epoch millis iso; do
	python3 - $style conn.log >$style.json <<'END'
import datetime, json, sys
numbers = """id.orig_p id.resp_p orig_bytes resp_bytes missed_bytes orig_pkts
    orig_ip_bytes resp_pkts resp_ip_bytes""".split()
for line in open(sys.argv[2]):
    cells = line.rstrip("\n").split("\t")
    if cells[0] == "#fields":
        names = cells[1:]
    if line[0] == "#":
        continue
    row = {}
    for name, cell in zip(names, cells):
        if name == "ts":
            cell = float(cell)
            if sys.argv[1] == "millis":
                cell *= 1000
            if sys.argv[1] == "iso":
                cell = datetime.datetime.fromtimestamp(
                    cell, datetime.timezone.utc).strftime(
                    "%Y-%m-%dT%H:%M:%S.%fZ")
        elif name == "duration":
            cell = float(cell)
        elif name in numbers:
            cell = int(cell)
        row[name] = cell
    row["vlan"] = 7
    row["tunnel_parents"] = []
    print(json.dumps(row))
END
	log=$style.json leak $style drip --host 10.2.0.7
	adds_up $style
	keeps $style.json $style.log
	says difference '"vlan":7'
done

# A log without IP bytes: the payload field holds all.
grep -v '^#types' conn.log | awk -F'\t' 'BEGIN {OFS = "\t"}
	/^#fields/ {for (i = 2; i <= NF; i++)
		if ($i ~ /_ip_bytes/) skip[i - 1] = 1}
	{first = $0 ~ /^#fields/
	line = first ? $1 : ""
	for (i = first ? 2 : 1; i <= NF; i++)
		if (first ? !((i - 1) in skip) : (/^#/ || !(i in skip)))
			line = line (line == "" ? "" : OFS) $i
	print line}' >payload.conn.log
"$seep" zeek -f json -w all payload.conn.log >conn.json 2>err
log=payload.conn.log leak payload drip --host 10.2.0.7
adds_up payload
"$seep" zeek -f json -w all conn.log >conn.json 2>err

# DNS: names of exactly so many bytes, the resolver asking on for each.
expect 0 inject --host 10.2.0.7 --pattern dns --via 10.2.0.53 --start $start \
	--bytes-per-day 60K --days 2 --truth dns.truth -o dns.conn.log \
	--dns-output dns.log conn.log
keeps conn.log dns.conn.log
domain=$(sed -n 's/.*"domain":"\([^"]*\)".*/\1/p' dns.truth)
checks=$((checks + 2))
awk -F'\t' -v domain="$domain" '
!/^#/ && $3 == "10.2.0.7" {sum += length($10) - length(domain); asked[$10]++}
!/^#/ && $3 == "10.2.0.53" {on += $10 in asked}
!/^#/ && $10 ~ /\.\.|^\./ {bad++}
!/^#/ {n = split($10, label, "."); for (i = 1; i <= n; i++)
	if (length(label[i]) > 63) bad++; if (length($10) > 253) bad++}
END {exit !(sum == 120000 && on == length(asked) && on > 0 && !bad)}' \
	dns.log || fail "the names do not hold the bytes"
expect 0 inject --host 10.2.0.7 --pattern dns --start $start --seed 2 \
	--bytes-per-day 60K --days 2 -o two.conn.log --dns dns.log \
	--dns-output two.dns.log conn.log
keeps dns.log two.dns.log
expect 0 inject --host 10.2.0.7 --pattern dns --start $start \
	--bytes-per-day 60K --days 2 -o j.conn.log --dns-output j.dns.log \
	epoch.json
checks=$((checks + 1))
python3 -c 'import json, sys
for line in open("j.dns.log"): assert json.loads(line)["query"]' ||
	fail "j.dns.log is not JSON"

# On standard output; a log whose last line has no end; several heads.
expect 0 inject --host 10.2.0.7 --pattern drip --start $start --days 14 \
	--bytes-per-day 5M conn.log
same out drip.log
grep -v '^#close' conn.log |
	awk '{printf "%s%s", sep, $0; sep = "\n"}' >open.log
log=open.log leak open since-first --host 10.2.0.7
adds_up open
cat conn.log conn.log >twice.log
expect 0 inject --host 10.2.0.7 --pattern drip --start $start --days 60 \
	--bytes-per-day 5M -o twice.out twice.log
keeps twice.log twice.out
checks=$((checks + 1))
tail -n 1 twice.out | grep -q '^#close' || fail "#close is not last"

# Wrong usage, and what cannot be done, write nothing.
wrong() {
	expect 2 inject "$@"
	is_empty out
}
right="--host 10.2.0.7 --pattern drip --start $start --days 14"
right="$right --bytes-per-day 5M"
# $right is words.
wrong
wrong conn.log
wrong $right
wrong $right conn.log conn.log
wrong $right -
wrong $right --pattern flood conn.log
wrong $right --pattern staged conn.log
wrong $right --pattern many-servers conn.log
wrong $right --pattern since-first conn.log
wrong $right --pattern dns conn.log
wrong $right --dns-output x conn.log
wrong $right --via 10.2.0.9 conn.log
wrong $right --host 10.2.0.8 conn.log
wrong $right --bytes-per-day 959 conn.log
wrong $right --bytes-per-day 2T conn.log
wrong $right --days 0 conn.log
wrong $right --start 2026-03-11T00:30 conn.log
wrong $right --seed x conn.log
wrong $right --truth x -o x conn.log
wrong --host 198.51.100.9 --pattern drip --start $start --days 14 \
	--bytes-per-day 5M conn.log
says err "not inside"
wrong --host nobody $right conn.log
fails() {
	expect 1 inject -o never "$@"
	is_empty out
	checks=$((checks + 1))
	[ ! -e never ] || fail "an output was written"
}
fails $right nowhere.log
: >empty.log
fails $right empty.log
head -c 900 conn.log.gz >cut.gz
fails $right cut.gz
fails --host 10.2.0.99 --pattern mimic --start $start --days 14 \
	--bytes-per-day 5M conn.log
says err "mimic"
fails --host 10.2.0.7 --pattern dns --dns-output never.dns --start $start \
	--days 3000 --bytes-per-day 1G conn.log
says err "rows"

finish
