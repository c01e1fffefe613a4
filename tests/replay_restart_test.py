#!/usr/bin/env python3
"""What a wall showed while its collector was killed and started again in between is what the journal shows of those instants, cell for cell; and
of a journal with a damaged middle all that a state stands behind. A morning of real calls. Prints TAP; skipped, counted, without TABLO_DATA."""
import json, os, random, shutil, subprocess, sys, tempfile

from collect_test_parts import BIN, end, free_port, missing_of, received, results, say, start, wait_for

DATA, SOURCE = os.environ.get("TABLO_DATA", "../shared/data"), os.environ.get("TABLO_SOURCE", ".")
CALLS = os.path.join(DATA, "anonbank-1999-08", "events.csv.gz")
ROUNDS = int(os.environ.get("TABLO_ROUNDS", "1"))
STOPS = 5 * ROUNDS
RULES = ("--set", "zone=UTC", "--clock", "feed")
NOON = 933508800000  # 1999-08-01T12:00:00Z


def board(*words):
    """All rows but the first and the last, which say where it comes from."""
    done = subprocess.run([BIN, "snapshot", *words, *RULES, "--ansi", "--size", "140x40"], capture_output=True, text=True, timeout=60)
    return "\n".join(done.stdout.split("\n")[1:39]), done.stderr


def morning():
    done = subprocess.run([BIN, "import", "csv", "--map", SOURCE + "/data/mappings/anonbank-events.conf", CALLS], stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True, check=True, timeout=120)
    lines = [line + "\n" for line in done.stdout.splitlines() if '"ts"' in line]
    return [line for line in lines if json.loads(line)["ts"] < NOON]


def stops_of(lines):
    """Where the feed stands still for a look: after the last event of a second."""
    times = [json.loads(line)["ts"] for line in lines]
    found = []
    for i in range(1, STOPS + 1):
        at = len(lines) * i // STOPS
        while at < len(lines) and times[at] == times[at - 1]:
            at += 1
        found.append((at, times[at - 1] // 1000))
    return found


class Wall:
    """A publisher fed line by line and a collector on it, to which boards attach."""

    def __init__(self, folder):
        port = free_port()
        self.journal, self.stream = os.path.join(folder, "journal"), "ipc://%s/stream" % folder
        feed = "tcp://127.0.0.1:%d" % port
        self.words = ("collect", "--feed", feed, "--journal", self.journal, "--publish", self.stream, *RULES)
        self.errors = open(os.path.join(folder, "log"), "w+")
        self.publisher = start("publish", "--bind", feed, "--replay", "tcp://127.0.0.1:%d" % (port + 1), "--wait", "1", "--linger", "600s", "-",
                               stdin=subprocess.PIPE)
        self.sent = 0
        self.begin()

    def begin(self):
        self.collector = subprocess.Popen([BIN, *self.words], stdout=subprocess.DEVNULL, stderr=self.errors)

    def send(self, lines):
        self.publisher.stdin.write("".join(lines))
        self.publisher.stdin.flush()
        self.sent += len(lines)

    def whole(self):
        def good(found):
            once = received(found) - sum(feed["duplicate"] for feed in found["feeds"])
            return found["running"] and once == self.sent and not missing_of(found)
        return good(wait_for(self.journal, good, 30) or {"running": False, "feeds": []})

    def kill(self):
        self.collector.kill()
        self.collector.wait()
        self.begin()

    def stop(self):
        self.publisher.kill()
        self.publisher.communicate()
        self.collector.terminate()
        self.collector.wait(timeout=30)
        self.errors.seek(0)
        return self.errors.read()


def differences(journal, seen):
    return [at for at, shown in seen if board("--journal", journal, "--at", "@%d" % at)[0] != shown]


def killed_in_between(folder):
    lines, chance = morning(), random.Random(3)
    wall, seen, done, kills = Wall(folder), [], 10, 0
    wall.send(lines[:done])
    whole = wall.whole()  # what a subscriber has never heard the beginning of it does not miss
    for upto, at in stops_of(lines):
        # Time has gone on since the last look when the collector dies, with events under way.
        cut = done + max(1, (upto - done) * chance.randrange(20, 80) // 100)
        wall.send(lines[done:cut])
        wall.kill()
        kills += 1
        wall.send(lines[cut:upto])
        whole = wall.whole() and whole
        seen.append((at, board("--attach", wall.stream)[0]))
        done = upto
    log = wall.stop()
    say(whole, "%d events, the collector killed %d times: all are in, once" % (len(lines), kills), log)
    say(len({shown for _, shown in seen}) == STOPS and all("QUEUES" in shown for _, shown in seen), "%d different boards were seen" % STOPS, seen[:1])
    wrong = differences(wall.journal, seen)
    say(not wrong, "the journal shows them cell for cell", "%s %s" % (wrong, log))
    return wall.journal, seen


def tear(journal):
    """600 bytes within what was written (a file that is written to ends in zeros); each start of the collector begins a file."""
    files = sorted(name for name in os.listdir(journal) if name.endswith(".wbj"))
    path = os.path.join(journal, files[len(files) // 2 + 1])
    with open(path, "r+b") as file:
        middle = len(file.read().rstrip(b"\0")) * 6 // 10
        file.seek(middle)
        piece = file.read(600)
        file.seek(middle)
        file.write(bytes(byte ^ 0x5a for byte in piece))


def damaged_middle(folder, journal, seen):
    """Between the second look and the last but one."""
    torn = os.path.join(folder, "torn")
    shutil.copytree(journal, torn)
    tear(torn)
    done = subprocess.run([BIN, "journal", "verify", torn], capture_output=True, text=True, timeout=60)
    say(done.returncode == 1 and "damaged" in done.stdout + done.stderr, "a damaged middle is named", done.stdout + done.stderr)
    say(not differences(torn, seen[:2]), "what was before it is shown cell for cell")
    stands = any(name.startswith("S-") for name in os.listdir(torn))
    say(stands and not differences(torn, seen[-1:]), "and what a state stands behind", os.listdir(torn))
    done = subprocess.run([BIN, "report", torn, "--set", "zone=UTC", "--format", "md"], capture_output=True, text=True, timeout=60)
    gaps = done.stdout.partition("## Gaps and feeds")[2]
    say(done.returncode == 0 and "damaged" in gaps, "a report lists the gap", done.stdout[-500:] + done.stderr)
    for name in os.listdir(torn):
        if name.startswith("S-"):
            os.remove(os.path.join(torn, name))
    say(not differences(torn, seen[:2]) and differences(torn, seen[-1:]), "without a state what came after is other than it was")


if os.path.exists(CALLS):
    with tempfile.TemporaryDirectory() as place:
        damaged_middle(place, *killed_in_between(place))
else:
    say(True, "a morning with kills # SKIP no real logs at TABLO_DATA")
print("1..%d" % len(results))
sys.exit(not all(results))
