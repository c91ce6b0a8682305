# SPDX-License-Identifier: BSD-3-Clause
"""Seeded faults: each must be noticed by the test that is named with it.

mutants.list holds one fault per block. The tree is copied, built once, and
every named test must pass; then each fault is put in alone, what it touches
is built again, and at least the named test must fail. A fault whose text is
not found exactly once is an error: the list follows the code.
"""
import os
import shutil
import subprocess
import sys
import time

SOURCE = os.environ["SEEP_SOURCE_DIR"]
WORK = os.path.join(os.environ["SEEP_BINARY_DIR"], "mutants")
TREE = os.path.join(WORK, "tree")
BUILD = os.path.join(WORK, "build")
FAULTS_MIN = 10


def parse(path):
    """Blocks 'name / file / test / old / new', see mutants.list."""
    faults = []
    fault = None
    where = None
    for line in open(path, encoding="utf-8").read().split("\n"):
        if line.startswith("== "):
            fault = {"name": line[3:], "old": [], "new": []}
            faults.append(fault)
            where = None
        elif line.startswith(("file: ", "test: ")):
            fault[line[:4]] = line[6:]
        elif line in ("--- old", "+++ new"):
            where = line[4:]
        elif where:
            fault[where].append(line)
    for fault in faults:
        for side in ("old", "new"):
            while fault[side] and not fault[side][-1]:
                fault[side].pop()
            fault[side] = "\n".join(fault[side])
    return faults


def target(test):
    folder, name = test.split("/")
    if not os.path.exists(os.path.join(SOURCE, "tests", folder,
                                       "test_%s.c" % name)):
        return "seep_tool"  # a script that runs the tool
    return "test_" + test.replace("/", "_")


def build(tests):
    """Builds the programs of some tests; returns what went wrong or None."""
    done = subprocess.run(["cmake", "--build", BUILD, "-j2", "--target"] +
                          sorted({target(t) for t in tests}),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout.decode(errors="replace") if done.returncode else None


def run(tests):
    """Runs tests; returns whether all passed, and what they said."""
    pattern = "^(" + "|".join(sorted(set(tests))) + ")$"
    done = subprocess.run(["ctest", "--test-dir", BUILD, "-R", pattern,
                           "--no-tests=error", "--output-on-failure",
                           "--timeout", "120"],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.returncode == 0, done.stdout.decode(errors="replace")


def copy_tree():
    shutil.rmtree(WORK, ignore_errors=True)
    os.makedirs(WORK)
    shutil.copytree(SOURCE, TREE, ignore=lambda folder, names: [
        n for n in names if n == ".git" or
        (folder == SOURCE and n.startswith("build"))])


def configure():
    subprocess.run(
        ["cmake", "-G", "Ninja", "-S", TREE, "-B", BUILD,
         "-DCMAKE_C_COMPILER=" + os.environ.get("CC", "cc"),
         "-DCMAKE_BUILD_TYPE=Debug", "-DSEEP_WERROR=OFF"],
        check=True, stdout=subprocess.DEVNULL)


def put(path, text):
    """Writes a file so that the build sees it as newer."""
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)
    now = time.time() + 1
    os.utime(path, (now, now))


def try_fault(fault):
    """Returns None when the fault was noticed, else what is wrong."""
    path = os.path.join(TREE, fault["file"])
    good = open(path, encoding="utf-8").read()
    if good.count(fault["old"]) != 1:
        return "the old text stands %d times in %s" % (
            good.count(fault["old"]), fault["file"])
    put(path, good.replace(fault["old"], fault["new"]))
    broken = build([fault["test"]])
    passed = broken is None and run([fault["test"]])[0]
    put(path, good)
    if broken is not None:
        return "does not build:\n" + broken
    return "%s passes with this fault" % fault["test"] if passed else None


def main():
    faults = parse(os.path.join(SOURCE, "tests/meta/mutants.list"))
    if len(faults) < FAULTS_MIN:
        print("only %d faults" % len(faults))
        return 1
    copy_tree()
    configure()
    tests = [f["test"] for f in faults]
    broken = build(tests)
    if broken is not None:
        print(broken)
        return 1
    passed, said = run(tests)
    if not passed:
        print("without any fault:\n" + said)
        return 1
    missed = 0
    for fault in faults:
        wrong = try_fault(fault)
        print("%-50s %s" % (fault["name"], wrong or
                            "noticed by " + fault["test"]), flush=True)
        missed += wrong is not None
    shutil.rmtree(WORK, ignore_errors=True)
    return 1 if missed else 0


sys.exit(main())
