"""Pictures of the sample documents: a small baseline JPEG encoder and a PNG writer."""
import math
import struct
import zlib

ZIGZAG = sorted(range(64), key=lambda i: (i // 8 + i % 8,
                                          i // 8 if (i // 8 + i % 8) % 2 else i % 8))
# ITU-T T.81 annex K: example quantisation and Huffman tables.
LUMA_Q = [16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57,
          69, 56, 14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64,
          81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99]
CHROMA_Q = [17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99,
            99, 99, 47, 66, 99, 99, 99, 99, 99, 99] + [99] * 32
DC_BITS = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]
DC_VALUES = list(range(12))
COS = [[math.cos((2 * x + 1) * u * math.pi / 16) * (math.sqrt(0.125) if u == 0 else 0.5)
        for x in range(8)] for u in range(8)]


def huffman(bits, values):
    codes, code, k = {}, 0, 0
    for length, count in enumerate(bits, 1):
        for _ in range(count):
            codes[values[k]] = (code, length)
            code, k = code + 1, k + 1
        code <<= 1
    return codes


def ac_table():
    """One AC table for both planes: all 162 run/size symbols, the frequent ones short."""
    order = [0x01, 0x02, 0x00, 0x03, 0x11, 0x04, 0x12, 0x21, 0x05, 0x31, 0x13, 0x41, 0x22, 0x51,
             0x61, 0xF0]
    order += [r << 4 | s for s in range(1, 11) for r in range(16) if r << 4 | s not in order]
    bits = [0, 2, 1, 2, 3, 3, 3, 2, 0, 0, 0, 0, 0, 0, 0, 146]
    return bits, order


class Bits:
    def __init__(self):
        self.out, self.acc, self.n = bytearray(), 0, 0

    def put(self, value, length):
        self.acc, self.n = (self.acc << length) | value, self.n + length
        while self.n >= 8:
            byte = (self.acc >> (self.n - 8)) & 0xFF
            self.out.append(byte)
            if byte == 0xFF:
                self.out.append(0)
            self.n -= 8
        self.acc &= (1 << self.n) - 1

    def flush(self):
        if self.n:
            self.put((1 << (8 - self.n)) - 1, 8 - self.n)


def block_code(bits, coeffs, last_dc, dc, ac):
    def number(value):
        size = abs(value).bit_length()
        return size, (value if value > 0 else value + (1 << size) - 1)
    size, raw = number(coeffs[0] - last_dc)
    bits.put(*dc[size])
    if size:
        bits.put(raw, size)
    run = 0
    for value in coeffs[1:]:
        if value == 0:
            run += 1
            continue
        while run > 15:
            bits.put(*ac[0xF0])
            run -= 16
        size, raw = number(value)
        bits.put(*ac[run << 4 | size])
        bits.put(raw, size)
        run = 0
    if run:
        bits.put(*ac[0])
    return coeffs[0]


def block_coeffs(plane, stride, x0, y0, quant):
    rows = []
    for y in range(8):
        at = (y0 + y) * stride + x0
        line = plane[at:at + 8]
        rows.append([sum(c * v for c, v in zip(COS[u], line)) for u in range(8)])
    out = [0] * 64
    for u in range(8):
        column = [rows[y][u] for y in range(8)]
        for v in range(8):
            out[v * 8 + u] = sum(c * w for c, w in zip(COS[v], column))
    return [round(out[i] / quant[i]) for i in ZIGZAG]


def jpeg(width, height, pixel, segments=b"", quality=1.0):
    """Baseline 4:4:4. pixel(x, y) gives (r, g, b); width and height are multiples of 8; segments
    are APPn and COM segments that go in front of the tables."""
    planes = [[], [], []]
    for y in range(height):
        for x in range(width):
            r, g, b = pixel(x, y)
            luma = 0.299 * r + 0.587 * g + 0.114 * b
            planes[0].append(luma - 128)
            planes[1].append(0.564 * (b - luma))
            planes[2].append(0.713 * (r - luma))
    quants = [[max(1, min(255, round(q * quality))) for q in t] for t in (LUMA_Q, CHROMA_Q)]
    ac_bits, ac_values = ac_table()
    dc, ac = huffman(DC_BITS, DC_VALUES), huffman(ac_bits, ac_values)
    bits, last = Bits(), [0, 0, 0]
    for y in range(0, height, 8):
        for x in range(0, width, 8):
            for c in range(3):
                q = quants[min(c, 1)]
                last[c] = block_code(bits, block_coeffs(planes[c], width, x, y, q), last[c], dc, ac)
    bits.flush()

    def segment(marker, body):
        return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body
    head = b"\xff\xd8" + segment(0xE0, b"JFIF\0\1\1\1\0\x48\0\x48\0\0") + segments
    for i, q in enumerate(quants):
        head += segment(0xDB, bytes([i]) + bytes(q[k] for k in ZIGZAG))
    head += segment(0xC0, struct.pack(">BHHB", 8, height, width, 3)
                    + bytes([1, 0x11, 0, 2, 0x11, 1, 3, 0x11, 1]))
    head += segment(0xC4, bytes([0x00] + DC_BITS + DC_VALUES))
    head += segment(0xC4, bytes([0x10] + ac_bits + ac_values))
    head += segment(0xDA, bytes([3, 1, 0, 2, 0, 3, 0, 0, 63, 0]))
    return head + bytes(bits.out) + b"\xff\xd9"


def exif(orientation, lat, lon, model):
    """An APP1 segment with camera, orientation and place (degrees as floats)."""
    def dms(v):
        d, m = int(v), int(v % 1 * 60)
        return struct.pack(">6I", d, 1, m, 1, round((v * 60 % 1) * 6000), 100)
    make = model.encode() + b"\0"
    ifd0_n, gps_n = 3, 5
    gps_at = 8 + 2 + ifd0_n * 12 + 4
    data_at = gps_at + 2 + gps_n * 12 + 4
    body = b"MM\0\x2a" + struct.pack(">IH", 8, ifd0_n)
    body += struct.pack(">HHII", 0x0110, 2, len(make), data_at)
    body += struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    body += struct.pack(">HHII", 0x8825, 4, 1, gps_at) + bytes(4)
    body += struct.pack(">H", gps_n) + struct.pack(">HHI4s", 0, 1, 4, bytes([2, 3, 0, 0]))
    body += struct.pack(">HHI4s", 1, 2, 2, b"N\0\0\0")
    body += struct.pack(">HHII", 2, 5, 3, data_at + len(make))
    body += struct.pack(">HHI4s", 3, 2, 2, b"E\0\0\0")
    body += struct.pack(">HHII", 4, 5, 3, data_at + len(make) + 24) + bytes(4)
    body += make + dms(lat) + dms(lon)
    return struct.pack(">BBH", 0xFF, 0xE1, len(body) + 8) + b"Exif\0\0" + body


def comment(text):
    return struct.pack(">BBH", 0xFF, 0xFE, len(text) + 2) + text


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(
        ">I", zlib.crc32(kind + body))


def png(width, height, pixel, extra=b"", end=b""):
    """8-bit RGB; extra chunks go behind IHDR, end bytes behind IEND."""
    rows = b""
    for y in range(height):
        rows += b"\0" + bytes(v for x in range(width) for v in pixel(x, y))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0,
                                                             0))
            + extra + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"") + end)


def town_hall(width, height):
    """A scene: sky, hills, a town hall with windows and a flag, a lawn and a path."""
    def pixel(x, y):
        u, v = x / width, y / height
        noise = ((x * 2654435761 ^ y * 40503) >> 7) % 9 - 4
        hill = 0.55 - 0.10 * math.sin(u * 5.1 + 0.6) - 0.04 * math.sin(u * 13)
        color = (120 + 110 * v, 170 + 70 * v, 235)
        if (u - 0.82) ** 2 + ((v - 0.16) * height / width) ** 2 < 0.0016:
            color = (255, 244, 200)
        if v > hill:
            color = (72 + 40 * v, 118 + 30 * math.sin(u * 40) * 0.3, 78)
        if v > 0.72:
            color = (110 + 12 * math.sin(x * 0.9), 160 + 10 * math.sin(y * 1.3), 84)
        if v > 0.72 and abs(u - 0.5) < 0.05 + (v - 0.72) * 0.6:
            color = (196, 186, 170)
        if 0.22 < u < 0.78 and 0.36 < v < 0.74:
            color = (232, 226, 214)
            if (u - 0.22) % 0.08 > 0.02 and (v - 0.38) % 0.11 > 0.04 and v < 0.66:
                color = (86, 112, 140)
        if 0.42 < u < 0.58 and 0.24 < v < 0.74:
            color = (214, 206, 190)
            if (u - 0.5) ** 2 + ((v - 0.31) * height / width) ** 2 < 0.0012:
                color = (250, 250, 246)
            if abs(u - 0.5) < 0.035 and v > 0.6:
                color = (96, 70, 52)
        if 0.20 < u < 0.80 and 0.34 < v < 0.365:
            color = (150, 84, 66)
        if abs(u - 0.5) < 0.003 and 0.1 < v < 0.24:
            color = (90, 90, 96)
        if 0.503 < u < 0.56 and 0.1 < v < 0.155:
            color = (248, 248, 248)
            if (u - 0.532) ** 2 + ((v - 0.128) * height / width) ** 2 < 0.00018:
                color = (190, 20, 40)
        return [max(0, min(255, c + noise)) for c in color]
    return pixel


def floor_plan(width, height):
    """Line drawing: walls, rooms, a grid of columns and a dimension line."""
    walls = [(40, 40, width - 40, 44), (40, height - 84, width - 40, height - 80),
             (40, 40, 44, height - 80), (width - 44, 40, width - 40, height - 80),
             (40, 180, 300, 183), (300, 40, 303, 250), (360, 180, width - 40, 183),
             (480, 180, 483, height - 80), (200, 183, 203, height - 160),
             (60, height - 50, width - 60, height - 49)]

    def pixel(x, y):
        for x0, y0, x1, y1 in walls:
            if x0 <= x < x1 and y0 <= y < y1:
                return 30, 40, 60
        if x % 100 < 8 and y % 100 < 8 and 44 < x < width - 44 and 44 < y < height - 84:
            return 120, 120, 130
        if (x - 303) ** 2 + (y - 250) ** 2 < 3600 and x > 303 and y < 250:
            return 214, 226, 240
        if y == height - 50 or (x in (60, width - 60) and height - 58 < y < height - 40):
            return 180, 60, 40
        return 252, 252, 250
    return pixel


def seal(size):
    """A round vermilion stamp."""
    def pixel(x, y):
        d = math.hypot(x - size / 2 + 0.5, y - size / 2 + 0.5) / size
        line = 0.44 < d < 0.48 or (d < 0.44 and abs(y - size * 0.36) < 1.2) or \
            (d < 0.44 and abs(y - size * 0.64) < 1.2) or (d < 0.3 and (x // 5 + y // 5) % 3 == 0
                                                        and abs(y - size / 2) < size * 0.1)
        return (200, 54, 44) if line else (255, 255, 255)
    return pixel


def lzw(rows):
    """Indices of four colours in codes of three bits: cleared so often that none grows."""
    held = count = 0
    data = bytearray()
    for i, index in enumerate(rows):
        for code in ([4] if i % 2 == 0 else []) + [index]:
            held |= code << count
            count += 3
            while count >= 8:
                data.append(held & 255)
                held >>= 8
                count -= 8
    held |= 5 << count
    if count > 5:
        data.append(held & 255)
        held >>= 8
    data.append(held & 255)
    blocks = [bytes(data[i:i + 255]) for i in range(0, len(data), 255)]
    return b"\2" + b"".join(bytes([len(b)]) + b for b in blocks) + b"\0"


def gif(width, height, frames, colours, comment_text, behind=b""):
    """An animation of pixel functions that give one of four colours."""
    size = struct.pack("<HH", width, height)
    out = b"GIF89a" + size + b"\x81\0\0" + bytes(v for c in colours for v in c)
    out += b"!\xff\x0bNETSCAPE2.0\3\1\0\0\0"
    out += b"!\xfe" + bytes([len(comment_text)]) + comment_text + b"\0"
    for pixel in frames:
        out += b"!\xf9\4\0" + struct.pack("<H", 50) + b"\0\0,\0\0\0\0" + size + b"\0"
        out += lzw([pixel(x, y) for y in range(height) for x in range(width)])
    return out + b";" + behind


def fax(width, height, pages, words):
    """Bilevel pages, not packed, as MM; 204 by 98 dots an inch; black is 1."""
    out, at_next = b"MM\0*\0\0\0\0", 4
    for pixel in pages:
        rows = b""
        for y in range(height):
            bits = "".join("1" if pixel(x, y) else "0" for x in range(width))
            rows += int(bits.ljust((width + 7) // 8 * 8, "0"), 2).to_bytes((width + 7) // 8, "big")
        strip = len(out)
        text, dpi = strip + len(rows), strip + len(rows) + len(words)
        start = dpi + 16
        out = out[:at_next] + struct.pack(">I", start) + out[at_next + 4:]
        entries = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 1 << 16),
                   (259, 3, 1, 1 << 16), (262, 3, 1, 0), (273, 4, 1, strip), (277, 3, 1, 1 << 16),
                   (278, 4, 1, height), (279, 4, 1, len(rows)), (282, 5, 1, dpi),
                   (283, 5, 1, dpi + 8), (296, 3, 1, 2 << 16), (315, 2, len(words), text)]
        out += rows + words + struct.pack(">IIII", 204, 1, 98, 1)
        out += struct.pack(">H", len(entries)) + b"".join(struct.pack(">HHII", *e) for e in entries)
        at_next = len(out)
        out += b"\0\0\0\0"
    return out


def bmp(width, height, pixel):
    """24 bits a pixel, from the last row upwards."""
    rows = b""
    for y in reversed(range(height)):
        row = b"".join(bytes(reversed(pixel(x, y))) for x in range(width))
        rows += row + b"\0" * (-len(row) % 4)
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, len(rows), 3780, 3780, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54 + len(rows), 0, 0, 54) + head + rows
