#!/usr/bin/env python3
"""A wall that nobody touches: pages turn, an alert holds its page, and it comes through whatever happens to it. Prints TAP."""
import fcntl, json, os, re, signal, struct, subprocess, sys, tempfile, termios, time

import tap
from collect_test_parts import BIN, end, free_port, start
from terminal_parts import Terminal

PATIENCE = int(os.environ.get("TABLO_PATIENCE", "1"))
SIZE = (100, 24)


class Feed:
    """A helpdesk that can go away and come back at the same address."""
    def __init__(self):
        self.address, self.told = "tcp://127.0.0.1:%d" % free_port(), 0
        self.open()

    def open(self):
        self.publisher = start("publish", "--bind", self.address, "--live", "--wait", "1", "--linger", "60s", "-", stdin=subprocess.PIPE)

    def tell(self, kind, ago=0, **keys):
        event = {"ts": int(time.time() * 1000) - ago * 1000, "type": kind, **keys}
        self.publisher.stdin.write(json.dumps(event) + "\n")
        self.publisher.stdin.flush()

    def close(self):
        end(self.publisher, signal.SIGKILL)


def wall(feed, *words, pages="figures,sla,clocks", size=SIZE):
    return Terminal(BIN, "board", "--wall", "--feed", feed.address, "--zone", "UTC", "--set", "wall_pages=" + pages, "--set", "wall_seconds=2s",
                    "--set", "stale=4s", "--set", "reconnect=2s", *words, size=size, XDG_STATE_HOME=tempfile.gettempdir())


def clock_of(text):
    """In the header, which is the first line or the second: the picture moves."""
    found = re.search(r"\d\d:\d\d:\d\d", "\n".join(text.split("\n")[:2]))
    return found.group(0) if found else None


def ticks(board):
    """The clock in the header goes on."""
    first = clock_of(board.text())
    return board.until(lambda text: clock_of(text) not in (None, first), 5)


def turns(board):
    """Through the whole round, to the last page and the first again."""
    return all(board.until(page, 12) for page in ("2/3", "3/3", "1/3"))


def resize(board, width, height):
    fcntl.ioctl(board.file, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
    board.width, board.height = width, height
    board.cells = [[" "] * width for _ in range(height)]
    board.x = board.y = board.top = 0
    board.bottom = height - 1
    os.kill(board.pid, signal.SIGWINCH)


def comes_through_everything(folder):
    feed = Feed()
    board = wall(feed)
    tap.say(board.until("No data yet"), "before the first event it says that there is nothing", board.text())
    feed.tell("contact.queued", contact="c0", queue="Billing", channel="chat")
    tap.say(board.until("IN QUEUE") and board.until(lambda text: "No data" not in text), "the figures stand there once the feed speaks", board.text())
    tap.say(turns(board), "pages turn by themselves", board.text())
    feed.tell("note.posted", text="Fire drill at three", by="lead")
    tap.say(board.until("Fire drill at three"), "an announcement stands below", board.text())

    feed.tell("contact.queued", ago=600, contact="c1", queue="Billing", channel="chat")
    held, since = board.until("longest wait"), time.monotonic()
    tap.say(held, "a critical alert brings its page", board.text())
    board.until(lambda text: time.monotonic() - since > 5 or "longest wait" not in text, 8)
    tap.say("longest wait" in board.text(), "and holds it for longer than a page's turn", board.text())
    feed.tell("contact.answered", contact="c1", agent="Mia")
    feed.tell("contact.answered", contact="c0", agent="Tom")
    tap.say(board.until(lambda text: "longest wait 10" not in text) and turns(board), "once it has cleared, pages turn again", board.text())

    feed.close()
    tap.say(board.until("no data for"), "a feed that is gone is said in words", board.text())
    tap.say(ticks(board) and turns(board), "while the clock goes on and pages turn", board.text())
    feed.open()
    feed.tell("contact.queued", contact="c2", queue="Billing", channel="chat")
    tap.say(board.until(lambda text: "no data for" not in text, 30), "and forgotten when it is back", board.text())

    os.kill(board.pid, signal.SIGSTOP)
    stopped = clock_of(board.text())
    board.quiet(1.5)
    os.kill(board.pid, signal.SIGCONT)
    tap.say(board.until(lambda text: clock_of(text) not in (None, stopped), 5) and turns(board), "stopped and let go on, it goes on", board.text())

    for width, height in ((60, 20), (30, 8), SIZE):
        resize(board, width, height)
    tap.say(board.until("/3") and ticks(board), "another size, and again, and it stands there whole", board.text())

    board.send("2")
    tap.say(board.until("Esc"), "a key shows the desk's page with its keys", board.text())

    os.kill(board.pid, signal.SIGKILL)
    began = time.monotonic()
    code = board.close(signal.SIGKILL)
    board = wall(feed)
    back = board.until(lambda text: clock_of(text) or "--:--:--" in text, 10)
    tap.say(code == -signal.SIGKILL and back and time.monotonic() - began < 5 * PATIENCE, "killed and started anew, it is there within seconds", board.text())
    os.close(board.file)
    code = os.waitstatus_to_exitcode(os.waitpid(board.pid, 0)[1])
    tap.say(code == 128 + signal.SIGHUP, "without its terminal it ends, for the unit to start it again", code)
    feed.close()


def shows_what_the_public_may_see():
    for words, wanted, name in (((), False, "a wall shows no numbers of cases"), (("--display", "desk"), True, "unless it is told to")):
        feed = Feed()
        board = wall(feed, *words, pages="sla")
        board.until("No data yet")
        feed.tell("case.opened", case="4711", queue="Billing", channel="email")
        feed.tell("sla.started", case="4711", clock="first_reply", target_ms=600000)
        board.until("1 running")
        board.quiet()
        tap.say("1 running" in board.text() and ("4711" in board.text()) == wanted, name, board.text())
        board.close()
        feed.close()


def refuses_what_there_is_not():
    done = subprocess.run([BIN, "board", "--wall", "--feed", "sim:1", "--set", "wall_pages=figurs"], capture_output=True, text=True, timeout=20)
    tap.say(done.returncode == 1 and 'no page "figurs": there are figures' in done.stderr, "a page that there is not is named, with those there are", done.stderr)
    done = subprocess.run([BIN, "board", "--wall", "--feed", "sim:1", "--set", "night=late"], capture_output=True, text=True, timeout=20)
    tap.say(done.returncode == 2 and "20:00-06:00" in done.stderr, "and a night that is none", done.stderr)


with tempfile.TemporaryDirectory() as folder:
    comes_through_everything(folder)
    shows_what_the_public_may_see()
    refuses_what_there_is_not()
sys.exit(tap.end())
