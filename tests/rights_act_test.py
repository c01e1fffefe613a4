#!/usr/bin/env python3
"""Who may do what at boards: rights of keys and users, what forgers and floods come to, and who the journal says it was. Prints TAP."""
import json, os, pwd, re, signal, socket, struct, subprocess, sys, tempfile, time

try:
    import msgpack, zmq
except ImportError:
    if sys.executable != "/usr/bin/python3" and os.path.exists("/usr/bin/python3"):
        os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])
    print("1..0 # SKIP needs pyzmq and msgpack")
    sys.exit(0)

from board_parts import Board
from collect_test_parts import BIN, end, free_port, received, results, say, start, wait_for
from redis_server import SERVER, Redis, skip

ZONE = ("--zone", "UTC")
ME = pwd.getpwuid(os.getuid()).pw_name
FLOOD = 100 * (10 if os.environ.get("TABLO_SOAK") else 1)


def write(path, text):
    with open(path, "w") as file:
        file.write(text)
    os.chmod(path, 0o644)
    return path


def key_of(folder, name):
    """Its public and its secret half."""
    path = os.path.join(folder, name)
    if not os.path.exists(path):
        subprocess.run([BIN, "keygen", "--out", path], check=True, stdout=subprocess.DEVNULL)
    return [line.split()[1].encode() for line in open(path) if line[:6] in ("public", "secret")]


class Collector:
    """With a feed that one contact waits in, so that there is an alert, and a configuration that tests change."""
    def __init__(self, folder, name, config="", stream=None, *words):
        self.journal, self.config = os.path.join(folder, name), os.path.join(folder, name + ".conf")
        self.stream = stream or "ipc://" + os.path.join(folder, name + ".stream")
        write(self.config, config)
        feed = "ipc://" + os.path.join(folder, name + ".feed")
        self.publisher = start("publish", "--bind", feed, "--live", "--wait", "1", "--linger", "60s", "-", stdin=subprocess.PIPE)
        self.log = open(os.path.join(folder, name + ".log"), "w+")
        self.process = subprocess.Popen([BIN, "collect", "--config", self.config, "--feed", feed, "--journal", self.journal, "--publish", self.stream,
                                         *ZONE, *words], stdout=subprocess.DEVNULL, stderr=self.log, text=True)
        self.publisher.stdin.write(json.dumps({"ts": int(time.time() * 1000) - 300000, "type": "contact.queued", "contact": "c1",
                                               "queue": "Billing", "channel": "chat"}) + "\n")
        self.publisher.stdin.flush()
        wait_for(self.journal, lambda s: s["running"] and received(s) >= 1)

    def said(self):
        self.log.seek(0)
        return self.log.read()

    def says(self, words, seconds=10):
        until = time.monotonic() + seconds
        while words not in self.said() and time.monotonic() < until:
            time.sleep(0.05)
        return words in self.said()

    def reload(self, config):
        """The configuration is another one from now on."""
        write(self.config, config)
        before = self.said().count("read again") + self.said().count("stay as they were")
        self.process.send_signal(signal.SIGHUP)
        until = time.monotonic() + 10
        while self.said().count("read again") + self.said().count("stay as they were") == before and time.monotonic() < until:
            time.sleep(0.05)

    def acts(self):
        """(type, by, src) of what people did, as the journal has it."""
        done = subprocess.run([BIN, "journal", "export", self.journal], capture_output=True, text=True, timeout=30)
        return [event for event in map(json.loads, done.stdout.splitlines()) if event["type"].split(".")[0] in ("alert", "note", "agent")]

    def some_acts(self, seconds=10):
        """The same once there are any: what was taken stands in the journal's file a moment later."""
        until = time.monotonic() + seconds
        while not self.acts() and time.monotonic() < until:
            pass
        return self.acts()

    def last_by(self, name, seconds=10):
        """Is the last of them his?"""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            done = self.acts()
            if done and done[-1]["by"] == name:
                return True
        return False

    def close(self):
        end(self.process)
        end(self.publisher)
        return self.said()


class Asker:
    """Somebody else's program at the collector's socket for questions; it may lie in whatever it says."""
    def __init__(self, stream, server=None, own=None):
        self.socket, self.id, self.boot = zmq.Context.instance().socket(zmq.DEALER), 0, int(time.time() * 1000)
        self.socket.linger, self.socket.rcvtimeo = 0, 5000
        if server:
            self.socket.curve_serverkey, (self.socket.curve_publickey, self.socket.curve_secretkey) = server, own
        address, port = (stream.rsplit(":", 1) if stream.startswith("tcp:") else (stream + ".ask", None))
        self.socket.connect("%s:%d" % (address, int(port) + 1) if port else address)

    def ask(self, op, **more):
        self.id += 1
        self.socket.send_multipart([b"", msgpack.packb({"op": op, "id": self.id, **more})])
        try:
            return msgpack.unpackb(self.socket.recv_multipart()[1])
        except zmq.Again:
            return {"error": "no answer"}

    def act(self, type, src="board:boss@hq", **more):
        """The answer's word, or "taken"."""
        self.boot += 1
        event = {"ts": int(time.time() * 1000), "type": type, "by": "boss", **more}
        answer = self.ask("act", event={"v": 1, "src": src, "boot": self.boot, "seq": 1, "events": [event]})
        self.answer = answer
        return "taken" if "lsn" in answer else answer.get("error")

    def close(self):
        self.socket.close()


class Forger:
    """Speaks ZMTP by hand, for its greeting says of itself what libzmq only lets the transport say."""
    def __init__(self, stream, **claims):
        if stream.startswith("ipc://"):
            self.socket = socket.socket(socket.AF_UNIX)
            self.socket.connect(stream[6:] + ".ask")
        else:
            self.socket = socket.create_connection(("127.0.0.1", int(stream.rsplit(":", 1)[1]) + 1))
        self.socket.settimeout(5)
        ready = b"\x05READY"
        for name, value in (("Socket-Type", "DEALER"), ("Identity", ""), *((name.replace("_", "-"), value) for name, value in claims.items())):
            ready += bytes([len(name)]) + name.encode() + struct.pack(">I", len(value)) + value.encode()
        self.socket.sendall(b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32))
        self.socket.sendall(b"\x06" + struct.pack(">Q", len(ready)) + ready)
        self.take(64)
        self.frame()

    def take(self, size):
        got = b""
        while len(got) < size:
            got += self.socket.recv(size - len(got)) or self.fail()
        return got

    def fail(self):
        raise EOFError("the collector hung up")

    def frame(self):
        flags = self.take(1)[0]
        return self.take(struct.unpack(">Q", self.take(8))[0] if flags & 2 else self.take(1)[0])

    def ask(self, op, **more):
        request = msgpack.packb({"op": op, "id": 1, **more})
        self.socket.sendall(b"\x01\x00\x02" + struct.pack(">Q", len(request)) + request)
        self.frame()
        return msgpack.unpackb(self.frame())

    def close(self):
        self.socket.close()


def try_keys(folder):
    """Two keys, one without a right; a third that claims to be somebody else."""
    server, lead, wall = (key_of(folder, name) for name in ("server", "lead", "wall"))
    clients = write(os.path.join(folder, "clients"), "%s  Anna's \x1b[31mdesk\n%s # wall in the hall\n" % (lead[0].decode(), wall[0].decode()))
    base = 'key_file = "%s"\nclient_keys = "%s"\n' % (os.path.join(folder, "server"), clients)
    right = 'right "lead" {\n\tkeys = { "%s" }\n\tmay = { %s }\n}\n'
    site = Collector(folder, "keys", base + right % (lead[0].decode(), '"acknowledge", "names"'), "tcp://127.0.0.1:%d" % free_port())
    first, second = Asker(site.stream, server[0], lead), Asker(site.stream, server[0], wall)
    say(first.ask("may").get("may") == "acknowledge names" and "desk" in first.ask("may")["as"], "a key is told what it may, and as whom", first.ask("may"))
    say(second.ask("may").get("may") == "names" and second.ask("may")["as"] == "wall in the hall", "so is one that may only look on", second.ask("may"))
    say(first.act("alert.acknowledged", alert="1") == "taken", "who has the right acknowledges", first.answer)
    say(second.act("alert.acknowledged", alert="1") == "not_allowed" and second.answer.get("whose") == "lead", "who has not is told whose it is", second.answer)
    say(first.act("alert.muted", alert="1") == "not_allowed" and "whose" not in first.answer, "a right is for what it says and nothing else", first.answer)
    say(first.act("note.posted", text="x") == "not_allowed", "nor are notes of it", first.answer)
    say(first.act("contact.queued", contact="c9", queue="Billing", channel="chat") == "not_an_action", "a board is no publisher", first.answer)
    say(first.act("alert.acknowledged", src="board:", alert="1") == "bad_src" and first.act("alert.acknowledged", src="pbx", alert="1") == "bad_src",
        "nor does it speak for one", first.answer)
    done = site.some_acts()
    say([event["type"] for event in done] == ["alert.acknowledged"] and "desk" in done[0]["by"] and "boss" not in json.dumps(done[0]),
        "the journal has whose key it was, and nothing that was claimed", done)
    say("\\u001b" not in json.dumps(done) and "\x1b" not in site.said(), "without control characters of a name", done)
    site.reload(base + right % (wall[0].decode(), '"acknowledge", "mute", "names"'))
    say(first.act("alert.acknowledged", alert="1") == "not_allowed" and second.act("alert.muted", alert="1") == "taken",
        "rights change while the collector runs, for who is connected too", (first.answer, second.answer, site.said()[-500:]))
    site.reload(base + right % ("no key", '"acknowledge"'))
    say("stay as they were" in site.said() and second.act("alert.muted", alert="1") == "taken", "a mistake in the file changes nothing", site.said()[-500:])
    forger = Asker(site.stream, server[0], key_of(folder, "stranger"))
    forger.socket.rcvtimeo = 1000
    say(forger.act("alert.acknowledged", alert="1") == "no answer", "a key that is on no list gets no answer", forger.answer)
    for asker in (first, second, forger):
        asker.close()
    site.close()


def try_users(folder):
    """Over ipc the kernel says who it is."""
    site = Collector(folder, "users", 'right "floor" {\n\tusers = { "%s" }\n\tmay = { "acknowledge", "mute", "note", "names" }\n}\n' % ME)
    mine = Asker(site.stream)
    say(mine.ask("may").get("as") == ME and mine.ask("may")["may"] == "acknowledge mute note names", "a user of this machine is known by his name", mine.ask("may"))
    say(mine.act("note.posted", text="lunch at noon") == "taken" and site.last_by(ME), "and his note is his", site.acts())
    site.reload('right "floor" {\n\tusers = { "nobody" }\n\tmay = { "acknowledge" }\n}\n')
    say(mine.act("note.posted", text="again") == "not_allowed", "another user's right is not his", mine.answer)
    lie = Forger(site.stream, User_Id="nobody", Peer_Address="localhost:65534:65534:1")
    told = lie.ask("may")
    say(told.get("as") == ME and told["may"] == "names", "nor does he become another by saying so", told)
    for asker in (mine, lie):
        asker.close()
    board = Board("--attach", site.stream, *ZONE)
    say(board.shows("Billing"), "a board of a user who may only look on", board.seen[-800:])
    board.press("0")
    say(board.shows("answered"), "has the page of alerts", board.seen[-800:])
    offered, deadline = True, time.monotonic() + 10
    while offered and time.monotonic() < deadline:
        footer = footer_of(board)
        offered = "quit" not in footer or re.search("acknowledge[^d]", footer)
    say(not offered, "whose footer offers nothing he may not do", footer)
    board.press("a")
    say(board.shows("you may not: acknowledging is for floor"), "and who tries is told whose it is", board.seen[-800:])
    board.close()
    site.close()


class Listener:
    """Hears a collector's stream."""
    def __init__(self, stream, server=None, own=None):
        self.socket = zmq.Context.instance().socket(zmq.SUB)
        self.socket.linger = 0
        if server:
            self.socket.curve_serverkey, (self.socket.curve_publickey, self.socket.curve_secretkey) = server, own
        self.socket.subscribe(b"")
        self.socket.connect(stream)

    def hears(self, seconds=5):
        """Something new; heartbeats come each second."""
        while self.socket.poll(0):
            self.socket.recv_multipart()
        return self.socket.poll(int(seconds * 1000)) > 0

    def close(self):
        self.socket.close()


def try_names(folder):
    """Who may see no names gets nothing that holds any: not by asking, not by listening, and not for having been there before."""
    server, lead, wall = (key_of(folder, name) for name in ("server", "lead", "wall"))
    clients, outside = os.path.join(folder, "insiders"), write(os.path.join(folder, "outsiders"), wall[0].decode() + " hall\n")
    write(clients, "%s lead\n%s hall\n" % (lead[0].decode(), wall[0].decode()))
    identifiers = os.path.join(folder, "identifiers")
    subprocess.run([BIN, "keygen", "--identifiers", "--out", identifiers], check=True, stdout=subprocess.DEVNULL)
    far = "tcp://127.0.0.1:%d" % (free_port() + 2)
    base = 'key_file = "%s"\nclient_keys = "%s"\npublish_outside = "%s"\nclient_keys_outside = "%s"\nidentifiers_key_file = "%s"\n' % (
        os.path.join(folder, "server"), clients, far, outside, identifiers)
    right = 'right "lead" {\n\tkeys = { "%s" }\n\tmay = { "acknowledge", "names" }\n}\n' % lead[0].decode()
    site = Collector(folder, "names", base + right, "tcp://127.0.0.1:%d" % free_port())
    hears = [Listener(site.stream, server[0], own) for own in (lead, wall)]
    say(all(listener.hears() for listener in hears), "names are for everybody who may attach, unless it is said otherwise", site.said()[-500:])
    asks = Asker(site.stream, server[0], wall)
    say("lsn" in asks.ask("state"), "and so is what is asked for", asks.answer if hasattr(asks, "answer") else "")
    site.reload(base + "rights_default = { }\n" + right)
    say(site.says("2 connections of those who may not attach any more were ended"), "who may see none any more is cut off", site.said()[-500:])
    say(hears[0].hears(), "who may hears on", site.said()[-500:])
    say(not hears[1].hears(1.5), "who may not hears nothing more", site.said()[-500:])
    say("names are not for this key or user" in site.said(), "nor comes he in again, which the log says", site.said()[-500:])
    there = Listener(far, server[0], wall)
    veiled = Asker(far, server[0], wall)
    say(there.hears() and "lsn" in veiled.ask("state"), "where boards elsewhere attach, who get hashes, he is let in", site.said()[-500:])
    write(clients, "")
    site.reload(base + right)
    say(not hears[0].hears(1.5), "a key that is taken off the list is cut off too", site.said()[-500:])
    for one in (*hears, asks, there, veiled):
        one.close()
    site.close()
    site = Collector(folder, "local", 'rights_default = { }\nright "others" { users = { "nobody" } may = { "names" } }\n')
    hear = Listener(site.stream)
    say(not hear.hears(1.5) and "names are not for this key or user" in site.said(), "by ipc it is the user who may or may not", site.said()[-500:])
    site.reload('rights_default = { }\nright "me" { users = { "%s" } may = { "names" } }\n' % ME)
    hear.close()
    hear = Listener(site.stream)
    say(hear.hears(), "and it is asked anew when rights change", site.said()[-500:])
    hear.close()
    site.close()


def footer_of(board):
    """Drawn anew, for another page was there in between."""
    board.press("1")
    board.shows("QUEUES", 3)
    board.press("0")
    board.shows("answered", 3)
    board.shows("quit", 3)
    return board.seen


def try_no_section(folder):
    """As before there were rights; only that who is known is called by his name."""
    site = Collector(folder, "open")
    mine = Asker(site.stream)
    say(mine.act("alert.acknowledged", alert="1") == "taken" and mine.act("agent.state", agent="Mia", state="away", reason="break") == "taken",
        "without any right everybody does everything", mine.answer)
    done = site.some_acts()
    say(done and done[0]["by"] == ME, "under his own name", done)
    say(mine.act("mark.set", text="lines are down") == "taken", "marks are set by the collector", mine.answer)
    marks = subprocess.run([BIN, "journal", "mark", site.journal, *ZONE], capture_output=True, text=True, timeout=20).stdout
    say("lines are down (" in marks and "boss" not in marks, "where replays find them, with whose they are", marks)
    mine.close()
    site.close()
    site = Collector(folder, "plain", "", "tcp://127.0.0.1:%d" % free_port())
    other = Asker(site.stream)
    say(other.act("alert.acknowledged", alert="1") == "taken" and site.last_by("boss"), "who proves nothing is who he says he is", site.acts())
    site.reload('rights_default = { "acknowledge", "names" }\nright "lead" { users = { "%s" } may = { "mute" } }\n' % ME)
    say(other.act("alert.acknowledged", alert="1") == "taken" and site.last_by("boss?"), "with rights his name bears a question mark", site.acts()[-1:])
    lie = Forger(site.stream, User_Id=key_of(folder, "lead")[0].decode(), Peer_Address="localhost:0:0:1")
    told = lie.ask("may")
    say(told.get("as") == "" and told["may"] == "acknowledge names", "and without CURVE no key is believed", told)
    for asker in (other, lie):
        asker.close()
    site.close()


def try_attacks(folder):
    site = Collector(folder, "attacked")
    mine, other = Asker(site.stream), Asker(site.stream)
    mine.socket.rcvtimeo = 200
    bad = [b"", b"\xc1", b"\x81\xa1v\xff", msgpack.packb({"v": 1, "events": []}), msgpack.packb({"v": 1, "src": "board:x", "events": [{"ts": 1, "type": "alert.muted"}] * 2}),
           msgpack.packb({"v": 1, "src": "board:" + "x" * 15000, "boot": 1, "seq": 1, "events": []})]
    words = []
    for payload in bad:
        mine.id += 1
        head = b"\x83" + msgpack.packb("op") + msgpack.packb("act") + msgpack.packb("id") + msgpack.packb(mine.id) + msgpack.packb("event")
        mine.socket.send_multipart([b"", head + payload])
        try:
            words.append(msgpack.unpackb(mine.socket.recv_multipart()[1]).get("error", "taken"))
        except zmq.Again:
            words.append("silence")
    say("taken" not in words and site.process.poll() is None, "what is no action is none", words)
    mine.socket.rcvtimeo = 5000
    say(mine.act("note.posted", text="\x1b]0;own\x07\u202eevil" * 3) == "taken", "a note of control characters is a note", mine.answer)
    say(mine.act("note.posted", text="x" * 300) == "bad_event", "a long one is none", mine.answer)
    number = other.ask("act", event={"v": 1, "src": "board:x@y", "boot": 5, "seq": 1 << 40, "events": [{"ts": int(time.time() * 1000), "type": "note.posted", "by": "x", "text": "n"}]})
    say("lsn" in number and wait_for(site.journal, lambda s: True)["feeds"][0]["missing"] == 0, "a number out of nowhere is no loss of a feed", number)
    counted = [mine.act("alert.muted", alert="1") for _ in range(FLOOD)]
    say(10 < counted.count("taken") < 80 and counted.count("too_many") > FLOOD / 10, "a flood of actions is cut short", (counted.count("taken"), counted.count("too_many")))
    say(site.said().count("is not taken") < 20, "and so is what the log says of it", site.said()[-500:])
    for asker in (mine, other):
        asker.close()
    say(site.process.poll() is None and "AddressSanitizer" not in site.close(), "the collector lives")


def try_inbox(folder):
    if not SERVER:
        skip("actions in Redis", "no redis-server here")
        return
    redis = Redis()
    url = "unix://" + redis.socket
    right = 'right "lead" { users = { "nobody" } may = { "mute" } }\n'
    site = Collector(folder, "redis", right, None, "--store", url)
    board = Board("--store", url, *ZONE)
    say(board.shows("Billing"), "a board that has only Redis")
    board.press("0")
    board.shows("longest wait")
    redis.ask("RPUSH", "{default}:inbox", "rubbish")
    # Its rules stand on the page before anybody has waited long enough.
    until = time.monotonic() + 20
    board.press("a")
    while not board.shows("it waits in Redis", 1) and time.monotonic() < until:
        board.press("a")
    say("it waits in Redis" in board.seen, "leaves an action there", board.seen[-800:])
    say(site.says("nobody proves there who he is"), "which is thrown away where rights are set, and the log says so", site.said()[-600:])
    until = time.monotonic() + 10
    while redis.ask("LLEN", "{default}:inbox") != "0" and time.monotonic() < until:
        time.sleep(0.05)
    say(redis.ask("LLEN", "{default}:inbox") == "0" and site.acts() == [], "and nothing of it is kept", site.acts())
    site.close()
    site = Collector(folder, "redis", right + 'inbox = "trusted"\n', None, "--store", url)
    redis.ask("RPUSH", "{default}:inbox", "rubbish")
    board.press("a")
    until = time.monotonic() + 15
    while not site.acts() and time.monotonic() < until:
        board.press("a")
        time.sleep(0.3)
    done = site.some_acts()
    say(done and done[0]["by"] == ME + "?", "where it is trusted it counts, behind what is rubbish too, and the name is marked", (done, site.said()[-600:]))
    board.close()
    site.close()


with tempfile.TemporaryDirectory() as place:
    os.chmod(place, 0o755)
    try_keys(place)
    try_users(place)
    try_names(place)
    try_no_section(place)
    try_attacks(place)
    try_inbox(place)
print("1..%d" % len(results))
sys.exit(0 if all(results) else 1)
