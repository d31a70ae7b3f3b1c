/* What becomes of Word and PowerPoint packages, part by part. */
#include "base/test.h"
#include "format/job_test.h"
#include "format/package_make.h"
#include "format/zip_read.h"

#define REL "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
#define NAMESPACES \
	"xmlns:w='http://schemas.openxmlformats.org/wordprocessingml/2006/main' " \
	"xmlns:r='http://schemas.openxmlformats.org/officeDocument/2006/relationships' " \
	"xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006' " \
	"xmlns:v='urn:schemas-microsoft-com:vml' " \
	"xmlns:o='urn:schemas-microsoft-com:office:office' " \
	"xmlns:w14='http://schemas.microsoft.com/office/word/2010/wordml' " \
	"xmlns:wp='http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing' " \
	"xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main'"
#define RELS(list) \
	"<Relationships " \
	"xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>" list \
	"</Relationships>"
#define LINK(id, type, target) "<Relationship Id='" id "' Type='" type "' Target='" target "'/>"
#define LINK_OUT(id, type, target) \
	"<Relationship Id='" id "' Type='" type "' Target='" target "' TargetMode='External'/>"
#define WML "application/vnd.openxmlformats-officedocument.wordprocessingml."
#define TYPES(main, more) \
	"<Types xmlns='http://schemas.openxmlformats.org/package/2006/content-types'>" \
	"<Default Extension='xml' ContentType='application/xml'/>" \
	"<Override PartName='/word/document.xml' ContentType='" main "'/>" more "</Types>"
#define BODY(inner) "<w:document " NAMESPACES "><w:body>" inner "</w:body></w:document>"
#define RUN(text) "<w:r><w:t>" text "</w:t></w:r>"

/* A sanitised Word document and its main part as printed. */
struct result {
	struct job_box box;
	struct buf part;
	enum err err;
};

static void result_free(struct result *r)
{
	buf_free(&r->part);
	job_box_free(&r->box);
}
#define AUTO_RESULT __attribute__((cleanup(result_free))) struct result

static void read_part(struct result *r, const char *name)
{
	AUTO_JOB box;
	AUTO_BUF scratch;
	const struct zip_member *m;
	struct slice data;
	struct zip z;

	r->part.n = 0;
	buf_init(&scratch, 1 << 24);
	job_box_init(&box, buf_view(&r->box.out), "out");
	REQUIRE(zip_open(&box.job, &z) == OK);
	m = zip_find(&z, slice_str(name));
	if (m) {
		REQUIRE(zip_read(&z, m, &scratch, &data, &box.diag) == OK);
		buf_slice(&r->part, data);
	}
	zip_close(&z);
}

static void sanitize(struct result *r, const struct made_part *parts, size_t n, enum hidden hidden,
		     enum method method)
{
	AUTO_BUF in;
	struct slice copy;
	struct job_box box;

	buf_init(&in, 1 << 24);
	package_make(&in, parts, n, NULL, S(""));
	job_box_init(&box, S(""), "a.docx");
	copy = arena_copy(box.job.arena, buf_view(&in));
	r->box = box;
	/* The box was built elsewhere: its inner pointers must follow it. */
	r->box.job.limits = &r->box.limits;
	r->box.job.budget = &r->box.budget;
	r->box.job.out = &r->box.out;
	r->box.job.report = &r->box.report;
	r->box.job.diag = &r->box.diag;
	r->box.job.in = copy;
	r->box.job.hidden = hidden;
	r->box.job.method = method;
	buf_init(&r->part, 1 << 24);
	r->err = format_sanitize(&r->box.job);
	if (r->err == OK && method == METHOD_REBUILD)
		read_part(r, "word/document.xml");
}

/* A document of one body, with relationships and one more part if they are given. */
static void document(struct result *r, const char *body, const char *rels, enum hidden hidden)
{
	const struct made_part parts[] = {
	    {"[Content_Types].xml", TYPES(WML "document.main+xml", "")},
	    {"_rels/.rels", RELS(LINK("a", REL "officeDocument", "word/document.xml"))},
	    {"word/document.xml", body},
	    {"word/_rels/document.xml.rels", rels ? rels : RELS("")},
	    {"word/media/a.emf", "\1\0\0\0 no picture"},
	};

	sanitize(r, parts, ARRAY_LEN(parts), hidden, METHOD_REBUILD);
}

static bool holds(const struct result *r, const char *text)
{
	return slice_find(buf_view(&r->part), slice_str(text)) != SIZE_MAX;
}

#define FLD(kind) "<w:r><w:fldChar w:fldCharType='" kind "'/></w:r>"
#define INSTR(text) "<w:r><w:instrText>" text "</w:instrText></w:r>"

static void fields_are_judged_as_a_whole(void)
{
	AUTO_RESULT r = {0};

	document(&r,
		 BODY("<w:p>" FLD("begin") INSTR(" DD") INSTR("EAUTO c:\\cmd.exe ") FLD("separate")
			  RUN("shown") FLD("end") "</w:p>"),
		 NULL, HIDDEN_KEEP);
	REQUIRE(r.err == OK);
	CHECK(report_has(&r.box.report, "dde"));
	CHECK(holds(&r, "shown"));
	CHECK(!holds(&r, "fldChar") && !holds(&r, "instrText") && !holds(&r, "cmd"));
}

static void good_fields_stay(void)
{
	AUTO_RESULT r = {0};

	document(&r,
		 BODY("<w:p>" FLD("begin") INSTR(" PAGE ") FLD("separate") RUN("1") FLD(
		     "end") "<w:fldSimple w:instr=' NUMPAGES '>" RUN("9") "</w:fldSimple></w:p>"),
		 NULL, HIDDEN_KEEP);
	REQUIRE(r.err == OK);
	CHECK(holds(&r, "instrText") && holds(&r, "NUMPAGES"));
}

static void fields_inside_instructions_go(void)
{
	AUTO_RESULT r = {0};

	document(&r,
		 BODY("<w:p>" FLD("begin") INSTR(" IF ") FLD("begin") INSTR(" PAGE ")
			  FLD("separate") RUN("inner") FLD("end") INSTR("= 1 a b") FLD("separate")
			      RUN("outer") FLD("end") INSTR("lost") FLD("end") FLD("begin")
				  INSTR("PAGE") "</w:p>"),
		 NULL, HIDDEN_KEEP);
	REQUIRE(r.err == OK);
	CHECK(holds(&r, "outer"));
	CHECK(!holds(&r, "inner") && !holds(&r, "instrText") && !holds(&r, "fldChar"));
}

static void links_are_checked(void)
{
	AUTO_RESULT r = {0};

	document(
	    &r,
	    BODY("<w:p><w:hyperlink r:id='g'>" RUN(
		"good") "</w:hyperlink>"
			"<w:hyperlink r:id='b'>" RUN("bad") "</w:hyperlink>"
							    "<w:hyperlink r:id='n'>" RUN(
								"none") "</w:hyperlink></w:p>"),
	    RELS(LINK_OUT("g", REL "hyperlink", "https://example.jp/例?q=あ")
		     LINK_OUT("b", REL "hyperlink", "file://host/share/x.exe")),
	    HIDDEN_KEEP);
	REQUIRE(r.err == OK);
	CHECK(holds(&r, "<w:hyperlink r:id=\"rId1\">"));
	CHECK(holds(&r, "good") && holds(&r, "bad") && holds(&r, "none"));
	CHECK(report_has(&r.box.report, "link-unsafe"));
	read_part(&r, "word/_rels/document.xml.rels");
	CHECK(holds(&r, "https://example.jp/%E4%BE%8B?q=%E3%81%82") && !holds(&r, "share"));
}

static void what_acts_is_dropped(void)
{
	AUTO_RESULT r = {0};

	document(&r, BODY("<w:altChunk r:id='c'/><w:subDoc r:id='s'/><w:p>" RUN("text") "</w:p>"),
		 RELS(LINK("c", REL "aFChunk", "chunk.html")
			  LINK_OUT("t", REL "attachedTemplate", "http://evil.example/t.dotm")
			      LINK("m",
				   "http://schemas.microsoft.com/office/2006/relationships/"
				   "vbaProject",
				   "vbaProject.bin")
				  LINK_OUT("s", REL "subDocument", "http://evil.example/s.docx")),
		 HIDDEN_KEEP);
	REQUIRE(r.err == OK);
	CHECK(report_has(&r.box.report, "alt-chunk"));
	CHECK(report_has(&r.box.report, "external-template"));
	CHECK(report_has(&r.box.report, "macro"));
	CHECK(report_has(&r.box.report, "sub-document"));
	CHECK(slice_find(buf_view(&r.part), S("altChunk")) == SIZE_MAX && holds(&r, "text"));
	read_part(&r, "word/_rels/document.xml.rels");
	CHECK(r.part.n == 0);
}

static void macro_documents_come_out_plain(void)
{
	AUTO_RESULT r = {0};
	const struct made_part parts[] = {
	    {"[Content_Types].xml",
	     TYPES("application/vnd.ms-word.document.macroEnabled.main+xml", "")},
	    {"_rels/.rels", RELS(LINK("a", REL "officeDocument", "word/document.xml"))},
	    {"word/document.xml", BODY("<w:p/>")},
	};

	sanitize(&r, parts, ARRAY_LEN(parts), HIDDEN_KEEP, METHOD_REBUILD);
	REQUIRE(r.err == OK);
	CHECK(strcmp(r.box.job.wrote, "docx") == 0);
	read_part(&r, "[Content_Types].xml");
	CHECK(holds(&r, WML "document.main+xml") && !holds(&r, "macro"));
}

static void choices_are_made_once(void)
{
	AUTO_RESULT r = {0};

	document(
	    &r,
	    BODY("<w:p><mc:AlternateContent><mc:Choice Requires='w14'>" RUN(
		"new") "</mc:Choice><mc:Fallback>" RUN("old") "</mc:Fallback>"
							      "</"
							      "mc:AlternateContent><mc:"
							      "AlternateContent><mc:"
							      "Choice Requires='wp'>" RUN(
								  "known") "</"
									   "mc:Choice><mc:"
									   "Fallback>" RUN(
									       "unu"
									       "se"
									       "d") "</"
										    "mc:Fallback><"
										    "/mc:"
										    "AlternateCont"
										    "ent></w:p>"),
	    NULL, HIDDEN_KEEP);
	REQUIRE(r.err == OK);
	CHECK(holds(&r, "old") && holds(&r, "known"));
	CHECK(!holds(&r, "new") && !holds(&r, "unused"));
}

static void old_drawings_become_new_ones(void)
{
	AUTO_RESULT r = {0};

	document(
	    &r,
	    BODY("<w:p><w:r><w:pict><v:shape style='width:72pt;height:1in'>"
		 "<v:imagedata r:id='i'/></v:shape></w:pict></w:r><w:r><w:pict>"
		 "<v:rect style='position:absolute;width:10mm;height:10mm'><v:textbox>"
		 "<w:txbxContent><w:p>" RUN("boxed") "</w:p></w:txbxContent></v:textbox>"
						     "</v:rect></w:pict></w:r><w:r><w:object>"
						     "<o:OLEObject Type='Embed' ProgID='Package' "
						     "r:id='x'/></w:object></w:r></w:p>"),
	    RELS(LINK("i", REL "image", "media/a.emf")
		     LINK("x", REL "oleObject", "embeddings/x.bin")),
	    HIDDEN_KEEP);
	REQUIRE(r.err == OK);
	CHECK(holds(&r, "<wp:extent cx=\"914400\" cy=\"914400\"/>"));
	CHECK(holds(&r, "<wps:txbx><w:txbxContent>") && holds(&r, "boxed"));
	CHECK(!holds(&r, "v:") && !holds(&r, "OLE"));
	CHECK(report_has(&r.box.report, "ole-package"));
	CHECK(report_has(&r.box.report, "picture-placeholder"));
	read_part(&r, "word/media/image1.png");
	CHECK(r.part.n > 100);
}

static void graphics_without_content_become_placeholders(void)
{
	AUTO_RESULT r = {0};

	document(
	    &r,
	    BODY("<w:p><w:r><w:drawing><wp:inline><wp:extent cx='5' cy='6'/>"
		 "<wp:docPr id='1' name='n'/><a:graphic><a:graphicData uri='x'>"
		 "<o:unknown/></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"),
	    NULL, HIDDEN_KEEP);
	REQUIRE(r.err == OK);
	CHECK(holds(&r, "<pic:pic>") && holds(&r, "r:embed=\"rId1\""));
	CHECK(report_has(&r.box.report, "picture-placeholder"));
}

/* Joined emoji and a name's variant stay; tags, overrides and rows of marks do not. */
static void characters_that_hide_or_reorder_leave_the_text(void)
{
	AUTO_RESULT r = {0};
	AUTO_RESULT clean = {0};

	document(&r,
		 BODY("<w:p>" RUN("葛\U000E0100\U000E0101飾\U000E0041\U000E0042")
			  RUN("a\u202Efdp.exe") RUN("b\u200B\u200C\u200Bc") "</w:p>"),
		 NULL, HIDDEN_KEEP);
	REQUIRE(r.err == OK);
	CHECK(holds(&r, "<w:t>葛\U000E0100飾</w:t>") && holds(&r, "<w:t>afdp.exe</w:t>"));
	CHECK(holds(&r, "<w:t>b\u200Bc</w:t>"));
	CHECK(report_has(&r.box.report, "invisible-characters"));
	CHECK(report_has(&r.box.report, "bidi-control"));
	document(&clean,
		 BODY("<w:p>" RUN("\u2764\uFE0F\u200D\U0001F525 \u0645\u200C\u062E") "</w:p>"),
		 NULL, HIDDEN_KEEP);
	REQUIRE(clean.err == OK);
	CHECK(holds(&clean, "<w:t>\u2764\uFE0F\u200D\U0001F525 \u0645\u200C\u062E</w:t>"));
	CHECK(!report_has(&clean.box.report, "invisible-characters"));
}

#define HIDDEN_BODY \
	BODY("<w:p><w:ins w:id='1' w:author='a'>" RUN( \
	    "added") "</w:ins><w:del w:id='2' " \
		     "w:author='a'><w:r><w:delText>gone</w:delText></w:r></w:del>" \
		     "<w:r><w:rPr><w:vanish/></w:rPr><w:t>unseen</w:t></w:r></w:p>")

static void hidden_things_are_kept_or_dropped(void)
{
	AUTO_RESULT keep = {0};
	AUTO_RESULT drop = {0};

	document(&keep, HIDDEN_BODY, NULL, HIDDEN_KEEP);
	REQUIRE(keep.err == OK);
	CHECK(holds(&keep, "added") && holds(&keep, "gone") && holds(&keep, "unseen"));
	CHECK(report_has(&keep.box.report, "revision-kept"));
	CHECK(report_has(&keep.box.report, "hidden-text"));
	document(&drop, HIDDEN_BODY, NULL, HIDDEN_DROP);
	REQUIRE(drop.err == OK);
	CHECK(holds(&drop, "added") && !holds(&drop, "gone") && !holds(&drop, "unseen"));
	CHECK(!holds(&drop, "w:ins"));
	CHECK(report_has(&drop.box.report, "revision-dropped"));
	CHECK(report_has(&drop.box.report, "hidden-text-dropped"));
}

/* Hidden by the style of a style, by size, by colour; not by white on a dark cell. */
#define STYLED_BODY \
	BODY("<w:p><w:pPr><w:pStyle w:val='B'/></w:pPr>" RUN( \
	    "byparagraph") "</w:p>" \
			   "<w:p><w:r><w:rPr><w:rStyle w:val='C'/></w:rPr><w:t>byrun</w:t></w:r>" \
			   "<w:r><w:rPr><w:sz w:val='2'/></w:rPr><w:t>tiny</w:t></w:r>" \
			   "<w:r><w:rPr><w:color " \
			   "w:val='ffffff'/></w:rPr><w:t>white</w:t></w:r>" RUN( \
			       "plain") "</w:p><w:p><w:pPr><w:shd w:val='clear' " \
					"w:fill='000000'/></w:pPr>" \
					"<w:r><w:rPr><w:color " \
					"w:val='FFFFFF'/></w:rPr><w:t>ondark</w:t></w:r></" \
					"w:p>" OF("D", "smallstyle") OF("E", "whitestyle") \
					    OF("F", "shadedstyle") OF("G", "sameshade"))
#define OF(style, text) "<w:p><w:pPr><w:pStyle w:val='" style "'/></w:pPr>" RUN(text) "</w:p>"
#define STYLE(id, base, props) \
	"<w:style w:type='paragraph' w:styleId='" id "'><w:basedOn w:val='" base "'/>" props \
	"</w:style>"

static void styled(struct result *r, enum hidden hidden)
{
	const struct made_part parts[] = {
	    {"[Content_Types].xml",
	     TYPES(WML "document.main+xml",
		   "<Override PartName='/word/styles.xml' ContentType='" WML "styles+xml'/>")},
	    {"_rels/.rels", RELS(LINK("a", REL "officeDocument", "word/document.xml"))},
	    {"word/document.xml", STYLED_BODY},
	    {"word/_rels/document.xml.rels", RELS(LINK("s", REL "styles", "styles.xml"))},
	    {"word/styles.xml",
	     "<w:styles " NAMESPACES ">"
	     "<w:style w:type='paragraph' w:styleId='A'><w:rPr><w:vanish/></w:rPr></w:style>"
	     "<w:style w:type='paragraph' w:styleId='B'><w:basedOn w:val='A'/></w:style>"
	     "<w:style w:type='character' "
	     "w:styleId='C'><w:rPr><w:specVanish/></w:rPr></w:style>" STYLE("D", "H", "")
		 STYLE("H", "", "<w:rPr><w:sz w:val='2'/></w:rPr>") STYLE(
		     "E", "", "<w:rPr><w:color w:val='000000' w:themeColor='background1'/></w:rPr>")
		     STYLE("F", "E", "<w:pPr><w:shd w:val='clear' w:fill='203864'/></w:pPr>")
			 STYLE("G", "F", "<w:rPr><w:color w:val='203864'/></w:rPr>") "</w:styles>"},
	};

	sanitize(r, parts, ARRAY_LEN(parts), hidden, METHOD_REBUILD);
	REQUIRE(r->err == OK);
}

static void styles_hide_text_too(void)
{
	static const char *const unseen[] = {"byparagraph", "byrun",      "tiny",     "white",
					     "smallstyle",  "whitestyle", "sameshade"};
	AUTO_RESULT keep = {0};
	AUTO_RESULT drop = {0};

	styled(&keep, HIDDEN_KEEP);
	CHECK(report_has(&keep.box.report, "hidden-text"));
	styled(&drop, HIDDEN_DROP);
	for (size_t i = 0; i < ARRAY_LEN(unseen); i++)
		CHECK(holds(&keep, unseen[i]) && !holds(&drop, unseen[i]));
	CHECK(holds(&drop, "plain") && holds(&drop, "ondark"));
	CHECK(holds(&drop, "shadedstyle"));
}

static void drawings_nobody_sees_are_reported(void)
{
	static const char *const hidden[] = {
	    "<wp:docPr id='1' name='a' hidden='1'/>",
	    "<wp:positionH "
	    "relativeFrom='page'><wp:posOffset>30000000</wp:posOffset></wp:positionH>",
	    "<wp:positionV "
	    "relativeFrom='page'><wp:posOffset>-30000000</wp:posOffset></wp:positionV>"
	    "<wp:extent cx='9' cy='9000'/>",
	    "<wp:positionH relativeFrom='page'><wp:posOffset>-30000</wp:posOffset></wp:positionH>",
	};

	for (size_t i = 0; i < ARRAY_LEN(hidden); i++) {
		AUTO_RESULT r = {0};
		char body[1024];

		snprintf(
		    body, sizeof(body),
		    BODY("<w:p><w:r><w:drawing><wp:anchor>%s</wp:anchor></w:drawing></w:r></w:p>"),
		    hidden[i]);
		document(&r, body, NULL, HIDDEN_KEEP);
		CHECK(r.err == OK && report_has(&r.box.report, "hidden-shape") == (i < 3));
	}
}

static void elements_stand_where_they_may(void)
{
	AUTO_RESULT r;

	document(&r,
		 BODY("<w:sectPr/><w:p>" RUN("good") "<w:pPr/><w:tr/><w:bookmarkEnd/></w:p>"
						     "<w:sectPr/><w:t>loose</w:t>"),
		 NULL, HIDDEN_KEEP);
	CHECK(r.err == OK);
	CHECK(holds(&r, "<w:body><w:p><w:pPr/>" RUN("good") "</w:p><w:sectPr/></w:body>"));
	CHECK(report_has(&r.box.report, "misplaced-element"));
	CHECK(report_has(&r.box.report, "missing-attribute"));
	CHECK(report_has(&r.box.report, "element-order"));
}

static void words_of_old_drawings_stay(void)
{
	AUTO_RESULT r = {0};

	document(&r,
		 BODY("<w:p><w:r><w:pict><v:shape style='position:absolute;width:90pt;height:30pt'>"
		      "<v:textpath string='社外秘'/></v:shape></w:pict></w:r></w:p>"),
		 NULL, HIDDEN_KEEP);
	REQUIRE(r.err == OK);
	CHECK(holds(&r, "<w:t>社外秘</w:t>") && report_has(&r.box.report, "vml"));
}

static void text_is_in_reading_order(void)
{
	AUTO_RESULT r = {0};
	const struct made_part parts[] = {
	    {"[Content_Types].xml", TYPES(WML "document.main+xml", "")},
	    {"_rels/.rels", RELS(LINK("a", REL "officeDocument", "word/document.xml"))},
	    {"word/document.xml", BODY("<w:p>" RUN("一") "<w:r><w:tab/></w:r>" RUN(
				      "二") "</"
					    "w:p><w:tbl><w:tr><w:tc><w:"
					    "p>" RUN("a") "</w:p></"
							  "w:tc><w:tc><w:"
							  "p>" RUN("b") "</w:p></"
									"w:tc></"
									"w:tr></"
									"w:tbl><"
									"w:"
									"p>" RUN("c") "</w:p>")},
	};

	sanitize(&r, parts, ARRAY_LEN(parts), HIDDEN_KEEP, METHOD_TEXT);
	REQUIRE(r.err == OK);
	CHECK_STR(buf_view(&r.box.out), "一\t二\na\tb\nc\n");
	CHECK(strcmp(r.box.job.wrote, "txt") == 0);
}

static void broken_packages_are_held(void)
{
	static const char *const mains[] = {
	    "<!DOCTYPE x [<!ENTITY a 'b'>]>" BODY(""),
	    "<?xml version='1.0' encoding='UTF-7'?>" BODY(""),
	    "<?xml version='1.0' encoding='iso-8859-1'?>" BODY(""),
	    "<?xml version='1.1'?>" BODY(""),
	    "<w:document/>",
	    "<html/>",
	    BODY("<w:p>"),
	    "",
	};

	for (size_t i = 0; i < ARRAY_LEN(mains); i++) {
		AUTO_RESULT r = {0};

		document(&r, mains[i], NULL, HIDDEN_KEEP);
		CHECK(r.err != OK);
		CHECK(r.box.report.n > 0);
	}
}

static void package_lies_are_held(void)
{
	const struct made_part two_mains[] = {
	    {"[Content_Types].xml", TYPES(WML "document.main+xml", "")},
	    {"_rels/.rels", RELS(LINK("a", REL "officeDocument", "word/document.xml")
				     LINK("b", REL "officeDocument", "word/document.xml"))},
	    {"word/document.xml", BODY("<w:p/>")},
	};
	const struct made_part two_types[] = {
	    {"[Content_Types].xml",
	     TYPES(WML "document.main+xml",
		   "<Override PartName='/WORD/document.xml' ContentType='text/plain'/>")},
	    {"_rels/.rels", RELS(LINK("a", REL "officeDocument", "word/document.xml"))},
	    {"word/document.xml", BODY("<w:p/>")},
	};
	const struct made_part hidden_name[] = {
	    {"[Content_Types].xml", TYPES(WML "document.main+xml", "")},
	    {"_rels/.rels", RELS(LINK("a", REL "officeDocument", "word/document.xml"))},
	    {"word/document.xml", BODY("<w:p/>")},
	    {"word/%2e%2e/x.xml", "<x/>"},
	};
	const struct {
		const struct made_part *parts;
		size_t n;
		const char *finding;
	} cases[] = {{two_mains, ARRAY_LEN(two_mains), "opc-main-part"},
		     {two_types, ARRAY_LEN(two_types), "opc-content-type"},
		     {hidden_name, ARRAY_LEN(hidden_name), "opc-part-name"}};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_RESULT r = {0};

		sanitize(&r, cases[i].parts, cases[i].n, HIDDEN_KEEP, METHOD_REBUILD);
		CHECK(r.err == ERR_SYNTAX);
		CHECK(report_has(&r.box.report, cases[i].finding));
	}
}

static void markings_are_read(void)
{
	AUTO_RESULT r = {0};

	document(&r, BODY("<w:p>" RUN("【機密性2】") RUN("起案") "</w:p>"), NULL, HIDDEN_KEEP);
	REQUIRE(r.err == OK);
	CHECK_STR(r.box.report.marking, "機密性2");
}

/* A ZIP is a package by its content types alone; only then its names have to be part names. */
static void plain_archives_are_no_packages(void)
{
	static const char *const names[] = {"a.txt.", "x//a.txt", "a%2Fb.txt", "x/./a.txt"};
	static const char *const hiding[] = {"[CONTENT_TYPES].XML", "%5BContent_Types%5D.xml"};

	for (size_t i = 0; i < ARRAY_LEN(names) + ARRAY_LEN(hiding); i++) {
		bool plain = i < ARRAY_LEN(names);
		const struct made_part part = {plain ? names[i] : hiding[i - ARRAY_LEN(names)],
					       "x"};
		AUTO_JOB b;
		AUTO_BUF in;

		buf_init(&in, 1 << 20);
		package_make(&in, &part, 1, NULL, S(""));
		job_box_init(&b, buf_view(&in), "a.zip");
		REQUIRE(format_identify(&b.job) == OK);
		CHECK(strcmp(b.job.type->id, plain ? "zip" : "opc") == 0);
	}
}

TESTS(CASE(plain_archives_are_no_packages), CASE(fields_are_judged_as_a_whole),
      CASE(good_fields_stay), CASE(fields_inside_instructions_go), CASE(links_are_checked),
      CASE(what_acts_is_dropped), CASE(macro_documents_come_out_plain), CASE(choices_are_made_once),
      CASE(old_drawings_become_new_ones), CASE(graphics_without_content_become_placeholders),
      CASE(characters_that_hide_or_reorder_leave_the_text), CASE(hidden_things_are_kept_or_dropped),
      CASE(styles_hide_text_too), CASE(elements_stand_where_they_may),
      CASE(drawings_nobody_sees_are_reported), CASE(words_of_old_drawings_stay),
      CASE(text_is_in_reading_order), CASE(broken_packages_are_held), CASE(package_lies_are_held),
      CASE(markings_are_read))
