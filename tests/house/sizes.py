#!/usr/bin/env python3
"""Names files over 800 lines and functions over 80.

Tables are excepted: a file without a function, and a test case, which is a table of inputs.
A long test program is named, but does not fail.
"""
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parents[2]
bad = 0
for path in sorted((root / "src").rglob("*.[ch]")):
    lines = path.read_text().splitlines()
    functions = []
    start = None
    for i, line in enumerate(lines):
        if line == "{":
            start = i
        elif line == "}" and start is not None:
            functions.append((i - start, start))
            start = None
    if len(lines) > 800 and functions:
        print(f"# {path.relative_to(root)}: {len(lines)} lines")
        bad += not path.name.endswith("_test.c")
    for length, at in functions:
        if length > 80 and not path.name.endswith("_test.c"):
            name = re.search(r"(\w+)\(", " ".join(lines[max(0, at - 3):at]))
            print(f"# {path.relative_to(root)}:{at}: {name[1] if name else '?'} has {length} lines")
            bad += 1
sys.exit(1 if bad else 0)
