/* SPDX-License-Identifier: ISC */
/*
 * lib/config.h: defaults and the ranges of a configuration, checked once at the door so that the
 * core may assert them.
 */
#ifndef KITH_LIB_CONFIG_H
#define KITH_LIB_CONFIG_H

#include <kith/kith.h>

/* 0, or KITH_EINVAL for a field out of its range. */
KITH_MUST_USE int kith_config_check(const struct kith_config *c);

#endif
