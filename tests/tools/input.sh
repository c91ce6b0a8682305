# SPDX-License-Identifier: BSD-3-Clause
# input.sh - what is read, and how it is told what could not be.
. "$(dirname "$0")/lib.sh"

conn_log 3 >conn.log

# Standard input, directories, compression give the same report.
expect 0 zeek -f json conn.log
cp out whole
"$seep" zeek -f json - <conn.log >out 2>err
same out whole
gzip -c conn.log >conn.log.gz
expect 0 zeek -f json conn.log.gz
same out whole
mkdir -p logs/2026-03-01
cp conn.log logs/2026-03-01/conn.00:00:00-01:00:00.log
expect 0 zeek -f json logs
same out whole

# Nothing usable: an error that says what was seen, and the coverage.
: >empty.log
awk 'BEGIN {for (x = 1; n++ < 3000;) printf "%c", x = x * 75 % 65537}' >junk.log
for f in empty.log junk.log nowhere.log; do
	expect 1 zeek $f
	is_empty out
	says err "no usable row"
	expect 1 zeek -f json $f
	json out
done
mkdir hollow
expect 1 zeek hollow
says err "no usable row"
expect 1 pcap conn.log
is_empty out

# One file of several unreadable: told, counted, and the rest is read.
expect 0 zeek -f json conn.log nowhere.log
says err "nowhere.log"
says out '"files_refused":1'
expect 0 zeek -q -f json conn.log nowhere.log
json out
expect 0 zeek conn.log nowhere.log
says out "NOTE"

# No local network matched: what was seen, and the option that mends it.
expect 1 zeek -l 192.168.0.0/16 conn.log
is_empty out
says err "no local network matched"
says err "10.2.0.0/16"
says err "--local"
expect 1 zeek -f json -l 192.168.0.0/16 conn.log
json out
says out '"bytes_crossing":0'

# A bad row costs itself only; its place is told without control codes.
{
	cat conn.log
	printf '1772323300.0\tCx\t10.2.0.7\t1\t1.2.3.4\t2\ttcp\t-\t1.0\t'
	printf 'e\033[31mvil\t1\tSF\t0\t-\t1\t5\t1\t5\n'
} | grep -v '^#close' >bad.log
expect 0 zeek -f json bad.log
json out
says out '"malformed":1'
says err "bad.log: line "
says err "orig_bytes"
checks=$((checks + 1))
if LC_ALL=C grep -q '[[:cntrl:]]' err; then
	fail "control characters on standard error"
fi
expect 0 zeek -q bad.log
is_empty err

# File names are shown escaped.
expect 1 zeek "$(printf 'no\033[2Jwhere')"
says err 'no\x1b[2Jwhere'

# No progress on a pipe.
checks=$((checks + 1))
expect 0 zeek conn.log
is_empty err

finish
