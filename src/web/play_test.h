/*
 * web_play: the room over a store and a gateway that the test plays: hostile values, refusals and
 * silence that real ones would hardly give. No gateway, no socket.
 */
#ifndef WEB_PLAY_TEST_H
#define WEB_PLAY_TEST_H

#include "web/internal.h"
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include "base/test.h"
#include "record/signer.h"
#include "tlog/receipt.h"
#include "web/view.h"

#define TOKEN "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define CSRF "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define ID "00112233445566778899aabbccddeeff"
#define EVIL "<script>alert(1)</script>\"'&.docx"

static struct {
	struct command last;
	unsigned commands;
	enum err err;
	const char *reason;
	enum transfer_state state;
	enum view_part part;
	uint64_t at;
	bool no_answer;
	size_t rows; /* in the lists; 0: one */
	int log;     /* DIR/log, where a case makes one */
} t;

/* -- the played store and gateway -------------------------------------------------------------- */

static inline struct transfer_row row(void)
{
	return (struct transfer_row){.id = S(ID),
				     .receipt = S("2026-000001"),
				     .state = t.state,
				     .sender_login = S("yamada"),
				     .sender_name = S("山田 <b>"),
				     .sender_division = S("福祉課"),
				     .from_zone = S("internet"),
				     .to_zone = S("lgwan"),
				     .recipient_login = S("yamada"),
				     .recipient_name = S("山田"),
				     .name = S(EVIL),
				     .note = S("<img src=x>"),
				     .method = S("rebuild"),
				     .size = 30000,
				     .created_ms = 1764000000000,
				     .reason = S("sanitize-failed"),
				     .reason_text = S("<i>"),
				     .result_ext = S("docx"),
				     .result_size = 20000};
}

struct store *view_store(struct view *v)
{
	(void)v;
	return NULL;
}

int view_log(struct view *v)
{
	(void)v;
	return t.log;
}

enum err view_session(struct view *v, struct slice token, struct slice zone, int64_t now_ms,
		      struct identity_session *ret)
{
	(void)v;
	(void)now_ms;
	if (!slice_eq_str(token, TOKEN) || !slice_eq_str(zone, "lgwan"))
		return ERR_FORBIDDEN;
	*ret = (struct identity_session){.account = 1,
					 .login = "yamada",
					 .name = "<u>山田",
					 .zone = "lgwan",
					 .csrf = CSRF,
					 .expires_ms = 1764000600000};
	return OK;
}

enum err view_token(struct view *v, struct slice token, struct slice zone, struct slice host,
		    struct slice purpose, int64_t now_ms, struct identity_session *ret)
{
	if (!slice_eq_str(host, "192.0.2.7") || !slice_eq_str(purpose, "send"))
		return ERR_FORBIDDEN;
	return view_session(v, token, zone, now_ms, ret);
}

enum err view_tokens(struct view *v, const struct view_who *who, struct arena *a,
		     struct store_token **ret, size_t *ret_n)
{
	static struct store_token token = {
	    .id = 7, .label = {(const uint8_t *)EVIL, 20}, .purpose = {(const uint8_t *)"send", 4}};

	(void)v;
	(void)who;
	(void)a;
	*ret = &token;
	*ret_n = 1;
	return OK;
}

/* t.rows of them, as if the store held just those. */
static enum err some_rows(struct arena *a, size_t offset, size_t max, struct transfer_row **ret,
			  size_t *ret_n)
{
	size_t all = t.rows ? t.rows : 1, n = all > offset ? all - offset : 0;

	n = n < max ? n : max;
	*ret = arena_array(a, n + 1, sizeof **ret);
	if (!*ret)
		return ERR_MEMORY;
	for (size_t i = 0; i < n; i++)
		(*ret)[i] = row();
	*ret_n = n;
	return OK;
}

enum err view_sent(struct view *v, const struct view_who *who, size_t offset, size_t max,
		   struct arena *a, struct transfer_row **ret, size_t *ret_n)
{
	(void)v;
	(void)who;
	return some_rows(a, offset, max, ret, ret_n);
}

enum err view_waiting(struct view *v, const struct view_who *who, size_t offset, size_t max,
		      struct arena *a, struct transfer_row **ret, size_t *ret_n)
{
	(void)v;
	(void)who;
	return some_rows(a, offset, max, ret, ret_n);
}

enum err view_ready_count(struct view *v, const struct view_who *who, uint64_t *ret)
{
	(void)v;
	(void)who;
	*ret = t.rows;
	return OK;
}

enum err view_transfer(struct view *v, const struct view_who *who, struct slice id, struct arena *a,
		       struct view_transfer *ret)
{
	static struct view_item item;
	static struct record_entry entry;
	static struct record_pair pair;

	(void)v;
	(void)a;
	if (!slice_eq_str(id, ID) || who->account != 1)
		return ERR_NOT_FOUND;
	item = (struct view_item){.act = "removed",
				  .finding = S("macro"),
				  .part = S("<p>"),
				  .place = S("A1"),
				  .detail = S("<d>"),
				  .count = 2};
	pair = (struct record_pair){.key = S("actor"), .clear = S("<actor>"), .secret = true};
	entry = (struct record_entry){.index = 4,
				      .type = S("transfer.received"),
				      .at_ms = 1764000000000,
				      .pairs = &pair,
				      .n = 1};
	ret->part = t.part;
	ret->row = row();
	ret->report = (struct view_report){.present = true, .items = &item, .n = 1};
	ret->entries = &entry;
	ret->n_entries = 1;
	ret->signed_size = 5;
	return OK;
}

enum err view_sign_ins(struct view *v, const struct view_who *who, size_t max, struct arena *a,
		       struct record_entry **ret, size_t *ret_n)
{
	(void)v;
	(void)who;
	(void)max;
	(void)a;
	*ret = NULL;
	*ret_n = 0;
	return OK;
}

enum err view_people(struct view *v, struct slice to_zone, struct slice query, size_t max,
		     struct arena *a, struct view_person **ret, size_t *ret_n)
{
	static struct view_person p[2];

	(void)v;
	(void)to_zone;
	(void)query;
	(void)max;
	(void)a;
	p[0] = (struct view_person){.division = S("福祉課")};
	p[1] = (struct view_person){.login = S("suzuki"), .name = S(EVIL), .division = S("福祉課")};
	*ret = p;
	*ret_n = 2;
	return OK;
}

static inline enum err command(void *ctx, const struct command *c, struct reply *ret, int *ret_fd)
{
	(void)ctx;
	static struct arena *kept;

	arena_free(kept);
	kept = arena_new(65536);
	REQUIRE(kept);
	t.last = *c;
	t.last.recipient_login = arena_copy(kept, c->recipient_login);
	t.last.recipient_division = arena_copy(kept, c->recipient_division);
	t.commands++;
	*ret = (struct reply){.type = c->type, .err = t.err};
	*ret_fd = -1;
	if (t.no_answer)
		return ERR_CRASH;
	if (t.reason)
		ret->reason = slice_str(t.reason);
	if (t.err != OK)
		return OK;
	ret->session = S(TOKEN);
	ret->csrf = S(CSRF);
	ret->transfer = S(ID);
	ret->receipt = S("2026-000001");
	ret->state = TRANSFER_RECEIVING;
	ret->expires_ms = 1764000600000;
	ret->token = S(TOKEN);
	ret->at = t.at;
	ret->size = 5;
	if (c->type == CMD_UPLOAD_OPEN || c->type == CMD_COLLECT_OPEN)
		*ret_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	ret->name = S(EVIL);
	ret->mime = S("application/octet-stream");
	return OK;
}

static inline void random_hex(size_t n, char *ret)
{
	memset(ret, 'a', 2 * n);
	ret[2 * n] = '\0';
}

/* -- asking ------------------------------------------------------------------------------------ */

static struct web_answer answer;

static void ask_with(const struct page_request *rq, bool may_wait)
{
	static struct arena *a;
	struct web w = {.zone = S("lgwan"),
			.city = S("調布<市"),
			.help_office = S("情報政策課"),
			.help_extension = S("内線 1"),
			.upload_max = 1000,
			.command = command,
			.random_hex = random_hex};

	arena_free(a);
	a = arena_new(4 << 20);
	web_answer_clear(&answer);
	web_answer_init(&answer);
	answer.may_wait = may_wait;
	web_handle(&w, rq, a, 1764000000000, &answer);
}

static inline void ask(const struct page_request *rq)
{
	ask_with(rq, false);
}

static inline struct page_request get(const char *path)
{
	struct page_request rq = {.method = PAGE_GET,
				  .path = slice_str(path),
				  .tls = true,
				  .host = S("x.example:8443"),
				  .peer = S("192.0.2.7")};

	return rq;
}

static inline void add(struct page_pairs *p, const char *name, const char *value)
{
	p->p[p->n++] = (struct page_pair){slice_str(name), slice_str(value)};
}

static inline struct page_request signed_in(enum page_method m, const char *path)
{
	struct page_request rq = get(path);

	rq.method = m;
	add(&rq.cookies, "__Host-sekisho-lgwan", TOKEN);
	return rq;
}

static inline bool has(const char *what)
{
	return slice_find(buf_view(&answer.body), slice_str(what)) != SIZE_MAX;
}

static inline struct slice field(const char *name)
{
	for (size_t i = 0; i < answer.reply.fields_n; i++)
		if (slice_eq_str(answer.reply.fields[i].name, name))
			return answer.reply.fields[i].value;
	return (struct slice){0};
}

static inline void reset(void)
{
	memset(&t, 0, sizeof t);
	t.log = -1;
	t.state = TRANSFER_READY;
	t.part = VIEW_SENDER | VIEW_RECIPIENT;
}

#endif
