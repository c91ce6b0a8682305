# SPDX-License-Identifier: BSD-3-Clause
# checkpoint.sh - what is refused, and that it is then left as it was; what
# a full disk and a closed folder leave. killed.sh kills.
. "$(dirname "$0")/lib.sh"

mkdir logs folder
conn_log 100 90 >whole.log
head -400 whole.log >logs/conn.a.log
{
	head -8 whole.log | grep '^#'
	sed -n '401,$p' whole.log
} >logs/conn.b.log
expect 0 zeek -f json -o whole.json -S whole.case logs

# make_state: a checkpoint in the middle of the second file. All but the
# last of those that are written fit under the limit of a file's size.
"$seep" zeek -q -o /dev/null -S nowhere/case --checkpoint late --every 0.001 \
	logs 2>err
says err "nowhere/case: "
late=$(stat -c %s late)
make_state() {
	rm -f state
	(
		ulimit -f $((late / 512 - 1))
		exec "$seep" zeek -q -o /dev/null --checkpoint state \
			--every 0.001 logs
	) >out 2>err
	[ -s state ] || fail "no checkpoint was written"
	[ "$(stat -c %s state)" -gt $((late / 2)) ] || fail "it is an early one"
	cp state good
}

# refuse WHY ARGS...: exit 1, the reason told, the checkpoint untouched.
refuse() {
	why=$1
	shift
	expect 1 "$@"
	says err "$why"
	says err "state: "
	same state good
}

# Wrong usage.
expect 2 zeek --every 5 logs
says err "--every goes with --checkpoint"
expect 2 zeek --checkpoint state -
says err "standard input cannot be read again"
expect 2 zeek --checkpoint state --every 0 logs
says err "--every"
expect 2 zeek --checkpoint state --every -1 logs
expect 2 zeek --checkpoint '' logs
expect 2 zeek --checkpoint state -S state logs
expect 2 zeek --checkpoint state -o state logs
expect 2 floor --checkpoint state logs
checks=$((checks + 1))
[ ! -e state ] || fail "a wrong command made a checkpoint"

# An end takes it away; the result is that without.
expect 0 zeek --checkpoint state --every 0.001 -f json -o cut.json \
	-S cut.case logs
same cut.json whole.json
same cut.case whole.case
checks=$((checks + 1))
[ ! -e state ] && [ ! -e state.new ] || fail "the checkpoint is still there"
# Also an end with a finding.
expect 3 zeek --checkpoint state --exit-code logs
checks=$((checks + 1))
[ ! -e state ] || fail "the checkpoint is still there"

make_state
checks=$((checks + 1))
[ "$(stat -c %a state)" = 600 ] || fail "others may read the checkpoint"
refuse "another --dedup" zeek --dedup --checkpoint state logs
refuse "another --link-speed" zeek --link-speed 1G --checkpoint state logs
refuse "another --follow" zeek --follow --checkpoint state logs
refuse "another --sensor" zeek --sensor tap-1 --checkpoint state logs
refuse "another --memory" zeek --memory 1G --checkpoint state logs
refuse "another --no-store" zeek --no-store --checkpoint state logs
refuse "another --local" zeek -l 10.0.0.0/8 --checkpoint state logs
refuse "another --local, --partner, --servers" \
	zeek -s 10.2.0.7 --checkpoint state logs
refuse "other paths" zeek --checkpoint state logs/conn.a.log
refuse "another number of paths" zeek --checkpoint state logs logs
refuse "another verb" pcap --checkpoint state logs

# Damage: anywhere, and the end.
size=$(stat -c %s state)
for at in 0 3 9 13 17 30 $((size / 3)) $((size / 2)) $((size - 3)); do
	python3 -c 'import sys
b = bytearray(open("good", "rb").read())
b[int(sys.argv[1])] ^= 4
open("state", "wb").write(b)' "$at"
	cp state good.bad
	expect 1 zeek --checkpoint state logs
	says err "state: damaged in '"
	same state good.bad
done
for kept in 0 10 16 40 $((size / 2)) $((size - 1)); do
	head -c "$kept" good >state
	expect 1 zeek --checkpoint state logs
	says err "state: damaged in '"
done
{ cat good && echo; } >state
expect 1 zeek --checkpoint state logs
says err "damaged in 'end'"
echo "something else, and longer" >state
expect 1 zeek --checkpoint state logs
says err "not a checkpoint"
cp good state

# What was read is not what it was.
make_state
cp -p logs/conn.a.log kept.log
mv logs/conn.a.log away.log
refuse "conn.a.log: is gone" zeek --checkpoint state logs
mv away.log logs/conn.a.log
mv logs/conn.b.log away.log
refuse "conn.b.log: is gone" zeek --checkpoint state logs
mv away.log logs/conn.b.log

# It still does what it should, and files that came since are not taken.
cp whole.log logs/conn.c.log
expect 0 zeek --checkpoint state -f json -o cut.json -S cut.case logs
says err "state: going on from there"
same cut.json whole.json
same cut.case whole.case
rm logs/conn.c.log

# No place to write to: told before anything is read, nothing left behind.
expect 1 zeek --checkpoint nowhere/state logs
says err "nowhere/state: no checkpoint written: No such file or directory"
expect 1 zeek --checkpoint folder logs
says err "folder: not a regular file"
expect 1 zeek --checkpoint /dev/full logs
says err "/dev/full: not a regular file"
mkfifo pipe
expect 1 zeek --checkpoint state pipe
says err "a pipe cannot be read again"
checks=$((checks + 1))
[ ! -e state ] && [ ! -e state.new ] || fail "left behind"
if [ "$(id -u)" -ne 0 ]; then
	chmod 555 folder
	expect 1 zeek --checkpoint folder/state logs
	says err "folder/state: no checkpoint written: Permission denied"
	chmod 755 folder
elif setpriv --reuid 65534 --clear-groups "$seep" --version >out 2>&1; then
	chmod 755 "$work" folder logs
	setpriv --reuid 65534 --clear-groups \
		"$seep" zeek -q --checkpoint folder/state logs >out 2>err
	[ $? -eq 1 ] || fail "a folder without permission was written"
	says err "folder/state: no checkpoint written: Permission denied"
else
	echo "skipped: root may write everywhere"
fi

# A limit of the file's size: the one before stands, nothing beside it.
make_state
cp state folder/state
for blocks in 1 4 8; do
	(
		ulimit -f $blocks
		exec "$seep" zeek -q --checkpoint folder/state --every 0.001 \
			-o /dev/null logs
	) >out 2>err
	[ $? -eq 1 ] || fail "$blocks blocks were enough for a checkpoint"
	says err "folder/state: no checkpoint written: File too large"
	same folder/state good
	checks=$((checks + 1))
	[ "$(ls -A folder)" = state ] || fail "left: $(ls -A folder)"
done

# A disk that is full, where one may be mounted: while reading, and at the
# end, where the case does not fit and the checkpoint stays for the next run.
if unshare -rm sh -c 'mount -t tmpfs -o size=64k none folder && exit 7' \
	2>/dev/null || [ $? -eq 7 ]; then
	unshare -rm sh -c '
		mount -t tmpfs -o size=64k none folder
		cp good folder/state
		head -c 40000 good >folder/other
		"$0" zeek -q --checkpoint folder/state --every 0.001 \
			-o /dev/null logs
		echo "exit $?, $(cmp good folder/state && echo same)," \
			"$(ls -A folder | tr "\n" ".")"
		rm folder/other
		head -c 48000 /dev/zero >folder/other
		"$0" zeek -q --checkpoint folder/state --every 1000 \
			-o /dev/null -S folder/case logs
		echo "exit $?, $(cmp good folder/state && echo same)," \
			"$(ls -A folder | tr "\n" ".")"
		rm folder/other
		"$0" zeek -q --checkpoint folder/state --every 1000 \
			-o /dev/null -S folder/case logs
		echo "exit $?, $(cmp whole.case folder/case && echo same)," \
			"$(ls -A folder | tr "\n" ".")"
	' "$seep" >out 2>err
	says err "folder/state: no checkpoint written: No space left on device"
	says err "folder/case: No space left on device"
	checks=$((checks + 1))
	[ "$(cat out)" = "exit 1, same, other.state.
exit 1, same, other.state.
exit 0, same, case." ] || fail "$(cat out)"
else
	echo "skipped: no disk can be mounted to fill it"
fi

# A followed run that is stopped goes on: its checkpoint stays, and what it
# told before is not told again, nor lost.
rm -f state
head -2300 whole.log >logs/conn.a.log
rm logs/conn.b.log
follow() {
	"$seep" zeek -q --follow --checkpoint state --every 0.05 -f json \
		-o live.json -S live.case logs 2>err &
	pid=$!
	sleep 1
	kill -TERM $pid
	wait $pid
	checks=$((checks + 1))
	[ $? -eq 0 ] || fail "exit status of a followed run"
	[ -s state ] || fail "a followed run took its checkpoint away"
}
follow
sed -n '2301,$p' whole.log >>logs/conn.a.log
follow
rm -f state
"$seep" zeek -q -f json -o whole.json -S whole.case logs
same live.case whole.case
# The report of the run that was stopped makes way for the whole one.
tail -n "$(wc -l <whole.json)" live.json >end.json
same end.json whole.json
checks=$((checks + 1))
[ "$(grep -c '"type":"coverage"' live.json)" -eq 1 ] ||
	fail "the report of a run that was stopped is still there"

finish
