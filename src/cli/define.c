/* SPDX-License-Identifier: ISC */
#include "cli/define.h"

#include <string.h>

static void write_list(struct kith_writer *w, const char *key, const struct kith_args *a, const char *flag)
{
	unsigned at = 0;
	const char *value;

	kith_write_key_array(w, key);
	while ((value = kith_args_next(a, flag, &at)) != NULL)
		kith_write_text(w, value);
	kith_write_end(w);
}

/* "KEY=VALUE", as often as it is given. */
static enum kith_exit write_meta(struct kith_cli *c, const struct kith_args *a, struct kith_writer *w)
{
	enum kith_exit got = KITH_EXIT_YES;
	unsigned at = 0;
	const char *value;

	kith_write_key_map(w, "meta");
	while (got == KITH_EXIT_YES && (value = kith_args_next(a, "meta", &at)) != NULL) {
		const char *equals = strchr(value, '=');

		if (equals == NULL || equals == value) {
			got = kith_cli_fail(c, KITH_EXIT_USAGE, "usage", NULL,
					    "--meta: '%s' is not KEY=VALUE", value);
			break;
		}
		kith_write_keyn(w, value, (size_t)(equals - value));
		kith_write_text(w, equals + 1);
	}
	kith_write_end(w);
	return got;
}

enum kith_exit kith_define_write(struct kith_cli *c, const struct kith_args *a, const char *name,
				 unsigned long port, struct kith_writer *w)
{
	const char *weight = kith_args_get(a, "weight");
	unsigned long number = 0;

	if (weight != NULL && !kith_number_parse(weight, 0, 65535, &number))
		return kith_cli_fail(c, KITH_EXIT_USAGE, "usage", NULL,
				     "--weight: '%s' is no number from 0 to 65535", weight);
	kith_write_key_text(w, "name", name);
	kith_write_key_text(w, "id", kith_define_id(a, name));
	kith_write_key_u64(w, "port", port);
	if (weight != NULL)
		kith_write_key_u64(w, "weight", number);
	write_list(w, "addrs", a, "addr");
	write_list(w, "tags", a, "tag");
	return write_meta(c, a, w);
}

const char *kith_define_id(const struct kith_args *a, const char *name)
{
	const char *id = kith_args_get(a, "id");

	return id != NULL ? id : name;
}
