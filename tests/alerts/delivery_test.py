#!/usr/bin/env python3
"""delivery_test.py EXPORTER ROOT: what somebody on call gets, through the real exporter, Prometheus and Alertmanager with the
shipped rules and examples. The message about an expiring CA names server, listen, CA, file, days left and a command that shows
the same; a stale CRL of one server hides no refused client of another; nobody is told twice. 77 is "skipped"."""

import contextlib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import alerting
import delivery_scene

LISTEN = "127.0.0.1:8443"
WARNING, CRITICAL = "NginxClientCABundleExpiryWarning", "NginxClientCABundleExpiryCritical"
STALE, REJECTED = "NginxMtlsCRLStale", "NginxMtlsCanaryRejected"
# All that is wrong there, once each. NginxMtlsPolicyViolation is not among them, although all of it is a critical finding too.
EXPECTED = {(WARNING, "soon.example.com"), (CRITICAL, "ending.example.com"), (STALE, "stale.example.com"),
            (REJECTED, "stale.example.com"), (REJECTED, "refused.example.com")}


def named(alert):
    return alert["labels"]["alertname"], alert["labels"].get("server")


@contextlib.contextmanager
def chain(scratch, exporter, root, receiver):
    """The exporter, Prometheus and Alertmanager; yields the latter."""
    port = alerting.free_port()
    serve = alerting.running("exporter", scratch, exporter, "--nginx.conf", scratch / "nginx.conf", "--nginx.prefix", scratch,
                             "--config.file", scratch / "settings.yml", "--web.listen-address", f"127.0.0.1:{port}")
    config = alerting.quick_alertmanager(alerting.shipped(root, "examples/alertmanager.yml"), receiver.port)
    with serve, alerting.alertmanager(scratch, config) as (there, there_port):
        alerting.eventually("the exporter has judged", lambda: "nginx_mtls_server_trust_expiry" in (
            alerting.fetch(f"http://127.0.0.1:{port}/metrics") or ""))
        rules = scratch / "nginx-mtls.rules.yml"
        rules.write_text(alerting.quick_rules(alerting.shipped(root, "alerts/nginx-mtls.rules.yml")))
        (scratch / "prometheus.yml").write_text(alerting.quick_prometheus(
            alerting.shipped(root, "examples/prometheus.yml"), rules, there_port, port))
        with alerting.running("prometheus", scratch, "prometheus", f"--config.file={scratch}/prometheus.yml",
                              f"--storage.tsdb.path={scratch}/tsdb", f"--web.listen-address=127.0.0.1:{alerting.free_port()}"):
            yield there


def settled(there):
    """All alerts by name and server, once there are as many as expected and the effect is held back."""
    alerts = {named(alert): alert for alert in there.alerts()}
    effect = alerts.get((REJECTED, "stale.example.com"))
    return alerts if len(alerts) >= len(EXPECTED) and effect and effect["status"]["inhibitedBy"] else None


def delivered(receiver, wanted, since=0):
    """The first alert of this name and server in a message after the first `since`."""
    return alerting.eventually(f"{wanted} is delivered", lambda: next(
        (alert for message in receiver.got[since:] for alert in message if named(alert) == wanted), None))


def by_hand(command, exporter):
    path = f"{Path(exporter).parent}:{os.environ['PATH']}"
    return subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60, env=os.environ | {"PATH": path}).stdout


def check_expiry(alert, scratch, name, exporter):
    """Who reads the summary knows where to go; who runs the command sees it."""
    labels, text = alert["labels"], alert["annotations"]["summary"]
    subject, file, days = f"{name.capitalize()} CA", f"{scratch}/{name}.pem", delivery_scene.DAYS[name]
    assert labels["server"] == f"{name}.example.com" and labels["listen"] == LISTEN, labels
    assert labels["subject_cn"] == subject and labels["path"] == file, labels
    for part in (f"{name}.example.com", LISTEN, subject, file):
        assert part in text, f"{part} is not in: {text}"
    assert re.search(rf"\b{days}(\.0)? days\b", text), text
    shown = by_hand(alert["annotations"]["check"], exporter)
    until = subprocess.run(["openssl", "x509", "-in", file, "-noout", "-enddate"], capture_output=True, text=True, check=True).stdout
    for part in (subject, until.removeprefix("notAfter=").strip()):
        assert part in shown, f"{part} is not in what `{alert['annotations']['check']}` shows: {shown}"


def check_silencing(receiver, alerts, exporter):
    """The refused client of the one server arrives, round after round; that of the other only with its cause."""
    cause, effect = alerts[STALE, "stale.example.com"], alerts[REJECTED, "stale.example.com"]
    assert effect["status"]["inhibitedBy"] == [cause["fingerprint"]], effect
    refused = alerts[REJECTED, "refused.example.com"]
    assert not refused["status"]["inhibitedBy"], f"one server's trouble silences another's: {refused}"
    # A message that is on its way while the cause comes in may still have the effect; later ones may not.
    for _ in range(2):
        since = len(receiver.got)
        other = delivered(receiver, (REJECTED, "refused.example.com"), since)
    late = [named(alert) for message in receiver.got[since:] for alert in message]
    assert (REJECTED, "stale.example.com") not in late, late
    assert other["labels"]["code"] == "21" and "unable to verify the first" in by_hand(other["annotations"]["check"], exporter), other
    told = delivered(receiver, (STALE, "stale.example.com"))
    for label in ("server", "listen", "canary"):
        text = told["annotations"]["summary"] + told["annotations"]["description"]
        assert effect["labels"][label] in text, f"the cause does not tell the {label} of what it silences: {text}"
    assert "Feb  1 00:00:00 2020" in by_hand(told["annotations"]["check"], exporter), told


def main(exporter, root):
    alerting.need(("prometheus", "prometheus"), ("prometheus-alertmanager", "prometheus-alertmanager"), ("openssl", "openssl"))
    with tempfile.TemporaryDirectory() as folder, alerting.Receiver() as receiver:
        scratch = Path(folder).resolve()
        delivery_scene.lay_out(scratch)
        with chain(scratch, exporter, root, receiver) as there:
            alerts = alerting.eventually("every alert is there", lambda: settled(there),
                                         lambda: f"There are {[named(alert) for alert in there.alerts()]}")
            assert set(alerts) == EXPECTED, f"{set(alerts)} and not {EXPECTED}"
            check_silencing(receiver, alerts, exporter)
            check_expiry(delivered(receiver, (WARNING, "soon.example.com")), scratch, "soon", exporter)
            check_expiry(delivered(receiver, (CRITICAL, "ending.example.com")), scratch, "ending", exporter)
            seen = {named(alert) for alert in there.alerts()}
            assert seen == EXPECTED, f"{seen} and not {EXPECTED}"


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve())
