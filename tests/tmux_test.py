#!/usr/bin/env python3
"""The board through tmux: it is drawn, keys arrive, a resized window is drawn anew, and the pane's shell comes back. Prints TAP."""
import os, shutil, subprocess, sys, tempfile, time

import tap
from tap import end, say

BIN = os.environ["TABLO_BIN"]
PATIENCE = int(os.environ.get("TABLO_PATIENCE", "1"))


class Tmux:
    def __init__(self, folder, term):
        self.socket, self.environment = os.path.join(folder, "tmux"), {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "TZ": "UTC", "LANGUAGE": ""}
        self.run("-f", "/dev/null", "new-session", "-d", "-x", "140", "-y", "40", "sh")
        self.run("set-option", "-g", "default-terminal", term)
        self.run("set-option", "-g", "escape-time", "10")
        self.run("respawn-pane", "-k", "env TERM=%s sh" % term)

    def run(self, *words):
        return subprocess.run(["tmux", "-S", self.socket, *words], capture_output=True, text=True, env=self.environment, timeout=20).stdout

    def send(self, *keys):
        self.run("send-keys", *keys)

    def shows(self, text, seconds=10, wanted=True):
        deadline = time.monotonic() + seconds * PATIENCE
        while time.monotonic() < deadline:
            if (text in self.run("capture-pane", "-p")) == wanted:
                return True
            time.sleep(0.05)
        return False

    def close(self):
        self.run("kill-server")


def through(folder, term):
    tmux = Tmux(folder, term)
    tmux.send("%s demo --seed 7; echo left-$?" % BIN, "Enter")
    say(tmux.shows("LONGEST WAIT") and tmux.shows("q quit"), "%s: the board is drawn" % term, tmux.run("capture-pane", "-p"))
    tmux.send("?")
    say(tmux.shows("keys and marks"), "%s: a key arrives" % term, tmux.run("capture-pane", "-p"))
    tmux.send("Down", "Escape")
    say(tmux.shows("LONGEST WAIT"), "%s: so does Escape" % term, tmux.run("capture-pane", "-p"))
    tmux.run("resize-window", "-x", "80", "-y", "24")
    say(tmux.shows("q quit") and len(tmux.run("capture-pane", "-p").splitlines()) <= 24, "%s: a smaller window is drawn anew" % term, tmux.run("capture-pane", "-p"))
    tmux.send("q")
    say(tmux.shows("left-0") and tmux.shows("q quit", wanted=False), "%s: the shell comes back" % term, tmux.run("capture-pane", "-p"))
    tmux.close()


if not shutil.which("tmux"):
    tap.number += 1
    print("ok %d - through tmux # SKIP tmux is not installed" % tap.number)
else:
    for kind in ("screen-256color", "tmux-256color"):
        with tempfile.TemporaryDirectory() as place:
            through(place, kind)
sys.exit(end())
