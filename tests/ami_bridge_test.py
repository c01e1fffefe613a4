#!/usr/bin/env python3
"""`tablo bridge ami` before an Asterisk of calls that are made up: the manager interface alone, the queue_log alone and both joined tell the same
of the same calls; a cut connection and a killed bridge lose nothing that can be known. Prints TAP. TABLO_ROUNDS: so many times as many kills."""
import collections, json, os, random, signal, socket, subprocess, sys, tempfile, threading, time

from asterisk import SECRET, USER, Asterisk
from collect_test_parts import BIN, end, results, say, start, wait_for

DATA = os.environ.get("TABLO_DATA", "../shared/data")
ROUNDS = 20 * int(os.environ.get("TABLO_ROUNDS", "1"))
FIGURES = ["offered", "answered", "abandoned", "service_level", "asa", "aht", "queue_depth"]


def login_file(folder, secret=SECRET, mode=0o600):
    path = folder + "/login"
    with open(path, "w") as file:
        file.write("# of the test\nuser = %s\nsecret = %s\n" % (USER, secret))
    os.chmod(path, mode)
    return path


class Rig:
    """A collector, and the words of a bridge that it hears."""

    def __init__(self, folder, name, *words):
        self.journal = "%s/journal-%s" % (folder, name)
        self.feed, replay = ["ipc://%s/%s-%s" % (folder, name, kind) for kind in ("feed", "replay")]
        self.words = ("bridge", *words, "--bind", self.feed, "--replay", replay, "--state", "%s/state-%s" % (folder, name))
        self.collector = start("collect", "--feed", self.feed, "--journal", self.journal, "--zone", "UTC")
        wait_for(self.journal, lambda found: True)
        self.bridge = None

    def start(self, *more):
        self.bridge = start(*self.words, *more)

    def received(self):
        found = wait_for(self.journal, lambda found: True)
        return found["feeds"][0]["received"] if found else 0

    def settled(self, quiet, seconds=20):
        """Until nothing more has come for a while."""
        until, last, since = time.monotonic() + seconds, -1, time.monotonic()
        while time.monotonic() < until and time.monotonic() - since < quiet:
            count = self.received()
            if count != last:
                last, since = count, time.monotonic()
            time.sleep(0.05)

    def events(self):
        self.said = end(self.bridge)
        end(self.collector)
        text = subprocess.run([BIN, "journal", "export", self.journal], capture_output=True, text=True, timeout=60).stdout
        self.text = text
        return [json.loads(line) for line in text.splitlines()]

    def figures(self, folder):
        with open(folder + "/events.ndjson", "w") as out:
            out.write(self.text)
        done = subprocess.run([BIN, "snapshot", "--zone", "UTC", "--by", "arrival", "--window", "24h", "--json", "--feed", "file:%s/events.ndjson" % folder],
                              capture_output=True, text=True, timeout=60)
        found = {}
        for f in json.loads(done.stdout)["figures"]:
            if f["metric"] in FIGURES and set(f["scope"]) <= {"queue"}:
                found[json.dumps(f["scope"]), f["metric"]] = f["of"][0] / f["of"][1] if "of" in f and f["of"][1] else f.get("value")
        return found


def story(events):
    """What of each contact must be the same whoever tells it."""
    told = collections.Counter()
    for e in events:
        if e.get("snapshot") or not e["type"].startswith("contact.") or e["type"] in ("contact.held", "contact.unheld"):
            continue
        handled = e.get("talk_ms", 0) + e.get("hold_ms", 0)
        told[e["type"], e["contact"], e["ts"], e.get("agent"), e.get("why"), e.get("by"), e.get("wait_ms"), e.get("customer"), handled] += 1
    return told


def differ(one, other):
    return "only here %s\nonly there %s" % (list((one - other).elements())[:4], list((other - one).elements())[:4])


def same_calls():
    with tempfile.TemporaryDirectory() as folder:
        log, login = folder + "/queue_log", login_file(folder)
        asterisk = Asterisk(log, int(time.time()) - 3600, rest=0.8)
        at = "127.0.0.1:%d" % asterisk.port
        alone, joined = Rig(folder, "alone", "ami", at, "--login", login), Rig(folder, "joined", "ami", at, "--login", login, "--queue-log", log)
        for rig in (alone, joined):
            rig.start("--wait", "1")
        until = time.monotonic() + 20
        while asterisk.logins < 2 and time.monotonic() < until:
            time.sleep(0.02)
        while min(rig.received() for rig in (alone, joined)) < 10 and time.monotonic() < until: # the state that was asked for
            time.sleep(0.1)
        for _ in range(500):
            asterisk.step()
            time.sleep(0.01) # calls take their time: the log is read a little later than the manager interface
        alone.settled(2)
        joined.settled(2)
        a, j = alone.events(), joined.events()
        single = Rig(folder, "log", "queue_log", log)
        single.start("--wait", "1")
        single.settled(2)
        l = single.events()
        say(sum(story(l).values()) > 200, "%d events of %d calls in the log" % (sum(story(l).values()), asterisk.number), single.said)
        drop_rings = lambda told: collections.Counter({key: n for key, n in told.items() if key[0] != "contact.offered"})
        say(drop_rings(story(a)) == drop_rings(story(l)), "the manager interface alone tells the same of each call", differ(drop_rings(story(a)), drop_rings(story(l))) + alone.said)
        say(drop_rings(story(j)) == drop_rings(story(l)), "both joined tell the same of each call", differ(drop_rings(story(j)), drop_rings(story(l))) + joined.said)
        offers = lambda events: collections.Counter((e["contact"], e["agent"]) for e in events if e["type"] == "contact.offered" and not e.get("snapshot"))
        say(offers(j) == offers(a) and not offers(l) - offers(j), "each ring once, those that the log does not tell of too", differ(offers(j), offers(a)))
        held = lambda events: collections.Counter(e["type"] for e in events if e["type"] in ("contact.held", "contact.unheld"))
        say(held(j) == held(a) and min(held(a)["contact.held"], held(a)["contact.unheld"]) > 3, "hold, which no log has", (held(a), held(j)))
        figures = [rig.figures(folder) for rig in (single, alone, joined)]
        say(len(figures[0]) > 15 and figures[0] == figures[1] == figures[2], "the figures of each queue are the same, %d of them" % len(figures[0]), figures)
        pauses = lambda events: collections.Counter((e["agent"], e["state"], e.get("reason")) for e in events if e["type"] == "agent.state" and not e.get("snapshot"))
        say(pauses(j) == pauses(l) and pauses(l) and not pauses(a) - pauses(l), "pauses and their reasons", (differ(pauses(j), pauses(l)), pauses(a) - pauses(l)))
        say("+1555" not in alone.text + joined.text and SECRET not in alone.said + joined.said, "nobody's number travels, no secret is said")


def cut():
    with tempfile.TemporaryDirectory() as folder:
        asterisk = Asterisk(folder + "/queue_log", int(time.time()) - 30)
        rig = Rig(folder, "cut", "ami", "127.0.0.1:%d" % asterisk.port, "--login", login_file(folder))
        early = asterisk.join() # waits before anybody listens
        asterisk.now = int(time.time())
        rig.start("--wait", "1")
        until = time.monotonic() + 20
        while rig.received() < 20 and time.monotonic() < until:
            time.sleep(0.05)
        calls = [asterisk.join() for _ in range(7)]
        for call in calls[:3]:
            asterisk.ring(call, call.number % 7)
            asterisk.answer(call)
        rig.settled(1)
        asterisk.cut()
        asterisk.now = int(time.time()) + 1
        asterisk.complete(calls[0], "COMPLETEAGENT")
        for call in calls[3:5]:
            asterisk.leave(call, "ABANDON")
        asterisk.ring(calls[5], 6)
        asterisk.answer(calls[5])
        asterisk.join()
        asterisk.listen()
        while asterisk.logins < 2 and time.monotonic() < until:
            time.sleep(0.05)
        rig.settled(3)
        asterisk.now = int(time.time()) + 1
        asterisk.complete(calls[1], "COMPLETECALLER")
        asterisk.complete(calls[5], "COMPLETECALLER")
        rig.settled(1.5)
        events = rig.events()
        depth = rig.figures(folder).get(("{}", "queue_depth"))
        waiting = sum(call.state == "waiting" for call in asterisk.calls)
        say(depth == waiting == 3, "after a gap the depth is right", (depth, waiting, rig.said))
        begun = [e for e in events if e["type"] == "contact.queued" and early.id in e["contact"] and not e.get("snapshot")]
        say(len(begun) == 1, "who waited before the bridge came waits on the board", begun)
        released = [e["contact"] for e in events if e["type"] == "contact.released"]
        say(len(released) == 2 and all(call.id in "".join(released) for call in (calls[1], calls[5])), "what was answered in the gap is known at its end", released)
        say(sum(e["type"] == "contact.left" for e in events) == 0, "what ended in the gap is nobody's abandonment", rig.said)
        say("closed" in rig.said or "tried again" in rig.said, "and the gap is said", rig.said)


def killed():
    with tempfile.TemporaryDirectory() as folder:
        log = folder + "/queue_log"
        asterisk = Asterisk(log, int(time.time()) - 3600)
        rig = Rig(folder, "killed", "ami", "127.0.0.1:%d" % asterisk.port, "--login", login_file(folder), "--queue-log", log)
        asterisk.step()
        rig.start("--wait", "1")
        until = time.monotonic() + 20
        while rig.received() == 0 and time.monotonic() < until:
            time.sleep(0.05)
        end(rig.bridge, signal.SIGKILL)
        stop, lives = threading.Event(), random.Random(3)

        def grow():
            while not stop.wait(0.01):
                asterisk.step()
        thread = threading.Thread(target=grow)
        thread.start()
        for _ in range(ROUNDS):
            rig.start()
            try:
                rig.bridge.wait(timeout=lives.uniform(0.05, 0.6))
            except subprocess.TimeoutExpired:
                pass
            said = end(rig.bridge, signal.SIGKILL)
            if rig.bridge.returncode != -signal.SIGKILL:
                say(False, "the bridge lives until it is killed", said)
        stop.set()
        thread.join()
        rig.start()
        rig.settled(6.5, 30)
        kept = lambda told: collections.Counter({key[:3]: n for key, n in told.items() if key[0] != "contact.offered"})
        imported = subprocess.run([BIN, "import", "queue_log", log], capture_output=True, text=True, timeout=60).stdout
        events = rig.events()
        wanted, got = kept(story(map(json.loads, imported.splitlines()))), kept(story(events))
        say(wanted and wanted == got, "killed %d times while %d calls came: each of %d events once" % (ROUNDS, asterisk.number, sum(wanted.values())), differ(got, wanted))
        waiting = sum(call.state == "waiting" for call in asterisk.calls)
        depth = rig.figures(folder).get(("{}", "queue_depth"))
        say(depth == waiting, "and %d wait" % waiting, (depth, rig.said))


def changed():
    """From a bridge of the log to one of both: the same name and folder, and nothing is told twice."""
    with tempfile.TemporaryDirectory() as folder:
        log = folder + "/queue_log"
        asterisk = Asterisk(log, int(time.time()) - 600, rest=0.05)
        for _ in range(120):
            asterisk.step()
        rig = Rig(folder, "changed", "queue_log", log, "--src", "pbx")
        rig.start("--wait", "1")
        rig.settled(0.7)
        end(rig.bridge)
        asterisk.now = int(time.time())
        early = sum(call.state == "waiting" for call in asterisk.calls)
        rig.words = ("bridge", "ami", "127.0.0.1:%d" % asterisk.port, "--login", login_file(folder), "--queue-log", *rig.words[2:])
        rig.start()
        rig.settled(5.5) # its first snapshot comes 5 s after the lists
        for call in [call for call in asterisk.calls if call.state == "waiting"][:3]:
            asterisk.leave(call, "ABANDON")
        rig.settled(1)
        events = rig.events()
        imported = subprocess.run([BIN, "import", "queue_log", log], capture_output=True, text=True, timeout=60).stdout
        kept = lambda told: collections.Counter({key[:3]: n for key, n in told.items() if key[0] != "contact.offered"})
        wanted, got = kept(story(map(json.loads, imported.splitlines()))), kept(story(events))
        say(early > 3 and wanted == got, "the manager interface beside an earlier bridge of the log: each of %d events once" % sum(wanted.values()), differ(got, wanted))
        waiting = sum(call.state == "waiting" for call in asterisk.calls)
        depth = rig.figures(folder).get(("{}", "queue_depth"))
        say(depth == waiting == early - 3, "and who waited before still waits", (depth, waiting, early, rig.said))


def hung_up():
    """Who hangs up after each login is not asked ever again at once."""
    with tempfile.TemporaryDirectory() as folder:
        asterisk = Asterisk(folder + "/queue_log", int(time.time()))
        bridge = start("bridge", "ami", "127.0.0.1:%d" % asterisk.port, "--login", login_file(folder), "--bind", "ipc://%s/f" % folder, "--replay", "none",
                       "--state", folder + "/state")
        begun = since = time.monotonic()
        while time.monotonic() < since + 3 and time.monotonic() < begun + 20:
            if not asterisk.logins:
                since = time.monotonic()
            for link in list(asterisk.links):
                link.shutdown(socket.SHUT_RDWR)
            time.sleep(0.01)
        said = end(bridge)
        say(0 < asterisk.logins <= 5, "one that hangs up after each login is logged in to %d times in 3 s" % asterisk.logins, said)


def logins():
    with tempfile.TemporaryDirectory() as folder:
        asterisk = Asterisk(folder + "/queue_log", int(time.time()))
        words = ("bridge", "ami", "127.0.0.1:%d" % asterisk.port, "--bind", "ipc://%s/f" % folder, "--replay", "none", "--state", folder + "/state")
        done = subprocess.run([BIN, *words, "--login", login_file(folder, mode=0o644)], capture_output=True, text=True, timeout=20)
        say(done.returncode != 0 and "chmod 600" in done.stderr, "a login that others may read is refused", done.stderr)
        bridge = start(*words, "--login", login_file(folder, "another secret"))
        late = threading.Timer(20, bridge.kill)
        late.start()
        said = ""
        while "refused" not in said and (line := bridge.stderr.readline()):
            said += line
        late.cancel()
        said += end(bridge)
        say("refused" in said and "manager.conf" in said and "another secret" not in said, "a login that Asterisk refuses is said, with where to look", said)


def captures():
    """Real captures, in which the server did not tell of agents: only the one with an abandonment says something of a queue."""
    if not os.path.isdir(DATA + "/ami-cacofonisk"):
        say(True, "real captures # SKIP none at TABLO_DATA")
        return
    for name in ("queue_a_cancel", "queue_simple", "queue_group", "queue_blind_xfer", "queue_attn_xfer"):
        done = subprocess.run([BIN, "bridge", "test", "ami", "%s/ami-cacofonisk/%s.json" % (DATA, name), "--json"], capture_output=True, text=True, timeout=20)
        told = [json.loads(line) for line in done.stdout.splitlines()]
        outcomes = collections.Counter(one["outcome"] for one in told)
        made = [(e["type"], e.get("why"), e.get("wait_ms")) for one in told for e in one["makes"]]
        wanted = [("contact.queued", None, None), ("contact.left", "abandoned", 11000)] if name == "queue_a_cancel" else []
        say(done.returncode == 0 and made == wanted and set(outcomes) <= {"mapped", "ignored"} and len(told) > 34, "%s: %s" % (name, dict(outcomes)), (made, outcomes))
    done = subprocess.run([BIN, "bridge", "test", "ami", DATA + "/payload-samples/asterisk_ami_stream.dump", "--json"], capture_output=True, text=True, timeout=20)
    outcomes = collections.Counter(json.loads(line)["outcome"] for line in done.stdout.splitlines())
    say(outcomes == {"ignored": 9, "damaged": 1}, "partial and malformed blocks", outcomes)


def main():
    captures()
    same_calls()
    cut()
    killed()
    changed()
    hung_up()
    logins()
    print("1..%d" % len(results))
    return not all(results)


sys.exit(main())
