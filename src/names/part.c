#include "base/err.h"
#include "names/names.h"

#define WML "application/vnd.openxmlformats-officedocument.wordprocessingml."
#define SML "application/vnd.openxmlformats-officedocument.spreadsheetml."
#define PML "application/vnd.openxmlformats-officedocument.presentationml."
#define ODOC "application/vnd.openxmlformats-officedocument."

enum {
	ALL = FAMILY_DOCX | FAMILY_XLSX | FAMILY_PPTX,
	/* namespaces by kind of part */
	R = 1 << NS_R,
	ART = 1 << NS_A | R,
	/* Word's shapes hold text of the document, so both go together. */
	WORD = 1 << NS_W | 1 << NS_XML | 1 << NS_M | ART | 1 << NS_WP | 1 << NS_PIC | 1 << NS_C |
	       1 << NS_WPS | 1 << NS_WPG | 1 << NS_WPC,
	SHEET = 1 << NS_X | 1 << NS_XML | R,
	SHOW = 1 << NS_P | 1 << NS_C | ART,
};

/* In the order of enum names_part_id. */
static const struct names_part parts[] = {
    {PART_NONE},
    {PART_DOCUMENT, "document", FAMILY_DOCX, WML "document.main+xml", "document", false, NS_W,
     "document", WORD},
    {PART_STYLES, "styles", FAMILY_DOCX, WML "styles+xml", "styles", false, NS_W, "styles",
     1 << NS_W | 1 << NS_XML},
    {PART_NUMBERING, "numbering", FAMILY_DOCX, WML "numbering+xml", "numbering", false, NS_W,
     "numbering", 1 << NS_W | 1 << NS_XML},
    {PART_SETTINGS, "settings", FAMILY_DOCX, WML "settings+xml", "settings", false, NS_W,
     "settings", 1 << NS_W | 1 << NS_XML | 1 << NS_M},
    {PART_FONT_TABLE, "font-table", FAMILY_DOCX, WML "fontTable+xml", "fontTable", false, NS_W,
     "fonts", 1 << NS_W},
    {PART_HEADER, "header", FAMILY_DOCX, WML "header+xml", "header", true, NS_W, "hdr", WORD},
    {PART_FOOTER, "footer", FAMILY_DOCX, WML "footer+xml", "footer", true, NS_W, "ftr", WORD},
    {PART_FOOTNOTES, "footnotes", FAMILY_DOCX, WML "footnotes+xml", "footnotes", false, NS_W,
     "footnotes", WORD},
    {PART_ENDNOTES, "endnotes", FAMILY_DOCX, WML "endnotes+xml", "endnotes", false, NS_W,
     "endnotes", WORD},
    {PART_COMMENTS, "comments", FAMILY_DOCX, WML "comments+xml", "comments", false, NS_W,
     "comments", WORD},

    {PART_WORKBOOK, "workbook", FAMILY_XLSX, SML "sheet.main+xml", "workbook", false, NS_X,
     "workbook", SHEET},
    {PART_WORKSHEET, "worksheet", FAMILY_XLSX, SML "worksheet+xml", "worksheets/sheet", true, NS_X,
     "worksheet", SHEET},
    {PART_CHARTSHEET, "chartsheet", FAMILY_XLSX, SML "chartsheet+xml", "chartsheets/sheet", true,
     NS_X, "chartsheet", SHEET},
    {PART_SHARED_STRINGS, "shared-strings", FAMILY_XLSX, SML "sharedStrings+xml", "sharedStrings",
     false, NS_X, "sst", 1 << NS_X | 1 << NS_XML},
    {PART_SHEET_STYLES, "sheet-styles", FAMILY_XLSX, SML "styles+xml", "styles", false, NS_X,
     "styleSheet", 1 << NS_X | 1 << NS_XML},
    {PART_TABLE, "table", FAMILY_XLSX, SML "table+xml", "tables/table", true, NS_X, "table",
     1 << NS_X | 1 << NS_XML},
    {PART_SHEET_COMMENTS, "sheet-comments", FAMILY_XLSX, SML "comments+xml", "comments", true, NS_X,
     "comments", 1 << NS_X | 1 << NS_XML},
    {PART_DRAWING, "drawing", FAMILY_XLSX, ODOC "drawing+xml", "drawings/drawing", true, NS_XDR,
     "wsDr", 1 << NS_XDR | 1 << NS_C | ART},

    {PART_PRESENTATION, "presentation", FAMILY_PPTX, PML "presentation.main+xml", "presentation",
     false, NS_P, "presentation", SHOW},
    {PART_SLIDE, "slide", FAMILY_PPTX, PML "slide+xml", "slides/slide", true, NS_P, "sld", SHOW},
    {PART_SLIDE_LAYOUT, "slide-layout", FAMILY_PPTX, PML "slideLayout+xml",
     "slideLayouts/slideLayout", true, NS_P, "sldLayout", SHOW},
    {PART_SLIDE_MASTER, "slide-master", FAMILY_PPTX, PML "slideMaster+xml",
     "slideMasters/slideMaster", true, NS_P, "sldMaster", SHOW},
    {PART_NOTES_SLIDE, "notes-slide", FAMILY_PPTX, PML "notesSlide+xml", "notesSlides/notesSlide",
     true, NS_P, "notes", SHOW},
    {PART_NOTES_MASTER, "notes-master", FAMILY_PPTX, PML "notesMaster+xml",
     "notesMasters/notesMaster", true, NS_P, "notesMaster", SHOW},
    {PART_HANDOUT_MASTER, "handout-master", FAMILY_PPTX, PML "handoutMaster+xml",
     "handoutMasters/handoutMaster", true, NS_P, "handoutMaster", SHOW},
    {PART_PRES_PROPS, "presentation-properties", FAMILY_PPTX, PML "presProps+xml", "presProps",
     false, NS_P, "presentationPr", SHOW},
    {PART_TABLE_STYLES, "table-styles", FAMILY_PPTX, PML "tableStyles+xml", "tableStyles", false,
     NS_A, "tblStyleLst", ART},
    {PART_SLIDE_COMMENTS, "slide-comments", FAMILY_PPTX, PML "comments+xml", "comments/comment",
     true, NS_P, "cmLst", 1 << NS_P},
    {PART_COMMENT_AUTHORS, "comment-authors", FAMILY_PPTX, PML "commentAuthors+xml",
     "commentAuthors", false, NS_P, "cmAuthorLst", 1 << NS_P},

    {PART_THEME, "theme", ALL, ODOC "theme+xml", "theme/theme", true, NS_A, "theme", ART},
    {PART_CHART, "chart", ALL, ODOC "drawingml.chart+xml", "charts/chart", true, NS_C, "chartSpace",
     1 << NS_C | ART},
    {PART_CHART_SHAPES, "chart-shapes", ALL, ODOC "drawingml.chartshapes+xml", "drawings/shapes",
     true, NS_C, "userShapes", 1 << NS_C | 1 << NS_CDR | ART},
    {PART_IMAGE, "image", ALL, NULL, "media/image", true, NS_NONE, NULL, 0},
};

static const struct family {
	const char *id, *dir;
	unsigned bit;
	enum names_part_id main;
} families[] = {
    {"docx", "word", FAMILY_DOCX, PART_DOCUMENT},
    {"xlsx", "xl", FAMILY_XLSX, PART_WORKBOOK},
    {"pptx", "ppt", FAMILY_PPTX, PART_PRESENTATION},
};

const struct names_part *names_part(enum names_part_id id)
{
	BUG_IF(id <= PART_NONE || id >= PART_END);
	return &parts[id];
}

unsigned names_family(struct slice id)
{
	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		if (slice_eq_str(id, families[i].id))
			return families[i].bit;
	return 0;
}

static const struct family *family(unsigned bit)
{
	for (size_t i = 0; i < ARRAY_LEN(families); i++)
		if (families[i].bit == bit)
			return &families[i];
	BUG_IF(true);
	return NULL;
}

const char *names_family_dir(unsigned bit)
{
	return family(bit)->dir;
}

enum names_part_id names_family_main(unsigned bit)
{
	return family(bit)->main;
}

#define MSW "application/vnd.ms-word."
#define MSX "application/vnd.ms-excel."
#define MSP "application/vnd.ms-powerpoint."

/*
 * Content types that inputs have beside those of the table of parts: macro, template and show
 * variants of the main parts, and what is dropped.
 */
static const struct names_content_type types[] = {
    {MSW "document.macroEnabled.main+xml", PART_DOCUMENT, NULL},
    {MSW "template.macroEnabledTemplate.main+xml", PART_DOCUMENT, NULL},
    {WML "template.main+xml", PART_DOCUMENT, NULL},
    {MSX "sheet.macroEnabled.main+xml", PART_WORKBOOK, NULL},
    {MSX "template.macroEnabled.main+xml", PART_WORKBOOK, NULL},
    {MSX "addin.macroEnabled.main+xml", PART_WORKBOOK, NULL},
    {SML "template.main+xml", PART_WORKBOOK, NULL},
    {MSP "presentation.macroEnabled.main+xml", PART_PRESENTATION, NULL},
    {MSP "template.macroEnabled.main+xml", PART_PRESENTATION, NULL},
    {MSP "slideshow.macroEnabled.main+xml", PART_PRESENTATION, NULL},
    {MSP "addin.macroEnabled.main+xml", PART_PRESENTATION, NULL},
    {PML "template.main+xml", PART_PRESENTATION, NULL},
    {PML "slideshow.main+xml", PART_PRESENTATION, NULL},
    {"image/png", PART_IMAGE, NULL},
    {"image/jpeg", PART_IMAGE, NULL},
    {"image/jpg", PART_IMAGE, NULL},
    {"image/pjpeg", PART_IMAGE, NULL},
    {"image/gif", PART_IMAGE, NULL},
    {"image/bmp", PART_IMAGE, NULL},
    {"image/x-bmp", PART_IMAGE, NULL},
    {"image/tiff", PART_IMAGE, NULL},
    {"image/x-emf", PART_IMAGE, NULL},
    {"image/emf", PART_IMAGE, NULL},
    {"image/x-wmf", PART_IMAGE, NULL},
    {"image/wmf", PART_IMAGE, NULL},
    {"image/x-emz", PART_IMAGE, NULL},
    {"image/x-wmz", PART_IMAGE, NULL},
    {"image/pict", PART_IMAGE, NULL},
    {"image/x-pict", PART_IMAGE, NULL},
    {"image/svg+xml", PART_IMAGE, NULL},
    {"image/vnd.ms-photo", PART_IMAGE, NULL},
    {"image/jxr", PART_IMAGE, NULL},
    {"image/webp", PART_IMAGE, NULL},
    {"image/x-eps", PART_IMAGE, NULL},
    {"image/eps", PART_IMAGE, NULL},
    {"image/unknown", PART_IMAGE, NULL},
    {NAMES_CHART_NEW, PART_CHART, NULL},

    {"application/vnd.ms-office.vbaProject", PART_NONE, "macro"},
    {"application/vnd.ms-office.vbaProjectSignature", PART_NONE, "macro"},
    {"application/vnd.ms-office.vbaProjectSignatureAgile", PART_NONE, "macro"},
    {"application/vnd.ms-office.vbaProjectSignatureV3", PART_NONE, "macro"},
    {MSW "vbaData+xml", PART_NONE, "macro"},
    {MSX "macrosheet+xml", PART_NONE, "macro-sheet"},
    {MSX "intlmacrosheet+xml", PART_NONE, "macro-sheet"},
    {MSX "sheet.binary.macroEnabled.main", PART_NONE, "binary-workbook"},
    {SML "dialogsheet+xml", PART_NONE, "dialog-sheet"},
    {"application/vnd.ms-office.activeX", PART_NONE, "activex"},
    {"application/vnd.ms-office.activeX+xml", PART_NONE, "activex"},
    {MSX "controlproperties+xml", PART_NONE, "form-control"},
    {ODOC "oleObject", PART_NONE, "ole-object"},
    {ODOC "package", PART_NONE, "ole-package"},
    {MSW "attachedToolbars", PART_NONE, "key-map"},
    {MSX "attachedToolbars", PART_NONE, "key-map"},
    {MSW "keyMapCustomizations+xml", PART_NONE, "key-map"},
    {SML "externalLink+xml", PART_NONE, "external-workbook"},
    {SML "connections+xml", PART_NONE, "connection"},
    {SML "queryTable+xml", PART_NONE, "query-table"},
    {SML "pivotTable+xml", PART_NONE, "pivot"},
    {SML "pivotCacheDefinition+xml", PART_NONE, "pivot"},
    {SML "pivotCacheRecords+xml", PART_NONE, "pivot"},
    {SML "calcChain+xml", PART_NONE, "calc-chain"},
    {SML "volatileDependencies+xml", PART_NONE, "real-time-data"},
    {SML "sheetMetadata+xml", PART_NONE, "extension"},
    {SML "tableSingleCells+xml", PART_NONE, "custom-xml"},
    {SML "customProperty", PART_NONE, "custom-properties"},
    {SML "revisionHeaders+xml", PART_NONE, "shared-workbook"},
    {SML "revisionLog+xml", PART_NONE, "shared-workbook"},
    {SML "userNames+xml", PART_NONE, "user-data"},
    {SML "printerSettings", PART_NONE, "printer-settings"},
    {WML "printerSettings", PART_NONE, "printer-settings"},
    {PML "printerSettings", PART_NONE, "printer-settings"},
    {MSX "slicer+xml", PART_NONE, "slicer"},
    {MSX "slicerCache+xml", PART_NONE, "slicer"},
    {MSX "timeline+xml", PART_NONE, "slicer"},
    {MSX "timelineCache+xml", PART_NONE, "slicer"},
    {MSX "threadedcomments+xml", PART_NONE, "comment-dropped"},
    {MSX "person+xml", PART_NONE, "people"},
    {MSX "rdrichvalue+xml", PART_NONE, "extension"},
    {MSX "rdrichvaluestructure+xml", PART_NONE, "extension"},
    {MSX "rdrichvaluetypes+xml", PART_NONE, "extension"},
    {WML "webSettings+xml", PART_NONE, "web-settings"},
    {WML "document.glossary+xml", PART_NONE, "glossary"},
    {WML "stylesWithEffects+xml", PART_NONE, "extension"},
    {MSW "stylesWithEffects+xml", PART_NONE, "extension"},
    {WML "commentsExtended+xml", PART_NONE, "extension"},
    {WML "commentsIds+xml", PART_NONE, "extension"},
    {WML "commentsExtensible+xml", PART_NONE, "extension"},
    {WML "people+xml", PART_NONE, "people"},
    {PML "viewProps+xml", PART_NONE, "metadata"},
    {PML "tags+xml", PART_NONE, "custom-xml"},
    {PML "slideUpdateInfo+xml", PART_NONE, "external-link"},
    {MSP "comments+xml", PART_NONE, "comment-dropped"},
    {MSP "authors+xml", PART_NONE, "people"},
    {MSP "revisioninfo+xml", PART_NONE, "revision-ids"},
    {MSP "changesinfo+xml", PART_NONE, "revision-ids"},
    {ODOC "drawingml.diagramData+xml", PART_NONE, "smart-art"},
    {ODOC "drawingml.diagramLayout+xml", PART_NONE, "smart-art"},
    {ODOC "drawingml.diagramStyle+xml", PART_NONE, "smart-art"},
    {ODOC "drawingml.diagramColors+xml", PART_NONE, "smart-art"},
    {"application/vnd.ms-office.drawingml.diagramDrawing+xml", PART_NONE, "smart-art"},
    {"application/vnd.ms-office.chartstyle+xml", PART_NONE, "extension"},
    {"application/vnd.ms-office.chartcolorstyle+xml", PART_NONE, "extension"},
    {"application/vnd.ms-office.webextension+xml", PART_NONE, "web-extension"},
    {"application/vnd.ms-office.webextensiontaskpanes+xml", PART_NONE, "web-extension"},
    {"application/vnd.ms-office.classificationlabels+xml", PART_NONE, "metadata"},
    {ODOC "themeOverride+xml", PART_NONE, "extension"},
    {ODOC "vmlDrawing", PART_NONE, "vml"},
    {ODOC "obfuscatedFont", PART_NONE, "embedded-font"},
    {"application/x-fontdata", PART_NONE, "embedded-font"},
    {"application/x-font-ttf", PART_NONE, "embedded-font"},
    {ODOC "customXmlProperties+xml", PART_NONE, "custom-xml"},
    {ODOC "custom-properties+xml", PART_NONE, "custom-properties"},
    {ODOC "extended-properties+xml", PART_NONE, "metadata"},
    {"application/vnd.openxmlformats-package.core-properties+xml", PART_NONE, "metadata"},
    {"application/vnd.openxmlformats-package.digital-signature-origin", PART_NONE, "signature"},
    {"application/vnd.openxmlformats-package.digital-signature-xmlsignature+xml", PART_NONE,
     "signature"},
    {"application/vnd.openxmlformats-package.digital-signature-certificate", PART_NONE,
     "signature"},
    {"application/inkml+xml", PART_NONE, "ink"},
    {"model/gltf.binary", PART_NONE, "model-3d"},
    {"audio/mpeg", PART_NONE, "media"},
    {"audio/mp3", PART_NONE, "media"},
    {"audio/mp4", PART_NONE, "media"},
    {"audio/wav", PART_NONE, "media"},
    {"audio/x-wav", PART_NONE, "media"},
    {"audio/midi", PART_NONE, "media"},
    {"audio/x-ms-wma", PART_NONE, "media"},
    {"video/mp4", PART_NONE, "media"},
    {"video/mpeg", PART_NONE, "media"},
    {"video/avi", PART_NONE, "media"},
    {"video/x-msvideo", PART_NONE, "media"},
    {"video/x-ms-wmv", PART_NONE, "media"},
    {"video/x-ms-asf", PART_NONE, "media"},
    {"video/quicktime", PART_NONE, "media"},
    {"video/unknown", PART_NONE, "media"},
    {"application/xml", PART_NONE, "custom-xml"},
    {"text/xml", PART_NONE, "custom-xml"},
};

/* The types of outputs are those of inputs as well. */
static const struct names_content_type canonical[] = {
#define TYPE(id, type) \
	{ \
		type, id, NULL \
	}
    TYPE(PART_DOCUMENT, WML "document.main+xml"),
    TYPE(PART_STYLES, WML "styles+xml"),
    TYPE(PART_NUMBERING, WML "numbering+xml"),
    TYPE(PART_SETTINGS, WML "settings+xml"),
    TYPE(PART_FONT_TABLE, WML "fontTable+xml"),
    TYPE(PART_HEADER, WML "header+xml"),
    TYPE(PART_FOOTER, WML "footer+xml"),
    TYPE(PART_FOOTNOTES, WML "footnotes+xml"),
    TYPE(PART_ENDNOTES, WML "endnotes+xml"),
    TYPE(PART_COMMENTS, WML "comments+xml"),
    TYPE(PART_WORKBOOK, SML "sheet.main+xml"),
    TYPE(PART_WORKSHEET, SML "worksheet+xml"),
    TYPE(PART_CHARTSHEET, SML "chartsheet+xml"),
    TYPE(PART_SHARED_STRINGS, SML "sharedStrings+xml"),
    TYPE(PART_SHEET_STYLES, SML "styles+xml"),
    TYPE(PART_TABLE, SML "table+xml"),
    TYPE(PART_SHEET_COMMENTS, SML "comments+xml"),
    TYPE(PART_DRAWING, ODOC "drawing+xml"),
    TYPE(PART_PRESENTATION, PML "presentation.main+xml"),
    TYPE(PART_SLIDE, PML "slide+xml"),
    TYPE(PART_SLIDE_LAYOUT, PML "slideLayout+xml"),
    TYPE(PART_SLIDE_MASTER, PML "slideMaster+xml"),
    TYPE(PART_NOTES_SLIDE, PML "notesSlide+xml"),
    TYPE(PART_NOTES_MASTER, PML "notesMaster+xml"),
    TYPE(PART_HANDOUT_MASTER, PML "handoutMaster+xml"),
    TYPE(PART_PRES_PROPS, PML "presProps+xml"),
    TYPE(PART_TABLE_STYLES, PML "tableStyles+xml"),
    TYPE(PART_SLIDE_COMMENTS, PML "comments+xml"),
    TYPE(PART_COMMENT_AUTHORS, PML "commentAuthors+xml"),
    TYPE(PART_THEME, ODOC "theme+xml"),
    TYPE(PART_CHART, ODOC "drawingml.chart+xml"),
    TYPE(PART_CHART_SHAPES, ODOC "drawingml.chartshapes+xml"),
#undef TYPE
};

const struct names_content_type *names_content_type(struct slice type)
{
	size_t n = slice_find_byte(type, ';');

	type = slice_trim(n == SIZE_MAX ? type : slice_head(type, n));
	for (size_t i = 0; i < ARRAY_LEN(canonical); i++)
		if (slice_eq_nocase(type, slice_str(canonical[i].type)))
			return &canonical[i];
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		if (slice_eq_nocase(type, slice_str(types[i].type)))
			return &types[i];
	return NULL;
}
