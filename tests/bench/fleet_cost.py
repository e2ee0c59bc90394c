#!/usr/bin/env python3
"""fleet_cost.py EXPORTER ROOT: what one host like the demonstration costs a Prometheus, in full and in compact, and ten thousand
of them: series, series that a rotation of a CA begins, and bytes of remote write, by a Prometheus agent that writes to another
Prometheus. Prints the table of docs/fleet.md; takes some two minutes."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "alerts"))
import alerting  # noqa: E402
import compact_test  # noqa: E402
import dashboards_test  # noqa: E402

HOSTS = 10_000
SCRAPES = 10  # that are measured
INTERVAL = 5  # seconds between them, in the measurement; the figures below are for one a minute


def names(port):
    text = alerting.fetch(f"http://127.0.0.1:{port}/metrics")
    return {line.rsplit(" ", 1)[0] for line in text.splitlines() if line and not line.startswith("#")}


def renew(demo):
    """The successor of team A's CA comes beside it, with the same name and key."""
    pki = demo / "pki"
    subprocess.run(["openssl", "req", "-new", "-x509", "-config", pki / "openssl.cnf", "-key", pki / "team-a-ca.key", "-subj",
                    "/O=Example/CN=Team A Client CA", "-days", "1825", "-extensions", "root", "-out", pki / "new.pem"], check=True, capture_output=True)
    bundle = pki / "api-clients.pem"
    bundle.write_text(bundle.read_text() + (pki / "new.pem").read_text())


def sent(port):
    """Bytes and samples that the agent has written."""
    text = alerting.fetch(f"http://127.0.0.1:{port}/metrics") or ""
    return [sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(f"prometheus_remote_storage_{name}_total{{"))
            for name in ("bytes", "samples")]


def measured(binary, root, detail):
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder).resolve()
        scratch.chmod(0o755)
        demo = dashboards_test.lay_out(scratch, root)
        receiver, agent = alerting.free_port(), alerting.free_port()
        with alerting.running("nginx", scratch, "nginx", "-p", demo, "-c", demo / "nginx.conf", "-g", "daemon off;") as master, \
                compact_test.exporter_of(binary, scratch, demo, detail, f"\nmetrics: {{detail: {detail}}}\n") as port:
            alerting.eventually("the exporter serves", lambda: "nginx_mtls_nginx_running 1" in (alerting.fetch(f"http://127.0.0.1:{port}/metrics") or ""))
            time.sleep(1)
            master.send_signal(1)
            time.sleep(3)
            (scratch / "receiver.yml").write_text("{}")
            (scratch / "agent.yml").write_text(json.dumps({
                "global": {"scrape_interval": f"{INTERVAL}s"}, "remote_write": [{"url": f"http://127.0.0.1:{receiver}/api/v1/write"}],
                "scrape_configs": [{"job_name": "nginx-mtls", "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]}]}))
            with alerting.running("receiver", scratch, "prometheus", f"--config.file={scratch}/receiver.yml", f"--storage.tsdb.path={scratch}/tsdb",
                                  "--web.enable-remote-write-receiver", f"--web.listen-address=127.0.0.1:{receiver}"), \
                    alerting.running("agent", scratch, "prometheus", "--enable-feature=agent", f"--config.file={scratch}/agent.yml",
                                     f"--storage.agent.path={scratch}/wal", f"--web.listen-address=127.0.0.1:{agent}"):
                before = names(port)
                alerting.eventually("samples are written", lambda: sent(agent)[1] > 2 * len(before))
                first = sent(agent)
                time.sleep(SCRAPES * INTERVAL)
                later = sent(agent)
                renew(demo)
                time.sleep(3)
                begun = names(port) - before
    bytes_a_sample = (later[0] - first[0]) / (later[1] - first[1])
    return {"series": len(before), "begun": len(begun), "bytes": bytes_a_sample * len(before)}


def main(binary, root):
    alerting.need(("prometheus", "prometheus"), ("openssl", "openssl"), ("nginx", "nginx-light"))
    rows = {detail: measured(binary, root, detail) for detail in ("full", "compact")}
    print("| | full | compact |\n| --- | --- | --- |")
    for what, value in (("series of a host", lambda row: f"{row['series']}"),
                        (f"series of {HOSTS:,} hosts", lambda row: f"{row['series'] * HOSTS / 1e6:.1f} million"),
                        ("series that a new CA in a bundle begins, a host", lambda row: f"{row['begun']}"),
                        ("bytes of remote write a scrape", lambda row: f"{row['bytes']:,.0f}"),
                        (f"the same of {HOSTS:,} hosts, one scrape a minute", lambda row: f"{row['bytes'] * HOSTS / 60 / 1e6:.1f} MB/s")):
        print(f"| {what} | {value(rows['full'])} | {value(rows['compact'])} |")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
