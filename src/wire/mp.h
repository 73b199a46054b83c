/* SPDX-License-Identifier: ISC */
/*
 * wire/mp.h: the one door to msgpack-c. Values are pulled one by one out of bytes that a peer
 * sent and put one by one into a caller's buffer; nothing is allocated on either way.
 *
 * A reader keeps its first error, like base/cur.h: read straight through, look at `bad` once.
 * After an error every read gives zeros. A container that claims more items than there are bytes
 * left is an error before its first item is looked at. Extension types are an error everywhere.
 */
#ifndef KITH_WIRE_MP_H
#define KITH_WIRE_MP_H

#include <kith/types.h>
#include <stdbool.h>

struct kith_mp_in {
	struct kith_bytes bytes; /* borrowed */
	size_t at;               /* the next value starts here */
	bool bad;
};

/* Opens a container and gives its count (of pairs, for a map); its items are then read like any
 * other values. */
uint32_t kith_mp_get_array(struct kith_mp_in *in);
uint32_t kith_mp_get_map(struct kith_mp_in *in);
/* An integer of any width that is not negative and fits 32 bits. */
uint32_t kith_mp_get_uint(struct kith_mp_in *in);
/* Binary, and text; borrowed from the input, never NULL unless bad. */
struct kith_bytes kith_mp_get_bin(struct kith_mp_in *in);
struct kith_bytes kith_mp_get_str(struct kith_mp_in *in);
/* Binary, or nil: then NULL and 0. */
struct kith_bytes kith_mp_get_bin_or_nil(struct kith_mp_in *in);
/* An array of at most `max`, KITH_MP_INTS at most, integers: their number, and each in out, or the
 * nearest that fits. Nil is none. */
enum { KITH_MP_INTS = 8 };
uint32_t kith_mp_get_ints(struct kith_mp_in *in, int32_t *out, uint32_t max);
/* Passes over any one value; a container must hold no other container. */
void kith_mp_skip(struct kith_mp_in *in);

/* A writer either fills p[0 .. room) or, when p is NULL, only measures. What does not fit is not
 * written and sets `full`; from then on nothing is. */
struct kith_mp_out {
	uint8_t *p; /* borrowed */
	size_t room, len;
	bool full;
};

void kith_mp_put_array(struct kith_mp_out *out, uint32_t count);
void kith_mp_put_uint(struct kith_mp_out *out, uint32_t v);
void kith_mp_put_int(struct kith_mp_out *out, int32_t v);
void kith_mp_put_bin(struct kith_mp_out *out, struct kith_bytes v);
void kith_mp_put_nil(struct kith_mp_out *out);

#endif
