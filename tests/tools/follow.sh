# SPDX-License-Identifier: BSD-3-Clause
# follow.sh - --follow tells findings as they are raised and ends on a
# signal with the whole report. Nothing here measures time: every wait is
# for something that must come, with a bound that only a hang reaches.
. "$(dirname "$0")/lib.sh"

# wait_for COMMAND...: up to a minute.
wait_for() {
	tries=0
	until "$@" >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 600 ] || return 1
		sleep 0.1
	done
}

conn_log 26 20 >whole.log
rows=$(wc -l <whole.log)
head -n $((rows - 30)) whole.log >conn.log
"$seep" zeek --follow -f json conn.log >out 2>err &
pid=$!
# Old rows are caught up with; then an hour passes.
sleep 1
tail -n 30 whole.log | grep -v '^#close' >>conn.log
wait_for grep -q '"type":"finding"' out || fail "no finding was raised"
kill -TERM $pid
wait $pid
status=$?
checks=$((checks + 1))
[ $status -eq 0 ] || fail "exit $status after SIGTERM"
checks=$((checks + 1))
python3 "$here/check_json.py" out --raised || fail "not JSON Lines"

# SIGINT, and --exit-code.
"$seep" zeek --follow --exit-code -f json -o live.json conn.log 2>err &
pid=$!
wait_for test -e live.json || fail "the output is not there at once"
sleep 1
kill -TERM $pid
wait $pid
status=$?
checks=$((checks + 1))
[ $status -eq 3 ] || fail "exit $status, not 3"
json live.json

# A signal before anything was read is an end too, with its error.
: >empty.log
"$seep" zeek --follow -f json empty.log >out 2>err &
pid=$!
sleep 1
kill -TERM $pid
wait $pid
status=$?
checks=$((checks + 1))
[ $status -eq 1 ] || fail "exit $status, not 1"
json out

finish
