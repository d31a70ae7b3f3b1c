/* pages: what is read. */
#include "web/internal.h"

#include "base/calendar.h"

static void failed(struct req *r, enum err e)
{
	web_error(r, e == ERR_NOT_FOUND ? 404 : e == ERR_FORBIDDEN ? 403 : 500);
}

/* One row more than is shown says whether others follow. */
static bool cut(size_t *n)
{
	bool more = *n > LIST_MAX;

	*n = more ? LIST_MAX : *n;
	return more;
}

static struct slice number(struct req *r, uint64_t n)
{
	const char *s = arena_printf(r->arena, "%llu", (unsigned long long)n);

	return s ? slice_str(s) : slice_of(NULL, 0);
}

/* ?page=N, from 0, of what was sent or of what waits; of the other list the first page. */
static bool lists(struct req *r, struct list_view *v, bool pages_of_sent)
{
	struct view_who who = web_who(r);
	struct slice text = page_get(&r->rq->query, "page");
	uint64_t page = 0;
	size_t n = 0, at;
	bool more;
	enum err e;

	if (text.n > 0 && (!slice_u64(text, &page) || page > PAGES_MAX)) {
		web_error(r, 400);
		return false;
	}
	at = (size_t)page * LIST_MAX;
	e = view_waiting(r->web->view, &who, pages_of_sent ? 0 : at, LIST_MAX + 1, r->arena,
			 &v->waiting, &v->waiting_n);
	if (e == OK)
		e = view_sent(r->web->view, &who, pages_of_sent ? at : 0, LIST_MAX + 1, r->arena,
			      &v->sent, &v->sent_n);
	if (e == OK)
		e = view_ready_count(r->web->view, &who, &v->ready);
	if (e != OK) {
		failed(r, e);
		return false;
	}
	more = pages_of_sent ? cut(&v->sent_n) : cut(&v->waiting_n);
	(void)cut(pages_of_sent ? &v->waiting_n : &v->sent_n);
	v->page = number(r, page);
	if (page > 0)
		v->newer = number(r, page - 1);
	if (more)
		v->older = number(r, page + 1);
	for (size_t i = 0; i < v->sent_n; i++)
		v->moving |= state_moves(v->sent[i].state);
	/* What was collected or purged does not wait any more. */
	for (size_t i = 0; i < v->waiting_n; i++)
		if (v->waiting[i].state == TRANSFER_READY ||
		    v->waiting[i].state == TRANSFER_COLLECTED)
			v->waiting[n++] = v->waiting[i];
	v->waiting_n = n;
	return true;
}

/* On the home page only what was not collected yet. */
static void only_ready(struct list_view *v)
{
	size_t n = 0;

	for (size_t i = 0; i < v->waiting_n; i++)
		if (v->waiting[i].state == TRANSFER_READY)
			v->waiting[n++] = v->waiting[i];
	v->waiting_n = n;
}

void page_home(struct req *r)
{
	struct list_view v = {0};

	if (!lists(r, &v, true))
		return;
	only_ready(&v);
	tpl_home(&r->pg, &v);
	web_html(r, 200);
}

void page_home_lists(struct req *r)
{
	struct list_view v = {0};

	if (!lists(r, &v, true))
		return;
	only_ready(&v);
	tpl_home_lists(&r->pg, &v);
	web_html(r, 200);
}

void page_receive(struct req *r)
{
	struct list_view v = {0};

	if (!lists(r, &v, false))
		return;
	tpl_receive(&r->pg, &v);
	web_html(r, 200);
}

void page_receive_list(struct req *r)
{
	struct list_view v = {0};

	if (!lists(r, &v, false))
		return;
	tpl_receive_list(&r->pg, &v);
	web_html(r, 200);
}

/* Would some declared level let something go there, whatever else about it is still open? */
static bool may_flow(struct req *r, uint32_t from, uint32_t to, struct policy_decision *ret)
{
	const struct policy_level *levels;
	size_t n = policy_confidentiality(r->web->policy, &levels);

	for (size_t i = 0; i <= n; i++) {
		struct policy_request rq = {
		    .source = from,
		    .destination = to,
		    .confidentiality = i == 0 ? 0 : (uint8_t)levels[i - 1].level,
		    .contains = POLICY_CONTAINS_PENDING,
		    .recipient = POLICY_RECIPIENT_REGISTERED,
		    .factors = 1,
		    .day = (int32_t)date_days(jst_from_unix(r->pg.now_ms / 1000).date),
		};

		policy_decide(r->web->policy, &rq, ret);
		if (ret->permit)
			return true;
	}
	return false;
}

static void send_zones(struct req *r, struct send_view *v)
{
	uint32_t from, n = policy_zone_count(r->web->policy);

	if (policy_zone_by_name(r->web->policy, r->web->zone, &from) != OK)
		return;
	for (uint32_t i = 0; i < n; i++) {
		struct policy_decision d;

		if (i != from && may_flow(r, from, i, &d))
			v->zones[v->zones_n++] = policy_zone(r->web->policy, i);
	}
}

static bool has_division(const struct send_view *v, struct slice division)
{
	for (size_t i = 0; i < v->divisions_n; i++)
		if (slice_eq(v->divisions[i], division))
			return true;
	return false;
}

/* The people of the first zone that may be sent to: suggestions, no limit to what may be typed. */
static bool send_people(struct req *r, struct send_view *v)
{
	enum err e = v->zones_n == 0
			 ? OK
			 : view_people(r->web->view, v->zones[0]->name, (struct slice){0},
				       PEOPLE_MAX, r->arena, &v->people, &v->people_n);

	if (e == OK) {
		v->divisions = arena_array(r->arena, v->people_n, sizeof *v->divisions);
		e = v->divisions ? OK : ERR_MEMORY;
	}
	if (e != OK) {
		failed(r, e);
		return false;
	}
	for (size_t i = 0; i < v->people_n; i++)
		if (v->people[i].division.n > 0 && !has_division(v, v->people[i].division))
			v->divisions[v->divisions_n++] = v->people[i].division;
	return true;
}

void page_send(struct req *r)
{
	struct send_view v = {.upload_max = r->web->upload_max,
			      .none = slice_str(page_say(&r->pg, TXT_error_next_403))};
	char once[33];

	r->web->random_hex(16, once);
	v.once = slice_str(once);
	v.levels_n = policy_confidentiality(r->web->policy, &v.levels);
	v.exceptions_n = policy_exceptions(r->web->policy, &v.exceptions);
	send_zones(r, &v);
	if (!send_people(r, &v))
		return;
	tpl_send(&r->pg, &v);
	web_html(r, 200);
}

bool web_transfer(struct req *r, struct view_transfer *ret)
{
	struct view_who who = web_who(r);
	enum err e = ERR_NOT_FOUND;

	if (r->id.n == TRANSFER_ID_LEN)
		e = view_transfer(r->web->view, &who, r->id, r->arena, ret);
	if (e == OK)
		return true;
	failed(r, e);
	return false;
}

bool web_may_collect(const struct view_transfer *t)
{
	return (t->part & VIEW_RECIPIENT) &&
	       (t->row.state == TRANSFER_READY || t->row.state == TRANSFER_COLLECTED);
}

bool web_may_withdraw(const struct view_transfer *t)
{
	switch (t->row.state) {
	case TRANSFER_RECEIVING:
	case TRANSFER_RECEIVED:
	case TRANSFER_SANITIZING:
	case TRANSFER_VERIFYING:
	case TRANSFER_READY:
	case TRANSFER_HELD:
		return (t->part & VIEW_SENDER) != 0;
	case TRANSFER_COLLECTED:
	case TRANSFER_REFUSED:
	case TRANSFER_WITHDRAWN:
	case TRANSFER_EXPIRED:
	case TRANSFER_PURGED:
		break;
	}
	return false;
}

static bool transfer(struct req *r, struct view_transfer *t, struct transfer_view *v)
{
	if (!web_transfer(r, t))
		return false;
	v->t = t;
	v->may_collect = web_may_collect(t);
	v->may_withdraw = web_may_withdraw(t);
	/* The last entries get their signature a moment after the step. */
	v->moving = state_moves(t->row.state) ||
		    (t->n_entries > 0 && t->entries[t->n_entries - 1].index >= t->signed_size);
	steps_of(&r->pg, t, v->steps);
	v->decision = decision_text(&r->pg, t);
	v->serious = by_weight(t->report.items, t->report.n, r->arena);
	return true;
}

void page_transfer(struct req *r)
{
	struct view_transfer t = {0};
	struct transfer_view v = {0};

	if (!transfer(r, &t, &v))
		return;
	tpl_transfer(&r->pg, &v);
	web_html(r, 200);
}

void page_transfer_part(struct req *r)
{
	struct view_transfer t = {0};
	struct transfer_view v = {0};

	if (!transfer(r, &t, &v))
		return;
	tpl_transfer_body(&r->pg, &v);
	web_html(r, 200);
}

void page_me_with(struct req *r, struct me_view *v, unsigned status)
{
	struct view_who who = web_who(r);
	enum err e =
	    view_sign_ins(r->web->view, &who, SIGN_INS_MAX, r->arena, &v->sign_ins, &v->sign_ins_n);

	if (e == OK)
		e = view_tokens(r->web->view, &who, r->arena, &v->tokens, &v->tokens_n);
	if (e != OK) {
		failed(r, e);
		return;
	}
	r->pg.path = S("/me");
	tpl_me(&r->pg, v);
	web_html(r, status);
}

void page_me(struct req *r)
{
	struct me_view v = {0};

	page_me_with(r, &v, 200);
}

void page_sign_in_with(struct req *r, const struct sign_in_view *v, unsigned status)
{
	tpl_sign_in(&r->pg, v);
	web_html(r, status);
}

void page_sign_in(struct req *r)
{
	struct sign_in_view v = {0};

	if (r->signed_in)
		web_redirect(r, "/");
	else
		page_sign_in_with(r, &v, 200);
}

/* A path of ours and nothing else: never a way to send people to another site. */
static bool is_local(struct slice path)
{
	if (path.n == 0 || path.p[0] != '/' || slice_starts(path, S("//")))
		return false;
	for (size_t i = 0; i < path.n; i++)
		if (!((path.p[i] >= 'a' && path.p[i] <= 'z') ||
		      (path.p[i] >= '0' && path.p[i] <= '9') || path.p[i] == '/' ||
		      path.p[i] == '-'))
			return false;
	return true;
}

void page_lang(struct req *r)
{
	bool en = slice_eq_str(page_get(&r->rq->query, "to"), "en");
	struct slice back = page_get(&r->rq->query, "back");
	char *to = arena_str(r->arena, is_local(back) ? back : S("/"));

	if (!to)
		return;
	web_field(r, "Set-Cookie",
		  en ? S("__Host-lang=en; Path=/; Secure; HttpOnly; SameSite=Strict; "
			 "Max-Age=31536000")
		     : S("__Host-lang=ja; Path=/; Secure; HttpOnly; SameSite=Strict; "
			 "Max-Age=31536000"));
	web_redirect(r, to);
}
