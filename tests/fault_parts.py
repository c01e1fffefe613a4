"""What tests of faults share: a collector with its own Redis and a publisher that can be asked again, a proxy that cuts, and the three
questions after every fault: is every event there once, is Redis what the journal says, and how long did it take. Prints TAP by
collect_test_parts."""
import json, os, random, re, select, signal, socket, subprocess, sys, tempfile, threading, time

from collect_test_parts import BIN, end, missing_of, received, results, say, start, status, wait_for

FACTOR = int(os.environ.get("TABLO_ROUNDS", "1"))  # 1: what an ordinary run has time for
SOAK = os.environ.get("TABLO_SOAK") == "1"         # the numbers that are promised, times FACTOR
# The collectors are far slower with them: fewer rounds, and nothing said about how long.
SLOW = os.environ.get("TABLO_SANITIZED") == "1"


_next_port = [11000 + os.getpid() * 16 % 9000]


def free_port():
    """The first of two, and others the next time, though nobody has bound them yet; other processes of a test begin elsewhere."""
    while True:
        _next_port[0] += 2
        with socket.socket() as first, socket.socket() as second:
            try:
                first.bind(("127.0.0.1", _next_port[0]))
                second.bind(("127.0.0.1", _next_port[0] + 1))
                return _next_port[0]
            except OSError:
                pass


def rounds(ordinary, promised, sanitized=None):
    """How often a fault is played here."""
    if SOAK:
        return promised * FACTOR
    return (sanitized or ordinary) if SLOW else ordinary * FACTOR


def calls(count, first=0, begin=1_700_000_000_000):
    """Contacts of six queues, 40 ms apart, as lines of events; and how many lines."""
    lines = []
    for i in range(first, first + count):
        ts = begin + i * 40
        lines.append({"ts": ts, "type": "contact.queued", "contact": "c%d" % i, "queue": "Q%d" % (i % 6), "channel": ("phone", "chat", "email")[i % 3],
                      "customer": "k%d" % (i % 300)})
        if i % 4:
            lines.append({"ts": ts + 10, "type": "contact.answered", "contact": "c%d" % i, "agent": "Agent %d" % (i % 17)})
        if i % 4 == 1:
            lines.append({"ts": ts + 30, "type": "contact.released", "contact": "c%d" % i, "agent": "Agent %d" % (i % 17), "by": "customer", "wrap_ms": 1000})
    return "".join(json.dumps(line) + "\n" for line in lines), len(lines)


class Cutter:
    """Passes bytes both ways and cuts each connection after a random number of them, with FIN or RST, in either direction."""

    def __init__(self, target, seed, least=40, most=(9000, 40000)):
        self.target, self.random, self.cuts, self.cutting = target, random.Random(seed), 0, True
        self.least, self.most = least, most
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", free_port()))
        self.listener.listen(16)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def budget(self):
        return self.random.randrange(self.least, self.random.choice(self.most))

    def run(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(client, self.budget()), daemon=True).start()

    def serve(self, client, budget):
        server = socket.socket(socket.AF_UNIX)
        try:
            server.connect(self.target)
            pair = {client: server, server: client}
            while True:
                for source in select.select(list(pair), [], [])[0]:
                    data = source.recv(65536)
                    if not data:
                        return
                    if self.cutting and len(data) >= budget:
                        pair[source].sendall(data[:budget])
                        self.cuts += 1
                        if self.cuts % 2:  # RST: what is on its way is thrown away too
                            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                        return
                    budget -= len(data)
                    pair[source].sendall(data)
        except OSError:
            pass
        finally:
            client.close()
            server.close()


class Rig:
    """A publisher that is fed line by line, a collector on it, and the Redis that `url` names."""

    def __init__(self, folder, url, *more, rules=(), publish=True, replay=True, name="rig"):
        self.url, self.rules = url, ("--set", "zone=UTC", *rules)
        self.journal = os.path.join(folder, name)
        port = free_port()
        self.feed, self.stream = "tcp://127.0.0.1:%d" % port, "ipc://%s.stream" % self.journal
        self.offered = ("--replay", "tcp://127.0.0.1:%d" % (port + 1)) if replay else ()
        self.words = ("collect", "--feed", self.feed, "--journal", self.journal, "--store", url, "--clock", "feed",
                      *(("--publish", self.stream) if publish else ()), *self.rules, *more)
        self.sent, self.longest, self.contacts = 0, 0.0, 0
        # A file: a pipe that nobody reads would stop the collector once it is full.
        self.errors = tempfile.TemporaryFile("w+")
        self.publisher = self.new_publisher()
        self.collector = self.new_collector()

    def new_collector(self):
        return subprocess.Popen([BIN, *self.words], stdout=subprocess.DEVNULL, stderr=self.errors)

    def log(self):
        self.errors.seek(0)
        code = self.collector.poll()
        return self.errors.read()[-3000:] + ("" if code is None else "it ended with %d" % code)

    def new_publisher(self):
        return start("publish", "--bind", self.feed, *self.offered, "--src", "pbx", "--wait", "1", "--linger", "600s", "-", stdin=subprocess.PIPE)

    def publish_anew(self):
        """The publisher is killed; the next one counts from 1 again, in a boot of its own."""
        self.publisher.kill()
        self.publisher.communicate()
        self.publisher = self.new_publisher()

    def send(self, count):
        lines, n = calls(count, self.contacts)
        self.contacts += count
        self.send_lines(lines, n)

    def send_lines(self, lines, n):
        self.publisher.stdin.write(lines)
        self.publisher.stdin.flush()
        self.sent += n

    def again(self, sign=signal.SIGKILL):
        """The collector is killed, and started anew."""
        end(self.collector, sign)
        self.collector = self.new_collector()

    def whole(self, found):
        once = found.get("feeds") and received(found) - sum(feed["duplicate"] for feed in found["feeds"])
        return once == self.sent and not missing_of(found)

    def steady(self, found):
        store = found["store"]
        return store["state"] == "steady" and not store["trouble"] and store["watermark"] == found["lsn"]

    def named(self, *words, seconds=30):
        """Until the status names the trouble; what it said."""
        found = wait_for(self.journal, lambda s: s["running"] and any(w in s["store"]["trouble"] for w in words), seconds)
        return found["store"]["trouble"] if found and any(w in found["store"]["trouble"] for w in words) else ""

    def heal(self, seconds=40):
        """From now until everything that was published is in and Redis is at its end: in seconds; None: never."""
        began = time.monotonic()
        found = wait_for(self.journal, lambda s: s["running"] and self.whole(s) and self.steady(s), seconds)
        self.found = found
        if not found or not self.whole(found) or not self.steady(found):
            return None
        took = time.monotonic() - began
        self.longest = max(self.longest, took)
        return took

    def verify(self):
        done = subprocess.run([BIN, "journal", "verify", self.journal, "--store", self.url, *self.rules], capture_output=True, text=True, timeout=120)
        return "" if done.returncode == 0 and not done.stdout else done.stdout + done.stderr + "(exit %d)" % done.returncode

    def check(self, name, limit=5.0):
        """The line of TAP that every fault ends with. The time counts until the journal, folded, is what Redis holds; to ask takes a busy machine
        up to three seconds of it."""
        began = time.monotonic()
        took, different, said = self.heal(), "never healed", ["steady after %s s" % (time.monotonic() - began)]
        while took is not None and different:
            different, took = self.verify(), time.monotonic() - began
            said.append("%.1f s: %s" % (took, different))
            if took > 40:
                break
        self.longest = max(self.longest, took or 1000)
        say(took is not None and not different and (took <= limit + 3 or SLOW),
            "%s: nothing lost, nothing twice, Redis is the journal, after %.1f s" % (name, took or -1),
            "%s\n%s\n%d sent\n%s" % ("\n".join(said), self.found, self.sent, self.log()))
        return took

    def stop(self):
        end(self.collector)
        self.publisher.kill()
        self.publisher.communicate()


def run_parts(parts, together, split=()):
    """Plays parts {name: function(folder, *words)}: those named on the command line here, else all, some at a time, each in a process of
    its own. split: command lines for the parts that are played in pieces."""
    wanted, words = sys.argv[1:2], sys.argv[2:]
    if wanted:
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as place:
            try:
                parts[wanted[0]](place, *words)
            except Exception as problem:
                say(False, wanted[0], repr(problem))
        print("# %s: %.1f s" % (" ".join(sys.argv[1:]), time.monotonic() - began), flush=True)
    else:
        whole = [line for name in parts for line in ([line for line in split if line[0] == name] or [(name,)])]
        play(whole, together)
    print("1..%d" % len(results))
    sys.exit(not all(results))


def play(waiting, together):
    running = []
    while waiting or running:
        while waiting and len(running) < together:
            out = tempfile.TemporaryFile("w+")
            running.append((subprocess.Popen([sys.executable, sys.argv[0], *waiting.pop(0)], stdout=out, stderr=subprocess.STDOUT), out))
        time.sleep(0.05)
        for child in [child for child in running if child[0].poll() is not None]:
            running.remove(child)
            child[1].seek(0)
            retell(child[1].read(), child[0].returncode)


def retell(text, code):
    """What a part said, with the numbers of the whole."""
    good = True
    for line in text.splitlines():
        found = re.match(r"(ok|not ok) \d+ - (.*)", line)
        if found:
            results.append(found[1] == "ok")
            good = good and results[-1]
            print("%s %d - %s" % (found[1], len(results), found[2]), flush=True)
        elif not re.match(r"1\.\.\d+$", line):
            print(line if line.startswith("#") else "# " + line, flush=True)
    if code and good:
        say(False, "a part ended with %d" % code, text[-1500:])
