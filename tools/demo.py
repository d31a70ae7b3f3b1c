#!/usr/bin/env python3
"""Carries samples/ from the Internet zone to the LGWAN zone of a scratch city.

usage: demo.py SEKISHO

Makes a city beside the program, starts it on loopback with one listener per zone, sends every
sample of samples/MANIFEST.tsv over the API of the Internet listener, collects what was released on
the LGWAN listener, and prints what went in, what was decided by which clause, what was removed,
what came out, and how long it took. Everything is then checked: each sample against its line of
the manifest, each output by `sekisho verify`, the record by `sekisho log verify`. Exit 0 only if
all of it is as it should be.
"""
import http.client
import io
import json
import os
import pathlib
import re
import shutil
import ssl
import subprocess
import sys
import time
import unicodedata
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
JA = next((os.environ[v] for v in ('LC_ALL', 'LC_MESSAGES', 'LANG') if os.environ.get(v)),
          '').startswith('ja')
LOGIN, PASSWORD = 'yamada', 'kagi no basho 2026'
CLEAR_AFTER = 40  # seconds a transfer may take at most
MARK = {'danger': '▲', 'notice': '◆', 'info': '●'}


def say(ja, en):
    return ja if JA else en


class Door:
    """One listener, with a signed-in person."""

    def __init__(self, url):
        self.host, port = re.fullmatch(r'https://(.*):(\d+)/', url).groups()
        # The certificate was made a moment ago by `sekisho init`; nobody has signed it.
        context = ssl._create_unverified_context()
        # By number: a bare chroot has no /etc/hosts.
        self.conn = http.client.HTTPSConnection('127.0.0.1', int(port), context=context, timeout=60)
        host = {'Host': f'{self.host}:{port}'}
        self.headers = host
        who, answer = self.call('POST', '/sign-in', {'login': LOGIN, 'password': PASSWORD})
        self.headers = {**host, 'Cookie': answer.getheader('Set-Cookie').split(';')[0],
                        'X-CSRF-Token': who['csrf']}

    def raw(self, method, path, body=None, kind='application/json'):
        self.conn.request(method, '/api/v1' + path, body, {**self.headers, 'Content-Type': kind})
        answer = self.conn.getresponse()
        return answer, answer.read()

    def call(self, method, path, body=None):
        answer, data = self.raw(method, path, json.dumps(body) if body is not None else None)
        if answer.status >= 300:
            raise RuntimeError(f'{method} {path}: {answer.status} {data.decode()}')
        return json.loads(data), answer


def send(door, name, data):
    t, _ = door.call('POST', '/transfers', {
        'name': name, 'size': len(data), 'to_zone': 'lgwan', 'recipient': {'me': True},
        'confidentiality': 1})
    answer, text = door.raw('PUT', f'/transfers/{t["id"]}/content?offset=0', data,
                            'application/octet-stream')
    if answer.status != 200:
        raise RuntimeError(f'{name}: {answer.status} {text.decode()}')
    return t['id']


def wait(door, ident):
    end = time.monotonic() + CLEAR_AFTER
    while time.monotonic() < end:
        t, _ = door.call('GET', f'/transfers/{ident}')
        if t['state'] not in ('receiving', 'received', 'sanitizing', 'verifying'):
            return t
        time.sleep(0.01)
    raise RuntimeError(f'{ident}: still {t["state"]} after {CLEAR_AFTER} s')


def report(door, ident):
    answer, data = door.raw('GET', f'/transfers/{ident}/report')
    return json.loads(data) if answer.status == 200 else {'items': []}


def streams(data, depth=0):
    """The bytes and everything that unfolds from them, as a suspicious reader would look."""
    yield data
    if depth < 4 and data[:2] == b'PK':
        with zipfile.ZipFile(io.BytesIO(data)) as z:
            for info in z.infolist():
                yield info.filename.encode()
                yield from streams(z.read(info), depth + 1)


def visible(data):
    text = ''
    for s in streams(data):
        for charset in ('utf-8', 'cp932', 'iso2022_jp'):
            try:
                text += re.sub(r'<[^>]*>', '', s.decode(charset)) + '\n'
                break
            except UnicodeDecodeError:
                continue
    return text


def words(cell, sep):
    return [] if cell in ('-', '') else [w for w in cell.split(sep) if w]


def faults(line, t, rep, name, data):
    """What is not as the manifest says."""
    out = []
    found = {i['finding'] for i in rep['items']}
    reason = t.get('reason', {})
    if line['outcome'] == 'held':
        if t['state'] != 'held':
            out.append(f'state {t["state"]}, want held')
        seen = found | {reason.get('code', '')} | set(re.findall(r'[a-z][a-z-]+',
                                                                 reason.get('detail', '')))
        out += [f'reason {f} is missing' for f in words(line['findings'], ' ') if f not in seen]
        return out
    if data is None:
        return [f'state {t["state"]}: {reason.get("code")} {reason.get("detail", "")}']
    if not name.endswith('.' + line['output']):
        out.append(f'came out as {name}, want .{line["output"]}')
    out += [f'finding {f} is missing' for f in words(line['findings'], ' ') if f not in found]
    raw = b'\n'.join(streams(data))
    for w in words(line['absent'], ';'):
        if any(w.encode(c, 'ignore') in raw for c in ('utf-8', 'utf-16-le', 'cp932')):
            out.append(f'{w} is still inside')
    text = visible(data)
    out += [f'the text {w} is lost' for w in words(line['present'], ';') if w not in text]
    return out


# -- the table -------------------------------------------------------------------------------------

def cells(s):
    return sum(2 if unicodedata.east_asian_width(c) in 'WF' else 1 for c in s)


def wrap(s, width):
    lines, cur = [], ''
    for c in s:
        if c != '\n' and cells(cur + c) <= width:
            cur += c
            continue
        # Between words where there are any; Japanese may break anywhere.
        at = cur.rfind(' ') if c not in ' \n' and ord(c) < 0x2000 else -1
        rest = cur[at + 1:] if at > width // 2 else ''
        lines.append(cur[:at] if rest else cur)
        cur = rest + ('' if c == '\n' or (c == ' ' and not rest) else c)
    return lines + [cur]


def shown(s):
    """What hides or turns text is shown as a mark, here as in the portal."""
    return ''.join('\ufffd' if unicodedata.category(c) in ('Cf', 'Cc') and c != '\n' else c
                   for c in s)


def row(columns, widths):
    parts = [wrap(shown(c), w) for c, w in zip(columns, widths)]
    for i in range(max(map(len, parts))):
        line = [p[i] if i < len(p) else '' for p in parts]
        print('  '.join(c + ' ' * (w - cells(c)) for c, w in zip(line, widths)).rstrip())


def size(n):
    return f'{n:,} B' if n < 10240 else f'{n / 1024:.0f} KB'


def removed(rep):
    order = {'danger': 0, 'notice': 1, 'info': 2}
    seen = {}
    for i in sorted(rep['items'], key=lambda i: order[i['severity']]):
        key = (i['severity'], i['ja'] if JA else i['en'])
        seen[key] = seen.get(key, 0) + max(i['count'], 1)
    lines = [f'{MARK[s]} {text}' + (f' ({n})' if n > 1 else '') for (s, text), n in seen.items()]
    more = len(lines) - 4
    return '\n'.join(lines[:4] + ([say(f'ほか{more}種類', f'and {more} more')] if more > 0 else []))


def decision(t):
    if t['state'] in ('ready', 'collected'):
        return say(f'許可 {t.get("clause", "")}', f'permitted {t.get("clause", "")}')
    r = t.get('reason', {})
    head = say('不許可', 'refused') if t['state'] == 'refused' else say('保留', 'held')
    return f'{head} {t.get("clause", "")}\n{r.get("ja" if JA else "en", "")}'


# -- the city --------------------------------------------------------------------------------------

def run(*command, text=''):
    p = subprocess.run(command, input=text, text=True, capture_output=True)
    return p.returncode, (p.stdout + p.stderr).strip()


def must(*command, text=''):
    code, out = run(*command, text=text)
    if code != 0:
        sys.exit(f'{" ".join(map(str, command))}: {out}')


def home_of(sekisho):
    """Beside the program; where the roles, which are other users under root, cannot go, elsewhere."""
    home = pathlib.Path(sekisho).parent / 'demo'
    if os.geteuid() == 0 and not all(p.stat().st_mode & 1 for p in home.parents):
        home = pathlib.Path('/var/tmp/sekisho-demo')
        print(say(f'各役割はそれぞれ別の利用者として動き、{ROOT} には入れないので、{home} に作ります。',
                  f'Each role is a user of its own who cannot enter {ROOT}: made in {home}.'))
    return home


def make_city(sekisho, city):
    shutil.rmtree(city, ignore_errors=True)
    city.parent.mkdir(parents=True, exist_ok=True)
    must(sekisho, 'init', city, '--policy', ROOT / 'policy/chofu/chofu.policy', '--city', 'chofu',
         '--name', '調布市', '--help-office', '情報政策課', '--help-extension', '内線 2345',
         '--listen', 'internet=127.0.0.1:0,lgwan=127.0.0.1:0')
    must(sekisho, 'user', 'add', city, '--login', LOGIN, '--name', '山田 太郎', '--division',
         '福祉課', '--zones', 'internet,lgwan', text=PASSWORD + '\n')


def serve(sekisho, city):
    log = open(city.parent / 'serve.log', 'w')
    p = subprocess.Popen([sekisho, 'serve', '--json', city], stdout=subprocess.PIPE, stderr=log,
                         text=True)
    urls = {}
    for line in p.stdout:
        said = json.loads(line)
        if said.get('ready'):
            return p, urls
        urls[said['zone']] = said['url']
    sys.exit(f'sekisho serve ended: see {log.name}')


def carry(doors, out, lines, widths):
    bad = 0
    for line in lines:
        data = (ROOT / 'samples' / line['path']).read_bytes()
        name = line['path'].rsplit('/', 1)[-1]
        began = time.monotonic()
        ident = send(doors['internet'], name, data)
        t = wait(doors['internet'], ident)
        took = time.monotonic() - began
        rep = report(doors['internet'], ident)
        got, came = None, '-'
        if t['state'] == 'ready':
            answer, got = doors['lgwan'].raw('GET', f'/transfers/{ident}/content')
            if answer.status != 200:
                got = None
            else:
                came = t['result']['name']
                (out / came).write_bytes(got)
        wrong = faults(line, t, rep, came, got)
        row([f'{name}\n{line["ja"] if JA else line["en"]}', decision(t), removed(rep),
             f'{came}\n{size(len(data))} → {size(len(got))}' if got is not None else '-',
             f'{took:.2f} s'], widths)
        for w in wrong:
            print(f'    ✗ {w}')
        bad += bool(wrong)
        print()
    return bad


def show(ok, text):
    print(f'{"✓" if ok else "✗"} {text}')
    return 0 if ok else 1


def check(sekisho, city, out):
    files = sorted(str(f) for f in out.iterdir())
    code, text = run(sekisho, 'verify', *files)
    bad = show(code == 0, say(f'出力 {len(files)} 件を独立の検査器が合格とした(sekisho verify)',
                              f'the recogniser accepts all {len(files)} outputs (sekisho verify)'))
    if code != 0:
        print(text)
    code, text = run(sekisho, 'log', 'verify', city)
    bad += show(code == 0, say('記録は最初から最後まで正しい(sekisho log verify)',
                               'the record is whole from its first entry (sekisho log verify)'))
    print('  ' + text.replace('\n', '\n  '))
    return bad


def manifest():
    with open(ROOT / 'samples/MANIFEST.tsv', encoding='utf-8') as f:
        heads = f.readline().lstrip('# ').rstrip('\n').split('\t')
        return [dict(zip(heads, line.rstrip('\n').split('\t'))) for line in f]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sekisho = str(pathlib.Path(sys.argv[1]).resolve())
    home = home_of(sekisho)
    city, out = home / 'city', home / 'out'
    make_city(sekisho, city)
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    lines = manifest()
    width = max(100, min(shutil.get_terminal_size((140, 40)).columns, 180))
    rest = width - 8 - 7
    widths = [rest * 25 // 100, rest * 22 // 100, rest * 34 // 100, rest * 19 // 100, 7]
    print(say(f'見本 {len(lines)} 件を、インターネット接続系から LGWAN接続系へ受け渡します。\n',
              f'Carrying {len(lines)} samples from the Internet zone to the LGWAN zone.\n'))
    row([say('入ったもの', 'what went in'), say('判定と根拠', 'decision, clause'),
         say('取り除いたもの', 'what was removed or changed'), say('出たもの', 'what came out'),
         say('時間', 'time')], widths)
    print('─' * width)
    began = time.monotonic()
    server, urls = serve(sekisho, city)
    try:
        doors = {zone: Door(url) for zone, url in urls.items()}
        bad = carry(doors, out, lines, widths)
    finally:
        server.terminate()
        code = server.wait(20)
    bad = show(bad == 0, say(f'見本 {len(lines)} 件すべてが見込みどおり' if not bad else
                             f'見込みと違う見本: {bad} 件',
                             f'all {len(lines)} samples as expected' if not bad else
                             f'{bad} samples not as expected'))
    bad += check(sekisho, city, out)
    bad += show(code == 0, say('すべて停止した', 'everything has stopped'))
    rel = os.path.relpath(home)
    print(say(f'\n{time.monotonic() - began:.0f} 秒。出力は {rel}/out。画面を開くには:\n'
              f'    {os.path.relpath(sekisho)} serve {rel}/city\n'
              f'として表示された URL を開き、{LOGIN} / {PASSWORD} でサインインしてください。',
              f'\n{time.monotonic() - began:.0f} s. The outputs are in {rel}/out. To open the portal:\n'
              f'    {os.path.relpath(sekisho)} serve {rel}/city\n'
              f'then open the URL it prints and sign in as {LOGIN} / {PASSWORD}'))
    return 1 if bad else 0


if __name__ == '__main__':
    sys.exit(main())
