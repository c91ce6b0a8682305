/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * capture.h - read packet captures as flows.
 *
 * pcap and pcapng by libpcap; plain, gzip or Zstandard; standard input.
 * Part of libseep-capture.
 *
 * Order     many files, in any order of the command line, are read in the
 *           order of their first packet; flow state crosses files.
 * Flows     at most one delta per flow and minute, so that a flow of days
 *           is counted while it runs. Tunnels (GRE, VXLAN, IP-in-IP, ...)
 *           are opened: the innermost IP packet is counted.
 * Names     what a query to port 53 asks for is a flow flagged
 *           SEEP_FLOW_NAME beside the packet's own: UDP, and TCP as far as
 *           the question lies in one segment. mDNS and LLMNR are not read.
 * Bytes     the packet's own IP length fields, also when the snap length
 *           cut it; where they are 0 (offload), the wire length less the
 *           link header.
 */
#ifndef SEEP_CAPTURE_H
#define SEEP_CAPTURE_H

#include <stddef.h>
#include <stdint.h>

#include <seep/alloc.h>
#include <seep/export.h>
#include <seep/source.h>
#include <seep/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/* struct seep_capture_opts: zero means default in every field but 'size'. */
struct seep_capture_opts {
	/* size: sizeof(struct seep_capture_opts); a shorter one is accepted. */
	size_t size;
	/* no_dpi: do not ask nDPI for protocol names. */
	int no_dpi;
	/* flows_max: flows tracked at once; 0 = 1,000,000. Beyond it the
	 * longest idle flow is ended early; counts stay exact. */
	uint32_t flows_max;
	/* sensor: put into every flow. */
	uint32_t sensor;
	/* accept_same_file: read a file again whose content was already read;
	 * otherwise it is refused and its packets counted as duplicate. */
	int accept_same_file;
	/* seed: of the hash of flows; any value. Results do not depend on it,
	 * but whoever knows it can make packets that collide. */
	uint64_t seed;
};

#define SEEP_CAPTURE_OPTS_INIT                           \
	{                                                \
		.size = sizeof(struct seep_capture_opts) \
	}

/*
 * seep_capture_source_new() prepares to read 'count' captures; "-" is
 * standard input.
 *
 * A file that cannot be read is told in a notice and counted in
 * files_refused; the others are still read.
 *
 * Returns SEEP_OK, SEEP_EINVAL (count is 0, opts->size), SEEP_ENOMEM.
 */
SEEP_API SEEP_NODISCARD int
seep_capture_source_new(struct seep_source **source, const char *const *paths,
			size_t count, const struct seep_capture_opts *opts,
			const struct seep_alloc *alloc);

/*
 * seep_capture_has_dpi() says whether this build can ask nDPI: 1 or 0.
 */
SEEP_API int
seep_capture_has_dpi(void);

#ifdef __cplusplus
}
#endif

#endif
