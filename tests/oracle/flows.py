# SPDX-License-Identifier: BSD-3-Clause
"""Random flows: the ledger against ledger.py, cell by cell.

No reader stands between: seep_dump feeds flows from text. They lie on edges
of hours and days, last up to years, carry up to 2^53 bytes, are opened by
either end, by nobody; both ends swapped with the opener flipped must give
the same bytes of a saved case, and so must any order.
"""
import filecmp
import os
import random
import tempfile

import common
import ledger
import logs

SEC = 10**9
STARTS = [0, 1, ledger.HOUR - 1, ledger.HOUR, 1700000000 * SEC,
          2**31 * SEC - 1, 2**31 * SEC, 1711846800 * SEC]
LASTING = [0, 1, SEC, 59 * SEC, ledger.HOUR - 1, ledger.HOUR,
           ledger.HOUR + 1, 5 * ledger.HOUR, ledger.DAY, -1, -SEC] * 4 + [
           40 * ledger.DAY, 366 * ledger.DAY, 366 * ledger.DAY + 1]
ADDRESSES = ("10.0.0.1 10.0.0.2 192.168.7.7 172.16.0.1 198.51.100.9 "
             "203.0.113.5 8.8.8.8 224.0.0.251 255.255.255.255 0.0.0.0 "
             "2001:db8::1 2001:db8::2 fe80::1 fd00::5 ff02::1 ::1 "
             "100.64.1.1 10.9.0.1").split()
PARTNER = "10.9.0.0/16"
BYTES = [0, 1, 39, 1500, 2**32 - 1, 2**32, 2**53]
PORTS = [0, 22, 53, 80, 443, 445, 1023, 1024, 40000, 65535]


def draw(rng):
    a, b = rng.choice(ADDRESSES), rng.choice(ADDRESSES)
    start = rng.choice(STARTS) + rng.choice([0, rng.randrange(90 * ledger.DAY)])
    lasting = rng.choice(LASTING + [rng.randrange(3 * ledger.HOUR)] * 16)
    protocol = rng.choice([1, 6, 6, 6, 17, 17, 47, 58, 132])
    ports = [rng.choice(PORTS) if protocol in (6, 17, 132) else 0
             for _ in "ab"]
    octets = [rng.choice(BYTES + [rng.randrange(10**6)] * 6) for _ in "ab"]
    missed = [rng.choice([0] * 9 + [1, 7777]) for _ in "ab"]
    packets = [(n + 1499) // 1500 for n in octets]
    opener = rng.choice([0, 1, 1, 1, 2])
    flags = rng.choice([0, 0, 0, 1, 2])
    if protocol == 6 and rng.random() < 0.2:
        octets[1] = packets[1] = missed[1] = 0
        flags |= 4
    return [start, start + lasting, a, ports[0], b, ports[1], protocol,
            opener, 0, flags] + octets + packets + missed


def swap(f):
    """The same flow told from the other end."""
    out = list(f)
    out[2], out[4], out[3], out[5] = f[4], f[2], f[5], f[3]
    out[7] = (0, 2, 1)[f[7]]
    for i in (10, 12, 14):
        out[i], out[i + 1] = f[i + 1], f[i]
    return out


def as_flow(f):
    start, end, a, pa, b, pb, protocol, opener, _, flags, *rest = f
    if flags & 2:
        end = start - 1
    unanswered = 0
    if flags & 4 and any(rest[0:4]):
        unanswered = 2 if any(rest[1:4:2]) else 1
    return ledger.Flow(start, end, (ledger.address(a), ledger.address(b)),
                       (pa, pb), protocol, opener, tuple(rest[0:2]),
                       tuple(rest[2:4]), tuple(rest[4:6]), bool(flags & 1),
                       unanswered)


def write(folder, name, flows):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="ascii") as file:
        for f in flows:
            file.write("flow\t" + "\t".join(map(str, f)) + "\n")
    return path


def check_seed(check, folder, seed, listed):
    rng = random.Random(seed)
    flows = [draw(rng) for _ in range(rng.choice([1, 10, 300, 1000]))]
    book = ledger.Ledger(listed, partner=[PARTNER])
    for f in flows:
        book.add(as_flow(f))
    case = os.path.join(folder, "case")
    path = write(folder, "flows", flows)
    block = common.dump("flows", path, "--partner", PARTNER, "--save",
                        case)[0]
    check.that(block.conserves(), seed, "bytes are lost")
    logs.compare(check, block, book, "seed %d" % seed)
    shuffled = [swap(f) if rng.random() < 0.5 else f for f in flows]
    rng.shuffle(shuffled)
    other = os.path.join(folder, "other")
    common.dump("flows", write(folder, "shuffled", shuffled), "--partner",
                PARTNER, "--no-cells", "--save", other)
    check.that(filecmp.cmp(case, other, shallow=False), seed,
               "swapped and shuffled flows give other bytes")
    return len(flows)


def main():
    check = common.Check()
    listed = common.services()
    check.that(50 <= len({p for _, p in listed}) <= 90 and
               {(6, 445), (6, 443), (17, 53), (6, 2049)} <= listed,
               "the service list:", sorted(listed))
    with tempfile.TemporaryDirectory() as folder:
        count = sum(check_seed(check, folder, seed, listed)
                    for seed in range(40))
    print(count, "flows")
    check.end()


if __name__ == "__main__":
    main()
