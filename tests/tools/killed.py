# SPDX-License-Identifier: BSD-3-Clause
"""killed.py SEEP KILLS - kill -9, start again, compare.

Works in the folder that killed.sh prepared. A trial is a run with
--checkpoint that is killed once to three times, each time after a random
share of what a whole run takes, and then left to end. Then report and case
must be those of an undisturbed run without checkpoints, and nothing but them
may be left. Some checkpoints come so often that many kills fall into the
writing of one. Prints one line.
"""
import os
import random
import signal
import subprocess
import sys
import time

SEEP = sys.argv[1]
WANTED = int(sys.argv[2])
EVIDENCE = [
    ("logs", ["zeek", "logs"]),
    ("dedup", ["zeek", "--dedup", "logs"]),
    ("large", ["zeek", "big/conn.log", "big/conn.2.log.gz"]),
    ("pcap", ["pcap", "--no-dpi", "one.pcap"]),
    ("gzip", ["pcap", "--no-dpi", "packed/two.pcap.gz"]),
    ("stored", ["zeek", "-m", os.environ["SEEP_KILLED_MEMORY"], "--sensor",
                "tap-1", "stored"]),
    ("follow", ["zeek", "--follow", "logs"]),
]
EVERY = ["0.001", "0.01", "0.05"]
# A run that does not end is a failure, not a long test.
HANG_S = 300
# A followed run is asked to stop when it can hear.
LISTEN_S = 0.5


def read(path):
    with open(path, "rb") as f:
        return f.read()


def remove(*paths):
    for path in paths:
        if os.path.exists(path):
            os.unlink(path)


def start(args):
    return subprocess.Popen([SEEP] + args, stdin=subprocess.DEVNULL,
                            stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE)


def end(args, follow):
    """Runs to the end; returns what was said, or None."""
    process = start(args)
    if follow:
        time.sleep(LISTEN_S)
        process.send_signal(signal.SIGTERM)
    try:
        said = process.communicate(timeout=HANG_S)[1]
    except subprocess.TimeoutExpired:
        process.kill()
        return None
    if process.returncode != 0:
        print("exit %d: %s: %s" % (process.returncode, " ".join(args),
                                   said.decode()))
        return None
    return said


class Evidence:
    def __init__(self, name, args):
        self.name = name
        self.args = args
        self.follow = "--follow" in args
        self.took = {}
        options = args + ["-f", "json", "-o", "whole.json",
                          "-S", "whole.case"]
        if end(options, self.follow) is None:
            raise SystemExit("%s: the undisturbed run failed" % name)
        self.report = read("whole.json")
        self.case = read("whole.case")

    def options(self, every):
        return self.args + ["-f", "json", "-o", "cut.json", "-S", "cut.case",
                            "--checkpoint", "state", "--every", every]

    def check(self):
        """A followed run's report has what was told on the way as well."""
        what = []
        if not self.follow and read("cut.json") != self.report:
            what.append("another report")
        if read("cut.case") != self.case:
            what.append("another case")
        if os.path.exists("state") != self.follow:
            what.append("checkpoint left, or taken away")
        if os.path.exists("state.new"):
            what.append("state.new left")
        remove("state", "cut.json", "cut.case")
        return what

    def whole(self, every):
        """Without a kill: how long it takes."""
        begun = time.monotonic()
        if end(self.options(every), self.follow) is None:
            return ["a run with checkpoints failed"]
        self.took[every] = time.monotonic() - begun
        return self.check()

    def trial(self, draw):
        """Returns kills, resumed, and what went wrong."""
        every = draw.choice(EVERY)
        if every not in self.took:
            wrong = self.whole(every)
            if wrong:
                return 0, 0, wrong
        kills = resumed = 0
        for _ in range(draw.randint(1, 3)):
            there = os.path.exists("state")
            process = start(self.options(every))
            time.sleep(draw.random() * self.took[every])
            met = process.poll() is None
            process.kill()
            said = process.communicate()[1]
            if not met:
                if process.returncode != 0:
                    return kills, resumed, ["failed: %s" % said.decode()]
                break
            kills += 1
            resumed += there and b"going on from there" in said
        there = os.path.exists("state")
        said = end(self.options(every), self.follow)
        if said is None:
            return kills, resumed, ["the last run failed"]
        if there and b"going on from there" not in said:
            return kills, resumed, ["did not go on"]
        resumed += there
        return kills, resumed, self.check()


def main():
    draw = random.Random(20260301)
    evidence = [Evidence(name, args) for name, args in EVIDENCE]
    kills = resumed = trials = identical = 0
    while kills < WANTED:
        for e in evidence:
            if kills >= WANTED:
                break
            more, again, wrong = e.trial(draw)
            kills += more
            resumed += again
            trials += 1
            identical += not wrong
            for what in wrong:
                print("%s: %s" % (e.name, what))
        for name in os.listdir("."):
            if name.startswith("cut."):
                remove(name)
    print("killed: %d kills, %d times resumed, %d of %d runs identical"
          % (kills, resumed, identical, trials))
    return 0 if identical == trials and resumed > 0 else 1


sys.exit(main())
