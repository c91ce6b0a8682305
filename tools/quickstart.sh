#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# quickstart.sh - from a fresh clone to a finding on the screen.
#
# Installs what building needs, builds, makes the demonstration case and
# investigates it, then its twin without the leak. Works on Debian 12, as
# root or with sudo. Everything that is made lies in build/.
set -eu
cd "$(dirname "$0")/.."
. tools/packages.sh

say() {
	printf '\n== %s\n' "$*"
}

die() {
	printf '\nquickstart: %s\n' "$*" >&2
	exit 1
}

say "packages"
install_missing build-essential cmake ninja-build pkg-config \
	libjudy-dev libpcap-dev libndpi-dev zlib1g-dev libzstd-dev libpsl-dev \
	libssl-dev

say "build (build/release)"
cmake --preset release -DSEEP_BUILD_TESTS=OFF >/dev/null
cmake --build --preset release -j "$(cores)" --target seep_tool seep_demo \
	-- --quiet

build=build/release
demo=build/quickstart
seep=$build/tools/seep
local=10.20.0.0/16,2001:db8:20::/48,fe80::/10

say "a case: 28 days of an administration's conn.log, and its twin"
rm -rf "$demo"
mkdir -p "$demo"
$build/tests/support/demo/seep_demo --out "$demo/case" \
	--pcap "$demo/case.pcap"
$build/tests/support/demo/seep_demo --twin --out "$demo/twin"

# show FOLDER: the report on the screen and, for the checks below, as JSON.
show() {
	"$seep" zeek --no-progress --local "$local" --format text "$1"
	"$seep" zeek --no-progress --local "$local" --format json "$1" \
		>"$1.json"
}

say "$seep zeek --local $local $demo/case"
show "$demo/case"
say "the same days without the leak: $demo/twin"
show "$demo/twin"

finding='"type":"finding".*"basis":"change"'
grep "$finding" "$demo/case.json" | grep -q '"host":"10\.20\.10\.5"' ||
	die "the leak of 10.20.10.5 was not found"
if grep -q "$finding" "$demo/twin.json"; then
	die "the twin alarms, which has no leak"
fi

say "what you saw"
cat <<EOF
The first report names 10.20.10.5, the file server: from 2026-04-01 on it
sent 2.67 GB a day, in small connections at all hours, to peers that change
every day, beside a nightly backup that varies between 0.3 and 1.5 GB.
The second report is about the same days without that leak and raises no
alarm, although the last of March takes a 4 GB backup to the usual place. It
ranks a monitoring agent, which talks all the time to a peer of its own.

Your own logs:      $seep zeek /path/to/zeek/logs
Your own captures:  $seep pcap FILE...     (try $demo/case.pcap)
EOF
