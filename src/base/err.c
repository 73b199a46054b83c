/* SPDX-License-Identifier: ISC */
#include "base/err.h"

const char *kith_err_text(int err)
{
	switch (err) {
	case KITH_OK:
		return "done";
#define X(name, value, fatal, text)                                                                \
	case value:                                                                                \
		return text;
		KITH_ERRORS(X)
#undef X
	default:
		return "unknown error";
	}
}

bool kith_err_fatal(int err)
{
	switch (err) {
#define X(name, value, fatal, text)                                                                \
	case value:                                                                                \
		return fatal;
		KITH_ERRORS(X)
#undef X
	default:
		return false;
	}
}
