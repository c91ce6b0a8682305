/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * dpi.h - protocol names from the first packets of a flow.
 *
 * dpi.c asks nDPI (LGPLv3, its own component); dpi_none.c is built instead
 * where nDPI is absent, and never names anything. A name is an annotation:
 * nothing is counted by it.
 *
 * Algorithm   a flow's first SEEP__DPI_PACKETS packets are shown to nDPI,
 *             until it is sure or gives up; then its state, about 3 KB, is
 *             given back. At most SEEP__DPI_FLOWS states are held: a new
 *             flow takes the oldest one over, and that flow keeps what was
 *             guessed by then.
 * Memory      nDPI takes its own from malloc(3): about 5 MB for its tables
 *             and the states; not on the account.
 * Threads     one module per source: nDPI's is not safe to share.
 */
#ifndef SEEP_INPUT_DPI_H
#define SEEP_INPUT_DPI_H

#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"

/*
 * SEEP__DPI_PACKETS: nDPI decides on most protocols in 1 to 4 packets with
 * payload, TLS in up to 8; at 1.2 us a packet each further one costs more
 * than all the rest that is done with it.
 */
#define SEEP__DPI_PACKETS 10

/*
 * SEEP__DPI_FLOWS: about 12 MB. A scan opens flows that send one packet
 * each and would hold their state until they time out; more room only lets
 * them hold more.
 */
#define SEEP__DPI_FLOWS 4096

/* Room for a name and its final NUL; longer ones are cut. */
#define SEEP__DPI_NAME_SIZE 48

struct seep__dpi;

/* struct seep__dpiref: what a flow holds of it. Zero it to begin; it must
 * not move while seep__dpi_holds() it. */
struct seep__dpiref {
	uint32_t slot; /* number of its state + 1; 0 = none */
	uint16_t master;
	uint16_t app;
	uint8_t packets;
	uint8_t done;
};

/* seep__dpi_present() says whether this build asks nDPI: 1 or 0. */
int
seep__dpi_present(void);

/*
 * seep__dpi_new() sets a module up; '*dpi' is NULL in a build without nDPI.
 *
 * Returns SEEP_OK or SEEP_ENOMEM.
 */
int
seep__dpi_new(struct seep__dpi **dpi, struct seep__mem *mem);

void
seep__dpi_free(struct seep__dpi *dpi);

/*
 * seep__dpi_feed() shows one packet of a flow.
 *
 * 'ip'  the packet from its IP header on, 'size' bytes as captured.
 */
void
seep__dpi_feed(struct seep__dpi *dpi, struct seep__dpiref *ref,
	       const uint8_t *ip, size_t size, int64_t time_ns);

/* seep__dpi_end() gives the state back; the flow ends or is decided. */
void
seep__dpi_end(struct seep__dpi *dpi, struct seep__dpiref *ref);

/*
 * seep__dpi_name() writes the name known so far, and a NUL.
 *
 * 'name'  out, SEEP__DPI_NAME_SIZE bytes.
 *
 * Returns its length; 0 = none.
 */
size_t
seep__dpi_name(struct seep__dpi *dpi, const struct seep__dpiref *ref,
	       char *name);

#endif
