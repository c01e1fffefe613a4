#!/usr/bin/env python3
"""tablo journal and import --to, as people run them: a real month into a journal, out of it and in again gives the same figures; what is
cut, turned over or lost is found and mended. Prints TAP."""
import json, os, shutil, subprocess, sys, tempfile

from collect_test_parts import BIN, end, free_port, results, say, start, wait_for

RULES = ("--zone", "UTC")


def run(*words, **how):
    done = subprocess.run([BIN, *words], capture_output=True, text=True, timeout=100, **how)
    return done.returncode, done.stdout, done.stderr


def make_events(path, count):
    """Calls of three queues over some days, a few of them abandoned."""
    at, queues = 1700000000000, ("Billing", "Orders", "Returns")
    with open(path, "w") as out:
        for i in range(count):
            at += 1000 + i * 7919 % 4000
            call = {"contact": "c%d" % i}
            out.write(json.dumps({"ts": at, "type": "contact.queued", "queue": queues[i % 3], "channel": "phone", **call}) + "\n")
            if i % 9 == 0:
                out.write(json.dumps({"ts": at + 700, "type": "contact.left", "why": "abandoned", **call}) + "\n")
                continue
            out.write(json.dumps({"ts": at + 300, "type": "contact.answered", "agent": "a%d" % (i % 12), **call}) + "\n")
            out.write(json.dumps({"ts": at + 900, "type": "contact.released", "by": "agent", "agent": "a%d" % (i % 12), **call}) + "\n")


def figures(feed):
    code, out, err = run("snapshot", "--feed", feed, "--window", "35d", "--window", "today", "--json", *RULES)
    if code:
        return err
    return {(f["metric"], json.dumps(f["scope"], sort_keys=True), f["window"]): (f.get("value"), f.get("n"), f.get("of"))
            for f in json.loads(out)["figures"]}


def files(folder, suffix):
    return sorted(name for name in os.listdir(folder) if name.endswith(suffix))


def flip(path, at):
    with open(path, "r+b") as file:
        file.seek(at)
        byte = file.read(1)
        file.seek(at)
        file.write(bytes([byte[0] ^ 16]))


def main(folder):
    events, journal, again = (os.path.join(folder, name) for name in ("events.ndjson", "journal", "again"))
    make_events(events, 12000)
    lines = sum(1 for _ in open(events))
    small = ("--set", "journal_segment=1")
    code, out, err = run("import", "ndjson", events, "--to", journal, *RULES, *small)
    say(code == 0 and len(files(journal, ".wbj")) > 3, "events become a journal of several files", err)
    say(len(files(journal, ".wbs")) >= 1 and len(files(journal, ".wbi")) > 3, "with a state and hints", os.listdir(journal))
    wanted = figures("file:" + events)
    say(isinstance(wanted, dict) and len(wanted) > 50 and figures("journal:" + journal) == wanted, "its figures are those of the file", wanted)
    code, out, err = run("import", "ndjson", events, "--to", journal, *RULES)
    say(code == 1 and "holds records already" in err, "a journal that holds records is not added to", err)

    code, out, err = run("journal", "seal", journal)
    say(code == 0 and not files(journal, ".wbj") and not files(journal, ".wbi"), "it is sealed", out + err)
    sealed = sum(os.path.getsize(os.path.join(journal, name)) for name in files(journal, ".wbz"))
    say(sealed < 50 * lines, "at most 50 bytes an event: %.1f" % (sealed / lines))
    say(figures("journal:" + journal) == wanted, "and its figures are the same")
    code, out, err = run("journal", "ls", journal, *RULES)
    say(code == 0 and "sealed" in out and "%d events" % lines in out and "2023-11-14T22:13:21Z" in out, "ls shows what there is", out + err)
    code, out, err = run("journal", "verify", journal)
    say((code, out, err) == (0, "", ""), "verify finds nothing", out + err)

    code, exported, err = run("journal", "export", journal)
    say(code == 0 and [json.loads(line) for line in exported.splitlines()] == [json.loads(line) for line in open(events)], "export gives the events as they were", err)
    code, out, err = run("import", "ndjson", "-", "--to", again, *RULES, input=exported)
    say(code == 0 and figures("journal:" + again) == wanted, "and they give the same figures again", err)
    code, part, err = run("journal", "export", journal, "--from", "2023-11-15 00:00", "--to", "2023-11-15 01:00", *RULES)
    stamps = [json.loads(line)["ts"] for line in part.splitlines()]
    say(code == 0 and stamps and min(stamps) >= 1700006400000 and max(stamps) <= 1700010000000, "export of an hour", err)
    one = os.path.join(journal, files(journal, ".wbz")[1])
    code, part, err = run("journal", "export", one)
    say(code == 0 and 0 < len(part.splitlines()) < lines and part in exported, "one file alone can be read", err)

    # Damage: found, named, and what can be mended is.
    keep = os.path.join(folder, "keep")
    shutil.copytree(journal, keep)
    flip(one, os.path.getsize(one) // 2)
    code, out, err = run("journal", "verify", journal)
    say(code == 1 and os.path.basename(one) in out and "are lost" in out, "a bit turned over in a block is found, with what it costs", out + err)
    code, out, err = run("journal", "ls", journal)
    say(code == 0 and "damaged" in out, "and shown by ls", out)
    shutil.rmtree(journal)
    shutil.copytree(keep, journal)
    flip(one, os.path.getsize(one) - 20)
    for name in files(journal, ".wbs"):
        os.remove(os.path.join(journal, name))
    say(run("journal", "verify", journal)[0] == 1, "one in the index is found too")
    code, out, err = run("journal", "repair", journal, *RULES)
    say(code == 0 and "index was made anew" in out, "repair makes the index anew", out + err)
    say(run("journal", "verify", journal) == (0, "", "") and figures("journal:" + journal) == wanted, "then all is well")
    with open(os.path.join(again, files(again, ".wbj")[-1]), "ab") as file:
        file.write(b"torn" * 5)
    code, out, err = run("journal", "verify", again)
    say(code == 1 and "20 bytes at its end" in out, "a torn end is named", out + err)
    code, out, err = run("journal", "repair", again, *RULES)
    say(code == 0 and run("journal", "verify", again) == (0, "", "") and os.listdir(os.path.join(again, "lost+tail")), "and cut aside", out + err)

    torn = os.path.join(again, files(again, ".wbi")[0]) if files(again, ".wbi") else ""
    code, out, err = run("journal", "repair", again, *RULES)
    say(code == 0 and "hints" not in out and torn, "what is sound is left as it is", out + err)
    with open(torn, "r+b") as file:
        file.truncate(60)
    code, out, err = run("journal", "repair", again, *RULES)
    say(code == 0 and out.count("hints were made anew") == 1, "torn hints are made anew", out + err)

    # Marks.
    say(run("journal", "mark", journal, "the", "lines\x1b[31m", "went", "down", "--at", "2023-11-15 00:10", *RULES)[0] == 0, "a mark is set")
    code, out, err = run("journal", "mark", journal, *RULES)
    say(code == 0 and out.startswith("2023-11-15T00:10:00Z  the lines") and "\x1b" not in out, "and listed, harmless", out + err)

    # Who writes it is named; beside him one may look.
    collector = start("collect", "--feed", "tcp://127.0.0.1:%d" % free_port(), "--journal", journal, *RULES)
    wait_for(journal, lambda s: s["running"])
    for words in (("journal", "seal", journal), ("journal", "repair", journal), ("import", "ndjson", events, "--to", journal)):
        code, out, err = run(*words)
        say(code == 1 and "held by process %d" % collector.pid in err, "%s beside a collector is refused by name" % words[1], err)
    code, out, err = run("journal", "ls", journal)
    say(code == 0 and "being written" in out and run("journal", "verify", journal)[0] == 0, "one may look on", out + err)
    end(collector)

    for words, text in ((("journal", "melt", journal), "ls|rules|verify|repair|export|mark|seal"), (("journal", "ls"), "which journal"),
                        (("journal", "seal", one), "takes the directory")):
        code, out, err = run(*words)
        say(code == 2 and text in err, "wrong usage is told: %s" % " ".join(words[:2]), err)
    code, out, err = run("journal", "repair", "--help")
    say(code == 0 and "repair" in out and "export  " not in out, "each has its own help", out)


with tempfile.TemporaryDirectory() as place:
    main(place)
print("1..%d" % len(results))
sys.exit(not all(results))
