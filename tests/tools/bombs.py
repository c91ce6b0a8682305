# SPDX-License-Identifier: BSD-3-Clause
"""What is unpacked, or claimed, is never held: the peak stays below a figure.

Peaks are those that the kernel counts (ru_maxrss). What a run without a row
needs is about 10 MB, most of it the program and its libraries; a line may
have 1 MiB, the readers' buffers 64 KiB each, a Zstandard window 128 MiB.
"""
import os
import shutil
import struct
import subprocess
import sys
import zlib

SEEP = os.path.abspath(sys.argv[1])
MIB = 1 << 20
# Unpacked size of a bomb: 1,000 times its file, as much as deflate can.
BOMB = 256 * MIB
PEAK_MIB = 32
# libzstd's window, twice the block and its tables.
PEAK_ZSTD_MIB = PEAK_MIB + 136
# seep inject copies lines of up to 64 MiB, in a buffer that doubles.
PEAK_INJECT_MIB = PEAK_MIB + 96
checks = 0


def run(args, peak_mib, says, status):
    """Runs seep; its peak, and what it says on both outputs, must fit."""
    global checks
    with open("said", "wb") as said:
        child = subprocess.Popen([SEEP] + args, stdin=subprocess.DEVNULL,
                                 stdout=said, stderr=said)
        _, code, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(code)
    with open("said", "rb") as said:
        text = " ".join(said.read().decode().split())
    peak = usage.ru_maxrss / 1024
    what = " ".join(args)
    print("%-6s %-14s of %7d bytes: peak %.1f MiB"
          % (args[0], args[-1], os.path.getsize(args[-1]), peak))
    checks += 3
    wrong = None
    if peak > peak_mib:
        wrong = "a peak of %.1f MiB, not %d" % (peak, peak_mib)
    elif child.returncode != status:
        wrong = "exit %d, not %d" % (child.returncode, status)
    elif says not in text:
        wrong = "does not say %r" % says
    if wrong:
        print("FAILED: seep %s: %s\n%s" % (what, wrong, text[:600]))
        sys.exit(1)
    return text


def put_gzip(path, head, piece, size):
    """A gzip file of 'head' and then 'piece' over and over."""
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    with open(path, "wb") as f:
        f.write(packer.compress(head))
        piece *= MIB // len(piece)
        for _ in range(size // len(piece)):
            f.write(packer.compress(piece))
        f.write(packer.flush())


def put(path, data):
    with open(path, "wb") as f:
        f.write(data)


HEAD = (b"#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n"
        b"#unset_field\t-\n#path\tconn\n#fields\tts\tuid\tid.orig_h\t"
        b"id.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\t"
        b"orig_bytes\tresp_bytes\tconn_state\tmissed_bytes\thistory\t"
        b"orig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\n")
ROW = (b"1772323260.000000\tC1\t10.2.0.7\t40000\t192.0.2.9\t443\ttcp\tssl\t"
       b"10.0\t1000\t200\tSF\t0\tShADadFf\t20\t1800\t10\t600\n")


def logs():
    strange = "neither a conn nor a dns log"
    for name, head, piece in (("zeros.gz", b"", b"\0"),
                              ("line.gz", HEAD + ROW, b"x"),
                              ("tabs.gz", HEAD + ROW, b"\t"),
                              ("json.gz", HEAD + ROW + b"{\"a\":", b"["),
                              ("short.gz", HEAD + ROW, b"y\n")):
        put_gzip(name, head, piece, BOMB // (8 if piece == b"y\n" else 1))
        # The row before the bomb counts.
        run(["zeek", name], PEAK_MIB, "1 flow" if head else strange,
            0 if head else 1)
    put_gzip("repeated.gz", HEAD, ROW, 64 * MIB)
    run(["zeek", "repeated.gz"], PEAK_MIB, "records, ", 0)
    # A line that JSON's reader takes: depth is no recursion.
    put("deep.log", HEAD + ROW + b"{\"a\":" + b"[" * 1000000 + b"\n")
    run(["zeek", "deep.log"], PEAK_MIB, "1 flow", 0)
    # Packed twice is unpacked once.
    put_gzip("once.gz", HEAD, ROW, MIB)
    with open("once.gz", "rb") as f:
        put_gzip("twice.gz", f.read(), b"\0", 0)
    run(["zeek", "once.gz"], PEAK_MIB, "records", 0)
    run(["zeek", "twice.gz"], PEAK_MIB, strange, 1)
    inject = ["inject", "--host", "10.2.0.7", "--pattern", "drip",
              "--bytes-per-day", "5M", "--start", "2026-03-11", "--days", "1",
              "-o", "leaked"]
    run(inject + ["line.gz"], PEAK_INJECT_MIB, "a line is too long", 1)


def frames(window_log):
    """A Zstandard frame of one small block that claims this window:
    RFC 8878, section 3.1.1."""
    data = HEAD + ROW
    return (b"\x28\xb5\x2f\xfd\x00" + bytes([(window_log - 10) << 3]) +
            struct.pack("<I", len(data) << 3 | 1)[:3] + data)


def zstd():
    put("small.zst", frames(10))
    run(["zeek", "small.zst"], PEAK_MIB, "1 flow", 0)
    put("most.zst", frames(27))
    run(["zeek", "most.zst"], PEAK_ZSTD_MIB, "1 flow", 0)
    for window in (28, 31, 41):
        put("more.zst", frames(window))
        run(["zeek", "more.zst"], PEAK_MIB, "a Zstandard window over 128 MiB",
            1)
    if shutil.which("zstd") is None:
        print("skipped: zstd is not installed")
        return
    with open("bomb.zst", "wb") as f:
        packer = subprocess.Popen(["zstd", "-q", "-c"], stdin=subprocess.PIPE,
                                  stdout=f)
        packer.stdin.write(HEAD + ROW)
        for _ in range(BOMB // MIB):
            packer.stdin.write(b"x" * MIB)
        packer.stdin.close()
        packer.wait()
    run(["zeek", "bomb.zst"], PEAK_MIB, "1 flow", 0)


def frame(size, claimed):
    """A UDP packet in Ethernet whose record claims so many bytes."""
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, size, 1, 0, 64, 17, 0,
                     bytes([10, 2, 0, 7]), bytes([192, 0, 2, 9]))
    data = b"\x02" * 12 + b"\x08\x00" + ip + bytes(size - len(ip))
    return struct.pack("<IIII", 1772323260, 0, claimed or len(data),
                       claimed or len(data)) + data


def pcap_head(snap):
    return struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, snap, 1)


def block(kind, body, claimed=0):
    size = claimed or len(body) + 12
    return struct.pack("<II", kind, size) + body + struct.pack("<I", size)


def captures():
    good = frame(100, 0)
    for snap in (65535, 0, 0x7fffffff, 0xffffffff):
        for claimed in (1 << 31, (1 << 31) - 1, 0xffffffff, 1 << 28):
            put("long.pcap", pcap_head(snap) + good + frame(100, claimed))
            run(["pcap", "long.pcap"], PEAK_MIB, "damaged after packet 1", 0)
    section = block(0x0a0d0d0a, struct.pack("<IHHq", 0x1a2b3c4d, 1, 0, -1))
    link = block(1, struct.pack("<HHI", 1, 0, 0))
    packet = block(6, struct.pack("<IIIII", 0, 0x64c0, 0, 114, 114) +
                   good[16:] + b"\0\0")
    for claimed in (1 << 31, 0x7ffffffc, 0xfffffffc):
        put("long.pcapng", section + link + packet +
            block(6, bytes(40), claimed))
        run(["pcap", "long.pcapng"], PEAK_MIB, "damaged after packet 1", 0)
        put("long.pcapng", section + block(1, bytes(8), claimed) + packet)
        run(["pcap", "long.pcapng"], PEAK_MIB, "no usable packet", 1)
    # Records of nothing, without end.
    put_gzip("empty.pcap.gz", pcap_head(65535) + good, b"\0", 64 * MIB)
    run(["pcap", "empty.pcap.gz"], PEAK_MIB, "1 flow", 0)


def main():
    logs()
    zstd()
    captures()
    print("bombs: %d checks" % checks)


main()
