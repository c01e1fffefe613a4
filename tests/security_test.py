#!/usr/bin/env python3
"""Keys, encryption and the doctor, on the built program as people use it. Prints TAP."""
import json, os, signal, socket, stat, subprocess, sys, tempfile, threading, time

BIN = os.environ["TABLO_BIN"]
results = []


def say(good, name, why=""):
    results.append(bool(good))
    print("%s %d - %s" % ("ok" if good else "not ok", len(results), name))
    if not good:
        print("# " + str(why)[:2500].replace("\n", "\n# "))


def run(*words, **more):
    done = subprocess.run([BIN, *words], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, **more)
    return done.returncode, done.stdout, done.stderr


def free_port():
    for port in range(20000 + os.getpid() % 5000, 32000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise SystemExit("no free port")


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


def write(path, text, bits=0o644):
    with open(path, "w") as file:
        file.write(text)
    os.chmod(path, bits)
    return path


def secret_of(path):
    return [line.split()[1] for line in open(path) if line.startswith("secret ")][0]


class Place:
    """A folder with the keys of a publisher, a board and a stranger, and their configurations."""

    def __init__(self, folder):
        self.folder, self.url = folder, "tcp://127.0.0.1:%d" % free_port()
        self.said = []
        for name in ("publisher", "board", "stranger"):
            self.said.append(run("keygen", "--out", self.path(name)))
        write(self.path("clients"), "# boards\n" + open(self.path("board.pub")).read())
        write(self.path("publisher.conf"), 'key_file = "%s"\nclient_keys = "%s"\n' % (self.path("publisher"), self.path("clients")))
        for name, server, own in (("right", "publisher", "board"), ("wrong_server", "stranger", "board"), ("wrong_client", "publisher", "stranger")):
            write(self.path(name + ".conf"), 'feed "%s" {\n\tserver_key = "%s"\n\tkey_file = "%s"\n}\n'
                  % (self.url, self.path(server + ".pub"), self.path(own)))

    def path(self, name):
        return os.path.join(self.folder, name)

    def secrets(self):
        return [secret_of(self.path(name)) for name in ("publisher", "board", "stranger")]


def keygen(place):
    for (code, out, err), name in zip(place.said, ("publisher", "board", "stranger")):
        if name == "publisher":
            say(code == 0 and err == "" and len(out.strip()) == 40, "keygen prints the public key", out + err)
            say(out == open(place.path("publisher.pub")).read(), "it is what stands in the public file")
    say(mode(place.path("publisher")) == 0o600 and mode(place.path("publisher.pub")) == 0o644, "the secret file is 0600, the public one 0644")
    everything = "".join(out + err for _, out, err in place.said)
    say(not any(secret in everything for secret in place.secrets()), "no secret is printed")
    before = open(place.path("board")).read()
    code, out, err = run("keygen", "--out", place.path("board"))
    say(code == 1 and out == "" and "board" in err and open(place.path("board")).read() == before, "a key is never overwritten", out + err)
    code, out, err = run("keygen", "--out", place.path("none/key"))
    say(code == 1 and out == "" and err.count("\n") == 1, "where nothing can be written that is told", err)


class Watch(threading.Thread):
    """What stands in command lines and environments of the program under test, while it runs."""

    def __init__(self):
        super().__init__(daemon=True)
        self.seen, self.looks, self.stop = set(), 0, False

    def run(self):
        while not self.stop:
            for number in filter(str.isdigit, os.listdir("/proc")):
                command = self.read(number, "cmdline")
                if BIN.encode() in command:
                    self.seen |= {command, self.read(number, "environ")}
            self.looks += 1

    @staticmethod
    def read(number, name):
        try:
            with open("/proc/%s/%s" % (number, name), "rb") as file:
                return file.read()
        except OSError:  # it has ended
            return b""


class Publisher:
    """`tablo publish --live`, with a pipe to its standard input; one call is published at once."""

    def __init__(self, place, *words):
        self.process = subprocess.Popen([BIN, "publish", "--live", "--bind", place.url, *words], stdin=subprocess.PIPE, stderr=subprocess.PIPE,
                                        stdout=subprocess.DEVNULL, text=True)
        self.send("a")
        deadline = time.monotonic() + 20
        host, port = place.url[6:].split(":")
        while time.monotonic() < deadline and self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex((host, int(port))) == 0:
                    break

    def send(self, contact):
        self.process.stdin.write(json.dumps({"ts": int(time.time() * 1000), "type": "contact.queued", "contact": contact, "queue": "Billing",
                                             "channel": "phone"}) + "\n")
        self.process.stdin.flush()

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.communicate(timeout=30)[1]


def look(place, name, *words):
    code, out, err = run("snapshot", "--feed", place.url, *(["--config", place.path(name + ".conf")] if name else []),
                         "--json", "--wait", "15s", "--for", "500ms", *words)
    try:
        return code, json.loads(out)["feeds"][0], err
    except (ValueError, IndexError):
        return code, {"state": "none", "rejected": {}}, err + out


def over_the_wire(place):
    watch = Watch()
    watch.start()
    publisher = Publisher(place, "--config", place.path("publisher.conf"), "--replay", "tcp://127.0.0.1:*")
    code, feed, err = look(place, "right")
    say(code == 0 and feed["state"] == "live" and not feed["rejected"], "with the right keys the board is live", (feed, err))
    said = err
    code, feed, err = look(place, "wrong_client")
    said += err
    say(code == 1 and feed["state"] == "refused" and feed["rejected"] == {"key_refused": 1} and "our key" in feed.get("why", ""),
        "a key that is not on the list is named", (feed, err))
    say(open(place.path("stranger.pub")).read().strip() in err, "the message names the public key to be listed", err)
    code, feed, err = look(place, "wrong_server")
    said += err
    say(code == 1 and feed["state"] == "refused" and feed["rejected"].get("wrong_server_key", 0) >= 1 and "pinned" in feed.get("why", ""),
        "another server key than the pinned one is named", (feed, err))
    code, feed, err = look(place, None)
    said += err
    say(code == 1 and feed["state"] == "refused" and "no_common_security" in feed["rejected"], "a board without keys is told to set them", (feed, err))
    said += reload_list(place, publisher)
    code, out, err = run("doctor", "--config", place.path("right.conf"), "--feed", place.url, "--json")
    said += out + err
    lines = [line for line in json.loads(out)["lines"] if line["check"] == "feeds"]
    say(code == 0 and len(lines) == 3 and all(line["state"] == "ok" for line in lines) and "encrypted" in lines[0]["text"] and "clock" in lines[2]["text"],
        "the doctor finds an encrypted feed in order", out)
    code, out, err = run("doctor", "--config", place.path("wrong_client.conf"), "--feed", place.url, "--for", "1s")
    said += out + err
    say(code == 1 and any(line.startswith("bad") and "list of clients" in line for line in out.splitlines()), "the doctor names a refused key", out)
    log = publisher.end()
    say(open(place.path("stranger.pub")).read().strip() in log and "refused" in log, "the publisher's log names who was refused", log)
    watch.stop = True
    watch.join()
    everything = (said + log).encode() + b"".join(watch.seen)
    say(watch.looks > 10 and any(b"publisher.conf" in text for text in watch.seen), "command lines were looked at", watch.looks)
    say(not any(secret.encode() in everything for secret in place.secrets()), "no secret in a command line, an environment or a log")


def reload_list(place, publisher):
    """SIGHUP: the stranger is put on the list, and taken off again."""
    listed = open(place.path("clients")).read()
    write(place.path("clients"), listed + open(place.path("stranger.pub")).read())
    publisher.process.send_signal(signal.SIGHUP)
    deadline, feed, err = time.monotonic() + 15, {"state": ""}, ""
    while feed["state"] != "live" and time.monotonic() < deadline:
        code, feed, err = look(place, "wrong_client")
    say(feed["state"] == "live", "SIGHUP reads the list again", (feed, err))
    write(place.path("clients"), listed)
    publisher.process.send_signal(signal.SIGHUP)
    while feed["state"] != "refused" and time.monotonic() < deadline:
        code, feed, err = look(place, "wrong_client")
    say(feed["state"] == "refused" and publisher.process.poll() is None, "and who was taken off it is refused", (feed, err))
    return err


def plaintext(place):
    config = write(place.path("plain.conf"), 'title = "Wall"\n')
    code, out, err = run("snapshot", "--feed", "tcp://192.0.2.1:5560", "--config", config)
    say(code == 1 and out == "" and err.count("\n") == 1 and all(word in err for word in ("tcp://192.0.2.1:5560", config, "server_key", "allow_plaintext")),
        "plaintext to another machine is refused, with file, thing and remedy", err)
    code, out, err = run("publish", "--bind", "tcp://*:%d" % free_port(), "--config", config)
    say(code == 1 and all(word in err for word in ("tcp://*:", config, "client_keys", "allow_plaintext")), "so is publishing to it", err)
    log = write(place.path("queue_log"), "1700000000|NONE|NONE|NONE|QUEUESTART|\n")
    code, out, err = run("import", "queue_log", log, "--publish", "tcp://0.0.0.0:%d" % free_port(), "--config", config)
    say(code == 1 and "client_keys" in err and config in err, "and importing to it", err)
    code, out, err = run("publish", "--bind", place.url, "--replay", "tcp://0.0.0.0:%d" % free_port(), "--config", config)
    say(code == 1 and "0.0.0.0" in err and "allow_plaintext" in err, "and letting it catch up", err)
    code, out, err = run("snapshot", "--feed", "tcp://192.0.2.1:5560", "--set", "allow_plaintext=true", "--wait", "300ms")
    say(code == 1 and "nothing came" in err, "with leave it is tried", err)
    code, out, err = run("check", write(place.path("bare.conf"), 'feeds = { "tcp://192.0.2.1:5560" }\n'))
    say(code == 1 and "bare.conf" in err and "allow_plaintext" in err, "check tells it as well", out + err)
    pinned = 'server_key = "/no/such/file"\nfeeds = { "tcp://192.0.2.1:5560" }\n'
    code, out, err = run("check", write(place.path("pinned.conf"), pinned))
    say(code == 0, "and looks at no key file, which may be another user's", out + err)
    section = write(place.path("section.conf"), 'feed "tcp://192.0.2.1:5560" { allow_plaintext = true }\n')
    code, out, err = run("snapshot", "--feed", "tcp://192.0.2.1:5560", "--config", section, "--wait", "300ms")
    say(code == 1 and "nothing came" in err, "leave for one feed is enough for that one", err)
    code, out, err = run("snapshot", "--feed", "tcp://192.0.2.2:5560", "--config", section, "--wait", "300ms")
    say(code == 1 and "allow_plaintext" in err, "and not for another", err)


def key_files(place):
    for bits in (0o640, 0o644, 0o666):
        os.chmod(place.path("board"), bits)
        code, out, err = run("snapshot", "--feed", place.url, "--config", place.path("right.conf"))
        say(code == 1 and "chmod 600" in err and "right.conf:1: key_file" in err, "a secret file of mode %o is refused" % bits, err)
    code, out, err = run("doctor", "--config", place.path("right.conf"), "--feed", place.url, "--for", "100ms")
    say(code == 1 and any(line.startswith("bad   keys") and "chmod 600" in line for line in out.splitlines()), "the doctor sees it too", out)
    os.chmod(place.path("board"), 0o600)
    link = place.path("link")
    os.symlink(place.path("board"), link)
    code, out, err = run("snapshot", "--feed", place.url, "--set", "key_file=" + link)
    say(code == 1 and "symbolic link" in err, "a link is refused", err)
    code, out, err = run("check", write(place.path("twice.conf"), 'feed "tcp://a:1" { }\nfeed "tcp://a:1" { }\n'))
    say(code == 1 and "twice.conf:2:" in err, "two sections of one feed are refused", out + err)


def doctor(place):
    code, out, err = run("doctor", "--feed", "tcp://127.0.0.1:40000", "--journal", place.folder, "--for", "300ms", env={**os.environ, "LC_ALL": "C"})
    lines = {}
    for line in out.splitlines():
        lines.setdefault(line.split()[1], []).append(line)
    say(code == 1 and err == "" and set(lines) == {"terminal", "locale", "zones", "limits", "disk", "zmq", "keys", "feeds"}, "a line for each check", out)
    say(lines["locale"][0].startswith("warn") and "C.UTF-8" in lines["locale"][0], "a locale without UTF-8 is doubtful, with its remedy", out)
    say(len(lines["disk"]) == 2 and "safe within" in lines["disk"][1], "the journal's disk is looked at", lines["disk"])
    say(os.listdir(place.folder) and not [n for n in os.listdir(place.folder) if "tmp" in n], "nothing is left there")
    say(any(line.startswith("warn") and "32768" in line for line in lines["feeds"]), "a port of outgoing connections is doubtful", out)
    say(any(line.startswith("bad") and "nothing came" in line for line in lines["feeds"]), "a feed that says nothing is bad", out)
    code, out, err = run("doctor", "--journal", place.path("none"), "--json")
    document = json.loads(out)
    say(code == 1 and document["state"] == "bad" and [l for l in document["lines"] if l["check"] == "disk" and l["state"] == "bad" and l["remedy"]],
        "--json says the same", out)
    code, out, err = run("doctor", "--set", "feeds=sim:1", "--json")
    say(code == 0 and json.loads(out)["state"] in ("ok", "warn"), "exit 0 where nothing is bad", out + err)
    code, out, err = run("doctor", "--feed", "tcp://192.0.2.1:5560", "--for", "100ms")
    say(code == 1 and "allow_plaintext" in out, "plaintext without leave is bad", out)


def demo(place):
    """The demo's feed is encrypted, and its keys do not outlive it."""
    runtime = place.path("runtime")
    os.mkdir(runtime, 0o700)
    process = subprocess.Popen([BIN, "demo", "--plain", "--seed", "3"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
                               env={**os.environ, "XDG_RUNTIME_DIR": runtime}, text=True)
    deadline, folder = time.monotonic() + 20, None
    while time.monotonic() < deadline and not (folder and os.path.exists(folder + "/feed")):
        found = os.listdir(runtime)
        folder = os.path.join(runtime, found[0]) if found else None
    code, out, err = run("snapshot", "--feed", "ipc://%s/feed" % folder, "--json", "--wait", "15s")
    feed = json.loads(out)["feeds"][0] if out else {}
    say(code == 1 and "no_common_security" in feed.get("rejected", {}), "nobody reads the demo's feed without its key", out[-500:] + err)
    code, out, err = run("snapshot", "--feed", "ipc://%s/feed" % folder, "--set", "server_key=%s/key.pub" % folder, "--set", "key_file=%s/key" % folder,
                         "--json", "--wait", "15s")
    say(code == 0 and json.loads(out)["feeds"][0]["state"] == "live", "with it one can", err)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    say(os.listdir(runtime) == [], "the demo takes its keys away", os.listdir(runtime))


with tempfile.TemporaryDirectory(prefix="tablo-") as where:
    os.umask(0o022)
    here = Place(where)
    keygen(here)
    plaintext(here)
    key_files(here)
    over_the_wire(here)
    doctor(here)
    demo(here)
print("1..%d" % len(results))
sys.exit(not all(results))
