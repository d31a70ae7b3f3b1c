/*
 * Dictionaries and streams printed from the tables of names/pdf.h: a key that a kind does not have
 * is not looked at, a value outside of its domain is left out, and where it is needed the document
 * is held.
 */
#include <stdio.h>
#include <stdlib.h>
#include "format/pdf.h"
#include "format/pdf_lex.h"
#include "format/pdf_print.h"
#include "names/field.h"

#define OBJECTS_MAX 500000u

enum err pdf_hold(struct pdf *p, const char *finding, qpdf_oh oh, const char *what)
{
	int id = oh ? qpdf_oh_get_object_id(p->q, oh) : 0;

	return id > 0 ? format_hold(p->job, ERR_UNSUPPORTED, finding, S(""), 0, "object %d: %s", id,
				    what)
		      : format_hold(p->job, ERR_UNSUPPORTED, finding, S(""), 0, "%s", what);
}

bool pdf_is(const struct pdf *p, qpdf_oh dict, const char *key, const char *name)
{
	qpdf_oh v = pdf_get(p, dict, key);

	return qpdf_oh_is_name(p->q, v) && strcmp(qpdf_oh_get_name(p->q, v), name) == 0;
}

bool pdf_num(const struct pdf *p, qpdf_oh oh, int64_t *ret)
{
	if (qpdf_oh_is_integer(p->q, oh)) {
		long long v = qpdf_oh_get_int_value(p->q, oh), max = PDF_NUMBER_MAX / PDF_ONE;

		*ret = (v > max ? max : v < -max ? -max : v) * PDF_ONE;
		return true;
	}
	return qpdf_oh_is_real(p->q, oh) &&
	       pdf_number(slice_str(qpdf_oh_get_real_value(p->q, oh)), ret);
}

/* --- objects -------------------------------------------------------------------------------- */

static enum err add_item(struct pdf *p, struct pdf_item item, size_t *ret_number)
{
	if (p->items_n >= OBJECTS_MAX)
		return format_hold(p->job, ERR_LIMIT, "limit", S(""), 0,
				   "the document has more than %u objects", OBJECTS_MAX);
	TRY(arena_grow(p->job->arena, (void **)&p->items, p->items_n, &p->items_cap, sizeof item));
	p->items[p->items_n++] = item;
	*ret_number = p->items_n;
	return OK;
}

static size_t slot_of(const struct pdf *p, const struct pdf_item *want)
{
	uint32_t id = (uint32_t)qpdf_oh_get_object_id(p->q, want->oh);
	size_t at = (id * 2654435761u + (uint32_t)want->kind * 40503u) & (p->index_n - 1);

	for (; p->index[at]; at = (at + 1) & (p->index_n - 1)) {
		const struct pdf_item *have = &p->items[p->index[at] - 1];

		if (have->kind == want->kind &&
		    (uint32_t)qpdf_oh_get_object_id(p->q, have->oh) == id &&
		    qpdf_oh_get_generation(p->q, have->oh) ==
			qpdf_oh_get_generation(p->q, want->oh))
			break;
	}
	return at;
}

static enum err grow_index(struct pdf *p)
{
	uint32_t *old = p->index;
	size_t n = p->index_n;

	if (p->items_n * 2 < n)
		return OK;
	p->index_n = n ? n * 2 : 1024;
	p->index = arena_array(p->job->arena, p->index_n, sizeof *p->index);
	if (!p->index)
		return ERR_MEMORY;
	for (size_t i = 0; i < n; i++)
		if (old[i])
			p->index[slot_of(p, &p->items[old[i] - 1])] = old[i];
	return OK;
}

static enum err note_edge(struct pdf *p, size_t to)
{
	TRY(arena_grow(p->job->arena, (void **)&p->edges, p->edges_n, &p->edges_cap,
		       sizeof *p->edges));
	p->edges[p->edges_n].from = p->now;
	p->edges[p->edges_n++].to = (uint32_t)to;
	return OK;
}

enum err pdf_put_ref(struct pdf *p, qpdf_oh oh, enum pdf_kind kind)
{
	struct pdf_item item = {.kind = kind, .oh = oh};
	size_t number = 0, slot = 0;
	bool shared = qpdf_oh_is_indirect(p->q, oh);

	item.composite =
	    p->items[p->now - 1].composite || p->items[p->now - 1].kind == PDF_CID_FONT;
	if (pdf_draws(kind))
		item.resources = p->items[p->now - 1].resources;
	if (shared) {
		TRY(grow_index(p));
		slot = slot_of(p, &item);
		number = p->index[slot];
	}
	if (!number) {
		TRY(add_item(p, item, &number));
		if (shared)
			p->index[slot] = (uint32_t)number;
	}
	if (pdf_draws(kind) && pdf_draws(p->items[p->now - 1].kind))
		TRY(note_edge(p, number));
	buf_printf(p->out, "%zu 0 R", number);
	return buf_err(p->out);
}

enum err pdf_put_data_ref(struct pdf *p, enum pdf_kind kind, struct slice data)
{
	size_t number = 0;

	TRY(add_item(p, (struct pdf_item){.kind = kind, .data = data}, &number));
	buf_printf(p->out, "%zu 0 R", number);
	return buf_err(p->out);
}

/* --- values --------------------------------------------------------------------------------- */

/* Numbers of an array, printed in brackets; false where one is none or there are others than lo to
 * hi. */
static bool put_numbers(struct pdf *p, qpdf_oh v, int32_t lo, int32_t hi)
{
	int n = qpdf_oh_is_array(p->q, v) ? qpdf_oh_get_array_n_items(p->q, v) : -1;
	int64_t number = 0;

	if (n < lo || n > hi)
		return false;
	buf_byte(p->out, '[');
	for (int i = 0; i < n; i++) {
		if (!pdf_num(p, qpdf_oh_get_array_item(p->q, v, i), &number))
			return false;
		if (i)
			buf_byte(p->out, ' ');
		pdf_put_number(p->out, number);
	}
	buf_byte(p->out, ']');
	return true;
}

/* W and W2: first [w ...] with a multiple of `of` numbers, or first last and `of` numbers. */
static bool put_widths(struct pdf *p, qpdf_oh v, int32_t of)
{
	int n = qpdf_oh_is_array(p->q, v) ? qpdf_oh_get_array_n_items(p->q, v) : 0;

	if (n == 0)
		return false;
	buf_byte(p->out, '[');
	for (int i = 0; i < n;) {
		qpdf_oh next = qpdf_oh_get_array_item(p->q, v, i + 1);
		int64_t number = 0;
		int32_t take = 2 + of, have = qpdf_oh_get_array_n_items(p->q, next);

		if (i && p->out->p[p->out->n - 1] != ']')
			buf_byte(p->out, ' ');
		if (i + 1 < n && qpdf_oh_is_array(p->q, next)) {
			if (!pdf_num(p, qpdf_oh_get_array_item(p->q, v, i), &number) || have % of ||
			    number % PDF_ONE || number < 0 || number > 65535 * PDF_ONE)
				return false;
			pdf_put_number(p->out, number);
			if (!put_numbers(p, next, 1, 65536))
				return false;
			i += 2;
			continue;
		}
		for (int k = 0; k < take; k++) {
			if (i + k >= n ||
			    !pdf_num(p, qpdf_oh_get_array_item(p->q, v, i + k), &number) ||
			    (k < 2 && (number % PDF_ONE || number < 0 || number > 65535 * PDF_ONE)))
				return false;
			if (k)
				buf_byte(p->out, ' ');
			pdf_put_number(p->out, number);
		}
		i += take;
	}
	buf_byte(p->out, ']');
	return true;
}

/* Differences: a code, then the names of it and the codes behind it. */
static bool put_glyphs(struct pdf *p, qpdf_oh v)
{
	int n = qpdf_oh_is_array(p->q, v) ? qpdf_oh_get_array_n_items(p->q, v) : 0;
	int code = -1;

	if (n < 2 || n > 600)
		return false;
	buf_byte(p->out, '[');
	for (int i = 0; i < n; i++) {
		qpdf_oh item = qpdf_oh_get_array_item(p->q, v, i);

		if (qpdf_oh_is_integer(p->q, item)) {
			code = qpdf_oh_get_int_value_as_int(p->q, item);
			if (code < 0 || code > 255)
				return false;
			/* A code that no name follows says nothing; two have to be set apart. */
			if (i + 1 == n ||
			    qpdf_oh_is_integer(p->q, qpdf_oh_get_array_item(p->q, v, i + 1)))
				continue;
			if (p->out->p[p->out->n - 1] != '[')
				buf_byte(p->out, ' ');
			buf_printf(p->out, "%d", code);
		} else if (qpdf_oh_is_name(p->q, item) && code >= 0 && code <= 255) {
			const char *name = qpdf_oh_get_name(p->q, item);

			code++;
			buf_str(p->out, pdf_glyph_name_ok(slice_str(name + 1)) ? name : "/.notdef");
		} else {
			return false;
		}
	}
	buf_byte(p->out, ']');
	return true;
}

/* A font's name with '_' for what may not stand in it. */
static bool put_font_name(struct pdf *p, qpdf_oh v)
{
	const char *name = qpdf_oh_is_name(p->q, v) ? qpdf_oh_get_name(p->q, v) : "/";

	if (!name[1])
		return false;
	buf_byte(p->out, '/');
	for (size_t i = 1; name[i] && i < 64; i++)
		buf_byte(p->out,
			 pdf_font_name_ok(slice_of(name + i, 1)) ? (uint8_t)name[i] : (uint8_t)'_');
	return true;
}

/* [page /Fit] or [page /XYZ left top 0]; what shows a part of a page shows its place. */
static enum err put_dest(struct pdf *p, qpdf_oh v, bool *ret)
{
	qpdf_oh page = qpdf_oh_get_array_item(p->q, v, 0);
	int64_t x = 0, y = 0;
	bool place = false;

	if (!qpdf_oh_is_array(p->q, v) || qpdf_oh_get_array_n_items(p->q, v) < 2 ||
	    qpdf_find_page_by_oh(p->q, page) < 0)
		return OK;
	if (pdf_word_in("/XYZ /FitR",
			slice_str(qpdf_oh_get_name(p->q, qpdf_oh_get_array_item(p->q, v, 1))))) {
		place = pdf_num(p, qpdf_oh_get_array_item(p->q, v, 2), &x);
		place = pdf_num(p, qpdf_oh_get_array_item(p->q, v, 3), &y) || place;
	}
	buf_byte(p->out, '[');
	TRY(pdf_put_ref(p, page, PDF_PAGE));
	if (place) {
		buf_str(p->out, "/XYZ ");
		pdf_put_number(p->out, x);
		buf_byte(p->out, ' ');
		pdf_put_number(p->out, y);
		buf_str(p->out, " 0]");
	} else {
		buf_str(p->out, "/Fit]");
	}
	*ret = true;
	return OK;
}

static bool put_string_value(struct pdf *p, const struct pdf_row *row, qpdf_oh v)
{
	struct slice s = S("");

	if (!qpdf_oh_is_string(p->q, v))
		return false;
	s.p = (const uint8_t *)qpdf_oh_get_binary_string_value(p->q, v, &s.n);
	if (row->domain == PDF_URI ? !names_link_ok(s) : !pdf_word_in(row->arg, s))
		return false;
	pdf_put_string(p->out, s);
	return true;
}

static enum err put_refs(struct pdf *p, const struct pdf_row *row, qpdf_oh v, bool *ret)
{
	int n = qpdf_oh_is_array(p->q, v) ? qpdf_oh_get_array_n_items(p->q, v) : 0;

	if (n < row->lo || n > row->hi)
		return OK;
	buf_byte(p->out, '[');
	for (int i = 0; i < n; i++) {
		qpdf_oh item = qpdf_oh_get_array_item(p->q, v, i);

		if (!qpdf_oh_is_dictionary(p->q, item))
			return OK;
		if (i)
			buf_byte(p->out, ' ');
		TRY(pdf_put_ref(p, item, row->to));
	}
	buf_byte(p->out, ']');
	*ret = true;
	return OK;
}

/* An uncoloured pattern that got its colour. */
static enum err put_coloured(struct pdf *p, const struct pdf_use *use)
{
	struct pdf_item item = {.kind = PDF_TILING,
				.oh = use->oh,
				.resources = p->items[p->now - 1].resources,
				.data = use->colour};
	size_t number = 0;

	TRY(add_item(p, item, &number));
	if (pdf_draws(p->items[p->now - 1].kind))
		TRY(note_edge(p, number));
	buf_printf(p->out, "%zu 0 R", number);
	return buf_err(p->out);
}

/* States, shadings and patterns of shadings stand where they are named; others by reference. */
static enum err put_named(struct pdf *p, const struct pdf_row *row, enum pdf_resource r,
			  const struct pdf_use *use)
{
	bool stream = qpdf_oh_is_stream(p->q, use->oh);

	if ((r == PDF_USE_XOBJECT && !stream) || (!stream && !qpdf_oh_is_dictionary(p->q, use->oh)))
		return pdf_hold(p, "pdf-content", use->oh, "a name of the page is of another type");
	if (r == PDF_USE_STATE) {
		TRY(pdf_check_state(p, use->oh));
		return pdf_put_dict(p, row->to, use->oh);
	}
	if (r == PDF_USE_SHADING) {
		TRY(pdf_check_shading(p, use->oh));
		return pdf_put_dict(p, row->to, use->oh);
	}
	if (r == PDF_USE_PATTERN) {
		TRY(pdf_check_pattern(p, use->oh));
		if (!stream)
			return pdf_put_dict(p, PDF_SHADED, use->oh);
	}
	buf_byte(p->out, ' ');
	return use->colour.n ? put_coloured(p, use) : pdf_put_ref(p, use->oh, row->to);
}

/* The dictionary of a page's or form's names: what its operators use. */
static enum err put_map(struct pdf *p, const struct pdf_row *row, bool *ret)
{
	static const char letters[] = "GFXPS";
	enum pdf_resource r = (enum pdf_resource)(strchr(letters, row->arg[0]) - letters);
	const struct pdf_uses uses = p->uses;

	if (!uses.n[r])
		return OK;
	buf_str(p->out, "<<");
	for (size_t i = 0; i < uses.n[r]; i++) {
		buf_printf(p->out, "/%s%zu", row->arg, i + 1);
		TRY(put_named(p, row, r, &uses.of[r][i]));
	}
	buf_str(p->out, ">>");
	*ret = true;
	return OK;
}

static enum err put_coding(struct pdf *p, const struct pdf_row *row, qpdf_oh v, bool *ret)
{
	const char *name;

	if (qpdf_oh_is_dictionary(p->q, v)) {
		*ret = true;
		return pdf_put_dict(p, row->to, v);
	}
	name = qpdf_oh_is_name(p->q, v) ? qpdf_oh_get_name(p->q, v) : "/";
	*ret = pdf_word_in(row->arg, slice_str(name + 1));
	if (*ret)
		buf_str(p->out, name);
	return OK;
}

static enum err put_ref_value(struct pdf *p, const struct pdf_row *row, qpdf_oh v, bool *ret)
{
	if (pdf_is_stream(row->to) ? !qpdf_oh_is_stream(p->q, v) : !qpdf_oh_is_dictionary(p->q, v))
		return OK;
	if (row->to == PDF_UNICODE) {
		struct slice data, map;

		TRY(pdf_data(p, v, &data));
		TRY(pdf_unicode(p, data, &map));
		if (!map.n)
			return OK;
	}
	buf_byte(p->out, ' ');
	*ret = true;
	return pdf_put_ref(p, v, row->to);
}

/* One of the words of the row; where there is but one, and it is needed, the source is not asked.
 */
static bool put_name(struct pdf *p, const struct pdf_row *row, qpdf_oh v)
{
	const char *name = qpdf_oh_is_name(p->q, v) ? qpdf_oh_get_name(p->q, v) + 1 : "";

	if (row->need && !strchr(row->arg, ' '))
		name = row->arg;
	buf_printf(p->out, "/%s", name);
	return pdf_word_in(row->arg, slice_str(name));
}

static bool put_bools(struct pdf *p, qpdf_oh v)
{
	bool is[2];

	for (int i = 0; i < 2; i++) {
		qpdf_oh item =
		    qpdf_oh_is_array(p->q, v) ? qpdf_oh_get_array_item(p->q, v, i) : p->null;

		if (!qpdf_oh_is_bool(p->q, item))
			return false;
		is[i] = qpdf_oh_get_bool_value(p->q, item);
	}
	buf_printf(p->out, "[%s %s]", is[0] ? "true" : "false", is[1] ? "true" : "false");
	return true;
}

static bool put_stream_value(struct pdf *p, const struct pdf_row *row)
{
	const struct pdf_stream *s = &p->stream;

	if (row->domain == PDF_FILTER) {
		if (s->filter)
			buf_printf(p->out, "/%s", s->filter);
		return s->filter != NULL;
	}
	buf_printf(p->out, " %zu", row->domain == PDF_LENGTH ? s->data.n : s->unfolded);
	return row->domain == PDF_LENGTH || row->need || (s->filter && s->filter[0] == 'F');
}

/* What does not begin with a delimiter is set off from its key by a blank. */
enum err pdf_put_value(struct pdf *p, const struct pdf_row *row, qpdf_oh v, bool *ret)
{
	int64_t n = 0;

	switch (row->domain) {
	case PDF_NAME:
		*ret = put_name(p, row, v);
		return OK;
	case PDF_INT:
	case PDF_NUMBER:
		*ret = pdf_num(p, v, &n) && n >= row->lo * PDF_ONE && n <= row->hi * PDF_ONE &&
		       (row->domain == PDF_NUMBER || n % PDF_ONE == 0);
		buf_byte(p->out, ' ');
		pdf_put_number(p->out, n);
		return OK;
	case PDF_NUMBERS:
		*ret = put_numbers(p, v, row->lo, row->hi);
		return OK;
	case PDF_BOOL:
		*ret = qpdf_oh_is_bool(p->q, v);
		buf_str(p->out, *ret && qpdf_oh_get_bool_value(p->q, v) ? " true" : " false");
		return OK;
	case PDF_FONT_NAME:
		*ret = put_font_name(p, v);
		return OK;
	case PDF_REF:
		return put_ref_value(p, row, v, ret);
	case PDF_REFS:
		return put_refs(p, row, v, ret);
	case PDF_DICT:
		*ret = qpdf_oh_is_dictionary(p->q, v);
		return *ret ? pdf_put_dict(p, row->to, v) : OK;
	case PDF_MAP:
		return put_map(p, row, ret);
	case PDF_WIDTHS:
		*ret = put_widths(p, v, row->lo);
		return OK;
	case PDF_CODING:
		return put_coding(p, row, v, ret);
	case PDF_GLYPHS:
		*ret = put_glyphs(p, v);
		return OK;
	case PDF_GLYPH_MAP:
		if (qpdf_oh_is_name(p->q, v)) {
			*ret = strcmp(qpdf_oh_get_name(p->q, v), "/Identity") == 0;
			buf_str(p->out, "/Identity");
			return OK;
		}
		return put_ref_value(p, row, v, ret);
	case PDF_WORD:
	case PDF_URI:
		*ret = put_string_value(p, row, v);
		return OK;
	case PDF_DEST:
		return put_dest(p, v, ret);
	case PDF_COLOURS:
		*ret = p->image && p->image->colours.n;
		if (*ret)
			buf_slice(p->out, p->image->colours);
		return OK;
	case PDF_FIXED:
		*ret = true;
		buf_str(p->out, row->arg);
		return OK;
	case PDF_BOOLS:
		*ret = put_bools(p, v);
		return OK;
	case PDF_LENGTH:
	case PDF_UNFOLDED:
	case PDF_FILTER:
		*ret = put_stream_value(p, row);
		return OK;
	case PDF_DICTS:
		return pdf_put_links(p, v, ret);
	}
	return OK;
}

enum err pdf_put_dict(struct pdf *p, enum pdf_kind kind, qpdf_oh oh)
{
	size_t n;
	const struct pdf_row *rows = pdf_rows_of(kind, &n);

	buf_str(p->out, "<<");
	for (size_t i = 0; i < n; i++) {
		char key[32];
		size_t mark = p->out->n;
		bool some = false, mine = false;

		snprintf(key, sizeof key, "/%s", rows[i].key);
		buf_str(p->out, key);
		TRY(pdf_put_own(p, kind, &rows[i], oh, &mine, &some));
		if (!mine)
			TRY(pdf_put_value(p, &rows[i], oh ? pdf_get(p, oh, key) : p->null, &some));
		TRY(buf_err(p->out));
		if (some)
			continue;
		p->out->n = mark;
		if (rows[i].need) {
			char what[64];

			snprintf(what, sizeof what, "%s is missing or not read", key);
			return pdf_hold(p, "pdf-structure", oh, what);
		}
	}
	buf_str(p->out, ">>");
	return buf_err(p->out);
}

/* --- objects -------------------------------------------------------------------------------- */

static enum err put_object(struct pdf *p, struct pdf_item item)
{
	if (item.kind == PDF_PAGE)
		return pdf_put_page(p, item.oh);
	if (item.kind == PDF_FONT)
		TRY(pdf_check_font(p, item.oh));
	return pdf_is_stream(item.kind) ? pdf_put_stream(p, item)
					: pdf_put_dict(p, item.kind, item.oh);
}

/* A form that draws itself, or more than 24 within each other. */
static enum err check_edges(const struct pdf *p, uint8_t *height, uint32_t at, unsigned depth,
			    const uint32_t *first)
{
	if (depth > 24)
		return format_hold(p->job, ERR_LIMIT, "limit", S(""), 0,
				   "a form that draws itself, or too many within each other");
	if (height[at])
		return OK;
	for (uint32_t i = first[at]; i < p->edges_n && p->edges[i].from == at; i++)
		TRY(check_edges(p, height, p->edges[i].to, depth + 1, first));
	height[at] = 1;
	return OK;
}

static enum err check_forms(struct pdf *p)
{
	uint32_t *first = arena_array(p->job->arena, p->items_n + 1, sizeof *first);
	uint8_t *height = arena_alloc(p->job->arena, p->items_n + 1);

	if (!first || !height)
		return ERR_MEMORY;
	for (size_t i = 0; i <= p->items_n; i++)
		first[i] = (uint32_t)p->edges_n;
	for (size_t i = p->edges_n; i-- > 0;)
		first[p->edges[i].from] = (uint32_t)i;
	for (uint32_t i = 1; i <= p->items_n; i++)
		TRY(check_edges(p, height, i, 0, first));
	return OK;
}

enum err pdf_print(struct pdf *p, qpdf_oh root)
{
	size_t number = 0, start = p->out->n, xref;

	buf_str(p->out, "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n");
	TRY(add_item(p, (struct pdf_item){.kind = PDF_CATALOG, .oh = root}, &number));
	for (size_t i = 0; i < p->items_n; i++) {
		p->items[i].at = p->out->n - start;
		p->now = (uint32_t)i + 1;
		buf_printf(p->out, "%zu 0 obj\n", i + 1);
		TRY(put_object(p, p->items[i]));
		buf_str(p->out, "\nendobj\n");
		TRY(buf_err(p->out));
	}
	TRY(check_forms(p));
	xref = p->out->n - start;
	buf_printf(p->out, "xref\n0 %zu\n0000000000 65535 f \n", p->items_n + 1);
	for (size_t i = 0; i < p->items_n; i++)
		buf_printf(p->out, "%010zu 00000 n \n", p->items[i].at);
	buf_printf(p->out, "trailer\n<</Root 1 0 R/Size %zu>>\nstartxref\n%zu\n%%%%EOF\n",
		   p->items_n + 1, xref);
	return buf_err(p->out);
}
