/* SPDX-License-Identifier: ISC */
#include "daemon/services.h"
#include "base/mem.h"
#include <stdlib.h>
#include <string.h>

enum { BAD = 78, NO_MEMORY = 71, MAP_MAX = 64 * 1024, MAP_TOKENS = 1024 };

/* --- a section as a map ---------------------------------------------------------------------- */

static size_t values_of(const struct kith_conf_service *s, enum kith_service_option_id id)
{
	return kith_conf_service_values(s, id);
}

static void write_number(struct kith_writer *w, const char *key, const struct kith_conf_service *s,
			 enum kith_service_option_id id)
{
	if (values_of(s, id) > 0)
		kith_write_key_u64(w, key, (uint64_t)kith_conf_service_number(s, id, 0));
}

static void write_list(struct kith_writer *w, const char *key, const struct kith_conf_service *s,
		       enum kith_service_option_id id)
{
	kith_write_key_array(w, key);
	for (size_t i = 0; i < values_of(s, id); i++)
		kith_write_text(w, kith_conf_service_text(s, id, i));
	kith_write_end(w);
}

/* From values "KEY=VALUE". */
static void write_pairs(struct kith_writer *w, const char *key, const struct kith_conf_service *s,
			enum kith_service_option_id id, bool are_numbers)
{
	kith_write_key_map(w, key);
	for (size_t i = 0; i < values_of(s, id); i++) {
		const char *text = kith_conf_service_text(s, id, i), *equals = strchr(text, '=');

		kith_write_keyn(w, text, (size_t)(equals - text));
		if (are_numbers)
			kith_write_u64(w, (uint64_t)kith_conf_service_number(s, id, i));
		else
			kith_write_text(w, equals + 1);
	}
	kith_write_end(w);
}

static bool write_map(struct kith_buf *buf, const struct kith_conf_service *s)
{
	struct kith_writer w;

	kith_write_init(&w, &kith_form_msgpack, buf);
	kith_write_map(&w);
	kith_write_key_text(&w, "name", kith_conf_service_name(s));
	if (values_of(s, KITH_SERVICE_OPTION_ID) > 0)
		kith_write_key_text(&w, "id", kith_conf_service_text(s, KITH_SERVICE_OPTION_ID, 0));
	write_number(&w, "port", s, KITH_SERVICE_OPTION_PORT);
	write_number(&w, "weight", s, KITH_SERVICE_OPTION_WEIGHT);
	write_list(&w, "addrs", s, KITH_SERVICE_OPTION_ADDRESS);
	write_list(&w, "tags", s, KITH_SERVICE_OPTION_TAG);
	write_pairs(&w, "ports", s, KITH_SERVICE_OPTION_PORT_OF, true);
	write_pairs(&w, "meta", s, KITH_SERVICE_OPTION_META, false);
	kith_write_end(&w);
	return kith_write_done(&w);
}

/* --- and as a definition --------------------------------------------------------------------- */

static int read_section(struct kith_definition *d, const struct kith_conf_service *s, struct kith_report *r)
{
	const struct kith_tree_limits limits = {.len = MAP_MAX, .tokens = MAP_TOKENS, .depth = 4};
	struct kith_tree *tree = kith_tree_new(&kith_alloc_libc);
	struct kith_buf buf;
	char why[160];
	int code = NO_MEMORY;

	kith_buf_init(&buf, &kith_alloc_libc, MAP_MAX);
	if (tree != NULL && write_map(&buf, s)) {
		kith_tree_start(tree, &limits);
		if (kith_tree_feed(tree, buf.p, buf.len) == 1) {
			code = 0;
			if (kith_definition_read(kith_tree_root(tree), d, why, sizeof why) != 0) {
				kith_conf_service_blame(s, r, "%s", why);
				code = BAD;
			}
		}
	}
	kith_tree_free(&tree);
	kith_buf_fini(&buf);
	return code;
}

static int check_ids(const struct kith_services *s, const struct kith_conf *c, struct kith_report *r)
{
	int code = 0;

	for (uint32_t i = 0; i < s->count; i++) {
		for (uint32_t k = 0; k < i; k++) {
			if (strcmp(s->all[i].id, s->all[k].id) != 0)
				continue;
			kith_conf_service_blame(kith_conf_service_at(c, i), r,
						"its id is '%s', as that of [service.%s]; give it another one",
						s->all[i].id, s->all[k].name);
			code = BAD;
			break;
		}
	}
	return code;
}

int kith_services_read(struct kith_services *out, const struct kith_conf *c, struct kith_report *r)
{
	const size_t count = kith_conf_service_count(c);
	int code = 0;

	*out = (struct kith_services){.all = calloc(count + 1, sizeof *out->all)};
	if (out->all == NULL)
		code = NO_MEMORY;
	for (size_t i = 0; i < count && code != NO_MEMORY; i++) {
		const int one = read_section(&out->all[i], kith_conf_service_at(c, i), r);

		code = one != 0 ? one : code;
		out->count++;
	}
	if (code == 0)
		code = check_ids(out, c, r);
	if (code == NO_MEMORY)
		kith_report_add(r, NULL, 0, "out of memory");
	if (code != 0)
		kith_services_free(out);
	return code;
}

void kith_services_free(struct kith_services *s)
{
	free(s->all);
	*s = (struct kith_services){.all = NULL};
}

int kith_services_blame(const struct kith_conf *c, size_t i, int error, const char *node,
			struct kith_report *r)
{
	const struct kith_conf_service *s = kith_conf_service_at(c, i);
	const bool has_addrs = values_of(s, KITH_SERVICE_OPTION_ADDRESS) > 0;

	switch (error) {
	case KITH_ERIGHT:
		kith_conf_service_blame(s, r,
					"the certificate of this host does not allow the name%s; admit it "
					"again, as kith-services(5) says: kith admit %s --key KEY --service "
					"'%s'%s",
					has_addrs ? ", or not an address that is not its own" : "", node,
					kith_conf_service_name(s), has_addrs ? " --external" : "");
		return BAD;
	case KITH_ETOOBIG:
		kith_conf_service_blame(s, r, "all its settings take more than some 860 bytes; shorten them");
		return BAD;
	case KITH_EFULL:
		kith_conf_service_blame(s, r, "this host offers 256 services already, which is the most");
		return BAD;
	case KITH_ENOMEM:
		kith_report_add(r, NULL, 0, "out of memory");
		return NO_MEMORY;
	default:
		kith_conf_service_blame(s, r, "%s", kith_strerror(error));
		return BAD;
	}
}
