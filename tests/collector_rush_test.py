#!/usr/bin/env python3
"""A real month of calls through a collector with Redis, both killed again and again while it rushes by: the half hours in the end are
those that were computed independently, in a board that is attached and in one on Redis. The settings are the ordinary ones: what
follows a hole waits for it. Prints TAP; skipped, counted, without TABLO_DATA or redis-server."""
import csv, json, os, random, subprocess, sys, tempfile, threading, time

from collect_test_parts import BIN, results, say, status, wait_for
from fault_parts import Rig, SLOW, rounds
from redis_server import SERVER, Redis

DATA, SOURCE = os.environ.get("TABLO_DATA", "../shared/data"), os.environ.get("TABLO_SOURCE", ".")
CALLS = os.path.join(DATA, "anonbank-1999-08", "events.csv.gz")
KILLS = rounds(8, 60, 3)
# Every half hour of the month, not only those of a board's last five weeks less a day.
RULES = ("--set", "history_days=36")
FIGURES = [("offered", "offered", "%d"), ("answered", "answered", "%d"), ("abandoned", "abandoned", "%d"), ("sl20_offered", "service_level", "%.4f"),
           ("asa_s", "asa", "%.3f"), ("aht_s", "aht", "%.3f"), ("max_wait_s", "worst_wait", "%d")]


def truths():
    found = {}
    with open(os.path.join(os.path.dirname(CALLS), "truth_intervals_30m.csv"), newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["interval_start"], {})[row["queue"]] = row
    return found


def documents(text):
    decoder, at = json.JSONDecoder(), 0
    text = text.rstrip()
    while at < len(text):
        value, at = decoder.raw_decode(text, at)
        yield value
        while at < len(text) and text[at].isspace():
            at += 1


def differences(wanted, *source):
    """Rows of the truth that were seen, and what was not as they say."""
    words = [word for _, metric, _ in FIGURES for word in ("--metric", metric)]
    done = subprocess.run([BIN, "snapshot", *source, "--zone", "UTC", *RULES, "--by", "arrival", "--window", "today", "--target", "20s", "--formula", "SLO",
                           "--json", "--intervals", "30m", "--for", "2s", *words], capture_output=True, text=True, timeout=200)
    wrong, seen = [], 0
    for document in documents(done.stdout):
        found = {(f["scope"].get("queue", "ALL"), f["metric"]): f["of"][0] / f["of"][1] if "of" in f else f.get("value")
                 for f in document["figures"] if set(f["scope"]) <= {"queue"}}
        for queue, row in wanted.get(document["from"], {}).items():
            seen += 1
            for column, metric, form in FIGURES:
                value = found.get((queue, metric), 0 if form == "%d" else None)
                got = "" if value is None else form % value
                if got != row[column]:
                    wrong.append("%s %s %s: %r, not %r" % (document["from"], queue, column, got, row[column]))
    return seen, wrong, done.stderr


def main(folder):
    month = os.path.join(folder, "august.ndjson")
    with open(month, "w") as out:
        subprocess.run([BIN, "import", "csv", "--map", SOURCE + "/data/mappings/anonbank-events.conf", CALLS], stdout=out, stderr=subprocess.DEVNULL,
                       check=True, timeout=120)
    lines = open(month).readlines()
    redis = Redis("--appendonly", "yes", "--appendfsync", "everysec")
    rig = Rig(folder, "unix://" + redis.socket, rules=RULES)
    rig.sent = len(lines)

    def publish():
        # As a helpdesk that hurries: what is under way when the collector dies is a few thousand events.
        for at in range(0, len(lines), 500):
            rig.publisher.stdin.write("".join(lines[at:at + 500]))
            rig.publisher.stdin.flush()
            time.sleep(PAUSE)

    sender = threading.Thread(target=publish)
    sender.start()
    chance, kills = random.Random(11), 0
    while kills < KILLS and sender.is_alive():
        time.sleep(chance.uniform(0.3, 1.2))
        if kills % 3 == 2:
            redis.kill()
            time.sleep(chance.uniform(0, 0.3))
            redis.start()
        else:
            rig.again()
        kills += 1
    sender.join()
    rig.found = wait_for(rig.journal, lambda s: s["running"] and rig.whole(s), 120)
    say(kills == KILLS and rig.check("%d events in a rush, %d kills of collector and Redis" % (len(lines), kills)) is not None, "killed %d times on the way" % kills)
    wanted = truths()
    rows = sum(len(queues) for queues in wanted.values())
    for name, source in (("attached", ("--attach", rig.stream)), ("on Redis", ("--store", rig.url))):
        seen, wrong, err = differences(wanted, *source)
        say(seen == rows and not wrong, "a board %s has the %d half hours of the truth" % (name, rows), "%d seen, %d wrong %s %s" % (seen, len(wrong), wrong[:8], err))
    rig.stop()


# So that all kills find events under way.
PAUSE = max(0.03, KILLS * (3.0 if SLOW else 1.5) / 218)
if not SERVER or not os.path.exists(CALLS):
    say(True, "a real month in a rush # SKIP no redis-server or no real logs at TABLO_DATA")
else:
    with tempfile.TemporaryDirectory() as place:
        main(place)
print("1..%d" % len(results))
sys.exit(not all(results))
