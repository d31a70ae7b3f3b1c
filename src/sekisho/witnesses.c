/* witnesses: rounds over edges, answers into entries; see witnesses.h. */
#include "sekisho/witnesses.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include "os/log.h"
#include "record/attend.h"
#include "record/cosign.h"
#include "sekisho/outbound.h"

_Static_assert(CONFIG_WITNESSES_MAX <= COSIGN_PEERS_MAX, "every witness has a place");

struct witness_link {
	const struct config_witness *conf;
	struct role_edge *edge; /* NULL: its process is not there */
	uint32_t asked;         /* number of the question under way, 0: none */
	uint64_t good;          /* seconds: when the record last saw no cause for alarm in it */
	bool cosigned, silent;  /* as the record has it */
	char why[24];
};

struct witnesses {
	struct witnesses_conf conf;
	int log;
	struct cosign *cosign;
	struct witness_link link[CONFIG_WITNESSES_MAX];
	size_t n;
	bool too_few;
	uint64_t begun; /* the last round, seconds; 0: none yet */
	uint32_t questions;
};

static uint64_t now_s(const struct witnesses *w)
{
	return (uint64_t)w->conf.now_ms(w->conf.arg) / 1000;
}

/* An entry that cannot be written now is tried again: the state that it tells of stays as it was.
 */
static bool written(struct witnesses *w, enum err e)
{
	if (e == OK)
		w->conf.committed(w->conf.arg);
	else
		log_event(LEVEL_ERROR, "cosign-failed", "step=entry err=\"%s\"", err_str(e));
	return e == OK;
}

/* -- what the record knows --------------------------------------------------------------------- */

static enum err load_link(struct witnesses *w, struct witness_link *l)
{
	AUTO_ARENA a = arena_new(64u << 20);
	struct attend known;
	int64_t ms = w->conf.now_ms(w->conf.arg);

	if (!a)
		return ERR_MEMORY;
	TRY(attend_read(w->conf.store, l->conf->name, a, &known));
	if (!slice_eq_str(known.key, l->conf->key)) {
		TRY(attend_named(w->conf.store, l->conf->name, l->conf->key, ms));
		known = (struct attend){.good_ms = ms};
	}
	l->good = (uint64_t)known.good_ms / 1000;
	l->cosigned = known.cosigned;
	l->silent = known.silent;
	snprintf(l->why, sizeof l->why, "%.*s", (int)known.why.n, (const char *)known.why.p);
	return OK;
}

static enum err load(struct witnesses *w)
{
	AUTO_ARENA a = arena_new(64u << 20);
	struct cosign_peer peer[CONFIG_WITNESSES_MAX] = {0};
	const struct config *c = w->conf.config;
	char path[4096];

	if (!a)
		return ERR_MEMORY;
	snprintf(path, sizeof path, "%s/log", w->conf.dir);
	w->log = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (w->log < 0)
		return ERR_NOT_FOUND;
	w->n = c->witnesses_n;
	for (size_t i = 0; i < w->n; i++) {
		w->link[i].conf = &c->witnesses[i];
		snprintf(peer[i].name, sizeof peer[i].name, "%s", c->witnesses[i].name);
		TRY(tlog_vkey_parse(slice_str(c->witnesses[i].key), &peer[i].key));
		peer[i].silence = c->witnesses[i].silence;
		TRY(load_link(w, &w->link[i]));
	}
	TRY(attend_read_all(w->conf.store, a, &w->too_few));
	return cosign_new(w->log, peer, w->n, &w->cosign);
}

enum err witnesses_new(const struct witnesses_conf *conf, struct witnesses **ret)
{
	struct witnesses *w = calloc(1, sizeof *w);
	enum err e;

	if (!w)
		return ERR_MEMORY;
	w->conf = *conf;
	w->log = -1;
	e = load(w);
	if (e != OK) {
		witnesses_free(w);
		return e;
	}
	*ret = w;
	return OK;
}

void witnesses_free(struct witnesses *w)
{
	if (!w)
		return;
	cosign_free(w->cosign);
	fd_close(&w->log);
	free(w);
}

/* -- a round ----------------------------------------------------------------------------------- */

static void end_round(struct witnesses *w)
{
	AUTO_BUF note;

	buf_init(&note, TLOG_NOTE_MAX);
	if (cosign_end(w->cosign, now_s(w), w->conf.config->witnesses_required, &note) &&
	    !w->conf.keep(w->conf.arg, buf_view(&note)))
		log_event(LEVEL_WARN, "cosign-failed", "step=keep");
}

static enum err send_question(struct witnesses *w, size_t i)
{
	struct witness_link *l = &w->link[i];
	char url[OUTBOUND_URL_MAX];
	AUTO_BUF body;
	AUTO_BUF b = {0};

	buf_init(&body, OUTBOUND_BODY_MAX);
	wire_buf(&b);
	TRY(cosign_request(w->cosign, i, &body));
	snprintf(url, sizeof url, "%s/add-checkpoint", l->conf->url);
	wire_put_str(&b, url);
	wire_put_bytes(&b, buf_view(&body));
	if (++w->questions == 0)
		w->questions = 1;
	TRY(wire_send(l->edge->fd, OUTBOUND_POST, w->questions, &b, NULL, 0));
	l->asked = w->questions;
	return OK;
}

static void refused(struct witnesses *w, struct witness_link *l, enum cosign_news news)
{
	const char *why = cosign_news_str(news);

	log_event(LEVEL_ERROR, "cosign-refused", "witness=%s why=%s", l->conf->name, why);
	if (strcmp(l->why, why) == 0)
		return;
	if (written(w,
		    attend_refused(w->conf.store, l->conf->name, why, w->conf.now_ms(w->conf.arg))))
		snprintf(l->why, sizeof l->why, "%s", why);
}

static void cosigned(struct witnesses *w, struct witness_link *l, uint64_t size)
{
	log_event(LEVEL_INFO, "cosigned", "witness=%s size=%llu", l->conf->name,
		  (unsigned long long)size);
	if (l->cosigned && !l->silent && !l->why[0])
		return;
	if (!written(w, attend_cosigned(w->conf.store, l->conf->name, size,
					w->conf.now_ms(w->conf.arg))))
		return;
	l->cosigned = true;
	l->silent = false;
	l->why[0] = '\0';
}

static void ask(struct witnesses *w, size_t i);

static void answered(struct witnesses *w, size_t i, const struct cosign_answer *a)
{
	struct witness_link *l = &w->link[i];
	enum cosign_news news = cosign_answer(w->cosign, i, a, now_s(w));

	l->asked = 0;
	if (news == COSIGN_AGAIN)
		ask(w, i);
	else if (news == COSIGN_DONE)
		cosigned(w, l, cosign_asked(w->cosign));
	else if (news != COSIGN_UNREACHABLE) /* its role has said so */
		refused(w, l, news);
}

static void ask(struct witnesses *w, size_t i)
{
	enum err e = send_question(w, i);

	if (e == OK)
		return;
	log_event(LEVEL_ERROR, "cosign-failed", "step=ask witness=%s err=\"%s\"",
		  w->link[i].conf->name, err_str(e));
	answered(w, i, &(struct cosign_answer){0});
}

static void begin_round(struct witnesses *w)
{
	enum err e;

	w->begun = now_s(w);
	e = cosign_begin(w->cosign);
	if (e != OK) {
		log_event(LEVEL_ERROR, "cosign-failed", "step=checkpoint err=\"%s\"", err_str(e));
		return;
	}
	for (size_t i = 0; i < w->n; i++)
		if (w->link[i].edge)
			ask(w, i);
	end_round(w);
}

/* -- edges ------------------------------------------------------------------------------------- */

static size_t find(const struct witnesses *w, const struct role_edge *edge)
{
	size_t i = 0;

	while (i < w->n && strcmp(w->link[i].conf->name, edge->zone) != 0)
		i++;
	return i;
}

void witnesses_up(struct witnesses *w, struct role_edge *edge)
{
	size_t i = find(w, edge);

	if (i < w->n)
		w->link[i].edge = edge;
}

void witnesses_down(struct witnesses *w, const struct role_edge *edge)
{
	size_t i = find(w, edge);

	if (i == w->n)
		return;
	w->link[i].edge = NULL;
	if (!w->link[i].asked)
		return;
	answered(w, i, &(struct cosign_answer){0});
	end_round(w);
}

enum err witnesses_on_message(struct witnesses *w, const struct role_edge *edge, struct wire_msg *m)
{
	struct reader r = reader_of(m->payload);
	uint32_t status = wire_get_u32(&r);
	struct slice type = wire_get_bytes(&r, OUTBOUND_TYPE_MAX);
	struct slice body = wire_get_bytes(&r, OUTBOUND_ANSWER_MAX);
	size_t i = find(w, edge);

	TRY(wire_end(&r));
	if (i == w->n || m->type != OUTBOUND_POST || m->nfds || m->flags != WIRE_REPLY ||
	    !w->link[i].asked || m->id != w->link[i].asked)
		return ERR_PEER;
	answered(w, i,
		 &(struct cosign_answer){.status = status,
					 .is_size = slice_eq_str(type, "text/x.tlog.size"),
					 .body = body});
	end_round(w);
	return OK;
}

/* -- time -------------------------------------------------------------------------------------- */

static void look_for_silence(struct witnesses *w, size_t i, uint64_t now)
{
	struct witness_link *l = &w->link[i];
	uint64_t last = cosign_last(w->cosign, i), since = last > l->good ? last : l->good;

	if (l->silent || now <= since || now - since <= l->conf->silence)
		return;
	log_event(LEVEL_ERROR, "witness-silent", "witness=%s seconds=%llu", l->conf->name,
		  (unsigned long long)(now - since));
	if (written(w,
		    attend_silent(w->conf.store, l->conf->name, last, w->conf.now_ms(w->conf.arg))))
		l->silent = true;
}

/* Not before all could have answered once. */
static void count(struct witnesses *w, uint64_t now)
{
	unsigned required = w->conf.config->witnesses_required;
	unsigned fresh = cosign_fresh(w->cosign, now);
	bool few = fresh < required;

	if (few == w->too_few)
		return;
	log_event(few ? LEVEL_ERROR : LEVEL_INFO, few ? "witnesses-too-few" : "witnesses-enough",
		  "fresh=%u required=%u", fresh, required);
	if (written(w, attend_count(w->conf.store, fresh, required, w->conf.now_ms(w->conf.arg))))
		w->too_few = few;
}

void witnesses_tick(struct witnesses *w)
{
	uint64_t now = now_s(w);
	bool waiting = false;

	if (w->n == 0)
		return;
	for (size_t i = 0; i < w->n; i++) {
		waiting = waiting || w->link[i].asked;
		look_for_silence(w, i, now);
	}
	if (w->begun && !waiting)
		count(w, now);
	/* Each question ends by itself: an outbound that hangs is ended by its own limit of time.
	 */
	if (!waiting && (now < w->begun || now - w->begun >= w->conf.config->ask_every))
		begin_round(w);
}
