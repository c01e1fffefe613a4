#!/usr/bin/env python3
"""The collector as an operator meets it: killed, started again, asked how it is. What is published arrives once, whoever dies. Prints TAP."""
import json, os, random, signal, socket, subprocess, sys, tempfile, time

BIN = os.environ["TABLO_BIN"]
ROUNDS = 6 * int(os.environ.get("TABLO_ROUNDS", "1"))
number = failed = 0


def say(good, name, why=""):
    global number, failed
    number += 1
    failed += not good
    print("%s %d - %s" % ("ok" if good else "not ok", number, name), flush=True)
    if not good and why:
        print("# " + str(why)[-2000:].replace("\n", "\n# "))


def free_port():
    for port in range(21000 + os.getpid() % 5000, 32000):
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


def start(*words, **more):
    return subprocess.Popen([BIN, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)


def end(process, sign=signal.SIGTERM):
    process.send_signal(sign)
    try:
        return process.communicate(timeout=20)[1]
    except subprocess.TimeoutExpired:
        process.kill()
        return "it did not end: " + process.communicate()[1]


def status(journal):
    done = subprocess.run([BIN, "collect", "--status", "--journal", journal], capture_output=True, text=True, timeout=20)
    return done.returncode, json.loads(done.stdout) if done.stdout.strip() else {}


def wait_for(journal, good, seconds=20):
    """Until the status is as wanted; returns it, or the last one."""
    until, found = time.monotonic() + seconds, {}
    while time.monotonic() < until:
        found = status(journal)[1]
        if found and good(found):
            return found
        time.sleep(0.05)
    return found


def received(found):
    return sum(feed["received"] for feed in found["feeds"])


def events(count, first=0):
    lines = []
    for i in range(first, first + count):
        ts = 1_700_000_000_000 + i * 10
        lines.append({"ts": ts, "type": "contact.queued", "contact": "c%d" % i, "queue": "Q%d" % (i % 5), "channel": "phone"})
        if i % 2:
            lines.append({"ts": ts + 5, "type": "contact.left", "contact": "c%d" % i, "why": "abandoned"})
    return "".join(json.dumps(line) + "\n" for line in lines), len(lines)


def survives(folder):
    """kill -9 at random moments while events come; the publisher keeps what a reader may ask for again."""
    journal, port = os.path.join(folder, "killed"), free_port()
    feed, replay = "tcp://127.0.0.1:%d" % port, "tcp://127.0.0.1:%d" % (port + 1)
    text, count = events(6000)
    path = os.path.join(folder, "events.ndjson")
    open(path, "w").write(text)
    words = ("collect", "--feed", feed, "--journal", journal, "--clock", "feed", "--zone", "UTC")
    publisher = start("publish", "--bind", feed, "--replay", replay, "--src", "pbx", "--speed", "12", "--batch", "20", "--wait", "1", "--linger", "60s", path)
    chance, kills, log = random.Random(7), 0, ""
    collector = start(*words)
    for _ in range(ROUNDS):
        time.sleep(0.1 + chance.random() * 0.6)
        log += end(collector, signal.SIGKILL)
        kills += 1
        collector = start(*words)
    found = wait_for(journal, lambda s: s["running"] and received(s) == count and not any(f["missing"] for f in s["feeds"]), 40)
    say(found.get("feeds") and received(found) == count and found["feeds"][0]["lost"] == 0 and found["feeds"][0]["missing"] == 0,
        "after %d kills every event is there once" % kills, "%s\n%s" % (found.get("feeds"), log))
    say(found["journal"]["damaged"] == 0 and "journal:" not in log, "no damage", "%s\n%s" % (found["journal"], log))
    code, found = status(journal)
    say(code == 0 and found["running"] and found["journal"]["health"] == "ok", "--status says that all is well", found)
    second = subprocess.run([BIN, *words], capture_output=True, text=True, timeout=20)
    say(second.returncode == 1 and str(collector.pid) in second.stderr, "a second writer is refused, and the first named", second.stderr)
    say("stop" not in end(collector), "SIGTERM ends it in order")
    code, found = status(journal)
    say(code == 1 and not found["running"] and found["lsn"] == found["journal"]["durable"], "everything is durable then", found)
    last = found["lsn"]
    collector = start(*words)
    found = wait_for(journal, lambda s: s["running"] and s["journal"]["recovered_from"])
    say(found["journal"]["recovered_from"] == last and found["journal"]["recovered"] == 0 and received(found) == count,
        "a start goes on from the state that was saved", found["journal"])
    end(collector)
    end(publisher)


def takes_a_file(folder):
    journal = os.path.join(folder, "file")
    text, count = events(300)
    path = os.path.join(folder, "few.ndjson")
    open(path, "w").write(text)
    done = subprocess.run([BIN, "collect", "--feed", "file:" + path, "--journal", journal, "--zone", "UTC"], capture_output=True, text=True, timeout=30)
    found = status(journal)[1]
    say(done.returncode == 0 and received(found) == count, "a file is collected to its end", done.stderr)


def fills_a_disk(folder):
    place = os.path.join(folder, "small")
    os.mkdir(place)
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", place], capture_output=True).returncode:
        global number
        number += 1
        print("ok %d - a full disk # SKIP no tmpfs can be mounted here" % number)
        return
    try:
        journal, port = os.path.join(place, "j"), free_port()
        feed = "tcp://127.0.0.1:%d" % port
        ballast = os.path.join(place, "ballast")
        collector = start("collect", "--feed", feed, "--journal", journal, "--clock", "feed", "--zone", "UTC", "--set", "journal_keep_free=0")
        wait_for(journal, lambda s: s["running"])
        try:
            with open(ballast, "wb", buffering=0) as f:
                while f.write(b"x" * 65536):
                    pass
        except OSError:
            pass
        path = os.path.join(folder, "many.ndjson")
        text, count = events(140000)
        open(path, "w").write(text)
        publisher = start("publish", "--bind", feed, "--linger", "20s", path)
        found = wait_for(journal, lambda s: s["journal"]["health"] == "full", 30)
        say(found["journal"]["health"] == "full" and found["journal"]["why"], "a full disk is named", found["journal"])
        os.unlink(ballast)
        subprocess.run(["mount", "-o", "remount,size=256m", place], check=True)
        found = wait_for(journal, lambda s: s["journal"]["health"] == "ok" and received(s) == count, 30)
        say(found["journal"]["health"] == "ok" and received(found) == count, "and heals by itself", found)
        log = end(collector)
        say("not journalled" in log and "all is well again" in log, "the log says both", log)
        end(publisher)
    finally:
        subprocess.run(["umount", "-l", place], capture_output=True)


def main():
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([BIN, "collect", "--feed", "tcp://127.0.0.1:9"], capture_output=True, text=True, timeout=20)
        say(done.returncode == 2 and "--journal" in done.stderr, "without a journal it says what is missing", done.stderr)
        code, found = status(os.path.join(folder, "none"))
        say(code == 1 and not found, "no collector, no status")
        takes_a_file(folder)
        survives(folder)
        fills_a_disk(folder)
    print("1..%d" % number)
    return failed > 0


sys.exit(main())
