#!/usr/bin/env python3
"""compare_programs.py OLD NEW DIRECTORY: what two builds of the program say about the same configurations.

DIRECTORY holds one tree each, as integration_random leaves them:

    MTLS_RANDOM_KEEP=DIRECTORY build/dev/tests/integration/integration_random "random: nginx and we refuse*"

Compared are the exit codes, JSON and texts of check and dump, and the series of /metrics. Wording may differ (messages,
remedies, help), and so may the place of a finding that had none; everything else is printed, and the exit code is 1.
"""

import json
import re
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

COMMANDS = [["check", "--format", "json"], ["check", "--format", "json", "--profile", "strict"],
            ["dump", "--format", "json"], ["dump", "--format", "crossplane"], ["dump", "--format", "opa"],
            ["dump", "--format", "conf"]]
WORDING = ("message", "remedy", "evaluated_at")
# About this process or the time, not about the configuration.
OWN = re.compile(r"nginx_mtls_(exporter_|evaluat|last_|config_last_success|watch|http_|log_)")


def relocate(tree):
    """Absolute names in a tree are those of the directory it was made in."""
    for path in tree.rglob("*"):
        if path.is_file() and not path.is_symlink():
            text = path.read_bytes()
            moved = re.sub(rb"/tmp/mtls-test-\w{6}", str(tree).encode(), text)
            if moved != text:
                path.write_bytes(moved)
    clients = sorted((tree / "clients").glob("*.pem"))
    canaries = "".join(f"  - {{name: {c.stem}, certificate: {c}, expect: {'accept' if i % 2 else 'reject'}}}\n"
                       for i, c in enumerate(clients))
    (tree / "settings.yml").write_text("canaries:\n" + canaries)


def arguments(tree):
    return ["--nginx.conf", str(tree / "nginx.conf"), "--config.file", str(tree / "settings.yml")]


def without_wording(value, new):
    if isinstance(value, dict):
        kept = {k: without_wording(v, new) for k, v in value.items() if k not in WORDING}
        if "rule" in kept and "severity" in kept:  # a finding: it may have got a place
            kept.pop("file", None), kept.pop("line", None)
        return kept
    if isinstance(value, list):
        return [without_wording(v, new) for v in value]
    return value


def said(program, tree, command):
    run = subprocess.run([program, *command, *arguments(tree)], capture_output=True, timeout=60)
    text = run.stdout.decode(errors="replace")
    if "json" in command and text.startswith("{"):
        return run.returncode, without_wording(json.loads(text), program)
    return run.returncode, text


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def series(program, tree):
    port = free_port()
    child = subprocess.Popen([program, "--web.listen-address", f"127.0.0.1:{port}", *arguments(tree)],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                asked = f"http://127.0.0.1:{port}"
                urllib.request.urlopen(asked + "/-/ready", timeout=5).close()  # the first evaluation is done
                with urllib.request.urlopen(asked + "/metrics", timeout=5) as answer:
                    text = answer.read().decode()
                return sorted(line for line in text.splitlines()
                              if line.startswith("nginx_mtls_") and not OWN.match(line))
            except OSError:
                time.sleep(0.05)
        return ["does not answer"]
    finally:
        child.terminate()
        child.wait()


def main(old, new, directory):
    trees = sorted((p for p in Path(directory).resolve().iterdir() if p.is_dir()), key=lambda p: (len(p.name), p.name))
    differences = runs = lines = 0
    for tree in trees:
        relocate(tree)
        for command in COMMANDS:
            runs += 1
            before, after = said(old, tree, command), said(new, tree, command)
            if before != after:
                differences += 1
                print(f"{tree.name}: {' '.join(command)} differs (exit {before[0]}, {after[0]})")
        before, after = series(old, tree), series(new, tree)
        lines += len(before)
        if before != after:
            differences += 1
            print(f"{tree.name}: /metrics differs:", *sorted(set(before) ^ set(after))[:6], sep="\n  ")
    print(f"{len(trees)} trees, {runs} runs of check and dump, {lines} series: {differences} differences")
    return 1 if differences or not trees else 0


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
