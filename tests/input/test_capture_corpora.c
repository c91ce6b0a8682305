/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>

/* nftw(3), and u_int for libpcap's header. */
#include <ftw.h>
#include <pcap/pcap.h>

#include <seep/capture.h>

#include "input/decode.h"
#include "support/corpora.h"

/* What libpcap alone says of a file, and what the source says. */
struct sums {
	uint64_t packets;
	uint64_t wire;
};

struct reading {
	struct seep_coverage coverage;
	uint64_t flow_bytes;
	uint64_t deltas;
	uint64_t missed;
};

/* libpcap does not unpack: gzip does, on the way. */
static pcap_t *
open_file(const char *path, FILE **packed)
{
	char command[TEST_PATH_SIZE + 16], error[PCAP_ERRBUF_SIZE];
	const char *ending = strrchr(path, '.');

	*packed = NULL;
	if (ending == NULL || strcmp(ending, ".gz") != 0)
		return pcap_open_offline(path, error);
	snprintf(command, sizeof(command), "gzip -dc '%s'", path);
	*packed = popen(command, "r");
	return pcap_fopen_offline(*packed, error);
}

static int
sum_file(const char *path, struct sums *sums)
{
	struct pcap_pkthdr *header;
	const u_char *data;
	FILE *packed;
	pcap_t *pcap;

	memset(sums, 0, sizeof(*sums));
	pcap = open_file(path, &packed);
	if (pcap == NULL)
		return 0;
	if (!seep__decode_supports(pcap_datalink(pcap))) {
		pcap_close(pcap);
		return 0;
	}
	while (pcap_next_ex(pcap, &header, &data) == 1) {
		sums->packets++;
		sums->wire +=
		    header->len > header->caplen ? header->len : header->caplen;
	}
	pcap_close(pcap);
	return 1;
}

static void
read_file(const char *path, int no_dpi, struct reading *reading)
{
	struct seep_capture_opts opts = SEEP_CAPTURE_OPTS_INIT;
	struct seep_source *source;
	struct seep_flow flows[64];
	size_t count, i;

	memset(reading, 0, sizeof(*reading));
	opts.no_dpi = no_dpi;
	cr_assert_eq(seep_capture_source_new(&source, &path, 1, &opts, NULL),
		     SEEP_OK);
	while (seep_source_next(source, flows, 64, &count) == SEEP_OK) {
		for (i = 0; i < count; i++) {
			if ((flows[i].flags & SEEP_FLOW_NAME) != 0)
				continue;
			reading->flow_bytes +=
			    flows[i].bytes_orig + flows[i].bytes_resp;
			reading->missed +=
			    flows[i].missed_orig + flows[i].missed_resp;
			cr_assert_leq(flows[i].start_ns, flows[i].end_ns - 1);
			cr_assert_eq(flows[i].start_ns / 60000000000,
				     (flows[i].end_ns - 1) / 60000000000, "%s",
				     path);
			reading->deltas++;
		}
	}
	seep_source_coverage(source, &reading->coverage);
	seep_source_free(source);
}

static unsigned files, readable;

static int
check_file(const char *path, const struct stat *status, int type,
	   struct FTW *walk)
{
	struct reading r;
	struct sums sums;
	int known;

	(void)status;
	(void)walk;
	if (type != FTW_F)
		return 0;
	files++;
	known = sum_file(path, &sums);
	read_file(path, 1, &r);
	cr_assert_eq(r.coverage.records, sums.packets, "%s", path);
	cr_assert_eq(r.flow_bytes + r.coverage.bytes_seen +
			 r.coverage.bytes_link,
		     sums.wire, "%s", path);
	cr_assert_eq(r.coverage.bytes_seen, r.coverage.bytes_refused);
	cr_assert_eq(r.coverage.files, 1);
	if (!known)
		cr_assert_eq(r.coverage.files_refused, 1, "%s", path);
	readable += sums.packets > 0;
	return 0;
}

Test(capture_corpora, every_byte_of_every_capture_is_accounted_for)
{
	char path[TEST_PATH_SIZE];

	if (!test_corpora_path(path, "captures"))
		cr_skip_test("skipped: no corpora (set SEEP_CORPORA)");
	files = readable = 0;
	cr_assert_eq(nftw(path, check_file, 16, FTW_PHYS), 0);
	cr_log_info("%u files, %u with packets", files, readable);
	cr_assert_gt(readable, 2000);
}

static int
check_dpi(const char *path, const struct stat *status, int type,
	  struct FTW *walk)
{
	struct reading with, without;

	(void)status;
	(void)walk;
	if (type != FTW_F || files++ % 20 != 0)
		return 0;
	read_file(path, 0, &with);
	read_file(path, 1, &without);
	cr_assert_eq(memcmp(&with, &without, sizeof(with)), 0, "%s", path);
	return 0;
}

Test(capture_corpora, names_change_no_count)
{
	char path[TEST_PATH_SIZE];

	if (!test_corpora_path(path, "captures/ndpi"))
		cr_skip_test("skipped: no corpora (set SEEP_CORPORA)");
	files = 0;
	cr_assert_eq(nftw(path, check_dpi, 16, FTW_PHYS), 0);
}

/* Bytes by (source, port, destination, port, protocol), as text. */
struct cell {
	char key[128];
	int64_t bytes;
};

static struct cell cells[8192];
static size_t cells_count;

static void
add(const char *src, int sport, const char *dst, int dport, int protocol,
    int64_t bytes)
{
	char key[128];
	size_t i;

	snprintf(key, sizeof(key), "%s %d %s %d %d", src, sport, dst, dport,
		 protocol);
	for (i = 0; i < cells_count; i++) {
		if (strcmp(cells[i].key, key) == 0)
			break;
	}
	cr_assert_lt(i, sizeof(cells) / sizeof(cells[0]));
	if (i == cells_count) {
		cells_count++;
		strcpy(cells[i].key, key);
		cells[i].bytes = 0;
	}
	cells[i].bytes += bytes;
}

static void
add_flow(const struct seep_flow *flow)
{
	char orig[SEEP_ADDRESS_TEXT_SIZE], resp[SEEP_ADDRESS_TEXT_SIZE];

	if ((flow->flags & SEEP_FLOW_NAME) != 0)
		return;
	seep_address_format(&flow->orig, orig);
	seep_address_format(&flow->resp, resp);
	add(orig, flow->port_orig, resp, flow->port_resp, flow->protocol,
	    (int64_t)flow->bytes_orig);
	add(resp, flow->port_resp, orig, flow->port_orig, flow->protocol,
	    (int64_t)flow->bytes_resp);
}

static void
subtract_row(char *line)
{
	char *fields[32];
	int n = 0, icmp, protocol;
	char *rest = line;

	while (n < 32 && (fields[n] = strsep(&rest, "\t\n")) != NULL)
		n++;
	cr_assert_geq(n, 20);
	icmp = strcmp(fields[6], "icmp") == 0;
	protocol = icmp ? (strchr(fields[2], ':') ? 58 : 1)
		   : strcmp(fields[6], "tcp") == 0 ? 6
						   : 17;
	add(fields[2], icmp ? 0 : atoi(fields[3]), fields[4],
	    icmp ? 0 : atoi(fields[5]), protocol, -atoll(fields[17]));
	add(fields[4], icmp ? 0 : atoi(fields[5]), fields[2],
	    icmp ? 0 : atoi(fields[3]), protocol, -atoll(fields[19]));
}

static void
expect_zeek(const char *name)
{
	char path[TEST_PATH_SIZE], log[TEST_PATH_SIZE], at[256];
	const char *one = path;
	struct seep_capture_opts opts = SEEP_CAPTURE_OPTS_INIT;
	struct seep_source *source;
	struct seep_flow flow;
	char line[4096];
	size_t count, i;
	FILE *file;

	snprintf(at, sizeof(at), "captures/%s", name);
	cr_assert(test_corpora_path(path, at), "%s", at);
	snprintf(at, sizeof(at), "zeek-conn/captures/%s.conn.log", name);
	cr_assert(test_corpora_path(log, at), "%s", at);
	cells_count = 0;
	opts.no_dpi = 1;
	cr_assert_eq(seep_capture_source_new(&source, &one, 1, &opts, NULL),
		     SEEP_OK);
	while (seep_source_next(source, &flow, 1, &count) == SEEP_OK)
		add_flow(&flow);
	seep_source_free(source);
	file = fopen(log, "r");
	while (fgets(line, sizeof(line), file) != NULL) {
		if (line[0] != '#')
			subtract_row(line);
	}
	fclose(file);
	cr_assert_gt(cells_count, 0);
	for (i = 0; i < cells_count; i++)
		cr_assert_eq(cells[i].bytes, 0, "%s: %s: %lld", name,
			     cells[i].key, (long long)cells[i].bytes);
}

Test(capture_corpora, zeek_counts_the_same_bytes_per_flow_and_direction)
{
	static const char *const names[] = {
	    "zeek/testing/btest/Traces/smb/smb3_multichannel.pcap",
	    "malcolm/malcolm-artifacts/pcap/protocols/TDS.pcap",
	    "ndpi/tests/cfgs/default/pcap/1kxun.pcap",
	    "zeek/testing/btest/Traces/http/no_crlf.pcap",
	    "zeek/testing/btest/Traces/smb/smb2.pcap",
	    "zeek/testing/btest/Traces/http/206_example_b.pcap",
	    "ndpi/tests/cfgs/default/pcap/opera-vpn.pcapng",
	    "zeek/testing/btest/Traces/irc-dcc-send.pcapng",
	    "zeek/testing/btest/Traces/ssh/ssh.pcap",
	    "zeek/testing/btest/Traces/modbus/modbusBig.pcap",
	    "zeek/testing/btest/Traces/smb/smb2_100_small_files.pcap",
	    "ndpi/tests/cfgs/default/pcap/nfsv2.pcap",
	    "zeek/testing/btest/Traces/ftp/cwd-navigation.pcap",
	    "zeek/testing/btest/Traces/vlan-collisions.pcap",
	    "zeek/testing/btest/Traces/mixed-vlan-mpls.pcap",
	    "zeek/testing/btest/Traces/pppoe-over-qinq.pcap",
	    "ndpi/tests/cfgs/default/pcap/6in4tunnel.pcap",
	    "zeek/testing/btest/Traces/tunnels/gre-within-gre.pcap",
	    "zeek/testing/btest/Traces/communityid/icmp6.pcap",
	    "zeek/testing/btest/Traces/ftp/ipv6-multiline-reply.pcap",
	    "malcolm/malcolm-artifacts/pcap/plugins/zeek-long-connections/"
	    "long_connection.pcap",
	    "zeek/testing/btest/Traces/vlan-qinqinq.pcap",
	    "zeek/testing/btest/Traces/wlanmon.pcap",
	    "zeek/testing/btest/Traces/radiotap.pcap",
	    "zeek/testing/btest/Traces/rfb/vnc-mac-to-linux.pcap",
	    "zeek/testing/btest/Traces/dce-rpc/bind-ack-no-inband-null.pcap",
	    "zeek/testing/btest/Traces/ssh/ssh.server-side-half-duplex.pcap",
	    "ndpi/tests/cfgs/default/pcap/rsync.pcap",
	    "ndpi/tests/cfgs/default/pcap/dns_exfiltration.pcap",
	    "ndpi/tests/cfgs/default/pcap/snapchat_call_v1.pcapng",
	    "zeek/testing/btest/Traces/quic/"
	    "chromium-115.0.5790.110-google-de-fragmented.pcap",
	    "zeek/testing/btest/Traces/erspanI.pcap",
	    "zeek/testing/btest/Traces/smb/raw_ntlm_in_smb.pcap",
	};
	char path[TEST_PATH_SIZE];
	size_t i;

	if (!test_corpora_path(path, "zeek-conn"))
		cr_skip_test("skipped: no corpora (set SEEP_CORPORA)");
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		expect_zeek(names[i]);
}
