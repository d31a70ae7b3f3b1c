#include "base/test.h"
#include "names/finding.h"
#include "names/names.h"

static void every_row_says_what_becomes_of_it(void)
{
	size_t n, kept = 0, dropped = 0, unwrapped = 0, held = 0, attrs = 0, gaps = 0;
	const struct names_element *e = names_element_table(&n);

	for (size_t i = 0; i < n; i++) {
		kept += e[i].disp == NAMES_KEEP;
		dropped += e[i].disp == NAMES_DROP;
		unwrapped += e[i].disp == NAMES_UNWRAP;
		held += e[i].disp == NAMES_HOLD;
		attrs += e[i].n_attrs;
		/* what goes must be told by name */
		if (e[i].disp != NAMES_KEEP)
			gaps += !e[i].finding || !finding_by_id(slice_str(e[i].finding));
		for (size_t k = 0; k < e[i].n_attrs; k++) {
			const struct names_attr *a = &e[i].attrs[k];

			if (a->disp == NAMES_KEEP)
				gaps += a->domain == NULL;
			else if (a->finding)
				gaps += !finding_by_id(slice_str(a->finding));
			CHECK(names_attribute(&e[i], a->ns, slice_of(a->name, a->name_n)) == a);
			CHECK(strlen(a->name) == a->name_n);
		}
		CHECK(strlen(e[i].name) == e[i].name_n);
		CHECK(names_element(e[i].ns, slice_of(e[i].name, e[i].name_n)) == &e[i]);
	}
	printf("# elements: %zu kept, %zu dropped, %zu unwrapped, %zu held; %zu attributes; "
	       "%zu gaps\n",
	       kept, dropped, unwrapped, held, attrs, gaps);
	CHECK(gaps == 0);
	CHECK(kept > 1400 && dropped > 500 && attrs > 2000);
}

static bool kept(unsigned ns, const char *name)
{
	const struct names_element *e = names_element(ns, slice_str(name));

	return e && e->disp == NAMES_KEEP;
}

static void what_acts_is_not_kept(void)
{
	static const struct {
		unsigned ns;
		const char *name;
	} bad[] = {
	    {NS_W, "altChunk"},
	    {NS_W, "attachedTemplate"},
	    {NS_W, "subDoc"},
	    {NS_W, "control"},
	    {NS_W, "object"},
	    {NS_W, "frameset"},
	    {NS_W, "mailMerge"},
	    {NS_W, "pict"},
	    {NS_W, "embedRegular"},
	    {NS_W, "dataBinding"},
	    {NS_W, "entryMacro"},
	    {NS_W, "updateFields"},
	    {NS_X, "oleObjects"},
	    {NS_X, "controls"},
	    {NS_X, "externalReferences"},
	    {NS_X, "ddeLink"},
	    {NS_X, "connections"},
	    {NS_X, "legacyDrawing"},
	    {NS_X, "extLst"},
	    {NS_X, "webPublishItems"},
	    {NS_X, "pivotCaches"},
	    {NS_P, "oleObj"},
	    {NS_P, "controls"},
	    {NS_P, "cmd"},
	    {NS_P, "custDataLst"},
	    {NS_P, "embeddedFontLst"},
	    {NS_A, "videoFile"},
	    {NS_A, "hlinkHover"},
	    {NS_A, "hlinkMouseOver"},
	    {NS_A, "extLst"},
	    {NS_C, "externalData"},
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		CHECK(names_element(bad[i].ns, slice_str(bad[i].name)) != NULL);
		CHECK(!kept(bad[i].ns, bad[i].name));
	}
	CHECK(kept(NS_W, "p") && kept(NS_X, "c") && kept(NS_P, "sld") && kept(NS_A, "blip"));
	CHECK(kept(NS_C, "chartSpace") && kept(NS_M, "oMath") && kept(NS_WPS, "txbx"));
	CHECK(names_element(NS_W, S("nosuch")) == NULL);
	CHECK(names_element(NS_V, S("shape")) == NULL);
	CHECK(names_element(NS_UNKNOWN, S("p")) == NULL);
}

static const struct names_attr *attr(unsigned ns, const char *el, unsigned attr_ns,
				     const char *name)
{
	const struct names_element *e = names_element(ns, slice_str(el));

	REQUIRE(e != NULL);
	return names_attribute(e, attr_ns, slice_str(name));
}

static void attributes_have_their_domain(void)
{
	const struct names_attr *a = attr(NS_W, "jc", NS_W, "val");

	REQUIRE(a && a->disp == NAMES_KEEP);
	CHECK(names_domain_ok(a->domain, S("center")));
	CHECK(!names_domain_ok(a->domain, S("middle")));
	a = attr(NS_A, "blip", NS_R, "embed");
	REQUIRE(a && a->domain->kind == DOMAIN_RID);
	CHECK(a->domain->targets == 1ull << PART_IMAGE && !a->domain->link);
	a = attr(NS_A, "blip", NS_R, "link");
	REQUIRE(a && a->disp == NAMES_DROP);
	CHECK_STR(slice_str(a->finding), "picture-linked");
	a = attr(NS_W, "hyperlink", NS_R, "id");
	REQUIRE(a && a->domain->kind == DOMAIN_RID);
	CHECK(a->domain->link && a->domain->targets == 0);
	CHECK(attr(NS_W, "jc", NS_NONE, "val") == NULL);
	CHECK(attr(NS_X, "c", NS_NONE, "r")->domain->kind == DOMAIN_CELL);
	CHECK(attr(NS_A, "graphicData", NS_NONE, "uri")->domain->kind == DOMAIN_ENUM);
	CHECK(attr(NS_W, "p", NS_W, "rsidR")->disp == NAMES_DROP);
}

static bool in(enum names_domain_kind kind, const char *s)
{
	struct names_domain d = {"", kind, NULL, 0, 0, false};

	return names_domain_ok(&d, slice_str(s));
}

static void domains_hold_what_they_say(void)
{
	static const struct {
		enum names_domain_kind kind;
		const char *good[6], *bad[14];
	} t[] = {
	    {DOMAIN_BOOL, {"1", "0", "true", "false"}, {"", "on", "TRUE", "2"}},
	    {DOMAIN_ONOFF, {"on", "off", "1"}, {"yes", ""}},
	    {DOMAIN_INT, {"0", "-12", "+3"}, {"", "-", "1.0", "0x1", "1 ", "9999999999999999999"}},
	    {DOMAIN_UINT, {"0", "12"}, {"-1", "", "1e3"}},
	    {DOMAIN_NUMBER,
	     {"1", "-1.5", ".5", "1E-7", "1e+10"},
	     {"", ".", "1e", "INF", "NaN", "1,5"}},
	    {DOMAIN_MEASURE, {"12", "50%", "1.5cm", "-3pt"}, {"", "pt", "1px", "1 cm", "50%%"}},
	    {DOMAIN_HEX, {"0F", "abcdef"}, {"", "G", "0x1"}},
	    {DOMAIN_COLOR, {"auto", "FF0000", "FFFF0000"}, {"red", "", "FF00"}},
	    {DOMAIN_TOKEN, {"a.b-c_1+"}, {"", "a b", "a/b", "a:b", "あ"}},
	    {DOMAIN_TOKENS, {"", "a", "a b"}, {" ", "a  b", " a", "a "}},
	    {DOMAIN_GUID,
	     {"{5C22544A-7EE6-4342-B048-85BDC9FD1C3A}"},
	     {"", "5C22544A-7EE6-4342-B048-85BDC9FD1C3A",
	      "{5C22544A-7EE6-4342-B048-85BDC9FD1C3G}"}},
	    {DOMAIN_LANG, {"", "ja-JP", "x-none"}, {"ja_JP", "ja JP"}},
	    {DOMAIN_DATETIME,
	     {"2015-01-02T03:04:05Z", "2015-01-02T03:04:05", "2015-01-02T03:04:05.123+09:00"},
	     {"", "2015-01-02", "2015-01-02 03:04:05", "2015-01-02T03:04:05ZZ",
	      "2015-01-02T03:04:05."}},
	    {DOMAIN_GUIDE, {"*/ h 1 2", "val 50000", "?: x 1 2"}, {"", "a&b", "a;b"}},
	    {DOMAIN_CELL, {"A1", "$XFD$1048576"}, {"", "A", "1", "A0", "ABCD1", "A1:B2", "A1!"}},
	    {DOMAIN_RANGE, {"A1", "A1:B2", "A:C", "1:3"}, {"", ":", "A1:", "Sheet!A1", "A1:B2:C3"}},
	    {DOMAIN_RANGES, {"A1", "A1 B2:C3"}, {"", "A1,B2", "A1  B2", "A1 "}},
	    {DOMAIN_SPANS, {"1:3", "1:3 5:9"}, {"1", "1-3", "1:3 "}},
	    {DOMAIN_RID,
	     {"rId1", "rId123"},
	     {"", "rId", "rId0", "rId01", "rId1234567", "R1", "rId1x"}},
	    {DOMAIN_TEXT,
	     {"", "表題\t1", "葛\U000E0100飾", "\u2764\uFE0F\u200D\U0001F525",
	      "\u0645\u06CC\u200C\u062E"},
	     {"\x01", "\xc2\x85", "\xff", "\xef\xbf\xbe", "\xed\xa0\x80", "a\u202Eb", "\U000E0041",
	      "葛\U000E0100\U000E0101", "a\u200B\u200Cb", "a \uFE0F", "\uFE0F", "a\u3164"}},
	    {DOMAIN_NONE, {""}, {"x", " "}},
	};

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		for (size_t k = 0; k < ARRAY_LEN(t[i].good) && t[i].good[k]; k++)
			if (!in(t[i].kind, t[i].good[k])) {
				printf("# %u refuses [%s]\n", t[i].kind, t[i].good[k]);
				CHECK(false);
			}
		for (size_t k = 0; k < ARRAY_LEN(t[i].bad) && t[i].bad[k]; k++)
			if (in(t[i].kind, t[i].bad[k])) {
				printf("# %u accepts [%s]\n", t[i].kind, t[i].bad[k]);
				CHECK(false);
			}
	}
}

static void spaces_have_one_number_for_both_editions(void)
{
	const struct names_ns *a, *b;

	a = names_ns_by_uri(S("http://schemas.openxmlformats.org/wordprocessingml/2006/main"));
	b = names_ns_by_uri(S("http://purl.oclc.org/ooxml/wordprocessingml/main"));
	REQUIRE(a && b);
	CHECK(a == b && a->number == NS_W);
	CHECK_STR(slice_str(a->prefix), "w");
	for (unsigned i = 0; i < NS_END; i++)
		CHECK(names_ns(i)->number == i);
	for (unsigned i = NS_W; i < NS_PRINTABLE_END; i++) {
		CHECK(names_ns(i)->prefix != NULL);
		if (names_ns(i)->prefix[0])
			CHECK(names_ns_by_prefix(slice_str(names_ns(i)->prefix)) == names_ns(i));
	}
	for (unsigned i = NS_MC; i < NS_END; i++) {
		CHECK(names_ns(i)->prefix == NULL);
		CHECK(finding_by_id(slice_str(names_ns(i)->finding)) != NULL);
	}
	CHECK(names_ns_by_uri(S("http://example.com/")) == NULL);
	CHECK(names_ns_by_uri(S("")) == NULL);
	CHECK(names_ns_by_prefix(S("v")) == NULL);
}

static void parts_and_relations_agree(void)
{
	const struct names_relation *r;

	for (int i = PART_NONE + 1; i < PART_END; i++) {
		const struct names_part *p = names_part((enum names_part_id)i);
		bool reached = i == PART_DOCUMENT || i == PART_WORKBOOK || i == PART_PRESENTATION;

		CHECK((int)p->id == i);
		if (p->type) {
			const struct names_content_type *t = names_content_type(slice_str(p->type));

			CHECK(t && t->part == p->id);
			CHECK(kept(p->root_ns, p->root));
			CHECK(p->spaces >> p->root_ns & 1);
		}
		for (int s = PART_NONE + 1; s < PART_END; s++)
			reached |= names_relation_between((enum names_part_id)s, p->id) != NULL;
		CHECK(reached);
	}
	r = names_relation(
	    S("http://purl.oclc.org/ooxml/officeDocument/relationships/attachedTemplate"));
	REQUIRE(r);
	CHECK_STR(slice_str(r->finding), "external-template");
	r = names_relation_between(PART_SLIDE, PART_SLIDE_LAYOUT);
	CHECK(r && r->implicit);
	CHECK(names_relation_between(PART_SLIDE, PART_WORKSHEET) == NULL);
	CHECK(names_relation_link()->link);
	CHECK(names_content_type(S("Application/Vnd.MS-Office.vbaProject"))->part == PART_NONE);
	CHECK(names_content_type(S("image/PNG; x=y"))->part == PART_IMAGE);
	CHECK(names_content_type(S("application/x-msdownload")) == NULL);
	CHECK(names_family(S("xlsx")) == FAMILY_XLSX);
	CHECK_STR(slice_str(names_family_dir(FAMILY_PPTX)), "ppt");
	CHECK(names_family(S("exe")) == 0);
}

static const struct names_element *row(const char *name)
{
	struct slice s = slice_str(name);
	size_t colon = slice_find_byte(s, ':');
	const struct names_ns *ns = names_ns_by_prefix(slice_head(s, colon));

	return names_element(ns->number, slice_from(s, colon + 1));
}

static bool stands(const char *child, const char *parent, struct names_place *ret)
{
	return names_place(row(child), row(parent), ret);
}

static void elements_have_their_places(void)
{
	static const char *const good[][2] = {
	    {"w:p", "w:body"},
	    {"w:jc", "w:pPr"},
	    {"c:ser", "c:pieChart"},
	    {"c:chart", "c:chartSpace"},
	    {"c:chart", "a:graphicData"},
	    {"m:e", "m:rad"},
	    {"m:oMath", "w:p"},
	    {"w:bookmarkStart", "m:e"},
	    {"a:solidFill", "a:rPr"},
	    {"x:f", "x:c"},
	    {"xdr:sp", "xdr:twoCellAnchor"},
	    {"w:t", "m:r"},
	};
	static const char *const bad[][2] = {
	    {"w:jc", "w:body"},  {"w:t", "w:p"},         {"c:ser", "c:chart"},   {"c:pt", "c:ser"},
	    {"m:e", "m:f"},      {"m:num", "m:oMath"},   {"w:tc", "w:tbl"},      {"w:p", "w:r"},
	    {"a:t", "a:p"},      {"x:f", "x:row"},       {"a:tbl", "p:spTree"},  {"p:sp", "p:sp"},
	    {"w:vanish", "w:p"}, {"xdr:from", "xdr:sp"}, {"x:c", "x:sheetData"},
	};
	struct names_place a, b;
	uint8_t bit;

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		CHECK(stands(good[i][0], good[i][1], &a));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CHECK(!stands(bad[i][0], bad[i][1], &a));
	/* In order, once, one of several, any order, always. */
	CHECK(stands("c:idx", "c:ser", &a) && stands("c:val", "c:ser", &b) && a.rank < b.rank);
	CHECK(!a.many && a.bit != b.bit);
	CHECK(stands("c:dPt", "c:ser", &a) && a.many && a.bit == NAMES_NONE);
	CHECK(stands("a:noFill", "a:spPr", &a) && stands("a:blipFill", "a:spPr", &b));
	CHECK(a.rank == b.rank && a.bit == b.bit && !a.many);
	CHECK(stands("w:b", "w:rPr", &a) && stands("w:sz", "w:rPr", &b));
	CHECK(a.rank == b.rank && a.bit != b.bit && !a.many);
	CHECK(stands("w:p", "w:tc", &a) && stands("w:tbl", "w:tc", &b) && a.many && a.bit == b.bit);
	CHECK(names_must_bits(row("w:tc")) == 1ull << a.bit);
	CHECK(names_must_child(row("w:tc"), 0, &bit) == row("w:p") && bit == a.bit);
	CHECK(names_must_bits(row("w:p")) == 0);
}

TESTS(CASE(elements_have_their_places), CASE(every_row_says_what_becomes_of_it),
      CASE(what_acts_is_not_kept), CASE(attributes_have_their_domain),
      CASE(domains_hold_what_they_say), CASE(spaces_have_one_number_for_both_editions),
      CASE(parts_and_relations_agree))
