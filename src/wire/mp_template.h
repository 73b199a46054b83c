/* SPDX-License-Identifier: ISC */
/*
 * wire/mp_template.h: msgpack-c's push parser, for mp.c alone. It is a template: mp.c first defines
 * the callbacks and the msgpack_unpack_* macros that name them. Its code is not ours and warns
 * under our flags, hence the pragma; the callbacks stay in mp.c, under all warnings.
 */
#ifndef KITH_WIRE_MP_TEMPLATE_H
#define KITH_WIRE_MP_TEMPLATE_H

#pragma GCC system_header

#ifdef msgpack_unpack_callback
#include <msgpack/unpack_template.h>
#endif

#endif
