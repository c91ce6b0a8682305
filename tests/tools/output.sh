# SPDX-License-Identifier: BSD-3-Clause
# output.sh - what is written where: JSON Lines only, files whole or not.
. "$(dirname "$0")/lib.sh"

conn_log 30 20 >conn.log
conn_log 30 >twin.log

expect 0 zeek -f json conn.log
json out
says out '"type":"finding"'
is_empty err
expect 3 zeek --exit-code -f json conn.log
expect 0 zeek --exit-code -f json twin.log
json out
says_not out '"type":"finding"'

# Text is the default on a pipe too, and the twin is not called clean.
expect 0 zeek twin.log
says out "No finding in this evidence."
says out "At most "
for word in "no leak" proof certain safe; do
	says_not out "$word"
done

# The command of the report prints the finding's bytes.
expect 0 zeek conn.log
bytes=$(sed -n 's/.*this command prints \([0-9]*\)\..*/\1/p' out | head -1)
awk '/^{$/ {on = 1} on {print} on && /print ""}/ {exit}' out >command
checks=$((checks + 1))
[ -n "$bytes" ] && [ "$(sh ./command)" = "$bytes" ] ||
	fail "the command does not print '$bytes'"

# Also when a file was refused because it repeats another.
cp conn.log copy.log
expect 0 zeek conn.log copy.log
awk '/^{$/ {on = 1} on {print} on && /print ""}/ {exit}' out >command
checks=$((checks + 1))
[ "$(sh ./command)" = "$bytes" ] || fail "a repeated file counts twice"

# -o: the same bytes, nothing on standard output, no temporary file left.
expect 0 zeek -f json conn.log
cp out whole
expect 0 zeek -f json -o report conn.log
is_empty out
same report whole
expect 0 zeek -f json -o - conn.log
same out whole
ln -s report link
expect 0 zeek -o link conn.log
checks=$((checks + 1))
[ -L link ] || fail "the link was replaced"
says report "1. "
expect 0 zeek -o /dev/null conn.log
checks=$((checks + 1))
[ -c /dev/null ] || fail "/dev/null is gone"
expect 1 zeek -o nowhere/report conn.log
says err "nowhere/report"
expect 1 zeek -o . conn.log
checks=$((checks + 1))
ls report.* >/dev/null 2>&1 && fail "a temporary file is left"

# A report that failed replaces nothing.
echo old >kept
echo old >case
: >empty.log
expect 1 zeek -o kept -S case empty.log
says kept old
says case old

# Nor does one that was never written, in JSON either: memory may end
# before or behind the first row.
for m in 1K 40K 60K 80K 100K 120K; do
	echo old >kept
	checks=$((checks + 1))
	if "$seep" zeek -m $m -f json -o kept conn.log 2>err; then
		same kept whole
	else
		says kept old
	fi
done

# A reader that leaves early is a failed write, not a death by a signal.
checks=$((checks + 1))
python3 - "$seep" >out 2>&1 <<'END' || fail "a closed pipe is not told"
import os, subprocess, sys
read, write = os.pipe()
os.close(read)
done = subprocess.run([sys.argv[1], "zeek", "-f", "json", "conn.log"],
                      stdout=write, stderr=subprocess.PIPE)
print(done)
sys.exit(not (done.returncode == 1 and b"output" in done.stderr))
END

# --save: canonical, whatever the seed; and its ledger, which is what stands
# before the list of the files, whatever their cut.
ledger() {
	python3 -c 'import sys
case = open(sys.argv[1], "rb").read()
assert case.count(b"origin\0\0") == 1
sys.stdout.buffer.write(case[:case.index(b"origin\0\0")])' "$1" >"$1.ledger"
}
expect 0 zeek -S one conn.log
expect 0 zeek -S two -f json conn.log
same one two
grep '^#[^c]' conn.log >part1
cp part1 part2
grep -v '^#' conn.log | awk 'NR % 2' >>part1
grep -v '^#' conn.log | awk 'NR % 2 == 0' >>part2
expect 0 zeek -q --save three part2 part1
ledger one
ledger three
same one.ledger three.ledger
checks=$((checks + 1))
[ "$(wc -c <one.ledger)" -gt 64 ] || fail "the case is empty"
expect 1 zeek --save nowhere/case conn.log
says err "nowhere/case"
is_empty out
checks=$((checks + 1))
ls one.* two.* >/dev/null 2>&1 && fail "a temporary file is left"

# A full disk is a failed run.
if [ -c /dev/full ]; then
	expect 1 zeek -o /dev/full conn.log
	checks=$((checks + 1))
	"$seep" zeek conn.log >/dev/full 2>err
	[ $? -eq 1 ] || fail "a full standard output is not told"
	expect 1 zeek --save /dev/full conn.log
fi

# Too little memory is a failed run that says what mends it.
expect 1 zeek -m 1K conn.log
says err "--memory"
is_empty out

finish
