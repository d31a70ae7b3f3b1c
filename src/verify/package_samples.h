/* package_samples: one good docx, xlsx and pptx for the tests and fuzz seeds of this room. */
#ifndef VERIFY_PACKAGE_SAMPLES_H
#define VERIFY_PACKAGE_SAMPLES_H

#include "verify/package_test.h"

#define PICTURE(p) \
	"<" p ":pic><" p ":nvPicPr><" p ":cNvPr id=\"1\" name=\"図\" descr=\"写真\"/><" p \
	":cNvPicPr/></" p ":nvPicPr><" p ":blipFill><a:blip r:embed=\"rId1\"/>" \
	"<a:stretch><a:fillRect/></a:stretch></" p ":blipFill><" p ":spPr><a:xfrm>" \
	"<a:off x=\"0\" y=\"0\"/><a:ext cx=\"9525\" cy=\"9525\"/></a:xfrm>" \
	"<a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom></" p ":spPr></" p ":pic>"

static const struct member docx_members[] = {
    {PART_DOCUMENT,
     "word/document.xml",
     "<w:document><w:body><w:p><w:pPr><w:pStyle w:val=\"見出し\"/><w:jc w:val=\"center\"/></w:pPr>"
     "<w:r><w:rPr><w:b/><w:color w:val=\"FF0000\"/><w:sz w:val=\"28\"/></w:rPr>"
     "<w:t xml:space=\"preserve\"> 申請書 &amp; 様式 </w:t></w:r></w:p>"
     "<w:p><w:hyperlink r:id=\"rId2\" w:tooltip=\"市\"><w:r><w:t>調布市</w:t></w:r></w:hyperlink>"
     "<w:r><w:fldChar w:fldCharType=\"begin\"/></w:r><w:r><w:instrText xml:space=\"preserve\"> PA"
     "</w:instrText></w:r><w:r><w:instrText>GE </w:instrText></w:r>"
     "<w:r><w:fldChar w:fldCharType=\"separate\"/></w:r><w:r><w:t>1</w:t></w:r>"
     "<w:r><w:fldChar w:fldCharType=\"end\"/></w:r>"
     "<w:fldSimple w:instr=\" NUMPAGES \"><w:r><w:t>2</w:t></w:r></w:fldSimple></w:p>"
     "<w:p><w:r><w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\">"
     "<wp:extent cx=\"9525\" cy=\"9525\"/><wp:docPr id=\"1\" name=\"図 1\"/><a:graphic>"
     "<a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\">" PICTURE(
	 "pic") "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
		"<m:oMath><m:r><m:t>x</m:t></m:r></m:oMath>"
		"<w:sectPr><w:headerReference w:type=\"default\" r:id=\"rId3\"/><w:pgSz "
		"w:w=\"11906\" "
		"w:h=\"16838\"/></w:sectPr></w:body></w:document>",
     {{"image", "/word/media/image1.png"},
      {"hyperlink", "https://www.city.chofu.lg.jp/"},
      {"header", "/word/header1.xml"},
      {"styles", "/word/styles.xml"}}},
    {PART_HEADER,
     "word/header1.xml",
     "<w:hdr><w:p><w:r><w:t>機密性2</w:t></w:r></w:p></w:hdr>",
     {{0}}},
    {PART_STYLES,
     "word/styles.xml",
     "<w:styles><w:style w:type=\"paragraph\" w:styleId=\"見出し\"><w:name w:val=\"heading 1\"/>"
     "</w:style></w:styles>",
     {{0}}},
    {PART_IMAGE, "word/media/image1.png", NULL, {{0}}},
};

static const struct member xlsx_members[] = {
    {PART_WORKBOOK,
     "xl/workbook.xml",
     "<x:workbook><x:sheets><x:sheet name=\"予算\" sheetId=\"1\" r:id=\"rId1\"/></x:sheets>"
     "<x:definedNames><x:definedName name=\"合計\">'予算'!$A$1</x:definedName></x:definedNames>"
     "</x:workbook>",
     {{"worksheet", "/xl/worksheets/sheet1.xml"},
      {"styles", "/xl/styles.xml"},
      {"sharedStrings", "/xl/sharedStrings.xml"}}},
    {PART_WORKSHEET,
     "xl/worksheets/sheet1.xml",
     "<x:worksheet><x:dimension ref=\"A1:B2\"/><x:sheetData><x:row r=\"1\" spans=\"1:2\">"
     "<x:c r=\"A1\" t=\"s\"><x:v>0</x:v></x:c><x:c r=\"B1\"><x:f>SUM('予算'!A1:A9,\"円\")</x:f>"
     "<x:v>12</x:v></x:c></x:row></x:sheetData><x:mergeCells count=\"1\">"
     "<x:mergeCell ref=\"A2:B2\"/></x:mergeCells><x:dataValidations count=\"1\"><x:dataValidation "
     "type=\"list\" sqref=\"A3 B4:C5\"><x:formula1>\"甲,乙\"</x:formula1></x:dataValidation>"
     "</x:dataValidations><x:hyperlinks><x:hyperlink ref=\"A1\" r:id=\"rId2\"/></x:hyperlinks>"
     "<x:drawing r:id=\"rId1\"/></x:worksheet>",
     {{"drawing", "/xl/drawings/drawing1.xml"}, {"hyperlink", "mailto:a@example.jp"}}},
    {PART_SHARED_STRINGS,
     "xl/sharedStrings.xml",
     "<x:sst><x:si><x:t>科目</x:t></x:si></x:sst>",
     {{0}}},
    {PART_SHEET_STYLES,
     "xl/styles.xml",
     "<x:styleSheet><x:numFmts count=\"1\"><x:numFmt numFmtId=\"164\" "
     "formatCode=\"#,##0&quot;円&quot;\""
     "/></x:numFmts><x:fonts count=\"1\"><x:font><x:b/><x:sz val=\"11\"/></x:font></x:fonts>"
     "</x:styleSheet>",
     {{0}}},
    {PART_DRAWING,
     "xl/drawings/drawing1.xml",
     "<xdr:wsDr><xdr:oneCellAnchor><xdr:from><xdr:col>0</xdr:col><xdr:colOff>0</xdr:colOff>"
     "<xdr:row>0</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:ext cx=\"9525\" "
     "cy=\"9525\"/>" PICTURE("xdr") "<xdr:clientData/></xdr:oneCellAnchor></xdr:wsDr>",
     {{"image", "/xl/media/image1.png"}}},
    {PART_IMAGE, "xl/media/image1.png", NULL, {{0}}},
};

#define TREE(text) \
	"<p:cSld><p:spTree><p:nvGrpSpPr><p:cNvPr id=\"1\" name=\"\"/><p:cNvGrpSpPr/><p:nvPr/>" \
	"</p:nvGrpSpPr><p:grpSpPr/><p:sp><p:nvSpPr><p:cNvPr id=\"2\" name=\"題\"/><p:cNvSpPr/>" \
	"<p:nvPr><p:ph " \
	"type=\"title\"/></p:nvPr></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/><a:p><a:r>" \
	"<a:rPr lang=\"ja-JP\"><a:solidFill><a:srgbClr val=\"112233\"/></a:solidFill></a:rPr>" \
	"<a:t>" text "</a:t></a:r></a:p></p:txBody></p:sp></p:spTree></p:cSld>"

static const struct member pptx_members[] = {
    {PART_PRESENTATION,
     "ppt/presentation.xml",
     "<p:presentation><p:sldMasterIdLst><p:sldMasterId id=\"2147483648\" r:id=\"rId1\"/>"
     "</p:sldMasterIdLst><p:sldIdLst><p:sldId id=\"256\" r:id=\"rId2\"/></p:sldIdLst>"
     "<p:sldSz cx=\"9144000\" cy=\"6858000\"/><p:notesSz cx=\"6858000\" cy=\"9144000\"/>"
     "</p:presentation>",
     {{"slideMaster", "/ppt/slideMasters/slideMaster1.xml"},
      {"slide", "/ppt/slides/slide1.xml"},
      {"theme", "/ppt/theme/theme1.xml"}}},
    {PART_SLIDE_MASTER,
     "ppt/slideMasters/slideMaster1.xml",
     "<p:sldMaster>" TREE("原本") "<p:clrMap bg1=\"lt1\"/><p:sldLayoutIdLst><p:sldLayoutId "
				  "id=\"2147483649\" r:id=\"rId1\"/>"
				  "</p:sldLayoutIdLst></p:sldMaster>",
     {{"slideLayout", "/ppt/slideLayouts/slideLayout1.xml"}, {"theme", "/ppt/theme/theme1.xml"}}},
    {PART_SLIDE,
     "ppt/slides/slide1.xml",
     "<p:sld>" TREE("説明会") "</p:sld>",
     {{"slideLayout", "/ppt/slideLayouts/slideLayout1.xml"}}},
    {PART_SLIDE_LAYOUT,
     "ppt/slideLayouts/slideLayout1.xml",
     "<p:sldLayout type=\"title\">" TREE("題") "</p:sldLayout>",
     {{"slideMaster", "/ppt/slideMasters/slideMaster1.xml"}}},
    {PART_THEME,
     "ppt/theme/theme1.xml",
     "<a:theme name=\"市\"><a:themeElements><a:clrScheme name=\"市\"><a:dk1><a:sysClr "
     "val=\"windowText\" lastClr=\"000000\"/></a:dk1></a:clrScheme><a:fontScheme "
     "name=\"\"><a:majorFont/>"
     "<a:minorFont/></a:fontScheme><a:fmtScheme/></a:themeElements></a:theme>",
     {{0}}},
};

static const struct sample {
	const char *grammar;
	const struct member *members;
	size_t n;
} samples[] = {
    {"docx", docx_members, ARRAY_LEN(docx_members)},
    {"xlsx", xlsx_members, ARRAY_LEN(xlsx_members)},
    {"pptx", pptx_members, ARRAY_LEN(pptx_members)},
};

#endif
