#!/usr/bin/env python3
"""Counts the instructions of bench/service_bench with valgrind, so that the figures do not depend on what else the machine does.
Usage: service_bench.py BENCH. Lines: name value unit ratio limit ok|OVER."""
import os
import re
import subprocess
import sys
import tempfile

MIXED_LIMIT = 1.6
IDLE_LIMIT = 100.0  # instructions a second that 100,000 clocks may cost where nothing is due
SNAPSHOT_LIMIT_MS = 5.0


def count(bench, *words):
    """(numbers the program printed, instructions of what it measured)"""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(["valgrind", "--tool=callgrind", "--collect-atstart=no", "--toggle-collect=measured_*",
                               "--callgrind-out-file=" + os.path.join(folder, "out"), bench, *words],
                              check=True, capture_output=True, text=True, timeout=900)
    return [int(word) for word in done.stdout.split()], int(re.search(r"Collected : (\d+)", done.stderr)[1])


def line(name, value, unit, ratio, limit):
    verdict = "ok" if not limit or (ratio if unit == "instructions" else value) <= limit else "OVER"
    print(f"{name} {value:.1f} {unit} {ratio:.2f} {limit:.1f} {verdict}", flush=True)


def main():
    bench = sys.argv[1]
    bare = None
    for part in ("base", "contacts", "all"):
        (events, _), instructions = count(bench, part)
        each = instructions / events
        bare = bare or each
        line("service_" + part, each, "instructions", each / bare, MIXED_LIMIT)
    (seconds, _), nothing = count(bench, "clocks", "0")
    _, idle = count(bench, "clocks", "100000")
    line("clocks_idle_second", (idle - nothing) / seconds, "instructions_more", idle / nothing, IDLE_LIMIT)
    printed = subprocess.run([bench, "snapshot"], check=True, capture_output=True, text=True, timeout=300).stdout.split()
    line("snapshot_100k_clocks", float(printed[0]), "ms", float(printed[0]) / SNAPSHOT_LIMIT_MS, SNAPSHOT_LIMIT_MS)


if __name__ == "__main__":
    main()
