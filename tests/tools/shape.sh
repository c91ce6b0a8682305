# SPDX-License-Identifier: BSD-3-Clause
# shape.sh - what a person knows of the site: --allow, --timezone,
# --holidays. A line that is not understood is named and nothing is read.
. "$(dirname "$0")/lib.sh"

conn_log 30 20 >conn.log

# refused OPTION LINE TEXT: a file of two lines whose second one is wrong.
refused() {
	printf '# a comment\n%s\n' "$2" >bad
	expect 2 zeek "$1" bad conn.log
	is_empty out
	says err "bad: line 2: "
	says err "$3"
}

refused --allow '10.0.0.0/33 *' "'10.0.0.0/33'"
refused --allow '10.2.0.7' "want at least a host and a peer"
refused --allow '* 10.0.0' "'10.0.0'"
refused --allow '* fe80::/129' "'fe80::/129'"
refused --allow '* a$b' "'a\$b'"
refused --allow '* * tcp' "'tcp'"
refused --allow '* * icmp/8' "'icmp/8'"
refused --allow '* * tcp/70000' "'tcp/70000'"
refused --allow '* * ip/443' "'ip/443'"
refused --allow '* * tcp/9999' "say tcp/high"
refused --allow '* * tcp/1001' "say tcp/low"
refused --allow '* * * 0' "want bytes per day"
refused --allow '* * * 2GB' "want bytes per day"
refused --allow '* * * * 2026-02-30' "'2026-02-30'"
refused --allow '* * * * * 1970-01-01' "'1970-01-01'"
refused --allow '* * * * 2026-03-02 2026-03-02' "is not after"
refused --holidays 2026-2-3 "'2026-2-3' is no date"
refused --holidays 2026-03-01T00:00 "is no date"
refused --holidays 2026-03-02..2026-03-01 "is before"
refused --holidays 2026-03-02.. "is no date"
refused --holidays 2026-01-01..2027-01-02 "more than 366 days"
refused --holidays '2026-01-01 rest' "'rest'"
refused --holidays '2026-01-01 work work' "'work'"
printf '* *\0\n' >bad
expect 2 zeek --allow bad conn.log
says err "bad: line 1: not text"
for option in --allow --holidays; do
	expect 1 zeek $option nowhere conn.log
	says err "nowhere"
done

# A name of the network's own is shown escaped.
printf '* \033[2J\n' >bad
expect 2 zeek --allow bad conn.log
says err 'x1b[2J'

# Everything that may stand in them, in one run.
cat >allow <<'END'
# host       peer            service  bytes  from        until       reason
10.2.0.7     203.0.113.0/24  tcp/443  2Gi    2026-03-01  2027-03-01  a backup #7
fd00::/8        2001:db8::1     udp/high 1K     *           *
10.2.0.0/16     example.org     icmp
*               *               proto-89 *      2026-03-01
*               nas-2_x.example tcp/low

END
printf '2026-05-01 # one\n\n2026-12-24..2027-01-01\n2026-12-26 work\n' >days
expect 0 zeek -q --allow allow --holidays days conn.log
expect 0 zeek -q --allow allow --allow allow --holidays days --holidays days \
	conn.log
expect 0 floor -q --allow allow --holidays days conn.log

# Holidays and time zone shape baselines only: no time that is printed is
# local. Where the clocks say nothing else the report is the same.
expect 0 zeek -f json conn.log
cp out plain
says plain '"type":"finding"'
: >none
expect 0 zeek -f json --allow none --holidays none conn.log
same out plain
if [ -e /usr/share/zoneinfo/Pacific/Kiritimati ]; then
	expect 0 zeek -f json --timezone UTC conn.log
	same out plain
	expect 0 zeek -f json --timezone Pacific/Kiritimati conn.log
	json out
	tail -n 1 plain >last
	tail -n 1 out >also
	same last also
	for zone in Nowhere/City ../../etc/passwd /etc/localtime Europe '' \
		CET-1CEST zone.tab; do
		expect 2 zeek --timezone "$zone" conn.log
		is_empty out
		says err "--timezone"
	done
	expect 0 floor --timezone Europe/Paris conn.log
else
	echo "skipped: no time zone database"
fi
expect 2 zeek --timezone Nowhere/City conn.log

# What is allowed leaves the findings and stays in the totals.
printf '10.2.0.7 203.0.113.0/24 tcp/443\n' >backup
expect 0 zeek -f json -w all --allow backup conn.log
json out
if grep -q '"allowed":\[{' out; then
	says_not out '"type":"finding"'
	says out '"entry":"10.2.0.7 203.0.113.0/24 tcp/443"'
	says out "$(grep -o '"bytes_crossing":[0-9]*' plain)"
else
	fail "nothing was taken out as allowed"
fi

finish
