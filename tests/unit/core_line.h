/* SPDX-License-Identifier: ISC */
/*
 * unit/core_line.h: a person's end of a TCP connection with the node: the handshake by hand, then
 * frames of messages. One way: line_open() does all of it as the one who connects; line_answer()
 * does it as the one whom the node dialled.
 */
#ifndef KITH_TEST_CORE_LINE_H
#define KITH_TEST_CORE_LINE_H

#include "unit/core_fix.h"

enum { LINE_RX = 512 * 1024, LINES_MAX = 64 };

struct line {
	uint64_t id;
	struct kith_handshake hs;
	struct kith_channel ch;
	uint8_t *rx; /* owned: what the node wrote and nobody read yet */
	size_t rx_len;
	bool closed; /* by the node */
	bool ended;  /* its final frame was read */
	uint8_t *plain; /* owned: of the frame last read */
	size_t plain_len;
	uint8_t *kept; /* owned: of the frame with the message last heard */
};

/* A stream that the node may write to; ids as in kith_node_stream(). */
void line_init(struct fix *f, struct line *l, uint64_t id);
void line_fini(struct fix *f, struct line *l);
/* Connects without saying anything. */
void line_connect(struct fix *f, struct line *l, const struct person *p, uint64_t id);
/* Connects and shakes hands; false: the node hung up. */
bool line_open(struct fix *f, struct line *l, struct person *p, uint64_t id);
/* The node's last CONNECT came to this person: up it is, and hands are shaken. */
bool line_answer(struct fix *f, struct line *l, struct person *p);
/* The same up to m2, which is what a probe wants. */
void line_answer_m2(struct fix *f, struct line *l, struct person *p);

void line_write(struct fix *f, struct line *l, const uint8_t *p, size_t len);
/* One frame of these messages. */
void line_say(struct fix *f, struct line *l, const struct kith_msg *m, size_t count, bool final);
/* The next frame from the node into l->plain; false: there is none. */
bool line_read(struct line *l);
/* Reads all frames; how many messages of that kind they held, *m the last (may be NULL). */
uint32_t line_heard(struct line *l, enum kith_msg_kind kind, struct kith_msg *m);
/* A hello as this person would say it. */
struct kith_msg line_hello(void);

#endif
