#!/usr/bin/env python3
"""formats_test.py CASES: what check prints of every case, read as its readers read it.

CASES is the binary of the cases; it writes CASE.FORMAT files. Each reader below follows the published rules of its
format, and what it reads must agree with CASE.json. promtool reads the metrics.
"""
import collections
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree
from pathlib import Path

LEVELS = {"critical": "error", "warning": "warning", "info": "note"}
# SARIF 2.1.0: the objects that occur, what each must have, and what else it may have.
SARIF = {
    "log": ({"version", "runs"}, {"$schema"}),
    "run": ({"tool"}, {"results", "columnKind"}),
    "driver": ({"name"}, {"version", "rules"}),
    "rule": ({"id"}, {"shortDescription", "fullDescription", "help", "defaultConfiguration"}),
    "result": ({"message"}, {"ruleId", "ruleIndex", "level", "locations", "partialFingerprints", "suppressions"}),
    "message": ({"text"}, {"markdown"}),
    "physicalLocation": ({"artifactLocation"}, {"region"}),
    "region": (set(), {"startLine", "startColumn"}),
    "suppression": ({"kind"}, {"justification"}),
}


def expect(condition, *what):
    if not condition:
        raise AssertionError(" ".join(str(word) for word in what))


def has_form(name, value):
    needed, allowed = SARIF[name]
    keys = set(value)
    expect(needed <= keys <= needed | allowed, "SARIF", name, "has", sorted(keys))


def read_sarif(text, check):
    log = json.loads(text)
    has_form("log", log)
    expect(log["version"] == "2.1.0" and len(log["runs"]) == 1, "version and runs")
    run = log["runs"][0]
    has_form("run", run)
    has_form("driver", run["tool"]["driver"])
    rules = run["tool"]["driver"]["rules"]
    for rule in rules:
        has_form("rule", rule)
        for text_of in ("shortDescription", "fullDescription", "help"):
            has_form("message", rule[text_of])
        expect(rule["defaultConfiguration"]["level"] in LEVELS.values(), rule["defaultConfiguration"])
    fingerprints = set()
    for result in run["results"]:
        has_form("result", result)
        has_form("message", result["message"])
        expect(rules[result["ruleIndex"]]["id"] == result["ruleId"], "ruleIndex of", result["ruleId"])
        for location in result["locations"]:
            has_form("physicalLocation", location["physicalLocation"])
            region = location["physicalLocation"].get("region", {"startLine": 1})
            has_form("region", region)
            expect(region["startLine"] >= 1 and region.get("startColumn", 1) >= 1, region)
            uri = location["physicalLocation"]["artifactLocation"]["uri"]
            expect(re.fullmatch(r"(file:///)?[A-Za-z0-9._~%/-]+", uri), "uri", uri)
            expect(not uri.startswith("/"), "an absolute path without its scheme", uri)
        for suppression in result.get("suppressions", []):
            has_form("suppression", suppression)
        fingerprints.update(result["partialFingerprints"].values())
    expect(len(fingerprints) == len(run["results"]), "fingerprints are not unique")
    return collections.Counter((r["ruleId"], r["level"]) for r in run["results"])


def read_github(text):
    """actions/runner: ::COMMAND KEY=VALUE,...::MESSAGE, with %25 %0D %0A, and %3A %2C in values."""
    found = collections.Counter()
    for line in text.splitlines():
        match = re.fullmatch(r"::(error|warning|notice) ([^:]*)::(.+)", line)
        if not match:
            expect(not line.startswith("::"), "not a command:", line)
            continue
        values = dict(pair.split("=", 1) for pair in match[2].split(","))
        expect(set(values) <= {"file", "line", "col", "title"} and values["file"], values)
        for value in list(values.values()) + [match[3]]:
            expect(not re.search(r"%(?!25|0D|0A|3A|2C)", value), "escape in", value)
        found[(values["title"], {"notice": "note"}.get(match[1], match[1]))] += 1
    return found


def read_nagios(text):
    """Monitoring Plugins Development Guidelines: TEXT | 'LABEL'=VALUE[UOM];[WARN];[CRIT];[MIN];[MAX] ..."""
    first, *more = text.splitlines()
    said, numbers = first.split("|")
    expect(re.match(r"NGINX MTLS (OK|WARNING|CRITICAL) - ", said), said)
    values = {}
    for number in numbers.split():
        match = re.fullmatch(r"([a-z_]+)=(-?\d+)(s?);;;(\d*)", number)
        expect(match, "performance data", number)
        values[match[1]] = int(match[2])
    expect("|" not in "".join(more), "a second |")
    return said, values, len(more)


def read_junit(text):
    root = xml.etree.ElementTree.fromstring(text)
    expect(root.tag == "testsuites", root.tag)
    failures = collections.Counter()
    totals = collections.Counter()
    for suite in root:
        expect(suite.tag == "testsuite" and suite.get("name"), suite.tag)
        cases = list(suite)
        expect(cases and all(case.tag == "testcase" for case in cases), "cases of", suite.get("name"))
        counted = {"tests": len(cases), "failures": len(suite.findall("*/failure")),
                   "skipped": len(suite.findall("*/skipped")), "errors": 0}
        for name, number in counted.items():
            expect(int(suite.get(name)) == number, suite.get("name"), name)
        totals.update(counted)
        for case in suite.findall("testcase[failure]"):
            failures[(case.get("name").split(" ")[0], LEVELS[case.find("failure").get("type")])] += 1
    for name in ("tests", "failures", "skipped", "errors"):
        expect(int(root.get(name)) == totals[name], "totals", name)
    return failures


def check_case(name, documents):
    check = json.loads(documents["json"])
    counting = [f for f in check["findings"] if not f.get("accepted")]
    everything = collections.Counter((f["rule"], LEVELS[f["severity"]]) for f in check["findings"])
    told = collections.Counter((f["rule"], LEVELS[f["severity"]]) for f in counting)
    failing = collections.Counter({key: count for key, count in told.items() if key[1] != "note"})
    expect(read_sarif(documents["sarif"], check) == everything, name, "sarif")
    expect(read_github(documents["github"]) == told, name, "github")
    expect(read_junit(documents["junit"]) == failing, name, "junit")
    said, values, lines = read_nagios(documents["nagios"])
    for severity in ("critical", "warning", "info"):
        expect(values[severity] == sum(1 for f in counting if f["severity"] == severity), name, "nagios", severity)
    expect(lines == len(counting), name, "nagios lines")
    state = "CRITICAL" if values["critical"] or check["nginx"]["errors"] else "WARNING" if values["warning"] else "OK"
    expect(f" {state} - " in said, name, said, "is not", state)


def main():
    cases = sys.argv[1]
    promtool = shutil.which("promtool")
    if promtool is None:
        print("skipped: no promtool")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as directory:
        subprocess.run([cases, "cases: every format of check is written to MTLS_DOCUMENTS"], check=True,
                       env=dict(os.environ, MTLS_DOCUMENTS=directory), stdout=subprocess.DEVNULL)
        by_case = collections.defaultdict(dict)
        for path in sorted(Path(directory).iterdir()):
            by_case[path.stem][path.suffix[1:]] = path.read_text()
        expect(len(by_case) >= 10, "only", len(by_case), "cases")
        for name, documents in by_case.items():
            check_case(name, documents)
            subprocess.run([promtool, "check", "metrics"], input=documents["prom"], text=True, check=True)
    print(f"{len(by_case)} cases, {sum(len(d) for d in by_case.values())} documents")


main()
