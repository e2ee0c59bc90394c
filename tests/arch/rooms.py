"""A room is small, has a namespace named after its folder and a CMake library of its own."""

import os
import re
from dataclasses import dataclass

from table import DOCUMENT, row_of, sources

MAX_FILES = 30
# Bytes for the fuzzer and the trees of the cases are data.
NOT_ROOMS = ("tests/fuzz/corpus", "tests/cases/")

NAMESPACE = re.compile(r"^\s*(?:inline\s+)?namespace\s+([\w:]+)\s*\{", re.MULTILINE)
COMMENT = re.compile(r"#.*")
LIBRARY = re.compile(r"\bmtls_room\s*\(([^)]*)\)")
PROGRAM = re.compile(r"\badd_executable\s*\([^)]*\bmain\.cc\b")
KEYWORDS = ("AS", "FILES", "WITHOUT", "PUBLIC", "PRIVATE")


def size_violations(root, rows):
    """At most MAX_FILES files of any kind directly in a folder of the table or of tests/."""
    bad = []
    for top in sorted({row.floor for row in rows} | {"tests"}):
        for folder, below, files in os.walk(root / top):
            name = os.path.relpath(folder, root)
            below[:] = sorted(d for d in below if not d.startswith((".", "build", "__pycache__"))
                              and not f"{name}/{d}".startswith(NOT_ROOMS))
            if len(files) > MAX_FILES:
                bad.append(f"{name}: {len(files)} files, {MAX_FILES} is the limit for a folder")
    return bad


def namespace_violations(root, rows):
    """mtls::config::tls in config/tls; namespaces of its own below it, save those of other rooms."""
    rooms = {namespace_of(row) for row in rows}
    bad = []
    for path in sources(root, {".h", ".cc"}):
        name = path.relative_to(root).as_posix()
        row = row_of(name, rows)
        if row is not None and path.name != "main.cc":
            bad += one_file(name, path.read_text(errors="replace"), namespace_of(row), rooms)
    return bad


def namespace_of(row):
    return "mtls::" + row.folder.replace("/", "::")


def one_file(name, text, own, rooms):
    bad, opened = [], False
    for declared in NAMESPACE.findall(text):
        if declared.split("::")[0] == "std":
            continue
        if opened and declared.split("::")[0] != "mtls":
            declared = f"{own}::{declared}"  # within it
        if declared == own or (declared.startswith(own + "::") and declared not in rooms):
            opened = True
        else:
            bad.append(f"{name}: opens namespace {declared}, but its folder is {own}")
    return bad if opened or bad else [f"{name}: does not open its namespace {own}"]


@dataclass
class Library:
    """One call mtls_room(FOLDER [AS NAME] [FILES ...] [WITHOUT ...] ...)."""
    folder: str
    files: set
    without: set


def libraries_of(root, floor):
    """([Library], whether main.cc is made a program) from the floor's CMakeLists.txt."""
    path = root / floor / "CMakeLists.txt"
    text = COMMENT.sub("", path.read_text()) if path.is_file() else ""
    found = []
    for arguments in LIBRARY.findall(text):
        words, lists, key = arguments.split(), {}, "folder"
        for word in words:
            if word in KEYWORDS:
                key = word
            else:
                lists.setdefault(key, []).append(word)
        found.append(Library(lists.get("folder", [""])[0], set(lists.get("FILES", [])), set(lists.get("WITHOUT", []))))
    return found, PROGRAM.search(text) is not None


def library_violations(root, rows):
    """Each row is the library of its own files, and each library has a row."""
    bad = []
    for floor in sorted({row.floor for row in rows}):
        libraries, has_program = libraries_of(root, floor)
        known = {row.folder for row in rows}
        bad += [f"{floor}/CMakeLists.txt: mtls_room({lib.folder}) has no row in the table of {DOCUMENT}"
                for lib in libraries if lib.folder not in known]
        for row in (r for r in rows if r.floor == floor):
            files = {path.name for path in (root / row.folder).glob("*.cc")}
            if has_program and files == {"main.cc"}:
                continue
            values = {f for f in files if row_of(f"{row.folder}/{f}", rows).is_values}
            wanted = Library(row.folder, values, set()) if row.is_values else Library(row.folder, set(), values)
            if libraries.count(wanted) != 1:
                bad.append(f"{floor}/CMakeLists.txt: {row.name} is not one library: expected " + call_of(wanted))
    return bad


def call_of(library):
    words = [library.folder]
    for key, names in (("FILES", library.files), ("WITHOUT", library.without)):
        words += [key, *sorted(names)] if names else []
    return f"mtls_room({' '.join(words)} ...)"
