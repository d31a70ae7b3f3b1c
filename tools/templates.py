#!/usr/bin/env python3
"""Compiles web/templates/*.html and data/strings.tsv to C functions.

usage: templates.py OUT.c OUT.h STRINGS.tsv TEMPLATE.html...

A template file holds one or more templates:

    {% template name(const struct some_view *v) %} ... {% end %}

Inside:
    {{ expr }}              a C expression, escaped for the place where it stands
    {{t key}}               a text of strings.tsv in the reader's language
    {{t key, expr, ...}}    the same with {0}, {1}, ... replaced (escaped)
    {% if expr %} {% elif expr %} {% else %} {% endif %}
    {% for init; cond; step %} {% endfor %}
    {% call name(args) %}
    {# comment #}

An expression may stand only in text and inside a double-quoted attribute value; anywhere else, and
in an attribute that runs code, is an error here and not at run time. In an attribute that is
fetched (href, src, action, hx-get, ...) the value must begin with a literal "/" that is no "//", or
with "#" and a letter,
and what follows is percent-encoded. Inline scripts, styles and handlers are refused altogether.
Both branches of an `if` must end in the same place of the markup.
"""
import re
import sys

URL_ATTRS = {'href', 'src', 'action', 'formaction', 'hx-get', 'hx-post', 'data-url'}
TOKEN = re.compile(r'\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}', re.S)


class Bad(Exception):
    pass


class Markup:
    """Where in the markup we are: text, tag, or a double-quoted attribute value."""

    def __init__(self):
        self.state, self.attr, self.value, self.tag = 'text', '', '', ''

    def key(self):
        return (self.state, self.attr if self.state == 'value' else '')

    def feed(self, text):
        i = 0
        while i < len(text):
            c = text[i]
            if self.state == 'text':
                if c == '<':
                    m = re.match(r'<(!doctype|/?[a-z][a-z0-9]*)', text[i:])
                    if not m:
                        raise Bad(f'stray "<" near {text[i:i+20]!r}')
                    self.tag = m.group(1)
                    if self.tag == 'style':
                        raise Bad('no inline style sheets')
                    self.state, self.seen_src = 'tag', False
                    i += len(m.group(0))
                    continue
            elif self.state == 'tag':
                if c == '>':
                    if self.tag == 'script' and not self.seen_src:
                        raise Bad('no inline scripts')
                    self.state = 'text'
                elif not c.isspace() and c != '/':
                    m = re.match(r'([a-z][a-z0-9:-]*)(="|=|)', text[i:])
                    if not m:
                        raise Bad(f'bad attribute near {text[i:i+20]!r}')
                    self.attr = m.group(1)
                    if self.attr.startswith('on') or self.attr in ('style', 'srcdoc'):
                        raise Bad(f'attribute {self.attr} is not allowed')
                    if m.group(2) == '=':
                        raise Bad(f'attribute {self.attr} has no quotes')
                    self.seen_src = self.seen_src or self.attr == 'src'
                    i += len(m.group(0))
                    if m.group(2):
                        self.state, self.value = 'value', ''
                    continue
            else:
                if c == '"':
                    self.state = 'tag'
                else:
                    self.value += c
            i += 1

    def put(self, what):
        """The function that prints an expression here."""
        if self.state == 'text':
            return 'page_put'
        if self.state != 'value':
            raise Bad(f'an expression may not stand inside a tag: {what}')
        if self.attr in URL_ATTRS:
            if not re.match(r'/[^/]|#[a-z]', self.value):
                raise Bad(f'{self.attr} must begin with a literal path: {what}')
            self.value += 'x'
            return 'page_put_url'
        self.value += 'x'
        return 'page_put'


def c_string(s):
    out = []
    for line in s.splitlines(keepends=True):
        esc = line.replace('\\', '\\\\').replace('"', '\\"').replace('\n', '\\n')
        esc = esc.replace('?', '\\?')
        out.append(f'"{esc}"')
    return '\n\t    '.join(out) or '""'


class Compiler:
    def __init__(self, strings):
        self.strings, self.used = strings, set()
        self.decls, self.body = [], []

    def emit(self, depth, text):
        self.body.append('\t' * depth + text)

    def text(self, depth, raw):
        # Indentation and line ends carry no meaning in these pages.
        raw = re.sub(r'\s*\n\s*', '\n', raw)
        if raw:
            self.emit(depth, f'page_raw(pg, S({c_string(raw)}));')

    def message(self, depth, inner, markup):
        parts = [p.strip() for p in split_args(inner)]
        key = parts[0]
        if key not in self.strings:
            raise Bad(f'unknown text {key}')
        self.used.add(key)
        want = 1 + max([-1] + [int(n) for n in re.findall(r'\{(\d)\}', self.strings[key][0])])
        if want != len(parts) - 1:
            raise Bad(f'text {key} takes {want} values')
        if markup.put(key) != 'page_put':
            raise Bad(f'text {key} stands in a link')
        if want == 0:
            self.emit(depth, f'page_text(pg, TXT_{c_name(key)});')
            return
        for n, lang in enumerate(('ja', 'en')):
            self.emit(depth, 'if (pg->ja) {' if n == 0 else '} else {')
            for piece in re.split(r'(\{\d\})', self.strings[key][n]):
                m = re.fullmatch(r'\{(\d)\}', piece)
                if m:
                    self.emit(depth + 1, f'page_put(pg, {parts[1 + int(m.group(1))]});')
                elif piece:
                    self.emit(depth + 1, f'page_put(pg, {c_string(piece)});')
        self.emit(depth, '}')

    def file(self, path, src):
        pos, depth, stack, markup, inside = 0, 0, [], Markup(), False
        for m in list(TOKEN.finditer(src)) + [None]:
            raw = src[pos:m.start()] if m else src[pos:]
            line = src.count('\n', 0, m.start() if m else len(src)) + 1
            try:
                if inside:
                    self.text(depth, raw)
                    markup.feed(raw)
                elif raw.strip():
                    raise Bad('text outside a template')
                if not m:
                    break
                pos = m.end()
                tok = m.group(0)
                if tok.startswith('{#'):
                    continue
                if tok.startswith('{{t '):
                    self.message(depth, tok[4:-2].strip(), markup)
                    continue
                if tok.startswith('{{'):
                    expr = tok[2:-2].strip()
                    self.emit(depth, f'{markup.put(expr)}(pg, {expr});')
                    continue
                word, _, rest = tok[2:-2].strip().partition(' ')
                rest = rest.strip()
                if word == 'template':
                    t = re.fullmatch(r'(\w+)\((.*)\)', rest, re.S)
                    if inside or not t:
                        raise Bad('bad template line')
                    args = t.group(2).strip()
                    sig = f'void tpl_{t.group(1)}(struct page *pg' + (f', {args}' if args else '') + ')'
                    self.decls.append(sig + ';')
                    self.body.append(f'{sig}\n{{')
                    inside, depth, markup = True, 1, Markup()
                    start = markup.key()
                elif word == 'end':
                    if stack or markup.key() != start:
                        raise Bad('template ends inside a tag or a block')
                    self.body.append('}\n')
                    inside, depth = False, 0
                elif word == 'if':
                    self.emit(depth, f'if ({rest}) {{')
                    stack.append(['if', markup.key(), None])
                    depth += 1
                elif word in ('elif', 'else'):
                    top = stack[-1] if stack else None
                    if not top or top[0] != 'if':
                        raise Bad(f'{word} without if')
                    if markup.key() != top[1]:
                        raise Bad('a branch changes the place in the markup')
                    self.emit(depth - 1, f'}} else if ({rest}) {{' if word == 'elif' else '} else {')
                elif word in ('endif', 'endfor'):
                    top = stack.pop() if stack else None
                    if not top or 'end' + top[0] != word:
                        raise Bad(f'{word} does not match')
                    if markup.key() != top[1]:
                        raise Bad('a block changes the place in the markup')
                    depth -= 1
                    self.emit(depth, '}')
                elif word == 'for':
                    self.emit(depth, f'for ({rest}) {{')
                    stack.append(['for', markup.key(), None])
                    depth += 1
                elif word == 'call':
                    c = re.fullmatch(r'(\w+)\((.*)\)', rest, re.S)
                    if not c or markup.state != 'text':
                        raise Bad('bad call')
                    args = c.group(2).strip()
                    self.emit(depth, f'tpl_{c.group(1)}(pg' + (f', {args}' if args else '') + ');')
                else:
                    raise Bad(f'unknown word {word}')
            except Bad as e:
                sys.exit(f'{path}:{line}: {e}')
        if inside:
            sys.exit(f'{path}: no {{% end %}}')


def split_args(s):
    out, depth, cur = [], 0, ''
    for c in s:
        depth += (c in '([') - (c in ')]')
        if c == ',' and depth == 0:
            out.append(cur)
            cur = ''
        else:
            cur += c
    return out + [cur]


def c_name(key):
    return re.sub(r'[^a-z0-9]', '_', key)


def read_strings(path):
    strings = {}
    with open(path, encoding='utf-8') as f:
        for n, line in enumerate(f, 1):
            line = line.rstrip('\n')
            if not line or line.startswith('#'):
                continue
            cells = line.split('\t')
            if len(cells) != 3 or not re.fullmatch(r'[a-z][a-z0-9.-]*', cells[0]) or not all(cells):
                sys.exit(f'{path}:{n}: want key, Japanese, English')
            if cells[0] in strings:
                sys.exit(f'{path}:{n}: {cells[0]} is there twice')
            if sorted(re.findall(r'\{\d\}', cells[1])) != sorted(re.findall(r'\{\d\}', cells[2])):
                sys.exit(f'{path}:{n}: the two languages take different values')
            strings[cells[0]] = (cells[1], cells[2])
    return strings


def main():
    out_c, out_h, strings_path, *paths = sys.argv[1:]
    strings = read_strings(strings_path)
    comp = Compiler(strings)
    for path in paths:
        with open(path, encoding='utf-8') as f:
            comp.file(path, f.read())
    with open(out_h, 'w', encoding='utf-8') as f:
        f.write('/* Made by tools/templates.py. */\n#ifndef WEB_TEMPLATES_H\n#define WEB_TEMPLATES_H\n\n')
        f.write('enum text {\n' + ''.join(f'\tTXT_{c_name(k)},\n' for k in strings) + '\tTXT_COUNT\n};\n\n')
        f.write('#include "web/view.h"\n\n' + '\n'.join(comp.decls) + '\n\n#endif\n')
    with open(out_c, 'w', encoding='utf-8') as f:
        f.write('/* Made by tools/templates.py. */\n#include "web/templates.h"\n\n')
        f.write('const struct text_row text_table[TXT_COUNT] = {\n')
        for k, (ja, en) in strings.items():
            f.write(f'\t[TXT_{c_name(k)}] = {{"{k}", {c_string(ja)}, {c_string(en)}}},\n')
        f.write('};\n\n' + '\n'.join(comp.body))


if __name__ == '__main__':
    main()
