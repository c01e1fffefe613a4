#!/usr/bin/env python3
"""The report of a recorded month, held against what was computed independently of us: every half hour of every queue. Prints TAP."""
import csv, io, json, os, subprocess, sys, tempfile

BIN, SOURCE, DATA = os.environ["TABLO_BIN"], os.environ["TABLO_SOURCE"], os.environ["TABLO_DATA"]
CALLS = os.path.join(DATA, "anonbank-1999-08", "events.csv.gz")
TRUTH = os.path.join(DATA, "anonbank-1999-08", "truth_intervals_30m.csv")
RULES = ("--zone", "UTC", "--target", "20s", "--count-by", "arrival")
ours = []


def say(good, name, why=""):
    ours.append(bool(good))
    print("%s %d - %s" % ("ok" if good else "not ok", len(ours), name))
    for line in [] if good else str(why).splitlines():
        print("# " + line)


def tablo(*words):
    return subprocess.run([BIN, *words], capture_output=True, text=True, timeout=300)


def wrong_of(truth, row, sl):
    """What differs: counts and sums to the last digit, percentiles are the sketch's business."""
    def number(name):
        return float(row[name]) if row[name] else 0.0
    pairs = [(name, int(number(name)), int(truth[name])) for name in ("offered", "answered", "abandoned")]
    pairs += [(sl, "%.4f" % number("service_level") if row["service_level"] else "", truth[sl]),
              ("asa_s", "%.3f" % number("asa") if row["asa"] else "", truth["asa_s"]),
              ("max_wait_s", int(number("worst_wait")), int(truth["max_wait_s"]))]
    for name, column in (("p50_wait", "asa_p50"), ("p90_wait", "asa_p90"), ("p95_wait", "asa_p95")):
        if row[column] and abs(number(column) - float(truth[name])) > 0.02 * float(truth[name]) + 0.001:
            pairs.append((name, row[column], truth[name]))
    return ["%s %s %s: %s, not %s" % (row["from"], row["queue"], name, ours, theirs) for name, ours, theirs in pairs if ours != theirs]


def main(folder):
    month, journal = os.path.join(folder, "august.ndjson"), os.path.join(folder, "journal")
    with open(month, "w") as out:
        subprocess.run([BIN, "import", "csv", "--map", SOURCE + "/data/mappings/anonbank-events.conf", CALLS], stdout=out,
                       stderr=subprocess.DEVNULL, check=True, timeout=120)
    done = tablo("collect", "--feed", "file:" + month, "--journal", journal, "--zone", "UTC", "--speed", "0")
    say(done.returncode == 0, "the month into a journal", done.stderr)
    for formula, brief, sl in (("SLO", "5s", "sl20_offered"), ("SL2s", "20s", "sl20_noshort"), ("SL1", "5s", "sl20_answered")):
        done = tablo("report", journal, "--by", "30m", "--format", "csv", "--formula", formula, "--short", brief, *RULES)
        found = {(row["from"], row["queue"] or "ALL"): row for row in csv.DictReader(io.StringIO(done.stdout)) if not row["channel"] and row["offered"] != "0"}
        truths = list(csv.DictReader(open(TRUTH)))
        wrong = [line for t in truths for line in
                 (wrong_of(t, found[t["interval_start"], t["queue"]], sl) if (t["interval_start"], t["queue"]) in found else
                  ["%(interval_start)s %(queue)s is missing" % t])]
        say(len(found) == len(truths) and not wrong, "%d half hours, %s" % (len(truths), formula), "%d rows\n%s\n%s" % (len(found), "\n".join(wrong[:8]), done.stderr))
    for form in ("md", "html", "json"):
        done = tablo("report", journal, "--from", "1999-08-01 10:00", "--to", "1999-08-01 12:00", "--format", form, *RULES)
        say(done.returncode == 0 and "longest wait" in done.stdout and "NO_SERVER" not in done.stdout, "the incident as " + form, done.stderr)
        # By hand: five minutes' sums of abandons are 2, then 3 at 10:01, where four Sundays' median is 0 with no spread.
        if form == "json":
            order = [(onset["metric"], onset["at"][11:16], int(onset["worst"])) for onset in json.loads(done.stdout)["what_came_first"][0]["order"]]
            good = order == [("abandoned", "10:01", 8), ("asa", "10:18", 399), ("aht", "10:31", 535)]
        else:
            begin = done.stdout.find("left its normal band")
            order = [done.stdout.find(words, begin) for words in ("10:01", "8 in 5 min", "10:18", "06:39", "10:31", "08:55", "Normal is: ")]
            good = order == sorted(order) and -1 not in order
        say(good, "what came first, as it can be counted by hand, as " + form, order)
    done = tablo("report", journal, "--format", "pdf")
    say(done.returncode != 0 and "pdf" in done.stderr, "an unknown form is named", done.stderr)
    done = tablo("report", "/nonexistent")
    say(done.returncode == 1 and "/nonexistent" in done.stderr, "so is a journal that is none", done.stderr)


if os.path.exists(CALLS):
    with tempfile.TemporaryDirectory() as place:
        main(place)
else:
    say(True, "the month # SKIP the recorded month is not here")
print("1..%d" % len(ours))
sys.exit(not all(ours))
