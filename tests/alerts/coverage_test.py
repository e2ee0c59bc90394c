#!/usr/bin/env python3
"""coverage_test.py ROOT: every alert has a case that fires it, a case in which it stays silent, and a heading in the runbook."""

import re
import sys
from pathlib import Path


def alerts_of(rules):
    """{alert: its rule as text}"""
    found = re.split(r"^ *- alert: (\w+)$", rules, flags=re.MULTILINE)
    return dict(zip(found[1::2], found[2::2]))


def outcomes(tests):
    """{alert: {"fires", "silent"}} over the cases (`- name:`) of promtool's test files."""
    seen = {}
    for case in re.split(r"^  - name: ", tests, flags=re.MULTILINE)[1:]:
        checks = re.split(r"^ *alertname: (\w+)$", case, flags=re.MULTILINE)
        fired = {}
        for alert, expected in zip(checks[1::2], checks[2::2]):
            fired[alert] = fired.get(alert, False) or "exp_labels" in expected.split("eval_time:")[0]
        for alert, fires in fired.items():
            seen.setdefault(alert, set()).add("fires" if fires else "silent")
    return seen


def violations(rules, tests, runbook):
    bad = []
    seen = outcomes(tests)
    headings = set(re.findall(r"^## (\w+)$", runbook, re.MULTILINE))
    alerts = alerts_of(rules)
    for alert, rule in alerts.items():
        bad += [f"{alert}: no case in which it {o}" if o == "fires" else f"{alert}: no case in which it stays {o}"
                for o in sorted({"fires", "silent"} - seen.get(alert, set()))]
        if alert not in headings:
            bad.append(f"{alert}: no heading in alerts/runbook.md")
        for needed in ("severity:", "summary:", "description:", " for:", f"runbook.md#{alert.lower()}\""):
            if needed not in rule:
                bad.append(f"{alert}: its rule lacks {needed}")
    bad += [f"alerts/runbook.md: no alert is called {name}" for name in sorted(headings - set(alerts))]
    return bad


def self_test():
    """Each gap must be seen."""
    rule = ('      - alert: A\n        expr: up == 0\n        for: 1m\n        labels: {severity: info}\n        annotations:\n'
            '          summary: "s"\n          description: "d"\n          runbook_url: "alerts/runbook.md#a"\n')
    fires = '  - name: "x"\n      - eval_time: 1m\n        alertname: A\n        exp_alerts:\n          - exp_labels: {}\n'
    silent = '  - name: "y"\n      - eval_time: 1m\n        alertname: A\n        exp_alerts: []\n'
    assert violations(rule, fires + silent, "## A\n") == []
    assert violations(rule, fires, "## A\n") == ["A: no case in which it stays silent"]
    assert violations(rule, silent, "## A\n") == ["A: no case in which it fires"]
    assert violations(rule, fires + silent, "") == ["A: no heading in alerts/runbook.md"]
    assert violations(rule.replace("severity", "level"), fires + silent, "## A\n") == ["A: its rule lacks severity:"]


def main(root):
    self_test()
    tests = "\n".join(path.read_text() for path in sorted((root / "alerts/tests").glob("*.yml")))
    bad = violations((root / "alerts/nginx-mtls.rules.yml").read_text(), tests, (root / "alerts/runbook.md").read_text())
    for line in bad:
        print(line)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
