/* send: a transfer is made, its bytes come in, or it is taken back. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/utf8.h"
#include "gateway/internal.h"
#include "os/fd.h"
#include "os/rand.h"

/* A name people can read back: not empty, no path, nothing that is only dots. */
static bool name_ok(struct slice name)
{
	if (name.n == 0 || slice_find_byte(name, '/') != SIZE_MAX ||
	    slice_find_byte(name, '\\') != SIZE_MAX)
		return false;
	return !slice_eq_str(name, ".") && !slice_eq_str(name, "..");
}

static bool once_ok(struct slice once)
{
	uint8_t raw[16];

	return hex_parse(once, raw, sizeof raw);
}

static enum err check_input(struct request *q)
{
	const struct command *c = q->c;
	const struct policy_level *level;
	size_t levels = policy_confidentiality(q->g->policy, &level);
	bool known = c->confidentiality == 0;

	for (size_t i = 0; i < levels; i++)
		known |= level[i].level == c->confidentiality;
	if (!once_ok(c->once) || !name_ok(c->name) || !known ||
	    (c->recipient_login.n > 0) == (c->recipient_division.n > 0) ||
	    (!slice_eq_str(c->method, "rebuild") && !slice_eq_str(c->method, "text")))
		return refuse(q, ERR_USAGE, "bad-request");
	if (c->size > q->g->conf.upload_max)
		return refuse(q, ERR_LIMIT, "too-large-to-send");
	if (c->exception.n &&
	    case_exception(q->g->policy, c->exception, jst_day(q->now_ms)) == POLICY_EXCEPTION_NONE)
		return refuse(q, ERR_USAGE, "no-exception");
	return OK;
}

static enum err check_recipient(struct request *q)
{
	struct store *s = q->g->conf.store;
	struct store_account to;
	bool some;
	enum err e;

	if (q->c->recipient_division.n > 0) {
		TRY(store_division_exists(s, q->c->recipient_division, &some));
		return some ? OK : refuse(q, ERR_USAGE, "no-recipient");
	}
	e = store_account_by_login(s, q->c->recipient_login, q->a, &to);
	if (e == ERR_NOT_FOUND || (e == OK && !identity_may_enter(&to, q->c->to_zone)))
		return refuse(q, ERR_USAGE, "no-recipient");
	return e;
}

static enum err check_space(struct request *q)
{
	uint64_t left, total, coming, open, need = q->g->conf.watermark_bytes;

	TRY(store_transfers_open(q->g->conf.store, q->who.account, &open));
	if (open >= OPEN_MAX)
		return refuse(q, ERR_LIMIT, "too-many-open");
	TRY(blob_space(q->g->conf.blobs, &left, &total));
	/* What other uploads were promised is not free any more. */
	TRY(store_transfers_coming(q->g->conf.store, &coming));
	if (left < need || left - need < coming || left - need - coming < q->c->size)
		return refuse(q, ERR_FULL, "disk-full");
	return OK;
}

static struct transfer_row row_of(struct request *q, char id[TRANSFER_ID_LEN + 1])
{
	rand_hex(TRANSFER_ID_LEN / 2, id);
	return (struct transfer_row){.id = slice_str(id),
				     .once = q->c->once,
				     .sender = q->who.account,
				     .sender_login = slice_str(q->who.login),
				     .from_zone = q->zone,
				     .to_zone = q->c->to_zone,
				     .recipient_login = q->c->recipient_login,
				     .recipient_division = q->c->recipient_division,
				     .name = q->c->name,
				     .note = q->c->note,
				     .method = q->c->method,
				     .exception = q->c->exception,
				     .size = q->c->size,
				     .created_ms = q->now_ms};
}

/* What the policy forbids already now is not even uploaded; that it was asked for is on record. */
static enum err refuse_by_policy(struct request *q, const struct transfer_row *t,
				 const struct verdict *v)
{
	struct record_field fields[] = {
	    {.key = "case", .value = slice_str(v->case_text)},
	    {.key = "clause", .value = v->d.clause},
	    {.key = "from", .value = t->from_zone},
	    {.key = "rule", .value = slice_str(v->rule)},
	    {.key = "to", .value = t->to_zone},
	    {.key = "policy"},
	};
	char stream[40], policy[65];
	struct record_event e = {.type = "send.refused",
				 .actor = slice_str(q->who.login),
				 .at_ms = q->now_ms,
				 .fields = fields,
				 .n = ARRAY_LEN(fields)};

	hash_hex(v->d.policy, policy);
	fields[5].value = slice_str(policy);
	snprintf(stream, sizeof stream, "account/%lld", (long long)q->who.account);
	e.stream = slice_str(stream);
	TRY(verdict_explain(q->g, v, q->a, &q->r));
	TRY(step_begin(q->g));
	TRY(record_append(q->g->conf.store, &e, NULL));
	TRY(commit(q->g));
	return refuse(q, ERR_FORBIDDEN, "forbidden");
}

static enum err create_in_step(struct request *q, struct transfer_row *t, const struct blob_row *b)
{
	char size[24], level[16];

	/* Before the fields that point to them. */
	snprintf(size, sizeof size, "%llu", (unsigned long long)t->size);
	snprintf(level, sizeof level, "%u", t->confidentiality);
	const struct record_field fields[] = {
	    {.key = "class", .value = t->class_code},
	    {.key = "confidentiality", .value = slice_str(level)},
	    {.key = "exception", .value = t->exception},
	    {.key = "from", .value = t->from_zone},
	    {.key = "method", .value = t->method},
	    {.key = "name", .value = t->name, .secret = true},
	    {.key = "note", .value = t->note, .secret = true},
	    {.key = "recipient",
	     .value = t->recipient_login.n ? t->recipient_login : t->recipient_division,
	     .secret = true},
	    {.key = "size", .value = slice_str(size)},
	    {.key = "to", .value = t->to_zone},
	};

	TRY(store_transfer_add(q->g->conf.store, t, jst_fiscal_year(q->now_ms), q->a, &t->receipt));
	TRY(store_blob_add(q->g->conf.store, b));
	TRY(life_note(q->g, t, "transfer.created", slice_str(q->who.login), fields,
		      ARRAY_LEN(fields)));
	/* Now, while the file can still be taken back. */
	return epoch_check(q->g);
}

static enum err create(struct request *q, struct transfer_row *t)
{
	struct gateway *g = q->g;
	struct blob_row b;
	enum err e;

	TRY(content_new(g, t, BLOB_ORIGINAL, q->a, &b));
	e = step_begin(g);
	if (e == OK)
		e = create_in_step(q, t, &b);
	if (e != OK) {
		store_rollback(g->conf.store);
		return content_undo(g, &b) == OK ? e : ERR_IO;
	}
	return commit(g);
}

enum err tell_transfer(struct request *q, const struct transfer_row *t)
{
	q->r.transfer = arena_copy(q->a, t->id);
	q->r.receipt = t->receipt;
	q->r.state = t->state;
	return q->r.transfer.p ? OK : ERR_MEMORY;
}

enum err do_transfer_create(struct request *q)
{
	char id[TRANSFER_ID_LEN + 1];
	struct transfer_row t;
	struct verdict v;
	enum err e;

	TRY(check_input(q));
	e = store_transfer_once(q->g->conf.store, q->who.account, q->c->once, q->a, &t);
	if (e == OK) {
		if (slice_eq(t.from_zone, q->zone))
			return tell_transfer(q, &t);
		return refuse(q, ERR_USAGE, "bad-request");
	}
	if (e != ERR_NOT_FOUND)
		return e;
	t = row_of(q, id);
	case_set_class(q->g->policy, &t, q->c->confidentiality);
	verdict_of(q->g, &t, &v);
	if (!v.d.permit)
		return refuse_by_policy(q, &t, &v);
	TRY(check_recipient(q));
	TRY(check_space(q));
	t.clause = v.d.clause;
	t.rule = slice_str(v.rule);
	t.decided_case = slice_str(v.case_text);
	TRY(create(q, &t));
	t.state = TRANSFER_RECEIVING;
	return tell_transfer(q, &t);
}

enum err my_transfer(struct request *q, struct transfer_row *ret)
{
	struct transfer_row t;

	TRY(store_transfer_get(q->g->conf.store, q->c->transfer, q->a, &t));
	if (t.sender != q->who.account || !slice_eq(t.from_zone, q->zone))
		return ERR_NOT_FOUND;
	*ret = t;
	return OK;
}

/* -- upload -------------------------------------------------------------------------------------
 */

/* The offset up to which whole chunks stand in the file, before the last one. */
static uint64_t resumable(int fd, uint64_t size)
{
	struct stat st;
	uint64_t whole, last = size == 0 ? 0 : (size - 1) / BLOB_CHUNK;

	if (fstat(fd, &st) != 0)
		return 0;
	whole = (uint64_t)st.st_size / (BLOB_CHUNK + BLOB_OVERHEAD);
	return (whole < last ? whole : last) * BLOB_CHUNK;
}

enum err do_upload_open(struct request *q)
{
	struct transfer_row t;
	struct blob_row b;

	TRY(my_transfer(q, &t));
	if (t.state != TRANSFER_RECEIVING)
		return refuse(q, ERR_CONFLICT, "wrong-state");
	TRY(content_open(q->g, &t, BLOB_ORIGINAL, true, q->a, &b, &q->r.seal, &q->fd));
	q->r.at = resumable(q->fd, t.size);
	if (q->r.at > q->c->at)
		q->r.at = q->c->at / BLOB_CHUNK * BLOB_CHUNK;
	q->r.size = t.size;
	return tell_transfer(q, &t);
}

enum err do_upload_progress(struct request *q)
{
	struct transfer_row t;
	enum err e;

	TRY(my_transfer(q, &t));
	if (q->c->at > t.size)
		return refuse(q, ERR_USAGE, "bad-request");
	TRY(step_begin(q->g));
	e = store_transfer_progress(q->g->conf.store, t.id, q->c->at, q->now_ms);
	if (e == ERR_NOT_FOUND)
		return refuse(q, ERR_CONFLICT, "wrong-state");
	TRY(e);
	TRY(commit_undecided(q->g));
	return tell_transfer(q, &t);
}

/* The file has the size, and its last chunk says that it is the last. */
static enum err file_complete(struct request *q, const struct transfer_row *t,
			      const struct blob_row *b, const struct blob_seal *seal)
{
	AUTO_CLOSE fd = -1;
	struct blob_reader *r;
	struct slice s;
	enum err e;

	TRY(blob_open(q->g->conf.blobs, &b->id, false, &fd));
	TRY(blob_reader_open(fd, seal, t->size, &r));
	e = blob_reader_at(r, t->size, &s);
	blob_reader_free(r);
	return e;
}

/* The bytes are read once; the front still has the descriptor. */
static enum err row_complete(struct request *q, const struct transfer_row *t, struct blob_row *b,
			     const struct blob_seal *seal)
{
	uint8_t *plain = arena_alloc(q->a, (size_t)t->size + 1);

	if (!plain)
		return ERR_MEMORY;
	TRY(stage_read(q->g, t->id, t->size, q->a, &b->body));
	return blob_open_one(seal, b->body, t->size, plain);
}

static enum err check_complete(struct request *q, const struct transfer_row *t, struct blob_row *b,
			       const struct blob_seal *seal)
{
	enum err e = ERR_CONFLICT;

	if (q->c->size == t->size)
		e = b->in_row ? row_complete(q, t, b, seal) : file_complete(q, t, b, seal);
	if (e == ERR_CRYPTO || e == ERR_CONFLICT || (e == ERR_NOT_FOUND && b->in_row))
		return refuse(q, ERR_CONFLICT, "incomplete");
	return e;
}

static enum err commit_in_step(struct request *q, struct transfer_row *t, struct blob_row *b)
{
	struct gateway *g = q->g;
	char size[24];

	snprintf(size, sizeof size, "%llu", (unsigned long long)t->size);
	const struct record_field fields[] = {
	    {.key = "hash", .value = b->hash, .secret = true},
	    {.key = "size", .value = slice_str(size)},
	};

	t->hash = b->hash;
	t->received = t->size;
	TRY(step_begin(g));
	TRY(store_blob_set(g->conf.store, b));
	TRY(life_move(g, t, TRANSFER_RECEIVED, "transfer.received", slice_str(q->who.login), fields,
		      ARRAY_LEN(fields)));
	/* Nothing is waited for in between: what was received is decided in the same transaction.
	 */
	TRY(decide_in_step(g, t));
	return commit(g);
}

enum err do_upload_commit(struct request *q)
{
	uint8_t wrapped[BLOB_WRAPPED];
	struct slice hash = slice_of(q->c->hash.b, sizeof q->c->hash.b);
	struct transfer_row t;
	struct blob_seal seal;
	struct blob_row b;

	TRY(my_transfer(q, &t));
	/* The answer was lost and the commit comes again: it stands. */
	if (t.state != TRANSFER_RECEIVING)
		return slice_eq(t.hash, hash) && t.state != TRANSFER_EXPIRED
			   ? tell_transfer(q, &t)
			   : refuse(q, ERR_CONFLICT, "wrong-state");
	TRY(content_row(q->g, &t, BLOB_ORIGINAL, q->a, &b, &seal));
	TRY(check_complete(q, &t, &b, &seal));
	TRY(blob_wrap(q->g->conf.blobs, &seal, t.size, &q->c->hash, &b.epoch, wrapped));
	b.wrapped = slice_of(wrapped, sizeof wrapped);
	b.size = t.size;
	b.hash = hash;
	TRY(commit_in_step(q, &t, &b));
	stage_drop(q->g, t.id);
	return tell_transfer(q, &t);
}

enum err do_withdraw(struct request *q)
{
	struct transfer_row t;

	TRY(my_transfer(q, &t));
	if (t.state == TRANSFER_WITHDRAWN)
		return tell_transfer(q, &t);
	if (!life_may(t.state, TRANSFER_WITHDRAWN))
		return refuse(q, ERR_CONFLICT, "wrong-state");
	if (t.purge_ms == 0)
		t.purge_ms = q->now_ms + RETAIN_DAYS * DAY_MS;
	TRY(step_begin(q->g));
	TRY(life_move(q->g, &t, TRANSFER_WITHDRAWN, "transfer.withdrawn", slice_str(q->who.login),
		      NULL, 0));
	TRY(commit(q->g));
	job_cancel(q->g, t.id);
	return tell_transfer(q, &t);
}
