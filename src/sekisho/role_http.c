/*
 * role http: one listener of one zone. Speaks TLS and HTTP, asks its portals, streams files.
 *
 * What a request means is the portals' affair; here are only its bytes. A file's bytes go between
 * the connection and a descriptor that the gateway opened, sealed with the key it gave; neither
 * portal nor gateway sees them. Each portal has one request at a time, beside those that it has put
 * off; the others wait here, and the number of all is bounded by the number of connections.
 *
 * Log events: http-start-failed, http-locked (what it could shut itself into),
 * portal-broke-protocol, portal-gone.
 */
#include <stdio.h>
#include <stdlib.h>
#include "http/header.h"
#include "http/server.h"
#include "os/clock.h"
#include "os/log.h"
#include "os/loop.h"
#include "sekisho/http_face.h"
#include "sekisho/roles.h"
#include "sekisho/subcommand.h"
#include "store/blob.h"
#include "web/static.h"
#include "wire/page.h"

enum { STOP_MS = 2000 };

/* A file on its way in. */
struct upload {
	int fd;
	struct blob_writer *writer;
	uint64_t size;
	uint64_t from; /* what the client sends begins here */
	char tag[64];
};

/* A request that was handed on, kept in rq->user. */
struct job {
	struct http_request *rq; /* NULL: the client has gone, its answer is thrown away */
	struct upload up;
	char tag[64]; /* of the last upload of this request */
	struct job *next;
	struct buf payload; /* PAGE_REQUEST that waits to be sent */
	uint32_t id;        /* of the PAGE_REQUEST, where it was put off */
	bool busy;          /* queued, or with a portal */
	bool resumes;       /* its upload is read again up to where it broke off */
};

struct portal {
	struct state *s;
	struct role_edge *edge;
	struct loop_watch *watch;
	struct job *job;    /* the one it works on */
	struct job *laters; /* those it will answer later */
	uint32_t id;
};

struct state {
	struct role_env *env;
	struct loop *loop;
	struct faces faces;
	struct portal portals[EDGES_MAX];
	size_t portals_n;
	struct job *first, **last; /* waiting for a portal */
	struct job *resuming;      /* by next; each turn reads a slice of the first */
	struct loop_timer *slice;
	struct wire_msg *msg;
	struct page_reply *reply;
	uint64_t stop_at; /* ms; 0: running */
	uint32_t next_id;
	int code;
};

/* -- uploads ----------------------------------------------------------------------------------- */

static void upload_end(struct upload *u)
{
	blob_writer_free(u->writer);
	u->writer = NULL;
	fd_close(&u->fd);
}

static enum err sink_write(void *ctx, struct slice data)
{
	struct job *j = ctx;

	return blob_writer_put(j->up.writer, data);
}

/* -- asking portals ---------------------------------------------------------------------------- */

static void copy_pairs(struct page_pairs *to, const struct form *from)
{
	to->n = 0;
	for (size_t i = 0; i < from->n && i < PAGE_PAIRS_MAX; i++)
		to->p[to->n++] = (struct page_pair){from->pairs[i].name, from->pairs[i].value};
}

static void fill(struct page_request *p, const struct job *j, enum page_kind kind)
{
	const struct http_request *rq = j->rq;
	const struct slice *h = rq->headers;

	*p = (struct page_request){
	    .kind = kind,
	    .method = (enum page_method)rq->method,
	    .tls = rq->tls,
	    .partial = h[HTTP_HX_REQUEST].n > 0,
	    .path = rq->path,
	    .host = h[HTTP_HOST],
	    .peer = slice_str(rq->peer_text),
	    .authorization = h[HTTP_AUTHORIZATION],
	    .accept_language = h[HTTP_ACCEPT_LANGUAGE],
	    .origin = h[HTTP_ORIGIN],
	    .fetch_site = h[HTTP_SEC_FETCH_SITE],
	    .csrf = h[HTTP_CSRF_TOKEN],
	    .media = rq->media,
	    .body = rq->body,
	    .size = rq->upload_bytes,
	    .file_name = rq->file_name,
	    .tag = slice_str(j->tag),
	};
	copy_pairs(&p->query, &rq->query);
	copy_pairs(&p->form, &rq->form);
	copy_pairs(&p->cookies, &rq->cookies);
}

static void job_free(struct job *j)
{
	upload_end(&j->up);
	buf_free(&j->payload);
	free(j);
}

static void refuse(struct job *j, unsigned status)
{
	j->busy = false;
	if (j->rq)
		http_reply_status(j->rq, status);
	else
		job_free(j);
}

static bool send_to(struct portal *p, struct job *j)
{
	p->id = ++p->s->next_id;
	if (wire_send(p->edge->fd, PAGE_REQUEST, p->id, &j->payload, NULL, 0) != OK)
		return false;
	p->job = j;
	buf_free(&j->payload);
	return true;
}

/* Gives what waits to portals that are free. */
static void pump(struct state *s)
{
	for (size_t i = 0; i < s->portals_n && s->first; i++) {
		struct portal *p = &s->portals[i];
		struct job *j = s->first;

		if (p->job || p->edge->fd < 0)
			continue;
		s->first = j->next;
		if (!s->first)
			s->last = &s->first;
		if (!send_to(p, j))
			refuse(j, 503);
	}
}

static void enqueue(struct state *s, struct job *j, const struct page_request *p)
{
	wire_buf(&j->payload);
	page_request_put(&j->payload, p);
	if (buf_err(&j->payload) != OK) {
		refuse(j, 413);
		return;
	}
	j->busy = true;
	j->next = NULL;
	*s->last = j;
	s->last = &j->next;
	pump(s);
}

/* -- what the server says ---------------------------------------------------------------------- */

static bool serve_static(struct http_request *rq)
{
	static const struct http_field cache = {S("Cache-Control"), S("max-age=3600")};

	if (rq->method != HTTP_GET && rq->method != HTTP_HEAD)
		return false;
	for (size_t i = 0; i < static_files_n; i++) {
		const struct static_file *f = &static_files[i];

		if (!slice_eq_str(rq->path, f->path))
			continue;
		http_reply(rq, &(struct http_reply){.status = 200,
						    .type = slice_str(f->type),
						    .etag = slice_str(f->etag),
						    .fields = &cache,
						    .n = 1,
						    .body = f->data});
		return true;
	}
	return false;
}

static void on_request(void *ctx, struct http_request *rq)
{
	struct state *s = ctx;
	struct job *j = rq->user;
	struct page_request p;

	if (!j && serve_static(rq))
		return;
	if (!j) {
		j = calloc(1, sizeof *j);
		if (!j) {
			http_reply_status(rq, 503);
			return;
		}
		j->up.fd = -1;
		j->rq = rq;
		rq->user = j;
	}
	fill(&p, j, rq->upload ? PAGE_UPLOAD : PAGE_ASK);
	enqueue(s, j, &p);
}

/* Writes down how far an upload came; the writer is done with afterwards. */
static enum err upload_result(struct job *j, struct page_request *p)
{
	struct upload *u = &j->up;
	enum err e = OK;

	p->kind = PAGE_UPLOADED;
	p->complete = blob_writer_at(u->writer) == u->size;
	if (p->complete)
		e = blob_writer_finish(u->writer, &p->hash);
	p->received = p->complete ? u->size : blob_writer_durable(u->writer);
	memcpy(j->tag, u->tag, sizeof j->tag);
	upload_end(u);
	return e;
}

static void on_uploaded(void *ctx, struct http_request *rq)
{
	struct state *s = ctx;
	struct job *j = rq->user;
	struct page_request p;
	enum err e;

	fill(&p, j, PAGE_UPLOADED);
	e = upload_result(j, &p);
	p.tag = slice_str(j->tag);
	if (e != OK)
		http_reply_status(rq, e == ERR_FULL ? 507 : 500);
	else
		enqueue(s, j, &p);
}

static void resume_end(struct state *s, struct job *j);

/* The client is gone. What it sent of a file is kept, and the gateway told how far it came. */
static void on_gone(void *ctx, struct http_request *rq)
{
	struct state *s = ctx;
	struct job *j = rq->user;
	struct page_request p;

	if (!j)
		return;
	rq->user = NULL;
	if (j->resumes)
		resume_end(s, j);
	else if (j->up.writer && !j->busy) {
		fill(&p, j, PAGE_UPLOADED);
		enum err e = upload_result(j, &p);

		p.tag = slice_str(j->tag);
		j->rq = NULL;
		if (e == OK)
			enqueue(s, j, &p);
		else
			job_free(j);
		return;
	}
	j->rq = NULL;
	if (!j->busy)
		job_free(j);
}

static const struct http_ops ops = {on_request, on_uploaded, on_gone};

/* -- downloads --------------------------------------------------------------------------------- */

struct download {
	int fd;
	struct blob_reader *reader;
};

static enum err download_read(void *ctx, uint64_t at, uint8_t *p, size_t max, size_t *ret_n)
{
	struct download *d = ctx;
	struct slice part;

	TRY(blob_reader_at(d->reader, at, &part));
	*ret_n = part.n < max ? part.n : max;
	memcpy(p, part.p, *ret_n);
	return OK;
}

static void download_free(void *ctx)
{
	struct download *d = ctx;

	blob_reader_free(d->reader);
	fd_close(&d->fd);
	free(d);
}

static enum err download_new(const struct page_reply *r, int *fd, struct download **ret)
{
	struct download *d = calloc(1, sizeof *d);
	struct blob_seal seal;
	enum err e;

	if (!d)
		return ERR_MEMORY;
	memcpy(seal.key, r->seal, sizeof seal.key);
	memcpy(seal.bind, r->seal + sizeof seal.key, sizeof seal.bind);
	d->fd = fd_take(fd);
	e = blob_reader_open(d->fd, &seal, r->size, &d->reader);
	explicit_bzero(&seal, sizeof seal);
	if (e != OK) {
		download_free(d);
		return e;
	}
	*ret = d;
	return OK;
}

/* -- what a portal answers --------------------------------------------------------------------- */

/* Content-Disposition is made here, where the rules of HTTP are. */
static size_t fields_of(struct job *j, const struct page_reply *r, struct http_field *ret)
{
	size_t n = 0;
	AUTO_BUF b;

	buf_init(&b, 8192);
	for (size_t i = 0; i < r->fields_n; i++)
		ret[n++] = (struct http_field){r->fields[i].name, r->fields[i].value};
	if (r->kind != PAGE_SEND)
		return n;
	disposition_put(&b, r->tag);
	struct slice v = arena_copy(j->rq->arena, buf_view(&b));

	if (buf_err(&b) == OK && v.p)
		ret[n++] = (struct http_field){S("Content-Disposition"), v};
	return n;
}

static void answer(struct job *j, const struct page_reply *r, int *fd)
{
	struct http_field fields[PAGE_FIELDS_MAX + 1];
	struct http_reply h = {.status = r->status,
			       .type = r->type,
			       .etag = r->etag,
			       .fields = fields,
			       .n = fields_of(j, r, fields),
			       .body = r->body};

	if (*fd > 0)
		h.fd = fd_take(fd);
	http_reply(j->rq, &h);
}

static void send_file(struct job *j, const struct page_reply *r, int *fd)
{
	struct http_field fields[PAGE_FIELDS_MAX + 1];
	struct download *d = NULL;
	struct http_source source = {.size = r->size, .read = download_read, .free = download_free};

	if (download_new(r, fd, &d) != OK) {
		http_reply_status(j->rq, 500);
		return;
	}
	source.ctx = d;
	http_reply(j->rq, &(struct http_reply){.status = r->status,
					       .type = r->type,
					       .etag = r->etag,
					       .fields = fields,
					       .n = fields_of(j, r, fields),
					       .source = &source});
}

/* The writer stands where the client goes on; or the client must ask anew. */
static void take_bytes(struct job *j, enum err e)
{
	if (e == OK && blob_writer_at(j->up.writer) == j->up.from) {
		http_accept(j->rq, (struct http_sink){sink_write, j});
		return;
	}
	upload_end(&j->up);
	http_reply_status(j->rq, e == ERR_FULL ? 507 : e == OK ? 409 : 500);
}

static void resume_end(struct state *s, struct job *j)
{
	for (struct job **at = &s->resuming; *at; at = &(*at)->next)
		if (*at == j) {
			*at = j->next;
			break;
		}
	j->resumes = false;
}

static enum err slice_soon(struct state *s);
static enum err resume_later(struct state *s, struct job *j);

/* What broke off late is long to read again: a slice at a time, the others in between. */
static void on_slice(void *arg)
{
	struct state *s = arg;
	struct job *j = s->resuming;
	bool more = false;
	enum err e;

	s->slice = NULL;
	if (!j)
		return;
	e = blob_writer_resume(j->up.writer, &more);
	resume_end(s, j);
	if (e == OK && more)
		e = resume_later(s, j);
	if (e != OK || !more)
		take_bytes(j, e);
	while (s->resuming && slice_soon(s) != OK) {
		j = s->resuming;
		resume_end(s, j);
		take_bytes(j, ERR_MEMORY);
	}
}

static enum err slice_soon(struct state *s)
{
	return s->slice ? OK : loop_timer(s->loop, 0, on_slice, s, &s->slice);
}

/* Behind the others that are read again. */
static enum err resume_later(struct state *s, struct job *j)
{
	struct job **at = &s->resuming;

	TRY(slice_soon(s));
	while (*at)
		at = &(*at)->next;
	*at = j;
	j->next = NULL;
	j->resumes = true;
	return OK;
}

static void take_file(struct state *s, struct job *j, const struct page_reply *r, int *fd)
{
	struct upload *u = &j->up;
	struct blob_seal seal;
	enum err e;

	upload_end(u);
	memcpy(seal.key, r->seal, sizeof seal.key);
	memcpy(seal.bind, r->seal + sizeof seal.key, sizeof seal.bind);
	u->fd = fd_take(fd);
	u->size = r->size;
	u->from = r->at;
	snprintf(u->tag, sizeof u->tag, "%.*s", (int)r->tag.n, (const char *)r->tag.p);
	e = blob_writer_open(u->fd, &seal, u->size, u->from, &u->writer);
	explicit_bzero(&seal, sizeof seal);
	if (e == OK && u->from > 0)
		e = resume_later(s, j);
	if (e != OK || u->from == 0)
		take_bytes(j, e);
}

/* False: the portal answered something that does not fit what it was asked. */
static bool apply(struct state *s, struct job *j, const struct page_reply *r, int *fd)
{
	switch (r->kind) {
	case PAGE_ANSWER:
		answer(j, r, fd);
		return true;
	case PAGE_TAKE:
		if (!j->rq->upload || *fd < 0)
			return false;
		take_file(s, j, r, fd);
		return true;
	case PAGE_NEXT:
		if (j->rq->file_name.n == 0)
			return false;
		http_next(j->rq);
		return true;
	case PAGE_SEND:
		if (*fd < 0)
			return false;
		send_file(j, r, fd);
		return true;
	case PAGE_LATER:
		break; /* not an answer: see on_reply */
	}
	return false;
}

/* Where the job hangs that a reply with this id is for, or NULL. */
static struct job **job_of(struct portal *p, uint32_t id)
{
	if (p->job && p->id == id)
		return &p->job;
	for (struct job **at = &p->laters; *at; at = &(*at)->next)
		if ((*at)->id == id)
			return at;
	return NULL;
}

static enum err on_reply(void *ctx, struct wire_msg *m, struct reader *in)
{
	struct portal *p = ctx;
	struct job **at = job_of(p, m->id), *j;
	struct page_reply *r = p->s->reply;

	if (!at)
		return ERR_PEER;
	TRY(page_reply_get(reader_take(in, reader_left(in)), r));
	j = *at;
	if (r->kind == PAGE_LATER) {
		if (at != &p->job)
			return ERR_PEER;
		j->id = p->id;
		j->next = p->laters;
		p->laters = j;
		p->job = NULL;
		return OK;
	}
	*at = at == &p->job ? NULL : j->next;
	j->busy = false;
	if (!j->rq)
		job_free(j);
	else if (!apply(p->s, j, r, &m->fds[0])) {
		http_reply_status(j->rq, 500);
		return ERR_PEER;
	}
	return OK;
}

static const struct wire_type table[] = {
    {PAGE_REPLY, "page", WIRE_PAYLOAD_MAX, 0, 1, on_reply},
};

static void portal_down(struct portal *p)
{
	struct job *j = p->job;

	loop_unwatch(p->watch);
	p->watch = NULL;
	fd_close(&p->edge->fd);
	p->job = NULL;
	if (j)
		refuse(j, 503);
	while ((j = p->laters)) {
		p->laters = j->next;
		refuse(j, 503);
	}
}

static void on_portal(void *arg, int fd, unsigned events)
{
	struct portal *p = arg;
	struct state *s = p->s;
	enum err e = wire_recv(fd, s->msg);

	(void)events;
	if (e == OK)
		e = wire_dispatch(table, ARRAY_LEN(table), p, s->msg, NULL);
	wire_msg_clear(s->msg);
	if (e == ERR_TIMEOUT)
		return;
	if (e != OK) {
		log_event(LEVEL_WARN, e == ERR_CRASH ? "portal-gone" : "portal-broke-protocol",
			  "n=%u", p->edge->n);
		portal_down(p);
	}
	pump(s);
}

static enum err portal_up(struct portal *p)
{
	if (p->edge->fd < 0)
		return OK;
	return loop_watch(p->s->loop, p->edge->fd, LOOP_READ, on_portal, p, &p->watch);
}

/* -- control ----------------------------------------------------------------------------------- */

static struct portal *portal_of(struct state *s, const struct role_edge *edge)
{
	for (size_t i = 0; i < s->portals_n; i++)
		if (s->portals[i].edge == edge)
			return &s->portals[i];
	return NULL;
}

static void before_close(void *arg, struct role_edge *edge)
{
	struct portal *p = portal_of(arg, edge);

	if (p)
		portal_down(p);
}

static void on_control(void *arg, int fd, unsigned events)
{
	struct state *s = arg;
	struct role_edge *edge = NULL;
	enum role_news news;
	struct portal *p;

	(void)fd;
	(void)events;
	if (s->stop_at)
		return;
	if (role_control(s->env, before_close, s, &news, &edge) != OK || news == ROLE_STOP) {
		faces_quiesce(&s->faces);
		s->stop_at = clock_mono_ms() + STOP_MS;
		s->code = EXIT_DONE;
		return;
	}
	if (news == ROLE_OFFER &&
	    role_answer(s->env, face_make(&s->faces, s->env, &s->env->offer)) != OK)
		log_event(LEVEL_ERROR, "offer-not-answered", "zone=%s", s->env->zone);
	if (news == ROLE_TAKE && face_use(&s->faces) != OK)
		log_event(LEVEL_ERROR, "offer-not-taken", "zone=%s", s->env->zone);
	if (news == ROLE_DROP)
		face_drop(&s->faces);
	if (news != ROLE_EDGE)
		return;
	p = portal_of(s, edge);
	if (p && portal_up(p) == OK)
		pump(s);
}

/* -- start ------------------------------------------------------------------------------------- */

/* Everything is open: from here on there is no file. */
static void lock(struct state *s)
{
	struct fences f = role_lock(s->env, NULL, NULL);

	log_event(fences_has(f, FENCE_SECCOMP) ? LEVEL_INFO : LEVEL_WARN, "http-locked",
		  "landlock=%d seccomp=%s", f.landlock_abi,
		  fences_has(f, FENCE_SECCOMP) ? "on" : "off");
}

static enum err start(struct state *s)
{
	struct loop_watch *watch;

	s->msg = malloc(sizeof *s->msg);
	s->reply = malloc(sizeof *s->reply);
	if (!s->msg || !s->reply)
		return ERR_MEMORY;
	wire_msg_init(s->msg);
	TRY(loop_new(&s->loop));
	s->faces = (struct faces){.loop = s->loop, .ops = &ops, .ctx = s};
	TRY(face_make(
	    &s->faces, s->env,
	    &(struct role_offer){role_given(s->env, EDGE_CONFIG), role_given(s->env, EDGE_LISTEN),
				 role_given(s->env, EDGE_CERT), role_given(s->env, EDGE_KEY)}));
	TRY(face_use(&s->faces));
	/* The server has its own: a listener that is given up later must have no other holder. */
	for (size_t i = 0; i < s->env->edges; i++)
		if (s->env->edge[i].kind != EDGE_PEER)
			fd_close(&s->env->edge[i].fd);
	TRY(loop_watch(s->loop, s->env->control, LOOP_READ, on_control, s, &watch));
	for (size_t i = 0; i < s->env->edges; i++)
		if (s->env->edge[i].kind == EDGE_PEER && s->env->edge[i].peer == ROLE_PORTAL) {
			struct portal *p = &s->portals[s->portals_n++];

			*p = (struct portal){.s = s, .edge = &s->env->edge[i]};
			TRY(portal_up(p));
		}
	lock(s);
	return role_ready(s->env);
}

static bool is_over(const struct state *s)
{
	if (!s->stop_at)
		return false;
	return faces_connections(&s->faces) == 0 || clock_mono_ms() >= s->stop_at;
}

static enum err run(struct state *s)
{
	while (!is_over(s)) {
		TRY(loop_once(s->loop, faces_timeout(&s->faces)));
		faces_run(&s->faces, clock_mono_ms());
	}
	return OK;
}

int role_http(struct role_env *env)
{
	struct state s = {.env = env, .code = EXIT_ERROR};
	enum err e;

	s.last = &s.first;
	e = start(&s);
	if (e != OK)
		log_event(LEVEL_ERROR, "http-start-failed", "zone=%s err=\"%s\"", env->zone,
			  err_str(e));
	else if (run(&s) != OK)
		s.code = EXIT_ERROR;
	faces_free(&s.faces);
	loop_free(s.loop);
	if (s.msg)
		wire_msg_clear(s.msg);
	free(s.msg);
	free(s.reply);
	return s.code;
}
