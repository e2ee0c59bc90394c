"""All that the tree's layout must keep: layout_violations() takes its root and returns lines of text."""

from floors import include_violations
from names import length_violations, name_violations
from rooms import library_violations, namespace_violations, size_violations
from table import read_table, table_violations


def layout_violations(root):
    rows, bad = read_table(root)
    bad += table_violations(rows) + include_violations(root, rows) + size_violations(root, rows)
    bad += namespace_violations(root, rows) + library_violations(root, rows)
    return bad + length_violations(root) + name_violations(root)
