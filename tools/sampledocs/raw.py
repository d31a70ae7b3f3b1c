"""Containers of the sample documents, written byte by byte: ZIP and compound file (CFB)."""
import struct
import zlib


def entry(name, data, flags=0x800, method=None, local_name=None, local_size=None):
    """One ZIP member. name is bytes; local_* let the local header lie."""
    packed = zlib.compress(data, 9)[2:-4]
    if method is None:
        method = 8 if len(packed) < len(data) else 0
    return {"name": name, "data": data, "packed": packed if method == 8 else data,
            "flags": flags, "method": method, "crc": zlib.crc32(data),
            "local_name": name if local_name is None else local_name,
            "local_size": len(data) if local_size is None else local_size}


def directory(entries, offsets, base):
    """The central directory and its end record; offsets count from the start of the file."""
    out = b""
    for e, at in zip(entries, offsets):
        out += struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, e["flags"], e["method"],
                           0x6000, 0x5A21, e["crc"], len(e["packed"]), len(e["data"]),
                           len(e["name"]), 0, 0, 0, 0, 0x20, at) + e["name"]
    return out + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, len(entries), len(entries),
                             len(out), base, 0)


def zip_bodies(entries, base=0):
    """Local headers and data; (bytes, offsets)."""
    out, offsets = b"", []
    for e in entries:
        offsets.append(base + len(out))
        out += struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, e["flags"], e["method"], 0x6000,
                           0x5A21, e["crc"], len(e["packed"]), e["local_size"],
                           len(e["local_name"]), 0) + e["local_name"] + e["packed"]
    return out, offsets


def zip_file(entries):
    bodies, offsets = zip_bodies(entries)
    return bodies + directory(entries, offsets, len(bodies))


def package(parts):
    """An OPC package from {name: str or bytes}, in the given order."""
    return zip_file([entry(n.encode(), d.encode() if isinstance(d, str) else d, flags=0)
                     for n, d in parts.items()])


def cfb(tree):
    """A version 3 compound file; tree is {name: bytes or dict}. Streams are padded to the cutoff
    of 4096 bytes so that no mini stream is needed."""
    dirs = [["Root Entry", 5, None, b""]]
    children = {0: []}

    def walk(node, parent):
        for name, value in node.items():
            i = len(dirs)
            children[parent].append(i)
            if isinstance(value, dict):
                dirs.append([name, 1, None, b""])
                children[i] = []
                walk(value, i)
            else:
                dirs.append([name, 2, None, value + bytes(max(0, 4096 - len(value)))])
    walk(tree, 0)
    sectors, fat = [], []

    def store(data):
        first = len(sectors)
        count = (len(data) + 511) // 512
        for k in range(count):
            sectors.append(data[k * 512:k * 512 + 512].ljust(512, b"\0"))
            fat.append(first + k + 1 if k + 1 < count else 0xFFFFFFFE)
        return first
    for d in dirs:
        d[2] = store(d[3]) if d[1] == 2 else 0
    link = {}
    for kids in children.values():
        kids.sort(key=lambda i: (len(dirs[i][0]), dirs[i][0].upper()))
        for a, b in zip(kids, kids[1:] + [0xFFFFFFFF]):
            link[a] = b
    table = b""
    for i, (name, kind, first, data) in enumerate(dirs):
        text = name.encode("utf-16-le") + b"\0\0"
        kids = children.get(i, [])
        start = first if kind == 2 else (0xFFFFFFFE if i == 0 else 0)
        table += text.ljust(64, b"\0") + struct.pack(
            "<HBBIII16sIQQIQ", len(text), kind, 1, 0xFFFFFFFF, link.get(i, 0xFFFFFFFF),
            kids[0] if kids else 0xFFFFFFFF, bytes(16), 0, 0, 0, start, len(data))
    while len(table) % 512:
        table += bytes(68) + struct.pack("<III", *[0xFFFFFFFF] * 3) + bytes(48)
    dir_at = store(table)
    fat_at = len(sectors)
    fat.append(0xFFFFFFFD)
    if len(fat) > 128:
        raise ValueError("one FAT sector is enough for a sample")
    sectors.append(struct.pack("<128I", *(fat + [0xFFFFFFFF] * (128 - len(fat)))))
    head = struct.pack("<8s16sHHHHHHIIIIIIIIII", bytes.fromhex("d0cf11e0a1b11ae1"), bytes(16),
                       0x3E, 3, 0xFFFE, 9, 6, 0, 0, 0, 1, dir_at, 0, 4096, 0xFFFFFFFE, 0,
                       0xFFFFFFFE, 0)
    head += struct.pack("<I", fat_at) + b"\xff" * (108 * 4)
    return head + b"".join(sectors)


def vba_project(marker):
    """A file of the shape of a VBA project whose streams hold plain words, no code."""
    return cfb({
        "PROJECT": b'ID="{00000000-0000-0000-0000-000000000000}"\r\nDocument=ThisWorkbook\r\n'
                   + marker,
        "VBA": {"_VBA_PROJECT": b"\xcc\x61" + marker, "dir": b"\x01" + marker,
                "ThisWorkbook": b"Attribut\0e VB_Name = \"ThisWorkbook\"\r\n" + marker},
    })
