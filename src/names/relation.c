#include "base/err.h"
#include "names/names.h"

#define REL "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
#define STRICT "http://purl.oclc.org/ooxml/officeDocument/relationships/"
#define PKG "http://schemas.openxmlformats.org/package/2006/relationships/"
#define MS "http://schemas.microsoft.com/office/"

#define B(part) (1ull << PART_##part)
#define STORY (B(DOCUMENT) | B(HEADER) | B(FOOTER) | B(FOOTNOTES) | B(ENDNOTES) | B(COMMENTS))
#define STAGE \
	(B(SLIDE) | B(SLIDE_LAYOUT) | B(SLIDE_MASTER) | B(NOTES_SLIDE) | B(NOTES_MASTER) | \
	 B(HANDOUT_MASTER))
#define ART (STORY | STAGE | B(DRAWING) | B(CHART) | B(CHART_SHAPES) | B(THEME) | B(NUMBERING))

/* type, what it leads to, whether its mere presence counts, from where */
#define KEEP(t, part, implicit, from) \
	{ \
		REL t, STRICT t, part, NULL, false, implicit, from \
	}
#define DROP(t, why) \
	{ \
		REL t, STRICT t, PART_NONE, why, false, false, 0 \
	}
#define DROP_URI(uri, why) \
	{ \
		uri, NULL, PART_NONE, why, false, false, 0 \
	}

static const struct names_relation relations[] = {
    /* The package's own: sources has no bit, the main part depends on the family. */
    {REL "officeDocument", STRICT "officeDocument", PART_NONE, NULL, false, true, 0},

    KEEP("styles", PART_STYLES, true, B(DOCUMENT)),
    KEEP("styles", PART_SHEET_STYLES, true, B(WORKBOOK)),
    KEEP("numbering", PART_NUMBERING, true, B(DOCUMENT)),
    KEEP("settings", PART_SETTINGS, true, B(DOCUMENT)),
    KEEP("fontTable", PART_FONT_TABLE, true, B(DOCUMENT)),
    KEEP("footnotes", PART_FOOTNOTES, true, B(DOCUMENT)),
    KEEP("endnotes", PART_ENDNOTES, true, B(DOCUMENT)),
    KEEP("comments", PART_COMMENTS, true, B(DOCUMENT)),
    KEEP("comments", PART_SHEET_COMMENTS, true, B(WORKSHEET)),
    KEEP("comments", PART_SLIDE_COMMENTS, true, B(SLIDE)),
    KEEP("header", PART_HEADER, false, B(DOCUMENT)),
    KEEP("footer", PART_FOOTER, false, B(DOCUMENT)),
    KEEP("worksheet", PART_WORKSHEET, false, B(WORKBOOK)),
    KEEP("chartsheet", PART_CHARTSHEET, false, B(WORKBOOK)),
    KEEP("sharedStrings", PART_SHARED_STRINGS, true, B(WORKBOOK)),
    KEEP("table", PART_TABLE, false, B(WORKSHEET)),
    KEEP("drawing", PART_DRAWING, false, B(WORKSHEET) | B(CHARTSHEET)),
    KEEP("slide", PART_SLIDE, false, B(PRESENTATION) | B(SLIDE)),
    KEEP("slide", PART_SLIDE, true, B(NOTES_SLIDE)),
    KEEP("slideLayout", PART_SLIDE_LAYOUT, true, B(SLIDE)),
    KEEP("slideLayout", PART_SLIDE_LAYOUT, false, B(SLIDE_MASTER)),
    KEEP("slideMaster", PART_SLIDE_MASTER, false, B(PRESENTATION)),
    KEEP("slideMaster", PART_SLIDE_MASTER, true, B(SLIDE_LAYOUT)),
    KEEP("notesSlide", PART_NOTES_SLIDE, true, B(SLIDE)),
    KEEP("notesMaster", PART_NOTES_MASTER, false, B(PRESENTATION)),
    KEEP("notesMaster", PART_NOTES_MASTER, true, B(NOTES_SLIDE)),
    KEEP("handoutMaster", PART_HANDOUT_MASTER, false, B(PRESENTATION)),
    KEEP("presProps", PART_PRES_PROPS, true, B(PRESENTATION)),
    KEEP("tableStyles", PART_TABLE_STYLES, true, B(PRESENTATION)),
    KEEP("commentAuthors", PART_COMMENT_AUTHORS, true, B(PRESENTATION)),
    KEEP("theme", PART_THEME, true,
	 B(DOCUMENT) | B(WORKBOOK) | B(PRESENTATION) | B(SLIDE_MASTER) | B(NOTES_MASTER) |
	     B(HANDOUT_MASTER)),
    KEEP("chart", PART_CHART, false, STORY | STAGE | B(DRAWING)),
    {MS "2014/relationships/chartEx", NULL, PART_CHART, NULL, false, false, 0},
    KEEP("chartUserShapes", PART_CHART_SHAPES, false, B(CHART)),
    KEEP("image", PART_IMAGE, false, ART | B(WORKSHEET) | B(CHARTSHEET)),
    {REL "hyperlink", STRICT "hyperlink", PART_NONE, NULL, true, false,
     STORY | STAGE | B(WORKSHEET) | B(DRAWING) | B(CHART) | B(CHART_SHAPES)},

    DROP("attachedTemplate", "external-template"),
    DROP("aFChunk", "alt-chunk"),
    DROP("subDocument", "sub-document"),
    DROP("frame", "frameset"),
    DROP("mailMergeSource", "mail-merge"),
    DROP("mailMergeHeaderSource", "mail-merge"),
    DROP("recipientData", "mail-merge"),
    DROP("transform", "external-link"),
    DROP("oleObject", "ole-object"),
    DROP("package", "ole-package"),
    DROP("control", "activex"),
    DROP("ctrlProp", "form-control"),
    DROP("vmlDrawing", "vml"),
    DROP("font", "embedded-font"),
    DROP("audio", "media"),
    DROP("video", "media"),
    DROP("movie", "media"),
    DROP("customXml", "custom-xml"),
    DROP("customXmlProps", "custom-xml"),
    DROP("xmlMaps", "custom-xml"),
    DROP("tableSingleCells", "custom-xml"),
    DROP("tags", "custom-xml"),
    DROP("customProperty", "custom-properties"),
    DROP("custom-properties", "custom-properties"),
    DROP("customProperties", "custom-properties"),
    DROP("extended-properties", "metadata"),
    DROP("extendedProperties", "metadata"),
    DROP("metadata/core-properties", "metadata"),
    DROP("metadata/thumbnail", "thumbnail"),
    DROP("viewProps", "metadata"),
    DROP("glossaryDocument", "glossary"),
    DROP("webSettings", "web-settings"),
    DROP("printerSettings", "printer-settings"),
    DROP("externalLink", "external-workbook"),
    DROP("externalLinkPath", "external-workbook"),
    DROP("connections", "connection"),
    DROP("queryTable", "query-table"),
    DROP("pivotTable", "pivot"),
    DROP("pivotCacheDefinition", "pivot"),
    DROP("pivotCacheRecords", "pivot"),
    DROP("calcChain", "calc-chain"),
    DROP("volatileDependencies", "real-time-data"),
    DROP("sheetMetadata", "extension"),
    DROP("dialogsheet", "dialog-sheet"),
    DROP("revisionHeaders", "shared-workbook"),
    DROP("revisionLog", "shared-workbook"),
    DROP("usernames", "user-data"),
    DROP("slideUpdateInfo", "external-link"),
    DROP("slideUpdateUrl", "external-link"),
    DROP("htmlPubSaveAs", "web-publishing"),
    DROP("themeOverride", "extension"),
    DROP("diagramData", "smart-art"),
    DROP("diagramLayout", "smart-art"),
    DROP("diagramQuickStyle", "smart-art"),
    DROP("diagramColors", "smart-art"),
    DROP_URI(PKG "metadata/core-properties", "metadata"),
    DROP_URI(PKG "metadata/thumbnail", "thumbnail"),
    DROP_URI(PKG "digital-signature/origin", "signature"),
    DROP_URI(PKG "digital-signature/signature", "signature"),
    DROP_URI(PKG "digital-signature/certificate", "signature"),
    DROP_URI(MS "2006/relationships/vbaProject", "macro"),
    DROP_URI(MS "2006/relationships/vbaProjectSignature", "macro"),
    DROP_URI(MS "2014/relationships/vbaProjectSignatureAgile", "macro"),
    DROP_URI(MS "2020/07/relationships/vbaProjectSignatureV3", "macro"),
    DROP_URI(MS "2006/relationships/wordVbaData", "macro"),
    DROP_URI(MS "2006/relationships/xlMacrosheet", "macro-sheet"),
    DROP_URI(MS "2006/relationships/xlIntlMacrosheet", "macro-sheet"),
    DROP_URI(MS "2006/relationships/activeXControlBinary", "activex"),
    DROP_URI(MS "2006/relationships/attachedToolbars", "key-map"),
    DROP_URI(MS "2006/relationships/keyMapCustomizations", "key-map"),
    DROP_URI(MS "2006/relationships/ui/extensibility", "custom-ui"),
    DROP_URI(MS "2007/relationships/ui/extensibility", "custom-ui"),
    DROP_URI(MS "2006/relationships/ui/userCustomization", "custom-ui"),
    DROP_URI(MS "2006/relationships/xlExternalLinkPath/xlPathMissing", "external-workbook"),
    DROP_URI(MS "2006/relationships/xlExternalLinkPath/xlStartup", "external-workbook"),
    DROP_URI(MS "2006/relationships/xlExternalLinkPath/xlAlternateStartup", "external-workbook"),
    DROP_URI(MS "2006/relationships/xlExternalLinkPath/xlLibrary", "external-workbook"),
    DROP_URI(MS "2006/relationships/legacyDiagramText", "vml"),
    DROP_URI(MS "2006/relationships/legacyDocTextInfo", "vml"),
    DROP_URI(MS "2006/relationships/graphicFrameDoc", "ole-object"),
    DROP_URI(MS "2007/relationships/stylesWithEffects", "extension"),
    DROP_URI(MS "2007/relationships/diagramDrawing", "smart-art"),
    DROP_URI(MS "2007/relationships/media", "media"),
    DROP_URI(MS "2007/relationships/hdphoto", "picture-placeholder"),
    DROP_URI(MS "2007/relationships/slicer", "slicer"),
    DROP_URI(MS "2007/relationships/slicerCache", "slicer"),
    DROP_URI(MS "2011/relationships/timeline", "slicer"),
    DROP_URI(MS "2011/relationships/timelineCache", "slicer"),
    DROP_URI(MS "2011/relationships/chartStyle", "extension"),
    DROP_URI(MS "2011/relationships/chartColorStyle", "extension"),
    DROP_URI(MS "2011/relationships/commentsExtended", "extension"),
    DROP_URI(MS "2016/09/relationships/commentsIds", "extension"),
    DROP_URI(MS "2018/08/relationships/commentsExtensible", "extension"),
    DROP_URI(MS "2011/relationships/people", "people"),
    DROP_URI(MS "2017/10/relationships/person", "people"),
    DROP_URI(MS "2017/10/relationships/threadedComment", "comment-dropped"),
    DROP_URI(MS "2018/10/relationships/comments", "comment-dropped"),
    DROP_URI(MS "2018/10/relationships/authors", "people"),
    DROP_URI(MS "2011/relationships/webextension", "web-extension"),
    DROP_URI(MS "2011/relationships/webextensiontaskpanes", "web-extension"),
    DROP_URI(MS "2015/10/relationships/revisionInfo", "revision-ids"),
    DROP_URI(MS "2016/11/relationships/changesInfo", "revision-ids"),
    DROP_URI(MS "2017/06/relationships/rdRichValue", "extension"),
    DROP_URI(MS "2017/06/relationships/rdRichValueStructure", "extension"),
    DROP_URI(MS "2017/06/relationships/rdRichValueTypes", "extension"),
    DROP_URI(MS "2017/06/relationships/model3d", "model-3d"),
    DROP_URI(MS "2020/02/relationships/classificationlabels", "metadata"),
};

const struct names_relation *names_relation(struct slice uri)
{
	for (size_t i = 0; i < ARRAY_LEN(relations); i++)
		if (slice_eq_str(uri, relations[i].uri) ||
		    (relations[i].strict && slice_eq_str(uri, relations[i].strict)))
			return &relations[i];
	return NULL;
}

const struct names_relation *names_relation_between(enum names_part_id source,
						    enum names_part_id target)
{
	for (size_t i = 0; i < ARRAY_LEN(relations); i++)
		if (relations[i].part == target && relations[i].sources >> source & 1)
			return &relations[i];
	return NULL;
}

const struct names_relation *names_relation_link(void)
{
	for (size_t i = 0; i < ARRAY_LEN(relations); i++)
		if (relations[i].link)
			return &relations[i];
	BUG_IF(true);
	return NULL;
}

const struct names_relation *names_relation_main(void)
{
	return &relations[0];
}
