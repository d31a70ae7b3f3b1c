#include "base/err.h"
#include "names/names.h"

#define OOXML "http://schemas.openxmlformats.org/"
#define STRICT "http://purl.oclc.org/ooxml/"
#define MS "http://schemas.microsoft.com/office/"
#define SVG_EXT MS "drawing/2016/SVG/main"

/* In the order of enum names_ns_number; the first row of each stands at its number. */
static const struct names_ns spaces[] = {
    {NS_NONE, NULL, "", NULL, NULL},
    {NS_W, "w", OOXML "wordprocessingml/2006/main", STRICT "wordprocessingml/main", NULL},
    {NS_X, "x", OOXML "spreadsheetml/2006/main", STRICT "spreadsheetml/main", NULL},
    {NS_P, "p", OOXML "presentationml/2006/main", STRICT "presentationml/main", NULL},
    {NS_A, "a", OOXML "drawingml/2006/main", STRICT "drawingml/main", NULL},
    {NS_R, "r", OOXML "officeDocument/2006/relationships", STRICT "officeDocument/relationships",
     NULL},
    {NS_PIC, "pic", OOXML "drawingml/2006/picture", STRICT "drawingml/picture", NULL},
    {NS_WP, "wp", OOXML "drawingml/2006/wordprocessingDrawing",
     STRICT "drawingml/wordprocessingDrawing", NULL},
    {NS_M, "m", OOXML "officeDocument/2006/math", STRICT "officeDocument/math", NULL},
    {NS_C, "c", OOXML "drawingml/2006/chart", STRICT "drawingml/chart", NULL},
    {NS_CDR, "cdr", OOXML "drawingml/2006/chartDrawing", STRICT "drawingml/chartDrawing", NULL},
    {NS_XDR, "xdr", OOXML "drawingml/2006/spreadsheetDrawing",
     STRICT "drawingml/spreadsheetDrawing", NULL},
    {NS_WPS, "wps", MS "word/2010/wordprocessingShape", NULL, NULL},
    {NS_WPG, "wpg", MS "word/2010/wordprocessingGroup", NULL, NULL},
    {NS_WPC, "wpc", MS "word/2010/wordprocessingCanvas", NULL, NULL},
    {NS_XML, "xml", "http://www.w3.org/XML/1998/namespace", NULL, NULL},
    {NS_CT, "", OOXML "package/2006/content-types", NULL, NULL},
    {NS_REL, "", OOXML "package/2006/relationships", NULL, NULL},
    {NS_MC, NULL, OOXML "markup-compatibility/2006", NULL, "alternate-content"},
    {NS_V, NULL, "urn:schemas-microsoft-com:vml", NULL, "vml"},
    {NS_O, NULL, "urn:schemas-microsoft-com:office:office", NULL, "vml"},
    {NS_W10, NULL, "urn:schemas-microsoft-com:office:word", NULL, "vml"},
    {NS_DGM, NULL, OOXML "drawingml/2006/diagram", STRICT "drawingml/diagram", "smart-art"},
    {NS_DSP, NULL, MS "drawing/2008/diagram", NULL, "smart-art"},
    {NS_CX, NULL, MS "drawing/2014/chartex", NULL, "chart-new-kind"},
    {NS_W14, NULL, MS "word/2010/wordml", NULL, "extension"},
    {NS_A14, NULL, MS "drawing/2010/main", NULL, "extension"},
    {NS_ASVG, NULL, SVG_EXT, NULL, "picture-placeholder"},
    {NS_CP, NULL, OOXML "package/2006/metadata/core-properties", NULL, "metadata"},
    {NS_DC, NULL, "http://purl.org/dc/elements/1.1/", NULL, "metadata"},
    {NS_DCTERMS, NULL, "http://purl.org/dc/terms/", NULL, "metadata"},
    {NS_AP, NULL, OOXML "officeDocument/2006/extended-properties",
     STRICT "officeDocument/extendedProperties", "metadata"},
    {NS_CUSTOM_PROPS, NULL, OOXML "officeDocument/2006/custom-properties",
     STRICT "officeDocument/customProperties", "custom-properties"},
    {NS_VT, NULL, OOXML "officeDocument/2006/docPropsVTypes",
     STRICT "officeDocument/docPropsVTypes", "metadata"},
    {NS_OTHER, NULL, "urn:schemas-microsoft-com:office:excel", NULL, "vml"},
    {NS_OTHER, NULL, "urn:schemas-microsoft-com:office:powerpoint", NULL, "vml"},
    {NS_OTHER, NULL, "urn:schemas-microsoft-com:office:smarttags", NULL, "smart-tag"},
    {NS_OTHER, NULL, OOXML "drawingml/2006/lockedCanvas", STRICT "drawingml/lockedCanvas",
     "extension"},
    {NS_OTHER, NULL, OOXML "drawingml/2006/compatibility", NULL, "extension"},
    {NS_OTHER, NULL, OOXML "schemaLibrary/2006/main", STRICT "schemaLibrary/main", "custom-xml"},
    {NS_OTHER, NULL, OOXML "officeDocument/2006/customXml", STRICT "officeDocument/customXml",
     "custom-xml"},
    {NS_OTHER, NULL, OOXML "officeDocument/2006/bibliography", STRICT "officeDocument/bibliography",
     "custom-xml"},
    {NS_OTHER, NULL, OOXML "officeDocument/2006/characteristics",
     STRICT "officeDocument/characteristics", "metadata"},
    {NS_OTHER, NULL, "http://www.w3.org/2001/XMLSchema-instance", NULL, "metadata"},
    {NS_OTHER, NULL, "http://purl.org/dc/dcmitype/", NULL, "metadata"},
    {NS_OTHER, NULL, "http://www.w3.org/2003/InkML", NULL, "ink"},
    {NS_OTHER, NULL, "http://www.w3.org/2003/04/emma", NULL, "ink"},
    {NS_OTHER, NULL, "http://www.w3.org/1998/Math/MathML", NULL, "extension"},
    {NS_OTHER, NULL, "http://www.w3.org/2000/svg", NULL, "picture-placeholder"},
    {NS_OTHER, NULL, MS "2006/activeX", NULL, "activex"},
    {NS_OTHER, NULL, MS "2006/01/customui", NULL, "custom-ui"},
    {NS_OTHER, NULL, MS "2009/07/customui", NULL, "custom-ui"},
    {NS_OTHER, NULL, MS "2006/keyboard", NULL, "key-map"},
    {NS_OTHER, NULL, MS "2006/xmlPackage", NULL, "unknown-part"},
    {NS_OTHER, NULL, MS "word/2006/wordml", NULL, "key-map"},
    {NS_OTHER, NULL, MS "word/2010/wordprocessingInk", NULL, "ink"},
    {NS_OTHER, NULL, MS "word/2010/wordprocessingDrawing", NULL, "extension"},
    {NS_OTHER, NULL, MS "word/2012/wordml", NULL, "extension"},
    {NS_OTHER, NULL, MS "word/2012/wordprocessingDrawing", NULL, "extension"},
    {NS_OTHER, NULL, MS "word/2015/wordml/symex", NULL, "extension"},
    {NS_OTHER, NULL, MS "word/2016/wordml/cid", NULL, "extension"},
    {NS_OTHER, NULL, MS "word/2018/wordml", NULL, "extension"},
    {NS_OTHER, NULL, MS "word/2018/wordml/cex", NULL, "extension"},
    {NS_OTHER, NULL, MS "word/2020/wordml/sdtdatahash", NULL, "extension"},
    {NS_OTHER, NULL, MS "word/2023/wordml/word16du", NULL, "extension"},
    {NS_OTHER, NULL, MS "excel/2006/main", NULL, "macro-sheet"},
    {NS_OTHER, NULL, MS "excel/2008/2/main", NULL, "extension"},
    {NS_OTHER, NULL, MS "excel/2010/spreadsheetDrawing", NULL, "extension"},
    {NS_OTHER, NULL, MS "spreadsheetml/2009/9/main", NULL, "extension"},
    {NS_OTHER, NULL, MS "spreadsheetml/2009/9/ac", NULL, "extension"},
    {NS_OTHER, NULL, MS "spreadsheetml/2010/11/main", NULL, "extension"},
    {NS_OTHER, NULL, MS "spreadsheetml/2010/11/ac", NULL, "extension"},
    {NS_OTHER, NULL, MS "spreadsheetml/2011/1/ac", NULL, "extension"},
    {NS_OTHER, NULL, MS "spreadsheetml/2014/revision", NULL, "revision-ids"},
    {NS_OTHER, NULL, MS "spreadsheetml/2014/11/main", NULL, "extension"},
    {NS_OTHER, NULL, MS "spreadsheetml/2015/revision2", NULL, "revision-ids"},
    {NS_OTHER, NULL, MS "spreadsheetml/2016/revision3", NULL, "revision-ids"},
    {NS_OTHER, NULL, MS "spreadsheetml/2016/revision6", NULL, "revision-ids"},
    {NS_OTHER, NULL, MS "spreadsheetml/2016/revision10", NULL, "revision-ids"},
    {NS_OTHER, NULL, MS "spreadsheetml/2017/richdata", NULL, "extension"},
    {NS_OTHER, NULL, MS "spreadsheetml/2017/richdata2", NULL, "extension"},
    {NS_OTHER, NULL, MS "spreadsheetml/2017/dynamicarray", NULL, "extension"},
    {NS_OTHER, NULL, MS "spreadsheetml/2018/calcfeatures", NULL, "extension"},
    {NS_OTHER, NULL, MS "spreadsheetml/2018/threadedcomments", NULL, "comment-dropped"},
    {NS_OTHER, NULL, MS "powerpoint/2010/main", NULL, "extension"},
    {NS_OTHER, NULL, MS "powerpoint/2012/main", NULL, "extension"},
    {NS_OTHER, NULL, MS "powerpoint/2013/main/command", NULL, "extension"},
    {NS_OTHER, NULL, MS "powerpoint/2014/main", NULL, "extension"},
    {NS_OTHER, NULL, MS "powerpoint/2015/main", NULL, "extension"},
    {NS_OTHER, NULL, MS "powerpoint/2018/8/main", NULL, "comment-dropped"},
    {NS_OTHER, NULL, MS "drawing/2007/8/2/chart", NULL, "extension"},
    {NS_OTHER, NULL, MS "drawing/2010/chartDrawing", NULL, "extension"},
    {NS_OTHER, NULL, MS "drawing/2010/compatibility", NULL, "extension"},
    {NS_OTHER, NULL, MS "drawing/2010/diagram", NULL, "smart-art"},
    {NS_OTHER, NULL, MS "drawing/2010/picture", NULL, "extension"},
    {NS_OTHER, NULL, MS "drawing/2012/main", NULL, "extension"},
    {NS_OTHER, NULL, MS "drawing/2012/chart", NULL, "extension"},
    {NS_OTHER, NULL, MS "drawing/2012/chartStyle", NULL, "extension"},
    {NS_OTHER, NULL, MS "drawing/2014/main", NULL, "extension"},
    {NS_OTHER, NULL, MS "drawing/2014/chart", NULL, "extension"},
    {NS_OTHER, NULL, MS "drawing/2014/chart/ac", NULL, "extension"},
    /* What a Choice requires for them. */
    {NS_CX, NULL, MS "drawing/2015/9/8/chartex", NULL, "chart-new-kind"},
    {NS_CX, NULL, MS "drawing/2015/10/21/chartex", NULL, "chart-new-kind"},
    {NS_CX, NULL, MS "drawing/2016/5/9/chartex", NULL, "chart-new-kind"},
    {NS_CX, NULL, MS "drawing/2016/5/10/chartex", NULL, "chart-new-kind"},
    {NS_CX, NULL, MS "drawing/2016/5/11/chartex", NULL, "chart-new-kind"},
    {NS_CX, NULL, MS "drawing/2016/5/12/chartex", NULL, "chart-new-kind"},
    {NS_CX, NULL, MS "drawing/2016/5/13/chartex", NULL, "chart-new-kind"},
    {NS_CX, NULL, MS "drawing/2016/5/14/chartex", NULL, "chart-new-kind"},
    {NS_OTHER, NULL, MS "drawing/2016/ink", NULL, "ink"},
    {NS_OTHER, NULL, MS "drawing/2016/11/main", NULL, "extension"},
    {NS_OTHER, NULL, MS "drawing/2017/decorative", NULL, "extension"},
    {NS_OTHER, NULL, MS "drawing/2017/model3d", NULL, "model-3d"},
    {NS_OTHER, NULL, MS "drawing/2018/hyperlinkcolor", NULL, "extension"},
    {NS_OTHER, NULL, MS "thememl/2012/main", NULL, "extension"},
    {NS_OTHER, NULL, MS "webextensions/taskpanes/2010/11", NULL, "web-extension"},
    {NS_OTHER, NULL, MS "webextensions/webextension/2010/11", NULL, "web-extension"},
};

const struct names_ns *names_ns_by_uri(struct slice uri)
{
	if (uri.n == 0)
		return NULL;
	for (size_t i = 0; i < ARRAY_LEN(spaces); i++)
		if (slice_eq_str(uri, spaces[i].uri) ||
		    (spaces[i].strict && slice_eq_str(uri, spaces[i].strict)))
			return &spaces[i];
	return NULL;
}

const struct names_ns *names_ns_by_prefix(struct slice prefix)
{
	if (prefix.n == 0)
		return NULL;
	/* The first letter tells most apart: this is called for every name of a part. */
	for (size_t i = NS_W; i < NS_PRINTABLE_END; i++)
		if (prefix.p[0] == (uint8_t)spaces[i].prefix[0] &&
		    slice_eq_str(prefix, spaces[i].prefix))
			return &spaces[i];
	return NULL;
}

uint16_t names_ns_number(const struct names_ns *ns)
{
	return ns->number == NS_OTHER ? (uint16_t)(ns - spaces) : ns->number;
}

const struct names_ns *names_ns(unsigned number)
{
	BUG_IF(number >= ARRAY_LEN(spaces));
	return &spaces[number];
}
