"""Measures an exporter on small, medium and huge trees beside yardsticks in the same run, and writes the table into OUTPUT.

    report.py EXPORTER OUTPUT [--trees DIR] [--rounds N] [--changes N] [--reloads N] [--note TEXT]

EXPORTER should be a release build. Yardsticks: `nginx -t` on the same tree and a scrape of
prometheus-node-exporter. What counts is the ratios; seconds depend on the machine and its load.
--trees: where the trees of an earlier run are, or will be.
"""

import argparse
import datetime
import http.client
import os
import pathlib
import signal
import statistics
import subprocess
import tempfile
import time

import make_tree
import one_change

SIZES = {"small": 10, "medium": 1000, "huge": 10000}
NODE_EXPORTER = "/usr/bin/prometheus-node-exporter"
NODE_PORT = 21060
SCRAPES = 200
BEGIN = "<!-- measured -->"
END = "<!-- end -->"


class Row:
    """Values of all rounds, and what the issue asks for."""

    def __init__(self, name, unit, must, aim):
        self.name, self.unit, self.must, self.aim, self.values = name, unit, must, aim, []

    def text(self):
        if not self.values:
            return "| %s | not measured | | | %s | %s |" % (self.name, self.must, self.aim)
        low, mid, high = min(self.values), statistics.median(self.values), max(self.values)
        cells = " | ".join("%.4g%s" % (value, self.unit) for value in (low, mid, high))
        return "| %s | %s | %s | %s |" % (self.name, cells, self.must, self.aim)


def high_water(pid):
    """MiB; 0 when it has ended."""
    try:
        lines = pathlib.Path("/proc/%d/status" % pid).read_text().splitlines()
    except OSError:
        return 0.0
    return max([int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")], default=0.0)


def nginx_test(tree):
    """CPU, wall clock and peak of `nginx -t`, in seconds and MiB."""
    begin = time.monotonic()
    process = subprocess.Popen(["/usr/sbin/nginx", "-t", "-q", "-c", str(tree / "nginx.conf")],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak, ended = 0.0, 0
    while ended == 0:
        peak = max(peak, high_water(process.pid))  # ru_maxrss begins with that of the parent
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        time.sleep(0.002)
    process.returncode = status
    wall = time.monotonic() - begin
    assert status == 0, "nginx refuses the tree"
    return {"cpu": usage.ru_utime + usage.ru_stime, "wall": wall, "peak": peak}


def p50_of_scrapes(port):
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    walls = []
    for _ in range(SCRAPES):
        begin = time.monotonic()
        client.request("GET", "/metrics", headers={"Accept-Encoding": "gzip"})
        client.getresponse().read()
        walls.append(time.monotonic() - begin)
    return statistics.median(walls)


def node_exporter_scrape():
    process = subprocess.Popen([NODE_EXPORTER, "--web.listen-address=127.0.0.1:%d" % NODE_PORT],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            try:
                return p50_of_scrapes(NODE_PORT)
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("node-exporter does not answer")
    finally:
        process.terminate()
        process.wait()


def median_change(exporter, tree, indexes, scrape, make):
    """Medians of wall clock and CPU over these server blocks."""
    walls, cpus = zip(*(one_change.one_change(exporter, make(tree, index), scrape) for index in indexes))
    return statistics.median(walls), statistics.median(cpus)


def run(binary, tree, changes, reloads):
    """One start with everything that is asked of it."""
    exporter = one_change.Exporter(binary, tree)
    found = {"wall": exporter.wait_until_ready()}
    found["cpu"] = exporter.cpu()
    time.sleep(8)  # every watch is set, freed memory is returned
    found["rss"], found["peak"] = exporter.rss()
    found["text"] = len(exporter.get("/metrics", "identity")[1])
    found["scrape"] = p50_of_scrapes(one_change.PORT)
    scrape = one_change.scrape_cpu(exporter)
    found["settled rss"] = exporter.rss()[0]
    servers = len(list((tree / "conf.d").glob("*.conf")))
    indexes = [(i * 37 + 11) % servers for i in range(changes)]
    until = make_tree.NOW + make_tree.days(1000) + datetime.timedelta(seconds=int(time.time()) % 10000)
    found["change wall"], found["change cpu"] = median_change(
        exporter, tree, indexes, scrape, lambda where, index: one_change.renewal(where, index, until))
    found["edit wall"], found["edit cpu"] = median_change(
        exporter, tree, indexes[:max(3, changes // 4)], scrape, one_change.edit)
    for number in range(1, reloads + 1):
        exporter.process.send_signal(signal.SIGHUP)
        wanted = b'nginx_mtls_evaluations_total{trigger="signal"} %d\n' % number
        while wanted not in exporter.get("/metrics", "identity")[1]:
            time.sleep(0.5)
    time.sleep(5)
    found["rss after"] = exporter.rss()[0]
    exporter.stop()
    return found


def first_line(command):
    lines = subprocess.run(command, capture_output=True, text=True, check=False)
    return ((lines.stdout or lines.stderr).splitlines() or ["unknown"])[0]


def machine():
    model = [line.split(":")[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
             if line.startswith("model name")]
    return "%d x %s; Linux %s; %s; %s" % (len(model), model[0], os.uname().release,
                                          first_line(["/usr/sbin/nginx", "-v"]), first_line(["openssl", "version"]))


def ratio(rows, name, values, unit="", must="", aim=""):
    rows.setdefault(name, Row(name, unit, must, aim)).values.extend(values)


def add_rows(rows, size, nginx, own):
    ratio(rows, size + ": cold CPU / `nginx -t`", [own["cpu"] / nginx["cpu"]], "", "0.20", "0.10")
    ratio(rows, size + ": cold wall / `nginx -t`", [own["wall"] / nginx["wall"]], "", "0.20", "0.10")
    ratio(rows, size + ": cold CPU", [own["cpu"]], " s")
    ratio(rows, size + ": CPU of `nginx -t`", [nginx["cpu"]], " s")
    ratio(rows, size + ": RSS settled / peak of `nginx -t`", [own["settled rss"] / nginx["peak"]], "", "0.25", "0.10")
    ratio(rows, size + ": RSS settled", [own["settled rss"]], " MiB", "16 MiB" if size == "small" else "",
          "10 MiB" if size == "small" else "")
    ratio(rows, size + ": peak", [own["peak"]], " MiB")
    ratio(rows, size + ": RSS after changes and reloads / before", [own["rss after"] / own["settled rss"]], "", "1.15",
          "1.05")
    ratio(rows, size + ": renewed leaf to its scrape, p50", [own["change wall"] * 1e3], " ms", "50 ms", "10 ms")
    ratio(rows, size + ": cold CPU / CPU of that change", [own["cpu"] / own["change cpu"]], "", "200", "1,000")
    ratio(rows, size + ": CPU of that change", [own["change cpu"] * 1e3], " ms")
    ratio(rows, size + ": edited server block to its scrape, p50", [own["edit wall"] * 1e3], " ms", "500 ms", "100 ms")
    ratio(rows, size + ": CPU of that edit", [own["edit cpu"] * 1e3], " ms")
    ratio(rows, size + ": bytes of text / certificate occurrence",
          [own["text"] / (2 * SIZES[size])], "", "650", "300")
    ratio(rows, size + ": gzip scrape, p50", [own["scrape"] * 1e3], " ms")


def write(text, output):
    """Between the marks of the document; a document without them is replaced."""
    before, begins, rest = (output.read_text() if output.exists() else "").partition(BEGIN)
    after = rest.partition(END)[2]
    output.write_text(before + BEGIN + "\n" + text + END + after if begins else text)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("exporter")
    parser.add_argument("output")
    parser.add_argument("--trees")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--changes", type=int, default=20)
    parser.add_argument("--reloads", type=int, default=3)
    parser.add_argument("--note", default="")
    options = parser.parse_args()
    rows = {}
    loads = [os.getloadavg()[0]]
    with tempfile.TemporaryDirectory() as temporary:
        trees = pathlib.Path(options.trees or temporary).resolve()
        for size, servers in SIZES.items():
            if not (trees / size / "nginx.conf").exists():
                make_tree.Tree(trees / size, servers)
        for _ in range(options.rounds):
            of_node = node_exporter_scrape()
            changes = {}
            for size in SIZES:
                own = run(options.exporter, trees / size, options.changes, options.reloads)
                nginx = nginx_test(trees / size)
                changes[size] = own["change cpu"]
                add_rows(rows, size, nginx, own)
                ratio(rows, size + ": gzip scrape p50 / node-exporter's own", [own["scrape"] / of_node], "", "0.20",
                      "0.05")
                loads.append(os.getloadavg()[0])
            ratio(rows, "CPU of a change, huge / medium", [changes["huge"] / changes["medium"]], "", "2", "1.2")
    command = "report.py EXPORTER OUTPUT --rounds %d --changes %d --reloads %d" % (options.rounds, options.changes,
                                                                                options.reloads)
    lines = ["| | min | median | max | must | aim |", "| --- | --- | --- | --- | --- | --- |"]
    lines += [row.text() for row in sorted(rows.values(), key=lambda row: (row.name.split(":")[0] != "huge", row.name))]
    facts = ["Measured %s with `tests/bench/%s`" % (datetime.date.today().isoformat(), command),
             "on %s. Load average meanwhile: %.1f to %.1f. %s" % (machine(), min(loads), max(loads), options.note)]
    write("\n".join(facts + [""] + lines) + "\n", pathlib.Path(options.output))


if __name__ == "__main__":
    main()
