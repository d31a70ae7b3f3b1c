#include "format/report.h"

#include "base/utf8.h"

#define DETAIL_MAX ((size_t)200)
#define PART_MAX ((size_t)400)

void report_init(struct report *r, struct arena *arena, const struct limits *limits)
{
	*r = (struct report){.arena = arena, .max = limits->findings};
}

static uint32_t mix(uint32_t h, struct slice s)
{
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ s.p[i]) * 16777619u;
	return (h ^ 0xFFu) * 16777619u;
}

static uint32_t item_hash(const struct report_item *it)
{
	uint32_t h = 2166136261u ^ (uint32_t)it->act;

	h = mix(h, slice_str(it->finding));
	h = mix(h, it->part);
	h = mix(h, it->place);
	return mix(h, it->detail);
}

static bool item_eq(const struct report_item *a, const struct report_item *b)
{
	return a->act == b->act && a->finding == b->finding && slice_eq(a->part, b->part) &&
	       slice_eq(a->place, b->place) && slice_eq(a->detail, b->detail);
}

/* Appends what fits: cut between code points, U+FFFD for bad bytes and what people do not see. */
static void show(struct buf *b, struct slice s)
{
	while (s.n) {
		uint32_t cp = 0;
		size_t len = utf8_next(s, &cp);

		if (len == 0 || cp < 0x20 || (cp >= 0x7F && cp < 0xA0) || utf8_is_invisible(cp))
			cp = 0xFFFD;
		if (b->max - b->n < 4)
			break;
		utf8_put(b, cp);
		s = slice_from(s, len ? len : 1);
	}
}

/* A buf over fixed memory: it never grows, so nothing is allocated before an item is new. */
static struct buf fixed(uint8_t *p, size_t n)
{
	return (struct buf){.p = p, .cap = n, .max = n};
}

/* Makes room for one more item and its hash; false beyond the cap. */
static bool report_room(struct report *r)
{
	size_t n = r->index_n ? r->index_n * 2 : 64;

	if (r->n >= r->max ||
	    arena_grow(r->arena, (void **)&r->items, r->n, &r->cap, sizeof *r->items) != OK)
		return false;
	if (r->index_n > r->n * 2)
		return true;
	uint32_t *index = arena_array(r->arena, n, sizeof *index);

	if (!index)
		return false;
	for (size_t i = 0; i < r->n; i++) {
		size_t at = item_hash(&r->items[i]) & (n - 1);

		while (index[at])
			at = (at + 1) & (n - 1);
		index[at] = (uint32_t)i + 1;
	}
	r->index = index;
	r->index_n = n;
	return true;
}

void report_add(struct report *r, enum report_act act, const char *finding, struct slice part,
		struct slice place, struct slice detail)
{
	const struct finding *f = finding_by_id(slice_str(finding));
	struct report_item item = {.act = act, .count = 1};
	uint8_t room[PART_MAX + 2 * DETAIL_MAX];
	struct buf b_part = fixed(room, PART_MAX), b_place = fixed(room + PART_MAX, DETAIL_MAX);
	struct buf b_detail = fixed(room + PART_MAX + DETAIL_MAX, DETAIL_MAX);
	size_t at;

	BUG_IF(!f);
	item.finding = f->id;
	show(&b_part, r->within);
	if (r->within.n && part.n)
		show(&b_part, S("/"));
	show(&b_part, part);
	show(&b_place, place);
	show(&b_detail, detail);
	item.part = buf_view(&b_part);
	item.place = buf_view(&b_place);
	item.detail = buf_view(&b_detail);
	if (r->index_n) {
		at = item_hash(&item) & (r->index_n - 1);
		for (; r->index[at]; at = (at + 1) & (r->index_n - 1))
			if (item_eq(&r->items[r->index[at] - 1], &item)) {
				r->items[r->index[at] - 1].count++;
				return;
			}
	}
	if (arena_failed(r->arena) || !report_room(r)) {
		r->dropped++;
		return;
	}
	item.part = arena_copy(r->arena, item.part);
	item.place = arena_copy(r->arena, item.place);
	item.detail = arena_copy(r->arena, item.detail);
	r->items[r->n++] = item;
	at = item_hash(&item) & (r->index_n - 1);
	while (r->index[at])
		at = (at + 1) & (r->index_n - 1);
	r->index[at] = (uint32_t)r->n;
}

bool report_has(const struct report *r, const char *finding)
{
	for (size_t i = 0; i < r->n; i++)
		if (strcmp(r->items[i].finding, finding) == 0)
			return true;
	return false;
}

const char *report_act_str(enum report_act act)
{
	static const char *const words[] = {
	    [ACT_REMOVED] = "removed", [ACT_REPLACED] = "replaced", [ACT_CHANGED] = "changed",
	    [ACT_HIDDEN] = "hidden",   [ACT_HELD] = "held",         [ACT_NOTE] = "note",
	};

	return words[act];
}

static const char *severity_str(enum severity s)
{
	static const char *const words[] = {
	    [SEVERITY_INFO] = "info",
	    [SEVERITY_NOTICE] = "notice",
	    [SEVERITY_DANGER] = "danger",
	};

	return words[s];
}

static void put_str(struct buf *out, const char *key, const char *value)
{
	buf_printf(out, "\"%s\":", key);
	if (value)
		buf_json(out, slice_str(value));
	else
		buf_str(out, "null");
	buf_byte(out, ',');
}

static void put_item(struct buf *out, const struct report_item *it)
{
	const struct finding *f = finding_by_id(slice_str(it->finding));

	buf_byte(out, '{');
	put_str(out, "act", report_act_str(it->act));
	put_str(out, "finding", f->id);
	put_str(out, "severity", severity_str(f->severity));
	put_str(out, "ja", f->ja);
	put_str(out, "en", f->en);
	buf_str(out, "\"part\":");
	buf_json(out, it->part);
	buf_str(out, ",\"place\":");
	buf_json(out, it->place);
	buf_str(out, ",\"detail\":");
	buf_json(out, it->detail);
	buf_printf(out, ",\"count\":%u}", it->count);
}

void report_json(const struct report *r, struct buf *out)
{
	buf_byte(out, '{');
	put_str(out, "type_in", r->type_in);
	put_str(out, "type_out", r->type_out);
	buf_str(out, "\"marking\":");
	if (r->marking.n)
		buf_json(out, r->marking);
	else
		buf_str(out, "null");
	buf_printf(out, ",\"text_in\":%llu,\"text_out\":%llu,", (unsigned long long)r->text_in,
		   (unsigned long long)r->text_out);
	buf_printf(out, "\"pages\":%u,\"sheets\":%u,\"slides\":%u,\"pictures\":%u,", r->pages,
		   r->sheets, r->slides, r->pictures);
	buf_printf(out, "\"bytes_in\":%llu,\"bytes_out\":%llu,\"dropped\":%llu,\"items\":[",
		   (unsigned long long)r->bytes_in, (unsigned long long)r->bytes_out,
		   (unsigned long long)r->dropped);
	for (size_t i = 0; i < r->n; i++) {
		if (i)
			buf_byte(out, ',');
		put_item(out, &r->items[i]);
	}
	buf_str(out, "]}");
}
