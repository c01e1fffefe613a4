#!/usr/bin/env python3
"""--plain as a program: a summary at first, a sentence for each change, a summary on Enter and every so often. And the beats
of a board for the service manager. Prints TAP."""
import json, os, pty, select, signal, socket, subprocess, sys, tempfile, time

from tap import end, say

BIN = os.environ["TABLO_BIN"]
PATIENCE = int(os.environ.get("TABLO_PATIENCE", "1"))
WORDS = {**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": ""}


class Plain:
    def __init__(self, *words, **more):
        self.process = subprocess.Popen([BIN, *words, "--plain"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=WORDS, **more)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.text = ""

    def until(self, good, seconds=10):
        """Until the text is as wanted."""
        deadline = time.monotonic() + seconds * PATIENCE
        while not good(self.text) and time.monotonic() < deadline:
            if select.select([self.process.stdout], [], [], 0.1)[0]:
                piece = os.read(self.process.stdout.fileno(), 65536)
                if not piece:
                    break
                self.text += piece.decode()
        return good(self.text)

    def lines(self):
        return self.text.splitlines()

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=20)


def summaries(text):
    return sum("In queue " in line for line in text.splitlines())


def speaks(folder):
    events = os.path.join(folder, "events.ndjson")
    with open(events, "w") as out:
        for number in range(40):
            out.write(json.dumps({"type": "contact.queued", "ts": 1700000000000 + number * 100, "contact": "c%d" % number, "queue": "Billing", "channel": "phone"}) + "\n")
        out.write(json.dumps({"type": "contact.queued", "ts": 1700000400000, "contact": "z", "queue": "Billing", "channel": "phone"}) + "\n")
    plain = Plain("--feed", "file:" + events, "--speed", "60", "--set", "zone=UTC")
    say(plain.until(lambda text: summaries(text) >= 1), "a summary at first", plain.text)
    say(plain.until(lambda text: "In queue is critical: " in text), "a level that changes is said", plain.text)
    say(plain.until(lambda text: "Critical alert: longest wait" in text), "so is an alert", plain.text)
    first = plain.lines()[-1]
    say(first[2] == first[5] == ":" and first[:8].replace(":", "").isdigit(), "with the time", first)
    say(all(ord(letter) < 0x2000 for letter in plain.text), "without marks", plain.text)
    before = summaries(plain.text)
    plain.process.stdin.write(b"\n")
    plain.process.stdin.flush()
    say(plain.until(lambda text: summaries(text) > before), "Enter asks for a summary", plain.text)
    plain.process.stdin.close()
    say(plain.close() == 0, "and it leaves when told so")


def sums_up(folder):
    plain = Plain("demo", "--seed", "7", "--every", "1s")
    say(plain.until(lambda text: summaries(text) >= 3, 15), "--every sums up so often", plain.text)
    plain.close()
    quiet = os.path.join(folder, "quiet.ndjson")
    with open(quiet, "w") as out:
        out.write(json.dumps({"type": "contact.queued", "ts": 1700000000000, "contact": "c", "queue": "Billing", "channel": "phone"}) + "\n")
    plain = Plain("--feed", "file:" + quiet, "--set", "zone=UTC")
    plain.until(lambda text: summaries(text) >= 1)
    plain.until(lambda text: False, 2)
    say(len(plain.lines()) <= 2, "where nothing changes nothing is said", plain.text)
    plain.close()
    done = subprocess.run([BIN, "demo", "--plain", "--every", "often"], capture_output=True, text=True, timeout=20)
    say(done.returncode == 2 and "--every" in done.stderr, "a wrong --every is a wrong command line", done.stderr)


def beats(manager, seconds):
    """How many come in that time."""
    count, deadline = 0, time.monotonic() + seconds
    while time.monotonic() < deadline:
        if select.select([manager], [], [], 0.05)[0] and manager.recv(100) == b"WATCHDOG=1":
            count += 1
    return count


def watchdog(folder):
    path = os.path.join(folder, "notify")
    manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    manager.bind(path)
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8", NOTIFY_SOCKET=path, WATCHDOG_USEC="400000")
        os.execv(BIN, [BIN, "demo", "--seed", "7"])
    deadline = time.monotonic() + 5 * PATIENCE
    heard = 0
    while heard < 3 and time.monotonic() < deadline:
        if select.select([terminal], [], [], 0)[0]:
            os.read(terminal, 65536)
        heard += beats(manager, 0.1)
    say(heard >= 3, "a board that runs beats", heard)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(terminal)


with tempfile.TemporaryDirectory() as place:
    speaks(place)
    sums_up(place)
    watchdog(place)
sys.exit(end())
