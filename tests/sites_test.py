#!/usr/bin/env python3
"""One board over three sites: followed, read from Redis, or both, it has the figures of one file with all their events; a site that dies is
named and comes back. Prints TAP; without redis-server what needs it is left out, counted."""
import json, os, signal, subprocess, sys, tempfile, threading, time

from collect_test_parts import BIN, end, free_port, received, say, start, status, wait_for
from collect_test_parts import results as ours
from redis_server import SERVER, Redis, until

SITES = ("tokyo", "berlin", "лима")
ZONE = ("--zone", "UTC")
PATIENCE = ("--set", "hold_unknown=60s")
BEGIN = 1_700_000_000_000


def events(site, number, count):
    """Queues have the same names everywhere, but for one of each site's own; customers, agents and contacts are its own."""
    found = []
    for i in range(count):
        ts, contact, agent = BEGIN + i * 700 + number * 97, "%s%d" % (site, i), "%s agent %d" % (site, i % 7)
        queue = "Own %s" % site if i % 11 == 0 else "Q%d" % (i % 4)
        found.append({"ts": ts, "type": "contact.queued", "contact": contact, "queue": queue, "channel": ("phone", "chat", "email")[i % 3],
                      "customer": "%s k%d" % (site, i % 200)})
        if i % 5:
            found.append({"ts": ts + 100 + (i * (7 + number) % 60) * 1000, "type": "contact.answered", "contact": contact, "agent": agent})
            found.append({"ts": ts + 70_000 + (i * 13 % 200) * 1000, "type": "contact.released", "contact": contact, "agent": agent, "by": "customer", "wrap_ms": 1000})
        elif i % 10:
            found.append({"ts": ts + 20_000 + number * 1000, "type": "contact.left", "contact": contact, "why": "abandoned"})
    found.append({"ts": BEGIN + count * 700 + 400_000, "type": "contact.queued", "contact": site + " last", "queue": "Q1", "channel": "phone"})
    return sorted(found, key=lambda event: event["ts"])


def write(path, lines):
    with open(path, "w") as to:
        to.write("".join(json.dumps(line) + "\n" for line in lines))


def look(*words):
    done = subprocess.run([BIN, "snapshot", *words, *ZONE, *PATIENCE, "--window", "30m", "--window", "today", "--window", "7d", "--json", "--for", "300ms"],
                          capture_output=True, text=True, timeout=40)
    return json.loads(done.stdout) if done.returncode == 0 else {}, done.stderr


def figures(document, site=None):
    """{(metric, window, scope): ...} of all sites together, or of one; the present and peaks apart."""
    found = {}
    for figure in document.get("figures", []):
        scope = dict(figure["scope"])
        if scope.pop("site", None) == site and figure["window"] != "now" and "peak" not in figure["metric"]:
            found[figure["metric"], figure["window"], json.dumps(scope, sort_keys=True)] = (figure.get("value"), figure.get("n"), figure.get("of"))
    return found


def compare(name, wanted, got, err=""):
    """Everything that both ask about; lines of single (queue, channel) pairs are each site's own."""
    keys = [key for key in wanted if "channel" not in key[2] or key in got]
    different = [(key, wanted[key], got.get(key)) for key in keys if got.get(key) != wanted[key]]
    say(len(keys) > 100 and not different, name, "%d figures, %d differ: %s %s" % (len(keys), len(different), different[:6], err))


class Board:
    """The board without a terminal: a line now and then."""

    def __init__(self, *words):
        self.process = start("--plain", "--every", "2s", *words, *ZONE, *PATIENCE)
        self.lines = []
        threading.Thread(target=lambda: [self.lines.append(line) for line in self.process.stdout], daemon=True).start()

    def says(self, text, patience=30):
        seen = len(self.lines)
        return until(lambda: any(text in line for line in self.lines[seen:]), patience)

    def is_well(self, patience=30):
        """A line with figures and without trouble."""
        seen = len(self.lines)
        return until(lambda: any("In queue" in line and " of 3 sites" not in line and "STALE" not in line for line in self.lines[seen:]), patience)


class Site:
    def __init__(self, folder, name, number, store):
        self.name, self.journal = name, os.path.join(folder, "journal%d" % number)
        self.stream, self.file = "ipc://" + os.path.join(folder, "stream%d" % number), os.path.join(folder, "events%d.ndjson" % number)
        self.events = events(name, number, 1500)
        write(self.file, self.events)
        port = free_port() + 10 * number
        feed = "tcp://127.0.0.1:%d" % port
        self.words = ("collect", "--site", name, "--feed", feed, "--journal", self.journal, "--publish", self.stream, "--clock", "feed",
                      *(("--store", store) if store else ()), *ZONE, *PATIENCE)
        self.publisher = start("publish", "--site", name, "--bind", feed, "--replay", "tcp://127.0.0.1:%d" % (port + 1), "--src", "pbx", "--linger", "300s", self.file)
        self.collector = start(*self.words)

    def settled(self):
        found = wait_for(self.journal, lambda s: s.get("running") and received(s) >= len(self.events) and
                         (not s.get("store") or s["store"]["state"] in ("off", "none") or s["store"].get("watermark") == s["lsn"]), 30)
        return found and received(found) >= len(self.events)

    def close(self):
        end(self.collector)
        end(self.publisher, signal.SIGKILL)


def main(folder):
    redis = Redis() if SERVER else None
    store = "unix://" + redis.socket if SERVER else None
    sites = [Site(folder, name, i, store) for i, name in enumerate(SITES)]
    say(all([site.settled() for site in sites]), "three collectors have all events", [status(site.journal) for site in sites])
    whole = os.path.join(folder, "whole.ndjson")
    write(whole, sorted((event for site in sites for event in site.events), key=lambda event: event["ts"]))
    wanted, err = look("--feed", "file:" + whole)
    wanted = figures(wanted)
    attach = ",".join("%s=%s" % (site.name, site.stream) for site in sites)
    got, err = look("--attach", attach)
    compare("three sites followed have the figures of one file with all events", wanted, figures(got), err)
    say([s["name"] for s in got.get("sites", [])] == list(SITES) and all(s["state"] == "live" for s in got["sites"]) and got["sites_missing"] == 0,
        "each site's link is told", got.get("sites"))
    alone, err = look("--attach", sites[1].stream, "--site", sites[1].name)
    compare("a site of them alone has the figures of its own board", figures(alone), figures(got, SITES[1]), err)
    config = os.path.join(folder, "several.conf")
    with open(config, "w") as to:
        to.write("sites = { %s }\n" % ", ".join('"%s"' % name for name in SITES))
        for site in sites:
            to.write('collector "%s" { attach = "%s" }\n' % (site.name, site.stream))
    listed, err = look("--config", config)
    compare("sites from the configuration", wanted, figures(listed), err)
    chosen, err = look("--config", config, "--scope", "site=berlin,queue=Q1")
    numbers = {(f["metric"], f["window"]): f.get("value") for f in chosen.get("figures", [])}
    expected = {key[:2]: value[0] for key, value in figures(alone).items() if key[2] == '{"queue": "Q1"}'}
    say(expected and all(numbers.get(key) == value for key, value in expected.items()), "a scope of one site", err)
    if store:
        got, err = look("--sites", ",".join(SITES), "--store", store)
        compare("three sites read from Redis", wanted, figures(got), err)
        got, err = look("--sites", ",".join(SITES), "--store", store, "--attach", "tokyo=" + sites[0].stream)
        compare("one followed, two read from Redis", wanted, figures(got), err)
        say([s["from"] for s in got.get("sites", [])] == ["collector", "redis", "redis"], "and it says which", got.get("sites"))
        board = Board("--sites", ",".join(SITES), "--store", store, "--attach", "tokyo=" + sites[0].stream)
        say(board.is_well(), "a board on both", board.lines[-2:])
        redis.process.send_signal(signal.SIGSTOP)
        say(board.says("1 of 3 sites, berlin STALE"), "Redis stands still: those that are read there are named, the other goes on", board.lines[-2:])
        begin = time.monotonic()
        end(board.process)
        say(time.monotonic() - begin < 5, "it ends without waiting for each of them", time.monotonic() - begin)
        redis.process.send_signal(signal.SIGCONT)
    else:
        say(True, "sites in Redis # SKIP no redis-server here")
    board = Board("--attach", attach)
    say(board.is_well(), "the board says that all are there", board.lines[-2:])
    end(sites[1].collector, signal.SIGKILL)
    say(board.says("2 of 3 sites, berlin STALE"), "one is killed: it is named", board.lines[-2:])
    some, err = look("--attach", attach, "--wait", "2s")
    say(some.get("sites_missing") == 1 and not some["sites"][1]["known"] and some["sites"][0]["known"], "a new look has the others, and says who is missing", err)
    none, err = look("--attach", "nowhere=ipc://" + os.path.join(folder, "nowhere"), "--wait", "300ms")
    say(not none and "nowhere" in err, "nobody answers: an error names the sites", err)
    sites[1].collector = start(*sites[1].words)
    say(board.is_well(), "it is back: so is its share", board.lines[-2:])
    got, err = look("--attach", attach)
    compare("the figures are whole again", wanted, figures(got), err)
    end(board.process)
    for words in (("--sites", "a,b"), ("--attach", "a=ipc:///x,ipc:///y"), ("--sites", "a,a", "--store", "unix:///x"), ("--attach", "=ipc:///x")):
        none, err = look(*words)
        say(not none and err, "refused: " + " ".join(words), err)
    for site in sites:
        site.close()


with tempfile.TemporaryDirectory() as place:
    main(place)
print("1..%d" % len(ours))
sys.exit(not all(ours))
