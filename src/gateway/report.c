/* report: a worker's JSON, read as hostile input and printed anew from what was understood. */
#include <jansson.h>
#include "base/utf8.h"
#include "gateway/internal.h"
#include "names/finding.h"

#define ITEMS_MAX 5000u

struct key {
	const char *name;
	enum { STRING, STRING_OR_NULL, NUMBER, ITEMS } kind;
	size_t max;
};

static const struct key top_keys[] = {
    {"type_in", STRING_OR_NULL, 16},
    {"type_out", STRING_OR_NULL, 16},
    {"marking", STRING_OR_NULL, 512},
    {"text_in", NUMBER, 0},
    {"text_out", NUMBER, 0},
    {"pages", NUMBER, 0},
    {"sheets", NUMBER, 0},
    {"slides", NUMBER, 0},
    {"pictures", NUMBER, 0},
    {"bytes_in", NUMBER, 0},
    {"bytes_out", NUMBER, 0},
    {"dropped", NUMBER, 0},
    {"items", ITEMS, 0},
};

static const struct key item_keys[] = {
    {"act", STRING, 16},    {"finding", STRING, 64}, {"severity", STRING, 16},
    {"ja", STRING, 1024},   {"en", STRING, 1024},    {"part", STRING, 1024},
    {"place", STRING, 512}, {"detail", STRING, 512}, {"count", NUMBER, 0},
};

static struct slice text_of(const json_t *v)
{
	return slice_of(json_string_value(v), json_string_length(v));
}

static bool text_ok(struct slice s, size_t max)
{
	if (s.n > max || utf8_first_bad(s) != SIZE_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < 0x20 || s.p[i] == 0x7f)
			return false;
	return true;
}

static bool value_ok(const json_t *v, const struct key *k)
{
	if (k->kind == NUMBER)
		return json_is_integer(v) && json_integer_value(v) >= 0;
	if (k->kind == ITEMS)
		return json_is_array(v) && json_array_size(v) <= ITEMS_MAX;
	if (k->kind == STRING_OR_NULL && json_is_null(v))
		return true;
	return json_is_string(v) && text_ok(text_of(v), k->max);
}

/* Exactly the keys of the table, each of its kind. */
static bool object_ok(const json_t *o, const struct key *keys, size_t n)
{
	if (!json_is_object(o) || json_object_size(o) != n)
		return false;
	for (size_t i = 0; i < n; i++) {
		const json_t *v = json_object_get(o, keys[i].name);

		if (!v || !value_ok(v, &keys[i]))
			return false;
	}
	return true;
}

static bool act_ok(struct slice act)
{
	static const char *const acts[] = {"removed", "replaced", "changed",
					   "hidden",  "held",     "note"};

	for (size_t i = 0; i < ARRAY_LEN(acts); i++)
		if (slice_eq_str(act, acts[i]))
			return true;
	return false;
}

static void put_string(struct buf *b, const char *key, struct slice s)
{
	buf_printf(b, "\"%s\":", key);
	buf_json(b, s);
	buf_byte(b, ',');
}

/* Sentences and severity come from our own table, not from the worker. */
static enum err put_item(const json_t *item, struct buf *b, struct checked_report *r,
			 struct arena *a)
{
	struct slice act, finding;

	if (!object_ok(item, item_keys, ARRAY_LEN(item_keys)))
		return ERR_SYNTAX;
	act = text_of(json_object_get(item, "act"));
	finding = text_of(json_object_get(item, "finding"));
	if (!act_ok(act) || !finding_by_id(finding))
		return ERR_SYNTAX;
	if (slice_eq_str(act, "held") && r->held.n == 0) {
		r->held = arena_copy(a, finding);
		if (!r->held.p)
			return ERR_MEMORY;
	}
	buf_byte(b, '{');
	put_string(b, "act", act);
	put_string(b, "finding", finding);
	put_string(b, "part", text_of(json_object_get(item, "part")));
	put_string(b, "place", text_of(json_object_get(item, "place")));
	put_string(b, "detail", text_of(json_object_get(item, "detail")));
	buf_printf(b, "\"count\":%lld}",
		   (long long)json_integer_value(json_object_get(item, "count")));
	return OK;
}

static enum err put_all(const json_t *o, struct buf *b, struct checked_report *r, struct arena *a)
{
	const json_t *items = json_object_get(o, "items");

	buf_byte(b, '{');
	for (size_t i = 0; i < ARRAY_LEN(top_keys); i++) {
		const json_t *v = json_object_get(o, top_keys[i].name);

		if (top_keys[i].kind == NUMBER)
			buf_printf(b, "\"%s\":%lld,", top_keys[i].name,
				   (long long)json_integer_value(v));
		else if (json_is_string(v))
			put_string(b, top_keys[i].name, text_of(v));
	}
	buf_str(b, "\"items\":[");
	for (size_t i = 0; i < json_array_size(items); i++) {
		if (i > 0)
			buf_byte(b, ',');
		TRY(put_item(json_array_get(items, i), b, r, a));
	}
	buf_str(b, "]}");
	return buf_err(b);
}

static enum err copy_key(const json_t *o, const char *key, struct arena *a, struct slice *ret)
{
	const json_t *v = json_object_get(o, key);

	if (!json_is_string(v))
		return OK;
	*ret = arena_copy(a, text_of(v));
	return ret->p ? OK : ERR_MEMORY;
}

static enum err check(const json_t *o, struct arena *a, struct checked_report *ret)
{
	struct checked_report r = {0};
	AUTO_BUF b;

	buf_init(&b, REPORT_MAX);
	if (!object_ok(o, top_keys, ARRAY_LEN(top_keys)))
		return ERR_SYNTAX;
	TRY(put_all(o, &b, &r, a));
	TRY(copy_key(o, "type_in", a, &r.type_in));
	TRY(copy_key(o, "marking", a, &r.marking));
	r.json = arena_copy(a, buf_view(&b));
	if (!r.json.p)
		return ERR_MEMORY;
	*ret = r;
	return OK;
}

enum err report_check(struct slice json, struct arena *a, struct checked_report *ret)
{
	json_t *o;
	enum err e;

	if (json.n == 0 || json.n > REPORT_MAX)
		return ERR_SYNTAX;
	o = json_loadb((const char *)json.p, json.n, JSON_REJECT_DUPLICATES, NULL);
	if (!o)
		return ERR_SYNTAX;
	e = check(o, a, ret);
	json_decref(o);
	return e;
}
