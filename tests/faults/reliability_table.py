#!/usr/bin/env python3
"""reliability_table.py write|check ROOT BUILD, or self-test: docs/reliability.md from the tests that carry a row's id.

write runs every such test and records how it ended. check only compares: it ends in 0 when the page and the tests in
BUILD agree on which rows have tests, and each test that the page names exists; otherwise it prints what differs and ends
in 1."""

import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROW = re.compile(r"^([WFCTNL]\d+) \| (.+) \| (.+)$")
IDS = re.compile(r"^((?:[WFCTNL]\d+(?:, | and )?)+): ")
LACKING = "lacking"


def read_rows(text):
    """[(heading, [(id, fault, asked)])] of rows.txt."""
    groups = []
    for line in text.splitlines():
        if line.startswith("## "):
            groups.append((line[3:], []))
        elif line and not line.startswith("#"):
            groups[-1][1].append(ROW.match(line).groups())
    return groups


def ids_of(name):
    found = IDS.match(name)
    return re.findall(r"[WFCTNL]\d+", found.group(1)) if found else []


def binaries(build):
    return [Path(line) for line in (build / "catch_binaries.txt").read_text().split()]


def listed(binary):
    """Test names of one binary. Only Catch2 2 knows the first option, only Catch2 3 prints nothing but names for the second."""
    if not binary.exists():
        raise SystemExit(f"{binary} is not built")
    for options in (["--list-test-names-only"], ["--list-tests", "--verbosity", "quiet"]):
        output = subprocess.run([binary, *options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False).stdout
        names = [line.strip() for line in output.splitlines() if ids_of(line.strip())]
        if names:
            return names
    return []


def outcome(case):
    """passed, failed, or skipped with the reason that the test gave by a warning."""
    if case.find("OverallResult").get("success") != "true":
        return "**failed**"
    for warning in case.iter("Warning"):
        if (warning.text or "").strip().startswith("skipped"):
            return (warning.text or "").strip()
    return "passed"


def run(binary, names):
    """{name: outcome} of those tests."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as wanted, tempfile.NamedTemporaryFile(suffix=".xml") as report:
        wanted.write("\n".join(re.sub(r"([\\\\,\[])", r"\\\1", name) for name in names) + "\n")  # what Catch2 takes for syntax
        wanted.flush()
        subprocess.run([binary, "--input-file", wanted.name, "-r", "xml", "-o", report.name],
                       stdout=sys.stderr, check=False)
        cases = ElementTree.parse(report.name).getroot().iter("TestCase")
        ended = {case.get("name"): outcome(case) for case in cases}
    return {name: ended.get(name, "**failed**: did not run to its end") for name in names}


def by_row(outcomes):
    """{id: [(test, outcome)]}."""
    rows = {}
    for name, how in outcomes.items():
        for row in ids_of(name):
            rows.setdefault(row, []).append((name, how))
    return rows


def escaped(text):
    return text.replace("|", "\\|").replace("<", "&lt;")


def cell(tests):
    if not tests:
        return LACKING
    return "<br>".join(f"`{escaped(IDS.sub('', name))}`: {escaped(how)}" for name, how in sorted(tests))


def page(groups, rows):
    covered = [row for _, group in groups for row, _, _ in group if rows.get(row)]
    green = [row for row in covered if all(how == "passed" for _, how in rows[row])]
    total = sum(len(group) for _, group in groups)
    lines = ["# Faults that must not matter", "",
             "`./dev reliability` writes this page from a run of the tests; do not edit it by hand. Each class of faults has tests",
             "whose names begin with its id. Whatever happens, the exporter stays up, `/metrics` answers, the fault is visible as a",
             "metric, unrelated series stay as they are, and recovery needs no restart. The third column says what else is required.", "",
             f"{len(green)} of {total} rows passed, {len(covered) - len(green)} failed or were skipped in part, {total - len(covered)} lack a test."]
    for heading, group in groups:
        lines += ["", f"## {heading}", "", "| row | fault | required | tests |", "| --- | --- | --- | --- |"]
        lines += [f"| {row} | {fault} | {asked} | {cell(rows.get(row, []))} |" for row, fault, asked in group]
    return "\n".join(lines) + "\n"


def differences(text, groups, names):
    """What a page says of coverage that the names of the tests do not."""
    have = by_row({name: "" for name in names})
    bad = []
    for row, _, _ in (entry for _, group in groups for entry in group):
        line = next((line for line in text.splitlines() if line.startswith(f"| {row} |")), "")
        told = [name for name, _ in have.get(row, []) if f"`{escaped(IDS.sub('', name))}`" in line]
        if have.get(row) and not told:
            bad.append(f"{row}: the page knows none of its tests")
        if line.count("`:") > len(told) or (not line.endswith(f"{LACKING} |") and not have.get(row)):
            bad.append(f"{row}: the page names a test that does not exist")
    return bad + [f"{name}: there is no such row" for name in names if not set(ids_of(name)) <= all_ids(groups)]


def all_ids(groups):
    return {row for _, group in groups for row, _, _ in group}


def self_test():
    groups = read_rows("# a\n## Files\nF1 | a fifo | not opened\nF2 | endless | capped\n")
    names = ["F1: a fifo is refused", "F1, F2: both"]
    good = page(groups, by_row({name: "passed" for name in names}))
    assert ids_of("F1, F2: both") == ["F1", "F2"] and ids_of("F1 of old: no") == [] and ids_of("lexer: F1: no") == []
    assert "2 of 2 rows passed" in good and differences(good, groups, names) == []
    assert differences(good, groups, [*names, "F9: other"]) == ["F9: other: there is no such row"]
    assert differences(good, groups, names[:1]), "a test that went away must be seen"
    lone = page(groups, by_row({names[0]: "skipped: no root"}))
    assert "0 of 2 rows passed, 1 failed or were skipped in part, 1 lack a test" in lone
    assert differences(lone, groups, names), "a row that got its first test must be seen"
    return 0


def main(verb, root=".", build="build/dev"):
    if verb == "self-test":
        return self_test()
    root, build = Path(root), Path(build)
    groups = read_rows((root / "tests/faults/rows.txt").read_text())
    document = root / "docs/reliability.md"
    names = {binary: listed(binary) for binary in binaries(build)}
    if verb == "check":
        bad = differences(document.read_text(), groups, [name for some in names.values() for name in some])
        print("\n".join(bad + ["./dev reliability writes docs/reliability.md anew"] if bad else []))
        return 1 if bad else 0
    outcomes = {}
    for binary, some in names.items():
        if some:
            outcomes |= run(binary, some)
    document.write_text(page(groups, by_row(outcomes)))
    return 1 if any("**failed**" in how for how in outcomes.values()) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
