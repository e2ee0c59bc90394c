#!/usr/bin/env python3
"""inputs_test.py CASES EXPORTER: what check reads in place of a host says the same as the host.

The tree of every case is written to disk, and real nginx prints it with -T. Then check reads: the tree, the dump, the
tree below a root, the dump without the files behind it, and the tree without them.
"""
import json
import re
import shutil
import subprocess
from pathlib import Path

from trees import NGINX, asked, expect, moved, settings_of, with_trees

# What the libraries and packages beside nginx's binary decide, which no tree has, and the files behind the configuration.
OF_LIBRARIES = {"openssl", "openssl_source", "package"}
OF_FILES = {"verify_depth_required", "advertised_ca_names", "trust_expires", "clients"}


class Case:
    def __init__(self, exporter, tree):
        self.exporter, self.tree = exporter, tree
        self.at = (tree / "evaluated_at").read_text()

    def check(self, *flags, stdin=None, codes=(0, 1)):
        command = [self.exporter, "check", "--format=json", "--at", self.at, "--nginx.version=1.22.1", *flags]
        done = subprocess.run(command, input=stdin, capture_output=True, check=False)
        expect(done.returncode in codes, self.tree.name, flags, done.returncode, done.stderr.decode())
        return json.loads(done.stdout)


def differences(one, other, path=""):
    """The places in which two JSON documents differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(set(one) | set(other)):
            yield from differences(one.get(key), other.get(key), f"{path}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (left, right) in enumerate(zip(one, other)):
            yield from differences(left, right, f"{path}[{number}]")
    elif one != other:
        yield f"{path}: {one} {other}"


def same(one, other, *what):
    found = list(differences(one, other))
    expect(not found, *what, found[:5])


def dumped(tree):
    """What nginx -T prints of it; None: nginx refuses it."""
    done = asked(tree, "-T")
    return done.stdout if done.returncode == 0 else None


def configuration(dump):
    return re.findall(r"^# configuration file (.+):$", dump.decode(), re.MULTILINE)


def without_files(document):
    servers = [{key: value for key, value in server.items() if key not in OF_FILES} for server in document["servers"]]
    nginx = {key: value for key, value in document["nginx"].items() if key not in OF_LIBRARIES}
    return {"nginx": nginx, "servers": servers, "upstreams": document["upstreams"]}


def compare(exporter, tree, scratch):
    """Whether nginx printed the tree, and so everything was compared."""
    case = Case(exporter, moved(tree, scratch / "here" / tree.name))
    conf = case.tree / "etc/nginx/nginx.conf"
    below = Case(exporter, tree)
    (tree / "usr/sbin").mkdir(parents=True)
    shutil.copy(NGINX, tree / "usr/sbin/nginx")
    own = case.check("--nginx.conf", str(conf), *settings_of(case.tree), codes=(0, 1, 2))
    # A root: the same documents under the paths of the host. The settings name files of this machine.
    rooted = below.check("--root", str(tree), "--nginx.conf=/etc/nginx/nginx.conf", "--missing-files=error",
                         *settings_of(tree), codes=(0, 1, 2))
    renamed = json.loads(json.dumps(own).replace(str(case.tree / "etc"), "/etc"))
    same(without_files(renamed), without_files(rooted), tree.name, "below a root")
    clients = [[server["clients"] for server in document["servers"]] for document in (renamed, rooted)]
    same(clients[0], clients[1], tree.name, "clients below a root")
    dump = dumped(case.tree)
    if dump is None:  # what nginx would print of it, if it printed what it refuses
        ours = subprocess.run([exporter, "dump", "--format=conf", "--nginx.conf", conf], stdout=subprocess.PIPE, check=False)
        same(own, case.check("--nginx.dump=-", "--missing-files=error", *settings_of(case.tree), stdin=ours.stdout, codes=(0, 1, 2)),
             tree.name, "dump of ours")
        return False
    expect(not own["nginx"]["errors"], tree.name, "nginx takes it", own["nginx"]["errors"])
    same(own, case.check("--nginx.dump=-", *settings_of(case.tree), stdin=dump), tree.name, "dump")
    # Away from the host: nothing but the configuration.
    bare = scratch / "bare" / tree.name
    for path in configuration(dump):
        target = bare / Path(path).relative_to("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    empty = scratch / "empty"
    empty.mkdir(exist_ok=True)
    away = case.check("--nginx.dump=-", "--root", str(empty), stdin=dump)
    tree_alone = case.check("--root", str(bare), "--nginx.conf", str(conf))
    same(away, tree_alone, tree.name, "without files")
    expect(not away["nginx"]["errors"], tree.name, "missing files are no errors", away["nginx"]["errors"])
    host = {"files": [], **own}
    read = [file for file in host["files"] if file["readable"]]
    missing = {finding["path"] for finding in away["findings"] if finding["rule"] == "file-missing"}
    named = {file["path"] for file in read if set(file["used_as"]) != {"canary"}}
    asked = {server["client_certificate"] for server in own["servers"] if server["verify_client"] != "off"} - {None}
    expect(asked & named <= missing, tree.name, "not reported as missing:", asked - missing)
    same(without_files(away), without_files(own), tree.name, "configuration without its files")
    return True


def compare_all(exporter, trees, scratch):
    compared = [tree.name for tree in trees if compare(exporter, tree, scratch)]
    expect(len(compared) >= 10, "nginx took only", compared)
    print(f"{len(trees)} trees, {len(compared)} of which nginx printed")


with_trees(compare_all)
