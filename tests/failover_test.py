#!/usr/bin/env python3
"""A collector whose Redis moves: a fail-over by Sentinel to a replica that lags behind, and a Cluster of six nodes whose slot moves and
whose node dies, while events come. Prints TAP; skipped, counted, without redis-server. TABLO_SOAK=1: as often as was promised."""
import os, signal, subprocess, sys, time

from collect_test_parts import say, status
from fault_parts import Rig, free_port, rounds, run_parts
from redis_server import CLI, SERVER, Redis, die_with_us, processes, until


def cli(port, *words):
    done = subprocess.run([CLI, "-p", str(port), *words], capture_output=True, text=True)
    return (done.stdout + done.stderr).strip()


def sentinel(folder, number, port):
    path = os.path.join(folder, "sentinel-%d.conf" % number)
    with open(path, "w") as file:
        file.write("sentinel monitor mine 127.0.0.1 %d 2\nsentinel down-after-milliseconds mine 600\nsentinel failover-timeout mine 4000\n" % port)
    own = free_port()
    processes.append(subprocess.Popen([SERVER, path, "--sentinel", "--port", str(own), "--bind", "127.0.0.1", "--dir", folder], stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL, preexec_fn=die_with_us))
    return own


def failing_over(folder):
    """The master dies while its replica stands still, and so knows less than was acknowledged."""
    ports = [free_port(), free_port()]
    servers = {ports[0]: Redis("--repl-diskless-sync-delay", "0", port=ports[0])}
    servers[ports[1]] = Redis("--replicaof", "127.0.0.1 %d" % ports[0], "--repl-diskless-sync-delay", "0", port=ports[1])
    watchers = [sentinel(folder, i, ports[0]) for i in range(3)]
    ready = lambda: all("slaves=1,sentinels=3" in cli(port, "INFO", "sentinel") for port in watchers)
    say(until(ready), "three Sentinels")
    rig = Rig(folder, "redis+sentinel://%s/mine" % ",".join("127.0.0.1:%d" % port for port in watchers))
    master = ports[0]
    for turn in range(rounds(1, 5)):
        replica = next(port for port in ports if port != master)
        linked = lambda: "master_link_status:up" in servers[replica].ask("INFO", "replication")
        if not until(lambda: linked() and ready()):
            say(False, "a replica", servers[replica].ask("INFO", "replication"))
            break
        rig.send(200)
        rig.heal()
        servers[replica].process.send_signal(signal.SIGSTOP)
        rig.send(300)
        rig.heal()
        rig.send(100)
        servers[master].kill()
        servers[replica].process.send_signal(signal.SIGCONT)
        rig.send(50)
        moved = until(lambda: cli(watchers[0], "SENTINEL", "get-master-addr-by-name", "mine").split()[-1:] == [str(replica)] and
                      "role:master" in servers[replica].ask("INFO", "replication"), 40)
        say(moved, "Sentinel made a replica that lags the master")
        rig.check("fail-over %d" % (turn + 1))
        servers[master].start()
        master = replica
    rig.stop()


def moving(folder):
    """The slot of the site goes to another node key by key, and then that node dies."""
    ports = [free_port() for _ in range(6)]
    nodes = [Redis("--cluster-enabled", "yes", "--cluster-node-timeout", "1000", "--repl-diskless-sync-delay", "0", port=port) for port in ports]
    made = subprocess.run([CLI, "--cluster", "create", *["127.0.0.1:%d" % port for port in ports], "--cluster-replicas", "1", "--cluster-yes"],
                          capture_output=True, text=True, timeout=60)
    if not until(lambda: all("cluster_state:ok" in node.ask("CLUSTER", "INFO") for node in nodes)):
        say(False, "a cluster of six nodes", made.stdout + made.stderr)
        return
    rig = Rig(folder, "redis+cluster://" + ",".join("127.0.0.1:%d" % port for port in ports[:2]))
    rig.send(200)
    rig.check("a cluster of six nodes")
    slot = nodes[0].ask("CLUSTER", "KEYSLOT", "{default}:meta")
    names = {node: node.ask("CLUSTER", "MYID") for node in nodes}
    masters = [node for node in nodes if "role:master" in node.ask("INFO", "replication")]
    for _ in range(rounds(1, 5)):
        home = next(node for node in masters if node.ask("GET", "{default}:none") == "")
        away = next(node for node in masters if node is not home)
        away.ask("CLUSTER", "SETSLOT", slot, "IMPORTING", names[home])
        home.ask("CLUSTER", "SETSLOT", slot, "MIGRATING", names[away])
        while True:
            keys = home.ask("CLUSTER", "GETKEYSINSLOT", slot, "10").split()
            if not keys:
                break
            rig.send(5)
            cli(home.port, "MIGRATE", "127.0.0.1", str(away.port), "", "0", "5000", "KEYS", *keys)
        rig.send(50)
        for node in (away, home):
            node.ask("CLUSTER", "SETSLOT", slot, "NODE", names[away])
        rig.check("a slot that moves (TRYAGAIN, ASK, MOVED)")
    until(lambda: "state=online" in away.ask("INFO", "replication"))
    rig.send(100)
    away.kill()
    rig.send(100)
    alive = [node for node in nodes if node is not away]
    say(until(lambda: all("cluster_state:ok" in node.ask("CLUSTER", "INFO") for node in alive), 40), "the node dies: its replica takes over")
    rig.url = "redis+cluster://" + ",".join("127.0.0.1:%d" % node.port for node in alive[:3])
    rig.check("a node of the cluster that dies")
    rig.stop()


if not SERVER or not CLI:
    say(True, "a Redis that moves # SKIP no redis-server and redis-cli here")
    print("1..1")
else:
    run_parts({"failing_over": failing_over, "moving": moving}, 2)
