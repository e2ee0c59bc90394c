#!/usr/bin/env python3
"""fix_test.py CASES EXPORTER: fix mends the trees of the cases as it says.

For each tree that real nginx takes: after fix --write nginx takes it still, what fix says it mends is gone, no finding is
new, no client that was accepted is refused unless fix said so, comments stay, and a second run has nothing to do.
"""
import collections
import json
import re
import subprocess

from trees import asked, expect, moved, settings_of, with_trees


class Case:
    def __init__(self, exporter, tree):
        self.exporter, self.tree = exporter, tree
        self.flags = ["--nginx.conf", str(tree / "etc/nginx/nginx.conf"), "--nginx.version=1.22.1", *settings_of(tree)]

    def run(self, command, *flags):
        return subprocess.run([self.exporter, command, *self.flags, *flags], capture_output=True, text=True, check=False)

    def findings(self):
        document = json.loads(self.run("check", "--format=json").stdout)
        counts = collections.Counter((f["rule"], f["server"]) for f in document["findings"] if not f["accepted"])
        accepted = {(server["id"], client["name"]) for server in document["servers"] for client in server["clients"]
                    if client["accepted"]}
        return counts, accepted

    def comments(self):
        texts = [path.read_bytes() for path in sorted((self.tree / "etc/nginx").rglob("*.conf"))]
        return sorted(line.strip() for text in texts for line in text.splitlines() if line.strip().startswith(b"#"))


def fix(exporter, tree):
    """How many findings were mended; None: nginx refuses the tree."""
    if asked(tree, "-t").returncode != 0:
        return None
    case = Case(exporter, tree)
    before, accepted = case.findings()
    comments = case.comments()
    shown = case.run("fix")
    expect(shown.returncode in (0, 1), tree.name, shown.stderr)
    expect(case.findings()[0] == before, tree.name, "fix without --write wrote something")
    written = case.run("fix", "--write")
    expect(written.returncode == 0, tree.name, written.stderr)
    done = asked(tree, "-t")
    expect(done.returncode == 0, tree.name, "nginx refuses what fix wrote:", done.stderr.decode())
    mended = re.findall(r"^# mends (\S+)(?: at (\S+))?:", shown.stdout, re.MULTILINE)
    after, still = case.findings()
    for rule, server in mended:
        key = (rule, server or None)
        expect(after[key] < before[key], tree.name, "not mended:", key)
    expect(not after - before, tree.name, "new:", after - before)
    for server, client in accepted - still:
        expect(f"# {client} at {server} would get another answer" in shown.stdout, tree.name, "not announced:", client)
    expect(case.comments() == comments, tree.name, "comments changed")
    again = case.run("fix")
    expect(again.returncode == 0 and "--- a" not in again.stdout, tree.name, "a second run:", again.stdout)
    return len(mended)


def fix_all(exporter, trees, scratch):
    mended = [fix(exporter, moved(tree, scratch / "here" / tree.name)) for tree in trees]
    counts = [count for count in mended if count is not None]
    expect(len(counts) >= 10 and sum(counts) >= 4, "mended only", mended)
    print(f"{len(trees)} trees, {len(counts)} of which nginx takes, {sum(counts)} findings mended")


with_trees(fix_all)
