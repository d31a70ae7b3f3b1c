/* PDF as our writer prints it, written by hand, and what is refused of it. */
#include "verify/pdf_file_test.h"

#define OBJECTS 9

/* Everything that is not folded: a form, a picture, a mask, fonts, a link. */
static const char *const good[OBJECTS] = {
    "<</Pages 2 0 R/Type/Catalog>>",
    "<</Count 1/Kids[3 0 R]/Type/Pages>>",
    "<</Annots[<</A<</S/URI/Type/Action/URI<68747470733A2F2F612E6578616D706C652F>>>/Border[0 0 0]"
    "/Rect[0 0 9 9]/Subtype/Link/Type/Annot>><</Border[0 0 0]/Dest[3 0 R/XYZ 0 9 0]/Rect[0 0 9 9]"
    "/Subtype/Link/Type/Annot>>]/Contents 4 0 R/MediaBox[0 0 595.276 841.89]/Parent 2 0 R/Resources"
    "<</ExtGState<</G1<</CA 0.5/ca 1>>>>/Font<</F1 5 0 R>>/XObject<</X1 6 0 R/X2 7 0 R>>>>/Rotate "
    "90"
    "/Type/Page>>",
    "<</Length 92>>\nstream\n/G1 gs\nq\n1 0 0 -1 0.5 0 cm\n/X1 Do\nQ\nBT\n/F1 12 Tf\n[<41>-5<42>3 "
    "4] TJ\nET\n/X2 Do\n0 0 m\nh\nW\nn\n[1 2] 0 d\n\nendstream",
    "<</BaseFont/Helvetica/Encoding<</BaseEncoding/WinAnsiEncoding/Differences[65/a/b 70/c]/Type"
    "/Encoding>>/Subtype/Type1/ToUnicode 8 0 R/Type/Font>>",
    "<</BBox[0 0 1 1]/Length 4/Resources<<>>/Subtype/Form/Type/XObject>>\nstream\n0 g\n\nendstream",
    "<</BitsPerComponent 1/ColorSpace[/Indexed/DeviceRGB 1<000000FFFFFF>]/Height 2/Length 4/SMask "
    "9 "
    "0 R/Subtype/Image/Type/XObject/Width 9>>\nstream\n\xFF\x80\x41\0\nendstream",
    "<</Length 231>>\nstream\n/CIDInit /ProcSet findresource begin\n12 dict "
    "begin\nbegincmap\n/CMapName "
    "/Sekisho-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<00> <FF>\nendcodespacerange\n1 "
    "beginbfchar\n<41> <3042>\nendbfchar\nendcmap\nCMapName currentdict /CMap defineresource "
    "pop\nend\nend\n\nendstream",
    "<</BitsPerComponent 8/ColorSpace/DeviceGray/Height 1/Length "
    "2/Subtype/Image/Type/XObject/Width "
    "2>>\nstream\nab\nendstream",
};

/* The file of these objects; lengths of streams are set right. at: NULL, or the object to change.
 */
static void print(struct buf *out, size_t change, const char *from, const char *to)
{
	size_t at[OBJECTS];

	pdf_file_begin(out);
	for (size_t i = 0; i < OBJECTS; i++) {
		/* the picture has a NUL in its data */
		struct slice s = slice_str(good[i]);
		size_t found = SIZE_MAX, head;
		AUTO_BUF b;
		struct slice body;
		char length[32];

		if (i == 6)
			s.n = strlen(good[i]) + 1 + strlen("\nendstream");
		buf_init(&b, 1 << 16);
		if (i == change)
			found = slice_find(s, slice_str(from));
		if (i == change)
			REQUIRE(found != SIZE_MAX);
		buf_slice(&b, slice_head(s, found));
		if (found != SIZE_MAX) {
			buf_str(&b, to);
			buf_slice(&b, slice_from(s, found + strlen(from)));
		}
		body = buf_view(&b);
		at[i] = out->n;
		buf_printf(out, "%zu 0 obj\n", i + 1);
		head = slice_find(body, S("/Length "));
		if (head != SIZE_MAX && slice_find(slice_str(from), S("Length")) == SIZE_MAX) {
			size_t data = slice_find(body, S("\nstream\n"));
			size_t digits = head + 8;

			REQUIRE(data != SIZE_MAX);
			snprintf(length, sizeof length, "%zu", body.n - data - 8 - 10);
			buf_slice(out, slice_head(body, digits));
			buf_str(out, length);
			while (body.p[digits] >= '0' && body.p[digits] <= '9')
				digits++;
			buf_slice(out, slice_from(body, digits));
		} else {
			buf_slice(out, body);
		}
		buf_str(out, "\nendobj\n");
	}
	pdf_file_end(out, at, OBJECTS);
}

static void the_good_one_is_recognised(void)
{
	AUTO_BUF out;
	struct diag d = {0};

	buf_init(&out, 1 << 20);
	print(&out, SIZE_MAX, "", "");
	CHECK(pdf_verdict(buf_view(&out), &d) == OK);
	if (d.text[0])
		printf("# %s at %zu\n%.*s\n", d.text, d.offset, (int)out.n, (const char *)out.p);
}

static const struct pdf_change bad[] = {
    {0, "/Type", "/OpenAction 3 0 R/Type"},
    {0, "/Pages", "/AA<<>>/Pages"},
    {0, "/Pages 2 0 R/Type/Catalog", "/Type/Catalog/Pages 2 0 R"},
    {0, "/Pages 2 0 R", "/Pages 2 0 R/Pages 2 0 R"},
    {0, "/Pages 2", "/Pages  2"},
    {0, "/Pages 2", "/Pages 02"},
    {0, "/Pages 2", "/Pages 3"},
    {0, "/Pages 2 0", "/Pages 2 1"},
    {0, "/Type", "/T#79pe"},
    {0, "/Type/Catalog", ""},
    {1, "Count 1", "Count 2"},
    {1, "3 0 R", "3 0 R 3 0 R"},
    {1, "[3 0 R]", "[]"},
    {2, "<68", "<6A"}, /* jttps */
    {2, "/URI/Type", "/JavaScript/Type"},
    {2, "URI<6", "URI<06"},
    {2, "/Border[0 0 0]/Dest",
     "/A<</S/URI/Type/Action/URI<68747470733A2F2F612E6578616D706C652F>>>/Border[0 0 "
     "0]/Dest"},
    {2, "[3 0 R/XYZ 0 9 0]", "[2 0 R/XYZ 0 9 0]"},
    {2, "[3 0 R/XYZ 0 9 0]", "[3 0 R/XYZ 0 9 2]"},
    {2, "Rect[0 0 9 9]", "Rect[0 0 9]"},
    {2, "Subtype/Link", "Subtype/Widget"},
    {2, "595.276", "595.2760"},
    {2, "595.276", "+595"},
    {2, "595.276", "-0"},
    {2, "Rotate 90", "Rotate 45"},
    {2, "/Rotate 90", "/Rotate 90/Thumb 9 0 R"},
    {2, "CA 0.5", "CA 1.5"},
    {2, "/G1<<", "/G2<<"},
    {2, "/X1 6 0 R/X2", "/X1 6 0 R/X3"},
    {2, "/X1 6 0 R/X2 7 0 R", "/X1 6 0 R/X2 7 0 R/X3 6 0 R"}, /* nobody draws it */
    {2, "/F1 5 0 R", "/F1 6 0 R"},
    {2, "Contents 4 0 R", "Contents[4 0 R]"},
    {3, "/G1 gs", "/G1  gs"},
    {3, "0.5 0 cm", ".5 0 cm"},
    {3, "0.5 0 cm", "0.50 0 cm"},
    {3, "0.5 0 cm", "(a) 0 cm"},
    {3, "/X1 Do", "/X2 Do"},
    {3, "Q\nBT", "Q\nQ\nBT"},
    {3, "q\n", ""},
    {3, "BT\n", ""},
    {3, "ET\n", ""},
    {3, "[<41>-5<42>3 4] TJ", "[<41> -5<42>3 4] TJ"},
    {3, "[<41>-5<42>3 4] TJ", "[<4a>-5] TJ"},
    {3, "<41>", "<4>"},
    {3, "W\nn", "W\nW\nn"},
    {3, "W\nn", "W\n"},
    {3, "[1 2] 0 d", "[1 -2] 0 d"},
    {3, "0 0 m", "0 0 m % x"},
    {3, "0 0 m", "/X cs"},
    {3, "0 0 m", "BI"},
    {3, "0 d\n", "0 d\n1 w"},
    {3, "0 d\n", "0 d\n<</X 1>> BDC\n"},
    {3, "Length 92", "Length 91"},
    {3, "<</Length", "<</F(x)/Length"},
    {3, "<</Length", "<</DL 92/Length"},
    {3, "<</Length", "<</Filter/LZWDecode/Length"},
    {3, "<</Length", "<</DL 99/Filter/FlateDecode/Length"},
    {4, "Helvetica", "Helve#74ica"},
    {4, "65/a", "65 66/a"},
    {4, "65/a", "256/a"},
    {4, "/b 70", "/b  70"},
    {4, "/a/b", "/a/(b"},
    {4, "Subtype/Type1", "Subtype/Type3"},
    {4, "Subtype/Type1", "Subtype/Type0"},
    {4, "/Type/Font>>", "/Type/Font/Widths[1]>>"},
    {5, "BBox[0 0 1 1]/", ""},
    {5, "/Resources<<>>", ""},
    {5, "0 g", "/X1 Do"},
    {5, "/Subtype/Form", "/Subtype/PS"},
    {6, "1<000000FFFFFF>", "2<000000FFFFFF>"},
    {6, "Width 9", "Width 8"},
    {6, "Width 9", "Width 17"},
    {6, "Height 2", "Height 3"},
    {6, "SMask 9 0 R", "SMask 6 0 R"},
    {6, "SMask 9 0 R", "SMask 7 0 R"},
    {6, "/ColorSpace[/Indexed/DeviceRGB 1<000000FFFFFF>]", ""},
    {6, "/Height", "/ImageMask true/Height"},
    {7, "<41> <3042>", "<41> <200B>"},
    {7, "<41> <3042>", "<41> <D800>"},
    {7, "<41> <3042>\n", "<41> <3042>\n<40> <3042>\n"},
    {7, "1 beginbfchar", "2 beginbfchar"},
    {7, "<00> <FF>", "<0000> <FFFF>"},
    {7, "pop\nend\n", "pop\nEVIL\nend\n"},
    {8, "Width 2", "Mask 9 0 R/Width 2"},
};

static void every_other_one_is_refused(void)
{
	pdf_refuse_each(print, bad, ARRAY_LEN(bad));
}

static bool is_content(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       c == '-' || c == '.' || c > 0x7E || c == 0;
}

/* Nothing stands before, behind or between; nothing is cut off. */
static void every_byte_is_looked_at(void)
{
	AUTO_BUF out;
	size_t passed = 0;

	buf_init(&out, 1 << 20);
	print(&out, SIZE_MAX, "", "");
	for (size_t n = 0; n < out.n; n++)
		CHECK(pdf_verdict(slice_head(buf_view(&out), n), NULL) != OK);
	for (size_t i = 0; i <= out.n; i++) {
		static const char more[] = " \n%x";

		for (size_t k = 0; k < 4; k++) {
			AUTO_BUF b;

			buf_init(&b, 1 << 20);
			buf_slice(&b, slice_head(buf_view(&out), i));
			buf_byte(&b, (uint8_t)more[k]);
			buf_slice(&b, slice_from(buf_view(&out), i));
			passed += pdf_verdict(buf_view(&b), NULL) == OK;
		}
	}
	CHECK(passed == 0);
	/*
	 * A bit turned over is seen, but in samples, letters and numbers, which are content, and
	 * where it joins two of those.
	 */
	for (size_t i = 0; i < out.n; i++)
		for (unsigned bit = 0; bit < 8; bit++) {
			uint8_t was = out.p[i], is = was ^ (uint8_t)(1u << bit);
			bool joins = (was == ' ' || was == '/') && is_content(is);

			out.p[i] = is;
			if (!is_content(was) && !joins && pdf_verdict(buf_view(&out), NULL) == OK) {
				printf("# byte %zu %c -> %c\n", i, was, out.p[i]);
				CHECK(false);
			}
			out.p[i] = was;
		}
}

TESTS(CASE(the_good_one_is_recognised), CASE(every_other_one_is_refused),
      CASE(every_byte_is_looked_at))
