# SPDX-License-Identifier: BSD-3-Clause
# floor.sh - floors as text and JSON, and injections that bear them out.
. "$(dirname "$0")/lib.sh"

conn_log 28 >conn.log

expect 0 floor -w all conn.log
says out "Floors: the smallest leak"
says out "10.2.0.7"
is_empty err
expect 0 floor -w all -f json conn.log
checks=$((checks + 1))
python3 - <<'END' || fail "not the keys of a floor"
import json
lines = [json.loads(line) for line in open("out")]
assert len(lines) == 1 and lines[0]["type"] == "floor"
assert lines[0]["host"] == "10.2.0.7"
for kind in ("drip", "mimic"):
    floors = lines[0]["floor_%s_bytes_per_day" % kind]
    assert list(floors) == ["7", "14", "30", "90"]
    assert all(f is None or f > 0 for f in floors.values())
if None in floors.values():
    assert lines[0]["floor_null_reason"]
END

# Injections about a rate: the library's own report, asked as a user would.
expect 0 floor -w all -f json --days 7 --verify=20 --around 20M conn.log
checks=$((checks + 1))
python3 - <<'END' || fail "the injections do not say what they should"
import json
lines = [json.loads(line) for line in open("out")]
tried = [line for line in lines if line["type"] == "verify"]
assert [t["pattern"] for t in tried] == ["drip", "drip-40", "drip-1000",
                                         "mimic"]
for t in tried:
    assert t["injections"] == 20 and t["days"] == 7
    assert 1 <= t["first_days"] <= 8
    assert 0 <= t["detected_at_quarter"] <= t["detected_at_double"] <= 1
    assert t["centre_bytes_per_day"] == 20000000
# 40 MB a day where 43 kB are usual is nobody's noise.
assert all(t["detected_at_double"] >= 0.95 for t in tried[:3])
assert lines[-1]["type"] == "verification" and lines[-1]["hosts"] == 1
END
expect 0 floor -w all --days 7 --verify=20 --around 20M --seed 3 -q conn.log
says out "detected at twice 20.0 MB"

# Too short: said, not tried.
conn_log 10 >short.log
expect 0 floor -w all -f json --verify=20 --around 20M short.log
says out '"hosts":1,"hosts_without_floor":1'

# Inputs and failures as for the other verbs.
"$seep" floor -w all -f json - <conn.log >piped 2>err
expect 0 floor -w all -f json -o report conn.log
is_empty out
same report piped
: >empty.log
expect 1 floor empty.log
is_empty out
says err "no usable row"
expect 1 floor -l 192.168.0.0/16 conn.log
is_empty out
says err "no local network matched"
expect 1 floor nowhere.log
expect 1 floor -m 1K conn.log
says err "--memory"

finish
