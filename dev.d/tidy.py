#!/usr/bin/env python3
"""clang-tidy over the sources named; what was clean stays clean until its preprocessed text changes.

usage: dev.d/tidy.py BUILD JOBS FILE...

BUILD has compile_commands.json, and keeps one empty file under tidy/ for each text that was clean. Ends in 1 when
clang-tidy said something.
"""
import concurrent.futures
import hashlib
import json
import pathlib
import shlex
import subprocess
import sys

TIDY = "clang-tidy-19"


def commands_of(build):
    """The compiler's arguments by source path."""
    entries = json.loads((build / "compile_commands.json").read_text())
    return {entry["file"]: (shlex.split(entry["command"]), entry["directory"]) for entry in entries}


def preprocessed(command, directory):
    """All that clang-tidy sees of a source: text, comments (NOLINT) and macros. None where it does not preprocess."""
    arguments = list(command)
    out = arguments.index("-o")
    del arguments[out:out + 2]
    done = subprocess.run([*arguments, "-E", "-C", "-dD"], cwd=directory, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None


def mark_of(source, rules, entry, kept):
    """The file that says the source was clean as it is, or None where nothing can be said before a look."""
    text = preprocessed(*entry) if entry else None
    if text is None:
        return None
    return kept / hashlib.sha256(b"\0".join([rules, str(source).encode(), text])).hexdigest()


def looked_at(source, build, mark):
    """Whether clang-tidy found the source clean; what it says goes to standard output."""
    done = subprocess.run([TIDY, "-p", str(build), "--quiet", str(source)], capture_output=True, text=True, check=False)
    sys.stdout.write(done.stdout)
    if done.returncode != 0:
        sys.stdout.write(done.stderr)
    sys.stdout.flush()
    clean = done.returncode == 0 and "warning:" not in done.stdout
    if clean and mark:
        mark.touch()
    return clean


def main():
    build, jobs = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    sources = [pathlib.Path(name).resolve() for name in sys.argv[3:]]
    kept = build / "tidy"
    kept.mkdir(exist_ok=True)
    version = subprocess.run([TIDY, "--version"], capture_output=True, check=True).stdout
    rules = version + pathlib.Path(".clang-tidy").read_bytes()
    commands = commands_of(build)

    def clean(source):
        mark = mark_of(source, rules, commands.get(str(source)), kept)
        return ("as before", True) if mark and mark.exists() else ("looked at", looked_at(source, build, mark))

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        answers = list(pool.map(clean, sources))
    looked = sum(how == "looked at" for how, _ in answers)
    bad = sum(not fine for _, fine in answers)
    print(f"clang-tidy: {len(answers)} sources, {looked} looked at, {len(answers) - looked} clean as before, {bad} with findings",
          file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
