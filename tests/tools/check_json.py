# SPDX-License-Identifier: BSD-3-Clause
"""Every line one JSON object, ASCII, keys of the contract, coverage last."""
import json
import sys

KEYS = {
    "finding": """id host role direction pattern basis peers bytes_out
        bytes_expected first_seen last_seen detected_at score
        alarms_per_year retrospective explanation""",
    "host": """host role bytes_out ceiling_bytes ceiling_allowed_bytes
        floor_drip_bytes_per_day floor_mimic_bytes_per_day
        floor_null_reason""",
    "coverage": """first last records records_refused bytes_seen
        bytes_crossing bytes_inside bytes_outside bytes_refused bytes_missed
        gaps host_years alarms_expected_by_chance""",
}
ORDER = list(KEYS)


def no_repeats(pairs):
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys)), "a key stands twice"
    return dict(pairs)


def check(lines):
    rank = 0
    last = None
    for line in lines:
        assert line.endswith(b"\n"), "a line is cut"
        last = json.loads(line.decode("ascii"), object_pairs_hook=no_repeats)
        missing = set(KEYS[last["type"]].split()) - set(last)
        assert not missing, missing
        assert ORDER.index(last["type"]) >= rank, "out of order"
        rank = ORDER.index(last["type"])
    assert last and last["type"] == "coverage", "no coverage"
    parts = ("bytes_crossing", "bytes_inside", "bytes_outside",
             "bytes_refused")
    assert last["bytes_seen"] == sum(last[part] for part in parts)


def main():
    lines = open(sys.argv[1], "rb").readlines()
    if "--raised" in sys.argv:
        # --follow: findings as they are raised, then the whole report, in
        # which each of them stands again by its id.
        ids = [json.loads(line).get("id") for line in lines]
        told = ids.index(None) // 2
        assert told > 0 and set(ids[:told]) == set(ids[told:2 * told])
        lines = lines[told:]
    check(lines)


main()
