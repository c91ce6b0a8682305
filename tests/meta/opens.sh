#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
#
# opens.sh TOOL DEMO - evidence is opened for reading only, nothing but what the
# analyst named and temporary files are written (output.c, store.c), and
# nothing is run: in the source, and where strace works in a run.
. "$SEEP_SOURCE_DIR/tests/meta/common.sh"
tool=$1 demo=$2

# among PATTERN ALLOWED FILE...: code with PATTERN also has ALLOWED.
among() {
	pattern=$1 allowed=$2
	shift 2
	found=$(uncomment "$@" | grep -E "$pattern" | grep -vE "$allowed" ||
		true)
	[ -z "$found" ] || fail "$found"
}

library=$(find lib -name '*.c')
ours=$(find tools -name '*.c' ! -name output.c ! -name store.c)
among '(^|[^a-z_])(open|openat|creat)(64)? *\(' 'O_RDONLY' \
	$(echo "$library" | grep -v lib/input/stream.c)
among '(^|[^a-z_])(fopen|freopen|fdopen)(64)? *\(' '$.^' $library
grep -q 'O_RDONLY' lib/input/stream.c || fail "stream.c opens otherwise"
among 'O_(WRONLY|RDWR|CREAT|TRUNC|APPEND)' '$.^' $library $ours
among '(^|[^a-z_])(fopen|freopen|fdopen) *\(' '"rb?"\)' $ours
among '(^|[^a-z_])(system|popen|execl?v?p?e?|posix_spawnp?|fork|dlopen) *\(' \
	'$.^' $library tools/*.c
among '(^|[^a-z_])(unlink|rename|rmdir|remove|chmod|truncate|mkdir|link) *\(' \
	'tools/(output|leftover|store)\.c' $library tools/*.c

# A run: what was opened, and how. The demo's logs are the evidence.
rm -rf "$work"
mkdir -p "$work"
"$demo" --days 2 --out "$work/logs" --pcap "$work/case.pcap" >/dev/null 2>&1
strace -f -o "$work/trace" true 2>/dev/null || {
	echo "skipped: strace is not here, or may not trace"
	exit $failed
}
for command in "zeek $work/logs" "pcap $work/case.pcap"; do
	# $command is two words.
	strace -f -e trace=open,openat,creat,execve,unlink,rename,mkdir \
		-o "$work/trace" "$tool" $command >/dev/null 2>&1 ||
		fail "seep $command"
	grep -c "$work/.*O_RDONLY" "$work/trace" >"$work/count" || true
	[ "$(cat "$work/count")" -gt 0 ] || fail "strace saw no evidence"
	found=$(grep -E 'O_(WRONLY|RDWR|CREAT)|creat\(|unlink|rename|mkdir' \
		"$work/trace" || true)
	[ -z "$found" ] || fail "$command: $found"
	[ "$(grep -c execve "$work/trace")" -eq 1 ] || fail "something is run"
done
exit $failed
