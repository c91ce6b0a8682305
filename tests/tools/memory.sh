# SPDX-License-Identifier: BSD-3-Clause
# memory.sh - a ceiling for ledger and analysis: a flood is added up, the leak
# beside it is found and named, and the process stays below it.
. "$(dirname "$0")/lib.sh"

# Beside the ceiling: the program and its libraries (5 MiB), the reader, and
# what the C library was given back and keeps; the ceiling itself is seldom
# reached. Measured: at most 6 MiB more than 16 MiB, 1 MiB more here.
beside_kb=4096

# peak ARGS...: like expect 0; the most memory that it held goes to 'kb'.
peak() {
	checks=$((checks + 1))
	kb=$(python3 - "$seep" "$@" <<'END'
import resource, subprocess, sys
with open("out", "wb") as out, open("err", "wb") as err:
    status = subprocess.call(sys.argv[1:], stdin=subprocess.DEVNULL,
                             stdout=out, stderr=err)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(status)
END
	) || fail "exit $?: seep $*"
}

# flood COUNT: rows from the leaking server to so many random peers, IPv4 and
# IPv6, in no order of time.
flood() {
	awk -v count="$1" 'BEGIN {
	srand(5)
	OFS = "\t"
	for (n = 0; n < count; n++) {
		if (n % 4)
			peer = sprintf("%d.%d.%d.%d", 20 + rand() * 60,
			    rand() * 256, rand() * 256, 1 + rand() * 254)
		else
			peer = sprintf("2a%02x:%x:%x:%x::%x", rand() * 256,
			    rand() * 65536, rand() * 65536, rand() * 65536,
			    1 + rand() * 65535)
		print 1772323200 + int(rand() * 40 * 86400) ".000000",
		    "D" n, "10.2.0.7", 30000 + n % 9000, peer, 443, "tcp",
		    "-", "1.000000", 300, 200, "SF", 0, "ShADadFf", 5, 500, 4,
		    360
	}
	}'
}

# value FILE TYPE KEY: of the first object of that type, as JSON.
value() {
	python3 - "$@" <<'END'
import json, sys
for line in open(sys.argv[1]):
    row = json.loads(line)
    if row["type"] == sys.argv[2]:
        print(json.dumps(row.get(sys.argv[3]), sort_keys=True))
        break
END
}

# agree FILE TYPE KEY...: as in 'whole'.
agree() {
	file=$1
	type=$2
	shift 2
	for key in "$@"; do
		checks=$((checks + 1))
		value "$file" "$type" "$key" >is
		value whole "$type" "$key" >was
		cmp -s is was || fail "$file: $type has $key $(cat is)"
	done
}

conn_log 40 25 | grep -v '^#close' >conn.log
flood 150000 >>conn.log
peak zeek -f json conn.log
whole_kb=$kb
mv out whole
says whole '"type":"finding"'
says whole '"channels_folded":0'

# With room for all of it the output is the same to the byte.
expect 0 zeek -f json -m 1Gi conn.log
same out whole
is_empty err

# With a fraction of it the leak has its peers, to the byte, and its id.
peak --version
base_kb=$kb
peak zeek -q -f json -m 16Mi conn.log
cp out folded
is_empty err
json folded
if [ "$base_kb" -gt 20000 ]; then
	echo "skipped: this build takes $base_kb kB for nothing (a sanitizer)"
else
	checks=$((checks + 1))
	echo "peak $kb kB at 16 MiB, $whole_kb kB without"
	[ "$whole_kb" -gt 40000 ] || fail "$whole_kb kB without a ceiling"
	checks=$((checks + 1))
	[ "$kb" -le $((16384 + beside_kb)) ] ||
		fail "$kb kB with a ceiling of 16 MiB"
fi
agree folded finding id host direction pattern bytes_out detected_at peers
agree folded host bytes_out bytes_in ceiling_bytes
agree folded coverage flows bytes_seen bytes_crossing first last
says_not folded '"channels_folded":0'
says folded '"hosts_folded":1'
expect 0 zeek -m 16Mi conn.log
says out "The memory budget was reached: "
says out '"other peers"'

# What the analysis finds no room for is added up further, and told; the case
# that is saved has every channel. An allow list makes it look at more.
conn_log 20 | grep -v '^#close' >steady.log
awk 'BEGIN {
	OFS = "\t"
	for (h = 0; h < 480; h++)
		for (p = 0; p < 400; p++)
			print 1772323200 + h * 3600 + p ".000000", "E" ++n,
			    "10.2.0.7", 30000 + p,
			    "198.51." p % 200 "." 1 + int(p / 200), 443, "tcp",
			    "-", "1.000000", 300, 200, "SF", 0, "ShADadFf", 5,
			    500 + p, 4, 360
	}' >>steady.log
echo '* * * 1K' >allow
expect 0 zeek -f json -S all --allow allow steady.log
mv out whole
expect 0 zeek -f json -S room --allow allow -m 16Mi steady.log
says err "--memory leaves no room to look at"
same all room
agree out host bytes_out bytes_in ceiling_bytes
says_not out '"channels_folded":0'
mv out told
expect 0 zeek -q -f json --allow allow -m 16Mi steady.log
is_empty err
same out told
expect 0 floor -q -f json -m 16Mi steady.log
is_empty err

finish
