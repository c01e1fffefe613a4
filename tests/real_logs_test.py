#!/usr/bin/env python3
"""Real logs through the built program, against figures computed independently. Prints TAP; skipped, counted, without TABLO_DATA."""
import csv, json, os, subprocess, sys, tempfile

from tap import end, say, skip

BIN, DATA, SOURCE = os.environ["TABLO_BIN"], os.environ.get("TABLO_DATA", "../shared/data"), os.environ.get("TABLO_SOURCE", ".")
COMMON = ["--zone", "UTC", "--by", "arrival", "--window", "today", "--target", "20s", "--json"]
QUEUES = ["IN", "NE", "NW", "PE", "PS", "TT"]


def rows(path):
    with open(os.path.join(DATA, path), newline="") as f:
        return list(csv.DictReader(f))


def documents(text):
    decoder, at = json.JSONDecoder(), 0
    text = text.rstrip()
    while at < len(text):
        value, at = decoder.raw_decode(text, at)
        yield value
        while at < len(text) and text[at].isspace():
            at += 1


def tablo(*words):
    done = subprocess.run([BIN, *words], capture_output=True, text=True, timeout=280)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout


def by_scope(document):
    found = {}
    for f in document["figures"]:
        if set(f["scope"]) <= {"queue"}:
            # Six decimals rounded again to four are not always the quotient rounded to four.
            value = f["of"][0] / f["of"][1] if "of" in f else f.get("value")
            found[f["scope"].get("queue", "ALL"), f["metric"]] = value
    return found


def differences(truth, found, pairs):
    """pairs: (column, metric, format); an empty column wants no value."""
    for column, metric, form in pairs:
        # A queue that nobody has named yet has no figures: nothing was counted there.
        value = found.get((truth["queue"], metric), 0 if form == "%d" else None)
        got = "" if value is None else form % value
        if got != truth[column]:
            yield "%s %s %s: %r, not %r" % (truth["queue"], column, metric, got, truth[column])


INSTANT = [("offered_today", "offered", "%d"), ("answered_today", "answered", "%d"), ("abandoned_today", "abandoned", "%d"),
           ("waiting_now", "queue_depth", "%d"), ("busy_now", "busy", "%d"), ("sl20_done_today", "service_level", "%.4f"),
           ("asa_today_s", "asa", "%.3f"), ("aht_ended_today_s", "aht", "%.3f")]


def compare_instants(name, documents, truths):
    by_at = {}
    for t in truths:
        by_at.setdefault(t["at"], []).append(t)
    wrong, seen = [], 0
    for document in documents:
        found = by_scope(document)
        for t in by_at.get(document["at"], []):
            seen += 1
            wrong += ["%s %s" % (document["at"], d) for d in differences(t, found, INSTANT)]
            longest = found.get((t["queue"], "longest_wait")) or 0
            if "%d" % longest != t["longest_wait_now_s"]:
                wrong.append("%s %s longest %s, not %s" % (document["at"], t["queue"], longest, t["longest_wait_now_s"]))
    say(seen == len(truths) and not wrong, "%s: %d rows of every half hour" % (name, seen), "\n".join(wrong[:10]) or "only %d rows" % seen)


def metric_words(pairs):
    words = []
    for m in sorted({m for _, m, _ in pairs} | {"longest_wait"}):
        words += ["--metric", m]
    return words


def anonbank(folder):
    month = os.path.join(folder, "august.ndjson")
    with open(month, "w") as out:
        subprocess.run([BIN, "import", "csv", "--map", SOURCE + "/data/mappings/anonbank-events.conf", DATA + "/anonbank-1999-08/events.csv.gz"],
                       stdout=out, stderr=subprocess.DEVNULL, check=True, timeout=120)
    say(sum(1 for _ in open(month)) == 108824, "every event of the month is imported")
    truths = rows("anonbank-1999-08/truth_wallboard_instants.csv")
    ats = sorted({t["at"] for t in truths})
    at_words = [w for at in ats for w in ("--at", at)]
    words = ["snapshot", *COMMON, "--formula", "SL2", *metric_words(INSTANT), *at_words]
    compare_instants("the month from a file", documents(tablo(*words, "--feed", "file:" + month)), truths)

    feed = "ipc://" + folder + "/feed"
    sender = subprocess.Popen([BIN, "publish", "--bind", feed, month], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    live = list(documents(tablo(*words, "--feed", feed, "--clock", "feed")))
    sender.terminate()
    sender.wait(timeout=30)
    compare_instants("the month over ZeroMQ at full speed", live, truths)
    say(live[-1]["feeds"][0]["lost"] == 0 and live[-1]["feeds"][0]["missing"] == 0, "and nothing was lost", live[-1]["feeds"])

    sender = subprocess.Popen([BIN, "bridge", "csv", DATA + "/anonbank-1999-08/events.csv.gz", "--map", SOURCE + "/data/mappings/anonbank-events.conf", "--once",
                               "--recorded", "--wait", "1", "--linger", "60s", "--state", folder + "/bridge", "--bind", feed, "--replay", "ipc://" + folder + "/again"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    live = list(documents(tablo(*words, "--feed", feed, "--clock", "feed")))
    sender.terminate()
    sender.wait(timeout=30)
    compare_instants("the month through a bridge", live, truths)
    say(live[-1]["feeds"][0]["lost"] == 0 and live[-1]["feeds"][0]["missing"] == 0, "and nothing of it was lost", live[-1]["feeds"])
    peaks(month)
    intervals(month)
    fcr(month)


def peaks(month):
    truths = rows("anonbank-1999-08/truth_daily_peaks.csv")
    words = [w for t in truths for w in ("--at", next_day(t["date"]))]
    wrong = []
    found = list(documents(tablo("snapshot", *COMMON, "--feed", "file:" + month, "--metric", "queue_depth_peak", "--metric", "busy_peak", *words)))
    for t, document in zip(truths, found):
        f = by_scope(document)
        if (f.get(("ALL", "queue_depth_peak")), f.get(("ALL", "busy_peak"))) != (int(t["max_depth"]), int(t["max_busy"])):
            wrong.append("%s: %s" % (t, f))
        times = {i["metric"]: i.get("reached") for i in document["figures"] if i["scope"] == {}}
        if (times.get("queue_depth_peak"), times.get("busy_peak")) != (t["first_at"], t["busy_first_at"]):
            wrong.append("%s: %s" % (t, times))
    say(len(found) == len(truths) and not wrong, "the peaks of each day, and when they were reached", "\n".join(wrong[:5]))


def next_day(date):
    import datetime
    return (datetime.date.fromisoformat(date) + datetime.timedelta(days=1)).isoformat() + "T00:00:00Z"


def intervals(month):
    truths = {}
    for t in rows("anonbank-1999-08/truth_intervals_30m.csv"):
        truths.setdefault(t["interval_start"], {})[t["queue"]] = t
    for formula, column, brief in (("SLO", "sl20_offered", "5s"), ("SL2s", "sl20_noshort", "20s"), ("SL1", "sl20_answered", "5s")):
        pairs = [("offered", "offered", "%d"), ("answered", "answered", "%d"), ("abandoned", "abandoned", "%d"),
                 (column, "service_level", "%.4f"), ("asa_s", "asa", "%.3f"), ("aht_s", "aht", "%.3f"), ("max_wait_s", "worst_wait", "%d")]
        words = metric_words(pairs) + [w for p in (50, 90, 95) for w in ("--metric", "asa_p%d" % p)]
        out = tablo("snapshot", *COMMON, "--formula", formula, "--short", brief, "--feed", "file:" + month, "--intervals", "30m", *words)
        wrong, seen = [], 0
        for document in documents(out):
            found = by_scope(document)
            for queue, t in truths.get(document["from"], {}).items():
                seen += 1
                wrong += ["%s %s" % (document["from"], d) for d in differences(t, found, pairs)]
                for p in (50, 90, 95):
                    got, want = found.get((queue, "asa_p%d" % p)), t["p%d_wait" % p]
                    if (got is None) != (want == "") or (want and abs(got - float(want)) > 0.02 * float(want)):
                        wrong.append("%s %s p%d: %s, not %s" % (document["from"], queue, p, got, want))
        total = sum(len(v) for v in truths.values())
        say(seen == total and not wrong, "%d half-hour intervals by arrival, %s" % (seen, formula), "\n".join(wrong[:10]) or "of %d" % total)


def fcr(month):
    for match, want in (("customer", "0.3225"), ("queue", "0.3377")):
        out = tablo("snapshot", "--zone", "UTC", "--by", "arrival", "--window", "35d", "--json", "--metric", "fcr", "--feed", "file:" + month,
                    "--set", "fcr_match=" + match, "--set", "history_days=36", "--at", "1999-09-01T00:00:00Z")
        figure = next(f for f in json.loads(out)["figures"] if f["scope"] == {})
        say((figure["n"], "%.4f" % figure["value"]) == (13037, want), "FCR of the month, match = " + match, figure)


def queue_log(folder, name, log, truth):
    path = os.path.join(folder, name + ".ndjson")
    with open(path, "w") as out:
        subprocess.run([BIN, "import", "queue_log", os.path.join(DATA, log)], stdout=out, stderr=subprocess.DEVNULL, check=True, timeout=60)
    pairs = [("offered", "offered", "%d"), ("answered", "answered", "%d"), ("abandoned", "abandoned", "%d"), ("sl20_answered", "service_level", "%.4f"),
             ("asa_s", "asa", "%.3f"), ("aht_s", "aht", "%.3f"), ("open_at_end", "queue_depth", "%d")]
    out = tablo("snapshot", "--zone", "UTC", "--by", "arrival", "--window", "24h", "--target", "20s", "--formula", "SL1", "--json", "--feed", "file:" + path)
    found = by_scope(json.loads(out))
    wrong = [d for t in rows(truth) for d in differences(t, found, pairs)]
    say(not wrong, "%s by queue" % name, "\n".join(wrong))


def main():
    if not os.path.isfile(DATA + "/anonbank-1999-08/events.csv.gz"):
        for name in ("a month of calls", "queue logs"):
            skip(name)
    else:
        with tempfile.TemporaryDirectory() as folder:
            anonbank(folder)
            queue_log(folder, "a healthy queue_log", "queuelog-dmrz-2010/queue_log", "queuelog-dmrz-2010/truth_by_queue.csv")
            queue_log(folder, "its damaged copy", "queuelog-dmrz-2010/queue_log.broken", "queuelog-dmrz-2010/broken/truth_by_queue.csv")
            queue_log(folder, "a hostile little queue_log", "queuelog-a2s-fixture/queue_log", "queuelog-a2s-fixture/truth_by_queue.csv")
    return end()


sys.exit(main())
