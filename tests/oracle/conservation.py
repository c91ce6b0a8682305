# SPDX-License-Identifier: BSD-3-Clause
"""Every file of the corpora: nothing is lost, nothing is made up.

For each log and each capture: bytes_seen = crossing + inside + outside +
refused; a file is read or refused, and when it is refused or damaged a
notice says why. For captures Wireshark's capinfos, which reads files with
code of its own, counts the frames and their bytes.
"""
import shutil
import subprocess

import common


# Their frames claim to hold more bytes than were on the wire. seep counts
# the larger figure, capinfos the claim.
IMPOSSIBLE = ("tcpdump/tests/icmp-icmp_print-oobr-2.pcap",
              "tcpdump/tests/pim_header_asan-2.pcap",
              "tcpdump/tests/rsvp-rsvp_obj_print-oobr.pcap")


def frames(paths):
    """capinfos: path -> (frames, bytes); only files it read whole."""
    if shutil.which("capinfos") is None:
        return {}
    found = {}
    for at in range(0, len(paths), 500):
        out = subprocess.run(
            ["capinfos", "-c", "-d", "-T", "-M", "-r", *paths[at:at + 500]],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        broken = out.stderr.decode(errors="replace")
        for line in out.stdout.decode(errors="replace").split("\n"):
            part = line.split("\t")
            if len(part) == 3 and '"%s"' % part[0] not in broken:
                found[part[0]] = (int(part[1]), int(part[2]))
    return found


def check_common(check, block):
    c, path = block.coverage, block.path
    check.that(block.status == 0, path, "status", block.status)
    if not c:
        return
    check.that(block.conserves(), path, "bytes are lost:", c)
    refused = sum(block.refused.values())
    # Rows that another row replaces are counted, and no news.
    quiet = block.refused["tunnel_outer"] + block.refused["interim"]
    check.that(refused <= c["records"], path, "more refused than read:",
               refused, c["records"])
    check.that(c["files"] + c["files_refused"] >= 1, path,
               "neither read nor refused")
    if c["files_refused"] or c["files_damaged"]:
        check.that(block.notices, path, "refused without a reason")
    if refused > quiet:
        check.that(block.notices, path, "rows refused without a notice")


def check_captures(check, root):
    paths = common.captures(root)
    oracle = frames(paths)
    found = common.dump_each("pcap", paths, "--no-cells", "--notices")
    whole = refused = damaged = 0
    for path, block in found.items():
        c = block.coverage
        check_common(check, block)
        refused += c.get("files_refused", 0)
        damaged += c.get("files_damaged", 0)
        if path not in oracle or c["files_refused"] or c["files_damaged"]:
            continue
        whole += 1
        check.that(c["records"] == oracle[path][0], path, "frames:",
                   c["records"], "capinfos:", oracle[path][0])
        if any(path.endswith(name) for name in IMPOSSIBLE):
            continue
        check.that(c["bytes_seen"] + c["bytes_link"] == oracle[path][1],
                   path, "frame bytes:", c["bytes_seen"] + c["bytes_link"],
                   "capinfos:", oracle[path][1])
    print("captures: %d files, %d equal in frames and bytes to capinfos "
          "or failed above, %d refused, %d damaged" %
          (len(paths), whole, refused, damaged))


def check_logs(check, root):
    logs = common.captures(root)
    found = common.dump_each("zeek", logs, "--no-cells", "--notices")
    conn = refused = 0
    for path, block in found.items():
        check_common(check, block)
        refused += block.coverage.get("files_refused", 0)
        conn += block.coverage.get("records", 0) > 0
    print("logs: %d files, %d with connections, %d refused" %
          (len(logs), conn, refused))


def main():
    check = common.Check()
    check_captures(check, common.corpora("captures"))
    check_logs(check, common.corpora("logs"))
    check_logs(check, common.corpora("zeek-conn"))
    check.end()


if __name__ == "__main__":
    main()
