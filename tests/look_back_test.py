#!/usr/bin/env python3
"""Boards on other machines than their collectors' journals look back and tell rows: the same as with the journal at hand; over a pair of keys,
over several sites, with a link that is cut, and where the collector has nothing to give. Prints TAP."""
import glob, json, os, shutil, signal, socket, subprocess, sys, tempfile, threading, time

from collect_test_parts import BIN, end, received, results, say, start, wait_for
from fault_parts import free_port
from terminal_parts import Terminal

ZONE = ("--zone", "UTC")
BEGIN = 1_700_000_000_000
APART = 8000  # ms from contact to contact


def lines(site, first, count):
    found = []
    for i in range(first, first + count):
        ts, contact, agent = BEGIN + i * APART, "%s%d" % (site, i), "Agent %d" % (i % 17)
        found.append({"ts": ts, "type": "contact.queued", "contact": contact, "queue": "Q%d" % (i % 4), "channel": ("phone", "chat")[i % 2]})
        if i % 5:
            found.append({"ts": ts + (i * 7 % 60) * 1000, "type": "contact.answered", "contact": contact, "agent": agent})
            found.append({"ts": ts + 70_000, "type": "contact.released", "contact": contact, "agent": agent, "by": "customer", "wrap_ms": 1000})
        elif i % 10:
            found.append({"ts": ts + 20_000, "type": "contact.left", "contact": contact, "why": "abandoned"})
    return sorted(found, key=lambda line: line["ts"])


class Collector:
    """One that was started anew halfway, and then has a state of that time."""

    def __init__(self, folder, name="c", stream=None, keys=(), count=2100, site=()):
        self.folder, self.name, self.site = folder, name, site
        self.journal, self.stream = os.path.join(folder, "journal-" + name), stream or "ipc://" + os.path.join(folder, "stream-" + name)
        self.feed, self.count, self.keys, self.sent = "ipc://" + os.path.join(folder, "feed-" + name), count, keys, 0
        self.process = None

    def begin(self):
        self.process = start("collect", *self.site, "--feed", self.feed, "--journal", self.journal, "--publish", self.stream, "--clock", "feed", *ZONE, *self.keys)

    def take(self, first, count):
        """Publishes so many contacts more, and waits until they are in."""
        text = lines(self.name, first, count)
        path = os.path.join(self.folder, "events-" + self.name)
        with open(path, "w") as to:
            to.write("".join(json.dumps(line) + "\n" for line in text))
        before = self.sent
        self.sent += len(text)
        publisher = start("publish", *self.site, "--bind", self.feed, "--src", "pbx%d" % before, "--linger", "60s", path)
        found = wait_for(self.journal, lambda s: s.get("running") and received(s) >= self.sent and s["journal"]["durable"] >= s["lsn"], 30)
        end(publisher, signal.SIGKILL)
        return found and received(found) >= self.sent

    def fill(self):
        half = self.count // 2
        self.begin()
        good = self.take(0, half)
        end(self.process)
        self.begin()
        return self.take(half, self.count - half) and good

    def close(self):
        end(self.process, signal.SIGKILL)


class Gate:
    """Stands where a collector is asked: passes the answers slowly, and not at all when it is shut."""

    def __init__(self, path):
        self.real, self.rate, self.open = path + ".real", 0, True  # bytes a second, 0: any
        os.rename(path, self.real)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(8)
        self.both = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            here, _ = self.listener.accept()
            if not self.open:
                here.close()
                continue
            there = socket.socket(socket.AF_UNIX)
            there.connect(self.real)
            self.both += [here, there]
            threading.Thread(target=self.passing, args=(here, there, False), daemon=True).start()
            threading.Thread(target=self.passing, args=(there, here, True), daemon=True).start()

    def passing(self, source, to, slowly):
        try:
            while data := source.recv(4096):
                to.sendall(data)
                if slowly and self.rate:
                    time.sleep(len(data) / self.rate)
        except OSError:
            pass
        source.close()
        to.close()

    def shut(self, shut):
        self.open = not shut
        for one in self.both:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.both = []


class Board:
    def __init__(self, *words, place, patience=15):
        self.terminal = Terminal(BIN, *words, *ZONE, "--window", "60m", TMPDIR=place)
        self.terminal.until(lambda text: "QUEUES" in text and "live" in text, patience)

    def rows(self, tabs):
        """The page of evidence of the tile so many to the right, all of it but the header; and the texts it showed before."""
        terminal, before = self.terminal, []

        def is_there(text):
            page = text.split("\n")
            if len(page) > 3 and "EVIDENCE" in page[1] and page[2:4] and page[3].strip("│ ") and page[3] not in before:
                before.append(page[3])
            return "EVIDENCE" in text and " rows " in page[1]

        terminal.send("\t" * tabs + "\r")
        terminal.until("which ones", 5)
        terminal.send("\r")
        found = terminal.until(is_there, 20) and terminal.quiet()
        return terminal.text().split("\n")[1:] if found else [], before

    def life(self):
        self.terminal.send("\r")
        found = self.terminal.until(lambda text: "LIFE" in text and " events " in text, 20) and self.terminal.quiet()
        return self.terminal.text().split("\n")[1:] if found else []

    def back(self):
        while "DUE NEXT" not in (before := self.terminal.text()):
            self.terminal.send("\x1b")
            self.terminal.until(lambda text: text != before, 2) and self.terminal.quiet(0.1)

    def close(self):
        self.terminal.send("q")
        return self.terminal.close()


def spools(place):
    return glob.glob(os.path.join(place, "tablo-spool-*"))


def same_rows(folder, place, collector, keys=()):
    """A board with the journal at hand, and one that has only the stream; the journal begins with a state only."""
    near = Board("--attach", collector.stream, "--journal", os.path.join(folder, "whole"), *keys, place=place)
    far = Board("--attach", collector.stream, "--journal", os.path.join(folder, "nowhere"), *keys, place=place)
    for name, tabs in (("the service level", 3), ("the first tile", 1)):
        wanted, _ = near.rows(tabs)
        got, said = far.rows(tabs)
        say(len(wanted) > 20 and wanted == got, "rows of %s as with the journal at hand" % name,
            "\n".join(said + [line for pair in zip(wanted, got) if pair[0] != pair[1] for line in pair]))
        if tabs == 3:
            wanted, got = near.life(), far.life()
            say(len(wanted) > 5 and [line for line in wanted if "Q" in line] == [line for line in got if "Q" in line] and any("contact.queued" in line for line in got),
                "and the life of the first one", "\n".join(wanted[:6] + got[:6]))
        near.back(), far.back()
    found = spools(place)
    modes = [oct(os.stat(path).st_mode & 0o777) for path in found]
    say(modes == ["0o700"], "what was fetched lies in one private directory", (found, modes))
    say(near.close() == 0, "the board with the journal ends")
    return far


def looks_back(far, place, collector):
    far.terminal.send("r")
    say(far.terminal.until(lambda text: "REPLAY" in text and "TIMELINE" in text and "collector" in text), "r leads into the past that was fetched", far.terminal.text())
    far.terminal.send("g-30m\r")
    say(far.terminal.until(lambda text: "paused" in text and "seeking" not in text), "and it can be gone about in", far.terminal.text())
    shown = far.terminal.text()
    far.terminal.send("\x1b")
    say(far.terminal.until(lambda text: "REPLAY" not in text and "live" in text), "Esc leads back", far.terminal.text())
    return shown


def one_collector(folder, stream, keys=(), ours=()):
    place = os.path.join(folder, "place")
    os.mkdir(place)
    collector = Collector(folder, stream=stream, keys=keys)
    third = collector.count // 3
    collector.begin()
    good = collector.take(0, third)
    end(collector.process)
    collector.begin()
    good = collector.take(third, third) and good
    end(collector.process)
    # Without its first file the journal begins with a state, and only that makes figures exact.
    first = sorted(glob.glob(collector.journal + "/J-%020d.wb?" % 1))
    os.mkdir(os.path.join(folder, "kept"))
    for path in first:
        shutil.move(path, os.path.join(folder, "kept"))
    collector.begin()
    good = collector.take(2 * third, third) and good
    say(good and first, "a collector with a past, whose first records are gone", first)
    shutil.copytree(collector.journal, os.path.join(folder, "whole"))
    for path in glob.glob(os.path.join(folder, "kept", "*")):
        shutil.copy(path, os.path.join(folder, "whole"))
    far = same_rows(folder, place, collector, ours)
    looks_back(far, place, collector)
    far.terminal.send("r")
    far.terminal.until("REPLAY")
    far.terminal.close(signal.SIGKILL)
    say(len(spools(place)) == 1, "a killed board leaves it", spools(place))
    board = Board("--attach", collector.stream, *ours, place=place)
    before = spools(place)
    board.terminal.send("r")
    say(board.terminal.until("REPLAY") and len(spools(place)) == 1 and spools(place) != before, "the next one removes that", "%s %s\n%s" % (before, spools(place), board.terminal.text()[-500:]))
    say(board.close() == 0 and not spools(place), "and its own at its end", spools(place))
    if ours:
        board = Board("--attach", collector.stream, *ours[:2], place=place, patience=0.5)
        board.terminal.send("r")
        say(board.terminal.until(lambda text: "collector" in text and "REPLAY" not in text and ("not heard" in text or "cannot be looked back" in text)),
            "a board without a listed key gets nothing", board.terminal.text())
        board.close()
    collector.close()


def link_is_cut(folder):
    place = os.path.join(folder, "place")
    os.mkdir(place)
    collector = Collector(folder, count=3000)
    collector.begin()
    good = collector.take(0, collector.count)
    gate = Gate(collector.stream[6:] + ".ask")
    board = Board("--attach", collector.stream, "--set", "look_back=1d", place=place)
    gate.rate = 100_000
    board.terminal.send("r")
    say(good and board.terminal.until(lambda text: any("fetching from the collector: %d" % tens in text for tens in range(1, 10))), "it says how far it is", board.terminal.text())
    board.terminal.send("w")
    say(board.terminal.until(lambda text: "last 60 min" not in text.split("\n")[0], 2), "meanwhile the board answers", board.terminal.text()[:200])
    board.terminal.send("r")
    say(board.terminal.until(lambda text: "fetching" not in text, 5) and not spools(place), "r stops it, and nothing stays", board.terminal.text())
    board.terminal.send("r")
    board.terminal.until(lambda text: any("fetching from the collector: %d" % tens in text for tens in range(1, 10)))
    gate.shut(True)
    gate.shut(False)
    gate.rate = 0
    say(board.terminal.until("REPLAY"), "a link that is cut in the middle costs time, and nothing else", board.terminal.text())
    board.terminal.send("\x1b")
    board.terminal.until(lambda text: "REPLAY" not in text)
    say(board.close() == 0, "the board ends")

    board = Board("--attach", collector.stream, "--set", "look_back=1d", "--set", "stale=2s", place=place)
    gate.rate = 100_000
    board.terminal.send("r")
    board.terminal.until("fetching")
    collector.process.send_signal(signal.SIGSTOP)
    say(board.terminal.until("the link to the collector is lost at"), "a collector that stands still is a link that is lost", board.terminal.text())
    say(board.terminal.until("was lost at"), "one that does not come back is given up", board.terminal.text())
    collector.process.send_signal(signal.SIGCONT)
    gate.rate = 0
    board.terminal.send("r")
    say(board.terminal.until("REPLAY"), "and asked again when it is there", board.terminal.text())
    say(board.close() == 0 and not spools(place), "nothing is left", spools(place))

    board = Board("--attach", collector.stream, "--set", "look_back=1d", "--set", "look_back_size=1", place=place)
    board.terminal.send("r")
    say(board.terminal.until(lambda text: "REPLAY" in text and "look_back_size" in text), "what does not fit is left out, and said", board.terminal.text())
    size = sum(os.stat(path).st_size for spool in spools(place) for path in glob.glob(spool + "/*"))
    say(0 < size <= 1 << 20, "it stays in its room", size)
    board.close()

    for path in glob.glob(collector.journal + "/[JS]-*"):
        os.unlink(path)
    board = Board("--attach", collector.stream, place=place)
    board.terminal.send("r")
    say(board.terminal.until("keeps nothing to look back with"), "a collector whose journal is gone says so", board.terminal.text())
    board.terminal.send("\t\t\t\r")
    board.terminal.until("which ones", 2)
    board.terminal.send("\r")
    say(board.terminal.until("keeps nothing to look back with"), "so do rows", board.terminal.text())
    board.close()
    collector.close()


def several_sites(folder):
    place = os.path.join(folder, "place")
    os.mkdir(place)
    sites = [Collector(folder, name, count=600, site=("--site", name)) for name in ("tokyo", "berlin")]
    say(all([site.fill() for site in sites]), "two sites have a past")
    board = Board("--attach", ",".join("%s=%s" % (site.name, site.stream) for site in sites), place=place)
    got, _ = board.rows(3)
    while any("nothing is known of it yet" in line for line in got):  # its first state is on its way
        board.back()
        got, _ = board.rows(0)
    rows = [line for line in got if "· Q" in line]
    say(any("tokyo · Q" in line and "tokyo" in line.split("·")[0] for line in rows) and any("berlin · Q" in line for line in rows), "rows of both sites, each with its site", "\n".join(got))
    both = got and int(got[0].split(" rows")[0].split()[-1])
    got = board.life()
    say(any("contact.queued" in line for line in got), "a row's life is asked of its site", "\n".join(got[:8]))
    board.back()
    board.terminal.send("r")
    say(board.terminal.until("choose it with o"), "which site to look back into is asked", board.terminal.text())
    board.terminal.send("oor")
    say(board.terminal.until(lambda text: "REPLAY" in text and "berlin" in text.split("\n")[0]), "that of the scope in view", board.terminal.text())
    board.terminal.send("\x1b")
    board.terminal.until(lambda text: "REPLAY" not in text)
    board.close()
    sites[0].close()
    board = Board("--attach", ",".join("%s=%s" % (site.name, site.stream) for site in sites), "--set", "stale=1s", place=place)
    alone, said = board.rows(3)
    say(any("tokyo: nothing is known of it yet" in line for line in alone), "a site that is away is named", "\n".join(alone[-5:]))
    say(alone and 0 < int(alone[0].split(" rows")[0].split()[-1]) < both, "a site that is away leaves the others' rows", "\n".join(alone[:5] + said))
    board.close()
    sites[1].close()


def keys_in(folder):
    place = lambda name: os.path.join(folder, name)
    for name in ("own", "board"):
        subprocess.run([BIN, "keygen", "--out", place(name)], check=True, capture_output=True)
    return (("--set", "key_file=" + place("own"), "--set", "client_keys=" + place("board.pub")),
            ("--set", "server_key=" + place("own.pub"), "--set", "key_file=" + place("board")))


def main():
    for play in (lambda folder: one_collector(folder, None), lambda folder: one_collector(folder, "tcp://127.0.0.1:%d" % free_port(), *keys_in(folder)),
                 link_is_cut, several_sites):
        with tempfile.TemporaryDirectory() as folder:
            play(folder)
    print("1..%d" % len(results))
    return not all(results)


sys.exit(main())
