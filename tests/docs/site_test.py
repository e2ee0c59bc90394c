#!/usr/bin/env python3
"""site_test.py ROOT: ./dev docs makes a site of all documents in which every link and every anchor leads somewhere, which loads
nothing from elsewhere, and whose lists, tables and commands are such. 77 is "skipped"."""

import shutil
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ASSETS = {"script": "src", "img": "src", "iframe": "src", "link": "href", "source": "src"}


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.links, self.assets, self.ids, self.tags = [], [], set(), []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        of = dict(attrs)
        self.tags.append(tag)
        self.ids |= {of[name] for name in ("id", "name") if of.get(name)}
        if tag == "a" and of.get("href"):
            self.links.append(of["href"])
        if tag in ASSETS and of.get(ASSETS[tag]) and of.get("rel") != "canonical":
            self.assets.append(of[ASSETS[tag]])


def outside(target):
    return bool(urlsplit(target).scheme or urlsplit(target).netloc)


def broken(site, path, target, pages):
    """Why a link of `path` leads nowhere, or None."""
    parts = urlsplit(target)
    there = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if there.is_dir() and (there / "index.html").exists():
        there /= "index.html"
    if not there.exists():
        return "no such file"
    if parts.fragment and there in pages and unquote(parts.fragment) not in pages[there].ids:
        return "no such heading"
    return None


def main(root):
    if not shutil.which("mkdocs"):
        print("skipped: no mkdocs (./dev setup docs)")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder).resolve() / "site"
        built = subprocess.run([sys.executable, "-B", root / "dev.d/docs_site.py", root, site], capture_output=True, text=True, timeout=600)
        assert built.returncode == 0, built.stdout + built.stderr
        pages = {path: Page(path.read_text()) for path in site.rglob("*.html")}
        bad = []
        for path, page in sorted(pages.items()):
            if path.name in ("404.html", "search.html"):
                continue
            bad += [f"{path.relative_to(site)}: {target} is from elsewhere" for target in page.assets if outside(target)]
            for target in page.links + page.assets:
                why = None if outside(target) else broken(site, path, target, pages)
                bad += [f"{path.relative_to(site)}: {target}: {why}"] if why else []
        documents = [path for pattern in ("*.md", "docs/**/*.md", "alerts/*.md", "mixin/*.md") for path in root.glob(pattern)]
        assert len(pages) >= len(documents), f"{len(pages)} pages of {len(documents)} documents"
        metrics, start = pages[site / "docs/metrics.html"], (site / "docs/start.html").read_text()
        assert metrics.tags.count("table") >= 8 and metrics.tags.count("code") > 100, "docs/metrics.html has no tables"
        assert "<pre><code>$ examples/demo/make-pki.sh" in start, "docs/start.html has no commands"
        assert broken(site, site / "index.html", "no-such.html", pages) and broken(site, site / "index.html", "docs/start.html#no-such", pages)
    for line in dict.fromkeys(bad):
        print(line)
    print(f"{len(pages)} pages, {sum(len(page.links) for page in pages.values())} links")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
