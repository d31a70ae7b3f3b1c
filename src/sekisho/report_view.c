#include "sekisho/report_view.h"

#include <stdio.h>
#include <string.h>
#include "base/utf8.h"

enum shape { TEXT, TEXT_OR_NULL, COUNT, ITEMS };

struct key {
	const char *name;
	enum shape shape;
};

static const struct key report_keys[] = {
    {"type_in", TEXT_OR_NULL}, {"type_out", TEXT_OR_NULL}, {"marking", TEXT_OR_NULL},
    {"text_in", COUNT},        {"text_out", COUNT},        {"pages", COUNT},
    {"sheets", COUNT},         {"slides", COUNT},          {"pictures", COUNT},
    {"bytes_in", COUNT},       {"bytes_out", COUNT},       {"dropped", COUNT},
    {"items", ITEMS},
};

static const struct key item_keys[] = {
    {"act", TEXT},  {"finding", TEXT}, {"severity", TEXT}, {"ja", TEXT},     {"en", TEXT},
    {"part", TEXT}, {"place", TEXT},   {"detail", TEXT},   {"count", COUNT},
};

static const char *const acts[] = {"removed", "replaced", "changed", "hidden", "held", "note"};

static bool has_shape(const json_t *v, enum shape shape)
{
	switch (shape) {
	case TEXT:
		return json_is_string(v);
	case TEXT_OR_NULL:
		return json_is_string(v) || json_is_null(v);
	case COUNT:
		return json_is_integer(v) && json_integer_value(v) >= 0;
	case ITEMS:
		return json_is_array(v);
	}
	return false;
}

/* Exactly the keys of the table. */
static bool has_keys(const json_t *o, const struct key *keys, size_t n)
{
	if (!json_is_object(o) || json_object_size(o) != n)
		return false;
	for (size_t i = 0; i < n; i++) {
		const json_t *v = json_object_get(o, keys[i].name);

		if (!v || !has_shape(v, keys[i].shape))
			return false;
	}
	return true;
}

static struct slice text_of(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return slice_of(json_string_value(v), json_string_length(v));
}

static bool good_item(const json_t *item)
{
	struct slice act;
	bool known = false;

	if (!has_keys(item, item_keys, ARRAY_LEN(item_keys)))
		return false;
	act = text_of(item, "act");
	for (size_t i = 0; i < ARRAY_LEN(acts); i++)
		known |= slice_eq_str(act, acts[i]);
	return known && finding_by_id(text_of(item, "finding"));
}

enum err report_view_parse(struct slice json, struct report_view *ret)
{
	struct report_view v = {json_loadb((const char *)json.p, json.n,
					   JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL)};
	size_t i;
	json_t *item;
	bool good = v.root && has_keys(v.root, report_keys, ARRAY_LEN(report_keys));

	if (good)
		json_array_foreach(json_object_get(v.root, "items"), i, item) good =
		    good && good_item(item);
	if (!good) {
		report_view_free(&v);
		return ERR_SYNTAX;
	}
	*ret = v;
	return OK;
}

void report_view_free(struct report_view *v)
{
	json_decref(v->root);
	v->root = NULL;
}

uint64_t report_view_count(const struct report_view *v, const char *act)
{
	uint64_t n = 0;
	size_t i;
	json_t *item;

	json_array_foreach(json_object_get(v->root, "items"), i, item)
	{
		struct slice is = text_of(item, "act");

		if (act ? slice_eq_str(is, act) : !slice_eq_str(is, "note"))
			n += (uint64_t)json_integer_value(json_object_get(item, "count"));
	}
	return n;
}

const struct finding *report_view_held(const struct report_view *v)
{
	size_t i;
	json_t *item;

	json_array_foreach(
	    json_object_get(v->root, "items"), i,
	    item) if (slice_eq_str(text_of(item, "act"),
				   "held")) return finding_by_id(text_of(item, "finding"));
	return NULL;
}

struct slice report_view_marking(const struct report_view *v)
{
	return text_of(v->root, "marking");
}

void print_tame(struct buf *out, struct slice s)
{
	while (s.n > 0) {
		uint32_t cp = 0;
		size_t n = utf8_next(s, &cp);

		if (n == 0 || cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || utf8_is_invisible(cp))
			buf_byte(out, '?');
		else
			buf_slice(out, slice_head(s, n));
		s = slice_from(s, n ? n : 1);
	}
}

void print_count(struct buf *out, uint64_t n)
{
	char digits[24];
	int k = snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);

	for (int i = 0; i < k; i++) {
		if (i > 0 && (k - i) % 3 == 0)
			buf_byte(out, ',');
		buf_byte(out, (uint8_t)digits[i]);
	}
}

static void print_item(const json_t *item, const struct finding *f, bool ja, struct buf *out)
{
	/* Marks, not colours: a danger is seen on paper and read aloud. */
	static const char *const mark[] = {
	    [SEVERITY_INFO] = "  ・", [SEVERITY_NOTICE] = "  △", [SEVERITY_DANGER] = "  ×"};
	static const char *const mark_en[] = {
	    [SEVERITY_INFO] = "   -", [SEVERITY_NOTICE] = "   !", [SEVERITY_DANGER] = "   X"};
	struct slice part = text_of(item, "part"), place = text_of(item, "place");
	struct slice detail = text_of(item, "detail");
	json_int_t count = json_integer_value(json_object_get(item, "count"));

	buf_printf(out, "  %s %s", ja ? mark[f->severity] : mark_en[f->severity],
		   ja ? f->ja : f->en);
	if (part.n || place.n) {
		buf_str(out, ja ? "（" : " (");
		print_tame(out, part);
		if (part.n && place.n)
			buf_byte(out, ' ');
		print_tame(out, place);
		buf_str(out, ja ? "）" : ")");
	}
	if (count > 1)
		buf_printf(out, " ×%lld", (long long)count);
	if (detail.n) {
		buf_str(out, ja ? "「" : ": ");
		print_tame(out, detail);
		buf_str(out, ja ? "」" : "");
	}
	buf_byte(out, '\n');
}

void report_view_print(const struct report_view *v, bool ja, size_t most, const char *said,
		       struct buf *out)
{
	static const enum severity order[] = {SEVERITY_DANGER, SEVERITY_NOTICE, SEVERITY_INFO};
	const json_t *items = json_object_get(v->root, "items");
	size_t shown = 0, i;
	uint64_t more = (uint64_t)json_integer_value(json_object_get(v->root, "dropped"));
	json_t *item;

	for (size_t o = 0; o < ARRAY_LEN(order); o++)
		json_array_foreach(items, i, item)
		{
			const struct finding *f = finding_by_id(text_of(item, "finding"));

			if (f->severity != order[o] ||
			    (slice_eq_str(text_of(item, "act"), "held") &&
			     slice_eq_str(text_of(item, "detail"), said)))
				continue;
			if (shown++ < most)
				print_item(item, f, ja, out);
			else
				more++;
		}
	if (more)
		buf_printf(out,
			   ja ? "    ほか %llu 件（報告書にあります）\n"
			      : "    and %llu more (see the report)\n",
			   (unsigned long long)more);
}
