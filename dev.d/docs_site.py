#!/usr/bin/env python3
"""docs_site.py ROOT OUT: README.md, docs/, alerts/*.md and mixin/README.md as a site in OUT, built by mkdocs (Debian's
package mkdocs). OUT.source gets the pages as mkdocs takes them, with every file that they link to."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")
PAGES = ("*.md", "docs/*.md", "docs/decisions/*.md", "alerts/*.md", "mixin/*.md")

# The order of the menu; what is not named here comes last, under its own headings.
MENU = {
    "Begin": ["README.md", "docs/start.md", "docs/decides.md", "docs/faq.md", "docs/migration.md"],
    "Use": ["docs/operations.md", "docs/commands.md", "docs/metrics.md", "docs/findings.md", "docs/rotation.md", "docs/fleet.md", "docs/web.md", "docs/http.md",
            "SECURITY.md"],
    "Be alerted": ["alerts/runbook.md", "alerts/severities.md", "mixin/README.md"],
    "Understand": ["docs/nginx-semantics.md", "docs/differential.md", "docs/performance.md", "docs/reliability.md", "docs/soak.md",
                   "docs/glossary.md"],
    "Change": ["CONTRIBUTING.md", "docs/architecture.md", "CHANGELOG.md"],
}


def pages_of(root):
    return sorted({path for pattern in PAGES for path in root.glob(pattern)})


def with_wide_lists(text):
    """Markdown as Python-Markdown reads it: what belongs to an item of a list has four spaces and not two or three."""
    lines, width = [], 0
    for line in text.split("\n"):
        item = re.match(r"( *)([-*]|\d+\.) ", line)
        indent = len(line) - len(line.lstrip(" "))
        if item and (width or not item.group(1)):
            if not item.group(1):
                width = len(item.group(0))
            lines.append(" " * (4 * (indent // width) if indent else 0) + line.lstrip(" "))
        elif width and line and indent >= width:
            lines.append(" " * (4 - width) + line)
        else:
            if line and not indent and (not lines or not lines[-1]):
                width = 0
            lines.append(line)
    return "\n".join(lines)


def title(page):
    return next((line.lstrip("# ").strip().replace("`", "") for line in page.read_text().splitlines() if line.startswith("# ")), page.stem)


def bring(root, source, file):
    to = source / file.relative_to(root)
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, to)


def list_folder(root, source, folder):
    """A folder that a page links to: its files, and a page that lists them."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".md")
    for file in files:
        bring(root, source, file)
    listing = source / folder.relative_to(root) / "README.md"
    if not listing.exists():
        lines = [f"- [{file.relative_to(folder)}]({file.relative_to(folder)})" for file in files]
        listing.write_text("\n".join([f"# {folder.relative_to(root)}", "", *lines, ""]))


def copied(root, source):
    """The pages, and what they link to."""
    for page in pages_of(root):
        there = source / page.relative_to(root)
        there.parent.mkdir(parents=True, exist_ok=True)
        there.write_text(with_wide_lists(page.read_text()))
    for page in pages_of(root):
        for target in LINK.findall(page.read_text()):
            there = (page.parent / target).resolve()
            if there.is_file() and there.suffix != ".md" and there.is_relative_to(root):
                bring(root, source, there)
            elif there.is_dir() and there.is_relative_to(root):
                list_folder(root, source, there)


def menu(root):
    named = {name for names in MENU.values() for name in names}
    rest = [str(page.relative_to(root)) for page in pages_of(root) if str(page.relative_to(root)) not in named]
    yield from MENU.items()
    if rest:
        yield "Decisions", rest


def configuration(root, source, out):
    def quoted(text):
        return "'" + text.replace("'", "''") + "'"
    lines = ["site_name: nginx-mtls-exporter", f"docs_dir: {quoted(str(source))}", f"site_dir: {quoted(str(out))}", "use_directory_urls: false",
             f"theme: {{name: null, custom_dir: {quoted(str(root / 'dev.d/docs_theme'))}}}", "plugins: []", "nav:"]
    for heading, names in menu(root):
        lines.append(f"  - {quoted(heading)}:")
        lines += [f"      - {quoted(title(root / name))}: {quoted(name)}" for name in names]
    return "\n".join(lines) + "\n"


def main(root, out):
    source, config = Path(f"{out}.source"), Path(f"{out}.yml")
    for path in (source, out):
        shutil.rmtree(path, ignore_errors=True)
    source.mkdir(parents=True)
    copied(root, source)
    config.write_text(configuration(root, source, out))
    done = subprocess.run(["mkdocs", "build", "--quiet", "--strict", "-f", config], timeout=600)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()))
