"""Citations that lead nowhere, one planted at a time: the self-test of citations.py."""

import tempfile
from pathlib import Path

from citations import citation_violations

RULES = """# What nginx does
## R1. Language
### R1.A Tokenizer
**R1.1** Bytes. Asked by: `real_test.cc` (some).
**R1.2** States. No test asks nginx.
| rule | text | test |
| --- | --- | --- |
| R2.30 | no CA | `real_test.cc`, `bench_test.cc` |
| R2.31 | no CA either | no test |
"""

CLEAN = {
    "docs/nginx-semantics.md": RULES,
    "docs/reliability.md": "| row | fault |\n| --- | --- |\n| W1 | written |\n| C11 | dates |\n",
    "docs/decisions/0004-keys.md": "# 4. Keys\n",
    "docs/web.md": "See [what nginx does](nginx-semantics.md), ADR 4 and `bench_test.cc`; https://example.com/docs/other.md.\n",
    "base/text.h": '// R1.1, R1.A and W1 (ADR 4), docs/web.md, web.md, RFC 9110 §5.3 of A1.\nauto a = "CN=Root C2";\n',
    "tests/integration/real_test.cc": 'NginxRunner nginx;\nTEST_CASE("C11: R2.30 holds") {}\n',
    "tests/integration/bench_test.cc": '#include "tests/integration/some_bench.h"\n',
    "tests/integration/some_bench.h": "// Starts it in its own file.\n",
    "tests/integration/some_bench.cc": "NginxRunner nginx;\n",
    "tests/unit/plain_test.cc": "// Asks nobody.\n",
    "tests/fuzz/corpus/x.txt": "R9.99\n",
    "build/dev/x.h": "// R9.99\n",
}

# {file: text} on top of CLEAN, and what the complaint must say.
PLANTED = [
    ({"config/deep/er/a.cc": "// As R1.9 says.\n"}, "config/deep/er/a.cc:1: R1.9 is not in"),
    ({"config/a.cc": 'TEST_CASE("reads it (R1.Z)") {}\n'}, "R1.Z is not in"),
    ({"docs/a.md": "As R9 says.\n"}, "R9 is not in"),
    ({"dev": "# see R1.3\n"}, "R1.3 is not in"),
    ({"base/a.h": "// In case of W2.\n"}, "W2 is not in"),
    ({"base/a.h": "// The goal G13.\n"}, "G13 is not in"),
    ({"tests/unit/a_test.cc": 'TEST_CASE("W1, C12 and W1: both") {}\n'}, "C12 is not in"),
    ({"tests/faults/CMakeLists.txt": "# for N6\n"}, "N6 is not in"),
    ({"base/a.h": "// ADR 5\n"}, "there is no ADR 5"),
    ({"base/a.h": "// See docs/none.md.\n"}, "there is no document docs/none.md"),
    ({"docs/a.md": "See none.md.\n"}, "there is no document none.md"),
    ({"base/a.h": "// in the order of the agreement §4\n"}, "§ of what?"),
    ({"docs/a.md": "Asked by `none_test.cc`.\n"}, "there is no test file none_test.cc"),
    ({"docs/a.md": "See tests/unit/real_test.cc.\n"}, "there is no test file tests/unit/real_test.cc"),
    ({"docs/nginx-semantics.md": RULES + "**R1.3** Words.\n"}, "R1.3 names no test"),
    ({"docs/nginx-semantics.md": RULES + "| R2.32 | a row | |\n"}, "R2.32 names no test"),
    ({"docs/nginx-semantics.md": RULES + "**R1.3** Words. Asked by: `plain_test.cc`.\n"}, "R1.3 is asked by plain_test.cc"),
    ({"docs/nginx-semantics.md": RULES + "| R2.32 | a row | `none_test.cc` |\n"}, "R2.32 is asked by none_test.cc"),
    ({"docs/nginx-semantics.md": "nothing\n"}, "docs/nginx-semantics.md: defines nothing"),
    ({"docs/reliability.md": "nothing\n"}, "docs/reliability.md: defines nothing"),
]


def violations_of(files):
    with tempfile.TemporaryDirectory() as scratch:
        for name, text in files.items():
            path = Path(scratch) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return citation_violations(Path(scratch))


def citation_self_test():
    """Every planted citation must be seen, and nothing else."""
    bad = [f"clean citations: {violation}" for violation in violations_of(CLEAN)]
    for files, expected in PLANTED:
        if not any(expected in violation for violation in violations_of({**CLEAN, **files})):
            bad.append(f"planted {sorted(files)}: nobody said '{expected}'")
    return bad
