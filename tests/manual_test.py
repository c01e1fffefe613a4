#!/usr/bin/env python3
"""The manual and the completions, as the program makes them from its tables: without a complaint of groff, complete, and tried in each shell.
Prints TAP."""
import os, re, shutil, subprocess, sys, tempfile

import tap
from tap import say

BIN = os.environ["TABLO_BIN"]
ENGLISH = {**os.environ, "LC_ALL": "C.UTF-8", "LANGUAGE": "en", "MANWIDTH": "120"}


def run(*words, **more):
    return subprocess.run(words, capture_output=True, text=True, timeout=60, env=ENGLISH, stdin=subprocess.DEVNULL, **more)


def printed(*words):
    return run(BIN, *words).stdout


def commands():
    return re.findall(r"^  ([a-z]+)  ", printed("--help"), re.M)


def pages():
    return ["tablo.1", "tablo.conf.5", "tablo-feed.7", "tablo-metrics.7"] + ["tablo-%s.1" % name for name in commands()]


def options(command):
    return re.findall(r"^  (--[a-z-]+)", printed(command, "--help"), re.M)


def flat(text):
    """Of a page as it is read: without what lines are broken for."""
    return re.sub(r"\s+", " ", text.replace("\u2010\n", ""))


def read(folder, page):
    path = os.path.join(folder, page)
    with open(path, "w") as to:
        to.write(printed("--print-man", page))
    return path


def try_manual(folder):
    texts = {}
    for page in pages():
        path = read(folder, page)
        if shutil.which("man"):
            done = run("man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", path)
            say(done.returncode == 0 and not done.stderr, "%s: nothing to warn of" % page, done.stderr)
            texts[page] = flat(re.sub(r".\x08", "", run("man", "-l", path).stdout))
        else:
            tap.skip("%s: nothing to warn of" % page, "no man")
    if not texts:
        return
    for command in commands():
        missing = [option for option in options(command) if option not in texts["tablo-%s.1" % command]]
        say(not missing and len(options(command)) > 2, "tablo-%s(1) has every option" % command, missing)
        say("tablo-%s(1)" % command in texts["tablo.1"], "tablo(1) leads to tablo-%s(1)" % command)
    for page, words, wanted in (
            ("tablo.conf.5", re.findall(r"^#? *(\w+) = ", printed("--print-config"), re.M), 150),
            ("tablo-metrics.7", re.findall(r"^(\w+)$", printed("--list-metrics"), re.M), 80),
            ("tablo-feed.7", re.findall(r"^(\w+)  ", printed("--list-faults"), re.M), 20)):
        missing = [word for word in words if word not in texts[page]]
        say(len(words) > wanted and not missing, "%s has all %d names" % (page, len(words)), missing)
    say("contact.queued" in texts["tablo-feed.7"] and "needs: contact queue channel" in texts["tablo-feed.7"], "tablo-feed(7) has what an event needs",
        texts["tablo-feed.7"][:500])
    done = run(BIN, "--print-man", "tablo-nothing.1")
    say(done.returncode == 2 and "tablo-nothing.1" in done.stderr and not done.stdout, "a page there is none of", done)


BASH = """source %s
try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _tablo; echo "${COMPREPLY[*]}"; }
compopt() { :; }
try tablo "repl"; try tablo replay --spe; try tablo --clock f; try tablo board --set displ; try tablo journal ver; try tablo check %s; try tablo --list-m
try tablo --config %s
try tablo bridge test zen; try tablo bridge test ""
"""
WANTED = [("tablo repl", "replay"), ("tablo replay --spe", "--speed"), ("tablo --clock f", "feed"), ("tablo board --set display_a", "display_agent="),
          ("tablo journal ver", "verify"), ("tablo bridge test zen", "zendesk")]


def try_bash(script, folder):
    file = os.path.join(folder, "walls.conf")
    open(file, "w").close()
    done = run("bash", "-c", BASH % (script, file[:-4], file[:-4]))
    lines = done.stdout.split("\n")
    say(not done.stderr and lines[0] == "replay" and lines[1] == "--speed" and lines[2] == "feed", "bash: a command, an option, a word of it", done)
    say("display_agent=" in lines[3].split() and lines[4] == "verify" and "--list-metrics" in lines[6], "bash: a setting, what is done with journals", done)
    say(lines[8] == "zendesk" and "queue_log" in lines[9].split(), "bash: the formats of a trial", lines)
    say(lines[5] == file and lines[7] == file, "bash: files where a file is wanted", lines)


def try_fish(script):
    if not shutil.which("fish"):
        tap.skip("fish", "no fish")
        return
    for line, wanted in WANTED:
        done = run("fish", "--no-config", "-c", "source %s; complete -C '%s'" % (script, line))
        say(wanted in [found.split("\t")[0] for found in done.stdout.split("\n")] and not done.stderr, "fish: %s -> %s" % (line, wanted), done)


def try_zsh(script, folder):
    if not shutil.which("zsh"):
        tap.skip("zsh", "no zsh")
        return
    from terminal_parts import Terminal
    home = os.path.join(folder, "zsh")
    os.makedirs(os.path.join(home, "functions"))
    shutil.copy(script, os.path.join(home, "functions", "_tablo"))
    with open(os.path.join(home, ".zshrc"), "w") as to:
        to.write("fpath=(%s/functions $fpath)\nautoload -U compinit\ncompinit -u -D\nPS1='ready> '\nunsetopt beep\n" % home)
    for line, wanted in WANTED:
        terminal = Terminal(shutil.which("zsh"), "-i", size=(160, 40), ZDOTDIR=home, HOME=home)
        good = terminal.until("ready>")
        terminal.send(line + "\t")
        good = good and terminal.until("ready> " + line[:line.rfind(" ") + 1] + wanted)
        say(good, "zsh: %s -> %s" % (line, wanted), terminal.text())
        terminal.close(9)


def try_completions(folder):
    for shell in ("bash", "zsh", "fish"):
        script = os.path.join(folder, "tablo." + shell)
        with open(script, "w") as to:
            to.write(printed("--print-completion", shell))
        if shell == "bash":
            try_bash(script, folder)
        elif shell == "fish":
            try_fish(script)
        else:
            try_zsh(script, folder)
    done = run(BIN, "--print-completion", "csh")
    say(done.returncode == 2 and "zsh" in done.stderr and not done.stdout, "a shell there are none for", done)


with tempfile.TemporaryDirectory() as place:
    try_manual(place)
    try_completions(place)
sys.exit(tap.end())
