"""A real Prometheus, a real Alertmanager and a receiver, for the tests beside this file. They run what is shipped: the rules
and the examples, in copies whose times are short and whose addresses are those of the test; nothing else differs."""

import contextlib
import json
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SKIPPED = 77
PATIENCE = 90  # seconds; a slow machine gets them, a fast one does not wait


def need(*programs):
    """Ends the test as skipped when a program is missing."""
    for program, package in programs:
        if not shutil.which(program):
            print(f"skipped: no {program} (package {package})")
            sys.exit(SKIPPED)


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def eventually(what, ask, show=lambda: ""):
    """What `ask` returns as soon as that is true; on failure also what `show` returns."""
    deadline = time.monotonic() + PATIENCE
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {PATIENCE} s: {what}. {show()}")
        time.sleep(0.1)


@contextlib.contextmanager
def running(name, scratch, *argv):
    """A process that ends with the block; its output is shown when the block fails."""
    log = scratch / f"{name}.log"
    with log.open("wb") as out:
        process = subprocess.Popen([str(word) for word in argv], stdout=out, stderr=out, cwd=scratch)
    try:
        yield process
    except BaseException:
        print(f"--- {name}: {' '.join(map(str, argv))}\n{log.read_text(errors='replace')[-4000:]}")
        raise
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def fetch(url, body=None):
    """The text of an answer; None while nobody answers."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read().decode()
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return None


def substituted(text, *changes):
    """Each change is (pattern, replacement, how often it must be there)."""
    for pattern, replacement, count in changes:
        text, found = re.subn(pattern, replacement, text, flags=re.MULTILINE)
        assert found == count, f"{pattern} is there {found} times, expected {count}"
    return text


def quick_rules(shipped):
    alerts = len(re.findall(r"^ *- alert: ", shipped, re.MULTILINE))
    return substituted(shipped, (r"^( *for): \S+$", r"\1: 0s", alerts))


def quick_prometheus(shipped, rules, alertmanager, exporter):
    # The interval of scrapes is also their timeout: 5 s, lest a busy machine makes the exporter look dead.
    return substituted(
        shipped, (r"^( *scrape_interval): \S+$", r"\1: 5s", 1), (r"^( *evaluation_interval): \S+$", r"\1: 1s", 1),
        (r"^( *- ).*\.rules\.yml$", rf"\g<1>{rules}", 1),
        (r"localhost:9093", f"127.0.0.1:{alertmanager}", 1), (r"localhost:10059", f"127.0.0.1:{exporter}", 1))


def quick_alertmanager(shipped, receiver):
    hook = rf"\1\n    webhook_configs: [{{url: 'http://127.0.0.1:{receiver}/', send_resolved: false}}]"
    return substituted(shipped, (r"^( *(?:group_wait|group_interval|repeat_interval)): \S+$", r"\1: 1s", 3),
                       (r"^(  - name: on-call)\b.*$", hook, 1))


class Receiver:
    """Takes Alertmanager's webhooks and keeps the alerts of each, in their order."""

    def __init__(self):
        self.got = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append(json.loads(body)["alerts"])
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Alertmanager:
    def __init__(self, port):
        self.api = f"http://127.0.0.1:{port}/api/v2"

    def post(self, alerts):
        eventually("Alertmanager takes alerts", lambda: fetch(f"{self.api}/alerts", alerts) is not None)

    def alerts(self):
        """All of them, those it holds back too: {labels, annotations, fingerprint, status}."""
        return json.loads(fetch(f"{self.api}/alerts") or "[]")


@contextlib.contextmanager
def alertmanager(scratch, config):
    port = free_port()
    (scratch / "alertmanager.yml").write_text(config)
    with running("alertmanager", scratch, "prometheus-alertmanager", f"--config.file={scratch}/alertmanager.yml",
                 f"--storage.path={scratch}/alertmanager", f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="):
        eventually("Alertmanager is ready", lambda: fetch(f"http://127.0.0.1:{port}/-/ready"))
        yield Alertmanager(port), port


def shipped(root, name):
    return (Path(root) / name).read_text()
