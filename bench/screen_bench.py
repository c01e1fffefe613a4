#!/usr/bin/env python3
"""What the board costs on a terminal: first frame, memory, CPU, event to pixel, bytes of a quiet screen.
Prints: name value unit limit ok|OVER. usage: screen_bench.py TABLO [--cpu SECONDS]"""
import fcntl, os, pty, select, signal, statistics, struct, sys, tempfile, termios, time

TABLO = sys.argv[1]
CPU_SECONDS = int(sys.argv[sys.argv.index("--cpu") + 1]) if "--cpu" in sys.argv else 20


def line(name, value, unit, limit, good):
    print("%-34s %10.3f %-6s limit %-8s %s" % (name, value, unit, limit, "ok" if good else "OVER"), flush=True)


class Terminal:
    def __init__(self, words, rows=40, cols=140):
        self.started = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8", TZ="UTC")
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))
            os.execv(words[0], words)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))

    def read(self, wait):
        ready, _, _ = select.select([self.fd], [], [], wait)
        if not ready:
            return b""
        try:
            return os.read(self.fd, 1 << 20)
        except OSError:
            return b""

    def read_until(self, text, wait):
        seen, until = b"", time.monotonic() + wait
        while time.monotonic() < until:
            seen += self.read(0.05)
            if text in seen:
                return time.monotonic()
        raise SystemExit("the screen never showed %r; last: %r" % (text, seen[-500:]))

    def drain(self, seconds):
        count, until = 0, time.monotonic() + seconds
        while time.monotonic() < until:
            count += len(self.read(0.05))
        return count

    def stat(self):
        fields = open("/proc/%d/stat" % self.pid).read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident(self):
        for row in open("/proc/%d/status" % self.pid):
            if row.startswith("VmRSS"):
                return int(row.split()[1]) / 1024

    def close(self):
        os.kill(self.pid, signal.SIGTERM)
        self.drain(0.3)
        os.waitpid(self.pid, 0)


def bare_exec():
    """The baseline: how long a program that does nothing takes on a terminal."""
    times = []
    for _ in range(9):
        t = Terminal(["/bin/echo", "TABLO"])
        times.append((t.read_until(b"TABLO", 5) - t.started) * 1000)
        os.waitpid(t.pid, 0)
    return statistics.median(times)


def first_frame():
    times = []
    for _ in range(9):
        t = Terminal([TABLO, "demo", "--seed", "7"])
        times.append((t.read_until(b"TABLO", 5) - t.started) * 1000)
        t.close()
    bare = bare_exec()
    value = statistics.median(times)
    line("first frame", value, "ms", "30", value <= 30)
    line("  against a bare program", value / bare, "x", "-", True)


def demo_cost():
    t = Terminal([TABLO, "demo", "--seed", "7"])
    t.drain(6)
    before, then = t.stat(), time.monotonic()
    sent = t.drain(CPU_SECONDS)
    spent = time.monotonic() - then
    cpu = (t.stat() - before) / spent * 100
    line("demo at speed 1, CPU", cpu, "%", "1", cpu <= 1)
    line("demo at speed 1, sent", sent / spent, "B/s", "8000", sent / spent <= 8000)
    line("demo, resident", t.resident(), "MiB", "16", t.resident() <= 16)
    t.close()


def publisher(folder):
    import msgpack, zmq
    context = zmq.Context()
    socket = context.socket(zmq.PUB)
    socket.setsockopt(zmq.SNDHWM, 100000)
    socket.bind("ipc://" + folder + "/feed")
    state = {"seq": 1, "boot": int(time.time() * 1000)}

    def send(events):
        now = int(time.time() * 1000)
        for e in events:
            e.setdefault("ts", now)
        socket.send_multipart([b"acme//", msgpack.packb({"v": 1, "src": "bench", "boot": state["boot"], "seq": state["seq"], "sent": now, "events": events})])
        state["seq"] += len(events)
    return send


def latency():
    try:
        import msgpack, zmq  # noqa: F401
    except ImportError:
        print("event to pixel: skipped, no pyzmq and msgpack here")
        return
    with tempfile.TemporaryDirectory() as folder:
        send = publisher(folder)
        t = Terminal([TABLO, "--feed", "ipc://" + folder + "/feed"])
        t.read_until(b"TABLO", 5)
        for _ in range(10):
            send([])
            t.drain(0.2)
        quiet = []
        for i in range(40):
            send([])
            t.drain(0.35)
            then = time.monotonic()
            send([{"type": "contact.queued", "contact": "q%d" % i, "queue": "Billing", "channel": "phone"}])
            while not t.read(1):
                pass
            quiet.append((time.monotonic() - then) * 1000)
        quiet.sort()
        line("event to pixel, quiet, p50", quiet[len(quiet) // 2], "ms", "-", True)
        line("event to pixel, quiet, p99", quiet[int(len(quiet) * 0.99)], "ms", "50", quiet[int(len(quiet) * 0.99)] <= 50)
        busy = []
        for i in range(60):
            send([{"type": "contact.queued", "contact": "b%d" % i, "queue": "Billing", "channel": "phone"}])
            then, until = time.monotonic(), time.monotonic() + 1
            while time.monotonic() < until and not t.read(0.01):
                pass
            busy.append((time.monotonic() - then) * 1000)
        busy.sort()
        line("event to pixel, steady change, p99", busy[int(len(busy) * 0.99)], "ms", "270", busy[int(len(busy) * 0.99)] <= 270)
        t.drain(1)
        count, until = 0, time.monotonic() + 5
        while time.monotonic() < until:
            send([])
            count += t.drain(0.9)
        line("a screen with only waits and clock", count / 5, "B/s", "-", True)
        t.close()


first_frame()
latency()
demo_cost()
