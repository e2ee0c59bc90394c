"""What a start, one renewed certificate and one edited server block cost exporters on the same tree, in turns.

    one_change.py TREE ROUNDS CHANGES EXPORTER...

TREE is made by make_tree.py. For each exporter: CPU and wall clock from the start to complete
metrics, resident memory then and after the changes, the size of a scrape, and of each change the
time from the rename to the new value in a scrape and the CPU, with the polling scrapes taken off.
Of five changes one is an edit of a server block, the others are renewed certificates.
"""

import datetime
import gzip
import http.client
import pathlib
import re
import statistics
import subprocess
import sys
import time

from cryptography import x509
from cryptography.hazmat.primitives import serialization

import make_tree

PORT = 21059
OWN_BYTES = 4096  # the daemon's own metrics at the end of a scrape differ each time
READY = 0.01
ARGUMENTS = []  # more of them, for exporters that are profiled


class Exporter:
    def __init__(self, binary, tree):
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [binary, "--nginx.conf", str(tree / "nginx.conf"), "--web.listen-address", "127.0.0.1:%d" % PORT]
            + ARGUMENTS,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.client = None

    def get(self, path, encoding="gzip"):
        for _ in range(2):
            try:
                if self.client is None:
                    self.client = http.client.HTTPConnection("127.0.0.1", PORT, timeout=120)
                self.client.request("GET", path, headers={"Accept-Encoding": encoding})
                answer = self.client.getresponse()
                return answer.status, answer.read()
            except (OSError, http.client.HTTPException):
                self.client = None
        return 0, b""

    def wait_until_ready(self):
        while self.get("/-/ready")[0] != 200:
            time.sleep(READY)
        return time.monotonic() - self.began

    def cpu(self):
        tasks = pathlib.Path("/proc/%d/task" % self.process.pid).glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def rss(self):
        status = pathlib.Path("/proc/%d/status" % self.process.pid).read_text()
        values = {line.split(":")[0]: line.split()[1] for line in status.splitlines() if line.startswith("Vm")}
        return int(values["VmRSS"]) / 1024, int(values["VmHWM"]) / 1024

    def stop(self):
        self.process.terminate()
        self.process.wait()


def renew(tree, index, until):
    """A new certificate for the key of a server, by the CA that signed the one before."""
    tenant = index // make_tree.SERVERS_PER_BUNDLE
    signer = serialization.load_pem_private_key((tree / "cas" / ("%d.key" % tenant)).read_bytes(), None)
    path = tree / "certs" / ("%05d.pem" % index)
    before = x509.load_pem_x509_certificate(path.read_bytes())
    made = make_tree.certificate("s%05d.example" % index, "Tenant %d CA 0" % tenant, before.public_key(), signer,
                                 until, False)
    fresh = path.with_suffix(".new")
    fresh.write_bytes(made.public_bytes(make_tree.PEM))
    return fresh, path


def shown_as(index, until):
    return ('nginx_mtls_server_certificate_expiry_timestamp_seconds{server="s%05d.example",listen="127.0.0.1:20443",'
            % index).encode(), (" %d\n" % int(until.timestamp())).encode()


def edit(tree, index):
    """Another ssl_verify_depth in the file of a server block: the new file, its place, the sample that will tell."""
    path = tree / "conf.d" / ("%05d.conf" % index)
    text = path.read_text()
    depth = 3 + (int(re.search(r"ssl_verify_depth (\d+);", text).group(1)) + 1) % 5
    fresh = path.with_suffix(".new")
    fresh.write_text(re.sub(r"ssl_verify_depth \d+;", "ssl_verify_depth %d;" % depth, text))
    start = 'nginx_mtls_server_verify_depth{server="s%05d.example",' % index
    return fresh, path, (start.encode(), b" %d\n" % depth)


def is_shown(body, start, end):
    at = body.find(start)
    return at >= 0 and body[at:body.index(b"\n", at) + 1].endswith(end)


def is_other(body, last):
    """Whether more than the daemon's own metrics differ. Their compressed length differs too; and were that taken for a
    change, the time in which this client unpacks 37 MB would count as the exporter's."""
    shared = min(len(body), len(last)) - OWN_BYTES
    return body[:shared] != last[:shared]


def scrape_cpu(exporter):
    before = exporter.cpu()
    count = 10
    for _ in range(count):
        exporter.get("/metrics")
    return (exporter.cpu() - before) / count


def renewal(tree, index, until):
    fresh, path = renew(tree, index, until)
    return fresh, path, shown_as(index, until)


def one_change(exporter, change, scrape):
    fresh, path, sample = change
    last = exporter.get("/metrics")[1]
    begin, cpu, polls = time.monotonic(), exporter.cpu(), 0
    fresh.rename(path)
    while True:
        time.sleep(0.002)
        body = exporter.get("/metrics")[1]
        polls += 1
        now = time.monotonic()
        if is_other(body, last):
            if is_shown(gzip.decompress(body), *sample):
                time.sleep(1.5)  # what the change costs after it is shown: memory returns a second later
                return now - begin, exporter.cpu() - cpu - polls * scrape
            last = body


def measure(binary, tree, changes):
    exporter = Exporter(binary, tree)
    wall = exporter.wait_until_ready()
    cold = exporter.cpu()
    packed = exporter.get("/metrics")[1]
    text = exporter.get("/metrics", "identity")[1]
    settled = exporter.rss()
    scrape = scrape_cpu(exporter)
    walls, cpus, memory, edits, edit_cpus = [], [], [], [], []
    servers = len(list((tree / "conf.d").glob("*.conf")))
    until = make_tree.NOW + make_tree.days(1000) + datetime.timedelta(seconds=int(time.time()) % 10000)
    for i in range(changes):
        index = (i * 37 + 11) % servers
        is_edit = i % 5 == 4
        change = edit(tree, index) if is_edit else renewal(tree, index, until)
        took, spent = one_change(exporter, change, scrape)
        (edits if is_edit else walls).append(took)
        (edit_cpus if is_edit else cpus).append(spent)
        memory.append(exporter.rss())
    exporter.stop()
    return {"start wall s": wall, "start CPU s": cold, "gzip KB": len(packed) / 1e3, "text KB": len(text) / 1e3,
            "series": sum(1 for line in text.splitlines() if line and not line.startswith(b"#")),
            "scrape CPU ms": scrape * 1e3, "RSS MiB": settled[0], "peak MiB": settled[1],
            "RSS after changes MiB": memory[-1][0], "peak after changes MiB": memory[-1][1],
            "change p50 ms": statistics.median(walls) * 1e3, "change max ms": max(walls) * 1e3,
            "change CPU p50 ms": statistics.median(cpus) * 1e3, "cold CPU / change CPU": cold / statistics.median(cpus),
            "edit p50 ms": statistics.median(edits) * 1e3, "edit max ms": max(edits) * 1e3,
            "edit CPU p50 ms": statistics.median(edit_cpus) * 1e3}


def main():
    tree, rounds, changes = pathlib.Path(sys.argv[1]).resolve(), int(sys.argv[2]), int(sys.argv[3])
    binaries = sys.argv[4:]
    results = {binary: [] for binary in binaries}
    for _ in range(rounds):
        for binary in binaries:
            results[binary].append(measure(binary, tree, changes))
    print("| | " + " | ".join(binaries) + " |\n" + "| --- " * (len(binaries) + 1) + "|")
    for row in results[binaries[0]][0]:
        cells = ["%.1f" % statistics.median(one[row] for one in results[binary]) for binary in binaries]
        print("| %s | %s |" % (row, " | ".join(cells)))


if __name__ == "__main__":
    main()
