"""A running exporter from outside: scrapes, and what /proc says of it."""

import http.client
import os
import signal
import time
from pathlib import Path


def scrape(port, timeout=10):
    """(text, seconds); throws when the answer is not 200 and whole."""
    begin = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", "/metrics")
        answer = connection.getresponse()
        text = answer.read().decode()
    finally:
        connection.close()
    if answer.status != 200 or not text.endswith("\n"):
        raise RuntimeError(f"scrape: {answer.status}, {len(text)} bytes")
    return text, time.monotonic() - begin


def value(text, name):
    return float(next(line for line in text.splitlines() if line.startswith(name + " ")).rsplit(" ", 1)[1])


class WatchedProcess:
    def __init__(self, pid, port):
        self.proc, self.pid, self.port = Path(f"/proc/{pid}"), pid, port

    def reload(self):
        os.kill(self.pid, signal.SIGHUP)

    def sample(self):
        status = dict(line.split(":", 1) for line in (self.proc / "status").read_text().splitlines())
        return {"rss_kib": int(status["VmRSS"].split()[0]), "threads": int(status["Threads"]), **self.descriptors()}

    def descriptors(self):
        """Without root /proc keeps those of a process that is not dumpable to itself: it is asked instead."""
        try:
            files = list((self.proc / "fdinfo").iterdir())
            return {"fds": len(files), "watches": sum(text_of(file).count("inotify wd:") for file in files)}
        except PermissionError:
            text = scrape(self.port)[0]
            return {"fds": int(value(text, "process_open_fds")), "watches": int(value(text, "nginx_mtls_watches"))}


def text_of(file):
    try:
        return file.read_text()
    except FileNotFoundError:  # closed meanwhile
        return ""
