#!/usr/bin/env python3
"""A real month of calls through a collector that is killed again and again, read by boards that are attached: the same figures as from
the file, whole and each once. Prints TAP; skipped, counted, without TABLO_DATA."""
import json, os, signal, subprocess, sys, tempfile

from collect_test_parts import BIN, end, free_port, missing_of, received, results, say, start, status, wait_for

DATA, SOURCE = os.environ.get("TABLO_DATA", "../shared/data"), os.environ.get("TABLO_SOURCE", ".")
CALLS = os.path.join(DATA, "anonbank-1999-08", "events.csv.gz")
ROUNDS = 8 * int(os.environ.get("TABLO_ROUNDS", "1"))
# What was on its way when the collector died comes a while later, by the feed's clock minutes: no timer may be faster.
RULES = ("--zone", "UTC", "--set", "history_days=36", "--set", "late_limit=35d", "--set", "wrap_wait=24h", "--set", "lost_after=35d", "--set", "hold_unknown=60s")
ON_ITS_WAY = 40  # events


def figures(*words):
    done = subprocess.run([BIN, "snapshot", *words, *RULES, "--window", "35d", "--by", "arrival", "--json"], capture_output=True, text=True, timeout=120)
    if done.returncode:
        return {}, done.stderr
    return {(f["metric"], json.dumps(f["scope"], sort_keys=True)): (f.get("value"), f.get("n"), f.get("of"))
            for f in json.loads(done.stdout)["figures"] if f["window"] == "35d" and "peak" not in f["metric"]}, ""


def whole(found, count):
    return received(found) - sum(f["duplicate"] for f in found["feeds"]) == count and not missing_of(found)


def main(folder):
    month = os.path.join(folder, "august.ndjson")
    with open(month, "w") as out:
        subprocess.run([BIN, "import", "csv", "--map", SOURCE + "/data/mappings/anonbank-events.conf", CALLS], stdout=out,
                       stderr=subprocess.DEVNULL, check=True, timeout=120)
    count = sum(1 for _ in open(month))
    wanted, err = figures("--feed", "file:" + month)
    say(wanted and wanted["offered", "{}"][0] > 30000, "the month from its file", err)

    journal, port = os.path.join(folder, "journal"), free_port()
    feed, stream = "tcp://127.0.0.1:%d" % port, "ipc://" + os.path.join(folder, "stream")
    words = ("collect", "--feed", feed, "--journal", journal, "--clock", "feed", "--publish", stream, *RULES)
    publisher = start("publish", "--bind", feed, "--replay", "tcp://127.0.0.1:%d" % (port + 1), "--src", "pbx", "--wait", "1", "--linger", "200s", "-",
                      stdin=subprocess.PIPE)
    collector, log, lines, sent = start(*words), "", open(month).readlines(), 0
    for piece in range(1, ROUNDS + 2):
        for until in (count * piece // (ROUNDS + 1) - ON_ITS_WAY, count * piece // (ROUNDS + 1)):
            publisher.stdin.write("".join(lines[sent:until]))
            publisher.stdin.flush()
            sent = until
            if until == count * piece // (ROUNDS + 1) and until < count:
                log += end(collector, signal.SIGKILL)
                collector = start(*words)
            wait_for(journal, lambda s: s["running"] and s["feeds"] and whole(s, sent), 30)
    publisher.stdin.close()
    publisher.stdin = None
    found = wait_for(journal, lambda s: s["running"] and whole(s, count), 30)
    say(found and whole(found, count) and all(f["lost"] == 0 for f in found["feeds"]),
        "%d events, the collector killed again and again, each once" % count, "%s\n%s" % (found and found["feeds"], log))
    boards = [figures("--attach", stream, "--for", "300ms") for _ in range(2)]
    for i, (got, err) in enumerate(boards):
        different = [(key, wanted[key], got.get(key)) for key in wanted if got.get(key) != wanted[key]]
        say(got and not different, "board %d, attached, has the %d figures of the file" % (i + 1, len(wanted)), "%s %s" % (different[:5], err))
    end(collector)
    collector = start(*words)
    got, err = figures("--attach", stream, "--for", "300ms")
    different = [(key, wanted[key], got.get(key)) for key in wanted if got.get(key) != wanted[key]]
    say(got and not different, "and after another start", "%s %s" % (different[:5], err))
    size = status(journal)[1]["journal"]["bytes"]
    say(size < 400 * count + 20_000_000, "the journal holds each event about once: %d bytes an event" % (size / count), size)
    end(collector)
    end(publisher, signal.SIGKILL)


if os.path.exists(CALLS):
    with tempfile.TemporaryDirectory() as place:
        main(place)
else:
    say(True, "a real month through a collector # SKIP no real logs at TABLO_DATA")
print("1..%d" % len(results))
sys.exit(not all(results))
