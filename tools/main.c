/* SPDX-License-Identifier: BSD-3-Clause */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <seep/version.h>

#include "complain.h"
#include "usage.h"
#include "verbs.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
} verbs[] = {
    {"pcap", cmd_pcap},   {"zeek", cmd_zeek},   {"report", cmd_report},
    {"merge", cmd_merge}, {"floor", cmd_floor}, {"inject", cmd_inject},
};

/* Standard output may be a full disk: then the run has failed. */
static int
end(int status)
{
	if (fflush(stdout) != 0 || ferror(stdout)) {
		complain("standard output could not be written");
		return status == EXIT_USAGE ? EXIT_USAGE : EXIT_FAILED;
	}
	return status;
}

int
main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : NULL;

	/* A reader that left is a failed write, which is told; not a death
	 * without a word that leaves temporary files. */
	(void)signal(SIGPIPE, SIG_IGN);
	/* So is one past the limit of a file's size. */
	(void)signal(SIGXFSZ, SIG_IGN);
	if (verb == NULL) {
		usage_print(stderr, 0);
		return EXIT_USAGE;
	}
	if (strcmp(verb, "--version") == 0) {
		printf("seep %s\n", seep_version());
		return end(EXIT_DONE);
	}
	if (strcmp(verb, "--help") == 0 || strcmp(verb, "-h") == 0) {
		usage_print(stdout, 0);
		return end(EXIT_DONE);
	}
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verb, verbs[i].name) == 0)
			return end(verbs[i].run(argc - 1, argv + 1));
	complain("there is no verb '%s'; see 'seep --help'", verb);
	return EXIT_USAGE;
}
