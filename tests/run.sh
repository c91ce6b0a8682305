#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# run.sh - installs what is missing, builds, runs every test.
#
# Works from a fresh clone on Debian 12, as root or with sudo; builds in
# build/. Ends with ctest's own closing lines; any failure fails the run.
#
#   SEEP_TEST_FULL=1   also what takes long (a sanitizer build by clang,
#                      whole folders of captures); tests/long.sh has what
#                      takes hours
#   SEEP_CORPORA=DIR   folder of real captures and logs; tests that need it
#                      say "skipped" where it is absent
set -eu
cd "$(dirname "$0")/.."
. tools/packages.sh

jobs=$(cores)
times=
closing=
failed=0

# part NAME COMMAND...: runs one part and keeps how long it took.
part() {
	part_name=$1
	shift
	echo "== $part_name"
	part_start=$(date +%s)
	"$@"
	part_s=$(($(date +%s) - part_start))
	echo "== $part_name: $part_s s"
	times="$times
  $part_s s  $part_name"
}

packages() {
	install_missing \
		build-essential cmake ninja-build pkg-config \
		libjudy-dev libpcap-dev libndpi-dev zlib1g-dev libzstd-dev \
		libpsl-dev libssl-dev publicsuffix tzdata \
		libcriterion-dev clang clang-format libclang-rt-14-dev \
		python3 tshark argus-server argus-client tcpdump jq gawk mawk \
		gzip zstd valgrind strace binutils mandoc bsdextrautils
}

# build NAME TARGETS ARGUMENTS...: configures and builds build/NAME.
build() {
	build_name=$1
	build_targets=$2
	shift 2
	cmake -G Ninja -S . -B "build/$build_name" \
		${SEEP_CORPORA:+-DSEEP_CORPORA="$SEEP_CORPORA"} "$@" >/dev/null
	cmake --build "build/$build_name" -j "$jobs" --target $build_targets \
		-- --quiet
}

build_dev() {
	cmake --preset dev \
		${SEEP_CORPORA:+-DSEEP_CORPORA="$SEEP_CORPORA"} >/dev/null
	cmake --build --preset dev -j "$jobs" -- --quiet
}

build_asan() {
	cmake --preset asan \
		${SEEP_CORPORA:+-DSEEP_CORPORA="$SEEP_CORPORA"} >/dev/null
	cmake --build --preset asan -j "$jobs" -- --quiet
}

# The same source by other hands: what they save must be the same bytes.
build_others() {
	build gcc-O0 seep_dump -DCMAKE_C_COMPILER=gcc \
		-DCMAKE_BUILD_TYPE=None -DCMAKE_C_FLAGS=-O0
	build clang-O3 "seep_dump seep_tool seep_demo" \
		-DCMAKE_C_COMPILER=clang \
		-DCMAKE_BUILD_TYPE=None -DCMAKE_C_FLAGS=-O3
	dumps=tests/oracle/seep_dump
	SEEP_DUMP_OTHERS=$PWD/build/gcc-O0/$dumps:$PWD/build/clang-O3/$dumps
	export SEEP_DUMP_OTHERS
}

# tests NAME ARGUMENTS...: runs ctest in build/NAME, and says what was left
# out. A failure is kept for the end, so that the other parts are still run.
tests() {
	tests_name=$1
	shift
	log=build/$tests_name/ctest.log
	ctest --test-dir "build/$tests_name" -j "$jobs" --output-on-failure \
		--no-tests=error --timeout 900 -O "$log" "$@" || failed=1
	grep -h -o 'skipped: .*' \
		"build/$tests_name/Testing/Temporary/LastTest.log" |
		sort | uniq -c || true
	closing="$closing
$tests_name: $(grep 'tests passed' "$log" | tail -n 1)"
}

finish() {
	status=$?
	[ "$status" -ne 0 ] || status=$failed
	echo "== times$times"
	echo "== result$closing"
	[ "$status" -eq 0 ] && echo "all parts passed" || echo "FAILED"
	exit "$status"
}
trap finish EXIT

export UBSAN_OPTIONS=print_stacktrace=1
part "packages" packages
part "build dev (gcc)" build_dev
part "build gcc -O0, clang -O3" build_others
part "tests dev" tests dev
# What is shipped: its flags read back, under valgrind, against bombs.
part "build release" build release \
	"seep_tool seep_demo seep_shared seep-input_shared
	seep-capture_shared" -DCMAKE_BUILD_TYPE=Release
part "tests release" tests release \
	-R '^(meta/harden|tools/(valgrind|bombs))$'
part "build asan (address, undefined)" build_asan
# meta/ looks at the tree and the libraries, bench/ at programs that are not
# shipped; once is enough. ledger/fold takes minutes under sanitizers; what it
# covers is run there by alloc/ledger and fuzz/ledger.
part "tests asan" tests asan -E '^(meta|bench)/|^ledger/fold$'
if [ "${SEEP_TEST_FULL:-0}" != 0 ]; then
	part "build clang sanitizers" build clang-asan all \
		-DCMAKE_C_COMPILER=clang -DCMAKE_BUILD_TYPE=RelWithDebInfo \
		-DSEEP_SANITIZE=address,undefined
	part "tests clang sanitizers" tests clang-asan -E '^meta/'
fi
