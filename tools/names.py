#!/usr/bin/env python3
"""Compiles data/names/*.tsv to the C tables of room names.

usage: names.py OUT.c domains.tsv model.tsv SPACE.tsv...

A SPACE.tsv is named after the prefix of its namespace. Its lines are

    element <TAB> keep|drop|unwrap|hold <TAB> domain of its text or - <TAB> finding or -
    <TAB> [prefix:]attribute <TAB> domain or drop <TAB> finding or -

where attributes follow their element. A domain is a plain kind (text, bool, int ...), enum:NAME with
NAME a line of domains.tsv, or rid:PART[+PART...] with hyperlink as one of the parts.
"""

import os
import sys

PLAIN = ("none text bool onoff int uint number measure hex color token tokens guid lang datetime "
         "guide cell range ranges spans formula field").split()
DISPOSITIONS = {"keep", "drop", "unwrap", "hold"}


def fail(path, number, why):
    sys.exit(f"{path}:{number}: {why}")


def read_lines(path):
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            if line.strip() and not line.startswith("#"):
                yield number, line.rstrip("\n").split("\t")


def read_words(path):
    words = {}
    for number, fields in read_lines(path):
        if len(fields) != 2 or fields[0] in words:
            fail(path, number, "two fields, each name once")
        words[fields[0]] = sorted(fields[1].split(" "), key=lambda w: w.encode())
    return words


def read_space(path):
    """[(element, disposition, text, finding, [(attribute, domain, finding)])]"""
    elements = []
    for number, fields in read_lines(path):
        if fields[0]:
            if len(fields) != 4 or fields[1] not in DISPOSITIONS:
                fail(path, number, "element, disposition, text, finding")
            elements.append((fields[0], fields[1], fields[2], fields[3], []))
        elif len(fields) != 4 or not elements or elements[-1][1] != "keep":
            fail(path, number, "attribute, domain, finding, under a kept element")
        else:
            elements[-1][4].append(tuple(fields[1:]))
    names = [e[0] for e in elements]
    if len(set(names)) != len(names):
        sys.exit(f"{path}: an element stands twice")
    return elements


def read_model(path):
    """{(word, element): [name]}; see the head of the file."""
    model = {}
    for number, fields in read_lines(path):
        if len(fields) != 3 or fields[0] not in ("in", "need", "order"):
            fail(path, number, "in, need or order, element, names")
        if (fields[0], fields[1]) in model:
            fail(path, number, "stands twice")
        model[fields[0], fields[1]] = fields[2].split(" ")
    return model


def model_lists(model, index):
    """The numbers of all lists one behind the other, and where each begins and ends."""
    numbers, spans = [], {}
    for (word, element), names in model.items():
        if element not in index:
            sys.exit(f"model: no kept element is called {element}")
        if word == "need":
            continue
        begin = len(numbers)
        for name in names:
            many = name.endswith("+")
            name = name.rstrip("+")
            if name != "*" and name not in index:
                sys.exit(f"model: no kept element is called {name}")
            row = "NAMES_OTHERS" if name == "*" else str(index[name])
            numbers.append(f"{row} | NAMES_MANY" if many else row)
        spans[word, element] = (begin, len(numbers) - begin)
    return numbers, spans


class Domains:
    def __init__(self, words):
        self.words = words
        self.index = {}
        for kind in PLAIN:
            self.index[kind] = len(self.index)

    def get(self, name):
        if name not in self.index:
            head, _, tail = name.partition(":")
            if head not in ("enum", "rid") or (head == "enum" and tail not in self.words):
                sys.exit(f"no domain is called {name}")
            self.index[name] = len(self.index)
        return self.index[name]

    def print(self, out):
        for name in self.index:
            if name.startswith("enum:"):
                words = ", ".join(f'"{w}"' for w in self.words[name[5:]])
                out.append(f"static const char *const words_{self.index[name]}[] = {{{words}}};")
        out.append("static const struct names_domain domains[] = {")
        for name, i in self.index.items():
            if name.startswith("enum:"):
                n = len(self.words[name[5:]])
                out.append(f'\t{{"{name}", DOMAIN_ENUM, words_{i}, {n}, 0, false}},')
            elif name.startswith("rid:"):
                parts = name[4:].split("+")
                link = "true" if "hyperlink" in parts else "false"
                bits = " | ".join(f"1ull << PART_{p.upper().replace('-', '_')}"
                                  for p in parts if p != "hyperlink") or "0"
                out.append(f'\t{{"{name}", DOMAIN_RID, NULL, 0, {bits}, {link}}},')
            else:
                out.append(f'\t{{"{name}", DOMAIN_{name.upper()}, NULL, 0, 0, false}},')
        out.append("};")


def finding(name):
    return "NULL" if name == "-" else f'"{name}"'


def fnv(ns, local):
    h = (2166136261 ^ ns) * 16777619 & 0xFFFFFFFF
    for b in local.encode():
        h = (h ^ b) * 16777619 & 0xFFFFFFFF
    return h


def attribute_row(prefix, attribute, domains, needed):
    name, domain, why = attribute
    space, _, local = name.rpartition(":")
    ns = f"NS_{space.upper()}" if space else "NS_NONE"
    if space not in ("", "r", "xml", prefix):
        return None  # of a namespace that is never printed: no row is a drop as well
    kept = domain != "drop"
    where = f"&domains[{domains.get(domain)}]" if kept else "NULL"
    return (f'\t{{"{local}", {len(local)}, {ns}, {"NAMES_KEEP" if kept else "NAMES_DROP"}, '
            f'{"true" if name in needed else "false"}, {finding(why)}, {where}}},')


def span(spans, word, element):
    begin, n = spans.get((word, element), (0, 0))
    return f"lists + {begin}, {n}" if n else "NULL, 0"


def main():
    out_path, words_path, model_path, *space_paths = sys.argv[1:]
    domains = Domains(read_words(words_path))
    attributes, elements, hashes = [], [], []
    spaces = [(os.path.basename(p)[:-4], read_space(p)) for p in space_paths]
    index = {}
    for i, (prefix, e) in enumerate((p, e) for p, space in spaces for e in space):
        if e[1] == "keep":
            index[f"{prefix}:{e[0]}"] = i
    model = read_model(model_path)
    lists, spans = model_lists(model, index)
    for prefix, space in spaces:
        for name, disposition, text, why, own in space:
            full = f"{prefix}:{name}"
            needed = model.get(("need", full), [])
            kept = {a[0] for a in own if a[1] != "drop"}
            if not kept.issuperset(needed):
                sys.exit(f"model: {full} needs an attribute that is not kept")
            rows = [r for r in (attribute_row(prefix, a, domains, needed) for a in own) if r]
            text = "none" if text == "-" else text
            at = f"attributes + {len(attributes)}" if rows else "NULL"
            elements.append(f'\t{{"{name}", {len(name)}, NS_{prefix.upper()}, '
                            f'NAMES_{disposition.upper()}, {finding(why)}, '
                            f'&domains[{domains.get(text)}], {at}, {len(rows)}, '
                            f'{span(spans, "in", full)}, {span(spans, "order", full)}, '
                            f'{len(needed)}}},')
            hashes.append((prefix, name))
            attributes += rows
    size = 1
    while size < 3 * len(elements):
        size *= 2
    out = ["/* Made by tools/names.py from data/names; do not edit. */",
           '#include "names/table.h"', ""]
    domains.print(out)
    out.append("static const struct names_attr attributes[] = {")
    out += attributes
    out += ["};", "static const uint16_t lists[] = {"]
    out += [f"\t{n}," for n in lists]
    out += ["};", "const struct names_element names_elements[] = {"]
    out += elements
    out += ["};", f"const size_t names_elements_n = {len(elements)};",
            f"const uint16_t names_slots[{size}] = {{"]
    slots = [0] * size
    numbers = namespace_numbers()
    for i, (prefix, name) in enumerate(hashes):
        at = fnv(numbers[prefix], name) & (size - 1)
        while slots[at]:
            at = (at + 1) & (size - 1)
        slots[at] = i + 1
    for i in range(0, size, 16):
        out.append("\t" + " ".join(f"{s}," for s in slots[i:i + 16]))
    out += ["};", f"const size_t names_slots_n = {size};", ""]
    with open(out_path, "w", encoding="utf-8") as f:
        f.write("\n".join(out))


def namespace_numbers():
    """The enum names_ns_number of names.h: the hash needs its values."""
    header = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../src/names/names.h")
    with open(header, encoding="utf-8") as f:
        body = f.read().split("enum names_ns_number {")[1].split("}")[0]
    names = [w.split(",")[0].strip() for w in body.splitlines()]
    names = [w[3:].lower() for w in names if w.startswith("NS_")]
    return {name: i for i, name in enumerate(names)}


main()
