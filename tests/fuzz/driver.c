/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * driver.c - main() of a target where there is no libFuzzer.
 *
 *     replay_<x> [-n COUNT] [-s SEED] PATH...
 *
 * Runs the target on every file, folders read in the order of their names,
 * and then on COUNT mutations of them: the same ones for the same SEED, so
 * that any compiler finds again what one found. An input that ends in
 * abort() is left as crash.bin in the working folder.
 */
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <unistd.h>

#include "fuzz/fuzz.h"
#include "support/random.h"

/* Inputs beyond are cut: what is found in large ones is found in small. */
#define INPUT_MAX 65536
#define SEEDS_MAX 4096
#define MUTATIONS_MAX 8

struct input {
	uint8_t *data;
	size_t size;
};

static struct input seeds[SEEDS_MAX];
static size_t seeds_count;
/* What runs now, for the handler. */
static struct input running;

static void
leave_input(int number)
{
	int fd = open("crash.bin", O_WRONLY | O_CREAT | O_TRUNC, 0666);

	if (fd >= 0 && write(fd, running.data, running.size) >= 0)
		close(fd);
	signal(number, SIG_DFL);
	raise(number);
}

/* The target gets a copy to the byte: a sanitizer sees what lies behind. */
static void
run(const uint8_t *data, size_t size)
{
	running.data = malloc(size + (size == 0));
	running.size = size;
	FUZZ_CHECK(running.data != NULL);
	if (size > 0)
		memcpy(running.data, data, size);
	LLVMFuzzerTestOneInput(running.data, size);
	free(running.data);
}

static void
read_file(const char *path)
{
	struct input *seed = &seeds[seeds_count];
	FILE *file = fopen(path, "rb");

	FUZZ_CHECK(seeds_count < SEEDS_MAX);
	if (file == NULL) {
		perror(path);
		exit(1);
	}
	seed->data = malloc(INPUT_MAX);
	FUZZ_CHECK(seed->data != NULL);
	seed->size = fread(seed->data, 1, INPUT_MAX, file);
	fclose(file);
	seeds_count++;
}

static void
read_path(const char *path)
{
	struct dirent **names;
	struct stat status;
	char file[4096];
	int count;

	if (stat(path, &status) != 0 || !S_ISDIR(status.st_mode)) {
		read_file(path);
		return;
	}
	count = scandir(path, &names, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		snprintf(file, sizeof(file), "%s/%s", path, names[i]->d_name);
		if (names[i]->d_name[0] != '.')
			read_file(file);
		free(names[i]);
	}
	free(count >= 0 ? names : NULL);
}

/* Moves the tail by 'by' bytes, at 'at'. */
static size_t
resize(uint8_t *data, size_t size, size_t at, int64_t by)
{
	if (by < 0 && size - at < (size_t)-by)
		by = -(int64_t)(size - at);
	if (by > 0 && INPUT_MAX - size < (size_t)by)
		by = (int64_t)(INPUT_MAX - size);
	if (by < 0)
		memmove(data + at, data + at - by, size - at - (size_t)-by);
	else
		memmove(data + at + by, data + at, size - at);
	return (size_t)((int64_t)size + by);
}

/* One change to 'data'; returns its new size. */
static size_t
mutate(uint8_t *data, size_t size, uint64_t *random)
{
	static const uint8_t marks[] = {0,   1,   0x7f, 0x80, 0xff, '\t', '\n',
					',', '-', '0',  '9',  '"',  '}',  '.'};
	const size_t at = test_random_below(random, size + 1);
	const struct input *other =
	    &seeds[test_random_below(random, seeds_count)];
	const size_t length = 1 + test_random_below(random, 32);
	const size_t from = test_random_below(random, other->size + 1);

	switch (test_random_below(random, 6)) {
	case 0:
		if (at < size)
			data[at] ^=
			    (uint8_t)(1 << test_random_below(random, 8));
		return size;
	case 1:
		if (at < size)
			data[at] =
			    marks[test_random_below(random, sizeof(marks))];
		return size;
	case 2:
		return resize(data, size, at, -(int64_t)length);
	case 3:
		if (at < size)
			data[at] = (uint8_t)test_random(random);
		return size;
	case 4:
		/* A piece of some seed over what is here ... */
		if (length <= other->size - from && length <= size - at)
			memcpy(data + at, other->data + from, length);
		return size;
	default:
		/* ... or in between. */
		if (length > other->size - from || length > INPUT_MAX - size)
			return size;
		size = resize(data, size, at, (int64_t)length);
		memcpy(data + at, other->data + from, length);
		return size;
	}
}

static void
run_mutations(uint64_t count, uint64_t random)
{
	static uint8_t data[INPUT_MAX];

	for (uint64_t i = 0; i < count; i++) {
		const struct input *seed =
		    &seeds[test_random_below(&random, seeds_count)];
		uint64_t left = 1 + test_random_below(&random, MUTATIONS_MAX);
		size_t size = seed->size;

		memcpy(data, seed->data, size);
		while (left-- > 0)
			size = mutate(data, size, &random);
		run(data, size);
	}
}

int
main(int argc, char **argv)
{
	uint64_t count = 0;
	uint64_t seed = 1;
	int option;

	while ((option = getopt(argc, argv, "n:s:")) != -1) {
		if (option == 'n')
			count = strtoull(optarg, NULL, 10);
		else if (option == 's')
			seed = strtoull(optarg, NULL, 10);
		else
			return 2;
	}
	signal(SIGABRT, leave_input);
	signal(SIGSEGV, leave_input);
	for (int i = optind; i < argc; i++)
		read_path(argv[i]);
	for (size_t i = 0; i < seeds_count; i++)
		run(seeds[i].data, seeds[i].size);
	FUZZ_CHECK(seeds_count > 0);
	run_mutations(count, seed);
	printf("%zu inputs, %llu mutations\n", seeds_count,
	       (unsigned long long)count);
	for (size_t i = 0; i < seeds_count; i++)
		free(seeds[i].data);
	return 0;
}
