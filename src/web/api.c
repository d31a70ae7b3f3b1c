/* api: the same as the pages, for programs; docs/api.md is its contract. */
#include "web/internal.h"

#include <jansson.h>

static void json_free(json_t **j)
{
	json_decref(*j);
}
#define AUTO_JSON __attribute__((cleanup(json_free))) json_t *

static struct buf *out(struct req *r)
{
	return &r->out->body;
}

static void answer(struct req *r, unsigned status)
{
	buf_byte(out(r), '\n');
	r->out->reply.kind = PAGE_ANSWER;
	r->out->reply.status = (uint16_t)status;
	r->out->reply.type = S("application/json");
}

/* "key":"value" with a comma before it unless it is the first after a brace. */
static void put_key(struct req *r, const char *key)
{
	struct buf *b = out(r);

	if (b->n > 0 && b->p[b->n - 1] != '{' && b->p[b->n - 1] != '[')
		buf_byte(b, ',');
	buf_printf(b, "\"%s\":", key);
}

static void put_text(struct req *r, const char *key, struct slice v)
{
	put_key(r, key);
	buf_json(out(r), v);
}

static void put_number(struct req *r, const char *key, uint64_t v)
{
	put_key(r, key);
	buf_printf(out(r), "%llu", (unsigned long long)v);
}

static void put_time(struct req *r, const char *key, int64_t ms)
{
	put_key(r, key);
	if (ms == 0)
		buf_str(out(r), "null");
	else
		buf_json(out(r), when_iso(&r->pg, ms));
}

void api_error(struct req *r, unsigned status, struct slice code, struct slice ja, struct slice en,
	       struct slice clause)
{
	out(r)->n = 0;
	buf_str(out(r), "{\"error\":{");
	put_text(r, "code", code);
	put_text(r, "ja", ja);
	put_text(r, "en", en);
	if (clause.n > 0)
		put_text(r, "clause", clause);
	buf_str(out(r), "}}");
	answer(r, status);
}

static json_t *body(struct req *r)
{
	struct slice in = r->rq->body;
	json_t *j = NULL;

	if (slice_eq_str(r->rq->media, "application/json"))
		j = json_loadb((const char *)in.p, in.n, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(j)) {
		json_decref(j);
		web_error(r, 400);
		return NULL;
	}
	return j;
}

/* A member that is a string; empty where it is absent or something else. */
static struct slice text(const json_t *j, const char *key)
{
	const json_t *v = json_object_get(j, key);

	if (!json_is_string(v))
		return (struct slice){0};
	return slice_of(json_string_value(v), json_string_length(v));
}

static bool number(const json_t *j, const char *key, uint64_t *ret)
{
	const json_t *v = json_object_get(j, key);

	if (!v)
		return true;
	if (!json_is_integer(v) || json_integer_value(v) < 0)
		return false;
	*ret = (uint64_t)json_integer_value(v);
	return true;
}

/* -- session ----------------------------------------------------------------------------------- */

void api_sign_in(struct req *r)
{
	AUTO_JSON j = body(r);
	struct command c = {.type = CMD_SIGN_IN};
	struct reply reply;

	if (!j)
		return;
	c.login = text(j, "login");
	c.password = text(j, "password");
	r->token = (struct slice){0};
	if (!web_command(r, &c, &reply, NULL))
		return;
	web_set_session(r, reply.session);
	buf_byte(out(r), '{');
	put_text(r, "csrf", reply.csrf);
	put_text(r, "login", reply.login);
	put_text(r, "name", reply.person);
	put_text(r, "division", reply.division);
	put_text(r, "zone", r->web->zone);
	put_time(r, "expires", reply.expires_ms);
	buf_byte(out(r), '}');
	answer(r, 200);
}

void api_sign_out(struct req *r)
{
	struct command c = {.type = CMD_SIGN_OUT};
	struct reply reply;

	if (!web_command(r, &c, &reply, NULL))
		return;
	web_set_session(r, (struct slice){0});
	buf_str(out(r), "{}");
	answer(r, 200);
}

void api_session(struct req *r)
{
	buf_byte(out(r), '{');
	if (!r->bearer)
		put_text(r, "csrf", slice_str(r->who.csrf));
	put_text(r, "login", slice_str(r->who.login));
	put_text(r, "name", slice_str(r->who.name));
	put_text(r, "division", slice_str(r->who.division));
	put_text(r, "zone", r->web->zone);
	put_time(r, "expires", r->who.expires_ms);
	buf_byte(out(r), '}');
	answer(r, 200);
}

/* -- waiting ----------------------------------------------------------------------------------- */

/* ?wait=SECONDS; false where it is no number in its bounds (answered then). */
static bool wait_of(struct req *r, uint32_t *ret)
{
	struct slice wait = page_get(&r->rq->query, "wait");
	uint64_t s = 0;

	if (wait.n > 0 && (!slice_u64(wait, &s) || s > COMMAND_AWAIT_MAX)) {
		web_error(r, 400);
		return false;
	}
	*ret = (uint32_t)s;
	return true;
}

/* True: this request is answered when the transfer rests. */
static bool later(struct req *r, struct slice id, enum transfer_state state, uint32_t wait_s)
{
	if (!r->out->may_wait || wait_s == 0 || !state_moves(state) || id.n != TRANSFER_ID_LEN)
		return false;
	out(r)->n = 0;
	r->out->reply.kind = PAGE_LATER;
	memcpy(r->out->wait_for, id.p, id.n);
	r->out->wait_for[id.n] = 0;
	r->out->wait_s = wait_s;
	r->out->wait_session = r->token;
	return true;
}

/* -- sending ----------------------------------------------------------------------------------- */

static bool read_create(struct req *r, const json_t *j, struct create *c)
{
	const json_t *to = json_object_get(j, "recipient");
	uint64_t level = 0;

	if (!number(j, "size", &c->size) || !number(j, "confidentiality", &level) || level > 100 ||
	    !json_object_get(j, "size") || !json_is_object(to))
		return false;
	c->confidentiality = (uint32_t)level;
	c->once = text(j, "once");
	c->name = text(j, "name");
	c->note = text(j, "note");
	c->to_zone = text(j, "to_zone");
	c->method = text(j, "method");
	c->exception = text(j, "exception");
	c->to_me = json_is_true(json_object_get(to, "me"));
	c->to = text(to, "name");
	if (c->once.n == 0) {
		char once[33];

		r->web->random_hex(16, once);
		c->once = arena_copy(r->arena, slice_str(once));
	}
	return c->to_me || c->to.n > 0;
}

void api_create(struct req *r)
{
	AUTO_JSON j = body(r);
	struct create c = {0};
	struct reply reply;

	if (!j)
		return;
	if (!read_create(r, j, &c)) {
		web_error(r, 400);
		return;
	}
	if (!web_create(r, &c, &reply))
		return;
	buf_byte(out(r), '{');
	put_text(r, "id", reply.transfer);
	put_text(r, "receipt", reply.receipt);
	put_text(r, "state", slice_str(transfer_state_word(reply.state)));
	buf_byte(out(r), '}');
	answer(r, 201);
}

static void put_upload(struct req *r)
{
	struct command c = {.transfer = r->rq->tag};
	struct reply reply;
	uint32_t wait_s;

	if (!wait_of(r, &wait_s))
		return;
	if (r->rq->complete) {
		c.type = CMD_UPLOAD_COMMIT;
		c.size = r->rq->received;
		c.hash = r->rq->hash;
	} else {
		c.type = CMD_UPLOAD_PROGRESS;
		c.at = r->rq->received;
	}
	if (!web_command(r, &c, &reply, NULL))
		return;
	/* The same commit is made again then, and stands. */
	if (r->rq->complete && later(r, r->rq->tag, reply.state, wait_s))
		return;
	buf_byte(out(r), '{');
	put_text(r, "id", r->rq->tag);
	if (r->rq->complete) {
		put_text(r, "receipt", reply.receipt);
		put_text(r, "state", slice_str(transfer_state_word(reply.state)));
	}
	put_number(r, "received", r->rq->received);
	buf_byte(out(r), '}');
	answer(r, r->rq->complete ? 200 : 202);
}

void api_put(struct req *r)
{
	struct slice at = page_get(&r->rq->query, "offset");
	uint64_t offset = 0;

	if (r->rq->kind == PAGE_UPLOADED) {
		put_upload(r);
		return;
	}
	if (r->rq->kind != PAGE_UPLOAD || (at.n > 0 && !slice_u64(at, &offset))) {
		web_error(r, 400);
		return;
	}
	if (r->id.n != TRANSFER_ID_LEN) {
		web_error(r, 404);
		return;
	}
	web_take(r, r->id, offset);
}

void api_withdraw(struct req *r)
{
	struct command c = {.type = CMD_WITHDRAW, .transfer = r->id};
	struct reply reply;

	if (!web_command(r, &c, &reply, NULL))
		return;
	buf_byte(out(r), '{');
	put_text(r, "id", reply.transfer.n > 0 ? reply.transfer : r->id);
	put_text(r, "state", slice_str(transfer_state_word(reply.state)));
	buf_byte(out(r), '}');
	answer(r, 200);
}

/* -- reading ----------------------------------------------------------------------------------- */

static void put_person(struct req *r, const char *key, struct slice login, struct slice name,
		       struct slice division)
{
	put_key(r, key);
	buf_byte(out(r), '{');
	if (login.n > 0)
		put_text(r, "login", login);
	if (name.n > 0)
		put_text(r, "name", name);
	if (division.n > 0)
		put_text(r, "division", division);
	buf_byte(out(r), '}');
}

static void put_reason(struct req *r, const struct transfer_row *t)
{
	struct page ja = r->pg, en = r->pg;

	ja.ja = true;
	en.ja = false;
	put_key(r, "reason");
	buf_byte(out(r), '{');
	put_text(r, "code", t->reason);
	put_text(r, "ja", slice_str(reason_sentence(&ja, t->reason)));
	put_text(r, "en", slice_str(reason_sentence(&en, t->reason)));
	if (t->reason_text.n > 0)
		put_text(r, "detail", t->reason_text);
	buf_byte(out(r), '}');
}

static void put_result(struct req *r, const struct transfer_row *t)
{
	AUTO_BUF hex;

	buf_init(&hex, 128);
	hex_put(&hex, t->result_hash);
	put_key(r, "result");
	buf_byte(out(r), '{');
	put_text(r, "name", result_name(&r->pg, t));
	put_text(r, "type", t->result_grammar);
	put_text(r, "mime", t->result_mime);
	put_number(r, "size", t->result_size);
	if (t->result_hash.n > 0)
		put_text(r, "sha256", buf_view(&hex));
	buf_byte(out(r), '}');
}

static void put_transfer_body(struct req *r, const struct transfer_row *t)
{
	put_text(r, "id", t->id);
	put_text(r, "receipt", t->receipt);
	put_text(r, "state", slice_str(transfer_state_word(t->state)));
	put_text(r, "from_zone", t->from_zone);
	put_text(r, "to_zone", t->to_zone);
	put_person(r, "sender", t->sender_login, t->sender_name, t->sender_division);
	put_person(r, "recipient", t->recipient_login, t->recipient_name, t->recipient_division);
	put_text(r, "name", t->name);
	if (t->note.n > 0)
		put_text(r, "note", t->note);
	put_text(r, "method", t->method);
	put_number(r, "confidentiality", t->confidentiality);
	if (t->type.n > 0)
		put_text(r, "type", t->type);
	put_number(r, "size", t->size);
	put_number(r, "received", t->received);
	put_time(r, "created", t->created_ms);
	put_time(r, "changed", t->changed_ms);
	put_time(r, "ready", t->ready_ms);
	put_time(r, "collected", t->collected_ms);
	if (t->clause.n > 0)
		put_text(r, "clause", t->clause);
	if (t->rule.n > 0)
		put_text(r, "rule", t->rule);
	if (t->reason.n > 0)
		put_reason(r, t);
	if (t->result_size > 0 || t->result_hash.n > 0)
		put_result(r, t);
}

void api_list(struct req *r)
{
	struct view_who who = web_who(r);
	struct slice box = page_get(&r->rq->query, "box");
	struct slice offset = page_get(&r->rq->query, "offset");
	uint64_t at = 0;
	struct transfer_row *rows;
	size_t n;
	enum err e;

	if ((offset.n > 0 && !slice_u64(offset, &at)) || at > 1000000) {
		web_error(r, 400);
		return;
	}
	if (slice_eq_str(box, "waiting"))
		e = view_waiting(r->web->view, &who, at, LIST_MAX + 1, r->arena, &rows, &n);
	else if (box.n == 0 || slice_eq_str(box, "sent"))
		e = view_sent(r->web->view, &who, at, LIST_MAX + 1, r->arena, &rows, &n);
	else
		e = ERR_USAGE;
	if (e != OK) {
		web_error(r, e == ERR_USAGE ? 400 : 500);
		return;
	}
	buf_str(out(r), "{\"transfers\":[");
	for (size_t i = 0; i < n && i < LIST_MAX; i++) {
		buf_str(out(r), i ? ",{" : "{");
		put_transfer_body(r, &rows[i]);
		buf_byte(out(r), '}');
	}
	buf_byte(out(r), ']');
	if (n > LIST_MAX)
		put_number(r, "next_offset", at + LIST_MAX);
	buf_byte(out(r), '}');
	answer(r, 200);
}

void api_get(struct req *r)
{
	struct view_transfer t = {0};
	uint32_t wait_s;

	if (!wait_of(r, &wait_s) || !web_transfer(r, &t) || later(r, r->id, t.row.state, wait_s))
		return;
	buf_byte(out(r), '{');
	put_transfer_body(r, &t.row);
	put_text(r, "decision", decision_text(&r->pg, &t));
	put_key(r, "entries");
	buf_byte(out(r), '[');
	for (size_t i = 0; i < t.n_entries; i++) {
		buf_str(out(r), i ? ",{" : "{");
		put_number(r, "index", t.entries[i].index);
		put_text(r, "type", t.entries[i].type);
		put_time(r, "at", t.entries[i].at_ms);
		put_key(r, "signed");
		buf_str(out(r), t.entries[i].index < t.signed_size ? "true" : "false");
		buf_byte(out(r), '}');
	}
	buf_str(out(r), "]}");
	answer(r, 200);
}

static void put_item(struct req *r, const struct view_item *i)
{
	struct page ja = r->pg, en = r->pg;

	ja.ja = true;
	en.ja = false;
	put_text(r, "act", slice_str(i->act));
	put_text(r, "finding", i->finding);
	put_text(r, "severity", slice_str(finding_kind(i->finding)));
	put_text(r, "ja", slice_str(finding_sentence(&ja, i->finding)));
	put_text(r, "en", slice_str(finding_sentence(&en, i->finding)));
	put_text(r, "part", i->part);
	put_text(r, "place", i->place);
	put_text(r, "detail", i->detail);
	put_number(r, "count", i->count);
}

void api_report(struct req *r)
{
	struct view_transfer t = {0};

	if (!web_transfer(r, &t))
		return;
	if (!t.report.present) {
		web_error(r, 404);
		return;
	}
	buf_byte(out(r), '{');
	put_text(r, "type_in", t.report.type_in);
	put_text(r, "type_out", t.report.type_out);
	put_text(r, "marking", t.report.marking);
	put_number(r, "bytes_in", t.report.bytes_in);
	put_number(r, "bytes_out", t.report.bytes_out);
	put_number(r, "text_in", t.report.text_in);
	put_number(r, "text_out", t.report.text_out);
	put_number(r, "pages", t.report.pages);
	put_number(r, "sheets", t.report.sheets);
	put_number(r, "slides", t.report.slides);
	put_number(r, "pictures", t.report.pictures);
	put_number(r, "dropped", t.report.dropped);
	put_key(r, "items");
	buf_byte(out(r), '[');
	for (size_t i = 0; i < t.report.n; i++) {
		buf_str(out(r), i ? ",{" : "{");
		put_item(r, &t.report.items[i]);
		buf_byte(out(r), '}');
	}
	buf_str(out(r), "]}");
	answer(r, 200);
}

void api_people(struct req *r)
{
	struct slice zone = page_get(&r->rq->query, "zone"), q = page_get(&r->rq->query, "q");
	struct view_person *people;
	size_t n;

	if (zone.n == 0) {
		web_error(r, 400);
		return;
	}
	if (view_people(r->web->view, zone, q, PEOPLE_MAX, r->arena, &people, &n) != OK) {
		web_error(r, 500);
		return;
	}
	buf_str(out(r), "{\"people\":[");
	for (size_t i = 0; i < n; i++) {
		buf_str(out(r), i ? ",{" : "{");
		if (people[i].login.n > 0)
			put_text(r, "login", people[i].login);
		if (people[i].name.n > 0)
			put_text(r, "name", people[i].name);
		put_text(r, "division", people[i].division);
		buf_byte(out(r), '}');
	}
	buf_str(out(r), "]}");
	answer(r, 200);
}
