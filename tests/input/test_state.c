/* SPDX-License-Identifier: BSD-3-Clause */
#include <fcntl.h>

#include "logs.h"
#include "packed.h"
#include "saved.h"

/* What one evidence is read with. */
struct evidence {
	struct folder folder;
	const char *paths[2];
	size_t count;
	struct seep_zeek_opts opts;
};

static void
evidence_init(struct evidence *e)
{
	memset(e, 0, sizeof(*e));
	folder_init(&e->folder);
	e->paths[0] = e->folder.name;
	e->count = 1;
	e->opts = (struct seep_zeek_opts)SEEP_ZEEK_OPTS_INIT;
}

static struct seep_source *
source_of(const struct evidence *e, uint64_t seed)
{
	struct seep_zeek_opts opts = e->opts;
	struct seep_source *source;

	opts.seed = seed;
	cr_assert_eq(
	    seep_zeek_source_new(&source, e->paths, e->count, &opts, NULL),
	    SEEP_OK);
	return source;
}

/* read_batches() takes 'most' batches; returns how many came. */
static size_t
read_batches(struct reading *r, struct seep_source *source, size_t most)
{
	struct seep_flow batch[3];
	size_t i, n, batches;

	for (batches = 0; batches < most; batches++) {
		r->status = seep_source_next(source, batch, 3, &n);
		if (r->status != SEEP_OK)
			break;
		for (i = 0; i < n; i++)
			keep_flow(r, &batch[i]);
		keep_notices(r, source);
	}
	return batches;
}

static void
must_be_same(const struct reading *a, const struct reading *b, size_t k)
{
	size_t i;

	cr_assert(same_flows(a, b), "saved after batch %zu", k);
	cr_assert_eq(memcmp(&a->coverage, &b->coverage, sizeof(a->coverage)), 0,
		     "saved after batch %zu", k);
	cr_assert_eq(memcmp(&a->progress, &b->progress, sizeof(a->progress)), 0,
		     "saved after batch %zu", k);
	cr_assert_eq(a->notices_count, b->notices_count,
		     "saved after batch %zu", k);
	for (i = 0; i < a->notices_count && i < 32; i++)
		cr_assert_str_eq(a->notices[i], b->notices[i]);
}

/* resume_after() reads 'k' batches, saves, and reads on in another source;
 * returns whether there were so many. */
static int
resume_after(const struct evidence *e, struct reading *r, struct listed *l,
	     size_t k)
{
	struct seep_source *first = source_of(e, 1), *second;
	const char *section = "none";
	struct saved state, again;
	size_t came;

	memset(r, 0, sizeof(*r));
	memset(l, 0, sizeof(*l));
	came = read_batches(r, first, k);
	/* Now and then those read to their end wait in the state. */
	if (k % 2 == 0)
		list_inputs(l, first);
	save(&state, first);
	seep_source_free(first);
	second = source_of(e, 2);
	cr_assert_eq(restore(&state, second, &section), SEEP_OK,
		     "batch %zu: %s", k, section != NULL ? section : "-");
	cr_assert_null(section);
	/* A state that is restored and saved is the same. */
	save(&again, second);
	cr_assert_eq(state.size, again.size);
	cr_assert_eq(memcmp(state.data, again.data, state.size), 0);
	read_on(r, second);
	cr_assert_eq(r->status, SEEP_END);
	list_inputs(l, second);
	seep_source_free(second);
	saved_clear(&state);
	saved_clear(&again);
	return came == k;
}

/* must_resume_anywhere() compares with the undisturbed reading. */
static void
must_resume_anywhere(const struct evidence *e, size_t flows)
{
	static struct listed listed, l;
	struct reading whole, r;
	struct seep_source *source = source_of(e, 3);
	size_t k;

	memset(&whole, 0, sizeof(whole));
	memset(&listed, 0, sizeof(listed));
	read_on(&whole, source);
	list_inputs(&listed, source);
	seep_source_free(source);
	cr_assert_gt(listed.count, 0);
	cr_assert_eq(whole.count, flows, "%zu", whole.count);
	for (k = 0; resume_after(e, &r, &l, k); k++) {
		must_be_same(&whole, &r, k);
		cr_assert(same_inputs(&listed, &l), "saved after batch %zu", k);
		reading_clear(&r);
	}
	cr_assert_gt(k, flows / 3);
	must_be_same(&whole, &r, k);
	reading_clear(&r);
	reading_clear(&whole);
}

/* rows() adds 'n' rows that differ. */
static void
rows(char *text, size_t n, const char *prefix)
{
	char uid[64], port[16];
	size_t i;

	for (i = 0; i < n; i++) {
		snprintf(uid, sizeof(uid), "C%s%zu", prefix, i);
		snprintf(port, sizeof(port), "%zu", 40000 + i);
		conn_tsv(text, CONN(.uid = uid, .op = port, .oip = "1600"));
	}
}

static void
put_rows(struct evidence *e, const char *name, size_t n)
{
	static char text[LOG_SIZE];

	strcpy(text, HEADER);
	rows(text, n, name);
	put_text(in_folder(&e->folder, name), text);
}

/* All that a reader can hold: interim rows, tunnels and their inner rows,
 * refused rows, a header in the middle, a file that repeats another. */
static void
put_everything(struct evidence *e)
{
	static char text[LOG_SIZE];

	strcpy(text, HEADER_OF("conn_long"));
	conn_tsv(text, CONN(.uid = "C1", .oip = "500", .duration = "700"));
	conn_tsv(text, CONN(.uid = "C8", .oip = "501", .duration = "700"));
	conn_tsv(text, CONN(.uid = "C9", .oip = "502", .op = "9"));
	put_text(in_folder(&e->folder, "conn_long.log"), text);
	strcpy(text, "what is this\n" HEADER);
	conn_tsv(text, CONN(.uid = "C1", .oip = "900", .duration = "800"));
	conn_tsv(text, CONN(.uid = "CT1", .service = "vxlan", .op = "6"));
	conn_tsv(text, CONN(.uid = "CT2", .service = "ayiya", .op = "7"));
	conn_tsv(text, CONN(.uid = "C2", .parents = "CT1", .op = "5"));
	conn_tsv(text, CONN(.uid = "C3", .oh = "nonsense"));
	rows(text, 4, "a");
	strcat(text, "#close\t2026\n" HEADER);
	rows(text, 4, "b");
	conn_tsv(text, CONN(.uid = "C4", .ts = "-"));
	put_text(in_folder(&e->folder, "conn.a.log"), text);
	put_text(in_folder(&e->folder, "conn.b.log"), text);
	text[0] = '\0';
	conn_json(text, CONN(.uid = "C5", .service = "ssl"), "conn");
	conn_json(text, CONN(.uid = "C1", .oip = "3", .duration = "90"),
		  "conn_long");
	conn_json(text, CONN(.uid = "C6", .duration = "61"), "conn");
	strcat(text, "{\"broken\":\n");
	conn_json(text, CONN(.uid = "C7", .oip = "77"), "conn");
	put_text(in_folder(&e->folder, "conn.c.log"), text);
	strcpy(text, DNS_HEADER);
	strcat(text, "1772323200.1\tD1\t10.2.0.7\t5000\t10.2.0.1\t53\tudp"
		     "\t7\tsecret.example.org\tA\n"
		     "1772323200.2\tD2\t10.2.0.7\t5000\t10.2.0.1\t53\tudp"
		     "\t8\t.\tA\n"
		     "1772323200.3\tD3\t10.2.0.7\t5000\t10.2.0.1\t53\tudp"
		     "\t9\tmore.example.org\tA\n");
	put_text(in_folder(&e->folder, "dns.log"), text);
}

Test(state, resumes_a_plain_log_after_any_batch)
{
	struct evidence e;

	evidence_init(&e);
	put_rows(&e, "conn.log", 20);
	must_resume_anywhere(&e, 20);
	folder_clear(&e.folder);
}

Test(state, resumes_with_all_that_can_be_held)
{
	struct evidence e;

	evidence_init(&e);
	put_everything(&e);
	must_resume_anywhere(&e, 18);
	folder_clear(&e.folder);
}

Test(state, resumes_with_dedup)
{
	struct evidence e;

	evidence_init(&e);
	e.opts.dedup = 1;
	put_everything(&e);
	must_resume_anywhere(&e, 10);
	folder_clear(&e.folder);
}

/* Packed with what is no good behind it. */
static void
put_packed(struct evidence *e, int zstd, size_t damage)
{
	static char text[LOG_SIZE];
	static unsigned char out[LOG_SIZE];
	size_t size = 0;

	strcpy(text, HEADER);
	rows(text, 30, "p");
#ifdef SEEP_HAVE_ZLIB
	if (!zstd)
		size = pack_gzip(text, strlen(text), out, sizeof(out));
#endif
#ifdef SEEP_HAVE_ZSTD
	if (zstd)
		size = pack_zstd(text, strlen(text), out, sizeof(out));
#endif
	if (size == 0)
		cr_skip_test("skipped: built without this compression");
	put_bytes(in_folder(&e->folder, zstd ? "conn.log.zst" : "conn.log.gz"),
		  "w", out, size - damage);
}

Test(state, resumes_in_the_middle_of_gzip)
{
	struct evidence e;

	evidence_init(&e);
	put_packed(&e, 0, 0);
	must_resume_anywhere(&e, 30);
	folder_clear(&e.folder);
}

Test(state, resumes_in_the_middle_of_zstandard)
{
	struct evidence e;

	evidence_init(&e);
	put_packed(&e, 1, 0);
	must_resume_anywhere(&e, 30);
	folder_clear(&e.folder);
}

Test(state, resumes_in_a_file_that_ends_too_early)
{
	struct evidence e;

	evidence_init(&e);
	put_packed(&e, 0, 9);
	must_resume_anywhere(&e, 30);
	folder_clear(&e.folder);
}

/* state_after() saves after 'k' batches. */
static void
state_after(const struct evidence *e, size_t k, struct saved *state)
{
	struct seep_source *source = source_of(e, 1);
	struct reading r;

	memset(&r, 0, sizeof(r));
	cr_assert_eq(read_batches(&r, source, k), k);
	save(state, source);
	seep_source_free(source);
	reading_clear(&r);
}

Test(state, refuses_every_flipped_bit_and_names_the_section)
{
	const char *section;
	struct saved state;
	struct evidence e;
	struct seep_source *source;
	size_t bit;
	int status;

	evidence_init(&e);
	put_everything(&e);
	state_after(&e, 2, &state);
	for (bit = 0; bit < state.size * 8; bit++) {
		state.data[bit / 8] ^= (unsigned char)(1u << bit % 8);
		source = source_of(&e, 1);
		section = NULL;
		status = restore(&state, source, &section);
		cr_assert(is_damage(status), "bit %zu: %d", bit, status);
		cr_assert_not_null(section);
		seep_source_free(source);
		state.data[bit / 8] ^= (unsigned char)(1u << bit % 8);
	}
	saved_clear(&state);
	folder_clear(&e.folder);
}

Test(state, refuses_to_be_cut_or_continued)
{
	const char *section;
	struct saved state;
	struct evidence e;
	struct seep_source *source;
	size_t size;

	evidence_init(&e);
	put_everything(&e);
	state_after(&e, 2, &state);
	cr_assert_eq(saved_write(&state, "", 1), 0);
	size = state.size - 1;
	for (state.size = 0; state.size <= size + 1; state.size++) {
		source = source_of(&e, 1);
		section = NULL;
		cr_assert_eq(is_damage(restore(&state, source, &section)),
			     state.size != size, "cut at %zu", state.size);
		cr_assert_eq(section != NULL, state.size != size);
		seep_source_free(source);
	}
	saved_clear(&state);
	folder_clear(&e.folder);
}

/* must_differ() restores and expects a notice that says why not. */
static void
must_differ(const struct evidence *e, struct saved *state, const char *why)
{
	struct seep_source *source = source_of(e, 1);
	const char *section = "none";
	struct reading r;

	memset(&r, 0, sizeof(r));
	cr_assert_eq(restore(state, source, &section), SEEP_EMISMATCH, "%s",
		     why);
	cr_assert_null(section);
	keep_notices(&r, source);
	cr_assert(has_notice(&r, why), "%s, not %s", r.notices[0], why);
	seep_source_free(source);
	reading_clear(&r);
}

Test(state, refuses_other_options_and_paths)
{
	struct evidence e;
	struct saved state;

	evidence_init(&e);
	put_rows(&e, "conn.log", 9);
	state_after(&e, 1, &state);
	e.opts.dedup = 1;
	must_differ(&e, &state, "another dedup");
	e.opts.dedup = 0;
	e.opts.follow = 1;
	must_differ(&e, &state, "another follow");
	e.opts.follow = 0;
	e.opts.link_bits_per_s = 7;
	must_differ(&e, &state, "another link speed");
	e.opts.link_bits_per_s = 0;
	e.opts.sensor = 7;
	must_differ(&e, &state, "another sensor");
	e.opts.sensor = 0;
	e.paths[1] = e.paths[0];
	e.count = 2;
	must_differ(&e, &state, "other paths");
	saved_clear(&state);
	folder_clear(&e.folder);
}

Test(state, refuses_files_that_are_not_what_was_read)
{
	struct evidence e;
	struct saved state;
	char path[512];

	evidence_init(&e);
	put_rows(&e, "conn.a.log", 9);
	put_rows(&e, "conn.b.log", 9);
	put_rows(&e, "conn.c.log", 9);
	strcpy(path, in_folder(&e.folder, "conn.a.log"));
	state_after(&e, 4, &state);
	put_rows(&e, "conn.a.log", 8);
	must_differ(&e, &state, "of another size");
	put_text(path, "x");
	must_differ(&e, &state, "of another size");
	cr_assert_eq(unlink(path), 0);
	must_differ(&e, &state, "is gone");
	/* The same bytes, and another time. */
	put_rows(&e, "conn.a.log", 9);
	must_differ(&e, &state, "was written to");
	saved_clear(&state);
	/* The one at hand, and one that is still to come. */
	state_after(&e, 4, &state);
	append_text(in_folder(&e.folder, "conn.b.log"), "x");
	must_differ(&e, &state, "of another size");
	put_rows(&e, "conn.b.log", 9);
	saved_clear(&state);
	state_after(&e, 4, &state);
	cr_assert_eq(unlink(in_folder(&e.folder, "conn.c.log")), 0);
	must_differ(&e, &state, "is gone");
	saved_clear(&state);
	folder_clear(&e.folder);
}

Test(state, refuses_other_bytes_of_the_same_size_and_time)
{
	struct evidence e;
	struct saved state;
	struct stat st;
	struct timespec times[2];
	FILE *f;

	evidence_init(&e);
	put_rows(&e, "conn.log", 9);
	state_after(&e, 1, &state);
	cr_assert_eq(stat(in_folder(&e.folder, "conn.log"), &st), 0);
	f = fopen(e.folder.path, "r+");
	cr_assert_not_null(f);
	cr_assert_eq(fputc('%', f), '%');
	cr_assert_eq(fclose(f), 0);
	times[0] = st.st_atim;
	times[1] = st.st_mtim;
	cr_assert_eq(utimensat(AT_FDCWD, e.folder.path, times, 0), 0);
	must_differ(&e, &state, "other bytes");
	saved_clear(&state);
	folder_clear(&e.folder);
}

Test(state, does_not_take_up_files_that_came_later)
{
	struct evidence e;
	struct saved state;
	struct seep_source *source;
	struct reading r;

	evidence_init(&e);
	put_rows(&e, "conn.b.log", 9);
	state_after(&e, 1, &state);
	put_rows(&e, "conn.a.log", 9);
	source = source_of(&e, 1);
	memset(&r, 0, sizeof(r));
	cr_assert_eq(restore(&state, source, NULL), SEEP_OK);
	read_on(&r, source);
	cr_assert_eq(r.count, 6);
	seep_source_free(source);
	reading_clear(&r);
	saved_clear(&state);
	folder_clear(&e.folder);
}

Test(state, says_that_a_pipe_cannot_be_read_again)
{
	struct evidence e;
	struct seep_source *source;
	struct saved state = {0};
	struct reading r;

	evidence_init(&e);
	cr_assert_eq(mkfifo(in_folder(&e.folder, "pipe"), 0600), 0);
	e.paths[0] = e.folder.path;
	source = source_of(&e, 1);
	memset(&r, 0, sizeof(r));
	cr_assert_eq(seep_source_save(source, saved_write, &state),
		     SEEP_EUNSUPPORTED);
	keep_notices(&r, source);
	cr_assert(has_notice(&r, "a pipe cannot be read again"));
	seep_source_free(source);
	saved_clear(&state);
	folder_clear(&e.folder);
}

static int
write_nothing(void *ctx, const void *data, size_t size)
{
	(void)data;
	(void)size;
	return --*(int *)ctx < 0;
}

Test(state, tells_when_writing_fails)
{
	struct evidence e;
	struct seep_source *source;
	int blocks;

	evidence_init(&e);
	put_rows(&e, "conn.log", 9);
	source = source_of(&e, 1);
	for (blocks = 0; blocks < 5; blocks++) {
		int left = blocks;

		cr_assert_eq(seep_source_save(source, write_nothing, &left),
			     SEEP_EIO);
	}
	seep_source_free(source);
	folder_clear(&e.folder);
}
