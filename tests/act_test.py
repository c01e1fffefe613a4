#!/usr/bin/env python3
"""What people do about alerts at a board: it travels to the collector by its stream or by Redis, and every board shows it. Prints TAP."""
import json, os, subprocess, sys, tempfile, time

from board_parts import Board
from collect_test_parts import BIN, end, free_port, received, results, say, start, wait_for
from redis_server import SERVER, Redis

ZONE = ("--zone", "UTC")


def waiting_since(minutes, contact="c1", queue="Billing"):
    """Somebody who waits too long: an alert as soon as it is told."""
    return json.dumps({"ts": int(time.time() * 1000) - minutes * 60000, "type": "contact.queued", "contact": contact, "queue": queue, "channel": "chat"}) + "\n"


class Site:
    """A publisher, a collector, and where boards attach."""
    def __init__(self, folder, name, *words, site=None):
        self.site = ("--site", site) if site else ()
        self.journal, port = os.path.join(folder, name), free_port()
        self.stream, feed = "ipc://" + os.path.join(folder, name + ".stream"), "tcp://127.0.0.1:%d" % port
        self.publisher = start("publish", "--bind", feed, "--live", "--wait", "1", "--linger", "60s", *self.site, "-", stdin=subprocess.PIPE)
        self.collector = start("collect", "--feed", feed, "--journal", self.journal, "--publish", self.stream, *ZONE, *self.site, *words)
        self.tell("c1", "Billing")
        wait_for(self.journal, lambda s: s["running"] and received(s) == 1)

    def tell(self, contact, queue):
        self.publisher.stdin.write(waiting_since(5, contact, queue))
        self.publisher.stdin.flush()

    def alerts(self):
        done = subprocess.run([BIN, "snapshot", "--attach", self.stream, "--json", *ZONE, *self.site], capture_output=True, text=True, timeout=20)
        return [alert for alert in json.loads(done.stdout)["alerts"] if alert.get("metric") == "longest_wait"]

    def until(self, state, seconds=15):
        end_of_patience = time.monotonic() + seconds
        while time.monotonic() < end_of_patience:
            found = self.alerts()
            if [alert["state"] for alert in found] == state:
                return True
            time.sleep(0.1)
        print("# alerts are", found)
        return False

    def close(self):
        log = end(self.collector)
        end(self.publisher)
        return log


def opens(board):
    """The page of alerts; its heads stand there with the first row."""
    board.press("0")
    return board.shows("answered")


def lists(board, words):
    """The page of alerts says so; drawn anew each time, for a terminal is only told what changed."""
    end_of_patience = time.monotonic() + 15
    while words not in board.seen and time.monotonic() < end_of_patience:
        board.press("1")
        board.shows("pages", 1)
        board.press("0")
        board.shows("quit", 1)
    return words in board.seen


def events_of(journal):
    """What people did, as the journal has it."""
    done = subprocess.run([BIN, "journal", "export", journal], capture_output=True, text=True, timeout=30)
    return [event for event in map(json.loads, done.stdout.splitlines()) if event["type"].startswith("alert.")]


def try_stream(folder):
    site = Site(folder, "stream")
    say(site.until(["raised"]), "the collector raises an alert")
    first, second = Board("--attach", site.stream, *ZONE), Board("--attach", site.stream, *ZONE)
    say(first.shows("Billing") and second.shows("Billing"), "two boards follow it")
    say(opens(first) and opens(second) and first.shows("longest wait"), "the page of alerts lists it", first.seen[-1500:])
    second.seen = ""
    first.press("a")
    say("\a" not in first.seen + second.seen, "what stood when a board began rings no bell")
    say(first.shows("the collector has it"), "a acknowledges it, and the collector's answer is told", first.seen[-1500:])
    say(second.shows("acknowledged "), "the other board shows who did", second.seen[-1500:])
    say(site.until(["acknowledged"]), "and so does the collector")
    first.press("u")
    say(first.shows("taken back"), "u takes it back", first.seen[-1500:])
    say(site.until(["raised"]), "it is raised again")
    first.press("m")
    say(first.shows("muted"), "m mutes it", first.seen[-1500:])
    say(site.until([]), "what is muted is in no list of others")
    first.press("A")
    say(first.shows("acknowledge until:"), "A asks until when")
    first.press("+30m\r")
    say(first.shows("the collector has it"), "and takes a time", first.seen[-1500:])
    say(site.until(["acknowledged"]), "acknowledged until then")
    second.seen = ""
    site.tell("c2", "Sales")
    say(second.shows("Sales") and second.shows("\a"), "a new one rings", second.seen[-1500:])
    done = events_of(site.journal)
    say([event["type"] for event in done] == ["alert.acknowledged"] * 2 + ["alert.muted", "alert.acknowledged"], "each is in the journal once", done)
    say(done and all(event["by"] for event in done) and 29 * 60000 < done[-1]["until"] - done[-1]["ts"] <= 31 * 60000, "by whom and until when", done[-1:])
    for board in (first, second):
        board.close()
    log = site.close()
    say("missing" not in log, "numbers have no holes", log)


def done_of(site):
    return [event["type"] for event in events_of(site.journal)]


def try_sites(folder):
    """A board over two sites: each answer goes to the collector whose alert it is, and to no other."""
    sites = [Site(folder, name, site=name) for name in ("tokyo", "lima")]
    for site in sites:
        say(site.until(["raised"]), "each of two sites raises an alert")
    board = Board("--attach", ",".join("%s=%s" % (name, site.stream) for name, site in zip(("tokyo", "lima"), sites)), *ZONE)
    say(board.shows("tokyo") and board.shows("lima") and lists(board, "2 raised"), "a board over both lists them", board.seen[-1500:])
    board.press("a")
    say(board.shows("the collector has it"), "the first one is acknowledged", board.seen[-1500:])
    end_of_patience = time.monotonic() + 15
    while not any(map(done_of, sites)) and time.monotonic() < end_of_patience:
        time.sleep(0.1)
    first, second = sites if done_of(sites[0]) else sites[::-1]
    say(first.until(["acknowledged"]), "its own collector has it")
    say(second.until(["raised"]) and done_of(second) == [], "the other one heard nothing", done_of(second))
    board.press("\x1bOB") # down
    board.press("m")
    say(board.shows("the collector has it"), "the second one is muted", board.seen[-1500:])
    say(second.until([]), "by its own collector")
    say(first.until(["acknowledged"]) and (done_of(first), done_of(second)) == (["alert.acknowledged"], ["alert.muted"]), "and by no other",
        (done_of(first), done_of(second)))
    board.close()
    for site in sites:
        site.close()


def try_no_collector(folder):
    """A board at feeds of its own keeps it to itself, and says so; one whose collector is away sends nothing."""
    port = free_port()
    feed, events = "tcp://127.0.0.1:%d" % port, os.path.join(folder, "own.ndjson")
    open(events, "w").write(waiting_since(5))
    publisher = start("publish", "--bind", feed, "--live", "--wait", "1", "--linger", "60s", events)
    board = Board("--feed", feed, *ZONE)
    say(board.shows("Billing"), "a board without a collector")
    say(opens(board), "has its alerts, too", board.seen[-1500:])
    board.press("a")
    say(board.shows("on this board only"), "and says that nobody else hears of what is done", board.seen[-1500:])
    say(board.shows("acknowledged "), "and does it")
    board.close()
    end(publisher)


def try_redis(folder):
    if not SERVER:
        say(True, "the way by Redis # SKIP no redis-server here")
        return
    redis = Redis()
    url = "unix://" + redis.socket
    site = Site(folder, "redis", "--store", url)
    say(site.until(["raised"]), "a collector with Redis raises an alert")
    board = Board("--store", url, *ZONE)
    say(board.shows("Billing"), "a board that has only Redis shows it")
    say(opens(board), "on its page of alerts", board.seen[-1500:])
    board.press("a")
    say(board.shows("it waits in Redis for the collector"), "a goes into the inbox", board.seen[-1500:])
    say(site.until(["acknowledged"]), "and the collector takes it")
    say(board.shows("acknowledged "), "which comes back to the board", board.seen[-1500:])
    say(len(events_of(site.journal)) == 1, "it is in the journal once", events_of(site.journal))
    board.close()
    site.close()


with tempfile.TemporaryDirectory() as place:
    try_stream(place)
    try_sites(place)
    try_no_collector(place)
    try_redis(place)
print("1..%d" % len(results))
sys.exit(0 if all(results) else 1)
