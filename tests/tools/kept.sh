# SPDX-License-Identifier: BSD-3-Clause
# kept.sh - what was written before stays whole whatever happens to the next.
. "$(dirname "$0")/lib.sh"

conn_log 30 20 >conn.log
mkdir folder
case=folder/case

# untouched FILE WHY: as it was, and nothing beside it.
untouched() {
	checks=$((checks + 1))
	[ "$(cat "$1")" = old ] || fail "$2: $1 was changed"
	[ "$(ls -A folder | wc -l)" -eq 1 ] ||
		fail "$2: left behind: $(ls -A folder)"
	rm -f folder/*
	echo old >"$1"
}

wait_for_temporary() {
	tries=0
	until [ "$(ls -A folder | wc -l)" -eq 2 ]; do
		tries=$((tries + 1))
		[ $tries -lt 200 ] || {
			fail "no temporary file"
			finish
		}
		sleep 0.05
	done
}

# The usual mode for a report, its owner's only for a case; what is replaced
# keeps its own.
umask 022
expect 0 zeek -o report -S case conn.log
checks=$((checks + 1))
[ "$(stat -c %a report case | tr '\n' ' ')" = "644 600 " ] ||
	fail "modes: $(stat -c '%n %a' report case)"
chmod 640 case
chmod 600 report
expect 0 zeek -o report -S case conn.log
checks=$((checks + 1))
[ "$(stat -c %a report case | tr '\n' ' ')" = "600 640 " ] ||
	fail "modes of what was replaced: $(stat -c '%n %a' report case)"
[ "$(wc -c <case)" -gt 4096 ] || fail "the case is too small for what follows"

# A limit of the file's size, at each of several places: 'err' must fit too.
for blocks in 1 2 4; do
	echo old >$case
	(
		ulimit -f $blocks
		exec "$seep" zeek -q -o /dev/null -S $case conn.log
	) >out 2>err
	[ $? -eq 1 ] || fail "$blocks blocks were enough"
	says err "$case: "
	says err "too large"
	untouched $case "$blocks blocks"
	mv $case folder/report
	(
		ulimit -f $blocks
		exec "$seep" zeek -q -o folder/report conn.log
	) >out 2>err
	[ $? -eq 1 ] || fail "$blocks blocks were enough for the report"
	says err "folder/report: "
	untouched folder/report "$blocks blocks, report"
	mv folder/report $case
done

# A disk that is full, where one may be mounted.
if unshare -rm sh -c 'mount -t tmpfs -o size=8k none folder && exit 7' \
	2>/dev/null || [ $? -eq 7 ]; then
	unshare -rm sh -c '
		mount -t tmpfs -o size=8k none folder
		echo old >folder/case
		"$0" zeek -q -o /dev/null -S folder/case conn.log
		echo "exit $?, $(cat folder/case), $(ls -A folder)"
	' "$seep" >out 2>err
	says out "exit 1, old, case"
	says err "folder/case: No space left on device"
else
	echo "skipped: no disk can be mounted to fill it"
fi

# A folder in which nothing may be made.
echo old >$case
if [ "$(id -u)" -ne 0 ]; then
	chmod 555 folder
	expect 1 zeek -S $case conn.log
	says err "$case: Permission denied"
	chmod 755 folder
	untouched $case "a folder without permission"
elif setpriv --reuid 65534 --clear-groups "$seep" --version >out 2>&1; then
	chmod 755 "$work" folder
	setpriv --reuid 65534 --clear-groups \
		"$seep" zeek -q -S $case conn.log >out 2>err
	[ $? -eq 1 ] || fail "a folder without permission was written"
	says err "$case: Permission denied"
	untouched $case "a folder without permission"
else
	echo "skipped: root may write everywhere"
fi
expect 1 zeek -S folder conn.log
says err "folder: Is a directory"

# A signal while the run waits for more: the report's temporary file is
# there by then.
mkfifo more
for signal in HUP INT TERM; do
	echo old >$case
	# Shells start what is in the background with SIGINT ignored.
	python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.argv[1], sys.argv[1:])' \
		"$seep" zeek -q -o $case - <more >out 2>err &
	pid=$!
	exec 3>more
	head -20 conn.log >&3
	wait_for_temporary
	[ "$(stat -c %a folder/case.*)" = 600 ] ||
		fail "others may read the temporary file"
	kill -$signal $pid
	wait $pid
	got=$?
	exec 3>&-
	checks=$((checks + 1))
	[ $got -gt 128 ] || fail "SIG$signal: exit $got"
	untouched $case "SIG$signal"
done

# A signal that the caller ignores stays ignored, as under nohup(1).
echo old >$case
(
	trap '' HUP
	exec "$seep" zeek -q -o $case - <more
) >out 2>err &
pid=$!
exec 3>more
head -20 conn.log >&3
wait_for_temporary
kill -HUP $pid
sleep 0.2
tail -n +21 conn.log >&3
exec 3>&-
wait $pid
got=$?
checks=$((checks + 1))
[ $got -eq 0 ] || fail "an ignored SIGHUP: exit $got"
checks=$((checks + 1))
[ "$(ls -A folder)" = case ] && [ "$(cat $case)" != old ] ||
	fail "an ignored SIGHUP: $(ls -A folder)"

finish
