#!/usr/bin/env python3
"""`tablo bridge queue_log` as an operator meets it: real logs give the figures of their truths on a live board, and a bridge that is killed
again and again while its log grows and is rotated gives each event once. Prints TAP; real logs are skipped, counted, without TABLO_DATA.
TABLO_ROUNDS: so many times as many kills."""
import collections, csv, json, os, random, re, shutil, signal, subprocess, sys, tempfile, threading, time

from collect_test_parts import BIN, end, results, say, start, wait_for

DATA = os.environ.get("TABLO_DATA", "../shared/data")
ROUNDS = 20 * int(os.environ.get("TABLO_ROUNDS", "1"))
FIGURES = ["--zone", "UTC", "--by", "arrival", "--window", "24h", "--target", "20s", "--formula", "SL1", "--json"]
PAIRS = [("offered", "offered", "%d"), ("answered", "answered", "%d"), ("abandoned", "abandoned", "%d"), ("sl20_answered", "service_level", "%.4f"),
         ("asa_s", "asa", "%.3f"), ("aht_s", "aht", "%.3f"), ("open_at_end", "queue_depth", "%d")]
# What depends on the moment of looking, and the peaks, which events that come late do not raise.
MOMENT = ("longest_wait", "longest_wait_total", "aht_running", "queue_depth_peak", "busy_peak")


def moved(source, target):
    """The log as if it had ended two minutes ago: what is older than a day is no figure of a live board."""
    lines = open(source, "rb").read().split(b"\n")
    stamp = re.compile(rb"^(\d{9,11})\|")
    last = max(int(found.group(1)) for found in map(stamp.match, lines) if found)
    by = int(time.time()) - 120 - last
    with open(target, "wb") as out:
        out.write(b"\n".join(stamp.sub(lambda found: b"%d|" % (int(found.group(1)) + by), line) for line in lines))


def by_scope(document):
    found = {}
    for f in document["figures"]:
        value = f["of"][0] / f["of"][1] if "of" in f and f["of"][1] else f.get("value")
        found[json.dumps(f["scope"], sort_keys=True), f["metric"]] = value
    return found


def of_bridge(folder, log):
    feed = "ipc://%s/feed" % folder
    board = start("snapshot", *FIGURES, "--feed", feed, "--for", "2s", "--wait", "20s")
    done = subprocess.run([BIN, "bridge", "queue_log", log, "--once", "--wait", "1", "--bind", feed, "--replay", "ipc://%s/replay" % folder,
                           "--state", folder + "/state"], capture_output=True, text=True, timeout=60)
    out, said = board.communicate(timeout=60)
    if done.returncode or board.returncode:
        raise RuntimeError(done.stderr + said)
    return by_scope(json.loads(out))


def of_import(folder, log):
    with open(folder + "/events.ndjson", "w") as out:
        subprocess.run([BIN, "import", "queue_log", log], stdout=out, stderr=subprocess.DEVNULL, check=True, timeout=60)
    done = subprocess.run([BIN, "snapshot", *FIGURES, "--feed", "file:%s/events.ndjson" % folder], capture_output=True, text=True, timeout=60)
    return by_scope(json.loads(done.stdout))


def real_log(name, log, truth):
    with tempfile.TemporaryDirectory() as folder:
        moved(os.path.join(DATA, log), folder + "/queue_log")
        bridge, imported = of_bridge(folder, folder + "/queue_log"), of_import(folder, folder + "/queue_log")
        with open(os.path.join(DATA, truth), newline="") as file:
            truths = list(csv.DictReader(file))
    wrong = []
    for row in truths:
        scope = "{}" if row["queue"] == "ALL" else json.dumps({"queue": row["queue"]})
        for column, metric, form in PAIRS:
            value = bridge.get((scope, metric), 0 if form == "%d" else None)
            got = "" if value is None else form % value
            if got != row[column]:
                wrong.append("%s %s: %s, not %s" % (row["queue"], column, got, row[column]))
    say(truths and not wrong, name + ": the figures of its truth", "\n".join(wrong))
    other = [(key, bridge.get(key), imported.get(key)) for key in sorted(set(bridge) | set(imported))
             if key[1] not in MOMENT and bridge.get(key) != imported.get(key)]
    say(len(bridge) > 100 and not other, name + ": every figure as an import gives it", other[:5])


# ---- killed while the log grows

class Writer:
    """Writes calls as Asterisk does, in appends cut anywhere, and rotates in the ways that rotations go."""

    def __init__(self, folder):
        self.random = random.Random(7)
        self.path, self.whole = folder + "/queue_log", folder + "/whole"
        self.now, self.number, self.open, self.rest = int(time.time()) - 3600, 0, [], b""
        self.log, self.all = open(self.path, "ab", 0), open(self.whole, "ab", 0)
        self.rotated, self.fresh = 0, True

    def line(self, text):
        self.rest += b"%d|%s\n" % (self.now, text.encode())
        if self.random.randrange(15) == 0:
            self.rest += self.rest[self.rest[:-1].rfind(b"\n") + 1:]

    def step(self):
        self.now += self.random.randrange(2)
        if not self.open or self.random.randrange(3) == 0:
            self.number += 1
            self.open.append((self.number, "waiting"))
            self.line("c%d|q%d|NONE|ENTERQUEUE||+1555%07d|1" % (self.number, self.number % 3, self.number))
            return
        number, state = self.open.pop(self.random.randrange(len(self.open)))
        if state == "waiting" and self.random.randrange(4) == 0:
            self.line("c%d|q%d|NONE|ABANDON|1|1|5" % (number, number % 3))
        elif state == "waiting":
            self.line("c%d|q%d|SIP/%d|CONNECT|5|x.%d|2" % (number, number % 3, number % 7, number))
            self.open.append((number, "talking"))
        else:
            self.line("c%d|q%d|SIP/%d|COMPLETEAGENT|5|9|1" % (number, number % 3, number % 7))

    def write(self, size):
        if self.fresh: # a file begins with a whole line, as Asterisk writes it
            size = self.rest.find(b"\n") + 1
        self.fresh = self.fresh and not size
        piece, self.rest = self.rest[:size], self.rest[size:]
        self.log.write(piece)
        self.all.write(piece)

    def rotate(self):
        while self.rest:
            self.write(len(self.rest))
        for i in range(self.rotated, 0, -1):
            for suffix in ("", ".gz"):
                if os.path.exists("%s.%d%s" % (self.path, i, suffix)):
                    os.rename("%s.%d%s" % (self.path, i, suffix), "%s.%d%s" % (self.path, i + 1, suffix))
        self.rotated += 1
        if self.random.randrange(2):
            os.rename(self.path, self.path + ".1")
            self.log.close()
            self.log = open(self.path, "ab", 0)
        else:
            shutil.copy2(self.path, self.path + ".1")
            self.log.truncate(0)
        self.fresh = True
        if self.rotated > 2 and self.random.randrange(2) and os.path.exists(self.path + ".3"):
            subprocess.run(["gzip", self.path + ".3"], check=True)

    def some(self):
        for _ in range(self.random.randrange(1, 12)):
            self.step()
        while len(self.rest) > 200:
            self.write(self.random.randrange(1, 200))
        if self.random.randrange(25) == 0:
            self.rotate()


def end_at(process, seconds):
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        pass


def grow(writer, stop):
    while not stop.wait(0.01):
        writer.some()
    while writer.rest:
        writer.write(len(writer.rest))


def killed():
    with tempfile.TemporaryDirectory() as folder:
        feed, journal = "ipc://%s/feed" % folder, folder + "/journal"
        words = ("bridge", "queue_log", folder + "/queue_log", "--bind", feed, "--replay", "ipc://%s/replay" % folder, "--state", folder + "/state")
        collector = start("collect", "--feed", feed, "--journal", journal, "--zone", "UTC")
        wait_for(journal, lambda found: True)
        writer, stop, lives = Writer(folder), threading.Event(), random.Random(3)
        first = start(*words, "--wait", "1") # so that the collector misses nothing before the first number
        until = time.monotonic() + 20
        writer.some()
        while writer.rest:
            writer.write(len(writer.rest))
        while wait_for(journal, lambda found: found["feeds"][0]["received"] > 0)["feeds"][0]["received"] == 0 and time.monotonic() < until:
            pass
        end(first, signal.SIGKILL)
        thread = threading.Thread(target=grow, args=(writer, stop))
        thread.start()
        for _ in range(ROUNDS):
            bridge = start(*words)
            end_at(bridge, lives.uniform(0.03, 0.5))
            said = end(bridge, signal.SIGKILL)
            if bridge.returncode != -signal.SIGKILL:
                say(False, "the bridge lives until it is killed", said)
        stop.set()
        thread.join()
        imported = subprocess.run([BIN, "import", "queue_log", folder + "/whole"], capture_output=True, text=True, timeout=60)
        wanted = collections.Counter(imported.stdout.splitlines())
        bridge = start(*words)
        end_at(bridge, 0.2)
        said = end(bridge)
        say(bridge.returncode == 0, "SIGTERM ends it in order", said)
        last = subprocess.run([BIN, *words, "--once", "--linger", "3s"], capture_output=True, text=True, timeout=120)
        say(last.returncode == 0, "it reads to the end of the log and ends", last.stderr)
        found = wait_for(journal, lambda found: found["feeds"][0]["missing"] == 0)
        said += last.stderr
        end(collector)
        exported = subprocess.run([BIN, "journal", "export", journal], capture_output=True, text=True, timeout=60)
        got = collections.Counter(exported.stdout.splitlines())
        lines = sum(1 for _ in open(folder + "/whole", "rb"))
        say(wanted and got == wanted, "%d lines, %d rotations, killed %d times: each of %d events once" % (lines, writer.rotated, ROUNDS, sum(wanted.values())),
            "missing %s\nextra %s\n%s" % (list((wanted - got).elements())[:3], list((got - wanted).elements())[:3], said))
        say(found["feeds"][0]["missing"] == 0, "and the collector misses none", found["feeds"])


def main():
    if os.path.isfile(DATA + "/queuelog-dmrz-2010/queue_log"):
        real_log("a healthy queue_log", "queuelog-dmrz-2010/queue_log", "queuelog-dmrz-2010/truth_by_queue.csv")
        real_log("its damaged copy", "queuelog-dmrz-2010/queue_log.broken", "queuelog-dmrz-2010/broken/truth_by_queue.csv")
        real_log("a hostile little queue_log", "queuelog-a2s-fixture/queue_log", "queuelog-a2s-fixture/truth_by_queue.csv")
    else:
        say(True, "real queue logs # SKIP no real logs at TABLO_DATA")
    killed()
    print("1..%d" % len(results))
    return not all(results)


sys.exit(main())
