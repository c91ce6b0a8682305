/* SPDX-License-Identifier: BSD-3-Clause */
/* headers.h - what stands above the rows, for targets and their seeds. */
#ifndef TESTS_FUZZ_HEADERS_H
#define TESTS_FUZZ_HEADERS_H

#define FUZZ_MARKS                                                     \
	"#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n" \
	"#unset_field\t-\n"
#define FUZZ_CONN                                                          \
	FUZZ_MARKS                                                         \
	"#path\tconn\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h"   \
	"\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes"    \
	"\tconn_state\tmissed_bytes\thistory\torig_pkts\torig_ip_bytes"    \
	"\tresp_pkts\tresp_ip_bytes\ttunnel_parents\n#types\ttime\tstring" \
	"\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount"   \
	"\tstring\tcount\tstring\tcount\tcount\tcount\tcount\tset[string]\n"
#define FUZZ_DNS                                                           \
	FUZZ_MARKS                                                         \
	"#path\tdns\n#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h"    \
	"\tid.resp_p\tproto\ttrans_id\tquery\tqtype\n#types\ttime\tstring" \
	"\taddr\tport\taddr\tport\tenum\tcount\tstring\tcount\n"

#endif
