#include "base/test.h"
#include "format/job_test.h"
#include "format/zip_read.h"
#include "format/zip_write.h"

#define DECL "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
#define OFFICE "http://schemas.openxmlformats.org/officeDocument/2006/"
#define PACKAGE "http://schemas.openxmlformats.org/package/2006/"
#define WPS "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
#define DRAWING "http://schemas.openxmlformats.org/drawingml/2006/"
#define NS \
	"xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" " \
	"xmlns:m=\"" OFFICE "math\" xmlns:wps=\"" WPS "\" xmlns:a=\"" DRAWING "main\" " \
	"xmlns:wp=\"" DRAWING "wordprocessingDrawing\""

static void make(const char *body, struct buf *out)
{
	AUTO_ARENA a = arena_new(1 << 24);
	AUTO_ZIP_WRITER w;
	AUTO_BUF text;

	buf_init(&text, 1 << 20);
	REQUIRE(zip_writer_init(&w, a, 1 << 24) == OK);
	REQUIRE(
	    zip_add(&w, S("[Content_Types].xml"),
		    S(DECL "<Types xmlns=\"" PACKAGE
			   "content-types\"><Override PartName=\"/d.xml\" ContentType=\"application"
			   "/vnd.openxmlformats-officedocument.wordprocessingml.document.main"
			   "+xml\"/></Types>")) == OK);
	REQUIRE(zip_add(&w, S("_rels/.rels"),
			S(DECL "<Relationships xmlns=\"" PACKAGE
			       "relationships\"><Relationship Id=\"a\" Type=\"" OFFICE
			       "relationships/officeDocument\" Target=\"d.xml\"/>"
			       "</Relationships>")) == OK);
	buf_str(&text, DECL "<w:document " NS "><w:body><w:p>");
	buf_str(&text, body);
	buf_str(&text, "</w:p></w:body></w:document>");
	REQUIRE(zip_add(&w, S("d.xml"), buf_view(&text)) == OK);
	REQUIRE(zip_finish(&w, out) == OK);
}

/* Whether the document part of the output for a paragraph's content holds the bytes. */
static bool holds(const char *body, const char *bytes)
{
	AUTO_JOB b;
	AUTO_JOB again;
	AUTO_BUF in;
	AUTO_BUF scratch;
	struct zip z = {0};
	struct slice data;
	bool found;

	buf_init(&in, 1 << 24);
	buf_init(&scratch, 1 << 24);
	job_box_init(&b, S(""), "");
	job_box_init(&again, S(""), "");
	make(body, &in);
	b.job.in = buf_view(&in);
	REQUIRE(format_sanitize(&b.job) == OK);
	again.job.in = buf_view(&b.out);
	REQUIRE(zip_open(&again.job, &z) == OK);
	REQUIRE(zip_read(&z, zip_find(&z, S("word/document.xml")), &scratch, &data, NULL) == OK);
	found = slice_find(data, slice_str(bytes)) != SIZE_MAX;
	if (!found)
		printf("# no %s in %.*s\n", bytes, (int)data.n, (const char *)data.p);
	zip_close(&z);
	return found;
}

/* How many field marks and pieces of instructions are left of a paragraph's content. */
static size_t left_of(const char *body)
{
	AUTO_JOB b;
	AUTO_JOB again;
	AUTO_BUF in;
	AUTO_BUF scratch;
	struct zip z = {0};
	size_t left = 0;

	buf_init(&in, 1 << 24);
	buf_init(&scratch, 1 << 24);
	job_box_init(&b, S(""), "");
	job_box_init(&again, S(""), "");
	make(body, &in);
	b.job.in = buf_view(&in);
	REQUIRE(format_sanitize(&b.job) == OK);
	again.job.in = buf_view(&b.out);
	REQUIRE(zip_open(&again.job, &z) == OK);
	for (size_t i = 0; i < z.n; i++) {
		static const char *const marks[] = {"<w:fldChar ", "<w:instrText", "<w:delInstr",
						    "<w:fldSimple"};
		struct slice data;

		REQUIRE(zip_read(&z, &z.members[i], &scratch, &data, NULL) == OK);
		for (size_t k = 0; k < ARRAY_LEN(marks); k++)
			for (struct slice s = data;;) {
				size_t at = slice_find(s, slice_str(marks[k]));

				if (at == SIZE_MAX)
					break;
				left++;
				s = slice_from(s, at + 1);
			}
	}
	zip_close(&z);
	return left;
}

#define MARK(type) "<w:r><w:fldChar w:fldCharType=\"" type "\"/></w:r>"
#define PIECE(text) "<w:r><w:instrText>" text "</w:instrText></w:r>"
#define REST MARK("separate") "<w:r><w:t>1</w:t></w:r>" MARK("end")
#define BOX(inner) \
	"<w:r><w:drawing><wp:inline><wp:extent cx=\"9\" cy=\"9\"/><wp:docPr id=\"1\" name=\"\"/>" \
	"<a:graphic><a:graphicData uri=\"" WPS "\"><wps:wsp><wps:txbx>" \
	"<w:txbxContent><w:p>" inner "</w:p></w:txbxContent></wps:txbx></wps:wsp></a:graphicData>" \
	"</a:graphic></wp:inline></w:drawing></w:r>"
#define CHANGE(what, inner) "<w:" what " w:id=\"1\" w:author=\"a\">" inner "</w:" what ">"

/* Every reader takes these for the same instruction. */
static void plain_fields_stay(void)
{
	static const struct {
		const char *body;
		size_t left;
	} cases[] = {
	    {MARK("begin") PIECE(" PAGE ") REST, 4},
	    {MARK("begin") PIECE(" PA") "<w:bookmarkStart w:id=\"1\" w:name=\"b\"/>" PIECE("GE ")
		 REST,
	     5},
	    {"<w:r><w:fldChar w:fldCharType=\"begin\"><w:ffData><w:textInput><w:default "
	     "w:val=\"a\"/></w:textInput></w:ffData></w:fldChar></w:r>" PIECE("FORMTEXT") REST,
	     4},
	    {CHANGE("ins", MARK("begin") PIECE("PA") PIECE("GE") MARK("separate")) MARK("end"), 5},
	    {MARK("begin") CHANGE("del", "<w:r><w:delInstrText>PAGE</w:delInstrText></w:r>") REST,
	     4},
	    {MARK("begin") PIECE("TOC") MARK("separate") "<w:r><w:t>a</w:t></w:r>" MARK("begin")
		 PIECE("PAGEREF a") REST MARK("end"),
	     8},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CHECK(left_of(cases[i].body) == cases[i].left);
}

/* One reader runs DDE, another sees PAGE: nothing of the field may stay. */
static void what_readers_differ_about_goes(void)
{
	static const char *const cases[] = {
	    MARK("begin") "<w:r><w:t>DDEAUTO c:\\cmd.exe</w:t></w:r>" PIECE(" PAGE") REST,
	    MARK("begin") "<w:r><w:sym w:font=\"a\" w:char=\"0044\"/></w:r>" PIECE("PAGE") REST,
	    MARK("begin") "<w:r><w:tab/></w:r>" PIECE("PAGE") REST,
	    MARK("begin") "<m:oMath><m:r><m:t>DDE</m:t></m:r></m:oMath>" PIECE("PAGE") REST,
	    MARK("begin") CHANGE("del", PIECE("PAGE ")) PIECE("DDEAUTO c:\\cmd.exe") REST,
	    MARK("begin") CHANGE("ins", PIECE("PAGE ")) PIECE("DDEAUTO c:\\cmd.exe") REST,
	    MARK("begin") CHANGE("ins", PIECE("PAGE ")) CHANGE("ins", PIECE("DDEAUTO a")) REST,
	    MARK("begin") CHANGE("moveFrom", PIECE("PAGE ")) CHANGE("moveTo", PIECE("DDE a")) REST,
	    MARK("begin") "<w:fldSimple w:instr=\"SYMBOL 68\"/>" PIECE("PAGE") REST,
	    MARK("begin") PIECE("PAGE ") "</w:p><w:p>" PIECE("DDEAUTO a") REST,
	    MARK("begin") PIECE("PAGE") "</w:p><w:p>" REST,
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		size_t left = left_of(cases[i]);

		if (left > (strstr(cases[i], "fldSimple") ? 1 : 0))
			printf("# %zu left of: %s\n", left, cases[i]);
		CHECK(left <= (strstr(cases[i], "fldSimple") ? 1 : 0));
	}
}

/* A field begins and ends in one story: a text box neither ends nor completes one around it. */
static void stories_have_their_own_fields(void)
{
	CHECK(left_of(MARK("begin") BOX(PIECE("PAGE ")) PIECE("DDEAUTO a") REST) == 0);
	CHECK(left_of(MARK("begin") PIECE("PAGE") MARK("separate") BOX(MARK("end"))) == 0);
	CHECK(left_of(MARK("begin") PIECE("PAGE") MARK("separate") BOX(MARK("begin") PIECE("DATE"))
			  MARK("end")) == 4);
	CHECK(left_of(MARK("begin") PIECE("PAGE") MARK("separate")
			  BOX(MARK("begin") PIECE("DATE") REST) MARK("end")) == 8);
}

/* Addresses as people write them pass in the form of RFC 3986. */
static void links_in_japanese_stay(void)
{
	static const char *const cases[][2] = {
	    {MARK("begin") PIECE("HYPERLINK \"https://\xe4\xbe\x8b.jp/\xe5\xb8\x82#a\"") REST,
	     "> HYPERLINK \"https://xn--fsq.jp/%E5%B8%82#a\" </w:instrText>"},
	    {MARK("begin") PIECE("HYPER")
		 PIECE("LINK \"http://a.jp/\xe5\xb8\x82\" \\o \"\xe5\xb8\x82\"") REST,
	     "<w:r><w:instrText> HYPERLINK \"http://a.jp/%E5%B8%82\" \\o "
	     "\"\xe5\xb8\x82\" </w:instrText></w:r><w:r><w:instrText/></w:r>"},
	    {MARK("begin") PIECE("HYPERLINK \xe2\x80\x9chttps://a.jp/\xe2\x80\x9d") REST,
	     "> HYPERLINK \"https://a.jp/\" <"},
	    {MARK("begin") PIECE("HYPERLINK \\l \"\xe7\xac\xac\xef\xbc\x91\xe7\xab\xa0\"") REST,
	     "HYPERLINK \\l \"\xe7\xac\xac\xef\xbc\x91\xe7\xab\xa0\""},
	    {MARK("begin") PIECE("HYPERLINK \"#\xe7\xab\xa0\" \\h") REST,
	     "> HYPERLINK \\l \"\xe7\xab\xa0\" \\h <"},
	    {"<w:fldSimple w:instr='HYPERLINK \"mailto:a@b.jp?subject=\xe5\xb8\x82\"'/>",
	     "w:instr=\" HYPERLINK &quot;mailto:a@b.jp?subject=%E5%B8%82&quot; \""},
	};
	static const char *const refused[] = {
	    MARK("begin") PIECE("HYPERLINK \"file:///c:/\xe5\xb8\x82.exe\"") REST,
	    MARK("begin") PIECE("HYPERLINK \"\\\\\\\\s\\\\\xe5\xb8\x82\"") REST,
	    MARK("begin") PIECE("HYPERLINK \"https://a.jp/\xe5\xb8\x82\" \"https://b.jp\"") REST,
	    MARK("begin") PIECE("HYPERLINK \"https://a.jp/\xe5\xb8\x82") REST,
	    MARK("begin") PIECE("HYPERLINK \"https://\xe5\xb8\x82:pw@a.jp/\"") REST,
	    MARK("begin") PIECE("DDE \"https://a.jp/\xe5\xb8\x82\"") REST,
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		CHECK(holds(cases[i][0], cases[i][1]));
	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		CHECK(left_of(refused[i]) == 0);
}

TESTS(CASE(links_in_japanese_stay), CASE(plain_fields_stay), CASE(what_readers_differ_about_goes),
      CASE(stories_have_their_own_fields))
