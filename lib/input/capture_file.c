/* SPDX-License-Identifier: BSD-3-Clause */
/* fopencookie(3), and u_int for libpcap's header. */
#define _GNU_SOURCE 1

#include "input/capture_file.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <pcap/pcap.h>

#include <seep/status.h>

#include "input/decode.h"
#include "input/stream.h"

/*
 * READ_SIZE: the buffer between libpcap, which reads 16 bytes and then a
 * packet, and the stream. Below 16 KiB the calls show; above 64 KiB nothing
 * changes.
 */
#define READ_SIZE 65536

#define NS_PER_S INT64_C(1000000000)

struct seep__capfile {
	struct seep__mem *mem;
	const char *path;            /* the caller's */
	struct seep__digest *digest; /* the caller's */
	struct seep__stream *stream;
	FILE *stdio;
	pcap_t *pcap; /* owns 'stdio' once it is there */
	int link;
	int is_stdin;
	uint64_t given;  /* bytes read from the stream */
	uint64_t frames; /* read so far */
	int status;      /* of the stream: SEEP_OK, or why it ended */
	int again;       /* memory ended: to be read from its beginning */
	uint8_t magic[4];
	char buffer[READ_SIZE];
};

static void
put_why(char *why, const char *text)
{
	size_t size = strlen(text);

	if (size >= SEEP__CAPFILE_WHY_SIZE)
		size = SEEP__CAPFILE_WHY_SIZE - 1;
	memcpy(why, text, size);
	why[size] = '\0';
}

/* The first bytes tell the form; they may come one by one. */
static void
note_magic(struct seep__capfile *file, const char *data, size_t size)
{
	size_t at = (size_t)file->given;

	assert(at < sizeof(file->magic));
	if (size > sizeof(file->magic) - at)
		size = sizeof(file->magic) - at;
	memcpy(file->magic + at, data, size);
}

static ssize_t
read_cookie(void *cookie, char *data, size_t size)
{
	struct seep__capfile *file = cookie;
	size_t got = 0;

	file->status = seep__stream_read(file->stream, data, size, &got);
	if (file->given < sizeof(file->magic))
		note_magic(file, data, got);
	file->given += got;
	return file->status == SEEP_OK || got > 0 ? (ssize_t)got : -1;
}

/* libpcap never seeks; ftello(3) asks where we are, and
 * seep__capfile_pass() goes somewhere. */
static int
seek_cookie(void *cookie, off64_t *offset, int whence)
{
	struct seep__capfile *file = cookie;

	if (whence == SEEK_SET && *offset >= 0 &&
	    seep__stream_seek(file->stream, (uint64_t)*offset) == SEEP_OK)
		file->given = (uint64_t)*offset;
	else if (whence != SEEK_CUR || *offset != 0)
		return -1;
	*offset = (off64_t)file->given;
	return 0;
}

static int
open_stdio(struct seep__capfile *file)
{
	static const cookie_io_functions_t functions = {.read = read_cookie,
							.seek = seek_cookie};

	file->stdio = fopencookie(file, "r", functions);
	if (file->stdio == NULL)
		return SEEP_ENOMEM;
	setvbuf(file->stdio, file->buffer, _IOFBF, sizeof(file->buffer));
	return SEEP_OK;
}

/* What ended the file: the compression below, or libpcap's own reason. */
static void
tell_why(const struct seep__capfile *file, const char *pcap_why, char *why)
{
	if (file->status != SEEP_OK)
		put_why(why, seep__stream_why(file->stream));
	else if (seep__stream_truncated(file->stream))
		put_why(why, "the compressed file ends early");
	else
		put_why(why, pcap_why);
}

/* Was it memory that ended below, in the decompressor or in libpcap? Then
 * errno is what malloc(3) left. */
static int
is_memory(const struct seep__capfile *file)
{
	return file->status == SEEP_ENOMEM || errno == ENOMEM;
}

static int
open_pcap(struct seep__capfile *file, char *why)
{
	char error[PCAP_ERRBUF_SIZE] = "";

	errno = 0;
	file->pcap = pcap_fopen_offline_with_tstamp_precision(
	    file->stdio, PCAP_TSTAMP_PRECISION_NANO, error);
	if (file->pcap == NULL && is_memory(file))
		return SEEP_ENOMEM;
	if (file->pcap == NULL) {
		tell_why(file, error, why);
		return SEEP_EFORMAT;
	}
	file->link = pcap_datalink(file->pcap);
	return SEEP_OK;
}

static int
check_link(const struct seep__capfile *file, char *why)
{
	const char *name = pcap_datalink_val_to_name(file->link);
	int n;

	if (seep__decode_supports(file->link))
		return SEEP_OK;
	n = snprintf(why, SEEP__CAPFILE_WHY_SIZE,
		     "link type %s (%d) is not understood",
		     name != NULL ? name : "without a name", file->link);
	assert(n > 0 && n < SEEP__CAPFILE_WHY_SIZE);
	(void)n;
	return SEEP_EUNSUPPORTED;
}

/* open_all() opens the file with all that lies between; what was opened
 * stays for shut_all() when a part fails. */
static int
open_all(struct seep__capfile *f, char *why)
{
	const char *stream_why = NULL;
	int status;

	assert(f->stream == NULL && f->stdio == NULL && f->pcap == NULL);
	f->status = SEEP_OK;
	f->given = 0;
	put_why(why, "out of memory");
	status = seep__stream_open(&f->stream, f->path, f->mem, &stream_why);
	if (status != SEEP_OK && stream_why != NULL)
		put_why(why, stream_why);
	if (status == SEEP_OK) {
		/* What is read again after a failure is hashed once. */
		seep__stream_hash(f->stream, f->digest);
		status = open_stdio(f);
	}
	if (status == SEEP_OK)
		status = open_pcap(f, why);
	return status;
}

static void
shut_all(struct seep__capfile *f)
{
	if (f->pcap != NULL)
		pcap_close(f->pcap);
	else if (f->stdio != NULL)
		fclose(f->stdio);
	if (f->stream != NULL)
		seep__stream_close(f->stream);
	f->pcap = NULL;
	f->stdio = NULL;
	f->stream = NULL;
}

/* What was taken from a pipe before memory ended is gone. */
static int
out_of_memory(struct seep__capfile *file, char *why)
{
	file->again = file->stream == NULL || seep__capfile_reopens(file);
	if (file->again)
		return SEEP_ENOMEM;
	put_why(why, "memory ended, and a pipe cannot be read again");
	return SEEP_EFORMAT;
}

int
seep__capfile_open(struct seep__capfile **file, const char *path,
		   struct seep__mem *mem, struct seep__digest *digest,
		   char *why)
{
	struct seep__capfile *f;
	int status;

	assert(path != NULL && why != NULL);
	*file = NULL;
	put_why(why, "out of memory");
	f = seep__mem_zero(mem, 1, sizeof(*f));
	if (f == NULL)
		return seep__mem_why(mem);
	f->mem = mem;
	f->path = path;
	f->digest = digest;
	f->is_stdin = strcmp(path, "-") == 0;
	status = open_all(f, why);
	if (status == SEEP_ENOMEM)
		status = out_of_memory(f, why);
	if (status == SEEP_OK)
		status = check_link(f, why);
	if (status != SEEP_OK) {
		seep__capfile_close(f);
		return status;
	}
	*file = f;
	return SEEP_OK;
}

void
seep__capfile_close(struct seep__capfile *file)
{
	if (file == NULL)
		return;
	shut_all(file);
	seep__mem_put(file->mem, file, sizeof(*file));
}

/*
 * The fraction is nanoseconds here; a file may hold one of a second or
 * more, which is no time.
 */
static void
take_time(struct seep__frame *frame, const struct pcap_pkthdr *header)
{
	int64_t seconds = header->ts.tv_sec;
	int64_t ns = header->ts.tv_usec;

	assert(frame->number > 0);
	frame->has_time = seconds >= 0 && ns >= 0 && ns < NS_PER_S &&
			  seconds < SEEP__CAPFILE_TIME_MAX / NS_PER_S;
	frame->time_ns = frame->has_time ? seconds * NS_PER_S + ns : 0;
}

/*
 * read_again() comes back to where memory ended. libpcap cannot go on in the
 * midst of a record: the file is opened anew, and what was read passed over.
 */
static int
read_again(struct seep__capfile *file, char *why)
{
	struct pcap_pkthdr *header;
	const u_char *data;
	uint64_t passed;
	int status;

	shut_all(file);
	status = open_all(file, why);
	for (passed = 0; passed < file->frames && status == SEEP_OK; passed++) {
		errno = 0;
		if (pcap_next_ex(file->pcap, &header, &data) == 1)
			continue;
		status = is_memory(file) ? SEEP_ENOMEM : SEEP_EFORMAT;
		put_why(why, "the file changed while it was read");
	}
	file->again = status == SEEP_ENOMEM;
	return status;
}

int
seep__capfile_next(struct seep__capfile *file, struct seep__frame *frame,
		   char *why)
{
	struct pcap_pkthdr *header;
	const u_char *data;
	int status = SEEP_OK;
	int got;

	assert(frame != NULL && why != NULL);
	if (file->again)
		status = read_again(file, why);
	if (status != SEEP_OK)
		return status;
	errno = 0;
	got = pcap_next_ex(file->pcap, &header, &data);
	if (got == 1) {
		frame->data = data;
		frame->captured = header->caplen;
		frame->wire =
		    header->len > header->caplen ? header->len : header->caplen;
		frame->number = ++file->frames;
		take_time(frame, header);
		return SEEP_OK;
	}
	if (got == PCAP_ERROR_BREAK && file->status == SEEP_OK &&
	    !seep__stream_truncated(file->stream))
		return SEEP_END;
	if (is_memory(file))
		return out_of_memory(file, why);
	tell_why(file, pcap_geterr(file->pcap), why);
	return SEEP_EFORMAT;
}

int
seep__capfile_link(const struct seep__capfile *file)
{
	return file->link;
}

uint64_t
seep__capfile_offset(const struct seep__capfile *file)
{
	off_t at = file->stdio != NULL ? ftello(file->stdio) : -1;

	return at >= 0 ? (uint64_t)at : UINT64_MAX;
}

/* is_plain_pcap() says whether a frame may be read without those before it:
 * the magic numbers of pcap, of either byte order, and no compression. In
 * pcapng a frame needs the interfaces that were described before. */
static int
is_plain_pcap(const struct seep__capfile *file)
{
	static const uint8_t magics[][4] = {{0xa1, 0xb2, 0xc3, 0xd4},
					    {0xd4, 0xc3, 0xb2, 0xa1},
					    {0xa1, 0xb2, 0x3c, 0x4d},
					    {0x4d, 0x3c, 0xb2, 0xa1}};
	size_t i;

	if (seep__stream_packed(file->stream))
		return 0;
	for (i = 0; i < sizeof(magics) / sizeof(magics[0]); i++)
		if (memcmp(file->magic, magics[i], 4) == 0)
			return 1;
	return 0;
}

int
seep__capfile_pass(struct seep__capfile *file, uint64_t frames, uint64_t offset)
{
	struct pcap_pkthdr *header;
	const u_char *data;

	assert(file != NULL && file->frames == 0);
	if (is_plain_pcap(file)) {
		if (offset > INT64_MAX ||
		    fseeko(file->stdio, (off_t)offset, SEEK_SET) != 0)
			return SEEP_EFORMAT;
		file->frames = frames;
		return SEEP_OK;
	}
	for (; file->frames < frames; file->frames++)
		if (pcap_next_ex(file->pcap, &header, &data) != 1)
			return SEEP_EFORMAT;
	return SEEP_OK;
}

int
seep__capfile_fd(const struct seep__capfile *file)
{
	return seep__stream_fd(file->stream);
}

uint64_t
seep__capfile_stored(const struct seep__capfile *file)
{
	return seep__stream_stored(file->stream);
}

uint64_t
seep__capfile_stored_total(const struct seep__capfile *file)
{
	return seep__stream_stored_total(file->stream);
}

int
seep__capfile_drain(struct seep__capfile *file)
{
	return seep__stream_drain(file->stream);
}

int
seep__capfile_reopens(const struct seep__capfile *file)
{
	struct stat status;

	return !file->is_stdin &&
	       fstat(seep__stream_fd(file->stream), &status) == 0 &&
	       S_ISREG(status.st_mode);
}
