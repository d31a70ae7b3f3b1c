#include "base/test.h"
#include "verify/package_samples.h"

static void packages_are_guessed_by_their_members(void)
{
	const char *grammar = NULL;

	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		struct package p = {.n = 0};
		AUTO_BUF out;

		buf_init(&out, 1 << 26);
		package_make(&p, samples[i].members, samples[i].n);
		package_print(&p, true, &out);
		CHECK(verify_guess(S("x.txt"), buf_view(&out), &grammar) == OK);
		CHECK_STR(slice_str(grammar), samples[i].grammar);
		package_free(&p);
	}
}

static void good_packages_are_recognised(void)
{
	for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
		struct package p = {.n = 0};
		struct diag d = {0};
		AUTO_BUF out;

		buf_init(&out, 1 << 26);
		package_make(&p, samples[i].members, samples[i].n);
		if (package_verify(&p, samples[i].grammar, &d) != OK)
			printf("# %s: %s @%zu: %s\n", samples[i].grammar, d.part, d.offset, d.text);
		CHECK(package_verify(&p, samples[i].grammar, NULL) == OK);
		package_print(&p, true, &out);
		CHECK(verify_as(samples[i].grammar, buf_view(&out), &d) == OK);
		for (size_t k = 0; k < ARRAY_LEN(samples); k++)
			CHECK((verify_as(samples[k].grammar, buf_view(&out), &d) == OK) ==
			      (i == k));
		CHECK(verify_as("zip", buf_view(&out), &d) == ERR_SYNTAX);
		package_free(&p);
	}
}

/* Runs one changed package; counts it, and complains where it is accepted. */
struct tally {
	size_t tried, passed;
};

static void refuse(struct tally *t, struct package *p, const char *grammar, const char *what,
		   const char *name)
{
	struct diag d = {0};
	enum err e = package_verify(p, grammar, &d);

	t->tried++;
	if (e == ERR_SYNTAX)
		return;
	t->passed++;
	if (t->passed < 10)
		printf("# %s: accepted with %s %s (%s)\n", grammar, what, name, err_str(e));
}

/* The package of a sample in which `insert` stands at `at` in the body of member k. */
static void make_with(struct package *p, const struct sample *s, size_t k, size_t at, size_t cut,
		      const char *insert)
{
	struct member members[16];
	AUTO_BUF body;

	memcpy(members, s->members, s->n * sizeof *members);
	buf_init(&body, 1 << 20);
	buf_put(&body, members[k].body, at);
	buf_str(&body, insert);
	buf_str(&body, members[k].body + at + cut);
	buf_byte(&body, 0);
	members[k].body = (const char *)body.p;
	package_free(p);
	package_make(p, members, s->n);
}

/* Offsets at which a child could begin: behind a '>' in front of a '<'. */
static size_t next_gap(const char *body, size_t at)
{
	for (at++; body[at]; at++)
		if (body[at - 1] == '>' && body[at] == '<')
			return at;
	return 0;
}

static void no_forbidden_element_passes(void)
{
	struct tally t = {0, 0};
	size_t n, next = 0;
	const struct names_element *table = names_element_table(&n);

	for (size_t i = 0; i < ARRAY_LEN(samples); i++)
		for (size_t k = 0; k < samples[i].n; k++) {
			const char *body = samples[i].members[k].body;

			for (size_t at = body ? next_gap(body, 0) : 0; at; at = next_gap(body, at))
				for (unsigned c = 0; c < 40; c++) {
					struct package p = {.n = 0};
					char tag[96];

					do
						next = (next + 1) % n;
					while (table[next].disp == NAMES_KEEP);
					snprintf(tag, sizeof tag, "<%s:%s/>",
						 names_ns(table[next].ns)->prefix,
						 table[next].name);
					make_with(&p, &samples[i], k, at, 0, tag);
					refuse(&t, &p, samples[i].grammar, "element", tag);
					package_free(&p);
				}
		}
	printf("# %zu packages with a forbidden element, %zu accepted\n", t.tried, t.passed);
	CHECK(t.passed == 0);
	CHECK(t.tried >= 10000);
}

/* Every attribute that the tables drop, and foreign ones, on every element of the samples. */
static void no_forbidden_attribute_passes(void)
{
	static const char *const foreign[] = {
	    "onload=\"x\"",
	    "xml:base=\"http://a/\"",
	    "w14:paraId=\"00000001\"",
	    "r:link=\"rId1\"",
	    "r:pict=\"rId1\"",
	    "xmlns:v=\"urn:schemas-microsoft-com:vml\"",
	    "xmlns=\"x\"",
	    "mc:Ignorable=\"w14\"",
	    "macro=\"a\"",
	    "r:href=\"rId1\"",
	    "w:rsidR=\"00000000\"",
	};
	struct tally t = {0, 0};

	for (size_t i = 0; i < ARRAY_LEN(samples); i++)
		for (size_t k = 0; k < samples[i].n; k++) {
			const char *body = samples[i].members[k].body;

			for (size_t at = 0; body && body[at]; at++) {
				struct slice name;
				size_t end = at + 1;
				const struct names_ns *ns;
				const struct names_element *el;

				if (body[at] != '<' || body[at + 1] == '/')
					continue;
				end += strcspn(body + end, " />");
				name = slice_of(body + at + 1, end - at - 1);
				ns = names_ns_by_prefix(
				    slice_head(name, slice_find_byte(name, ':')));
				el = names_element(ns->number,
						   slice_from(name, strlen(ns->prefix) + 1));
				REQUIRE(el != NULL);
				for (size_t a = 0; a < el->n_attrs + ARRAY_LEN(foreign); a++) {
					struct package p = {.n = 0};
					char attr[96];
					const struct names_attr *row = &el->attrs[a];

					if (a >= el->n_attrs)
						snprintf(attr, sizeof attr, " %s",
							 foreign[a - el->n_attrs]);
					else if (row->disp == NAMES_DROP)
						snprintf(attr, sizeof attr, " %s%s%s=\"1\"",
							 row->ns ? names_ns(row->ns)->prefix : "",
							 row->ns ? ":" : "", row->name);
					else
						continue;
					make_with(&p, &samples[i], k, end, 0, attr);
					refuse(&t, &p, samples[i].grammar, "attribute", attr);
					package_free(&p);
				}
			}
		}
	printf("# %zu packages with a forbidden attribute, %zu accepted\n", t.tried, t.passed);
	CHECK(t.passed == 0);
	CHECK(t.tried >= 1000);
}

/* An attribute twice, and each value replaced by ones that only free text could be. */
static void attributes_come_once_and_in_their_domain(void)
{
	struct tally t = {0, 0};
	struct diag d = {0};

	for (size_t i = 0; i < ARRAY_LEN(samples); i++)
		for (size_t k = 0; k < samples[i].n; k++) {
			const char *body = samples[i].members[k].body, *q;

			for (q = body ? strstr(body, "=\"") : NULL; q; q = strstr(q + 2, "=\"")) {
				struct package p = {.n = 0};
				size_t from = (size_t)(q - body), n = strcspn(q + 2, "\"");
				char again[512];

				while (body[from] != ' ')
					from--;
				snprintf(again, sizeof again, "%.*s",
					 (int)(q + 3 + n - body - (long)from), body + from);
				make_with(&p, &samples[i], k, from, 0, again);
				refuse(&t, &p, samples[i].grammar, "twice", again);
				make_with(&p, &samples[i], k, (size_t)(q + 2 - body), n, "\x01");
				refuse(&t, &p, samples[i].grammar, "a control in", again);
				make_with(&p, &samples[i], k, (size_t)(q + 2 - body), n, "&#x41;");
				refuse(&t, &p, samples[i].grammar, "a reference in", again);
				make_with(&p, &samples[i], k, (size_t)(q + 2 - body), n, "a'b>");
				refuse(&t, &p, samples[i].grammar, "a plain mark in", again);
				make_with(&p, &samples[i], k, (size_t)(q + 1 - body), n + 2, "'1'");
				refuse(&t, &p, samples[i].grammar, "other quotes in", again);
				package_free(&p);
			}
		}
	CHECK(t.passed == 0);
	CHECK(t.tried > 500);
	(void)d;
}

/* Pieces of XML that our printer never prints, at every gap. */
static void no_other_markup_passes(void)
{
	static const char *const pieces[] = {
	    "<!-- x -->",
	    "<?xml-stylesheet href=\"a\"?>",
	    "<![CDATA[x]]>",
	    "x",
	    " ",
	    "\n",
	    "&amp;",
	    "<v:shape/>",
	    "<mc:AlternateContent/>",
	    "<w14:x/>",
	    "<evil/>",
	    "<w:p></w:p>",
	    "<w:p />",
	    "<W:P/>",
	    "<w:p/",
	    "</w:p>",
	    "<w:t>\r</w:t>",
	    "<w:t>&#13</w:t>",
	    "<w:t>></w:t>",
	    "<w:t>&quot;</w:t>",
	    "<w:t>&apos;</w:t>",
	    "<w:t>&#x0;</w:t>",
	    "<w:t>&ent;</w:t>",
	    "<w:t>\xff</w:t>",
	    "<w:t>\xc2\x85</w:t>",
	    "<w:t>\xef\xbf\xbf</w:t>",
	    "<w:t><w:t/></w:t>",
	    "<a:t>\x0b</a:t>",
	    "<x:f>cmd|' /C calc'!A0</x:f>",
	    "<x:f>'[1]S'!A1</x:f>",
	    "<x:f>[1]S!A1</x:f>",
	    "<x:f>WEBSERVICE(\"http://a/\")</x:f>",
	    "<x:f>Sheet1!A1</x:f>",
	    "<w:fldSimple w:instr=\"DDE a b\"/>",
	    "<w:instrText>\"</w:instrText>",
	    "<w:fldChar w:fldCharType=\"begin\"/>",
	    "<w:fldChar w:fldCharType=\"end\"/>",
	    "<w:fldChar w:fldCharType=\"separate\"/>",
	    "<w:hyperlink r:id=\"rId9\"/>",
	    "<a:blip r:embed=\"rId9\"/>",
	    "<a:hlinkClick r:id=\"\"/>",
	    "<c:chart r:id=\"rId1\"/>",
	    "<w:headerReference w:type=\"default\" r:id=\"rId2\"/>",
	};
	struct tally t = {0, 0};

	for (size_t i = 0; i < ARRAY_LEN(samples); i++)
		for (size_t k = 0; k < samples[i].n; k++) {
			const char *body = samples[i].members[k].body;

			for (size_t at = body ? next_gap(body, 0) : 0; at; at = next_gap(body, at))
				for (size_t c = 0; c < ARRAY_LEN(pieces); c++) {
					struct package p = {.n = 0};

					/* an end tag of w:p may close a real one too early, never
					 * well */
					make_with(&p, &samples[i], k, at, 0, pieces[c]);
					refuse(&t, &p, samples[i].grammar, "piece", pieces[c]);
					package_free(&p);
				}
		}
	printf("# %zu packages with a piece of other markup, %zu accepted\n", t.tried, t.passed);
	CHECK(t.passed == 0);
}

struct edit {
	const char *file, *from, *to;
};

static bool edit_file(struct package *p, const struct edit *e)
{
	for (size_t i = 0; i < p->n; i++) {
		size_t at;
		AUTO_BUF b = {0};

		if (strcmp(p->names[i], e->file) != 0)
			continue;
		at = slice_find(buf_view(&p->data[i]), slice_str(e->from));
		if (at == SIZE_MAX)
			return false;
		buf_init(&b, 1 << 20);
		buf_put(&b, p->data[i].p, at);
		buf_str(&b, e->to);
		buf_slice(&b, slice_from(buf_view(&p->data[i]), at + strlen(e->from)));
		p->data[i].n = 0;
		buf_slice(&p->data[i], buf_view(&b));
		return true;
	}
	return false;
}

/* Lies of content types, relationships, heads and values, one at a time. */
static const struct edit docx_lies[] = {
    {"[Content_Types].xml", "document.main+xml", "template.main+xml"},
    {"[Content_Types].xml", "<Default Ext", " <Default Ext"},
    {"[Content_Types].xml", "png\"/>", "png\"/><Default Extension=\"bin\" ContentType=\"a/b\"/>"},
    {"[Content_Types].xml", "</Types>",
     "<Override PartName=\"/word/vbaProject.bin\" "
     "ContentType=\"application/vnd.ms-office.vbaProject\"/></Types>"},
    {"_rels/.rels", "rId1", "rId2"},
    {"_rels/.rels", "/word/document.xml", "word/document.xml"},
    {"_rels/.rels", "/word/document.xml", "/word/styles.xml"},
    {"_rels/.rels", "/></Rel",
     "/><Relationship Id=\"rId2\" Type=\"" RELS
     "officeDocument\" Target=\"/word/document.xml\"/></Rel"},
    {"_rels/.rels", "/></Rel", " TargetMode=\"External\"/></Rel"},
    {"word/_rels/document.xml.rels", "https://www", "file://www"},
    {"word/_rels/document.xml.rels", "https://www", "\\\\www"},
    {"word/_rels/document.xml.rels", " TargetMode=\"External\"", ""},
    {"word/_rels/document.xml.rels", " TargetMode=\"External\"", " TargetMode=\"Internal\""},
    {"word/_rels/document.xml.rels", "/word/header1.xml", "/word/../word/header1.xml"},
    {"word/_rels/document.xml.rels", "/word/header1.xml", "/word/header2.xml"},
    {"word/_rels/document.xml.rels", "/word/header1.xml", "/word/Header1.xml"},
    {"word/_rels/document.xml.rels", "/word/header1.xml", "http://a/"},
    {"word/_rels/document.xml.rels", "relationships/header", "relationships/footer"},
    {"word/_rels/document.xml.rels", "relationships/header", "relationships/attachedTemplate"},
    {"word/_rels/document.xml.rels", "relationships/image", "relationships/oleObject"},
    {"word/_rels/document.xml.rels", "http://schemas.openxmlformats.org/officeDocument/2006/rel",
     "http://purl.oclc.org/ooxml/officeDocument/rel"},
    {"word/_rels/document.xml.rels", "rId3", "rId03"},
    {"word/_rels/document.xml.rels", "rId4", "rId5"},
    {"word/_rels/document.xml.rels", "<Relationship Id=\"rId4",
     "<Relationship Id=\"rId4\" Type=\"" RELS "hyperlink\" Target=\"https://a/\" "
     "TargetMode=\"External\"/><Relationship Id=\"rId5"},
    {"word/_rels/document.xml.rels", "</Relationships>",
     "<Relationship Id=\"rId5\" Type=\"" RELS "styles\" Target=\"/word/styles.xml\"/>"
     "</Relationships>"},
    {"word/document.xml", "UTF-8", "utf-8"},
    {"word/document.xml", "?>\n", "?>"},
    {"word/document.xml", "?>\n", "?>\r\n"},
    {"word/document.xml", "?>\n", "?><!DOCTYPE w>\n"},
    {"word/document.xml", " standalone=\"yes\"", ""},
    {"word/document.xml", "<?xml", "\xef\xbb\xbf<?xml"},
    {"word/document.xml", " xmlns:a=", " xmlns:b="},
    {"word/document.xml", " xmlns:m=\"http://schemas.openxmlformats.org/officeDocument/2006/math\"",
     ""},
    {"word/document.xml", "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
     "http://purl.oclc.org/ooxml/wordprocessingml/main"},
    {"word/document.xml", "<w:body>", "<w:body xmlns:c=\"http://a/\">"},
    {"word/document.xml", "</w:document>", "</w:document>\n"},
    {"word/document.xml", "</w:document>", "</w:document><w:document/>"},
    {"word/document.xml", "</w:document>", ""},
    {"word/document.xml", "r:embed=\"rId1\"", "r:embed=\"rId2\""},
    {"word/document.xml", "r:id=\"rId2\"", "r:id=\"rId1\""},
    {"word/document.xml", "> PA<", "> DDE PA<"},
    {"word/document.xml", ">GE <", ">GE2 <"},
    {"word/document.xml", " NUMPAGES ", " INCLUDETEXT a "},
    /* what only some readers take for a piece of the instruction */
    {"word/document.xml", "<w:instrText>GE ", "<w:t>DDE </w:t><w:instrText>GE "},
    {"word/document.xml", "<w:instrText>GE ", "<w:tab/><w:instrText>GE "},
    {"word/document.xml", "<w:instrText>GE ",
     "<w:sym w:font=\"a\" w:char=\"0044\"/><w:instrText>GE "},
    {"word/document.xml", "<w:instrText>GE ", "<w:drawing/><w:instrText>GE "},
    {"word/document.xml", "<w:r><w:instrText>GE ",
     "<w:fldSimple w:instr=\"SYMBOL 68\"/><w:r><w:instrText>GE "},
    {"word/document.xml", "<w:r><w:instrText>GE ",
     "<m:oMath><m:r><m:t>DDE</m:t></m:r></m:oMath><w:r><w:instrText>GE "},
    {"word/document.xml", "<w:r><w:instrText>GE </w:instrText></w:r>",
     "<w:del w:id=\"1\" w:author=\"a\"><w:r><w:instrText>GE </w:instrText></w:r></w:del>"},
    {"word/document.xml", "<w:r><w:instrText>GE ", "</w:p><w:p><w:r><w:instrText>GE "},
    {"word/document.xml", "<w:r><w:fldChar w:fldCharType=\"end\"/></w:r>",
     "<w:txbxContent><w:p><w:r><w:fldChar w:fldCharType=\"end\"/></w:r></w:p></w:txbxContent>"},
    {"word/document.xml", "drawingml/2006/picture\"><pic", "drawingml/2006/diagram\"><pic"},
    {"word/header1.xml", "w:hdr", "w:ftr"},
    {"word/header1.xml", "xmlns:w=", "xmlns:w =\"a\" xmlns:w="},
    {"word/media/image1.png", "IEND", "IENE"},
    {"word/media/image1.png", "IHDR", "IHDS"},
};

static const struct edit xlsx_lies[] = {
    {"xl/workbook.xml", "\"合計\"", "\"Auto_Open\""},
    {"xl/workbook.xml", "\"合計\"", "\"_xlnm.AUTO_CLOSE\""},
    {"xl/workbook.xml", ">'予算'!$A$1<", ">'[1]予算'!$A$1<"},
    {"xl/workbook.xml", ">'予算'!$A$1<", ">cmd|'/c'!A0<"},
    {"xl/workbook.xml", "r:id=\"rId1\"", "r:id=\"rId2\""},
    {"xl/worksheets/sheet1.xml", "SUM(", "WEBSERVICE("},
    {"xl/worksheets/sheet1.xml", "SUM(", "_xlfn.IMAGE("},
    {"xl/worksheets/sheet1.xml", "SUM(", "sum("},
    {"xl/worksheets/sheet1.xml", "'予算'!", "予算!"},
    {"xl/worksheets/sheet1.xml", ">\"甲,乙\"<", ">INDIRECT(\"A1\")<"},
    {"xl/worksheets/sheet1.xml", "A3 B4:C5", "A3,B4:C5"},
    {"xl/worksheets/sheet1.xml", "A3 B4:C5", "予算!A3"},
    {"xl/worksheets/sheet1.xml", "r=\"A1\"", "r=\"A0\""},
    {"xl/worksheets/sheet1.xml", "t=\"s\"", "t=\"x\""},
    {"xl/worksheets/sheet1.xml", "<x:v>0</x:v>", "<x:v>0<x:v/></x:v>"},
    {"xl/worksheets/sheet1.xml", "r:id=\"rId2\"", "r:id=\"rId1\""},
    {"xl/worksheets/sheet1.xml", "<x:drawing r:id=\"rId1\"/>", ""},
    {"xl/worksheets/_rels/sheet1.xml.rels", "mailto:", "file:"},
    {"xl/drawings/drawing1.xml", "<xdr:col>0<", "<xdr:col><"},
    {"xl/drawings/drawing1.xml", "<xdr:col>0<", "<xdr:col>x<"},
    {"xl/drawings/drawing1.xml", "<xdr:col>0</xdr:col>", "<xdr:col/>"},
};

/* Allowed elements in the wrong place, in another order, twice, or without what they need. */
static const struct edit docx_misfits[] = {
    {"word/document.xml", "<w:r><w:t>調布市</w:t></w:r>", "<w:t>調布市</w:t>"},
    {"word/document.xml", "<w:t>調布市</w:t>", "<w:p><w:r><w:t>調布市</w:t></w:r></w:p>"},
    {"word/document.xml", "<w:t>調布市</w:t>", "<w:tab/><w:tbl/>"},
    {"word/document.xml", "<w:t>調布市</w:t>", "<w:t>調布市</w:t><w:rPr/>"},
    {"word/document.xml", "<w:pStyle", "<w:rPr/><w:p/><w:pStyle"},
    {"word/document.xml", "<w:sectPr>", "<w:sectPr/><w:sectPr>"},
    {"word/document.xml", "</w:sectPr>", "</w:sectPr><w:p/>"},
    {"word/document.xml", " w:type=\"default\"", ""},
    {"word/document.xml", "<w:fldChar w:fldCharType=\"begin\"/>", "<w:fldChar/>"},
    {"word/document.xml", "<w:fldSimple w:instr=\" NUMPAGES \">", "<w:fldSimple>"},
    {"word/document.xml", " id=\"1\" name=\"図 1\"", ""},
    {"word/document.xml", "<m:oMath>", "<m:oMath><w:p/>"},
    {"word/header1.xml", "<w:p>", "<w:p/><w:r/><w:p>"},
    {"word/styles.xml", "<w:style ", "<w:p/><w:style "},
};

static const struct edit xlsx_misfits[] = {
    {"xl/workbook.xml", " sheetId=\"1\"", ""},
    {"xl/workbook.xml", "name=\"予算\" ", ""},
    {"xl/workbook.xml", " name=\"合計\"", ""},
    {"xl/workbook.xml", "<x:sheets>", "<x:calcPr/><x:sheets>"},
    {"xl/workbook.xml", "<x:sheets>", "<x:sheets/><x:sheets>"},
    {"xl/workbook.xml", "<x:sheets>", "<x:sheetData/><x:sheets>"},
    {"xl/worksheets/sheet1.xml", "<x:sheetData>", "<x:mergeCells/><x:sheetData>"},
    {"xl/worksheets/sheet1.xml", "<x:sheetData>", "<x:sheetData/><x:sheetData>"},
    {"xl/worksheets/sheet1.xml", "<x:dimension ref=\"A1:B2\"/>", "<x:row/>"},
    {"xl/worksheets/sheet1.xml", "</x:row>", "<x:row/></x:row>"},
    {"xl/worksheets/sheet1.xml", "</x:row>", "</x:row><x:c/>"},
    {"xl/worksheets/sheet1.xml", "<x:v>12</x:v>", "<x:v>12</x:v><x:f>1</x:f>"},
    {"xl/worksheets/sheet1.xml", "<x:mergeCell ref=\"A2:B2\"/>", "<x:mergeCell/>"},
    {"xl/styles.xml", " numFmtId=\"164\"", ""},
    {"xl/styles.xml", "<x:numFmts", "<x:fonts/><x:numFmts"},
    {"xl/drawings/drawing1.xml", "<xdr:clientData/>", "<xdr:clientData/><xdr:from/>"},
};

static const struct edit pptx_misfits[] = {
    {"ppt/presentation.xml", "id=\"256\" ", ""},
    {"ppt/presentation.xml", "<p:sldSz", "<p:sldIdLst/><p:sldSz"},
    {"ppt/slides/slide1.xml", "<p:cSld>", "<p:clrMapOvr/><p:cSld>"},
    {"ppt/slides/slide1.xml", "</p:cSld>", "</p:cSld><p:sp/>"},
    {"ppt/slides/slide1.xml", "<a:r>", "<a:t>題</a:t><a:r>"},
    {"ppt/slides/slide1.xml", "</p:txBody>", "<a:bodyPr/></p:txBody>"},
};

static void refuse_edits(const struct sample *s, const struct edit *edits, size_t n)
{
	struct tally t = {0, 0};

	for (size_t i = 0; i < n; i++) {
		struct package p = {.n = 0};

		package_make(&p, s->members, s->n);
		REQUIRE(edit_file(&p, &edits[i]));
		refuse(&t, &p, s->grammar, edits[i].file, edits[i].to);
		package_free(&p);
	}
	CHECK(t.passed == 0);
}

static void no_lie_about_the_package_passes(void)
{
	refuse_edits(&samples[0], docx_lies, ARRAY_LEN(docx_lies));
	refuse_edits(&samples[1], xlsx_lies, ARRAY_LEN(xlsx_lies));
}

static void no_misplaced_element_passes(void)
{
	refuse_edits(&samples[0], docx_misfits, ARRAY_LEN(docx_misfits));
	refuse_edits(&samples[1], xlsx_misfits, ARRAY_LEN(xlsx_misfits));
	refuse_edits(&samples[2], pptx_misfits, ARRAY_LEN(pptx_misfits));
}

/* Members too many, too few, in another order, under another name. */
static void no_other_set_of_members_passes(void)
{
	static const char *const names[] = {
	    "word/vbaProject.bin",         "docProps/core.xml", "word/embeddings/oleObject1.bin",
	    "customXml/item1.xml",         "word/header2.xml",  "word/media/image2.png",
	    "word/header01.xml",           "word/Document.xml", "evil.exe",
	    "word/media/image1.emf",       "word/settings.xml", "xl/workbook.xml",
	    "word/_rels/header1.xml.rels",
	};
	struct tally t = {0, 0};

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		struct package p = {.n = 0};

		package_make(&p, docx_members, ARRAY_LEN(docx_members));
		buf_str(package_add(&p, names[i]), XML_HEAD "<w:hdr/>");
		refuse(&t, &p, "docx", "member", names[i]);
		package_free(&p);
	}
	for (size_t s = 0; s < ARRAY_LEN(samples); s++) {
		struct package p = {.n = 0};
		size_t n;

		package_make(&p, samples[s].members, samples[s].n);
		n = p.n;
		for (size_t i = 0; i < n; i++) {
			struct package q = p;

			/*
			 * Without it. A slide without the relationship to its layout is poor but
			 * a word of the grammar: nothing in it refers to the layout.
			 */
			if (!strstr(p.files[i].name, "ppt/slides/_rels") &&
			    !strstr(p.files[i].name, "ppt/slideLayouts/_rels")) {
				memmove(&q.files[i], &q.files[i + 1],
					(n - i - 1) * sizeof q.files[0]);
				memmove(&q.data[i], &q.data[i + 1], (n - i - 1) * sizeof q.data[0]);
				q.n--;
				refuse(&t, &q, samples[s].grammar, "missing", p.files[i].name);
			}
			/* With its neighbour before it; parts of different kinds may stand in any
			 * order. */
			q = p;
			if (i < 2 || (i + 1 < n && strstr(p.files[i + 1].name, ".rels"))) {
				q.files[i] = p.files[i + 1];
				q.data[i] = p.data[i + 1];
				q.files[i + 1] = p.files[i];
				q.data[i + 1] = p.data[i];
				refuse(&t, &q, samples[s].grammar, "swapped", p.files[i].name);
			}
			/* under another name */
			q = p;
			q.files[i].name = "word/other.xml";
			refuse(&t, &q, samples[s].grammar, "renamed", p.files[i].name);
		}
		package_free(&p);
	}
	CHECK(t.passed == 0);
}

TESTS(CASE(packages_are_guessed_by_their_members), CASE(good_packages_are_recognised),
      CASE(no_forbidden_element_passes), CASE(no_forbidden_attribute_passes),
      CASE(attributes_come_once_and_in_their_domain), CASE(no_other_markup_passes),
      CASE(no_lie_about_the_package_passes), CASE(no_misplaced_element_passes),
      CASE(no_other_set_of_members_passes))
