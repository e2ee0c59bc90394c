"""The rules of the house that a compiler does not check: who includes whom, how long a file is, what things are called.

The floor table is read from docs/architecture.md, so that the picture people see is the rule that holds.
Every check takes the root of a tree and returns its violations as lines of text.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

MAX_LINES = 400
FORBIDDEN = ("util", "helper", "manager", "handler", "processor", "misc", "common")
SOURCE_SUFFIXES = {".h", ".cc", ".py", ".sh", ".cmake"}

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.MULTILINE)
NAMED = re.compile(r"^\s*(?:template\s*<[^>]*>\s*)?(?:inline\s+)?"
                   r"(?:class|struct|enum\s+class|enum|union|namespace|concept|using)\s+([\w:]+)", re.MULTILINE)
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


@dataclass
class Floor:
    folder: str
    number: int
    may_include: set = field(default_factory=set)
    third_party: set = field(default_factory=set)


def read_table(root):
    """{folder: Floor} from the table under `| floor | folder | may include | third-party headers | ...`."""
    floors = {}
    for line in (root / "docs/architecture.md").read_text().splitlines():
        cells = [cell.strip().replace("`", "") for cell in line.strip().strip("|").split("|")]
        if len(cells) >= 4 and cells[0].isdigit():
            floors[cells[1]] = Floor(cells[1], int(cells[0]), set(cells[2].split()) - {"–"}, set(cells[3].split()) - {"–"})
    return floors


def table_violations(floors):
    """The table must be a house: nobody may include what is not below, save a folder and its own subfolders."""
    bad = [] if floors else ["docs/architecture.md: no floor table found"]
    for floor in floors.values():
        for name in sorted(floor.may_include):
            if name not in floors:
                bad.append(f"docs/architecture.md: {floor.folder} may include {name}, which has no row")
            elif floors[name].number >= floor.number and name.split("/")[0] != floor.folder.split("/")[0]:
                bad.append(f"docs/architecture.md: {floor.folder} may include {name}, which is not below it")
    return bad


def sources(root, suffixes):
    """Files of the tree, build directories and hidden folders left out."""
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        if path.suffix in suffixes and path.is_file() and not any(p.startswith(".") or p.startswith("build") for p in parts[:-1]):
            yield path


def folder_of(name, floors):
    """The row a file belongs to: the longest folder of the table that holds it, None outside the table."""
    fitting = [f for f in floors if name.startswith(f + "/")]
    return max(fitting, key=len) if fitting else None


def include_violations(root, floors):
    bad = []
    third_party = set().union(*(f.third_party for f in floors.values())) if floors else set()
    for path in sources(root, {".h", ".cc"}):
        name = path.relative_to(root).as_posix()
        text = path.read_text(errors="replace")
        row = folder_of(name, floors)
        if name.startswith("tests/"):
            bad += unit_test_violations(name, text, floors)
            continue
        if row is None:
            bad.append(f"{name}: its folder has no row in the floor table of docs/architecture.md")
            continue
        for _, target in INCLUDE.findall(text):
            bad += one_include(name, target, floors, floors[row], third_party)
    return bad


def one_include(name, target, floors, floor, third_party):
    target_row = folder_of(target, floors)
    if target.startswith("tests/"):
        return [f"{name}: includes {target}: the program does not know its tests"]
    if target_row is not None:
        allowed = target_row == floor.folder or target_row in floor.may_include
        return [] if allowed else [f"{name}: includes {target}: {floor.folder} may not include {target_row}"]
    for prefix in third_party:
        if target == prefix or (prefix.endswith("/") and target.startswith(prefix)):
            everywhere = any(prefix in f.third_party for f in floors.values() if f.number == 0)
            if not everywhere and prefix not in floor.third_party:
                return [f"{name}: includes {target}: {prefix} is not for {floor.folder}"]
    return []


def unit_test_violations(name, text, floors):
    """tests/unit/FLOOR may include what FLOOR may, FLOOR itself and other test files."""
    match = re.match(r"tests/unit/(\w+)/", name)
    if not match or match.group(1) not in floors:
        return []
    floor = floors[match.group(1)]
    bad = []
    for _, target in INCLUDE.findall(text):
        row = folder_of(target, floors)
        if row is not None and row != floor.folder and row not in floor.may_include:
            bad.append(f"{name}: includes {target}: tests of {floor.folder} may not include {row}")
    return bad


def size_violations(root):
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


def layout_violations(root: Path):
    floors = read_table(root)
    return table_violations(floors) + include_violations(root, floors) + size_violations(root) + name_violations(root)
