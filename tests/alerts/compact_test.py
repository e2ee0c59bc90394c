#!/usr/bin/env python3
"""compact_test.py EXPORTER ROOT: with `metrics: {detail: compact}` a real Prometheus takes the demonstration, nginx beside it,
under `sample_limit: 200`, which it refuses without; and the shipped rules fire the same alerts. 77 is "skipped"."""

import contextlib
import json
import re
import sys
import tempfile
from pathlib import Path

import alerting
import dashboards_test

LIMIT = 200
EXPECTED = {"NginxMtlsNotEnforced", "NginxClientCABundleExpiryWarning", "NginxMtlsReloadPending"}
# What differs between two exporters of one host.
OWN = {"instance", "job", "alertstate", "__name__"}


def prometheus_config(scratch, root, compact, full):
    rules = scratch / "rules.yml"
    rules.write_text(alerting.quick_rules(alerting.shipped(root, "alerts/nginx-mtls.rules.yml")))
    jobs = [("compact", compact, LIMIT), ("full", full, 0), ("full-limited", full, LIMIT)]
    config = {"global": {"scrape_interval": "2s", "evaluation_interval": "2s"}, "rule_files": [str(rules), f"{root}/alerts/nginx-mtls-fleet.rules.yml"],
              "scrape_configs": [{"job_name": name, "sample_limit": limit, "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]} for name, port, limit in jobs]}
    (scratch / "prometheus.yml").write_text(json.dumps(config))  # JSON is YAML


def alerts(there, job):
    found = there.ask(f'ALERTS{{job="{job}",alertstate="firing"}}') or []
    return {tuple(sorted((name, value) for name, value in one["metric"].items() if name not in OWN)) for one in found}


def settled(there):
    """The alerts of both sides, once they are the same and all that this host must have are among them."""
    compact, full = alerts(there, "compact"), alerts(there, "full")
    return full if compact == full and EXPECTED <= {dict(alert)["alertname"] for alert in full} else None


def all_recorded(there):
    compact, full = recorded(there, "compact"), recorded(there, "full")
    return compact if compact == full and 0 not in full.values() else None


def recorded(there, job):
    return {name: len(there.ask(f'{{__name__="{name}",job="{job}"}}') or []) for name in (
        "nginx_mtls:hosts:count", "nginx_mtls:hosts_enforcing:ratio", "nginx_mtls:bundle_versions:count", "nginx_mtls:trust_expiry:min_timestamp_seconds",
        "nginx_mtls:crl_next_update:min_timestamp_seconds", "nginx_mtls:findings:sum")}


def scalar(there, query):
    result = there.ask(query)
    return float(result[0]["value"][1]) if result else None


@contextlib.contextmanager
def exporter_of(binary, scratch, demo, name, settings):
    port = alerting.free_port()
    (demo / f"{name}.yml").write_text((demo / "settings.yml").read_text() + settings)
    with alerting.running(name, scratch, binary, "--nginx.conf", demo / "nginx.conf", "--config.file", demo / f"{name}.yml", "--web.listen-address",
                          f"127.0.0.1:{port}"):
        yield port


def samples(port):
    return sum(1 for line in (alerting.fetch(f"http://127.0.0.1:{port}/metrics") or "").splitlines() if line and not line.startswith("#"))


def main(binary, root):
    alerting.need(("prometheus", "prometheus"), ("openssl", "openssl"), ("nginx", "nginx-light"))
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        scratch = Path(folder).resolve()
        scratch.chmod(0o755)
        demo = dashboards_test.lay_out(scratch, root)
        master = stack.enter_context(alerting.running("nginx", scratch, "nginx", "-p", demo, "-c", demo / "nginx.conf", "-g", "daemon off;"))
        compact = stack.enter_context(exporter_of(binary, scratch, demo, "compact", "\nmetrics: {detail: compact}\n"))
        full = stack.enter_context(exporter_of(binary, scratch, demo, "full", ""))
        dashboards_test.reload_and_renew(master, demo, full, compact)
        prometheus_config(scratch, root, compact, full)
        own = alerting.free_port()
        stack.enter_context(alerting.running("prometheus", scratch, "prometheus", f"--config.file={scratch}/prometheus.yml",
                                             f"--storage.tsdb.path={scratch}/tsdb", f"--web.listen-address=127.0.0.1:{own}"))
        there = dashboards_test.Prometheus(own)
        alerting.eventually("the compact exporter is scraped", lambda: scalar(there, 'up{job="compact"}') == 1)
        alerting.eventually("sample_limit refuses the full one", lambda: scalar(there, 'up{job="full-limited"}') == 0)
        alerting.eventually("the same is recorded", lambda: all_recorded(there), lambda: f"{recorded(there, 'compact')} {recorded(there, 'full')}")
        firing = alerting.eventually(
            "the same alerts fire", lambda: settled(there),
            lambda: f"{sorted(alerts(there, 'compact') ^ alerts(there, 'full'))}")
        taken = scalar(there, 'scrape_samples_scraped{job="compact"}')
        print(f"compact: {taken:.0f} samples of at most {LIMIT}, full: {samples(full)}; {len(firing)} alerts alike")
        assert taken <= LIMIT, taken
        text = alerting.fetch(f"http://127.0.0.1:{compact}/metrics")
        own_names = set(re.findall(r"^(nginx_mtls_(?:evaluations|watch|generation|log_messages|last_evaluation|settings)\w*)", text, re.MULTILINE))
        assert not own_names, f"old names in compact: {own_names}"


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()))
