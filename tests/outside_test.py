#!/usr/bin/env python3
"""A board elsewhere sees the figures of a site and nobody's name: everything that goes over its link is caught and searched, the live stream,
states, ranges and the past. What must not leave does not: a collector that would let it refuses to start. Prints TAP."""
import concurrent.futures, json, os, re, shutil, signal, socket, subprocess, sys, tempfile, threading, time

from collect_test_parts import BIN, end, received, results, say, start, status, wait_for
from fault_parts import free_port
from redis_server import CLI, SERVER, Redis, free_port as redis_port
from terminal_parts import Terminal

ZONE = ("--zone", "UTC")
MARKER = b"PII-"
BEGIN = 1_700_000_000_000
ZSTD = b"\x28\xb5\x2f\xfd"


def lines(first, count):
    """Contacts with everything a publisher can call somebody, each name with the marker."""
    found = []

    def tell(at, type, **more):
        found.append({"ts": BEGIN + at, "type": type, **more})

    for i in range(first, first + count):
        at, contact, agent, customer, case = i * 9000, "PII-c%d" % i, "PII-Agent-%d" % (i % 11), "PII-k%d" % (i % 90), "PII-t%d" % i
        tell(at, "contact.queued", contact=contact, queue="Q%d" % (i % 3), channel=("phone", "chat")[i % 2], customer=customer,
             market=("JP", "DE")[i % 2], topic="invoice")
        if i % 5:
            tell(at + i * 7 % 60 * 1000, "contact.answered", contact=contact, agent=agent)
            tell(at + 70_000, "contact.released", contact=contact, agent=agent, by="customer", wrap_ms=1000)
            tell(at + 80_000, "survey.answered", survey="PII-s%d" % i, contact=contact, kind="csat", score=1 + i % 5, min=1, max=5, customer=customer)
        elif i % 10:
            tell(at + 20_000, "contact.left", contact=contact, why="abandoned")
        if i % 6 == 0:
            tell(at + 1000, "case.opened", case=case, queue="Q0", channel="email", customer=customer)
            tell(at + 1000, "sla.started", case=case, clock="first_reply", target_ms=60_000)
            tell(at + 2000, "agent.state", agent=agent, state="away", reason="PII-dentist" if i % 12 else "lunch", team="Tokyo")
            tell(at + 9000, "agent.state", agent=agent, state="available")
        if i % 40 == 1:
            tell(at + 3000, "conduct.signalled", contact=contact, by="agent", kind="insult", aim="agent")
            tell(at + 4000, "conduct.step", contact=contact, agent=agent, step="request")
            tell(at + 4000, "callback.scheduled", callback="PII-b%d" % i, queue="Q1", customer=customer)
            tell(at + 5000, "note.posted", by="PII-lead", text="PII-note: call PII-Mrs Sato")
            tell(at + 6000, "agent.mistake", agent=agent, by="PII-lead", kind="PII-wrong form")
            tell(at + 7000, "refusal.said", agent=agent, policy="no refunds", contact=contact)
    return sorted(found, key=lambda line: line["ts"])


class Tap:
    """A port that passes everything on to another one and keeps it. Where it is told whom to ask, that is a tap too."""

    def __init__(self, port, real):
        self.real, self.kept = real, []
        self.named = b"127.0.0.1:%d" % (real + 1), b"127.0.0.1:%d" % (port + 1)
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", port))
        self.listener.listen(16)
        self.both = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            here, _ = self.listener.accept()
            try:
                there = socket.create_connection(("127.0.0.1", self.real))
            except OSError:
                here.close()
                continue
            self.both += [here, there]
            for source, to in ((here, there), (there, here)):
                kept = bytearray()
                self.kept.append(kept)
                threading.Thread(target=self.passing, args=(source, to, kept), daemon=True).start()

    def passing(self, source, to, kept):
        try:
            while data := source.recv(65536):
                kept += data
                to.sendall(data.replace(*self.named))
        except OSError:
            pass
        for one in (source, to):
            one.close()

    def cut(self):
        for one in self.both:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.both = []


def tapped(real):
    """Where to attach, and both taps of a collector's stream."""
    port = free_port()
    return "tcp://127.0.0.1:%d" % port, [Tap(port, real), Tap(port + 1, real + 1)]


def unpacked(data):
    """What is compressed in it. States come in pieces of 512 KiB, each a frame: small ones in one."""
    found, at = [], 0
    while (at := data.find(ZSTD, at)) >= 0:
        found.append(subprocess.run(["zstd", "-dcq"], input=data[at:], capture_output=True, timeout=20).stdout)
        at += 4
    return found


def leaks(taps):
    """How often a name was in what went over these links; and how many bytes, and compressed states, were looked through."""
    count = size = packed = 0
    for tap in taps:
        for kept in tap.kept:
            data = bytes(kept)
            inside = unpacked(data)
            count += data.count(MARKER) + sum(one.count(MARKER) for one in inside)
            size, packed = size + len(data), packed + sum(len(one) > 1000 for one in inside)
    return count, size, packed


class Site:
    def __init__(self, folder, *words):
        self.folder, self.journal = folder, os.path.join(folder, "journal")
        self.feed, self.inside, self.outside = ("ipc://" + os.path.join(folder, name) for name in ("feed", "inside", "outside"))
        self.key, self.words, self.sent, self.taps = os.path.join(folder, "identifiers"), words, 0, []
        self.bound = {}  # in place of the sockets above

    def begin(self):
        self.process = start("collect", "--feed", self.feed, "--journal", self.journal, "--publish",
                             self.bound.get("inside", self.inside), "--clock", "feed", *ZONE, "--set",
                             "publish_outside=" + self.bound.get("outside", self.outside), "--set", "identifiers_key_file=" + self.key, *self.words)
        wait_for(self.journal, lambda s: s.get("running") and s["pid"] == self.process.pid if "pid" in s else s.get("running"))

    def tap(self):
        """Both ends by TCP; what boards attach to are taps."""
        for name in ("outside", "inside"):
            port = free_port()
            seen, taps = tapped(port)
            self.bound[name] = "tcp://127.0.0.1:%d" % port
            setattr(self, name, seen)
            if name == "outside":
                self.taps = taps
            else:
                self.inner = taps

    def take(self, first, count):
        text = lines(first, count)
        path = os.path.join(self.folder, "events")
        with open(path, "w") as to:
            to.write("".join(json.dumps(line) + "\n" for line in text))
        before, self.sent = self.sent, self.sent + len(text)
        publisher = start("publish", "--bind", self.feed, "--src", "pbx%d" % before, "--linger", "60s", path)
        found = wait_for(self.journal, lambda s: s.get("running") and received(s) >= self.sent and s["journal"]["durable"] >= s["lsn"], 30)
        end(publisher, signal.SIGKILL)
        return bool(found) and received(found) >= self.sent


def figures(stream, *words):
    done = subprocess.run([BIN, "snapshot", "--attach", stream, "--json", *ZONE, *words], capture_output=True, text=True, timeout=30)
    return json.loads(done.stdout) if done.stdout else {"why": done.stderr}


def same_figures(site, name):
    """Cell by cell: all figures and sparks; lists as long as inside."""
    wrong, cells = [], 0
    asked = (("--window", "60m"), ("--window", "7d", "--scope", "queue=Q1"), ("--window", "today", "--scope", "market=JP"), ("--scope", "team=Tokyo"))
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda one: figures(one[0], *one[1]), [(end, words) for words in asked for end in (site.inside, site.outside)]))
    for words, here, there in zip(asked, answers[::2], answers[1::2]):
        wrong += [(words, a, b) for a, b in zip(here.get("figures", [None]), there.get("figures", [])) if a != b]
        wrong += [(words, key) for key in ("at", "sparks", "impossible_events") if here.get(key) != there.get(key)]
        wrong += [(words, key) for key in ("alerts", "due", "conduct", "mistakes", "refusals") if len(here.get(key, "?")) != len(there.get(key, ""))]
        cells += len(there.get("figures", []))
    say(not wrong and cells > 100, "%s: %d figures are as inside" % (name, cells), wrong[:6])


def key_is_made(site):
    words = (BIN, "keygen", "--identifiers", "--out", site.key)
    done = subprocess.run(words, capture_output=True, text=True, timeout=20)
    mode = os.stat(site.key).st_mode & 0o777
    say(done.returncode == 0 and mode == 0o600 and not done.stdout, "the key is made for its owner alone, and not printed", (done, oct(mode)))
    before = open(site.key).read()
    again = subprocess.run(words, capture_output=True, text=True, timeout=20)
    say(again.returncode != 0 and open(site.key).read() == before, "and never overwritten", again)


def acknowledged(site, board):
    """From outside, by the same id."""
    inside = figures(site.inside).get("alerts", [])
    board.send("0")
    board.until("answered")
    board.send("a")
    said = board.until("the collector has it")
    until = time.monotonic() + 15
    while time.monotonic() < until:
        there = [alert for alert in figures(site.outside).get("alerts", []) if alert["state"] == "acknowledged"]
        here = [alert for alert in figures(site.inside).get("alerts", []) if alert["state"] == "acknowledged"]
        if here and there:
            break
    say(said and inside and here and [alert["id"] for alert in here] == [alert["id"] for alert in there],
        "what somebody elsewhere acknowledges is acknowledged inside", (board.text(), here, there))
    board.send("\x1b")


def a_board_elsewhere(folder):
    site = Site(folder)
    key_is_made(site)
    site.tap()
    site.begin()
    good = site.take(0, 150)
    end(site.process)
    site.begin()
    good = site.take(150, 150) and good
    told = status(site.journal)[1].get("stream_outside", {})
    say(good and told.get("endpoint") == site.bound["outside"] and told.get("records", 0) > 0,
        "a collector with a past, and an end for boards elsewhere", told)
    same_figures(site, "state")
    board = Terminal(BIN, "--attach", site.outside, *ZONE, "--window", "60m", "--set", "look_back=20m",
                     "--journal", os.path.join(folder, "nowhere"), TMPDIR=folder)
    say(board.until(lambda text: "QUEUES" in text and "live" in text), "a board attaches from elsewhere", board.text())
    good = site.take(300, 40)
    say(good and board.until("Q2"), "and follows", board.text())
    same_figures(site, "state and what followed")
    for tap in site.taps:
        tap.cut()
    good = site.take(340, 40)
    say(good and board.until(lambda text: "live" in text), "its link is cut, and comes back", board.text())
    same_figures(site, "after a cut")
    acknowledged(site, board)
    board.send("r")
    say(board.until(lambda text: "REPLAY" in text and "TIMELINE" in text), "it looks back", board.text())
    board.send("\x1b")
    board.until(lambda text: "REPLAY" not in text)
    board.send("\t\t\t\r")
    board.until("which ones", 5)
    board.send("\r")
    say(board.until(lambda text: "EVIDENCE" in text and " rows " in text), "and asks which contacts make a figure", board.text())
    say("PII" not in board.text() and re.search(r"\b[0-9a-f]{16}\b", board.text()), "which have hashes for names", board.text())
    board.close()
    count, size, packed = leaks(site.taps)
    say(count == 0 and size > 100_000 and packed > 0, "no name in %d bytes and %d states of the past" % (size, packed), count)
    # The same search finds them where they may be: what goes to a board inside.
    count = leaks(site.inner)[0]
    say(count > 100, "the search finds %d names in what a board inside gets" % count)
    end(site.process)


def refused(name, wanted, *words):
    done = subprocess.run([BIN, "collect", "--feed", "ipc:///nowhere", *ZONE, *words], capture_output=True, text=True, timeout=20)
    say(done.returncode not in (0, -signal.SIGTERM) and all(word in done.stderr for word in wanted), name, done)


def what_must_not_leave(folder):
    rules, journal = os.path.join(folder, "stay.conf"), os.path.join(folder, "stay")
    with open(rules, "w") as to:
        to.write('market "JP" {\n\tidentifiers = "stay"\n}\nmarket "DE" {\n}\n')
    words = ("--journal", journal, "--config", rules)
    refused("without a key nothing opens for those elsewhere", ("publish_outside", "keygen --identifiers"), "--journal", journal, "--set",
            "publish_outside=ipc://" + os.path.join(folder, "o"))
    refused("nor with one that is not there", ("identifiers_key_file", "keygen --identifiers"), "--journal", journal, "--set",
            "publish_outside=ipc://" + os.path.join(folder, "o"), "--set", "identifiers_key_file=" + os.path.join(folder, "none"))
    refused("what stays is not published to anybody", ("JP", "client_keys", "publish_outside"), *words, "--publish", "tcp://*:29871", "--set",
            "allow_plaintext=true")
    refused("nor to any key", ("JP", "client_keys"), *words, "--publish", "tcp://*:29871", "--set", "client_keys=any")
    refused("nor written to a Redis elsewhere", ("JP", "identifiers_key_file"), *words, "--store", "redis://192.0.2.1/0")


def stored(redis):
    """Everything in it, as its own program prints it."""
    found = ""
    for key in redis.ask("--scan").split("\n"):
        words = ("HGETALL" if redis.ask("TYPE", key) == "hash" else "GET", key)
        found += key + "\n" + subprocess.run([CLI, "-s", redis.socket, *words], capture_output=True, timeout=20).stdout.decode(errors="replace")
    return found


def redis_elsewhere(folder):
    """The same Redis by an address that could be anywhere, and by its socket."""
    if not SERVER:
        return
    redis = Redis(port=redis_port())
    far, near = "redis://0.0.0.0:%d/0" % redis.port, "unix://" + redis.socket
    rules = os.path.join(folder, "market.conf")
    with open(rules, "w") as to:
        to.write('market "JP" {\n\tidentifiers = "stay"\n}\ndisplay = "desk"\n')
    os.mkdir(os.path.join(folder, "far"))
    site = Site(os.path.join(folder, "far"), "--config", rules, "--store", far)
    subprocess.run((BIN, "keygen", "--identifiers", "--out", site.key), timeout=20)
    site.begin()
    good = site.take(0, 60)
    end(site.process)
    text = stored(redis)
    say(good and "{default}:contacts" in text and len(text) > 20000 and "PII" not in text, "a Redis elsewhere has no name, in %d bytes" % len(text),
        re.findall(".{90}PII.{30}", text)[:3])
    words = ("--config", rules, "--set", "identifiers_key_file=" + site.key, "--set", "zone=UTC")
    done = subprocess.run([BIN, "journal", "verify", site.journal, "--store", far, *words], capture_output=True, text=True, timeout=60)
    say(done.returncode == 0, "and what the journal says, with hashes", done)
    whole = subprocess.run([BIN, "snapshot", "--journal", site.journal, "--json", "--config", rules, *ZONE], capture_output=True, text=True,
                           timeout=30)
    board = subprocess.run([BIN, "snapshot", "--store", far, "--json", "--config", rules, *ZONE], capture_output=True, text=True, timeout=30)
    here, there = json.loads(whole.stdout or "{}"), json.loads(board.stdout or "{}")
    say(here.get("figures") and here["figures"] == there.get("figures"), "a board that reads it has the figures", (whole.stderr, board.stderr))
    redis.ask("FLUSHALL")
    site.words = ("--config", rules, "--store", near)
    site.begin()
    good = site.take(60, 10)
    end(site.process)
    say(good and "PII" in stored(redis), "one of this machine has them as the journal has")
    redis.kill()


def a_standby_is_inside(folder):
    """One follows where names are, and takes over with both ends; where hashes are nobody can stand by."""
    if not SERVER:
        return
    redis = Redis()
    os.mkdir(os.path.join(folder, "pair"))
    sites = [Site(os.path.join(folder, "pair")) for _ in range(2)]
    primary, standby = sites
    subprocess.run((BIN, "keygen", "--identifiers", "--out", primary.key), timeout=20)
    standby.journal += "-2"
    standby.inside, standby.outside = (one + "-2" for one in (standby.inside, standby.outside))
    primary.words = ("--store", "unix://" + redis.socket, "--peer", standby.inside)
    primary.begin()
    wait_for(primary.journal, lambda s: s.get("role") == "primary")
    good = primary.take(0, 20)
    standby.words = ("--store", "unix://" + redis.socket, "--peer", primary.outside)
    standby.begin()
    said = []
    threading.Thread(target=lambda: said.extend(iter(standby.process.stderr.readline, "")), daemon=True).start()
    until = time.monotonic() + 15
    while not any("not one of a pair" in line for line in said) and time.monotonic() < until:
        time.sleep(0.05)
    say(good and any("not one of a pair" in line for line in said), "nobody stands by where hashes are", said)
    standby.process.kill()
    standby.process.wait()
    shutil.rmtree(standby.journal)
    standby.words = ("--store", "unix://" + redis.socket, "--peer", primary.inside)
    standby.begin()
    wait_for(standby.journal, lambda s: s.get("role") == "standby" and s["pair"].get("follows") and not s["pair"].get("lag") and s["journal"]["durable"])
    before = figures(primary.outside)
    primary.process.kill()
    primary.process.wait()
    found = wait_for(standby.journal, lambda s: s.get("role") == "primary")
    after = figures(standby.outside)
    say(found.get("role") == "primary" and totals(before).get("offered") == 20 and totals(before) == totals(after),
        "one inside stands by, takes over, and speaks at both ends", (found.get("role"), totals(before), totals(after)))
    end(standby.process)
    redis.kill()


def totals(document):
    wanted = ("offered", "answered", "abandoned", "csat", "fcr")
    return {one["metric"]: one.get("value") for one in document.get("figures", []) if one["metric"] in wanted and not one["scope"]}


def main():
    if not shutil.which("zstd"):
        print("1..0 # SKIP no zstd to look into states with")
        return 0
    with tempfile.TemporaryDirectory(prefix="tablo-") as folder:
        a_board_elsewhere(folder)
        what_must_not_leave(folder)
        redis_elsewhere(folder)
        a_standby_is_inside(folder)
    print("1..%d" % len(results))
    return 0 if all(results) else 1


sys.exit(main())
