# SPDX-License-Identifier: BSD-3-Clause
"""The ledger again, from conn.log alone, in other words.

Shares nothing with the library but the meaning: exact integers, one pass,
dictionaries. The list of known ports is data (seep_dump services).
"""
import collections
import datetime
import decimal
import gzip
import ipaddress
import json
import math

HOUR = 3600 * 10**9
DAY = 24 * HOUR
OUTSIDE, PARTNER, INSIDE = 0, 1, 2
UNKNOWN, PUSH, PULL = 0, 1, 2
TIMED, SPREAD, UNANSWERED, MISSED = 0, 1, 2, 3
PRIVATE = ("10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7 "
           "169.254.0.0/16 fe80::/10").split()
ALWAYS = ("224.0.0.0/4 255.255.255.255/32 0.0.0.0/32 127.0.0.0/8 "
          "ff00::/8 ::/128 ::1/128").split()
TUNNELS = {"teredo", "vxlan", "geneve", "gtpv1", "ayiya"}
PROTOCOLS = {"tcp": 6, "udp": 17, "sctp": 132}


def address(text):
    a = ipaddress.ip_address(text)
    if a.version == 4:
        return 0xffff << 32 | int(a)
    return int(a)


def network(text):
    n = ipaddress.ip_network(text, strict=False)
    bits = n.prefixlen + (96 if n.version == 4 else 0)
    return address(str(n.network_address)) >> (128 - bits), 128 - bits


class Ledger:
    """cells[host, peer, place, protocol, port, direction, hour, kind]
    = [bytes out, in, packets out, in, flows]"""

    def __init__(self, listed, local=(), partner=()):
        self.listed = listed
        self.local = [network(n) for n in (local or PRIVATE)]
        self.always = [network(n) for n in ALWAYS]
        self.partner = [network(n) for n in partner]
        self.cells = collections.defaultdict(lambda: [0] * 5)
        self.sums = collections.Counter()
        self.places = {}

    def place(self, a):
        if a not in self.places:
            def longest(nets):
                return min((s for n, s in nets if a >> s == n), default=999)
            inside, partner = longest(self.local), longest(self.partner)
            self.places[a] = (
                INSIDE if longest(self.always) < 999 else
                PARTNER if partner <= inside and partner < 999 else
                INSIDE if inside < 999 else OUTSIDE)
        return self.places[a]

    def special(self, a):
        """Group and loopback addresses are no machine of their own."""
        return any(a >> s == n for n, s in self.always)

    def port(self, f):
        """The responder's port, if known; else low or high."""
        if f.protocol not in (6, 17, 132):
            return 0
        if f.opener:
            port = f.ports[2 - f.opener]
        else:
            known = [p for p in f.ports if (f.protocol, p) in self.listed]
            port = known[0] if len(known) == 1 else min(f.ports)
        if (f.protocol, port) in self.listed:
            return port
        return 0x10000 if port < 1024 else 0x10001

    def add(self, f):
        places = [self.place(a) for a in f.ends]
        total = sum(f.bytes)
        name = ("outside", "crossing", "inside")[places.count(INSIDE)]
        self.sums["bytes_seen"] += total
        self.sums["bytes_" + name] += total
        self.sums["bytes_missed"] += sum(f.missed)
        if f.end < f.start or f.end - f.start > 366 * DAY:
            self.sums["duration_ignored"] += 1
            f = f._replace(end=f.start)
        for me in (0, 1):
            if name == "crossing" and places[me] == INSIDE:
                self.lay(f, me, places[1 - me])
            elif (name == "inside" and f.ends[0] != f.ends[1] and
                  not self.special(f.ends[me])):
                self.lay(f._replace(missed=(0, 0)), me, INSIDE)

    def lay(self, f, me, place):
        """One end's view of a flow, cut at hours (inside: days)."""
        bin_size = DAY if place == INSIDE else HOUR
        direction = 0 if not f.opener else PUSH if f.opener == me + 1 else PULL
        key = (f.ends[me], f.ends[1 - me], place, f.protocol, self.port(f),
               direction)
        counts = (f.bytes[me], f.bytes[1 - me],
                  f.packets[me], f.packets[1 - me])
        missed = (f.missed[me], f.missed[1 - me], 0, 0)
        s, e = f.start, f.end
        first = s // bin_size
        last = max(first, (e - 1) // bin_size) if e > s else first
        done = [0] * 6
        for b in range(first, last + 1):
            t = min((b + 1) * bin_size, e)
            share = [c * (t - s) // (e - s) if e > s else c
                     for c in counts + missed[:2]]
            part = [x - y for x, y in zip(share, done)]
            done = share
            hour = b * bin_size // HOUR
            kind = SPREAD if last > first else TIMED
            self.put(key + (hour,), kind, part[:4] + [0], f, me, b == first)
            if any(part[4:]):
                self.count(key + (hour, MISSED), part[4:] + [0, 0, 0])

    def put(self, key, kind, part, f, me, first):
        if first and not f.continues:
            part[4] = 1
        if f.unanswered == me + 1:
            self.count(key + (UNANSWERED,), part)
        else:
            self.count(key + (kind,), part)

    def count(self, key, part):
        if any(part):
            cell = self.cells[key]
            for i, n in enumerate(part):
                cell[i] += n


Flow = collections.namedtuple(
    "Flow", "start end ends ports protocol opener bytes packets missed "
    "continues unanswered")


def lines(path):
    """The lines of a plain or gzip file, up to where it breaks."""
    with open(path, "rb") as plain:
        packed = plain.read(2) == b"\x1f\x8b"
    with (gzip.open if packed else open)(path, "rb") as file:
        try:
            yield from file
        except (EOFError, OSError):
            return


def rows(path):
    """Each conn.log row as a dictionary of set fields; None for a bad one."""
    fields = None
    for line in lines(path):
        line = line.rstrip(b"\r\n")
        if line.startswith(b"{"):
            try:
                yield {k: v for k, v in json.loads(
                    line, parse_float=decimal.Decimal).items()
                    if v is not None}
            except ValueError:
                yield None
        elif line.lstrip().startswith(b"#"):
            if line.startswith(b"#fields"):
                fields = line.decode("latin-1").split("\t")[1:]
        elif line:
            values = line.decode("latin-1").split("\t")
            if fields is None or len(values) != len(fields):
                yield None
            else:
                yield {k: v for k, v in zip(fields, values)
                       if v not in ("-", "(empty)")}


def split_tunnels(found):
    """Rows without, and rows that are, tunnels whose inner rows are there."""
    found = list(found)
    parents = set()
    for row in found:
        inner = (row or {}).get("tunnel_parents", ())
        parents.update(inner.split(",") if isinstance(inner, str) else inner)
    def outer(row):
        services = (row or {}).get("service", "").split(",")
        return row and row.get("uid") in parents and TUNNELS & set(services)
    return ([r for r in found if not outer(r)], [r for r in found if outer(r)])


def nanoseconds(value):
    """Decimal seconds, or ISO 8601 in UTC, to nanoseconds, downwards."""
    if isinstance(value, str) and "T" in value:
        whole, _, part = value.rstrip("Z").partition(".")
        at = datetime.datetime.fromisoformat(whole + "+00:00")
        return int(at.timestamp()) * 10**9 + int((part + "0" * 9)[:9])
    return math.floor(decimal.Decimal(value) * 10**9)


def opener(row, history):
    """Who opened a TCP connection: whose SYN Zeek saw first."""
    for letter in history:
        if letter in "Sh":
            return 1
        if letter in "sH":
            return 2
    return not history and row.get("conn_state", "OTH") != "OTH"


def side(row, end, sums):
    """IP bytes of one end and the payload that they cannot hold."""
    ip = row.get(end + "_ip_bytes")
    payload = int(row.get(end + "_bytes", 0))
    if ip is None or (int(ip) == 0 and payload > 0):
        sums["bytes_from_payload"] += payload
        return payload, 0
    return int(ip), max(0, payload - int(ip))


def believable(row, beyond, history, seconds, link_bits):
    """Is payload beyond the IP bytes explained by missed packets?"""
    return (beyond <= int(row.get("missed_bytes", 0)) and
            ("S" in history and "h" in history or
             "s" in history and "H" in history) and
            seconds > 0 and beyond * 8 <= seconds * link_bits)


def flow_of(row, sums, link_bits=10**10):
    """A conn.log row as a Flow; ValueError or KeyError if it is none."""
    ends = address(row["id.orig_h"]), address(row["id.resp_h"])
    start = nanoseconds(row["ts"])
    seconds = decimal.Decimal(row.get("duration", 0))
    history = row.get("history", "")
    name = row["proto"]
    protocol = PROTOCOLS.get(name, 0)
    if name == "icmp":
        protocol = 1 if ends[0] >> 32 == 0xffff else 58
    if name == "unknown_transport":
        protocol = int(row.get("ip_proto", 255))
    ports = ((0, 0) if protocol not in PROTOCOLS.values() else
             (int(row["id.orig_p"]), int(row["id.resp_p"])))
    if max(ports) > 65535:
        raise ValueError("a port over 65535")
    a, beyond_a = side(row, "orig", sums)
    b, beyond_b = side(row, "resp", sums)
    missed = (0, 0)
    if beyond_a or beyond_b:
        if believable(row, beyond_a + beyond_b, history, seconds, link_bits):
            missed = (beyond_a, beyond_b)
        else:
            sums["bytes_payload_refused"] += beyond_a + beyond_b
    packets = int(row.get("orig_pkts", 0)), int(row.get("resp_pkts", 0))
    silent = [not p and not n for p, n in zip(packets, (a, b))]
    headers = 80 if ends[0] >> 32 == 0xffff else 100
    spoke = [int(row[end + "_bytes"]) > 0 if end + "_bytes" in row else
             p > 0 and n // p > headers
             for end, p, n in zip(("orig", "resp"), packets, (a, b))]
    unanswered = 0
    if protocol == 6:
        unanswered = (1 if spoke[0] and silent[1] else
                      2 if spoke[1] and silent[0] else 0)
    return Flow(start, start + nanoseconds(seconds), ends, ports, protocol,
                int(opener(row, history)) if protocol == 6 else 1,
                (a, b), packets, missed, False, unanswered)
