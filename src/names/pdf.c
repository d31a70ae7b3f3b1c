#include "names/pdf.h"

#include "base/err.h"

#define CODINGS "MacRomanEncoding MacExpertEncoding WinAnsiEncoding"
/* Identity, and the predefined CMaps of Japanese (9.7.5.2). */
#define CMAPS \
	"Identity-H Identity-V UniJIS-UCS2-H UniJIS-UCS2-V UniJIS-UCS2-HW-H UniJIS-UCS2-HW-V " \
	"UniJIS-UTF16-H UniJIS-UTF16-V 90ms-RKSJ-H 90ms-RKSJ-V 90msp-RKSJ-H 90msp-RKSJ-V " \
	"90pv-RKSJ-H 83pv-RKSJ-H EUC-H EUC-V H V"
#define BLENDS \
	"Normal Multiply Screen Overlay Darken Lighten ColorDodge ColorBurn HardLight SoftLight " \
	"Difference Exclusion Hue Saturation Color Luminosity"
#define DEVICES "DeviceGray DeviceRGB DeviceCMYK"

#define K(kind, key, domain, ...) {PDF_##kind, key, PDF_##domain, __VA_ARGS__},
#define NEED true
#define MAY false

/* clang-format off */
const struct pdf_row pdf_rows[] = {
	K(CATALOG, "Pages", REF, NEED, NULL, PDF_PAGES)
	K(CATALOG, "Type", NAME, NEED, "Catalog")

	K(PAGES, "Count", INT, NEED, NULL, PDF_NONE, 1, 100000)
	K(PAGES, "Kids", REFS, NEED, NULL, PDF_PAGE, 1, 100000)
	K(PAGES, "Type", NAME, NEED, "Pages")

	K(PAGE, "Annots", DICTS, MAY, NULL, PDF_LINK, 1, 10000)
	K(PAGE, "Contents", REF, NEED, NULL, PDF_CONTENT)
	K(PAGE, "CropBox", NUMBERS, MAY, NULL, PDF_NONE, 4, 4)
	K(PAGE, "Group", DICT, MAY, NULL, PDF_GROUP)
	K(PAGE, "MediaBox", NUMBERS, NEED, NULL, PDF_NONE, 4, 4)
	K(PAGE, "Parent", REF, NEED, NULL, PDF_PAGES)
	K(PAGE, "Resources", DICT, NEED, NULL, PDF_RESOURCES)
	K(PAGE, "Rotate", INT, MAY, NULL, PDF_NONE, 0, 270)
	K(PAGE, "Type", NAME, NEED, "Page")
	K(PAGE, "UserUnit", NUMBER, MAY, NULL, PDF_NONE, 0, 1000)

	K(CONTENT, "DL", UNFOLDED, MAY)
	K(CONTENT, "Filter", FILTER, MAY)
	K(CONTENT, "Length", LENGTH, NEED)

	K(XOBJECT, "BBox", NUMBERS, MAY, NULL, PDF_NONE, 4, 4)
	K(XOBJECT, "BitsPerComponent", INT, MAY, NULL, PDF_NONE, 1, 16)
	K(XOBJECT, "ColorSpace", COLOURS, MAY)
	K(XOBJECT, "DL", UNFOLDED, MAY)
	K(XOBJECT, "Decode", NUMBERS, MAY, NULL, PDF_NONE, 2, 8)
	K(XOBJECT, "Filter", FILTER, MAY)
	K(XOBJECT, "Group", DICT, MAY, NULL, PDF_GROUP)
	K(XOBJECT, "Height", INT, MAY, NULL, PDF_NONE, 1, 1 << 20)
	K(XOBJECT, "ImageMask", BOOL, MAY)
	K(XOBJECT, "Interpolate", BOOL, MAY)
	K(XOBJECT, "Length", LENGTH, NEED)
	K(XOBJECT, "Mask", REF, MAY, NULL, PDF_XOBJECT)
	K(XOBJECT, "Matrix", NUMBERS, MAY, NULL, PDF_NONE, 6, 6)
	K(XOBJECT, "Resources", DICT, MAY, NULL, PDF_RESOURCES)
	K(XOBJECT, "SMask", REF, MAY, NULL, PDF_XOBJECT)
	K(XOBJECT, "Subtype", NAME, NEED, "Form Image")
	K(XOBJECT, "Type", NAME, NEED, "XObject")
	K(XOBJECT, "Width", INT, MAY, NULL, PDF_NONE, 1, 1 << 20)

	K(FONT, "BaseFont", FONT_NAME, NEED)
	K(FONT, "DescendantFonts", REFS, MAY, NULL, PDF_CID_FONT, 1, 1)
	K(FONT, "Encoding", CODING, MAY, CODINGS " " CMAPS, PDF_ENCODING)
	K(FONT, "FirstChar", INT, MAY, NULL, PDF_NONE, 0, 255)
	K(FONT, "FontDescriptor", REF, MAY, NULL, PDF_DESCRIPTOR)
	K(FONT, "LastChar", INT, MAY, NULL, PDF_NONE, 0, 255)
	K(FONT, "Subtype", NAME, NEED, "TrueType Type0 Type1")
	K(FONT, "ToUnicode", REF, MAY, NULL, PDF_UNICODE)
	K(FONT, "Type", NAME, NEED, "Font")
	K(FONT, "Widths", NUMBERS, MAY, NULL, PDF_NONE, 1, 256)

	K(CID_FONT, "BaseFont", FONT_NAME, NEED)
	K(CID_FONT, "CIDSystemInfo", DICT, NEED, NULL, PDF_SYSTEM)
	K(CID_FONT, "CIDToGIDMap", GLYPH_MAP, MAY, NULL, PDF_GIDS)
	K(CID_FONT, "DW", NUMBER, MAY, NULL, PDF_NONE, -100000, 100000)
	K(CID_FONT, "DW2", NUMBERS, MAY, NULL, PDF_NONE, 2, 2)
	K(CID_FONT, "FontDescriptor", REF, NEED, NULL, PDF_DESCRIPTOR)
	K(CID_FONT, "Subtype", NAME, NEED, "CIDFontType0 CIDFontType2")
	K(CID_FONT, "Type", NAME, NEED, "Font")
	K(CID_FONT, "W", WIDTHS, MAY, NULL, PDF_NONE, 1, 0)
	K(CID_FONT, "W2", WIDTHS, MAY, NULL, PDF_NONE, 3, 0)

	K(DESCRIPTOR, "Ascent", NUMBER, MAY, NULL, PDF_NONE, -100000, 100000)
	K(DESCRIPTOR, "CapHeight", NUMBER, MAY, NULL, PDF_NONE, -100000, 100000)
	K(DESCRIPTOR, "Descent", NUMBER, MAY, NULL, PDF_NONE, -100000, 100000)
	K(DESCRIPTOR, "Flags", INT, NEED, NULL, PDF_NONE, 0, 0x7FFFF)
	K(DESCRIPTOR, "FontBBox", NUMBERS, MAY, NULL, PDF_NONE, 4, 4)
	K(DESCRIPTOR, "FontFile2", REF, MAY, NULL, PDF_TRUETYPE)
	K(DESCRIPTOR, "FontFile3", REF, MAY, NULL, PDF_CFF)
	K(DESCRIPTOR, "FontName", FONT_NAME, NEED)
	K(DESCRIPTOR, "ItalicAngle", NUMBER, MAY, NULL, PDF_NONE, -360, 360)
	K(DESCRIPTOR, "MissingWidth", NUMBER, MAY, NULL, PDF_NONE, -100000, 100000)
	K(DESCRIPTOR, "StemV", NUMBER, MAY, NULL, PDF_NONE, -100000, 100000)
	K(DESCRIPTOR, "Type", NAME, NEED, "FontDescriptor")

	K(TRUETYPE, "DL", UNFOLDED, MAY)
	K(TRUETYPE, "Filter", FILTER, MAY)
	K(TRUETYPE, "Length", LENGTH, NEED)
	K(TRUETYPE, "Length1", UNFOLDED, NEED)

	K(CFF, "DL", UNFOLDED, MAY)
	K(CFF, "Filter", FILTER, MAY)
	K(CFF, "Length", LENGTH, NEED)
	K(CFF, "Subtype", NAME, NEED, "CIDFontType0C Type1C")

	K(UNICODE, "DL", UNFOLDED, MAY)
	K(UNICODE, "Filter", FILTER, MAY)
	K(UNICODE, "Length", LENGTH, NEED)

	K(GIDS, "DL", UNFOLDED, MAY)
	K(GIDS, "Filter", FILTER, MAY)
	K(GIDS, "Length", LENGTH, NEED)

	K(RESOURCES, "ExtGState", MAP, MAY, "G", PDF_STATE)
	K(RESOURCES, "Font", MAP, MAY, "F", PDF_FONT)
	K(RESOURCES, "Pattern", MAP, MAY, "P", PDF_TILING)
	K(RESOURCES, "Shading", MAP, MAY, "S", PDF_SHADING)
	K(RESOURCES, "XObject", MAP, MAY, "X", PDF_XOBJECT)

	K(STATE, "AIS", BOOL, MAY)
	K(STATE, "BM", NAME, MAY, BLENDS)
	K(STATE, "CA", NUMBER, MAY, NULL, PDF_NONE, 0, 1)
	K(STATE, "LC", INT, MAY, NULL, PDF_NONE, 0, 2)
	K(STATE, "LJ", INT, MAY, NULL, PDF_NONE, 0, 2)
	K(STATE, "LW", NUMBER, MAY, NULL, PDF_NONE, 0, 100000)
	K(STATE, "ML", NUMBER, MAY, NULL, PDF_NONE, 0, 100000)
	K(STATE, "SMask", CODING, MAY, "None", PDF_MASK)
	K(STATE, "ca", NUMBER, MAY, NULL, PDF_NONE, 0, 1)

	K(MASK, "BC", NUMBERS, MAY, NULL, PDF_NONE, 1, 4)
	K(MASK, "G", REF, NEED, NULL, PDF_XOBJECT)
	K(MASK, "S", NAME, NEED, "Alpha Luminosity")
	K(MASK, "Type", NAME, NEED, "Mask")

	K(TILING, "BBox", NUMBERS, NEED, NULL, PDF_NONE, 4, 4)
	K(TILING, "DL", UNFOLDED, MAY)
	K(TILING, "Filter", FILTER, MAY)
	K(TILING, "Length", LENGTH, NEED)
	K(TILING, "Matrix", NUMBERS, MAY, NULL, PDF_NONE, 6, 6)
	K(TILING, "PaintType", FIXED, NEED, " 1")
	K(TILING, "PatternType", FIXED, NEED, " 1")
	K(TILING, "Resources", DICT, NEED, NULL, PDF_RESOURCES)
	K(TILING, "TilingType", INT, NEED, NULL, PDF_NONE, 1, 3)
	K(TILING, "Type", NAME, NEED, "Pattern")
	K(TILING, "XStep", NUMBER, NEED, NULL, PDF_NONE, 0, 1000000)
	K(TILING, "YStep", NUMBER, NEED, NULL, PDF_NONE, 0, 1000000)

	K(SHADED, "Matrix", NUMBERS, MAY, NULL, PDF_NONE, 6, 6)
	K(SHADED, "PatternType", FIXED, NEED, " 2")
	K(SHADED, "Shading", DICT, NEED, NULL, PDF_SHADING)
	K(SHADED, "Type", NAME, NEED, "Pattern")

	K(SHADING, "BBox", NUMBERS, MAY, NULL, PDF_NONE, 4, 4)
	K(SHADING, "Background", NUMBERS, MAY, NULL, PDF_NONE, 1, 4)
	K(SHADING, "ColorSpace", NAME, NEED, DEVICES)
	K(SHADING, "Coords", NUMBERS, NEED, NULL, PDF_NONE, 4, 6)
	K(SHADING, "Extend", BOOLS, MAY)
	K(SHADING, "Function", REF, NEED, NULL, PDF_FUNCTION)
	K(SHADING, "ShadingType", INT, NEED, NULL, PDF_NONE, 2, 3)

	K(FUNCTION, "BitsPerSample", FIXED, NEED, " 8")
	K(FUNCTION, "DL", UNFOLDED, MAY)
	K(FUNCTION, "Domain", FIXED, NEED, "[0 1]")
	K(FUNCTION, "Filter", FILTER, MAY)
	K(FUNCTION, "FunctionType", FIXED, NEED, " 0")
	K(FUNCTION, "Length", LENGTH, NEED)
	K(FUNCTION, "Range", FIXED, NEED, "[0 1]|[0 1 0 1 0 1]|[0 1 0 1 0 1 0 1]")
	K(FUNCTION, "Size", FIXED, NEED, "[256]")

	K(GROUP, "CS", NAME, MAY, DEVICES)
	K(GROUP, "I", BOOL, MAY)
	K(GROUP, "K", BOOL, MAY)
	K(GROUP, "S", NAME, NEED, "Transparency")
	K(GROUP, "Type", NAME, NEED, "Group")

	K(SYSTEM, "Ordering", WORD, NEED, "Identity Japan1 GB1 CNS1 Korea1 UCS")
	K(SYSTEM, "Registry", WORD, NEED, "Adobe")
	K(SYSTEM, "Supplement", INT, NEED, NULL, PDF_NONE, 0, 9)

	K(ENCODING, "BaseEncoding", NAME, MAY, CODINGS)
	K(ENCODING, "Differences", GLYPHS, MAY)
	K(ENCODING, "Type", NAME, NEED, "Encoding")

	K(LINK, "A", DICT, MAY, NULL, PDF_ACTION)
	K(LINK, "Border", NUMBERS, NEED, NULL, PDF_NONE, 3, 3)
	K(LINK, "Dest", DEST, MAY, NULL, PDF_PAGE)
	K(LINK, "Rect", NUMBERS, NEED, NULL, PDF_NONE, 4, 4)
	K(LINK, "Subtype", NAME, NEED, "Link")
	K(LINK, "Type", NAME, NEED, "Annot")

	K(ACTION, "S", NAME, NEED, "URI")
	K(ACTION, "Type", NAME, NEED, "Action")
	K(ACTION, "URI", URI, NEED)
};

#define P PDF_AT_PAGE
#define T PDF_IN_TEXT
#define H PDF_IN_PATH
#define C PDF_AT_CLIP
static const struct pdf_operator operators[] = {
	{"\"", "nns", T, 0}, {"'", "s", T, 0}, {"B", "", H | C, P}, {"B*", "", H | C, P},
	{"BT", "", P, T}, {"CS", "p", P | T, 0}, {"Do", "X", P, 0}, {"ET", "", T, P},
	{"G", "n", P | T, 0}, {"J", "i", P | T, 0}, {"K", "nnnn", P | T, 0}, {"M", "n", P | T, 0},
	{"Q", "", P, 0}, {"RG", "nnn", P | T, 0}, {"S", "", H | C, P}, {"SCN", "P", P | T, 0}, {"T*", "", T, 0},
	{"TD", "nn", T, 0}, {"TJ", "t", T, 0}, {"TL", "n", P | T, 0}, {"Tc", "n", P | T, 0},
	{"Td", "nn", T, 0}, {"Tf", "Fn", P | T, 0}, {"Tj", "s", T, 0}, {"Tm", "nnnnnn", T, 0},
	{"Tr", "i", P | T, 0}, {"Ts", "n", P | T, 0}, {"Tw", "n", P | T, 0}, {"Tz", "n", P | T, 0},
	{"W", "", H, C}, {"W*", "", H, C}, {"b", "", H | C, P}, {"b*", "", H | C, P},
	{"c", "nnnnnn", H, 0}, {"cm", "nnnnnn", P, 0}, {"cs", "p", P | T, 0}, {"d", "dn", P | T, 0}, {"f", "", H | C, P},
	{"f*", "", H | C, P}, {"g", "n", P | T, 0}, {"gs", "G", P | T, 0}, {"h", "", H, 0},
	{"j", "i", P | T, 0}, {"k", "nnnn", P | T, 0}, {"l", "nn", H, 0}, {"m", "nn", P | H, H},
	{"n", "", H | C, P}, {"q", "", P, 0}, {"re", "nnnn", P | H, H}, {"rg", "nnn", P | T, 0},
	{"s", "", H | C, P}, {"scn", "P", P | T, 0}, {"sh", "S", P, 0}, {"v", "nnnn", H, 0}, {"w", "n", P | T, 0}, {"y", "nnnn", H, 0},
};
#undef P
#undef T
#undef H
#undef C
/* clang-format on */

const size_t pdf_rows_n = ARRAY_LEN(pdf_rows);

const struct pdf_row *pdf_rows_of(enum pdf_kind kind, size_t *ret_n)
{
	const struct pdf_row *ret = NULL;

	*ret_n = 0;
	for (size_t i = 0; i < ARRAY_LEN(pdf_rows); i++) {
		if (pdf_rows[i].kind != kind)
			continue;
		ret = ret ? ret : &pdf_rows[i];
		++*ret_n;
	}
	return ret;
}

bool pdf_is_stream(enum pdf_kind kind)
{
	return kind == PDF_CONTENT || kind == PDF_XOBJECT || kind == PDF_TRUETYPE ||
	       kind == PDF_CFF || kind == PDF_UNICODE || kind == PDF_GIDS || kind == PDF_TILING ||
	       kind == PDF_FUNCTION;
}

bool pdf_draws(enum pdf_kind kind)
{
	return kind == PDF_XOBJECT || kind == PDF_TILING;
}

bool pdf_word_in(const char *words, struct slice word)
{
	struct slice all = slice_str(words);

	while (all.n) {
		size_t n = slice_find_byte(all, ' ');

		if (slice_eq(slice_head(all, n), word))
			return word.n > 0;
		all = slice_from(all, n == SIZE_MAX ? n : n + 1);
	}
	return false;
}

static bool made_of(struct slice s, const char *marks, size_t max)
{
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i], letter = c | 0x20;

		if ((letter < 'a' || letter > 'z') && (c < '0' || c > '9') &&
		    !memchr(marks, c, strlen(marks)))
			return false;
	}
	return s.n && s.n <= max;
}

bool pdf_font_name_ok(struct slice s)
{
	return made_of(s, "+-_.,", 63);
}

bool pdf_glyph_name_ok(struct slice s)
{
	return made_of(s, "._", 31);
}

const struct pdf_operator *pdf_operator(struct slice name)
{
	for (size_t i = 0; i < ARRAY_LEN(operators); i++)
		if (slice_eq_str(name, operators[i].name))
			return &operators[i];
	return NULL;
}
