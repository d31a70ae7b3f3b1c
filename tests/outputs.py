"""What the long checks know about outputs: unfold them, look for what may not be in them."""
import io
import re
import zipfile
import zlib

# Names that only stand in markup, part names and relationships: never in an output's tags.
FORBIDDEN_MARKUP = [
    b"vbaproject", b"vbadata", b"macrosheet", b"dialogsheet", b"activex", b"oleobject", b"olelink",
    b"ddelink", b"externallink", b"externalbook", b"externalreference", b"attachedtemplate",
    b"altchunk", b"afchunk", b"subdocument", b"<w:subdoc", b"frameset", b"mailmerge", b"customui",
    b"webextension", b"querytable", b"connections", b"webpr", b"dbpr", b"printersettings",
    b"customxml/", b"<w:customxml", b"customxmlprops", b"databinding", b"embeddings/", b"legacydrawing", b"imagedata", b"urn:schemas-",
    b"macroenabled", b"ppaction://macro", b"ppaction://program", b"ppaction://ole", b"javascript:",
    b"vbscript:", b"file:", b"\\\\", b"ms-word:", b"search-ms:", b"mhtml:", b"ldap:",
    b"<!doctype", b"<!entity", b"<!--", b"<![cdata[", b"xml-stylesheet", b"mc:ignorable",
    b"mc:alternatecontent", b"extlst", b"rsid", b"docprops", b"thumbnail", b"svgblip", b".emf",
    b".wmf", b".bin", b".vml", b".svg", b"onload", b"onclick", b"contenttypeid", b"hyperlinkbase",
    b"controls", b"smarttag", b"pivotcache", b"slicer", b"xmlmaps", b"videofile", b"audiofile",
    b"embeddedfont", b"embedregular", b"tagslst", b"custdata", b"r:link",
]
FIELDS = re.compile(
    rb"(?:^|\s)(DDE|DDEAUTO|INCLUDEPICTURE|INCLUDETEXT|INCLUDE|IMPORT|LINK|MACROBUTTON|DATABASE|RD|"
    rb"EMBED|GOTOBUTTON|QUOTE|CONTROL|HTMLCONTROL)\s", re.I)
FUNCTIONS = re.compile(
    rb"\b(WEBSERVICE|FILTERXML|RTD|CALL|REGISTER|REGISTER\.ID|EXEC|HYPERLINK|IMAGE|INDIRECT|INFO|"
    rb"DDE|SQL\.REQUEST|CUBE\w+|ALERT|RUN|_XLL\.\w+|_XLUDF\.\w+)\s*\(", re.I)
TAG = re.compile(rb"<[^>]*>")
# Free text inside tags: names and descriptions people typed.
FREE = re.compile(rb'(?<= )(?:name|descr|title|tooltip|display|text|val|lastClr|typeface|comment|'
                  rb'alt|author|initials|displayName|formatCode|altName|prompt|error|promptTitle|'
                  rb'errorTitle|location|w:val|w:author|w:initials|w:name|w:anchor|w:tooltip)'
                  rb'="[^"]*"')
INSTRUCTION = re.compile(rb"<w:(?:del)?instrText[^>]*>([^<]*)<|w:instr=\"([^\"]*)\"")
FORMULA = re.compile(rb"<(?:x|c):(?:f|formula|formula1|formula2|definedName|"
                     rb"calculatedColumnFormula|totalsRowFormula)(?: [^>]*)?>([^<]*)<")
STRING = re.compile(rb'"[^"]*"|&quot;.*?&quot;')


def members(data, path=""):
    """Yields (path, bytes) of the data itself and of everything inside it."""
    yield path, data
    if data[:5] == b"%PDF-":
        for i, packed in enumerate(re.findall(rb"/FlateDecode[^>]*>>\nstream\n(.*?)\nendstream", data, re.S)):
            yield f"{path}/{i}", zlib.decompress(packed)
    if data[:4] != b"PK\x03\x04":
        return
    with zipfile.ZipFile(io.BytesIO(data)) as z:
        for info in z.infolist():
            yield from members(z.read(info), f"{path}/{info.filename}")


def check_xml(path, data):
    low = path.partition("/")[2].lower().encode()
    tags = b"".join(TAG.findall(data))
    markup = FREE.sub(b"", tags).lower()
    for word in FORBIDDEN_MARKUP:
        if word in low or word in markup:
            yield f"{path}: {word.decode()}"
    pieces = b" ".join(a or b for a, b in INSTRUCTION.findall(data))
    for field in FIELDS.findall(pieces):
        yield f"{path}: field {field!r}"
    for formula in FORMULA.findall(data):
        bare = STRING.sub(b"", formula)
        if FUNCTIONS.search(bare) or b"|" in bare or re.search(rb"(^|[(,+*/=&-])'?\[\d", bare):
            yield f"{path}: formula {formula[:80]!r}"
    for target in re.findall(rb'Target="([^"]*)" TargetMode="External"', data):
        if not re.match(rb"(https?://|mailto:)", target, re.I):
            yield f"{path}: link {target!r}"


def check_picture(path, data):
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        at = 8
        while at + 8 <= len(data):
            size = int.from_bytes(data[at:at + 4], "big")
            if data[at + 4:at + 8] not in (b"IHDR", b"PLTE", b"tRNS", b"sRGB", b"gAMA", b"IDAT",
                                           b"IEND", b"pHYs"):
                yield f"{path}: chunk {data[at + 4:at + 8]!r}"
            at += size + 12
        if at != len(data):
            yield f"{path}: bytes behind IEND"
    if data[:2] == b"\xff\xd8":
        for word in (b"Exif\0", b"http://ns.adobe.com/", b"ICC_PROFILE", b"Photoshop", b"MPF\0"):
            if word in data:
                yield f"{path}: {word!r}"
        if not data.endswith(b"\xff\xd9"):
            yield f"{path}: bytes behind the end"


def check_csv(path, data):
    text = data.decode("utf-8", "replace")
    for line in text.splitlines():
        for cell in re.split(r"[,\t;]", line):
            cell = cell.strip().strip('"')
            if cell[:1] in "=@+-" and cell and not re.fullmatch(
                    r"[+-]?[\d,.\s]*%?|[+-][\d,.]+([eE][+-]?\d+)?|[-+]+|[+-]\d[\d\s()-]*", cell):
                yield f"{path}: cell {cell[:60]!r}"


# Keys and types that no output has: they act, fetch, hide or tell of people.
PDF_FORBIDDEN = re.compile(
    rb"/(JavaScript|JS|OpenAction|AA|Launch|SubmitForm|ResetForm|ImportData|GoToR|GoToE|Rendition|Sound|Movie|"
    rb"RichMedia\w*|3D|U3D|EmbeddedFiles?|Filespec|FileAttachment|AcroForm|XFA|Names|ObjStm|XRef|Encrypt|Metadata|"
    rb"Info|PieceInfo|OCProperties|OC|Widget|Popup|Perms|Collection|AF|Ref|OPI|Alternates|FontFile|Prev|"
    rb"Next|F|UF|DecodeParms|CCITTFaxDecode|JBIG2Decode|JPXDecode|LZWDecode|Crypt|FunctionType(?! [023]\b)|PS)\b(?![+])")


def check_pdf(path, data):
    bare = re.sub(rb"stream\n.*?\nendstream", b"", data, flags=re.S)
    # Names of glyphs are no keys: a font may well have one called F.
    bare = re.sub(rb"/Differences\[[^\[\]]*\]", b"", bare)
    for word in PDF_FORBIDDEN.findall(bare):
        yield f"{path}: {word!r}"
    if data.count(b"%%EOF") != 1 or not data.startswith(b"%PDF-1.7\n") or not data.endswith(b"%%EOF\n"):
        yield f"{path}: more than one revision, or something around it"


def findings(name, data):
    """Everything in an output that may not be there, as sentences."""
    for path, part in members(data, name):
        low = path.lower()
        if low.endswith((".xml", ".rels")):
            yield from check_xml(path, part)
        elif low.endswith((".png", ".jpg")):
            yield from check_picture(path, part)
        elif low.endswith((".csv", ".tsv")):
            yield from check_csv(path, part)
        if low.endswith(".pdf"):
            yield from check_pdf(path, part)
        elif part[:4] in (b"\xd0\xcf\x11\xe0", b"MZ\x90\0", b"%PDF", b"{\\rt"):
            yield f"{path}: a foreign type {part[:4]!r}"


def contains(name, data, word):
    """Whether any unfolded byte of the output, or a member's name, holds the word."""
    raw = word.encode()
    return any(raw in part or word in path for path, part in members(data, name))


def visible(data):
    """The text of all XML parts without tags, and of everything that is no XML."""
    out = []
    for path, part in members(data, ""):
        if path.endswith(".xml"):
            text = TAG.sub(b"", part).decode("utf-8", "replace")
            out.append(text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
        elif part[:4] != b"PK\x03\x04":
            out.append(part.decode("utf-8", "replace"))
    return "".join(out)
