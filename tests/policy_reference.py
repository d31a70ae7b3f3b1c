#!/usr/bin/env python3
"""A second, naive reading of the policy language, against the program's decisions.

Usage: policy_reference.py POLICY_CASES. Written from docs/policy-language.md alone: it walks the rules
of a text one by one and knows no bit sets. Random policies and every shipped one.
"""
import datetime
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

cases_program = sys.argv[1]
root = pathlib.Path(os.environ["SEKISHO_SOURCE"])
ATTRS = ["channel", "source", "destination", "exception", "contains", "confidentiality",
         "integrity", "availability", "recipient", "type", "role", "factors", "hours"]
CHANNELS = ["transfer", "mail", "web", "screen", "media"]
METHODS = ["rebuild", "flatten", "text"]
ORDER = ["sanitize", "verify", "inspect", "scan", "approval-section-head", "approval-two-persons",
         "record-recipient", "encrypt", "retain", "confirm", "attachments-sanitize"]
TOKEN = re.compile(r'"[^"]*"|->|<=|>=|!=|[=<>,():]|[^\s",()=<>:!#]+|#[^\n]*')
ENDS = {"clause", "article", "公開", "庁内", "非公開"}


def statements(text):
    """(line, words) of every statement; a statement begins in the first column."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        words = [t for t in TOKEN.findall(line.replace("->", " -> ")) if not t.startswith("#")]
        if not words:
            continue
        if not line[0].isspace():
            found.append((number, []))
        found[-1][1].extend(words)
    return found


class Reader:
    def __init__(self, words):
        self.words, self.at = words, 0

    def peek(self):
        return self.words[self.at] if self.at < len(self.words) else None

    def take(self, *expected):
        word = self.peek()
        assert word is not None and (not expected or word in expected), (word, expected, self.words)
        self.at += 1
        return word

    def have(self, word):
        if self.peek() != word:
            return False
        self.at += 1
        return True


def listed(r):
    items = [r.take()]
    while r.have(","):
        items.append(r.take())
    return items


def condition(r):
    node = conjunction(r)
    while r.have("or"):
        node = ("or", node, conjunction(r))
    return node


def conjunction(r):
    node = test(r)
    while r.have("and"):
        node = ("and", node, test(r))
    return node


def test(r):
    if r.have("not"):
        return ("not", test(r))
    if r.have("("):
        node = condition(r)
        r.take(")")
        return node
    attr = r.take()
    if attr == "contains":
        return ("is", attr, r.take())
    sign = r.take()
    if sign != "is":
        return (sign, attr, r.take())
    if r.have("not"):
        return ("not", ("is", attr, r.take()))
    return ("is", attr, r.take())


def obligations(r):
    given = {}
    while True:
        word = r.take()
        if word == "attachments":
            r.take("sanitize")
            r.take()
            given["attachments-sanitize"] = given["verify"] = True
        elif word == "sanitize":
            given["sanitize"] = METHODS.index(r.take())
            given["verify"] = True
        elif word == "approval":
            given["approval-" + r.take()] = True
        elif word == "record":
            given["record-" + r.take()] = True
        elif word == "retain":
            n = int(r.take())
            given["retain"] = [(n, r.take().rstrip("s"))]
        else:
            given[word] = True
        if not r.have(","):
            return given


class Policy:
    def __init__(self, text):
        self.rules, self.raises = [], []
        self.levels = {}
        self.until = {}
        for line, words in statements(text):
            r = Reader(words)
            kind = r.take()
            if kind == "policy":
                date = words[words.index("effective") + 1]
                m = re.match(r"令和(\d+)年(\d+)月(\d+)日$", date)
                self.effective = (datetime.date(2018 + int(m[1]), int(m[2]), int(m[3])) if m
                                  else datetime.date.fromisoformat(date))
            elif kind == "scale":
                name = r.take()
                while not r.have("levels"):
                    r.take()
                codes = [r.take()]
                r.take()
                while r.have(","):
                    codes.append(r.take())
                    r.take()
                self.levels[name] = codes
            elif kind == "exception":
                name = r.take()
                self.until[name] = datetime.date.fromisoformat(words[words.index("until") + 1])
            elif kind == "finding":
                what = r.take()
                r.take("raises")
                scale = r.take()
                r.take("to")
                self.raises.append((what, scale, r.take()))
            elif kind == "require":
                r.take("factors")
                r.take("2")
                r.take("in")
                self.rules.append(dict(line=line, forbid=True, channels=CHANNELS, zones=listed(r),
                                       inside=True, exception=None, obliges={},
                                       when=("<", "factors", "2")))
            elif kind in ("permit", "forbid") and words[1] != "network":
                self.rule(line, kind == "forbid", r)

    def rule(self, line, forbid, r):
        rule = dict(line=line, forbid=forbid, exception=None, when=None, obliges={})
        rule["channels"] = CHANNELS if r.have("content") else listed(r)
        rule["inside"] = r.have("in")
        if rule["inside"]:
            rule["zones"] = listed(r)
        else:
            rule["from"] = r.take()
            r.take("->")
            rule["to"] = r.take()
        while r.peek() is not None:
            word = r.take()
            if word == "without":
                r.take("exception")
                rule["exception"] = "none"
            elif word == "only":
                r.take("with")
                r.take("exception")
                named = r.peek() in self.until
                rule["exception"] = r.take() if named else "some"
            elif word == "when":
                rule["when"] = condition(r)
            elif word == "obliges":
                rule["obliges"] = obligations(r)
        self.rules.append(rule)

    def order(self, attr, value):
        return [None, "1", "2"].index(value) if attr == "factors" else self.levels[attr].index(value)

    def holds(self, node, case, forbid, negate=False):
        """Unknown fails in a permit and holds in a forbid, whatever stands around it."""
        if node[0] == "not":
            return self.holds(node[1], case, forbid, not negate)
        if node[0] in ("and", "or"):
            a = self.holds(node[1], case, forbid, negate)
            b = self.holds(node[2], case, forbid, negate)
            return (a and b) if (node[0] == "and") != negate else (a or b)
        sign, attr, value = node
        got = case[attr]
        if value == "unknown":
            return (got == "unknown") != negate
        if got == "unknown":
            return forbid
        if sign == "is":
            return (got == value) != negate
        x, y = self.order(attr, got), self.order(attr, value)
        result = {"=": x == y, "!=": x != y, "<": x < y, ">": x > y, "<=": x <= y,
                  ">=": x >= y}[sign]
        return result != negate

    def matches(self, rule, case):
        def is_in(zone):
            return "any" in rule["zones"] or case[zone] in rule["zones"]
        if case["channel"] not in rule["channels"]:
            return False
        if rule["inside"]:
            ends = [is_in("source"), is_in("destination")]
            if not (any(ends) if rule["forbid"] else all(ends)):
                return False
        elif (rule["from"] not in ("any", case["source"]) or
              rule["to"] not in ("any", case["destination"])):
            return False
        cited = case["exception"]
        if rule["exception"] == "none" and cited != "none":
            return False
        if rule["exception"] == "some" and cited == "none":
            return False
        if rule["exception"] not in (None, "none", "some", cited):
            return False
        return rule["when"] is None or self.holds(rule["when"], case, rule["forbid"])

    def decide(self, case, day):
        case = dict(case)
        if self.until.get(case["exception"], day) < day:
            case["exception"] = "none"
        for what, scale, to in self.raises:
            if case["contains"] == what and case[scale] != "unknown":
                both = case[scale], to
                case[scale] = max(both, key=lambda v: self.order(scale, v))
        hit = [r for r in self.rules if self.matches(r, case)]
        forbids = [r for r in hit if r["forbid"]]
        if forbids or not hit:
            return "0", str(forbids[0]["line"]) if forbids else "0", "", "-"
        united, keep = {}, []
        for r in hit:
            for name, value in r["obliges"].items():
                if name == "retain":
                    keep += value
                united[name] = max(united.get(name, 0), value) if name == "sanitize" else True
        words = [o + "-" + METHODS[united[o]] if o == "sanitize" else o
                 for o in ORDER if o in united]
        last = max((until(day, n, unit) for n, unit in keep), default=None)
        return "1", str(hit[0]["line"]), " ".join(words), last.isoformat() if last else "-"


def until(day, n, unit):
    if unit == "day":
        return day + datetime.timedelta(days=n)
    if unit == "fiscal-year":
        return datetime.date((day.year if day.month > 3 else day.year - 1) + 1 + n, 3, 31)
    try:
        return day.replace(year=day.year + n)
    except ValueError:
        return day.replace(year=day.year + n, day=28)


def compare(text, policy_path, basis_path, n, seed):
    """(cases that agree, the first that does not)."""
    out = subprocess.run([cases_program, policy_path, basis_path, str(n), str(seed)],
                         capture_output=True, text=True, check=True).stdout
    if out.startswith("refused"):
        return 0, None
    policy = Policy(text)
    day = policy.effective + datetime.timedelta(days=100)
    for line in out.splitlines():
        cells = line.split("\t")
        want = policy.decide(dict(zip(ATTRS, cells)), day)
        got = cells[13], cells[14], cells[15].strip(), cells[16]
        if got != want:
            return 0, f"{line}: the reference says {want}"
    return n, None


def atom(rng):
    return rng.choice([
        f"confidentiality {rng.choice(['=', '!=', '<', '>', '<=', '>='])} {rng.choice(['1', '2', '3A'])}",
        f"integrity {rng.choice(['=', '>'])} 1", "confidentiality is unknown",
        f"contains {rng.choice(['nothing', 'unknown', 'personal-number', 'personal-data'])}",
        f"recipient is {rng.choice(['', 'not '])}{rng.choice(['registered', 'unregistered'])}",
        f"type is {rng.choice(['', 'not '])}{rng.choice(['text', 'pdf', 'other', 'unknown'])}",
        f"role is {rng.choice(['', 'not '])}{rng.choice(['課長', 'unknown'])}",
        f"factors {rng.choice(['=', '<', '>='])} 2", "hours is not outside",
        f"source is {rng.choice(['', 'not '])}a", "destination is not c"])


def tree(rng, depth):
    if depth == 0 or rng.random() < 0.4:
        return atom(rng)
    kind = rng.choice(["not", "and", "or"])
    if kind == "not":
        return f"not ({tree(rng, depth - 1)})"
    return f"({tree(rng, depth - 1)} {kind} {tree(rng, depth - 1)})"


def made(rng):
    text = ('policy "題" basis "b" adopted by "市長" version 1 effective 2024-02-29\n'
            'zone a "甲" clause 1\nzone b "乙" default clause 1\nzone c "丙" clause 1\n'
            'scale confidentiality 新 clause 1 levels 1 "x", 2 "y", 3A "z"\n'
            'scale integrity clause 1 levels 1 "p", 2 "q"\nrole 課長 "課長" clause 1\n'
            'exception 移転 "移転" until 2024-12-31 clause 1\n'
            'exception 済 "済" until 2024-03-01 clause 1\n')
    if rng.random() < 0.4:
        text += "finding personal-number raises confidentiality to 3A clause 1\n"
    if rng.random() < 0.2:
        text += "require factors 2 in a clause 1\n"
    for _ in range(rng.randint(1, 8)):
        forbid = rng.random() < 0.3
        route = (f"in {rng.choice('abc')}" if rng.random() < 0.2 else
                 f"{rng.choice(['a', 'b', 'c', 'any'])} -> {rng.choice(['a', 'b', 'c', 'any'])}")
        text += (f"{'forbid' if forbid else 'permit'} "
                 f"{rng.choice(['transfer', 'transfer, mail', 'content', 'media, web'])} {route}")
        text += rng.choice(["", "", " without exception", " only with exception",
                            " only with exception 移転", " only with exception 済"])
        if rng.random() < 0.8:
            text += f"\n  when {tree(rng, rng.randint(0, 3))}"
        if not forbid and rng.random() < 0.8:
            some = rng.sample(["sanitize " + rng.choice(METHODS), "inspect", "scan", "encrypt",
                               "approval two-persons", "record recipient",
                               f"retain {rng.randint(1, 3)} " +
                               rng.choice(["days", "years", "fiscal-years"])], rng.randint(1, 3))
            text += " obliges " + ", ".join(some)
        text += " clause 1\n"
    return text


def main():
    agreed, taken, failed = 0, 0, 0
    with tempfile.TemporaryDirectory() as folder:
        basis = pathlib.Path(folder) / "b"
        basis.write_text("1 目的\n")
        path = pathlib.Path(folder) / "p"
        for seed in range(400):
            text = made(random.Random(seed))
            path.write_text(text)
            n, wrong = compare(text, path, basis, 300, seed + 1)
            agreed += n
            taken += n > 0
            if wrong:
                failed += 1
                print(f"# seed {seed}: {wrong}")
    ok = not failed and taken > 150
    print(f"{'ok' if ok else 'not ok'} 1 - random policies: {taken} of 400 load, {agreed} cases agree")
    shipped = sorted((root / "policy").glob("*/*.policy"))
    for i, path in enumerate(shipped, 2):
        n, wrong = compare(path.read_text(), path, path.parent / "basic-policy.txt", 20000, i)
        print(f"{'ok' if n else 'not ok'} {i} - {path.name}: {n} cases agree")
        if wrong:
            print(f"# {wrong}")
        failed += not n
    print(f"1..{len(shipped) + 1}")
    return 0 if ok and not failed else 1


sys.exit(main())
