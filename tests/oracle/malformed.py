# SPDX-License-Identifier: BSD-3-Clause
"""Broken logs: the error is told, and the good rows beside it are kept."""
import gzip
import json
import os
import subprocess
import shutil
import tempfile

import common

FIELDS = ("ts uid id.orig_h id.orig_p id.resp_h id.resp_p proto service "
          "duration orig_bytes resp_bytes conn_state local_orig local_resp "
          "missed_bytes history orig_pkts orig_ip_bytes resp_pkts "
          "resp_ip_bytes tunnel_parents").split()
TYPES = ("time string addr port addr port enum string interval count count "
         "string bool bool count string count count count count "
         "set[string]").split()
GOOD = dict(zip(FIELDS, (
    "1700000000.250000 CAbc 10.0.0.7 49152 198.51.100.9 443 tcp ssl 12.500000 "
    "4000 9000 SF T F 0 ShADadFf 20 5040 30 10560 -").split()))
GOOD_BYTES = 5040 + 10560

# What is wrong in one row, and what is said: a reason, or None where the
# row can still be used.
ROWS = [
    ("a time that is no number", {"ts": "yesterday"}, "bad_time"),
    ("a time that is NaN", {"ts": "nan"}, "bad_time"),
    ("an infinite time", {"ts": "inf"}, "bad_time"),
    ("a negative time", {"ts": "-5.0"}, "bad_time"),
    ("a time beyond 2262", {"ts": "99999999999999.0"}, "bad_time"),
    ("no time", {"ts": "-"}, "bad_time"),
    ("a duration that is NaN", {"duration": "nan"}, None),
    ("a negative duration", {"duration": "-3.0"}, None),
    ("an infinite duration", {"duration": "inf"}, None),
    ("a duration of two years", {"duration": "63072000.0"}, None),
    ("no duration", {"duration": "-"}, None),
    ("an address of words", {"id.orig_h": "localhost"}, "bad_address"),
    ("five address parts", {"id.resp_h": "1.2.3.4.5"}, "bad_address"),
    ("an address part of 256", {"id.resp_h": "1.2.3.256"}, "bad_address"),
    ("no address", {"id.orig_h": "-"}, "bad_address"),
    ("a port of 65536", {"id.resp_p": "65536"}, "malformed"),
    ("a negative port", {"id.resp_p": "-1"}, "malformed"),
    ("bytes of words", {"orig_ip_bytes": "many"}, "malformed"),
    ("negative bytes", {"orig_ip_bytes": "-1"}, "malformed"),
    ("bytes with a fraction", {"resp_ip_bytes": "10.5"}, "malformed"),
    ("2^53 + 1 bytes", {"orig_ip_bytes": str(2**53 + 1)}, "too_large"),
    ("2^64 - 1 bytes", {"orig_ip_bytes": str(2**64 - 1)}, "too_large"),
    ("2^64 bytes", {"orig_ip_bytes": str(2**64)}, "too_large"),
    ("2^64 + 5 bytes", {"resp_ip_bytes": str(2**64 + 5)}, "too_large"),
    ("10^40 bytes", {"resp_ip_bytes": "1" + "0" * 40}, "too_large"),
]


def tsv(rows):
    head = ("#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n"
            "#unset_field\t-\n#path\tconn\n#fields\t" + "\t".join(FIELDS) +
            "\n#types\t" + "\t".join(TYPES) + "\n")
    return (head + "".join("\t".join(r[f] for f in FIELDS) + "\n"
                           for r in rows)).encode()


def as_json(row):
    """A row as Zeek's JSON writer gives it: numbers bare, unset left out."""
    bare = {"time", "interval", "count", "port"}
    parts = []
    for field, kind in zip(FIELDS, TYPES):
        value = row[field]
        if value == "-":
            continue
        digits = value.replace(".", "", 1).replace("-", "", 1)
        if not (kind in bare and digits.isdigit()):
            value = json.dumps(value)
        parts.append("%s:%s" % (json.dumps(field), value))
    return "{%s}\n" % ",".join(parts)


def number(i, changes=None):
    own = dict(GOOD, uid="C%d" % i, ts="17000000%02d.5" % i)
    own.update(changes or {})
    return own


def write(folder, name, data):
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(data)
    return path


def accepted(block):
    return block.coverage["records"] - sum(block.refused.values())


def check_rows(check, folder):
    """Each broken row between two good ones, in TSV and in JSON."""
    expected = {}
    for i, (name, change, reason) in enumerate(ROWS):
        rows = [number(1), number(2, change), number(3)]
        expected[write(folder, "conn.%d.log" % i, tsv(rows))] = (name, reason)
        text = "".join(as_json(r) for r in rows).encode()
        expected[write(folder, "conn.%d.json.log" % i, text)] = (
            name + ", JSON", reason)
    found = common.dump_each("zeek", list(expected), "--notices")
    for path, (name, reason) in expected.items():
        block = found[path]
        check.that(block.conserves(), name, "bytes are lost")
        check.that(block.coverage["records"] == 3, name, "records",
                   block.coverage["records"])
        want = {reason: 1} if reason else {}
        told = {k: v for k, v in block.refused.items() if v}
        check.that(told == want, name, "refused", told, "not", want)
        check.that(bool(block.notices) or not reason, name, "no notice")
        held = sum(sum(v[:2]) for v in block.cells.values())
        check.that(held == (2 if reason else 3) * GOOD_BYTES, name,
                   "holds", held, "bytes")
        if reason is None and "no duration" not in name:
            check.that(block.coverage["duration_ignored"] == 1, name,
                       "duration_ignored",
                       block.coverage["duration_ignored"])


def check_cuts(check, folder, name, data, head):
    """The log cut at every byte: rows before the cut are all there."""
    expected = {}
    for size in range(len(data)):
        path = write(folder, "conn.%s.%04d.log" % (name, size), data[:size])
        whole = data[:size].count(b"\n", head)
        expected[path] = whole, data[:size].endswith(b"\n") or size <= head
    found = common.dump_each("zeek", list(expected))
    for path, (whole, clean) in expected.items():
        block = found[path]
        rest = accepted(block) - whole
        check.that(block.conserves() and block.status == 0, path)
        check.that(rest == 0 or (rest == 1 and not clean), path,
                   accepted(block), "rows of", whole)
        held = sum(sum(v[:2]) for v in block.cells.values())
        check.that(held == accepted(block) * GOOD_BYTES or rest == 1, path,
                   "holds", held)
        check.that(sum(block.refused.values()) <= (not clean), path,
                   "refuses", block.refused)
    print("%s: cut at %d places" % (name, len(expected)))


def check_files(check, folder):
    """Whole files that are no log, beside one that is."""
    good = write(folder, "conn.good.log", tsv([number(1), number(2)]))
    text = tsv([number(i) for i in range(10, 60)])
    packed = gzip.compress(text, mtime=0)
    zeros = bytearray(packed)
    zeros[len(zeros) // 2:] = bytes(len(zeros) - len(zeros) // 2)
    bad = {
        "empty": (b"", 0, 0),
        "binary": (bytes(range(256)) * 64, 0, 0),
        "header only": (tsv([]), 0, 0),
        "no header": (tsv([number(1)]).split(b"\n", 7)[7], 0, 0),
        "another log": (tsv([number(1)]).replace(b"#path\tconn",
                                                 b"#path\tdns"), 0, 1),
        "gzip cut": (packed[:len(packed) * 2 // 3], 1, 50),
        "gzip damaged": (bytes(zeros), 0, 50),
        "a NUL in a row": (tsv([number(1), number(2)]).replace(
            b"C1\t", b"C\0bc\t"), 2, 2),
        "a line of 2 MiB": (tsv([number(1)]) + b"x" * (2 << 20) + b"\n" +
                            tsv([number(2)])[-300:].split(b"\n", 1)[1], 1, 2),
        "carriage returns": (tsv([number(1), number(2)]).replace(
            b"\n", b"\r\n"), 2, 2),
        "header twice": (tsv([number(1)]) + tsv([number(2)]), 2, 2),
        "no last newline": (tsv([number(1), number(2)])[:-1], 2, 2),
    }
    if shutil.which("zstd"):
        path = write(folder, "plain", text)
        whole = subprocess.run(["zstd", "-q", "-c", path], check=True,
                               stdout=subprocess.PIPE).stdout
        bad["zstd cut"] = (whole[:len(whole) * 2 // 3], 0, 50)
    for i, (name, (data, least, most)) in enumerate(bad.items()):
        path = write(folder, "conn.bad%d.log" % i, data)
        alone = common.dump("zeek", "--notices", path)[0]
        beside = common.dump("zeek", path, good)[0]
        check.that(least <= accepted(alone) <= most, name, "accepts",
                   accepted(alone), "rows")
        check.that(accepted(beside) == accepted(alone) + 2, name,
                   "costs the rows of another file")
        check.that(alone.conserves() and beside.conserves(), name)
        check.that(least or alone.notices or name == "header only", name,
                   "is not told")


def check_paths(check, folder):
    """What cannot be read at all, beside a good log."""
    good = write(folder, "conn.good.log", tsv([number(1), number(2)]))
    empty = os.path.join(folder, "empty-directory")
    os.mkdir(empty)
    for path in (os.path.join(folder, "absent.log"), empty,
                 os.path.join(good, "below-a-file")):
        block = common.dump("zeek", "--notices", path, good)[0]
        check.that(accepted(block) == 2, path, "costs good rows")
        check.that(block.notices, path, "is not told")
        check.that(block.coverage["files_refused"] == (path != empty), path,
                   "files_refused", block.coverage["files_refused"])


def main():
    check = common.Check()
    with tempfile.TemporaryDirectory() as folder:
        check_rows(check, folder)
        rows = [number(i) for i in range(1, 5)]
        text = tsv(rows)
        check_cuts(check, folder, "tsv", text, len(tsv([])))
        check_cuts(check, folder, "json",
                   "".join(as_json(r) for r in rows).encode(), 0)
        check_files(check, folder)
        check_paths(check, folder)
    check.end()


if __name__ == "__main__":
    main()
