#!/usr/bin/env python3
"""What boards cost on a metered terminal, beside htop, btop and atop in the same run: bytes, CPU, first frame, keys, memory.
usage: board_bench.py TABLO [--seconds N] [--key-presses N]. A program that is not installed is left out, and said."""
import fcntl, os, pty, select, shutil, signal, statistics, struct, subprocess, sys, tempfile, termios, time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests"))
import terminal_parts

TABLO = sys.argv[1]
TICKS = os.sysconf("SC_CLK_TCK")
QUEUES = 100


def option(name, otherwise):
    return int(sys.argv[sys.argv.index(name) + 1]) if name in sys.argv else otherwise


SECONDS, PRESSES = option("--seconds", 30), option("--key-presses", 100)


def line(name, value, unit, limit=None, good=True):
    print("%-44s %10.2f %-8s %-16s %s" % (name, value, unit, limit if limit is not None else "-", "ok" if good else "OVER"), flush=True)


class Picture(terminal_parts.Terminal):
    """Only the cells: fed with what was metered, to see which of them changed."""

    def __init__(self, width, height):
        self.width, self.height = width, height
        self.cells = [[" "] * width for _ in range(height)]
        self.x = self.y = self.top = 0
        self.bottom = height - 1
        self.left = ""

    def feed(self, data):
        self.left += data.decode("utf-8", "replace")
        self.draw()

    def changed(self, before):
        """How many figures are other ones: runs of changed cells, of one row, with no more than one cell between."""
        count = 0
        for old, new in zip(before, self.cells):
            last = -9
            for x in range(self.width):
                if old[x] != new[x]:
                    count += x - last > 2
                    last = x
        return count


class Metered:
    def __init__(self, words, columns=200, rows=60, **environment):
        self.columns, self.rows, self.started = columns, rows, time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8", TZ="UTC", HOME=tempfile.gettempdir(), **environment)
            os.environ.pop("COLORTERM", None)
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execvp(words[0], words)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.pieces, self.bytes = [], 0

    def read(self, wait):
        if not select.select([self.fd], [], [], wait)[0]:
            return b""
        try:
            data = os.read(self.fd, 1 << 20)
        except OSError:
            return b""
        self.bytes += len(data)
        self.pieces.append((time.monotonic(), data))
        return data

    def drain(self, seconds):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.read(min(0.05, max(0, until - time.monotonic())))

    def until(self, good, seconds):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.read(0.02)
            if good():
                return time.monotonic() - self.started
        return None

    def cpu(self):
        fields = open("/proc/%d/stat" % self.pid).read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self):
        """Resident and proportional, MiB."""
        found = {row.split(":")[0]: int(row.split()[1]) / 1024 for row in open("/proc/%d/smaps_rollup" % self.pid) if " kB" in row}
        return found["Rss"], found["Pss"]

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def redraws(pieces):
    """Bytes that came together are one redraw."""
    groups = []
    for at, data in pieces:
        if groups and at - groups[-1][0] < 0.03:
            groups[-1] = (at, groups[-1][1] + data)
        else:
            groups.append((at, data))
    return [data for _, data in groups]


def measure(words, **sizes):
    """(bytes/s, CPU %, bytes a redraw, bytes a changed figure)"""
    shown = Metered(words, **sizes)
    shown.drain(6)
    picture = Picture(shown.columns, shown.rows)
    picture.feed(b"".join(data for _, data in shown.pieces))
    shown.pieces, shown.bytes = [], 0
    before, then = shown.cpu(), time.monotonic()
    shown.drain(SECONDS)
    spent = time.monotonic() - then
    cpu, sent = (shown.cpu() - before) / spent * 100, shown.bytes
    frames, changed = redraws(shown.pieces), 0
    for frame in frames:
        old = [row[:] for row in picture.cells]
        picture.feed(frame)
        changed += picture.changed(old)
    shown.close()
    return sent / spent, cpu, sent / max(1, len(frames)), sent / max(1, changed)


def first_frame(words, good):
    times = []
    for _ in range(9):
        shown = Metered(words)
        found = shown.until(lambda: good(shown), 5)
        shown.close()
        times.append((found or 5) * 1000)
    return statistics.median(times)


def has_text(text):
    return lambda shown: any(text in data for data in [b"".join(data for _, data in shown.pieces)])


# ---- feeds ----
FEEDER = r'''
import msgpack, sys, time, zmq
folder, rate, queues = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
socket = zmq.Context().socket(zmq.PUB)
socket.setsockopt(zmq.SNDHWM, 1000)
socket.bind("ipc://" + folder + "/feed")
boot, seq, number = int(time.time() * 1000), 1, 0
begin, sent = time.monotonic(), 0
while True:
    now = int(time.time() * 1000)
    events = []
    due = int((time.monotonic() - begin) * rate) - sent if rate else 0
    for _ in range(max(0, min(due, 2000)) // 2):
        number += 1
        contact, queue = "c%d" % number, "Queue %d" % (number % queues)
        events.append({"type": "contact.queued", "ts": now, "contact": contact, "queue": queue, "channel": "phone"})
        events.append({"type": "contact.left", "ts": now, "contact": contact})
    sent += len(events)
    socket.send_multipart([b"acme//", msgpack.packb({"v": 1, "src": "bench", "boot": boot, "seq": seq, "sent": now, "events": events})])
    seq += len(events)
    if not rate or len(events) < 1000:
        time.sleep(0.005 if rate else 1)
    if int(time.monotonic()) != int(time.monotonic() - 0.01) and rate:
        open(folder + "/sent", "w").write(str(sent / (time.monotonic() - begin)))
'''


class Feeder:
    def __init__(self, rate, queues=QUEUES):
        self.folder = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen(["/usr/bin/python3", "-c", FEEDER, self.folder.name, str(rate), str(queues)])
        self.url = "ipc://" + self.folder.name + "/feed"

    def rate(self):
        try:
            return float(open(self.folder.name + "/sent").read())
        except (OSError, ValueError):
            return 0.0

    def close(self):
        self.process.kill()
        self.process.wait()
        self.folder.cleanup()


def press_keys(words):
    """ms from a key to the first byte of its page, sorted: help on, help off."""
    shown = Metered(words)
    shown.drain(4)
    times = []
    for i in range(PRESSES):
        shown.drain(0.05)
        shown.pieces = []
        mark = b"keys and marks" if i % 2 == 0 else b"TABLO"
        then = time.monotonic()
        os.write(shown.fd, b"?" if i % 2 == 0 else b"\x1b")
        if i % 2 == 0:
            found = shown.until(lambda: has_text(mark)(shown), 3)
            times.append((time.monotonic() - then) * 1000 if found else 3000)
        else:
            shown.drain(0.3)
    memory = shown.memory()
    shown.close()
    return sorted(times), memory


def peers():
    found = {}
    for name in ("htop", "btop", "atop"):
        if not shutil.which(name):
            print("%s: not installed, left out" % name)
            continue
        found[name] = measure([name])
        for value, what, unit in zip(found[name], ("sent", "CPU", "a redraw", "a changed figure"), ("B/s", "%", "B", "B")):
            line("%s, %s" % (name, what), value, unit)
    return found


def compare(name, words, peer, others):
    rate, cpu, redraw, figure = measure(words)
    line(name + ", sent", rate, "B/s", peer and "%.0f %.2fx" % (peer[0], rate / max(1, peer[0])), not peer or rate < peer[0])
    line(name + ", CPU", cpu, "%", peer and "%.2f %.2fx" % (peer[1], cpu / max(0.01, peer[1])), not peer or cpu < peer[1])
    line(name + ", a redraw", redraw, "B")
    least = min((other[3] for other in others.values()), default=0)
    line(name + ", a changed figure", figure, "B", least and "%.1f %.2fx" % (least, figure / least), not least or figure < least)


def main():
    demo = [TABLO, "demo", "--seed", "7"]
    others = peers()
    compare("demo at 1 Hz", demo + ["--set", "frames=1"], others.get("htop"), others)
    compare("demo at 4 Hz", demo + ["--set", "frames=4"], others.get("btop"), others)
    feeder = Feeder(0)
    rate, cpu, redraw, _ = measure([TABLO, "--feed", feeder.url])
    feeder.close()
    line("nothing changes but the clock, sent", rate, "B/s", "80", rate <= 80)
    line("nothing changes but the clock, CPU", cpu, "%")
    shown = Metered(demo + ["--frugal"], columns=80, rows=24)
    shown.drain(6)
    shown.bytes = 0
    shown.drain(60)
    line("demo --frugal, 80x24, a minute", shown.bytes / 60, "B/s", "300", shown.bytes / 60 <= 300)
    shown.close()
    first = first_frame(demo, lambda shown: shown.bytes > 1000)
    line("demo, first frame", first, "ms", "30", first <= 30)
    line("demo, the picture with figures", first_frame(demo, has_text(b"SERVICE LEVEL")), "ms")
    for name in others:
        line("%s, first frame" % name, first_frame([name], lambda shown: shown.bytes > 1000), "ms")
    times, _ = press_keys(demo)
    line("key to screen, quiet, p99", times[int(len(times) * 0.99)], "ms", "30", times[int(len(times) * 0.99)] <= 30)
    feeder = Feeder(100000)
    times, memory = press_keys([TABLO, "--feed", feeder.url])
    line("flood, as published", feeder.rate(), "ev/s", "100000", feeder.rate() >= 95000)
    feeder.close()
    line("key to screen, flood, p50", times[len(times) // 2], "ms")
    line("key to screen, flood, p99", times[int(len(times) * 0.99)], "ms", "30", times[int(len(times) * 0.99)] <= 30)
    line("%d queues in a flood, resident" % QUEUES, memory[0], "MiB")
    line("%d queues in a flood, proportional" % QUEUES, memory[1], "MiB")
    feeder = Feeder(2000)
    shown = Metered([TABLO, "--feed", feeder.url])
    shown.drain(10)
    resident, proportional = shown.memory()
    line("%d queues, resident" % QUEUES, resident, "MiB", "16", resident <= 16)
    line("%d queues, proportional" % QUEUES, proportional, "MiB")
    shown.close()
    feeder.close()


main()
