/* SPDX-License-Identifier: BSD-3-Clause */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "bench/series_case.h"
#include "detection/seriesfile.h"
#include "support/corpora.h"

static struct series *
open_one(struct series_case *c, const char *kind, const char *a, const char *b,
	 const char *third)
{
	const char *paths[3] = {a, b, third};
	size_t count = third != NULL ? 3 : b != NULL ? 2 : 1;

	return series_open(kind, paths, count, &c->opts);
}

/* Two machines that send, and what they receive; one sample is missing. */
static const char *const sent = "hour_utc,vm2,vm4\n"
				"2013-06-30 22:00:00,10,20\n"
				"2013-06-30 23:00:00,,21\n"
				"2013-07-01 00:00:00,0,22\n";
static const char *const received = "hour_utc,vm2,vm4\n"
				    "2013-06-30 22:00:00,1,2\n"
				    "2013-06-30 23:00:00,,3\n"
				    "2013-07-01 00:00:00,4,5\n";

Test(series, a_missing_sample_is_not_zero)
{
	char out[CASE_PATH_SIZE], in[CASE_PATH_SIZE];
	struct series_case c;
	struct series *series;
	uint64_t sum_out, sum_in;

	case_new(&c);
	case_write(&c, "tx.csv.gz", sent, out);
	case_write(&c, "rx.csv.gz", received, in);
	series = open_one(&c, "bitbrains", out, in, NULL);
	cr_assert_not_null(series);
	cr_assert_eq(series->count, 2);
	cr_assert_eq(series->hours, 3);
	/* 2013-06-30 is day 15886 since 1970. */
	cr_assert_eq(series->from_hour, 15886 * 24 + 22);
	cr_assert_str_eq(series->hosts[1].name, "vm4");
	cr_assert_eq(case_out(series, 0, 1), SERIES_MISSING);
	cr_assert_eq(case_out(series, 0, 2), 0);
	cr_assert_eq(case_in(series, 1, 2), 5);
	cr_assert_eq(series_at(series, 0, 1, &sum_out, &sum_in), SERIES_HOLE);
	cr_assert_eq(series_at(series, 0, 2, &sum_out, &sum_in),
		     SERIES_COVERED);
	cr_assert_eq(sum_in, 4);
	cr_assert_eq(series_holes(series, 0), 1);
	cr_assert_eq(series_holes(series, 1), 0);
	cr_assert_eq(series->damaged, 0);
	cr_assert_eq(c.notices, 0);
	series_free(series);
	case_remove(&c);
}

Test(series, damage_costs_its_own_row_or_cell_and_is_told_by_line)
{
	char out[CASE_PATH_SIZE], in[CASE_PATH_SIZE];
	struct series_case c;
	struct series *series;

	case_new(&c);
	case_write(&c, "tx.csv",
		   "hour_utc,vm2,vm4\n"
		   "2013-06-30 22:00:00,10,20\n"
		   "2013-06-31 23:00:00,1,1\n"   /* 3: no such date */
		   "2013-06-30 23:00:00,-5,21\n" /* 4: one cell */
		   "2013-07-01 00:00:00,7\n"     /* 5: a field is missing */
		   "2013-07-01 01:30:00,7,7\n"   /* 6: no whole hour */
		   "2113-07-01 01:00:00,7,7\n" /* 7: a century away, 2 cells */
		   "2013-06-30 22:00:00,8,\n"  /* 8: told before */
		   "2013-07-01 02:00:00,12,99999999999999999\n" /* 9 */
		   "2013-07-01 03:00:00,13,23\n",
		   out);
	case_write(&c, "rx.csv", received, in);
	series = open_one(&c, "bitbrains", out, in, NULL);
	cr_assert_not_null(series);
	for (uint64_t line = 3; line <= 9; line++)
		cr_assert(case_told(&c, line), "line %d", (int)line);
	cr_assert_not(case_told(&c, 2));
	cr_assert_not(case_told(&c, 10));
	cr_assert_eq(series->damaged, 8);
	cr_assert_eq(c.notices, 8);
	cr_assert_eq(series->hours, 6);
	cr_assert_eq(case_out(series, 0, 0), 10);
	cr_assert_eq(case_out(series, 0, 1), SERIES_MISSING);
	cr_assert_eq(case_out(series, 1, 1), 21);
	cr_assert_eq(case_out(series, 0, 4), 12);
	cr_assert_eq(case_out(series, 1, 4), SERIES_MISSING);
	cr_assert_eq(case_out(series, 1, 5), 23);
	series_free(series);
	case_remove(&c);
}

Test(series, an_hour_that_most_machines_lack_is_a_gap)
{
	char out[CASE_PATH_SIZE], in[CASE_PATH_SIZE];
	struct series_case c;
	struct series *series;
	uint64_t a, b;

	case_new(&c);
	case_write(&c, "tx.csv",
		   "hour_utc,vm2,vm4,vm6\n"
		   "2013-06-30 20:00:00,1,1,\n"
		   "2013-06-30 21:00:00,,,1\n"
		   "2013-06-30 22:00:00,1,,1\n"
		   "2013-06-30 23:00:00,1,1,1\n",
		   out);
	case_write(&c, "rx.csv", "hour_utc,vm2,vm4,vm6\n", in);
	series = open_one(&c, "bitbrains", out, in, NULL);
	cr_assert_not_null(series);
	cr_assert_eq(series_at(series, 2, 0, &a, &b), SERIES_OUTSIDE);
	cr_assert_eq(series_at(series, 0, 1, &a, &b), SERIES_GAP);
	/* Even the one that did tell is masked then. */
	cr_assert_eq(series_at(series, 2, 1, &a, &b), SERIES_GAP);
	cr_assert_eq(series_at(series, 1, 2, &a, &b), SERIES_HOLE);
	cr_assert_eq(series_at(series, 0, 2, &a, &b), SERIES_COVERED);
	series_free(series);
	case_remove(&c);
}

Test(series, a_list_of_machines_keeps_only_these)
{
	char out[CASE_PATH_SIZE], in[CASE_PATH_SIZE], ids[CASE_PATH_SIZE];
	struct series_case c;
	struct series *series;

	case_new(&c);
	case_write(&c, "tx.csv", sent, out);
	case_write(&c, "rx.csv", received, in);
	case_write(&c, "ids.txt", "400\n4\nfour\n", ids);
	series = open_one(&c, "bitbrains", out, in, ids);
	cr_assert_not_null(series);
	cr_assert_eq(series->count, 1);
	cr_assert_str_eq(series->hosts[0].name, "vm4");
	cr_assert_eq(case_in(series, 0, 1), 3);
	cr_assert_eq(series->damaged, 1);
	cr_assert(case_told(&c, 3));
	series_free(series);
	case_remove(&c);
}

Test(series, a_compressed_file_that_breaks_off_keeps_what_came_before)
{
	char out[CASE_PATH_SIZE], in[CASE_PATH_SIZE];
	char text[60 * 400 + 64];
	size_t size = 0;
	struct series_case c;
	struct series *series;

	size += (size_t)sprintf(text, "hour_utc,vm2\n");
	for (unsigned i = 0; i < 400; i++)
		size += (size_t)sprintf(text + size,
					"2013-%02u-%02u %02u:00:00,%u\n",
					i / 24 / 28 + 1, i / 24 % 28 + 1,
					i % 24, i * 2654435761u % 1000000007u);
	case_new(&c);
	case_write(&c, "tx.csv.gz", text, out);
	case_write(&c, "rx.csv", "hour_utc,vm2\n", in);
	case_cut(out, 2000);
	series = open_one(&c, "bitbrains", out, in, NULL);
	cr_assert_not_null(series);
	cr_assert_geq(series->hours, 100);
	cr_assert_lt(series->hours, 400);
	cr_assert_eq(case_out(series, 0, 99), 99 * 2654435761u % 1000000007u);
	cr_assert_eq(series->damaged, 1);
	cr_assert(case_told(&c, series->hours + 2));
	series_free(series);
	case_remove(&c);
}

/* write_minutes() adds the minutes [from, until) of one hour. */
static size_t
write_minutes(char *text, unsigned hour, unsigned from, unsigned until)
{
	size_t size = 0;

	for (unsigned i = from; i < until; i++)
		size +=
		    (size_t)sprintf(text + size, "1998-05-01 %02u:%02u,%u,%u\n",
				    hour, i, i, 1000 + i);
	return size;
}

Test(series, minutes_of_a_site_become_hours_where_enough_were_told)
{
	char path[CASE_PATH_SIZE];
	char text[16384];
	struct series_case c;
	struct series *series;
	size_t size;

	size = (size_t)sprintf(text, "timestamp,num_request,size\n");
	size += write_minutes(text + size, 9, 16, 60); /* 44: cut */
	size += write_minutes(text + size, 10, 0, 60);
	size += write_minutes(text + size, 11, 0, 45); /* just enough */
	size += (size_t)sprintf(text + size, "1998-05-01 11:03,1,5\n");
	size += (size_t)sprintf(text + size, "1998-05-01 11:50,x,5\n");
	size += (size_t)sprintf(text + size, "1998-05-01 11:51,1\n");
	case_new(&c);
	case_write(&c, "minutes.csv.gz", text, path);
	series = open_one(&c, "worldcup", path, NULL, NULL);
	cr_assert_not_null(series);
	cr_assert_eq(series->count, 1);
	cr_assert(series->pulled);
	cr_assert_eq(series->hours, 2);
	/* 1998-05-01 is day 10347. */
	cr_assert_eq(series->from_hour, 10347 * 24 + 10);
	cr_assert_eq(case_out(series, 0, 0), 60 * 1000 + 59 * 60 / 2);
	cr_assert_eq(case_out(series, 0, 1), 45 * 1000 + 44 * 45 / 2);
	cr_assert_eq(case_in(series, 0, 0), SERIES_MISSING);
	cr_assert_eq(series->damaged, 3);
	series_free(series);
	case_remove(&c);
}

static const char *const cesnet_times = "id_time,time\n"
					"0,2023-10-09 00:00:00+00:00\n"
					"1,2023-10-09 01:00:00+00:00\n"
					"2,2023-10-09 02:00:00+00:00\n"
					"3,2023-10-09 03:00:00+00:00\n";

/* The 19 columns of an hourly file, as published. */
#define CESNET_HEADER                                                          \
	"id_time,n_flows,n_packets,n_bytes,sum_n_dest_asn,average_n_dest_asn," \
	"std_n_dest_asn,sum_n_dest_ports,average_n_dest_ports,"                \
	"std_n_dest_ports,sum_n_dest_ip,average_n_dest_ip,std_n_dest_ip,"      \
	"tcp_udp_ratio_packets,tcp_udp_ratio_bytes,dir_ratio_packets,"         \
	"dir_ratio_bytes,avg_duration,avg_ttl\n"
#define CESNET_ROW(id, bytes, ratio) \
#id ",3,9," #bytes           \
	    ",1,1.0,0.0,2,1.0,0.5,2,1.0,0.0,0.9,0.8,0.5," #ratio ",1.5,64.0\n"

Test(series, cesnet_bytes_are_dealt_out_by_the_direction_ratio)
{
	char path[CASE_PATH_SIZE], times[CASE_PATH_SIZE];
	struct series_case c;
	struct series *series;
	uint64_t out, in;

	case_new(&c);
	case_write(&c, "times_1_hour.csv", cesnet_times, times);
	case_write(&c, "103.csv",
		   CESNET_HEADER CESNET_ROW(0, 1000, 0.25)
		       CESNET_ROW(1, 777, 1.0) CESNET_ROW(9, 5, 0.5)
			   CESNET_ROW(1, 5, 0.5) CESNET_ROW(2, 5, 1.5)
			       CESNET_ROW(3, 10, 0.04),
		   path);
	series = open_one(&c, "cesnet-file", path, times, NULL);
	cr_assert_not_null(series);
	cr_assert_eq(series->hours, 4);
	cr_assert_eq(case_out(series, 0, 0), 250);
	cr_assert_eq(case_in(series, 0, 0), 750);
	cr_assert_eq(case_out(series, 0, 1), 777);
	cr_assert_eq(case_in(series, 0, 1), 0);
	cr_assert_eq(case_out(series, 0, 3), 0);
	/* 4: no such id_time; 5: told before; 6: a share above 1. */
	cr_assert(case_told(&c, 4) && case_told(&c, 5) && case_told(&c, 6));
	cr_assert_eq(series->damaged, 3);
	/* No row: the address was silent, and that was seen. */
	cr_assert_eq(series_at(series, 0, 2, &out, &in), SERIES_COVERED);
	cr_assert_eq(out, 0);
	series_free(series);
	case_remove(&c);
}

/* write_cesnet() writes a whole group; the full set keeps its series in
 * folders below agg_1_hour, the sample does not. */
static void
write_cesnet(const struct series_case *c, const char *group, int folders)
{
	char path[CASE_PATH_SIZE];
	char name[128];

	case_write(c, "times/times_1_hour.csv", cesnet_times, path);
	snprintf(name, sizeof(name), "%s/identifiers.csv", group);
	case_write(c, name, "id_ip\n103\n7\nabc\n2201\n90\n", path);
	snprintf(name, sizeof(name), "%s/agg_1_hour/%s103.csv", group,
		 folders ? "1/" : "");
	case_write(c, name, CESNET_HEADER CESNET_ROW(0, 1000, 0.5), path);
	snprintf(name, sizeof(name), "%s/agg_1_hour/%s2201.csv", group,
		 folders ? "22/" : "");
	case_write(c, name, CESNET_HEADER CESNET_ROW(1, 4000, 0.5), path);
	snprintf(name, sizeof(name), "%s/agg_1_hour/%s90.csv.gz", group,
		 folders ? "1/" : "");
	case_write(c, name, CESNET_HEADER CESNET_ROW(3, 600, 0.5), path);
}

static void
check_cesnet(const char *group, int folders)
{
	struct series_case c;
	struct series *series;

	case_new(&c);
	write_cesnet(&c, group, folders);
	series = open_one(&c, "cesnet", c.folder, group, NULL);
	cr_assert_not_null(series);
	cr_assert_eq(series->count, 3);
	cr_assert_str_eq(series->hosts[0].name, "103");
	cr_assert_str_eq(series->hosts[1].name, "2201");
	cr_assert_str_eq(series->hosts[2].name, "90");
	cr_assert_eq(case_out(series, 0, 0), 500);
	cr_assert_eq(case_out(series, 1, 1), 2000);
	cr_assert_eq(case_out(series, 2, 3), 300);
	/* 3: identifier 7 has no file; 4: no identifier. */
	cr_assert_eq(series->damaged, 2);
	cr_assert(case_told(&c, 3) && case_told(&c, 4));
	series_free(series);
	c.opts.hosts_skip = 2;
	c.opts.hosts_max = 1;
	series = open_one(&c, "cesnet", c.folder, group, NULL);
	cr_assert_not_null(series);
	cr_assert_eq(series->count, 1);
	cr_assert_str_eq(series->hosts[0].name, "2201");
	series_free(series);
	case_remove(&c);
}

Test(series, the_cesnet_sample_is_read_as_published)
{
	check_cesnet("ip_addresses_sample", 0);
}

Test(series, the_whole_of_cesnet_is_read_with_its_folders)
{
	check_cesnet("ip_addresses_full", 1);
}

/* As pandas writes a table of floats: the corner is empty, so is NaN. */
static const char *const masaryk =
    ",133.250.178.1,133.250.178.2,133.250.146.9\n"
    "2019-01-01 00:00:00+00:00,1982.0,,62.0\n"
    "2019-01-01 01:00:00+00:00,,,\n"
    "2019-01-01 02:00:00+00:00,1.5e+03,106.0,NaN\n"
    "2019-01-01 03:00:00+00:00,7.0,many,9.0\n"
    "2019-01-01 04:00:00+00:00,7.0,1.0,9.0\n";

Test(series, in_masaryk_an_empty_cell_is_silence_and_an_empty_row_a_gap)
{
	char path[CASE_PATH_SIZE];
	struct series_case c;
	struct series *series;
	uint64_t out, in;

	case_new(&c);
	case_write(&c, "Bytes-anon.csv", masaryk, path);
	series = open_one(&c, "masaryk", path, NULL, NULL);
	cr_assert_not_null(series);
	cr_assert_eq(series->count, 3);
	cr_assert_str_eq(series->hosts[2].name, "133.250.146.9");
	/* 2019-01-01 is day 17897. */
	cr_assert_eq(series->from_hour, 17897 * 24);
	cr_assert_eq(case_out(series, 0, 0), 1982);
	cr_assert_eq(case_out(series, 0, 2), 1500);
	cr_assert_eq(series_at(series, 0, 1, &out, &in), SERIES_GAP);
	cr_assert_eq(series_at(series, 2, 2, &out, &in), SERIES_COVERED);
	cr_assert_eq(out, 0);
	cr_assert_eq(series_at(series, 1, 0, &out, &in), SERIES_OUTSIDE);
	cr_assert_eq(series->damaged, 1);
	cr_assert(case_told(&c, 5));
	cr_assert_eq(case_out(series, 1, 3), SERIES_MISSING);
	series_free(series);
	case_remove(&c);
}

Test(series, a_network_keeps_its_own_addresses_only)
{
	const char *text = "133.250.178.0/24";
	char path[CASE_PATH_SIZE];
	struct seep_network network;
	struct series_case c;
	struct series *series;

	case_new(&c);
	case_write(&c, "Bytes-anon.csv", masaryk, path);
	cr_assert_eq(seep_network_parse(text, strlen(text), &network), 0);
	c.opts.network = &network;
	series = open_one(&c, "masaryk", path, NULL, NULL);
	cr_assert_not_null(series);
	cr_assert_eq(series->count, 2);
	cr_assert_str_eq(series->hosts[1].name, "133.250.178.2");
	cr_assert_eq(case_out(series, 1, 2), 106);
	series_free(series);
	case_remove(&c);
}

Test(series, rows_may_come_in_any_order)
{
	char path[CASE_PATH_SIZE];
	struct series_case c;
	struct series *series;

	case_new(&c);
	case_write(&c, "Bytes-anon.csv",
		   ",10.0.0.1,10.0.0.2\n"
		   "2019-03-01 05:00:00+00:00,5.0,6.0\n"
		   "2019-01-01 00:00:00+00:00,1.0,2.0\n"
		   "2019-06-01 00:00:00+00:00,3.0,4.0\n",
		   path);
	series = open_one(&c, "masaryk", path, NULL, NULL);
	cr_assert_not_null(series);
	cr_assert_eq(series->from_hour, 17897 * 24);
	cr_assert_eq(series->hours, 151 * 24 + 1);
	cr_assert_eq(case_out(series, 1, 0), 2);
	cr_assert_eq(case_out(series, 0, 59 * 24 + 5), 5);
	cr_assert_eq(case_out(series, 1, 151 * 24), 4);
	cr_assert_eq(series->hosts[0].first, 0);
	cr_assert_eq(series->hosts[0].last, 151 * 24);
	series_free(series);
	case_remove(&c);
}

Test(series, what_cannot_be_read_at_all_gives_nothing_and_is_told)
{
	char path[CASE_PATH_SIZE];
	struct series_case c;

	case_new(&c);
	case_write(&c, "empty.csv", "", path);
	cr_assert_null(open_one(&c, "masaryk", path, NULL, NULL));
	cr_assert_eq(c.notices, 1);
	cr_assert_null(open_one(&c, "masaryk", "/nowhere/x.csv", NULL, NULL));
	cr_assert_eq(c.notices, 2);
	cr_assert_null(open_one(&c, "cesnet", c.folder, "institutions", NULL));
	cr_assert_eq(c.notices, 3);
	cr_assert_null(open_one(&c, "bitbrains", path, NULL, NULL));
	cr_assert_null(open_one(&c, "nosuchkind", path, NULL, NULL));
	case_remove(&c);
}

/* rows, damage and sums of the real files, counted with awk beforehand. */
Test(series, the_real_bitbrains_files_are_read_to_the_byte)
{
	char out[TEST_PATH_SIZE], in[TEST_PATH_SIZE];
	struct series_case c;
	struct series *series;
	uint64_t sum = 0;

	if (!test_corpora_path(out,
			       "series/bitbrains_hourly_tx_bytes.csv.gz") ||
	    !test_corpora_path(in, "series/bitbrains_hourly_rx_bytes.csv.gz"))
		cr_skip_test("skipped: no corpora (set SEEP_CORPORA)");
	case_new(&c);
	series = open_one(&c, "bitbrains", out, in, NULL);
	cr_assert_not_null(series);
	cr_assert_eq(series->count, 250);
	cr_assert_eq(series->hours, 2184);
	cr_assert_eq(series->damaged, 0);
	for (size_t i = 0; i < series->count; i++) {
		for (size_t hour = 0; hour < series->hours; hour++) {
			if (case_out(series, i, hour) != SERIES_MISSING)
				sum += case_out(series, i, hour);
		}
	}
	cr_assert_eq(sum, UINT64_C(105391684793493));
	series_free(series);
	case_remove(&c);
}

Test(seriesfile, bytes_are_read_as_integers_and_as_floats)
{
	static const struct {
		const char *text;
		int good;
		uint64_t bytes;
	} cases[] = {
	    {"0", 1, 0},
	    {"1982.0", 1, 1982},
	    {"1.5e+03", 1, 1500},
	    {"9007199254740992", 1, UINT64_C(9007199254740992)},
	    {"9007199254740993", 0, 0},
	    {"99999999999999999999999", 0, 0},
	    {"-1", 0, 0},
	    {"1e300", 0, 0},
	    {"0x10", 0, 0},
	    {"inf", 0, 0},
	    {" 1", 0, 0},
	    {"1 ", 0, 0},
	    {"", 0, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t bytes = 0;

		cr_assert_eq(seriesfile_bytes(cases[i].text, &bytes),
			     cases[i].good, "%s", cases[i].text);
		cr_assert_eq(bytes, cases[i].bytes, "%s", cases[i].text);
	}
}

Test(seriesfile, hours_are_utc_and_whole)
{
	static const struct {
		const char *text;
		int good;
		uint32_t hour;
	} cases[] = {
	    {"1970-01-01 00:00", 1, 0},
	    {"2000-02-29T23:00:00Z", 1, 11016 * 24 + 23},
	    {"2023-10-09 01:00:00+00:00", 1, 19639 * 24 + 1},
	    {"1900-01-01 00:00:00", 0, 0},
	    {"2001-02-29 00:00:00", 0, 0},
	    {"2001-02-28 24:00:00", 0, 0},
	    {"2001-02-28 10:30:00", 0, 0},
	    {"2001-02-28 10:00:01", 0, 0},
	    {"2001-02-28 10:00:00+02:00", 0, 0},
	    {"2001-02-28", 0, 0},
	    {"20010228 10:00", 0, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t hour = 0;

		cr_assert_eq(seriesfile_hour(cases[i].text, &hour),
			     cases[i].good, "%s", cases[i].text);
		cr_assert_eq(hour, cases[i].hour, "%s", cases[i].text);
	}
}
