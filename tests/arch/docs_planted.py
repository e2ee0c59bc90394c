"""What docs_test.py must see: one planted violation each."""

import tempfile
from pathlib import Path

from docs_test import finding_violations
from layout_planted import plant


def finding_self_test():
    row = 'Rule{.kind = FindingKind::%s,\n  .id = "%s"}'
    clean = {"audit/finding.h": "enum class FindingKind {\n  kOne,\n  kTwo,\n};\n",
             "audit/rules/a.cc": row % ("kOne", "one"), "audit/rules/b.cc": row % ("kTwo", "two"),
             "docs/findings.md": "## one\n\n## two\n"}
    planted = [({}, []),
               ({"audit/rules/b.cc": ""}, ["kTwo has 0 rows", "two is not in audit/rules"]),
               ({"audit/rules/c.cc": row % ("kOne", "one")}, ["kOne has 2 rows"]),
               ({"audit/rules/c.cc": row % ("kThree", "two")}, ["kThree is not in audit/finding.h"]),
               ({"docs/findings.md": "## one\n"}, ["no heading for two"])]
    bad = []
    for files, expected in planted:
        with tempfile.TemporaryDirectory() as scratch:
            plant(Path(scratch), {**clean, **files})
            said = finding_violations(Path(scratch))
            if len(said) != len(expected) or any(not any(e in v for v in said) for e in expected):
                bad.append(f"planted {sorted(files)}: {said} instead of {expected}")
    return bad
