#!/usr/bin/env python3
"""Puts files into a C table: embed.py OUT.c NAME=PATH... ; see src/web/static.h."""
import hashlib
import sys

TYPES = {
    'css': 'text/css; charset=utf-8',
    'js': 'text/javascript; charset=utf-8',
    'svg': 'image/svg+xml',
    'txt': 'text/plain; charset=utf-8',
}


def main():
    out, *files = sys.argv[1:]
    rows = []
    with open(out, 'w', encoding='utf-8') as f:
        f.write('/* Made by tools/embed.py. */\n#include "web/static.h"\n\n')
        for i, path in enumerate(sorted(files)):
            with open(path, 'rb') as src:
                data = src.read()
            name = path.rsplit('/', 1)[1]
            f.write(f'static const unsigned char file_{i}[] = {{\n')
            for at in range(0, len(data), 20):
                f.write('\t' + ','.join(str(b) for b in data[at:at + 20]) + ',\n')
            f.write('};\n\n')
            tag = hashlib.sha256(data).hexdigest()[:32]
            kind = TYPES[name.rsplit('.', 1)[1]]
            rows.append(f'\t{{"/static/{name}", "{kind}", "\\"{tag}\\"", {{file_{i}, sizeof file_{i}}}}},\n')
        f.write('const struct static_file static_files[] = {\n' + ''.join(rows) + '};\n')
        f.write('const size_t static_files_n = sizeof static_files / sizeof static_files[0];\n')


if __name__ == '__main__':
    main()
