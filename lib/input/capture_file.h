/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * capture_file.h - the frames of one capture, by libpcap over a stream.
 *
 * pcap and pcapng, whatever the compression. libpcap takes its own memory
 * from malloc(3): at most about 16 MiB for one pcapng block.
 *
 * Limits    libpcap's: a pcapng file whose interfaces differ in link type
 *           or snap length ends, damaged, where the second is declared; a
 *           packet of more than 256 KiB ends the file.
 */
#ifndef SEEP_INPUT_CAPTURE_FILE_H
#define SEEP_INPUT_CAPTURE_FILE_H

#include <stdint.h>

#include "base/mem.h"
#include "input/digest.h"

/* Room for why a file cannot be read. */
#define SEEP__CAPFILE_WHY_SIZE 320

/*
 * SEEP__CAPFILE_TIME_MAX: the latest time believed: a week before int64
 * nanoseconds end on 2262-04-11, so that sums of a time and any timeout
 * here do not overflow.
 */
#define SEEP__CAPFILE_TIME_MAX \
	(INT64_MAX - INT64_C(7) * 86400 * INT64_C(1000000000))

struct seep__frame {
	const uint8_t *data; /* valid until the next _next() */
	uint32_t captured;
	uint32_t wire;   /* >= captured */
	int64_t time_ns; /* where has_time */
	int has_time;
	uint64_t number; /* from 1 */
};

struct seep__capfile;

/*
 * seep__capfile_open() opens 'path' and reads its header.
 *
 * 'path'    must stay as long as the file is open.
 * 'digest'  takes the bytes that are read; outlives the file.
 * 'why'     out, SEEP__CAPFILE_WHY_SIZE bytes: on failure the reason.
 *
 * Returns SEEP_OK, SEEP_EIO, SEEP_EFORMAT, SEEP_EUNSUPPORTED (a link type
 * that is not decoded, a compression this build lacks), SEEP_ENOMEM.
 */
int
seep__capfile_open(struct seep__capfile **file, const char *path,
		   struct seep__mem *mem, struct seep__digest *digest,
		   char *why);

void
seep__capfile_close(struct seep__capfile *file);

/*
 * seep__capfile_next() reads a frame.
 *
 * Returns SEEP_OK, SEEP_END, SEEP_EFORMAT: the file is damaged here; 'why'
 * (as above) then tells how; or SEEP_ENOMEM: asked again it goes on.
 */
int
seep__capfile_next(struct seep__capfile *file, struct seep__frame *frame,
		   char *why);

/* seep__capfile_link() returns the DLT_ value. */
int
seep__capfile_link(const struct seep__capfile *file);

/* seep__capfile_offset() returns how far reading got, decompressed bytes. */
uint64_t
seep__capfile_offset(const struct seep__capfile *file);

/* seep__capfile_stored(), _stored_total(): as of the stream beneath. */
uint64_t
seep__capfile_stored(const struct seep__capfile *file);

uint64_t
seep__capfile_stored_total(const struct seep__capfile *file);

/* seep__capfile_drain(): as of the stream beneath. */
int
seep__capfile_drain(struct seep__capfile *file);

/*
 * seep__capfile_pass() goes behind the first 'frames' frames of a file of
 * which none was read yet; 'offset' is what seep__capfile_offset() said
 * there. A plain pcap file is sought to it, and it is believed; in others
 * the frames are passed over, unread.
 *
 * Returns SEEP_OK, or SEEP_EFORMAT when that cannot be.
 */
int
seep__capfile_pass(struct seep__capfile *file, uint64_t frames,
		   uint64_t offset);

/* seep__capfile_fd() returns the descriptor. */
int
seep__capfile_fd(const struct seep__capfile *file);

/* seep__capfile_reopens() says whether the file can be read twice: a
 * regular file can, a pipe and standard input cannot. */
int
seep__capfile_reopens(const struct seep__capfile *file);

#endif
