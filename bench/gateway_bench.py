#!/usr/bin/env python3
"""Times the whole gateway: a 30 KB DOCX from PUT to ready, many at once, and one large upload.

usage: gateway_bench.py SEKISHO GATEWAY_LOAD UPLOAD_FLOOR [GIB]

Starts a scratch city on loopback, then prints one JSON object a line:
  latency     300 transfers one after another: median and p95 of PUT's first byte to state ready
  throughput  eight senders for 20 seconds: transfers ready a second, and the CPU of each role and
              of the client a transfer
  upload      GIB (default 4) to our listener and to a libmicrohttpd program that only writes to
              disk, both over TLS with curl: the ratio of the rates, and the largest RSS of each role
"""
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import time
import zipfile
import io

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / 'tools'))
import demo  # noqa: E402

TYPES = '''<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'''
RELS = '''<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>'''


def document(size):
    """A DOCX of about `size` bytes with ordinary paragraphs."""
    r = random.Random(1)
    paragraphs = []
    while True:
        for _ in range(40):
            text = ''.join(chr(r.randrange(0x4E00, 0x6000)) for _ in range(60))
            paragraphs.append(f'<w:p><w:r><w:t>{text}</w:t></w:r></w:p>')
        out = io.BytesIO()
        with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as z:
            z.writestr('[Content_Types].xml', TYPES)
            z.writestr('_rels/.rels', RELS)
            z.writestr('word/document.xml',
                       '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:document xmlns:w='
                       '"http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>'
                       + ''.join(paragraphs) + '<w:sectPr/></w:body></w:document>')
        if out.tell() >= size:
            return out.getvalue()


def say(**what):
    print(json.dumps(what), flush=True)


def load(client, url, door, file, senders, transfers, seconds):
    """What the lean client says; see bench/gateway_load.c."""
    p = subprocess.run([client, url.split('/')[2], door.headers['Cookie'],
                        door.headers['X-CSRF-Token'], file, *map(str, (senders, transfers, seconds))],
                       capture_output=True, text=True)
    if p.returncode != 0:
        raise RuntimeError(p.stderr)
    return json.loads(p.stdout)


def used(pid):
    """CPU so far in ms of every role below pid, its dead workers included."""
    out = subprocess.run(['ps', '-e', '-o', 'pid=,ppid=,args='], capture_output=True, text=True)
    ms = {}
    for line in out.stdout.splitlines():
        p, parent, args = line.split(None, 2)
        if int(parent) != pid:
            continue
        cell = pathlib.Path(f'/proc/{p}/stat').read_text().rsplit(')', 1)[1].split()
        role = args.split()[2]
        ticks = sum(map(int, cell[11:15]))
        ms[role] = ms.get(role, 0) + ticks * 1000 / os.sysconf('SC_CLK_TCK')
    return ms


def transfers(p, client, url, file):
    door = demo.Door(url)
    load(client, url, door, file, 2, 20, 60)
    r = load(client, url, door, file, 1, 300, 300)
    say(bench='latency', bytes=file.stat().st_size, **r, goal='median <= 15')
    before = used(p.pid)
    r = load(client, url, door, file, 8, 1000000, 20)
    roles = {k: round((v - before[k]) / r['transfers'], 2) for k, v in used(p.pid).items()}
    say(bench='throughput', senders=8, **r, role_cpu_ms=roles,
        goal='>= 100, this client on the same two cores')


def peak(pid):
    """Largest RSS in KiB of every process below pid, by role."""
    out = subprocess.run(['ps', '-e', '-o', 'pid=,ppid=,args='], capture_output=True, text=True)
    peaks = {}
    for line in out.stdout.splitlines():
        p, parent, args = line.split(None, 2)
        if int(parent) == pid:
            try:
                status = pathlib.Path(f'/proc/{p}/status').read_text()
            except OSError:
                continue
            kib = int(status.split('VmHWM:')[1].split()[0])
            role = ' '.join(args.split()[:3])
            peaks[role] = max(kib, peaks.get(role, 0))
    return peaks


def curl(*args):
    began = time.monotonic()
    subprocess.run(['curl', '-sk', '--fail', *args], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


def upload(p, url, floor, city, gib, scratch):
    big = scratch / 'big'
    block = random.Random(2).randbytes(1 << 20)
    with open(big, 'wb') as f:
        for _ in range(gib << 10):
            f.write(block)
    size = gib << 30
    door = demo.Door(url)  # the other one was idle too long
    t, _ = door.call('POST', '/transfers', {
        'name': 'big.docx', 'size': size, 'to_zone': 'lgwan', 'recipient': {'me': True},
        'confidentiality': 1})
    headers = [x for k, v in door.headers.items() for x in ('-H', f'{k}: {v}')]
    ours = curl(*headers, '-T', str(big), f'{url}api/v1/transfers/{t["id"]}/content?offset=0')
    peaks = peak(p.pid)
    cert, key = city / 'tls/internet.crt', city / 'tls/internet.key'
    server = subprocess.Popen([floor, '18499', scratch / 'floor', cert, key])
    time.sleep(0.5)
    theirs = curl('-T', str(big), 'https://127.0.0.1:18499/')
    server.wait()
    say(bench='upload', bytes=size, ours_s=round(ours, 2), floor_s=round(theirs, 2),
        rate_ratio=round(theirs / ours, 2), goal='>= 0.7', peak_rss_kib=peaks,
        rss_goal='gateway and fronts < 65536')


def main():
    sekisho = pathlib.Path(sys.argv[1]).resolve()
    client = pathlib.Path(sys.argv[2]).resolve()
    floor = pathlib.Path(sys.argv[3]).resolve()
    gib = int(sys.argv[4]) if len(sys.argv) > 4 else 4
    with tempfile.TemporaryDirectory(dir=ROOT / 'build-bench') as scratch:
        scratch = pathlib.Path(scratch)
        scratch.chmod(0o711)
        city = scratch / 'city'
        demo.make_city(sekisho, city)
        conf = city / 'site.conf'
        conf.write_text(conf.read_text().replace(
            '[limits]\n', '[limits]\nrequests-per-second = 100000\nrequest-burst = 100000\n', 1))
        p, urls = demo.serve(sekisho, city)
        try:
            file = scratch / 'a.docx'
            file.write_bytes(document(30000))
            transfers(p, client, urls['internet'], file)
            upload(p, urls['internet'], floor, city, gib, scratch)
        finally:
            p.terminate()
            p.wait()


if __name__ == '__main__':
    main()
