# SPDX-License-Identifier: BSD-3-Clause
"""The tool itself over the corpora: each file is read, or refused with a
reason; standard output is JSON Lines only; the coverage adds up.

Every 8th file, from the first; with SEEP_TEST_FULL=1 every file.
"""
import concurrent.futures
import json
import os
import subprocess

import common

STEP = 1 if os.environ.get("SEEP_TEST_FULL") == "1" else 8


def run(verb, path):
    return path, subprocess.run(
        [os.environ["SEEP_TOOL"], verb, "--format", "json", path],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE)


def objects(check, path, output):
    found = []
    for line in output.decode("ascii", "replace").splitlines():
        try:
            found.append(json.loads(line))
        except ValueError:
            check.that(False, path, "not JSON:", line[:200])
    return found


def check_run(check, path, done):
    check.that(done.returncode in (0, 1), path, "exit", done.returncode)
    told = objects(check, path, done.stdout)
    ends = [o for o in told if o["type"] == "coverage"]
    if done.returncode != 0:
        check.that(done.stderr, path, "failed without a word")
    if not check.that(len(ends) == 1 and told[-1] is ends[0], path,
                      "the coverage is not the one last line"):
        return False
    c = ends[0]
    check.that(c["bytes_seen"] == c["bytes_crossing"] + c["bytes_inside"] +
               c["bytes_outside"] + c["bytes_refused"], path, c)
    check.that(sum(c["records_refused"].values()) <= c["records"], path, c)
    check.that(c["bytes_crossing"] == sum(
        o["bytes_out"] + o["bytes_in"] for o in told
        if o["type"] == "host"), path, "entities do not hold every byte")
    if c["files_refused"] or c["files_damaged"]:
        check.that(done.stderr, path, "refused without a reason")
    return done.returncode == 0


def check_all(check, verb, folder):
    paths = common.captures(common.corpora(folder))[::STEP]
    read = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for path, done in pool.map(lambda p: run(verb, p), paths):
            read += check_run(check, path, done)
    check.that(read > len(paths) // 20, folder, "hardly anything was read")
    print("%s: %d files, %d of use" % (folder, len(paths), read))


def main():
    check = common.Check()
    check_all(check, "pcap", "captures")
    check_all(check, "zeek", "logs")
    check_all(check, "zeek", "zeek-conn")
    check.end()


if __name__ == "__main__":
    main()
