#!/usr/bin/env python3
"""soak.py EXPORTER [--seconds N] [--report FILE]: runs the exporter for a long time under everything that is usual at once.

That is a scrape every second, ten file changes a second, a reload a minute, and fifty clients that behave badly. /proc
is sampled meanwhile; the report has the figures and straight lines through the second half. It ends in 0 when nothing
failed and nothing grows."""

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import datetime, timezone
from pathlib import Path

from bad_clients import BadClients
from soak_tree import Tree
from watched_process import WatchedProcess, scrape

WARM_UP_SECONDS = 5
CHANGES_PER_SECOND = 10
BAD_CLIENTS = 50
RSS_KIB_PER_HOUR = 1024  # of the line through the second half; asked of runs of half an hour and more
RSS_GROWTH_KIB = 16 * 1024  # asked of shorter ones, in which caches still fill


class Every:
    """Calls `work` each `period` seconds on a thread of its own; what it throws is kept."""

    def __init__(self, period, work):
        self.period, self.work, self.done, self.errors, self.count = period, work, threading.Event(), [], 0
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        due = time.monotonic()
        while not self.done.wait(max(0.0, due - time.monotonic())):
            due += self.period
            self.count += 1
            try:
                self.work()
            except Exception as error:  # pylint: disable=broad-except
                self.errors.append(f"{type(error).__name__}: {error}")

    def stop(self):
        self.done.set()
        self.thread.join()


def slope(points):
    """Of the least-squares line through (x, y)."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    mean_x, mean_y = statistics.fmean(xs), statistics.fmean(ys)
    spread = sum((x - mean_x) ** 2 for x in xs)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def at_rest(process, port):
    """Sample without clients and changes, once evaluations have ended and the last scrape's connection is gone."""
    scrape(port)
    time.sleep(WARM_UP_SECONDS)
    return process.sample()


def soak(arguments, tree):
    with tree.exporter(arguments.exporter) as (child, port):
        process = WatchedProcess(child.pid, port)
        calm_before, metrics_before = at_rest(process, port), tree.verdicts(scrape(port)[0])
        begin, samples, durations = time.monotonic(), [], []
        work = {
            "scrapes": Every(1, lambda: durations.append(scrape(port)[1])),
            "file changes": Every(1 / CHANGES_PER_SECOND, tree.change),
            "reloads": Every(min(60, arguments.seconds / 3), process.reload),
            "samples": Every(1, lambda: samples.append((time.monotonic() - begin, process.sample()))),
        }
        with BadClients(port, BAD_CLIENTS) as clients:
            time.sleep(arguments.seconds)
            for each in work.values():
                each.stop()
            rudeness = clients.counts()
        tree.restore()
        calm_after, text = at_rest(process, port), scrape(port)[0]
        return {"work": work, "samples": samples, "durations": durations, "rudeness": rudeness,
                "before": calm_before, "after": calm_after, "alive": child.poll() is None,
                "same": tree.verdicts(text) == metrics_before, "text": text}


def judge(run, seconds):
    """What is wrong with the run, as a list of texts."""
    bad = [f"{name}: {len(each.errors)} failed, the first: {each.errors[0]}" for name, each in run["work"].items() if each.errors]
    if not run["alive"]:
        bad.append("the exporter has ended")
    if not run["same"]:
        bad.append("the tree is as it was before, but its metrics differ")
    for what in ("fds", "threads", "watches"):
        if run["after"][what] > run["before"][what]:
            bad.append(f"{what}: {run['before'][what]} at rest before, {run['after'][what]} after")
    half = [(at, sample["rss_kib"]) for at, sample in run["samples"] if at > seconds / 2]
    run["rss_slope"] = slope(half) * 3600
    if seconds >= 1800 and run["rss_slope"] > RSS_KIB_PER_HOUR:
        bad.append(f"RSS grows by {run['rss_slope']:.0f} KiB an hour")
    if seconds < 1800 and run["after"]["rss_kib"] - run["before"]["rss_kib"] > RSS_GROWTH_KIB:
        bad.append(f"RSS grew from {run['before']['rss_kib']} to {run['after']['rss_kib']} KiB")
    return bad


def report(run, seconds, bad):
    durations, half = run["durations"], [(at, s) for at, s in run["samples"] if at > seconds / 2]
    lines = ["# Soak", "", f"Written by `./dev soak --seconds {seconds}`, {datetime.now(timezone.utc):%F %R} UTC, "
             f"{subprocess.run(['uname', '-sr'], capture_output=True, text=True, check=True).stdout.strip()}.", "",
             "**" + ("Nothing failed and nothing grows." if not bad else "Something is wrong: " + "; ".join(bad)) + "**", "",
             "| work | done | failed |", "| --- | --- | --- |"]
    lines += [f"| {name} | {each.count} | {len(each.errors)} |" for name, each in run["work"].items()]
    lines += [f"| connections of {BAD_CLIENTS} bad clients: {kind} | {count} | – |" for kind, count in sorted(run["rudeness"].items())]
    lines += ["", f"Scrapes: median {statistics.median(durations) * 1e3:.1f} ms, p99 {percentile(durations, 0.99) * 1e3:.1f} ms, "
              f"max {max(durations) * 1e3:.1f} ms.", "",
              "| process | at rest before | least | most | at rest after | slope of the second half, per hour |",
              "| --- | --- | --- | --- | --- | --- |"]
    for what in ("rss_kib", "fds", "threads", "watches"):
        values = [sample[what] for _, sample in run["samples"]]
        line = slope([(at, sample[what]) for at, sample in half]) * 3600
        lines.append(f"| {what} | {run['before'][what]} | {min(values)} | {max(values)} | {run['after'][what]} | {line:+.1f} |")
    lines += ["", "The exporter's own counts at the end:", ""]
    wanted = ("evaluations_total", "evaluations_refused", "generation", "watch_overflows", "watch_missed", "log_messages_dropped")
    lines += [f"    {line}" for line in run["text"].splitlines() if line.startswith(tuple(f"nginx_mtls_{name}" for name in wanted))]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("exporter", type=lambda text: Path(text).resolve())
    parser.add_argument("--seconds", type=int, default=1800)
    parser.add_argument("--seed", type=int, default=random.randrange(10 ** 6))
    parser.add_argument("--report", type=Path)
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    with tempfile.TemporaryDirectory() as scratch:
        run = soak(arguments, Tree(Path(scratch), random.Random(arguments.seed)))
    bad = judge(run, arguments.seconds)
    text = report(run, arguments.seconds, bad)
    print(text)
    if arguments.report:
        arguments.report.write_text(text)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
