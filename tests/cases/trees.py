"""The trees of the cases on disk, as real nginx reads them."""
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

NGINX = os.environ.get("MTLS_TEST_NGINX") or shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")


def expect(condition, *what):
    if not condition:
        raise AssertionError(" ".join(str(word) for word in what))


def write_trees(cases, directory):
    """The tree of every case below directory/trees; CASES is the binary of the cases."""
    subprocess.run([cases, "cases: every tree is written to MTLS_TREES"], check=True,
                   env=dict(os.environ, MTLS_TREES=directory / "trees"), stdout=subprocess.DEVNULL)
    return sorted((directory / "trees").iterdir())


def moved(tree, to):
    """The tree with its own path for /etc, as nginx can read it here."""
    shutil.copytree(tree, to)
    for path in (to / "etc/nginx").rglob("*"):
        if path.is_file() and b"PRIVATE KEY" not in path.read_bytes():
            path.write_bytes(path.read_bytes().replace(b"/etc/", str(to / "etc").encode() + b"/"))
    return to


def with_trees(ask):
    """ask(EXPORTER, trees, scratch directory) of the command line's CASES and EXPORTER; ends with 77 without an nginx."""
    cases, exporter = sys.argv[1:]
    if NGINX is None:
        print("skipped: no nginx")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as directory:
        scratch = Path(directory)
        ask(exporter, write_trees(cases, scratch), scratch)


def settings_of(tree):
    path = tree / "etc/nginx/settings.yml"
    return ["--config.file", str(path)] if path.exists() else []


def asked(tree, flag):
    """nginx with -t or -T on the tree."""
    conf = tree / "etc/nginx/nginx.conf"
    return subprocess.run([NGINX, flag, "-q", "-p", tree, "-c", conf], capture_output=True, check=False)
