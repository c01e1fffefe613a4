#!/usr/bin/env python3
"""`tablo bridge webhook` as a whole: killed while others deliver, a disk that is full, hostile senders, TLS. Prints TAP.
TABLO_ROUNDS=N: N times as many rounds."""
import base64, hashlib, hmac, http.client, json, os, random, resource, shutil, signal, socket, ssl, subprocess, sys, tempfile, threading, time, warnings

try:
    import msgpack, zmq
except ImportError:
    if sys.executable != "/usr/bin/python3" and os.path.exists("/usr/bin/python3"):
        os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])
    print("1..0 # SKIP needs pyzmq and msgpack")
    sys.exit(0)

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from collect_test_parts import BIN, free_port, results, say

SOURCE, DATA = os.environ["TABLO_SOURCE"], os.environ.get("TABLO_DATA") or ""
ROUNDS = int(os.environ.get("TABLO_ROUNDS", "1"))
KEYS = {name: name + "-secret-1" for name in ("generic", "zammad", "chatwoot", "zendesk", "intercom", "freshdesk", "twilio", "amazon-connect")}
BEARER = {"Authorization": "Bearer " + KEYS["generic"]}


class Bridge:
    """One folder of state, and the program over it as often as it is begun."""

    begun = []

    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        self.publish = self.port + 1
        with open(os.open(folder + "/secrets", os.O_WRONLY | os.O_CREAT, 0o600), "w") as secrets:
            secrets.write("".join("%s = %s\n" % pair for pair in KEYS.items()))
        with open(folder + "/salt", "w") as salt:
            salt.write("0123456789abcdef0123456789abcdef\n")

    def begin(self, *words, listen=None, **more):
        self.listen = listen or "127.0.0.1:%d" % self.port
        self.log = open(self.folder + "/log", "a")
        self.process = subprocess.Popen(
            [BIN, "bridge", "webhook", "--state", self.folder + "/state", "--listen", self.listen, "--secret-file", self.folder + "/secrets", "--salt-file", self.folder + "/salt",
             "--bind", "ipc://%s/publish" % self.folder, "--replay", "ipc://%s/replay" % self.folder, *words], stdout=self.log, stderr=self.log, **more)
        Bridge.begun.append(self.process)
        return self

    def connect(self, timeout=10):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def answers(self):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                return self.ask("GET", "/health")
            except OSError:
                if self.process.poll() is not None:
                    break
                time.sleep(0.01)
        raise RuntimeError("it does not answer: " + self.said())

    def ask(self, method, path, body=None, headers={}):
        link = self.connect()
        try:
            link.request(method, path, body, {"Content-Type": "application/json", **headers})
            answer = link.getresponse()
            return answer.status, answer.read().decode()
        finally:
            link.close()

    def said(self):
        self.log.flush()
        return open(self.folder + "/log").read()

    def memory(self):
        for line in open("/proc/%d/status" % self.process.pid):
            if line.startswith("VmHWM"):
                return int(line.split()[1])

    def end(self, sign=signal.SIGTERM):
        self.process.send_signal(sign)
        self.process.wait(timeout=20)

    def published(self):
        """Every event that the outbox holds, as a reader that missed all of them is given it."""
        context = zmq.Context()
        feed, dealer = context.socket(zmq.SUB), context.socket(zmq.DEALER)
        feed.setsockopt(zmq.SUBSCRIBE, b"")
        feed.connect("ipc://%s/publish" % self.folder)
        dealer.connect("ipc://%s/replay" % self.folder)
        try:
            feed.poll(10000) or self.fail("nothing was published")
            beat = msgpack.unpackb(feed.recv_multipart()[1])
            events, wanted, deadline = {}, 1, time.monotonic() + 60
            while time.monotonic() < deadline:
                dealer.send_multipart([b"", msgpack.packb({"src": beat["src"], "boot": beat["boot"], "from": wanted, "to": wanted + 100000})])
                more = False
                while dealer.poll(3000):
                    batch = msgpack.unpackb(dealer.recv_multipart()[1])
                    if batch.get("end"):
                        break
                    for i, event in enumerate(batch["events"]):
                        events[batch["seq"] + i] = event
                        more = True
                if not more:
                    return [events[number] for number in sorted(events)]
                wanted = max(events) + 1
                time.sleep(0.26)  # a reader is answered four times a second
            self.fail("the reader was not given everything")
        finally:
            context.destroy(linger=0)

    def fail(self, why):
        raise RuntimeError(why)


def body_of(contact):
    return json.dumps({"type": "contact.queued", "contact": contact, "queue": "Billing", "channel": "phone", "customer": "+1555" + contact})


def deliver(bridge, name, count, stop, accepted):
    """As a source does: the same delivery again until somebody takes it."""
    link, number = None, 0
    while number < count and not stop.is_set():
        contact = "%s-%d" % (name, number)
        try:
            link = link or bridge.connect(timeout=2)
            link.request("POST", "/events", body_of(contact), {**BEARER, "Content-Type": "application/json", "Idempotency-Key": contact})
            answer = link.getresponse()
            answer.read()
            if answer.status == 200:
                accepted.append(contact)
                number += 1
        except (OSError, http.client.HTTPException):
            link and link.close()
            link = None
            time.sleep(0.002)
    link and link.close()


def counts_are_exact_when_killed(folder):
    bridge, kills, stop = Bridge(folder), 20 * ROUNDS, threading.Event()
    accepted = [[] for _ in range(4)]
    bridge.begin("--sync").answers()
    senders = [threading.Thread(target=deliver, args=(bridge, "s%d" % i, 10 ** 9, stop, accepted[i])) for i in range(4)]
    [sender.start() for sender in senders]
    for _ in range(kills):
        time.sleep(random.uniform(0.02, 0.2))
        bridge.end(signal.SIGKILL)
        bridge.begin("--sync").answers()
    time.sleep(0.2)
    stop.set()
    [sender.join(20) for sender in senders]
    got = [event["contact"] for event in bridge.published()]
    told = sorted(sum(accepted, []))
    bridge.end()
    # One delivery of each sender may be written and its answer lost: it is there once, and nobody was told.
    extra = set(got) - set(told)
    say(len(got) == len(set(got)), "killed %d times with -9: nothing counts twice (%d deliveries)" % (kills, len(got)), bridge.said())
    say(set(told) <= set(got) and len(extra) <= 4 and len(told) > kills, "... and nothing that was acknowledged is lost", (len(told), len(got), sorted(extra)))
    clear = subprocess.run(["grep", "-rlaE", r"\+1555s[0-9]", folder], capture_output=True, text=True).stdout
    say(not clear, "no customer's number is kept or said anywhere", clear)
    secrets = [name for name in subprocess.run(["grep", "-rla", KEYS["generic"], folder], capture_output=True, text=True).stdout.split() if not name.endswith("/secrets")]
    say(not secrets, "no secret is kept or said anywhere", secrets)


def a_full_disk_acknowledges_nothing(folder):
    bridge = Bridge(folder)
    bridge.begin(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (40000, resource.RLIM_INFINITY))).answers()
    taken, refused = [], []
    for number in range(3000):
        contact = "f%d" % number
        status, text = bridge.ask("POST", "/events", body_of(contact), {**BEARER, "Idempotency-Key": contact})
        (taken if status == 200 else refused).append((status, contact))
        if len(refused) == 5:
            break
    health = bridge.ask("GET", "/health")
    say(len(refused) == 5 and all(status == 503 for status, _ in refused), "a disk that is full: 503, not 200", refused)
    say(health[0] == 503 and "disk" in health[1], "... and /health says so", health)
    bridge.end()
    bridge.begin().answers()
    again = [bridge.ask("POST", "/events", body_of(contact), {**BEARER, "Idempotency-Key": contact}) for _, contact in refused]
    events = [event["contact"] for event in bridge.published()]
    bridge.end()
    say(all(answer == (200, "mapped\n") for answer in again), "... what was refused is taken when there is room again", again)
    say(sorted(events) == sorted(contact for _, contact in taken + refused), "... and everything is there once", (len(events), len(taken)))


def hostile_senders_cost_little(folder):
    bridge = Bridge(folder)
    bridge.begin().answers()
    before = bridge.memory()
    piece, sent, said = b"10000\r\n" + b"x" * 65536 + b"\r\n", 0, b""
    with socket.create_connection(("127.0.0.1", bridge.port), timeout=10) as link:
        link.sendall(b"POST /events HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            while sent < 1 << 30:
                link.sendall(piece)
                sent += 65536
        except OSError:
            pass
        try:
            said = link.recv(1000)
        except OSError:
            pass
    say(sent < 16 << 20, "1 GiB in pieces ends after the limit (%d KiB)" % (sent >> 10), said)
    with socket.create_connection(("127.0.0.1", bridge.port), timeout=10) as link:
        link.sendall(b"POST /events HTTP/1.1\r\nHost: t\r\nContent-Length: 1073741824\r\n\r\n")
        said = link.recv(1000)
    say(b" 413 " in said, "1 GiB that is announced is refused at once", said)
    slow = [socket.create_connection(("127.0.0.1", bridge.port), timeout=20) for _ in range(300)]
    for link in slow:
        link.sendall(b"POST /events HTTP/1.1\r\nHost: t\r\nContent-Length: 100000\r\n\r\n{")
    answer = bridge.ask("POST", "/events", body_of("x1"), BEARER)
    say(answer == (200, "mapped\n"), "300 slow ones do not keep the others out", answer)
    deadline, ended = time.monotonic() + 16, 0
    for link in slow:
        link.settimeout(max(0.1, deadline - time.monotonic()))
        try:
            said = link.recv(100)
            ended += not said or b" 408 " in said
        except ConnectionError:
            ended += 1
        except OSError:
            pass
        link.close()
    say(ended == 300, "... and each is ended after 10 s", ended)
    deep = [bridge.ask("POST", "/events", body, BEARER)[0] for body in ("[" * 500000, '{"a":' * 200000, '{"type":"a","type":"b"}', b"\xff\xfe{}", "nan", '{"ts":1e999}')]
    say(all(status == 400 for status in deep), "deep, doubled, broken and endless JSON: 400", deep)
    grown = bridge.memory() - before
    say(grown < 60000 or os.environ.get("TABLO_SANITIZED") == "1", "memory stays flat meanwhile (%d KiB)" % grown)
    bridge.end()
    say("Sanitizer" not in bridge.said(), "it ends in order", bridge.said())


def zammads_own_delivery_is_mapped(folder):
    path = os.path.join(DATA, "payload-samples", "zammad_webhook.json")
    if not DATA or not os.path.exists(path):
        results.append(True)
        print("ok %d - Zammad's own example # SKIP there are no samples" % len(results))
        return
    bridge, body = Bridge(folder), open(path, "rb").read()
    bridge.begin().answers()
    signed = {"X-Hub-Signature": "sha1=" + mac("zammad", body, "sha1").hexdigest(), "X-Zammad-Trigger": "t", "X-Zammad-Delivery": "d-1"}
    first, again = bridge.ask("POST", "/zammad", body, signed), bridge.ask("POST", "/zammad", body, signed)
    forged = bridge.ask("POST", "/zammad", body.replace(b"1", b"2", 1), {**signed, "X-Zammad-Delivery": "d-2"})
    events = bridge.published()
    bridge.end()
    say(first == (200, "mapped\n") and any(event["type"] == "case.opened" for event in events), "Zammad's own example, signed as Zammad signs, becomes events", (first, events))
    say(again == (200, "duplicate\n") and forged[0] == 403, "... once; and a forged one is refused", (again, forged))


def mac(name, text, how="sha256"):
    return hmac.new(KEYS[name].encode(), text, how)


def signed_as(name, body, port, away=0):
    """Path and headers of a delivery as each product's own documentation has them."""
    then = time.time() + away
    iso = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(then))
    if name == "chatwoot":
        return "/chatwoot", {"X-Chatwoot-Timestamp": "%d" % then, "X-Chatwoot-Signature": "sha256=" + mac(name, b"%d." % then + body).hexdigest(), "X-Chatwoot-Delivery": "c-%d" % then}
    if name == "zendesk":
        return "/zendesk", {"X-Zendesk-Webhook-Signature-Timestamp": iso, "X-Zendesk-Webhook-Signature": base64.b64encode(mac(name, iso.encode() + body).digest()).decode()}
    if name == "intercom":
        return "/intercom", {"X-Hub-Signature": "sha1=" + mac(name, body, "sha1").hexdigest()}
    if name == "zammad":
        return "/zammad", {"X-Hub-Signature": "sha1=" + mac(name, body, "sha1").hexdigest(), "X-Zammad-Delivery": "z"}
    if name == "twilio":
        path = "/twilio?bodySHA256=" + hashlib.sha256(body).hexdigest()
        url = "http://127.0.0.1:%d%s" % (port, path)
        return path, {"X-Twilio-Signature": base64.b64encode(mac(name, url.encode(), "sha1").digest()).decode()}
    if name == "generic":
        return "/events", {"Authorization": "Bearer " + KEYS[name]}
    return "/" + name, {"X-Tablo-Token": KEYS[name]}


def every_source_is_known_by_its_own_signature(folder):
    bridge = Bridge(folder)
    bridge.begin().answers()
    for name in KEYS:
        body = json.dumps({"nothing": "known", "of": name}).encode()
        path, headers = signed_as(name, body, bridge.port)
        good, none = bridge.ask("POST", path, body, headers), bridge.ask("POST", path, body)
        last = list(headers)[-1] if name not in ("chatwoot", "zammad") else list(headers)[-2]
        forged = bridge.ask("POST", path, body, {**headers, last: headers[last][:-3] + ("AB=" if headers[last][-3:] != "AB=" else "BA=")})
        other = bridge.ask("POST", path, body.replace(b"known", b"knowm"), headers)
        tokens = name in ("generic", "freshdesk", "amazon-connect")
        say(good[0] in (200, 400) and none[0] == 401 and forged[0] == 403 and (tokens or other[0] == 403), "%s: its own way to sign is taken (%s), nothing else" % (name, good[1].strip()[:60]),
            (good, none, forged, other))
    for name in ("chatwoot", "zendesk"):
        body = json.dumps({"id": "away-" + name}).encode()
        early, late = (bridge.ask("POST", path, body, headers) for path, headers in (signed_as(name, body, bridge.port, -3600), signed_as(name, body, bridge.port, 3600)))
        say(early[0] == late[0] == 403 and early[1].count("Z") == 2, "%s: a clock an hour off is refused, and both times are told" % name, (early, late))
    bridge.end()


def what_changes_under_it_is_noticed(folder):
    bridge, second = Bridge(folder), {"Authorization": "Bearer generic-secret-2"}
    deliver_once = lambda key: bridge.ask("POST", "/events", body_of(key), {**BEARER, "Idempotency-Key": key})
    bridge.begin("--sync").answers()
    with open(folder + "/secrets", "a") as secrets:
        secrets.write("generic = generic-secret-2\n")
    before = bridge.ask("POST", "/events", body_of("k0"), second)
    bridge.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + 20
    while (after := bridge.ask("POST", "/events", body_of("k1"), second))[0] != 200 and time.monotonic() < deadline:
        time.sleep(0.01)
    first = deliver_once("k2")
    say(before[0] == 403 and after[0] == first[0] == 200, "a secret that is added counts after SIGHUP, beside the old one", (before, after, first))
    other = subprocess.run([BIN, "bridge", "webhook", "--state", folder + "/state", "--listen", "127.0.0.1:0", "--secret-file", folder + "/secrets", "--salt-file", folder + "/salt",
                            "--bind", "ipc://%s/other" % folder, "--replay", "none"], capture_output=True, text=True, timeout=30)
    say(other.returncode == 1 and "another bridge has it" in other.stderr, "a second one on the same folder does not begin", other.stderr)
    shutil.rmtree(folder + "/state")
    lost = deliver_once("k3")
    bridge.process.kill()
    bridge.process.wait()
    bridge.begin().answers()
    again = [deliver_once(key) for key in ("k2", "k3")]
    say(lost == (200, "mapped\n") and again == [(200, "duplicate\n")] * 2, "a folder that is removed is made again, and all is known after a kill", (lost, again))
    os.rename(folder + "/state", folder + "/elsewhere")
    os.mkdir(folder + "/state")
    lost = bridge.ask("POST", "/events", body_of("k4"), BEARER)
    status = bridge.process.wait(timeout=20)
    say(lost[0] == 503 and status == 1 and "another folder stands in its place" in bridge.said(), "another folder in its place: 503, and it ends and says why", (lost, status, bridge.said()))


def it_ends_in_order_under_load(folder):
    bridge = Bridge(folder)
    bridge.begin("--sync").answers()
    body = body_of("p").encode()
    one = b"POST /events HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n" % (KEYS["generic"].encode(), len(body)) + body
    links = [socket.create_connection(("127.0.0.1", bridge.port), timeout=10) for _ in range(20)]
    for link in links:
        link.sendall(one * 200)
    links[0].recv(10)
    bridge.process.send_signal(signal.SIGTERM)
    status = bridge.process.wait(timeout=20)
    [link.close() for link in links]
    say(status == 0, "SIGTERM while 4,000 requests are on their way: it ends in order", (status, bridge.said()))


def it_speaks_tls_itself(folder):
    made = subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                           "-keyout", folder + "/key.pem", "-out", folder + "/certificate.pem"], capture_output=True, text=True)
    if made.returncode:
        return say(False, "a certificate for the test", made.stderr)
    os.chmod(folder + "/key.pem", 0o600)
    bridge = Bridge(folder)
    bridge.begin("--tls-certificate", folder + "/certificate.pem", "--tls-key", folder + "/key.pem", listen="0.0.0.0:%d" % bridge.port)
    trusted = ssl.create_default_context(cafile=folder + "/certificate.pem")
    answer, deadline = None, time.monotonic() + 20
    while not answer and time.monotonic() < deadline:
        link = http.client.HTTPSConnection("localhost", bridge.port, timeout=10, context=trusted)
        try:
            link.request("POST", "/events", body_of("t1"), {**BEARER, "Content-Type": "application/json"})
            answer = link.getresponse().status
        except OSError:
            time.sleep(0.02)
        link.close()
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    try:
        with socket.create_connection(("127.0.0.1", bridge.port), timeout=10) as raw, old.wrap_socket(raw):
            refused = False
    except (OSError, ValueError):
        refused = True
    bridge.end()
    say(answer == 200, "it speaks TLS itself", (answer, bridge.said()))
    say(refused, "... and none of the old kinds")
    os.chmod(folder + "/key.pem", 0o644)
    open_key = subprocess.run([BIN, "bridge", "webhook", "--state", folder + "/state", "--listen", "127.0.0.1:0", "--secret-file", folder + "/secrets", "--salt-file", folder + "/salt",
                               "--bind", "ipc://%s/publish" % folder, "--replay", "none", "--tls-certificate", folder + "/certificate.pem", "--tls-key", folder + "/key.pem"],
                              capture_output=True, text=True, timeout=30)
    say(open_key.returncode == 1 and "chmod 600" in open_key.stderr, "a key that others may read is refused", open_key.stderr)


def thousands_of_connections_are_borne(folder):
    wanted = 1200 * (8 if ROUNDS > 1 else 1)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(wanted + 200, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
    bridge = Bridge(folder)
    bridge.begin().answers()
    links = []
    for _ in range(wanted):
        link = socket.socket()
        link.setblocking(False)
        link.connect_ex(("127.0.0.1", bridge.port))
        links.append(link)
    peak = len(os.listdir("/proc/%d/fd" % bridge.process.pid))
    [link.close() for link in links]
    answer = bridge.answers()
    say(peak < 1100, "of %d connections at once no more than a thousand are held (%d)" % (wanted, peak))
    say(answer[0] == 200 and bridge.memory() < 200000, "... and it answers afterwards", answer)
    bridge.end()


for test in (counts_are_exact_when_killed, a_full_disk_acknowledges_nothing, hostile_senders_cost_little, zammads_own_delivery_is_mapped, every_source_is_known_by_its_own_signature,
             what_changes_under_it_is_noticed, it_ends_in_order_under_load, it_speaks_tls_itself,
             thousands_of_connections_are_borne):
    folder = tempfile.mkdtemp(prefix="tablo-webhook-")
    try:
        test(folder)
    except Exception as error:
        log = folder + "/log"
        say(False, test.__name__.replace("_", " "), "%r\n%s" % (error, open(log).read() if os.path.exists(log) else ""))
    finally:
        for process in Bridge.begun:
            process.poll() is None and process.kill()
            process.wait()
        Bridge.begun.clear()
        shutil.rmtree(folder)
print("1..%d" % len(results))
sys.exit(not all(results))
