#!/usr/bin/env python3
"""The demo, asked nothing: from the worst queue to its oldest contact and what became of it, a look back and the way out of it, and that
nothing stays behind, however it ends. TABLO_BIN."""
import os, signal, stat, sys, tempfile, time

sys.path.insert(0, os.path.dirname(os.path.realpath(__file__)))
from terminal_parts import Terminal

BIN = os.environ["TABLO_BIN"]
ENTER, ESCAPE = "\r", "\x1b"
results = []


def say(good, what, more=""):
    results.append(bool(good))
    print("%s %d - %s" % ("ok" if good else "not ok", len(results), what), flush=True)
    if not good:
        print("".join("# %s\n" % line for line in str(more).split("\n")), end="")


def demo(room, *words):
    return Terminal(BIN, "demo", "--seed", "7", "--zone", "UTC", *words, XDG_RUNTIME_DIR=room, XDG_STATE_HOME="/dev/null", LANGUAGE="")


def folders(room):
    return [os.path.join(room, name) for name in os.listdir(room)]


def wait_for(good, seconds=20):
    end = time.monotonic() + seconds
    while not good() and time.monotonic() < end:
        time.sleep(0.01)
    return good()


def one_has_a_life(room):
    board = demo(room)
    say(board.until("clocks running"), "the board has figures", board.text())
    board.send("2")
    say(board.until(lambda text: "Enter which ones" in text and "│ ▸" in text and "sorted by worst" in text), "the queues, the worst first", board.text())
    board.quiet(0.2)
    board.send(ENTER)
    rows = lambda text: "EVIDENCE" in text and "Enter its life" in text and "▸ c-" in text
    say(board.until(rows), "what is counted for the first of them", board.text())
    board.quiet(0.2)
    board.send(ENTER)
    say(board.until(lambda text: "LIFE" in text and "contact.queued" in text), "its first contact has a life",
        board.text())
    say("journal" not in board.text(), "nobody is sent to a journal elsewhere", board.text())
    return board


def looks_back(board):
    for page in ("EVIDENCE", "sorted by worst", "DUE NEXT"):
        board.send(ESCAPE)
        board.until(page)
        board.quiet(0.2)
    board.send("r")
    say(board.until(lambda text: "REPLAY" in text and "journal demo" in text), "r looks back", board.text())
    board.send(ESCAPE)
    say(board.until(lambda text: "live" in text.split("\n")[0] and "REPLAY" not in text), "and Esc is the way back", board.text())


def is_private(room):
    found = [(folder, os.stat(folder)) for folder in folders(room)]
    say(len(found) == 1 and stat.S_IMODE(found[0][1].st_mode) == 0o700, "all it keeps is in one folder for nobody else's eyes", found)
    files = os.listdir(os.path.join(found[0][0], "demo"))
    say(any(name.startswith("J-") for name in files), "the journal is there", files)


def leaves_nothing(room, board):
    other = demo(room)
    say(other.until("Billing") and wait_for(lambda: len(folders(room)) == 2), "another one beside it has a folder of its own", folders(room))
    other.send("q")
    while other.take(0.2):
        pass
    say(other.close() == 0 and len(folders(room)) == 1, "q takes that one away, and no other's", folders(room))
    say(board.close(signal.SIGTERM) == 0 and folders(room) == [], "SIGTERM leaves nothing", folders(room))


def is_swept(room):
    killed = demo(room)
    killed.until("Billing")
    killed.close(signal.SIGKILL)
    left = folders(room)
    say(len(left) == 1, "one that is killed leaves its folder", left)
    foreign = os.path.join(room, "tablo-demo-notes")
    os.mkdir(foreign, 0o700)
    following = demo(room)
    following.until("Billing")
    say(wait_for(lambda: not os.path.exists(left[0])), "the next one removes it", folders(room))
    following.close(signal.SIGTERM)
    say(folders(room) == [foreign], "and itself, and nothing that no demo made", folders(room))
    os.rmdir(foreign)


def main():
    with tempfile.TemporaryDirectory(prefix="tablo-", dir="/tmp") as place:
        room = os.path.join(place, "room")
        os.mkdir(room, 0o700)
        board = one_has_a_life(room)
        looks_back(board)
        is_private(room)
        leaves_nothing(room, board)
        is_swept(room)
    print("1..%d" % len(results))
    return not all(results)


sys.exit(main())
