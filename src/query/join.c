/* SPDX-License-Identifier: ISC */
#include "query/join.h"
#include "base/addr.h"
#include "base/check.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/time.h"
#include "query/conn.h"
#include "query/reply.h"

#include <string.h>

enum { TEXT_MAX = 300, WHY_MAX = 128 };

enum step { ASKED, FOUND, DIALLED, SETTLED };

struct target {
	char text[TEXT_MAX + 1];
	enum step step;
	uint64_t ticket; /* of its lookup */
	struct {
		struct kith_addr addr;
		bool is_answered;
		enum kith_seed_result result;
	} addrs[KITH_RPC_JOIN_ADDRS];
	uint32_t addr_count;
	uint32_t told; /* the address that `seed` speaks of */
	enum kith_call_seed seed;
	char why[WHY_MAX]; /* in place of the sentence of `seed` */
};

struct kith_join {
	struct target *targets; /* owned */
	uint32_t count;
	bool is_waited; /* false: the client wants to hear what is known at once */
};

static const struct {
	const char *word, *text;
} seeds[] = {
#define X(upper, word, text) [KITH_CALL_SEED_##upper] = {word, text},
	KITH_CALL_SEEDS(X)
#undef X
};

_Static_assert((int)KITH_SEED_JOINED == (int)KITH_CALL_SEED_JOINED &&
		       (int)KITH_SEED_OVERFLOW == (int)KITH_CALL_SEED_OVERFLOW,
	       "the words of calls.h begin with the node's results, in their order");

void kith_join_free(struct kith_join **join, const struct kith_alloc *alloc)
{
	if (*join == NULL)
		return;
	kith_mem_free(alloc, (*join)->targets);
	kith_mem_free(alloc, *join);
	*join = NULL;
}

static void settle(struct target *target, enum kith_call_seed seed, const char *why)
{
	struct kith_text t;

	target->step = SETTLED;
	target->seed = seed;
	kith_text_init(&t, target->why, sizeof(target->why));
	kith_text_str(&t, why != NULL ? why : "");
}

static bool answered(const struct target *target)
{
	return target->seed == KITH_CALL_SEED_JOINED || target->seed == KITH_CALL_SEED_BUSY;
}

/* --- beginning ------------------------------------------------------------------------------- */

/* Names, and what may stand around them in "host:port". */
static bool may_be_name(const char *text)
{
	const char *known = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
	size_t name = strspn(text, known);

	if (name == 0 || name > 253)
		return false;
	if (text[name] == '\0')
		return true;
	return text[name] == ':' && text[name + 1] != '\0' &&
	       strspn(text + name + 1, "0123456789") == strlen(text + name + 1);
}

static void look_up(struct kith_request *r, struct target *target)
{
	const struct kith_rpc_host *host = &r->s->host;
	struct kith_addr addr;

	if (kith_addr_scan(target->text, host->gossip_port, &addr) == 0) {
		target->addrs[0].addr = addr;
		target->addr_count = 1;
		target->step = FOUND;
	} else if (!may_be_name(target->text)) {
		settle(target, KITH_CALL_SEED_UNRESOLVED, "it is no address: use host, host:port or [v6]:port");
	} else if (host->resolve == NULL) {
		settle(target, KITH_CALL_SEED_UNRESOLVED, "this kithd resolves no names; give an address");
	} else {
		target->step = ASKED;
		target->ticket = ++r->s->next_ticket;
		host->resolve(host->ctx, r->t, target->ticket, target->text);
	}
}

static bool copy_text(struct target *target, struct kith_bytes text)
{
	if (text.len > TEXT_MAX || (text.len > 0 && memchr(text.p, '\0', text.len) != NULL))
		return false;
	memcpy(target->text, text.p, text.len);
	return true;
}

static struct kith_join *make(const struct kith_alloc *alloc, struct kith_value texts)
{
	struct kith_value_walk walk = kith_value_walk(texts);
	struct kith_join *join = kith_mem_new(alloc, 1, sizeof(*join));
	struct kith_bytes text = {0};
	struct kith_value item;

	if (join == NULL)
		return NULL;
	join->targets = kith_mem_new(alloc, kith_value_count(texts), sizeof(*join->targets));
	if (join->targets == NULL) {
		kith_join_free(&join, alloc);
		return NULL;
	}
	while (kith_value_next(&walk, &item)) {
		struct target *target = &join->targets[join->count++];

		(void)kith_value_text(item, &text);
		if (!copy_text(target, text))
			settle(target, KITH_CALL_SEED_UNRESOLVED, "it is no address: too long");
	}
	return join;
}

void kith_join_start(struct kith_request *r)
{
	bool is_native = r->call->kind == KITH_CALL_NATIVE;
	struct kith_value texts = kith_value_get(r->args, is_native ? "addrs" : "Existing");
	uint64_t wait_ms = KITH_RPC_JOIN_WAIT / KITH_MS;

	(void)kith_value_u64(kith_value_get(r->args, "wait_ms"), &wait_ms);
	if (wait_ms > 60000) {
		kith_reply_refuse(r, KITH_CALL_USAGE, "kith.join: 'wait_ms' goes to 60000", "");
		return;
	}
	if (kith_value_count(texts) > KITH_RPC_JOIN_TEXTS ||
	    (is_native && kith_value_count(texts) == 0)) {
		kith_reply_refuse(r, KITH_CALL_USAGE, "give 1 to 64 addresses", "");
		return;
	}
	if (kith_value_count(texts) == 0) { /* Serf: no address, none contacted, no error */
		kith_reply_refuse(r, KITH_CALL_USAGE, "", "");
		return;
	}
	r->c->join = make(&r->s->host.alloc, texts);
	if (r->c->join == NULL) {
		kith_reply_refuse(r, KITH_CALL_NO_MEMORY, "out of memory", "");
		return;
	}
	r->c->join->is_waited = wait_ms > 0;
	r->c->pending = KITH_PENDING_JOIN;
	r->c->pending_until = kith_us_add(r->t.now, (kith_us)wait_ms * KITH_MS);
	for (uint32_t i = 0; i < r->c->join->count; i++)
		if (r->c->join->targets[i].step != SETTLED)
			look_up(r, &r->c->join->targets[i]);
	kith_join_step(r->c, r->t);
}

/* --- going on -------------------------------------------------------------------------------- */

bool kith_join_resolved(struct kith_rpc_conn *c, uint64_t ticket, const struct kith_addr *addrs,
			size_t count, const char *why)
{
	for (uint32_t i = 0; c->join != NULL && i < c->join->count; i++) {
		struct target *target = &c->join->targets[i];

		if (target->step != ASKED || target->ticket != ticket)
			continue;
		if (count == 0) {
			settle(target, KITH_CALL_SEED_UNRESOLVED, why);
			return true;
		}
		for (size_t k = 0; k < count && k < KITH_RPC_JOIN_ADDRS; k++)
			target->addrs[target->addr_count++].addr = addrs[k];
		target->step = FOUND;
		return true;
	}
	return false;
}

static void dial(struct kith_rpc_conn *c, struct kith_rpc_time t, struct target *target)
{
	struct kith_addr addrs[KITH_RPC_JOIN_ADDRS];
	int rc;

	for (uint32_t i = 0; i < target->addr_count; i++)
		addrs[i] = target->addrs[i].addr;
	target->step = DIALLED;
	rc = kith_node_join(c->server->host.node, t.now, addrs, target->addr_count);
	if (rc == KITH_ESTATE)
		settle(target, KITH_CALL_SEED_REFUSED, "this host has left, or is leaving");
	else if (rc == KITH_EINVAL)
		settle(target, KITH_CALL_SEED_UNRESOLVED,
		       "the address cannot be a seed: unspecified, multicast or link-local");
	else if (rc != 0)
		settle(target, KITH_CALL_SEED_REFUSED, kith_strerror(rc));
}

/* One address that answered settles the text; else the last one that did not. */
static void judge(struct target *target)
{
	uint32_t failed = 0;

	for (uint32_t i = 0; i < target->addr_count; i++) {
		if (!target->addrs[i].is_answered)
			continue;
		target->told = i;
		if (target->addrs[i].result == KITH_SEED_JOINED ||
		    target->addrs[i].result == KITH_SEED_BUSY ||
		    target->addrs[i].result == KITH_SEED_SELF) {
			settle(target, (enum kith_call_seed)target->addrs[i].result, NULL);
			return;
		}
		failed++;
	}
	if (failed == target->addr_count)
		settle(target, (enum kith_call_seed)target->addrs[target->told].result, NULL);
}

void kith_join_seed(struct kith_rpc_conn *c, const struct kith_addr *addr,
		    enum kith_seed_result result)
{
	for (uint32_t i = 0; c->join != NULL && i < c->join->count; i++) {
		struct target *target = &c->join->targets[i];

		if (target->step != DIALLED)
			continue;
		for (uint32_t k = 0; k < target->addr_count; k++)
			if (kith_addr_eq(&target->addrs[k].addr, addr)) {
				target->addrs[k].is_answered = true;
				target->addrs[k].result = result;
			}
		judge(target);
	}
}

/* --- answering ------------------------------------------------------------------------------- */

static const char *sentence(const struct target *target)
{
	return target->why[0] != '\0' ? target->why : seeds[target->seed].text;
}

static void write_targets(struct kith_request *r, const struct kith_join *join, uint32_t contacted)
{
	char addr[KITH_ADDR_TEXT_MAX];

	kith_write_key_u64(&r->w, "contacted", contacted);
	kith_write_key_array(&r->w, "seeds");
	for (uint32_t i = 0; i < join->count; i++) {
		const struct target *target = &join->targets[i];

		kith_write_map(&r->w);
		kith_write_key_text(&r->w, "text", target->text);
		if (target->addr_count > 0)
			kith_write_key_text(&r->w, "addr",
					    kith_addr_print(&target->addrs[target->told].addr, addr,
							    sizeof(addr)));
		else
			kith_write_key_null(&r->w, "addr");
		kith_write_key_text(&r->w, "result", seeds[target->seed].word);
		kith_write_key_text(&r->w, "message", sentence(target));
		kith_write_end(&r->w);
	}
	kith_write_end(&r->w);
}

static void answer_native(struct kith_request *r, const struct kith_join *join)
{
	uint32_t contacted = 0, pending = 0;

	for (uint32_t i = 0; i < join->count; i++) {
		contacted += answered(&join->targets[i]);
		pending += join->targets[i].seed == KITH_CALL_SEED_PENDING;
	}
	if (contacted > 0 || (pending > 0 && !join->is_waited))
		kith_reply_ok(r);
	else if (pending > 0)
		kith_reply_error(r, KITH_CALL_TIMEOUT, "no seed has answered yet; kithd keeps trying",
				 "kith status shows how it goes");
	else
		kith_reply_error(r, KITH_CALL_REFUSED, "no seed could be joined", "");
	write_targets(r, join, contacted);
	kith_reply_end(r);
}

/* Serf's client prints this text as it is: one line a seed. */
static void serf_error(struct kith_text *t, const struct kith_join *join)
{
	char addr[KITH_ADDR_TEXT_MAX];

	kith_text_u64(t, join->count);
	kith_text_str(t, join->count == 1 ? " error occurred:" : " errors occurred:");
	for (uint32_t i = 0; i < join->count; i++) {
		const struct target *target = &join->targets[i];

		kith_text_str(t, "\n\t* Failed to join ");
		kith_text_str(t, target->text);
		kith_text_str(t, ": ");
		if (target->addr_count > 0) {
			kith_text_str(t, "dial tcp ");
			kith_text_str(t, kith_addr_print(&target->addrs[target->told].addr, addr,
							 sizeof(addr)));
			kith_text_str(t, ": ");
		}
		if (target->seed == KITH_CALL_SEED_REFUSED && target->why[0] == '\0')
			kith_text_str(t, "connect: connection refused");
		else
			kith_text_str(t, sentence(target));
	}
	kith_text_str(t, "\n\n");
}

static void answer_serf(struct kith_request *r, const struct kith_join *join)
{
	uint32_t contacted = 0;
	char error[2048];
	struct kith_text t;

	kith_text_init(&t, error, sizeof(error));
	for (uint32_t i = 0; i < join->count; i++) /* Serf counts itself as contacted */
		contacted += answered(&join->targets[i]) ||
			     join->targets[i].seed == KITH_CALL_SEED_SELF;
	if (contacted == 0)
		serf_error(&t, join);
	kith_reply_head(r, error);
	kith_write_map(&r->w);
	kith_write_key_u64(&r->w, "Num", contacted);
	kith_write_end(&r->w);
	kith_reply_end(r);
}

void kith_join_step(struct kith_rpc_conn *c, struct kith_rpc_time t)
{
	struct kith_request r;
	uint32_t open = 0;

	if (c->pending != KITH_PENDING_JOIN)
		return;
	for (uint32_t i = 0; i < c->join->count; i++) {
		struct target *target = &c->join->targets[i];

		if (target->step == FOUND)
			dial(c, t, target);
		open += target->step != SETTLED;
	}
	if (open > 0 && t.now < c->pending_until)
		return;
	for (uint32_t i = 0; i < c->join->count; i++)
		if (c->join->targets[i].step != SETTLED)
			settle(&c->join->targets[i], KITH_CALL_SEED_PENDING, NULL);
	r = kith_conn_pending(c, t);
	if (r.call->kind == KITH_CALL_NATIVE)
		answer_native(&r, c->join);
	else
		answer_serf(&r, c->join);
	kith_join_free(&c->join, &c->server->host.alloc);
	if (!c->is_closed)
		kith_conn_settled(c);
}
