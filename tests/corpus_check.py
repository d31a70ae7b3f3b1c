#!/usr/bin/env python3
"""Sends a corpus through `sekisho sanitize` and judges what comes out.

    tests/corpus_check.py PATH/TO/sekisho FOLDER

FOLDER has a MANIFEST.tsv (path, bytes, sha256, origin, class, why). For every file: no crash, no
time-out, no system error; nothing in an output that outputs.py forbids. Of the office documents
and pictures that the manifest calls plain, at least 98 % have to come out, open in LibreOffice and
have the same text as before (words compared; what the report names is allowed for) on the same
number of pages. Prints what failed and one summary line. Exit 0 only where all of it is true, 77
without a corpus.
"""
import collections
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

from outputs import findings

OFFICE = {".docx": "txt:Text (encoded):UTF8", ".pptx": "pdf",
          ".xlsx": "csv:Text - txt - csv (StarCalc):9,34,76,1,,0,false,true,false,false,false,-1"}
PICTURES = (".png", ".jpg", ".jpeg")
WANTED = 0.98
PLACEHOLDERS = re.compile(r"\[[^\]]*(?:取り除きました|removed)[^\]]*\]")


def sanitize(program, sources, folder):
    """One run over all files: {source: the program's answer about it}."""
    run = subprocess.run([program, "sanitize", "--json", "-o", folder, *sources],
                         capture_output=True, timeout=3600)
    if run.returncode not in (0, 2):
        print(f"sekisho: exit {run.returncode}: {run.stderr.decode(errors='replace')[-500:]}")
    answers = (json.loads(line) for line in run.stdout.decode("utf-8").splitlines() if line)
    return {a["file"]: a for a in answers if "file" in a}


def fault_of_ours(answer):
    """A hold that says that we failed, not the file; "" where there is none. Limits are the file's."""
    if answer.get("fault") not in ("", None, "limit") or answer.get("status") == "error":
        return f"{answer['status']} {answer['fault']} {answer['error']} {answer['reason']}"
    return ""


def convert(files, kind, folder, profile):
    """LibreOffice over many files at once; {source: [output files]}."""
    if not files:
        return {}
    subprocess.run(["soffice", "--headless", f"-env:UserInstallation=file://{profile}",
                    "--convert-to", kind, "--outdir", folder, *files],
                   capture_output=True, timeout=900)
    made = {}
    for f in files:
        stem = os.path.splitext(os.path.basename(f))[0]
        made[f] = sorted(os.path.join(folder, n) for n in os.listdir(folder)
                         if n == f"{stem}.{kind[:3]}" or
                         (n.startswith(stem + "-") and n.endswith("." + kind[:3])))
    return made


def pages_of(path):
    """How many pages a PDF has; 0 where it has none or is none."""
    run = subprocess.run(["pdfinfo", path], capture_output=True, timeout=120)
    found = re.search(rb"^Pages:\s+(\d+)$", run.stdout, re.M)
    return int(found[1]) if found else 0


def words_of(path):
    if path.endswith(".pdf"):
        text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True,
                              timeout=120).stdout.decode("utf-8", "replace")
    else:
        with open(path, encoding="utf-8", errors="replace") as f:
            text = f.read()
    return collections.Counter(PLACEHOLDERS.sub(" ", text).split())


# Findings that say that visible text is gone, and so perhaps the pages it stood on.
TEXT_TAKEN = {"smart-art", "ole-object", "text-dropped", "alt-chunk", "external-object", "vml"}
PAGES_TAKEN = TEXT_TAKEN | {"hidden-sheet-dropped", "hidden-slide-dropped", "macro-sheet"}


def same_text(before, after, report):
    """None where the words are the same, else what differs beyond what the report names."""
    if not after:
        return "LibreOffice does not open the output"
    old, new = collections.Counter(), collections.Counter()
    for f in before:
        old += words_of(f)
    for f in after:
        new += words_of(f)
    lost, more = old - new, new - old
    if not lost and not more:
        return None
    if not more and TEXT_TAKEN & {i["finding"] for i in report["items"]}:
        return None
    return f"lost {list(lost)[:6]}, new {list(more)[:6]}"


def same_pages(before, after, report):
    """None where both PDFs have as many pages, or where the report names what is gone."""
    old, new = (sum(pages_of(f) for f in files) for files in (before, after))
    if old == new or (new < old and PAGES_TAKEN & {i["finding"] for i in report["items"]}):
        return None
    return f"{old} pages before, {new} after"


def compare(rows, folder):
    """Text and pages before and after of the office documents in rows: {path: problem or None}."""
    profile, verdicts = os.path.join(folder, "profile"), {}
    for ext, kind in OFFICE.items():
        pairs = {}
        for side in ("before", "after"):
            os.makedirs(os.path.join(folder, side + ext, "in"))
        for i, row in enumerate(r for r in rows if r["ext"] == ext):
            for side, source in (("before", row["source"]), ("after", row["output"])):
                target = os.path.join(folder, side + ext, "in", f"d{i:04}x{ext}")
                shutil.copyfile(source, target)
                pairs.setdefault(row["path"], []).append(target)
        made = {}
        for want in dict.fromkeys((kind, "pdf")):
            for i, side in enumerate(("before", "after")):
                made[want, side] = convert([p[i] for p in pairs.values()], want,
                                           os.path.join(folder, side + ext), profile)
        for path, (old, new) in pairs.items():
            report = next(r["report"] for r in rows if r["path"] == path)
            if not made[kind, "before"][old]:
                verdicts[path] = "LibreOffice does not open the original"
                continue
            verdicts[path] = (
                same_text(made[kind, "before"][old], made[kind, "after"][new], report) or
                same_pages(made["pdf", "before"][old], made["pdf", "after"][new], report))
    return verdicts


def manifest(folder):
    with open(os.path.join(folder, "MANIFEST.tsv"), encoding="utf-8") as f:
        for line in f.read().splitlines()[1:]:
            cells = line.split("\t")
            yield {"path": cells[0], "class": cells[4],
                   "source": os.path.join(folder, cells[0]),
                   "ext": os.path.splitext(cells[0])[1].lower()}


def run_all(program, rows, folder):
    answers = sanitize(program, [r["source"] for r in rows], folder)
    for row in rows:
        answer = answers.get(row["source"], {"status": "no answer", "fault": "lost", "error": "",
                                            "reason": "", "output": "", "report": {}})
        row["outcome"], row["fault"] = answer["status"], fault_of_ours(answer)
        row["report"], row["output"] = answer["report"] or {}, answer["output"]
        row["found"] = []
        if row["output"]:
            with open(row["output"], "rb") as f:
                row["found"] = list(findings(os.path.basename(row["output"]), f.read()))


def judge_plain(rows, folder):
    """(good, all, problems) of the plain office documents and pictures."""
    plain = [r for r in rows if r["class"] == "plain" and r["ext"] in (*OFFICE, *PICTURES)]
    texts = compare([r for r in plain if r["output"] and r["ext"] in OFFICE], folder) \
        if shutil.which("soffice") else None
    good, problems = 0, []
    for r in plain:
        why = None
        if not r["output"]:
            held = [i for i in r["report"].get("items", []) if i["act"] == "held"]
            why = r["outcome"] + (f": {held[0]['finding']} {held[0]['part']} {held[0]['detail']}"
                                  if held else "")
        elif r["ext"] in OFFICE:
            why = texts[r["path"]] if texts is not None else "LibreOffice is not installed"
        if why:
            problems.append(f"plain {r['path']}: {why}")
        good += why is None
    return good, len(plain), problems


def main():
    program, corpus = os.path.abspath(sys.argv[1]), sys.argv[2]
    if not os.path.exists(os.path.join(corpus, "MANIFEST.tsv")):
        print("corpus: SKIP, there is no " + corpus)
        return 77
    rows = list(manifest(corpus))
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        run_all(program, rows, os.path.join(folder, "out"))
        for r in rows:
            if r["fault"]:
                problems.append(f"{r['path']}: {r['fault']}")
            problems += [f"{r['path']}: {f}" for f in r["found"]]
        good, plain, more = judge_plain(rows, folder)
    for p in problems + more:
        print(p)
    count = collections.Counter(r["outcome"] for r in rows)
    share = good / plain if plain else 1
    print(f"corpus: {len(rows)} files, {count['clean']} clean, {count['held']} held, "
          f"{len(rows) - count['clean'] - count['held']} errors; {len(problems)} faults; plain office "
          f"documents and pictures out with equal text: {good} of {plain} = {share:.1%}")
    return 1 if problems or share < WANTED else 0


if __name__ == "__main__":
    sys.exit(main())
