#!/usr/bin/env python3
"""What a collector costs at a steady rate of events, beside one without a store and without boards that hears the same feed in the same
run: Redis (the collector's side and redis-server), ten boards attached, and how long an event takes to a board's screen.
Prints: name value unit limit ok|OVER. usage: collect_bench.py TABLO [--seconds N] [--boards]"""
import fcntl, glob, json, os, pty, random, select, shutil, signal, struct, subprocess, sys, tempfile, termios, threading, time

import msgpack, zmq

TABLO = sys.argv[1]
SECONDS = int(sys.argv[sys.argv.index("--seconds") + 1]) if "--seconds" in sys.argv else 10
BATCH = 20
folder = tempfile.mkdtemp(prefix="tablo-bench-")
processes = []


def line(name, value, unit, limit, good=True):
    print("%-52s %10.2f %-6s limit %-5s %s" % (name, value, unit, limit, "ok" if good else "OVER"), flush=True)


def start(*words):
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=open(os.path.join(folder, "log"), "ab"))
    processes.append(process)
    return process


def spent(pid):
    """Seconds that all threads of it computed."""
    total = 0
    for path in glob.glob("/proc/%d/task/*/schedstat" % pid):
        try:
            total += int(open(path).read().split()[0])
        except OSError:
            pass
    return total / 1e9


class Helpdesk(threading.Thread):
    """Contacts queued, answered a second later and released a second after that, at so many events a second."""

    def __init__(self, url, rate, queues):
        super().__init__(daemon=True)
        self.socket = zmq.Context.instance().socket(zmq.PUB)
        self.socket.setsockopt(zmq.SNDHWM, 100000)
        self.socket.bind(url)
        self.rate, self.queues, self.seq, self.sent, self.running = rate, queues, 1, 0, True
        self.boot, self.extra, self.number = int(time.time() * 1000), [], 0

    def send(self, events):
        now = int(time.time() * 1000)
        for event in events:
            event["ts"] = now
        self.socket.send_multipart([b"acme//", msgpack.packb({"v": 1, "src": "bench", "boot": self.boot, "seq": self.seq, "sent": now, "events": events})])
        self.seq += len(events)
        self.sent += len(events)

    def next_event(self, lag):
        self.number += 1
        step, contact = self.number % 3, self.number // 3
        if step == 1:
            return {"type": "contact.queued", "contact": "c%d" % contact, "queue": "Queue %03d" % (contact % self.queues), "channel": "phone"}
        contact -= lag if step == 2 else 2 * lag
        kind = "contact.answered" if step == 2 else "contact.released"
        event = {"type": kind, "contact": "c%d" % contact, "agent": "Agent %03d" % (contact % (2 * self.queues))}
        return event if step == 2 else dict(event, by="customer")

    def run(self):
        began, lag = time.monotonic(), self.rate // 3
        while self.running:
            due = int((time.monotonic() - began) * self.rate)
            while self.sent < due:
                self.send([self.next_event(lag) for _ in range(BATCH)])
            while self.extra:
                event, done = self.extra.pop()
                self.send([event])
                done.append(time.monotonic())
            time.sleep(0.002)


class Terminal:
    def __init__(self, words, rows=50, cols=160):
        self.began = time.monotonic()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8", TZ="UTC")
            os.execv(words[0], words)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, cols, 0, 0))

    def until(self, text, wait):
        """When the text was on the wire to the screen; None: it was not."""
        seen, end = b"", time.monotonic() + wait
        while time.monotonic() < end:
            if select.select([self.fd], [], [], 0.05)[0]:
                seen = (seen + os.read(self.fd, 1 << 16))[-200000:]
                if text in seen:
                    return time.monotonic()
        return None

    def drain(self):
        while select.select([self.fd], [], [], 0)[0]:
            os.read(self.fd, 1 << 16)

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def drain_all(terminals, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for fd in select.select([t.fd for t in terminals], [], [], 0.1)[0]:
            os.read(fd, 1 << 16)


def redis_server():
    path = os.path.join(folder, "redis.sock")
    server = start("redis-server", "--port", "0", "--unixsocket", path, "--save", "", "--appendonly", "yes", "--appendfsync", "everysec", "--dir", folder)
    while not os.path.exists(path):
        time.sleep(0.02)
    return server, "unix://" + path


def collector(name, url, *more):
    journal = os.path.join(folder, name)
    return start(TABLO, "collect", "--feed", url, "--journal", journal, "--zone", "UTC", "--site", "acme", *more)


def shares(watched, seconds, while_waiting=time.sleep):
    """Of one core, in percent, of each process."""
    before, began = [spent(p.pid) for p in watched], time.monotonic()
    while_waiting(seconds)
    took = time.monotonic() - began
    return [(spent(p.pid) - b) / took * 100 for p, b in zip(watched, before)]


def stop(*gone):
    for process in gone:
        process.terminate()
    for process in gone:
        process.wait()
        processes.remove(process)


def taken(desk, name):
    """What the collector says it received of all that was sent; it is given a moment to say so."""
    desk.running = False
    desk.join()
    until, count = time.monotonic() + 10, 0
    while time.monotonic() < until and count < desk.sent:
        words = [TABLO, "collect", "--status", "--journal", os.path.join(folder, name)]
        found = json.loads(subprocess.run(words, capture_output=True, text=True, timeout=20).stdout or "{}")
        count = sum(feed["received"] for feed in found.get("feeds", []))
        time.sleep(0.1)
    return count


def cost_of_redis(rate, queues, limit):
    url = "ipc://%s/feed-%d-%d" % (folder, rate, queues)
    server, store = redis_server()
    desk = Helpdesk(url, rate, queues)
    bare, stored = collector("bare", url), collector("stored", url, "--store", store)
    time.sleep(1)
    desk.start()
    time.sleep(4)
    without, with_store, redis = shares([bare, stored, server], SECONDS)
    what = "%d ev/s, %d queues, 4 Hz: " % (rate, queues)
    line(what + "collector without store", without, "%", "-")
    line(what + "collector's side of Redis", with_store - without, "%", "-")
    line(what + "redis-server", redis, "%", "-")
    both = with_store - without + redis
    missing = desk.sent - taken(desk, "stored")
    line(what + "events that the collector has not", missing, "", "0", missing == 0)
    line(what + "Redis in all", both, "%", limit, both <= float(limit))
    stop(bare, stored, server)
    shutil.rmtree(os.path.join(folder, "appendonlydir"), ignore_errors=True)
    for name in ("bare", "stored"):
        shutil.rmtree(os.path.join(folder, name))


def to_the_screen(desk, board, count):
    """A queue gets another title, at any moment between two frames: from sending it to the board's writing it. Milliseconds, ascending.
    Each letter differs from the one before in its place: a screen writes only the cells that changed."""
    times, moments = [], random.Random(7)
    for i in range(count):
        drain_all([board], moments.uniform(0.05, 0.5))
        sent, mark = [], "".join(chr(65 + (i * 7 + place * 3) % 26) for place in range(8))
        desk.extra.append(({"type": "queue.defined", "queue": "Queue 001", "title": mark}, sent))
        seen = board.until(mark.encode(), 5)
        if seen is None:
            raise SystemExit("%s never reached the screen" % mark)
        times.append((seen - sent[0]) * 1000)
    return sorted(times)


def boards(rate, count):
    url, publish = "ipc://%s/feed-b" % folder, "ipc://%s/stream" % folder
    desk = Helpdesk(url, rate, 8)
    bare, attended = collector("bare", url), collector("attended", url, "--publish", publish)
    time.sleep(1)
    desk.start()
    watching = [Terminal([TABLO, "--attach", publish, "--site", "acme", "--zone", "UTC"]) for _ in range(count)]
    drain_all(watching, 4)
    without, with_boards = shares([bare, attended], SECONDS, lambda seconds: drain_all(watching, seconds))
    what = "%d ev/s: " % rate
    line(what + "collector without boards", without, "%", "-")
    line(what + "%d boards attached cost it" % count, with_boards - without, "%", "10", with_boards - without <= 10)
    for board in watching[1:]:
        board.close()
    times = to_the_screen(desk, watching[0], 100)
    line(what + "published to visible on an attached board, p50", times[len(times) // 2], "ms", "-")
    line(what + "published to visible on an attached board, p99", times[-2], "ms", "300", times[-2] <= 300)
    watching[0].close()
    desk.running = False
    desk.join()
    stop(bare, attended)


try:
    if "--boards" not in sys.argv:
        cost_of_redis(10000, 20, "7")
        cost_of_redis(10000, 200, "7")
    boards(5000, 10)
finally:
    for process in processes:
        process.kill()
    shutil.rmtree(folder, ignore_errors=True)
