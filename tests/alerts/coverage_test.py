#!/usr/bin/env python3
"""coverage_test.py ROOT: every alert has a case that fires it, a case in which it stays silent, and a heading in the runbook; and
the runbook lists the findings of which NginxMtlsPolicyViolation does not tell, because another alert does."""

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
        for needed in ("severity:", "summary:", "description:", "check:", " for:", f"runbook.md#{alert.lower()}\""):
            if needed not in rule:
                bad.append(f"{alert}: its rule lacks {needed}")
    bad += [f"alerts/runbook.md: no alert is called {name}" for name in sorted(headings - set(alerts))]
    return bad


def left_out(rules):
    """The findings that NginxMtlsPolicyViolation leaves to other alerts."""
    return set(re.findall(r'unless \(nginx_mtls_findings\{rule="([\w-]+)"\}', rules))


def table_violations(rules, runbook, known):
    """`known`: the ids of all findings."""
    table = runbook.split("| finding | alert |")[-1].split("\n\n")[0]
    rows = re.findall(r"^ *\| (`.*) \| \[(\w+)\]\(#(\w+)\) \|$", table, re.MULTILINE)
    listed = {rule: alert for row, alert, _ in rows for rule in re.findall(r"`([\w-]+)`", row)}
    bad = [f"alerts/runbook.md: {rule} is not in the table of NginxMtlsPolicyViolation" for rule in sorted(left_out(rules) - set(listed))]
    bad += [f"alerts/runbook.md: NginxMtlsPolicyViolation does tell of {rule}" for rule in sorted(set(listed) - left_out(rules))]
    bad += [f"alerts/runbook.md: {alert} is no alert" for alert in sorted(set(listed.values()) - set(alerts_of(rules)))]
    bad += [f"alerts/runbook.md: the link of {alert} is #{anchor}" for _, alert, anchor in rows if anchor != alert.lower()]
    return bad + [f"alerts/nginx-mtls.rules.yml: {rule} is no finding" for rule in sorted(left_out(rules) - known)]


def findings_of(root):
    return set(re.findall(r"^## ([\w-]+)$", (root / "docs/findings.md").read_text(), re.MULTILINE))


def table_self_test():
    rules = '      - alert: A\n unless (nginx_mtls_findings{rule="a-b"}\n'
    table = "| finding | alert |\n| --- | --- |\n| `a-b`, at times | [A](#a) |\n\n"
    assert table_violations(rules, table, {"a-b"}) == []
    assert table_violations(rules, table, set()) == ["alerts/nginx-mtls.rules.yml: a-b is no finding"]
    assert table_violations("- alert: A\n", table, set()) != []
    assert table_violations(rules, table.replace("a-b", "c"), {"a-b"}) != []
    assert table_violations(rules, table.replace("[A]", "[B]"), {"a-b"}) != []


def self_test():
    """Each gap must be seen."""
    table_self_test()
    rule = ('      - alert: A\n        expr: up == 0\n        for: 1m\n        labels: {severity: info}\n        annotations:\n'
            '          summary: "s"\n          description: "d"\n          check: "c"\n          runbook_url: "alerts/runbook.md#a"\n')
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
    rules, runbook = ((root / "alerts" / name).read_text() for name in ("nginx-mtls.rules.yml", "runbook.md"))
    bad = violations(rules, tests, runbook) + table_violations(rules, runbook, findings_of(root))
    for line in bad:
        print(line)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
