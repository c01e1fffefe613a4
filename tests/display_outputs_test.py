#!/usr/bin/env python3
"""A day in which every name and id is a marker, through everything that is put out, under each display policy: what the policy hides is
nowhere. What a desk may see is there, so that this test would see it. Prints TAP."""
import json, os, subprocess, sys, tempfile, time

from collect_test_parts import BIN, end, received, results, say, start, status, wait_for
from redis_server import Redis, SERVER, until
from terminal_parts import Terminal

FIELDS = ("agent", "team", "contact", "case", "customer", "topic", "reason", "policy", "note", "source", "survey", "callback")
# Who is named: the fields' markers.
MARKS = {"agent": ("PIIagent", "PIIlead", "PIIone"), "source": ("PIIsource",)}
PUBLIC = ("agent", "contact", "case", "customer", "survey", "callback")
# name: how it is chosen, what must be nowhere
POLICIES = {
    "public": (("--display", "public"), PUBLIC),
    "team": (("--display", "team"), ("agent", "customer")),
    "desk": (("--display", "desk"), ("customer",)),
    **{action: (sum((("--set", "display_%s=%s" % (field, action)) for field in FIELDS), ()), FIELDS) for action in ("mask", "hash", "drop")},
}
RULES = ("--zone", "UTC")
NOW = int(time.time() * 1000)
SCRIPT = """#!%s
import os
with open(os.environ["HOME"] + "/told", "a") as out:
    out.write(repr(dict(os.environ)) + "\\n")
    print("told")
""" % sys.executable


def marks(field):
    return MARKS.get(field, ("PII" + field,))


def leaks(text, hidden):
    return [mark for field in hidden for mark in marks(field) if mark.lower() in text.lower()]


def day():
    """Everything that names somebody or something, so that it stands somewhere."""
    minute, lines = 60000, []
    def tell(back, what, **keys):
        lines.append({"ts": NOW - 20 * minute + back * 1000, "type": what, **keys})
    for i, agent in enumerate(("PIIagent Alpha", "PIIagent Aster", "PIIone-17")):
        tell(0, "agent.state", agent=agent, state="available", team="PIIteam North")
        tell(1, "agent.member", agent=agent, queue="Billing", **{"in": True})
    tell(2, "agent.state", agent="PIIone-17", state="away", reason="PIIreason doctor", team="PIIteam North")
    for i in range(6):
        contact, agent, case = "PIIcontact-%d" % i, ("PIIagent Alpha", "PIIagent Aster")[i % 2], "PIIcase-%d" % i
        tell(10 + i, "case.opened", case=case, queue="Billing", channel="phone", customer="PIIcustomer-%d" % i, topic="PIItopic")
        tell(11 + i, "sla.started", case=case, clock="resolve", target_ms=60000 if i % 2 else 36000000)
        tell(12 + i, "contact.queued", contact=contact, queue="Billing", channel="phone", case=case, customer="PIIcustomer-%d" % i, topic="PIItopic")
        if i == 5:
            continue
        tell(30 + i, "contact.offered", contact=contact, agent=agent)
        tell(31 + i, "contact.answered", contact=contact, agent=agent)
        if i >= 3:
            continue
        tell(60 + i, "contact.released", contact=contact, agent=agent, by="customer", wrap_ms=1000)
        tell(61 + i, "survey.sent", survey="PIIsurvey-%d" % i, kind="nps", contact=contact, agent=agent, case=case)
        tell(62 + i, "survey.answered", survey="PIIsurvey-%d" % i, kind="nps", score=i, min=0, max=10, contact=contact, agent=agent, case=case)
        tell(63 + i, "refusal.said", agent=agent, policy="PIIpolicy", contact=contact)
        tell(64 + i, "agent.mistake", agent=agent, by="PIIlead Person", kind="PIIreason form")
        tell(65 + i, "praise.received", by="customer", agent=agent, case=case)
        tell(66 + i, "review.scored", case=case, agent=agent, score=80)
    for step in ("request", "demand", "warning"):
        if step == "request":
            tell(69, "conduct.signalled", contact="PIIcontact-3", by="agent", kind="insult", aim="agent")
        tell(70 + len(step), "conduct.step", contact="PIIcontact-3", agent="PIIagent Aster", step=step)
    tell(80, "conduct.step", contact="PIIcontact-4", agent="PIIagent Alpha", step="demand")
    tell(81, "conduct.safety", contact="PIIcontact-4", agent="PIIagent Alpha")
    tell(82, "callback.scheduled", queue="Billing", callback="PIIcallback-1", customer="PIIcustomer-9")
    tell(83, "callback.due", queue="Billing", callback="PIIcallback-2", customer="PIIcustomer-9")
    tell(84, "case.state", case="PIIcase-2", to="pending", reason="PIIreason waits")
    tell(85, "agent.help", agent="PIIagent Alpha", on=True, contact="PIIcontact-4")
    tell(90, "note.posted", by="PIIlead Person", text="PIInote lines are down")
    lines.sort(key=lambda line: line["ts"])
    return lines


def acknowledge(alert):
    return {"ts": int(time.time() * 1000), "type": "alert.acknowledged", "by": "PIIlead Person", "alert": alert}


def run(*words, **more):
    done = subprocess.run([BIN, *words], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, **more)
    return done.returncode, done.stdout + done.stderr


def config(folder):
    script, path = os.path.join(folder, "page"), os.path.join(folder, "conf")
    open(script, "w").write(SCRIPT)
    os.chmod(script, 0o755)
    open(path, "w").write('zone = "UTC"\nshow_mistakes = true\nlog = "%s/log"\n'
                          'alert "erring" { metric = "mistakes" each = "agent" enter = 0 exec = "%s" }\n'
                          'alert "full" { metric = "queue_depth" enter = 0 leave = 0 severity = "critical" exec = "%s" }\n' % (folder, script, script))
    return path


def everything_in_redis(redis):
    found = []
    for key in redis.ask("--raw", "KEYS", "*").split("\n"):
        found.append(key)
        found.append(subprocess.run(["redis-cli", "-s", redis.socket, "HGETALL", key], capture_output=True).stdout.decode(errors="replace"))
        found.append(subprocess.run(["redis-cli", "-s", redis.socket, "--raw", "DUMP", key], capture_output=True).stdout.decode(errors="replace"))
    return "\n".join(found)


def screens(words, size, keys):
    """What stands on the screen after each key; what Enter asks for takes a moment."""
    seen = []
    board = Terminal(BIN, *words, size=size)
    board.until("Billing", 15)
    for key in keys:
        board.send(key)
        board.quiet(0.15 if key == "\r" else 0.05)
        seen.append(board.text())
    board.close()
    return "\n".join(seen)


def leads(journal, words, steps):
    """Does each key lead to what is wanted? The first that does not."""
    board = Terminal(BIN, "replay", journal, "--at", "-1s", "--paused", *words)
    board.until("Billing", 15)
    wrong = ""
    for key, wanted in steps:
        board.send(key)
        if not wrong and not board.until(wanted, 10):
            wrong = "%r to %r:\n%s" % (key, wanted, board.text())
    board.close()
    return wrong


def collect(folder, words, redis):
    """The day as it comes in, at a collector under a policy: what it put out, and its journal."""
    feed, journal = "ipc://%s/feed" % folder, os.path.join(folder, "journal")
    rules = (*RULES, "--config", config(folder), *words)
    publisher = start("publish", "--bind", feed, "--src", "PIIsource", "--live", "--wait", "1", "--linger", "60s", "-", stdin=subprocess.PIPE)
    store = ("--store", "unix://" + redis.socket) if redis else ()
    collector = start("collect", "--feed", feed, "--journal", journal, "--publish", "ipc://%s/out" % folder, *store, "--config", config(folder),
                      "--set", "store_state=none", *words, env={**os.environ, "HOME": folder})
    wait_for(journal, lambda s: s["running"])
    lines = day()
    publisher.stdin.write("".join(json.dumps(line) + "\n" for line in lines))
    publisher.stdin.flush()
    wait_for(journal, lambda s: received(s) >= len(lines))
    told = os.path.join(folder, "told")
    until(lambda: os.path.exists(told) and open(told).read().count("\n") >= 2, 15)
    out = [("the environment of commands", open(told).read() if os.path.exists(told) else "")]
    code, text = run("snapshot", "--attach", "ipc://%s/out" % folder, *rules)
    out.append(("snapshot --attach", text))
    for alert in json.loads(text).get("alerts", [])[:3]:
        publisher.stdin.write(json.dumps(acknowledge(alert["id"])) + "\n")
    publisher.stdin.flush()
    wait_for(journal, lambda s: received(s) > len(lines))
    out.append(("collect --status", json.dumps(status(journal)[1])))
    if redis:
        until(lambda: redis.ask("HGET", "{default}:meta", "watermark") and redis.ask("HLEN", "{default}:alerts") != "0", 10)
        out.append(("Redis", everything_in_redis(redis)))
        say("{default}:state" not in out[-1][1] and "{default}:now" in out[-1][1], "without store_state there is no packed state in Redis", out[-1][1][:300])
        out.append(("a board that has only Redis", run("snapshot", "--store", "unix://" + redis.socket, "--wait", "1s", *rules)[1]))
    out.append(("a board that is attached", screens(("--attach", "ipc://%s/out" % folder, *rules), (140, 40), list("4567890h"))))
    out.append(("the collector's log", end(collector)))
    end(publisher)
    run("journal", "mark", journal, "PIInote mark")
    return journal, out


def look(folder, journal, words, far):
    rules, out = ("--config", config(folder), *words), []
    for scope in ("--window=60m", "--scope=agent=PIIagent Alpha", "--scope=team=PIIteam North", "--scope=agent=nobody"):
        name, value = scope.split("=", 1)
        if scope != "--scope=agent=nobody" and not far and name == "--scope":
            continue
        text = run("snapshot", "--journal", journal, name, value, *rules)[1]
        out.append(("snapshot %s" % scope.split("=")[1], text))
    for form in ("--text", "--ansi"):
        out.append(("snapshot " + form, run("snapshot", "--journal", journal, form, *rules)[1]))
    for form in ("md", "html", "csv", "json"):
        out.append(("report " + form, run("report", journal, "--format", form, *rules)[1]))
    for form in ((), ("--json",)):
        out.append(("alert test %s" % " ".join(form), run("alert", "test", journal, *form, *rules)[1]))
    out.append(("journal mark", run("journal", "mark", journal, *rules)[1]))
    if not far:
        return out
    # Each page, what stands behind its first rows, and the life of that; then incidents, marks, a tile.
    keys = [key for page in "234567890" for key in (page, "\r", "\r")] + ["3", "\x1b[B", "\r", "\r", "1", "n", "n", "'", "\x1b"]
    keys += ["\t", "\t", "\r", "\r", "\r"]
    for size in far:
        out.append(("a board of %dx%d" % size, screens(("replay", journal, "--at", "-1s", "--paused", *rules), size, keys)))
    log = os.path.join(folder, "log")
    out.append(("the board's log", open(log).read() if os.path.exists(log) else ""))
    return out


def check(name, out, hidden):
    found = [(where, leaks(text, hidden)) for where, text in out if leaks(text, hidden)]
    say(not found, "%s: what it hides is in none of %d outputs" % (name, len(out)), found)
    silent = [where for where, text in out if not text.strip() and "log" not in where]
    say(not silent, "%s: each of them says something" % name, silent)


def check_hashes(folder):
    """The same thing by the same key is told by the same hash, wherever it is told."""
    key, words = os.path.join(folder, "key"), POLICIES["hash"][0]
    with open(key, "wb") as file:
        file.write(os.urandom(32))
    os.chmod(key, 0o600)
    os.mkdir(os.path.join(folder, "hashed"))
    redis = Redis() if SERVER else None
    _, out = collect(os.path.join(folder, "hashed"), (*words, "--set", "display_key_file=" + key), redis)
    check("hash, live", out, POLICIES["hash"][1])
    told = dict(out)
    cases = {due["case"] for due in json.loads(told["snapshot --attach"])["due"]}
    say(len(cases) == 6 and all(len(case) == 10 for case in cases), "cases are told apart by their hash", cases)
    if redis:
        fields = {field.split("/")[0] for field in redis.ask("--raw", "HKEYS", "{default}:due").split("\n")}
        say(fields == cases, "in Redis by the same", (fields, cases))


def main(folder):
    redis = Redis() if SERVER else None
    journal, out = collect(folder, POLICIES["public"][0], redis)
    words, hidden = POLICIES["public"]
    seen = look(folder, journal, words, ((140, 40), (80, 24)))
    check("public", out + seen, hidden)
    rules = ("--config", config(folder), *words)
    wrong = leads(journal, rules, (("2", "which ones"), ("\r", "\u25b8 \u2013"), ("\r", "does not show which one")))
    say(not wrong, "public: nothing can be looked up by what is hidden", wrong)
    for name in ("team", "mask", "hash", "drop"):
        check(name, look(folder, journal, POLICIES[name][0], ()), POLICIES[name][1])
    out = look(folder, journal, POLICIES["desk"][0], ((140, 40),))
    check("desk", out, POLICIES["desk"][1])
    rules = ("--config", config(folder), *POLICIES["desk"][0])
    # Which alert stands first depends on how long the collector's answers took: the one of a case is looked for.
    wrong = leads(journal, rules, (("2", "which ones"), ("\r", "PIIcontact-5"), ("\r", "LIFE \u00b7 PIIcontact-5"), ("0", "which ones"),
                                   ("/", "find:"), ("PIIcase", "/PIIcase: 3 of"), ("\r", "which ones"), ("\r", "LIFE \u00b7 PIIcase")))
    say(not wrong, "where all may be seen the keys lead to rows and lives", wrong)
    text = "\n".join(text for _, text in out)
    missing = [field for field in FIELDS if field not in ("customer", "survey", "callback", "source") and not leaks(text, (field,))]
    say(not missing, "what a desk may see is there to be seen", missing)
    code, text = run("journal", "export", journal, "--display", "public")
    say(code == 1 and "PII" not in text and "--display desk" in text, "an export is refused where the public looks on", text)
    code, text = run("journal", "export", journal)
    say(code == 0 and "PIIagent Alpha" in text, "and has everything elsewhere", text[:300])
    lines = run("report", journal, "--format", "md", "--config", config(folder), "--display", "team")[1]
    say("by P. P." in lines, "who answered is told by initials", lines[-1500:])
    check_hashes(folder)


with tempfile.TemporaryDirectory() as place:
    main(place)
print("1..%d" % len(results))
sys.exit(0 if all(results) else 1)
