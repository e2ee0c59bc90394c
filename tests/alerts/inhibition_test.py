#!/usr/bin/env python3
"""inhibition_test.py ROOT: a real Alertmanager with the example's rules of inhibition never holds back an alert because of
another server block's trouble. Every alert fires at one server block; beside it, at other names, addresses and hosts, fires
every alert that could be held back. 77 is "skipped"."""

import re
import sys
import tempfile
from pathlib import Path

import alerting

HERE = {"job": "nginx-mtls", "instance": "web1:10059", "server": "a.example.com", "listen": "0.0.0.0:443"}
ELSEWHERE = [HERE | other for other in ({"server": "b.example.com"}, {"listen": "0.0.0.0:8443"}, {"instance": "web2:10059"},
                                        {"cluster": "second"})]
HELD_BACK = {("NginxMtlsCanaryRejected", "12"), ("NginxMtlsCanaryRejected", "3")}


def every_alert(rules, place):
    """The label sets that the rules can give at one server block; NginxMtlsCanaryRejected has a code besides."""
    found = re.findall(r"- alert: (\w+)\n.*?labels: \{severity: (\w+|\"[^\"]*\")", rules, re.DOTALL)
    assert len(found) == len(re.findall("- alert: ", rules))
    codes = {"NginxMtlsCanaryRejected": ["0", "3", "10", "12", "20"]}
    for name, severity in found:
        if severity.startswith('"'):
            severity = "critical"  # that of the finding, and its expression takes critical ones alone
        for code in codes.get(name, [None]):
            yield {"alertname": name, "severity": severity} | place | ({"code": code} if code else {})


def held_back_wrongly(scratch, root, example):
    """What Alertmanager with `example` holds back at another server block than HERE."""
    rules = alerting.shipped(root, "alerts/nginx-mtls.rules.yml")
    causes = set(re.findall(r'source_matchers: \[alertname="(\w+)"', example))
    assert len(causes) == 2, causes
    firing = list(every_alert(rules, HERE))
    firing += [alert for place in ELSEWHERE for alert in every_alert(rules, place) if alert["alertname"] not in causes]

    def suppressed(there):
        alerts = there.alerts()
        if len(alerts) != len(firing):
            return None
        labels = [alert["labels"] for alert in alerts if alert["status"]["inhibitedBy"]]
        here = {(alert["alertname"], alert.get("code")) for alert in labels if HERE.items() <= alert.items() and "cluster" not in alert}
        return labels if here == HELD_BACK else None

    # Nobody listens on the port of the receiver; Alertmanager logs that and goes on.
    with alerting.alertmanager(scratch, alerting.quick_alertmanager(example, alerting.free_port())) as (there, _):
        there.post([{"labels": alert} for alert in firing])
        labels = alerting.eventually("the effects are held back, and nothing else at that server", lambda: suppressed(there))
    return [alert for alert in labels if not HERE.items() <= alert.items() or "cluster" in alert]


def main(root):
    alerting.need(("prometheus-alertmanager", "prometheus-alertmanager"))
    example = alerting.shipped(root, "examples/alertmanager.yml")
    planted = alerting.substituted(example, (r"equal: \[.*\]", "equal: [instance]", 2))
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        wrong = held_back_wrongly(Path(first), root, example)
        seen = held_back_wrongly(Path(second), root, planted)
    assert seen, "equal: [instance] was not seen to hold back other servers' alerts: this test is blind"
    for alert in wrong:
        print(f"held back because of another server block: {alert}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
