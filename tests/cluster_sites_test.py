#!/usr/bin/env python3
"""Three collectors side by side on a Redis Cluster of six nodes, and a board over their sites that reads only Redis: a slot moves, a node
dies and its replica takes over; everybody heals by themselves. Prints TAP; skipped, counted, without redis-server."""
import json, os, subprocess, sys, tempfile, threading, time

import redis_server as rs
from collect_test_parts import BIN, end, say, start, status, wait_for
from collect_test_parts import results as ours
from redis_server import SERVER, Redis, until

RULES = ("--zone", "UTC", "--set", "fcr_within=1h")


def make_cluster():
    ports = [rs.free_port() for _ in range(6)]
    nodes = [Redis("--cluster-enabled", "yes", "--cluster-node-timeout", "1000", "--repl-diskless-sync-delay", "0", port=port) for port in ports]
    subprocess.run([rs.CLI, "--cluster", "create", *["127.0.0.1:%d" % port for port in ports], "--cluster-replicas", "1", "--cluster-yes"],
                   capture_output=True, timeout=60)
    good = until(lambda: all("cluster_state:ok" in node.ask("CLUSTER", "INFO") for node in nodes))
    return (nodes, ports) if good else (None, ports)


def owner(nodes, site):
    """Which of them answers for the site's slot without a word of another."""
    return next((n for n in nodes if "role:master" in n.ask("INFO", "replication") and n.ask("GET", "{%s}:none" % site) == ""), None)


def sites_apart(nodes):
    """Names of three sites that live on three nodes."""
    found = {}
    for name in ("tokyo", "berlin", "lima", "oslo", "accra", "quito", "hanoi", "perth", "minsk", "riga", "doha", "cairo"):
        found.setdefault(owner(nodes, name), name)
        if len(found) == 3:
            break
    return list(found.values())


class Collector:
    def __init__(self, folder, site, seed, url):
        self.site, self.journal = site, os.path.join(folder, site)
        self.process = start("collect", "--site", site, "--feed", "sim:%d" % seed, "--speed", "1", "--journal", self.journal, "--store", url, *RULES)

    def steady(self, patience=40):
        found = wait_for(self.journal, lambda s: s.get("running") and s["store"]["state"] == "steady" and not s["store"]["trouble"] and
                         s["store"]["watermark"] > self.mark, patience)
        return bool(found) and found["store"]["state"] == "steady" and found["store"]["watermark"] > self.mark

    def note_mark(self):
        """From here on: what is committed after this instant is new."""
        self.mark = status(self.journal)[1].get("store", {}).get("watermark", 0) or 0

    mark = 0


class Board:
    def __init__(self, *words):
        self.process = start("--plain", "--every", "2s", *words, *RULES)
        self.lines = []
        threading.Thread(target=lambda: [self.lines.append(line) for line in self.process.stdout], daemon=True).start()

    def is_well(self, patience=40):
        seen = len(self.lines)
        return until(lambda: any("In queue" in line and " of 3 sites" not in line and "STALE" not in line for line in self.lines[seen:]), patience)


def look(*words):
    done = subprocess.run([BIN, "snapshot", *words, *RULES, "--json", "--for", "300ms", "--wait", "20s"], capture_output=True, text=True, timeout=60)
    return json.loads(done.stdout) if done.returncode == 0 else {}


def move_slot(nodes, site):
    """The site's keys, one by one, and then the slot, from its node to another while it is written and read."""
    home = owner(nodes, site)
    away = next(node for node in nodes if node is not home and "role:master" in node.ask("INFO", "replication"))
    slot = home.ask("CLUSTER", "KEYSLOT", "{%s}:meta" % site)
    names = {node: node.ask("CLUSTER", "MYID") for node in (home, away)}
    away.ask("CLUSTER", "SETSLOT", slot, "IMPORTING", names[home])
    home.ask("CLUSTER", "SETSLOT", slot, "MIGRATING", names[away])
    while keys := home.ask("CLUSTER", "GETKEYSINSLOT", slot, "50").split():
        home.ask("MIGRATE", "127.0.0.1", str(away.port), "", "0", "5000", "KEYS", *keys)
    for node in (away, home):
        node.ask("CLUSTER", "SETSLOT", slot, "NODE", names[away])
    return until(lambda: owner(nodes, site) is away)


def main(folder):
    nodes, ports = make_cluster()
    say(nodes, "a cluster of six nodes")
    if not nodes:
        return
    sites = sites_apart(nodes)
    url = "redis+cluster://" + ",".join("127.0.0.1:%d" % port for port in ports)
    collectors = [Collector(folder, site, number + 1, url) for number, site in enumerate(sites)]
    say(len(sites) == 3 and all([c.steady() for c in collectors]), "three collectors write three sites that live on three nodes",
        [status(c.journal) for c in collectors])
    words = ("--sites", ",".join(sites), "--store", url)
    board = Board(*words)
    say(board.is_well(), "a board over the three reads each from its node", board.lines[-2:])
    # Shortly after midnight today is young, and nobody may have called yet.
    patience = time.monotonic() + 40
    while True:
        found = look(*words)
        offered = {json.dumps(f["scope"]): f["value"] for f in found.get("figures", []) if f["metric"] == "offered" and f["window"] == "today"}
        parts = [offered.get(json.dumps({"site": site}), 0) for site in sites]
        if min(parts) > 0 or time.monotonic() > patience:
            break
    say(min(parts) > 0 and offered.get("{}") == sum(parts), "the total is the sum of three sites", parts)

    for collector in collectors:
        collector.note_mark()
    say(move_slot(nodes, sites[0]), "a site's slot moves to another node")
    say(all([c.steady() for c in collectors]), "its collector follows (MOVED), the others go on", [status(c.journal)[1].get("store") for c in collectors])
    say(board.is_well(), "so does the board", board.lines[-2:])

    dying = owner(nodes, sites[1])
    until(lambda: "state=online" in dying.ask("INFO", "replication"))
    for collector in collectors:
        collector.note_mark()
    dying.kill()
    living = [node for node in nodes if node is not dying]
    say(until(lambda: owner(living, sites[1]), 30), "a node dies: its replica takes over")
    taken = time.monotonic()
    for collector in collectors:
        collector.note_mark()
    say(all([c.steady() for c in collectors]), "all collectors write on", [status(c.journal)[1].get("store") for c in collectors])
    # What does not move for ten seconds is told as stale: only after that is a well board one that reads all three.
    until(lambda: time.monotonic() > taken + 11)
    say(board.is_well(), "the board has its three sites again", board.lines[-2:])
    found = look(*words)
    say(found.get("sites_missing") == 0, "and nothing is missing in the total", found.get("sites"))
    end(board.process)
    for collector in collectors:
        log = end(collector.process)
        done = subprocess.run([BIN, "journal", "verify", collector.journal, "--store", url, "--set", "site=" + collector.site, "--set", "zone=UTC",
                               "--set", "fcr_within=1h"], capture_output=True, text=True, timeout=60)
        say(done.returncode == 0 and not done.stdout, "%s: Redis holds what the journal says, key for key" % collector.site, done.stdout + done.stderr + log[-500:])


if SERVER and rs.CLI:
    with tempfile.TemporaryDirectory() as place:
        main(place)
else:
    say(True, "sites on a cluster # SKIP no redis-server here")
print("1..%d" % len(ours))
sys.exit(not all(ours))
