#!/usr/bin/env python3
"""side_by_side.py INTEGRATION DOCUMENT [--write]: the table of docs/side-by-side.md, as the tests of R6 find it today.

INTEGRATION is the binary of the integration tests; its tests of R6 ask real nginx and check. Beside that they run
`openssl verify` as scripts do. --write puts the table into the document; without it a difference is an error.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

BEGIN, END = "<!-- table: begin -->\n", "<!-- table: end -->\n"
HEAD = ("| R6 | mistake | nginx's code for each client | `openssl verify -CAfile` | the policy | `check`, which knows no client |\n"
        "| --- | --- | --- | --- | --- | --- |\n")


def asked(integration):
    """The rows of the tests by their name, in their order."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "rows"
        subprocess.run([integration, "R6.*"], check=True, env=dict(os.environ, MTLS_SIDE_BY_SIDE=str(path)),
                       stdout=subprocess.DEVNULL)
        rows = {}
        for line in path.read_text().splitlines():
            name, *row = line.split("\t")
            rows.setdefault(name, []).append(row)
        return rows


def number(name):
    return int(re.match(r"R6\.(\d+)", name)[1])


def said(code, openssl):
    """Bold where a script would be wrong."""
    is_right = (code == "0") == (openssl == "OK")
    return openssl if is_right else f"**{openssl}**"


def line_of(name, rows):
    where, what = name.split(": ", 1)
    codes = ", ".join("accepted" if row[0] == "0" else row[0] for row in rows)
    openssl = ", ".join(said(row[0], row[1]) for row in rows)
    policy = ", ".join(sorted({row[2] for row in rows}))
    rules = sorted({rule for row in rows for rule in row[3].split()})
    found = ", ".join(f"`{rule}`" for rule in rules) or "-"
    return f"| {where[3:]} | {what} | {codes} | {openssl} | {policy} | {found} |\n"


def main():
    integration, document, *flags = sys.argv[1:]
    if shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin") is None:
        print("skipped: no nginx")
        sys.exit(77)
    rows = asked(integration)
    table = HEAD + "".join(line_of(name, rows[name]) for name in sorted(rows, key=number))
    text = Path(document).read_text()
    before, rest = text.split(BEGIN)
    old, after = rest.split(END)
    if flags == ["--write"]:
        Path(document).write_text(before + BEGIN + table + END + after)
    elif old != table:
        sys.exit(f"{document} is not what the tests find:\n{table}")


main()
