# SPDX-License-Identifier: BSD-3-Clause
# killed.sh SEEP DEMO - a run that is killed at any moment and started again
# ends as if nothing had been: the same report, the same case, to the byte.
#
# SEEP_KILLS=N kills (default 20), divided among the kinds of evidence.
. "$(dirname "$0")/lib.sh"
demo=$2
kills=${SEEP_KILLS:-20}
SEEP_KILLED_MEMORY=3M
export SEEP_KILLED_MEMORY

"$demo" --out logs --pcap one.pcap --days 2 >/dev/null || exit 1
# A third of the logs packed; all of them in two files; a capture each way.
find logs -name '*.log' | sort | awk 'NR % 3 == 0' | xargs gzip
mkdir big packed
find logs -type f | sort | awk 'NR > 8 && NR <= 28' | while read -r f; do
	case $f in
	*.gz) gzip -dc "$f" ;;
	*) cat "$f" ;;
	esac
done >big/conn.log
conn_log 60 50 | gzip >big/conn.2.log.gz
gzip -c one.pcap >packed/two.pcap.gz
# Cells that this budget can only hold with a store: it wants its folder.
mkdir stored
conn_log 1 >head.log
awk -v OFS='\t' '/^#/ && !/^#close/ { print } END {
	for (h = 0; h < 24 * 50; h++)
		for (p = 0; p < 40; p++)
			print 1772323200 + h * 3600 + p ".000000", "C" ++n,
			    "10.2.0.7", 40000, "198.51.100." p, 443, "tcp",
			    "ssl", "1.000000", 1000 + p, 200, "SF", 0,
			    "ShADadFf", 20, 1800 + p, 10, 600
}' head.log >stored/conn.log
TMPDIR=$PWD/nowhere expect 1 zeek -q -m "$SEEP_KILLED_MEMORY" stored
says err "temporary file in $PWD/nowhere"

checks=$((checks + 1))
python3 -B "$here/killed.py" "$seep" "$kills" >out 2>err || fail "see above"
cat out
finish
