#!/usr/bin/env python3
"""The same mistake has the same exit status in every command: 2 where the command line cannot be understood, 1 where what it asks for could
not be done. Every option that a command's help lists is tried. Prints TAP."""
import os, re, subprocess, sys, tempfile

from collect_test_parts import BIN, results, say

BAD = "bad^value"
# What every word will do for: names of things, files that are written. All others must refuse BAD.
FREE = {"--site", "--map", "--src", "--out", "--salt-file", "--tls-certificate", "--tls-key"}
OTHER = {"--sites": ",", "--config": "/nonexistent/wall.conf", "--journal": "redis://h/0", "--to": "redis://h/0", "--state": "redis://h/0"}
CANNOT = {"--config"}  # understood, and not to be done


def run(*words):
    done = subprocess.run([BIN, *words], capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout, done.stderr


def options(*words):
    """(name, takes a value) of everything the help lists."""
    lines = run(*words, "--help")[1].splitlines()
    found = [re.match(r"  (--[a-z-]+)( (?! )\S)?", line) for line in lines]
    return [(match[1], match[2] is not None) for match in found if match]


def well(code, err, wanted):
    """One sentence, and where to look."""
    return code == wanted and err.startswith("tablo: ") and err.count("\n") == wanted and (wanted == 1 or err.splitlines()[1].startswith("see: tablo "))


def try_options(name, words, own):
    for option, takes in own:
        if option in FREE or option in ("--help", "--version"):
            continue
        if not takes:
            code, out, err = run(*words, option + "=x")
            say(well(code, err, 2) and option in err, "%s %s=x" % (name, option), (code, err))
            continue
        code, out, err = run(*words, option, OTHER.get(option, BAD))
        say(well(code, err, 1 if option in CANNOT else 2), "%s %s %s: %d" % (name, option, OTHER.get(option, BAD), code), (code, err))
    last = [option for option, takes in own if takes]
    code, out, err = run(*words, "--nonsense")
    say(well(code, err, 2) and "--nonsense" in err, "%s --nonsense" % name, (code, err))
    if last:
        code, out, err = run(*words, last[0])
        say(well(code, err, 2) and "wants a value" in err, "%s %s without a value" % (name, last[0]), (code, err))


def main(folder):
    none = os.path.join(folder, "none")
    words = {"board": [], "demo": [], "collect": ["--journal", none], "snapshot": [], "publish": [none], "import": ["ndjson", none], "check": [none],
             "keygen": [], "doctor": [], "replay": [none], "report": [none], "alert": ["test", none], "export": ["prometheus"], "bridge": ["queue_log", none]}
    listed = re.findall(r"^  ([a-z]+)  ", run("--help")[1], re.M)
    say(set(listed) == set(words) | {"journal"}, "every command is tried", listed)
    for command, more in words.items():
        own = options(command)
        say(("--help", False) in own, "%s has a help that lists options" % command, own)
        try_options(command, [command, *more], [pair for pair in own if pair[0] not in more])
    verbs = run("journal")[2].split("tablo journal ")[1].split("\n")[0].split("|")
    say(len(verbs) >= 7, "what is done with journals", verbs)
    for verb in verbs:
        try_options("journal " + verb, ["journal", verb, none], options("journal", verb))

    for line in ("report a b", "alert", "alert test", "alert test a b", "alert try a", "replay a b", "publish a b", "snapshot a", "board a", "keygen a", "journal ls a b", "journal", "check", "replay", "report", "import",
                 "import ndjson", "bord", "journal frob", "journal mark a --at -1h", "journal ls a --from -1h", "journal seal a --store redis://h/0",
                 "replay redis://h/0", "report redis://h/0", "journal ls redis://h/0", "snapshot --journal redis://h/0", "snapshot", "board", "collect"):
        code, out, err = run(*line.split())
        say(code == 2 and err.startswith("tablo: "), "tablo %s: 2" % line, (code, err))
    for line in ("report", "replay", "alert test", "journal ls", "journal rules", "journal verify", "journal export", "journal repair", "journal seal", "snapshot --journal"):
        code, out, err = run(*line.split(), none)
        say(well(code, err, 1) and "none" in err, "tablo %s NONE: 1" % line, (code, err))
    for line, wanted in (("jornal", "did you mean 'journal'?"), ("journal verfy x", "did you mean 'verify'?"), ("journal frob", "ls|rules|verify"),
                         ("snapshot --metrc x", "did you mean --metric?"), ("import ndjsn x", "did you mean 'ndjson'?"),
                         ("replay x --compare yestreday", 'did you mean "yesterday"?'), ("replay x --compare soon", "-7d"), ("report x --format htm", "md, html, csv")):
        code, out, err = run(*line.split())
        say(code == 2 and wanted in err, "tablo %s: %s" % (line, wanted), (code, err))


with tempfile.TemporaryDirectory() as place:
    main(place)
print("1..%d" % len(results))
sys.exit(0 if all(results) else 1)
