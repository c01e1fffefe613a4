#!/usr/bin/env python3
"""A collector, its Redis and boards of three kinds, through faults: the same figures everywhere, and what Redis holds is what the journal
says. Prints TAP; skipped, counted, without redis-server."""
import json, os, pty, re, signal, subprocess, sys, tempfile, threading, time

from collect_test_parts import BIN, end, free_port, missing_of, received, say, start, status, wait_for
from collect_test_parts import results as ours
from redis_server import SERVER, Redis, until

ROUNDS = 4 * int(os.environ.get("TABLO_ROUNDS", "1"))
ZONE = ("--zone", "UTC")
# Simulated time runs 15 times as fast as the answers to what is asked for again.
PATIENCE = ("--set", "hold_unknown=60s")


def text(*words):
    done = subprocess.run([BIN, "snapshot", *words, *ZONE, *PATIENCE, "--text", "--size", "140x40", "--for", "300ms"], capture_output=True, text=True, timeout=30)
    # The header says how it is connected, and the clock differs.
    return "\n".join(done.stdout.splitlines()[1:]), done.stderr


def figures(*words):
    done = subprocess.run([BIN, "snapshot", *words, *ZONE, *PATIENCE, "--window", "today", "--window", "7d", "--json", "--for", "300ms"], capture_output=True, text=True, timeout=30)
    if done.returncode:
        return {}, done.stderr
    return {(f["metric"], f["window"], json.dumps(f["scope"], sort_keys=True)): (f.get("value"), f.get("n"), f.get("of"))
            for f in json.loads(done.stdout)["figures"]}, ""


def verify(journal, url):
    done = subprocess.run([BIN, "journal", "verify", journal, "--store", url, "--set", "zone=UTC", *PATIENCE], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def settled(journal, seconds=30):
    """Until Redis holds what the journal has."""
    return wait_for(journal, lambda s: s["running"] and s["store"]["state"] == "steady" and s["store"]["watermark"] == s["lsn"], seconds)


def events(count):
    lines = []
    for i in range(count):
        ts = 1_700_000_000_000 + i * 40
        lines.append({"ts": ts, "type": "contact.queued", "contact": "c%d" % i, "queue": "Q%d" % (i % 6), "channel": ("phone", "chat", "email")[i % 3], "customer": "k%d" % (i % 300)})
        if i % 4:
            lines.append({"ts": ts + 100, "type": "contact.answered", "contact": "c%d" % i, "agent": "Agent %d" % (i % 17)})
        if i % 4 == 1:
            lines.append({"ts": ts + 300, "type": "contact.released", "contact": "c%d" % i, "agent": "Agent %d" % (i % 17), "by": "customer", "wrap_ms": 1000})
    return "".join(json.dumps(line) + "\n" for line in lines), len(lines)


def main(folder):
    redis = Redis("--appendonly", "yes", "--appendfsync", "everysec")
    url = "unix://" + redis.socket
    journal, port = os.path.join(folder, "journal"), free_port()
    feed, stream = "tcp://127.0.0.1:%d" % port, "ipc://" + os.path.join(folder, "stream")
    words = ("collect", "--feed", feed, "--journal", journal, "--store", url, "--publish", stream, "--clock", "feed", *ZONE, *PATIENCE)
    lines, count = events(5000)
    path = os.path.join(folder, "events.ndjson")
    open(path, "w").write(lines)
    publisher = start("publish", "--bind", feed, "--replay", "tcp://127.0.0.1:%d" % (port + 1), "--src", "pbx", "--speed", "15", "--wait", "1", "--linger", "200s", path)
    collector, log = start(*words), ""
    faults = {
        "kill -9 of the collector": None,
        "FLUSHALL": lambda: redis.ask("FLUSHALL"),
        "kill -9 of Redis": lambda: (redis.kill(), time.sleep(0.3), redis.start()),
        "Redis stopped for a while": lambda: (redis.process.send_signal(signal.SIGSTOP), time.sleep(1.5), redis.process.send_signal(signal.SIGCONT)),
        "no more memory": lambda: (redis.ask("CONFIG", "SET", "maxmemory", "1"), time.sleep(0.8), redis.ask("CONFIG", "SET", "maxmemory", "0")),
        "a key of another type": lambda: (redis.ask("DEL", "{default}:now"), redis.ask("SET", "{default}:now", "x"), time.sleep(0.8), redis.ask("DEL", "{default}:now")),
        "cut connections": lambda: [(redis.ask("CLIENT", "KILL", "TYPE", "normal"), time.sleep(0.1)) for _ in range(10)],
    }
    for name, cause in faults.items():
        time.sleep(0.5)
        if cause:
            cause()
        else:
            for _ in range(ROUNDS):
                log += end(collector, signal.SIGKILL)
                collector = start(*words)
                time.sleep(0.4)
        found = wait_for(journal, lambda s: s["running"] and s["store"]["state"] == "steady" and not s["store"]["trouble"], 30)
        say(found and found["store"]["state"] == "steady" and not found["store"]["trouble"], "healed: " + name, "%s\n%s" % (found and found["store"], log))
    found = wait_for(journal, lambda s: s["running"] and received(s) - sum(f["duplicate"] for f in s["feeds"]) == count and not missing_of(s), 60)
    say(received(found) - sum(f["duplicate"] for f in found["feeds"]) == count, "every event is there", found)
    found = settled(journal)
    # The packed state, which boards read, follows within two seconds.
    until(lambda: int(redis.ask("HGET", "{default}:state", "lsn") or 0) >= found["lsn"])
    say(found["store"]["watermark"] == found["lsn"], "Redis is at the journal's end", found["store"])
    code, out = verify(journal, url)
    say(code == 0 and not out, "what Redis holds is what the journal says, key for key", out)
    wanted, err = figures("--feed", "file:" + path)
    for name, source in (("attached", ("--attach", stream)), ("on Redis", ("--store", url)), ("on both", ("--attach", stream, "--store", url))):
        got, err = figures(*source)
        different = [(key, wanted[key], got.get(key)) for key in wanted if got.get(key) != wanted[key] and key[1] != "now" and "peak" not in key[0]]
        say(got and not different, "a board %s has the figures of the file" % name, "%s %s" % (different[:6], err))
    one, err_one = text("--attach", stream)
    two, err_two = text("--store", url)
    say(one and one == two, "cell for cell", "%s%s\n%s\n%s" % (err_one, err_two, one, two))
    redis.ask("HSET", "{default}:today", "offered", "1")
    code, out = verify(journal, url)
    say(code == 1 and "offered" in out, "a field that was changed by hand is found", out)
    end(collector)
    lone, err = figures("--store", url)
    say(lone, "a board has what is stored when the collector is gone", err)
    none, err = figures("--store", "unix:///nonexistent/redis")
    say(not none and "Redis" in err, "no Redis: it says so", err)
    end(publisher, signal.SIGKILL)


def keys_in(folder):
    """What a collector with keys is given, and a board that is on its list."""
    for name in ("collector", "board"):
        subprocess.run([BIN, "keygen", "--out", os.path.join(folder, name)], check=True, capture_output=True)
    place = lambda name: os.path.join(folder, name)
    return (("--set", "key_file=" + place("collector"), "--set", "client_keys=" + place("board.pub")),
            ("--set", "server_key=" + place("collector.pub")), ("--set", "key_file=" + place("board")))


def demo(folder):
    """Collector and board in one, twice on the same Redis, then with keys; a second board attached, a third on Redis."""
    redis = Redis()
    own, pinned, listed = keys_in(folder)
    for run, keys, more in (("the demo", (), ()), ("the next demo, writing everything anew", (), ()), ("a demo with keys", own, pinned + listed)):
        pid, terminal = pty.fork()
        if pid == 0:
            os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8")
            os.execv(BIN, [BIN, "demo", "--store", "unix://" + redis.socket, *keys])
        seen = [b""]

        def read():
            try:
                while True:
                    seen[0] += os.read(terminal, 65536)
            except OSError:
                pass

        reader = threading.Thread(target=read)
        reader.start()
        attach = until(lambda: re.search(rb"another board: tablo (.*?)\r", seen[0])).group(1).decode().split() + list(more)
        rules = ("--site", "demo", "--set", "fcr_within=1h")
        offered = lambda *words: figures(*words)[0].get(("offered", "today", "{}"), (0,))[0] or 0
        attached = until(lambda: (lambda n: n if n > 100 else 0)(offered(*attach)))
        until(lambda: abs(offered(*attach) - offered("--store", "unix://" + redis.socket, *rules)) < 60)
        attached, stored = offered(*attach), offered("--store", "unix://" + redis.socket, *rules)
        say(attached > 100 and abs(attached - stored) < 60, "boards beside " + run, (attached, stored))
        if keys:
            strangers = figures(*attach[:4], "--set", "fcr_within=1h"), figures(*attach[:4], "--set", "fcr_within=1h", *pinned)
            say(not any(found for found, _ in strangers), "nobody without a listed key attaches to it", strangers)
        os.kill(pid, signal.SIGTERM)
        say(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0 and not os.path.exists(attach[1][6:]), "it ends in order, and tidies up")
        reader.join(5)
        os.close(terminal)


if SERVER:
    with tempfile.TemporaryDirectory() as place:
        demo(place)
        main(place)
else:
    say(True, "a collector and its Redis # SKIP no redis-server here")
print("1..%d" % len(ours))
sys.exit(not all(ours))
