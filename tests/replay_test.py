#!/usr/bin/env python3
"""Days of real calls (the whole month with TABLO_ROUNDS) in a collector's journal: at any instant the board from the journal is the board of the feed, letters and colours;
what cannot be replayed is said with its remedy. Prints TAP; the month is skipped, counted, without TABLO_DATA."""
import json, os, random, subprocess, sys, tempfile

from collect_test_parts import BIN, end, received, results, say, start, wait_for

DATA, SOURCE = os.environ.get("TABLO_DATA", "../shared/data"), os.environ.get("TABLO_SOURCE", ".")
CALLS = os.path.join(DATA, "anonbank-1999-08", "events.csv.gz")
ROUNDS = int(os.environ.get("TABLO_ROUNDS", "1"))
INSTANTS, DAYS = min(200, 10 * ROUNDS), 30 if ROUNDS > 1 else 4
RULES = ("--zone", "UTC", "--set", "history_days=36", "--clock", "feed")
MONTH = 933465600  # 1999-08-01T00:00:00Z


def tablo(*words):
    return subprocess.run([BIN, *words], capture_output=True, text=True, timeout=200)


def boards(*words):
    """One picture each: all rows but the first and the last, which say where it comes from."""
    done = tablo("snapshot", *words, *RULES, "--ansi", "--size", "140x40")
    lines = done.stdout.split("\n")[:-1]
    return ["\n".join(lines[i + 1:i + 39]) for i in range(0, len(lines), 40)], done.stderr


def at(instants):
    return [word for instant in instants for word in ("--at", "@%d" % instant)]


def compare(month, journal, instants, name):
    wanted, err = boards("--feed", "file:" + month, *at(instants))
    found, more = boards("--journal", journal, *at(instants))
    different = [i for i in range(len(wanted)) if i >= len(found) or wanted[i] != found[i]]
    say(len(wanted) == len(instants) and not different, name, "%s of %d; %s%s" % (different[:5], len(wanted), err, more))
    if different and found:
        for a, b in zip(wanted[different[0]].split("\n"), found[different[0]].split("\n")):
            if a != b:
                print("# at %d\n# %r\n# %r" % (instants[different[0]], a, b))
                break


def one_month(folder):
    month, journal = os.path.join(folder, "august.ndjson"), os.path.join(folder, "journal")
    done = subprocess.run([BIN, "import", "csv", "--map", SOURCE + "/data/mappings/anonbank-events.conf", CALLS], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True, check=True, timeout=120)
    with open(month, "w") as out:
        out.writelines(line + "\n" for line in done.stdout.splitlines() if json.loads(line)["ts"] < (MONTH + DAYS * 86400) * 1000)
    count = sum(1 for _ in open(month))
    collector = start("collect", "--feed", "file:" + month, "--speed", "0", "--journal", journal, *RULES)
    wait_for(journal, lambda s: s["running"] and received(s) == count, 60)
    log = end(collector)
    found = wait_for(journal, lambda s: received(s) == count, 1)
    say(found and received(found) == count, "%d events in a journal" % count, log)
    with open(month) as lines:
        first = json.loads(lines.readline())["ts"] // 1000
    blank, err = boards("--journal", journal, *at([first - 60]))
    say(blank and "no event was received yet" in blank[0], "before the first event the board says so", err)
    chance = random.Random(7)
    instants = sorted(chance.randrange(first + 1, MONTH + DAYS * 86400 - 3600) for _ in range(INSTANTS))
    compare(month, journal, instants, "%d boards from the journal are those of the feed, cell for cell" % INSTANTS)
    for name in os.listdir(journal):
        if name.startswith("S-"):
            os.remove(os.path.join(journal, name))
    compare(month, journal, instants[::3], "and without any state")
    first = boards("--journal", journal, *at(instants[-1:]))
    say(first[0] and first == boards("--journal", journal, *at(instants[-1:])), "and again", first[1])
    done = tablo("replay", journal, "--plain", "--zone", "UTC", "--scope", "queue=NoSuch", "--at", "@%d" % instants[-1])
    say(done.returncode == 1 and "NoSuch" in done.stderr, "a scope that is not in the journal is named", done.stderr)
    process = start("replay", journal, "--plain", "--zone", "UTC", "--at", "@%d" % instants[-1], "--paused")
    line = process.stdout.readline()
    end(process)
    say("REPLAY 1999-08-" in line, "--plain says that it is a replay, and of when", line)


def quiet_minutes(folder):
    """An import writes no record while nothing happens: waits grow all the same, and the replay shows what a look at that instant shows."""
    events, journal, ten = os.path.join(folder, "quiet.ndjson"), os.path.join(folder, "quiet"), MONTH + 10 * 3600
    with open(events, "w") as out:
        for name, second in (("c1", 0), ("c2", 600)):
            out.write(json.dumps({"type": "contact.queued", "ts": (ten + second) * 1000, "contact": name, "queue": "Q", "channel": "phone"}) + "\n")
    done = tablo("import", "ndjson", events, "--to", journal, "--set", "zone=UTC")
    say(done.returncode == 0, "two contacts ten minutes apart in a journal", done.stderr)
    for second, wait in ((90, "1 minute 30 seconds"), (599, "9 minutes 59 seconds")):
        process = start("replay", journal, "--plain", "--zone", "UTC", "--at", "@%d" % (ten + second), "--paused")
        line = process.stdout.readline()
        end(process)
        say("Longest wait " + wait in line, "after %d quiet seconds the wait is %s" % (second, wait), line)


def refusals(folder):
    for words, wanted in (
            (("redis://localhost/0",), "give its directory"), ((os.path.join(folder, "none"),), "none"), ((), "which journal"),
            ((folder,), "no record")):
        done = tablo("replay", *words, "--plain")
        say(done.returncode in (1, 2) and wanted in done.stderr and done.stderr.count("\n") <= 2, "replay %s is refused" % " ".join(words[:1]), done.stderr)
    done = tablo("snapshot", "--journal", os.path.join(folder, "none"))
    say(done.returncode == 1 and "none" in done.stderr, "so is a snapshot of no journal", done.stderr)


with tempfile.TemporaryDirectory() as place:
    refusals(place)
    quiet_minutes(place)
    if os.path.exists(CALLS):
        one_month(place)
    else:
        say(True, "a month's boards # SKIP no real logs at TABLO_DATA")
print("1..%d" % len(results))
sys.exit(not all(results))
