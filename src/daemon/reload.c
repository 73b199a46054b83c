/* SPDX-License-Identifier: ISC */
#include "daemon/daemon.h"
#include "base/text.h"
#include "daemon/clock.h"
#include "daemon/notify.h"
#include <string.h>

void kith_reload_seeds(struct kith_seeds_list *list, const struct kith_idfile *id,
		       const struct kith_conf *c)
{
	list->count = 0;
	for (uint8_t i = 0; i < id->seed_count; i++)
		kith_seeds_list_add(list, id->seeds[i]);
	for (size_t i = 0; i < kith_conf_count(c, KITH_OPTION_CLUSTER_SEED); i++)
		kith_seeds_list_add(list, kith_conf_item(c, KITH_OPTION_CLUSTER_SEED, i));
}

/* The first sentence is enough here; kithd --check tells all. */
static int refuse(struct kith_daemon *d, const struct kith_report *r, char *said, size_t size)
{
	const char *text = kith_report_text(r);
	struct kith_text t;

	kith_text_init(&t, said, size);
	kith_text_mem(&t, text, strcspn(text, "\n"));
	if (r->count > 1) {
		kith_text_str(&t, " (and ");
		kith_text_u64(&t, r->count - 1);
		kith_text_str(&t, " more: kithd --check)");
	}
	kith_log(d->host.log, RELOAD_FAILED, kith_f_text("why", said));
	return -1;
}

/* "reloaded; needs restart: network.listen node.name" */
static void say(const struct kith_conf *old, const struct kith_conf *new, char *said, size_t size)
{
	bool any = false;
	struct kith_text t;

	kith_text_init(&t, said, size);
	kith_text_str(&t, "reloaded");
	for (int i = 0; i < KITH_OPTION_COUNT; i++) {
		if (kith_options[i].reload || kith_conf_same(old, new, (enum kith_option_id)i))
			continue;
		kith_text_str(&t, any ? " " : "; needs restart: ");
		kith_text_str(&t, kith_options[i].section);
		kith_text_str(&t, ".");
		kith_text_str(&t, kith_options[i].key);
		any = true;
	}
}

static void apply(struct kith_daemon *d, const struct kith_conf *old, const struct kith_tags *tags)
{
	struct kith_seeds_list list;

	kith_log_set(d->host.log, (enum kith_log_level)kith_conf_number(d->conf, KITH_OPTION_LOG_LEVEL),
		     (enum kith_log_format)kith_conf_number(d->conf, KITH_OPTION_LOG_FORMAT));
	/* Tags set by kith tag stay, unless the file speaks of tags anew. They were judged when they
	 * were packed; while we leave it no longer matters. */
	if (!kith_conf_same(old, d->conf, KITH_OPTION_NODE_TAG))
		(void)!kith_node_tags(d->host.node, kith_clock_now(),
				      (struct kith_bytes){tags->bytes, tags->len});
	kith_dns_reload(d->dns, d->conf);
	if (d->resolver != NULL)
		kith_resolver_reload(d->resolver);
	kith_reload_seeds(&list, &d->id, d->conf);
	kith_seeder_set(d->seeder, &list);
}

static int reload(struct kith_daemon *d, char *said, size_t size)
{
	struct kith_report r = {0};
	struct kith_conf *new = NULL, *old = d->conf;
	struct kith_tags tags;
	int code;

	code = kith_conf_load(&new, &d->source, &r);
	if (code == 0) {
		kith_conf_preset(new, KITH_OPTION_CONTROL_SOCKET, d->socket_path);
		kith_conf_preset(new, KITH_OPTION_CLUSTER_JOIN_FILE, d->join_path);
		code = kith_tags_pack(&tags, new, &r);
	}
	/* The last that can fail, since it is done and not only judged. */
	if (code == 0)
		code = kith_offering_configure(d, new, &r);
	if (code != 0) {
		code = refuse(d, &r, said, size);
		kith_report_clear(&r);
		kith_conf_free(&new);
		return code;
	}
	say(old, new, said, size);
	d->conf = new;
	apply(d, old, &tags);
	kith_conf_free(&old);
	kith_log(d->host.log, RELOAD, kith_f_text("result", said));
	return 0;
}

int kith_reload(struct kith_daemon *d, char *said, size_t size)
{
	int code;

	kith_notify_reloading();
	code = reload(d, said, size);
	kith_notify_reloaded();
	return code;
}
