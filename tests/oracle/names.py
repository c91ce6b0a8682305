# SPDX-License-Identifier: BSD-3-Clause
"""Names that were asked for, against other readers.

Captures: tshark lists who sent which query to port 53. Logs of Zeek: read
here again. Registered domains: the public suffix list as text, by an
implementation of its own. Compared as multisets of (host, domain, bytes).

SEEP_TEST_FULL=1: every capture of the corpora, not only some about DNS.
"""
import collections
import gzip
import json
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

import common

LIST = "/usr/share/publicsuffix/public_suffix_list.dat"
UNLISTED = b"(no public suffix)"

# Of what tshark lists seep refuses a part, and why.
REFUSED = {
    "dns/dns-forward-pointer/input.pcap": "a pointer in the question",
    "dns/dns-invalid-opcode/input.pcap": "an opcode that was never given",
    "v2/dns-invalid-opcode/input.pcap": "an opcode that was never given",
    "Traces/dns/conn-count-too-large.pcap": "ten questions, RFC 9619",
    "Traces/dns/dns-invalid-names.pcap": "a pointer to itself, names cut short",
}


def read_list(path):
    """The rules of the list as sets of label tuples, from the right."""
    rules = {"exact": set(), "wild": set(), "except": set()}
    for line in open(path, encoding="utf-8"):
        rule = line.split("//")[0].strip().lower()
        if not rule:
            continue
        kind = "exact"
        if rule.startswith("!"):
            kind, rule = "except", rule[1:]
        elif rule.startswith("*."):
            kind, rule = "wild", rule[2:]
        for form in {rule, rule.encode("idna").decode()}:
            rules[kind].add(tuple(reversed(form.encode().split(b"."))))
    return rules


def suffix_labels(rules, labels):
    """How many labels of a name are its public suffix; 0 = unlisted."""
    back = tuple(reversed(labels))
    best = 0
    for n in range(1, len(back) + 1):
        if back[:n] in rules["except"]:
            return n - 1
        if back[:n] in rules["exact"] or back[:n - 1] in rules["wild"]:
            best = n
    return best


def escape(label):
    keep = set(range(0x21, 0x7f)) - {ord("."), ord("\\")}
    return b"".join(bytes([c]) if c in keep else b"\\x%02x" % c
                    for c in label.lower())


def is_word(label):
    if label.startswith(b"xn--"):
        return len(label) <= 24
    if label.isdigit():
        return len(label) <= 3
    return len(label) <= 24 and label.isalpha() and label.isascii()


def judge(rules, raw):
    """(domain, bytes) of a raw name, None = skipped, False = refused."""
    if raw.endswith(b"."):
        raw = raw[:-1]
    if raw == b"":
        return None
    labels = raw.lower().split(b".")
    if any(not 0 < len(label) <= 63 for label in labels) or len(raw) > 253:
        return False
    escaped = [escape(label) for label in labels]
    if len(labels) == 1 and len(escaped[0]) <= 24:
        return None
    suffix = suffix_labels(rules, escaped[-1:]) and \
        suffix_labels(rules, escaped)
    if suffix == 0 and not is_word(escaped[-1]):
        return UNLISTED, len(raw)
    keep = suffix + 1 if suffix else 1
    if keep > len(labels):
        return None
    below = labels[:len(labels) - keep]
    return (b".".join(escaped[-keep:]),
            sum(len(label) + 1 for label in below))


def ours(block):
    """(multiset of names, their number, skipped, refused)."""
    names = collections.Counter(
        (n[1], n[3].encode("utf-8", "surrogateescape"), int(n[2]))
        for n in block.names)
    c = block.coverage
    return names, c["names_skipped"], c["names_refused"]


def expected(rules, asked):
    names, skipped, refused = collections.Counter(), 0, 0
    for host, raw, lost in asked:
        found = judge(rules, raw)
        if found is None:
            skipped += 1
        elif found is False:
            refused += 1
        else:
            names[(host, found[0], found[1] + lost)] += 1
    return names, skipped, refused


def differences(a, b):
    return ["%+d %s" % (n, key) for c, sign in ((a - b, 1), (b - a, -1))
            for key, n in ((k, sign * v) for k, v in sorted(c.items()))]


UNESCAPE = re.compile(rb"\\(x[0-9a-fA-F]{2}|[0-9]{3}|.)")
LETTERS = dict(zip(b"abfnrtv", b"\a\b\f\n\r\t\v"))


def unescape(raw):
    """Undoes Zeek's \\xHH, tshark's \\DDD and both's single letters."""
    def byte(match):
        text = match.group(1)
        if len(text) == 1:
            return bytes([LETTERS.get(text[0], text[0])])
        return bytes([int(text[1:], 16) if text[:1] == b"x" else int(text)])
    return UNESCAPE.sub(byte, raw)


def rows_of_log(path):
    """(host, port, query or None) of every row of a dns log, its address
    written as seep writes it."""
    opened = gzip.open if path.endswith(".gz") else open
    fields = None
    for line in opened(path, "rb"):
        line = line.rstrip(b"\n")
        if line.startswith(b"#fields\t"):
            fields = [f.decode() for f in line.split(b"\t")[1:]]
        if not line or line.startswith(b"#"):
            continue
        if line.startswith(b"{"):
            row = json.loads(line)
            query = row.get("query")
            yield (row["id.orig_h"], int(row["id.resp_p"]),
                   None if query is None else query.encode())
            continue
        row = dict(zip(fields, line.split(b"\t")))
        query = row.get("query")
        yield (row["id.orig_h"].decode(), int(row["id.resp_p"]),
               None if query == b"-" else
               b"" if query == b"(empty)" else query)


def check_log(check, rules, path):
    skipped, asked = 0, []
    for host, port, query in rows_of_log(path):
        if query is None or port in (137, 5353, 5355):
            skipped += 1
        else:
            asked.append((host, unescape(query), 0))
    names, more, refused = expected(rules, asked)
    block = common.dump("zeek", "--flows", "--no-cells", path)[0]
    got, got_skipped, got_refused = ours(block)
    check.that(got == names, path, differences(got, names)[:5])
    check.that(got_skipped == skipped + more, path, "skipped", got_skipped,
               skipped + more)
    check.that(got_refused == refused, path, "refused", got_refused, refused)
    check.that(block.coverage["records"] == 0, path, "records")
    return sum(names.values())


def tshark(path):
    """[(host, name, bytes not shown)] of queries to port 53, or None where
    tshark does not read the file. Of several IP headers the innermost."""
    out = subprocess.run(
        ["tshark", "-n", "-r", path, "-o", "tcp.desegment_tcp_streams:FALSE",
         "-Y", "dns.flags.response == 0 && !mdns && !llmnr && !nbns",
         "-T", "fields", "-E", "separator=/t", "-E", "aggregator=\x01",
         "-E", "occurrence=a",
         "-e", "ip.src", "-e", "ipv6.src", "-e", "udp.dstport",
         "-e", "tcp.dstport", "-e", "dns.qry.name",
         "-e", "dns.qry.name.len", "-e", "frame.protocols"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    if out.returncode not in (0, 2):
        return None
    found = []
    for line in out.stdout.split(b"\n"):
        if not line:
            continue
        v4, v6, udp, tcp, names, sizes, stack = (
            field.split(b"\x01") for field in line.split(b"\t"))
        if (udp if udp != [b""] else tcp)[-1] != b"53":
            continue
        inner = [p for p in stack[-1].split(b":") if p in (b"ip", b"ipv6")]
        host = (v4 if inner[-1] == b"ip" else v6)[-1].decode()
        found += [(host, *shown(name, int(size)))
                  for name, size in zip(names, sizes) if name]
    return found


def shown(name, size):
    """A name as tshark shows it, and how many bytes that hides: of several
    that are no UTF-8 it makes one U+FFFD at times."""
    if name == b"<Root>":
        return b"", 0
    plain = unescape(name).replace(b"\xef\xbf\xbd", b"\xff")
    return plain, max(size - len(plain), 0) if b"\xff" in plain else 0


def check_capture(check, rules, path, block, asked):
    names, _, _ = expected(rules, asked)
    got, _, refused = ours(block)
    if "/".join(path.split("/")[-3:]) in REFUSED:
        check.that(refused > 0 and not got - names, path, "was to be refused",
                   refused, differences(got, names)[:5])
        return 0
    check.that(got == names, path, differences(got, names)[:5], "refused:",
               refused)
    return sum(names.values())


def main():
    common.need("tshark")
    if not os.path.isfile(LIST):
        common.skip(LIST + " is absent")
    rules = read_list(LIST)
    check = common.Check()
    logs = [os.path.join(folder, n)
            for folder, _, names in os.walk(common.corpora("logs"))
            for n in names if n.startswith("dns")]
    rows = sum(check_log(check, rules, path) for path in sorted(logs))
    print("logs: %d files, %d names" % (len(logs), rows))
    paths = common.captures(common.corpora("captures"))
    if not os.environ.get("SEEP_TEST_FULL"):
        paths = [p for p in paths if "/ndpi/" in p and
                 "dns" in os.path.basename(p).lower() or
                 "/Traces/dns" in p or "tcp-multirequest-buffer." in p]
    blocks = common.dump_each("pcap", paths, "--flows", "--no-cells")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        asked = dict(zip(paths, pool.map(tshark, paths)))
    both = [p for p in paths
            if asked[p] is not None and blocks[p].status == 0]
    names = sum(check_capture(check, rules, p, blocks[p], asked[p])
                for p in both)
    print("captures: %d files, %d names" % (len(both), names))
    check.that(rows > 1000 and names > 300, "too few names")
    check.end()


main()
