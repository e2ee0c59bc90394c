#!/usr/bin/env python3
"""docs_test.py ROOT: the documents name what the code has, and the other way round; links lead somewhere. 0 or 1."""

import re
import sys
from collections import Counter
from pathlib import Path

METRIC = re.compile(r"(?<!name: )\bnginx_mtls_\w+")  # not the names of rule groups
LINK = re.compile(r"\]\(([^)#:]+)(?:#[\w-]*)?\)")


def text_of(root, *patterns):
    return "\n".join(path.read_text() for pattern in patterns for path in sorted(root.glob(pattern)))


def table_families(root):
    """Families with a row of their own in docs/metrics.md."""
    return set(re.findall(r"^\| `(nginx_mtls_\w+)` \|", (root / "docs/metrics.md").read_text(), re.MULTILINE))


def metric_violations(root):
    documented = table_families(root)
    contract = {f"nginx_mtls_{name}" for name in re.findall(r'(?<!define )MTLS "(\w+)"', text_of(root, "collectors/metric_names.h"))}
    bad = [f"docs/metrics.md: no row for {name} of collectors/metric_names.h" for name in sorted(contract - documented)]
    code = text_of(root, "collectors/**/*.h", "collectors/**/*.cc", "daemon/**/*.h", "daemon/**/*.cc")
    for name in sorted(documented):
        if not re.search(rf'"(nginx_mtls_)?{name.removeprefix("nginx_mtls_")}"', code):
            bad.append(f"docs/metrics.md: {name} is not in the code")
    for place in ("alerts/*.yml", "alerts/*.md", "README.md", "examples/**/*.yml"):
        for name in sorted(set(METRIC.findall(text_of(root, place)))):
            family = re.sub(r"_(bucket|count|sum)$", "", name)  # of a histogram
            if not {name, family} & documented and not any(known.startswith(name) for known in documented):
                bad.append(f"{place}: {name} has no row in docs/metrics.md")
    return bad


KEPT = {"None": "everything", "NonZero": "what is 0", "Zero": "what is 1 or more"}


def compact_violations(root):
    """The table of what `detail: compact` leaves out is that of collectors/metric_names.h."""
    declared = re.findall(r'inline constexpr FamilySpec \w+\{\s*MTLS "(\w+)"(.*?)\};', text_of(root, "collectors/metric_names.h"), re.DOTALL)
    table = text_of(root, "docs/metrics.md").split("\n## Compact\n")[-1]
    bad = []
    for kept, words in KEPT.items():
        wanted = {f"nginx_mtls_{name}" for name, body in declared if re.search(rf"InCompact::k{kept}\b", body)}
        row = re.search(rf"^\| {words} \| (.*) \|$", table, re.MULTILINE)
        listed = set(re.findall(r"`(\w+)`", row.group(1))) if row else set()
        bad += [f"docs/metrics.md: compact leaves out {words} of {name}" for name in sorted(wanted - listed)]
        bad += [f"docs/metrics.md: compact does not leave out {words} of {name}" for name in sorted(listed - wanted)]
    return bad


ROW = re.compile(r'\bRule\{\s*\.kind = FindingKind::(k\w+),\s*\.id = "([\w-]+)"')


def finding_violations(root):
    """Each FindingKind has one row in audit/rules, and each row a heading in docs/findings.md."""
    values = re.search(r"enum class FindingKind \{(.*?)\};", text_of(root, "audit/finding.h"), re.DOTALL)
    kinds = re.findall(r"\bk\w+", re.sub(r"//.*", "", values.group(1))) if values else []
    rows = ROW.findall(text_of(root, "audit/rules/*.cc"))
    of_kind = Counter(kind for kind, _ in rows)
    rules = {rule for _, rule in rows}
    headings = set(re.findall(r"^## ([\w-]+)$", text_of(root, "docs/findings.md"), re.MULTILINE))
    return ([f"audit/finding.h: {kind} has {of_kind[kind]} rows in audit/rules" for kind in kinds if of_kind[kind] != 1] +
            [f"audit/rules: {kind} is not in audit/finding.h" for kind in sorted(set(of_kind) - set(kinds))] +
            [f"docs/findings.md: no heading for {rule}" for rule in sorted(rules - headings)] +
            [f"docs/findings.md: {rule} is not in audit/rules" for rule in sorted(headings - rules)])


def link_violations(root):
    bad = []
    for page in [*root.glob("*.md"), *root.glob("docs/**/*.md"), *root.glob("alerts/*.md"), *root.glob("mixin/*.md")]:
        for target in LINK.findall(page.read_text()):
            if not (page.parent / target).exists():
                bad.append(f"{page.relative_to(root)}: the link to {target} leads nowhere")
    return bad


def main(root):
    bad = metric_violations(root) + compact_violations(root) + finding_violations(root) + link_violations(root)
    for line in bad:
        print(line)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
