/* SPDX-License-Identifier: BSD-3-Clause */
#include "usage.h"

#include <assert.h>

static const char help_tool[] =
    "usage: seep pcap [options] FILE...\n"
    "       seep zeek [options] PATH...\n"
    "       seep --help | --version\n"
    "\n"
    "Finds data that leaves a network slowly.\n"
    "\n"
    "  pcap    read packet captures (pcap, pcapng; .gz, .zst; '-')\n"
    "  zeek    read Zeek conn logs (TSV, JSON; .gz, .zst; directories; '-')\n"
    "\n"
    "'seep pcap --help' and 'seep zeek --help' list the options.\n";

static const char help_site[] =
    "Whose network\n"
    "  -l, --local CIDR[,CIDR...]    local networks (default: private,\n"
    "                                unique-local and link-local ones)\n"
    "      --partner CIDR[,CIDR...]  private networks that are not the\n"
    "                                site's; wins over --local\n"
    "  -s, --servers CIDR[,CIDR...]  watched as file servers\n"
    "      --hosts FILE              several addresses, one host: a line each\n"
    "\n"
    "What to look for\n"
    "  -w, --watch servers|all       who gets a line of their own\n"
    "                                (default servers)\n"
    "      --alarms-per-year X       chance alarms accepted per entity\n"
    "                                (default 0.1)\n"
    "      --since TIME, --until TIME\n"
    "                                UTC: 2026-03-01 or 2026-03-01T00:00:00Z\n"
    "\n";

static const char help_output[] =
    "What comes out\n"
    "  -f, --format text|json        text for people (default), JSON Lines\n"
    "  -o, --output FILE             instead of standard output\n"
    "  -S, --save CASE               keep the exact ledger in a file\n"
    "      --exit-code               return 3 when there is a finding\n"
    "  -q, --quiet                   say only what ends the run\n"
    "      --no-progress             no progress line on a terminal\n"
    "\n"
    "How it runs\n"
    "  -m, --memory BYTES            budget; suffixes K M G T, Ki Mi Gi Ti\n"
    "  -j, --threads N               accepted; one thread is used now\n"
    "  -h, --help                    this text\n";

static const char help_pcap[] =
    "usage: seep pcap [options] FILE...\n"
    "\n"
    "Reads packet captures in the order of their first packet: pcap, pcapng,\n"
    ".gz, .zst; '-' is standard input.\n"
    "\n";

static const char help_pcap_only[] =
    "      --no-dpi                  do not ask nDPI for protocol names\n";

static const char help_zeek[] =
    "usage: seep zeek [options] PATH...\n"
    "\n"
    "Reads Zeek's conn, conn_long and open_conn logs, TSV or JSON: files,\n"
    "directories of rotated logs, .gz, .zst; '-' is standard input.\n"
    "\n";

static const char help_zeek_only[] =
    "      --dedup                   drop repeated rows\n"
    "      --follow                  keep reading logs that grow; stop with\n"
    "                                Ctrl-C\n"
    "      --link-speed BITS         fastest believable link, bits per second\n"
    "                                (default 10G)\n";

static const char help_exit[] =
    "\nExit status: 0 done, 1 the run failed, 2 wrong usage, and with\n"
    "--exit-code 3 when there is a finding.\n";

void
usage_print(FILE *file, int verb)
{
	assert(file != NULL);
	if (verb == 0) {
		fputs(help_tool, file);
		return;
	}
	fputs(verb == VERB_PCAP ? help_pcap : help_zeek, file);
	fputs(help_site, file);
	fputs(help_output, file);
	fputs(verb == VERB_PCAP ? help_pcap_only : help_zeek_only, file);
	fputs(help_exit, file);
}
