#!/usr/bin/env python3
"""A collector with its Redis, through every fault that was promised: afterwards each event is there once, Redis holds what the journal
says, key for key, within five seconds; each trouble has a name in --status, and heals without a restart. Prints TAP; skipped, counted,
without redis-server. TABLO_SOAK=1: the numbers that are promised; TABLO_ROUNDS=N: N times as many. usage: faults_test.py [PART [TROUBLE ...]]"""
import os, random, signal, socket, subprocess, sys, tempfile, time

from collect_test_parts import end, say, start, status, wait_for
from fault_parts import Cutter, Rig, SLOW, SOAK, rounds, run_parts
from redis_server import CLI, SERVER, Redis, until


def steadily(rig, seconds, pause=0.05, count=12):
    """Events while time goes by."""
    stop = time.monotonic() + seconds
    while time.monotonic() < stop:
        rig.send(count)
        time.sleep(pause)


CUTTERS = 5 if SOAK else 1


def cuts(folder, seed="1"):
    """Connections that are cut in the middle of anything."""
    redis = Redis()
    # The greeting alone is 10 KiB, a commit 3 to 30, the first after a greeting with the packed state some 60: a cut may hit any of them.
    cutter = Cutter(redis.socket, int(seed), 300, (12000, 60000, 400000))
    rig = Rig(folder, "redis://127.0.0.1:%d" % cutter.port, rules=("--set", "store_interval=50ms"))
    wanted, patience = rounds(25, 1000, 10) // CUTTERS, time.monotonic() + rounds(60, 1000, 120)
    while cutter.cuts < wanted and time.monotonic() < patience:
        rig.send(2)
        time.sleep(0.05)
    cutter.cutting = False
    rig.url = "unix://" + redis.socket
    say(cutter.cuts >= wanted, "%d connections cut" % cutter.cuts)
    rig.check("cut connections")
    rig.stop()
    redis.kill()


def tear(redis, chance):
    """What a power cut leaves of the file that Redis appends to."""
    aof = os.path.join(redis.folder, "appendonlydir")
    for name in os.listdir(aof):
        if name.endswith(".incr.aof"):
            path = os.path.join(aof, name)
            os.truncate(path, max(0, os.path.getsize(path) - chance.randrange(0, 200000)))


def redis_killed(folder):
    redis = Redis("--appendonly", "yes", "--appendfsync", "everysec")
    rig = Rig(folder, "unix://" + redis.socket)
    rig.send(200)
    rig.heal()
    chance, worst = random.Random(3), 0.0
    for _ in range(rounds(4, 25, 2)):
        steadily(rig, chance.uniform(0.1, 0.6))
        redis.kill()
        rig.send(40)
        tear(redis, chance)
        redis.start()
        rig.send(40)
        worst = max(worst, rig.heal() or 1000)
        different = rig.verify()
        if different or worst > 5 and not SLOW:
            break
    say(not different and (worst <= 5 or SLOW), "Redis killed with a torn AOF: healed after %.1f s at most" % worst, different)
    rig.check("Redis killed -9")
    rig.stop()
    redis.kill()


def collector_killed(folder):
    redis = Redis()
    rig = Rig(folder, "unix://" + redis.socket)
    chance, kills = random.Random(5), 0
    for _ in range(rounds(12, 200, 4)):
        steadily(rig, chance.uniform(0, 0.25), 0.01, 8)
        rig.again()
        kills += 1
    rig.check("%d times kill -9 of the collector" % kills, 6)  # the lease of the one before: 2 s
    say(rig.found["journal"]["damaged"] == 0, "no record is damaged", rig.found["journal"])
    rig.stop()
    redis.kill()


def stopped(folder):
    """SIGSTOP: Redis, then the collector, while events come."""
    redis = Redis()
    rig = Rig(folder, "unix://" + redis.socket)
    rig.send(100)
    rig.heal()
    redis.process.send_signal(signal.SIGSTOP)
    steadily(rig, 0.5)
    trouble = rig.named("Redis", "answer", "time", seconds=20)
    say(trouble, "Redis that stands still is named: " + trouble[:60])
    steadily(rig, rounds(1, 30))
    before = status(rig.journal)[1]
    say(before["running"] and rig.whole(wait_for(rig.journal, rig.whole)), "the figures go on meanwhile", before)
    redis.process.send_signal(signal.SIGCONT)
    rig.check("Redis stood still")
    rig.collector.send_signal(signal.SIGSTOP)
    steadily(rig, rounds(2, 10))
    rig.collector.send_signal(signal.SIGCONT)
    rig.check("the collector stood still", 6)
    rig.stop()
    redis.kill()


def busy(redis):
    """A script of somebody else's that never ends."""
    return subprocess.Popen([CLI, "-s", redis.socket, "EVAL", "while true do end", "0"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Crowd:
    """Somebody who keeps the only connection that there may be."""

    def begin(self, redis):
        self.line = socket.socket(socket.AF_UNIX)
        self.line.connect(redis.socket)
        self.ask("CONFIG SET maxclients 1")
        self.ask("CLIENT KILL TYPE normal SKIPME yes")

    def ask(self, words):
        self.line.sendall(words.encode() + b"\r\n")
        self.line.recv(1000)

    def finish(self, _):
        self.ask("CONFIG SET maxclients 10000")
        self.line.close()


crowd = Crowd()


RIGHTS = "on nopass resetchannels ~* +@all"

# What: how it begins, how it ends, a word that the status must say.
TROUBLES = {
    "OOM": (lambda r: r.ask("CONFIG", "SET", "maxmemory", "1"), lambda r: r.ask("CONFIG", "SET", "maxmemory", "0"), "OOM"),
    "READONLY": (lambda r: r.ask("REPLICAOF", "127.0.0.1", "1"), lambda r: r.ask("REPLICAOF", "NO", "ONE"), "replica"),
    "NOAUTH": (lambda r: (r.ask("CONFIG", "SET", "requirepass", "secret"), r.ask("-a", "secret", "CLIENT", "KILL", "TYPE", "normal")),
               lambda r: r.ask("--no-auth-warning", "-a", "secret", "CONFIG", "SET", "requirepass", ""), "NOAUTH"),
    "NOPERM": (lambda r: r.ask("ACL", "SETUSER", "default", "-hset", "-evalsha", "-eval"), lambda r: r.ask("ACL", "SETUSER", "default", *RIGHTS.split()), "NOPERM"),
    "BUSY": (busy, lambda r: r.ask("SCRIPT", "KILL"), "BUSY"),
    "MISCONF": (lambda r: (r.ask("CONFIG", "SET", "dir", "/proc"), r.ask("CONFIG", "SET", "save", "3600 1"), r.ask("BGSAVE")),
                lambda r: (r.ask("CONFIG", "SET", "save", ""), r.ask("CONFIG", "SET", "dir", r.folder)), "MISCONF"),
    "NOREPLICAS": (lambda r: r.ask("CONFIG", "SET", "min-replicas-to-write", "1"), lambda r: r.ask("CONFIG", "SET", "min-replicas-to-write", "0"), "NOREPLICAS"),
    "WRONGTYPE": (lambda r: (r.ask("DEL", "{default}:now"), r.ask("SET", "{default}:now", "x")), lambda r: r.ask("DEL", "{default}:now"), "WRONGKEY"),
    "maxclients": (crowd.begin, crowd.finish, "maxclients"),
    "NOSCRIPT": (lambda r: r.ask("SCRIPT", "FLUSH"), lambda r: None, ""),
    "FLUSHALL": (lambda r: r.ask("FLUSHALL"), lambda r: None, ""),
    "evicting": (lambda r: (r.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru"), r.ask("CLIENT", "KILL", "TYPE", "normal")),
                 lambda r: (r.ask("CONFIG", "SET", "maxmemory-policy", "noeviction"), r.ask("CLIENT", "KILL", "TYPE", "normal")), "throw our keys away"),
}


def troubled(folder, *only):
    """Each error of Redis, by itself."""
    redis = Redis("--enable-protected-configs", "yes")
    rig = Rig(folder, "unix://" + redis.socket)
    rig.send(100)
    rig.heal()
    for name, (begin, finish, word) in TROUBLES.items():
        if only and name not in only:
            continue
        begin(redis)
        said = ""

        def named():
            nonlocal said
            rig.send(2)
            store = status(rig.journal)[1].get("store", {})
            said = " ".join(str(store.get(key, "")) for key in ("trouble", "warning"))
            return word in said
        named_well = not word or until(named, 25)
        finish(redis)
        say(named_well, "%s has a name" % name, said)
        rig.send(20)
        rig.check(name)
    rig.stop()
    redis.kill()


def loading(folder):
    """Redis that reads a long file at its start."""
    redis = Redis("--enable-debug-command", "yes", "--appendonly", "yes", "--key-load-delay", "0", "--loading-process-events-interval-bytes", "1024")
    rig = Rig(folder, "unix://" + redis.socket)
    rig.send(100)
    rig.heal()
    redis.ask("DEBUG", "POPULATE", "4000", "other", "10")
    redis.ask("BGREWRITEAOF")
    until(lambda: "aof_rewrite_in_progress:0" in redis.ask("INFO", "persistence"))
    redis.kill()
    redis.words[redis.words.index("--key-load-delay") + 1] = "1000"  # us for each key
    redis.begin()
    said = rig.named("reading its data", seconds=20)
    say(said, "LOADING has a name", status(rig.journal)[1]["store"])
    rig.send(20)
    until(lambda: redis.ask("PING") == "PONG")
    rig.check("LOADING")
    rig.stop()
    redis.kill()


def publisher_killed(folder):
    """kill -9 of the publisher, and of the collector beside it: what was taken in stays, each once."""
    redis = Redis()
    rig = Rig(folder, "unix://" + redis.socket)
    chance, turns = random.Random(9), rounds(4, 50, 2)
    for turn in range(turns):
        rig.send(chance.randrange(20, 200))
        rig.heal()  # what nobody took in before it died is nowhere
        rig.publish_anew()
        if turn % 2:
            rig.again()
    rig.send(50)
    rig.check("%d times kill -9 of the publisher" % turns)
    rig.stop()
    redis.kill()


def two_writers(folder):
    """A second collector on the same site, with a journal of its own; then the first is stopped until another has taken over."""
    redis = Redis()
    rig = Rig(folder, "unix://" + redis.socket)
    rig.send(50)
    rig.heal()
    other = os.path.join(folder, "other")
    words = ["collect", "--feed", rig.feed, "--journal", other, "--store", rig.url, "--clock", "feed", *rig.rules]
    second = start(*words)
    found = wait_for(other, lambda s: s["running"] and s["store"]["trouble"])
    say("another" in found["store"]["trouble"], "the second one is told who writes", found["store"])
    rig.send(50)
    rig.check("a second writer that waits")
    rig.collector.send_signal(signal.SIGSTOP)
    found = wait_for(other, lambda s: s["running"] and s["store"]["state"] == "stopped" or "journal" in s["store"]["trouble"], 20)
    say("journal" in found["store"]["trouble"], "another journal's figures are not written over", found["store"])
    rig.collector.send_signal(signal.SIGCONT)
    rig.send(50)
    rig.check("the first one goes on")
    end(second)
    # The same journal id, as a standby has it: whoever was stopped is fenced off.
    rig.collector.send_signal(signal.SIGSTOP)
    epoch = int(redis.ask("HGET", "{default}:meta", "epoch"))
    redis.ask("HSET", "{default}:meta", "epoch", "%020d" % (epoch + 1))
    rig.collector.send_signal(signal.SIGCONT)
    rig.send(10)
    found = wait_for(rig.journal, lambda s: s["store"]["state"] == "stopped", 20)
    say(found["store"]["state"] == "stopped" and "FENCED" in found["store"]["trouble"], "who was taken over from says so, and writes no more", found["store"])
    rig.stop()
    redis.kill()


def full_disk(folder):
    """The journal's disk is full: figures go on, Redis waits; free again, all is as it should be."""
    place = os.path.join(folder, "small")
    os.mkdir(place)
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", place], capture_output=True).returncode:
        say(True, "a full disk with Redis on # SKIP no tmpfs can be mounted here")
        return
    try:
        redis = Redis()
        rig = Rig(place, "unix://" + redis.socket, rules=("--set", "journal_keep_free=0"), name="j")
        rig.send(100)
        rig.heal()
        ballast = os.path.join(place, "ballast")
        try:
            with open(ballast, "wb", buffering=0) as file:
                while file.write(b"x" * 65536):
                    pass
        except OSError:
            pass
        for _ in range(200):
            rig.send(1000)
            if status(rig.journal)[1]["journal"]["health"] == "full":
                break
        found = wait_for(rig.journal, lambda s: s["journal"]["health"] == "full")
        say(found["journal"]["health"] == "full" and found["journal"]["why"], "a full disk is named", found["journal"])
        rig.send(3000)
        found = wait_for(rig.journal, lambda s: rig.whole(s))
        say(rig.whole(found), "the figures go on meanwhile", found["feeds"])
        os.unlink(ballast)
        subprocess.run(["mount", "-o", "remount,size=256m", place], check=True)
        wait_for(rig.journal, lambda s: s["journal"]["health"] == "ok")
        rig.send(100)
        rig.check("the disk is free again", 10)  # what waited in memory is written first
        rig.stop()
        redis.kill()
    finally:
        subprocess.run(["umount", "-l", place], capture_output=True)


PARTS = {part.__name__: part for part in (troubled, stopped, cuts, redis_killed, collector_killed, loading, publisher_killed, two_writers, full_disk)}

if not SERVER or not CLI:
    say(True, "a collector and its Redis through faults # SKIP no redis-server and redis-cli here")
    print("1..1")
else:
    names = list(TROUBLES)
    run_parts(PARTS, 4, [("troubled", *names[i::4]) for i in range(4)] + [("cuts", str(seed + 1)) for seed in range(CUTTERS)])
