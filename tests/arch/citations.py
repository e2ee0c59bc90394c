"""Whatever code, tests, scripts and documents cite is there: rules of nginx, classes of faults, decisions, documents and
test files. Each rule of docs/nginx-semantics.md says which tests ask nginx about it, and those do start one.

The whole tree is walked, wherever its folders are. citation_violations() takes its root and returns lines of text.
"""

import os
import re
from pathlib import Path

RULES = "docs/nginx-semantics.md"
FAULTS = "docs/reliability.md"
CODE = {".h", ".cc"}
SCRIPTS = {".py", ".sh", ".cmake", ".yml", ".yaml", ".txt", ".rego", ".conf", ".jsonnet", ".libsonnet", ".service", ".socket", ""}
# Bytes for the fuzzer, what a case must print, and texts that are wrong on purpose.
NOT_OURS = ("tests/fuzz/corpus/", "tests/arch/")

URL = re.compile(r"https?://[^\s)>\]]+")
RULE = re.compile(r"\bR[1-9](?:\.(?:\d+|[A-Z]))?\b")
RULE_HERE = re.compile(r"^(?:\*\*(R\d+\.\d+)\*\*|\| (R\d+\.\d+) \||#+ (R\d+(?:\.[A-Z])?)[. ])")
# G is a family that no document numbers, so each such id is a violation.
FAULT = re.compile(r"\b[WFCTNLG][1-9]\d?\b")
FAULT_STRING = re.compile(r'"((?:[WFCTNLG][1-9]\d?(?:, | and )?)+)(?=: |")')
DECISION = re.compile(r"\bADR (\d+)\b")
DOCUMENT = re.compile(r"(?<![\w/.*-])(?:\.\./)*(?:[\w-]+/)*[\w-]+\.md\b")
TEST_FILE = re.compile(r"(?<![\w/.*-])(?:\.\./)*(?:[\w-]+/)*[\w-]+_(?:test|bench|differential)\.(?:cc|h|py|sh)\b")
AUTHORITY = re.compile(r"\bRFC \d+|\bX\.\d+|\bSEC \d|\.md\b")
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)
STARTS_NGINX = re.compile(r"NginxRunner|/usr/sbin/nginx")


def text_files(root):
    """{name: text} of everything that may cite, without builds, hidden folders and what is not ours to read."""
    texts = {}
    for folder, folders, files in os.walk(root):
        here = Path(folder).relative_to(root).as_posix()
        folders[:] = sorted(f for f in folders if not f.startswith("build") and (not f.startswith(".") or f == ".ci"))
        if f"{here}/".startswith(NOT_OURS) or (here.startswith("tests/cases/") and here.endswith("/expected")):
            folders[:] = []
            continue
        for file in sorted(files):
            path = Path(folder) / file
            if path.suffix in CODE | SCRIPTS | {".md"} and not file.startswith("."):
                texts[path.relative_to(root).as_posix()] = path.read_text(errors="replace")
    return texts


def comment_of(name, line):
    """The part of a line that is prose: all of a document, else what stands behind // or #."""
    suffix = Path(name).suffix
    if suffix == ".md":
        return line
    mark = "//" if suffix in CODE else "#"
    return line[line.index(mark):] if mark in line else ""


def defined_rules(text):
    """{id: body} of docs/nginx-semantics.md; the body of a row is the row, that of a section is empty."""
    bodies, current = {}, None
    for line in text.splitlines():
        found = RULE_HERE.match(line)
        if found:
            paragraph, row, section = found.groups()
            current = paragraph or row or section
            bodies[current] = ""
        elif line.startswith("#"):
            current = None
        if current and (paragraph or row):
            bodies[current] += line + "\n"
        if current and (row or section):
            current = None
    return bodies


def defined_faults(text):
    return set(re.findall(r"^\| ([WFCTNL]\d+) \|", text, re.MULTILINE))


class Tree:
    """What there is to be cited."""

    def __init__(self, root):
        self.root = root
        self.texts = text_files(root)
        self.rules = defined_rules(self.texts.get(RULES, ""))
        self.faults = defined_faults(self.texts.get(FAULTS, ""))
        self.documents = {Path(name).name for name in self.texts if name.endswith(".md")}
        self.tests = {}
        for path in sorted((root / "tests").rglob("*")):
            if path.is_file():
                self.tests.setdefault(path.name, []).append(path.relative_to(root).as_posix())

    def has(self, cited, name, known):
        """A bare name is that of a file somewhere; with folders it counts from the root or from the file that cites it."""
        if "/" not in cited:
            return cited in known
        return (self.root / cited).exists() or ((self.root / name).parent / cited).exists()

    def asks_nginx(self, name, seen=None):
        """Whether a test file, or what it includes from tests/, starts an nginx."""
        seen = set() if seen is None else seen
        path = self.root / name
        if name in seen or not path.is_file():
            return False
        seen.add(name)
        text = path.read_text(errors="replace")
        if STARTS_NGINX.search(text):
            return True
        included = [target for target in INCLUDE.findall(text) if target.startswith("tests/")]
        included += [target[:-2] + ".cc" for target in included if target.endswith(".h")]
        return any(self.asks_nginx(target, seen) for target in included)


def line_violations(tree, name, line, before):
    """What one line cites in vain; `before` is the line above."""
    line = URL.sub("", line)
    prose = comment_of(name, line)
    bad = [f"{rule} is not in {RULES}" for rule in RULE.findall(line) if rule not in tree.rules]
    cited = FAULT.findall(prose)
    if Path(name).suffix in CODE:
        cited += [one for some in FAULT_STRING.findall(line) for one in FAULT.findall(some)]
    bad += [f"{fault} is not in {FAULTS}" for fault in cited if fault not in tree.faults]
    for number in DECISION.findall(prose):
        if not list(tree.root.glob(f"docs/decisions/{int(number):04d}-*.md")):
            bad.append(f"there is no ADR {number} in docs/decisions")
    if not line.lstrip().startswith("#include"):
        bad += [f"there is no document {one}" for one in DOCUMENT.findall(line) if not tree.has(one, name, tree.documents)]
        bad += [f"there is no test file {one}" for one in TEST_FILE.findall(line) if not tree.has(one, name, tree.tests)]
    if "§" in prose and not AUTHORITY.search(comment_of(name, before) + prose):
        bad.append("§ of what? Only an RFC, a standard or a document of this project has sections to cite")
    return bad


def asked_violations(tree):
    """Each rule names the tests that ask nginx, or says that none does."""
    bad = []
    for rule, body in tree.rules.items():
        if "." not in rule or not rule.split(".")[1].isdigit():
            continue
        row = body.startswith("|")
        prose = body.rstrip().rstrip("|").split("|")[-1] if row else " ".join(body.split())
        asked = prose if row else prose[prose.index("Asked by:"):] if "Asked by:" in prose else ""
        named = re.findall(r"`([\w-]+\.cc)`", asked.split("; ")[0])
        if not named and not re.search(r"\bno test\b|\bNo test asks nginx\b", prose):
            bad.append(f"{RULES}: {rule} names no test that asks nginx, and does not say that none does")
        for test in named if not prose.lstrip().startswith("no test") else []:
            if not any(tree.asks_nginx(path) for path in tree.tests.get(test, [])):
                bad.append(f"{RULES}: {rule} is asked by {test}, which starts no nginx")
    return bad


def citation_violations(root: Path):
    tree = Tree(root)
    bad = [f"{document}: defines nothing" for document, some in ((RULES, tree.rules), (FAULTS, tree.faults)) if not some]
    for name, text in tree.texts.items():
        before = ""
        for number, line in enumerate(text.splitlines(), start=1):
            bad += [f"{name}:{number}: {what}" for what in line_violations(tree, name, line, before)]
            before = line
    return bad + asked_violations(tree)
