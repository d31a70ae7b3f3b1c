#!/usr/bin/env python3
"""Every fuzz target stands in docs/fuzzing.tsv, nothing else does, and each has seeds."""
import pathlib
import re
import sys

root = pathlib.Path(__file__).resolve().parents[2]
targets = set()
for build in root.glob('src/*/meson.build'):
    for names in re.findall(r'^fuzzers = \[(.*?)\]', build.read_text(), re.S | re.M):
        targets |= set(re.findall(r"'(\w+)'", names))
head, *rows = (line.split('\t') for line in (root / 'docs/fuzzing.tsv').read_text().splitlines())
recorded = [row[0] for row in rows]
faults = [f'{t}: not in docs/fuzzing.tsv' for t in sorted(targets - set(recorded))]
faults += [f'{t}: in docs/fuzzing.tsv, but no target' for t in sorted(set(recorded) - targets)]
faults += [f'docs/fuzzing.tsv: {t} stands twice' for t in sorted(set(recorded)) if recorded.count(t) > 1]
faults += [f'docs/fuzzing.tsv: {row[0]} has {len(row)} columns' for row in rows if len(row) != len(head)]
faults += [f'{t}: no seeds in tests/corpus' for t in sorted(targets)
           if not any((root / 'tests/corpus' / t).glob('*'))]
faults += [] if targets else ['no fuzz target was found at all']
print('\n'.join(faults))
sys.exit(1 if faults else 0)
