/* SPDX-License-Identifier: BSD-3-Clause */
#include <seep/status.h>
#include <seep/version.h>

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

const char *
seep_strstatus(int status)
{
	switch (status) {
	case SEEP_OK:
		return "success";
	case SEEP_END:
		return "nothing more to give";
	case SEEP_AGAIN:
		return "nothing now, more may come";
	case SEEP_EINVAL:
		return "argument out of range";
	case SEEP_ENOMEM:
		return "out of memory";
	case SEEP_EBUDGET:
		return "memory budget exceeded";
	case SEEP_EIO:
		return "input or output failed";
	case SEEP_EFORMAT:
		return "not in the expected format";
	case SEEP_EVERSION:
		return "saved by a version that this library cannot read";
	case SEEP_ECHECKSUM:
		return "checksum does not match: altered or cut";
	case SEEP_EMISMATCH:
		return "cases of different sites";
	case SEEP_EUNSUPPORTED:
		return "not supported by this build";
	case SEEP_ESELFTEST:
		return "the linked Judy library loses keys";
	default:
		return "unknown status";
	}
}

const char *
seep_version(void)
{
	return TEXT(SEEP_VERSION_MAJOR) "." TEXT(SEEP_VERSION_MINOR) "." TEXT(
	    SEEP_VERSION_PATCH);
}
