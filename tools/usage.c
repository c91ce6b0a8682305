/* SPDX-License-Identifier: BSD-3-Clause */
#include "usage.h"

#include <assert.h>

static const char help_tool[] =
    "usage: seep pcap [options] FILE...\n"
    "       seep zeek [options] PATH...\n"
    "       seep report [options] CASE...\n"
    "       seep merge [options] -o CASE CASE...\n"
    "       seep floor [options] PATH...\n"
    "       seep inject [options] LOG\n"
    "       seep --help | --version\n"
    "\n"
    "Finds data that leaves a network slowly.\n"
    "\n"
    "  pcap    read packet captures (pcap, pcapng; .gz, .zst; '-')\n"
    "  zeek    read Zeek conn and dns logs (TSV, JSON; .gz, .zst; "
    "directories)\n"
    "  report  tell what saved cases show\n"
    "  merge   put saved cases of days and sensors together\n"
    "\n"
    "  floor   say how large a leak such logs would have missed, and try it\n"
    "  inject  put a made-up leak into a conn log\n"
    "\n"
    "'seep VERB --help' lists the options of a verb.\n";

static const char help_site[] =
    "Whose network\n"
    "  -l, --local CIDR[,CIDR...]    local networks (default: private,\n"
    "                                unique-local and link-local ones)\n"
    "      --partner CIDR[,CIDR...]  private networks that are not the\n"
    "                                site's; wins over --local\n"
    "  -s, --servers CIDR[,CIDR...]  watched as file servers\n"
    "      --hosts FILE              several addresses, one host: a line each\n"
    "\n";

static const char help_look[] =
    "What to look for\n"
    "  -w, --watch servers|all       who gets a line of their own\n"
    "                                (default servers)\n"
    "      --alarms-per-year X       chance alarms accepted per entity\n"
    "                                (default 0.1)\n"
    "      --allow FILE              expected transfers, one a line: HOST "
    "PEER\n"
    "                                SERVICE BYTES-PER-DAY FROM UNTIL REASON\n"
    "      --timezone NAME           local time of the site, as Europe/Paris;\n"
    "                                shapes baselines only, output stays UTC\n"
    "      --holidays FILE           local days of rest, one or a range a "
    "line\n"
    "      --since TIME, --until TIME\n"
    "                                UTC: 2026-03-01 or 2026-03-01T00:00:00Z\n"
    "\n";

static const char help_output[] =
    "What comes out\n"
    "  -f, --format text|json        text for people (default), JSON Lines\n"
    "  -o, --output FILE             instead of standard output\n";

static const char help_output_readers[] =
    "  -S, --save CASE               keep the exact ledger in a file\n"
    "      --sensor NAME             who saw this, for the case\n"
    "      --checkpoint FILE         where the run stands, written again and\n"
    "                                again; the same command then goes on\n"
    "                                there after a crash\n"
    "      --every SECONDS           between checkpoints (default 300)\n"
    "      --exit-code               return 3 when there is a finding\n";

static const char help_output_report[] =
    "      --inputs                  list the inputs instead, for sha256sum "
    "-c\n"
    "      --exit-code               return 3 when there is a finding\n";

static const char help_run[] =
    "  -q, --quiet                   say only what ends the run\n"
    "      --no-progress             no progress line on a terminal\n"
    "\n"
    "How it runs\n"
    "  -m, --memory BYTES            ceiling for ledger and analysis; peers "
    "are\n"
    "                                added up where it is reached; suffixes K "
    "M\n"
    "                                G T, Ki Mi Gi Ti; from 16Mi on\n"
    "      --no-store                no temporary file where that is short\n"
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
    "Reads Zeek's conn, conn_long, open_conn and dns logs, TSV or JSON: "
    "files,\n"
    "directories of rotated logs, .gz, .zst; '-' is standard input.\n"
    "\n";

static const char help_zeek_only[] =
    "      --dedup                   drop repeated rows\n"
    "      --follow                  keep reading logs that grow; stop with\n"
    "                                Ctrl-C\n"
    "      --link-speed BITS         fastest believable link, bits per second\n"
    "                                (default 10G)\n";

static const char help_report[] =
    "usage: seep report [options] CASE...\n"
    "\n"
    "Says what a case that --save kept shows; of several, what they show\n"
    "merged.\n"
    "\n";

static const char help_report_only[] =
    "      --unchecked               merge though overlap cannot be seen\n";

static const char help_merge[] =
    "usage: seep merge [options] -o CASE CASE...\n"
    "\n"
    "Makes one case of several, in any order. Sensors are kept apart; cases\n"
    "of one sensor add up, and must not overlap in part.\n"
    "\n"
    "  -o, --output CASE             where it goes; -S, --save is the same\n"
    "      --unchecked               merge though overlap cannot be seen: a\n"
    "                                case does not list all its inputs\n"
    "  -q, --quiet                   say only what ends the run\n"
    "      --no-progress             accepted\n"
    "  -m, --memory BYTES            budget for each case and sensor\n"
    "  -j, --threads N               accepted\n"
    "  -h, --help                    this text\n";

static const char help_floor[] =
    "usage: seep floor [options] PATH...\n"
    "\n"
    "Says for every watched host how large a leak this evidence would have\n"
    "missed. PATH is what seep zeek reads, or with --captures seep pcap.\n"
    "\n";

static const char help_floor_only[] =
    "      --captures                the paths are packet captures\n"
    "      --dedup                   drop repeated rows\n"
    "      --link-speed BITS         fastest believable link, bits per second\n"
    "                                (default 10G)\n"
    "\n"
    "Is the floor true?\n"
    "      --verify[=N]              put N leaks (default 400) of each kind "
    "into\n"
    "                                the hosts' own ledgers: long\n"
    "      --sample HOSTS            how many hosts, drawn (default 3)\n"
    "      --days 7|14|30|90         which floor (default 14)\n"
    "      --around BYTES            rates tried, where no floor is printed\n"
    "      --seed N                  another draw (default 0)\n";

static const char help_inject[] =
    "usage: seep inject --host HOST --pattern PATTERN --bytes-per-day BYTES\n"
    "                   --start TIME --days N [options] LOG\n"
    "\n"
    "Writes the conn log LOG (TSV or JSON; .gz, .zst) with the rows of a\n"
    "made-up leak in it, in the same form and marked by nothing.\n"
    "\n"
    "The leak\n"
    "      --host HOST[,HOST...]     who leaks; several: many-servers only\n"
    "      --pattern PATTERN         drip, drip-40, drip-1000, office-hours,\n"
    "                                nights, daily-burst, mimic, used-peers,\n"
    "                                pulled-one, pulled-many, padded, ramp,\n"
    "                                long-connection, since-first, staged,\n"
    "                                many-servers, dns, icmp\n"
    "      --bytes-per-day BYTES     outbound, on average over its days\n"
    "      --start TIME, --days N    UTC; since-first has no start\n"
    "      --via HOST                staged: who sends; dns: the resolver\n"
    "      --timezone NAME           whose office hours and nights\n"
    "      --seed N                  another leak of the same kind (default "
    "0)\n"
    "\n"
    "Whose network\n"
    "  -l, --local CIDR[,CIDR...]    local networks (default: private,\n"
    "                                unique-local and link-local ones)\n"
    "      --partner CIDR[,CIDR...]  private networks that are not the\n"
    "                                site's; wins over --local\n"
    "\n"
    "What comes out\n"
    "  -o, --output FILE             instead of standard output\n"
    "      --truth FILE              what was put in, as JSON Lines\n"
    "      --dns FILE                dns: a dns log to put the names into\n"
    "      --dns-output FILE         dns: where it goes\n"
    "  -h, --help                    this text\n";

static const char help_exit_plain[] =
    "\nExit status: 0 done, 1 the run failed, 2 wrong usage.\n";

static const char help_exit[] =
    "\nExit status: 0 done, 1 the run failed, 2 wrong usage, and with\n"
    "--exit-code 3 when there is a finding.\n";

static void
print_all(FILE *file, const char *const *parts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		fputs(parts[i], file);
}

static void
print_report(FILE *file)
{
	const char *const parts[] = {
	    help_report, help_look,        help_output, help_output_report,
	    help_run,    help_report_only, help_exit};

	print_all(file, parts, sizeof(parts) / sizeof(parts[0]));
}

void
usage_print(FILE *file, int verb)
{
	const char *const pcap[] = {
	    help_pcap,           help_site, help_look,      help_output,
	    help_output_readers, help_run,  help_pcap_only, help_exit};
	const char *const zeek[] = {
	    help_zeek,           help_site, help_look,      help_output,
	    help_output_readers, help_run,  help_zeek_only, help_exit};
	const char *const floor[] = {help_floor,     help_site, help_look,
				     help_output,    help_run,  help_floor_only,
				     help_exit_plain};

	assert(file != NULL);
	if (verb == VERB_PCAP)
		print_all(file, pcap, sizeof(pcap) / sizeof(pcap[0]));
	else if (verb == VERB_ZEEK)
		print_all(file, zeek, sizeof(zeek) / sizeof(zeek[0]));
	else if (verb == VERB_FLOOR)
		print_all(file, floor, sizeof(floor) / sizeof(floor[0]));
	else if (verb == VERB_REPORT)
		print_report(file);
	else if (verb == VERB_MERGE)
		print_all(file,
			  (const char *const[]){help_merge, help_exit_plain},
			  2);
	else if (verb == VERB_INJECT)
		print_all(file,
			  (const char *const[]){help_inject, help_exit_plain},
			  2);
	else
		fputs(help_tool, file);
}
