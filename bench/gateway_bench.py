#!/usr/bin/env python3
"""Times the whole gateway: a 30 KB DOCX from PUT to ready, many at once, and one large upload.

usage: gateway_bench.py SEKISHO UPLOAD_FLOOR [GIB]

Starts a scratch city on loopback, then prints one JSON object a line:
  latency     300 transfers one after another: median and p95 of PUT's first byte to state ready
  throughput  eight senders for 20 seconds: transfers ready a second
  upload      GIB (default 4) to our listener and to a libmicrohttpd program that only writes to
              disk, both over TLS with curl: the ratio of the rates, and the largest RSS of each role
"""
import json
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile
import threading
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


def ready(door, ident):
    while True:
        t, _ = door.call('GET', f'/transfers/{ident}')
        if t['state'] not in ('receiving', 'received', 'sanitizing', 'verifying'):
            if t['state'] != 'ready':
                raise RuntimeError(t)
            return
        time.sleep(0.001)


def say(**what):
    print(json.dumps(what), flush=True)


def latency(door, data):
    times = []
    for i in range(300):
        t, _ = door.call('POST', '/transfers', {
            'name': f'{i}.docx', 'size': len(data), 'to_zone': 'lgwan', 'recipient': {'me': True},
            'confidentiality': 1})
        began = time.monotonic()
        door.raw('PUT', f'/transfers/{t["id"]}/content?offset=0', data, 'application/octet-stream')
        ready(door, t['id'])
        times.append((time.monotonic() - began) * 1000)
    times.sort()
    say(bench='latency', bytes=len(data), transfers=len(times),
        median_ms=round(statistics.median(times), 2), p95_ms=round(times[284], 2),
        goal='median <= 15')


def throughput(url, data):
    done = []
    end = time.monotonic() + 20

    def sender():
        door = demo.Door(url)
        mine = []
        while time.monotonic() < end:
            mine.append(demo.send(door, 'a.docx', data))
            if len(mine) >= 16:
                ready(door, mine.pop(0))
                done.append(1)
        for ident in mine:
            ready(door, ident)
            done.append(1)

    began = time.monotonic()
    threads = [threading.Thread(target=sender) for _ in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    took = time.monotonic() - began
    say(bench='throughput', transfers=len(done), seconds=round(took, 2),
        per_second=round(len(done) / took, 1), goal='>= 100, this client on the same two cores')


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
    floor = pathlib.Path(sys.argv[2]).resolve()
    gib = int(sys.argv[3]) if len(sys.argv) > 3 else 4
    with tempfile.TemporaryDirectory(dir=ROOT / 'build-bench') as scratch:
        scratch = pathlib.Path(scratch)
        city = scratch / 'city'
        demo.make_city(sekisho, city)
        conf = city / 'site.conf'
        conf.write_text(conf.read_text().replace(
            '[limits]\n', '[limits]\nrequests-per-second = 100000\nrequest-burst = 100000\n', 1))
        p, urls = demo.serve(sekisho, city)
        try:
            door = demo.Door(urls['internet'])
            data = document(30000)
            latency(door, data)
            throughput(urls['internet'], data)
            upload(p, urls['internet'], floor, city, gib, scratch)
        finally:
            p.terminate()
            p.wait()


if __name__ == '__main__':
    main()
