/* SPDX-License-Identifier: BSD-3-Clause */
#include "input/logs.h"
#include "input/zeek_name.h"

/* Without the list that is told, once for each source that has names. */
#ifdef SEEP_HAVE_PSL
#define TOLD 0
#else
#define TOLD 1
#endif

/* struct dns: one row of a dns log, in the order of DNS_FIELDS. */
struct dns {
	const char *ts, *uid, *oh, *op, *rh, *rp, *proto, *trans, *query;
	const char *qtype;
};

#define DNS(...)                                   \
	((struct dns){.ts = "1772323200.000000",   \
		      .uid = "CAbcdef123456789a",  \
		      .oh = "10.2.0.7",            \
		      .op = "50123",               \
		      .rh = "10.2.0.53",           \
		      .rp = "53",                  \
		      .proto = "udp",              \
		      .trans = "4711",             \
		      .query = "data.example.com", \
		      .qtype = "1",                \
		      __VA_ARGS__})

static void
dns_tsv(char *out, struct dns d)
{
	sprintf(out + strlen(out), "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n",
		or_unset(d.ts), or_unset(d.uid), or_unset(d.oh), or_unset(d.op),
		or_unset(d.rh), or_unset(d.rp), or_unset(d.proto),
		or_unset(d.trans), or_unset(d.query), or_unset(d.qtype));
}

static void
dns_json(char *out, struct dns d, const char *path)
{
	strcat(out, "{");
	member(out, "_path", path, 1);
	member(out, "ts", d.ts, 0);
	member(out, "uid", d.uid, 1);
	member(out, "id.orig_h", d.oh, 1);
	member(out, "id.orig_p", d.op, 0);
	member(out, "id.resp_h", d.rh, 1);
	member(out, "id.resp_p", d.rp, 0);
	member(out, "proto", d.proto, 1);
	member(out, "trans_id", d.trans, 0);
	member(out, "query", d.query, 1);
	strcat(out, "}\n");
}

/* Reads one row, as TSV or as JSON with and without its path. */
static void
read_one(struct reading *r, struct dns d, int form)
{
	char text[8 * ROW_SIZE] = "";

	if (form == 0) {
		strcpy(text, DNS_HEADER);
		dns_tsv(text, d);
	} else {
		dns_json(text, d, form == 1 ? "dns" : NULL);
	}
	read_text(r, text);
}

static void
expect_name(const struct reading *r, size_t at, const char *domain,
	    uint64_t bytes)
{
	const struct seep_flow *flow = &r->flows[at];

	cr_assert_eq(flow->flags, SEEP_FLOW_NAME | SEEP_FLOW_RECORDED);
	cr_assert_eq(flow->bytes_orig, bytes);
	cr_assert_str_eq(r->names[at], domain);
	cr_assert_eq(flow->name_size, strlen(domain));
	cr_assert(seep_address_is_name(&flow->resp));
}

Test(zeek_name, a_row_in_any_form_is_a_name)
{
	struct reading r;
	char host[SEEP_ADDRESS_TEXT_SIZE];

	for (int form = 0; form < 3; form++) {
		read_one(&r, DNS(.qtype = "16"), form);
		cr_assert_eq(r.count, 1);
		expect_name(&r, 0, "example.com", 5);
		seep_address_format(&r.flows[0].orig, host);
		cr_assert_str_eq(host, "10.2.0.7");
		cr_assert_eq(r.flows[0].start_ns,
			     INT64_C(1772323200) * 1000000000);
		cr_assert_eq(r.coverage.records, 0);
		cr_assert_eq(r.coverage.names_refused, 0);
		cr_assert_eq(r.coverage.names_skipped, 0);
		cr_assert_eq(r.coverage.files, 1);
		cr_assert_eq(r.notices_count, TOLD);
		reading_clear(&r);
	}
}

Test(zeek_name, rows_without_a_name_that_counts_are_skipped)
{
	static const struct {
		const char *query, *port;
	} rows[] = {{NULL, "53"},
		    {"wpad", "53"},
		    {"DOMEX", "137"},
		    {"WPAD.M57.BIZ", "137"},
		    {"_homekit._tcp.local", "5353"},
		    {"john-pc.example.com", "5355"}};
	struct reading r;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (int form = 0; form < 3; form++) {
			read_one(
			    &r, DNS(.query = rows[i].query, .rp = rows[i].port),
			    form);
			cr_assert_eq(r.count, 0);
			cr_assert_eq(r.coverage.names_skipped, 1);
			cr_assert_eq(r.coverage.names_refused, 0);
			cr_assert_eq(r.notices_count, 0);
			reading_clear(&r);
		}
	}
}

/* Zeek knows DNS on other ports too. */
Test(zeek_name, any_other_port_and_none_count)
{
	struct reading r;

	read_one(&r, DNS(.rp = "8053"), 0);
	cr_assert_eq(r.count, 1);
	reading_clear(&r);
	read_one(&r, DNS(.rp = NULL), 1);
	cr_assert_eq(r.count, 1);
	reading_clear(&r);
}

Test(zeek_name, rows_that_cannot_be_read_are_refused_with_their_reason)
{
	const struct {
		struct dns row;
		const char *notice;
	} rows[] = {
	    {DNS(.ts = "nan"), "ts|a time that is negative or not finite"},
	    {DNS(.ts = "-1.0"), "ts|a time that is negative"},
	    {DNS(.oh = "nowhere"), "id.orig_h|not an address: 'nowhere'"},
	    {DNS(.rp = "x"), "id.resp_p|not a count"},
	    {DNS(.query = "a..example.com"),
	     "query|more than a name may be, or an empty label"},
	};
	char text[8 * ROW_SIZE];
	struct reading r;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		strcpy(text, DNS_HEADER);
		dns_tsv(text, DNS(.query = "x.example.org"));
		dns_tsv(text, rows[i].row);
		dns_tsv(text, DNS(.query = "yy.example.org"));
		read_text(&r, text);
		cr_assert_eq(r.count, 2);
		expect_name(&r, 0, "example.org", 2);
		expect_name(&r, 1, "example.org", 3);
		cr_assert_eq(r.coverage.names_refused, 1);
		cr_assert_eq(r.coverage.records, 0);
		cr_assert_eq(refused(&r), 0);
		cr_assert(has_notice(&r, rows[i].notice), "%s", r.notices[0]);
		reading_clear(&r);
	}
}

Test(zeek_name, rows_of_another_length_are_refused)
{
	char text[8 * ROW_SIZE] = DNS_HEADER;
	struct reading r;

	dns_tsv(text, DNS(.query = "x.example.org"));
	strcat(text, "1772323200.000000\tC1\t10.2.0.7\n");
	strcat(text, "1\t2\t3\t4\t5\t6\t7\t8\t9\t10\t11\n");
	strcat(text, "1772323200.000000\tC1\t10.2.0.7\t1\t10.2.0.5");
	read_text(&r, text);
	cr_assert_eq(r.count, 1);
	cr_assert_eq(r.coverage.names_refused, 3);
	cr_assert(has_notice(&r, "fewer columns than #fields"));
	cr_assert(has_notice(&r, "more columns than #fields"));
	reading_clear(&r);
}

/* Zeek writes bytes that are no text as \xHH, in both forms. */
Test(zeek_name, escaped_bytes_count_as_one)
{
	struct reading r;

	read_one(&r, DNS(.query = "a\\x00\\xffb.example.com"), 0);
	cr_assert_eq(r.count, 1);
	expect_name(&r, 0, "example.com", 5);
	reading_clear(&r);
	read_one(&r, DNS(.query = "a\\\\x00\\\\xffb.example.com"), 1);
	cr_assert_eq(r.count, 1);
	expect_name(&r, 0, "example.com", 5);
	reading_clear(&r);
}

Test(zeek_name, each_of_many_retries_counts)
{
	char text[LOG_SIZE] = DNS_HEADER;
	struct reading r;

	for (int i = 0; i < 50; i++)
		dns_tsv(text, DNS(.query = "data.example.com"));
	read_text(&r, text);
	cr_assert_eq(r.count, 50);
	cr_assert_eq(r.asked, 50);
	reading_clear(&r);
}

Test(zeek_name, with_dedup_rows_written_alike_count_once)
{
	struct seep_zeek_opts opts = SEEP_ZEEK_OPTS_INIT;
	char text[LOG_SIZE] = DNS_HEADER;
	const char *paths[2];
	char names[2][512];
	struct folder folder;
	struct reading r;

	dns_tsv(text, DNS(.query = "data.example.com"));
	dns_tsv(text, DNS(.query = "data.example.com", .trans = "4712"));
	dns_tsv(text, DNS(.query = "Data.example.com"));
	folder_init(&folder);
	for (int i = 0; i < 2; i++) {
		strcpy(names[i],
		       in_folder(&folder, i == 0 ? "dns.0.log" : "dns.1.log"));
		put_text(names[i], text);
		paths[i] = names[i];
	}
	opts.dedup = 1;
	read_paths(&r, paths, 2, &opts);
	cr_assert_eq(r.count, 3);
	cr_assert_eq(r.coverage.names_refused, 3);
	cr_assert_eq(r.coverage.records, 0);
	cr_assert(has_notice(&r, "a row that was read already"));
	reading_clear(&r);
	/* Without it the second file is refused as a whole. */
	read_paths(&r, paths, 2, NULL);
	cr_assert_eq(r.count, 3);
	cr_assert_eq(r.coverage.names_refused, 3);
	cr_assert(has_notice(&r, "the same content as"));
	reading_clear(&r);
	folder_clear(&folder);
}

Test(zeek_name, a_directory_gives_conn_and_dns_rows)
{
	char text[8 * ROW_SIZE] = HEADER;
	struct folder folder;
	struct reading r;

	folder_init(&folder);
	conn_tsv(text, CONN(.oip = "7"));
	put_text(in_folder(&folder, "conn.log"), text);
	strcpy(text, DNS_HEADER);
	dns_tsv(text, DNS(.query = "data.example.com"));
	put_text(in_folder(&folder, "dns.log"), text);
	read_path(&r, folder.name);
	cr_assert_eq(r.count, 2);
	cr_assert_eq(r.asked, 1);
	cr_assert_eq(r.coverage.records, 1);
	cr_assert_eq(r.coverage.files, 2);
	cr_assert_eq(r.notices_count, TOLD);
	reading_clear(&r);
	folder_clear(&folder);
}

/* A dns log that cannot be used says nothing about traffic. */
Test(zeek_name, a_bad_dns_log_is_no_loss_of_traffic)
{
	char text[8 * ROW_SIZE];
	struct folder folder;
	struct reading r;

	folder_init(&folder);
	read_text(&r, MARKS "#path\tdns\n#fields\tts\tuid\n1\tx\n");
	cr_assert_eq(r.coverage.files_refused, 0);
	cr_assert_eq(r.coverage.names_refused, 1);
	cr_assert(has_notice(&r, "id.orig_h|a needed field is missing"));
	reading_clear(&r);
	read_text(&r, MARKS "#path\tdns\n#fields\t" DNS_FIELDS
			    "\n#types\ttime\tstring\tstring\tport\taddr\tport\t"
			    "enum\tcount\tstring\tcount\n");
	cr_assert_eq(r.coverage.names_refused, 1);
	cr_assert(has_notice(&r, "id.orig_h|#types gives this field another"));
	reading_clear(&r);
	put_text(in_folder(&folder, "dns.log"), "what is this\n");
	read_path(&r, folder.name);
	cr_assert_eq(r.coverage.files_refused, 0);
	cr_assert_eq(r.coverage.names_refused, 1);
	cr_assert(has_notice(&r, "no header and no row"));
	reading_clear(&r);
	/* In the middle of a stream its rows are passed over. */
	strcpy(text, HEADER);
	conn_tsv(text, CONN(.oip = "1"));
	strcat(text, MARKS "#path\tdns\n#fields\tts\tuid\n1\tx\n2\ty\n");
	strcat(text, HEADER);
	conn_tsv(text, CONN(.oip = "2"));
	strcat(text, DNS_HEADER);
	dns_tsv(text, DNS(.query = "data.example.com"));
	read_text(&r, text);
	cr_assert_eq(r.count, 3);
	cr_assert_eq(r.asked, 1);
	cr_assert_eq(r.coverage.records, 2);
	cr_assert_eq(r.coverage.names_refused, 1);
	reading_clear(&r);
	folder_clear(&folder);
}

Test(zeek_name, json_rows_of_both_logs_mix)
{
	char text[8 * ROW_SIZE] = "";
	struct reading r;

	conn_json(text, CONN(.oip = "1"), "conn");
	dns_json(text, DNS(.query = "data.example.com"), "dns");
	dns_json(text, DNS(.query = "a..b"), "dns");
	conn_json(text, CONN(.oip = "2", .uid = "C2"), NULL);
	dns_json(text, DNS(.query = "data.example.com"), NULL);
	strcat(text, "{\"_path\":\"ssl\",\"ts\":1}\n");
	read_text(&r, text);
	cr_assert_eq(r.count, 4);
	cr_assert_eq(r.asked, 2);
	cr_assert_eq(r.coverage.records, 2);
	cr_assert_eq(r.coverage.names_refused, 1);
	reading_clear(&r);
}

/* A conn log may carry columns of these names from somebody's script. */
Test(zeek_name, a_conn_log_with_a_column_query_stays_one)
{
	char text[8 * ROW_SIZE] = MARKS
	    "#path\tconn\n#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\t"
	    "id.resp_p\tproto\torig_bytes\tresp_bytes\tquery\n"
	    "#types\ttime\taddr\tport\taddr\tport\tenum\tcount\tcount\t"
	    "vector[string]\n"
	    "1772323200.0\t10.2.0.7\t1\t198.51.100.9\t2\tudp\t5\t6\ta,b\n";
	struct reading r;

	read_text(&r, text);
	cr_assert_eq(r.count, 1);
	cr_assert_eq(r.asked, 0);
	cr_assert_eq(r.coverage.records, 1);
	reading_clear(&r);
}

Test(zeek_name, a_log_that_grows_is_followed)
{
	struct seep_zeek_opts opts = SEEP_ZEEK_OPTS_INIT;
	char text[8 * ROW_SIZE] = DNS_HEADER;
	struct seep_source *source;
	struct reading r = {0};
	struct folder folder;
	const char *path;

	folder_init(&folder);
	dns_tsv(text, DNS(.query = "data.example.com"));
	put_text(in_folder(&folder, "dns.log"), text);
	opts.follow = 1;
	path = folder.name;
	cr_assert_eq(seep_zeek_source_new(&source, &path, 1, &opts, NULL),
		     SEEP_OK);
	read_on(&r, source);
	cr_assert_eq(r.status, SEEP_AGAIN);
	cr_assert_eq(r.count, 1);
	strcpy(text, "");
	dns_tsv(text, DNS(.query = "more.example.com"));
	append_text(in_folder(&folder, "dns.log"), text);
	append_text(in_folder(&folder, "dns.log"), "1772323200.0\tC1\t10.");
	read_on(&r, source);
	cr_assert_eq(r.count, 2);
	seep_source_finish(source);
	read_on(&r, source);
	cr_assert_eq(r.status, SEEP_END);
	cr_assert_eq(r.coverage.names_refused, 1, "the cut last line");
	cr_assert_eq(r.coverage.records, 0);
	seep_source_free(source);
	reading_clear(&r);
	folder_clear(&folder);
}

/* mutate(): whatever a row holds, it is a name, skipped or refused. */
Test(zeek_name, changed_logs_do_no_harm)
{
	static char text[LOG_SIZE], copy[LOG_SIZE];
	uint32_t state = 7;
	size_t size;
	struct reading r;

	strcpy(text, DNS_HEADER);
	for (int i = 0; i < 8; i++) {
		dns_tsv(text, DNS(.query = "a\\x00.data.example.co.uk"));
		dns_json(text, DNS(.query = "data.example.com"), "dns");
	}
	size = strlen(text);
	for (int i = 0; i < 400; i++) {
		memcpy(copy, text, size + 1);
		for (int n = 0; n < 4; n++) {
			state = state * 1664525 + 1013904223;
			copy[(state >> 8) % size] = (char)(state >> 24);
		}
		for (size_t k = 0; k < size; k++)
			if (copy[k] == 0)
				copy[k] = ' ';
		read_text(&r, copy);
		cr_assert_leq(r.asked, 17);
		reading_clear(&r);
	}
}
