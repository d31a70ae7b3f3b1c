/*
 * opc: docx, xlsx and pptx: the members of the archive are the parts that the tables name, content
 * types and relationships are what our writer prints for them, and everything hangs together.
 */
#include "verify/archive.h"
#include "verify/markup.h"
#include "verify/part.h"

#include <stdio.h>
#include <stdlib.h>
#include "names/field.h"

#define TYPES_NAME "[Content_Types].xml"
#define ROOT_RELS "_rels/.rels"
#define RELS_TYPE "application/vnd.openxmlformats-package.relationships+xml"
#define XML_HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
#define NUMBER_MAX 999999

struct opc_part {
	const struct archive_member *member, *rels; /* rels may be NULL */
	enum names_part_id id;
	uint32_t number;   /* 0 where its kind has none */
	const char *image; /* grammar of an image, or NULL */
	struct relation *relations;
	size_t n_relations, cap;
	bool reached;
};

struct opc {
	struct verify *v;
	unsigned family;
	struct archive archive;
	struct opc_part *parts;
	size_t n, cap;
	size_t *by_name; /* indices of parts, in the order of their names */
	struct buf scratch;
};

/* ---- members ---- */

static enum err bad_member(struct opc *o, const struct archive_member *m, const char *what)
{
	return verify_bad(o->v, m->at, "%s: %.*s", what, (int)(m->name.n < 80 ? m->name.n : 80),
			  (const char *)m->name.p);
}

/* Takes `prefix` off the start of *s. */
static bool eat(struct slice *s, const char *prefix)
{
	if (!slice_starts(*s, slice_str(prefix)))
		return false;
	*s = slice_from(*s, strlen(prefix));
	return true;
}

/* A number without leading zero; its length in digits, 0 where there is none. */
static size_t eat_number(struct slice *s, uint32_t *ret)
{
	size_t n = 0;
	uint64_t value = 0;

	while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9')
		n++;
	if (n == 0 || s->p[0] == '0' || !slice_u64(slice_head(*s, n), &value) || value > NUMBER_MAX)
		return 0;
	*s = slice_from(*s, n);
	*ret = (uint32_t)value;
	return n;
}

/* Whether `name` (without the family's folder) is one of a part of kind p. */
static bool is_named(const struct names_part *p, struct slice name, struct opc_part *ret)
{
	static const char *const images[][2] = {{".png", "png"}, {".jpg", "jpeg"}};
	struct opc_part part = {.id = p->id};

	if (!eat(&name, p->stem) || (p->numbered && eat_number(&name, &part.number) == 0))
		return false;
	if (p->type) {
		*ret = part;
		return slice_eq_str(name, ".xml");
	}
	for (size_t i = 0; i < ARRAY_LEN(images); i++)
		if (slice_eq_str(name, images[i][0])) {
			part.image = images[i][1];
			*ret = part;
			return true;
		}
	return false;
}

/* Finds out which part a member is by its name. */
static bool classify(const struct opc *o, struct slice name, struct opc_part *ret)
{
	if (!eat(&name, names_family_dir(o->family)) || !eat(&name, "/"))
		return false;
	for (int id = PART_NONE + 1; id < PART_END; id++) {
		const struct names_part *p = names_part((enum names_part_id)id);

		if (p->families & o->family && is_named(p, name, ret))
			return true;
	}
	return false;
}

/* dir/name.xml has its relationships in dir/_rels/name.xml.rels */
static bool is_rels_of(struct slice rels, struct slice part)
{
	size_t slash = slice_rfind(part, S("/"));
	struct slice dir = slice_head(part, slash + 1), file = slice_from(part, slash + 1);

	if (!slice_starts(rels, dir))
		return false;
	rels = slice_from(rels, dir.n);
	if (!eat(&rels, "_rels/") || !slice_starts(rels, file))
		return false;
	return slice_eq_str(slice_from(rels, file.n), ".rels");
}

/* Parts of one kind come once, or in the order of their numbers. */
static enum err add_part(struct opc *o, const struct opc_part *part, uint32_t *last)
{
	if (part->number ? part->number <= *last : *last > 0)
		return bad_member(o, part->member, "a part out of its order");
	*last = part->number ? part->number : 1;
	TRY(arena_grow(o->v->arena, (void **)&o->parts, o->n, &o->cap, sizeof *part));
	o->parts[o->n++] = *part;
	return OK;
}

static enum err read_members(struct opc *o)
{
	const struct archive_member *m = o->archive.members;
	uint32_t last[PART_END] = {0};

	if (o->archive.n < 3 || !slice_eq_str(m[0].name, TYPES_NAME) ||
	    !slice_eq_str(m[1].name, ROOT_RELS))
		return verify_bad(o->v, 0, "a package begins with its types and relationships");
	for (size_t i = 2; i < o->archive.n; i++) {
		struct opc_part part;

		if (!classify(o, m[i].name, &part))
			return bad_member(o, &m[i], "no part of this kind of document");
		part.member = &m[i];
		if (i + 1 < o->archive.n && is_rels_of(m[i + 1].name, m[i].name))
			part.rels = &m[++i];
		TRY(add_part(o, &part, &last[part.id]));
	}
	return OK;
}

struct name_key {
	struct slice name;
	size_t part;
};

static int compare_keys(const void *a, const void *b)
{
	const struct name_key *x = a, *y = b;

	return slice_cmp(x->name, y->name);
}

static enum err sort_names(struct opc *o)
{
	struct name_key *keys = arena_array(o->v->arena, o->n, sizeof *keys);

	o->by_name = arena_array(o->v->arena, o->n, sizeof *o->by_name);
	if (!keys || !o->by_name)
		return ERR_MEMORY;
	for (size_t i = 0; i < o->n; i++)
		keys[i] = (struct name_key){o->parts[i].member->name, i};
	qsort(keys, o->n, sizeof *keys, compare_keys);
	for (size_t i = 0; i < o->n; i++)
		o->by_name[i] = keys[i].part;
	return OK;
}

/* Index of the part with that name, or SIZE_MAX. */
static size_t find_part(const struct opc *o, struct slice name)
{
	size_t lo = 0, hi = o->n;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		int c = slice_cmp(name, o->parts[o->by_name[mid]].member->name);

		if (c == 0)
			return o->by_name[mid];
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return SIZE_MAX;
}

/* ---- content types: printed as our writer would, and compared ---- */

static void print_default(struct buf *b, const char *ext, const char *type)
{
	buf_printf(b, "<Default Extension=\"%s\" ContentType=\"%s\"/>", ext, type);
}

static bool has_image(const struct opc *o, const char *grammar)
{
	for (size_t i = 0; i < o->n; i++)
		if (o->parts[i].image && strcmp(o->parts[i].image, grammar) == 0)
			return true;
	return false;
}

static void print_types(const struct opc *o, struct buf *b)
{
	buf_str(b, XML_HEAD "<Types xmlns=\"");
	buf_str(b, names_ns(NS_CT)->uri);
	buf_str(b, "\">");
	if (has_image(o, "jpeg"))
		print_default(b, "jpg", "image/jpeg");
	if (has_image(o, "png"))
		print_default(b, "png", "image/png");
	print_default(b, "rels", RELS_TYPE);
	for (size_t i = 0; i < o->n; i++) {
		const struct opc_part *p = &o->parts[i];

		if (p->image)
			continue;
		buf_str(b, "<Override PartName=\"/");
		buf_slice(b, p->member->name);
		buf_printf(b, "\" ContentType=\"%s\"/>", names_part(p->id)->type);
	}
	buf_str(b, "</Types>");
}

static enum err check_types(struct opc *o)
{
	struct slice data;
	AUTO_BUF want;

	buf_init(&want, SIZE_MAX / 2);
	TRY(archive_read(o->v, &o->archive.members[0], &o->scratch, &data));
	print_types(o, &want);
	TRY(buf_err(&want));
	if (!slice_eq(data, buf_view(&want)))
		return verify_bad(o->v, 0, "the content types are not those of the parts");
	return OK;
}

/* ---- relationships ---- */

/* The attributes of one Relationship, in the order in which they must come. */
enum { REL_ID, REL_TYPE, REL_TARGET, REL_MODE, REL_ATTRS };

struct rels {
	struct opc *o;
	struct opc_part *source; /* NULL: the package */
	unsigned depth, n;
	unsigned attrs; /* seen of the current one */
	const struct names_relation *row;
	struct slice target; /* in the arena */
	size_t main;         /* of the package: index of its main part */
};

static enum err bad_rel(struct rels *r, size_t at, const char *what)
{
	return verify_bad(r->o->v, at, "relationship %u: %s", r->n, what);
}

static enum err rel_open(void *ctx, struct markup_name name, size_t at)
{
	struct rels *r = ctx;
	const char *want = r->depth == 0 ? "Relationships" : "Relationship";

	if (r->depth > 1 || name.ns != NS_REL || !slice_eq_str(name.local, want))
		return bad_rel(r, at, "an element that does not belong here");
	if (r->depth++ == 1) {
		r->n++;
		r->attrs = 0;
	}
	return OK;
}

static enum err rel_value(struct rels *r, struct slice value, size_t at)
{
	char id[16];

	if (r->attrs == REL_ID) {
		snprintf(id, sizeof id, "rId%u", r->n);
		return slice_eq_str(value, id) ? OK : bad_rel(r, at, "its id is not its number");
	}
	if (r->attrs == REL_TYPE) {
		r->row = names_relation(value);
		if (!r->row || r->row->finding || !slice_eq_str(value, r->row->uri))
			return bad_rel(r, at, "its type may not pass");
		return OK;
	}
	if (r->attrs == REL_TARGET) {
		r->target = arena_copy(r->o->v->arena, value);
		return r->target.p ? OK : ERR_MEMORY;
	}
	return slice_eq_str(value, "External") ? OK : bad_rel(r, at, "an unknown mode");
}

static enum err rel_attr(void *ctx, struct markup_name name, struct slice value, size_t at)
{
	static const char *const order[REL_ATTRS] = {"Id", "Type", "Target", "TargetMode"};
	struct rels *r = ctx;

	if (r->depth != 2 || r->attrs == REL_ATTRS || name.ns != NS_NONE ||
	    !slice_eq_str(name.local, order[r->attrs]))
		return bad_rel(r, at, "an attribute that does not belong here");
	TRY(rel_value(r, value, at));
	r->attrs++;
	return OK;
}

static enum err rel_text(void *ctx, struct slice text, size_t at)
{
	(void)text;
	return bad_rel(ctx, at, "text where none may stand");
}

static enum err add_relation(struct rels *r, struct relation relation)
{
	struct opc_part *s = r->source;

	TRY(arena_grow(r->o->v->arena, (void **)&s->relations, s->n_relations, &s->cap,
		       sizeof relation));
	s->relations[s->n_relations++] = relation;
	return OK;
}

static enum err add_link(struct rels *r, size_t at)
{
	const struct names_relation *row = names_relation_link();
	struct opc_part *s = r->source;

	if (r->row != row || !s || !(row->sources >> s->id & 1) || !names_link_ok(r->target))
		return bad_rel(r, at, "an external target that may not pass");
	return add_relation(r, (struct relation){row, PART_NONE, SIZE_MAX, false});
}

static enum err add_target(struct rels *r, size_t at)
{
	struct opc_part *s = r->source;
	struct slice name = r->target;
	size_t part;
	const struct names_relation *row;

	if (!eat(&name, "/") || (part = find_part(r->o, name)) == SIZE_MAX)
		return bad_rel(r, at, "its target is no part of the package");
	if (!s) {
		if (r->n != 1 || strcmp(r->row->uri, names_relation_main()->uri) != 0 ||
		    r->o->parts[part].id != names_family_main(r->o->family))
			return bad_rel(r, at, "the package leads to its main part only");
		r->main = part;
		return OK;
	}
	row = names_relation_between(s->id, r->o->parts[part].id);
	if (!row || strcmp(row->uri, r->row->uri) != 0)
		return bad_rel(r, at, "such a part may not lead to such a target");
	for (size_t i = 0; row->implicit && i < s->n_relations; i++)
		if (s->relations[i].row == row)
			return bad_rel(r, at, "a second one of a kind that comes once");
	return add_relation(r, (struct relation){row, r->o->parts[part].id, part, row->implicit});
}

static enum err rel_close(void *ctx, size_t at)
{
	struct rels *r = ctx;

	if (r->depth-- != 2)
		return OK;
	if (r->attrs == REL_ATTRS)
		return add_link(r, at);
	if (r->attrs == REL_MODE)
		return add_target(r, at);
	return bad_rel(r, at, "an attribute is missing");
}

/* Reads the relationships of a part, or of the package; *ret_main is its main part. */
static enum err read_rels(struct opc *o, const struct archive_member *m, struct opc_part *source,
			  size_t *ret_main)
{
	struct rels r = {.o = o, .source = source, .main = SIZE_MAX};
	struct markup_sink sink = {rel_open, rel_attr, rel_text, rel_close, &r};
	struct slice data;

	TRY(archive_read(o->v, m, &o->scratch, &data));
	TRY(markup_read(o->v, data, &sink));
	if (r.n == 0)
		return bad_member(o, m, "no relationship in it");
	if (ret_main)
		*ret_main = r.main;
	return OK;
}

/* Marks all parts that can be reached from part `from`. */
static enum err reach(struct opc *o, size_t from)
{
	size_t *queue = arena_array(o->v->arena, o->n, sizeof *queue), head = 0, tail = 0;

	if (!queue)
		return ERR_MEMORY;
	queue[tail++] = from;
	o->parts[from].reached = true;
	while (head < tail) {
		const struct opc_part *p = &o->parts[queue[head++]];

		for (size_t i = 0; i < p->n_relations; i++) {
			size_t to = p->relations[i].part;

			if (to == SIZE_MAX || o->parts[to].reached)
				continue;
			o->parts[to].reached = true;
			queue[tail++] = to;
		}
	}
	return OK;
}

/* ---- the whole ---- */

static enum err check_relations(struct opc *o)
{
	size_t main = SIZE_MAX;

	TRY(read_rels(o, &o->archive.members[1], NULL, &main));
	for (size_t i = 0; i < o->n; i++)
		if (o->parts[i].rels) {
			if (o->parts[i].image)
				return bad_member(o, o->parts[i].rels, "an image leads nowhere");
			TRY(read_rels(o, o->parts[i].rels, &o->parts[i], NULL));
		}
	TRY(reach(o, main));
	for (size_t i = 0; i < o->n; i++)
		if (!o->parts[i].reached)
			return bad_member(o, o->parts[i].member, "nothing leads to this part");
	return OK;
}

static enum err check_part(struct opc *o, struct opc_part *p)
{
	struct slice data;

	TRY(archive_read(o->v, p->member, &o->scratch, &data));
	if (p->image)
		return verify_part(o->v, p->member->name, slice_str(p->image), data);
	TRY(part_verify(o->v, p->id, data, p->relations, p->n_relations));
	for (size_t i = 0; i < p->n_relations; i++)
		if (!p->relations[i].used)
			return bad_member(o, p->rels, "a relationship that nothing uses");
	return OK;
}

static void name_part(struct diag *d, struct slice name)
{
	if (d && !d->part[0])
		snprintf(d->part, sizeof d->part, "%.*s", (int)name.n, (const char *)name.p);
}

static enum err verify_members(struct opc *o)
{
	TRY(read_members(o));
	TRY(sort_names(o));
	TRY(check_types(o));
	TRY(check_relations(o));
	for (size_t i = 0; i < o->n; i++) {
		enum err e = check_part(o, &o->parts[i]);

		if (e != OK) {
			name_part(o->v->d, o->parts[i].member->name);
			return e;
		}
	}
	return OK;
}

static enum err verify_package(struct verify *v, struct slice out, const char *id)
{
	struct opc o = {.v = v, .family = names_family(slice_str(id))};
	enum err e;

	TRY(archive_open(v, out, &o.archive));
	buf_init(&o.scratch, v->limits->inflated_bytes);
	e = verify_members(&o);
	buf_free(&o.scratch);
	return e;
}

enum err verify_docx(struct verify *v, struct slice out)
{
	return verify_package(v, out, "docx");
}

enum err verify_xlsx(struct verify *v, struct slice out)
{
	return verify_package(v, out, "xlsx");
}

enum err verify_pptx(struct verify *v, struct slice out)
{
	return verify_package(v, out, "pptx");
}
