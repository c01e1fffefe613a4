#!/usr/bin/env python3
"""The made-up days of each product, delivered to `tablo bridge webhook` as the product signs them: taken once, and never with a wrong signature. Prints TAP."""
import base64, datetime, hashlib, hmac, http.client, json, os, re, signal, subprocess, sys, tempfile, time
from urllib.parse import parse_qsl

from collect_test_parts import BIN, free_port, results, say

SOURCE = os.environ.get("TABLO_SOURCE", ".")
GOLDEN = os.path.join(SOURCE, "tests", "golden", "bridges")
ORIGIN = "https://hooks.example.org"
SECRET = "a secret of these tests, long enough"
DAYS = {"chatwoot": "visits", "intercom": "visits", "zendesk": "tickets", "freshdesk": "rules", "twilio": "tasks", "amazon-connect": "day"}


def mac(kind, text):
    return hmac.new(SECRET.encode(), text, kind)


def sign_chatwoot(body, number):
    now = str(int(time.time()))
    return {"X-Chatwoot-Timestamp": now, "X-Chatwoot-Signature": "sha256=" + mac("sha256", now.encode() + b"." + body).hexdigest(), "X-Chatwoot-Delivery": "d%d" % number}


def sign_intercom(body, number):
    return {"X-Hub-Signature": "sha1=" + mac("sha1", body).hexdigest()}


def sign_zendesk(body, number):
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"X-Zendesk-Webhook-Signature-Timestamp": now, "X-Zendesk-Webhook-Signature": base64.b64encode(mac("sha256", now.encode() + body).digest()).decode()}


def sign_twilio(body, number):
    fields = sorted(parse_qsl(body.decode(), keep_blank_values=True))
    text = ORIGIN + "/twilio" + "".join(name + value for name, value in fields)
    return {"X-Twilio-Signature": base64.b64encode(mac("sha1", text.encode()).digest()).decode(), "Content-Type": "application/x-www-form-urlencoded"}


def sign_token(body, number):
    return {"X-Tablo-Token": SECRET}


SIGNERS = {"chatwoot": sign_chatwoot, "intercom": sign_intercom, "zendesk": sign_zendesk, "twilio": sign_twilio, "freshdesk": sign_token, "amazon-connect": sign_token}


def bodies(source):
    with open(os.path.join(GOLDEN, "%s_%s.json" % (source, DAYS[source]))) as file:
        for document in json.load(file):
            body = document["body"] if "body" in document else document
            yield (body if isinstance(body, str) else json.dumps(body)).encode()


class Bridge:
    def __init__(self, folder):
        self.folder, self.port = folder, free_port()
        secrets = os.path.join(folder, "secrets")
        with open(os.open(secrets, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.writelines("%s = %s\n" % (source, SECRET) for source in SIGNERS)
        with open(os.path.join(folder, "salt"), "w") as file:
            file.write("0123456789abcdef0123456789abcdef\n")
        self.process = subprocess.Popen(
            [BIN, "bridge", "webhook", "--state", os.path.join(folder, "state"), "--listen", "127.0.0.1:%d" % self.port, "--secret-file", secrets, "--public-url", ORIGIN,
             "--salt-file", os.path.join(folder, "salt"), "--bind", "ipc://%s/publish" % folder, "--replay", "ipc://%s/replay" % folder], stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                self.link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
                self.ask("GET", "/health", None, {})
                return
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("it does not answer")

    def ask(self, method, path, body, headers):
        self.link.request(method, path, body, {"Content-Type": "application/json", **headers})
        answer = self.link.getresponse()
        return answer.status, answer.read().decode()

    def deliver(self, source, body, number, spoil=False):
        headers = SIGNERS[source](body, number)
        if spoil:
            name = next(name for name in headers if "Signature" in name and "Timestamp" not in name or name == "X-Tablo-Token")
            headers[name] = headers[name][:-6] + ("AAAAAA" if headers[name][-6:] != "AAAAAA" else "BBBBBB")
        return self.ask("POST", "/" + source, body, headers)

    def end(self):
        self.link.close()
        self.process.send_signal(signal.SIGTERM)
        return self.process.communicate(timeout=30)[1]


def golden_counts():
    """What the goldens say becomes of all of them."""
    counts = {"mapped": 0, "ignored": 0, "unknown": 0, "damaged": 0, "published": 0}
    for source, what in DAYS.items():
        with open(os.path.join(GOLDEN, "%s_%s.expected" % (source, what))) as file:
            for line in file:
                counts[line.split()[1].rstrip(":") if line.startswith("#") else "published"] += 1
    return counts


with tempfile.TemporaryDirectory() as scratch:
    bridge = Bridge(scratch)
    sent = 0
    for a_source in DAYS:
        wrong = [bridge.deliver(a_source, body, sent, spoil=True)[0] for body in list(bodies(a_source))[:2]]
        say(all(status in (401, 403) for status in wrong), "%s: a wrong signature is refused" % a_source, wrong)
        answers = []
        for a_body in bodies(a_source):
            sent += 1
            answers.append(bridge.deliver(a_source, a_body, sent))
        bad = [answer for answer in answers if answer[0] not in (200, 202)]
        say(len(answers) > 10 and not bad, "%s: its own signature is taken" % a_source, bad[:3])
    for a_source in ("intercom", "zendesk", "twilio", "amazon-connect"):
        again = [bridge.deliver(a_source, body, 0)[0] for body in list(bodies(a_source))[1:4]]
        say(again == [200] * 3 or again == [202] * 3, "%s: delivered again it is acknowledged" % a_source, again)
    told = bridge.end()
    found = {name: int(number) for number, name in re.findall(r"(\d+) (?:requests |documents |events )?([a-z]+)", told.splitlines()[-1])}
    wanted = golden_counts()
    say(all(found.get(name, 0) == number for name, number in wanted.items()) and found.get("duplicate") == 12, "all of it counts as the mappings say, and once", (told, wanted))
print("1..%d" % len(results))
sys.exit(0 if all(results) else 1)
