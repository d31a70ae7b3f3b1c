#!/usr/bin/env python3
"""Judges what kill_log left, by nothing of ours: receipts against store and published files.

usage: kill_log_check.py DIR RECEIPTS KILLS

No acknowledged entry is lost, every checkpoint that was ever seen signs a prefix of the final tree,
nothing was refused, and the last checkpoint signs all that the store holds. RFC 6962 is done again
here; signatures are judged by openssl.
"""
import base64
import hashlib
import pathlib
import sqlite3
import struct
import subprocess
import sys
import tempfile


def sha(data):
    return hashlib.sha256(data).digest()


class Tree:
    """Roots of all prefixes, from a stack of perfect subtrees."""

    def __init__(self):
        self.stack, self.size, self.roots = [], 0, {0: sha(b'')}

    def add(self, entry):
        node, size = sha(b'\0' + entry), self.size
        while size & 1:
            node, size = sha(b'\1' + self.stack.pop() + node), size >> 1
        self.stack.append(node)
        self.size += 1
        root = self.stack[-1]
        for left in reversed(self.stack[:-1]):
            root = sha(b'\1' + left + root)
        self.roots[self.size] = root


def published(log, size):
    """The entries of the bundles, the widest file of each place."""
    entries = []
    for n in range((size + 255) // 256):
        width = min(256, size - n * 256)
        name = (f'x{n // 1000:03}/' if n >= 1000 else '') + f'{n % 1000:03}'
        path = log / 'tile/entries' / (name if width == 256 else f'{name}.p/{width}')
        data = path.read_bytes()
        while data:
            length, = struct.unpack('>H', data[:2])
            entries.append(data[2:2 + length])
            data = data[2 + length:]
    return entries


def signature_is_good(log):
    text, lines = (log / 'checkpoint').read_text().split('\n\n')
    key = base64.b64decode((log / 'key').read_text().strip().split('+', 2)[2])[1:]
    raw = base64.b64decode(lines.split()[2])[4:]
    with tempfile.TemporaryDirectory() as t:
        t = pathlib.Path(t)
        (t / 'text').write_text(text + '\n')
        (t / 'sig').write_bytes(raw)
        (t / 'key').write_bytes(bytes.fromhex('302a300506032b6570032100') + key)
        return subprocess.run(['openssl', 'pkeyutl', '-verify', '-pubin', '-keyform', 'DER',
                               '-inkey', t / 'key', '-rawin', '-in', t / 'text', '-sigfile',
                               t / 'sig'], stdout=subprocess.DEVNULL).returncode == 0


def main():
    home, receipts, kills = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    bad, acked, seen = [], {}, {}
    for line in open(receipts):
        kind, a, *b = line.split()
        if kind == 'entry':
            if acked.setdefault(int(a), b[0]) != b[0]:
                bad.append(f'entry {a} was acknowledged twice, and differs')
        elif kind == 'signed':
            if seen.setdefault(int(a), b[0]) != b[0]:
                bad.append(f'two signed trees of {a} entries: a fork')
        else:
            bad.append(line.strip())
    store = [bytes(t) if isinstance(t, bytes) else t.encode() for (t,) in
             sqlite3.connect(home / 'store.db').execute('SELECT body FROM entry ORDER BY n')]
    size = int((home / 'log/checkpoint').read_text().split('\n')[1])
    entries = published(home / 'log', size)
    tree = Tree()
    for e in entries:
        tree.add(e)
    for index, want in acked.items():
        if index >= len(store) or hashlib.sha256(store[index]).hexdigest() != want:
            bad.append(f'acknowledged entry {index} is lost')
    if store != entries:
        bad.append(f'{len(store)} entries in the store, {len(entries)} published')
    for n, root in seen.items():
        if n > size or tree.roots[n].hex() != root:
            bad.append(f'the signed tree of {n} entries is no prefix of the last one')
    if not signature_is_good(home / 'log'):
        bad.append('the last signature is not good')
    for line in bad[:20]:
        print(f'FAULT {line}')
    print(f'{kills} kills of append and sign: {len(acked)} entries acknowledged, {len(seen)} signed '
          f'trees seen, {len(bad)} faults')
    return bool(bad) or not acked or len(seen) < kills // 20


if __name__ == '__main__':
    sys.exit(main())
