/* policies: versions, epochs, changes and their drafts. */
#include "store/policies.h"
#include "store/driver.h"

static void texts_row(struct cursor *c, struct policy_texts *t)
{
	t->text = cursor_text(c);
	t->basis = cursor_text(c);
	t->standard = cursor_text(c);
}

static void version_row(struct cursor *c, void *row)
{
	struct store_version *v = row;

	v->hash = cursor_text(c);
	v->number = (uint64_t)cursor_int(c);
	v->effective = (int32_t)cursor_int(c);
	v->change = cursor_int(c);
	v->added_ms = cursor_int(c);
	texts_row(c, &v->texts);
}

enum err store_version_add(struct store *s, const struct store_version *v)
{
	BUG_IF(!store_in_step(s));
	return RUN(s, SQL_POLICY_ADD, v_bytes(v->hash), v_int((int64_t)v->number),
		   v_int(v->effective), v_int(v->change), v_int(v->added_ms),
		   v_bytes(v->texts.text), v_bytes(v->texts.basis), v_bytes(v->texts.standard));
}

enum err store_version_get(struct store *s, struct slice hash, struct arena *a,
			   struct store_version *ret)
{
	struct cursor c;

	TRY(OPEN(s, SQL_POLICY, a, &c, v_bytes(hash)));
	return store_first(&c, sizeof *ret, version_row, ret);
}

enum err store_version_last(struct store *s, struct arena *a, struct store_version *ret)
{
	struct cursor c;

	TRY(store_query(s, SQL_POLICY_LAST, a, &c, NULL, 0));
	return store_first(&c, sizeof *ret, version_row, ret);
}

enum err store_versions(struct store *s, struct arena *a, struct store_version **ret, size_t *ret_n)
{
	struct cursor c;

	TRY(store_query(s, SQL_POLICIES, a, &c, NULL, 0));
	return store_all(&c, sizeof **ret, version_row, (void **)ret, ret_n);
}

enum err store_epoch(struct store *s, uint64_t *ret)
{
	int64_t n;

	TRY(store_one(s, SQL_EPOCH, NULL, 0, ERR_IO, &n));
	*ret = (uint64_t)n;
	return OK;
}

enum err store_epoch_add(struct store *s, const struct store_epoch *e)
{
	const struct store_value args[] = {v_int((int64_t)e->n), v_bytes(e->hash), v_int(e->at_ms)};

	BUG_IF(!store_in_step(s));
	return store_one(s, SQL_EPOCH_ADD, args, ARRAY_LEN(args), ERR_CONFLICT, NULL);
}

static void epoch_row(struct cursor *c, void *row)
{
	struct store_epoch *e = row;

	e->n = (uint64_t)cursor_int(c);
	e->hash = cursor_text(c);
	e->at_ms = cursor_int(c);
}

enum err store_epochs(struct store *s, struct arena *a, struct store_epoch **ret, size_t *ret_n)
{
	struct cursor c;

	TRY(store_query(s, SQL_EPOCHS, a, &c, NULL, 0));
	return store_all(&c, sizeof **ret, epoch_row, (void **)ret, ret_n);
}

static void change_row(struct cursor *c, void *row)
{
	struct store_change *v = row;

	v->id = cursor_int(c);
	v->state = (enum change_state)cursor_int(c);
	v->version = cursor_int(c);
	v->zone = cursor_text(c);
	v->title = cursor_text(c);
	v->why = cursor_text(c);
	v->drafter = cursor_text(c);
	v->base = cursor_text(c);
	v->draft = (uint64_t)cursor_int(c);
	v->hash = cursor_text(c);
	v->effective = (int32_t)cursor_int(c);
	v->created_ms = cursor_int(c);
	v->changed_ms = cursor_int(c);
}

enum err store_change_add(struct store *s, const struct store_change *c, int64_t *ret_id)
{
	const struct store_value args[] = {
	    v_int(c->state),    v_text(c->zone),  v_text(c->title),     v_text(c->why),
	    v_text(c->drafter), v_bytes(c->base), v_int(c->created_ms), v_bytes(slice_of(NULL, 0))};

	BUG_IF(!store_in_step(s));
	return store_one(s, SQL_CHANGE_ADD, args, ARRAY_LEN(args), ERR_IO, ret_id);
}

enum err store_change_get(struct store *s, int64_t id, struct arena *a, struct store_change *ret)
{
	struct cursor c;

	TRY(OPEN(s, SQL_CHANGE, a, &c, v_int(id)));
	return store_first(&c, sizeof *ret, change_row, ret);
}

enum err store_change_set(struct store *s, struct store_change *c)
{
	const struct store_value args[] = {
	    v_int(c->id),     v_int(c->version),   v_int(c->state),      v_int((int64_t)c->draft),
	    v_bytes(c->hash), v_int(c->effective), v_int(c->changed_ms), v_bytes(c->base)};

	BUG_IF(!store_in_step(s));
	return store_one(s, SQL_CHANGE_SET, args, ARRAY_LEN(args), ERR_CONFLICT, &c->version);
}

enum err store_changes(struct store *s, enum change_state state, struct arena *a,
		       struct store_change **ret, size_t *ret_n)
{
	struct cursor c;

	TRY(OPEN(s, SQL_CHANGES, a, &c, v_int(state)));
	return store_all(&c, sizeof **ret, change_row, (void **)ret, ret_n);
}

enum err store_draft_add(struct store *s, int64_t change, uint64_t n, const struct policy_texts *t,
			 int64_t at_ms)
{
	BUG_IF(!store_in_step(s));
	return RUN(s, SQL_DRAFT_ADD, v_int(change), v_int((int64_t)n), v_int(at_ms),
		   v_bytes(t->text), v_bytes(t->basis), v_bytes(t->standard));
}

static void draft_row(struct cursor *c, void *row)
{
	texts_row(c, row);
}

enum err store_draft_get(struct store *s, int64_t change, uint64_t n, struct arena *a,
			 struct policy_texts *ret)
{
	struct cursor c;

	TRY(OPEN(s, SQL_DRAFT, a, &c, v_int(change), v_int((int64_t)n)));
	return store_first(&c, sizeof *ret, draft_row, ret);
}

const char *change_state_word(enum change_state st)
{
	static const char *const words[CHANGE_STATES] = {
	    [CHANGE_DRAFT] = "draft",     [CHANGE_REVIEW] = "review",
	    [CHANGE_DECIDED] = "decided", [CHANGE_IN_FORCE] = "in-force",
	    [CHANGE_REFUSED] = "refused", [CHANGE_WITHDRAWN] = "withdrawn",
	    [CHANGE_LAPSED] = "lapsed",
	};

	return st > 0 && st < CHANGE_STATES ? words[st] : "none";
}
