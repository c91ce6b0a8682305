# SPDX-License-Identifier: BSD-3-Clause
"""The demonstration case: every number of a finding, from the logs alone.

SEEP_DEMO writes the case; the tool reports on it in JSON and in text. Each
finding's bytes are counted again from the rows by ledger.py, and the command
that the text report prints is run by sh and must print the same number.
"""
import calendar
import gzip
import json
import os
import re
import shutil
import subprocess
import tempfile
import time

import common
import ledger


def tool(*arguments):
    done = subprocess.run([os.environ["SEEP_TOOL"], *arguments],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if done.returncode != 0:
        raise SystemExit("seep %s: exit %d\n%s" % (
            " ".join(arguments), done.returncode, done.stderr.decode()))
    return done.stdout.decode()


def hour(text):
    return calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ")) // 3600


def recount(book, finding):
    """bytes out to the finding's peers in its hours, from ledger.py."""
    peers = {ledger.address(p["ip"]): 0 for p in finding["peers"]}
    hosts = {ledger.address(h) for h in
             finding.get("members", [finding["host"].split("/")[0]])}
    wanted = {"push": ledger.PUSH, "pull": ledger.PULL}[finding["direction"]]
    first, last = hour(finding["first_seen"]), hour(finding["last_seen"])
    for (host, peer, place, _, _, direction, at, kind), n in (
            book.cells.items()):
        if (host in hosts and peer in peers and place != ledger.INSIDE and
                direction == wanted and kind != ledger.MISSED and
                first <= at < last):
            peers[peer] += n[0]
    return peers


def make_case(folder, name, *options):
    where = os.path.join(folder, name)
    os.mkdir(where)
    subprocess.run([os.environ["SEEP_DEMO"], "--out", where, *options],
                   check=True, stdout=subprocess.DEVNULL)
    return where


def stretch(folder, where):
    """The case as one packed JSON log whose flows last for hours, so that
    the hours of every finding cut some of them."""
    other = os.path.join(folder, "stretched")
    os.mkdir(other)
    bare = {"ts", "duration", "id.orig_p", "id.resp_p", "missed_bytes",
            "orig_bytes", "resp_bytes", "orig_pkts", "orig_ip_bytes",
            "resp_pkts", "resp_ip_bytes"}
    with gzip.open(os.path.join(other, "conn.log.gz"), "wt",
                   compresslevel=1) as out:
        for path in common.captures(where):
            for row in ledger.rows(path):
                row["duration"] = "%.6f" % (
                    97.3 * float(row.get("duration", 0)))
                out.write("{%s}\n" % ",".join(
                    '"%s":%s' % (k, v if k in bare else json.dumps(v))
                    for k, v in row.items()))
    return other


def check_case(check, where):
    """Reads one case both ways; gives its findings."""
    name = os.path.basename(where)
    lines = [json.loads(l) for l in
             tool("zeek", "--format", "json", where).splitlines()]
    findings = [l for l in lines if l["type"] == "finding"]
    book = ledger.Ledger(common.services())
    for path in common.captures(where):
        for row in ledger.rows(path):
            book.add(ledger.flow_of(row, book.sums))
    check_coverage(check, name, lines, book)
    for finding in findings:
        peers = recount(book, finding)
        check.that(finding["bytes_out"] == sum(peers.values()), name,
                   "bytes_out", finding["bytes_out"], "oracle:",
                   sum(peers.values()))
        check.that(all(p["bytes_out"] == peers[ledger.address(p["ip"])]
                       for p in finding["peers"]), name,
                   "a peer's bytes differ")
    return findings


def check_coverage(check, name, lines, book):
    """The evidence's and each host's own sums."""
    coverage = [l for l in lines if l["type"] == "coverage"]
    check.that(len(coverage) == 1, name, "one coverage line")
    for key in ("bytes_seen", "bytes_crossing", "bytes_inside",
                "bytes_outside"):
        check.that(coverage[0][key] == book.sums[key], name, key,
                   coverage[0][key], "oracle:", book.sums[key])
    out = sum(n[0] for k, n in book.cells.items()
              if k[2] != ledger.INSIDE and k[7] != ledger.MISSED)
    hosts = sum(l["bytes_out"] for l in lines if l["type"] == "host")
    check.that(hosts == out, name, "outbound bytes of all entities", hosts,
               "oracle:", out)


def check_commands(check, where, awks):
    """What the text report says to type prints what it says."""
    text = tool("zeek", "--format", "text", where)
    said = re.findall(r"this command prints (\d+)\.\n\n(.*?)\n\n(?=[ \n]*"
                      r"(?:\d+\. |Ceilings))", text, re.S)
    check.that(len(said) == text.count("this command prints"), where,
               "a command could not be read from the report")
    for number, command in said:
        for path in awks:
            out = subprocess.run(["sh", "-c", command], check=True,
                                 stdout=subprocess.PIPE,
                                 env=dict(os.environ, PATH=path))
            check.that(out.stdout.decode().strip() == number, where, path,
                       "prints", out.stdout.decode(), "not", number)
    return {int(number) for number, _ in said}


def every_awk(folder):
    """A PATH for each awk of this machine, so that "awk" means it."""
    paths = []
    for name in ("mawk", "gawk", "original-awk", "busybox"):
        program = shutil.which(name)
        if program:
            place = os.path.join(folder, "awk-" + name)
            os.mkdir(place)
            os.symlink(program, os.path.join(place, "awk"))
            paths.append(place + ":" + os.environ["PATH"])
    return paths or [os.environ["PATH"]]


def main():
    if not os.path.isfile(os.environ.get("SEEP_DEMO", "")):
        common.skip("seep_demo is not built")
    check = common.Check()
    with tempfile.TemporaryDirectory() as folder:
        awks = every_awk(folder)
        leak = make_case(folder, "leak")
        for where in (leak, stretch(folder, leak)):
            findings = check_case(check, where)
            check.that(findings, where, "the leak is not found")
            check.that(check_commands(check, where, awks) ==
                       {f["bytes_out"] for f in findings}, where,
                       "the commands are not those of the findings")
            print("%d findings, %d bytes" %
                  (len(findings), sum(f["bytes_out"] for f in findings)))
        twin = [l for l in tool("zeek", "--format", "json", make_case(
            folder, "twin", "--twin")).splitlines()
                if json.loads(l).get("basis") == "change"]
        check.that(not twin, "the twin alarms:", len(twin))
    check.end()


if __name__ == "__main__":
    main()
