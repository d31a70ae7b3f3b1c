/* governance: texts, offices, tallies. */
#include "store/governance.h"
#include "store/driver.h"

static void text_row(struct cursor *c, void *row)
{
	struct store_text *t = row;

	t->id = cursor_int(c);
	t->tree = cursor_text(c);
	t->title = cursor_text(c);
	t->is_public = cursor_int(c) != 0;
	t->decided = (int32_t)cursor_int(c);
	t->effective = (int32_t)cursor_int(c);
	t->created_ms = cursor_int(c);
	t->on_file = cursor_int(c) > 0;
	t->text = cursor_text(c);
}

static void organ_row(struct cursor *c, void *row)
{
	*(struct slice *)row = cursor_text(c);
}

static enum err adopters(struct store *s, struct arena *a, struct store_text *t)
{
	struct cursor c;

	TRY(OPEN(s, SQL_ADOPTERS, a, &c, v_int(t->id)));
	return store_all(&c, sizeof *t->organs, organ_row, (void **)&t->organs, &t->organs_n);
}

enum err store_text_add(struct store *s, const struct store_text *t, int64_t *ret_id)
{
	const struct store_value args[] = {
	    v_text(t->tree),   v_text(t->title),    v_bytes(t->text),    v_int(t->is_public),
	    v_int(t->decided), v_int(t->effective), v_int(t->created_ms)};

	return store_one(s, SQL_TEXT_ADD, args, ARRAY_LEN(args), ERR_IO, ret_id);
}

enum err store_text_fill(struct store *s, int64_t id, struct slice title, struct slice text)
{
	const struct store_value args[] = {v_int(id), v_text(title), v_bytes(text)};

	return store_one(s, SQL_TEXT_FILL, args, ARRAY_LEN(args), ERR_NOT_FOUND, NULL);
}

enum err store_text_adopted(struct store *s, int64_t id, struct slice organ)
{
	return RUN(s, SQL_TEXT_ADOPTED, v_int(id), v_text(organ));
}

enum err store_texts(struct store *s, struct slice tree, struct arena *a, struct store_text **ret,
		     size_t *ret_n)
{
	struct cursor c;

	TRY(OPEN(s, SQL_TEXTS, a, &c, v_text(tree)));
	TRY(store_all(&c, sizeof **ret, text_row, (void **)ret, ret_n));
	for (size_t i = 0; i < *ret_n; i++)
		TRY(adopters(s, a, &(*ret)[i]));
	return OK;
}

enum err store_text_get(struct store *s, int64_t id, struct arena *a, struct store_text *ret)
{
	struct store_text *rows;
	struct cursor c;
	size_t n;

	TRY(OPEN(s, SQL_TEXT, a, &c, v_int(id)));
	TRY(store_all(&c, sizeof *rows, text_row, (void **)&rows, &n));
	if (n == 0)
		return ERR_NOT_FOUND;
	TRY(adopters(s, a, &rows[0]));
	*ret = rows[0];
	return OK;
}

static void appointment_row(struct cursor *c, void *row)
{
	struct store_appointment *v = row;

	v->id = cursor_int(c);
	v->login = cursor_text(c);
	v->office = cursor_text(c);
	v->from = (int32_t)cursor_int(c);
	v->to = (int32_t)cursor_int(c);
}

enum err store_appoint(struct store *s, const struct store_appointment *v, int64_t *ret_id)
{
	const struct store_value args[] = {v_text(v->login), v_text(v->office), v_int(v->from),
					   v_int(v->to)};

	return store_one(s, SQL_APPOINT, args, ARRAY_LEN(args), ERR_IO, ret_id);
}

enum err store_appointment_end(struct store *s, int64_t id, int32_t to)
{
	const struct store_value args[] = {v_int(id), v_int(to)};

	return store_one(s, SQL_APPOINTMENT_END, args, ARRAY_LEN(args), ERR_NOT_FOUND, NULL);
}

enum err store_appointments(struct store *s, struct arena *a, struct store_appointment **ret,
			    size_t *ret_n)
{
	struct cursor c;

	TRY(store_query(s, SQL_APPOINTMENTS, a, &c, NULL, 0));
	return store_all(&c, sizeof **ret, appointment_row, (void **)ret, ret_n);
}

/* -- the summary: gathered while a step is open, written in one go before it commits ----------- */

static enum err put_tally(struct store *s, const struct tally *t)
{
	return RUN(s, SQL_TALLY_ADD, v_text(slice_of(t->kind, t->kind_n)),
		   v_text(slice_of(t->name, t->name_n)), v_int((int64_t)t->n),
		   v_int((int64_t)t->last_entry), v_int(t->last_ms));
}

enum err tallies_flush(struct store *s)
{
	struct step_memory *m = store_memory(s);
	size_t n = m->tallies;

	m->tallies = 0;
	for (size_t i = 0; i < n; i++)
		TRY(put_tally(s, &m->tally[i]));
	return OK;
}

static bool same_tally(const struct tally *t, struct slice kind, struct slice name)
{
	return slice_eq(slice_of(t->kind, t->kind_n), kind) &&
	       slice_eq(slice_of(t->name, t->name_n), name);
}

enum err store_tally_add(struct store *s, const char *kind, struct slice name, uint64_t index,
			 int64_t at_ms)
{
	struct step_memory *m = store_memory(s);
	struct slice k = slice_str(kind);
	size_t i = 0;

	BUG_IF(!store_in_step(s));
	if (k.n > sizeof m->tally->kind || name.n > sizeof m->tally->name)
		return ERR_LIMIT;
	while (i < m->tallies && !same_tally(&m->tally[i], k, name))
		i++;
	if (i == ARRAY_LEN(m->tally)) {
		TRY(tallies_flush(s));
		i = 0;
	}
	if (i == m->tallies) {
		struct tally *t = &m->tally[m->tallies++];

		*t = (struct tally){.kind_n = k.n, .name_n = name.n};
		memcpy(t->kind, k.p, k.n);
		memcpy(t->name, name.p, name.n);
	}
	m->tally[i].n++;
	m->tally[i].last_entry = index;
	m->tally[i].last_ms = at_ms;
	return OK;
}

static enum err tally_row(struct cursor *c, struct store_tally *ret)
{
	struct store_tally t = {0};

	if (cursor_next(c)) {
		t.n = (uint64_t)cursor_int(c);
		t.index = (uint64_t)cursor_int(c);
		t.at_ms = cursor_int(c);
	}
	TRY(cursor_close(c));
	*ret = t;
	return OK;
}

enum err store_tally(struct store *s, const char *kind, struct slice name, struct store_tally *ret)
{
	struct cursor c;

	TRY(tallies_flush(s));
	TRY(OPEN(s, SQL_TALLY, NULL, &c, v_text(slice_str(kind)), v_text(name)));
	return tally_row(&c, ret);
}

enum err store_stream_tally(struct store *s, struct slice stream, struct store_tally *ret)
{
	struct cursor c;

	TRY(OPEN(s, SQL_STREAM_TALLY, NULL, &c, v_text(stream)));
	return tally_row(&c, ret);
}
