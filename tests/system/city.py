"""A scratch city with a running server, and a client of its portal: what the system tests share.

The environment's SEKISHO_SOURCE names the source tree, the first argument the program.
"""
import datetime
import http.client
import json
import os
import pathlib
import ssl
import subprocess
import sys
import urllib.parse

SEKISHO = sys.argv[1]
SOURCE = pathlib.Path(os.environ['SEKISHO_SOURCE'])
PASSWORD = 'kagi no basho 2026'
TLS = ssl._create_unverified_context()


def want(ok, what):
    if not ok:
        raise AssertionError(what)


class City:
    def __init__(self, home):
        self.dir, self.offices = home / 'city', set()
        # Each role is another user, who has to come to the city.
        os.chmod(home, 0o711)
        self.cli('init', self.dir, '--policy', SOURCE / 'policy/chofu/chofu.policy', '--city',
                 'chofu', '--name', '調布市', '--listen', 'internet=127.0.0.1:0,lgwan=127.0.0.1:0')
        for login, division in (('yamada', '福祉課'), ('suzuki', '福祉課'), ('sato', '市民課')):
            self.cli('user', 'add', self.dir, '--login', login, '--name', login.title(),
                     '--division', division, '--zones', 'internet,lgwan', text=PASSWORD + '\n')
        self.log = open(home / 'log', 'w')
        self.server = subprocess.Popen([SEKISHO, 'serve', '--json', self.dir], text=True,
                                       stdout=subprocess.PIPE, stderr=self.log)
        self.ports = {}
        for line in self.server.stdout:
            said = json.loads(line)
            if said.get('ready'):
                break
            self.ports[said['zone']] = int(said['url'].rsplit(':', 1)[1].rstrip('/'))

    def cli(self, *args, text=''):
        subprocess.run([SEKISHO, *args], input=text, text=True, check=True,
                       stdout=subprocess.DEVNULL)

    def stop(self):
        self.server.terminate()
        return self.server.wait(20)


class Client:
    def __init__(self, city, zone):
        self.city, self.zone, self.cookie, self.csrf = city, zone, None, None

    def ask(self, method, path, body=None, headers=None, form=None, host=None):
        port = self.city.ports[self.zone]
        # By number: a bare chroot has no /etc/hosts.
        conn = http.client.HTTPSConnection('127.0.0.1', port, context=TLS, timeout=30)
        h = {'Host': f'localhost:{port}', **(headers or {})}
        if self.cookie:
            h.setdefault('Cookie', self.cookie)
        if form is not None:
            body = urllib.parse.urlencode(form)
            h['Content-Type'] = 'application/x-www-form-urlencoded'
        if isinstance(body, dict):
            body = json.dumps(body)
            h['Content-Type'] = 'application/json'
        if host:
            h['Host'] = host
        conn.request(method, path, body, h)
        r = conn.getresponse()
        r.data = r.read()
        r.text = r.data.decode('utf-8', 'replace')
        conn.close()
        return r

    def sign_in(self, login):
        self.cookie = None
        r = self.ask('POST', '/api/v1/sign-in', {'login': login, 'password': PASSWORD})
        want(r.status == 200, f'sign-in: {r.status} {r.text}')
        self.cookie = r.getheader('Set-Cookie').split(';')[0]
        self.csrf = json.loads(r.text)['csrf']
        return self

    def api(self, method, path, body=None, headers=None):
        return self.ask(method, '/api/v1' + path, body,
                        {'X-CSRF-Token': self.csrf, **(headers or {})})

    def create(self, name, size, **more):
        r = self.api('POST', '/transfers', {'name': name, 'size': size, 'to_zone': 'lgwan',
                                            'recipient': {'me': True}, **more})
        want(r.status == 201, f'create: {r.status} {r.text}')
        return json.loads(r.text)['id']

    def put(self, ident, data, offset=0, wait=0):
        return self.api('PUT', f'/transfers/{ident}/content?offset={offset}&wait={wait}', data,
                        {'Content-Type': 'application/octet-stream'})

    def wait(self, ident):
        for _ in range(6):
            t = json.loads(self.api('GET', f'/transfers/{ident}?wait=10').text)
            if t['state'] not in ('receiving', 'received', 'sanitizing', 'verifying'):
                return t
        raise AssertionError('still under way')


OFFICES = {'yamada': '情報セキュリティ管理者', 'suzuki': '統括情報セキュリティ責任者', 'sato': '市長'}


class Officer(Client):
    """Who holds an office, at the portal's forms."""

    def __init__(self, city, login, zone='lgwan'):
        super().__init__(city, zone)
        if login not in city.offices:
            city.cli('office', 'appoint', city.dir, login, OFFICES[login])
            city.offices.add(login)
        self.sign_in(login)

    def post(self, path, **form):
        return self.ask('POST', path, form={'csrf': self.csrf, **form})


def next_policy(city, day=None, version=6):
    """The example with 機密性2 let out, in force from that day (default: next week)."""
    day = day or (now_in_japan() + datetime.timedelta(days=7)).date()
    text = (SOURCE / 'policy/chofu/chofu.policy').read_text()
    for old, new in (('when confidentiality = 1', 'when confidentiality <= 2'),
                     ('confidentiality > 1 ', 'confidentiality > 2 '),
                     ('version 5  effective 令和4年7月15日', f'version {version}  effective {day}')):
        want(text.count(old) == 1, old)
        text = text.replace(old, new)
    return ''.join(line for line in text.splitlines(True) if 'confidentiality >= 2' not in line)


def now_in_japan():
    return datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=9)))
