#!/usr/bin/env python3
"""The example publishers and `tablo publish`, each read by the built program over a real socket. Prints TAP."""
import json, os, shutil, signal, socket, subprocess, sys, tempfile

BIN, SOURCE = os.environ["TABLO_BIN"], os.environ["TABLO_SOURCE"]
EXAMPLES = os.path.join(SOURCE, "docs", "examples")
results = []


def say(good, name, why=""):
    results.append(good)
    print("%s %d - %s" % ("ok" if good else "not ok", len(results), name))
    if not good:
        print("# " + str(why)[:2000].replace("\n", "\n# "))


def skip(name, why):
    results.append(True)
    print("ok %d - %s # SKIP %s" % (len(results), name, why))


def free_port():
    for port in range(20000 + os.getpid() % 5000, 32000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise SystemExit("no free port")


def snapshot(url, *words):
    done = subprocess.run([BIN, "snapshot", "--feed", url, "--json", "--zone", "UTC", "--wait", "20s", *words],
                          capture_output=True, text=True, timeout=60)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


def figure(document, metric, scope):
    found = [f for f in document["figures"] if f["metric"] == metric and f["scope"] == scope]
    return found[0]["value"] if found else 0


def look_at(name, command, cwd, src):
    """Starts a publisher, takes one look at what the program makes of it, and ends it."""
    url = "tcp://127.0.0.1:%d" % free_port()
    publisher = subprocess.Popen([*command, url], cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        document = snapshot(url, "--for", "3s", "--window", "today")
        feed = document["feeds"][0]
        answered = figure(document, "answered", {"queue": "Billing"})
        say(answered >= 1, name + ": its calls are counted", document["feeds"])
        say(feed["state"] == "live" and feed["src"] == src and feed["lost"] == 0, name + ": live, and nothing lost", feed)
        say(not any(feed["rejected"].values()), name + ": nothing rejected", feed)
    except Exception as error:
        say(False, name, error)
    finally:
        publisher.send_signal(signal.SIGKILL)
        publisher.communicate()


def look_at_python():
    """By the system's Python where the first one found lacks the packages."""
    for python in (sys.executable, "/usr/bin/python3"):
        if subprocess.run([python, "-c", "import zmq, msgpack"], capture_output=True).returncode == 0:
            return look_at("publish.py", [python, os.path.join(EXAMPLES, "publish.py")], None, "example-py")
    skip("publish.py", "pyzmq or msgpack is not installed")


def look_at_node(folder):
    names = {"publish.mjs": "example-js", "publish-msgpackr.mjs": "example-msgpackr"}
    if not shutil.which("node") or not shutil.which("npm"):
        for name in names:
            skip(name, "Node.js is not installed")
        return
    for name in [*names, "package.json", "package-lock.json"]:
        shutil.copy(os.path.join(EXAMPLES, name), folder)
    try:
        done = subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=folder, capture_output=True, text=True, timeout=120)
    except subprocess.TimeoutExpired:
        done = None
    loads = ["node", "-e", "require('zeromq'); require('msgpackr')"]
    if done is None or done.returncode or subprocess.run(loads, cwd=folder, capture_output=True).returncode:
        for name in names:
            skip(name, "npm cannot install zeromq here")
        return
    for name, src in names.items():
        look_at(name, ["node", os.path.join(folder, name)], folder, src)


T = 1_700_000_000_000


def call(n):
    at = T + n * 700
    return [{"type": "contact.queued", "ts": at, "contact": "c%d" % n, "queue": "Sales", "channel": "phone"},
            {"type": "contact.answered", "ts": at + 400, "contact": "c%d" % n, "agent": "a%d" % (n % 7), "wait_ms": 400}]


def look_at_publish(folder):
    """20,000 events at full speed, a line that is none among them: over a socket as from the file, to the last one."""
    path, url = os.path.join(folder, "events.ndjson"), "ipc://" + os.path.join(folder, "feed")
    with open(path, "w") as out:
        for n in range(10000):
            if n == 5000:
                out.write('{"type": "contact.queued", "contact": "x"}\n')
            for event in call(n):
                out.write(json.dumps(event) + "\n")
    publisher = subprocess.Popen([BIN, "publish", "--bind", url, "--linger", "4s", path], stderr=subprocess.PIPE, text=True)
    try:
        document = snapshot(url, "--clock", "feed", "--for", "2s", "--window", "7d")
        said = publisher.communicate(timeout=30)[1]
        say(figure(document, "answered", {"queue": "Sales"}) == 10000, "publish: every call arrives", document["feeds"])
        say(document["feeds"][0]["lost"] == 0, "publish: nothing lost", document["feeds"])
        say(path + ":10001: " in said, "publish: the line that is no event is named", said)
        say("20000 events published, 1 lines refused" in said and publisher.returncode == 1, "publish: it counts", said)
    except Exception as error:
        say(False, "publish", error)
        publisher.kill()


def stop_publish(folder):
    """SIGTERM while it waits for input, and while it waits for a subscriber that never comes."""
    for words, name in ((["--live"], "live"), ([], "waiting for a subscriber")):
        socket = os.path.join(folder, "stop-%d" % len(words))
        publisher = subprocess.Popen([BIN, "publish", "--bind", "ipc://" + socket, *words],
                                     stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        publisher.stdin.write(json.dumps(call(1)[0]) + "\n")
        publisher.stdin.flush()
        while not os.path.exists(socket) and publisher.poll() is None:
            pass
        publisher.send_signal(signal.SIGTERM)
        try:
            said = publisher.communicate(timeout=20)[1]
            say(publisher.returncode == 0 and "stopped" in said, "publish, %s: ends on SIGTERM" % name, said)
        except subprocess.TimeoutExpired:
            publisher.kill()
            say(False, "publish, %s: ends on SIGTERM" % name, "it does not")


with tempfile.TemporaryDirectory(prefix="tablo-") as place:
    look_at_python()
    look_at_node(place)
    look_at_publish(place)
    stop_publish(place)
print("1..%d" % len(results))
sys.exit(not all(results))
