# SPDX-License-Identifier: BSD-3-Clause
"""The same flows in any order, files, compression, batch and build.

The rows of a real conn.log are shuffled, cut into files, packed and given
in other orders; the saved cases must be the same bytes: seep_dump declares
no inputs, so that a case is its ledger (tests/tools/merge.sh has those that
list them). gcc -O0 and clang
-O3 builds of the library must write them too: SEEP_DUMP_OTHERS names them,
separated by colons; where it is empty they are built here.
"""
import filecmp
import os
import random
import shutil
import subprocess
import tempfile

import common
import ledger

BUILDS = (("gcc-O0", "gcc", "-O0"), ("clang-O3", "clang", "-O3"))


def build(name, compiler, level):
    """The seep_dump of another compiler, or None where there is none."""
    if shutil.which(compiler) is None:
        print("skipped:", name, "- no", compiler)
        return None
    folder = os.path.join(os.environ["SEEP_BINARY_DIR"], name)
    subprocess.run(
        ["cmake", "-S", os.environ["SEEP_SOURCE_DIR"], "-B", folder,
         "-DCMAKE_C_COMPILER=" + compiler, "-DCMAKE_BUILD_TYPE=None",
         "-DCMAKE_C_FLAGS=" + level, "-DSEEP_BUILD_TOOLS=OFF"],
        check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", folder, "--target", "seep_dump",
                    "-j2"], check=True, stdout=subprocess.DEVNULL)
    return os.path.join(folder, "tests", "oracle", "seep_dump")


def builds():
    others = os.environ.get("SEEP_DUMP_OTHERS")
    if others:
        return [("other-%d" % i, p) for i, p in
                enumerate(others.split(":"))]
    found = [(b[0], build(*b)) for b in BUILDS]
    return [(name, program) for name, program in found if program]


def pack(path, how):
    """Compresses a file under its own name plus an ending."""
    if how == "":
        return path
    tool = {".gz": ["gzip", "-c"], ".zst": ["zstd", "-q", "-c"]}[how]
    with open(path + how, "wb") as out:
        subprocess.run(tool + [path], stdout=out, check=True)
    return path + how


def scatter(log, folder, seed, parts):
    """Rows shuffled over files of a kind of their own, in any order."""
    rng = random.Random(seed)
    lines = list(ledger.lines(log))
    head = [l for l in lines if l.startswith(b"#") and
            not l.startswith((b"#close", b"#open"))]
    rows = [l for l in lines if not l.startswith(b"#")]
    rng.shuffle(rows)
    paths = []
    endings = ["", ".gz", ".zst"] if shutil.which("zstd") else ["", ".gz"]
    for i in range(parts):
        path = os.path.join(folder, "conn.%d.%d.log" % (seed, i))
        with open(path, "wb") as file:
            file.writelines(head + rows[i::parts])
        paths.append(pack(path, endings[i % len(endings)]))
    rng.shuffle(paths)
    return paths


def save(folder, name, mode, paths, *options, program=None):
    path = os.path.join(folder, name)
    common.dump(mode, "--no-cells", "--save", path, *options, *paths,
                program=program)
    return path


def check_logs(check, folder, log):
    reference = scatter(log, folder, 0, 6)
    whole = save(folder, "whole", "zeek", reference)

    def same(name, path):
        check.that(filecmp.cmp(whole, path, shallow=False),
                   name, "gives other bytes")

    same("reversed", save(folder, "b", "zeek", reference[::-1]))
    same("batches of 7", save(folder, "c", "zeek", reference, "--batch", "7"))
    same("batches of 1", save(folder, "d", "zeek", reference, "--batch", "1"))
    for seed in range(1, 6):
        same("shuffle %d" % seed,
             save(folder, "s%d" % seed, "zeek", scatter(log, folder, seed,
                                                        6)))
    same("restored", save(folder, "r", "case", [whole]))
    halves = [save(folder, "h0", "zeek", reference[:2]),
              save(folder, "h1", "zeek", reference[2:3]),
              save(folder, "h2", "zeek", reference[3:])]
    same("merged", save(folder, "m", "case", halves))
    same("merged in another order",
         save(folder, "n", "case", [halves[2], halves[0], halves[1]]))
    for name, program in builds():
        same(name, save(folder, name, "zeek", reference, program=program))
        same(name + ", restored",
             save(folder, name + "r", "case", [whole], program=program))
    print("%d bytes a case" % os.path.getsize(whole))


def check_captures(check, folder, captures):
    whole = save(folder, "p", "pcap", captures)
    other = save(folder, "q", "pcap", captures[::-1], "--batch", "1")
    check.that(filecmp.cmp(whole, other, shallow=False),
               "captures reversed give other bytes")


def main():
    log = os.path.join(common.corpora("logs"), "m57", "m57-long", "conn.log")
    smb = os.path.join(common.corpora("captures"),
                       "zeek/testing/btest/Traces/smb")
    check = common.Check()
    with tempfile.TemporaryDirectory() as folder:
        check_logs(check, folder, log)
        check_captures(check, folder, common.captures(smb))
    check.end()


if __name__ == "__main__":
    main()
