#!/usr/bin/env python3
"""The built program, as a script uses it, without a terminal. Prints TAP."""
import gzip, json, os, re, socket, subprocess, sys, tempfile, time

from tap import end, say

BIN = os.environ["TABLO_BIN"]


def run(*words, stdin=None, timeout=60):
    done = subprocess.run([BIN, *words], input=stdin, capture_output=True, text=True, timeout=timeout)
    return done.returncode, done.stdout, done.stderr


def figure(document, metric, scope=None, window=None):
    for item in document["figures"]:
        if item["metric"] == metric and item["scope"] == (scope or {}) and window in (None, item["window"]):
            return item
    raise AssertionError("no figure %s %s %s" % (metric, scope, window))


def clock(seconds):
    return "%02d:%02d" % (seconds // 60, seconds % 60)


def flagged_contacts_can_be_set_aside():
    """Handling times, CSAT and FCR without flagged contacts are what aht_calm, csat_calm and fcr_calm say beside them; nothing else changes."""
    words = ("snapshot", "--feed", "sim:5", "--at", "2026-09-21T16:00:00Z", "--zone", "UTC", "--window", "today", "--json")
    code, out, err = run(*words)
    code_calm, out_calm, err_calm = run(*words, "--conduct", "without")
    if code or code_calm:
        return say(False, "figures without flagged contacts", err + err_calm)
    whole, calm = json.loads(out), json.loads(out_calm)
    legs = figure(whole, "rude_legs", window="today")["value"]
    difference = figure(whole, "aht", window="today")["n"] - figure(calm, "aht", window="today")["n"]
    say(legs > 0 and difference == legs, "--conduct without leaves out the legs of flagged contacts", (legs, difference))
    same = all(figure(calm, name, window="today").get("value") == figure(whole, name + "_calm", window="today").get("value") for name in ("aht", "csat", "fcr"))
    say(same, "what it says is what aht_calm, csat_calm and fcr_calm say beside aht, csat and fcr")
    changing = {"aht", "talk_mean", "hold_mean", "wrap_mean", "legs", "csat", "csat_mean", "csat_response", "csat_quality_gap", "aht_running", "aht_p90",
                "csat_low", "fcr", "fcr_24h", "fcr_72h", "fcr_open"}
    others = [f["metric"] for f, g in zip(whole["figures"], calm["figures"]) if f.get("value") != g.get("value") and f["metric"] not in changing]
    say(not others, "no other figure changes", sorted(set(others)))
    marked = all(("conduct" in f) == (f["window"] == "today" or f["window"] == "now") for f in calm["figures"])
    say(marked and not any("conduct" in f for f in whole["figures"]), "each figure says so")
    ladder = [flag for flag in whole["conduct"] if flag["open"] and flag["step"] in (1, 2, 3)]
    nexts = {1: "demand", 2: "warning", 3: "ended"}
    say(ladder and all(flag.get("next") == nexts[flag["step"]] for flag in ladder), "every open flag tells the step that comes next", ladder)
    due = [agent for agent in whole["care"] if "break_due" in agent]
    say(len(due) == figure(whole, "care_open")["value"], "whoever needs a break is in care_open", whole["care"])


def board_is_in_json():
    """What the board prints stands in the JSON of the same moment: tiles, sub-lines, queue rows and panels."""
    at = "2026-09-21T10:00:00Z"
    words = ("snapshot", "--feed", "sim:7", "--at", at, "--zone", "UTC")
    code, text, err = run(*words, "--text", "--size", "140x40")
    code_json, out, err_json = run(*words, "--json")
    if code or code_json:
        return say(False, "the simulator's board as text and as JSON", err + err_json)
    doc = json.loads(out)
    value = lambda metric, window=None: figure(doc, metric, window=window).get("value")
    csat = figure(doc, "csat", window="today")
    expected = [
        "at most %d" % value("queue_depth_peak", "30m"), "of %d" % figure(doc, "service_level", window="30m")["n"],
        "p90 " + clock(int(value("aht_p90", "30m"))), "%d open" % value("fcr_open"),
        "%d of %d" % (csat["n"], figure(doc, "csat_response", window="today")["of"][1]),
        "%d live" % len([c for c in doc["conduct"] if c["open"]]),
        "%d clocks running" % value("sla_running"), "%d paused" % value("sla_paused"),
        "said %d" % value("refusals", "today"), "today %d" % value("rude_count", "today"),
        "at the company: %d" % value("anger_at_company", "today"), "detractors %d" % value("followup_open"),
    ] + [d["case"] for d in doc["due"][:3]] + [r["name"] for r in doc["refusals"][:2]]
    missing = [words for words in expected if words not in text]
    say(not missing, "what the board prints stands in the JSON", "%s\n%s" % (missing, text))
    rows = re.findall(r"^│ [▊▌ ] (\S+) +(phone|chat|email) +(\d+) ", text, re.M)
    waits = {(f["scope"].get("queue"), f["scope"].get("channel")): f["value"] for f in doc["figures"] if f["metric"] == "queue_depth"}
    by_queue = {}
    for queue, _, waiting in rows:
        by_queue[queue] = by_queue.get(queue, 0) + int(waiting)
    say(len(rows) >= 5 and all(waits[queue, None] >= n for queue, n in by_queue.items()), "the queue rows too", "%s %s" % (rows, waits))


T = 1_700_000_000_000  # 2023-11-14T22:13:20Z
EVENTS = [
    {"ts": T, "type": "contact.queued", "contact": "a", "queue": "Billing", "channel": "phone", "customer": "k1"},
    {"ts": T + 1000, "type": "contact.queued", "contact": "b", "queue": "Billing", "channel": "phone"},
    {"ts": T + 5000, "type": "contact.answered", "contact": "a", "agent": "Ana"},
    {"ts": T + 30000, "type": "contact.left", "contact": "b", "why": "abandoned"},
    {"ts": T + 65000, "type": "contact.released", "contact": "a", "agent": "Ana", "by": "customer", "talk_ms": 60000, "wrap_ms": 10000},
    {"ts": T + 70000, "type": "contact.queued", "contact": "c", "queue": "Chat \u001b[31m\u202e", "channel": "chat"},
]


def clocks_run_by_calendars(folder):
    """Friday, five in the afternoon in Berlin: two hours from then are Monday morning; what is wrong is counted by name."""
    friday, week = 1772812800000, [[[540, 1080]]] * 5 + [[], []]
    path, config = os.path.join(folder, "clocks.ndjson"), os.path.join(folder, "clocks.conf")
    many = ["%d-%02d-%02d" % (2030 + i // 336, i // 28 % 12 + 1, i % 28 + 1) for i in range(10000)]
    events = [
        {"type": "calendar.defined", "calendar": "work", "zone": "Europe/Berlin", "week": week, "holidays": many},
        {"type": "calendar.defined", "calendar": "red", "zone": "Mars/Base", "week": week, "holidays": []},
        {"type": "case.opened", "case": "c1", "queue": "Billing", "channel": "email", "priority": 1},
        {"type": "sla.started", "case": "c1", "clock": "resolve", "target_ms": 7200000, "calendar": "work"},
        {"type": "sla.started", "case": "c1", "clock": "update", "target_ms": 7200000, "calendar": "red"},
        {"type": "sla.started", "case": "c1", "clock": "first_reply", "target_ms": 7200000},
    ]
    with open(path, "w") as f:
        f.write("".join(json.dumps(dict(e, ts=friday)) + "\n" for e in events))
        f.write(json.dumps({"type": "case.state", "case": "c1", "to": "solved", "ts": friday - 60000}) + "\n")
    open(config, "w").write('zone = "UTC"\nsla_calendar = "late"\ncalendar "late" { friday = { "09:00-16:30", "20:00-24:00" } }\n')
    code, out, err = run("snapshot", "--feed", "file:" + path, "--config", config)
    document = json.loads(out) if code == 0 else {"due": [], "feeds": [{"rejected": {}}]}
    due = {item["clock"]: item for item in document["due"]}
    say({clock: item.get("due") for clock, item in due.items()} == {"resolve": "2026-03-09T09:00:00Z", "update": "2026-03-06T21:30:00Z",
        "first_reply": "2026-03-06T21:30:00Z"}, "clocks by calendars of the feed and of the configuration", out[-1500:] + err)
    say([due[c]["calendar_unknown"] for c in ("resolve", "update", "first_reply")] == [False, True, False] and due["resolve"]["priority"] == 1,
        "a calendar that nobody defined is marked", due)
    say(document["feeds"][0]["rejected"] == {"late": 1, "case_order": 1, "unknown_calendar": 1, "unknown_zone": 1}, "what is wrong has names of its own",
        document["feeds"])


def main():
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "events.ndjson")
    with open(path, "w") as f:
        f.write("".join(json.dumps(e) + "\n" for e in EVENTS))
    with gzip.open(path + ".gz", "wt") as f:
        f.write(open(path).read())

    code, out, err = run("snapshot", "--feed", "file:" + path, "--zone", "UTC", "--window", "today", "--json")
    document = json.loads(out)
    say(code == 0 and document["zone"] == "UTC", "a look at a file of events", err)
    say(figure(document, "offered")["value"] == 3, "offered", out)
    say(figure(document, "asa")["value"] == 5.0, "ASA")
    say(figure(document, "aht")["value"] == 70.0, "AHT")
    say(figure(document, "service_level", {"queue": "Billing"})["formula"] == "SL2sv", "the formula is named")
    say(figure(document, "queue_depth")["value"] == 1 and figure(document, "queue_depth")["window"] == "now", "queue depth")
    say("null" not in out, "no value is null")
    say("\x1b" not in out and "\u202e" not in out, "names from outside are harmless")

    code, zipped, err = run("snapshot", "--feed", "file:" + path + ".gz", "--zone", "UTC", "--window", "today", "--json")
    same = json.loads(zipped)
    say(same["figures"] == document["figures"], "gz input is read as it is", err)

    code, out, err = run("snapshot", "--feed", "file:" + path, "--zone", "UTC", "--window", "today", "--at", "2023-11-14T22:13:25Z", "--at", "@1700000004")
    looks = [json.loads(line) for line in documents(out)]
    say(len(looks) == 2 and looks[0]["at"].endswith("22:13:24Z") and figure(looks[0], "busy")["value"] == 0
        and figure(looks[1], "busy")["value"] == 1, "--at includes what happened at that second, and no more", out[:500] + err)

    code, out, err = run("snapshot", "--feed", "file:" + path, "--zone", "UTC", "--window", "today", "--scope", "queue=Billing")
    say(code == 0 and {json.dumps(f["scope"]) for f in json.loads(out)["figures"]} == {'{"queue": "Billing"}'}, "--scope", err)
    code, out, err = run("snapshot", "--feed", "file:" + path, "--scope", "queue=Biling")
    say(code == 1 and "Billing" in err, "a misspelt scope is told what there is", err)

    code, out, err = run("snapshot", "--feed", "file:" + path, "--text", "--size", "80x24", "--ascii", "--zone", "UTC")
    say(code == 0 and len(out.splitlines()) == 24 and max(map(len, out.splitlines())) <= 80 and out.isascii(), "the board as text", out + err)
    code, out, err = run("snapshot", "--feed", "file:" + path, "--ansi", "--size", "140x40", "--zone", "UTC")
    say(code == 0 and "\x1b[" in out and len(out.splitlines()) == 40, "the board in colours", err)

    code, out, err = run("snapshot", "--feed", "sim:7", "--for", "300ms", "--window", "now", timeout=20)
    say(code == 0 and figure(json.loads(out), "queue_depth")["value"] > 0, "the simulator never ends: it is looked at for a while", err)
    flagged_contacts_can_be_set_aside()
    board_is_in_json()
    clocks_run_by_calendars(folder)

    code, out, err = run("snapshot", "--feed", "file:" + folder + "/none.ndjson")
    say(code == 1 and "none.ndjson" in err and err.count("\n") == 1, "a file that is not there", err)
    code, out, err = run("snapshot", "--nonsense")
    say(code == 2 and "--nonsense" in err, "an unknown option is wrong usage", err)
    code, out, err = run("bord")
    say(code == 2 and "bord" in err, "an unknown command is wrong usage", err)
    for command in ("board", "demo", "snapshot", "publish", "import", "check"):
        code, out, err = run(command, "--help")
        say(code == 0 and "usage: tablo " + command in out, "help of " + command, err)
    for word in ("--list-metrics", "--list-faults", "--list-widgets", "--list-keys", "--print-config", "--print-man", "--print-completion", "--version"):
        code, out, err = run(word)
        say(code == 0 and len(out) > 5, word, err)

    config = os.path.join(folder, "wall.conf")
    open(config, "w").write(run("--print-config")[1])
    code, out, err = run("check", config)
    say(code == 0, "the printed configuration is right", out + err)
    open(config, "w").write('title = "Wall"\nlevel "longest_wiat" { warn = 10 }\n')
    code, out, err = run("check", config)
    say(code == 1 and config + ":2" in err and "longest_wait" in err, "check names file, line and what would be right", err)
    publish(folder, path, document)
    return end()


def documents(text):
    """JSON documents that follow each other."""
    decoder, at = json.JSONDecoder(), 0
    while at < len(text.rstrip()):
        value, end = decoder.raw_decode(text, at)
        yield json.dumps(value)
        at = end
        while at < len(text) and text[at].isspace():
            at += 1


def publish(folder, path, document):
    feed = "ipc://" + folder + "/feed"
    sender = subprocess.Popen([BIN, "publish", "--bind", feed, "--site", "acme", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    code, out, err = run("snapshot", "--feed", feed, "--clock", "feed", "--zone", "UTC", "--window", "today", "--for", "1s")
    sender.wait(timeout=30)
    same = json.loads(out) if code == 0 else {"figures": None}
    say(same["figures"] == document["figures"], "published over ZeroMQ, the figures are those of the file", err + out[:300] + sender.stderr.read())
    if same["figures"]:
        say(same["feeds"][0]["lost"] == 0 and same["feeds"][0]["received"] == len(EVENTS), "nothing lost", out[-300:])


sys.exit(main())
