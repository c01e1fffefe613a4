#!/usr/bin/env python3
"""Somebody at a desk, on a terminal: every key of the table on every page, live and in a replay; the way from the worst queue to the life of its oldest
contact; an alert answered and taken back; a table in a file; the hints of a first time. Prints TAP."""
import csv, json, os, stat, subprocess, sys, tempfile, time

from collect_test_parts import BIN, end, received, results, say, start, wait_for
from terminal_parts import Terminal

BYTES = {"Space": " ", "\u2190": "\x1bOD", "\u2192": "\x1bOC", "\u2191": "\x1bOA", "\u2193": "\x1bOB", "Shift-arrows": "\x1b[1;2D", "Tab": "\t", "Shift-Tab": "\x1b[Z",
         "Enter": "\r", "PgUp": "\x1b[5~", "PgDn": "\x1b[6~", "Home": "\x1bOH", "End": "\x1bOF", "Esc": "\x1b", "Backspace": "\x7f", "1-9": "1",
         "Wheel": "\x1b[M`!!"}
PAGES = "1234567890"
ROUNDS = int(os.environ.get("TABLO_ROUNDS", "1"))


def keys_of(mode):
    """Every key of the table but the one that leaves."""
    lines = subprocess.run([BIN, "--list-keys"], capture_output=True, text=True, check=True, env={**os.environ, "LC_ALL": "C.UTF-8"}).stdout.splitlines()
    names = []
    for line in lines:
        keys, meaning = line.split("  ", 1)
        if mode == "live" and meaning.strip().startswith("in a replay"):
            continue
        names += [key for key in keys.split() if key != "q" and key not in names]
    return names


def settle(board, seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until and board.take(max(0, until - time.monotonic())):
        pass


def alive(board):
    return os.waitpid(board.pid, os.WNOHANG)[0] == 0


def every_key(board, mode, pages=PAGES):
    """On every page: the board stays, and something stands on it."""
    names, wrong = keys_of(mode), []
    for page in pages:
        for name in names:
            board.send("1" + (page if page != "1" else ""))
            settle(board, 0.002)
            board.send(BYTES.get(name, name))
            settle(board, 0.012)
            if not alive(board):
                return ["%s on page %s ended the board" % (name, page)]
            if not board.text().strip():
                wrong.append("%s on page %s: nothing on the screen" % (name, page))
            if name in "x:f/gmeAtF":
                board.send("\x1b")
                settle(board, 0.04)
                board.send("\x1b")
                settle(board, 0.04)
    board.send("\x1b")
    settle(board, 0.1)
    board.send("1")
    if not board.until("IN QUEUE"):
        wrong.append("the overview does not come back:\n" + board.text())
    return wrong


def live_keys(folder):
    board = Terminal(BIN, "demo", "--seed", "7", "--speed", "10", size=(100, 30), XDG_STATE_HOME="/dev/null")
    board.until("phone")
    wrong = every_key(board, "live")
    say(not wrong, "live, every key on every page leaves a board", wrong)
    board.send("q")
    settle(board, 1)
    say(not alive(board) or board.close() == 0, "and q leaves")


def replay_keys(folder):
    journal = os.path.join(folder, "journal")
    collector = start("collect", "--feed", "sim:7", "--speed", "3600", "--journal", journal, "--set", "site=demo")
    wait_for(journal, lambda s: received(s) > 3000, 30)
    end(collector)
    board = Terminal(BIN, "replay", journal, size=(100, 30), XDG_STATE_HOME="/dev/null")
    say(board.until("REPLAY"), "a replay begins", board.text())
    wrong = every_key(board, "replay", PAGES if ROUNDS > 1 else "1289")
    say(not wrong, "in a replay, every key on every page leaves a board", wrong)
    board.close()


def a_day_at_the_desk(folder):
    """What a new user does, each step by what the screen says."""
    os.chdir(folder)
    board = Terminal(BIN, "demo", "--seed", "7", "--speed", "5", size=(120, 36), XDG_STATE_HOME=folder)
    say(board.until("1/4 Tab moves"), "the first time there are hints", board.text())
    for hint in range(4):
        board.send("\x1b")
        settle(board, 0.2)
    say(board.until(lambda text: "/4 " not in text), "Esc takes them away")
    board.send("2")
    say(board.until(lambda text: "\u25b8\u2716" in text and "sorted by worst" in text), "the worst queue stands first, under the cursor", board.text())
    board.send("sss")
    say(board.until("\u25bewaiting"), "sorted by who waits", board.text())
    board.send("\r")
    say(board.until("EVIDENCE") and board.until("by time"), "Enter: which ones", board.text())
    board.send("s")
    say(board.until("by value"), "the oldest first", board.text())
    board.send("\r")
    say(board.until("LIFE"), "Enter: the life of one", board.text())
    board.send("\x1b")
    settle(board, 0.2)
    board.send("x")
    board.until("export to: tablo-evidence-")
    board.send("\r")
    say(board.until("written to tablo-evidence-"), "its table in a file", board.text())
    board.send("1a")
    say(board.until("u: undo") and board.until("acknowledged, on this board only"), "the newest alert is acknowledged", board.text())
    board.send("0")
    say(board.until(lambda text: "1 acknowledged" in text), "its page says so", board.text())
    board.send("u")
    say(board.until(lambda text: "0 acknowledged" in text), "and taken back", board.text())
    board.send(":window 7d\r")
    say(board.until("7 d"), "a command by its name", board.text())
    board.send("q")
    settle(board, 1)
    files = [name for name in os.listdir(folder) if name.startswith("tablo-evidence-")]
    rows = list(csv.reader(open(files[0], newline=""))) if files else []
    say(len(rows) > 1 and rows[0][0] == "contact, case" and rows[0][-1].startswith("its own ("), "the file has a head and rows", rows[:2])
    say(bool(files) and stat.S_IMODE(os.stat(files[0]).st_mode) == 0o600, "only its user can read it")


def hints_come_once(folder):
    state = os.path.join(folder, "tablo", "board.state")
    say(os.path.exists(state) and stat.S_IMODE(os.stat(state).st_mode) == 0o600, "that the hints were seen is kept, for their user alone")
    for name, before, wanted in (("the second time there are none", None, False), ("what is broken is mended", b"\x00\xff broken", True)):
        if before is not None:
            with open(state, "wb") as out:
                out.write(before)
        board = Terminal(BIN, "demo", "--seed", "7", size=(100, 30), XDG_STATE_HOME=folder)
        board.until("phone")
        say((board.until("1/4 ", 3) if wanted else "1/4 " not in board.text()), name, board.text())
        board.close()


def begins_on_a_page(folder):
    board = Terminal(BIN, "demo", "--seed", "7", "--desk", "--page", "agents", size=(100, 30), XDG_STATE_HOME="/dev/null")
    say(board.until("\u2500 AGENTS"), "--page: a board begins with it", board.text())
    board.close()
    wrong = subprocess.run([BIN, "demo", "--page", "nowhere"], capture_output=True, text=True)
    say(wrong.returncode == 2 and "nowhere" in wrong.stderr, "a page that is not there is refused", wrong.stderr)


with tempfile.TemporaryDirectory() as folder:
    a_day_at_the_desk(folder)
    hints_come_once(folder)
    begins_on_a_page(folder)
    live_keys(folder)
    replay_keys(folder)
    os.chdir("/")
print("1..%d" % len(results))
sys.exit(not all(results))
