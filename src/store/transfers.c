/* transfers: rows of 受渡し, blobs and collections. */
#include <stdio.h>
#include "store/transfers.h"
#include "store/driver.h"

const char *transfer_state_word(enum transfer_state st)
{
	static const char *const words[TRANSFER_STATES] = {
	    [TRANSFER_RECEIVING] = "receiving",
	    [TRANSFER_RECEIVED] = "received",
	    [TRANSFER_SANITIZING] = "sanitizing",
	    [TRANSFER_VERIFYING] = "verifying",
	    [TRANSFER_READY] = "ready",
	    [TRANSFER_COLLECTED] = "collected",
	    [TRANSFER_HELD] = "held",
	    [TRANSFER_REFUSED] = "refused",
	    [TRANSFER_WITHDRAWN] = "withdrawn",
	    [TRANSFER_EXPIRED] = "expired",
	    [TRANSFER_PURGED] = "purged",
	};

	return (unsigned)st < TRANSFER_STATES && words[st] ? words[st] : "none";
}

static void transfer_row(struct cursor *c, void *row)
{
	struct transfer_row *t = row;

	t->id = cursor_text(c);
	t->once = cursor_text(c);
	t->receipt = cursor_text(c);
	t->state = (enum transfer_state)cursor_int(c);
	t->version = cursor_int(c);
	t->sender = cursor_int(c);
	t->sender_login = cursor_text(c);
	t->sender_name = cursor_text(c);
	t->sender_division = cursor_text(c);
	t->from_zone = cursor_text(c);
	t->to_zone = cursor_text(c);
	t->recipient_login = cursor_text(c);
	t->recipient_division = cursor_text(c);
	t->recipient_name = cursor_text(c);
	t->name = cursor_text(c);
	t->note = cursor_text(c);
	t->method = cursor_text(c);
	t->confidentiality = (uint32_t)cursor_int(c);
	t->size = (uint64_t)cursor_int(c);
	t->received = (uint64_t)cursor_int(c);
	t->hash = cursor_text(c);
	t->created_ms = cursor_int(c);
	t->changed_ms = cursor_int(c);
	t->ready_ms = cursor_int(c);
	t->collected_ms = cursor_int(c);
	t->purge_ms = cursor_int(c);
	t->reason = cursor_text(c);
	t->reason_text = cursor_text(c);
	t->clause = cursor_text(c);
	t->rule = cursor_text(c);
	t->result_size = (uint64_t)cursor_int(c);
	t->result_hash = cursor_text(c);
	t->result_ext = cursor_text(c);
	t->result_mime = cursor_text(c);
	t->result_grammar = cursor_text(c);
	t->type = cursor_text(c);
	t->exception = cursor_text(c);
	t->class_scheme = cursor_text(c);
	t->class_code = cursor_text(c);
}

static enum err transfers(struct cursor *c, struct transfer_row **ret, size_t *ret_n)
{
	return store_all(c, sizeof **ret, transfer_row, (void **)ret, ret_n);
}

static enum err first_transfer(struct cursor *c, struct transfer_row *ret)
{
	struct transfer_row *rows;
	size_t n;

	TRY(transfers(c, &rows, &n));
	if (n == 0)
		return ERR_NOT_FOUND;
	*ret = rows[0];
	return OK;
}

enum err store_transfer_add(struct store *s, const struct transfer_row *t, int fiscal_year,
			    struct arena *a, struct slice *ret_receipt)
{
	const struct store_value year[] = {v_int(fiscal_year)};
	struct slice none = {0}, receipt;
	int64_t n;
	char *text;

	BUG_IF(!store_in_step(s));
	TRY(store_one(s, SQL_RECEIPT_NEXT, year, 1, ERR_IO, &n));
	text = arena_printf(a, "%d-%06lld", fiscal_year, (long long)n);
	if (!text)
		return ERR_MEMORY;
	receipt = slice_str(text);
	TRY(RUN(s, SQL_TRANSFER_ADD, v_text(t->id), v_text(receipt), v_text(t->once),
		v_int(TRANSFER_RECEIVING), v_int(t->sender), v_text(t->from_zone),
		v_text(t->to_zone), v_text(t->recipient_login), v_text(t->recipient_division),
		v_text(t->name), v_text(t->note), v_text(t->method), v_int(t->confidentiality),
		v_int((int64_t)t->size), v_bytes(none), v_int(t->created_ms), v_text(t->clause),
		v_text(t->rule), v_text(t->exception), v_text(t->class_scheme),
		v_text(t->class_code)));
	*ret_receipt = receipt;
	return OK;
}

enum err store_transfer_get(struct store *s, struct slice id, struct arena *a,
			    struct transfer_row *ret)
{
	struct cursor c;

	TRY(OPEN(s, SQL_TRANSFER, a, &c, v_text(id)));
	return first_transfer(&c, ret);
}

enum err store_transfer_by_receipt(struct store *s, struct slice receipt, struct arena *a,
				   struct transfer_row *ret)
{
	struct cursor c;

	TRY(OPEN(s, SQL_TRANSFER_BY_RECEIPT, a, &c, v_text(receipt)));
	return first_transfer(&c, ret);
}

enum err store_transfer_once(struct store *s, int64_t sender, struct slice once, struct arena *a,
			     struct transfer_row *ret)
{
	struct cursor c;

	TRY(OPEN(s, SQL_TRANSFER_ONCE, a, &c, v_int(sender), v_text(once)));
	return first_transfer(&c, ret);
}

enum err store_transfer_set(struct store *s, struct transfer_row *t)
{
	const struct store_value args[] = {
	    v_text(t->id),
	    v_int(t->version),
	    v_int(t->state),
	    v_int(t->confidentiality),
	    v_int((int64_t)t->received),
	    v_bytes(t->hash),
	    v_int(t->changed_ms),
	    v_int(t->ready_ms),
	    v_int(t->collected_ms),
	    v_int(t->purge_ms),
	    v_text(t->reason),
	    v_text(t->reason_text),
	    v_text(t->clause),
	    v_text(t->rule),
	    v_int((int64_t)t->result_size),
	    v_bytes(t->result_hash),
	    v_text(t->result_ext),
	    v_text(t->result_mime),
	    v_text(t->result_grammar),
	    v_text(t->type),
	    v_text(t->class_scheme),
	    v_text(t->class_code),
	};
	int64_t version;

	BUG_IF(!store_in_step(s));
	TRY(store_one(s, SQL_TRANSFER_SET, args, ARRAY_LEN(args), ERR_CONFLICT, &version));
	t->version = version;
	return OK;
}

enum err store_transfer_progress(struct store *s, struct slice id, uint64_t received,
				 int64_t now_ms)
{
	const struct store_value args[] = {v_text(id), v_int((int64_t)received), v_int(now_ms)};

	return store_one(s, SQL_TRANSFER_PROGRESS, args, 3, ERR_NOT_FOUND, NULL);
}

enum err store_transfers_in(struct store *s, enum transfer_state state, size_t max, struct arena *a,
			    struct transfer_row **ret, size_t *ret_n)
{
	struct cursor c;

	TRY(OPEN(s, SQL_TRANSFERS_IN, a, &c, v_int(state), v_int((int64_t)max)));
	return transfers(&c, ret, ret_n);
}

enum err store_transfers_due(struct store *s, int64_t now_ms, size_t max, struct arena *a,
			     struct transfer_row **ret, size_t *ret_n)
{
	struct cursor c;

	TRY(OPEN(s, SQL_TRANSFERS_DUE, a, &c, v_int(now_ms), v_int((int64_t)max)));
	return transfers(&c, ret, ret_n);
}

enum err store_transfers_stale(struct store *s, int64_t before_ms, size_t max, struct arena *a,
			       struct transfer_row **ret, size_t *ret_n)
{
	struct cursor c;

	TRY(OPEN(s, SQL_TRANSFERS_STALE, a, &c, v_int(before_ms), v_int((int64_t)max)));
	return transfers(&c, ret, ret_n);
}

enum err store_transfers_sent(struct store *s, int64_t account, struct slice zone, size_t offset,
			      size_t max, struct arena *a, struct transfer_row **ret, size_t *ret_n)
{
	struct cursor c;

	TRY(OPEN(s, SQL_TRANSFERS_SENT, a, &c, v_int(account), v_text(zone), v_int((int64_t)max),
		 v_int((int64_t)offset)));
	return transfers(&c, ret, ret_n);
}

enum err store_transfers_for(struct store *s, struct slice login, struct slice division,
			     struct slice zone, size_t offset, size_t max, struct arena *a,
			     struct transfer_row **ret, size_t *ret_n)
{
	struct cursor c;

	TRY(OPEN(s, SQL_TRANSFERS_FOR, a, &c, v_text(zone), v_text(login), v_text(division),
		 v_int((int64_t)max), v_int((int64_t)offset)));
	return transfers(&c, ret, ret_n);
}

enum err store_transfers_ready_for(struct store *s, struct slice login, struct slice division,
				   struct slice zone, uint64_t *ret)
{
	const struct store_value args[] = {v_text(zone), v_text(login), v_text(division)};
	int64_t n;

	TRY(store_one(s, SQL_TRANSFERS_READY_FOR, args, ARRAY_LEN(args), ERR_IO, &n));
	*ret = (uint64_t)n;
	return OK;
}

static enum err count(struct store *s, enum statement id, struct store_value arg, uint64_t *ret)
{
	int64_t n;

	TRY(store_one(s, id, &arg, 1, ERR_IO, &n));
	*ret = (uint64_t)n;
	return OK;
}

enum err store_transfers_count(struct store *s, enum transfer_state state, uint64_t *ret)
{
	return count(s, SQL_TRANSFERS_COUNT, v_int(state), ret);
}

enum err store_transfers_open(struct store *s, int64_t sender, uint64_t *ret)
{
	return count(s, SQL_TRANSFERS_OPEN, v_int(sender), ret);
}

enum err store_transfers_coming(struct store *s, uint64_t *ret)
{
	int64_t n;

	TRY(store_one(s, SQL_TRANSFERS_COMING, NULL, 0, ERR_IO, &n));
	*ret = (uint64_t)n;
	return OK;
}

enum err store_transfer_erase(struct store *s, struct slice id)
{
	const struct store_value args[] = {v_text(id), v_bytes(slice_of(NULL, 0))};

	BUG_IF(!store_in_step(s));
	return store_one(s, SQL_TRANSFER_ERASE, args, 2, ERR_NOT_FOUND, NULL);
}

/* -- blobs --------------------------------------------------------------------------------------
 */

static struct slice id_slice(const struct blob_id *id)
{
	return slice_of(id->s, BLOB_ID_LEN);
}

static void blob_row(struct cursor *c, void *row)
{
	struct blob_row *b = row;
	struct slice id = cursor_text(c);

	if (id.n != BLOB_ID_LEN) {
		c->err = c->err == OK ? ERR_IO : c->err;
		return;
	}
	memcpy(b->id.s, id.p, id.n);
	b->transfer = cursor_text(c);
	b->role = (enum blob_role)cursor_int(c);
	b->epoch = (uint32_t)cursor_int(c);
	b->wrapped = cursor_text(c);
	b->size = (uint64_t)cursor_int(c);
	b->hash = cursor_text(c);
	b->created_ms = cursor_int(c);
	b->in_row = cursor_int(c) != 0;
}

static struct store_value body_of(const struct blob_row *b)
{
	return b->in_row ? v_bytes(b->body) : v_null();
}

enum err store_blob_add(struct store *s, const struct blob_row *b)
{
	BUG_IF(!store_in_step(s));
	return RUN(s, SQL_BLOB_ADD, v_text(id_slice(&b->id)), v_text(b->transfer), v_int(b->role),
		   v_int(b->epoch), v_bytes(b->wrapped), v_int((int64_t)b->size), v_bytes(b->hash),
		   v_int(b->created_ms), body_of(b));
}

enum err store_blob_get(struct store *s, struct slice transfer, enum blob_role role,
			struct arena *a, struct blob_row *ret)
{
	struct blob_row *rows;
	struct cursor c;
	size_t n;

	TRY(OPEN(s, SQL_BLOB, a, &c, v_text(transfer), v_int(role)));
	TRY(store_all(&c, sizeof *rows, blob_row, (void **)&rows, &n));
	if (n == 0)
		return ERR_NOT_FOUND;
	*ret = rows[0];
	return OK;
}

/* The first column of the first row, or ERR_NOT_FOUND. */
static enum err first_text(struct cursor *c, struct slice *ret)
{
	bool found = cursor_next(c);
	struct slice v = {0};

	if (found)
		v = cursor_text(c);
	TRY(cursor_close(c));
	if (!found)
		return ERR_NOT_FOUND;
	*ret = v;
	return OK;
}

enum err store_blob_body(struct store *s, const struct blob_id *id, struct arena *a,
			 struct slice *ret)
{
	struct cursor c;

	TRY(OPEN(s, SQL_BLOB_BODY, a, &c, v_text(id_slice(id))));
	return first_text(&c, ret);
}

enum err store_blob_exists(struct store *s, const struct blob_id *id, bool *ret)
{
	uint64_t n;

	TRY(count(s, SQL_BLOB_EXISTS, v_text(id_slice(id)), &n));
	*ret = n > 0;
	return OK;
}

enum err store_blob_set(struct store *s, const struct blob_row *b)
{
	const struct store_value args[] = {v_text(id_slice(&b->id)), v_int(b->epoch),
					   v_bytes(b->wrapped),      v_int((int64_t)b->size),
					   v_bytes(b->hash),         body_of(b)};

	BUG_IF(!store_in_step(s));
	return store_one(s, SQL_BLOB_SET, args, ARRAY_LEN(args), ERR_CONFLICT, NULL);
}

enum err store_blob_drop(struct store *s, const struct blob_id *id)
{
	const struct store_value blank[] = {v_text(id_slice(id)), v_bytes(slice_of(NULL, 0))};
	const struct store_value args[] = {v_text(id_slice(id))};

	BUG_IF(!store_in_step(s));
	/* With secure_delete the old bytes are zeroed; blanking first also holds for other engines.
	 */
	TRY(store_one(s, SQL_BLOB_BLANK, blank, 2, ERR_NOT_FOUND, NULL));
	return store_one(s, SQL_BLOB_DROP, args, 1, ERR_NOT_FOUND, NULL);
}

enum err store_blobs_of(struct store *s, struct slice transfer, struct arena *a,
			struct blob_row **ret, size_t *ret_n)
{
	struct cursor c;

	TRY(OPEN(s, SQL_BLOBS_OF, a, &c, v_text(transfer)));
	return store_all(&c, sizeof **ret, blob_row, (void **)ret, ret_n);
}

enum err store_report_set(struct store *s, struct slice transfer, struct slice json)
{
	BUG_IF(!store_in_step(s));
	return RUN(s, SQL_REPORT_SET, v_text(transfer), v_text(json));
}

enum err store_report(struct store *s, struct slice transfer, struct arena *a, struct slice *ret)
{
	struct cursor c;

	TRY(OPEN(s, SQL_REPORT, a, &c, v_text(transfer)));
	return first_text(&c, ret);
}

enum err store_report_drop(struct store *s, struct slice transfer)
{
	BUG_IF(!store_in_step(s));
	return RUN(s, SQL_REPORT_DROP, v_text(transfer));
}

enum err store_collection_add(struct store *s, struct slice transfer, int64_t account,
			      int64_t at_ms)
{
	BUG_IF(!store_in_step(s));
	return RUN(s, SQL_COLLECTION_ADD, v_text(transfer), v_int(account), v_int(at_ms));
}
