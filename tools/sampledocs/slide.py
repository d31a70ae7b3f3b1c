"""説明会.pptx: slides with a picture, a table, speaker notes and a hidden slide."""
from sampledocs import image
from sampledocs.word import HEAD, PACKAGE_REL, PACKAGE_TYPE, properties, rels, types

P = ('xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main" '
     'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
     'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"')
SLIDE_TYPE = "application/vnd.openxmlformats-officedocument.presentationml."
GROUP = ('<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr>'
         '<a:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/><a:chOff x="0" y="0"/>'
         '<a:chExt cx="0" cy="0"/></a:xfrm></p:grpSpPr>')
MAP = ('bg1="lt1" tx1="dk1" bg2="lt2" tx2="dk2" accent1="accent1" accent2="accent2" '
       'accent3="accent3" accent4="accent4" accent5="accent5" accent6="accent6" hlink="hlink" '
       'folHlink="folHlink"')


def box(number, name, kind, x, y, w, h, lines, size, bold=False):
    """A placeholder (kind is its type) or a plain text box (kind is empty)."""
    holder = f'<p:ph type="{kind}"/>' if kind else ""
    weight = ' b="1"' if bold else ""
    text = "".join(f'<a:p><a:r><a:rPr lang="ja-JP" sz="{size}"{weight}/><a:t>{t}</a:t></a:r></a:p>'
                   for t in lines)
    return (f'<p:sp><p:nvSpPr><p:cNvPr id="{number}" name="{name}"/><p:cNvSpPr/><p:nvPr>{holder}'
            f'</p:nvPr></p:nvSpPr><p:spPr><a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="{w}" '
            f'cy="{h}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr><p:txBody>'
            f"<a:bodyPr/><a:lstStyle/>{text}</p:txBody></p:sp>")


def title(text):
    return box(2, "タイトル", "title", 457200, 274638, 8229600, 1143000, [text], 3600, True)


def body(lines):
    return box(3, "本文", "body", 457200, 1600200, 8229600, 4525963, lines, 2400)


def picture(rel):
    return ('<p:pic><p:nvPicPr><p:cNvPr id="4" name="庁舎"/><p:cNvPicPr/><p:nvPr/></p:nvPicPr>'
            f'<p:blipFill><a:blip r:embed="{rel}"/><a:stretch><a:fillRect/></a:stretch>'
            '</p:blipFill><p:spPr><a:xfrm><a:off x="5029200" y="2286000"/><a:ext cx="3657600" '
            'cy="2743200"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr>'
            "</p:pic>")


def grid(rows):
    def cells(row):
        return "".join('<a:tc><a:txBody><a:bodyPr/><a:lstStyle/><a:p><a:r><a:rPr lang="ja-JP"/>'
                       f"<a:t>{t}</a:t></a:r></a:p></a:txBody><a:tcPr/></a:tc>" for t in row)
    lines = "".join(f'<a:tr h="457200">{cells(r)}</a:tr>' for r in rows)
    columns = '<a:gridCol w="2743200"/>' * len(rows[0])
    return ('<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id="5" name="日程表"/>'
            "<p:cNvGraphicFramePr/><p:nvPr/></p:nvGraphicFramePr><p:xfrm>"
            '<a:off x="457200" y="2000000"/><a:ext cx="8229600" cy="1828800"/></p:xfrm><a:graphic>'
            '<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/table"><a:tbl>'
            f'<a:tblPr firstRow="1"/><a:tblGrid>{columns}</a:tblGrid>{lines}</a:tbl>'
            "</a:graphicData></a:graphic></p:graphicFrame>")


def slide(shapes, more="", tail=""):
    return HEAD + (f'<p:sld {P}{more}><p:cSld><p:spTree>{GROUP}{shapes}</p:spTree></p:cSld>'
                   f"<p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr>{tail}</p:sld>")


def theme():
    def color(name, value):
        return f'<a:{name}><a:srgbClr val="{value}"/></a:{name}>'
    colors = "".join(color(n, v) for n, v in (
        ("dk1", "000000"), ("lt1", "FFFFFF"), ("dk2", "1F3864"), ("lt2", "E8EEF4"),
        ("accent1", "1F5FA8"), ("accent2", "C8362C"), ("accent3", "6B8E23"), ("accent4", "8064A2"),
        ("accent5", "4BACC6"), ("accent6", "F79646"), ("hlink", "0563C1"),
        ("folHlink", "954F72")))
    face = '<a:latin typeface="Arial"/><a:ea typeface="游ゴシック"/><a:cs typeface=""/>'
    solid = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    line = f'<a:ln w="9525">{solid}</a:ln>'
    effect = "<a:effectStyle><a:effectLst/></a:effectStyle>"
    return HEAD + (
        '<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="市役所">'
        f'<a:themeElements><a:clrScheme name="市役所">{colors}</a:clrScheme>'
        f'<a:fontScheme name="市役所"><a:majorFont>{face}</a:majorFont><a:minorFont>{face}'
        f'</a:minorFont></a:fontScheme><a:fmtScheme name="市役所"><a:fillStyleLst>{solid * 3}'
        f"</a:fillStyleLst><a:lnStyleLst>{line * 3}</a:lnStyleLst><a:effectStyleLst>{effect * 3}"
        f"</a:effectStyleLst><a:bgFillStyleLst>{solid * 3}</a:bgFillStyleLst></a:fmtScheme>"
        "</a:themeElements></a:theme>")


def master():
    level = '<a:lvl1pPr algn="l"><a:defRPr sz="{}"/></a:lvl1pPr>'
    return HEAD + (
        f'<p:sldMaster {P}><p:cSld><p:bg><p:bgPr><a:solidFill><a:schemeClr val="bg1"/>'
        f"</a:solidFill><a:effectLst/></p:bgPr></p:bg><p:spTree>{GROUP}{title('題')}{body(['本文'])}"
        f'</p:spTree></p:cSld><p:clrMap {MAP}/><p:sldLayoutIdLst><p:sldLayoutId id="2147483649" '
        f'r:id="rId1"/></p:sldLayoutIdLst><p:txStyles><p:titleStyle>{level.format(3600)}'
        f"</p:titleStyle><p:bodyStyle>{level.format(2400)}</p:bodyStyle><p:otherStyle/>"
        "</p:txStyles></p:sldMaster>")


def notes(text):
    return HEAD + (f"<p:notes {P}><p:cSld><p:spTree>{GROUP}"
                   + box(2, "ノート", "body", 685800, 4343400, 5486400, 4114800, [text], 1200)
                   + "</p:spTree></p:cSld><p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr>"
                     "</p:notes>")


def notes_master():
    return HEAD + (f"<p:notesMaster {P}><p:cSld><p:spTree>{GROUP}"
                   + box(2, "ノート", "body", 685800, 4343400, 5486400, 4114800, ["ノート"], 1200)
                   + f"</p:spTree></p:cSld><p:clrMap {MAP}/></p:notesMaster>")


def meeting():
    """The parts of 説明会.pptx."""
    core, app = properties("庁舎建替え説明会", "庁舎整備室 作成者名")
    click = ('<p:sp><p:nvSpPr><p:cNvPr id="6" name="開く"><a:hlinkClick r:id="rId3" '
             'action="ppaction://program"/></p:cNvPr><p:cNvSpPr/><p:nvPr/></p:nvSpPr><p:spPr>'
             '<a:xfrm><a:off x="457200" y="5600000"/><a:ext cx="2000000" cy="500000"/></a:xfrm>'
             '<a:prstGeom prst="roundRect"><a:avLst/></a:prstGeom></p:spPr><p:txBody><a:bodyPr/>'
             '<a:p><a:r><a:rPr lang="ja-JP" sz="1600"/><a:t>資料を開く</a:t></a:r></a:p></p:txBody>'
             "</p:sp>")
    slides = [
        slide(title("庁舎建替え説明会") + body(["令和8年5月16日(土)午後2時", "関所市 庁舎整備室"]) + click,
              tail='<p:transition><p:fade/></p:transition>'),
        slide(title("新庁舎の姿") + box(3, "本文", "body", 457200, 1600200, 4343400, 4525963,
                                   ["延べ面積 約12,000㎡", "地上5階", "免震構造"], 2400)
              + picture("rId3")),
        slide(title("今後の日程") + grid([["時期", "内容", "担当"], ["令和8年度", "基本設計", "整備室"],
                                     ["令和9年度", "実施設計", "整備室"], ["令和10年度", "着工", "建築課"]])),
        slide(title("想定問答(説明者用)") + body(["財源の内訳は別紙"]), ' show="0"'),
    ]
    n = len(slides)
    parts = {
        "[Content_Types].xml": types(
            [("ppt/presentation.xml", SLIDE_TYPE + "presentation.main+xml"),
             ("ppt/slideMasters/slideMaster1.xml", SLIDE_TYPE + "slideMaster+xml"),
             ("ppt/slideLayouts/slideLayout1.xml", SLIDE_TYPE + "slideLayout+xml"),
             ("ppt/notesMasters/notesMaster1.xml", SLIDE_TYPE + "notesMaster+xml"),
             ("ppt/notesSlides/notesSlide1.xml", SLIDE_TYPE + "notesSlide+xml"),
             ("docProps/core.xml", PACKAGE_TYPE + "core-properties+xml"),
             ("docProps/app.xml", "application/vnd.openxmlformats-officedocument."
                                  "extended-properties+xml")]
            + [(f"ppt/theme/theme{i}.xml",
                "application/vnd.openxmlformats-officedocument.theme+xml") for i in (1, 2)]
            + [(f"ppt/slides/slide{i}.xml", SLIDE_TYPE + "slide+xml") for i in range(1, n + 1)],
            [("jpg", "image/jpeg")]),
        "_rels/.rels": rels([("rId1", "officeDocument", "ppt/presentation.xml"),
                             ("rId2", PACKAGE_REL + "metadata/core-properties",
                              "docProps/core.xml"),
                             ("rId3", "extended-properties", "docProps/app.xml")]),
        "ppt/presentation.xml": HEAD + (
            f'<p:presentation {P}><p:sldMasterIdLst><p:sldMasterId id="2147483648" r:id="rId1"/>'
            '</p:sldMasterIdLst><p:notesMasterIdLst><p:notesMasterId r:id="rId2"/>'
            "</p:notesMasterIdLst><p:sldIdLst>"
            + "".join(f'<p:sldId id="{256 + i}" r:id="rId{3 + i}"/>' for i in range(n))
            + '</p:sldIdLst><p:sldSz cx="9144000" cy="6858000"/><p:notesSz cx="6858000" '
              'cy="9144000"/></p:presentation>'),
        "ppt/_rels/presentation.xml.rels": rels(
            [("rId1", "slideMaster", "slideMasters/slideMaster1.xml"),
             ("rId2", "notesMaster", "notesMasters/notesMaster1.xml")]
            + [(f"rId{3 + i}", "slide", f"slides/slide{i + 1}.xml") for i in range(n)]
            + [(f"rId{3 + n}", "theme", "theme/theme1.xml")]),
        "ppt/slideMasters/slideMaster1.xml": master(),
        "ppt/slideMasters/_rels/slideMaster1.xml.rels": rels([
            ("rId1", "slideLayout", "../slideLayouts/slideLayout1.xml"),
            ("rId2", "theme", "../theme/theme1.xml")]),
        "ppt/slideLayouts/slideLayout1.xml": HEAD + (
            f'<p:sldLayout {P} type="obj"><p:cSld name="題と本文"><p:spTree>{GROUP}{title("題")}'
            f"{body(['本文'])}</p:spTree></p:cSld><p:clrMapOvr><a:masterClrMapping/>"
            "</p:clrMapOvr></p:sldLayout>"),
        "ppt/slideLayouts/_rels/slideLayout1.xml.rels": rels([
            ("rId1", "slideMaster", "../slideMasters/slideMaster1.xml")]),
        "ppt/theme/theme1.xml": theme(), "ppt/theme/theme2.xml": theme(),
        "ppt/notesMasters/notesMaster1.xml": notes_master(),
        "ppt/notesMasters/_rels/notesMaster1.xml.rels": rels([
            ("rId1", "theme", "../theme/theme2.xml")]),
        "ppt/notesSlides/notesSlide1.xml": notes("冒頭で市長挨拶。費用の話は質問が出てから。"),
        "ppt/notesSlides/_rels/notesSlide1.xml.rels": rels([
            ("rId1", "notesMaster", "../notesMasters/notesMaster1.xml"),
            ("rId2", "slide", "../slides/slide1.xml")]),
        "ppt/media/image1.jpg": image.jpeg(240, 176, image.town_hall(240, 176),
                                          image.comment(b"SECRET-JPEG-COMMENT"), 0.8),
        "docProps/core.xml": core, "docProps/app.xml": app,
    }
    for i, text in enumerate(slides, 1):
        parts[f"ppt/slides/slide{i}.xml"] = text
        rows = [("rId1", "slideLayout", "../slideLayouts/slideLayout1.xml")]
        if i == 1:
            rows += [("rId2", "notesSlide", "../notesSlides/notesSlide1.xml"),
                     ("rId3", "hyperlink", "file:///C:/Windows/System32/calc.exe", "External")]
        if i == 2:
            rows.append(("rId3", "image", "../media/image1.jpg"))
        parts[f"ppt/slides/_rels/slide{i}.xml.rels"] = rels(rows)
    return parts
