#!/usr/bin/env python3
"""Two collectors as a pair, through deaths, freezes and silences: one writes at a time, takes over within 3 s, and after each change the
figures are exactly what was published, Redis is what the journals say, and both journals hold the same records. Prints TAP; skipped,
counted, without redis-server. TABLO_ROUNDS=N: N times as many changes. TABLO_FREEZE=S: how long a primary is frozen (5).
TABLO_PATIENCE=X: deadlines X times as long, where the program is slow."""
import json, os, random, select, signal, socket, struct, subprocess, sys, tempfile, threading, time

from collect_test_parts import BIN, free_port, received
from redis_server import SERVER, Redis, results, say, until

ROUNDS = int(os.environ.get("TABLO_ROUNDS", "1"))
FREEZE = float(os.environ.get("TABLO_FREEZE", "5"))
SLOW = float(os.environ.get("TABLO_PATIENCE", "1"))
TAKE_OVER = 3.0 * SLOW
FRAME_HEAD, FIRST_OWN_TYPE = 40, 64


def records(journal):
    """Every record of a journal: LSN -> what it is and holds. As docs/JOURNAL.md has it."""
    found = {}
    for name in sorted(name for name in os.listdir(journal) if name.startswith("J-")):
        data, at = open(os.path.join(journal, name), "rb").read(), 0
        while at + FRAME_HEAD <= len(data):
            length, _, kind = struct.unpack_from("<IIB", data, at)
            if length < FRAME_HEAD or at + length > len(data):
                break
            feed, first, count, lsn, recv = struct.unpack_from("<HHHQq", data, at + 10)
            if kind < FIRST_OWN_TYPE:
                found[lsn] = (kind, feed, first, count, recv, data[at + FRAME_HEAD:at + length])
            at += (length + 7) // 8 * 8
    return found


class Publisher:
    """Events that happen now, a known number of them, as long as it is not held."""

    def __init__(self, feed, replay):
        self.process = subprocess.Popen([BIN, "publish", "--live", "--bind", feed, "--replay", replay, "--src", "pbx", "--linger", "1s"],
                                        stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.count, self.held, self.idle = 0, True, threading.Event()
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            if self.held:
                self.idle.set()
                time.sleep(0.005)
                continue
            self.idle.clear()
            now = int(time.time() * 1000)
            for _ in range(5):
                event = {"ts": now, "type": "contact.queued", "contact": "c%d" % self.count, "queue": "Q%d" % (self.count % 5), "channel": "phone"}
                try:
                    self.process.stdin.write(json.dumps(event) + "\n")
                    self.process.stdin.flush()
                except (BrokenPipeError, ValueError):
                    return
                self.count += 1
            time.sleep(0.02)

    def go(self):
        self.held = False

    def hold(self):
        self.held = True
        self.idle.clear()
        self.idle.wait()
        return self.count


class Wire:
    """Passes bytes to a port, until it is told to be silent: then they wait."""

    def __init__(self, port, target):
        self.target, self.silent, self.cut, self.port = target, False, False, port
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(("127.0.0.1", self.port))
        self.listener.listen(16)
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        server = socket.socket()
        try:
            server.connect(("127.0.0.1", self.target))
            pair = {client: server, server: client}
            while True:
                if self.cut:
                    return
                if self.silent:
                    time.sleep(0.01)
                    continue
                for source in select.select(list(pair), [], [], 0.05)[0]:
                    data = source.recv(65536)
                    if not data:
                        return
                    pair[source].sendall(data)
        except OSError:
            pass
        finally:
            client.close()
            server.close()


class Collector:
    def __init__(self, name, folder, feed, url, port):
        self.name, self.journal, self.log_path, self.port, self.process = name, os.path.join(folder, name), os.path.join(folder, name + ".log"), port, None
        self.words = ["collect", "--feed", feed, "--journal", self.journal, "--store", url, "--zone", "UTC", "--publish", self.stream()]

    def stream(self):
        return "tcp://127.0.0.1:%d" % self.port

    def start(self, peer=None):
        self.peer = peer or self.peer
        if os.path.exists(os.path.join(self.journal, "status.json")):
            os.unlink(os.path.join(self.journal, "status.json"))  # what the one before said of itself
        with open(self.log_path, "a") as log:
            self.process = subprocess.Popen([BIN, *self.words, "--peer", self.peer], stderr=log, stdout=log)

    def status(self):
        """As it wrote it last, a second ago at most."""
        try:
            return json.loads(open(os.path.join(self.journal, "status.json")).read())
        except (OSError, ValueError):
            return {}

    def log(self):
        return open(self.log_path).read()

    def kill(self):
        self.process.kill()
        self.process.wait()


class Pair:
    def __init__(self, folder):
        self.redis = Redis()
        self.url = "unix://" + self.redis.socket
        port = free_port()
        feed, replay = "tcp://127.0.0.1:%d" % port, "tcp://127.0.0.1:%d" % (port + 1)
        self.publisher = Publisher(feed, replay)
        until(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0)
        first = free_port_beside(port)
        second = free_port_beside(first)
        self.a = Collector("a", folder, feed, self.url, first)
        self.b = Collector("b", folder, feed, self.url, second)
        self.times = []

    def meta(self, field):
        return self.redis.ask("HGET", "{default}:meta", field)

    def epoch(self):
        return int(self.meta("epoch") or 0)

    def roles(self):
        return {c.status().get("role") if c.process and c.process.poll() is None else None: c for c in (self.a, self.b)}

    def settle(self, patience=20):
        """Until one writes, the other one follows and has said so. (primary, standby) or None."""
        def good():
            roles = self.roles()
            primary, standby = roles.get("primary"), roles.get("standby")
            if primary and standby and primary.status()["pair"]["standby"] and standby.status()["pair"]["follows"]:
                return primary, standby
            return None
        return until(good, patience * SLOW)

    def check(self, what, patience=20):
        """Nothing lost, nothing twice; Redis and both journals agree."""
        count = self.publisher.hold()

        def counted():
            pair = self.settle(1)
            if not pair:
                return None
            p, s = pair[0].status(), pair[1].status()
            is_right = received(p) - sum(f["duplicate"] for f in p["feeds"]) == count and not any(f["missing"] or f["lost"] for f in p["feeds"])
            return (pair if is_right else None)
        pair = until(counted, patience * SLOW)
        found = [(c.name, c.status().get("role"), c.status().get("feeds"), c.status().get("pair"), c.log()[-1500:]) for c in (self.a, self.b)]
        say(pair, "%s: %d published, all counted once" % (what, count), found)
        if pair:
            self.check_journals(what, *pair)
        self.publisher.go()
        return pair

    def check_journals(self, what, primary, standby):
        def same():
            return max(records(primary.journal)) == max(records(standby.journal))
        until(same, 10 * SLOW)
        ours, theirs = records(primary.journal), records(standby.journal)
        gaps = [(c.name, lsn) for c, held in ((primary, ours), (standby, theirs)) for lsn in range(min(held), max(held) + 1) if lsn not in held]
        last = min(max(ours), max(theirs))
        differ = [lsn for lsn in range(max(min(ours), min(theirs)), last + 1) if ours.get(lsn) != theirs.get(lsn)]
        say(not gaps and not differ and abs(max(ours) - max(theirs)) <= 2, "%s: both journals hold the same %d records" % (what, last), (gaps[:5], differ[:5], max(ours), max(theirs)))
        out = []
        for collector in (primary, standby):
            done = subprocess.run([BIN, "journal", "verify", collector.journal, "--store", self.url, "--set", "zone=UTC"], capture_output=True, text=True, timeout=120)
            if done.returncode or done.stdout or done.stderr:
                out.append((collector.name, done.returncode, done.stdout[-700:], done.stderr[-700:]))
        say(not out, "%s: Redis is what either journal says" % what, out)

    def takes_over(self, what, since, before):
        """The one that stood by writes, in Redis too."""
        until(lambda: self.epoch() > before, 20 * SLOW)
        leased = time.monotonic() - since
        until(lambda: self.meta("written") and int(self.meta("written")) > before, 20 * SLOW)
        took = time.monotonic() - since
        self.times.append(took)
        say(self.epoch() == before + 1 and took <= TAKE_OVER, "%s: taken over, and written on, after %.2f s (the lease after %.2f s)" % (what, took, leased),
            (self.epoch(), before, self.a.log()[-800:], self.b.log()[-800:]))


def free_port_beside(port):
    """Two free ones above."""
    for candidate in range(port + 2, port + 400, 2):
        with socket.socket() as first, socket.socket() as second:
            try:
                first.bind(("127.0.0.1", candidate))
                second.bind(("127.0.0.1", candidate + 1))
                return candidate
            except OSError:
                pass
    raise RuntimeError("no free port")


def starts_together(pair):
    pair.wire = Wire(free_port_beside(pair.b.port), pair.a.port)
    pair.a.start(pair.b.stream())
    pair.b.start("tcp://127.0.0.1:%d" % pair.wire.port)
    roles = pair.settle()
    say(roles and pair.epoch() == 1, "two that start at once: exactly one is primary", (pair.epoch(), pair.a.log(), pair.b.log()))
    pair.publisher.go()
    until(lambda: pair.publisher.count > 300)


def set_aside(log):
    return sum(int(line.split(" records, ")[0].split()[-1]) for line in log.splitlines() if "are set aside" in line)


def dies(pair, number):
    primary, standby = pair.settle()
    before, since = pair.epoch(), time.monotonic()
    primary.kill()
    pair.takes_over("kill -9 of %s (%d)" % (primary.name, number), since, before)
    primary.start()
    now = pair.check("after it was killed and started again (%d)" % number)
    say(now and now[0] is standby, "and it stands by now", now and now[0].name)


def freezes(pair, number):
    primary, standby = pair.settle()
    before, since = pair.epoch(), time.monotonic()
    primary.process.send_signal(signal.SIGSTOP)
    pair.takes_over("%s frozen for %g s (%d)" % (primary.name, FREEZE, number), since, before)
    time.sleep(max(0, FREEZE - (time.monotonic() - since)))
    log = len(primary.log())
    primary.process.send_signal(signal.SIGCONT)
    said = until(lambda: "another collector has taken over" in primary.log()[log:], 10 * SLOW)
    say(said, "awake again it says plainly that it is fenced", primary.log()[log:])
    now = pair.check("after it woke up (%d)" % number)
    # What waited for it in its sockets, seconds of events, it must not have written.
    say(set_aside(primary.log()[log:]) <= 10, "and wrote nothing any more: %d records are set aside" % set_aside(primary.log()[log:]), primary.log()[log:])
    say(now and now[0] is standby and primary.process.poll() is None, "and it stands by now, by itself", primary.log()[-800:])


def redis_away(pair):
    primary, standby = pair.settle()
    before, lsn = pair.epoch(), primary.status()["lsn"]
    pair.redis.process.send_signal(signal.SIGSTOP)
    grown = until(lambda: primary.status()["lsn"] > lsn + 50, 10 * SLOW)
    time.sleep(2.5)  # longer than a lease
    roles = pair.roles()
    pair.redis.process.send_signal(signal.SIGCONT)
    say(grown and roles.get("primary") is primary and roles.get("standby") is standby, "Redis is away: the primary goes on, and nobody takes its place", roles)
    now = pair.check("after Redis came back")
    say(now and now[0] is primary and pair.epoch() == before, "and the primary is the same", pair.epoch())


def standby_dies(pair):
    primary, standby = pair.settle()
    standby.kill()
    since = time.monotonic()
    said = until(lambda: not primary.status()["pair"]["standby"], 10 * SLOW)
    took = time.monotonic() - since
    mark = primary.status()["store"]["watermark"]
    moved = until(lambda: primary.status()["store"]["watermark"] > mark, 10 * SLOW)
    say(said and moved and took < 3 * SLOW and "goes on alone" in primary.log(), "the standby dies: the primary says that it is alone (seen after %.1f s) and goes on" % took, primary.log()[-500:])
    standby.start()
    pair.check("after the standby came back")


def goes_alone(pair):
    """The stream to the standby is silent: what is written now it does not have."""
    primary, standby = pair.settle()
    if primary is not pair.a:  # the wire is on the way to it
        before, since = pair.epoch(), time.monotonic()
        primary.kill()
        pair.takes_over("kill -9 of %s" % primary.name, since, before)
        primary.start()
        primary, standby = pair.settle()
    pair.wire.silent = True
    until(lambda: not primary.status()["pair"]["standby"], 10 * SLOW)
    return primary, standby


def silence(pair):
    """Of the stream only: the lease is held."""
    primary, standby = goes_alone(pair)
    before = pair.epoch()
    quiet = until(lambda: standby.status()["pair"]["primary_silent_ms"] > 3500, 15 * SLOW)
    say(quiet and pair.epoch() == before and pair.roles().get("primary") is primary and not primary.status()["pair"]["standby"],
        "a stream that is silent while the lease is held: nobody takes over", (pair.epoch(), before, standby.log()[-500:]))
    pair.wire.silent = False
    pair.check("after the stream went on")


def behind(pair):
    """Redis has what the standby lacks: it must not take over."""
    primary, standby = goes_alone(pair)
    mark, before = int(pair.meta("watermark")), pair.epoch()
    until(lambda: int(pair.meta("watermark")) > max(mark, standby.status()["lsn"]) + 5, 10 * SLOW)
    primary.kill()
    said = until(lambda: "does not have; so it does not take over" in standby.log(), 10 * SLOW)
    told = until(lambda: "start the other" in standby.status()["pair"]["why"], 5 * SLOW)
    say(said and told and pair.epoch() == before, "one that lacks what Redis has does not take over, and says what to do", (pair.epoch(), before, standby.status().get("pair"), standby.log()[-800:]))
    pair.wire.silent = False
    primary.start()
    now = pair.check("after the one that has it came back")
    say(now and now[0] is primary, "and it is primary again", now and now[0].name)


def forks(pair):
    """What neither Redis nor the standby ever had is set aside, and comes again from the publisher."""
    primary, standby = goes_alone(pair)
    pair.wire.silent = False
    pair.settle()
    pair.redis.process.send_signal(signal.SIGSTOP)
    pair.wire.silent = True
    lsn = primary.status()["lsn"]
    grown = until(lambda: primary.status()["lsn"] > lsn + 60, 15 * SLOW)
    primary.kill()
    pair.wire.cut = True  # what is on its way is gone
    pair.redis.process.send_signal(signal.SIGCONT)
    before = pair.epoch()
    until(lambda: pair.epoch() > before, 20 * SLOW)
    last, log = max(records(primary.journal)), len(primary.log())
    pair.wire.silent = pair.wire.cut = False
    primary.start()
    said = until(lambda: "are set aside" in primary.log()[log:], 20 * SLOW)
    now = pair.check("after the fork")
    line = [line for line in primary.log()[log:].splitlines() if "are set aside" in line]
    count = set_aside(primary.log()[log:])
    aside = os.listdir(os.path.join(primary.journal, "lost+tail")) if line else []
    say(grown and said and now and now[0] is standby and count > 30 and str(last) in line[0] and aside,
        "a fork: %d records are named and set aside" % count, (line, last, aside, primary.log()[log:][-1500:]))


def figures(*words, seconds="300ms"):
    return subprocess.Popen([BIN, "snapshot", *words, "--zone", "UTC", "--window", "today", "--json", "--for", seconds], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def offered(process):
    out, err = process.communicate(timeout=60)
    values = [f.get("value") for f in json.loads(out)["figures"] if f["metric"] == "offered" and not f["scope"]] if process.returncode == 0 else [None]
    return (values or [None])[0], err


def boards(pair):
    """One that looks on while the primary dies has the figures of the other one."""
    primary, standby = pair.settle()
    both = "%s,%s" % (primary.stream(), standby.stream())
    looks = figures("--attach", both, seconds="8s")
    time.sleep(1)
    before, since = pair.epoch(), time.monotonic()
    primary.kill()
    pair.takes_over("kill -9 of %s under a board" % primary.name, since, before)
    count = pair.publisher.hold()
    found, err = offered(looks)
    say(found == count and "is silent" in err and "attached to " + standby.stream() in err, "a board goes over to the one that writes, and says so", (found, count, err))
    found, err = offered(figures("--attach", both))
    say(found == count, "one that begins finds it too", (found, count, err))
    primary.start()
    pair.publisher.go()
    pair.check("after boards looked on")


def refusals(folder):
    for words, wanted in ((("--publish", "tcp://127.0.0.1:1"), "--store"), (("--store", "unix:///none"), "--publish")):
        done = subprocess.run([BIN, "collect", "--feed", "tcp://127.0.0.1:9", "--journal", os.path.join(folder, "none"), "--peer", "tcp://127.0.0.1:3", *words],
                              capture_output=True, text=True, timeout=20)
        say(done.returncode == 2 and wanted in done.stderr, "a peer without %s is refused with the remedy" % wanted, done.stderr)


def main(folder):
    refusals(folder)
    pair = Pair(folder)
    try:
        starts_together(pair)
        for number in range(1, ROUNDS + 1):
            dies(pair, number)
            freezes(pair, number)
        if ROUNDS > 1:
            chance = random.Random(5)
            for number in range(ROUNDS * 2):
                chance.choice((dies, freezes))(pair, ROUNDS + 1 + number)
        redis_away(pair)
        standby_dies(pair)
        silence(pair)
        behind(pair)
        forks(pair)
        boards(pair)
        print("# take-overs: " + ", ".join("%.2f s" % took for took in pair.times), flush=True)
    finally:
        for collector in (pair.a, pair.b):
            if collector.process:
                collector.process.send_signal(signal.SIGCONT)
                collector.kill()
        pair.publisher.process.kill()


if not SERVER:
    print("1..1\nok 1 - a pair of collectors # SKIP there is no redis-server")
    sys.exit(0)
with tempfile.TemporaryDirectory() as name:
    main(name)
print("1..%d" % len(results))
sys.exit(not all(results))
