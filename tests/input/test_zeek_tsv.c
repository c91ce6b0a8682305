/* SPDX-License-Identifier: BSD-3-Clause */
#include "logs.h"

/* A log of two good rows, its header given. */
static void
read_with_header(struct reading *r, const char *header)
{
	char text[8 * ROW_SIZE];

	strcpy(text, header);
	conn_tsv(text, CONN(.oip = "100"));
	conn_tsv(text, CONN(.oip = "200"));
	read_text(r, text);
}

Test(zeek_tsv, finds_fields_by_name_and_ignores_others)
{
	struct reading r;

	read_text(&r,
		  "#separator \\x09\n#path\tconn\n"
		  "#fields\tlabel\tresp_ip_bytes\torig_ip_bytes\tproto\t"
		  "id.resp_p\tid.resp_h\tid.orig_p\tid.orig_h\tlocal_orig\tts\n"
		  "#types\tstring\tcount\tcount\tenum\tport\taddr\tport\taddr\t"
		  "bool\ttime\n"
		  "x\t7\t9\tudp\t53\t192.0.2.1\t4000\t10.0.0.1\tT\t5.25\n");
	cr_assert_eq(r.count, 1);
	cr_assert_eq(r.flows[0].bytes_resp, 7);
	cr_assert_eq(r.flows[0].bytes_orig, 9);
	cr_assert_eq(r.flows[0].port_resp, 53);
	cr_assert_eq(r.flows[0].port_orig, 4000);
	cr_assert_eq(r.flows[0].start_ns, INT64_C(5250000000));
	cr_assert_eq(r.flows[0].end_ns, r.flows[0].start_ns);
	reading_clear(&r);
}

Test(zeek_tsv, reads_any_separator_and_any_marks)
{
	struct reading r;

	read_text(&r,
		  "#separator \\x7c\n#set_separator|;\n#empty_field|EMPTY\n"
		  "#unset_field|NIL\n#path|conn\n"
		  "#fields|ts|id.orig_h|id.orig_p|id.resp_h|id.resp_p|proto|"
		  "orig_bytes|resp_bytes|orig_ip_bytes|resp_ip_bytes|service\n"
		  "1|10.0.0.1|1|192.0.2.1|2|tcp|NIL|3|4|NIL|EMPTY\n"
		  "2|10.0.0.1|1|192.0.2.1|2|tcp|-|3|4|5|-\n");
	cr_assert_eq(r.count, 1);
	cr_assert_eq(r.flows[0].bytes_orig, 4);
	cr_assert_eq(r.flows[0].bytes_resp, 3);
	cr_assert_eq(r.flows[0].name_size, 0);
	cr_assert_eq(r.coverage.bytes_from_payload, 3);
	cr_assert_eq(r.coverage.records_refused[SEEP_REFUSED_MALFORMED], 1);
	cr_assert(has_notice(&r, "8|orig_bytes|not a count: '-'|0"));
	reading_clear(&r);
}

Test(zeek_tsv, reads_a_separator_of_several_bytes)
{
	struct reading r;

	read_text(&r, "#separator ||\n#path||conn\n"
		      "#fields||ts||id.orig_h||id.orig_p||id.resp_h||id.resp_p"
		      "||proto||orig_ip_bytes||resp_ip_bytes||history\n"
		      "1||10.0.0.1||1||192.0.2.1||2||tcp||40||50||S|h\n");
	cr_assert_eq(r.count, 1);
	cr_assert_eq(r.flows[0].bytes_resp, 50);
	reading_clear(&r);
}

Test(zeek_tsv, takes_a_header_that_comes_again_and_one_that_differs)
{
	char text[8 * ROW_SIZE] = HEADER;
	struct reading r;

	conn_tsv(text, CONN(.oip = "100"));
	strcat(text, "#close\t2026-03-01-01-00-00\n" HEADER);
	conn_tsv(text, CONN(.oip = "200"));
	strcat(text, "#close\t2026-03-01-02-00-00\n"
		     "#separator \\x2c\n#set_separator,;\n#path,conn\n"
		     "#fields,ts,id.orig_h,id.orig_p,id.resp_h,id.resp_p,proto"
		     ",orig_ip_bytes,resp_ip_bytes\n"
		     "1,10.0.0.1,1,192.0.2.1,2,tcp,300,5\n");
	read_text(&r, text);
	cr_assert_eq(r.count, 3);
	cr_assert_eq(r.flows[0].bytes_orig, 100);
	cr_assert_eq(r.flows[1].bytes_orig, 200);
	cr_assert_eq(r.flows[2].bytes_orig, 300);
	cr_assert_eq(r.notices_count, 0);
	reading_clear(&r);
}

Test(zeek_tsv, takes_blanks_and_a_byte_order_mark_before_the_header)
{
	struct reading r;

	read_with_header(&r, "\t" HEADER);
	cr_assert_eq(r.count, 2);
	reading_clear(&r);
	read_with_header(&r, "\xef\xbb\xbf" HEADER);
	cr_assert_eq(r.count, 2);
	cr_assert_eq(refused(&r), 0);
	reading_clear(&r);
}

/* must_refuse() reads a file that is refused whole, with that notice. */
static void
must_refuse(const char *header, const char *notice)
{
	struct reading r;

	read_with_header(&r, header);
	cr_assert_eq(r.count, 0);
	cr_assert_eq(r.coverage.files, 1);
	cr_assert_eq(r.coverage.files_refused, 1);
	cr_assert_eq(r.coverage.records, 0);
	cr_assert_eq(r.notices_count, 1, "%s", header);
	cr_assert(has_notice(&r, notice), "%s", r.notices[0]);
	cr_assert(has_notice(&r, "|1"), "fatal");
	reading_clear(&r);
}

Test(zeek_tsv, refuses_a_file_whose_header_cannot_be_used)
{
	must_refuse("", "no header and no row");
	must_refuse(MARKS "#path\tconn\n", "a header without #fields");
	must_refuse(MARKS "#path\thttp\n#fields\t" FIELDS "\n#types\t" TYPES
			  "\n",
		    "neither a conn nor a dns log");
	must_refuse(MARKS "#fields\tts\tuid\n#types\ttime\tstring\n",
		    "|id.orig_h|a needed field is missing");
	must_refuse(MARKS "#fields\t" FIELDS "\tts\n",
		    "|ts|#fields names this field twice");
	must_refuse(MARKS "#fields\t" FIELDS "\n#types\ttime\tstring\n",
		    "#types names fewer columns");
	must_refuse(MARKS "#fields\t" FIELDS "\n#types\t" TYPES "\tcount\n",
		    "#types names more columns");
	must_refuse(MARKS "#types\t" TYPES "\n#fields\t" FIELDS "\n",
		    "#types before #fields");
	must_refuse("#separator \n#fields\tts\n", "empty or too long");
}

Test(zeek_tsv, refuses_a_file_whose_types_are_not_those_of_conn)
{
	char header[8 * ROW_SIZE] =
	    MARKS "#fields\t" FIELDS "\n#types\t" TYPES "\n";
	char *type = strstr(header, "\tinterval");

	memcpy(type, "\tbad-type", 9);
	must_refuse(header, "|duration|#types gives this field another type");
}

Test(zeek_tsv, accepts_the_types_of_old_versions_and_no_types)
{
	char header[8 * ROW_SIZE] =
	    MARKS "#path\tconn\n#fields\t" FIELDS "\n#types\t" TYPES;
	struct reading r;

	strcpy(strstr(header, "set[string]"), "table[string]\n");
	read_with_header(&r, header);
	cr_assert_eq(r.count, 2);
	reading_clear(&r);
	read_with_header(&r, "#fields\t" FIELDS "\n");
	cr_assert_eq(r.count, 2);
	reading_clear(&r);
}

Test(zeek_tsv, refuses_rows_with_too_few_or_too_many_columns)
{
	char text[8 * ROW_SIZE] = HEADER;
	struct reading r;
	char *row;

	row = text + strlen(text);
	conn_tsv(text, CONN(.oip = "100"));
	strcpy(strrchr(row, '\t'), "\n"); /* no tunnel_parents */
	conn_tsv(text, CONN(.oip = "200", .parents = "-\tmore"));
	conn_tsv(text, CONN(.oip = "300"));
	read_text(&r, text);
	cr_assert_eq(r.count, 1);
	cr_assert_eq(r.flows[0].bytes_orig, 300);
	cr_assert_eq(r.coverage.records, 3);
	cr_assert_eq(r.coverage.records_refused[SEEP_REFUSED_MALFORMED], 2);
	/* The cut row's last column, resp_ip_bytes, may be cut itself. */
	cr_assert_eq(r.coverage.bytes_refused, 0);
	cr_assert(has_notice(&r, "9||fewer columns than #fields|0"));
	cr_assert(has_notice(&r, "10||more columns than #fields|0"));
	reading_clear(&r);
}

Test(zeek_tsv, goes_over_the_rows_of_other_logs_in_between)
{
	char text[8 * ROW_SIZE] = HEADER;
	struct reading r;

	conn_tsv(text, CONN(.oip = "100"));
	strcat(text, MARKS "#path\thttp\n#fields\tts\thost\n1\tx\n2\ty\n");
	strcat(text, HEADER);
	conn_tsv(text, CONN(.oip = "200"));
	read_text(&r, text);
	cr_assert_eq(r.count, 2);
	cr_assert_eq(r.coverage.records, 2);
	cr_assert(has_notice(&r, "rows of another log are skipped"));
	reading_clear(&r);
}

Test(zeek_tsv, stops_at_a_later_header_that_cannot_be_used)
{
	char text[8 * ROW_SIZE] = HEADER;
	struct reading r;

	conn_tsv(text, CONN(.oip = "100"));
	strcat(text, MARKS "#path\tconn\n#fields\tts\tuid\n1\tx\n");
	read_text(&r, text);
	cr_assert_eq(r.count, 1);
	cr_assert_eq(r.coverage.files_damaged, 1);
	cr_assert_eq(r.coverage.files_refused, 0);
	reading_clear(&r);
}
