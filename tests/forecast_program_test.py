#!/usr/bin/env python3
"""Forecasts by the built program on a real month, against what really came. Prints TAP; what needs real logs is skipped without TABLO_DATA."""
import csv, json, os, subprocess, sys, tempfile

from tap import end, say, skip

BIN, DATA, SOURCE = os.environ["TABLO_BIN"], os.environ.get("TABLO_DATA", "../shared/data"), os.environ.get("TABLO_SOURCE", ".")
MONTH = DATA + "/anonbank-1999-08/"


def tablo(*words, code=0):
    done = subprocess.run([BIN, *words], capture_output=True, text=True, timeout=120)
    if done.returncode != code:
        raise RuntimeError("%s: exit %d\n%s" % (" ".join(words)[:200], done.returncode, done.stderr))
    return done.stderr if code else done.stdout


def documents(text):
    decoder, at = json.JSONDecoder(), 0
    text = text.rstrip()
    while at < len(text):
        value, at = decoder.raw_decode(text, at)
        yield value
        while at < len(text) and text[at].isspace():
            at += 1


def what_came():
    """Offered by half hour, from figures that were computed apart from this program."""
    with open(MONTH + "truth_intervals_30m.csv", newline="") as f:
        return {row["interval_start"]: int(row["offered"]) for row in csv.DictReader(f) if row["queue"] == "ALL"}


def at(day, half):
    return "1999-08-%02dT%02d:%02d:00Z" % (day, half // 2, half % 2 * 30)


def error(pairs):
    """Mean of |expected - came| / came over the half hours in which something came."""
    shares = [abs(expected - came) / came for expected, came in pairs if came]
    return sum(shares) / len(shares), len(shares)


def value(document, metric, scope={}):
    for figure in document["figures"]:
        if figure["metric"] == metric and figure["scope"] == scope:
            return figure.get("value")


def month(feed):
    came = what_came()
    words = ["snapshot", "--feed", "file:" + feed, "--zone", "UTC", "--set", "history_days=36", "--metric", "forecast_30m", "--metric", "agents_needed",
             "--metric", "staffing_gap", "--metric", "agents_on", "--metric", "expected_service_level"]
    halves = [(day, half) for day in range(22, 29) for half in range(48)]
    found = list(documents(tablo(*words, *[word for day, half in halves for word in ("--at", at(day, half))])))
    say(len(found) == len(halves), "a look at each half hour of the fourth week", len(found))
    ours, n = error([(value(d, "forecast_30m"), came.get(at(*where), 0)) for d, where in zip(found, halves)])
    naive, _ = error([(came.get(at(day - 7, half), 0), came.get(at(day, half), 0)) for day, half in halves])
    print("# the next 30 min, week 4: mean absolute percentage error %.1f %%, same as last week %.1f %%, over %d half hours" % (100 * ours, 100 * naive, n))
    say(ours < naive, "the next half hour is told better than by last week's", (ours, naive))
    gaps = [(value(d, "staffing_gap"), value(d, "agents_on"), value(d, "agents_needed")) for d in found]
    say(all(on is None or needed is None or gap == on - needed for gap, on, needed in gaps), "the gap is who is there less who is needed", gaps)
    say(any(gap is not None and gap < 0 for gap, _, _ in gaps), "at times there were too few", gaps)
    shares = [value(d, "expected_service_level") for d in found]
    say(all(share is None or 0 <= share <= 1 for share in shares), "an expected service level is a share", shares)
    # A whole day ahead, told at midnight, as the JSON has it.
    day = json.loads(tablo(*words[:7], "--at", "1999-08-24T00:05:00Z"))["forecast"]["half_hours"]
    told = {half["from"]: half["expected"] for half in day}
    ours, n = error([(told[at(24, half)], came.get(at(24, half), 0)) for half in range(48)])
    naive, _ = error([(came.get(at(17, half), 0), came.get(at(24, half), 0)) for half in range(48)])
    print("# Tuesday of week 4, told at midnight: %.1f %%, same as last week %.1f %%, over %d half hours" % (100 * ours, 100 * naive, n))
    last = {half["from"]: half.get("last_week") for half in day}
    say(all(last[at(24, half)] == came.get(at(17, half), 0) for half in range(48)), "last week's half hours are as they were", last)
    # A board keeps eight days of everything by itself, and arrivals of four weeks.
    few, many = (json.loads(tablo(*words[:count], "--at", at(25, 20))) for count in (5, 7))
    say(few["forecast"]["weeks"] == 4 and few["forecast"]["half_hours"] == many["forecast"]["half_hours"],
        "eight days of history tell what five weeks tell", few.get("forecast"))
    none = json.loads(tablo(*words[:5], "--at", at(5, 20)))
    say(value(none, "forecast_30m") is None and not any("expected" in half for half in none["forecast"]["half_hours"]),
        "in the first week nothing is told of today", none["forecast"])


def shifts(feed, folder):
    path = os.path.join(folder, "shifts.csv")
    with open(path, "w") as f:
        f.write("# planned\nmon-fri,07:00,12:00,PS,6\nmon-fri,07:00,16:00,IN,2\n1999-08-25,07:00,11:00,IN,3\n")
    found = json.loads(tablo("snapshot", "--feed", "file:" + feed, "--zone", "UTC", "--set", "history_days=36", "--set", "shifts=" + path,
                             "--at", at(25, 20)))["forecast"]["half_hours"]
    planned = {half["from"]: half.get("planned") for half in found}
    say([planned[at(25, half)] for half in (13, 14, 21, 22, 24)] == [0, 9, 9, 6, 0], "shifts as the file has them, a date in place of its weekday", planned)


def wrong_shifts(folder):
    path, config = os.path.join(folder, "bad.csv"), os.path.join(folder, "board.conf")
    with open(path, "w") as f:
        f.write("mon-fri,07:00,12:00,PS,6\nmon-fry,07:00,12:00,PS,6\n")
    with open(config, "w") as f:
        f.write('shifts = "%s"\n' % path)
    said = tablo("check", config, code=1)
    say("bad.csv:2:" in said and "mon-fry" in said, "check names file and line of a shift that is none", said)
    said = tablo("snapshot", "--config", config, "--feed", "sim:1", "--for", "1s", code=1)
    say("bad.csv:2:" in said, "and no board begins with it", said)


with tempfile.TemporaryDirectory() as folder:
    wrong_shifts(folder)
    if not os.path.isfile(MONTH + "events.csv.gz"):
        skip("a real month")
    else:
        feed = os.path.join(folder, "events.ndjson")
        with open(feed, "w") as out:
            subprocess.run([BIN, "import", "csv", "--map", SOURCE + "/data/mappings/anonbank-events.conf", MONTH + "events.csv.gz"],
                           stdout=out, stderr=subprocess.DEVNULL, check=True, timeout=60)
        month(feed)
        shifts(feed, folder)
sys.exit(end())
