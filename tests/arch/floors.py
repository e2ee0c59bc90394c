"""Who includes whom: the rows that a row names, the third-party headers it may see, and the faces of other floors."""

import re

from table import DOCUMENT, INCLUDE, row_of, sources, top_of

UNIT_TEST = re.compile(r"tests/unit/(.+)/[^/]+$")


def include_violations(root, rows):
    bad = []
    for path in sources(root, {".h", ".cc"}):
        name = path.relative_to(root).as_posix()
        includes = INCLUDE.findall(path.read_text(errors="replace"))
        if name.startswith("tests/"):
            bad += unit_test_violations(name, includes, rows)
            continue
        row = row_of(name, rows)
        if row is None:
            bad.append(f"{name}: its folder has no row in the table of {DOCUMENT}")
            continue
        for quote, target in includes:
            bad += our_include(name, target, row, row.name, rows)
            bad += foreign_include(name, quote, target, row, rows)
    return bad + unused_faces(root, rows)


def our_include(name, target, row, who, rows):
    """What is wrong when a file of `row` includes `target`; `who` is what messages call the row."""
    target_row = row_of(target, rows)
    if target_row is None:
        return []
    if target_row is not row and target_row.name not in row.may_include:
        return [f"{name}: includes {target}: {who} may not include {target_row.name}"]
    if target_row.floor != row.floor and not target_row.has_face(target):
        return [f"{name}: includes {target}: it is not in the face of {target_row.name}"]
    return []


def foreign_include(name, quote, target, row, rows):
    """Tests and third-party headers; a header of ours is named from the root of the tree."""
    if target.startswith("tests/"):
        return [f"{name}: includes {target}: the program does not know its tests"]
    if quote == '"' and row_of(target, rows) is None:
        return [f"{name}: includes \"{target}\": a header of ours is named from the root, others stand in <>"]
    for prefix in sorted({prefix for r in rows for prefix in r.third_party}):
        if target == prefix or (prefix.endswith("/") and target.startswith(prefix)):
            everywhere = any(prefix in r.third_party for r in rows if r.number == 0)
            if not everywhere and prefix not in row.third_party:
                return [f"{name}: includes {target}: {prefix} is not for {row.name}"]
    return []


def unit_test_violations(name, includes, rows):
    """tests/unit/ROOM may include what ROOM may, ROOM itself and other test files."""
    match = UNIT_TEST.match(name)
    if not match:
        return []
    row = row_of(match.group(1) + "/", rows)
    if row is None:
        return [f"{name}: there is no room {match.group(1)} that it could test"]
    return [v for _, target in includes for v in our_include(name, target, row, f"tests of {row.name}", rows)]


def unused_faces(root, rows):
    """A face holds headers that are there and that another floor of the program includes; the values need no user."""
    used = set()
    for path in sources(root, {".h", ".cc"}):
        name = path.relative_to(root).as_posix()
        if not name.startswith("tests/"):
            used |= {t for _, t in INCLUDE.findall(path.read_text(errors="replace")) if top_of(t) != top_of(name)}
    bad = []
    for row in rows:
        for stem in row.face:
            header = f"{row.folder}/{stem}.h"
            if not (root / header).is_file():
                bad.append(f"{DOCUMENT}: the face of {row.name} has {stem}, but there is no {header}")
            elif not row.is_values and header not in used:
                bad.append(f"{DOCUMENT}: the face of {row.name} has {stem}, which no other floor includes")
    return bad
