#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# long.sh - fuzzes each target, one after the other, until nothing new comes.
#
#     sh tests/fuzz/long.sh FOLDER MINUTES [TARGET...]
#
# FOLDER   tests/fuzz of a build by the preset `fuzz`; inputs that reach
#          something new are kept in FOLDER/long/<target>, and a later run
#          starts from them
# MINUTES  of CPU per target. One whose last new edge came in the last third
#          of its time runs on, to at most SEEP_FUZZ_STRETCH (4) times as long
# TARGET   default: every fuzz_<target> in FOLDER
#
# Prints one line per target. Status 1 if any has a finding (the input lies
# in FOLDER/long/<target>.found) or did not fall silent.
set -eu

folder=$1
minutes=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
stretch=${SEEP_FUZZ_STRETCH:-4}
ticks_s=$(getconf CLK_TCK)
kept=$folder/long
status=0
running=
trap '[ -z "$running" ] || kill "$running"' EXIT
trap 'exit 1' INT TERM

# A target that finds this many is stopped: they are one bug.
found_max=5

# option NAME: what <target>.options says, ClusterFuzz's form.
option() {
	[ ! -f "$here/$target.options" ] ||
		sed -n "s/^$1 = //p" "$here/$target.options"
}

# executed: how many inputs the last process ran.
executed() {
	sed -n 's/^stat::number_of_executed_units: *//p' "$kept/$target.log" |
		grep . || echo 0
}

# begin: one process of the target, 'running'.
begin() {
	length=$(option max_len)
	words=$(option dict)
	ASAN_OPTIONS=${ASAN_OPTIONS:-quarantine_size_mb=8} \
	"$folder/fuzz_$target" -print_final_stats=1 -reload=0 -timeout=60 \
		${length:+-max_len=$length} \
		${words:+-dict="$here/dict/$words"} \
		-artifact_prefix="$kept/$target.found/" \
		"$kept/$target" "$folder/corpus/$target" \
		>"$kept/$target.log" 2>&1 &
	running=$!
}

# ticks: CPU that the process has used, user and system; none if it is gone.
ticks() {
	sed 's/.*) //' "/proc/$running/stat" 2>/dev/null |
		awk '$1 != "Z" { print $12 + $13 }'
}

# edges: all that were reached; none while the seeds are still read.
edges() {
	grep -q INITED "$kept/$target.log" || return 0
	grep -o 'cov: [0-9]*' "$kept/$target.log" | tail -n 1 | cut -d ' ' -f 2
}

# watch: until the process ends, or has had its time and is silent.
watch() {
	while now=$(ticks) && [ -n "$now" ]; do
		spent=$((before + now))
		reached=$(edges)
		if [ "${reached:-0}" -gt "$most" ]; then
			# What the seeds reach is not new.
			[ "$most" -eq 0 ] || newest=$spent
			most=$reached
		fi
		if [ -n "$reached" ] && [ "$spent" -ge "$wanted" ] &&
			{ [ $((newest * 3)) -le $((spent * 2)) ] ||
				[ "$spent" -ge $((wanted * stretch)) ]; }; then
			kill -USR1 "$running"
			return
		fi
		sleep 2
	done
}

fuzz() {
	mkdir -p "$kept/$target" "$kept/$target.found"
	wanted=$((minutes * 60 * ticks_s))
	before=0 spent=0 most=0 newest=0 runs=0 found=0
	while :; do
		begin
		watch
		wait "$running" && ended=0 || ended=$?
		running=
		before=$spent
		runs=$((runs + $(executed)))
		[ "$ended" -ne 0 ] || break
		found=$((found + 1))
		cp "$kept/$target.log" "$kept/$target.found/log.$found"
		[ "$found" -lt "$found_max" ] || break
	done
	awk -v n="$target" -v s="$spent" -v t="$ticks_s" -v r="$runs" \
		-v e="$most" -v l="$newest" -v f="$found" 'BEGIN {
		s = s > 0 ? s : 1
		printf "%-12s %5d CPU-s %10d runs %7d/s %6d edges, ",
			n, s / t, r, r * t / s, e
		printf "last new at %3d %%, %d findings\n", 100 * l / s, f }'
	[ "$found" -eq 0 ] && [ $((newest * 3)) -le $((spent * 2)) ] ||
		status=1
}

[ $# -gt 0 ] || set -- $(cd "$folder" && ls -d fuzz_* |
	sed -n '/^fuzz_seeds$/d; s/^fuzz_//p')
for target; do
	fuzz
done
exit "$status"
