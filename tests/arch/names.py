"""How long a file is, and what files and types are called."""

import re

from table import sources

MAX_LINES = 400
FORBIDDEN = ("util", "helper", "manager", "handler", "processor", "misc", "common")
SOURCE_SUFFIXES = {".h", ".cc", ".py", ".sh", ".cmake"}

NAMED = re.compile(r"^\s*(?:template\s*<[^>]*>\s*)?(?:inline\s+)?"
                   r"(?:class|struct|enum\s+class|enum|union|namespace|concept|using)\s+([\w:]+)", re.MULTILINE)
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def length_violations(root):
    bad = []
    named = [root / "dev", root / ".ci/run"] + [p for p in root.rglob("CMakeLists.txt") if "build" not in p.parts]
    for path in list(sources(root, SOURCE_SUFFIXES)) + [p for p in named if p.is_file()]:
        lines = len(path.read_text(errors="replace").splitlines())
        if lines > MAX_LINES:
            bad.append(f"{path.relative_to(root).as_posix()}: {lines} lines, {MAX_LINES} is the limit")
    return bad


def forbidden_word(name):
    """The forbidden word that is one of the words of `name`; `common` only alone, for X.509 has common names."""
    words = [word.lower() for word in WORD.findall(name)]
    for bad in FORBIDDEN:
        if bad == "common":
            if words == [bad]:
                return bad
        elif any(word in (bad, bad + "s", bad + "ities") for word in words):
            return bad
    return None


def name_violations(root):
    bad = []
    for path in sources(root, SOURCE_SUFFIXES):
        name = path.relative_to(root).as_posix()
        for part in path.relative_to(root).with_suffix("").parts:
            word = forbidden_word(part)
            if word:
                bad.append(f"{name}: '{word}' says nothing about what lives there")
        if path.suffix not in (".h", ".cc"):
            continue
        for declared in NAMED.findall(path.read_text(errors="replace")):
            for part in [] if declared.startswith("std::") else declared.split("::"):
                if forbidden_word(part):
                    bad.append(f"{name}: '{declared}' is called {forbidden_word(part)}")
    return bad
