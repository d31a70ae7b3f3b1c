#!/usr/bin/env python3
"""Sends every document of samples/ through `sekisho sanitize` and holds the result against
samples/MANIFEST.tsv: outcome, findings, what must be gone, what must still be there.

    tests/samples_check.py PATH/TO/sekisho
"""
import json
import os
import subprocess
import sys
import tempfile

from outputs import contains, findings, visible

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def words(cell, sep=";"):
    return [] if cell == "-" else [w for w in cell.split(sep) if w]


def check(program, row, folder):
    path, outcome, output, expected, absent, present = row[:6]
    source = os.path.join(ROOT, "samples", path)
    run = subprocess.run([program, "sanitize", "-o", folder, source], capture_output=True,
                         timeout=180)
    made = [f for f in os.listdir(folder) if not f.endswith(".report.json")]
    reports = [f for f in os.listdir(folder) if f.endswith(".report.json")]
    if outcome == "held":
        if run.returncode != 2 or made:
            yield f"not held: exit {run.returncode}, wrote {made}"
    elif run.returncode != 0 or len(made) != 1:
        yield f"did not pass: exit {run.returncode}, wrote {made}"
    elif not made[0].endswith("." + output):
        yield f"wrote {made[0]}, expected .{output}"
    if len(reports) != 1:
        yield f"{len(reports)} reports"
        return
    with open(os.path.join(folder, reports[0]), "rb") as f:
        ids = {i["finding"] for i in json.load(f)["items"]}
    for want in words(expected, " "):
        if want not in ids:
            yield f"the report does not name {want} (it names {sorted(ids)})"
    for name in made:
        with open(os.path.join(folder, name), "rb") as f:
            data = f.read()
        for word in words(absent):
            if contains(name, data, word):
                yield f"still holds {word!r}"
        text = visible(data)
        for word in words(present):
            if word not in text:
                yield f"lost {word!r}"
        yield from findings(name, data)


def main():
    program = os.path.abspath(sys.argv[1])
    with open(os.path.join(ROOT, "samples", "MANIFEST.tsv"), encoding="utf-8") as f:
        rows = [line.rstrip("\n").split("\t") for line in f if not line.startswith("#")]
    print(f"1..{len(rows)}")
    bad = 0
    for number, row in enumerate(rows, 1):
        with tempfile.TemporaryDirectory() as folder:
            problems = list(check(program, row, folder))
        for p in problems:
            print("# " + p.encode("ascii", "backslashreplace").decode())
        print(f"{'not ok' if problems else 'ok'} {number} - "
              + row[0].encode("ascii", "backslashreplace").decode())
        bad += bool(problems)
    print(f"# samples: PASS {len(rows) - bad}, FAIL {bad}, SKIP 0")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
