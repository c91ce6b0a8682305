/* SPDX-License-Identifier: BSD-3-Clause */
#include "follow.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include <seep/report.h>

#include "checkpoint.h"
#include "complain.h"

/* Pause when nothing new was there. A row is seen at most this much late;
 * shorter pauses cost wake-ups on an idle sensor, for hourly decisions. */
#define PAUSE_MS 200

/* While old logs are caught up with, an hour of event time passes in a
 * moment: findings are then looked for this often, not every such hour. */
#define DETECT_EVERY_MS 10000

#define NS_PER_HOUR INT64_C(3600000000000)

/* A clock this far ahead of what follows was one wrong record, and event
 * time goes back to the others. */
#define HOURS_BACK_MAX 24

static volatile sig_atomic_t stop_wanted;

static void
note_signal(int number)
{
	(void)number;
	stop_wanted = 1;
}

static void
catch_signals(void)
{
	struct sigaction action;

	memset(&action, 0, sizeof(action));
	action.sa_handler = note_signal;
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static int
write_finding(struct run *run, const struct seep_findings *findings,
	      const struct seep_finding *finding)
{
	if (run->options->format == FORMAT_JSON)
		return seep_report_json_finding(findings, finding, output_write,
						&run->output);
	return seep_report_text_finding(findings, finding, &run->inputs.opts,
					output_write, &run->output);
}

static int
tell_new(struct run *run, struct told *told,
	 const struct seep_findings *findings)
{
	const struct seep_finding *finding;
	size_t cursor = 0;

	while (seep_findings_next(findings, &cursor, &finding) == SEEP_OK) {
		int is_new = told_keep(told, finding->id);
		int status;

		if (is_new == 0)
			continue;
		if (is_new < 0)
			return SEEP_ENOMEM;
		status = write_finding(run, findings, finding);
		if (status != SEEP_OK)
			return status;
	}
	return output_flush(&run->output) == 0 ? SEEP_OK : SEEP_EIO;
}

static int
look(struct run *run, struct told *told)
{
	struct seep_findings *findings;
	int status = run_detect(run, &findings);

	if (status != SEEP_OK)
		return status;
	progress_clear(&run->progress);
	errno = 0;
	status = tell_new(run, told, findings);
	seep_findings_free(findings);
	told->looked_ms = now_ms();
	if (status != SEEP_EIO)
		return status;
	complain("%s: %s", output_name(run->options->output), strerror(errno));
	return SEEP_AGAIN;
}

/* Has event time crossed an hour since the last look? */
static int
hour_crossed(const struct run *run, struct told *told, int64_t *hour)
{
	*hour = run->event_ns / NS_PER_HOUR;
	if (told->hour == 0 || *hour < told->hour - HOURS_BACK_MAX)
		told->hour = *hour;
	return *hour > told->hour;
}

/* Looks when an hour is over: at once when all was read, else now and
 * then. */
static int
look_in_time(struct run *run, struct told *told, int caught_up)
{
	int64_t hour;
	int status;

	if (!hour_crossed(run, told, &hour))
		return SEEP_OK;
	if (!caught_up && now_ms() - told->looked_ms < DETECT_EVERY_MS)
		return SEEP_OK;
	told->hour = hour;
	status = seep_engine_advance(run->engine, hour * NS_PER_HOUR);
	return status == SEEP_OK ? look(run, told) : status;
}

static void
pause_reading(void)
{
	const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000L};

	/* A signal cuts it short, which is wanted. */
	(void)nanosleep(&pause, NULL);
}

int
follow(struct run *run)
{
	struct told *told = &run->told_ids;
	int finishing = 0;
	int status = SEEP_OK;

	assert(run != NULL);
	catch_signals();
	told->looked_ms = now_ms();
	while (status == SEEP_OK) {
		int caught_up;

		if (stop_wanted && !finishing) {
			/* Before what is held is given: later it is taken up
			 * here. One that fails is told, and the end is made. */
			(void)checkpoint_last(run);
			seep_source_finish(run->source);
			finishing = 1;
		}
		status = run_read(run);
		if (status != SEEP_OK && status != SEEP_AGAIN)
			break;
		caught_up = status == SEEP_AGAIN;
		status = look_in_time(run, told, caught_up);
		if (caught_up && !finishing && status == SEEP_OK)
			pause_reading();
	}
	return status;
}
