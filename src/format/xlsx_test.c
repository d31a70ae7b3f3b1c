#include "base/test.h"
#include "format/job_test.h"
#include "format/zip_read.h"
#include "format/zip_write.h"

#define DECL "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>"
#define NS \
	"xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" " \
	"xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\""
#define REL "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
#define RELS \
	DECL "<Relationships " \
	     "xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
#define TYPE "application/vnd.openxmlformats-officedocument.spreadsheetml."

/* What a case puts into a workbook of three sheets: Sheet1, 内訳 (hidden), Macro (a macro sheet).
 */
struct parts {
	const char *sheet1; /* between the worksheet tags */
	const char *sheet2;
	const char *book;    /* behind the sheets element */
	const char *strings; /* si elements, or NULL: no part */
	const char *rels1;   /* relationships of sheet 1, or NULL */
	const char *styles;  /* NULL: format 1 shows nothing */
};

static void add(struct zip_writer *w, const char *name, const char *a, const char *b, const char *c)
{
	AUTO_BUF text;

	buf_init(&text, 1 << 20);
	buf_str(&text, a);
	buf_str(&text, b);
	buf_str(&text, c);
	REQUIRE(zip_add(w, slice_str(name), buf_view(&text)) == OK);
}

static void make(const struct parts *p, struct buf *out)
{
	AUTO_ARENA a = arena_new(1 << 24);
	AUTO_ZIP_WRITER w;

	REQUIRE(zip_writer_init(&w, a, 1 << 24) == OK);
	add(&w, "[Content_Types].xml",
	    DECL "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">"
		 "<Default Extension=\"rels\" "
		 "ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
		 "<Override PartName=\"/xl/workbook.xml\" ContentType=\"" TYPE "sheet.main+xml\"/>"
		 "<Override PartName=\"/xl/sheet1.xml\" ContentType=\"" TYPE "worksheet+xml\"/>"
		 "<Override PartName=\"/xl/sheet2.xml\" ContentType=\"" TYPE "worksheet+xml\"/>"
		 "<Override PartName=\"/xl/styles.xml\" ContentType=\"" TYPE "styles+xml\"/>"
		 "<Override PartName=\"/xl/macro.xml\" "
		 "ContentType=\"application/vnd.ms-excel.macrosheet+xml\"/>",
	    p->strings ? "<Override PartName=\"/xl/strings.xml\" ContentType=\"" TYPE
			 "sharedStrings+xml\"/>"
		       : "",
	    "</Types>");
	add(&w, "_rels/.rels", RELS "<Relationship Id=\"rId1\" Type=\"" REL "officeDocument\" ",
	    "Target=\"xl/workbook.xml\"/>", "</Relationships>");
	add(&w, "xl/workbook.xml",
	    DECL "<workbook " NS "><sheets><sheet name=\"Macro\" sheetId=\"3\" r:id=\"rId3\"/>"
		 "<sheet name=\"Sheet1\" sheetId=\"1\" r:id=\"rId1\"/><sheet name=\"内訳\" "
		 "sheetId=\"2\" state=\"veryHidden\" r:id=\"rId2\"/></sheets>",
	    p->book, "</workbook>");
	add(&w, "xl/_rels/workbook.xml.rels",
	    RELS "<Relationship Id=\"rId1\" Type=\"" REL "worksheet\" Target=\"sheet1.xml\"/>"
		 "<Relationship Id=\"rId2\" Type=\"" REL "worksheet\" Target=\"sheet2.xml\"/>"
		 "<Relationship Id=\"rId3\" Type=\"http://schemas.microsoft.com/office/2006/"
		 "relationships/xlMacrosheet\" Target=\"macro.xml\"/>"
		 "<Relationship Id=\"rId5\" Type=\"" REL "styles\" Target=\"styles.xml\"/>",
	    p->strings ? "<Relationship Id=\"rId4\" Type=\"" REL "sharedStrings\" "
			 "Target=\"strings.xml\"/>"
		       : "",
	    "</Relationships>");
	add(&w, "xl/sheet1.xml", DECL "<worksheet " NS ">", p->sheet1, "</worksheet>");
	add(&w, "xl/sheet2.xml", DECL "<worksheet " NS ">", p->sheet2, "</worksheet>");
	add(&w, "xl/styles.xml", DECL "<styleSheet " NS ">",
	    p->styles
		? p->styles
		: "<numFmts count=\"1\"><numFmt numFmtId=\"170\" formatCode=\";;;\"/></numFmts>"
		  "<cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"170\"/></cellXfs>",
	    "</styleSheet>");
	add(&w, "xl/macro.xml",
	    DECL "<xm:macrosheet xmlns:xm=\"http://schemas.microsoft.com/"
		 "office/excel/2006/main\" " NS ">",
	    "<sheetData><row r=\"1\"><c r=\"A1\"><f>EXEC(\"calc\")</f></c></row></sheetData>",
	    "</xm:macrosheet>");
	if (p->strings)
		add(&w, "xl/strings.xml", DECL "<sst " NS ">", p->strings, "</sst>");
	if (p->rels1)
		add(&w, "xl/_rels/sheet1.xml.rels", RELS, p->rels1, "</Relationships>");
	REQUIRE(zip_finish(&w, out) == OK);
}

/* Sanitises the parts; the bytes of all members of the output go to *all. */
static void run(const struct parts *p, struct job_box *b, enum hidden hidden, struct buf *in,
		struct buf *all)
{
	AUTO_JOB again;
	AUTO_BUF scratch;
	struct zip z = {0};

	buf_init(in, 1 << 24);
	buf_init(all, 1 << 24);
	buf_init(&scratch, 1 << 24);
	make(p, in);
	job_box_init(b, buf_view(in), "a.xlsm");
	b->job.hidden = hidden;
	REQUIRE(format_sanitize(&b->job) == OK);
	CHECK_STR(slice_str(b->job.wrote), "xlsx");
	job_box_init(&again, buf_view(&b->out), "");
	REQUIRE(zip_open(&again.job, &z) == OK);
	for (size_t i = 0; i < z.n; i++) {
		struct slice data;

		REQUIRE(zip_read(&z, &z.members[i], &scratch, &data, NULL) == OK);
		buf_slice(all, z.members[i].name);
		buf_byte(all, '\n');
		buf_slice(all, data);
	}
	zip_close(&z);
}

static bool has(const struct buf *all, const char *text)
{
	return slice_find(buf_view(all), slice_str(text)) != SIZE_MAX;
}

#define CELL(r, f, v) "<c r=\"" r "\"><f>" f "</f><v>" v "</v></c>"
#define EMPTY "<sheetData/>"

static void formulas_are_printed_or_become_values(void)
{
	static const struct parts p = {
	    .sheet1 = "<sheetData><row r=\"1\">" CELL("A1", "sum( b1 , 2 )", "3") CELL(
		"B1", "WEBSERVICE(\"http://h\")", "41") CELL("C1", "[1]S!A1",
							     "42") CELL("D1", "Macro!A1", "43")
		CELL("E1", "内訳!A1",
		     "44") "<c r=\"F1\" t=\"str\"><f>HYPERLINK(\"http://h\",\"x\")</f><v>x</v></c>"
			   "</row></sheetData>",
	    .sheet2 = EMPTY,
	    .book = "",
	};
	AUTO_JOB b;
	AUTO_BUF in, all;

	run(&p, &b, HIDDEN_KEEP, &in, &all);
	CHECK(has(&all, "f>SUM(B1,2)</"));
	CHECK(has(&all, "f>'内訳'!A1</"));
	CHECK(has(&all, "v>41</") && has(&all, "v>42</") && has(&all, "v>43</"));
	CHECK(has(&all, "v>x</"));
	CHECK(!has(&all, "WEBSERVICE") && !has(&all, "[1]") && !has(&all, "HYPERLINK"));
	CHECK(!has(&all, "Macro") && !has(&all, "EXEC"));
	CHECK(report_has(&b.report, "formula-unsafe"));
}

static void shared_formulas_follow_their_master(void)
{
	static const struct parts p = {
	    .sheet1 =
		"<sheetData><row r=\"1\"><c r=\"A1\"><f t=\"shared\" ref=\"A1:A2\" si=\"0\">B1*2"
		"</f><v>2</v></c><c r=\"C1\"><f t=\"shared\" ref=\"C1:C2\" si=\"1\">"
		"EXEC(\"x\")</f><v>7</v></c></row><row r=\"2\"><c r=\"A2\"><f t=\"shared\" "
		"si=\"0\"/><v>4</v></c><c r=\"C2\"><f t=\"shared\" si=\"1\"/><v>8</v></c>"
		"<c r=\"D2\"><f t=\"shared\" si=\"9\"/><v>9</v></c></row></sheetData>",
	    .sheet2 = EMPTY,
	    .book = "",
	};
	AUTO_JOB b;
	AUTO_BUF in, all;

	run(&p, &b, HIDDEN_KEEP, &in, &all);
	CHECK(has(&all, "si=\"0\">B1*2</"));
	CHECK(has(&all, "si=\"0\"/>"));
	CHECK(!has(&all, "si=\"1\"") && !has(&all, "si=\"9\""));
	CHECK(has(&all, "v>7</") && has(&all, "v>8</") && has(&all, "v>9</"));
}

static void names_lose_what_runs_and_count_the_sheets_anew(void)
{
	static const struct parts p = {
	    .sheet1 = EMPTY,
	    .sheet2 = EMPTY,
	    .book = "<definedNames><definedName name=\"Auto_Open\">Sheet1!$A$1</definedName>"
		    "<definedName name=\"_xlnm.AUTO_CLOSE1\">Sheet1!$A$1</definedName>"
		    "<definedName name=\"m\" localSheetId=\"0\">Sheet1!$A$1</definedName>"
		    "<definedName name=\"e\">[1]S!$A$1</definedName>"
		    "<definedName name=\"h\" hidden=\"1\">Sheet1!$B$2</definedName>"
		    "<definedName name=\"率\" localSheetId=\"1\">Sheet1!$C$3</definedName>"
		    "</definedNames>",
	};
	AUTO_JOB b;
	AUTO_BUF in, all;

	run(&p, &b, HIDDEN_KEEP, &in, &all);
	CHECK(!has(&all, "Auto_Open") && !has(&all, "AUTO_CLOSE") && !has(&all, "[1]"));
	CHECK(!has(&all, "name=\"m\""));
	CHECK(has(&all, "name=\"率\" localSheetId=\"0\""));
	CHECK(has(&all, "'Sheet1'!$B$2"));
	CHECK(report_has(&b.report, "auto-open") && report_has(&b.report, "name-unsafe"));
	CHECK(report_has(&b.report, "hidden-name") && report_has(&b.report, "hidden-sheet"));
	CHECK(has(&all, "state=\"hidden\"") && !has(&all, "veryHidden"));
	CHECK(b.report.sheets == 2);
}

static void rules_and_links_are_checked(void)
{
	static const struct parts p = {
	    .sheet1 =
		"<sheetData/><conditionalFormatting sqref=\"A1\"><cfRule type=\"expression\" "
		"priority=\"1\"><formula>a1&gt;0</formula></cfRule></conditionalFormatting>"
		"<conditionalFormatting sqref=\"B1\"><cfRule type=\"expression\" priority=\"2\">"
		"<formula>RTD(\"x\",,\"y\")</formula></cfRule></conditionalFormatting>"
		"<dataValidations count=\"2\"><dataValidation type=\"list\" sqref=\"A1\"><formula1>"
		"\"甲,乙\"</formula1></dataValidation><dataValidation type=\"list\" sqref=\"B1\">"
		"<formula1>[2]S!A1</formula1></dataValidation></dataValidations><hyperlinks>"
		"<hyperlink ref=\"A1\" location=\"内訳!B2\"/><hyperlink ref=\"A2\" r:id=\"rId1\"/>"
		"<hyperlink ref=\"A3\" r:id=\"rId2\"/><hyperlink ref=\"A4\" "
		"location=\"x|y!z\"/></hyperlinks>",
	    .sheet2 = EMPTY,
	    .book = "",
	    .rels1 = "<Relationship Id=\"rId1\" Type=\"" REL "hyperlink\" "
		     "Target=\"https://www.example.jp/\" TargetMode=\"External\"/>"
		     "<Relationship Id=\"rId2\" Type=\"" REL "hyperlink\" "
		     "Target=\"file:///c:/x.exe\" TargetMode=\"External\"/>",
	};
	AUTO_JOB b;
	AUTO_BUF in, all;

	run(&p, &b, HIDDEN_KEEP, &in, &all);
	CHECK(has(&all, "formula>A1&gt;0</"));
	CHECK(has(&all, "formula1>\"甲,乙\"</"));
	CHECK(!has(&all, "RTD") && !has(&all, "[2]") && !has(&all, "x.exe") && !has(&all, "x|y"));
	CHECK(has(&all, "location=\"'内訳'!B2\""));
	CHECK(has(&all, "https://www.example.jp/"));
	CHECK(!has(&all, "ref=\"A3\"") && !has(&all, "ref=\"A4\""));
	CHECK(report_has(&b.report, "link-unsafe"));
}

static const struct parts with_hidden = {
    .sheet1 = "<cols><col min=\"2\" max=\"2\" width=\"0.00\"/></cols><sheetData>"
	      "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c>"
	      "<c r=\"C1\"><f>B1+1</f><v>5</v></c><c r=\"D1\" s=\"1\"><v>90817</v></c></row><row "
	      "r=\"2\" hidden=\"1\">"
	      "<c r=\"A2\" t=\"s\"><v>2</v></c></row><row r=\"4\"><c r=\"C4\" t=\"b\"><v>1</v></c>"
	      "<c r=\"D4\" t=\"inlineStr\"><is><t>a&#10;b</t></is></c></row></sheetData>",
    .sheet2 = "<sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>3</v></c></row></sheetData>",
    .book = "",
    .strings = "<si><t>見える</t></si><si><t>隠し列</t></si><si><t>隠し行</t></si><si><r><t>隠し"
	       "</t></r><r><t>シート</t></r><rPh sb=\"0\" eb=\"1\"><t>カクシ</t></rPh></si>",
};

static void hidden_things_are_named_and_kept(void)
{
	AUTO_JOB b;
	AUTO_BUF in, all;

	run(&with_hidden, &b, HIDDEN_KEEP, &in, &all);
	CHECK(has(&all, "隠し列") && has(&all, "隠し行") && has(&all, "B1+1"));
	CHECK(report_has(&b.report, "hidden-rows-columns"));
	CHECK(report_has(&b.report, "hidden-sheet"));
	CHECK(report_has(&b.report, "hidden-cell") && has(&all, "90817"));
}

static void hidden_things_are_dropped_with_their_strings(void)
{
	AUTO_JOB b;
	AUTO_BUF in, all;

	run(&with_hidden, &b, HIDDEN_DROP, &in, &all);
	CHECK(has(&all, "見える") && !has(&all, "90817"));
	CHECK(!has(&all, "隠し列") && !has(&all, "隠し行") && !has(&all, "シート"));
	CHECK(!has(&all, "内訳") && !has(&all, "sheet2.xml"));
	CHECK(!has(&all, "B1+1") && has(&all, "v>5</"));
	CHECK(report_has(&b.report, "hidden-sheet-dropped"));
	CHECK(report_has(&b.report, "formula-value"));
}

static void text_is_the_visible_cells(void)
{
	AUTO_JOB b;
	AUTO_BUF in;

	buf_init(&in, 1 << 24);
	make(&with_hidden, &in);
	job_box_init(&b, buf_view(&in), "a.xlsx");
	b.job.method = METHOD_TEXT;
	REQUIRE(format_sanitize(&b.job) == OK);
	CHECK_STR(slice_str(b.job.wrote), "txt");
	CHECK(slice_find(buf_view(&b.out), S("見える\t\t5")) != SIZE_MAX);
	CHECK(slice_find(buf_view(&b.out), S("\t\tTRUE\ta b")) != SIZE_MAX);
	CHECK(slice_find(buf_view(&b.out), S("隠し")) == SIZE_MAX);
}

static void values_are_of_their_type(void)
{
	static const struct parts p = {
	    .sheet1 = "<sheetData><row r=\"1\"><c r=\"A1\"><v>1.5E3</v></c><c r=\"B1\"><v>evil</v>"
		      "</c><c r=\"C1\" t=\"s\"><v>9</v></c><c r=\"D1\" t=\"e\"><v>#N/A</v></c>"
		      "<c r=\"E1\" t=\"b\"><v>maybe</v></c></row></sheetData>",
	    .sheet2 = EMPTY,
	    .book = "",
	    .strings = "<si><t>x</t></si>",
	};
	AUTO_JOB b;
	AUTO_BUF in, all;

	run(&p, &b, HIDDEN_KEEP, &in, &all);
	CHECK(has(&all, "v>1.5E3</") && has(&all, "v>#N/A</"));
	CHECK(!has(&all, "evil") && !has(&all, "maybe") && !has(&all, "v>9</"));
	CHECK(report_has(&b.report, "attribute-value"));
}

/* Which of a value above zero, one below and a text in a cell of format 1 is reported as hidden. */
static unsigned hidden_cells(const char *code, const char *font, const char *fill)
{
	static const char *const places[] = {"Sheet1!A1", "Sheet1!B1", "Sheet1!C1"};
	AUTO_BUF styles, in, all;
	unsigned seen = 0;
	AUTO_JOB b;
	struct parts p = {
	    .sheet1 =
		"<sheetData><row r=\"1\"><c r=\"A1\" s=\"1\"><v>7.5</v></c><c r=\"B1\" "
		"s=\"1\"><v>-7E3</v></c><c r=\"C1\" s=\"1\" t=\"inlineStr\"><is><t>x</t></is>"
		"</c><c r=\"D1\" s=\"1\"><v>0.0</v></c></row></sheetData>"
		"<conditionalFormatting sqref=\"F1:F9\"><cfRule type=\"expression\" dxfId=\"0\" "
		"priority=\"1\"><formula>TRUE</formula></cfRule></conditionalFormatting>",
	    .sheet2 = EMPTY,
	    .book = "",
	};

	buf_init(&styles, 1 << 16);
	buf_printf(&styles,
		   "<numFmts><numFmt numFmtId='170' formatCode='%s'/></numFmts><fonts><font/>"
		   "<font>%s</font></fonts><fills><fill/><fill>%s</fill></fills><cellXfs><xf "
		   "numFmtId='0'/><xf numFmtId='170' fontId='1' fillId='1'/></cellXfs><dxfs><dxf>"
		   "<font>%s</font></dxf></dxfs>",
		   code, font, fill, font);
	buf_byte(&styles, 0);
	REQUIRE(buf_err(&styles) == OK);
	p.styles = (const char *)styles.p;
	run(&p, &b, HIDDEN_KEEP, &in, &all);
	for (size_t i = 0; i < b.report.n; i++)
		for (size_t k = 0; k < ARRAY_LEN(places); k++)
			if (strcmp(b.report.items[i].finding, "hidden-cell") == 0)
				seen |= (unsigned)slice_eq_str(b.report.items[i].place, places[k])
					<< k;
	return seen;
}

static void formats_and_colours_hide_cells(void)
{
	static const struct {
		const char *code, *font, *fill;
		unsigned hidden; /* 1: above zero, 2: below, 4: text */
	} cases[] = {
	    {"General", "", "", 0},
	    {";;;", "", "", 7},
	    {"#,##0;-#,##0;", "", "", 0},
	    {"0;", "", "", 2},
	    {"0;0;0;", "", "", 4},
	    {"&quot;  &quot;;0;0;@", "", "", 1},
	    {"&quot;済&quot;;&quot; &quot;;0;@", "", "", 2},
	    {"_(* \\ ;0;0;@", "", "", 1},
	    {"[White]General", "", "", 3},
	    {"[白]0;[赤]0;0;[白]@", "", "", 5},
	    {"[&gt;5][White]0;[Red]0", "", "", 3},
	    {"[h]:mm;[$￥-411]0", "", "", 0},
	    {"[White]0", "",
	     "<patternFill patternType='solid'><fgColor rgb='FF003366'/></patternFill>", 0},
	    {"0", "<color rgb='FFFFFFFF'/>", "", 7},
	    {"0", "<color theme='0'/>", "", 7},
	    {"0", "<color indexed='9'/>", "", 7},
	    {"0", "<color theme='0' tint='-0.5'/>", "", 0},
	    {"0", "<color rgb='FFFFFFFF'/>",
	     "<patternFill patternType='solid'><fgColor theme='4'/></patternFill>", 0},
	    {"0", "<color rgb='FF123456'/>",
	     "<patternFill patternType='solid'><fgColor rgb='FF123456'/></patternFill>", 7},
	    {"0", "<sz val='1'/>", "", 7},
	    {"0", "<sz val='10'/>", "", 0},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		unsigned h = hidden_cells(cases[i].code, cases[i].font, cases[i].fill);

		if (h != cases[i].hidden)
			printf("# %zu: %s %s: %u\n", i, cases[i].code, cases[i].font, h);
		CHECK(h == cases[i].hidden);
	}
}

TESTS(CASE(formats_and_colours_hide_cells), CASE(formulas_are_printed_or_become_values),
      CASE(shared_formulas_follow_their_master),
      CASE(names_lose_what_runs_and_count_the_sheets_anew), CASE(rules_and_links_are_checked),
      CASE(hidden_things_are_named_and_kept), CASE(hidden_things_are_dropped_with_their_strings),
      CASE(text_is_the_visible_cells), CASE(values_are_of_their_type))
