#!/usr/bin/env python3
"""The commands of alert rules: run once when raised and once when cleared, with what there is to know in the environment. Prints TAP."""
import json, os, subprocess, sys, tempfile, time

from board_parts import Board
from collect_test_parts import BIN, end, free_port, received, results, say, start, wait_for

EVIL = "Bill`touch PWNED`$(touch PWNED);&|'\"ing"
SCRIPT = """#!%s
import os, sys, time
with open(os.environ["HOME"] + "/told", "a") as out:
    out.write(repr((sys.argv[1:], {k: v for k, v in os.environ.items() if k.startswith("TABLO_")}, len(os.listdir("/proc/self/fd")))) + "\\n")
sys.stderr.write("told\\n" + "x" * 200000)
time.sleep(float(sys.argv[2]))
sys.exit(int(sys.argv[1]))
""" % sys.executable


def told(folder):
    path = os.path.join(folder, "told")
    return [eval(line) for line in open(path)] if os.path.exists(path) else []


def until(condition, seconds=15):
    end_of_patience = time.monotonic() + seconds
    while not condition() and time.monotonic() < end_of_patience:
        time.sleep(0.05)
    return condition()


class Rig:
    """A publisher that is told events by hand, and whoever decides about its alerts."""
    def __init__(self, folder, *rules):
        self.folder, port = folder, free_port()
        self.feed, self.journal = "tcp://127.0.0.1:%d" % port, os.path.join(folder, "journal")
        self.script, self.config = os.path.join(folder, "page"), os.path.join(folder, "conf")
        open(self.script, "w").write(SCRIPT)
        os.chmod(self.script, 0o755)
        open(self.config, "w").write('zone = "UTC"\n' + "".join(rule.replace("SCRIPT", self.script) for rule in rules))
        self.publisher = start("publish", "--bind", self.feed, "--live", "--wait", "1", "--linger", "60s", "-", stdin=subprocess.PIPE)
        self.begin()

    def begin(self):
        self.collector = start("collect", "--feed", self.feed, "--journal", self.journal, "--config", self.config, env={**os.environ, "HOME": self.folder})
        wait_for(self.journal, lambda s: s["running"])

    def tell(self, kind, contact, **more):
        event = {"ts": int(time.time() * 1000), "type": kind, "contact": contact, **more}
        self.publisher.stdin.write(json.dumps(event) + "\n")
        self.publisher.stdin.flush()

    def wait(self, contact):
        self.tell("contact.queued", contact, queue=EVIL, channel="phone")

    def close(self):
        end(self.publisher)
        return end(self.collector)


def try_collector(folder):
    rig = Rig(folder, 'alert "full; touch PWNED" { metric = "queue_depth" enter = 0 leave = 0 severity = "critical" exec = "SCRIPT 3 0 $HOME ;" }\n',
              'alert "gone" { metric = "queue_depth" enter = 2 exec = "%s/nothing" }\n' % folder)
    rig.wait("a")
    say(until(lambda: len(told(folder)) == 1), "a rule's command is run when it is raised", told(folder))
    words, environment, descriptors = told(folder)[0]
    say(words == ["3", "0", "$HOME", ";"], "its words are parted by blanks and mean nothing", words)
    say(environment["TABLO_ALERT_RULE"] == "full; touch PWNED" and environment["TABLO_ALERT_STATE"] == "raised" and environment["TABLO_ALERT_SEVERITY"] == "critical"
        and environment["TABLO_ALERT_METRIC"] == "queue_depth" and environment["TABLO_ALERT_VALUE"] == "1.000" and environment["TABLO_ALERT_LIMIT"] == "0.000"
        and len(environment["TABLO_ALERT_ID"]) == 16 and environment["TABLO_ALERT_RAISED"].endswith("Z") and "TABLO_ALERT_TEXT" in environment,
        "the environment says what there is to know", environment)
    say(descriptors <= 5, "it has no socket or file of ours", descriptors)
    rig.tell("contact.answered", "a", agent="Anna")
    say(until(lambda: len(told(folder)) == 2) and told(folder)[1][1]["TABLO_ALERT_STATE"] == "cleared" and told(folder)[1][1]["TABLO_ALERT_ID"] == environment["TABLO_ALERT_ID"],
        "and again when it has cleared", told(folder))
    for contact in "bcd":
        rig.wait(contact)
    say(until(lambda: len(told(folder)) == 3), "another time is another alert", told(folder))
    time.sleep(1)
    log = end(rig.collector)
    say("failed with status 3" in log and "says: told" in log, "a command that fails is named, with what it said", log)
    say("cannot be run: No such file" in log, "so is one that is not there", log)
    rig.begin()
    rig.wait("e")
    wait_for(rig.journal, lambda s: received(s) >= 6)
    time.sleep(1.5)
    say(len(told(folder)) == 3, "a start does not tell anew what stands", told(folder))
    rig.close()
    say(not any("PWNED" in name for _, _, names in os.walk(folder) for name in names) and not os.path.exists("PWNED"), "no text is a command")


def try_board(folder):
    """A board at feeds of its own decides itself."""
    rig = Rig(folder, 'alert "full" { metric = "queue_depth" enter = 0 leave = 0 exec = "SCRIPT 0 0" }\n')
    end(rig.collector)
    board = subprocess.Popen([BIN, "snapshot", "--feed", rig.feed, "--config", rig.config, "--for", "3s", "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                             env={**os.environ, "HOME": folder})
    rig.wait("a")
    board.communicate(timeout=20)
    say(told(folder) == [], "one look runs no command", told(folder))
    end(rig.publisher)
    os.environ["HOME"] = folder
    rig.publisher = start("publish", "--bind", rig.feed, "--live", "--wait", "1", "--linger", "60s", "-", stdin=subprocess.PIPE)
    board = Board("--feed", rig.feed, "--config", rig.config)
    rig.wait("a")
    say(until(lambda: len(told(folder)) == 1), "a board that decides itself runs it", told(folder))
    board.close()
    end(rig.publisher)


for test in (try_collector, try_board):
    with tempfile.TemporaryDirectory() as place:
        test(place)
print("1..%d" % len(results))
sys.exit(0 if all(results) else 1)
