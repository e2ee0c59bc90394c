#!/usr/bin/env python3
"""dashboards_test.py EXPORTER ROOT: every query of the shipped dashboards and every recording rule, evaluated by a real
Prometheus that scrapes the exporter on the demonstration, with nginx running it. None may fail, and none may come back
empty but those of EMPTY. 77 is "skipped"."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

import alerting

# What the demonstration has nothing of, and why.
EMPTY = {"Bundles of which there is more than one version": "one host has one version of each"}
VARIABLES = {"$__rate_interval": "15s", "$job": ".*", "$instance": ".*", "$server": ".*"}
NGINX = ("/usr/sbin/nginx", "nginx")


def substituted(expr):
    for name, value in VARIABLES.items():
        expr = expr.replace(name, value)
    left = re.search(r"\$\w+", expr)
    assert not left, f"a variable that this test does not know: {left.group(0)} in {expr}"
    return expr


def selection(variable):
    """The query behind label_values(QUERY, LABEL), and that label."""
    return re.fullmatch(r"label_values\((.*), (\w+)\)", variable["query"]["query"]).groups()


class Prometheus:
    def __init__(self, port):
        self.api = f"http://127.0.0.1:{port}/api/v1/query?query="

    def ask(self, expr):
        """The result, or None when Prometheus refuses the query."""
        answer = alerting.fetch(self.api + urllib.parse.quote(expr))
        return json.loads(answer)["data"]["result"] if answer else None


def lay_out(scratch, root):
    """The demonstration with ports of its own; its nginx.conf."""
    demo = scratch / "demo"
    subprocess.run([root / "examples/demo/make-pki.sh", demo], check=True, capture_output=True, timeout=120)
    for was in ("18443", "18444"):
        port = str(alerting.free_port())
        for file in demo.glob("conf.d/*.conf"):
            file.write_text(file.read_text().replace(was, port))
    return demo


def prometheus_config(scratch, root, exporter_port):
    config = alerting.substituted(
        alerting.shipped(root, "examples/prometheus.yml"), (r"^( *scrape_interval): \S+$", r"\1: 2s", 1),
        (r"^( *evaluation_interval): \S+$", r"\1: 2s", 1), (r"^( *- ).*nginx-mtls.rules\.yml$", rf"\g<1>{root}/alerts/*.rules.yml", 1),
        (r"localhost:10059", f"127.0.0.1:{exporter_port}", 1))
    config = re.sub(r"^alerting:\n(?: .*\n)+", "", config, flags=re.MULTILINE)
    (scratch / "prometheus.yml").write_text(config)


def within(seconds, ask):
    """Whether that becomes true in time."""
    deadline = time.monotonic() + seconds
    while not ask() and time.monotonic() < deadline:
        time.sleep(0.2)
    return ask()


def reload_and_renew(nginx, demo, *exporter_ports):
    """nginx has loaded what each exporter knows, and then a bundle changes: so there is a loaded view, and a pending reload.
    Of `metrics: {detail: compact}` only the pending one can be seen: name another exporter first."""
    def has(port, line):
        return line in (alerting.fetch(f"http://127.0.0.1:{port}/metrics") or "")

    def all_have(line):
        return all(has(port, line) for port in exporter_ports)
    alerting.eventually("nginx is seen", lambda: all_have("nginx_mtls_nginx_running 1"))
    bundle = demo / "pki/team-b-ca.pem"
    pending = f'nginx_mtls_reload_pending{{path="{bundle}"}}'
    for attempt in range(5):  # on a busy machine a reload may come before an exporter has seen the master idle
        time.sleep(1)
        nginx.send_signal(signal.SIGHUP)
        if not within(10, lambda: has(exporter_ports[0], f"{pending} 0")):
            continue
        bundle.write_text(bundle.read_text() + f"\n# renewed {attempt}\n")
        if within(10, lambda: all_have(f"{pending} 1")):
            return
    raise AssertionError("no exporter, or not every one, knows what nginx has loaded after five reloads")


def failures(there, boards):
    for board in boards:
        for variable in (one for one in board["templating"]["list"] if one["type"] == "query"):
            query, label = selection(variable)
            values = there.ask(substituted(query))
            if not values or not all(label in one["metric"] for one in values):
                yield f"{board['title']}: ${variable['name']} has no values: {query}"
        for panel in board["panels"]:
            for target in panel["targets"]:
                result = there.ask(substituted(target["expr"]))
                if result is None:
                    yield f"{board['title']}: {panel['title']}: Prometheus refuses {target['expr']}"
                elif not result and panel["title"] not in EMPTY:
                    yield f"{board['title']}: {panel['title']}: nothing of {target['expr']}"


def main(exporter, root):
    alerting.need(("prometheus", "prometheus"), ("openssl", "openssl"))
    nginx = next((path for path in NGINX if subprocess.run(["sh", "-c", f"command -v {path}"], capture_output=True).returncode == 0), None)
    if not nginx:
        print("skipped: no nginx (package nginx-light)")
        return alerting.SKIPPED
    boards = [json.loads(path.read_text()) for path in sorted((root / "dashboards").glob("*.json"))]
    assert len(boards) == 3, len(boards)
    recorded = re.findall(r"- record: (\S+)", "".join(path.read_text() for path in (root / "alerts").glob("*.rules.yml")))
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder).resolve()
        os.chmod(scratch, 0o755)
        demo = lay_out(scratch, root)
        port, own = alerting.free_port(), alerting.free_port()
        prometheus_config(scratch, root, port)
        run_nginx = alerting.running("nginx", scratch, nginx, "-p", demo, "-c", demo / "nginx.conf", "-g", "daemon off;")
        run_exporter = alerting.running("exporter", scratch, exporter, "--nginx.conf", demo / "nginx.conf", "--config.file", demo / "settings.yml",
                                        "--web.listen-address", f"127.0.0.1:{port}")
        run_prometheus = alerting.running("prometheus", scratch, "prometheus", f"--config.file={scratch}/prometheus.yml",
                                          f"--storage.tsdb.path={scratch}/tsdb", f"--web.listen-address=127.0.0.1:{own}")
        with run_nginx as master, run_exporter, run_prometheus:
            reload_and_renew(master, demo, port)
            there = Prometheus(own)
            for name in recorded:
                alerting.eventually(f"{name} is recorded", lambda name=name: there.ask(name))
            # rate() needs two scrapes.
            alerting.eventually("rates are there", lambda: there.ask("rate(nginx_mtls_exporter_evaluations_total[15s])"))
            bad = list(failures(there, boards))
            assert there.ask("nginx_mtls_no_such(") is None, "this test does not see a query that is refused"
    for line in bad:
        print(line)
    print(f"{sum(len(panel['targets']) for board in boards for panel in board['panels'])} queries, {len(recorded)} recording rules")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()))
