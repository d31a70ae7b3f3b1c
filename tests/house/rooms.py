#!/usr/bin/env python3
"""The first house test: #include lines against the table of rooms in ARCHITECTURE.md."""
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parents[2]
rooms = {}
for line in (root / "ARCHITECTURE.md").read_text().splitlines():
    cells = [c.strip() for c in line.strip().strip("|").split("|")]
    if line.startswith("|") and len(cells) == 5 and (root / "src" / cells[0]).is_dir():
        uses = set() if cells[2] == "-" else {u.strip() for u in cells[2].split(",")}
        rooms[cells[0]] = uses

bad = 0
every = {p.name for p in (root / "src").iterdir() if p.is_dir()}
for room in sorted(every - rooms.keys()):
    print(f"# room {room} stands in src/ but not in the table")
    bad += 1
for path in sorted((root / "src").rglob("*.[ch]")):
    room = path.relative_to(root / "src").parts[0]
    may = rooms.get(room, set())
    for number, line in enumerate(path.read_text().splitlines(), 1):
        m = re.match(r'\s*#\s*include\s+"([a-z]+)/', line)
        if m and m[1] in every and m[1] != room and "all" not in may and m[1] not in may:
            print(f"# {path.relative_to(root)}:{number}: {room} may not use {m[1]}")
            bad += 1
sys.exit(1 if bad or not rooms else 0)
