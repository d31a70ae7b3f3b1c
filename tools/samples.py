#!/usr/bin/env python3
"""Writes the sample documents of folder samples/ and their MANIFEST.tsv.

    tools/samples.py [FOLDER]      writes them (default: samples/ beside tools/)
    tools/samples.py --check       exit 1 where a committed sample is not what this would write

The same bytes on every run: no clock, no random numbers, only Python's standard library. All
persons, places and numbers are invented; example hosts are reserved names.
"""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from sampledocs import drawn, image, pdf, plain, raw, sheet, slide, word  # noqa: E402

HEADER = ("# path", "outcome", "output", "findings", "absent", "present", "ja", "en")
# outcome: pass, or held (no output at all). output: the extension written, "-" when held.
# findings: ids that the report has to name. absent and present: strings, separated by ";", that
# no (inflated) byte of the output may hold, or that its text must hold. "-" is an empty list.


def rows(files):
    """One row a sample: (path, bytes, outcome, output, findings, absent, present, ja, en)."""
    form = raw.package(word.form())
    budget = raw.package(sheet.budget())
    roster, notice, photo = plain.roster(), plain.notice(), plain.photo()
    yield ("申請書.docx", form, "pass", "docx", "comment-kept revision-kept metadata",
           "起案者本名;関所市役所内部;秘匿担当;00AB12CD;SekishoCam;Secret-Author",
           "公の施設使用許可申請書;機密性2;関所 太郎;38,500", "施設使用の申請書(表、写真、印影、変更履歴、コメント)",
           "An application form: table, pictures, tracked change, comment, marked 機密性2")
    yield ("予算.xlsm", budget, "pass", "xlsx",
           "macro auto-open formula-unsafe hidden-sheet hidden-rows-columns metadata",
           "vbaProject;SEKISHO-SAMPLE-MACRO;Auto_Open;WEBSERVICE;evil.example;printer-host;"
           "BudgetMacro;macroEnabled", "歳出合計;予備費率;土木費",
           "予算書(マクロ、数式、グラフ、非表示シート)", "A budget: macro, formulas, chart, hidden sheet")
    yield ("説明会.pptx", raw.package(slide.meeting()), "pass", "pptx",
           "speaker-notes hidden-slide link-unsafe metadata",
           "calc.exe;ppaction://program;SECRET-JPEG-COMMENT;作成者名", "庁舎建替え説明会;免震構造;基本設計",
           "住民説明会の資料(写真、表、発表者ノート、非表示スライド)",
           "Slides of a public meeting: picture, table, speaker notes, hidden slide")
    said = ";".join(drawn.STEPS + drawn.PLAIN + ["歳入の内訳", "財源の増減"])
    for ext, parts in (("docx", drawn.document()), ("xlsx", drawn.workbook()),
                       ("pptx", drawn.show())):
        yield (f"図表.{ext}", raw.package(parts), "pass", ext,
               "smart-art chart-new-kind ole-package external-workbook",
               "EMBEDDED-WORKBOOK;externalData;chartex;relIds;dsp:;dgm:;_xlchart",
               said + ";市税;増収" if ext != "xlsx" else said,
               f"図表(SmartArt)と新旧のグラフ({ext})", f"Diagrams and charts, old and new ({ext})")
    yield ("写真.jpg", photo, "pass", "jpg", "picture-location picture-rotated",
           "SekishoCam;SECRET-JPEG-COMMENT;Exif", "-", "庁舎の写真(撮影場所と向きの情報付き)",
           "A photograph with its place and an orientation mark")
    yield ("図面.png", plain.plan(), "pass", "png", "picture-metadata",
           "Secret-Draughtsman;secret-plan;tEXt;zTXt;iTXt;tIME", "-", "平面図(作成者などの文字情報付き)",
           "A floor plan with text chunks")
    yield ("避難経路.gif", plain.way_out(), "pass", "gif", "picture-metadata trailing-data",
           "Secret-Draughtsman;SECRET-BEHIND", "-", "避難経路を示す動く画像(作成者の注記付き)",
           "A moving picture of the way out, with a comment")
    yield ("印影.bmp", image.bmp(96, 96, image.seal(96)), "pass", "png", "-", "-", "-",
           "印影(BMP。PNG になります)", "A seal as BMP; it becomes a PNG")
    yield ("受信ファクス.tif", plain.fax(), "pass", "tif", "picture-metadata", "Secret-Fax-Sender",
           "-", "受信したファクス(TIFF、2枚)", "A received fax of two pages")
    yield ("名簿.csv", roster, "pass", "csv", "formula-prefixed", "-", "-",
           "名簿(CP932、数式になる欄が一つ)", "A list in CP932 with one cell that is a formula")
    yield ("お知らせ.txt", notice, "pass", "txt", "-", "-", "-", "市民へのお知らせ(ISO-2022-JP)",
           "A notice in ISO-2022-JP")
    yield ("見学会.pdf", pdf.guide(), "pass", "pdf", "metadata link-kept",
           "SECRET-JPEG-COMMENT;Secret-Writer;xmpmeta;Metadata", "-", "見学会の案内(日本語、写真、リンク)",
           "A notice in Japanese with a photograph and a link")
    bundle = [("一式/申請書.docx", form), ("一式/名簿.csv", roster), ("一式/お知らせ.txt", notice),
              ("一式/写真.jpg", photo)]
    yield ("一式.zip", plain.bundle(bundle), "pass", "zip", "-",
           "起案者本名;SekishoCam;00AB12CD", "公の施設使用許可申請書",
           "書庫(名前は CP932、中は文書、表、写真)", "An archive with CP932 names: form, list, notice, photo")
    yield from hostile()


def hostile():
    def office(name, parts):
        return "hostile/" + name, raw.package(parts)
    yield (*office("外部ひな形.docx", word.external_template()), "pass", "docx", "external-template",
           "evil.example;attachedTemplate", "ひな形を外部から読み込む文書です。", "外部のひな形を読み込む文書",
           "A document that loads a template from outside")
    yield (*office("分割DDE.docx", word.split_dde()), "pass", "docx", "dde",
           "DEAUTO;DDEAUTO;calc.exe;system32", "見積額 120,000円", "分割して隠した DDE フィールド",
           "A DDE field hidden in split runs")
    yield (*office("梱包物.docx", word.ole_package()), "pass", "docx", "ole-object",
           "payload.exe;MZ-EVIL;OLEObject;oleObject;embeddings", "添付の梱包物:",
           "実行ファイルを梱包した OLE オブジェクト", "An OLE package that holds a program")
    yield (*office("別形式埋込み.docx", word.alt_chunk()), "pass", "docx", "alt-chunk",
           "EVIL-CHUNK;altChunk;afchunk", "別形式の埋込み:;以上", "HTML を埋め込んだ文書(altChunk)",
           "A document with an HTML chunk (altChunk)")
    yield (*office("外部参照.xlsx", sheet.external_link()), "pass", "xlsx",
           "formula-unsafe external-workbook connection",
           "WEBSERVICE;evil.example;INDIRECT;HYPERLINK(;cmd|;externalLink;ddeLink;connections", "-",
           "他のブック・DDE・WEBSERVICE を使う表", "A workbook with external links, DDE and WEBSERVICE")
    yield ("hostile/爆弾.zip", plain.bomb(64 << 20), "held", "-", "zip-bomb", "-", "-",
           "千倍以上に膨らむ書庫", "An archive that unfolds a thousandfold")
    yield ("hostile/入れ子爆弾.zip", plain.nested_bomb(6), "held", "-", "zip-nesting", "-", "-",
           "書庫の中の書庫の中の……爆弾", "Archives within archives within archives")
    yield ("hostile/目録二つ.zip", plain.two_directories(), "held", "-", "-", "-", "-",
           "目録を二つ持つ書庫", "An archive with two directories")
    yield ("hostile/名前不一致.zip", plain.disagreeing_names(), "held", "-", "zip-disagree", "-", "-",
           "目録と中身で名前が異なる書庫", "An archive whose directory and members disagree")
    yield ("hostile/画像兼書庫.png", plain.png_and_zip(), "pass", "png", "trailing-data",
           "EVIL-POLYGLOT;evil.txt", "-", "画像にも書庫にも見えるファイル",
           "A file that is a picture and an archive")
    yield ("hostile/仕掛け.pdf", pdf.active(), "pass", "pdf",
           "pdf-javascript pdf-attachment pdf-xfa pdf-form action",
           "EVIL;evil.example;JavaScript;OpenAction;Launch;EmbeddedFile;AcroForm;XFA;/AA;GoToR;MZ ",
           "-", "スクリプト、プログラムの起動、添付ファイル、動的フォームを仕込んだ PDF",
           "A PDF with scripts, a program to start, an attachment and a dynamic form")
    yield ("hostile/更新隠し.pdf", pdf.updated(), "pass", "pdf", "-", "4F4C442D534543524554;OLD-SECRET;/Prev",
           "-", "前の版が残っている PDF", "A PDF that still holds an earlier revision")
    yield ("hostile/圧縮物.pdf", pdf.packed(), "pass", "pdf", "action",
           "EVIL;ObjStm;XRef;JavaScript;OpenAction", "-", "オブジェクトストリームにスクリプトを隠した PDF",
           "A PDF whose script hides in an object stream")
    yield ("hostile/暗号化.pdf", pdf.encrypted(), "held", "-", "encrypted", "-", "-",
           "パスワード付きの PDF", "A PDF with a password")
    yield ("hostile/偽文書.docx", plain.pdf(), "pass", "pdf", "action", "JavaScript;app.alert", "-",
           "文書の名を付けた PDF(JavaScript 入り)", "A PDF with JavaScript named as a document")
    yield ("hostile/巨大画像.png", plain.flood(), "held", "-", "limit", "-", "-",
           "縦横 65,536 画素と称する画像", "A picture that claims 65,536 by 65,536 pixels")
    yield (*office("実体爆弾.docx", word.billion_laughs()), "held", "-", "xml-doctype", "-", "-",
           "実体が十億倍に膨らむ文書(billion laughs)", "A document with the billion laughs attack")
    yield ("hostile/請求書\u202excod.exe.txt", "本文は普通の文章です。\r\n".encode(), "pass", "txt",
           "-", "-", "-", "名前に並びを偽る文字(RTLO)を含むファイル",
           "A name with the right-to-left override")
    yield (*office("実体参照.xlsx", sheet.doctype()), "held", "-", "xml-doctype", "-", "-",
           "外部実体を宣言する表", "A workbook that declares an external entity")
    yield ("hostile/呼出し.csv", plain.command_csv(), "pass", "csv", "formula-prefixed", "-", "-",
           "コマンドを呼び出す欄を持つ CSV", "A CSV with cells that call a command")


def build():
    files, lines = {}, ["\t".join(HEADER)]
    for path, data, *rest in rows(files):
        files[path] = data
        lines.append("\t".join([path, *rest]))
    files["MANIFEST.tsv"] = ("\n".join(lines) + "\n").encode()
    return files


def main(args):
    check = "--check" in args
    args = [a for a in args if a != "--check"]
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    folder = args[0] if args else os.path.join(here, "samples")
    bad = 0
    for path, data in build().items():
        target = os.path.join(folder, path)
        if check:
            with open(target, "rb") as f:
                if f.read() != data:
                    print(f"differs: {path}", file=sys.stderr)
                    bad = 1
            continue
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as f:
            f.write(data)
    return bad


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
