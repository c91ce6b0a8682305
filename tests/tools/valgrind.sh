# SPDX-License-Identifier: BSD-3-Clause
# valgrind.sh TOOL DEMO - reads of what was never written, and blocks lost,
# which the sanitizers' builds do not show of the program as it is shipped.
. "$(dirname "$0")/lib.sh"
demo=$2

command -v valgrind >/dev/null || {
	echo "skipped: valgrind is not installed"
	exit 77
}

# clean STATUS ARGS...: runs seep under memcheck; 99 is valgrind's own.
clean() {
	want=$1
	shift
	checks=$((checks + 1))
	valgrind -q --error-exitcode=99 --leak-check=full \
		--errors-for-leak-kinds=definite,indirect,possible \
		"$seep" "$@" >out 2>err </dev/null
	got=$?
	[ $got -eq "$want" ] || fail "exit $got, not $want: seep $*"
	grep '^==[0-9]*==' err >said
	is_empty said
}

conn_log 30 20 >conn.log
gzip -k conn.log
"$demo" --days 2 --out logs --pcap case.pcap >/dev/null 2>&1 ||
	fail "$demo"

clean 3 zeek --exit-code -S case conn.log
says out "1. "
clean 0 zeek -f json -w all conn.log.gz
says out '"type":"finding"'
clean 0 zeek logs
clean 0 pcap case.pcap
clean 0 floor -w all -f json conn.log
head -c 20000 conn.log.gz >cut.gz
head -c 3000 case.pcap >cut.pcap
clean 0 zeek --dedup conn.log cut.gz
clean 0 pcap cut.pcap
clean 0 inject --host 10.2.0.7 --pattern mimic --bytes-per-day 5M \
	--start 2026-03-11 --days 14 -o leaked.log --truth truth conn.log
clean 1 zeek nowhere.log

finish
