# SPDX-License-Identifier: BSD-3-Clause
"""Whatever of the public interface can say SEEP_ENOMEM is made to.

A function whose comment names the status, or that takes an allocator, is
called by a test of tests/alloc.
"""
import glob
import os
import re
import sys

ROOT = os.environ["SEEP_SOURCE_DIR"]
DECLARED = re.compile(r"/\*((?:[^*]|\*(?!/))*)\*/\s*SEEP_API([^;]*);")


def text_of(pattern):
    found = ""
    for path in sorted(glob.glob(os.path.join(ROOT, pattern))):
        with open(path, encoding="utf-8") as f:
            found += f.read()
    return found


def main():
    wanted = set()
    for comment, code in DECLARED.findall(text_of("include/seep/*.h")):
        name = re.search(r"(seep_\w+)\(", code).group(1)
        if ("SEEP_ENOMEM" in comment or "struct seep_alloc " in code or
                name.endswith("_finding")):
            wanted.add(name)
    tests = text_of("tests/alloc/*.c")
    missing = [n for n in sorted(wanted)
               if not re.search(r"\b%s\(" % n, tests)]
    for name in missing:
        print("no test of tests/alloc calls " + name)
    print("%d functions can be refused memory" % len(wanted))
    return 1 if missing or len(wanted) < 15 else 0


sys.exit(main())
