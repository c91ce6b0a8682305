#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# long.sh [ITEM...] - what takes too long for every day; one line each.
#
#     kills       runs that are killed and started again (SEEP_KILLS, 200)
#     flood       a leak within a flood of peers (SEEP_FLOOD_FLOWS, 100 M, in
#                 SEEP_FLOOD_MEMORY bytes, 256 MiB), without and with a store
#     collisions  peers, rows and flows that collide under a known seed
#     merge       cases in random groups and orders (SEEP_MERGES, 200)
#     alloc       every allocation fails once
#     hostile     names full of control codes
#     bombs       files that unpack to, or claim, far more than they hold
#     valgrind    the release build under memcheck
#     threads     readers of shared snapshots, ThreadSanitizer
#                 (SEEP_LONG_ROUNDS, 20)
#     sanitizers  every test under address and undefined, by gcc and clang
#     fuzz        every target (SEEP_FUZZ_MINUTES of CPU each, 10, and on
#                 until nothing new comes)
#
# Without ITEM all of them, in this order. A line says ok, FAILED or skipped,
# the seconds it took and its figures; what was said in full is in
# build/long/<item>.log. Exit status 1 if any failed. It builds in build/ and
# installs nothing: tests/run.sh does that.
set -u
cd "$(dirname "$0")/.."
. tools/packages.sh

jobs=$(cores)
logs=$PWD/build/long
release=build/long-release
failed=0
mkdir -p "$logs"

# build FOLDER ARGUMENTS...: configures and builds; says why not.
build() {
	build_folder=$1
	shift
	{
		cmake -G Ninja -S . -B "$build_folder" \
			${SEEP_CORPORA:+-DSEEP_CORPORA="$SEEP_CORPORA"} "$@" &&
			cmake --build "$build_folder" -j "$jobs" -- --quiet
	} >"$log" 2>&1 || {
		figures="does not build"
		return 1
	}
}

# release: the build that most items look at; made once a run.
made=0
release() {
	[ $made -eq 1 ] || build "$release" -DCMAKE_BUILD_TYPE=Release \
		-DSEEP_BUILD_BENCH=ON || return 1
	made=1
}

# tests FOLDER PATTERN: runs ctest; 77 where no such test was built.
tests() {
	if ctest --test-dir "$1" -N -R "$2" | grep -q 'Total Tests: 0'; then
		figures="not built"
		return 77
	fi
	ctest --test-dir "$1" -R "$2" -V -j "$jobs" --timeout 36000 \
		>"$log" 2>&1 || return 1
	# A test that skips itself is no success.
	! grep -q 'skipped: ' "$log" || {
		figures=$(grep -o 'skipped: .*' "$log" | sort -u |
			paste -s -d ';')
		[ "$(grep -c 'Passed' "$log")" -gt 0 ] || return 77
	}
}

# said PATTERN: the last line of the log with it, as figures.
said() {
	figures=$(grep -o -E "$1" "$log" | tail -n 1)
	[ -n "$figures" ] || figures="no figures"
}

kills() {
	release || return 1
	SEEP_KILLS=${SEEP_KILLS:-200}
	export SEEP_KILLS
	tests "$release" '^tools/killed$'
	kills_status=$?
	[ $kills_status -ne 0 ] || said 'killed: .*'
	return $kills_status
}

flood() {
	release || return 1
	flood_program=$release/bench/flood/seep-flood
	[ -x "$flood_program" ] || {
		figures="not built"
		return 77
	}
	flood_status=0
	# The empty word is left out.
	for flood_store in '' --store; do
		"$flood_program" --flows "${SEEP_FLOOD_FLOWS:-100000000}" \
			--memory "${SEEP_FLOOD_MEMORY:-268435456}" \
			$flood_store >>"$log" 2>&1 || flood_status=1
	done
	figures=$(grep '^flood ' "$log" | paste -s -d ';')
	return $flood_status
}

collisions() {
	release || return 1
	tests "$release" '^(ledger|input)/flooding$|^input/assemble$' ||
		return
	figures=$(grep -o 'flooding, .*' "$log" | sort | paste -s -d ';')
}

merge() {
	release || return 1
	SEEP_MERGES=${SEEP_MERGES:-200}
	export SEEP_MERGES
	tests "$release" '^ledger/merge$'
	merge_status=$?
	[ $merge_status -ne 0 ] || said '[0-9]+ random worlds.*'
	return $merge_status
}

alloc() {
	release || return 1
	tests "$release" '^alloc/' || return
	figures=$(awk '/ allocations from .* places/ {
		sub(/.*: /, "")
		for (i = 1; i < NF; i++) {
			if ($(i + 1) == "allocations") asked += $i
			if ($i == "failed") failed += $(i - 1)
			if ($(i + 1) == "runs") runs += $i
		} }
		END { printf "%d allocations, %d failed, ", asked, failed
		printf "%d runs out of memory", runs }' "$log")
}

hostile() {
	release || return 1
	tests "$release" '^tools/hostile$' || return
	said 'hostile: [0-9]+ checks'
}

bombs() {
	release || return 1
	tests "$release" '^tools/bombs$' || return
	said 'bombs: [0-9]+ checks'
	figures="$figures, $(awk '/: peak / && /zeek|pcap/ { sub(/.*peak /, "")
		if ($1 > most) most = $1 }
		END { printf "largest peak %.1f MiB", most }' "$log")"
}

valgrind() {
	release || return 1
	tests "$release" '^tools/valgrind$' || return
	said '[0-9]+ checks, [0-9]+ failures'
}

threads() {
	release || return 1
	threads_program=$release/tests/thread/thread_shared
	[ -x "$threads_program" ] || {
		figures="not built"
		return 77
	}
	sh tests/thread/run.sh "$threads_program" "${SEEP_LONG_ROUNDS:-20}" \
		>"$log" 2>&1
	threads_status=$?
	figures=$(awk '/^threads: / { rounds++; taken += $2; cells += $4 }
		END { printf "%d rounds, %d snapshots, %d cells walked", rounds,
		taken, cells }' "$log")
	figures="$figures, $(grep -c 'WARNING: ThreadSanitizer' "$log") reports"
	return $threads_status
}

# sanitized COMPILER: every test but meta/.
sanitized() {
	command -v "$1" >/dev/null || {
		figures="${figures:+$figures; }$1 is not here"
		return 77
	}
	log=$logs/sanitizers-$1.log
	build "build/long-$1" -DCMAKE_C_COMPILER="$1" \
		-DCMAKE_BUILD_TYPE=RelWithDebInfo \
		-DCMAKE_C_FLAGS_RELWITHDEBINFO='-O1 -g' \
		-DSEEP_SANITIZE=address,undefined || return 1
	UBSAN_OPTIONS=print_stacktrace=1 ctest --test-dir "build/long-$1" \
		-E '^meta/' -j "$jobs" --output-on-failure --timeout 3600 \
		>"$log" 2>&1
	sanitized_status=$?
	figures="${figures:+$figures; }$1: $(grep 'tests passed' "$log")"
	return $sanitized_status
}

sanitizers() {
	sanitizers_status=0
	for compiler in gcc clang; do
		sanitized $compiler || sanitizers_status=$?
	done
	return $sanitizers_status
}

# Its own script prints a line for each target; their sum is the figure.
fuzz() {
	[ -f tests/fuzz/long.sh ] && command -v clang >/dev/null || {
		figures="no tests/fuzz/long.sh, or no clang"
		return 77
	}
	build build/fuzz --preset fuzz || return 1
	sh tests/fuzz/long.sh build/fuzz/tests/fuzz \
		"${SEEP_FUZZ_MINUTES:-10}" >"$log" 2>&1
	fuzz_status=$?
	sed -n '/ CPU-s .* edges, /s/^/    /p' "$log"
	figures=$(awk '/ CPU-s .* edges, / { targets++; seconds += $2
		runs += $4; edges += $7; found += $(NF - 1) }
		END { printf "%d targets, %d CPU-s, %d executions, ", targets,
		seconds, runs
		printf "%d edges, %d findings", edges, found }' "$log")
	return $fuzz_status
}

# item NAME: runs one and prints its line.
item() {
	figures=
	log=$logs/$1.log
	: >"$log"
	item_start=$(date +%s)
	"$1"
	item_status=$?
	case $item_status in
	0) item_word=ok ;;
	77) item_word=skipped: ;;
	*)
		item_word=FAILED
		failed=1
		;;
	esac
	printf '%-10s %s (%d s)  %s\n' "$1" "$item_word" \
		$(($(date +%s) - item_start)) "${figures:-see $log}"
}

items='kills flood collisions merge alloc hostile bombs valgrind threads
sanitizers fuzz'
# $items is a list of words.
[ $# -gt 0 ] || set -- $items
for name in "$@"; do
	case " $(echo $items) " in
	*" $name "*) ;;
	*)
		echo "no such item: $name; there are:" $items >&2
		exit 2
		;;
	esac
done
for name in "$@"; do
	item "$name"
done
exit $failed
