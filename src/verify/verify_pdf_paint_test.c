/* Patterns, shadings and masks as our writer prints them, and what is refused of them. */
#include "verify/pdf_file_test.h"

#define OBJECTS 9
#define RUN "256 times x"

static const struct {
	const char *dict, *data; /* the length of the data stands where the dictionary has @ */
} good[OBJECTS] = {
    {"<</Pages 2 0 R/Type/Catalog>>", NULL},
    {"<</Count 1/Kids[3 0 R]/Type/Pages>>", NULL},
    {"<</Contents 4 0 R/MediaBox[0 0 9 9]/Parent 2 0 "
     "R/Resources<</ExtGState<</G1<</SMask<</BC[0]/G "
     "5 0 R/S/Luminosity/Type/Mask>>>>>>/Pattern<</P1 6 0 R/P2<</Matrix[1 0 0 1 0 0]/PatternType "
     "2/Shading<</ColorSpace/DeviceGray/Coords[0 0 9 9]/Extend[true false]/Function 7 0 "
     "R/ShadingType 2>>/Type/Pattern>>>>/Shading<</S1<</Background[1]/ColorSpace/DeviceGray"
     "/Coords[0 0 1 0 0 9]/Function 8 0 R/ShadingType 3>>>>>>/Type/Page>>",
     NULL},
    {"<</Length @>>", "/G1 gs\n/Pattern cs\n/P1 scn\n/Pattern CS\n/P2 SCN\n/S1 sh\n"},
    {"<</BBox[0 0 9 9]/Group<</CS/DeviceGray/S/Transparency/Type/Group>>/Length @"
     "/Resources<<>>/Subtype/Form/Type/XObject>>",
     "0 g\n"},
    {"<</BBox[0 0 2 2]/Length @/PaintType 1/PatternType 1/Resources<</XObject<</X1 9 0 "
     "R>>>>/TilingType 1/Type/Pattern/XStep 2/YStep 0.5>>",
     "/X1 Do\n"},
    {"<</BitsPerSample 8/Domain[0 1]/FunctionType 0/Length @/Range[0 1]/Size[256]>>", RUN},
    {"<</BitsPerSample 8/Domain[0 1]/FunctionType 0/Length @/Range[0 1]/Size[256]>>", RUN},
    {"<</BBox[0 0 9 9]/Length @/Resources<<>>/Subtype/Form/Type/XObject>>", "1 w\n"},
};

static struct slice data_of(const char *data)
{
	static uint8_t run[256];

	memset(run, 'x', sizeof run);
	return strcmp(data, RUN) == 0 ? slice_of(run, sizeof run) : slice_str(data);
}

/* The file of these objects; in object `change` (OBJECTS for none) `from` becomes `to`. */
static void print(struct buf *out, size_t change, const char *from, const char *to)
{
	size_t at[OBJECTS];

	pdf_file_begin(out);
	for (size_t i = 0; i < OBJECTS; i++) {
		AUTO_BUF text;
		struct slice dict = slice_str(good[i].dict), data = S(""), body;
		size_t found, longer = 0;

		buf_init(&text, 1 << 16);
		at[i] = out->n;
		buf_printf(out, "%zu 0 obj\n", i + 1);
		if (good[i].data) {
			data = data_of(good[i].data);
			found = slice_find_byte(dict, '@');
			buf_slice(&text, slice_head(dict, found));
			if (i == change && slice_find(data, slice_str(from)) != SIZE_MAX)
				longer = strlen(to) - strlen(from); /* wraps where it is shorter */
			buf_printf(&text, "%zu", data.n + longer);
			buf_slice(&text, slice_from(dict, found + 1));
			buf_str(&text, "\nstream\n");
			buf_slice(&text, data);
			buf_str(&text, "\nendstream");
		} else {
			buf_slice(&text, dict);
		}
		body = buf_view(&text);
		found = i == change ? slice_find(body, slice_str(from)) : SIZE_MAX;
		if (i == change)
			REQUIRE(found != SIZE_MAX);
		buf_slice(out, slice_head(body, found));
		if (found != SIZE_MAX) {
			buf_str(out, to);
			buf_slice(out, slice_from(body, found + strlen(from)));
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
	print(&out, OBJECTS, "", "");
	CHECK(pdf_verdict(buf_view(&out), &d) == OK);
	if (d.text[0])
		printf("# %s at %zu\n", d.text, d.offset);
}

static const struct pdf_change bad[] = {
    {2, "BC[0]", "BC[]"},
    {2, "/Luminosity", "/Other"},
    {2, "/S/Luminosity", "/S/Luminosity/TR 7 0 R"},
    {2, "PatternType 2", "PatternType 1"},
    {2, "ShadingType 2", "ShadingType 3"},
    {2, "ShadingType 2", "ShadingType 4"},
    {2, "ShadingType 3", "ShadingType 2"},
    {2, "Coords[0 0 9 9]", "Coords[0 0 9]"},
    {2, "Extend[true false]", "Extend[true]"},
    {2, "Extend[true false]", "Extend[1 0]"},
    {2, "Background[1]", "Background[1 1 1]"},
    {2, "ColorSpace/DeviceGray", "ColorSpace/DeviceRGB"},
    {2, "ColorSpace/DeviceGray", "ColorSpace/Pattern"},
    {2, "Function 7", "Function 5"},
    {2, "Function 8", "Function 6"},
    {2, "Function 7 0 R", "Function[7 0 R]"},
    {2, "/P1 6 0 R", "/P1 5 0 R"},
    {2, "/P1 6 0 R", "/P1  6 0 R"},
    {2, "/S1<<", "/S2<<"},
    {3, "/Pattern cs\n", ""},
    {3, "/Pattern CS\n", ""},
    {3, "/Pattern CS", "/Pattern cs"},
    {3, "/P1 scn\n", ""},
    {3, "/P1 scn", "/P2 scn"},
    {3, "/P1 scn", "1 /P1 scn"},
    {3, "/Pattern cs", "/Device cs"},
    {3, "/Pattern cs\n/P1 scn\n", "/Pattern cs\n1 w\n/P1 scn\n"},
    {3, "/S1 sh\n", "/S1 sh\n/S2 sh\n"},
    {3, "/S1 sh\n", ""},
    {4, "/Subtype/Form", "/Subtype/Image"},
    {5, "PaintType 1", "PaintType 2"},
    {5, "TilingType 1", "TilingType 4"},
    {5, "XStep 2", "XStep 0"},
    {5, "YStep 0.5", "YStep 0.05"},
    {5, "XStep 2", "XStep -2"},
    {5, "/X1 9 0 R", "/X1 6 0 R"},
    {6, "FunctionType 0", "FunctionType 4"},
    {6, "Range[0 1]", "Range[0 1 0 1 0 1]"},
    {6, "Range[0 1]", "Range[0 2]"},
    {6, "Size[256]", "Size[255]"},
    {6, "Domain[0 1]", "Domain[0 9]"},
    {6, "BitsPerSample 8", "BitsPerSample 16"},
    {6, "xxxx", "xxx"},
    {8, "1 w", "/X1 Do"},
};

static void every_other_one_is_refused(void)
{
	pdf_refuse_each(print, bad, ARRAY_LEN(bad));
}

TESTS(CASE(the_good_one_is_recognised), CASE(every_other_one_is_refused))
