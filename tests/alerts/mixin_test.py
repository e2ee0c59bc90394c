#!/usr/bin/env python3
"""mixin_test.py ROOT: mixin/ renders to exactly what is shipped; each metric in it is documented, and each query has the
matchers that the configuration asks for; promtool accepts the rules. 77 is "skipped"."""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import alerting

METRIC = re.compile(r"\bnginx_mtls[:_][\w:]+(?![\w:*])")
OTHERS = """local mixin = (import 'mixin.libsonnet') + { _config+:: {
  selector: 'env="prod"', up_selector: 'job="mine"', runbook_url: 'https://wiki.example.com/mtls',
  alert_labels: { team: 'edge' }, instance_labels: ['instance', 'pod'],
  thresholds+: { ca_warning_days: 61, ca_critical_days: 13, lockout_days: 17, refusals: 23, crl_share_left: 0.5 } } };
{ 'alerts.yml': std.manifestYamlDoc(mixin.prometheusAlerts), 'fleet.yml': std.manifestYamlDoc(mixin.prometheusRules),
  'alerts.json': std.manifestJson(mixin.prometheusAlerts), 'fleet.json': std.manifestJson(mixin.prometheusRules),
  'boards.json': std.manifestJson(mixin.grafanaDashboards) }
"""


def rendered(root, scratch, source):
    """{name: text} of what `source`, a file or a text, renders to."""
    for folder in ("alerts", "dashboards"):
        (scratch / folder).mkdir()
    words = [source] if isinstance(source, Path) else ["-e", source]
    subprocess.run(["jsonnet", "-S", "-J", root / "mixin", "-m", scratch, *words], check=True, capture_output=True, timeout=120)
    return {str(path.relative_to(scratch)): path.read_text() for path in scratch.rglob("*") if path.is_file()}


def differences(root, made):
    shipped = {str(path.relative_to(root)): path.read_text()
               for pattern in ("alerts/*.rules.yml", "alerts/severities.md", "dashboards/*") for path in root.glob(pattern)}
    bad = [f"{name}: not as mixin/ renders it; run ./dev mixin" for name in sorted(made) if shipped.get(name) != made[name]]
    return bad + [f"{name}: mixin/ does not render it" for name in sorted(set(shipped) - set(made))]


def queries(boards):
    """(where, query) of every panel and variable."""
    for name, board in boards.items():
        for panel in board["panels"]:
            yield from ((f"{name}: {panel['title']}", target["expr"]) for target in panel["targets"])
        yield from ((f"{name}: ${one['name']}", one["query"]["query"]) for one in board["templating"]["list"] if one["type"] == "query")


def of_rules(*groups):
    return [(rule.get("alert") or rule["record"], rule["expr"]) for of in groups for group in of["groups"] for rule in group["rules"]]


def unknown_metrics(asked, documented):
    return [f"{where}: {name} is neither in docs/metrics.md nor recorded" for where, text in asked
            for name in sorted(set(METRIC.findall(text)) - documented)]


def unselected(asked, matcher):
    return [f"{where}: {found.group(0)} lacks {matcher}" for where, text in asked for found in METRIC.finditer(text)
            if not text[found.end():].startswith("{" + matcher)]


def check_other_values(root, scratch):
    """What a user configures is in everything that it concerns."""
    made = rendered(root, scratch, OTHERS)
    alerts, fleet, boards = (json.loads(made[name]) for name in ("alerts.json", "fleet.json", "boards.json"))
    rules = {name: expr for name, expr in of_rules(alerts, fleet)}
    bad = unselected([*rules.items(), *queries(boards)], 'env="prod"')
    for name, part in (("NginxMtlsExporterDown", 'up{job="mine"}'), ("NginxClientCABundleExpiryWarning", "< 61 >= 13"), ("NginxMtlsCRLExpiring", "< 0.5 *"),
                       ("NginxMtlsPolicyViolation", "< 61 * 86400"), ("NginxMtlsPredictedLockout", "< 17 * 86400"), ("NginxMtlsVerifyFailuresHigh", ">= 23"),
                       ("nginx_mtls:hosts:count", "without (instance, pod)")):
        bad += [] if part in rules[name] else [f"{name}: no {part} in {rules[name]}"]
    for rule in (rule for group in alerts["groups"] for rule in group["rules"] if "alert" in rule):
        link = f"https://wiki.example.com/mtls#{rule['alert'].lower()}"
        bad += [] if rule["annotations"]["runbook_url"] == link else [f"{rule['alert']}: its runbook_url is not {link}"]
        bad += [] if rule["labels"].get("team") == "edge" else [f"{rule['alert']}: no label team"]
    checked = subprocess.run(["promtool", "check", "rules", scratch / "alerts.yml", scratch / "fleet.yml"], capture_output=True, text=True, timeout=60)
    return bad + ([] if checked.returncode == 0 else [checked.stdout + checked.stderr])


def self_test():
    assert unselected([("a", 'f(nginx_mtls_x{e="p"}) > nginx_mtls:y{e="p",z="1"}')], 'e="p"') == []
    assert unselected([("a", "nginx_mtls_x > 0")], 'e="p"') == ['a: nginx_mtls_x lacks e="p"']
    assert unknown_metrics([("a", "nginx_mtls_x + nginx_mtls:y")], {"nginx_mtls_x"}) == ["a: nginx_mtls:y is neither in docs/metrics.md nor recorded"]


def main(root):
    self_test()
    alerting.need(("jsonnet", "jsonnet"), ("promtool", "prometheus"))
    rows = re.findall(r"^\| `(nginx_mtls_\w+)` \| (\w+)", (root / "docs/metrics.md").read_text(), re.MULTILINE)
    documented = {name + part for name, kind in rows for part in (("_bucket", "_count", "_sum") if kind == "histogram" else ("",))}
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        made = rendered(root, Path(first), root / "mixin/render.jsonnet")
        bad = differences(root, made)
        boards = {name: json.loads(text) for name, text in made.items() if name.endswith(".json")}
        rules = "\n".join(text for name, text in made.items() if name.endswith(".rules.yml"))
        recorded = set(re.findall(r"- record: (\S+)", rules))
        said = re.sub(r"^ *#.*$|^ *- (?:name|record): .*$", "", rules, flags=re.MULTILINE)
        bad += unknown_metrics([("rules", said), *queries(boards)], documented | recorded)
        bad += check_other_values(root, Path(second))
    for line in bad:
        print(line)
    print(f"{len(made)} files, {len(recorded)} recording rules, {sum(1 for _ in queries(boards))} queries of dashboards")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
