#!/usr/bin/env python3
"""Three simulated weeks through a collector whose journal keeps only the last days: what was counted before is there after a restart, for
boards attached, on Redis and from the file alike, and even where the states of the engine are lost. Prints TAP; the parts with Redis are
skipped, counted, without redis-server."""
import glob, json, os, random, subprocess, sys, tempfile

from collect_test_parts import BIN, end, free_port, missing_of, received, say, start, status, wait_for
from collect_test_parts import results as ours
from redis_server import SERVER, Redis

ZONE = "Europe/Berlin"
RULES = ("--zone", ZONE, "--set", "history_days=36", "--set", "hold_unknown=60s", "--set", "late_limit=35d", "--set", "lost_after=35d",
         "--set", "fcr_within=2d", "--set", "wrap_wait=24h")
KEEP = ("--set", "journal_segment=1", "--set", "journal_keep_size=1")
WINDOWS = ("today", "24h", "7d", "35d")
BEGIN, DAYS, DAY = 1_793_512_800_000, 21, 86_400_000  # 2026-11-01 07:00 in Berlin
CONTACTS = 170 * int(os.environ.get("TABLO_ROUNDS", "1"))  # a day


def day_of(day, dice):
    """From 7:00 to 19:00; the last one ends at noon."""
    begin, long = BEGIN + day * DAY, 12 * 3_600_000 if day + 1 < DAYS else 5 * 3_600_000
    events = [{"ts": begin + i, "type": "agent.state", "agent": "Agent %02d" % i, "state": "available", "team": "Team %d" % (i % 3)} for i in range(12)]
    for i in range(CONTACTS * long // (12 * 3_600_000)):
        ts, agent, contact = begin + 1000 + dice.randrange(long - 1_200_000), "Agent %02d" % dice.randrange(12), "d%d-%d" % (day, i)
        where = {"queue": ("Billing", "Port/ing", "Roam, EU")[i % 3], "channel": ("phone", "chat")[i % 2], "market": ("DE", "AT")[i % 5 == 0]}
        events.append({"ts": ts, "type": "contact.queued", "contact": contact, "customer": "k%d" % dice.randrange(3000), "topic": "t%d" % dice.randrange(5), **where})
        wait, talk = dice.randrange(60_000), dice.randrange(20_000, 600_000)
        if i % 9 == 0:
            events.append({"ts": ts + wait, "type": "contact.left", "contact": contact, "why": "abandoned"})
            continue
        events.append({"ts": ts + wait, "type": "contact.answered", "contact": contact, "agent": agent})
        events.append({"ts": ts + wait + talk, "type": "contact.released", "contact": contact, "agent": agent, "by": "customer", "wrap_ms": 30_000})
        if i % 11 == 0:
            events.append({"ts": ts + wait + talk, "type": "refusal.said", "contact": contact, "policy": "policy %d" % dice.randrange(4), "agent": agent})
        if i % 7 == 0:
            events.append({"ts": ts + wait + talk + 60_000, "type": "survey.answered", "survey": "s" + contact, "kind": "nps", "contact": contact,
                           "score": dice.randrange(11), "min": 0, "max": 10})
    events.append({"ts": begin + long, "type": "note.posted", "by": "lead", "text": "closed"})
    return sorted(events, key=lambda event: event["ts"])


def look(*words):
    """Every figure of the windows, the sparks, and what was said how often."""
    windows = [word for window in WINDOWS for word in ("--window", window)]
    done = subprocess.run([BIN, "snapshot", *words, *RULES, *windows, "--json"], capture_output=True, text=True, timeout=60)
    if done.returncode:
        return {}, done.stderr
    document = json.loads(done.stdout)
    found = {(f["metric"], f["window"], json.dumps(f["scope"], sort_keys=True)): (f.get("value"), f.get("n"), f.get("of"), f.get("compared"), f.get("high"))
             for f in document["figures"]}
    found.update({("spark", s["metric"], s["span"]): (s["from"], s["points"]) for s in document["sparks"]})
    found.update({("refusals", r["name"], ""): (r["count"], r["before"]) for r in document["refusals"]})
    return found, ""


def differences(wanted, got, which=lambda key: True):
    return [(key, wanted.get(key), got.get(key)) for key in {**wanted, **got} if which(key) and wanted.get(key) != got.get(key)]


def same(wanted, got, err, name, which=lambda key: True):
    different = differences(wanted, got, which)
    say(got and not different, "%s: %d figures" % (name, sum(1 for key in wanted if which(key))), "%d differ: %s %s" % (len(different), different[:4], err))


def counted(key):
    """Rests on what was counted alone: neither on what is open now nor on how high a gauge was within the running quarter hour."""
    return key[1] != "now" and key[0] not in ("spark",) or key[0] == "spark" and key[1] not in ("queue_depth", "longest_wait", "rude_now")


def main(folder):
    dice, path = random.Random(7), os.path.join(folder, "weeks.ndjson")
    days = [day_of(day, dice) for day in range(DAYS)]
    with open(path, "w") as out:
        out.writelines(json.dumps(event) + "\n" for day in days for event in day)
    wanted, err = look("--feed", "file:" + path)
    say(wanted and wanted["offered", "35d", "{}"][0] > CONTACTS * (DAYS - 1) and wanted["offered", "7d", "{}"][3]["last_week"]["then"] > CONTACTS * 6,
        "three weeks from their file, and the week before beside the last", "%s %s" % (wanted.get(("offered", "7d", "{}")), err))
    redis = Redis() if SERVER else None
    url = "unix://" + redis.socket if redis else ""
    journal, port = os.path.join(folder, "journal"), free_port()
    feed, stream = "tcp://127.0.0.1:%d" % port, "ipc://" + os.path.join(folder, "stream")
    words = ("collect", "--feed", feed, "--journal", journal, "--clock", "feed", "--publish", stream, *RULES, *KEEP, *(("--store", url) if redis else ()))
    publisher = start("publish", "--bind", feed, "--replay", "tcp://127.0.0.1:%d" % (port + 1), "--src", "pbx", "--wait", "1", "--linger", "200s", "-",
                      stdin=subprocess.PIPE)
    collector, sent, log = start(*words), 0, ""
    ready = lambda s: s.get("pid") == collector.pid and s["running"] and s["feeds"] and received(s) - sum(f["duplicate"] for f in s["feeds"]) == sent and not missing_of(s) \
        and (not redis or s["store"]["state"] == "steady" and s["store"]["watermark"] == s["lsn"])
    live = lambda s: s.get("pid") == collector.pid and s["running"] and s["feeds"] and all(f["state"] == "live" for f in s["feeds"])
    for first in range(0, DAYS, 7):
        if first:
            wait_for(journal, live, 30)  # or what comes is late by the feed's own clock
        for day in days[first:first + 7]:
            publisher.stdin.writelines(json.dumps(event) + "\n" for event in day)
            sent += len(day)
        publisher.stdin.flush()
        found = wait_for(journal, ready, 60)
        if first + 7 < DAYS:
            log += end(collector)
            collector = start(*words)
    say(ready(found), "%d events, in three pieces, the collector started anew between them" % sent, "%s %s" % (found.get("feeds"), log))
    segments = sorted(glob.glob(journal + "/J-*"))
    say(segments and int(os.path.basename(segments[0])[2:22]) > 1 and glob.glob(journal + "/H-*"), "the journal has lost its first records, and keeps their history",
        os.listdir(journal))
    before, err = look("--attach", stream, "--for", "300ms")
    peak = lambda key: "peak" not in key[0] and key[0] != "spark" and key[1] != "now"
    same({k: v for k, v in wanted.items()}, before, err, "a board attached has what the file says", peak)
    log += end(collector)
    collector = start(*words)
    wait_for(journal, ready, 30)
    after, err = look("--attach", stream, "--for", "300ms")
    same(before, after, err, "after a restart all is as before")
    if redis:
        stored, err = look("--store", url, "--for", "1500ms")
        same(before, stored, err, "a board on Redis alone has the same")
    log += end(collector)
    for state in glob.glob(journal + "/S-*"):
        os.remove(state)
    collector = start(*words)
    # How much was received, only records told that are gone.
    found = wait_for(journal, lambda s: live(s) and s["journal"]["state"] > 0 and (not redis or s["store"]["state"] == "steady" and s["store"]["watermark"] == s["lsn"]), 30)
    after, err = look("--attach", stream, "--for", "300ms")
    same(before, after, err, "without any state, what was counted in five weeks comes from the history", lambda key: counted(key) and key[0] != "fcr")
    without_high = lambda figures: {key: value[:4] for key, value in figures.items() if key[0] == "fcr"}
    same(without_high(before), without_high(after), err, "resolved contacts that are settled too")
    say(found.get("journal", {}).get("recalled", 0) > 0, "and the status says so", found.get("journal"))
    listed = subprocess.run([BIN, "journal", "ls", journal], capture_output=True, text=True, timeout=20).stdout
    say("H-" in listed and "the history tells everything up to record" in listed, "journal ls names the history", listed)
    if redis:
        done = subprocess.run([BIN, "journal", "verify", journal, "--store", url, "--set", "zone=" + ZONE, *RULES[2:]], capture_output=True, text=True, timeout=60)
        say(done.returncode == 0 and not done.stdout, "Redis holds what history and records say", done.stdout + done.stderr)
    log += end(collector)
    done = subprocess.run([BIN, "journal", "verify", journal], capture_output=True, text=True, timeout=60)
    say(done.returncode == 0 and not done.stdout, "journal verify reads all of it and finds nothing", done.stdout + done.stderr)
    publisher.stdin.close()
    publisher.stdin = None
    end(publisher)
    if os.environ.get("SHOW") or not all(ours):
        print("# " + log.replace("\n", "\n# "))


with tempfile.TemporaryDirectory() as place:
    main(place)
print("1..%d" % len(ours))
sys.exit(not all(ours))
