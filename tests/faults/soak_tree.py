"""The nginx tree of a soak: server blocks, bundles and CRLs on a throw-away PKI, and the changes made to them."""

import contextlib
import os
import socket
import subprocess
import time

from watched_process import scrape

SERVERS = 10
PEMS = 4


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def certificate(directory, name):
    pem, key = directory / f"{name}.pem", directory / f"{name}.key"
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "300",
            "-subj", f"/CN={name}", "-keyout", str(key), "-out", str(pem))
    return pem.read_text()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Tree:
    def __init__(self, root, dice):
        self.root, self.dice = root, dice
        (root / "conf.d").mkdir()
        (root / "made").mkdir()
        self.pems = [certificate(root / "made", f"ca{n}") for n in range(PEMS)]
        certificate(root, "server")
        (root / "nginx.conf").write_text("events {}\nhttp { include conf.d/*.conf; }\n")
        self.restore()

    def restore(self):
        for number in range(SERVERS):
            (self.root / "conf.d" / f"{number}.conf").write_text(self.server(number))
            bundle = self.bundle(number)
            bundle.unlink(missing_ok=True)
            bundle.write_text(self.pems[number % PEMS])

    def bundle(self, number):
        return self.root / f"bundle{number}.pem"

    def server(self, number):
        return (f"server {{ listen 127.0.0.1:8443 ssl; server_name s{number}.example; ssl_certificate server.pem;"
                f" ssl_certificate_key server.key; ssl_verify_client on; ssl_client_certificate bundle{number}.pem; }}\n")

    def change(self):
        number = self.dice.randrange(SERVERS)
        self.dice.choice([self.write, self.rename, self.remove, self.link, self.half, self.configure])(number)

    def some_pems(self):
        return "".join(self.dice.sample(self.pems, self.dice.randrange(1, PEMS + 1)))

    def write(self, number):
        self.bundle(number).write_text(self.some_pems())

    def rename(self, number):
        new = self.root / "new"
        new.write_text(self.some_pems())
        os.replace(new, self.bundle(number))

    def remove(self, number):
        self.bundle(number).unlink(missing_ok=True)

    def link(self, number):
        new = self.root / "newlink"
        new.symlink_to(self.root / "made" / f"ca{self.dice.randrange(PEMS)}.pem")
        os.replace(new, self.bundle(number))

    def half(self, number):
        self.bundle(number).unlink(missing_ok=True)  # a link would lead into the sources
        self.bundle(number).write_text(self.some_pems()[:self.dice.randrange(1, 500)])

    def configure(self, number):
        text = self.dice.choice(["", "server { nonsense", self.server(number), self.server(number) * 2])
        (self.root / "conf.d" / f"{number}.conf").write_text(text)

    def verdicts(self, text):
        """What a scrape says of the host, without times of changes."""
        lines = [line for line in text.splitlines() if "server=" in line or 'path="' in line]
        return sorted(line for line in lines if "file_modified" not in line and "watch_" not in line)

    @contextlib.contextmanager
    def exporter(self, binary):
        port = free_port()
        with open(self.root / "log", "wb") as log:
            child = subprocess.Popen([str(binary), "--nginx.conf", str(self.root / "nginx.conf"), "--nginx.prefix",
                                      str(self.root), "--web.listen-address", f"127.0.0.1:{port}"], stderr=log)
            try:
                self.wait_for(child, port)
                yield child, port
            finally:
                child.terminate()
                child.wait()

    def wait_for(self, child, port):
        for _ in range(200):
            with contextlib.suppress(OSError, RuntimeError):
                if "nginx_mtls_server_info" in scrape(port)[0]:
                    return
            if child.poll() is not None:
                break
            time.sleep(0.1)
        raise SystemExit("the exporter does not become ready: " + (self.root / "log").read_text())
