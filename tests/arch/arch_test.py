#!/usr/bin/env python3
"""arch_test.py layout ROOT | citations ROOT | headers ROOT BUILD | self-test: 0 when the house is in order, else 1 and what is not."""

import json
import sys
import tempfile
from pathlib import Path

from citations import citation_violations
from citations_planted import citation_self_test
from docs_test import finding_violations
from floors import MAX_LINES, layout_violations
from headers import header_violations

TABLE = """
| floor | folder | may include | third-party headers | what it is |
| --- | --- | --- | --- | --- |
| 2 | `audit` | `config` `pki` `base` | – | rules |
| 1 | `config` | `base` | – | text |
| 1 | `pki` | `base` | `openssl/` | bytes |
| 0 | `base` | – | `tl/` | ground |
"""

CLEAN = {
    "docs/architecture.md": TABLE,
    "base/error.h": "#pragma once\n#include <tl/expected.hpp>\nstruct Error {};\n",
    "config/syntax/parser.cc": '#include "base/error.h"\n#include <tl/expected.hpp>\n',
    "pki/encoding/pem.cc": '#include "base/error.h"\n#include <openssl/pem.h>\nstruct CommonName { int common_name; };\n',
    "tests/unit/config/syntax/parser_test.cc": '#include "config/syntax/parser.h"\n#include "tests/support/disk.h"\n',
    "build/dev/generated.cc": '#include "audit/build.h"\n',
}

# One planted violation each: {file: text} on top of CLEAN, and what the complaint must say.
PLANTED = [
    ({"base/text.cc": '#include "config/syntax/ast.h"\n'}, "base may not include config"),
    ({"config/syntax/lexer.cc": '#include "pki/encoding/pem.h"\n'}, "config may not include pki"),
    ({"pki/verify.h": '#include "audit/build.h"\n'}, "pki may not include audit"),
    ({"audit/build.cc": "#include <openssl/x509.h>\n"}, "openssl/ is not for audit"),
    ({"audit/plan.cc": '#include "tests/support/disk.h"\n'}, "does not know its tests"),
    ({"tests/unit/config/syntax/lexer_test.cc": '#include "audit/build.h"\n'}, "tests of config may not include audit"),
    ({"live/probe.cc": "\n"}, "has no row"),
    ({"base/long.cc": "\n" * (MAX_LINES + 1)}, f"{MAX_LINES} is the limit"),
    ({"base/string_utils.h": "\n"}, "'util'"),
    ({"base/request.h": "class RequestHandler {};\n"}, "'RequestHandler' is called handler"),
    ({"base/names.h": "namespace mtls::common {}\n"}, "is called common"),
    ({"docs/architecture.md": TABLE.replace("| `base` | – | text |", "| `base` `audit` | – | text |")}, "is not below it"),
    ({"docs/architecture.md": "nothing\n"}, "no floor table"),
]


def plant(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def self_test():
    """Every rule must see its planted violation, and nothing else must be seen."""
    bad = []
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        plant(root, CLEAN)
        bad += [f"clean tree: {v}" for v in layout_violations(root)]
    for files, expected in PLANTED:
        with tempfile.TemporaryDirectory() as scratch:
            root = Path(scratch)
            plant(root, {**CLEAN, **files})
            if not any(expected in v for v in layout_violations(root)):
                bad.append(f"planted {sorted(files)}: nobody said '{expected}'")
    return bad + finding_self_test() + citation_self_test() + header_self_test()


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


def header_self_test():
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        plant(root, {"base/good.h": "#include <string>\ninline std::string a;\n", "base/a.cc": "\n"})
        command = f"c++ -I{root} -o a.o -c {root}/base/a.cc"
        plant(root, {"out/compile_commands.json":
                     json.dumps([{"directory": str(root), "file": f"{root}/base/a.cc", "command": command}])})
        bad = header_violations(root, root / "out")
        plant(root, {"base/bad.h": "inline std::string b;\n"})
        for attempt in ("first", "second"):  # a failure must not be remembered as passed
            if not any(v.startswith("base/bad.h") for v in header_violations(root, root / "out")):
                bad.append(f"a header that does not compile alone went through the {attempt} time")
        return bad


def main(arguments):
    if arguments[:1] == ["layout"] and len(arguments) == 2:
        bad = layout_violations(Path(arguments[1]).resolve())
    elif arguments[:1] == ["citations"] and len(arguments) == 2:
        bad = citation_violations(Path(arguments[1]).resolve())
    elif arguments[:1] == ["headers"] and len(arguments) == 3:
        bad = header_violations(Path(arguments[1]).resolve(), Path(arguments[2]).resolve())
    elif arguments == ["self-test"]:
        bad = self_test()
    else:
        print(__doc__, file=sys.stderr)
        return 2
    for line in bad:
        print(line)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
