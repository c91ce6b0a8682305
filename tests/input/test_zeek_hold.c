/* SPDX-License-Identifier: BSD-3-Clause */
#include "logs.h"

struct rig {
	struct folder folder;
	struct reading reading;
};

static void
rig_init(struct rig *rig)
{
	folder_init(&rig->folder);
	memset(&rig->reading, 0, sizeof(rig->reading));
}

static void
rig_clear(struct rig *rig)
{
	reading_clear(&rig->reading);
	folder_clear(&rig->folder);
}

/* put_rows() writes a log of the path named with up to three rows. */
static void
put_rows(struct rig *rig, const char *name, const char *path, size_t count,
	 const struct conn *rows)
{
	char text[LOG_SIZE];
	size_t i;

	sprintf(text, HEADER_OF("%s"), path);
	for (i = 0; i < count; i++)
		conn_tsv(text, rows[i]);
	put_text(in_folder(&rig->folder, name), text);
}

static struct reading *
read_folder(struct rig *rig, const struct seep_zeek_opts *opts)
{
	const char *path = rig->folder.name;

	reading_clear(&rig->reading);
	read_paths(&rig->reading, &path, 1, opts);
	return &rig->reading;
}

static uint64_t
refused_as(const struct reading *r, int reason)
{
	return r->coverage.records_refused[reason];
}

Test(zeek_hold, replaces_interim_rows_by_the_conn_row_of_their_uid)
{
	const struct conn interim[] = {
	    CONN(.uid = "C1", .oip = "100", .rip = "1", .duration = "60"),
	    CONN(.uid = "C1", .oip = "300", .rip = "3", .duration = "120"),
	    CONN(.uid = "C2", .oip = "500", .rip = "5", .duration = "90")};
	const struct conn final[] = {
	    CONN(.uid = "C1", .oip = "1000", .rip = "10", .duration = "180"),
	    CONN(.uid = "C3", .oip = "7000", .rip = "70")};
	struct reading *r;
	struct rig rig;

	rig_init(&rig);
	put_rows(&rig, "conn.log", "conn", 2, final);
	put_rows(&rig, "conn_long.log", "conn_long", 3, interim);
	r = read_folder(&rig, NULL);
	cr_assert_eq(r->count, 3);
	cr_assert_eq(r->flows[0].bytes_orig, 1000);
	cr_assert_eq(r->flows[1].bytes_orig, 7000);
	cr_assert_eq(r->flows[2].bytes_orig, 500);
	cr_assert_eq(refused_as(r, SEEP_REFUSED_INTERIM), 2);
	cr_assert_eq(r->coverage.bytes_refused, 404);
	cr_assert_eq(r->coverage.flows_without_end, 1);
	rig_clear(&rig);
}

Test(zeek_hold, keeps_the_interim_row_that_reaches_furthest)
{
	const struct conn rows[] = {
	    CONN(.uid = "C1", .oip = "300", .rip = "3", .duration = "120"),
	    CONN(.uid = "C1", .oip = "100", .rip = "1", .duration = "60"),
	    CONN(.uid = "C1", .oip = "301", .rip = "3", .duration = "120")};
	struct reading *r;
	struct rig rig;

	rig_init(&rig);
	put_rows(&rig, "open_conn.log", "conn", 3, rows);
	r = read_folder(&rig, NULL);
	cr_assert_eq(r->count, 1);
	cr_assert_eq(r->flows[0].bytes_orig, 301);
	cr_assert_eq(r->coverage.bytes_refused, 404);
	rig_clear(&rig);
}

Test(zeek_hold, refuses_interim_rows_behind_their_conn_row_in_one_file)
{
	const struct conn final =
	    CONN(.uid = "C1", .oip = "1000", .rip = "10", .duration = "180");
	const struct conn interim =
	    CONN(.uid = "C1", .oip = "300", .rip = "3", .duration = "120");
	const struct conn open =
	    CONN(.uid = "C2", .oip = "500", .rip = "5", .duration = "90");
	char text[LOG_SIZE];
	struct reading *r;
	struct rig rig;

	rig_init(&rig);
	sprintf(text, HEADER_OF("%s"), "conn");
	conn_tsv(text, final);
	sprintf(text + strlen(text), HEADER_OF("%s"), "conn_long");
	conn_tsv(text, interim);
	conn_tsv(text, open);
	put_text(in_folder(&rig.folder, "conn.log"), text);
	r = read_folder(&rig, NULL);
	cr_assert_eq(r->count, 2);
	cr_assert_eq(r->flows[0].bytes_orig, 1000);
	cr_assert_eq(r->flows[1].bytes_orig, 500);
	cr_assert_eq(refused_as(r, SEEP_REFUSED_INTERIM), 1);
	cr_assert_eq(r->coverage.bytes_refused, 303);
	rig_clear(&rig);
}

Test(zeek_hold, chooses_among_interim_rows_whatever_their_order)
{
	const struct conn rows[] = {
	    CONN(.uid = "C1", .oip = "300", .rip = "700"),
	    CONN(.uid = "C1", .oip = "400", .rip = "600"),
	    CONN(.uid = "C1", .oip = "400", .rip = "600", .service = "ssl")};
	struct conn turned[] = {rows[2], rows[1], rows[0]};
	struct reading *r;
	struct rig rig;
	int turn;

	for (turn = 0; turn < 2; turn++) {
		rig_init(&rig);
		put_rows(&rig, "open_conn.log", "conn", 3,
			 turn ? turned : rows);
		r = read_folder(&rig, NULL);
		cr_assert_eq(r->count, 1);
		cr_assert_eq(r->flows[0].bytes_orig, 400);
		cr_assert_eq(r->flows[0].name_size, 3);
		rig_clear(&rig);
	}
}

Test(zeek_hold, drops_the_same_repeated_row_in_any_order_of_the_files)
{
	const struct conn first[] = {CONN(.oip = "100")};
	const struct conn second[] = {CONN(.oip = "900")};
	struct seep_zeek_opts opts = SEEP_ZEEK_OPTS_INIT;
	char a[512], b[512];
	const char *paths[] = {b, a}, *turned[] = {a, b};
	struct reading r;
	struct rig rig;

	opts.dedup = 1;
	rig_init(&rig);
	put_rows(&rig, "a.log", "conn", 1, first);
	strcpy(a, rig.folder.path);
	put_rows(&rig, "b.log", "conn", 1, second);
	strcpy(b, rig.folder.path);
	read_paths(&r, paths, 2, &opts);
	cr_assert_eq(r.count, 1);
	cr_assert_eq(r.flows[0].bytes_orig, 100);
	reading_clear(&r);
	read_paths(&r, turned, 2, &opts);
	cr_assert_eq(r.count, 1);
	cr_assert_eq(r.flows[0].bytes_orig, 100);
	reading_clear(&r);
	rig_clear(&rig);
}

Test(zeek_hold, knows_interim_files_by_what_they_hold)
{
	const struct conn interim[] = {CONN(.uid = "C1", .oip = "100")};
	const struct conn final[] = {CONN(.uid = "C1", .oip = "1000")};
	char text[LOG_SIZE] = "", one[512], two[512];
	const char *paths[] = {one, two};
	struct reading r;
	struct rig rig;

	rig_init(&rig);
	put_rows(&rig, "a.log", "conn", 1, final);
	strcpy(one, rig.folder.path);
	put_rows(&rig, "b.log", "open_conn", 1, interim);
	strcpy(two, rig.folder.path);
	read_paths(&r, paths, 2, NULL);
	cr_assert_eq(r.count, 1);
	cr_assert_eq(r.flows[0].bytes_orig, 1000);
	reading_clear(&r);
	conn_json(text, interim[0], "conn_long");
	put_text(two, text);
	read_paths(&r, paths, 2, NULL);
	cr_assert_eq(r.count, 1);
	cr_assert_eq(r.flows[0].bytes_orig, 1000);
	cr_assert_eq(refused_as(&r, SEEP_REFUSED_INTERIM), 1);
	reading_clear(&r);
	rig_clear(&rig);
}

Test(zeek_hold, holds_interim_rows_mixed_with_conn_rows_in_one_stream)
{
	char text[LOG_SIZE] = "";
	struct reading r;

	conn_json(text, CONN(.uid = "C1", .oip = "100", .duration = "600"),
		  "conn_long");
	conn_json(text, CONN(.uid = "C2", .oip = "50"), "conn");
	conn_json(text, CONN(.uid = "C1", .oip = "900", .duration = "900"),
		  "conn");
	/* Written late: the conn row of C1 is already given. */
	conn_json(text, CONN(.uid = "C3", .oip = "70", .duration = "900"),
		  "conn");
	conn_json(text, CONN(.uid = "C3", .oip = "60", .duration = "600"),
		  "conn_long");
	read_text(&r, text);
	cr_assert_eq(r.count, 3);
	cr_assert_eq(r.flows[0].bytes_orig, 50);
	cr_assert_eq(r.flows[1].bytes_orig, 900);
	cr_assert_eq(r.flows[2].bytes_orig, 70);
	cr_assert_eq(refused_as(&r, SEEP_REFUSED_INTERIM), 2);
	reading_clear(&r);
}

Test(zeek_hold, pairs_rows_without_a_uid_by_their_tuple_and_start)
{
	const struct conn interim[] = {CONN(.uid = NULL, .oip = "100"),
				       CONN(.uid = NULL, .op = "9")};
	const struct conn final[] = {CONN(.uid = NULL, .oip = "1000")};
	struct reading *r;
	struct rig rig;

	rig_init(&rig);
	put_rows(&rig, "conn.log", "conn", 1, final);
	put_rows(&rig, "conn_long.log", "conn_long", 2, interim);
	r = read_folder(&rig, NULL);
	cr_assert_eq(r->count, 2);
	cr_assert_eq(r->flows[0].bytes_orig, 1000);
	cr_assert_eq(r->flows[1].port_orig, 9);
	rig_clear(&rig);
}

Test(zeek_hold, drops_repeated_rows_only_with_dedup)
{
	struct seep_zeek_opts opts = SEEP_ZEEK_OPTS_INIT;
	const struct conn rows[] = {
	    CONN(.uid = "C1"), CONN(.uid = "C2"),
	    CONN(.uid = "C1", .ts = "1772323200.000001")};
	struct reading *r;
	struct rig rig;

	rig_init(&rig);
	put_rows(&rig, "conn.log", "conn", 3, rows);
	r = read_folder(&rig, NULL);
	cr_assert_eq(r->count, 3);
	opts.dedup = 1;
	r = read_folder(&rig, &opts);
	cr_assert_eq(r->count, 2);
	cr_assert_eq(refused_as(r, SEEP_REFUSED_DUPLICATE), 1);
	cr_assert_eq(r->coverage.bytes_refused, 2140);
	cr_assert(has_notice(r, "a row that was read already"));
	put_rows(&rig, "conn.2.log", "conn", 3, rows);
	r = read_folder(&rig, &opts);
	cr_assert_eq(r->count, 2);
	cr_assert_eq(refused_as(r, SEEP_REFUSED_DUPLICATE), 4);
	rig_clear(&rig);
}

Test(zeek_hold, tells_rows_apart_by_every_part_of_their_identity)
{
	struct seep_zeek_opts opts = SEEP_ZEEK_OPTS_INIT;
	const struct conn rows[] = {CONN(),
				    CONN(.oh = "10.2.0.8"),
				    CONN(.op = "1"),
				    CONN(.rh = "198.51.100.8"),
				    CONN(.rp = "80"),
				    CONN(.proto = "udp"),
				    CONN(.ts = "1772323200.000001")};
	struct reading *r;
	struct rig rig;

	rig_init(&rig);
	put_rows(&rig, "conn.log", "conn", 7, rows);
	opts.dedup = 1;
	r = read_folder(&rig, &opts);
	cr_assert_eq(r->count, 7);
	opts.seed = 77;
	r = read_folder(&rig, &opts);
	cr_assert_eq(r->count, 7);
	rig_clear(&rig);
}

Test(zeek_hold, refuses_a_file_whose_content_was_read_under_another_name)
{
	const struct conn rows[] = {CONN(.uid = "C1"), CONN(.uid = "C2")};
	struct reading *r;
	struct rig rig;

	rig_init(&rig);
	put_rows(&rig, "conn.1.log", "conn", 2, rows);
	put_rows(&rig, "conn.2.log", "conn", 2, rows);
	r = read_folder(&rig, NULL);
	cr_assert_eq(r->count, 2);
	cr_assert_eq(r->coverage.records, 4);
	cr_assert_eq(refused_as(r, SEEP_REFUSED_DUPLICATE), 2);
	cr_assert_eq(r->coverage.bytes_refused, 2 * 2140);
	cr_assert(has_notice(r, "conn.1.log: its rows are refused"));
	rig_clear(&rig);
}

Test(zeek_hold, refuses_tunnels_whose_inner_rows_are_there)
{
	const struct conn rows[] = {
	    CONN(.uid = "COUT1", .service = "vxlan", .oip = "100", .rip = "10"),
	    CONN(.uid = "CIN1", .parents = "CX,COUT1"),
	    CONN(.uid = "COUT2", .service = "ssl,teredo", .oip = "200"),
	    CONN(.uid = "CIN2", .parents = "COUT3", .oip = "5"),
	    CONN(.uid = "COUT3", .service = "gtpv1", .oip = "300", .rip = "30"),
	    CONN(.uid = "COUT4", .service = "geneve", .oip = "400"),
	    CONN(.uid = "CX", .service = "dns", .oip = "500")};
	struct reading *r;
	struct rig rig;

	rig_init(&rig);
	put_rows(&rig, "conn.log", "conn", 7, rows);
	r = read_folder(&rig, NULL);
	cr_assert_eq(r->count, 5);
	cr_assert_eq(refused_as(r, SEEP_REFUSED_TUNNEL_OUTER), 2);
	cr_assert_eq(r->coverage.bytes_refused, 440);
	cr_assert_eq(r->flows[2].bytes_orig, 500); /* a parent, no tunnel */
	cr_assert_eq(r->flows[3].bytes_orig, 200);
	cr_assert_eq(r->flows[4].bytes_orig, 400);
	rig_clear(&rig);
}

Test(zeek_hold, gives_the_same_flows_and_counts_in_json)
{
	const struct conn rows[] = {
	    CONN(.uid = "COUT1", .service = "ayiya"),
	    CONN(.uid = "CIN1", .parents = "CX\",\"COUT1"),
	    CONN(.uid = "COUT2", .service = "ayiya")};
	char text[LOG_SIZE] = "";
	struct reading r;
	int i;

	for (i = 0; i < 3; i++)
		conn_json(text, rows[i], NULL);
	read_text(&r, text);
	cr_assert_eq(r.count, 2);
	cr_assert_eq(refused_as(&r, SEEP_REFUSED_TUNNEL_OUTER), 1);
	reading_clear(&r);
}

Test(zeek_hold, gives_names_beyond_the_room_of_one_batch)
{
	static char text[3000000] = HEADER;
	struct seep_source *source;
	static struct seep_flow flows[4096];
	struct folder folder;
	const char *path;
	char *at = text + strlen(text);
	size_t n, i, total = 0, batches = 0;

	for (i = 0; i < 3000; i++) {
		*at = '\0';
		conn_tsv(at, CONN(.service = "a_service_name_of_nearly_sixty_"
					     "three_bytes,and_one_more"));
		at += strlen(at);
	}
	folder_init(&folder);
	path = in_folder(&folder, "conn.log");
	put_text(path, text);
	cr_assert_eq(seep_zeek_source_new(&source, &path, 1, NULL, NULL),
		     SEEP_OK);
	while (seep_source_next(source, flows, 4096, &n) == SEEP_OK) {
		for (i = 0; i < n; i++)
			cr_assert_eq(
			    strncmp(flows[i].name.text, "a_service_", 10), 0);
		total += n;
		batches++;
	}
	cr_assert_eq(total, 3000);
	cr_assert_geq(batches, 2);
	seep_source_free(source);
	folder_clear(&folder);
}
