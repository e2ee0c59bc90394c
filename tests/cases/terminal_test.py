#!/usr/bin/env python3
"""terminal_test.py CASES EXPORTER: check on terminals of several widths, and what it says when it takes long.

A line is as wide as the terminal at most, unless it is one word that cannot be broken, a command to copy, or the title
or file of a paragraph. NO_COLOR and TERM=dumb are respected. stderr, if a terminal, tells of work over a second.
"""
import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import time
import unicodedata

from trees import expect, settings_of, with_trees

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
WHOLE = re.compile(r"(CRITICAL|WARNING|INFO) |  File: | *Run: | *(reason|until): ")


def on_terminal(command, columns, environment, which):
    """What the command writes to a terminal of this width; `which`: stdout or stderr, the other is dropped."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, which: theirs}
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, env=dict(os.environ, **environment), **streams) as process:
        os.close(theirs)
        text = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # EIO: nobody has the other end any more
                break
            if not part:
                break
            text += part
    os.close(ours)
    return text.decode().replace("\r\n", "\n"), process.returncode


def width(line):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def fits(line, columns):
    words = re.sub(r"^ *(\d* *\| )?", "", line).split()
    return width(line) <= columns or len(words) <= 1 or WHOLE.match(line)


def ask_tree(exporter, tree, columns):
    command = [exporter, "check", "--root", str(tree), "--at=2030-01-10", "--nginx.version=1.22.1", *settings_of(tree)]
    coloured, code = on_terminal(command, columns, {"TERM": "xterm", "NO_COLOR": ""}, "stdout")
    expect(code in (0, 1, 2), tree.name, "exit code", code)
    for environment in ({"TERM": "xterm", "NO_COLOR": "1"}, {"TERM": "dumb", "NO_COLOR": ""}):
        plain, _ = on_terminal(command, columns, environment, "stdout")
        expect("\x1b" not in plain, tree.name, "escape sequences with", environment)
        expect(plain == COLOUR.sub("", coloured), tree.name, "colour changes the text")
        for line in plain.split("\n"):
            expect(fits(line, columns), tree.name, f"wider than {columns}:", line)
    return "\x1b[" in coloured


def ask_slow(exporter, scratch):
    """Enough server blocks for some seconds; what is told on the way is erased at the end."""
    conf = scratch / "many.conf"
    blocks = (f"server {{ listen 8080; server_name s{i}.example; location / {{ return 204; }} }}\n" for i in range(40_000))
    conf.write_text("events {}\nhttp {\n" + "".join(blocks) + "}\n")
    command = [exporter, "check", f"--nginx.conf={conf}", "--nginx.version=1.22.1"]
    begin = time.monotonic()
    told, _ = on_terminal(command, 60, {"TERM": "xterm"}, "stderr")
    seconds = time.monotonic() - begin
    if seconds > 3:
        expect("1 s: reading and judging " in told, "nothing told in", seconds, "s:", told)
        lines = told.split("\r\x1b[K")
        expect(all(len(line) < 60 for line in lines), "too wide:", lines)
        expect(told.endswith("\r\x1b[K"), "not erased:", told)
    quiet, _ = on_terminal(command, 60, {"TERM": "dumb"}, "stderr")
    expect("reading" not in quiet, "a dumb terminal is told", quiet)
    silent = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    expect("reading" not in silent.stderr, "a pipe is told", silent.stderr)
    return seconds


def ask(exporter, trees, scratch):
    coloured = [ask_tree(exporter, tree, columns) for tree in trees for columns in (60, 80, 120)]
    expect(any(coloured), "no colour anywhere")
    print(f"{len(trees)} trees in 3 widths; 40,000 server blocks in {ask_slow(exporter, scratch):.1f} s")


with_trees(ask)
