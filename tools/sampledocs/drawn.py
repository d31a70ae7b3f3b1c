"""図表.docx, .xlsx, .pptx: diagrams (SmartArt) with and without their stored drawing, a chart with an
embedded workbook, and a chart of the new kind (waterfall)."""
from sampledocs import slide
from sampledocs.sheet import S, SHEET_TYPE, formula, number
from sampledocs.word import HEAD, rels, types

OOXML = "http://schemas.openxmlformats.org/"
MS = "http://schemas.microsoft.com/office/"
A = f'xmlns:a="{OOXML}drawingml/2006/main"'
R = f'xmlns:r="{OOXML}officeDocument/2006/relationships"'
DGM = f'xmlns:dgm="{OOXML}drawingml/2006/diagram"'
C = f'xmlns:c="{OOXML}drawingml/2006/chart"'
CX = f'xmlns:cx="{MS}drawing/2014/chartex"'
MC = f'xmlns:mc="{OOXML}markup-compatibility/2006"'
XDR = f'xmlns:xdr="{OOXML}drawingml/2006/spreadsheetDrawing"'
ODOC = "application/vnd.openxmlformats-officedocument."
WIDTH, HEIGHT = 5486400, 1828800
STEPS = ["申請の受付", "書類の審査", "許可の決定"]
PLAIN = ["窓口で相談", "後日郵送"]
FLOW = [("前年度", 1200), ("増収", 340), ("減収", -150), ("本年度", 1390)]


def paragraph(text, extra=""):
    return (f'<a:p><a:pPr algn="ctr"/><a:r><a:rPr lang="ja-JP" sz="1600"{extra}/><a:t>{text}</a:t>'
            "</a:r></a:p>")


def data(texts, drawing):
    """The data of a diagram: its points; `drawing` is the relationship to its drawing, or empty."""
    points = "".join(f'<dgm:pt modelId="{i + 1}"><dgm:prSet phldrT="[文字]"/><dgm:spPr/><dgm:t>'
                     f"<a:bodyPr/><a:lstStyle/>{paragraph(t)}</dgm:t></dgm:pt>"
                     for i, t in enumerate(texts))
    tail = (f'<dgm:extLst><a:ext uri="{MS}drawing/2008/diagram"><dsp:dataModelExt '
            f'xmlns:dsp="{MS}drawing/2008/diagram" relId="{drawing}" minVer="{OOXML}drawingml/2006/'
            'diagram"/></a:ext></dgm:extLst>') if drawing else ""
    return HEAD + (f'<dgm:dataModel {DGM} {A}><dgm:ptLst><dgm:pt modelId="0" type="doc"><dgm:prSet/>'
                   f"<dgm:spPr/></dgm:pt>{points}</dgm:ptLst><dgm:cxnLst/><dgm:bg/><dgm:whole/>{tail}"
                   "</dgm:dataModel>")


def drawing():
    """What PowerPoint stores of a diagram: three boxes beside each other."""
    width, shapes = WIDTH // 3, ""
    for i, text in enumerate(STEPS):
        shapes += (
            f'<dsp:sp modelId="{{0000000{i}-0000-0000-0000-000000000000}}"><dsp:nvSpPr><dsp:cNvPr '
            f'id="0" name=""/><dsp:cNvSpPr/></dsp:nvSpPr><dsp:spPr><a:xfrm><a:off x="{i * width}" '
            f'y="400000"/><a:ext cx="{width - 200000}" cy="1000000"/></a:xfrm><a:prstGeom '
            'prst="roundRect"><a:avLst/></a:prstGeom></dsp:spPr><dsp:style><a:lnRef idx="2">'
            '<a:scrgbClr r="0" g="0" b="0"/></a:lnRef><a:fillRef idx="1"><a:schemeClr '
            'val="accent1"/></a:fillRef><a:effectRef idx="0"><a:scrgbClr r="0" g="0" b="0"/>'
            '</a:effectRef><a:fontRef idx="minor"><a:schemeClr val="lt1"/></a:fontRef></dsp:style>'
            f'<dsp:txBody><a:bodyPr anchor="ctr"/><a:lstStyle/>{paragraph(text)}</dsp:txBody>'
            f'<dsp:txXfrm><a:off x="{i * width}" y="400000"/><a:ext cx="{width - 200000}" '
            'cy="1000000"/></dsp:txXfrm></dsp:sp>')
    return HEAD + (f'<dsp:drawing xmlns:dsp="{MS}drawing/2008/diagram" {DGM} {A}><dsp:spTree>'
                   '<dsp:nvGrpSpPr><dsp:cNvPr id="0" name=""/><dsp:cNvGrpSpPr/></dsp:nvGrpSpPr>'
                   f"<dsp:grpSpPr/>{shapes}</dsp:spTree></dsp:drawing>")


def pie():
    names = "".join(f'<c:pt idx="{i}"><c:v>{n}</c:v></c:pt>' for i, n in enumerate(("市税", "交付税")))
    values = "".join(f'<c:pt idx="{i}"><c:v>{n}</c:v></c:pt>' for i, n in enumerate((62, 38)))
    return HEAD + (
        f'<c:chartSpace {C} {A} {R}><c:chart><c:title><c:tx><c:rich><a:bodyPr/><a:lstStyle/><a:p><a:r>'
        '<a:t>歳入の内訳</a:t></a:r></a:p></c:rich></c:tx><c:overlay val="0"/></c:title>'
        '<c:autoTitleDeleted val="0"/><c:plotArea><c:layout/><c:pieChart><c:varyColors val="1"/>'
        '<c:ser><c:idx val="0"/><c:order val="0"/><c:cat><c:strRef><c:f>Sheet1!$A$2:$A$3</c:f>'
        f'<c:strCache><c:ptCount val="2"/>{names}</c:strCache></c:strRef></c:cat><c:val><c:numRef>'
        '<c:f>Sheet1!$B$2:$B$3</c:f><c:numCache><c:formatCode>General</c:formatCode>'
        f'<c:ptCount val="2"/>{values}</c:numCache></c:numRef></c:val></c:ser>'
        '<c:firstSliceAng val="0"/></c:pieChart></c:plotArea><c:legend><c:legendPos val="r"/>'
        '</c:legend><c:plotVisOnly val="1"/></c:chart><c:externalData r:id="rId1"><c:autoUpdate '
        'val="0"/></c:externalData></c:chartSpace>')


def waterfall(cached):
    """A chart of the new kind; Excel stores names of ranges, the others the values themselves."""
    cat, val = "<cx:f>_xlchart.v1.0</cx:f>", "<cx:f>_xlchart.v1.1</cx:f>"
    if cached:
        cat = (f'<cx:f>Sheet1!$A$2:$A$5</cx:f><cx:lvl ptCount="{len(FLOW)}">'
               + "".join(f'<cx:pt idx="{i}">{n}</cx:pt>' for i, (n, _) in enumerate(FLOW))
               + "</cx:lvl>")
        val = (f'<cx:f>Sheet1!$B$2:$B$5</cx:f><cx:lvl ptCount="{len(FLOW)}" formatCode="#,##0">'
               + "".join(f'<cx:pt idx="{i}">{v}</cx:pt>' for i, (_, v) in enumerate(FLOW))
               + "</cx:lvl>")
    return HEAD + (
        f'<cx:chartSpace {CX} {A} {R}><cx:chartData><cx:data id="0"><cx:strDim type="cat">{cat}'
        f'</cx:strDim><cx:numDim type="val">{val}</cx:numDim></cx:data></cx:chartData><cx:chart>'
        '<cx:title pos="t" align="ctr" overlay="0"><cx:tx><cx:rich><a:bodyPr/><a:lstStyle/><a:p><a:r>'
        "<a:t>財源の増減</a:t></a:r></a:p></cx:rich></cx:tx></cx:title><cx:plotArea>"
        '<cx:plotAreaRegion><cx:series layoutId="waterfall" uniqueId="{A}"><cx:tx><cx:txData>'
        '<cx:f>Sheet1!$B$1</cx:f><cx:v>百万円</cx:v></cx:txData></cx:tx><cx:dataId val="0"/>'
        '<cx:layoutPr><cx:subtotals><cx:idx val="3"/></cx:subtotals></cx:layoutPr></cx:series>'
        '</cx:plotAreaRegion><cx:axis id="0"><cx:catScaling/></cx:axis><cx:axis id="1">'
        "<cx:valScaling/></cx:axis></cx:plotArea></cx:chart></cx:chartSpace>")


# What stands in the frames, in this order, and the relationships that they name.
FRAMES = [
    (f"{OOXML}drawingml/2006/diagram", f'<dgm:relIds {DGM} {R} r:dm="rId11" r:lo="rId12" '
                                       'r:qs="rId13" r:cs="rId14"/>'),
    (f"{OOXML}drawingml/2006/diagram", f'<dgm:relIds {DGM} {R} r:dm="rId16" r:lo="rId12" '
                                       'r:qs="rId13" r:cs="rId14"/>'),
    (f"{OOXML}drawingml/2006/chart", f'<c:chart {C} {R} r:id="rId17"/>'),
    (f"{MS}drawing/2014/chartex", f'<cx:chart {CX} {R} r:id="rId18"/>'),
]
TYPES = [("diagrams/data1.xml", ODOC + "drawingml.diagramData+xml"),
         ("diagrams/data2.xml", ODOC + "drawingml.diagramData+xml"),
         ("diagrams/layout1.xml", ODOC + "drawingml.diagramLayout+xml"),
         ("diagrams/quickStyle1.xml", ODOC + "drawingml.diagramStyle+xml"),
         ("diagrams/colors1.xml", ODOC + "drawingml.diagramColors+xml"),
         ("diagrams/drawing1.xml", "application/vnd.ms-office.drawingml.diagramDrawing+xml"),
         ("charts/chart1.xml", ODOC + "drawingml.chart+xml"),
         ("charts/chartEx1.xml", "application/vnd.ms-office.chartex+xml")]


def relations(up):
    return [("rId11", "diagramData", up + "diagrams/data1.xml"),
            ("rId12", "diagramLayout", up + "diagrams/layout1.xml"),
            ("rId13", "diagramQuickStyle", up + "diagrams/quickStyle1.xml"),
            ("rId14", "diagramColors", up + "diagrams/colors1.xml"),
            ("rId15", MS + "2007/relationships/diagramDrawing", up + "diagrams/drawing1.xml"),
            ("rId16", "diagramData", up + "diagrams/data2.xml"),
            ("rId17", "chart", up + "charts/chart1.xml"),
            ("rId18", MS + "2014/relationships/chartEx", up + "charts/chartEx1.xml")]


def drawn_parts(folder, cached):
    empty = {"layout1": "layoutDef", "quickStyle1": "styleDef", "colors1": "colorsDef"}
    parts = {f"{folder}/diagrams/data1.xml": data(STEPS, "rId15"),
             f"{folder}/diagrams/data2.xml": data(PLAIN, ""),
             f"{folder}/diagrams/drawing1.xml": drawing(),
             f"{folder}/charts/chart1.xml": pie(),
             f"{folder}/charts/_rels/chart1.xml.rels": rels(
                 [("rId1", "package", "../embeddings/book.xlsx")]),
             f"{folder}/embeddings/book.xlsx": b"EMBEDDED-WORKBOOK",
             f"{folder}/charts/chartEx1.xml": waterfall(cached)}
    for name, root in empty.items():
        parts[f"{folder}/diagrams/{name}.xml"] = HEAD + f"<dgm:{root} {DGM}/>"
    return parts


def alternate(choice, fallback):
    return (f'<mc:AlternateContent {MC}><mc:Choice xmlns:cx1="{MS}drawing/2015/9/8/chartex" '
            f'Requires="cx1">{choice}</mc:Choice><mc:Fallback>{fallback}</mc:Fallback>'
            "</mc:AlternateContent>")


def all_types(folder, more):
    return types([(f"{folder}/{n}", t) for n, t in TYPES] + more, [("xlsx", ODOC + "package")])


def document():
    """The parts of 図表.docx."""
    w = f"{OOXML}wordprocessingml/2006/main"

    def inline(uri, content, i):
        return (f'<w:p><w:r><w:drawing><wp:inline><wp:extent cx="{WIDTH}" cy="{HEIGHT}"/><wp:docPr '
                f'id="{i + 1}" name="図 {i + 1}"/><a:graphic {A}><a:graphicData uri="{uri}">{content}'
                "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>")
    frames = [inline(uri, content, i) for i, (uri, content) in enumerate(FRAMES)]
    frames[3] = frames[3].replace("<w:drawing>", "ALT").replace("</w:drawing>", "END")
    head, rest = frames[3].split("ALT")
    inner, tail = rest.split("END")
    frames[3] = head + alternate(f"<w:drawing>{inner}</w:drawing>", "<w:t>表示できません</w:t>") + tail
    return {
        "[Content_Types].xml": all_types("word", [
            ("word/document.xml", ODOC + "wordprocessingml.document.main+xml"),
            ("word/theme/theme1.xml", ODOC + "theme+xml")]),
        "_rels/.rels": rels([("rId1", "officeDocument", "word/document.xml")]),
        "word/document.xml": HEAD + (
            f'<w:document xmlns:w="{w}" xmlns:wp="{OOXML}drawingml/2006/wordprocessingDrawing"><w:body>'
            f'<w:p><w:r><w:t>手続の流れ</w:t></w:r></w:p>{"".join(frames)}</w:body></w:document>'),
        "word/_rels/document.xml.rels": rels(relations("") + [("rId1", "theme",
                                                               "theme/theme1.xml")]),
        "word/theme/theme1.xml": slide.theme(),
        **drawn_parts("word", True)}


def workbook():
    """The parts of 図表.xlsx."""
    def anchor(uri, content, i):
        return (f'<xdr:twoCellAnchor><xdr:from><xdr:col>3</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>'
                f'{i * 12 + 1}</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from><xdr:to><xdr:col>11</xdr:col>'
                f'<xdr:colOff>0</xdr:colOff><xdr:row>{i * 12 + 12}</xdr:row><xdr:rowOff>0</xdr:rowOff>'
                f'</xdr:to><xdr:graphicFrame macro=""><xdr:nvGraphicFramePr><xdr:cNvPr id="{i + 2}" '
                f'name="図 {i}"/><xdr:cNvGraphicFramePr/></xdr:nvGraphicFramePr><xdr:xfrm><a:off x="0" '
                f'y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm><a:graphic><a:graphicData uri="{uri}">{content}'
                '</a:graphicData></a:graphic></xdr:graphicFrame><xdr:clientData/></xdr:twoCellAnchor>')
    anchors = [anchor(uri, content, i) for i, (uri, content) in enumerate(FRAMES)]
    anchors[3] = alternate(anchors[3], "")
    rows = "".join(f'<row r="{i + 2}"><c r="A{i + 2}" t="inlineStr"><is><t>{n}</t></is></c>'
                   f"{number(f'B{i + 2}', v)}</row>" for i, (n, v) in enumerate(FLOW))
    return {
        "[Content_Types].xml": all_types("xl", [
            ("xl/workbook.xml", SHEET_TYPE + "sheet.main+xml"),
            ("xl/theme/theme1.xml", ODOC + "theme+xml"),
            ("xl/worksheets/sheet1.xml", SHEET_TYPE + "worksheet+xml"),
            ("xl/drawings/drawing1.xml", ODOC + "drawing+xml")]),
        "_rels/.rels": rels([("rId1", "officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": HEAD + (
            f'<workbook {S}><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets>'
            '<definedNames><definedName name="_xlchart.v1.0" hidden="1">Sheet1!$A$2:$A$5</definedName>'
            '<definedName name="_xlchart.v1.1" hidden="1">Sheet1!$B$2:$B$5</definedName>'
            "</definedNames></workbook>"),
        "xl/_rels/workbook.xml.rels": rels([("rId1", "worksheet", "worksheets/sheet1.xml"),
                                            ("rId2", "theme", "theme/theme1.xml")]),
        "xl/theme/theme1.xml": slide.theme(),
        "xl/worksheets/sheet1.xml": HEAD + (
            f'<worksheet {S}><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>区分</t></is></c>'
            f'<c r="B1" t="inlineStr"><is><t>百万円</t></is></c></row>{rows}<row r="6">'
            f"{formula('B6', 'SUM(B3:B4)', 190)}</row></sheetData>"
            '<drawing r:id="rId1"/></worksheet>'),
        "xl/worksheets/_rels/sheet1.xml.rels": rels([("rId1", "drawing",
                                                      "../drawings/drawing1.xml")]),
        "xl/drawings/drawing1.xml": HEAD + f'<xdr:wsDr {XDR} {A}>{"".join(anchors)}</xdr:wsDr>',
        "xl/drawings/_rels/drawing1.xml.rels": rels(relations("../")),
        **drawn_parts("xl", False)}


def show():
    """The parts of 図表.pptx: one slide for each frame."""
    parts = slide.meeting()
    main = slide.SLIDE_TYPE
    kept = {n: p for n, p in parts.items() if not n.startswith(("ppt/slides/", "ppt/notes",
                                                               "ppt/media/", "docProps/"))}
    kept["[Content_Types].xml"] = all_types("ppt", [
        ("ppt/presentation.xml", main + "presentation.main+xml"),
        ("ppt/slideMasters/slideMaster1.xml", main + "slideMaster+xml"),
        ("ppt/slideLayouts/slideLayout1.xml", main + "slideLayout+xml"),
        ("ppt/theme/theme1.xml", ODOC + "theme+xml")]
        + [(f"ppt/slides/slide{i + 1}.xml", main + "slide+xml") for i in range(len(FRAMES))])
    del kept["ppt/theme/theme2.xml"]
    kept["_rels/.rels"] = rels([("rId1", "officeDocument", "ppt/presentation.xml")])
    ids = "".join(f'<p:sldId id="{256 + i}" r:id="rId{i + 2}"/>' for i in range(len(FRAMES)))
    kept["ppt/presentation.xml"] = HEAD + (
        f'<p:presentation {slide.P}><p:sldMasterIdLst><p:sldMasterId id="2147483648" r:id="rId1"/>'
        f'</p:sldMasterIdLst><p:sldIdLst>{ids}</p:sldIdLst><p:sldSz cx="9144000" cy="6858000"/>'
        '<p:notesSz cx="6858000" cy="9144000"/></p:presentation>')
    kept["ppt/_rels/presentation.xml.rels"] = rels(
        [("rId1", "slideMaster", "slideMasters/slideMaster1.xml")]
        + [(f"rId{i + 2}", "slide", f"slides/slide{i + 1}.xml") for i in range(len(FRAMES))])
    for i, (uri, content) in enumerate(FRAMES):
        frame = (f'<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="4" name="図"/><p:cNvGraphicFramePr/>'
                 f'<p:nvPr/></p:nvGraphicFramePr><p:xfrm><a:off x="1828800" y="2286000"/><a:ext '
                 f'cx="{WIDTH}" cy="{HEIGHT}"/></p:xfrm><a:graphic><a:graphicData uri="{uri}">{content}'
                 "</a:graphicData></a:graphic></p:graphicFrame>")
        if i == 3:
            frame = alternate(frame, "")
        kept[f"ppt/slides/slide{i + 1}.xml"] = slide.slide(slide.title("手続の流れ") + frame)
        kept[f"ppt/slides/_rels/slide{i + 1}.xml.rels"] = rels(
            [("rId1", "slideLayout", "../slideLayouts/slideLayout1.xml")] + relations("../"))
    kept.update(drawn_parts("ppt", True))
    return kept
