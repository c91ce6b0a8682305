# SPDX-License-Identifier: BSD-3-Clause
# store.sh - a run in a small budget gives the same bytes, with the help of a
# temporary file, of which nothing stays.
. "$(dirname "$0")/lib.sh"

# 60 hosts with 4 peers, each in every hour of 30 days: cells, not channels,
# and little of each host for detection.
conn_log 1 >head.log
awk -v OFS='\t' '/^#/ && !/^#close/ { print } END {
	for (h = 0; h < 24 * 30; h++)
		for (p = 0; p < 240; p++)
			print 1772323200 + h * 3600 + p ".000000", "C" ++n,
			    "10.2.0." int(p / 4) + 7, 40000,
			    "198.51.100." p % 4, 443, "tcp",
			    "ssl", "1.000000", 1000 + p, 200, "SF", 0,
			    "ShADadFf", 20, 1800 + p, 10, 600
}' head.log >conn.log

mkdir temporary beside
TMPDIR=$PWD/temporary
export TMPDIR

expect 0 zeek -q -w all -f json -o plain -S plain.case conn.log
least=4M
for memory in $least 5M 6M; do
	expect 0 zeek -q -w all -m $memory -f json -o small -S small.case \
		conn.log
	same small plain
	same small.case plain.case
	is_empty err
done

# It is made where TMPDIR says, else beside what is written, and only if the
# budget is too small.
TMPDIR=$PWD/nowhere
expect 1 zeek -q -w all -m $least -o none -S none.case conn.log
says err "temporary file in $PWD/nowhere: No such file"
expect 0 zeek -q -m 100M -o /dev/null conn.log
expect 0 zeek -q -w all -m $least --no-store -o /dev/null head.log
unset TMPDIR
expect 1 zeek -q -w all -m $least -S nofolder/case conn.log
says err "temporary file in nofolder: No such file"
expect 0 zeek -q -w all -m $least -S beside/case conn.log
same beside/case plain.case

# A full disk: said, nothing is replaced, nothing stays.
TMPDIR=$PWD/temporary
export TMPDIR
echo old >beside/case
for blocks in 16 128 256; do
	(
		ulimit -f $blocks
		exec "$seep" zeek -q -w all -m $least -S beside/case conn.log
	) >out 2>err
	[ $? -eq 1 ] || fail "$blocks blocks were enough"
	says err "temporary file in $TMPDIR: File too large"
	is_empty out
done
checks=$((checks + 3))
[ "$(cat beside/case)" = old ] || fail "the case was changed"
[ "$(ls -A beside)" = case ] || fail "left beside: $(ls -A beside)"
[ -z "$(ls -A temporary)" ] || fail "left: $(ls -A temporary)"
[ ! -e none ] && [ ! -e none.case ] || fail "a failed run wrote something"

finish
