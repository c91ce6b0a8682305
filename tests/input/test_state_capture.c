/* SPDX-License-Identifier: BSD-3-Clause */
#include "captures.h"
#include "saved.h"
#include "support/random.h"

#define GIVEN_MAX 4096

/* What a source gave, in order. */
struct given {
	struct seep_flow flows[GIVEN_MAX];
	char names[GIVEN_MAX][SEEP_NAME_SIZE_MAX + 1];
	size_t count;
	struct seep_coverage coverage;
	struct seep_progress progress;
	size_t notices;
	struct listed listed;
};

static struct seep_source *
make_source(uint64_t seed)
{
	struct seep_capture_opts opts = SEEP_CAPTURE_OPTS_INIT;
	const char *files[FILES_MAX];
	struct seep_source *source;
	size_t i;

	opts.no_dpi = 1;
	opts.flows_max = 40; /* so that some are ended for room */
	opts.seed = seed;
	for (i = 0; i < paths_count; i++)
		files[i] = paths[i];
	cr_assert_eq(
	    seep_capture_source_new(&source, files, paths_count, &opts, NULL),
	    SEEP_OK);
	return source;
}

/* take() takes 'most' batches; returns how many there were. */
static size_t
take(struct given *g, struct seep_source *source, size_t most)
{
	struct seep_notice notice;
	struct seep_flow batch[5];
	size_t batches, n, i;

	for (batches = 0; batches < most; batches++) {
		if (seep_source_next(source, batch, 5, &n) != SEEP_OK)
			break;
		for (i = 0; i < n; i++) {
			cr_assert_lt(g->count, GIVEN_MAX);
			memset(g->names[g->count], 0, sizeof(g->names[0]));
			if (batch[i].name_size > 0)
				memcpy(g->names[g->count], batch[i].name.text,
				       batch[i].name_size);
			g->flows[g->count] = batch[i];
			g->flows[g->count++].name.room = 0;
		}
		while (seep_source_notice(source, &notice) == SEEP_OK)
			g->notices++;
	}
	/* Till then they wait, in a state too. */
	if (most == SIZE_MAX)
		list_inputs(&g->listed, source);
	seep_source_coverage(source, &g->coverage);
	seep_source_progress(source, &g->progress);
	return batches;
}

/* A segment of one of a few connections, whose numbers jump, repeat and
 * wrap now and then. */
static void
put_segment(struct frame *f, uint64_t *draw)
{
	static const unsigned kinds[] = {0x02, 0x12, 0x10, 0x18,
					 0x18, 0x18, 0x11, 0x04};
	unsigned host = 1 + (unsigned)test_random_below(draw, 3);
	unsigned port = 1000 + (unsigned)test_random_below(draw, 12);
	uint32_t base = 0xffffe000u;
	uint32_t seq = base + (uint32_t)test_random_below(draw, 64) * 500;
	uint32_t ack = base + (uint32_t)test_random_below(draw, 64) * 500;
	unsigned flags = kinds[test_random_below(draw, 8)];

	if (test_random_below(draw, 40) == 0)
		seq += (uint32_t)test_random(draw);
	frame_start(f, flags == 0x18 ? test_random_below(draw, 3) * 250 : 0);
	if (test_random_below(draw, 2) == 0) {
		put_tcp(f, port, 443, seq, ack, flags);
		put_ipv4(f, 6, host, 9);
	} else {
		put_tcp(f, 443, port, seq, ack, flags);
		put_ipv4(f, 6, 9, host);
	}
}

/* A question for one of a few names. */
static void
put_question(struct frame *f, uint64_t *draw)
{
	static const uint8_t tail[] = "\7example\3org\0\0\1\0\1";
	uint8_t message[64] = {0x12, 0x34, 1, 0, 0,   1,   0,   0,   0,
			       0,    0,    0, 5, 'h', 'e', 'l', 'l', 'o'};

	message[13] = (uint8_t)('a' + test_random_below(draw, 26));
	memcpy(message + 18, tail, sizeof(tail) - 1);
	frame_start(f, 18 + sizeof(tail) - 1);
	memcpy(frame_data(f), message, f->size);
	put_udp(f, 5000 + (unsigned)test_random_below(draw, 20), 53);
	put_ipv4(f, 17, 1 + (unsigned)test_random_below(draw, 4), 8);
}

static void
put_fragment(struct frame *f, uint64_t *draw)
{
	unsigned id = (unsigned)test_random_below(draw, 6);

	if (test_random_below(draw, 2) == 0) {
		frame_start(f, 64);
		put_udp(f, 7000 + id, 2049);
		put_ipv4_fragment(f, 17, 3, 9, id, 0x2000);
	} else {
		frame_start(f, 72);
		put_ipv4_fragment(f, 17, 3, 9, id, 9);
	}
}

/* write_mixed() adds a file of 'n' frames of all that keeps state. */
static void
write_mixed(uint64_t seed, int64_t time_ns, size_t n)
{
	FILE *file = file_start(1);
	struct frame f;
	uint64_t kind;
	size_t i;

	for (i = 0; i < n; i++) {
		kind = test_random_below(&seed, 20);
		if (kind < 12)
			put_segment(&f, &seed);
		else if (kind < 15)
			put_question(&f, &seed);
		else if (kind < 18)
			put_fragment(&f, &seed);
		else
			udp_packet(&f);
		put_ethernet(&f, kind == 19 ? 0x86dd : 0x0800);
		time_ns += (int64_t)test_random_below(&seed, 9) * SEC;
		if (test_random_below(&seed, 30) == 0)
			time_ns -= 20 * SEC;
		/* A stray one, years ahead. */
		pcap_frame(
		    file, kind == 18 && i % 7 == 0 ? time_ns + T0 / 8 : time_ns,
		    frame_data(&f), kind == 14 ? f.size - 3 : f.size, f.size);
	}
	fclose(file);
}

/* resume_after() reads 'k' batches, saves, and reads on in another source;
 * returns whether there were so many. */
static int
resume_after(struct given *g, size_t k)
{
	struct seep_source *first = make_source(1), *second;
	struct saved state, again;
	const char *section = NULL;
	size_t came;

	memset(g, 0, sizeof(*g));
	came = take(g, first, k);
	save(&state, first);
	seep_source_free(first);
	second = make_source(2);
	cr_assert_eq(restore(&state, second, &section), SEEP_OK,
		     "batch %zu: %s", k, section != NULL ? section : "-");
	save(&again, second);
	cr_assert_eq(state.size, again.size);
	cr_assert_eq(memcmp(state.data, again.data, state.size), 0);
	take(g, second, SIZE_MAX);
	seep_source_free(second);
	saved_clear(&state);
	saved_clear(&again);
	return came == k;
}

static void
must_be_same(const struct given *a, const struct given *b, size_t k)
{
	cr_assert_eq(a->count, b->count, "saved after batch %zu", k);
	cr_assert_eq(memcmp(a->flows, b->flows, a->count * sizeof(a->flows[0])),
		     0, "saved after batch %zu", k);
	cr_assert_eq(memcmp(a->names, b->names, a->count * sizeof(a->names[0])),
		     0, "saved after batch %zu", k);
	cr_assert_eq(memcmp(&a->coverage, &b->coverage, sizeof(a->coverage)), 0,
		     "saved after batch %zu", k);
	cr_assert_eq(memcmp(&a->progress, &b->progress, sizeof(a->progress)), 0,
		     "saved after batch %zu", k);
	cr_assert_eq(a->notices, b->notices, "saved after batch %zu", k);
	cr_assert(same_inputs(&a->listed, &b->listed), "saved after batch %zu",
		  k);
}

/* must_resume_anywhere() compares with the undisturbed reading; returns how
 * many flows it had. */
static size_t
must_resume_anywhere(size_t step)
{
	struct given *whole = calloc(1, sizeof(*whole));
	struct given *g = calloc(1, sizeof(*g));
	struct seep_source *source = make_source(3);
	size_t k, count;

	cr_assert(whole != NULL && g != NULL);
	take(whole, source, SIZE_MAX);
	seep_source_free(source);
	for (k = 0; resume_after(g, k); k += step)
		must_be_same(whole, g, k);
	must_be_same(whole, g, k);
	cr_assert_geq(k, whole->count / 5);
	count = whole->count;
	free(whole);
	free(g);
	return count;
}

Test(state_capture, resumes_after_any_batch)
{
	write_mixed(1, T0, 900);
	cr_assert_gt(must_resume_anywhere(1), 300);
	remove_files();
}

Test(state_capture, resumes_between_files_that_overlap)
{
	write_mixed(1, T0, 300);
	write_mixed(2, T0 + 5 * MINUTE, 300);
	write_mixed(3, T0 + 200 * MINUTE, 300);
	cr_assert_gt(must_resume_anywhere(3), 300);
	remove_files();
}

Test(state_capture, resumes_in_a_packed_file_and_passes_over_a_copy)
{
	write_mixed(1, T0, 300);
	if (!pack("gzip -c %s > %s.t && mv %s.t %s")) {
		remove_files();
		cr_skip_test("skipped: there is no gzip");
	}
	write_mixed(1, T0, 300); /* the same content, plain */
	cr_assert_gt(must_resume_anywhere(2), 100);
	remove_files();
}

/* write_pcapng() writes three packets of one interface. */
static void
write_pcapng(void)
{
	uint32_t section[] = {0x0a0d0d0a, 28, 0x1a2b3c4d, 1, ~0u, ~0u, 28};
	uint32_t interface[] = {1, 20, 1, 65535, 20};
	uint32_t head[7] = {6, 0, 0};
	FILE *file = file_start(1);
	struct frame f;
	unsigned i;

	rewind(file);
	fwrite(section, sizeof(section), 1, file);
	fwrite(interface, sizeof(interface), 1, file);
	for (i = 0; i < 60; i++) {
		frame_start(&f, 100);
		put_udp(&f, 1000 + i, 9999);
		put_ipv4(&f, 17, 1, 2);
		put_ethernet(&f, 0x0800);
		pad(&f, 2);
		head[5] = (uint32_t)f.size;
		head[6] = (uint32_t)f.size;
		head[1] = 32 + (uint32_t)f.size;
		head[3] = 0x0005ffff;
		head[4] = i * 5000000;
		fwrite(head, sizeof(head), 1, file);
		fwrite(frame_data(&f), f.size, 1, file);
		fwrite(&head[1], 4, 1, file);
	}
	fclose(file);
}

Test(state_capture, resumes_in_pcapng)
{
	write_pcapng();
	cr_assert_geq(must_resume_anywhere(1), 60);
	remove_files();
}

/* state_after() saves after 'k' batches. */
static void
state_after(size_t k, struct saved *state)
{
	struct given *g = calloc(1, sizeof(*g));
	struct seep_source *source = make_source(1);

	cr_assert_not_null(g);
	cr_assert_eq(take(g, source, k), k);
	save(state, source);
	seep_source_free(source);
	free(g);
}

Test(state_capture, refuses_every_flipped_bit_and_names_the_section)
{
	const char *section;
	struct saved state;
	struct seep_source *source;
	size_t bit;

	write_mixed(1, T0, 60);
	state_after(3, &state);
	for (bit = 0; bit < state.size * 8; bit++) {
		state.data[bit / 8] ^= (unsigned char)(1u << bit % 8);
		source = make_source(1);
		section = NULL;
		cr_assert(is_damage(restore(&state, source, &section)),
			  "bit %zu", bit);
		cr_assert_not_null(section);
		seep_source_free(source);
		state.data[bit / 8] ^= (unsigned char)(1u << bit % 8);
	}
	saved_clear(&state);
	remove_files();
}

Test(state_capture, refuses_to_be_cut)
{
	struct saved state;
	struct seep_source *source;
	size_t whole;

	write_mixed(1, T0, 60);
	state_after(3, &state);
	whole = state.size;
	for (state.size = 0; state.size < whole; state.size++) {
		source = make_source(1);
		cr_assert(is_damage(restore(&state, source, NULL)));
		seep_source_free(source);
	}
	saved_clear(&state);
	remove_files();
}

Test(state_capture, refuses_files_that_changed_or_are_gone)
{
	struct saved state;
	struct seep_source *source;
	struct seep_notice notice;
	FILE *file;

	write_mixed(1, T0, 60);
	state_after(3, &state);
	file = fopen(paths[0], "ab");
	cr_assert_not_null(file);
	fputc(0, file);
	fclose(file);
	source = make_source(1);
	cr_assert_eq(restore(&state, source, NULL), SEEP_EMISMATCH);
	cr_assert_eq(seep_source_notice(source, &notice), SEEP_OK);
	cr_assert_not_null(strstr(notice.text, "another size"));
	cr_assert_str_eq(notice.file, paths[0]);
	seep_source_free(source);
	unlink(paths[0]);
	source = make_source(1);
	cr_assert_eq(restore(&state, source, NULL), SEEP_EMISMATCH);
	cr_assert_eq(seep_source_notice(source, &notice), SEEP_OK);
	cr_assert_str_eq(notice.text, "is gone");
	seep_source_free(source);
	saved_clear(&state);
	remove_files();
}
