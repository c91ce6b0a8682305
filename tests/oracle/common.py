# SPDX-License-Identifier: BSD-3-Clause
"""What every oracle needs: where things are, and seep_dump's output."""
import os
import shutil
import subprocess
import sys
import tempfile

REASONS = ("malformed truncated bad_time bad_address too_large duplicate "
           "interim tunnel_outer").split()


def skip(why):
    print("skipped:", why)
    sys.exit(77)


def need(*programs):
    for program in programs:
        if shutil.which(program) is None:
            skip(program + " is not installed")


def corpora(folder=""):
    path = os.path.join(os.environ.get("SEEP_CORPORA", ""), folder)
    if not os.path.isabs(path) or not os.path.isdir(path):
        skip("SEEP_CORPORA/%s is absent" % folder)
    return path


def captures(root):
    """Every file below the captures that is not a licence, sorted."""
    found = []
    for folder, _, names in os.walk(root):
        found += [os.path.join(folder, n) for n in names
                  if not n.startswith(("COPYING", "LICENSE", "README"))]
    return sorted(found)


class Output:
    """One block of seep_dump's output."""

    def __init__(self, path):
        self.path = path
        self.coverage = {}
        self.refused = {}
        self.notices = []
        self.flows = []
        self.names = []
        self.name_cells = []
        self.cells = {}
        self.cell_order = []
        self.status = None

    def take(self, line):
        tag, *rest = line.split("\t")
        if tag == "coverage":
            self.coverage[rest[0]] = int(rest[1])
        elif tag == "refused":
            self.refused[rest[0]] = int(rest[1])
        elif tag == "notice":
            self.notices.append(rest)
        elif tag == "flow":
            self.flows.append(rest)
        elif tag == "name":
            self.names.append(rest)
        elif tag == "namecell":
            self.name_cells.append(rest)
        elif tag == "cell":
            key = (rest[0], rest[1]) + tuple(int(x) for x in rest[2:8])
            self.cell_order.append(key)
            self.cells[key] = [int(x) for x in rest[8:]]
        elif tag == "status":
            self.status = int(rest[0])
        else:
            raise AssertionError("unknown line: " + line)

    def conserves(self):
        c = self.coverage
        return c["bytes_seen"] == (c["bytes_crossing"] + c["bytes_inside"] +
                                   c["bytes_outside"] + c["bytes_refused"])


def binary():
    path = os.environ.get("SEEP_DUMP", "")
    if not os.path.isfile(path):
        sys.exit("SEEP_DUMP does not name seep_dump")
    return path


def dump(mode, *arguments, check=True, program=None):
    """One run of seep_dump: its blocks, or one block without --each."""
    done = subprocess.run([program or binary(), mode, *arguments],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    if check and done.returncode != 0:
        sys.exit("seep_dump %s %s: exit %d\n%s" % (
            mode, " ".join(arguments)[:400], done.returncode,
            done.stderr.decode(errors="replace")[-2000:]))
    blocks = []
    for line in done.stdout.decode(errors="surrogateescape").split("\n"):
        if line.startswith("file\t"):
            blocks.append(Output(line[5:]))
        elif line:
            if not blocks:
                blocks.append(Output(None))
            blocks[-1].take(line)
    return blocks


def dump_each(mode, paths, *arguments):
    """seep_dump --each over many paths: a dictionary by path."""
    with tempfile.NamedTemporaryFile("w", suffix=".list") as names:
        names.write("\n".join(paths) + "\n")
        names.flush()
        blocks = dump(mode, "--each", "--list", names.name, *arguments)
    found = {b.path: b for b in blocks}
    if len(found) != len(set(paths)):
        sys.exit("seep_dump stopped after %d of %d files" %
                 (len(found), len(paths)))
    return found


class Check:
    """Counts what held; prints the first failures; decides the exit."""

    def __init__(self):
        self.held = 0
        self.failed = 0

    def that(self, holds, *message):
        if holds:
            self.held += 1
            return True
        self.failed += 1
        if self.failed <= 40:
            print("FAILED:", *message)
        return False

    def end(self):
        print("%d checks held, %d failed" % (self.held, self.failed))
        sys.exit(1 if self.failed or not self.held else 0)


def services():
    """The service list: (protocol, port) that come back as themselves."""
    cells = dump("services")[0].cells
    return {(k[3], k[4]) for k in cells if k[4] < 0x10000}
