# SPDX-License-Identifier: BSD-3-Clause
"""What is true of every file of the tree.

80 columns with tabs of 8; nothing left to do in comments; no folder of
somebody's machine; a licence line; functions and files of a length that can
be read; README.md shows the example that is built.
"""
import os
import re
import sys

ROOT = os.environ["SEEP_SOURCE_DIR"]
CODE = (".c", ".h")
TEXT = CODE + (".sh", ".py", ".cmake", ".txt", ".md", ".in", ".map", ".list",
               ".json", ".1", ".awk")
# Spelled so that this file does not hold the words itself.
UNDONE = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
MACHINE = re.compile(r"(?<![\w.<>$}])/(home|root|work|Users|mnt)/\w")
COLUMNS_MAX = 80
FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 600

complaints = []


def complain(path, number, text):
    complaints.append("%s:%d: %s" % (path, number, text))


def files():
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(f for f in folders if f != ".git" and not
                            (folder == ROOT and f.startswith("build")))
        for name in sorted(names):
            path = os.path.join(folder, name)
            if os.path.isfile(path) and not os.path.islink(path):
                yield os.path.relpath(path, ROOT)


def check_lines(path, lines):
    for number, line in enumerate(lines, 1):
        wide = len(line.expandtabs(8))
        # A link, a table or a printed example cannot be broken in Markdown.
        if wide > COLUMNS_MAX and not path.endswith((".md", ".tsv", ".list")):
            complain(path, number, "%d columns" % wide)
        if UNDONE.search(line):
            complain(path, number, "an issue, not a comment")
        if MACHINE.search(line):
            complain(path, number, "a folder of one machine")
        if line != line.rstrip() and not path.endswith(".md"):
            complain(path, number, "white space at the end")


def check_functions(path, lines):
    """A function's body starts with { and ends with } in column 1."""
    start = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            start = number
        elif line == "}" and start:
            if number - start - 1 > FUNCTION_LINES_MAX:
                complain(path, start, "a function of %d lines"
                         % (number - start - 1))
            start = None


def check_readme():
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as f:
        readme = f.read()
    example = "tests/meta/consumer/pkgconfig/embed.c"
    with open(os.path.join(ROOT, example), encoding="utf-8") as f:
        code = f.read()
    shown = re.findall(r"```c\n(.*?)```", readme, re.S)
    if not shown:
        complain("README.md", 1, "no example in C")
    for block in shown:
        if block not in code:
            complain("README.md", 1, "shows other code than " + example)


def check_paths(document, folders):
    """Files that a document names in backquotes exist."""
    with open(os.path.join(ROOT, document), encoding="utf-8") as f:
        text = f.read()
    named = re.findall(r"`([a-z_./]+/[a-z_]*\.?[a-z]*)`", text)
    if not named:
        complain(document, 1, "names no file")
    for name in named:
        if not any(os.path.exists(os.path.join(ROOT, folder, name))
                   for folder in folders):
            complain(document, 1, "names %s, which is not there" % name)


def main():
    seen = 0
    for path in files():
        if not path.endswith(TEXT) and path not in (".ci/run", "LICENSE"):
            continue
        seen += 1
        with open(os.path.join(ROOT, path), encoding="utf-8") as f:
            lines = f.read().split("\n")
        if lines.pop() != "":
            complain(path, len(lines) + 1, "no newline at the end")
        check_lines(path, lines)
        if path.endswith(CODE):
            if lines[:1] != ["/* SPDX-License-Identifier: BSD-3-Clause */"]:
                complain(path, 1, "no licence line")
            check_functions(path, lines)
        if path.endswith(".c") and path.startswith(("lib/", "tools/")):
            if len(lines) > FILE_LINES_MAX:
                complain(path, 1, "%d lines" % len(lines))
    check_readme()
    check_paths("lib/ARCHITECTURE.md", (".", "lib", "include/seep"))
    check_paths(".github/CONTRIBUTING.md", (".", ".github"))
    assert seen > 50, "this does not look like the tree"
    for complaint in complaints:
        print(complaint)
    return 1 if complaints else 0


sys.exit(main())
