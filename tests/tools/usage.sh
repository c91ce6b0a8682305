# SPDX-License-Identifier: BSD-3-Clause
# usage.sh - the table of exit statuses, and who hears what.
. "$(dirname "$0")/lib.sh"

conn_log 2 >conn.log

# What was asked for is on standard output, and nothing on the other.
expect 0 --help
says out "seep pcap"
is_empty err
expect 0 --version
says out "seep "
for verb in pcap zeek floor inject; do
	expect 0 $verb --help
	says out "--local"
	is_empty err
done
expect 0 report --help
says out "--inputs"
says_not out "--local"
expect 0 merge --help
says out "--unchecked"
says_not out "--format"
expect 0 pcap -h
says out "--no-dpi"
says_not out "--follow"
expect 0 zeek -h
says out "--follow"

# Wrong usage is 2, before anything is read, with nothing on stdout.
wrong() {
	expect 2 "$@"
	is_empty out
	says err "seep"
}
wrong
wrong flow
wrong --no-such-option
wrong zeek
wrong pcap
wrong zeek --no-such-option conn.log
says err "--no-such-option"
wrong zeek -Z conn.log
says err "-Z"
wrong zeek conn.log --local
wrong zeek --quiet=yes conn.log
wrong zeek --local 10.0.0.0/33 conn.log
says err "10.0.0.0/33"
wrong zeek --local 10.0.0.0/8,, conn.log
wrong zeek -l '' conn.log
wrong zeek --partner 10.0.0.0/8,ten conn.log
says err "'ten'"
wrong zeek --servers 10.2.0.7x conn.log
wrong zeek --watch some conn.log
wrong zeek --format xml conn.log
wrong zeek --alarms-per-year 0 conn.log
wrong zeek --alarms-per-year -1 conn.log
wrong zeek --alarms-per-year nan conn.log
wrong zeek --alarms-per-year inf conn.log
wrong zeek --alarms-per-year 0x1p3 conn.log
wrong zeek --alarms-per-year 1y conn.log
for size in 0 -1 1.5G 10Q 10Kib 10Gi1 99999999999999999999 20000000T ' 1' ''; do
	wrong zeek --memory "$size" conn.log
done
for n in 0 -1 1025 two 1x; do
	wrong zeek -j "$n" conn.log
done
for time in 2026 2026-02-29 2026-13-01 2026-03-01T24:00:00Z 1969-12-31 \
	2026-03-01T00:00:00+01:00 2026-03-01Zx yesterday; do
	wrong zeek --since "$time" conn.log
done
wrong zeek --since 2026-03-02 --until 2026-03-02 conn.log
wrong zeek --until 1970-01-01 conn.log
wrong zeek --save - conn.log
wrong zeek --save case -o case conn.log
wrong zeek --link-speed fast conn.log
wrong pcap --follow x.pcap
wrong pcap --dedup x.pcap
wrong zeek --no-dpi conn.log
wrong zeek --verify conn.log
wrong pcap --captures x.pcap
wrong floor --follow conn.log
wrong floor --save case conn.log
wrong floor
wrong floor --verify=19 conn.log
wrong floor --verify=x conn.log
wrong floor --days 8 conn.log
wrong floor --sample 0 conn.log
wrong floor --around 0 conn.log
wrong floor --seed -1 conn.log
wrong floor -S case conn.log
wrong zeek --sensor 'a b' conn.log
wrong zeek --sensor "$(printf '%064d' 0)" conn.log
wrong floor --sensor a conn.log
wrong zeek --unchecked conn.log
wrong zeek --inputs conn.log
wrong report
wrong report --local 10.0.0.0/8 case
wrong report -S other case
wrong merge case
wrong merge -o one -S two case
wrong merge -o -
wrong merge -o - case
wrong merge -o '' case
wrong merge -f json -o all case
wrong merge -l 10.0.0.0/8 -o all case

# And what is right is taken.
expect 0 zeek -q -j 4 -m 512Mi -w all --alarms-per-year 0.5 \
	--since 2024-02-29 --until 2026-03-02T12:00:00Z --link-speed 40G \
	--dedup --no-progress -f text conn.log
expect 0 zeek --partner 172.16.0.0/12,fd00::/8 -s 10.2.0.0/24 conn.log
expect 0 zeek -- conn.log

# --hosts: a bad line is named, an unreadable file is a failed run.
printf '10.2.0.7, 10.2.0.8\t10.2.0.9 # one\n\n# none\n' >hosts
expect 0 zeek --hosts hosts conn.log
printf '10.2.0.7\n10.2.0.8 10.2.0.256\n' >hosts
wrong zeek --hosts hosts conn.log
says err "hosts: line 2: '10.2.0.256'"
printf '10.2.0.7\0 x\n' >hosts
wrong zeek --hosts hosts conn.log
expect 1 zeek --hosts nowhere conn.log
says err "nowhere"

finish
