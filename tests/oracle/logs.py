# SPDX-License-Identifier: BSD-3-Clause
"""Every conn log of the corpora, cell by cell, against ledger.py."""
import os
import re

import common
import ledger

CONN = re.compile(r"(^|/)(small_)?conn([._-][^/]*)?\.(log|json|labeled)"
                  r"(\.gz|\.labeled)?$")
ZEEK_CONN_EVERY = 12  # about 100 of the 1,201


def independent(path, listed, **site):
    """The cells and sums of one log by ledger.py, keyed as seep_dump's."""
    book = ledger.Ledger(listed, **site)
    good = bad = 0
    rows, outer = ledger.split_tunnels(ledger.rows(path))
    for row in outer:
        octets = sum(ledger.flow_of(row, book.sums).bytes)
        book.sums["bytes_seen"] += octets
        book.sums["bytes_outer"] += octets
    for row in rows:
        try:
            book.add(ledger.flow_of(row, book.sums))
            good += 1
        except (KeyError, TypeError, ValueError, ArithmeticError):
            bad += 1
    return book, good, bad, len(outer)


def text_of(a):
    if a >> 32 == 0xffff:
        return "%d.%d.%d.%d" % tuple((a >> s) & 255 for s in (24, 16, 8, 0))
    return str(ledger.ipaddress.IPv6Address(a))


def rank(key):
    """Ports that are low or high stand before those of the list."""
    return key[:4] + (key[4] % 0x10000 + (key[4] < 0x10000) * 2,) + key[5:]


def canonical(book):
    """Cells in seep_dump's key; addresses as text, order by address."""
    return {(text_of(k[0]), text_of(k[1])) + k[2:]: v for k, v in
            sorted(book.cells.items(), key=lambda c: rank(c[0]))}


def compare(check, block, book, path):
    cells = canonical(book)
    wrong = [k for k in cells.keys() | block.cells.keys()
             if cells.get(k) != block.cells.get(k)]
    for k in sorted(wrong, key=str)[:3]:
        print("  %s %s: seep %s, oracle %s" % (path, k, block.cells.get(k),
                                               cells.get(k)))
    check.that(not wrong, path, "%d of %d cells differ" %
               (len(wrong), len(cells)))
    check.that(block.cell_order == list(cells), path,
               "cells are not in canonical order")
    for key in ("bytes_crossing bytes_inside bytes_outside bytes_from_payload "
                "bytes_missed bytes_payload_refused duration_ignored".split()):
        check.that(block.coverage[key] == book.sums[key], path, key,
                   block.coverage[key], "oracle:", book.sums[key])
    return len(cells)


def check_counts(check, block, book, counts, path):
    """Rows and refused bytes, as far as the oracle can know them."""
    good, bad, outer = counts
    refused = block.refused
    check.that(refused["tunnel_outer"] == outer, path, "tunnels",
               refused["tunnel_outer"], "oracle:", outer)
    check.that(block.coverage["records"] == good + bad + outer and
               sum(refused.values()) == bad + outer, path, "rows",
               block.coverage["records"], refused, "oracle:", counts)
    if bad == 0:
        check.that(block.coverage["bytes_refused"] ==
                   book.sums["bytes_outer"], path, "bytes_refused")


def main():
    check = common.Check()
    listed = common.services()
    logs = [p for p in common.captures(common.corpora("logs"))
            if CONN.search(p)]
    logs += common.captures(common.corpora("zeek-conn"))[::ZEEK_CONN_EVERY]
    found = common.dump_each("zeek", logs)
    cells = rows = refused = 0
    for path in logs:
        book, good, bad, outer = independent(path, listed)
        if found[path].coverage["files_refused"]:
            check.that(good == 0, path, "refused, but holds", good, "rows")
        else:
            check_counts(check, found[path], book, (good, bad, outer), path)
        cells += compare(check, found[path], book, path)
        rows += good
        refused += bad
    check.that(len(logs) > 100, "only", len(logs), "logs")
    print("%d logs, %d rows (%d refused), %d cells compared" %
          (len(logs), rows, refused, cells))
    check.end()


if __name__ == "__main__":
    main()
