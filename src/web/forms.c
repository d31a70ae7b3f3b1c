/* forms: what is done, from a page. Every handler here has a session and its CSRF value behind it.
 */
#include "web/internal.h"

#include <stdio.h>
#include <unistd.h>

static struct slice field(const struct req *r, const char *name)
{
	return page_get(&r->rq->form, name);
}

void form_sign_in(struct req *r)
{
	struct command c = {
	    .type = CMD_SIGN_IN, .login = field(r, "login"), .password = field(r, "password")};
	struct sign_in_view v = {.login = c.login};
	struct reply reply;
	char *next;

	/* No old session goes into a sign-in. */
	r->token = (struct slice){0};
	if (!web_try(r, &c, &reply, NULL))
		return;
	if (reply.err == OK) {
		web_set_session(r, reply.session);
		web_redirect(r, "/");
		return;
	}
	if (reply.err == ERR_TIMEOUT) {
		const char *form = page_say(&r->pg, TXT_sign_in_throttled_next);
		const char *hole = strstr(form, "{0}");

		next = arena_printf(r->arena, "%.*s%lld%s", (int)(hole - form), form,
				    (long long)(reply.wait_ms / 1000 + 1), hole + 3);
		v.error = slice_str(page_say(&r->pg, TXT_sign_in_throttled));
		v.next = slice_str(next ? next : "");
	} else if (reply.err == ERR_FORBIDDEN || reply.err == ERR_USAGE) {
		v.error = slice_str(page_say(&r->pg, TXT_sign_in_wrong));
		v.next = slice_str(page_say(&r->pg, TXT_sign_in_wrong_next));
	} else {
		v.error = slice_str(page_say(&r->pg, TXT_sign_in_failed));
		v.next = slice_str(page_say(&r->pg, TXT_sign_in_failed_next));
	}
	page_sign_in_with(r, &v, web_status(&reply));
}

void form_sign_out(struct req *r)
{
	struct command c = {.type = CMD_SIGN_OUT};
	struct reply reply;

	if (!web_command(r, &c, &reply, NULL))
		return;
	web_set_session(r, (struct slice){0});
	web_redirect(r, "/sign-in");
}

/* -- sending ----------------------------------------------------------------------------------- */

/* A division of that name, or else a login. */
static bool is_division(struct req *r, struct slice to_zone, struct slice to)
{
	struct view_person *people;
	size_t n;

	if (view_people(r->web->view, to_zone, to, PEOPLE_MAX, r->arena, &people, &n) != OK)
		return false;
	for (size_t i = 0; i < n; i++)
		if (slice_eq(people[i].division, to))
			return true;
	return false;
}

bool web_create(struct req *r, const struct create *c, struct reply *ret)
{
	struct command cmd = {.type = CMD_TRANSFER_CREATE,
			      .once = c->once,
			      .name = c->name,
			      .note = c->note,
			      .size = c->size,
			      .to_zone = c->to_zone,
			      .method = c->method.n ? c->method : S("rebuild"),
			      .exception = c->exception,
			      .confidentiality = c->confidentiality};
	struct slice to = slice_trim(c->to);

	if (c->to_me)
		cmd.recipient_login = slice_str(r->who.login);
	else if (is_division(r, c->to_zone, to))
		cmd.recipient_division = to;
	else
		cmd.recipient_login = to;
	return web_command(r, &cmd, ret, NULL);
}

void web_take(struct req *r, struct slice transfer, uint64_t at)
{
	struct command c = {.type = CMD_UPLOAD_OPEN, .transfer = transfer, .at = at};
	struct page_reply *p = &r->out->reply;
	struct reply reply;
	int fd = -1;

	/* The reply's slices die with the next command. */
	struct slice tag = arena_copy(r->arena, transfer);

	if (!web_command(r, &c, &reply, &fd))
		return;
	if (reply.at != at || fd < 0) {
		if (fd >= 0)
			close(fd);
		char *ja = arena_printf(r->arena, "続きは %llu バイト目から送ってください",
					(unsigned long long)reply.at);
		char *en =
		    arena_printf(r->arena, "go on from byte %llu", (unsigned long long)reply.at);

		web_error_text(r, 409, "offset", ja ? ja : "", en ? en : "");
		return;
	}
	p->kind = PAGE_TAKE;
	p->size = reply.size;
	p->at = reply.at;
	p->tag = tag;
	memcpy(p->seal, reply.seal.key, sizeof reply.seal.key);
	memcpy(p->seal + sizeof reply.seal.key, reply.seal.bind, sizeof reply.seal.bind);
	r->out->fd = fd;
}

static bool is_once(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f')))
			return false;
	return s.n == 32;
}

/* Browsers end the lines of a text field with CRLF; a note has LF. */
static struct slice note_of(struct req *r)
{
	struct slice in = field(r, "note");
	uint8_t *out = arena_alloc(r->arena, in.n);
	size_t n = 0;

	for (size_t i = 0; out && i < in.n; i++)
		if (in.p[i] != '\r')
			out[n++] = in.p[i];
	return slice_of(out, n);
}

/* A file's bytes wait behind the fields: make the transfer and say where they go. */
static void send_file(struct req *r)
{
	uint64_t level = 0;
	struct create c = {.once = field(r, "once"),
			   .name = r->rq->file_name,
			   .note = note_of(r),
			   .to_zone = field(r, "to_zone"),
			   .method = field(r, "method"),
			   .exception = field(r, "exception"),
			   .size = r->rq->size,
			   .to_me = slice_eq_str(field(r, "who"), "me"),
			   .to = field(r, "to")};
	struct reply reply;

	if (!is_once(c.once) || !slice_u64(field(r, "confidentiality"), &level) || level > 100) {
		web_error(r, 400);
		return;
	}
	c.confidentiality = (uint32_t)level;
	if (!web_create(r, &c, &reply))
		return;
	struct slice id = arena_copy(r->arena, reply.transfer);

	web_take(r, id, 0);
}

/* Tells the gateway how an upload ended. */
static bool uploaded(struct req *r, struct reply *ret)
{
	struct command c = {.transfer = r->rq->tag};

	if (r->rq->complete) {
		c.type = CMD_UPLOAD_COMMIT;
		c.size = r->rq->received;
		c.hash = r->rq->hash;
	} else {
		c.type = CMD_UPLOAD_PROGRESS;
		c.at = r->rq->received;
	}
	return web_command(r, &c, ret, NULL);
}

void form_send(struct req *r)
{
	struct reply reply;

	switch (r->rq->kind) {
	case PAGE_UPLOAD:
		send_file(r);
		return;
	case PAGE_UPLOADED:
		if (uploaded(r, &reply))
			r->out->reply.kind = PAGE_NEXT;
		return;
	case PAGE_ASK:
		break;
	}
	/* The end of the form: the tag is the transfer that was made on the way. */
	if (r->rq->tag.n == 0) {
		web_error(r, 400);
		return;
	}
	char *to = arena_printf(r->arena, "/transfers/%.*s", (int)r->rq->tag.n,
				(const char *)r->rq->tag.p);

	web_redirect(r, to ? to : "/");
}

void form_withdraw(struct req *r)
{
	struct command c = {.type = CMD_WITHDRAW, .transfer = r->id};
	struct reply reply;
	char *to = arena_printf(r->arena, "/transfers/%.*s", (int)r->id.n, (const char *)r->id.p);

	if (web_command(r, &c, &reply, NULL))
		web_redirect(r, to ? to : "/");
}

/* -- collecting -------------------------------------------------------------------------------- */

void web_collect(struct req *r)
{
	struct command c = {.type = CMD_COLLECT_OPEN, .transfer = r->id};
	struct page_reply *p = &r->out->reply;
	struct reply reply;
	char hex[65], etag[40];
	int fd = -1;

	if (r->id.n != TRANSFER_ID_LEN) {
		web_error(r, 404);
		return;
	}
	if (!web_command(r, &c, &reply, &fd))
		return;
	if (fd < 0) {
		web_error(r, 500);
		return;
	}
	hash_hex(reply.hash, hex);
	snprintf(etag, sizeof etag, "\"%.32s\"", hex);
	p->kind = PAGE_SEND;
	p->status = 200;
	p->type = arena_copy(r->arena, reply.mime);
	p->etag = arena_copy(r->arena, slice_str(etag));
	p->tag = arena_copy(r->arena, reply.name);
	p->size = reply.size;
	memcpy(p->seal, reply.seal.key, sizeof reply.seal.key);
	memcpy(p->seal + sizeof reply.seal.key, reply.seal.bind, sizeof reply.seal.bind);
	web_field(r, "Cache-Control", S("no-store"));
	r->out->fd = fd;
}

/* -- my account -------------------------------------------------------------------------------- */

/* A refusal that belongs on the page itself. */
static void me_refused(struct req *r, const struct reply *reply)
{
	struct me_view v = {0};
	unsigned status = web_status(reply);

	if (status != 400 && status != 403 && status != 429) {
		web_refused(r, reply);
		return;
	}
	v.error = slice_str(reason_sentence(&r->pg, reply->reason));
	page_me_with(r, &v, status);
}

/* Runs a command of one's own page and shows the page with what `done` says, or the refusal. */
static void me_run(struct req *r, struct command *c, struct me_view *done)
{
	struct reply reply;

	if (!web_try(r, c, &reply, NULL))
		return;
	if (reply.err != OK)
		me_refused(r, &reply);
	else
		page_me_with(r, done, 200);
}

void form_password(struct req *r)
{
	struct command c = {.type = CMD_PASSWORD_CHANGE,
			    .password = field(r, "password"),
			    .new_password = field(r, "new")};
	struct me_view v = {.done = slice_str(page_say(&r->pg, TXT_me_password_done))};

	me_run(r, &c, &v);
}

void form_token(struct req *r)
{
	uint64_t days = 0;
	struct command c = {.type = CMD_TOKEN_CREATE,
			    .label = field(r, "label"),
			    .purpose = field(r, "purpose"),
			    .host = field(r, "host")};
	struct me_view v = {0};
	struct reply reply;

	if (!slice_u64(field(r, "days"), &days) || days < 1 || days > 366) {
		web_error(r, 400);
		return;
	}
	c.days = (uint32_t)days;
	if (!web_try(r, &c, &reply, NULL))
		return;
	if (reply.err != OK) {
		me_refused(r, &reply);
		return;
	}
	v.new_token = arena_copy(r->arena, reply.token);
	page_me_with(r, &v, 200);
}

void form_token_revoke(struct req *r)
{
	uint64_t id = 0;
	struct command c = {.type = CMD_TOKEN_REVOKE};
	struct me_view v = {.done = slice_str(page_say(&r->pg, TXT_me_token_revoked))};

	if (!slice_u64(field(r, "id"), &id) || id > INT64_MAX) {
		web_error(r, 400);
		return;
	}
	c.token_id = (int64_t)id;
	me_run(r, &c, &v);
}
