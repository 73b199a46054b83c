/* SPDX-License-Identifier: ISC */
#include "cli/answer.h"

#include "base/mem.h"

#include <time.h>

static enum kith_exit out(struct kith_cli *c, struct kith_buf *buf, bool is_whole)
{
	enum kith_exit got = KITH_EXIT_YES;

	if (is_whole) {
		fwrite(buf->p, 1, buf->len, c->out);
		fputc('\n', c->out);
	} else {
		got = kith_cli_fail(c, KITH_EXIT_BUG, "system", NULL, "out of memory");
	}
	kith_buf_fini(buf);
	return got;
}

void kith_answer_init(struct kith_answer *an, bool ok)
{
	kith_buf_init(&an->buf, &kith_alloc_libc, SIZE_MAX / 4);
	kith_write_init(&an->w, &kith_form_json, &an->buf);
	kith_write_map(&an->w);
	kith_write_key_u64(&an->w, "v", 1);
	kith_write_key_bool(&an->w, "ok", ok);
}

void kith_answer_text(struct kith_answer *an, const char *key, const char *text)
{
	if (text != NULL)
		kith_write_key_text(&an->w, key, text);
	else
		kith_write_key_null(&an->w, key);
}

void kith_answer_time(struct kith_answer *an, const char *key, int64_t unix_s)
{
	time_t t = (time_t)unix_s;
	struct tm tm;
	char text[40];

	gmtime_r(&t, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S.000Z", &tm);
	kith_write_key_text(&an->w, key, text);
}

enum kith_exit kith_answer_print(struct kith_answer *an, struct kith_cli *c)
{
	kith_write_end(&an->w);
	return out(c, &an->buf, kith_write_done(&an->w));
}

enum kith_exit kith_answer_value(struct kith_cli *c, struct kith_value v)
{
	struct kith_writer w;
	struct kith_buf buf;

	kith_buf_init(&buf, &kith_alloc_libc, SIZE_MAX / 4);
	kith_write_init(&w, &kith_form_json, &buf);
	kith_write_value(&w, v);
	return out(c, &buf, kith_write_done(&w));
}
