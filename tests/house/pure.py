#!/usr/bin/env python3
"""The second house test: `nm -u` of every pure room against what ARCHITECTURE.md grants it.

A pure room may import symbols of the rooms it uses, the functions of its libraries by prefix, and
libc's memory, string and mathematics. Anything else (open, socket, exec, clock ...) fails.
"""
import pathlib
import re
import subprocess
import sys

root = pathlib.Path(__file__).resolve().parents[2]
build = root / (sys.argv[1] if len(sys.argv) > 1 else "build")

LIBC = set("""
malloc calloc realloc free abort memcpy memmove memset memcmp memchr memmem memrchr strlen strnlen
strcmp strncmp strchr strrchr strstr strtol strtoul strtod qsort bsearch snprintf vsnprintf sprintf
setjmp longjmp _setjmp __longjmp_chk toupper tolower
floor ceil round lround llround sqrt pow fabs fmod exp log log10 atan2 cos sin trunc rint lrint isnan isinf
stderr fprintf fwrite fputs
""".split())
# Compiler support: arithmetic, stack protector, fortified copies, sanitizers, control flow.
SUPPORT = re.compile(
    r"^(__stack_chk_fail|__(mem|str|sn?printf|vsn?printf|fprintf|longjmp)\w*_chk|_GLOBAL_OFFSET_TABLE_"
    r"|__isoc99_\w+|__popcountdi2|__fdelt_chk|__asan_\w+|__ubsan_\w+|__sanitizer_\w+|__tls_get_addr|__ctype_\w+|__\w+_chk)$")
LIBS = {
    "nettle": r"nettle_|_nettle_", "hogweed": r"nettle_|_nettle_",
    "expat": r"XML_", "libdeflate": r"libdeflate_",
    "zlib": r"inflate|deflate|crc32|adler32|zError", "spng": r"spng_", "turbojpeg": r"tj|jpeg_",
    "qpdf": r"qpdf_", "webp": r"WebP", "tiff": r"TIFF",
    "icu": r"u_|UCNV_|ucnv_|uidna_|unorm2?_|uset_|ubidi_|uspoof_|u8_|utf8_",
}
# bug() in base prints before it aborts: the one use of stdio.
BASE_ONLY = {"stderr", "fprintf", "fwrite", "fputs"}

table = {}
for line in (root / "ARCHITECTURE.md").read_text().splitlines():
    cells = [c.strip() for c in line.strip().strip("|").split("|")]
    if line.startswith("|") and len(cells) == 5 and (root / "src" / cells[0]).is_dir():
        split = lambda c: [] if c == "-" else [x.strip() for x in c.split(",") if x.strip()]
        table[cells[0]] = (cells[1] == "pure", split(cells[2]), split(cells[3]))


def symbols(room, flag):
    lib = build / f"lib{room}.a"
    if not lib.exists():
        return set()
    out = subprocess.run(["nm", flag, str(lib)], capture_output=True, text=True, check=True).stdout
    return {l.split()[-1].split("@")[0] for l in out.splitlines() if l.strip() and not l.endswith(":")}


bad = seen = 0
for room, (pure, uses, libs) in table.items():
    if not pure:
        continue
    if not (build / f"lib{room}.a").exists():
        continue
    seen += 1
    granted = symbols(room, "--defined-only")
    for u in uses:
        granted |= symbols(u, "--defined-only")
    prefixes = re.compile("^(" + "|".join(LIBS[l] for l in libs) + ")") if libs else None
    for s in sorted(symbols(room, "-u") - granted - (LIBC - BASE_ONLY)):
        if SUPPORT.match(s) or (prefixes and prefixes.match(s)):
            continue
        print(f"# pure room {room} imports {s}")
        bad += 1
print(f"# {seen} pure rooms looked at")
sys.exit(1 if bad or not seen else 0)
