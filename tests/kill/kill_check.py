#!/usr/bin/env python3
"""Receipts against store and log, with nothing of the program but its files.

    kill_check.py DIR RECEIPTS

Reads the SQLite store, the published log and the blob folder by itself: its own Merkle tree, its
own HMAC, its own idea of what may follow what. Exit 0 only if nothing was lost, doubled or passed.
"""
import base64
import collections
import hashlib
import hmac
import pathlib
import sqlite3
import sys

root, receipts = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
bad = 0


def fault(text):
    global bad
    bad += 1
    if bad <= 20:
        print(f"# {text}")


RECEIVING, RECEIVED, SANITIZING, VERIFYING, READY, COLLECTED, HELD, REFUSED = range(1, 9)
CHUNK, OVERHEAD = 256 * 1024, 40

db = sqlite3.connect(f"file:{root / 'store/store.db'}?mode=ro", uri=True)
if db.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
    fault("the store fails its integrity check")
if db.execute("PRAGMA foreign_key_check").fetchall():
    fault("the store has dangling rows")

# -- the log: entries as published, and as the store keeps them ---------------------------------
rows = dict(db.execute("SELECT n, body FROM entry"))
if sorted(rows) != list(range(len(rows))):
    fault("entries are missing in the store")


def groups(n):
    s = [f"{n % 1000:03d}"]
    while n >= 1000:
        n //= 1000
        s.insert(0, f"x{n % 1000:03d}")
    return "/".join(s)


def bundle(n, width):
    base = root / "log/tile/entries" / groups(n)
    if base.is_file():
        return base.read_bytes()
    wide = sorted((int(p.name), p) for p in pathlib.Path(f"{base}.p").iterdir()
                  if p.name.isdigit())
    return next(p for w, p in wide if w >= width).read_bytes()


origin, size, top, *_ = (root / "log/checkpoint").read_text().split("\n")
size = int(size)
published = []
while len(published) < size:
    want = min(256, size - len(published))
    data, at = bundle(len(published) // 256, want), 0
    for _ in range(want):
        n = int.from_bytes(data[at:at + 2], "big")
        published.append(data[at + 2:at + 2 + n])
        at += 2 + n


def tree(leaves):
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = [hashlib.sha256(b"\0" + x).digest() for x in leaves]
    # Pairwise from the left; an odd one at the end is carried up: RFC 6962's tree.
    while len(level) > 1:
        level = [hashlib.sha256(b"\1" + level[i] + level[i + 1]).digest()
                 if i + 1 < len(level) else level[i] for i in range(0, len(level), 2)]
    return level[0]


if base64.b64encode(tree(published)).decode() != top:
    fault("the published entries do not give the signed root")
if size != len(rows):
    fault(f"{len(rows) - size} entries are not signed")
for n, text in enumerate(published):
    if rows.get(n) != text:
        fault(f"entry {n} differs between store and log")

# -- every commitment whose value is still there fits it ------------------------------------------
values = collections.defaultdict(dict)
for n, body in db.execute("SELECT n, body FROM value"):
    at = 0
    while at < len(body):  # length, key, 32 bytes of salt, length, value
        end = at + 1 + body[at]
        key, salt = body[at + 1:end].decode(), body[end:end + 32]
        at = end + 36 + int.from_bytes(body[end + 32:end + 36], "big")
        values[n][key] = (salt, body[end + 36:at])
streams = collections.defaultdict(list)
for n in sorted(rows):
    first, *lines = rows[n].decode().rstrip("\n").split("\n")
    fields = dict(line.split("=", 1) for line in lines)
    if list(fields) != sorted(fields) or len(fields) != len(lines):
        fault(f"entry {n} is not in its form")
    for key, (salt, value) in values[n].items():
        made = hmac.new(salt, value, "sha256").hexdigest()
        if fields.get(key) != f"c:{made}":
            fault(f"entry {n}: {key} does not fit its commitment")
        fields[key] = value
    streams[fields["stream"]].append((first.split(" ")[0], fields))

# -- transfers: the state in the store and the story in the log -----------------------------------
ONCE = ["transfer.created", "transfer.received", "transfer.decided", "transfer.sanitized",
        "transfer.ready"]
transfers = {}
for tid, state, size, digest, result in db.execute(
        "SELECT id, state, size, hash, result_hash FROM transfer"):
    story = [t for t, _ in streams[f"transfer/{tid}"]]
    transfers[tid] = (state, bytes(digest), bytes(result), story)
    if state in (RECEIVED, SANITIZING, VERIFYING):
        fault(f"{tid} is still on its way")
    for kind in ONCE:
        if story.count(kind) > 1:
            fault(f"{tid}: {kind} happened {story.count(kind)} times")
    have = [k for k in story if k in ONCE]
    if have != ONCE[:len(have)]:
        fault(f"{tid}: steps out of order: {story}")
    if (state in (READY, COLLECTED)) != ("transfer.ready" in story):
        fault(f"{tid}: state {state} but {story}")
    if "transfer.collected" in story and (
            "transfer.ready" not in story or
            story.index("transfer.collected") < story.index("transfer.ready")):
        fault(f"{tid} was passed before it was released")
    for kind, fields in streams[f"transfer/{tid}"]:
        if kind == "transfer.received" and fields["hash"] != bytes(digest):
            fault(f"{tid}: the entry names another original")
        if kind in ("transfer.ready", "transfer.collected", "transfer.sanitized") and \
                fields["result"] != bytes(result):
            fault(f"{tid}: {kind} names another result")

# -- receipts: what somebody was told is so ---------------------------------------------------------
told = collections.Counter()
collected = collections.Counter()
for line in receipts.read_text().splitlines():
    kind, tid, *rest = line.split()
    told[kind] += 1
    if tid not in transfers:
        fault(f"{tid} was {kind} and is lost")
        continue
    state, digest, result, story = transfers[tid]
    if kind == "received" and (state < RECEIVED or digest.hex() != rest[0] or
                               "transfer.received" not in story):
        fault(f"{tid}: received, but not kept")
    if kind == "collected":
        collected[tid] += 1
        if result.hex() != rest[0]:
            fault(f"{tid}: other bytes were handed out than were recognised")
for tid, n in collected.items():
    if transfers[tid][3].count("transfer.collected") < n:
        fault(f"{tid}: handed out {n} times, on record fewer")

# -- blobs: one original and at most one result each, and no file that nobody knows ------------------
known = {}
for bid, tid, role, bsize, digest in db.execute(
        "SELECT id, transfer, role, size, hash FROM blob"):
    known[bid] = (tid, role, bsize, bytes(digest))
in_row = dict(db.execute("SELECT id, length(body) FROM blob WHERE body IS NOT NULL"))
files = {p.name: p.stat().st_size for p in (root / "blobs").glob("*/*")}
for bid, (tid, role, bsize, digest) in known.items():
    have = in_row.get(bid, files.get(bid))
    if have is None:
        fault(f"{tid}: a file is lost")
    elif digest and have != bsize + max(1, -(-bsize // CHUNK)) * OVERHEAD:
        fault(f"{tid}: a content has not its size")
orphans = set(files) - (set(known) - set(in_row))
if orphans:
    fault(f"{len(orphans)} files that no transfer knows")

ready = sum(s in (READY, COLLECTED) for s, *_ in transfers.values())
if not told["received"] or not told["collected"]:
    fault("there was no load")
print(f"{len(transfers)} transfers ({ready} released), {told['created']} + {told['received']} + "
      f"{told['collected']} receipts, {len(rows)} entries, {len(in_row)} contents in rows, {len(files)} in files: "
      f"{bad} faults")
sys.exit(1 if bad else 0)
