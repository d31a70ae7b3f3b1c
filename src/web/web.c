#include "web/internal.h"

#include <stdio.h>
#include <unistd.h>

#include "gateway/reason.h"

enum auth {
	AUTH_NONE,    /* for everybody */
	AUTH_SESSION, /* a signed-in person; pages send others to sign in */
	AUTH_API      /* a session with the CSRF header, or an API token */
};

struct route {
	enum page_method method;
	const char *path; /* one '*' stands for one segment, a final "**" for some */
	enum auth auth;
	void (*handle)(struct req *r);
	const char *purpose; /* of an API token: "send" or "receive" */
	bool quiet;          /* a poll: does not keep the session alive */
};

static const struct route routes[] = {
    {PAGE_GET, "/", AUTH_SESSION, page_home, NULL, false},
    {PAGE_GET, "/sign-in", AUTH_NONE, page_sign_in, NULL, false},
    {PAGE_POST, "/sign-in", AUTH_NONE, form_sign_in, NULL, false},
    {PAGE_POST, "/sign-out", AUTH_SESSION, form_sign_out, NULL, false},
    {PAGE_GET, "/lang", AUTH_NONE, page_lang, NULL, false},
    {PAGE_GET, "/send", AUTH_SESSION, page_send, NULL, false},
    {PAGE_POST, "/send", AUTH_SESSION, form_send, NULL, false},
    {PAGE_GET, "/receive", AUTH_SESSION, page_receive, NULL, false},
    {PAGE_GET, "/transfers/*", AUTH_SESSION, page_transfer, NULL, false},
    {PAGE_GET, "/transfers/*/content", AUTH_SESSION, web_collect, NULL, false},
    {PAGE_GET, "/transfers/*/decision", AUTH_SESSION, page_transfer_decision, NULL, false},
    {PAGE_GET, "/transfers/*/proof", AUTH_SESSION, page_transfer_proof, NULL, false},
    {PAGE_GET, "/record", AUTH_SESSION, page_record, NULL, false},
    {PAGE_GET, "/log/**", AUTH_NONE, page_log_file, NULL, false},
    {PAGE_POST, "/transfers/*/withdraw", AUTH_SESSION, form_withdraw, NULL, false},
    {PAGE_GET, "/policy", AUTH_NONE, page_policy, NULL, false},
    {PAGE_GET, "/policy/entry", AUTH_NONE, page_policy_entry, NULL, false},
    {PAGE_GET, "/policy/ask", AUTH_NONE, page_policy_ask, NULL, false},
    {PAGE_GET, "/policy/history", AUTH_NONE, page_policy_history, NULL, false},
    {PAGE_GET, "/policy/version", AUTH_NONE, page_policy_version, NULL, false},
    {PAGE_GET, "/policy/changes", AUTH_SESSION, page_changes, NULL, false},
    {PAGE_POST, "/policy/changes", AUTH_SESSION, form_change_open, NULL, false},
    {PAGE_GET, "/policy/changes/*", AUTH_SESSION, page_change, NULL, false},
    {PAGE_GET, "/policy/changes/*/edit", AUTH_SESSION, page_change_edit, NULL, false},
    {PAGE_GET, "/policy/changes/*/drafting", AUTH_SESSION, page_change_drafting, NULL, false},
    {PAGE_GET, "/policy/changes/*/notice", AUTH_SESSION, page_change_notice, NULL, false},
    {PAGE_POST, "/policy/changes/*/save", AUTH_SESSION, form_change_save, NULL, false},
    {PAGE_POST, "/policy/changes/*/submit", AUTH_SESSION, form_change_submit, NULL, false},
    {PAGE_POST, "/policy/changes/*/review", AUTH_SESSION, form_change_review, NULL, false},
    {PAGE_POST, "/policy/changes/*/decide", AUTH_SESSION, form_change_decide, NULL, false},
    {PAGE_POST, "/policy/changes/*/withdraw", AUTH_SESSION, form_change_withdraw, NULL, false},
    {PAGE_GET, "/me", AUTH_SESSION, page_me, NULL, false},
    {PAGE_POST, "/me/password", AUTH_SESSION, form_password, NULL, false},
    {PAGE_POST, "/me/tokens", AUTH_SESSION, form_token, NULL, false},
    {PAGE_POST, "/me/tokens/revoke", AUTH_SESSION, form_token_revoke, NULL, false},
    {PAGE_GET, "/partial/home", AUTH_SESSION, page_home_lists, NULL, true},
    {PAGE_GET, "/partial/receive", AUTH_SESSION, page_receive_list, NULL, true},
    {PAGE_GET, "/partial/transfers/*", AUTH_SESSION, page_transfer_part, NULL, true},
    {PAGE_POST, "/api/v1/sign-in", AUTH_NONE, api_sign_in, NULL, false},
    {PAGE_POST, "/api/v1/sign-out", AUTH_API, api_sign_out, NULL, false},
    {PAGE_GET, "/api/v1/session", AUTH_API, api_session, NULL, false},
    {PAGE_POST, "/api/v1/transfers", AUTH_API, api_create, "send", false},
    {PAGE_GET, "/api/v1/transfers", AUTH_API, api_list, NULL, true},
    {PAGE_GET, "/api/v1/transfers/*", AUTH_API, api_get, NULL, true},
    {PAGE_PUT, "/api/v1/transfers/*/content", AUTH_API, api_put, "send", false},
    {PAGE_GET, "/api/v1/transfers/*/content", AUTH_API, web_collect, "receive", false},
    {PAGE_GET, "/api/v1/transfers/*/report", AUTH_API, api_report, NULL, true},
    {PAGE_GET, "/api/v1/transfers/*/proof", AUTH_API, page_transfer_proof, NULL, true},
    {PAGE_POST, "/api/v1/transfers/*/withdraw", AUTH_API, api_withdraw, "send", false},
    {PAGE_GET, "/api/v1/people", AUTH_API, api_people, "send", true},
};

/* -- answers ---------------------------------------------------------------------------------- */

void web_answer_init(struct web_answer *a)
{
	memset(&a->reply, 0, sizeof a->reply);
	buf_init(&a->body, WEB_BODY_MAX);
	a->fd = -1;
	a->may_wait = false;
	a->wait_for[0] = 0;
	a->wait_s = 0;
	a->wait_session = (struct slice){0};
}

void web_answer_clear(struct web_answer *a)
{
	buf_free(&a->body);
	if (a->fd >= 0)
		close(a->fd);
	a->fd = -1;
}

void web_field(struct req *r, const char *name, struct slice value)
{
	struct page_reply *p = &r->out->reply;

	BUG_IF(p->fields_n >= PAGE_FIELDS_MAX);
	p->fields[p->fields_n++] = (struct page_pair){slice_str(name), value};
}

void web_html(struct req *r, unsigned status)
{
	r->out->reply.kind = PAGE_ANSWER;
	r->out->reply.status = (uint16_t)status;
	r->out->reply.type = S("text/html; charset=utf-8");
}

void web_redirect(struct req *r, const char *to)
{
	/* htmx follows this one with the whole page instead of putting it into the part. */
	if (r->rq->partial) {
		r->out->reply.status = 200;
		web_field(r, "HX-Redirect", slice_str(to));
		return;
	}
	r->out->reply.status = 303;
	web_field(r, "Location", slice_str(to));
}

void web_set_session(struct req *r, struct slice token)
{
	char *text = arena_printf(
	    r->arena, "__Host-sekisho-%.*s=%.*s; Path=/; Secure; HttpOnly; SameSite=Strict%s",
	    (int)r->web->zone.n, (const char *)r->web->zone.p, (int)token.n,
	    token.n ? (const char *)token.p : "", token.n ? "" : "; Max-Age=0");

	if (text)
		web_field(r, "Set-Cookie", slice_str(text));
}

void web_error_text(struct req *r, unsigned status, const char *code, const char *ja,
		    const char *en)
{
	char key[32];
	const char *title, *next;

	if (r->api) {
		api_error(r, status, slice_str(code), slice_str(ja), slice_str(en),
			  (struct slice){0});
		return;
	}
	snprintf(key, sizeof key, "error.title-%u", status);
	title = text_by_key(&r->pg, key);
	snprintf(key, sizeof key, "error.next-%u", status);
	next = text_by_key(&r->pg, key);
	struct error_view v = {
	    .status = status,
	    .title = slice_str(title ? title : page_say(&r->pg, TXT_error_title_500)),
	    .why = slice_str(r->pg.ja ? ja : en),
	    .next = slice_str(next ? next : page_say(&r->pg, TXT_error_next_500)),
	};

	r->out->body.n = 0;
	tpl_error(&r->pg, &v);
	web_html(r, status);
}

void web_error(struct req *r, unsigned status)
{
	char key[32], code[32];
	struct page ja = {.ja = true}, en = {.ja = false};
	const char *why;

	snprintf(key, sizeof key, "error.why-%u", status);
	why = text_by_key(&ja, key);
	if (!why)
		snprintf(key, sizeof key, "error.why-500");
	snprintf(code, sizeof code, "status-%u", status);
	web_error_text(r, status, code, text_by_key(&ja, key), text_by_key(&en, key));
}

unsigned web_status(const struct reply *reply)
{
	switch (reply->err) {
	case OK:
		return 200;
	case ERR_FORBIDDEN:
		return slice_eq_str(reply->reason, "signed-out") ? 401 : 403;
	case ERR_NOT_FOUND:
		return 404;
	case ERR_CONFLICT:
		return 409;
	case ERR_LIMIT:
		return 413;
	case ERR_USAGE:
	case ERR_SYNTAX:
	case ERR_UNSUPPORTED:
		return 400;
	case ERR_TIMEOUT:
		return 429;
	case ERR_FULL:
		return 507;
	case ERR_MEMORY:
	case ERR_IO:
	case ERR_CRASH:
	case ERR_PEER:
	case ERR_CRYPTO:
		break;
	}
	return 500;
}

void web_refused(struct req *r, const struct reply *reply)
{
	const struct reason *reason = reason_by_id(reply->reason);
	unsigned status = web_status(reply);

	if (status == 401 && !r->api) {
		web_redirect(r, "/sign-in");
		return;
	}
	if (!reason && reply->why_ja.n == 0) {
		web_error(r, status);
		return;
	}
	struct slice ja = reply->why_ja.n ? reply->why_ja : slice_str(reason->ja);
	struct slice en = reply->why_en.n ? reply->why_en : slice_str(reason->en);

	if (r->api) {
		api_error(r, status, reply->reason.n ? reply->reason : S("refused"), ja, en,
			  reply->clause);
		return;
	}
	const char *next = reason ? (r->pg.ja ? reason->next_ja : reason->next_en)
				  : page_say(&r->pg, TXT_error_next_403);
	struct error_view v = {
	    .status = status,
	    .title = slice_str(
		page_say(&r->pg, status == 403 ? TXT_error_title_403 : TXT_error_title_400)),
	    .why = r->pg.ja ? ja : en,
	    .clause = reply->clause,
	    .next = slice_str(next),
	};

	r->out->body.n = 0;
	tpl_error(&r->pg, &v);
	web_html(r, status);
}

/* -- commands ---------------------------------------------------------------------------------- */

bool web_try(struct req *r, struct command *c, struct reply *ret, int *ret_fd)
{
	int fd = -1;

	c->peer = r->rq->peer;
	if (c->session.n == 0)
		c->session = r->token;
	if (r->web->command(r->web->ctx, c, ret, &fd) != OK) {
		web_error(r, 503);
		return false;
	}
	if (ret_fd)
		*ret_fd = fd;
	else if (fd >= 0)
		close(fd);
	return true;
}

bool web_command(struct req *r, struct command *c, struct reply *ret, int *ret_fd)
{
	if (!web_try(r, c, ret, ret_fd))
		return false;
	if (ret->err == OK)
		return true;
	web_refused(r, ret);
	return false;
}

/* -- who asks ---------------------------------------------------------------------------------- */

static bool same_text(struct slice a, struct slice b)
{
	uint8_t differ = a.n != b.n;

	for (size_t i = 0; i < a.n && i < b.n; i++)
		differ |= (uint8_t)(a.p[i] ^ b.p[i]);
	return !differ;
}

/* A browser says where a request comes from; another site may not make changes. */
static bool from_here(const struct page_request *rq)
{
	struct slice scheme = rq->tls ? S("https://") : S("http://");

	if (rq->fetch_site.n > 0 && !slice_eq_str(rq->fetch_site, "same-origin"))
		return false;
	/* Under our Referrer-Policy a browser's form says "null"; Sec-Fetch-Site then decides. */
	if (rq->origin.n == 0 || (rq->fetch_site.n > 0 && slice_eq_str(rq->origin, "null")))
		return true;
	/* A plaintext listener stands on loopback, behind something that speaks TLS. */
	if (!rq->tls && slice_starts(rq->origin, S("https://")))
		scheme = S("https://");
	return slice_starts(rq->origin, scheme) &&
	       slice_eq_nocase(slice_from(rq->origin, scheme.n), rq->host);
}

static bool is_unsafe(const struct page_request *rq)
{
	return rq->method != PAGE_GET && rq->method != PAGE_HEAD;
}

static struct slice cookie_token(const struct req *r)
{
	char name[64];

	snprintf(name, sizeof name, "__Host-sekisho-%.*s", (int)r->web->zone.n,
		 (const char *)r->web->zone.p);
	return page_get(&r->rq->cookies, name);
}

static bool is_token(struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'a' && s.p[i] <= 'f')))
			return false;
	return s.n == IDENTITY_TOKEN_HEX;
}

static void find_session(struct req *r, const struct route *route)
{
	struct slice bearer = S("Bearer "), auth = r->rq->authorization;

	if (route->auth == AUTH_API && slice_starts(auth, bearer)) {
		struct slice token = slice_from(auth, bearer.n);

		r->bearer = true;
		if (!is_token(token))
			return;
		/* What only reads is open to either purpose. */
		const char *const tries[] = {route->purpose ? route->purpose : "send",
					     route->purpose ? route->purpose : "receive"};

		for (size_t i = 0; i < ARRAY_LEN(tries) && !r->signed_in; i++)
			r->signed_in = view_token(r->web->view, token, r->web->zone, r->rq->peer,
						  slice_str(tries[i]), r->pg.now_ms, &r->who) == OK;
		r->token = token;
	} else {
		struct slice token = cookie_token(r);

		if (!is_token(token))
			return;
		r->signed_in =
		    view_session(r->web->view, token, r->web->zone, r->pg.now_ms, &r->who) == OK;
		r->token = token;
	}
	if (r->signed_in) {
		r->pg.who = &r->who;
		r->pg.csrf = slice_str(r->who.csrf);
	}
}

struct view_who web_who(const struct req *r)
{
	return (struct view_who){.account = r->who.account,
				 .login = slice_str(r->who.login),
				 .division = slice_str(r->who.division),
				 .zone = r->web->zone};
}

/* Asks the gateway too, which moves the session's end on. */
static bool keep_alive(struct req *r)
{
	struct command c = {.type = CMD_SESSION_CHECK};
	struct reply reply;

	if (!web_command(r, &c, &reply, NULL))
		return false;
	if (reply.expires_ms > 0)
		r->who.expires_ms = reply.expires_ms;
	return true;
}

static void sign_in_first(struct req *r)
{
	if (r->api)
		api_error(r, 401, S("signed-out"), S("サインインしていません"), S("not signed in"),
			  (struct slice){0});
	else
		web_redirect(r, "/sign-in");
}

static bool may_go_on(struct req *r, const struct route *route)
{
	bool unsafe = is_unsafe(r->rq);

	if (unsafe && !r->bearer && !from_here(r->rq)) {
		web_error(r, 403);
		return false;
	}
	if (route->auth == AUTH_NONE)
		return true;
	if (!r->signed_in) {
		sign_in_first(r);
		return false;
	}
	if (unsafe && !r->bearer) {
		struct slice csrf = r->api ? r->rq->csrf : page_get(&r->rq->form, "csrf");

		if (!same_text(csrf, slice_str(r->who.csrf))) {
			web_error_text(r, 403, "csrf", text_table[TXT_error_csrf].ja,
				       text_table[TXT_error_csrf].en);
			return false;
		}
	}
	/* A command of its own will be checked anyway; only plain reading is announced. */
	return unsafe || route->quiet || r->bearer || keep_alive(r);
}

/* -- routes ------------------------------------------------------------------------------------ */

static bool path_matches(const char *pattern, struct slice path, struct slice *ret_id)
{
	const char *star = strchr(pattern, '*');
	struct slice before, after;

	if (!star)
		return slice_eq_str(path, pattern);
	before = slice_of(pattern, (size_t)(star - pattern));
	after = slice_str(star + 1);
	if (slice_eq_str(after, "*")) {
		if (path.n <= before.n || !slice_starts(path, before))
			return false;
		*ret_id = slice_from(path, before.n);
		return true;
	}
	if (path.n <= before.n + after.n || !slice_starts(path, before) || !slice_ends(path, after))
		return false;
	*ret_id = slice_of(path.p + before.n, path.n - before.n - after.n);
	return slice_find_byte(*ret_id, '/') == SIZE_MAX;
}

static const struct route *find_route(struct req *r, bool *ret_known)
{
	for (size_t i = 0; i < ARRAY_LEN(routes); i++) {
		struct slice id = {0};

		if (!path_matches(routes[i].path, r->rq->path, &id))
			continue;
		*ret_known = true;
		/* Collecting changes something, so HEAD is no GET there. */
		bool head = r->rq->method == PAGE_HEAD && routes[i].method == PAGE_GET &&
			    routes[i].handle != web_collect;

		if (routes[i].method != r->rq->method && !head)
			continue;
		r->id = id;
		return &routes[i];
	}
	return NULL;
}

/* Japanese, unless the person chose English, or their browser knows English and no Japanese. */
static bool wants_japanese(const struct page_request *rq)
{
	struct slice cookie = page_get(&rq->cookies, "__Host-lang");
	struct slice query = page_get(&rq->query, "lang");
	struct slice lang = query.n > 0 ? query : cookie;

	if (lang.n > 0)
		return !slice_eq_str(lang, "en");
	size_t ja = slice_find(rq->accept_language, S("ja"));
	size_t en = slice_find(rq->accept_language, S("en"));

	return ja != SIZE_MAX || en == SIZE_MAX;
}

static void dispatch(struct req *r)
{
	bool known = false;
	const struct route *route = find_route(r, &known);

	if (!route) {
		web_error(r, known ? 400 : 404);
		return;
	}
	find_session(r, route);
	if (may_go_on(r, route))
		route->handle(r);
}

void web_handle(const struct web *w, const struct page_request *rq, struct arena *arena,
		int64_t now_ms, struct web_answer *ret)
{
	struct req r = {.web = w, .rq = rq, .arena = arena, .out = ret};

	r.api = slice_starts(rq->path, S("/api/"));
	r.pg = (struct page){.out = &ret->body,
			     .arena = arena,
			     .ja = wants_japanese(rq),
			     .path = rq->path,
			     .city = w->city,
			     .zone = w->zone,
			     .help_office = w->help_office,
			     .help_extension = w->help_extension,
			     .policy = w->policy,
			     .now_ms = now_ms};
	r.pg.zone_label = zone_label(&r.pg, w->zone);
	dispatch(&r);
	if (ret->reply.kind == PAGE_ANSWER) {
		web_field(&r, "Cache-Control", S("no-store"));
		web_field(&r, "Vary", S("Cookie, Accept-Language"));
		if (buf_err(&ret->body) != OK || arena_failed(arena)) {
			buf_free(&ret->body);
			ret->reply.fields_n = 0;
			ret->reply.status = 500;
			ret->reply.type = S("text/plain; charset=utf-8");
			buf_str(&ret->body, "500\n");
		}
	}
}
