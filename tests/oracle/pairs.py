# SPDX-License-Identifier: BSD-3-Clause
"""IP bytes and packets of each pair of addresses: tshark and argus.

tshark reads ten ordinary captures merged into one by mergecap; seep reads
the same merge, and the ten files apart in reverse order. argus reads the
files of a list that were captured without Ethernet padding, so that its
frame bytes less 14 a packet are the IP bytes.
"""
import collections
import os
import shutil
import subprocess
import tempfile

import common

MERGED = """
zeek/testing/btest/Traces/smb/smb2.pcap
zeek/testing/btest/Traces/smb/smb3_multichannel.pcap
zeek/testing/btest/Traces/ftp/cwd-navigation.pcap
zeek/testing/btest/Traces/http/206_example_b.pcap
zeek/testing/btest/Traces/http/no_crlf.pcap
zeek/testing/btest/Traces/ssh/ssh.pcap
zeek/testing/btest/Traces/tcp/timestamp.pcap
zeek/testing/btest/Traces/dce-rpc/mapi.pcap
ndpi/tests/cfgs/default/pcap/vnc.pcap
ndpi/tests/cfgs/default/pcap/dropbox.pcap
ndpi/tests/cfgs/default/pcap/reddit.pcap
ndpi/tests/cfgs/default/pcap/webex.pcap
""".split()
ARGUS = """
zeek/testing/btest/Traces/http/no_crlf.pcap
zeek/testing/btest/Traces/irc-dcc-send.pcapng
zeek/testing/btest/Traces/smb/smb2_100_small_files.pcap
zeek/testing/btest/Traces/ftp/ftp-with-numbers-in-filename.pcap
zeek/testing/btest/Traces/tcp/timestamp.pcap
ndpi/tests/cfgs/default/pcap/telegram.pcap
ndpi/tests/cfgs/default/pcap/webex.pcap
ndpi/tests/cfgs/default/pcap/nintendo.pcap
malcolm/malcolm-artifacts/pcap/protocols/NTP.pcap
suricata/tests/ftp/ftp-ippair-leak-5204/input.pcap
""".split()


def add(sums, a, b, octets, packets):
    sums[a, b][0] += octets
    sums[a, b][1] += packets


def seep(*paths):
    """(from, to) -> [IP bytes, packets], out of the flows."""
    sums = collections.defaultdict(lambda: [0, 0])
    for f in common.dump("pcap", "--flows", "--no-cells", *paths)[0].flows:
        add(sums, f[2], f[4], int(f[10]), int(f[12]))
        add(sums, f[4], f[2], int(f[11]), int(f[13]))
    return {k: v for k, v in sums.items() if any(v)}


def tshark(path):
    fields = "ip.src ip.dst ip.len ipv6.src ipv6.dst ipv6.plen".split()
    command = ["tshark", "-n", "-r", path, "-T", "fields",
               "-E", "occurrence=f", "-o", "ip.defragment:FALSE"]
    for field in fields:
        command += ["-e", field]
    out = subprocess.run(command, stdout=subprocess.PIPE, check=True,
                         stderr=subprocess.DEVNULL).stdout.decode()
    sums = collections.defaultdict(lambda: [0, 0])
    for line in out.splitlines():
        part = line.split("\t")
        if part[0]:
            add(sums, part[0], part[1], int(part[2]), 1)
        elif part[3]:
            add(sums, part[3], part[4], 40 + int(part[5]), 1)
    return dict(sums)


def argus(path):
    """argus counts frames; ra prints each record both ways."""
    record = subprocess.run(["argus", "-r", path, "-w", "-"],
                            stdout=subprocess.PIPE, check=True,
                            stderr=subprocess.DEVNULL).stdout
    out = subprocess.run(["ra", "-r", "-", "-n", "-u", "-c", "\t", "-L", "-1",
                          "-s", "saddr", "daddr", "proto", "sbytes", "dbytes",
                          "spkts", "dpkts", "-", "ip or ipv6"],
                         input=record, stdout=subprocess.PIPE, check=True,
                         stderr=subprocess.DEVNULL).stdout.decode()
    sums = collections.defaultdict(lambda: [0, 0])
    for line in out.splitlines():
        a, b, proto, sbytes, dbytes, spkts, dpkts = line.split("\t")
        if proto == "man" or not sbytes.isdigit():
            continue
        add(sums, a, b, int(sbytes) - 14 * int(spkts), int(spkts))
        add(sums, b, a, int(dbytes) - 14 * int(dpkts), int(dpkts))
    return {k: v for k, v in sums.items() if any(v)}


def compare(check, name, ours, theirs):
    wrong = [k for k in ours.keys() | theirs.keys()
             if ours.get(k) != theirs.get(k)]
    for k in sorted(wrong)[:3]:
        print("  %s %s: seep %s, oracle %s" % (name, k, ours.get(k),
                                               theirs.get(k)))
    check.that(ours and not wrong, name, "%d of %d pairs differ" %
               (len(wrong), len(theirs)))
    print("%s: %d pairs, %d bytes" %
          (name, len(theirs), sum(v[0] for v in theirs.values())))


def main():
    common.need("tshark", "mergecap")
    root = common.corpora("captures")
    check = common.Check()
    paths = [os.path.join(root, p) for p in MERGED]
    with tempfile.TemporaryDirectory() as folder:
        merged = os.path.join(folder, "merged.pcap")
        subprocess.run(["mergecap", "-F", "pcap", "-w", merged, *paths],
                       check=True)
        oracle = tshark(merged)
        compare(check, "tshark, merged", seep(merged), oracle)
        compare(check, "tshark, apart", seep(*reversed(paths)), oracle)
    if shutil.which("argus") is None or shutil.which("ra") is None:
        print("skipped: argus is not installed")
    else:
        for path in ARGUS:
            full = os.path.join(root, path)
            compare(check, "argus " + path, seep(full), argus(full))
    check.end()


if __name__ == "__main__":
    main()
