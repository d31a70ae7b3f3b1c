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
import re
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


GROUP = re.compile(r"\(([^)]*)\)(\+?)|\{([^}]*)\}|(\S+?)(\+?)(?=\s|$)")


def read_model(path):
    """The lines by their first word: {word: [(elements, text)]}, sets put in; see the file's head."""
    sets, model = {}, {"order": [], "in": [], "need": [], "must": []}
    for number, fields in read_lines(path):
        if len(fields) != 3 or fields[0] not in (*model, "set"):
            fail(path, number, "set, order, in, need or must, elements, names")
        text = re.sub(r"\$([A-Z]+)", lambda m: sets.get(m[1]) or fail(path, number, m[0]), fields[2])
        if fields[0] == "set":
            sets[fields[1]] = text
        else:
            model[fields[0]].append((fields[1].split(" "), re.sub(r"\(\(([^()]*)\)\)", r"(\1)", text)))
    return model


class Model:
    """Which element may stand in which: edges, by numbers of rows."""
    NONE, OTHERS = 0xFF, "*"

    def __init__(self, lines, index):
        self.index = index
        self.names = {i: name for name, i in index.items()}
        self.edges = {}     # (parent, child): [rank, bit, many]
        self.others = {}    # parent: rank of what its order does not name, or NONE
        self.bits = {}      # parent: how many bits are given
        self.must = {}      # parent: [(bit, child to make)]
        self.children = set()
        for parents, text in lines["order"]:
            for parent in parents:
                self.order(self.row(parent), text)
        for children, text in lines["in"]:
            for child in children:
                for parent in text.split(" "):
                    self.stand(self.row(parent), self.row(child))
        for parents, text in lines["must"]:
            for parent in parents:
                for names in text.split(" "):
                    self.need(self.row(parent), [self.row(n) for n in names.split("|")])

    def row(self, name):
        if name not in self.index:
            sys.exit(f"model: no kept element is called {name}")
        return self.index[name]

    def bit(self, parent):
        bit = self.bits.get(parent, 0)
        if bit == 64:
            sys.exit(f"model: {self.names[parent]} has too many children that stand once")
        self.bits[parent] = bit + 1
        return bit

    def add(self, parent, child, edge):
        if (parent, child) in self.edges:
            sys.exit(f"model: {self.names[child]} twice in the order of {self.names[parent]}")
        self.edges[parent, child] = edge
        self.children.add(child)

    def order(self, parent, text):
        if parent in self.others:
            sys.exit(f"model: {self.names[parent]} has two orders")
        self.others[parent] = self.NONE
        for rank, m in enumerate(GROUP.finditer(text)):
            names = (m[1] or m[3] or m[4]).split(" ")
            many = m[2] == "+" or m[5] == "+" or m[4] == self.OTHERS
            shared = None if m[3] or many else self.bit(parent)
            for name in names:
                if name == self.OTHERS:
                    self.others[parent] = rank
                    continue
                bit = self.NONE if many else self.bit(parent) if shared is None else shared
                self.add(parent, self.row(name), [rank, bit, many])

    def stand(self, parent, child):
        self.children.add(child)
        if (parent, child) in self.edges:
            return
        rank = self.others.get(parent, 0)
        if rank == self.NONE:
            sys.exit(f"model: the order of {self.names[parent]} lacks {self.names[child]}")
        self.edges[parent, child] = [rank, self.NONE, True]

    def need(self, parent, children):
        bits = {self.edges[parent, c][1] for c in children if (parent, c) in self.edges}
        bit = bits.pop() if len(children) == 1 and bits and bits != {self.NONE} else None
        if bit is None:
            bit = self.bit(parent)
        for child in children:
            if (parent, child) not in self.edges:
                self.stand(parent, child)
            edge = self.edges[parent, child]
            if edge[1] not in (self.NONE, bit):
                sys.exit(f"model: {self.names[child]}, once in {self.names[parent]}, is an alternative")
            edge[1] = bit
        self.must.setdefault(parent, []).append((bit, children[0]))


def edge_hash(parent, child):
    return (parent * 0x9E3779B1 ^ child * 0x85EBCA6B) & 0xFFFFFFFF


def print_model(model, out):
    """The edges, the slots that find them, and what each parent must have."""
    keys = sorted(model.edges)
    out.append("const struct names_edge names_edges[] = {")
    for parent, child in keys:
        rank, bit, many = model.edges[parent, child]
        out.append(f"\t{{{parent}, {child}, {rank}, {bit}, {'true' if many else 'false'}}},")
    out.append("};")
    size = 1
    while size < 2 * len(keys):
        size *= 2
    slots = [0] * size
    for i, (parent, child) in enumerate(keys):
        at = edge_hash(parent, child) >> 8 & (size - 1)
        while slots[at]:
            at = (at + 1) & (size - 1)
        slots[at] = i + 1
    print_slots("names_edge_slots", slots, out)
    out.append("static const struct names_must musts[] = {")
    spans, n = {}, 0
    for parent, rows in sorted(model.must.items()):
        spans[parent] = (n, len(rows))
        n += len(rows)
        out += [f"\t{{{child}, {bit}}}," for bit, child in rows]
    out.append("};")
    return spans


def print_slots(name, slots, out):
    out.append(f"const uint16_t {name}[{len(slots)}] = {{")
    for i in range(0, len(slots), 16):
        out.append("\t" + " ".join(f"{s}," for s in slots[i:i + 16]))
    out += ["};", f"const size_t {name}_n = {len(slots)};"]


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


def main():
    out_path, words_path, model_path, *space_paths = sys.argv[1:]
    domains = Domains(read_words(words_path))
    attributes, elements, hashes = [], [], []
    spaces = [(os.path.basename(p)[:-4], read_space(p)) for p in space_paths]
    index = {}
    for i, (prefix, e) in enumerate((p, e) for p, space in spaces for e in space):
        if e[1] == "keep":
            index[f"{prefix}:{e[0]}"] = i
    lines = read_model(model_path)
    model = Model(lines, index)
    needs = {}
    for names, text in lines["need"]:
        for name in names:
            if model.row(name) in needs:
                sys.exit(f"model: {name} has two lines of needs")
            needs[model.row(name)] = text.split(" ")
    for prefix, space in spaces:
        for name, disposition, text, why, own in space:
            full = f"{prefix}:{name}"
            row = index.get(full)
            needed = needs.get(row, [])
            kept = {a[0] for a in own if a[1] != "drop"}
            if not kept.issuperset(needed):
                sys.exit(f"model: {full} needs an attribute that is not kept")
            rows = [r for r in (attribute_row(prefix, a, domains, needed) for a in own) if r]
            text = "none" if text == "-" else text
            at = f"attributes + {len(attributes)}" if rows else "NULL"
            elements.append(f'\t{{"{name}", {len(name)}, NS_{prefix.upper()}, '
                            f'NAMES_{disposition.upper()}, {finding(why)}, '
                            f'&domains[{domains.get(text)}], {at}, {len(rows)}, '
                            f'{"true" if row in model.children else "false"}, '
                            f'{"true" if row in model.others else "false"}, '
                            f'{model.others.get(row, Model.NONE)}, MUSTS, '
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
    out.append("};")
    spans = print_model(model, out)
    out.append("const struct names_element names_elements[] = {")
    out += [e.replace("MUSTS", "NULL, 0") if i not in spans else
            e.replace("MUSTS", f"musts + {spans[i][0]}, {spans[i][1]}") for i, e in enumerate(elements)]
    out += ["};", f"const size_t names_elements_n = {len(elements)};"]
    slots = [0] * size
    numbers = namespace_numbers()
    for i, (prefix, name) in enumerate(hashes):
        at = fnv(numbers[prefix], name) & (size - 1)
        while slots[at]:
            at = (at + 1) & (size - 1)
        slots[at] = i + 1
    print_slots("names_slots", slots, out)
    out.append("")
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
