/* SPDX-License-Identifier: ISC */
/*
 * A whole node, driven by a program: each byte is a step, the bytes after it are its arguments.
 * The node has three members as company whose keys the program holds, so that it can say anything
 * under valid seals and signatures; a stranger has none. After each step every invariant of the
 * node holds, its memory stays inside a bound, and
 *
 *	- a datagram leaves only for an address that a member's record lists, or listed,
 *	- what a stranger sends by UDP is answered by nothing.
 */
#include "base/addr.h"
#include "base/cur.h"
#include "base/mem.h"
#include "unit/core_line.h"
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *buf, size_t len);

#define MUST(holds) \
	do { \
		if (!(holds)) { \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #holds); \
			abort(); \
		} \
	} while (0)

enum {
	COMPANY = 3,
	STEPS_MAX = 64,
	MEMORY_MAX = 8 * 1024 * 1024 /* far more than three members take, far less than a leak */
};

struct input {
	const uint8_t *p;
	size_t len;
};

struct play {
	struct fix f;
	struct person company[COMPANY];
	struct line line;
	bool has_line;
	uint64_t dialled; /* the stream that the node asked for last */
	size_t judged;    /* outputs so far; they are kept for a while, since pings are answered */
	struct input in;
};

static uint8_t byte(struct input *in)
{
	if (in->len == 0)
		return 0;
	in->len--;
	return *in->p++;
}

/* As many bytes as the next one says. */
static struct kith_bytes bytes(struct input *in)
{
	size_t len = byte(in);
	struct kith_bytes b = {in->p, len < in->len ? len : in->len};

	in->p += b.len;
	in->len -= b.len;
	return b;
}

static struct person *person(struct play *p)
{
	return &p->company[byte(&p->in) % COMPANY];
}

/* --- steps ---------------------------------------------------------------------------------- */

static void time_passes(struct play *p)
{
	fix_run(&p->f, (kith_us)byte(&p->in) * 20 * KITH_MS);
}

static void time_jumps(struct play *p)
{
	const kith_us by = byte(&p->in);

	fix_jump(&p->f, by * by * 10 * KITH_MS);
}

/* Messages under a valid seal, as bytes: the decoder's door. */
static void says_bytes(struct play *p)
{
	struct person *who = person(p);
	const struct kith_bytes b = bytes(&p->in);

	person_send(&p->f, who, b.p, b.len);
}

/* One well-formed message whose fields are the program's. */
static void says_message(struct play *p)
{
	static const uint8_t kinds[] = {KITH_MSG_PING, KITH_MSG_ACK,  KITH_MSG_RELAY, KITH_MSG_RELAYED,
					KITH_MSG_NACK, KITH_MSG_WANT, KITH_MSG_GOT,   KITH_MSG_NAMES,
					KITH_MSG_PUT,  KITH_MSG_RECORD};
	struct person *who = person(p), *about = person(p);
	const struct kith_bytes blob = bytes(&p->in);
	uint8_t root[8] = {0}, mid[16];
	struct kith_msg m = {.kind = (enum kith_msg_kind)kinds[byte(&p->in) % sizeof(kinds)],
			     .n = 16u * byte(&p->in) + (byte(&p->in) & 15u), .e = byte(&p->in),
			     .q = byte(&p->in), .k = byte(&p->in), .h = byte(&p->in), .mid = mid,
			     .root = root, .blob = blob, .items = {blob}, .item_count = 1};

	memcpy(mid, about->id.mid.b, sizeof(mid));
	if (byte(&p->in) & 1)
		memcpy(mid, p->f.n->own.secrets->identity.mid.b, sizeof(mid));
	person_say(&p->f, who, &m);
}

/* A record that its owner signed, of any kind and number, with any body. */
static void tells_record(struct play *p)
{
	struct person *who = person(p), *owner = person(p);
	const uint8_t kind = byte(&p->in) % 10, epoch = byte(&p->in), seq = byte(&p->in);
	uint8_t record[KITH_RECORD_MAX];
	const struct kith_bytes body = bytes(&p->in);
	const size_t len = person_sign(&p->f, owner, kind, epoch, seq, body, record);
	const struct kith_msg m = {.kind = KITH_MSG_RECORD, .blob = {record, len}};

	person_say(&p->f, who, &m);
}

/* A member record that is well-formed: states, numbers, addresses and sessions move. */
static void signs_anew(struct play *p)
{
	struct person *who = person(p);
	uint8_t record[KITH_RECORD_MAX];
	struct kith_msg m = {.kind = KITH_MSG_RECORD};

	who->epoch += byte(&p->in) & 1;
	who->seq += byte(&p->in) % 4;
	who->body.state = (uint8_t)(KITH_MEMBER_ALIVE + byte(&p->in) % 3);
	who->body.back_s = byte(&p->in);
	if (byte(&p->in) & 1)
		who->body.addrs[0].port = (uint16_t)(1 + byte(&p->in));
	m.blob.p = record;
	m.blob.len = person_record(&p->f, who, record);
	person_say(&p->f, person(p), &m);
}

static void suspects(struct play *p)
{
	struct person *who = person(p), *target = person(p);
	const struct kith_peer *peer = person_peer(&p->f, target);
	uint8_t record[KITH_RECORD_MAX];
	struct kith_msg m = {.kind = KITH_MSG_RECORD};

	if (byte(&p->in) & 1)
		peer = p->f.n->own.peer;
	if (peer == NULL || peer == person_peer(&p->f, who))
		return;
	m.blob.p = record;
	m.blob.len = person_suspicion(&p->f, who, peer, byte(&p->in) & 1, record);
	person_say(&p->f, person(p), &m);
}

static void introduces(struct play *p)
{
	const struct kith_msg ping = {.kind = KITH_MSG_PING, .n = byte(&p->in), .root = fix_root};
	uint8_t intro[KITH_DATAGRAM_MAX];
	struct person *who = person(p);

	person_intro(&p->f, who, byte(&p->in), byte(&p->in) & 1 ? &ping : NULL, intro);
	kith_node_datagram(p->f.n, p->f.now, &who->addr, intro, sizeof(intro));
	fix_collect(&p->f);
}

static void answers(struct play *p)
{
	person_acks(&p->f, person(p));
}

/* No key, any bytes, any length: nothing leaves for it. */
static void stranger_sends(struct play *p)
{
	const uint8_t type = byte(&p->in), padding = byte(&p->in);
	const struct kith_bytes b = bytes(&p->in);
	uint8_t datagram[KITH_DATAGRAM_MAX] = {0};
	size_t len = b.len;

	memcpy(datagram, b.p, b.len);
	if (type & 1)
		datagram[0] = type & 2 ? 0x11 : 0x12;
	if (padding & 1)
		len = KITH_DATAGRAM_MAX;
	fix_forget(&p->f);
	kith_node_datagram(p->f.n, p->f.now, &person(p)->addr, datagram, len);
	fix_collect(&p->f);
	MUST(fix_count(&p->f, KITH_OUT_DATAGRAM) == 0);
}

static void unreachable(struct play *p)
{
	const struct kith_bytes quoted = bytes(&p->in);

	kith_node_unreachable(p->f.n, p->f.now, &person(p)->addr,
			      byte(&p->in) & 1 ? KITH_UNREACHABLE_PORT : KITH_UNREACHABLE_HOST,
			      quoted.p, quoted.len);
	fix_collect(&p->f);
}

/* What was dialled last: refused, failed, closed or up. */
static void dialled(struct play *p)
{
	static const enum kith_stream_what whats[] = {
		KITH_STREAM_REFUSED, KITH_STREAM_FAILED, KITH_STREAM_CLOSED, KITH_STREAM_CONNECTED,
		KITH_STREAM_WRITABLE};

	kith_node_stream(p->f.n, p->f.now, p->dialled, whats[byte(&p->in) % 5], NULL);
	fix_collect(&p->f);
}

static void hangs_up(struct play *p)
{
	if (!p->has_line)
		return;
	kith_node_stream(p->f.n, p->f.now, p->line.id, KITH_STREAM_CLOSED, NULL);
	fix_collect(&p->f);
	line_fini(&p->f, &p->line);
	p->has_line = false;
}

/* A member connects and shakes hands. */
static void connects(struct play *p)
{
	static uint64_t id = 2;

	hangs_up(p);
	p->has_line = true;
	id += 2;
	if (!line_open(&p->f, &p->line, person(p), id))
		hangs_up(p);
}

/* One frame of it: a hello or not, then the program's messages. */
static void writes_frame(struct play *p)
{
	uint8_t plain[64 + 256], frame[sizeof(plain) + KITH_FRAME_OVERHEAD];
	const struct kith_msg hello = line_hello();
	const bool greets = byte(&p->in) & 1, final = byte(&p->in) == 255;
	const struct kith_bytes b = bytes(&p->in);
	size_t len = 0;

	if (!p->has_line || p->line.closed)
		return;
	if (greets)
		MUST(kith_msg_write(&hello, plain, sizeof(plain), &len));
	memcpy(plain + len, b.p, b.len);
	len = kith_channel_push(&p->line.ch, plain, len + b.len, final, frame);
	line_write(&p->f, &p->line, frame, len);
	p->line.rx_len = 0;
}

static void writes_bytes(struct play *p)
{
	const struct kith_bytes b = bytes(&p->in);

	if (p->has_line && !p->line.closed)
		line_write(&p->f, &p->line, b.p, b.len);
	p->line.rx_len = 0;
}

static void reads(struct play *p)
{
	if (p->has_line)
		kith_node_stream(p->f.n, p->f.now, p->line.id, KITH_STREAM_WRITABLE, NULL);
	fix_collect(&p->f);
	p->line.rx_len = 0;
}

static void sets_clock(struct play *p)
{
	const int64_t days = byte(&p->in) % 8 - 4;

	kith_node_clock(p->f.n, p->f.now, (FIX_UNIX_S + days * 86400) * INT64_C(1000), true);
	fix_collect(&p->f);
}

static void commands(struct play *p)
{
	static const uint8_t tags[] = {0x81, 0xa1, 'k', 0xa1, 'v'};
	struct kith_bytes none = {NULL, 0}, some = {tags, sizeof(tags)};
	const uint8_t which = byte(&p->in);
	uint64_t token;
	int r;

	if (which % 8 == 0)
		r = kith_node_leave(p->f.n, p->f.now);
	else if (which % 8 == 1)
		r = kith_node_restart(p->f.n, p->f.now, 10);
	else if (which % 8 < 4)
		r = kith_node_tags(p->f.n, p->f.now, which & 1 ? some : none);
	else if (which % 8 < 6)
		r = kith_node_forget(p->f.n, p->f.now, &person(p)->id.mid);
	else if (which % 8 == 6)
		r = kith_node_join(p->f.n, p->f.now, &person(p)->addr, 1);
	else
		r = kith_node_ping(p->f.n, p->f.now, &person(p)->id.mid, &token);
	MUST(r == 0 || r == KITH_ESTATE || r == KITH_ENOTFOUND || r == KITH_EFULL);
	fix_collect(&p->f);
}

static void (*const steps[])(struct play *) = {
	time_passes,	says_bytes, says_message, tells_record, signs_anew,   suspects,
	introduces,	answers,    time_jumps,	  unreachable,	dialled,      connects,
	writes_frame,	reads,	    writes_bytes, hangs_up,	sets_clock,   commands,
	stranger_sends,
};

/* --- what holds after each ------------------------------------------------------------------ */

static bool is_listed(struct play *p, const struct kith_addr *a)
{
	uint32_t i;

	for (i = 0; i < COMPANY; i++) /* an older record of theirs is reflected to where it listed */
		if (kith_addr_eq(&p->company[i].addr, a))
			return true;
	for (i = 0; i < p->f.n->peers.count; i++)
		if (kith_peer_lists(kith_ring_at(p->f.n, i), a) >= 0)
			return true;
	return false;
}

/* Of what this step put out: a later record may list other addresses. */
static void judge(struct play *p)
{
	size_t i;

	fix_check(&p->f);
	MUST(p->f.heap.bytes <= MEMORY_MAX);
	for (i = p->judged <= p->f.out_count ? p->judged : 0; i < p->f.out_count; i++) {
		const struct kith_out *o = &p->f.outs[i].out;

		MUST(o->kind != KITH_OUT_DATAGRAM || o->len <= KITH_DATAGRAM_MAX);
		MUST(o->kind != KITH_OUT_DATAGRAM || is_listed(p, &o->addr));
		if (o->kind == KITH_OUT_CONNECT)
			p->dialled = o->stream;
	}
	if (p->f.out_count > 512)
		fix_forget(&p->f);
	p->judged = p->f.out_count;
}

int LLVMFuzzerTestOneInput(const uint8_t *buf, size_t len)
{
	static struct play p;
	int i;

	memset(&p, 0, sizeof(p));
	p.in = (struct input){buf, len};
	fix_setup(&p.f);
	for (i = 0; i < COMPANY; i++)
		person_joins(&p.f, &p.company[i], (uint32_t)i + 1);
	for (i = 0; i < STEPS_MAX && p.in.len > 0; i++) {
		steps[byte(&p.in) % (sizeof(steps) / sizeof(steps[0]))](&p);
		judge(&p);
	}
	hangs_up(&p);
	fix_end(&p.f);
	return 0;
}
