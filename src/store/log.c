/* log: entries, erasable values, facts of the city. */
#include "store/log.h"
#include "store/driver.h"

static void entry_row(struct cursor *c, void *row)
{
	struct log_row *r = row;

	r->index = (uint64_t)cursor_int(c);
	r->stream = cursor_text(c);
	r->text = cursor_text(c);
}

static void value_row(struct cursor *c, void *row)
{
	struct log_value *v = row;

	v->index = (uint64_t)cursor_int(c);
	v->key = cursor_text(c);
	v->salt = cursor_text(c);
	v->value = cursor_text(c);
}

enum err store_log_size(struct store *s, uint64_t *ret)
{
	int64_t n;

	TRY(store_one(s, SQL_LOG_SIZE, NULL, 0, ERR_IO, &n));
	*ret = (uint64_t)n;
	return OK;
}

enum err store_log_add(struct store *s, const struct log_row *row)
{
	BUG_IF(!store_in_step(s));
	return RUN(s, SQL_LOG_ADD, v_int((int64_t)row->index), v_text(row->stream),
		   v_bytes(row->text));
}

enum err store_log_range(struct store *s, uint64_t from, size_t max, struct arena *a,
			 struct log_row **ret, size_t *ret_n)
{
	struct cursor c;

	TRY(OPEN(s, SQL_LOG_RANGE, a, &c, v_int((int64_t)from), v_int((int64_t)max)));
	return store_all(&c, sizeof **ret, entry_row, (void **)ret, ret_n);
}

enum err store_log_stream(struct store *s, struct slice stream, struct arena *a,
			  struct log_row **ret, size_t *ret_n)
{
	struct cursor c;

	TRY(OPEN(s, SQL_LOG_STREAM, a, &c, v_text(stream)));
	return store_all(&c, sizeof **ret, entry_row, (void **)ret, ret_n);
}

enum err store_value_add(struct store *s, const struct log_value *v)
{
	BUG_IF(!store_in_step(s));
	return RUN(s, SQL_VALUE_ADD, v_int((int64_t)v->index), v_text(v->key), v_bytes(v->salt),
		   v_bytes(v->value));
}

enum err store_values(struct store *s, uint64_t index, struct arena *a, struct log_value **ret,
		      size_t *ret_n)
{
	struct cursor c;

	TRY(OPEN(s, SQL_VALUES, a, &c, v_int((int64_t)index)));
	return store_all(&c, sizeof **ret, value_row, (void **)ret, ret_n);
}

enum err store_values_erase(struct store *s, struct slice stream, uint64_t *ret_n)
{
	struct cursor c;
	uint64_t n = 0;

	BUG_IF(!store_in_step(s));
	TRY(OPEN(s, SQL_VALUES_ERASE, NULL, &c, v_text(stream)));
	while (cursor_next(&c))
		n++;
	TRY(cursor_close(&c));
	*ret_n = n;
	return OK;
}

enum err store_fact_set(struct store *s, const char *key, struct slice value)
{
	return RUN(s, SQL_FACT_SET, v_text(slice_str(key)), v_text(value));
}

enum err store_fact(struct store *s, const char *key, struct arena *a, struct slice *ret)
{
	struct cursor c;
	struct slice v = {0};
	bool found = false;

	TRY(OPEN(s, SQL_FACT, a, &c, v_text(slice_str(key))));
	if (cursor_next(&c)) {
		v = cursor_text(&c);
		found = true;
	}
	TRY(cursor_close(&c));
	if (!found)
		return ERR_NOT_FOUND;
	*ret = v;
	return OK;
}
