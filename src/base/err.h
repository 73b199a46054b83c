/* SPDX-License-Identifier: ISC */
/* base/err.h: the sentences of the error codes, from the table in <kith/types.h>. */
#ifndef KITH_BASE_ERR_H
#define KITH_BASE_ERR_H

#include <kith/types.h>
#include <stdbool.h>

const char *kith_err_text(int err); /* never NULL */
bool kith_err_fatal(int err);

#endif
