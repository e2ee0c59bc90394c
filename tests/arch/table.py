"""The table of rooms in docs/architecture.md, and which row a file belongs to.

People and this test read the same table, so the picture is the rule. Nothing here reads a source file.
"""

import re
from dataclasses import dataclass
from pathlib import Path

DOCUMENT = "docs/architecture.md"
NONE = "–"
VALUES = ":values"

INCLUDE = re.compile(r'^\s*#\s*include\s*(["<])([^">]+)[">]', re.MULTILINE)


@dataclass
class Row:
    """One row: `name` is a folder, or FOLDER:values for the files of FOLDER that are in the face."""
    name: str
    number: int
    place: int  # from the top of the table
    may_include: list
    third_party: set
    face: list  # headers without their suffix

    @property
    def folder(self):
        return self.name.removesuffix(VALUES)

    @property
    def floor(self):
        return top_of(self.folder)

    @property
    def is_values(self):
        return self.name.endswith(VALUES)

    def has_face(self, header):
        return Path(header).suffix == ".h" and Path(header).stem in self.face


def top_of(name):
    return name.split("/")[0]


def words_of(cell):
    return [word for word in cell.replace("`", "").split() if word != NONE]


def read_table(root):
    """([Row], [violation]) from `| floor | room | may include | third-party headers | face | ...`."""
    rows, bad = [], []
    for line in (root / DOCUMENT).read_text().splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|") or not cells[0].isdigit():
            continue
        if len(cells) < 6:
            bad.append(f"{DOCUMENT}: a row of {len(cells)} columns: {line}")
            continue
        rows.append(Row(cells[1].strip("`"), int(cells[0]), len(rows), words_of(cells[2]), set(words_of(cells[3])),
                        words_of(cells[4])))
    return rows, bad


def table_violations(rows):
    """A row names rows that exist and stand further down; floors are numbered downwards; no row comes twice."""
    bad = [] if rows else [f"{DOCUMENT}: no table of rooms found"]
    places = {}
    for row in rows:
        if row.name in places:
            bad.append(f"{DOCUMENT}: {row.name} has two rows")
        places.setdefault(row.name, row.place)
        if row.place > 0 and row.number > rows[row.place - 1].number:
            bad.append(f"{DOCUMENT}: {row.name} is on floor {row.number}, below a row of floor {rows[row.place - 1].number}")
    for row in rows:
        for name in row.may_include:
            if name not in places:
                bad.append(f"{DOCUMENT}: {row.name} may include {name}, which has no row")
            elif places[name] <= row.place:
                bad.append(f"{DOCUMENT}: {row.name} may include {name}, which is not further down")
    return bad


def row_of(name, rows):
    """The row of a file: of its own folder, not of a folder above it. None outside the table."""
    folder, _, file = name.rpartition("/")
    fitting = [row for row in rows if row.folder == folder]
    owners = [row for row in fitting if row.is_values and Path(file).stem in row.face]
    owners += [row for row in fitting if not row.is_values]
    return owners[0] if owners else None


def sources(root, suffixes):
    """Files of the tree, build directories and hidden folders left out."""
    for path in sorted(root.rglob("*")):
        above = path.relative_to(root).parts[:-1]
        if path.suffix in suffixes and path.is_file() and not any(p.startswith((".", "build")) for p in above):
            yield path
