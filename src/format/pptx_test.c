/* What of a slide nobody sees. */
#include "base/test.h"
#include "format/job_test.h"
#include "format/package_make.h"

#define OFFICE "http://schemas.openxmlformats.org/officeDocument/2006/"
#define PACKAGE "http://schemas.openxmlformats.org/package/2006/"
#define PML "application/vnd.openxmlformats-officedocument.presentationml."
#define NS \
	"xmlns:p='http://schemas.openxmlformats.org/presentationml/2006/main' " \
	"xmlns:a='http://schemas.openxmlformats.org/drawingml/2006/main' " \
	"xmlns:r='" OFFICE "relationships'"
#define TYPE(part, type) "<Override PartName='/" part "' ContentType='" PML type "+xml'/>"
#define LINK(id, type, target) \
	"<Relationship Id='" id "' Type='" OFFICE "relationships/" type "' Target='" target "'/>"
#define RELS(list) "<Relationships xmlns='" PACKAGE "relationships'>" list "</Relationships>"
#define TREE(shapes) \
	"<p:spTree><p:nvGrpSpPr><p:cNvPr id='1' name=''/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr>" \
	"<p:grpSpPr/>" shapes "</p:spTree>"
#define SHAPE(x, y, cx, cy, fill, list, runs) \
	"<p:sp><p:nvSpPr><p:cNvPr id='2' name='a'/><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr>" \
	"<a:xfrm><a:off x='" x "' y='" y "'/><a:ext cx='" cx "' cy='" cy "'/></a:xfrm>" fill \
	"</p:spPr><p:txBody><a:bodyPr/>" list "<a:p>" runs "</a:p></p:txBody></p:sp>"
#define RUN(props, text) "<a:r><a:rPr" props "</a:rPr><a:t>" text "</a:t></a:r>"
#define PLAIN ">"
#define SOLID(rgb) "<a:solidFill><a:srgbClr val='" rgb "'/></a:solidFill>"
#define SCHEME(name) "<a:solidFill><a:schemeClr val='" name "'/></a:solidFill>"

/* A show of one slide with these shapes, sanitised; the report stays in the box. */
static void slide(struct job_box *b, struct buf *in, const char *shapes, const char *bg,
		  const char *styles)
{
	AUTO_BUF text, master;
	const struct made_part parts[] = {
	    {"[Content_Types].xml",
	     "<Types xmlns='" PACKAGE "content-types'>" TYPE("p.xml", "presentation.main")
		 TYPE("s.xml", "slide") TYPE("m.xml", "slideMaster") "</Types>"},
	    {"_rels/.rels", RELS(LINK("a", "officeDocument", "p.xml"))},
	    {"p.xml",
	     "<p:presentation " NS "><p:sldMasterIdLst><p:sldMasterId id='2147483648' r:id='m'/>"
	     "</p:sldMasterIdLst><p:sldIdLst><p:sldId id='256' r:id='s'/></p:sldIdLst>"
	     "<p:sldSz cx='9144000' cy='6858000'/><p:notesSz cx='1' cy='1'/></p:presentation>"},
	    {"_rels/p.xml.rels",
	     RELS(LINK("m", "slideMaster", "m.xml") LINK("s", "slide", "s.xml"))},
	    {"m.xml", NULL},
	    {"s.xml", NULL},
	};
	struct made_part all[ARRAY_LEN(parts)];

	buf_init(&text, 1 << 16);
	buf_init(&master, 1 << 16);
	buf_printf(&text, "<p:sld " NS "><p:cSld>%s" TREE("%s") "</p:cSld></p:sld>%c", bg, shapes,
		   0);
	buf_printf(
	    &master,
	    "<p:sldMaster " NS "><p:cSld>" TREE(
		"") "</p:cSld><p:clrMap bg1='lt1' tx1='dk1' "
		    "bg2='lt2' tx2='dk2' accent1='accent1' accent2='accent2' accent3='accent3' "
		    "accent4='accent4' accent5='accent5' accent6='accent6' hlink='hlink' "
		    "folHlink='folHlink'/><p:txStyles>%s</p:txStyles></p:sldMaster>%c",
	    styles, 0);
	REQUIRE(buf_err(&text) == OK && buf_err(&master) == OK);
	memcpy(all, parts, sizeof(all));
	all[4].text = (const char *)master.p;
	all[5].text = (const char *)text.p;
	package_make(in, all, ARRAY_LEN(all), NULL, S(""));
	b->job.in = buf_view(in);
	REQUIRE(format_sanitize(&b->job) == OK);
}

/* The place that the first report of a finding names, "" where it names none; NULL: no report. */
static const char *place_of(const struct job_box *b, const char *finding, char ret[32])
{
	for (size_t i = 0; i < b->report.n; i++)
		if (strcmp(b->report.items[i].finding, finding) == 0) {
			snprintf(ret, 32, "%.*s", (int)b->report.items[i].place.n,
				 (const char *)b->report.items[i].place.p);
			return ret;
		}
	return NULL;
}

#define INSIDE(fill, list, runs) SHAPE("100", "100", "5000000", "900000", fill, list, runs)
#define NO_LIST "<a:lstStyle/>"

static void unseen_text_is_reported(void)
{
	static const struct {
		const char *shapes, *bg, *finding, *place; /* place NULL: not reported */
	} cases[] = {
	    {SHAPE("9144000", "0", "10", "10", "", NO_LIST, RUN(PLAIN, "x")), "", "hidden-shape",
	     "off-slide"},
	    {SHAPE("-500", "0", "400", "10", "", NO_LIST, RUN(PLAIN, "x")), "", "hidden-shape",
	     "off-slide"},
	    {SHAPE("0", "6858000", "10", "10", "", NO_LIST, RUN(PLAIN, "x")), "", "hidden-shape",
	     "off-slide"},
	    {SHAPE("-500", "0", "600", "10", "", NO_LIST, RUN(PLAIN, "x")), "", "hidden-shape",
	     NULL},
	    {INSIDE("", NO_LIST, RUN(" sz='100'>", "x")), "", "hidden-text", "sz"},
	    {INSIDE("", NO_LIST, RUN(" sz='1200'>", "x")), "", "hidden-text", NULL},
	    {INSIDE("", "<a:lstStyle><a:lvl1pPr><a:defRPr sz='100'/></a:lvl1pPr></a:lstStyle>",
		    RUN(PLAIN, "x")),
	     "", "hidden-text", "sz"},
	    {INSIDE("",
		    "<a:lstStyle><a:lvl1pPr><a:defRPr>" SOLID("FFFFFF") "</a:defRPr></a:lvl1pPr>"
									"</a:lstStyle>",
		    RUN(PLAIN, "x")),
	     "", "hidden-text", "color"},
	    {INSIDE("", NO_LIST, RUN(">" SCHEME("bg1"), "x")), "", "hidden-text", "color"},
	    {INSIDE(SOLID("123456"), NO_LIST, RUN(">" SOLID("FFFFFF"), "x")), "", "hidden-text",
	     NULL},
	    {INSIDE(SOLID("123456"), NO_LIST, RUN(">" SOLID("123456"), "x")), "", "hidden-text",
	     "color"},
	    {INSIDE("", NO_LIST, RUN(">" SOLID("FFFFFF"), "x")),
	     "<p:bg><p:bgPr>" SOLID("203864") "<a:effectLst/></p:bgPr></p:bg>", "hidden-text",
	     NULL},
	    /* On a dark box that is drawn before. */
	    {SHAPE("0", "0", "6000000", "900000", SOLID("000000"), NO_LIST, "")
		 INSIDE("", NO_LIST, RUN(">" SOLID("FFFFFF"), "x")),
	     "", "hidden-text", NULL},
	    /* Under a box that is drawn later; not under an empty one, nor under a smaller one. */
	    {INSIDE("", NO_LIST, RUN(PLAIN, "x"))
		 SHAPE("0", "0", "6000000", "1000100", SOLID("FFFFFF"), NO_LIST, ""),
	     "", "hidden-text", "covered"},
	    {INSIDE("", NO_LIST, RUN(PLAIN, "x"))
		 SHAPE("0", "0", "6000000", "1000100", "<a:noFill/>", NO_LIST, ""),
	     "", "hidden-text", NULL},
	    {INSIDE("", NO_LIST, RUN(PLAIN, "x"))
		 SHAPE("200", "0", "6000000", "1000100", SOLID("FFFFFF"), NO_LIST, ""),
	     "", "hidden-text", NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char place[32];
		const char *found;
		AUTO_JOB b;
		AUTO_BUF in;

		buf_init(&in, 1 << 20);
		job_box_init(&b, S(""), "a.pptx");
		slide(&b, &in, cases[i].shapes, cases[i].bg, "");
		found = place_of(&b, cases[i].finding, place);
		if (!found != !cases[i].place || (found && strcmp(found, cases[i].place) != 0))
			printf("# %zu: %s at %s\n", i, cases[i].finding, found ? found : "-");
		CHECK(!found == !cases[i].place);
		CHECK(!found || strcmp(found, cases[i].place) == 0);
	}
}

static void styles_of_masters_hide_text_too(void)
{
	static const struct {
		const char *props, *place;
	} cases[] = {
	    {"<a:defRPr sz='100'/>", "sz"},
	    {"<a:defRPr>" SCHEME("bg1") "</a:defRPr>", "color"},
	    {"<a:defRPr>" SCHEME("tx1") "</a:defRPr>", NULL},
	    {"<a:defRPr sz='4400'/>", NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char place[32], styles[256];
		const char *found;
		AUTO_JOB b;
		AUTO_BUF in;

		buf_init(&in, 1 << 20);
		job_box_init(&b, S(""), "a.pptx");
		snprintf(styles, sizeof(styles),
			 "<p:titleStyle><a:lvl1pPr>%s</a:lvl1pPr></p:titleStyle>", cases[i].props);
		slide(&b, &in, "", "", styles);
		found = place_of(&b, "hidden-style", place);
		CHECK(!found == !cases[i].place);
		CHECK(!found || strcmp(found, cases[i].place) == 0);
	}
}

TESTS(CASE(unseen_text_is_reported), CASE(styles_of_masters_hide_text_too))
