#!/usr/bin/env python3
"""A running board reads its configuration again: pages, looks and thresholds hold at once, a broken file leaves what was there. Prints TAP."""
import os, signal, sys, tempfile
from tap import say, end
from terminal_parts import Terminal

TABLO = os.environ["TABLO_BIN"]
ROUNDS = 30 * int(os.environ.get("TABLO_ROUNDS", "1"))
BASE = """title = "%s"
page "now" {
  row { height = 2 tile "waiting" { metric = "queue_depth" } tile "offered" { title = "%s" metric = "offered" window = "today" } }
  row { queues "q" { } alerts "a" { title = "What is wrong" } }
}
page "second" { key = 2 row { tile "alone" { metric = "service_level" } } }
%s
"""


def write(path, text, renamed=False):
    """As editors do: in place, or another file in its place."""
    target = path + ".new" if renamed else path
    with open(target, "w") as file:
        file.write(text)
    if renamed:
        os.rename(target, path)


def resident(pid):
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def try_board(folder):
    path = os.path.join(folder, "wall.conf")
    write(path, BASE % ("Before", "Came today", ""))
    board = Terminal(TABLO, "board", "--config", path, "--feed", "sim:7", "--speed", "60")
    say(bool(board.until(lambda text: "Came today" in text and "What is wrong" in text)), "a board begins with the first page of its configuration", board.text())
    board.send("\t\t")
    write(path, BASE % ("After", "Offered since midnight", ""))
    say(bool(board.until(lambda text: "Offered since midnight" in text and "After" in text)), "a changed file holds at once", board.text())
    write(path, BASE % ("Renamed", "Offered", ""), renamed=True)
    say(bool(board.until("Renamed")), "so does one that takes its place", board.text())

    write(path, BASE.replace("metric = \"queue_depth\"", "metrik = \"queue_depth\"") % ("Broken", "Offered", ""))
    say(bool(board.until("wall.conf:3: no setting of tile is called 'metrik'; did you mean 'metric'?")) and "Renamed" in board.text(),
        "a broken file is told by its line, and what was there stays", board.text())
    board.send("?")
    board.until("keys and marks")
    board.send("\x1b")
    say(bool(board.until(lambda text: "did you mean" in text and "Renamed" in text)), "that stands until it is mended", board.text())
    write(path, BASE % ("Mended", "Offered", ""))
    say(bool(board.until(lambda text: "Mended" in text and "did you mean" not in text)), "a mended file holds", board.text())

    marked = lambda text: any("IN QUEUE" in line and "\u2716" in line for line in text.splitlines())
    write(path, BASE % ("Mended", "Offered", 'level "queue_depth" { warn = 0 crit = 1 }'))
    say(bool(board.until(marked)), "a threshold holds at once", board.text())
    write(path, BASE % ("Mended", "Offered", 'level "queue_depth" { warn = 9000 crit = 10000 }'))
    say(bool(board.until(lambda text: "IN QUEUE" in text and not marked(text))), "a higher one too", board.text())
    write(path, BASE % ("Mended", "Offered", "") + 'fcr_within = "3d"\n')
    say(bool(board.until("wait for the next start: fcr_within")), "a rule that figures rest on waits, and is named", board.text())
    board.send("2")
    say(bool(board.until(lambda text: text.splitlines()[1].strip() == "second")), "a page stands on its digit", board.text())
    write(path, BASE % ("Hung up", "Offered", ""))
    os.kill(board.pid, signal.SIGHUP)
    say(bool(board.until("Hung up")) and board.text().splitlines()[1].strip() == "second", "SIGHUP reads it too; the page stays", board.text())
    try_many(board, path)
    say(board.close() == 0, "it ends as told", board.code)


def try_many(board, path):
    sizes = []
    for number in range(ROUNDS):
        write(path, BASE % (f"Round {number}.", "Offered", 'level "offered" { warn = %d crit = 500 }' % (number + 1)), renamed=number % 2 == 1)
        if not board.until(f"Round {number}."):
            break
        sizes.append(resident(board.pid))
    say(len(sizes) == ROUNDS, f"{ROUNDS} changes are seen, each", board.text())
    early, late = max(sizes[ROUNDS // 3: ROUNDS // 2]), max(sizes[-5:])
    # Sanitizers keep what was freed for a while.
    say(late <= early + (1 << 20) or os.environ.get("TABLO_SANITIZED") == "1", f"memory is flat: {early >> 10} KiB, then {late >> 10} KiB", (early, late))


def try_boards_file(folder):
    main, boards = os.path.join(folder, "main.conf"), os.path.join(folder, "pages.conf")
    write(main, 'boards = "pages.conf"\n')
    write(boards, 'page "one" { title = "From a file of its own" row { tile "w" { metric = "queue_depth" } } }\n')
    board = Terminal(TABLO, "board", "--config", main, "--feed", "sim:7", "--speed", "60", size=(80, 24))
    say(bool(board.until("From a file of its own")), "pages may stand in a file beside", board.text())
    write(boards, 'title = "no"\n')
    say(bool(board.until("pages.conf:1: no setting is called 'title'")), "where nothing else may stand", board.text())
    write(boards, 'page "one" { title = "Another" row { tile "w" { metric = "queue_depth" } } }\n', renamed=True)
    say(bool(board.until("Another")), "and which is watched too", board.text())
    board.close()


with tempfile.TemporaryDirectory() as folder:
    try_board(folder)
    try_boards_file(folder)
sys.exit(end())
