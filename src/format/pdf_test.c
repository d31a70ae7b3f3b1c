#include "base/test.h"
#include "base/test_file.h"
#include "format/job_test.h"
#include "format/pdf.h"
#include "format/pdf_calculator.h"
#include "format/pdf_lex.h"
#include "format/pdf_sfnt.h"

static void numbers_have_one_form(void)
{
	static const char *const cases[][2] = {
	    {"0", "0"},
	    {"-0", "0"},
	    {"+7", "7"},
	    {"007.500", "7.5"},
	    {".5", "0.5"},
	    {"-.25", "-0.25"},
	    {"4.", "4"},
	    {"1.000004", "1"},
	    {"1.000005", "1.00001"},
	    {"0.999999", "1"},
	    {"123456789", "99999999"},
	    {"-99999999999999999999", "-99999999"},
	};
	static const char *const bad[] = {"", "-", ".", "--1", "1.2.3", "1e5", "abc"};
	int64_t v = 0;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		AUTO_BUF b;

		buf_init(&b, 64);
		REQUIRE(pdf_number(slice_str(cases[i][0]), &v));
		pdf_put_number(&b, v);
		CHECK_STR(buf_view(&b), cases[i][1]);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CHECK(!pdf_number(slice_str(bad[i]), &v));
}

/* One page with that content; fonts /A and /B, form /X, state /S, spaces /C1 /C3 /C9. */
static void document(struct buf *out, const char *content)
{
	size_t at[24];
	const char *objects[] = {
	    "<</Type/Catalog/Pages 2 0 R>>",
	    "<</Type/Pages/Kids[3 0 R]/Count 1>>",
	    "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</Font<</A 5 0 "
	    "R/B "
	    "5 0 R/T 7 0 R>>/XObject<</X 6 0 R/Me 8 0 R/J 16 0 R>>/ExtGState<</S<</CA "
	    "0.5/TR/Identity/XX 1>>"
	    "/M<</SMask<<>>>>>>/ColorSpace<</C1[/CalGray<<>>]/C3[/CalRGB<<>>]/C9[/Unknown]/CP[/"
	    "Pattern]/CI[/Indexed/DeviceRGB 1<000000FF8000>]/CU[/Pattern/DeviceRGB]"
	    "/CT[/Separation/Ink/DeviceCMYK<</FunctionType 2/Domain[0 1]/N 1/C0[0 0 0 0]/C1[0 1 "
	    "0.5 0]>>]>>"
	    "/Pattern<</PA 9 0 R/PT 10 0 R/PU 11 0 R/PM<</PatternType 2/Shading<</ShadingType "
	    "1>>>>>>"
	    "/Shading<</SA 12 0 R/S4 13 0 R/SL 14 0 R>>>>>>",
	    NULL,
	    "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
	    "<</Type/XObject/Subtype/Form/BBox[0 0 1 1]/Length 8>>stream\n0 0 m h "
	    "\nendstream",
	    "<</Type/Font/Subtype/Type3>>",
	    "<</Type/XObject/Subtype/Form/BBox[0 0 1 1]/Resources<</XObject<</Me 8 0 R>>>>/Length "
	    "6>>stream\n/Me Do\nendstream",
	    "<</PatternType 2/Shading 12 0 R/Matrix[1 0 0 1 5 5]/Type/Pattern>>",
	    "<</PatternType 1/PaintType 1/TilingType 1/BBox[0 0 2 2]/XStep -2/YStep "
	    "2/Resources<<>>/Length 14>>stream\n1 g 0 0 1 1 re f\nendstream",
	    "<</PatternType 1/PaintType 2/TilingType 1/BBox[0 0 2 2]/XStep 2/YStep "
	    "2/Resources<<>>/Length 14>>stream\n1 g 0 0 1 1 re f\nendstream",
	    "<</ShadingType 2/ColorSpace/DeviceRGB/Coords[0 0 9 9]/Domain[0 2]/Extend[true "
	    "false]/EVIL 1/Function<</FunctionType 2/Domain[0 2]/N 1/C0[1 0 0]/C1[0 0 1]>>>>",
	    "<</ShadingType 4/Length 1>>stream\n1\nendstream",
	    "<</ShadingType 2/ColorSpace/DeviceGray/Coords[0 0 9 9]/Function 15 0 R>>",
	    "<</FunctionType 3/Domain[0 1]/Bounds[]/Encode[0 1]/Functions[15 0 R]>>",
	    "<</Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent "
	    "8/ColorSpace/DeviceGray"
	    "/Filter/JPXDecode/Length 1>>stream\n1\nendstream"};

	buf_str(out, "%PDF-1.4\n");
	for (size_t i = 0; i < ARRAY_LEN(objects); i++) {
		at[i] = out->n;
		buf_printf(out, "%zu 0 obj\n", i + 1);
		if (objects[i])
			buf_str(out, objects[i]);
		else
			buf_printf(out, "<</Length %zu>>stream\n%s\nendstream", strlen(content),
				   content);
		buf_str(out, "\nendobj\n");
	}
	at[23] = out->n;
	buf_printf(out, "xref\n0 %zu\n0000000000 65535 f \n", ARRAY_LEN(objects) + 1);
	for (size_t i = 0; i < ARRAY_LEN(objects); i++)
		buf_printf(out, "%010zu 00000 n \n", at[i]);
	buf_printf(out, "trailer\n<</Root 1 0 R/Size %zu>>\nstartxref\n%zu\n%%%%EOF\n",
		   ARRAY_LEN(objects) + 1, at[23]);
}

/* The content as it comes out, unfolded by hand: it is too short to be folded. */
static void becomes(const char *in, const char *want)
{
	AUTO_BUF pdf, text;
	AUTO_JOB b;

	buf_init(&pdf, 1 << 20);
	buf_init(&text, 1 << 20);
	document(&pdf, in);
	buf_printf(&text, "stream\n%s\nendstream", want);
	job_box_init(&b, buf_view(&pdf), "a.pdf");
	CHECK(format_sanitize(&b.job) == OK);
	if (slice_find(buf_view(&b.out), buf_view(&text)) == SIZE_MAX)
		printf("# %s: %s\n%.*s\n", in, b.diag.text, (int)b.out.n, (const char *)b.out.p);
	CHECK(slice_find(buf_view(&b.out), buf_view(&text)) != SIZE_MAX);
}

static void is_held(const char *in, const char *finding)
{
	AUTO_BUF pdf;
	AUTO_JOB b;
	enum err e;

	buf_init(&pdf, 1 << 20);
	document(&pdf, in);
	job_box_init(&b, buf_view(&pdf), "a.pdf");
	e = format_sanitize(&b.job);
	CHECK(e != OK && report_has(&b.report, finding));
	if (e == OK || !report_has(&b.report, finding))
		printf("# %s: %s %s\n", in, err_str(e), b.diag.text);
}

static void operators_come_out_typed(void)
{
	becomes("1 0 0 RG 0 0 m\n1.50 2 l S", "1 0 0 RG\n0 0 m\n1.5 2 l\nS\n");
	becomes("0 0 1 1 re F", "0 0 1 1 re\nf\n");
	becomes("BT /B 12 Tf (a\\)\\101\\\n) Tj [(x) -20 <4>] TJ ET",
		"BT\n/F1 12 Tf\n<612941> Tj\n[<78>-20<40>] TJ\nET\n");
	becomes("BT /B 1 Tf /A 2 Tf /B 3 Tf ET", "BT\n/F1 1 Tf\n/F2 2 Tf\n/F1 3 Tf\nET\n");
	becomes("/OC /none BDC /P <</MCID 0/X(EVIL)>> BDC 1 g EMC EMC", "1 g\n");
	becomes("/C3 cs 1 0 0 sc /DeviceGray CS .5 SCN", "0 0 0 rg\n1 0 0 rg\n0 G\n0.5 G\n");
	becomes("q /C1 cs Q 1 scn", "q\n0 g\nQ\n1 g\n");
	becomes("% comment with (\n[3 1.0] 0 d /S gs", "[3 1] 0 d\n/G1 gs\n");
	becomes("/X Do /X Do", "/X1 Do\n/X1 Do\n");
	becomes("0 0 m 2 w 1 0 0 RG 1 1 l S", "2 w\n1 0 0 RG\n0 0 m\n1 1 l\nS\n");
	becomes("n f SCN 1 w", "1 w\n");
}

static void colours_become_those_of_devices(void)
{
	becomes("/CI cs 1 sc", "0 0 0 rg\n1 0.50196 0 rg\n");
	becomes("/CI CS 7 sc", "0 0 0 RG\n1 g\n");
	becomes("/CT CS 0.5 SCN", "0 1 0.5 0 K\n0 0.5 0.25 0 K\n");
	becomes("/CP cs /PA scn", "/Pattern cs\n/P1 scn\n");
	becomes("/Pattern CS /PT SCN", "/Pattern CS\n/P1 SCN\n");
	/* one pattern for each colour of an uncoloured one */
	becomes("/CU cs 1 0 0 /PU scn", "/Pattern cs\n/P1 scn\n");
	becomes("/CU CS 1 0 0 /PU SCN", "1 0 0 rg\n1 0 0 RG\n0 0 1 1 re\nf\n");
	becomes("/SA sh", "/S1 sh\n");
}

static void programs_of_functions_are_run(void)
{
	static const struct {
		const char *text;
		double in, want;
	} cases[] = {{"{ 2 mul 1 exch sub }", 0.25, 0.5},
		     {"{ dup 0.5 gt { pop 1 } { pop 0 } ifelse }", 0.6, 1},
		     {"{ dup 0.5 gt { pop 1 } if }", 0.4, 0.4},
		     {"{ 1 2 3 3 1 roll pop pop pop }", 7, 7},
		     {"{ 5 1 index add 2 div exch pop }", 1, 3},
		     {"{ 90 mul sin }", 1, 1},
		     {"{ 3 copy }", 1, -1},
		     {"{ pop pop }", 1, -1}};
	static const char *const bad[] = {"", "{", "{ } }", "{ exec }", "{ { 1 } }", "1"};
	AUTO_ARENA a = arena_new(1 << 22);
	struct pdf_calculator c;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		double stack[PDF_CALCULATOR_STACK] = {cases[i].in};
		unsigned n = 1;
		bool good;

		REQUIRE(pdf_calculator_read(slice_str(cases[i].text), a, &c) == OK);
		good = pdf_calculator_run(&c, stack, &n);
		CHECK(good == (cases[i].want >= 0));
		CHECK(!good || (n > 0 && stack[n - 1] > cases[i].want - 1e-9 &&
				stack[n - 1] < cases[i].want + 1e-9));
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CHECK(pdf_calculator_read(slice_str(bad[i]), a, &c) == ERR_SYNTAX);
}

static void what_is_open_is_closed(void)
{
	becomes("q q 1 w", "q\nq\n1 w\nQ\nQ\n");
	becomes("Q 1 w Q", "1 w\n");
	becomes("BT 1 Tr", "BT\n1 Tr\nET\n");
	becomes("0 0 m 1 1 l", "0 0 m\n1 1 l\nn\n");
	becomes("ET", "");
}

static void content_that_lies_is_held(void)
{
	static const char *const bad[] = {
	    "1 2 w",
	    "(a) w",
	    "w",
	    "0 0 m BT",
	    "1 0 0 1 0 0 cm 5",
	    "/No 1 Tf",
	    "/B Do",
	    "evil",
	    "/C9 cs",
	    "/Pat scn",
	    "/CP cs /No scn",
	    "/CP cs 1 scn",
	    "/CU cs /PU scn",
	    "/CU cs 1 /PU scn",
	    "/CP cs /PM scn",
	    "/S4 sh",
	    "/SL sh",
	    "0 0 m 1 0 0 1 0 0 cm",
	    "BI /W 1 ID x EI",
	    "/Sh sh",
	    "(a Tj",
	    "<4g> Tj",
	    "[1 [2]] 0 d",
	    "[-1] 0 d",
	    "BT q ET",
	    "} w",
	    "0 0 l",
	    "8 Tr",
	    "0 0 m W W n",
	    "BT BT",
	    "BT /T 1 Tf ET",
	    "(a) Tj",
	    "1 0 d0",
	    "[(a) /b] TJ",
	    "1 1 1 1 1 scn",
	    "<</A 1 w",
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		is_held(bad[i], strcmp(bad[i], "BT /T 1 Tf ET") == 0 ? "pdf-font" : "pdf-content");
	is_held("/Me Do", "limit");
	is_held("/M gs", "pdf-structure");
}

static void pictures_that_are_not_unpacked_are_named(void)
{
	AUTO_BUF pdf;
	AUTO_JOB b;

	buf_init(&pdf, 1 << 20);
	document(&pdf, "/J Do");
	job_box_init(&b, buf_view(&pdf), "a.pdf");
	CHECK(format_sanitize(&b.job) != OK && report_has(&b.report, "pdf-filter"));
	CHECK(strstr(b.diag.text, "JPEG 2000"));
}

static void depth_has_an_end(void)
{
	AUTO_BUF deep;

	buf_init(&deep, 1 << 16);
	for (int i = 0; i < 300; i++)
		buf_str(&deep, "q ");
	buf_byte(&deep, 0);
	is_held((const char *)deep.p, "pdf-content");
}

static void maps_to_unicode_become_lists(void)
{
	AUTO_JOB b;
	struct pdf p = {.job = &b.job};
	struct slice got;

	job_box_init(&b, S(""), "");
	REQUIRE(pdf_unicode(
		    &p,
		    S("/EVIL (x) def 1 beginbfrange <0003> <0005> <3042> <0010> <0011> [<D840DC0B> "
		      "<0000>] endbfrange 2 beginbfchar <0001> <200B> <0002> <00660069> endbfchar"),
		    &got) == OK);
	CHECK(slice_find(got, S("EVIL")) == SIZE_MAX);
	CHECK(slice_find(got, S("5 beginbfchar\n<0002> <00660069>\n<0003> <3042>\n<0004> <3043>\n"
				"<0005> <3044>\n<0010> <D840DC0B>\nendbfchar\n")) != SIZE_MAX);
	REQUIRE(pdf_unicode(&p, S("beginbfchar <41> <0041> endbfchar"), &got) == OK);
	CHECK(slice_find(got, S("<00> <FF>")) != SIZE_MAX);
	CHECK(slice_find(got, S("<41> <0041>\n")) != SIZE_MAX);
	REQUIRE(pdf_unicode(&p, S("nothing"), &got) == OK);
	CHECK(got.n == 0);
}

static enum err font(struct arena *a, struct slice in, struct buf *out)
{
	const char *why = NULL;
	enum err e;

	buf_init(out, 1 << 20);
	e = pdf_sfnt(in, a, out, &why);
	CHECK(e == OK || e == ERR_MEMORY || why);
	return e;
}

static void fonts_lose_their_programs(void)
{
	AUTO_ARENA a = arena_new(1 << 24);
	struct slice in = test_file(a, "tests/corpus/pdf_font_fuzz/small");
	AUTO_BUF once, twice;

	REQUIRE(in.p);
	REQUIRE(font(a, in, &once) == OK);
	REQUIRE(font(a, buf_view(&once), &twice) == OK);
	CHECK(slice_eq(buf_view(&once), buf_view(&twice)));
	CHECK(slice_find(in, S("fpgm")) != SIZE_MAX);
	CHECK(slice_find(buf_view(&once), S("fpgm")) == SIZE_MAX);
	CHECK(slice_find(buf_view(&once), S("EVIL")) == SIZE_MAX);
}

/* Cut or with any byte changed, a font is refused, or comes out as one that is read again. */
static void fonts_that_lie_are_refused_or_settled(void)
{
	AUTO_ARENA base = arena_new(1 << 22);
	struct slice in = test_file(base, "tests/corpus/pdf_font_fuzz/small");

	REQUIRE(in.p);
	for (size_t i = 0; i < in.n * 3; i++) {
		static const uint8_t values[] = {0, 0xFF, 0x80};
		AUTO_ARENA a = arena_new(1 << 26);
		uint8_t *copy = (uint8_t *)(uintptr_t)arena_copy(a, in).p;
		AUTO_BUF once, twice = {0};

		copy[i / 3] = values[i % 3];
		if (font(a, slice_of(copy, in.n), &once) != OK)
			continue;
		CHECK(font(a, buf_view(&once), &twice) == OK);
		CHECK(slice_eq(buf_view(&once), buf_view(&twice)));
	}
	for (size_t n = 0; n + 16 < in.n; n++) {
		AUTO_ARENA a = arena_new(1 << 26);
		AUTO_BUF once;

		CHECK(font(a, slice_head(in, n), &once) != OK || n > in.n - 64);
	}
}

static void broken_files_are_held(void)
{
	AUTO_BUF pdf;

	buf_init(&pdf, 1 << 20);
	document(&pdf, "1 w");
	for (size_t n = 6; n < pdf.n; n += 7) {
		AUTO_JOB b;

		job_box_init(&b, slice_head(buf_view(&pdf), n), "a.pdf");
		if (format_sanitize(&b.job) == OK)
			CHECK(report_has(&b.report, "pdf-repaired") || n + 16 > pdf.n);
		else
			CHECK(b.diag.text[0] && b.report.n);
	}
}

static void text_is_held_by_name(void)
{
	AUTO_BUF pdf;
	AUTO_JOB b;

	buf_init(&pdf, 1 << 20);
	document(&pdf, "1 w");
	job_box_init(&b, buf_view(&pdf), "a.pdf");
	b.job.method = METHOD_TEXT;
	CHECK(format_sanitize(&b.job) == ERR_UNSUPPORTED);
	CHECK(report_has(&b.report, "pdf-no-text"));
}

TESTS(CASE(numbers_have_one_form), CASE(operators_come_out_typed), CASE(what_is_open_is_closed),
      CASE(colours_become_those_of_devices), CASE(programs_of_functions_are_run),
      CASE(content_that_lies_is_held), CASE(depth_has_an_end),
      CASE(pictures_that_are_not_unpacked_are_named), CASE(maps_to_unicode_become_lists),
      CASE(fonts_lose_their_programs), CASE(fonts_that_lie_are_refused_or_settled),
      CASE(broken_files_are_held), CASE(text_is_held_by_name))
