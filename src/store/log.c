/* log: entries, erasable values, facts of the city. */
#include "store/log.h"
#include <sodium.h>
#include "base/reader.h"
#include "os/rand.h"
#include "store/driver.h"

static void entry_row(struct cursor *c, void *row)
{
	struct log_row *r = row;

	r->index = (uint64_t)cursor_int(c);
	r->stream = cursor_text(c);
	r->text = cursor_text(c);
}

enum err store_log_size(struct store *s, uint64_t *ret)
{
	struct step_memory *m = store_memory(s);
	int64_t n;

	if (!m->entries_known) {
		TRY(store_one(s, SQL_LOG_SIZE, NULL, 0, ERR_IO, &n));
		m->entries = (uint64_t)n;
		m->entries_known = store_in_step(s) || store_in_turn(s);
	}
	*ret = m->entries;
	return OK;
}

enum err store_log_add(struct store *s, const struct log_row *row)
{
	BUG_IF(!store_in_step(s));
	TRY(RUN(s, SQL_LOG_ADD, v_int((int64_t)row->index), v_text(row->stream),
		v_bytes(row->text)));
	store_memory(s)->entries_known = true;
	store_memory(s)->entries = row->index + 1;
	return OK;
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

void store_random(struct store *s, void *ret, size_t n)
{
	struct step_memory *m = store_memory(s);

	BUG_IF(n > sizeof m->random);
	if (n > m->random_left) {
		rand_bytes(m->random, sizeof m->random);
		m->random_left = sizeof m->random;
	}
	m->random_left -= n;
	memcpy(ret, m->random + m->random_left, n);
	sodium_memzero(m->random + m->random_left, n);
}

/* The body of a row: per value u8 length and key, salt, u32 length (big-endian) and value. */
enum err store_values_add(struct store *s, uint64_t index, const struct log_value *v, size_t n)
{
	enum err e;
	AUTO_BUF body;

	BUG_IF(!store_in_step(s) || n > LOG_VALUES_MAX);
	buf_init(&body, 1u << 20);
	for (size_t i = 0; i < n; i++) {
		BUG_IF(v[i].key.n > UINT8_MAX || v[i].salt.n != LOG_SALT);
		buf_byte(&body, (uint8_t)v[i].key.n);
		buf_slice(&body, v[i].key);
		buf_slice(&body, v[i].salt);
		buf_u32be(&body, (uint32_t)v[i].value.n);
		buf_slice(&body, v[i].value);
	}
	e = buf_err(&body);
	if (e == OK && n > 0)
		e = RUN(s, SQL_VALUES_ADD, v_int((int64_t)index), v_int((int64_t)n),
			v_bytes(buf_view(&body)));
	if (body.p)
		sodium_memzero(body.p, body.n);
	return e;
}

static enum err parse_values(struct slice body, struct arena *a, struct log_value **ret,
			     size_t *ret_n)
{
	struct log_value *v = arena_array(a, LOG_VALUES_MAX, sizeof *v);
	struct reader r = reader_of(body);
	size_t n = 0;

	if (!v)
		return ERR_MEMORY;
	for (; reader_left(&r) > 0; n++) {
		if (n == LOG_VALUES_MAX)
			return ERR_CRYPTO;
		v[n].key = reader_take(&r, reader_u8(&r));
		v[n].salt = reader_take(&r, LOG_SALT);
		v[n].value = reader_take(&r, reader_u32be(&r));
	}
	if (!reader_ok(&r))
		return ERR_CRYPTO;
	*ret = v;
	*ret_n = n;
	return OK;
}

enum err store_values(struct store *s, uint64_t index, struct arena *a, struct log_value **ret,
		      size_t *ret_n)
{
	struct slice body = {0};
	struct cursor c;

	TRY(OPEN(s, SQL_VALUES, a, &c, v_int((int64_t)index)));
	if (cursor_next(&c))
		body = cursor_text(&c);
	TRY(cursor_close(&c));
	return parse_values(body, a, ret, ret_n);
}

enum err store_values_erase(struct store *s, struct slice stream, uint64_t *ret_n)
{
	struct cursor c;
	uint64_t n = 0;

	BUG_IF(!store_in_step(s));
	TRY(OPEN(s, SQL_VALUES_ERASE, NULL, &c, v_text(stream)));
	while (cursor_next(&c))
		n += (uint64_t)cursor_int(&c);
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
