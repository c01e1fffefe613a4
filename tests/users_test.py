#!/usr/bin/env python3
"""What new users stumbled over: commands that say nothing for minutes, sites that are not there, words that are mistyped. Prints TAP."""
import json, os, select, subprocess, sys, tempfile, time

from collect_test_parts import BIN, results, say

ZONE = ("--zone", "UTC")
AT = 1700000000000


def run(*words, **how):
    done = subprocess.run([BIN, *words], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, **how)
    return done.returncode, done.stdout, done.stderr


def make_journal(folder, name, count, *words, at=AT):
    events, journal = os.path.join(folder, name + ".ndjson"), os.path.join(folder, name)
    with open(events, "w") as out:
        for i in range(count):
            call = {"contact": "c%d" % i}
            out.write(json.dumps({"ts": at + i * 5000, "type": "contact.queued", "queue": "Billing", "channel": "phone", **call}) + "\n")
            out.write(json.dumps({"ts": at + i * 5000 + 900, "type": "contact.answered", "agent": "Anna Example", **call}) + "\n")
    code, out, err = run("import", "ndjson", events, "--to", journal, *(words or ZONE))
    if code:
        raise RuntimeError(err)
    return journal


def try_progress(folder):
    """Whoever reads the output slowly keeps the command at work: longer than the silence that is allowed."""
    journal = make_journal(folder, "long", 60000)
    process = subprocess.Popen([BIN, "journal", "export", journal], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    early, _, _ = select.select([process.stderr], [], [], 4)
    say(not early, "what takes a moment says nothing")
    late, _, _ = select.select([process.stderr], [], [], 1.3)
    say(not late, "nor while it waits for its reader")
    out, err = process.communicate(timeout=30)
    lines = err.decode().splitlines()
    say(process.returncode == 0 and len(out.splitlines()) == 120000 and len(lines) == 1 and lines[0].startswith("tablo: writing events: ")
        and lines[0].endswith(" events so far"), "what takes long says what it does and how far it is, once", err.decode())
    code, out, err = run("journal", "verify", journal)
    say((code, out, err) == (0, "", ""), "what is quick stays silent", out + err)


def main(folder):
    try_progress(folder)


with tempfile.TemporaryDirectory() as place:
    main(place)
print("1..%d" % len(results))
sys.exit(0 if all(results) else 1)
