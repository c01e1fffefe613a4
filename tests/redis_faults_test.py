#!/usr/bin/env python3
"""The Redis link where the network or the servers fail: a proxy that cuts, kill -9, a Cluster that moves slots, a fail-over by Sentinel.
Prints TAP. TABLO_ROUNDS=N: N times as many cuts."""
import os, random, subprocess, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import redis_server as rs
from fault_parts import Cutter
from redis_server import Probe, Redis, say, skip, until

ROUNDS = int(os.environ.get("TABLO_ROUNDS", "1"))


def soaked(answer):
    """"soaked W stored W connections N refused N other N f0 f1 ..."."""
    words = answer.split()
    if len(words) < 10 or words[0] != "soaked":
        raise RuntimeError(answer)
    return {"watermark": int(words[1]), "stored": int(words[3]), "connections": int(words[5]), "refused": int(words[7]), "other": int(words[9]),
            "fields": [int(word) for word in words[10:30]], "line": answer}


def same_in(redis, result):
    """Is in Redis exactly what the writer has, under every key?"""
    wrong = []
    for i, value in enumerate(result["fields"]):
        for key in ("{acme}:now", "{acme}:v%d" % (i % 3)):
            if value and redis.ask("HGET", key, "f%d" % i) != str(value):
                wrong.append((key, i, value, redis.ask("HGET", key, "f%d" % i)))
    if int(redis.ask("HGET", "{acme}:meta", "watermark") or 0) != result["watermark"]:
        wrong.append(("watermark", redis.ask("HGET", "{acme}:meta", "watermark")))
    return wrong


def cuts():
    redis = Redis()
    cutter = Cutter(redis.socket, 7)
    wrong, lines = [], []
    for words in ("hammer %d 20" % (3000 * ROUNDS), "soak 300 20"):
        redis.ask("FLUSHALL")
        before = cutter.cuts
        probe = Probe("redis://127.0.0.1:%d" % cutter.port)
        epoch = until(lambda: (lambda a: a if a.startswith("epoch") else "")(probe.ask("force")))
        result = soaked(probe.ask(words))
        wrong += same_in(redis, result)
        if result["stored"] != result["watermark"] or result["other"] or not epoch:
            wrong.append(result["line"])
        lines.append("%s: %d cuts, %d connections, %d commits" % (words, cutter.cuts - before, result["connections"], result["watermark"]))
    say(cutter.cuts >= 100 * ROUNDS and not wrong, "%d cut connections: values and watermark exactly right" % cutter.cuts, (wrong[:5], lines))
    print("# " + "; ".join(lines), flush=True)
    redis.kill()


def killed():
    redis = Redis("--appendonly", "yes", "--appendfsync", "everysec")
    probe = Probe("unix://" + redis.socket)
    probe.ask("take")
    probe.send("soak 5000 20")  # longer than the kills take, however slow the machine
    kills = 0
    chance = random.Random(3)
    for _ in range(4 * ROUNDS):
        before = redis.ask("HGET", "{acme}:meta", "watermark")
        until(lambda: redis.ask("HGET", "{acme}:meta", "watermark") != before, 2)
        redis.kill()
        kills += 1
        aof = os.path.join(redis.folder, "appendonlydir")
        for name in os.listdir(aof):
            if name.endswith(".incr.aof"):  # what a power cut leaves
                path = os.path.join(aof, name)
                os.truncate(path, max(0, os.path.getsize(path) - chance.randrange(0, 20000)))
        redis.start()
    result = soaked(probe.take())
    wrong = same_in(redis, result)
    say(not wrong and result["stored"] == result["watermark"] and result["connections"] > kills,
        "%d kill -9 with a torn AOF (%d rewrites): values and watermark exactly right" % (kills, result["refused"]), (wrong[:5], result["line"]))
    redis.kill()


def cli(port, *words):
    done = subprocess.run([rs.CLI, "-p", str(port), *words], capture_output=True, text=True)
    return (done.stdout + done.stderr).strip()


def cluster():
    ports = [rs.free_port() for _ in range(6)]
    nodes = [Redis("--cluster-enabled", "yes", "--cluster-node-timeout", "1000", "--repl-diskless-sync-delay", "0", port=port) for port in ports]
    made = subprocess.run([rs.CLI, "--cluster", "create", *["127.0.0.1:%d" % port for port in ports], "--cluster-replicas", "1", "--cluster-yes"],
                          capture_output=True, text=True, timeout=60)
    if not until(lambda: all("cluster_state:ok" in node.ask("CLUSTER", "INFO") for node in nodes)):
        say(False, "a cluster of six nodes", made.stdout + made.stderr)
        return
    slot = nodes[0].ask("CLUSTER", "KEYSLOT", "{acme}:meta")
    names = {node.ask("CLUSTER", "MYID"): node for node in nodes}
    masters = [node for node in nodes if "role:master" in node.ask("INFO", "replication")]

    def owner():
        return next(n for n in masters if n.ask("GET", "{acme}:none") == "")

    home = owner()
    away = next(node for node in masters if node is not home)
    others = [node.port for node in nodes if node is not home]
    probe = Probe("redis+cluster://" + ",".join("127.0.0.1:%d" % port for port in others))
    say(until(lambda: probe.ask("take").startswith("epoch")), "the lease, though another node was asked (MOVED)")
    say(probe.ask("commit 0 1 one") == "stored 1" and home.ask("HGET", "{acme}:now", "f0") == "one", "a commit finds its way to its node")

    ids = {node: name for name, node in names.items()}
    away.ask("CLUSTER", "SETSLOT", slot, "IMPORTING", ids[home])
    home.ask("CLUSTER", "SETSLOT", slot, "MIGRATING", ids[away])
    half = home.ask("CLUSTER", "GETKEYSINSLOT", slot, "1")
    home.ask("MIGRATE", "127.0.0.1", str(away.port), half, "0", "5000")
    torn = probe.ask("commit 1 2 two")
    say(torn.startswith("trouble TRYAGAIN"), "keys in two places: wait (TRYAGAIN)", torn)
    for key in home.ask("CLUSTER", "GETKEYSINSLOT", slot, "100").split():
        home.ask("MIGRATE", "127.0.0.1", str(away.port), key, "0", "5000")
    asked = probe.ask("commit 1 2 two")
    say(asked == "stored 2", "all keys are there, the slot is not: the commit follows (ASK)", asked)
    say(probe.ask("get {acme}:now f0") == "value two", "and so does a reading")
    for node in (away, home):
        node.ask("CLUSTER", "SETSLOT", slot, "NODE", ids[away])
    moved = probe.ask("commit 2 3 three")
    say(moved == "stored 3" and away.ask("HGET", "{acme}:now", "f0") == "three", "the slot is there: the commit follows (MOVED)", moved)

    # The node dies; its replica takes over.
    until(lambda: "state=online" in away.ask("INFO", "replication"))
    away.kill()
    answers = []

    def try_again():
        answers.append(probe.ask("commit 3 4 four"))
        return answers[-1] == "stored 4" or answers[-1].startswith("trouble BEHIND")

    say(until(try_again), "the node dies: its replica is found once it has taken over", answers[-3:])
    if answers[-1] != "stored 4":
        answers.append(probe.ask("commit 0 4 four"))
    say(answers[-1] == "stored 4", "and is written to", answers[-1])
    # While the cluster settles it says CLUSTERDOWN.
    crossed = until(lambda: (lambda a: a if a.startswith("trouble MOVED") else "")(Probe("unix://" + home.socket).ask("get {acme}:now f0"))) or ""
    say(crossed.startswith("trouble MOVED") and "redis+cluster" in crossed, "a cluster behind a plain URL is said", crossed)
    for node in nodes:
        node.kill()


def sentinel():
    ports = [rs.free_port() for _ in range(2)]
    first = Redis("--repl-diskless-sync-delay", "0", port=ports[0])
    second = Redis("--replicaof", "127.0.0.1 %d" % ports[0], port=ports[1])
    until(lambda: "master_link_status:up" in second.ask("INFO", "replication"))
    watchers = []
    for _ in range(3):
        config = os.path.join(rs.folder, "sentinel-%d.conf" % len(watchers))
        with open(config, "w") as f:
            f.write("sentinel monitor mine 127.0.0.1 %d 2\nsentinel down-after-milliseconds mine 600\nsentinel failover-timeout mine 4000\n" % ports[0])
        watchers.append(Sentinel(config, rs.free_port()))
    ready = until(lambda: all("slaves=1,sentinels=3" in cli(w.port, "INFO", "sentinel") for w in watchers))
    dead = rs.free_port()
    probe = Probe("redis+sentinel://127.0.0.1:%d,%s/mine" % (dead, ",".join("127.0.0.1:%d" % w.port for w in watchers)))
    say(ready and probe.ask("take").startswith("epoch 1"), "the master, though the first Sentinel is not there")
    say(probe.ask("commit 0 1 one") == "stored 1" and first.ask("HGET", "{acme}:now", "f0") == "one", "a commit to the master that Sentinel names")
    until(lambda: second.ask("HGET", "{acme}:now", "f0") == "one")
    first.kill()
    answers = []

    def try_again():
        answers.append(probe.ask("commit 1 2 two"))
        return answers[-1] == "stored 2"

    say(until(try_again, 40), "fail-over: the new master is found and written to (%d tries)" % len(answers), answers[-5:])
    say(second.ask("HGET", "{acme}:now", "f0") == "two", "it is the former replica")
    wrong = Probe("redis+sentinel://127.0.0.1:%d/nobody" % watchers[0].port).ask("take")
    say(wrong.startswith("trouble no master"), "a master that Sentinel does not know is said", wrong)
    second.kill()


class Sentinel:
    def __init__(self, config, port):
        self.port = port
        self.process = subprocess.Popen([rs.SERVER, config, "--sentinel", "--port", str(port), "--bind", "127.0.0.1"], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, preexec_fn=rs.die_with_us)
        rs.processes.append(self.process)


def main():
    parts = [cuts, killed, cluster, sentinel]
    for part in parts:
        if not rs.SERVER or not rs.CLI:
            skip(part.__name__, "no redis-server and redis-cli here")
            continue
        try:
            part()
        except Exception as problem:
            say(False, part.__name__, repr(problem))
    print("1..%d" % len(rs.results))
    sys.exit(0 if all(rs.results) else 1)


main()
