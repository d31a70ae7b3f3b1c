"""A real browser for the tests: Chromium by way of chromedriver (the WebDriver protocol of W3C)."""
import base64
import json
import pathlib
import re
import shutil
import subprocess
import urllib.request

AXE = pathlib.Path(__file__).with_name('axe') / 'axe.min.js'
ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'  # the key that the protocol names elements by
TAB, ENTER = '\ue004', '\ue007'
RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']


def missing():
    """Which program is missing, or None."""
    return next((c for c in ('chromium', 'chromedriver') if not shutil.which(c)), None)


class Browser:
    def __init__(self, language='ja', script=True):
        self.driver = subprocess.Popen(['chromedriver', '--port=0'], stdout=subprocess.PIPE,
                                       stderr=subprocess.DEVNULL, text=True)
        for line in self.driver.stdout:
            port = re.search(r'successfully on port (\d+)', line)
            if port:
                break
        self.base = f'http://127.0.0.1:{port.group(1)}/session'
        # As root in a container Chromium has no sandbox of its own; the pages are ours.
        options = {'args': ['--headless=new', '--no-sandbox', '--disable-gpu',
                            '--disable-dev-shm-usage', '--hide-scrollbars'],
                   'prefs': {'intl.accept_languages': language}}
        if not script:
            options['prefs']['profile.managed_default_content_settings.javascript'] = 2
        made = self.ask('POST', '', {'capabilities': {'alwaysMatch': {
            'acceptInsecureCerts': True, 'goog:chromeOptions': options,
            'goog:loggingPrefs': {'browser': 'ALL'}}}})
        self.base += '/' + made['sessionId']

    def ask(self, method, path, body=None):
        request = urllib.request.Request(self.base + path, method=method, data=None if body is None
                                         else json.dumps(body).encode())
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)['value']
        except urllib.error.HTTPError as e:
            said = json.load(e)['value']
            raise RuntimeError(f'{method} {path}: {said["error"]}: {said["message"][:400]}') from None

    def close(self):
        try:
            self.ask('DELETE', '')
        finally:
            self.driver.terminate()
            self.driver.wait()

    def size(self, width, height):
        self.ask('POST', '/window/rect', {'width': width, 'height': height})

    def go(self, url):
        self.ask('POST', '/url', {'url': url})

    def url(self):
        return self.ask('GET', '/url')

    def run(self, script, *args):
        return self.ask('POST', '/execute/sync', {'script': script, 'args': list(args)})

    def run_async(self, script, *args):
        return self.ask('POST', '/execute/async', {'script': script, 'args': list(args)})

    def find(self, css):
        return self.ask('POST', '/element', {'using': 'css selector', 'value': css})[ELEMENT]

    def click(self, css):
        self.ask('POST', f'/element/{self.find(css)}/click', {})

    def type(self, css, text):
        self.ask('POST', f'/element/{self.find(css)}/value', {'text': text})

    def press(self, *keys):
        """Keys to whatever has the focus."""
        steps = [{'type': kind, 'value': k} for k in keys for kind in ('keyDown', 'keyUp')]
        self.ask('POST', '/actions', {'actions': [{'type': 'key', 'id': 'k', 'actions': steps}]})

    def text(self):
        return self.run('return document.body.innerText')

    def wait_for(self, script, what):
        """Until the script's value is true."""
        got = self.run_async(
            'const done = arguments[arguments.length - 1], f = new Function("return " + arguments[0]);'
            'let n = 0; (function again() { const v = f(); if (v || ++n > 300) done(v);'
            ' else setTimeout(again, 100); })()', script)
        if not got:
            raise AssertionError(f'{what} did not come: {self.text()[:2000]}')
        return got

    def picture(self, path):
        """The whole page as a PNG file, however long it is."""
        high = self.run('return document.documentElement.scrollHeight')
        rect = self.ask('GET', '/window/rect')
        self.size(rect['width'], min(max(high + 150, rect['height']), 6000))
        path.write_bytes(base64.b64decode(self.ask('GET', '/screenshot')))
        self.size(rect['width'], rect['height'])

    def axe(self):
        """What axe finds, a line each."""
        self.run(AXE.read_text())
        found = self.run_async(
            'axe.run(document, {runOnly: arguments[0]}).then(arguments[1])', RULES)
        return [f'{v["id"]}: {node["html"][:160]} {node["failureSummary"][:300]}'
                for v in found['violations'] for node in v['nodes']]

    def errors(self):
        """What the browser's console complains of."""
        return [e['message'] for e in self.ask('POST', '/se/log', {'type': 'browser'})
                if e['level'] == 'SEVERE']
