#include "format/ooxml_part.h"

#include <stdio.h>
#include "base/utf8.h"
#include "format/chart.h"
#include "format/marking.h"
#include "format/text.h"
#include "format/xml_write.h"

/* --- what the kinds may ask ------------------------------------------------------------------- */

enum names_part_id ooxml_part_id(const struct ooxml *o)
{
	return o->current->id;
}

struct slice ooxml_part_name(const struct ooxml *o)
{
	return o->current && o->current->member ? o->current->member->name : S("");
}

struct slice ooxml_target_name(const struct ooxml *o, struct slice id)
{
	const struct opc_rel *rel = ooxml_rel(o, id);

	return rel && rel->part ? rel->part->name : S("");
}

struct slice ooxml_target_link(const struct ooxml *o, struct slice id)
{
	const struct opc_rel *rel = ooxml_rel(o, id);

	return rel && rel->external ? rel->target : S("");
}

enum err ooxml_target_xml(struct ooxml *o, struct slice id, struct xml_filter *f,
			  struct xml_node **ret)
{
	const struct opc_rel *rel = ooxml_rel(o, id);

	return rel && rel->part ? opc_xml(o->walk->opc, rel->part, f, o->scratch, ret)
				: ERR_NOT_FOUND;
}

enum err ooxml_implied_xml(struct ooxml *o, enum names_part_id id, struct xml_filter *f,
			   struct xml_node **ret)
{
	for (size_t i = 0; i < o->current->rels_n; i++) {
		const struct opc_rel *rel = &o->current->rels[i];

		if (rel->row && rel->row->part == id && rel->part)
			return opc_xml(o->walk->opc, rel->part, f, o->scratch, ret);
	}
	return ERR_NOT_FOUND;
}

const char *ooxml_target_kind(const struct ooxml *o, struct slice id)
{
	const struct opc_rel *rel = ooxml_rel(o, id);
	const char *finding;
	enum names_part_id to;

	if (!rel || rel->external || !rel->part || !rel->row)
		return NULL;
	to = rel->row->part == PART_IMAGE ? PART_IMAGE : ooxml_member_part(o, rel->part, &finding);
	return to == PART_NONE ? NULL : names_part(to)->kind;
}

void ooxml_drop_part(struct ooxml *o)
{
	o->current->dropped = true;
}

void ooxml_found(struct ooxml *o, enum report_act act, const char *finding, struct slice place,
		 struct slice detail)
{
	report_add(o->job->report, act, finding, ooxml_part_name(o), place, detail);
}

void ooxml_count_text(struct ooxml *o, struct slice in, struct slice out)
{
	o->job->report->text_in += utf8_count(in);
	o->job->report->text_out += utf8_count(out);
}

/* --- one part --------------------------------------------------------------------------------- */

/* Characters in elements named t, which is where all three formats keep their running text. */
static uint64_t visible_text(const struct xml_node *root)
{
	uint64_t n = 0;

	for (const struct xml_node *c = root; c; c = xml_following(c, root))
		if (!c->name.n && c->parent && c->parent->name.n == 1 &&
		    c->parent->name.p[0] == 't')
			n += utf8_count(c->text);
	return n;
}

/* The finding for a code point that text may not hold, or NULL. */
static const char *forbidden(uint32_t cp, size_t len, uint32_t before)
{
	if (len == 0 || (cp < 0x20 && cp != '\t' && cp != '\n' && cp != '\r') ||
	    (cp >= 0x7F && cp < 0xA0))
		return "control-characters";
	if (!utf8_hides_text(cp, before))
		return NULL;
	return utf8_is_bidi(cp) ? "bidi-control" : "invisible-characters";
}

/* Takes out what text may not hold; one finding for each kind of it. */
static enum err clean_text(struct ooxml *o, struct xml_node *t)
{
	AUTO_BUF b;
	struct slice s = t->text;
	const char *found[3] = {NULL};
	uint32_t cp = 0, before = 0;

	buf_init(&b, s.n + 1);
	while (s.n) {
		size_t len = utf8_next(s, &cp), i = 0;
		const char *finding = forbidden(cp, len, before);

		while (finding && i < ARRAY_LEN(found) - 1 && found[i] &&
		       strcmp(found[i], finding) != 0)
			i++;
		if (finding) {
			found[i] = finding;
		} else {
			buf_put(&b, s.p, len);
			before = cp;
		}
		s = slice_from(s, len ? len : 1);
	}
	for (size_t i = 0; i < ARRAY_LEN(found) && found[i]; i++)
		ooxml_found(o, ACT_REMOVED, found[i], S(""), S(""));
	t->text = arena_copy(o->scratch, buf_view(&b));
	return t->text.p ? OK : ERR_MEMORY;
}

/* All character data is in the domain of its element; what is not is cleaned or goes. */
static enum err check_text(struct ooxml *o, struct xml_node *root)
{
	struct xml_node *next;

	for (struct xml_node *n = root; n; n = next) {
		const struct names_element *row;

		next = xml_following(n, root);
		if (n->name.n)
			continue;
		row = n->parent->row;
		BUG_IF(!row);
		if (row->domain->kind == DOMAIN_TEXT && !names_domain_ok(row->domain, n->text))
			TRY(clean_text(o, n));
		if (n->text.n == 0 || !names_domain_ok(row->domain, n->text)) {
			if (n->text.n)
				ooxml_found(o, ACT_REMOVED, "attribute-value", n->parent->name,
					    n->text);
			xml_remove(n);
		}
	}
	return OK;
}

static enum err filter_part(struct ooxml *o, struct xml_node **ret_root)
{
	struct ooxml_part *p = o->current;

	TRY(opc_rels(o->walk->opc, p->member, &p->rels, &p->rels_n));
	if (p->id == PART_CHART && chart_is_new(opc_type(o->walk->opc, p->member)))
		TRY(chart_new_read(o, o->chart_names, ret_root));
	else
		TRY(ooxml_filter_part(o, ret_root));
	o->job->report->text_in += visible_text(*ret_root);
	if (!o->job->report->marking.n)
		o->job->report->marking = marking_of_part(o, *ret_root);
	return ooxml_follow_implied(o);
}

static enum err rebuild_part(struct ooxml *o)
{
	struct ooxml_walk *w = o->walk;
	struct xml_node *root;

	TRY(filter_part(o, &root));
	/* Before the format looks, so that it judges the one that stays; and after it took things
	 * out. */
	TRY(ooxml_settle(o, root));
	if (o->kind->part)
		TRY(o->kind->part(o, root));
	if (o->current->id == PART_CHART && o->walk->family != FAMILY_XLSX)
		TRY(chart_formulas(o, root, NULL)); /* a workbook knows its sheets */
	if (o->current->dropped)
		return OK;
	TRY(ooxml_settle(o, root));
	TRY(ooxml_complete(o, root));
	TRY(ooxml_resolve(o, root));
	TRY(check_text(o, root));
	o->job->report->text_out += visible_text(root);
	w->printed.n = 0;
	/* The print is about as long as the part was: no growing step by step. */
	if (!buf_reserve(&w->printed, w->inflated.n + 1024))
		return buf_err(&w->printed);
	xml_write(&w->printed, root);
	TRY(buf_err(&w->printed));
	w->zip.place = o->current->place;
	return zip_add(&w->zip, slice_str(o->current->path), buf_view(&w->printed));
}

static enum err text_part(struct ooxml *o)
{
	struct xml_node *root;

	TRY(filter_part(o, &root));
	TRY(o->kind->text(o, root));
	return ooxml_resolve(o, root);
}

/* Parts are found while earlier ones are resolved; the memory of one is used again for the next. */
static enum err walk_parts(struct ooxml *o, enum err (*step)(struct ooxml *))
{
	AUTO_ARENA scratch = arena_new(o->job->limits->memory_bytes);

	if (!scratch)
		return ERR_MEMORY;
	o->scratch = scratch;
	for (struct ooxml_part *p = o->walk->first; p; p = p->next) {
		if (p->id == PART_IMAGE)
			continue;
		o->current = p;
		TRY(step(o));
		arena_clear(scratch);
	}
	o->current = NULL;
	o->scratch = NULL;
	return OK;
}

/* --- the package ------------------------------------------------------------------------------ */

static void put_rel(struct buf *b, size_t number, const struct ooxml_out_rel *rel)
{
	char id[32];

	snprintf(id, sizeof id, "rId%zu", number);
	buf_str(b, "<Relationship");
	xml_put_attr(b, "Id", slice_str(id));
	xml_put_attr(b, "Type", slice_str(rel->type));
	if (rel->part) {
		buf_str(b, " Target=\"/");
		buf_str(b, rel->part->path);
		buf_str(b, "\"/>");
		return;
	}
	xml_put_attr(b, "Target", rel->link);
	buf_str(b, " TargetMode=\"External\"/>");
}

static void start_rels(struct buf *b)
{
	b->n = 0;
	xml_put_declaration(b);
	buf_printf(b, "<Relationships xmlns=\"%s\">", names_ns(NS_REL)->uri);
}

static enum err add_rels(struct ooxml *o, const struct ooxml_part *p)
{
	struct buf *b = &o->walk->printed;
	const char *slash = strrchr(p->path, '/');
	char path[256];
	size_t number = p->out_n;

	start_rels(b);
	for (size_t i = 0; i < p->out_n; i++)
		put_rel(b, i + 1, &p->out[i]);
	for (size_t i = 0; i < p->implied_n; i++)
		if (!p->implied[i].part->dropped)
			put_rel(b, ++number, &p->implied[i]);
	if (number == 0)
		return OK;
	buf_str(b, "</Relationships>");
	TRY(buf_err(b));
	snprintf(path, sizeof path, "%.*s/_rels/%s.rels", (int)(slash - p->path), p->path,
		 slash + 1);
	o->walk->zip.place = p->place + 1;
	return zip_add(&o->walk->zip, slice_str(path), buf_view(b));
}

static enum err add_root_rels(struct ooxml *o)
{
	struct buf *b = &o->walk->printed;
	struct ooxml_out_rel rel = {
	    .type = names_relation(S("http://schemas.openxmlformats.org/officeDocument/2006/"
				     "relationships/officeDocument"))
			->uri,
	    .part = o->walk->first};

	start_rels(b);
	put_rel(b, 1, &rel);
	buf_str(b, "</Relationships>");
	TRY(buf_err(b));
	o->walk->zip.place = 1;
	return zip_add(&o->walk->zip, S("_rels/.rels"), buf_view(b));
}

static bool has_picture(const struct ooxml_walk *w, const char *ext)
{
	for (const struct ooxml_part *p = w->first; p; p = p->next)
		if (p->id == PART_IMAGE && slice_ends(slice_str(p->path), slice_str(ext)))
			return true;
	return false;
}

static void put_default(struct buf *b, const char *ext, const char *type)
{
	buf_printf(b, "<Default Extension=\"%s\" ContentType=\"%s\"/>", ext, type);
}

static enum err add_types(struct ooxml *o)
{
	struct ooxml_walk *w = o->walk;
	struct buf *b = &w->printed;

	b->n = 0;
	xml_put_declaration(b);
	buf_printf(b, "<Types xmlns=\"%s\">", names_ns(NS_CT)->uri);
	if (has_picture(w, ".jpg"))
		put_default(b, "jpg", "image/jpeg");
	if (has_picture(w, ".png"))
		put_default(b, "png", "image/png");
	put_default(b, "rels", "application/vnd.openxmlformats-package.relationships+xml");
	for (const struct ooxml_part *p = w->first; p; p = p->next)
		if (p->id != PART_IMAGE && !p->dropped)
			buf_printf(b, "<Override PartName=\"/%s\" ContentType=\"%s\"/>", p->path,
				   names_part(p->id)->type);
	buf_str(b, "</Types>");
	TRY(buf_err(b));
	w->zip.place = 0;
	return zip_add(&w->zip, S("[Content_Types].xml"), buf_view(b));
}

static enum err finish(struct ooxml *o)
{
	for (const struct ooxml_part *p = o->walk->first; p; p = p->next)
		if (p->id != PART_IMAGE && !p->dropped)
			TRY(add_rels(o, p));
	TRY(add_root_rels(o));
	TRY(add_types(o));
	TRY(zip_finish(&o->walk->zip, o->job->out));
	o->job->ext = o->kind->id;
	o->job->wrote = o->kind->id;
	return OK;
}

/* The root's own relationships: the main part, and what is read or only reported. */
static enum err begin(struct ooxml *o)
{
	struct ooxml_walk *w = o->walk;
	const struct zip_member *main;
	struct ooxml_part *p;
	struct opc_rel *rels;
	size_t n;

	TRY(opc_main(w->opc, &main));
	TRY(opc_rels(w->opc, NULL, &rels, &n));
	for (size_t i = 0; i < n; i++) {
		if (rels[i].part == main)
			continue;
		TRY(marking_of_properties(o, w->opc, &rels[i]));
		report_add(o->job->report, ACT_REMOVED,
			   !rels[i].row           ? "unknown-relationship"
			   : rels[i].row->finding ? rels[i].row->finding
						  : "unreferenced-part",
			   S("_rels/.rels"), S(""), rels[i].target);
	}
	w->of_member = arena_array(o->arena, w->opc->zip.n, sizeof(struct ooxml_part *));
	if (!w->of_member)
		return ERR_MEMORY;
	TRY(ooxml_enqueue(o, main, names_family_main(w->family), &p));
	return o->kind->open ? o->kind->open(o) : OK;
}

/* Everything of one job that must be given back, whatever happens in `work`. */
static enum err with_walk(struct job *job, const struct ooxml_kind *kind,
			  enum err (*work)(struct ooxml *))
{
	struct ooxml_walk *w = arena_alloc(job->arena, sizeof *w);
	struct ooxml o = {.job = job, .kind = kind, .arena = job->arena, .walk = w};
	enum err e;

	if (!w)
		return ERR_MEMORY;
	w->opc = package_take(job);
	w->family = names_family(slice_str(kind->id));
	buf_init(&w->inflated, job->limits->inflated_bytes);
	buf_init(&w->printed, job->limits->output_bytes);
	e = zip_writer_init(&w->zip, job->arena, job->limits->output_bytes);
	if (e == OK)
		e = begin(&o);
	if (e == OK)
		e = work(&o);
	zip_writer_free(&w->zip);
	buf_free(&w->inflated);
	buf_free(&w->printed);
	return e;
}

static enum err rebuild(struct ooxml *o)
{
	TRY(walk_parts(o, rebuild_part));
	return finish(o);
}

/* What plain text may not hold: controls, and what reorders or hides; line ends become LF. */
static void put_plain(struct buf *out, struct slice s)
{
	uint32_t cp = 0;

	while (s.n) {
		size_t len = utf8_next(s, &cp);

		if (cp == '\n' || cp == '\t' ||
		    (cp == '\r' && slice_from(s, 1).n && s.p[1] != '\n'))
			buf_byte(out, cp == '\t' ? '\t' : '\n');
		else if (len && cp >= 0x20 && !(cp >= 0x7F && cp < 0xA0) && cp != 0x2028 &&
			 cp != 0x2029 && !utf8_is_invisible(cp))
			buf_put(out, s.p, len);
		s = slice_from(s, len ? len : 1);
	}
}

/* The kinds append what they read to the job's output; here it becomes the grammar txt. */
static enum err emit_text(struct ooxml *o, uint64_t text_before)
{
	struct buf *plain = &o->walk->printed;
	struct buf *out = o->job->out;

	plain->n = 0;
	put_plain(plain, buf_view(out));
	TRY(buf_err(plain));
	TRY(buf_err(out));
	out->n = 0;
	o->job->report->text_out = text_before; /* text_emit counts */
	TRY(text_emit(o->job, CS_UTF8, buf_view(plain), "txt"));
	o->job->ext = "txt";
	return OK;
}

static enum err text(struct ooxml *o)
{
	uint64_t before = o->job->report->text_out;

	TRY(walk_parts(o, text_part));
	if (o->kind->close)
		TRY(o->kind->close(o));
	return emit_text(o, before);
}

enum err ooxml_rebuild(struct job *job, const struct ooxml_kind *kind)
{
	return with_walk(job, kind, rebuild);
}

enum err ooxml_text(struct job *job, const struct ooxml_kind *kind)
{
	return with_walk(job, kind, text);
}

bool ooxml_probe(const struct job *job, const struct ooxml_kind *kind)
{
	return job->package && strcmp(job->package->kind, kind->id) == 0;
}
