"""Every header compiles alone, with the flags that the sources of its folder are compiled with. The build has shown that of
a header which its own source includes first: those are not compiled a second time."""

import hashlib
import json
import os
import shlex
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from table import INCLUDE, sources


def flags_by_folder(build):
    """{folder of a source: (directory, compiler and flags)}: the first source of each folder stands for it."""
    flags = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        words = shlex.split(entry["command"])
        kept, skip = [], False
        for word in words:
            if skip:
                skip = False
            elif word in ("-o", "-c"):
                skip = True
            else:
                kept.append(word)
        flags.setdefault(os.path.dirname(entry["file"]), (entry["directory"], kept))
    return flags


def flags_for(header, flags):
    """Of its own folder, else of the nearest one above it, else of any."""
    for folder in header.parents:
        if str(folder) in flags:
            return flags[str(folder)]
    below_top = [f for f in flags if f.startswith(str(header.parent))]
    return flags[sorted(below_top)[0] if below_top else sorted(flags)[0]]


def ours_within(root, header):
    """The header, and every file of ours that it includes, in an order that does not change: (path, text)."""
    todo, seen = [header], set()
    while todo:
        path = todo.pop()
        if path in seen or not path.is_file():
            continue
        seen.add(path)
        text = path.read_text(errors="replace")
        yield path, text
        todo += sorted(root / target for _, target in INCLUDE.findall(text))


def digest_of(root, header, command):
    """Changes when the header, anything of ours that it includes, or the command does."""
    digest = hashlib.sha256(shlex.join(command).encode())
    for _, text in ours_within(root, header):
        digest.update(text.encode())
    return digest.hexdigest()


def objects_by_source(build):
    return {Path(entry["file"]): Path(entry["directory"]) / words[words.index("-o") + 1]
            for entry in json.loads((build / "compile_commands.json").read_text())
            if "-o" in (words := shlex.split(entry["command"]))}


def is_shown_by_build(root, header, objects):
    """Whether an up-to-date object is there of a source that begins with this header."""
    source = header.with_suffix(".cc")
    built = objects.get(source)
    if built is None or not built.is_file():
        return False
    text = source.read_text(errors="replace")
    begin = f'#include "{header.relative_to(root).as_posix()}"'
    if next((line for line in text.splitlines() if line.startswith("#")), "").strip() != begin:
        return False
    newest = max(path.stat().st_mtime_ns for path in [source, *(path for path, _ in ours_within(root, header))])
    return built.stat().st_mtime_ns > newest


def compile_alone(root, header, place):
    directory, command = place
    name = header.relative_to(root).as_posix()
    done = subprocess.run(command + ["-O0", "-g0", "-w", "-fsyntax-only", "-x", "c++", "-"], cwd=directory,
                          input=f'#include "{name}"\n', capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return None
    first = next((line for line in done.stderr.splitlines() if "error" in line), done.stderr.strip())
    return f"{name}: does not compile alone: {first}"


def header_violations(root, build):
    """Headers whose text and flags passed last time are not compiled again (BUILD/arch-headers.json)."""
    flags, objects = flags_by_folder(build), objects_by_source(build)
    stamps = build / "arch-headers.json"
    passed = set(json.loads(stamps.read_text())) if stamps.is_file() else set()
    todo, now = [], {}
    for header in sources(root, {".h"}):
        if is_shown_by_build(root, header, objects):
            continue
        place = flags_for(header, flags)
        now[header] = digest_of(root, header, place[1])
        if now[header] not in passed:
            todo.append((header, place))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda item: compile_alone(root, *item), todo))
    failed = {header for (header, _), bad in zip(todo, results) if bad}
    stamps.write_text(json.dumps(sorted(digest for header, digest in now.items() if header not in failed)))
    return [bad for bad in results if bad]


def header_self_test():
    """A good header passes; a bad one fails, and is not remembered as passed."""
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        (root / "base").mkdir()
        (root / "out").mkdir()
        (root / "base/good.h").write_text("#include <string>\ninline std::string a;\n")
        (root / "base/a.cc").write_text("\n")
        command = f"c++ -I{root} -o a.o -c {root}/base/a.cc"
        (root / "out/compile_commands.json").write_text(
            json.dumps([{"directory": str(root), "file": f"{root}/base/a.cc", "command": command}]))
        bad = header_violations(root, root / "out")
        # Its source hides what the header lacks, and the object is there.
        (root / "base/bad.h").write_text("inline std::string b;\n")
        (root / "base/bad.cc").write_text('#include <string>\n#include "base/bad.h"\n')
        (root / "out/bad.o").write_text("")
        commands = json.loads((root / "out/compile_commands.json").read_text())
        commands.append({"directory": str(root), "file": f"{root}/base/bad.cc", "command": f"c++ -I{root} -o out/bad.o -c {root}/base/bad.cc"})
        (root / "out/compile_commands.json").write_text(json.dumps(commands))
        for attempt in ("first", "second"):
            if not any(v.startswith("base/bad.h") for v in header_violations(root, root / "out")):
                bad.append(f"a header that does not compile alone went through the {attempt} time")
        # A source that begins with it has an object, older than the header.
        (root / "base/bad.cc").write_text('#include "base/bad.h"\n')
        os.utime(root / "out/bad.o", ns=(0, 0))
        if not any(v.startswith("base/bad.h") for v in header_violations(root, root / "out")):
            bad.append("an object older than the header was taken for proof")
        os.utime(root / "out/bad.o")
        if header_violations(root, root / "out"):
            bad.append("a header that an object proves was compiled again")
        return bad
