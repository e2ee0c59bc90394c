"""A small tree in order, and violations of the layout planted one at a time: the self-test of layout.py."""

import tempfile
from pathlib import Path

from layout import layout_violations
from names import MAX_LINES
from rooms import MAX_FILES

TABLE = """
| floor | room | may include | third-party headers | face | what it is |
| --- | --- | --- | --- | --- | --- |
| 3 | `daemon` | `audit` `base` | – | – | `main()` |
| 2 | `audit` | `config` `config/syntax` `config:values` `pki` `base` | – | – | rules |
| 1 | `config` | `config/syntax` `config:values` `base` | – | `resolve` | text |
| 1 | `config:values` | `config/syntax` `base` | – | `setting` | values |
| 1 | `config/syntax` | `base` | – | `ast` | tree |
| 1 | `pki` | `pki/encoding` `base` | `openssl/` | `verify` | facts |
| 1 | `pki/encoding` | `base` | `openssl/` | – | bytes |
| 0 | `base` | – | `tl/` | `error` | ground |
"""

CONFIG_LIBRARIES = """# mtls_room(config/nowhere) is only a comment.
mtls_room(config/syntax PUBLIC mtls_base)
mtls_room(config AS config_values FILES setting.cc
          PUBLIC mtls_config_syntax)
mtls_room(config WITHOUT setting.cc PUBLIC mtls_config_values)
"""
DAEMON_LIBRARIES = "add_executable(x main.cc)\n"


def file(namespace, *includes):
    return "".join(f"#include {i}\n" for i in includes) + f"namespace mtls::{namespace} {{\nint a();\n}}\n"


CLEAN = {
    "docs/architecture.md": TABLE,
    "base/CMakeLists.txt": "mtls_room(base PUBLIC tl::expected)\n",
    "config/CMakeLists.txt": CONFIG_LIBRARIES,
    "pki/CMakeLists.txt": "mtls_room(pki/encoding)\nmtls_room(pki)\n",
    "audit/CMakeLists.txt": "mtls_room(audit)\n",
    "daemon/CMakeLists.txt": DAEMON_LIBRARIES,
    "daemon/main.cc": "int main() { return 0; }\n",
    "base/error.h": file("base", "<tl/expected.hpp>"),
    "config/syntax/ast.h": file("config::syntax", '"base/error.h"'),
    "config/syntax/parser.h": file("config::syntax"),
    "config/syntax/parser.cc": file("config::syntax", '"config/syntax/ast.h"', "<tl/expected.hpp>"),
    "config/setting.h": file("config", '"config/syntax/parser.h"'),
    "config/setting.cc": file("config", '"config/setting.h"'),
    "config/resolve.h": file("config", '"config/setting.h"', '"config/syntax/parser.h"')
    + "namespace std { template <> struct hash<int>; }\n",
    "config/resolve.cc": "namespace mtls::config {\nnamespace {\nint b();\n}\nnamespace detail {}\n}\n",
    "pki/verify.h": file("pki", '"pki/encoding/pem.h"', "<openssl/x509.h>"),
    "pki/encoding/pem.h": file("pki::encoding"),
    "pki/encoding/pem.cc": file("pki::encoding", '"base/error.h"') + "struct CommonName { int common_name; };\n",
    "audit/build.h": file("audit", '"config/resolve.h"', '"config/syntax/ast.h"', '"pki/verify.h"'),
    "tests/unit/config/syntax/parser_test.cc": '#include "config/syntax/parser.h"\n#include "tests/support/disk.h"\n',
    "tests/unit/config/resolve_test.cc": '#include "config/resolve.h"\n#include "config/setting.h"\n',
    "tests/integration/any_test.cc": '#include "pki/encoding/pem.h"\n#include "audit/build.h"\n',
    "build/dev/generated.cc": '#include "audit/build.h"\n',
} | {f"tests/cases/one/{i}.conf": "\n" for i in range(MAX_FILES + 1)} | {
    f"tests/fuzz/corpus/pem/{i}": "\n" for i in range(MAX_FILES + 1)}


def many(folder):
    return {f"{folder}/{i}.txt": "\n" for i in range(MAX_FILES + 1)}


def table(old, new):
    assert old in TABLE
    return {"docs/architecture.md": TABLE.replace(old, new)}


# One planted violation each: {file: text} on top of CLEAN, and what the complaint must say.
PLANTED = [
    # The table.
    ({"docs/architecture.md": "nothing\n"}, "no table of rooms"),
    (table("| `base` | – | `ast` | tree |", "| `base` |"), "a row of 3 columns"),
    (table("| `base` | – | `ast` |", "| `base` `pkix` | – | `ast` |"), "may include pkix, which has no row"),
    (table("| `base` | – | `ast` |", "| `base` `config` | – | `ast` |"), "config, which is not further down"),
    (table("| `base` | – | `ast` |", "| `base` `config/syntax` | – | `ast` |"), "config/syntax, which is not further down"),
    (table("| 1 | `pki/encoding`", "| 2 | `pki/encoding`"), "pki/encoding is on floor 2, below a row of floor 1"),
    (table("| 0 | `base`", "| 0 | `base` | – | – | – | twice |\n| 0 | `base`"), "base has two rows"),
    # Includes.
    ({"base/text.cc": file("base", '"config/syntax/ast.h"')}, "base may not include config/syntax"),
    ({"config/syntax/lexer.cc": file("config::syntax", '"config/setting.h"')}, "config/syntax may not include config:values"),
    ({"config/setting.cc": file("config", '"config/resolve.h"')}, "config:values may not include config"),
    ({"config/syntax/lexer.cc": file("config::syntax", '"pki/verify.h"')}, "config/syntax may not include pki"),
    ({"pki/verify.cc": file("pki", '"audit/build.h"')}, "pki may not include audit"),
    ({"audit/build.cc": file("audit", '"pki/encoding/pem.h"')}, "audit may not include pki/encoding"),
    ({"daemon/main.cc": '#include "config/resolve.h"\nint main() {}\n'}, "daemon may not include config"),
    ({"audit/build.cc": file("audit", "<openssl/x509.h>")}, "openssl/ is not for audit"),
    ({"audit/plan.cc": file("audit", '"tests/support/disk.h"')}, "does not know its tests"),
    ({"config/syntax/lexer.cc": file("config::syntax", '"parser.h"')}, "is named from the root"),
    ({"live/probe.cc": "\n"}, "live/probe.cc: its folder has no row"),
    ({"config/syntax/deep/probe.cc": file("config::syntax")}, "config/syntax/deep/probe.cc: its folder has no row"),
    # Unit tests.
    ({"tests/unit/config/syntax/lexer_test.cc": '#include "config/setting.h"\n'},
     "tests of config/syntax may not include config:values"),
    ({"tests/unit/audit/build_test.cc": '#include "config/syntax/parser.h"\n'}, "not in the face of config/syntax"),
    ({"tests/unit/config/deep/a_test.cc": "\n"}, "there is no room config/deep"),
    # Faces.
    ({"audit/build.cc": file("audit", '"config/syntax/parser.h"')}, "not in the face of config/syntax"),
    ({"config/include.h": file("config"), "audit/build.cc": file("audit", '"config/include.h"')}, "not in the face of config"),
    (table("| `resolve` |", "| `resolve` `gone` |"), "the face of config has gone, but there is no config/gone.h"),
    (table("| `setting` |", "| `setting` `gone` |"), "the face of config:values has gone, but there is no"),
    (table("| `ast` |", "| `ast` `parser` |"), "the face of config/syntax has parser, which no other floor includes"),
    # Rooms.
    (many("config/syntax"), f"config/syntax: {MAX_FILES + 4} files"),
    (many("tests/faults"), f"tests/faults: {MAX_FILES + 1} files"),
    (many("tests/cases"), f"tests/cases: {MAX_FILES + 1} files"),
    ({"config/syntax/ast.h": file("config")}, "opens namespace mtls::config, but its folder is mtls::config::syntax"),
    ({"config/resolve.h": file("config::syntax")}, "opens namespace mtls::config::syntax, but its folder is mtls::config"),
    ({"config/resolve.h": file("config").replace("int a", "namespace syntax {}\nint a")},
     "opens namespace mtls::config::syntax, but its folder is mtls::config"),
    ({"base/error.h": "namespace other {}\n"}, "opens namespace other, but its folder is mtls::base"),
    ({"base/error.h": "struct Error {};\n"}, "does not open its namespace mtls::base"),
    ({"pki/CMakeLists.txt": "mtls_room(pki)\n"}, "pki/encoding is not one library"),
    ({"base/CMakeLists.txt": "# mtls_room(base)\n"}, "base is not one library"),
    ({"daemon/CMakeLists.txt": "\n"}, "daemon is not one library"),
    ({"base/CMakeLists.txt": "mtls_room(base)\nmtls_room(base/none)\n"}, "mtls_room(base/none) has no row"),
    ({"config/CMakeLists.txt": CONFIG_LIBRARIES.replace("FILES setting.cc", "FILES resolve.cc")},
     "config:values is not one library: expected mtls_room(config FILES setting.cc ...)"),
    ({"config/CMakeLists.txt": CONFIG_LIBRARIES.replace("WITHOUT setting.cc", "")},
     "config is not one library: expected mtls_room(config WITHOUT setting.cc ...)"),
    # Names and lengths.
    ({"base/long.cc": "\n" * (MAX_LINES + 1)}, f"{MAX_LINES} is the limit"),
    ({"base/string_utils.h": file("base")}, "'util'"),
    ({"base/request.h": file("base") + "class RequestHandler {};\n"}, "'RequestHandler' is called handler"),
    ({"base/names.h": "namespace mtls::common {}\n"}, "is called common"),
]


def plant(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def violations_of(files):
    with tempfile.TemporaryDirectory() as scratch:
        plant(Path(scratch), files)
        return layout_violations(Path(scratch))


def layout_self_test():
    """Every check must see its planted violation, and nothing else must be seen."""
    bad = [f"clean tree: {violation}" for violation in violations_of(CLEAN)]
    for files, expected in PLANTED:
        if not any(expected in violation for violation in violations_of({**CLEAN, **files})):
            bad.append(f"planted {sorted(files)}: nobody said '{expected}'")
    return bad
