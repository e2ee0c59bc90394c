#!/usr/bin/env python3
"""commands_test.py EXPORTER ROOT: the commands of README.md and docs/.

- Lines after `$ ` are run, page by page in one shell, and what they print is what the page shows: `...` stands for any lines,
  and dates, numbers of processes and the host's name may differ.
- Every other line that begins with a program is named in ELSEWHERE, with the test that runs it.
- Every flag of nginx-mtls-exporter in any document exists for that command.
77 is "skipped"."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

SESSIONS = ("README.md", "docs/start.md", "docs/rotation.md", "docs/migration.md")
PAGES = ("README.md", "docs/start.md", "docs/rotation.md", "docs/migration.md", "docs/faq.md", "docs/operations.md")
PROGRAMS = r"(?:sudo|apt-get|\./dev|cmake|curl|systemctl|systemd-\w+|journalctl|podman|ansible-playbook|nginx|openssl|/usr/local/bin/\S+)\b"

# Commands that need another host than this one: what they are like, the test that runs them there, and what it says there.
ELSEWHERE = (
    (r"apt-get install \./", "tests/packaging/boot_test.sh", "apt-get install"),
    (r"curl -s localhost:10059/metrics", "tests/packaging/boot_test.sh", "10059/metrics"),
    (r"systemctl status|journalctl -u|systemd-analyze security", "tests/packaging/boot_test.sh", "systemctl"),
    (r"install -D -m 644 -t \$drop_ins|systemctl daemon-reload && sudo systemctl restart", "tests/packaging/boot_test.sh", "drop_in"),
    (r"nginx -t && systemctl reload nginx", "tests/packaging/guest_setup.sh", "nginx -t"),
    (r"podman (load|run)", "tests/packaging/image_test.sh", "buildah run"),
    (r"ansible-playbook -i", "tests/packaging/ansible_test.sh", "ansible-playbook"),
    (r"\./dev package|tar -C /usr/local|systemd-sysusers|systemctl enable --now", "tests/packaging/boot_test.sh", "./dev package"),
    (r"\./dev (run|test|setup)", ".ci/run", "dev"),
    (r"cmake --preset|cmake --build|cmake --install|/usr/local/bin/nginx-mtls-exporter", "tests/arch/install_test.sh", "cmake --install"),
    (r"nginx-mtls-exporter check --format brief", "tests/packaging/boot_test.sh", "check --format brief"),
    (r"nginx-mtls-exporter check .*--against", "tests/daemon/commands/against_command_test.cc", "--against"),
    (r"nginx-mtls-exporter check --root", "tests/daemon/commands/inputs_command_test.cc", "--root"),
)

MASKS = (
    (r"\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d(:\d\d)?( UTC|Z)?", "DATE"),
    (r"\d+#\d+:", "PROCESS:"),
    (r"^\S+, nginx [\d.]+:", "HOST, nginx VERSION:"),
    (r"\(\d+ days ago\)", "(AGO)"),
)


def blocks(page):
    """The indented blocks of a page: lists of lines without the indent."""
    return [[line[4:] for line in block.rstrip("\n").split("\n")]
            for block in re.findall(r"(?:^|\n\n)((?:    [^\n]*\n|\n(?=    ))+)", page + "\n")]


def steps(page):
    """(command, lines that it is to print) of every session of a page."""
    for block in blocks(page):
        if not any(line.startswith("$ ") for line in block):
            continue
        for step in re.split(r"^\$ ", "\n".join(block), flags=re.MULTILINE)[1:]:
            command, *shown = step.rstrip("\n").split("\n")
            yield command, shown


def masked(line):
    for pattern, word in MASKS:
        line = re.sub(pattern, word, line)
    return line.rstrip()


def matches(shown, printed):
    pattern = "".join(r"(?:.*\n)*?" if line == "..." else re.escape(masked(line)) + r"\n" for line in shown)
    return re.fullmatch(pattern, "".join(masked(line) + "\n" for line in printed)) is not None


class Shell:
    """One bash for a page; PATH has the exporter, and the page's /tmp/demo and ports are of this test."""

    def __init__(self, scratch, root, exporter):
        tools = scratch / "bin"
        tools.mkdir()
        (tools / "nginx-mtls-exporter").symlink_to(exporter)
        self.port = free_port()
        self.names = {"/tmp/demo": str(scratch / "demo"), "localhost:10059": f"127.0.0.1:{self.port}", "examples/": f"{root}/examples/"}
        env = os.environ | {"PATH": f"{tools}:{os.environ['PATH']}:/usr/sbin:/sbin", "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": str(scratch)}
        self.bash = subprocess.Popen(["bash", "--norc"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                     cwd=scratch, env=env, start_new_session=True)

    def run(self, command):
        """What it prints."""
        for name, here in self.names.items():
            command = command.replace(name, here)
        if command.startswith("nginx-mtls-exporter ") and command.endswith("&"):
            command = command.replace("nginx-mtls-exporter ", f"nginx-mtls-exporter --web.listen-address 127.0.0.1:{self.port} ", 1)
        self.bash.stdin.write(f"{command}\necho; echo 'the end of the command'\n")
        self.bash.stdin.flush()
        lines = []
        for line in self.bash.stdout:
            if line == "the end of the command\n":
                break
            lines.append(line.rstrip("\n"))
        else:
            raise AssertionError(f"the shell ended at: {command}")
        text = "\n".join(lines).rstrip("\n")
        for name, here in self.names.items():
            text = text.replace(here, name)
        return text.split("\n") if text else []

    def close(self):
        self.bash.stdin.write("kill $(jobs -p) 2>/dev/null; exit\n")
        self.bash.stdin.close()
        self.bash.wait(20)


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def run_sessions(root, exporter):
    bad, ran = [], 0
    for name in SESSIONS:
        with tempfile.TemporaryDirectory() as folder:
            shell = Shell(Path(folder).resolve(), root, exporter)
            try:
                for command, shown in steps((root / name).read_text()):
                    printed = shell.run(command)
                    ran += 1
                    if not matches(shown, printed):
                        bad.append("\n".join([f"{name}: `{command}` prints", *(f"    {line}" for line in printed), "  and not",
                                              *(f"    {line}" for line in shown)]))
            finally:
                shell.close()
    return bad, ran


def unnamed_commands(root):
    """Lines with a program that no test is known to run."""
    for name in PAGES:
        for block in blocks((root / name).read_text()):
            if any(line.startswith("$ ") for line in block):
                continue
            for line in block:
                if re.match(PROGRAMS, line) and not any(re.search(like, line) for like, _, _ in ELSEWHERE):
                    yield f"{name}: no test is named that runs `{line}` (ELSEWHERE of {Path(__file__).name})"
    for _, test, says in ELSEWHERE:
        if says not in (root / test).read_text():
            yield f"{test} does not say `{says}`"


def flags_of(exporter):
    """{command: its flags}; "" is the program without a command."""
    known = {}
    for command in ("", "serve", "check", "fix", "dump", "explain"):
        words = [exporter, "help", command] if command else [exporter, "--help"]
        text = subprocess.run(words, capture_output=True, text=True, timeout=60).stdout
        known[command] = set(re.findall(r"(?<![\w-])(--[a-z][\w.-]*)", text))
    common = known[""]
    return {command: flags | common for command, flags in known.items()}


def unknown_flags(root, exporter):
    known = flags_of(exporter)
    assert "--at" in known["check"] and "--web.listen-address" in known[""], known
    for path in [root / "README.md", *sorted((root / "docs").glob("*.md")), root / "alerts/runbook.md"]:
        for line in re.findall(r"nginx-mtls-exporter ((?:check|fix|dump|explain|serve|--)[^\n`|;]*)", path.read_text()):
            command = line.split()[0] if not line.startswith("--") else ""
            for flag in re.findall(r"(?<![\w-])(--[a-z][\w.-]*)", line.split(" nginx-mtls-exporter ")[0]):
                if flag not in known[command]:
                    yield f"{path.relative_to(root)}: {command or 'the daemon'} has no flag {flag}: {line}"


def self_test():
    page = "text\n\n    $ echo a\n    a\n    ...\n    $ true\n\nmore\n\n    plain\n\n    still\n"
    assert blocks(page) == [["$ echo a", "a", "...", "$ true"], ["plain", "", "still"]], blocks(page)
    assert list(steps(page)) == [("echo a", ["a", "..."]), ("true", [])]
    assert matches(["a", "...", "at 2026-01-01 10:00 UTC"], ["a", "x", "y", "at 2027-02-03 11:11 UTC"])
    assert matches(["a", "..."], ["a"]) and not matches(["a"], ["a", "b"]) and not matches(["a"], []) and matches([], [])


def main(exporter, root):
    self_test()
    for program in ("bash", "openssl", "curl", "nginx"):
        if not shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin"):
            print(f"skipped: no {program}")
            return 77
    bad, ran = run_sessions(root, exporter)
    bad += [*unnamed_commands(root), *unknown_flags(root, exporter)]
    for line in bad:
        print(line)
    print(f"{ran} commands of {len(SESSIONS)} pages were run")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()))
