# SPDX-License-Identifier: BSD-3-Clause
#
# lib.sh - what the command-line tests share. Each test is given the tool's
# path as $1, works in a folder of its own and ends with 'finish'.
set -u
seep=$1
[ -x "$seep" ] || {
	echo "no such tool: $seep"
	exit 1
}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/seep-tools-XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0
checks=0

fail() {
	failures=$((failures + 1))
	printf 'FAILED: %s\n' "$*"
	for f in out err; do
		[ -s $f ] && sed "s/^/  $f: /" $f | head -8
	done
	return 0
}

# expect STATUS ARGS...: runs seep; standard output in out, error in err.
expect() {
	want=$1
	shift
	checks=$((checks + 1))
	"$seep" "$@" >out 2>err </dev/null
	got=$?
	[ $got -eq $want ] || fail "exit $got, not $want: seep $*"
}

# says FILE TEXT: does the file hold the text?
says() {
	checks=$((checks + 1))
	grep -qF -e "$2" "$1" || fail "$1 does not say: $2"
}

says_not() {
	checks=$((checks + 1))
	! grep -qF -e "$2" "$1" || fail "$1 says: $2"
}

is_empty() {
	checks=$((checks + 1))
	[ ! -s "$1" ] || fail "$1 is not empty"
}

same() {
	checks=$((checks + 1))
	cmp -s "$1" "$2" || fail "$1 and $2 differ"
}

# json FILE: is every line a JSON object of the contract, coverage last?
json() {
	checks=$((checks + 1))
	python3 "$here/check_json.py" "$1" || fail "$1 is not JSON Lines"
}

# conn_log DAYS [LEAK_DAY]: a conn.log of a server whose usual day is
# 2 x 24 kB to one of three peers; from LEAK_DAY on 100 MB a day go to others.
conn_log() {
	awk -v days="$1" -v leak="${2:-0}" 'BEGIN {
	OFS = "\t"
	split("198.51.100.9 192.0.2.9 198.18.0.9", usual, " ")
	print "#separator \\x09"
	print "#set_separator", ","
	print "#empty_field", "(empty)"
	print "#unset_field", "-"
	print "#path", "conn"
	print "#fields", "ts", "uid", "id.orig_h", "id.orig_p", "id.resp_h",
	    "id.resp_p", "proto", "service", "duration", "orig_bytes",
	    "resp_bytes", "conn_state", "missed_bytes", "history",
	    "orig_pkts", "orig_ip_bytes", "resp_pkts", "resp_ip_bytes"
	print "#types", "time", "string", "addr", "port", "addr", "port",
	    "enum", "string", "interval", "count", "count", "string",
	    "count", "string", "count", "count", "count", "count"
	for (d = 0; d < days; d++)
		for (h = 0; h < 24; h++) {
			t = 1772323200 + d * 86400 + h * 3600
			row(t + 60, usual[d % 3 + 1], 1000)
			if (leak && d >= leak)
				row(t + 120, "203.0.113." (d % 4 + 1), 4166666)
		}
	print "#close", "2026-04-01-00-00-00"
	}
	function row(t, peer, bytes) {
		print t ".000000", "C" (++n), "10.2.0.7", 40000 + n % 1000,
		    peer, 443, "tcp", "ssl", "10.000000", bytes, 200, "SF", 0,
		    "ShADadFf", 20, bytes + 800, 10, 600
	}'
}

finish() {
	printf '%d checks, %d failures\n' $checks $failures
	[ $failures -eq 0 ]
	exit
}
