/* SPDX-License-Identifier: BSD-3-Clause */
/* Rows of JSON, behind a good one or by themselves: see log.h. */
#include "fuzz/fuzz.h"
#include "fuzz/log.h"

#define ROW                                                       \
	"{\"_path\":\"conn\",\"ts\":1772323200.5,\"uid\":\"C1\"," \
	"\"id.orig_h\":\"10.2.0.7\",\"id.orig_p\":50123,"         \
	"\"id.resp_h\":\"198.51.100.9\",\"id.resp_p\":443,"       \
	"\"proto\":\"tcp\",\"orig_ip_bytes\":1520,\"resp_ip_bytes\":620}\n"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_log(ROW, data, size);
	return 0;
}
