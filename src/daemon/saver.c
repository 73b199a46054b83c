/* SPDX-License-Identifier: ISC */
#include "daemon/saver.h"
#include "base/check.h"
#include "files/epoch.h"
#include "files/state.h"
#include <ev.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct job {
	bool waits;
	uint64_t token;
	uint32_t epoch;
	bool is_done; /* and not yet told */
	uint64_t done_token;
	enum kith_file_result result;
	char text[512];
};

struct kith_saver {
	pthread_t thread;
	pthread_mutex_t lock; /* guards all between here and `wake` */
	pthread_cond_t wake;
	struct job jobs[KITH_SAVE_COUNT];
	struct kith_kept_batch kept; /* owned; of the waiting job, as services */
	bool is_whole;               /* it replaces what is there */
	struct kith_kept_batch services;
	bool ends;

	char dir[KITH_PATH_MAX];
	struct kith_mid mid;

	struct ev_loop *loop; /* borrowed; these are the loop's */
	ev_async done;
	kith_saved_f on_saved;
	void *ctx;
};

static enum kith_file_result write_kept(struct kith_saver *s, struct kith_kept_batch *b, bool whole,
					struct kith_report *r)
{
	char path[KITH_PATH_MAX + 16];
	enum kith_file_result result;

	snprintf(path, sizeof path, "%s/%s", s->dir, KITH_STATE_KEPT);
	result = whole ? kith_kept_write(path, KITH_KEPT_NODE, b, r) : kith_kept_append(path, b, r);
	if (result == KITH_FILE_ABSENT)
		kith_report_add(r, path, 0, "somebody removed it; it is written anew");
	kith_kept_batch_free(b);
	return result;
}

static enum kith_file_result write_services(struct kith_saver *s, struct kith_kept_batch *b,
					    struct kith_report *r)
{
	char path[KITH_PATH_MAX + 16];
	enum kith_file_result result;

	snprintf(path, sizeof path, "%s/%s", s->dir, KITH_STATE_SERVICES);
	result = kith_kept_write(path, KITH_KEPT_SERVICES, b, r);
	kith_kept_batch_free(b);
	return result;
}

/* Takes a batch away from a job, which then has none. */
static struct kith_kept_batch take(struct kith_kept_batch *from)
{
	struct kith_kept_batch b = *from;

	*from = (struct kith_kept_batch){.bytes = NULL};
	return b;
}

static void tell(struct job *j, uint64_t token, enum kith_file_result result,
		 const struct kith_report *r)
{
	j->is_done = true;
	j->done_token = token;
	j->result = result;
	snprintf(j->text, sizeof j->text, "%.*s", (int)strcspn(kith_report_text(r), "\n"),
		 kith_report_text(r));
}

/* Called with the lock held, which it gives up while it writes. */
static void run_job(struct kith_saver *s, enum kith_save what)
{
	struct job *j = &s->jobs[what];
	struct kith_report r = {0};
	enum kith_file_result result;
	uint64_t token = j->token;
	uint32_t epoch = j->epoch;
	struct kith_kept_batch b = {.bytes = NULL};
	bool whole = s->is_whole;

	j->waits = false;
	if (what != KITH_SAVE_EPOCH)
		b = take(what == KITH_SAVE_KEPT ? &s->kept : &s->services);
	pthread_mutex_unlock(&s->lock);
	if (what == KITH_SAVE_KEPT)
		result = write_kept(s, &b, whole, &r);
	else if (what == KITH_SAVE_SERVICES)
		result = write_services(s, &b, &r);
	else
		result = kith_epoch_write(s->dir, &s->mid, epoch, &r);
	pthread_mutex_lock(&s->lock);
	/* A failure that was not told yet is not hidden by the success after it. */
	if (!j->is_done || j->result == KITH_FILE_OK)
		tell(j, token, result, &r);
	kith_report_clear(&r);
	ev_async_send(s->loop, &s->done);
}

static void *run(void *ctx)
{
	struct kith_saver *s = ctx;

	pthread_mutex_lock(&s->lock);
	for (;;) {
		int what = 0;

		/* In the order of their kinds: the node waits for its epoch, a client for its service. */
		while (what < KITH_SAVE_COUNT && !s->jobs[what].waits)
			what++;
		if (what < KITH_SAVE_COUNT)
			run_job(s, (enum kith_save)what);
		else if (s->ends)
			break;
		else
			pthread_cond_wait(&s->wake, &s->lock);
	}
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

static void on_done(struct ev_loop *loop, ev_async *async, int events)
{
	struct kith_saver *s = async->data;

	(void)loop;
	(void)events;
	for (int i = 0; i < KITH_SAVE_COUNT; i++) {
		struct job j;

		pthread_mutex_lock(&s->lock);
		j = s->jobs[i];
		s->jobs[i].is_done = false;
		pthread_mutex_unlock(&s->lock);
		if (j.is_done)
			s->on_saved(s->ctx, (enum kith_save)i, j.done_token, j.result, j.text);
	}
}

/* Signals are the loop's alone. */
static int start_thread(struct kith_saver *s)
{
	sigset_t all, before;
	int error;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	error = pthread_create(&s->thread, NULL, run, s);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

struct kith_saver *kith_saver_new(struct ev_loop *loop, const char *dir, const struct kith_mid *mid,
				  kith_saved_f on_saved, void *ctx)
{
	struct kith_saver *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	KITH_ASSERT(strlen(dir) < sizeof s->dir);
	memcpy(s->dir, dir, strlen(dir) + 1);
	s->mid = *mid;
	s->loop = loop;
	s->on_saved = on_saved;
	s->ctx = ctx;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->wake, NULL);
	ev_async_init(&s->done, on_done);
	s->done.data = s;
	ev_async_start(loop, &s->done);
	if (start_thread(s) != 0) {
		ev_async_stop(loop, &s->done);
		pthread_cond_destroy(&s->wake);
		pthread_mutex_destroy(&s->lock);
		free(s);
		return NULL;
	}
	return s;
}

void kith_saver_free(struct kith_saver **saver)
{
	struct kith_saver *s = *saver;

	if (s == NULL)
		return;
	pthread_mutex_lock(&s->lock);
	s->ends = true;
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->lock);
	pthread_join(s->thread, NULL);
	ev_async_stop(s->loop, &s->done);
	pthread_cond_destroy(&s->wake);
	pthread_mutex_destroy(&s->lock);
	kith_kept_batch_free(&s->kept);
	kith_kept_batch_free(&s->services);
	free(s);
	*saver = NULL;
}

void kith_saver_epoch(struct kith_saver *s, uint32_t epoch, uint64_t token)
{
	struct job *j = &s->jobs[KITH_SAVE_EPOCH];

	pthread_mutex_lock(&s->lock);
	j->waits = true;
	j->epoch = epoch;
	j->token = token;
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->lock);
}

void kith_saver_services(struct kith_saver *s, struct kith_kept_batch *b, uint64_t token)
{
	struct job *j = &s->jobs[KITH_SAVE_SERVICES];

	pthread_mutex_lock(&s->lock);
	kith_kept_batch_free(&s->services);
	s->services = take(b);
	j->waits = true;
	j->token = token;
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->lock);
}

void kith_saver_kept(struct kith_saver *s, struct kith_kept_batch *b, bool whole, uint64_t token)
{
	struct job *j = &s->jobs[KITH_SAVE_KEPT];

	pthread_mutex_lock(&s->lock);
	if (whole || !j->waits) {
		kith_kept_batch_free(&s->kept);
		s->is_whole = whole;
	}
	j->token = token;
	if (kith_kept_join(&s->kept, b)) {
		j->waits = true;
		pthread_cond_signal(&s->wake);
	} else {
		kith_kept_batch_free(b);
		j->is_done = true;
		j->done_token = token;
		j->result = KITH_FILE_OS;
		snprintf(j->text, sizeof j->text, "out of memory");
		ev_async_send(s->loop, &s->done);
	}
	pthread_mutex_unlock(&s->lock);
}
