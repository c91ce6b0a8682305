# SPDX-License-Identifier: BSD-3-Clause
"""Names full of control codes, in every place that names come from.

In labels, queries, uids and file names stand escape sequences, C1 controls,
bidirectional overrides, line separators, invalid UTF-8, quotes, what a shell
would run and what a spreadsheet would compute. Text and messages, in a file
and on a terminal, must hold none of it raw; JSON must be ASCII; the commands
that a report prints must give their figure and run nothing else.
"""
import gzip
import json
import os
import pty
import re
import select
import struct
import subprocess
import sys

SEEP = os.path.abspath(sys.argv[1])
DAY0 = 1772323200
CODES = [b"\x1b[31m", b"\x1b]0;owned\x07", b"\xc2\x9b31m", b"\x9b31m", b"\r",
         b"\x08\x08", b"\x7f", b"\xff\xfe", b"\xc0\x9b", b"\xe2\x80\xae",
         b"\xe2\x81\xa6", b"\xe2\x80\xa8", b"\xe2\x80\xa9", b"\xe2\x80\x8f",
         b"\xef\xbb\xbf", b"'\"`\\", b"$(touch owned)", b"`touch owned`",
         b";touch owned;", b"=1+1|cmd", b"+1", b"-1", b"@SUM(A1)"]
ALL = b"".join(CODES)
# What text may hold beside printable ASCII: nothing that moves a cursor.
BANNED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f"
                    "\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]")
# A progress line is drawn over and over: this, and nothing else.
REDRAW = re.compile(r"\r(seep: [ -~]*)?\x1b\[K|\r(?=\n)")
done = 0


def must(holds, what, shown=b""):
    global done
    done += 1
    if not holds:
        print("FAILED: %s\n%r" % (what, shown[:2000]))
        sys.exit(1)


def check_text(data, what):
    text = data.decode("utf-8")  # strict
    bad = BANNED.search(text)
    must(bad is None, "%s holds %r" % (what, bad and bad.group()), data)


def check_json(data, what):
    for line in data.decode("ascii").splitlines():
        must(isinstance(json.loads(line), dict), what + ": no object")
    must(BANNED.search(data.decode("ascii")) is None, what + " holds a code")


def run(args, stdin=subprocess.DEVNULL):
    return subprocess.run([SEEP] + args, stdin=stdin, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)


def run_on_terminal(args):
    """Both outputs on one pseudo-terminal; what was shown."""
    master, slave = pty.openpty()
    child = subprocess.Popen([SEEP] + args, stdin=slave, stdout=slave,
                             stderr=slave)
    os.close(slave)
    shown = b""
    while True:
        ready, _, _ = select.select([master], [], [], 60)
        try:
            data = os.read(master, 65536) if ready else b""
        except OSError:
            data = b""
        if not data:
            break
        shown += data
    os.close(master)
    return child.wait(), shown


def tsv(text):
    """As Zeek writes a string: \\xHH for what is not printable ASCII."""
    return b"".join(b"\\x%02x" % c if c < 0x20 or c > 0x7e or c == 0x5c
                    else bytes([c]) for c in text)


MARKS = (b"#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n"
         b"#unset_field\t-\n")
CONN = ("ts uid id.orig_h id.orig_p id.resp_h id.resp_p proto service "
        "duration orig_bytes resp_bytes conn_state missed_bytes history "
        "orig_pkts orig_ip_bytes resp_pkts resp_ip_bytes").encode()
DNS = b"ts uid id.orig_h id.orig_p id.resp_h id.resp_p proto trans_id query"


def head(path, fields):
    return (MARKS + b"#path\t" + path + b"\n#fields\t" +
            fields.replace(b" ", b"\t") + b"\n")


def conn_row(t, peer, size, label, uid=b"C1", proto=b"tcp"):
    return b"\t".join([
        b"%d.000000" % t, uid, b"10.2.0.7", b"40000", peer, b"443", proto,
        label, b"10.0", b"%d" % size, b"200", b"SF", b"0", b"ShADadFf",
        b"20", b"%d" % (size + 800), b"10", b"600"]) + b"\n"


def conn_json(t, peer, size, label):
    row = {"ts": t, "uid": "C%d" % t, "id.orig_h": "10.2.0.7",
           "id.orig_p": 40000, "id.resp_h": peer.decode(), "id.resp_p": 443,
           "proto": "tcp", "service": label.decode("latin-1"),
           "duration": 10.0, "conn_state": "SF", "missed_bytes": 0,
           "history": "ShADadFf", "orig_ip_bytes": size + 800,
           "resp_ip_bytes": 600}
    return json.dumps(row).encode() + b"\n"


def leak():
    """Rows (time, peer, bytes) of a server that leaks from day 20 on."""
    usual = [b"198.51.100.9", b"192.0.2.9", b"198.18.0.9"]
    for d in range(30):
        for h in range(24):
            t = DAY0 + d * 86400 + h * 3600
            yield t + 60, usual[d % 3], 1000
            if d >= 20:
                yield t + 120, b"203.0.113.%d" % (d % 4 + 1), 4166666


def write_logs():
    """conn logs, TSV and JSON, whose labels are hostile, and rows that must
    be told; a dns log of a tunnel below a hostile domain."""
    label = tsv(ALL)
    rows = [conn_row(t, p, n, label) for t, p, n in leak()]
    strange = [conn_row(DAY0, b"192.0.2.9", 1, b"-", ALL, tsv(ALL)),
               conn_row(DAY0, ALL, 1, b"-"), b"\x1b[31m no row \x07\n",
               ALL + b"\t" + ALL + b"\n", b"#" + ALL + b"\n"]
    with open("good.log", "wb") as f:
        f.write(head(b"conn", CONN) + b"".join(rows))
    with open("strange.log", "wb") as f:
        f.write(head(b"conn", CONN) + b"".join(strange + rows))
    with open("json.log", "wb") as f:
        f.write(b"{\"ts\":1,\"" + ALL.replace(b"\"", b"") + b"\":2}\n")
        for t, p, n in leak():
            f.write(conn_json(t, p, n, ALL))
    with open("dns.log", "wb") as f:
        f.write(head(b"dns", DNS))
        for d in range(30):
            for q in range(20 if d < 20 else 3000):
                t = DAY0 + d * 86400 + q * 28
                name = (b"%d.example.org" % q if d < 20 else
                        b"a" * 40 + b"%d" % q + b".x" + tsv(ALL[:30]) +
                        b".com")
                f.write(b"%d.000000\tC1\t10.2.0.7\t5000\t192.0.2.53\t53\tudp"
                        b"\t7\t%s\n" % (t, name))


def dns_name(labels):
    return b"".join(bytes([len(l)]) + l for l in labels) + b"\0"


def packet(t, payload, dst, port, length):
    """An Ethernet frame whose IP length says more than was captured."""
    udp = struct.pack(">HHHH", 5353 + 40000, port, length - 20, 0) + payload
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, length, 1, 0, 64, 17, 0,
                     bytes([10, 2, 0, 7]), bytes(dst)) + udp
    frame = b"\x02" * 12 + b"\x08\x00" + ip
    return struct.pack("<IIII", t, 0, len(frame), length + 14) + frame


def write_capture(path):
    with open(path, "wb") as f:
        f.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
        for t, peer, size in sorted(leak()):
            dst = [int(x) for x in peer.split(b".")]
            for i in range(0, size, 60000):
                f.write(packet(t + i // 60000, b"", dst, 4433, 60028))
            if t // 3600 % 24 == 3:
                query = (struct.pack(">HHHHHH", 1, 256, 1, 0, 0, 0) +
                         dns_name([b"a" * 30, ALL[:60], b"com"]) +
                         struct.pack(">HH", 1, 1))
                f.write(packet(t + 100, query, [192, 0, 2, 53], 53,
                               28 + len(query)))


def folder_named(name):
    """A folder of that name, with a log in it, as the shell would see it."""
    os.mkdir(name)
    return name


def commands_of(text):
    """The commands of a report, with what they are said to print."""
    for found in re.finditer(r"this command prints\s+(\d+)\.\s*\n(.*?print "
                             r"\"\"\}'\n)", text, re.S):
        yield found.group(1), found.group(2)


def check_commands(text, what, wanted):
    found = list(commands_of(text))
    must(len(found) >= wanted, what + ": no command", text.encode())
    for figure, command in found:
        ran = subprocess.run(["sh"], input=command.encode(),
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        must(ran.stdout.decode().strip() == figure,
             "%s: the command prints %r, not %s" % (what, ran.stdout, figure),
             ran.stderr + command.encode())
    check_nothing_ran()


def check_nothing_ran():
    for where, folders, files in os.walk(b"."):
        must(b"owned" not in files, "something was run in %r" % where)


def every_way(verb, options, paths, finding=True):
    """Text and JSON; to a pipe, to a file and on a terminal."""
    what = " ".join([verb] + options)
    text = run([verb] + options + paths)
    must(text.returncode == 0, what + " failed", text.stderr)
    check_text(text.stdout, what)
    check_text(text.stderr, what + " on standard error")
    check_json(run([verb] + options + ["-f", "json"] + paths).stdout, what)
    run([verb] + options + ["-q", "-o", "report", "-f", "text"] + paths)
    with open("report", "rb") as f:
        must(f.read() == text.stdout, what + ": another report in a file")
    status, shown = run_on_terminal([verb] + options + paths)
    must(status == 0, what + " failed on a terminal", shown)
    check_text(REDRAW.sub("", shown.decode("utf-8")).encode(),
               what + " on a terminal")
    check_nothing_ran()
    if finding:
        must(b"1. " in text.stdout, what + ": no finding", text.stdout)
    return text.stdout.decode()


def file_names():
    """Names that a file can have, one for each kind of trouble."""
    for code in CODES:
        yield b"conn." + code.replace(b"/", b"") + b".log"
    yield b"-rf.log"
    yield b"--output=owned"
    yield b"a\nb\n"
    yield b"conn.two words\t.log"
    yield b"conn.%s%n%d.log"


def check_logs():
    every_way("zeek", [], ["good.log"])
    every_way("zeek", [], ["json.log"])
    noted = run(["zeek", "strange.log"])
    must(noted.stderr.count(b"\n") >= 3, "rows are not told", noted.stderr)
    every_way("zeek", [], ["strange.log"])
    text = every_way("zeek", ["-w", "all"], ["good.log", "dns.log"])
    must("\\x1b" in text or "\\\\x1b" in text, "the domain is not shown",
         text.encode())


def check_names():
    for name in file_names():
        os.link("good.log", os.path.join(b".", name))
        path = (b"./" + name if name.startswith(b"-") else name)
        text = every_way("zeek", [], [path])
        check_commands(text, "a file named %r" % name, 1)
        if name.startswith(b"-"):
            check_commands(run(["zeek", "--", name]).stdout.decode(),
                           "%r behind --" % name, 1)
        os.unlink(os.path.join(b".", name))
        # What is not there, and what is no log.
        check_text(run(["zeek", path + b"x"]).stderr, "a missing file")
        with open(os.path.join(b".", name), "wb") as f:
            f.write(ALL + b"\n" + gzip.compress(ALL)[:20])
        check_text(run(["zeek", path]).stderr, "a file that is no log")
        check_text(run(["pcap", path]).stderr, "a file that is no capture")
        os.unlink(os.path.join(b".", name))


def check_folders():
    for name in (b"d $(touch owned)\x1b[31m", b"-d'\"\n", b"=\xe2\x80\xae"):
        os.mkdir(os.path.join(b".", name))
        os.link("good.log", os.path.join(b".", name, b"conn.'`;\x1b.log"))
        text = every_way("zeek", [], [b"./" + name + b"/"])
        check_commands(text, "a folder named %r" % name, 1)


def check_captures():
    name = b"$(touch owned)'\x1b[31m\xe2\x80\xae.pcap"
    write_capture(name)
    text = every_way("pcap", [], [name])
    if subprocess.run(["sh", "-c", "command -v tshark"],
                      stdout=subprocess.DEVNULL).returncode == 0:
        for figure, command in re.findall(
                r"this command prints\s+(\d+)\.\s*\n(.*?,N\}'\n)", text, re.S):
            ran = subprocess.run(["sh"], input=command.encode(),
                                 stdout=subprocess.PIPE)
            must(ran.stdout.decode().strip() == figure,
                 "the command for a capture", ran.stdout + command.encode())
            check_nothing_ran()
    else:
        print("skipped: tshark is not installed")


def check_others():
    name = b"conn.$(touch owned)'\x1b[31m.log"
    os.link("good.log", name)
    every_way("floor", ["-w", "all"], [name], finding=False)
    inject = ["inject", "--host", "10.2.0.7", "--pattern", "drip",
              "--bytes-per-day", "5M", "--start", "2026-03-11", "--days", "14"]
    ran = run(inject + ["--truth", b"truth\x1b", "-o", "leaked.log", name])
    must(ran.returncode == 0, "inject failed", ran.stderr)
    with open(b"truth\x1b", "rb") as f:
        check_json(f.read(), "the truth")
    every_way("zeek", [], ["leaked.log"], finding=False)
    for verb in ("zeek", "pcap", "floor", "inject", ALL):
        for args in ([b"--" + ALL], [b"--local=" + ALL], [b"-o", ALL + b"/x"],
                     [b"--allow", ALL], [ALL]):
            check_text(run([verb] + args).stderr, "a complaint")
    with open("allow", "wb") as f:
        f.write(b"10.2.0.7 203.0.113.0/24 tcp/443 1M * * wanted " +
                ALL.replace(b"\r", b"") + b"\n")
    every_way("zeek", ["--allow", "allow"], ["good.log"])
    with open("allow", "wb") as f:
        f.write(ALL + b" " + ALL + b"\n")
    for option in ("--allow", "--hosts", "--holidays"):
        check_text(run(["zeek", option, "allow", "good.log"]).stderr, option)


def main():
    write_logs()
    check_logs()
    check_names()
    check_folders()
    check_captures()
    check_others()
    print("hostile: %d checks" % done)


main()
