"""Collectors for tests: started, killed, asked how they are. Counts and prints TAP."""
import json, os, signal, socket, subprocess, time

BIN = os.environ["TABLO_BIN"]
results = []


def say(good, name, why=""):
    results.append(bool(good))
    print("%s %d - %s" % ("ok" if good else "not ok", len(results), name), flush=True)
    if not good and why:
        print("# " + str(why)[-2000:].replace("\n", "\n# "), flush=True)


def free_port():
    """The first of two below the ports that connections take."""
    for port in range(21000 + os.getpid() % 5000, 32000, 2):
        with socket.socket() as first, socket.socket() as second:
            try:
                first.bind(("127.0.0.1", port))
                second.bind(("127.0.0.1", port + 1))
                return port
            except OSError:
                pass


def start(*words, **more):
    return subprocess.Popen([BIN, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more)


def end(process, sign=signal.SIGTERM):
    """What it had to say."""
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


def missing_of(found):
    return sum(feed["missing"] for feed in found["feeds"])
