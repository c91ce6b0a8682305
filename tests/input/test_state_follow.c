/* SPDX-License-Identifier: BSD-3-Clause */
#include "logs.h"
#include "packed.h"
#include "saved.h"

/* A followed folder; reading is broken off and taken up. */
struct rig {
	struct folder folder;
	struct seep_source *source;
	struct reading reading;
	struct saved state;
	uint64_t seed;
};

static void
start_reading(struct rig *rig, int follow)
{
	struct seep_zeek_opts opts = SEEP_ZEEK_OPTS_INIT;
	const char *path = rig->folder.name;

	opts.follow = follow;
	opts.seed = ++rig->seed;
	cr_assert_eq(seep_zeek_source_new(&rig->source, &path, 1, &opts, NULL),
		     SEEP_OK);
}

static void
start(struct rig *rig)
{
	start_reading(rig, 1);
}

static void
rig_init(struct rig *rig)
{
	memset(rig, 0, sizeof(*rig));
	folder_init(&rig->folder);
	start(rig);
}

/* poll_again() reads what is there; returns how many flows came. */
static size_t
poll_again(struct rig *rig)
{
	size_t before = rig->reading.count;

	read_on(&rig->reading, rig->source);
	cr_assert_eq(rig->reading.status, SEEP_AGAIN);
	return rig->reading.count - before;
}

/* stop() is the crash: the state is what is left. */
static void
stop(struct rig *rig)
{
	saved_clear(&rig->state);
	save(&rig->state, rig->source);
	seep_source_free(rig->source);
	rig->source = NULL;
}

static void
go_on(struct rig *rig)
{
	const char *section = NULL;

	start(rig);
	if (restore(&rig->state, rig->source, &section) == SEEP_OK)
		return;
	keep_notices(&rig->reading, rig->source);
	cr_assert_fail("%s: %s", section != NULL ? section : "-",
		       rig->reading.notices[rig->reading.notices_count - 1]);
}

/* must_refuse() goes on and expects a notice. */
static void
must_refuse(struct rig *rig, const char *why)
{
	start(rig);
	cr_assert_eq(restore(&rig->state, rig->source, NULL), SEEP_EMISMATCH);
	keep_notices(&rig->reading, rig->source);
	cr_assert(has_notice(&rig->reading, why), "%s",
		  rig->reading.notices[0]);
}

/* must_list() makes sure that the files listed are as another reading of the
 * folder finds them; one that was cut to nothing, or packed, is another. */
static void
must_list(struct rig *rig, size_t count)
{
	static struct listed now, whole;
	struct reading reading = {0};
	size_t i, j;

	memset(&now, 0, sizeof(now));
	memset(&whole, 0, sizeof(whole));
	list_inputs(&now, rig->source);
	cr_assert_eq(now.count, count, "%zu", now.count);
	seep_source_free(rig->source);
	start_reading(rig, 0);
	read_on(&reading, rig->source);
	list_inputs(&whole, rig->source);
	reading_clear(&reading);
	for (i = 0; i < now.count; i++) {
		for (j = 0; j < whole.count; j++)
			if (memcmp(now.inputs[i].content_sha256,
				   whole.inputs[j].content_sha256, 32) == 0)
				break;
		cr_assert_lt(j, whole.count, "%s", now.names[i]);
		cr_assert_eq(memcmp(&now.inputs[i], &whole.inputs[j],
				    sizeof(now.inputs[i])),
			     0, "%s", now.names[i]);
	}
}

/* end() reads to the end; all that came is 'flows'. */
static void
end(struct rig *rig, size_t flows)
{
	seep_source_finish(rig->source);
	read_on(&rig->reading, rig->source);
	cr_assert_eq(rig->reading.status, SEEP_END);
	must_balance(&rig->reading);
	cr_assert_eq(rig->reading.count, flows, "%zu", rig->reading.count);
}

static void
rig_clear(struct rig *rig)
{
	seep_source_free(rig->source);
	saved_clear(&rig->state);
	reading_clear(&rig->reading);
	folder_clear(&rig->folder);
}

/* add_rows() appends rows told apart by their port. */
static void
add_rows(struct rig *rig, const char *name, unsigned first, unsigned count)
{
	char text[LOG_SIZE] = "", port[16], uid[32];
	unsigned i;

	in_folder(&rig->folder, name);
	if (access(rig->folder.path, F_OK) != 0)
		put_text(rig->folder.path, HEADER);
	for (i = first; i < first + count; i++) {
		snprintf(port, sizeof(port), "%u", i);
		snprintf(uid, sizeof(uid), "C%u", i);
		conn_tsv(text, CONN(.op = port, .uid = uid));
	}
	append_text(rig->folder.path, text);
}

static void
move(struct rig *rig, const char *from, const char *to)
{
	char old[512];

	strcpy(old, in_folder(&rig->folder, from));
	cr_assert_eq(rename(old, in_folder(&rig->folder, to)), 0);
}

Test(state_follow, goes_on_in_a_log_that_grew)
{
	struct rig rig;

	rig_init(&rig);
	add_rows(&rig, "conn.log", 1, 5);
	cr_assert_eq(poll_again(&rig), 5);
	append_text(rig.folder.path, "1772323200.0\tChalf");
	cr_assert_eq(poll_again(&rig), 0);
	stop(&rig);
	append_text(rig.folder.path, "\tis no row\n");
	add_rows(&rig, "conn.log", 6, 2);
	go_on(&rig);
	cr_assert_eq(poll_again(&rig), 2);
	cr_assert_eq(rig.reading.coverage.records, 8);
	end(&rig, 7);
	must_list(&rig, 1);
	rig_clear(&rig);
}

Test(state_follow, goes_on_after_any_batch)
{
	struct rig rig;
	struct seep_flow batch[2];
	size_t k, n, i, came;

	for (k = 0; k < 6; k++) {
		rig_init(&rig);
		add_rows(&rig, "conn.a.log", 1, 5);
		add_rows(&rig, "conn.b.log", 6, 5);
		for (i = came = 0; i < k; i++, came += n)
			if (seep_source_next(rig.source, batch, 2, &n) !=
			    SEEP_OK)
				break;
		stop(&rig);
		go_on(&rig);
		cr_assert_eq(poll_again(&rig), 10 - came);
		seep_source_finish(rig.source);
		rig_clear(&rig);
	}
}

Test(state_follow, finds_a_log_that_was_renamed)
{
	struct rig rig;

	rig_init(&rig);
	add_rows(&rig, "conn.log", 1, 5);
	cr_assert_eq(poll_again(&rig), 5);
	stop(&rig);
	add_rows(&rig, "conn.log", 6, 2);
	move(&rig, "conn.log", "conn.2026-03-01.log");
	add_rows(&rig, "conn.log", 20, 3);
	go_on(&rig);
	cr_assert_eq(poll_again(&rig), 5);
	end(&rig, 10);
	must_list(&rig, 2);
	rig_clear(&rig);
}

#ifdef SEEP_HAVE_ZLIB
/* pack_log() replaces a log by a packed copy. */
static void
pack_log(struct rig *rig, const char *name, const char *to)
{
	static char text[LOG_SIZE];
	static unsigned char out[LOG_SIZE];
	FILE *f = fopen(in_folder(&rig->folder, name), "rb");
	size_t size;

	cr_assert_not_null(f);
	size = fread(text, 1, sizeof(text), f);
	fclose(f);
	cr_assert_eq(unlink(rig->folder.path), 0);
	size = pack_gzip(text, size, out, sizeof(out));
	put_bytes(in_folder(&rig->folder, to), "w", out, size);
}

Test(state_follow, reads_the_rest_in_a_packed_copy)
{
	struct rig rig;

	rig_init(&rig);
	add_rows(&rig, "conn.log", 1, 5);
	add_rows(&rig, "conn.other.log", 50, 1);
	cr_assert_eq(poll_again(&rig), 6);
	stop(&rig);
	add_rows(&rig, "conn.log", 6, 2);
	pack_log(&rig, "conn.log", "conn.2026-03-01.log.gz");
	add_rows(&rig, "conn.log", 20, 3);
	go_on(&rig);
	cr_assert_eq(poll_again(&rig), 5);
	end(&rig, 11);
	must_list(&rig, 3);
	rig_clear(&rig);
}
#endif

Test(state_follow, passes_over_an_archived_copy_of_what_was_read)
{
	struct rig rig;

	rig_init(&rig);
	add_rows(&rig, "conn.log", 1, 5);
	cr_assert_eq(poll_again(&rig), 5);
	move(&rig, "conn.log", "conn.old.log");
	add_rows(&rig, "conn.log", 20, 3);
	cr_assert_eq(poll_again(&rig), 3);
	stop(&rig);
	add_rows(&rig, "conn.copy.log", 1, 5);
	go_on(&rig);
	cr_assert_eq(poll_again(&rig), 0);
	end(&rig, 8);
	rig_clear(&rig);
}

Test(state_follow, reads_again_a_log_that_was_cut_to_nothing)
{
	struct rig rig;

	rig_init(&rig);
	add_rows(&rig, "conn.log", 1, 5);
	cr_assert_eq(poll_again(&rig), 5);
	stop(&rig);
	put_text(in_folder(&rig.folder, "conn.log"), HEADER);
	add_rows(&rig, "conn.log", 30, 2);
	go_on(&rig);
	cr_assert_eq(poll_again(&rig), 2);
	end(&rig, 7);
	rig_clear(&rig);
}

Test(state_follow, refuses_a_log_that_is_gone)
{
	struct rig rig;

	rig_init(&rig);
	add_rows(&rig, "conn.log", 1, 5);
	cr_assert_eq(poll_again(&rig), 5);
	stop(&rig);
	/* Made first, or it might get the number of the one that goes. */
	add_rows(&rig, "conn.new.log", 30, 9);
	cr_assert_eq(unlink(in_folder(&rig.folder, "conn.log")), 0);
	must_refuse(&rig, "is gone");
	rig_clear(&rig);
}

Test(state_follow, refuses_a_log_of_other_bytes)
{
	struct rig rig;
	FILE *f;

	rig_init(&rig);
	add_rows(&rig, "conn.log", 1, 5);
	cr_assert_eq(poll_again(&rig), 5);
	stop(&rig);
	f = fopen(rig.folder.path, "r+b");
	cr_assert_not_null(f);
	fseek(f, -20, SEEK_END);
	fputc('7', f);
	fclose(f);
	add_rows(&rig, "conn.log", 6, 1);
	must_refuse(&rig, "other bytes");
	rig_clear(&rig);
}

Test(state_follow, keeps_more_logs_than_are_open_at_once)
{
	char name[64];
	struct rig rig;
	unsigned i;

	rig_init(&rig);
	for (i = 0; i < 70; i++) {
		snprintf(name, sizeof(name), "conn.%02u.log", i);
		add_rows(&rig, name, 1 + 10 * i, 2);
	}
	cr_assert_eq(poll_again(&rig), 140);
	stop(&rig);
	for (i = 0; i < 70; i++) {
		snprintf(name, sizeof(name), "conn.%02u.log", i);
		add_rows(&rig, name, 3 + 10 * i, 1);
	}
	go_on(&rig);
	cr_assert_eq(poll_again(&rig), 70);
	stop(&rig);
	go_on(&rig);
	end(&rig, 210);
	must_list(&rig, 70);
	rig_clear(&rig);
}

Test(state_follow, gives_up_a_sleeping_log_that_is_gone)
{
	char name[64];
	struct rig rig;
	unsigned i, given_up = 0;

	rig_init(&rig);
	for (i = 0; i < 70; i++) {
		snprintf(name, sizeof(name), "conn.%02u.log", i);
		add_rows(&rig, name, 1 + 10 * i, 2);
	}
	cr_assert_eq(poll_again(&rig), 140);
	for (i = 70; i < 80; i++) {
		snprintf(name, sizeof(name), "conn.%02u.log", i);
		add_rows(&rig, name, 1 + 10 * i, 2);
	}
	cr_assert_eq(poll_again(&rig), 20);
	stop(&rig);
	/* Which sleep is the reader's business; open ones are missed. */
	for (i = 0; i < 80; i++) {
		snprintf(name, sizeof(name), "conn.%02u.log", i);
		move(&rig, name, ".away");
		start(&rig);
		if (restore(&rig.state, rig.source, NULL) == SEEP_OK) {
			given_up++;
			seep_source_finish(rig.source);
			read_on(&rig.reading, rig.source);
			cr_assert_eq(rig.reading.status, SEEP_END);
			cr_assert_eq(rig.reading.count, 160);
		}
		seep_source_free(rig.source);
		move(&rig, ".away", name);
	}
	cr_assert(given_up > 0 && given_up < 80, "%u", given_up);
	rig.source = NULL;
	rig_clear(&rig);
}
