#!/usr/bin/env python3
"""tablo alert test: what would have been raised on a journal, and what else by the rules of then. Prints TAP."""
import json, os, subprocess, sys, tempfile

from collect_test_parts import BIN, results, say

AT = 1700000000000
RULE = 'alert "%s" { metric = "queue_depth" enter = %d leave = 0 severity = "critical" }\n'


def run(*words):
    done = subprocess.run([BIN, *words], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout, done.stderr


def make_day(folder):
    """Twice the queue fills up: with five, with nine who wait."""
    path, lines = os.path.join(folder, "day.ndjson"), []
    for begin, count in ((0, 5), (600000, 9)):
        for i in range(count):
            lines.append({"ts": AT + begin + i * 1000, "type": "contact.queued", "queue": "Billing", "channel": "phone", "contact": "c%d-%d" % (begin, i)})
        for i in range(count):
            lines.append({"ts": AT + begin + 30000 + i * 1000, "type": "contact.answered", "agent": "Anna", "contact": "c%d-%d" % (begin, i)})
    lines.append({"ts": AT + 1200000, "type": "contact.queued", "queue": "Billing", "channel": "phone", "contact": "last"})
    open(path, "w").write("".join(json.dumps(line) + "\n" for line in lines))
    return path


def config(folder, name, *rules):
    path = os.path.join(folder, name)
    open(path, "w").write('zone = "UTC"\n' + "".join(RULE % rule for rule in rules))
    return path


def alerts_of(*words):
    code, out, err = run("alert", "test", "--json", *words)
    found = json.loads(out) if out.strip() else {"alerts": [], "gone": []}
    return code, [a for a in found["alerts"] if a["text"].startswith(("full", "very"))], found.get("gone"), err


def main(folder):
    day, journal = make_day(folder), os.path.join(folder, "journal")
    now = config(folder, "now.conf", ("full", 4), ("very full", 8))
    code, out, err = run("collect", "--config", now, "--feed", "file:" + day, "--speed", "0", "--journal", journal)
    say(code == 0, "a collector kept a day", err)
    code, found, gone, err = alerts_of(journal, "--config", now)
    say(code == 0 and [a["text"].split(":")[0] for a in found] == ["full", "full", "very full"], "the same rules raise what they raised", (found, err))
    say(all(a["then"] for a in found) and gone == [], "and nothing else", (found, gone))
    say(all(a.get("cleared") and a["lasted"] > 20 for a in found), "each says how long it stood", found)
    code, out, err = run("snapshot", "--config", now, "--feed", "file:" + day, "--speed", "0", "--json")
    live = {a["id"] for a in json.loads(out)["alerts"]}
    say({a["id"] for a in found} <= live, "by the ids that a board gave them", (sorted(live), found))
    other = config(folder, "other.conf", ("very full", 8), ("full", 2))
    code, found, gone, err = alerts_of(journal, "--config", other)
    say(len(found) == 3 and [a["then"] for a in found].count(True) == 1, "a rule that is changed raises at other times; one that moved in the file stays itself", found)
    say([a["text"].split(":")[0] for a in gone] == ["full", "full"], "and what is not raised any more is told", gone)
    code, out, err = run("alert", "test", journal, "--config", other)
    lines = out.splitlines()
    say(code == 0 and lines[-1].endswith("2 more (+), 2 less (-)") and sum(l.startswith("+") for l in lines) == 2 and sum(l.startswith("-") for l in lines) == 2,
        "in words, too", out + err)
    code, found, gone, err = alerts_of(journal, "--config", now, "--from", "@%d" % (AT // 1000 + 300))
    say(len(found) == 2, "--from leaves out what was before", found)
    code, found, gone, err = alerts_of(journal, "--config", now, "--to", "@%d" % (AT // 1000 + 300))
    say(len(found) == 1, "--to what came after", found)
    for words, why in ((("alert",), "alert test JOURNAL"), (("alert", "test", os.path.join(folder, "nothing")), "nothing"), (("alert", "try", journal), "alert test JOURNAL")):
        code, out, err = run(*words)
        say(code in (1, 2) and not out and why in err, "told: %s" % " ".join(words[:2]), err)
    for rule, why in (('agent = "Ana" queue = "Billing"', "of an agent or team, and of a queue"), ('each = "team" channel = "phone"', "of an agent or team, and of a queue"),
                      ('each = "queue" queue = "Billing"', "of one and of each"), ("and_leave = 3", "'and_leave' without"), ('each = "house"', "each")):
        path = os.path.join(folder, "wrong.conf")
        open(path, "w").write('alert "x" { metric = "queue_depth" enter = 3 %s }\n' % rule)
        code, out, err = run("check", path)
        say(code != 0 and why in out + err, "a rule that cannot be is named: %s" % rule, out + err)


with tempfile.TemporaryDirectory() as place:
    main(place)
print("1..%d" % len(results))
sys.exit(0 if all(results) else 1)
