/* SPDX-License-Identifier: ISC */
#include "unit/core_suspects.h"

static void old_news(struct fix *f, struct kith_peer *p)
{
	kith_gossip_drop(f->n, &p->rumor, &p->record->fact);
}

void scene_setup(struct scene *s, uint32_t more)
{
	uint32_t i;

	fix_setup(&s->f);
	s->t = person_joins(&s->f, &s->target, 1);
	for (i = 0; i < more; i++)
		person_joins(&s->f, &s->more[i], 2 + i);
	kith_timer_stop(s->f.n, &s->f.n->period.timer);
	fix_forget(&s->f);
	/* Old news would ride along on what the tests look at. */
	old_news(&s->f, s->f.n->own.peer);
	old_news(&s->f, s->t);
	for (i = 0; i < more; i++)
		old_news(&s->f, person_peer(&s->f, &s->more[i]));
}

void end_all_rounds(struct scene *s)
{
	kith_probe_abort_all(s->f.n);
	fix_collect(&s->f);
}

void own_failure(struct scene *s, enum kith_suspicion_kind kind, bool is_express)
{
	kith_suspect_round_failed(s->f.n, s->t,
				  &(struct kith_verdict){.kind = kind,
							 .path = KITH_PATH_DIRECT,
							 .is_express = is_express});
	fix_collect(&s->f);
}

void other_says(struct scene *s, uint32_t who, uint8_t kind)
{
	uint8_t record[KITH_RECORD_MAX];

	(void)person_tells(&s->f, &s->more[who], record,
			   person_suspicion(&s->f, &s->more[who], s->t, kind, record));
}

uint8_t evidence(const struct scene *s)
{
	uint8_t have, need;

	kith_suspect_weigh(s->f.n, s->t, &have, &need);
	return have;
}
