/*
 * References: what a relationship may lead to, pictures, and the rewriting of every id in a tree.
 */
#include "format/ooxml_part.h"
#include "format/placeholder.h"
#include "names/field.h"

#include <stdlib.h>

static int by_rel_id(const void *a, const void *b)
{
	const struct opc_rel *x = a, *y = b;

	return slice_cmp(x->id, y->id);
}

struct opc_rel *ooxml_rel(const struct ooxml *o, struct slice id)
{
	struct opc_rel *rels = o->current->rels;
	size_t from = 0, to = o->current->rels_n;

	while (from < to) {
		size_t mid = from + (to - from) / 2;
		int c = slice_cmp(rels[mid].id, id);

		if (c == 0)
			return &rels[mid];
		if (c < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return NULL;
}

/* An id that nothing in the tree can have by accident: attribute values hold no control. */
static struct slice adopted_id(struct ooxml *o, size_t set, struct slice id)
{
	return slice_str(
	    arena_printf(o->arena, "\x01%zu/%.*s", set, (int)id.n, (const char *)id.p));
}

static enum err adopt_rels(struct ooxml *o, const struct opc_rel *more, size_t n)
{
	struct ooxml_part *p = o->current;
	struct opc_rel *all = arena_array(o->arena, p->rels_n + n, sizeof *all);

	if (!all)
		return ERR_MEMORY;
	if (p->rels_n)
		memcpy(all, p->rels, p->rels_n * sizeof *all);
	for (size_t i = 0; i < n; i++) {
		all[p->rels_n + i] = more[i];
		all[p->rels_n + i].id = adopted_id(o, p->adopted, more[i].id);
		if (!all[p->rels_n + i].id.p)
			return ERR_MEMORY;
	}
	p->rels = all;
	p->rels_n += n;
	qsort(p->rels, p->rels_n, sizeof *p->rels, by_rel_id);
	return OK;
}

enum err ooxml_adopt(struct ooxml *o, struct slice id, struct xml_node *tree)
{
	const struct opc_rel *from = ooxml_rel(o, id);
	struct opc_rel *more = NULL;
	size_t n = 0;

	if (from && from->part)
		TRY(opc_rels(o->walk->opc, from->part, &more, &n));
	o->current->adopted++;
	for (struct xml_node *t = tree; t; t = xml_following(t, tree))
		for (struct xml_attr *a = t->attrs; a; a = a->next) {
			const struct names_attr *row = a->row;

			if (row && row->domain->kind == DOMAIN_RID && a->value.n)
				a->value = adopted_id(o, o->current->adopted, a->value);
		}
	if (arena_failed(o->arena))
		return ERR_MEMORY;
	return n ? adopt_rels(o, more, n) : OK;
}

enum names_part_id ooxml_member_part(const struct ooxml *o, const struct zip_member *m,
				     const char **ret_finding)
{
	const struct names_content_type *t = names_content_type(opc_type(o->walk->opc, m));

	*ret_finding = t ? t->finding : "unknown-part";
	return t ? t->part : PART_NONE;
}

/*
 * The part a relationship may lead to from the current one. A picture is one by its relationship:
 * whatever its content type says, its bytes decide.
 */
static enum names_part_id target_part(const struct ooxml *o, const struct opc_rel *rel,
				      const char **ret_finding)
{
	enum names_part_id id;
	const struct names_relation *way;

	*ret_finding = rel->row && rel->row->finding ? rel->row->finding : NULL;
	if (*ret_finding)
		return PART_NONE;
	if (!rel->row || rel->external || !rel->part) {
		*ret_finding = !rel->row                      ? "unknown-relationship"
			       : !rel->external               ? "dangling-relationship"
			       : rel->row->part == PART_IMAGE ? "external-image"
							      : "external-link";
		return PART_NONE;
	}
	id = rel->row->part == PART_IMAGE ? PART_IMAGE
					  : ooxml_member_part(o, rel->part, ret_finding);
	if (id == PART_NONE)
		return PART_NONE;
	way = names_relation_between(o->current->id, id);
	*ret_finding = "unknown-relationship";
	/* A row without sources is another name for the same way. */
	return way && (strcmp(way->uri, rel->row->uri) == 0 ||
		       (rel->row->part == id && !rel->row->sources))
		   ? id
		   : PART_NONE;
}

/* --- making parts --------------------------------------------------------------------------- */

struct ooxml_part *ooxml_part_new(struct ooxml *o, enum names_part_id id, const char *ext)
{
	struct ooxml_walk *w = o->walk;
	const struct names_part *row = names_part(id);
	struct ooxml_part *p = arena_alloc(o->arena, sizeof *p);
	const char *dir = names_family_dir(w->family);

	if (!p)
		return NULL;
	p->id = id;
	p->number = ++w->numbers[id];
	w->places += 2; /* 0 and 1 are the content types and the package's relationships */
	p->place = w->places;
	p->path = row->numbered
		      ? arena_printf(o->arena, "%s/%s%u.%s", dir, row->stem, p->number, ext)
		      : arena_printf(o->arena, "%s/%s.%s", dir, row->stem, ext);
	if (!p->path)
		return NULL;
	if (w->last)
		w->last->next = p;
	else
		w->first = p;
	w->last = p;
	return p;
}

/* What a nested picture's report says goes into the document's, but for the hold itself. */
static void merge_report(struct ooxml *o, const struct zip_member *m, const struct report *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->items[i].act != ACT_HELD)
			report_add(o->job->report, r->items[i].act, r->items[i].finding, m->name,
				   r->items[i].place, r->items[i].detail);
}

static enum err sanitize_picture(struct ooxml *o, const struct zip_member *m, struct slice data,
				 struct buf *out, const char **ret_ext)
{
	AUTO_ARENA arena = arena_new(o->job->limits->memory_bytes);
	struct report report;
	struct diag d = {0};
	struct job nested = *o->job;
	enum err e;

	if (!arena)
		return ERR_MEMORY;
	report_init(&report, arena, o->job->limits);
	nested.arena = arena;
	nested.in = data;
	nested.name = m->name;
	nested.method = METHOD_REBUILD;
	nested.still = true;
	nested.depth = o->job->depth + 1;
	nested.out = out;
	nested.report = &report;
	nested.diag = &d;
	nested.package = NULL;
	e = format_identify(&nested);
	if (e == OK && !nested.type->picture)
		e = ERR_UNSUPPORTED;
	if (e == OK)
		e = format_sanitize(&nested);
	merge_report(o, m, &report);
	if (e != OK) {
		ooxml_found(o, ACT_REPLACED, "picture-placeholder", m->name, slice_str(d.text));
		return e;
	}
	*ret_ext = nested.ext;
	return OK;
}

enum err ooxml_placeholder(struct ooxml *o, struct ooxml_part **ret)
{
	struct ooxml_part *p = o->walk->placeholder;

	if (!p) {
		p = ooxml_part_new(o, PART_IMAGE, "png");
		if (!p)
			return ERR_MEMORY;
		o->walk->printed.n = 0;
		TRY(placeholder_png(&o->walk->printed, o->arena));
		o->walk->zip.place = p->place;
		TRY(zip_add_stored(&o->walk->zip, slice_str(p->path), buf_view(&o->walk->printed)));
		o->walk->placeholder = p;
	}
	*ret = p;
	return OK;
}

enum err ooxml_picture(struct ooxml *o, const struct zip_member *m, struct ooxml_part **ret)
{
	struct ooxml_walk *w = o->walk;
	const char *ext = NULL;
	struct diag d = {0};
	struct slice data;
	enum err e = zip_read(&w->opc->zip, m, &w->inflated, &data, &d);

	if (e != OK)
		return format_hold(o->job, e, e == ERR_SYNTAX ? "zip-checksum" : "zip-bomb",
				   m->name, 0, "%s", d.text);
	w->printed.n = 0;
	e = sanitize_picture(o, m, data, &w->printed, &ext);
	if (e == ERR_MEMORY)
		return e;
	if (e != OK) {
		TRY(ooxml_placeholder(o, ret));
		w->of_member[m - w->opc->zip.members] = *ret;
		return OK;
	}
	*ret = ooxml_part_new(o, PART_IMAGE, ext);
	if (!*ret)
		return ERR_MEMORY;
	(*ret)->member = m;
	w->of_member[m - w->opc->zip.members] = *ret;
	o->job->report->pictures++;
	w->zip.place = (*ret)->place;
	return zip_add_stored(&w->zip, slice_str((*ret)->path), buf_view(&w->printed));
}

enum err ooxml_enqueue(struct ooxml *o, const struct zip_member *m, enum names_part_id id,
		       struct ooxml_part **ret)
{
	struct ooxml_part **known = &o->walk->of_member[m - o->walk->opc->zip.members];

	if (*known) {
		/* One member cannot be two kinds of part, nor a single part two members. */
		if ((*known)->id != id)
			return format_hold(o->job, ERR_SYNTAX, "opc-relationship", m->name, 0,
					   "one part is used as two kinds");
		*ret = *known;
		return OK;
	}
	if (id == PART_IMAGE)
		return ooxml_picture(o, m, ret);
	if (!names_part(id)->numbered && o->walk->numbers[id])
		return format_hold(o->job, ERR_SYNTAX, "opc-relationship", m->name, 0,
				   "a second part of a kind that stands once");
	*ret = ooxml_part_new(o, id, "xml");
	if (!*ret)
		return ERR_MEMORY;
	(*ret)->member = m;
	*known = *ret;
	return OK;
}

/* --- relationships that need no reference ----------------------------------------------------- */

/* What the policy drops as a whole where hidden things are dropped. */
static const char *hidden_part(const struct ooxml *o, enum names_part_id id)
{
	if (o->job->hidden != HIDDEN_DROP)
		return NULL;
	if (id == PART_NOTES_SLIDE || id == PART_NOTES_MASTER)
		return "speaker-notes-dropped";
	return id == PART_COMMENTS || id == PART_SHEET_COMMENTS || id == PART_SLIDE_COMMENTS ||
		       id == PART_COMMENT_AUTHORS
		   ? "comment-dropped"
		   : NULL;
}

static enum err add_rel(struct ooxml *o, struct ooxml_out_rel **list, size_t *n, size_t *cap,
			struct ooxml_out_rel rel)
{
	TRY(arena_grow(o->arena, (void **)list, *n, cap, sizeof rel));
	(*list)[(*n)++] = rel;
	return OK;
}

enum err ooxml_follow_implied(struct ooxml *o)
{
	struct ooxml_part *p = o->current, *to;
	bool seen[PART_END] = {false};
	const struct opc_rel **in_order = arena_array(o->scratch, p->rels_n, sizeof *in_order);
	const char *finding;

	if (!in_order)
		return ERR_MEMORY;
	for (size_t i = 0; i < p->rels_n; i++)
		in_order[p->rels[i].order] = &p->rels[i];
	for (size_t i = 0; i < p->rels_n; i++) {
		const struct opc_rel *rel = in_order[i];
		enum names_part_id id = target_part(o, rel, &finding);
		const struct names_relation *way;

		if (id == PART_NONE) {
			bool link = rel->row && rel->row->link;

			/* A diagram's parts are reported where it is shown. */
			if (!link && finding && strcmp(finding, "smart-art") != 0)
				ooxml_found(o, ACT_REMOVED, finding, S(""), rel->target);
			continue;
		}
		way = names_relation_between(p->id, id);
		if (!way->implicit || seen[id])
			continue;
		if (hidden_part(o, id)) {
			ooxml_found(o, ACT_REMOVED, hidden_part(o, id), S(""), rel->target);
			continue;
		}
		seen[id] = true;
		TRY(ooxml_enqueue(o, rel->part, id, &to));
		TRY(add_rel(o, &p->implied, &p->implied_n, &p->implied_cap,
			    (struct ooxml_out_rel){.type = way->uri, .part = to}));
	}
	return OK;
}

/* --- references in the tree ------------------------------------------------------------------- */

/* Gives the attribute the id of relationship *number, which is made of `rel` where that is 0. */
static enum err set_reference(struct ooxml *o, struct xml_attr *a, size_t *number,
			      struct ooxml_out_rel rel)
{
	struct ooxml_part *p = o->current;
	const char *id;

	if (!*number) {
		TRY(add_rel(o, &p->out, &p->out_n, &p->out_cap, rel));
		*number = p->out_n;
	}
	id = arena_printf(o->scratch, "rId%zu", *number);
	if (!id)
		return ERR_MEMORY;
	a->value = slice_str(id);
	return OK;
}

/* Resolves one reference; *ret_ok is false where it may not or cannot lead anywhere. */
static enum err resolve_one(struct ooxml *o, struct xml_attr *a, const struct names_domain *domain,
			    bool *ret_ok)
{
	struct opc_rel *rel = ooxml_rel(o, a->value);
	const char *finding = NULL;
	enum names_part_id id;
	struct ooxml_part *to;

	*ret_ok = false;
	if (!rel) {
		/* An empty id is how actions and our own placeholders say "none". */
		if (a->value.n)
			ooxml_found(o, ACT_REMOVED, "dangling-relationship", a->name, a->value);
		return OK;
	}
	if (rel->external && rel->row && rel->row->link) {
		if (!domain->link || !names_link_ok(rel->target)) {
			ooxml_found(o, ACT_REMOVED, "link-unsafe", S(""), rel->target);
			return OK;
		}
		ooxml_found(o, ACT_NOTE, "link-kept", S(""), rel->target);
		*ret_ok = true;
		return set_reference(
		    o, a, &rel->out,
		    (struct ooxml_out_rel){.type = names_relation_link()->uri,
					   .link = arena_copy(o->arena, rel->target)});
	}
	id = target_part(o, rel, &finding);
	/* What target_part refuses was reported when the relationships were read. */
	if (id == PART_NONE || !(domain->targets >> id & 1) || hidden_part(o, id))
		return OK;
	TRY(ooxml_enqueue(o, rel->part, id, &to));
	*ret_ok = true;
	return set_reference(
	    o, a, &rel->out,
	    (struct ooxml_out_rel){.type = names_relation_between(o->current->id, id)->uri,
				   .part = to});
}

/* A picture that cannot be shown stays as the placeholder. */
static enum err put_placeholder(struct ooxml *o, struct xml_attr *a)
{
	struct ooxml_part *to;

	ooxml_found(o, ACT_REPLACED, "picture-placeholder", S(""), S(""));
	TRY(ooxml_placeholder(o, &to));
	return set_reference(
	    o, a, &o->current->placeholder_rel,
	    (struct ooxml_out_rel){.type = names_relation_between(o->current->id, PART_IMAGE)->uri,
				   .part = to});
}

/*
 * An element whose reference leads nowhere: a link becomes its text, a picture the placeholder,
 * anything else goes. Returns true where the element is still there.
 */
static enum err unresolved(struct ooxml *o, struct xml_node *n, struct xml_attr *a, bool *ret_stays)
{
	*ret_stays = true;
	if (xml_is(n, NS_A, "blip"))
		return put_placeholder(o, a);
	/* A jump within the show has an action and an empty id. */
	if (xml_is(n, NS_W, "hyperlink") ||
	    (xml_is(n, NS_A, "hlinkClick") && !a->value.n && xml_attr_find(n, NS_NONE, "action")) ||
	    (xml_is(n, NS_X, "hyperlink") && xml_attr_find(n, NS_NONE, "location"))) {
		xml_attr_drop(n, a);
		return OK;
	}
	*ret_stays = false;
	return OK;
}

static enum err resolve_element(struct ooxml *o, struct xml_node *n, bool *ret_stays)
{
	struct xml_attr *next;
	bool ok;

	*ret_stays = true;
	for (struct xml_attr *a = n->attrs; a && *ret_stays; a = next) {
		const struct names_attr *row = a->row;

		next = a->next;
		if (!row || row->domain->kind != DOMAIN_RID)
			continue;
		TRY(resolve_one(o, a, row->domain, &ok));
		if (!ok)
			TRY(unresolved(o, n, a, ret_stays));
	}
	return OK;
}

enum err ooxml_resolve(struct ooxml *o, struct xml_node *root)
{
	struct xml_node *n = root, *next;
	bool stays, removed = false;

	while (n) {
		next = xml_following(n, root);
		if (n->name.n && n->attrs) {
			TRY(resolve_element(o, n, &stays));
			if (!stays) {
				next = xml_skip(n, root);
				if (n == root)
					return format_hold(o->job, ERR_SYNTAX, "opc-relationship",
							   o->current->member->name, 0,
							   "the root's reference leads nowhere");
				xml_remove(n);
				removed = true;
			}
		}
		n = next;
	}
	return removed ? ooxml_complete(o, root) : OK;
}
