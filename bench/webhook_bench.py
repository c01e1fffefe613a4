#!/usr/bin/env python3
"""Webhooks a second over loopback, the bridge on one core and wrk on another. usage: webhook_bench.py TABLO [SECONDS [DELIVERIES]]
Says what the same server answers that does nothing, deliveries with a token and with an HMAC over a body of Zammad's size, both with --sync beside what the
disk's fdatasync takes by itself, and the memory over that many DELIVERIES (a million)."""
import hmac, http.client, json, os, re, shutil, subprocess, sys, tempfile, time

TABLO, SECONDS = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "5"
DELIVERIES = int(sys.argv[3]) if len(sys.argv) > 3 else 1000000
PORT, TOKEN, KEY = 18481, "generic-token-1", "zammad-token-1"
folder = tempfile.mkdtemp(prefix="tablo-webhook-bench-")
begun = []

SCRIPT = """
local id, n = "%s-%s-", 0
request = function()
  n = n + 1
  return wrk.format("POST", "%s", {["Content-Type"] = "application/json", %s = id .. n}, %s)
end
"""


def zammad_body():
    """As large as Zammad's own: a ticket, its customer and an article."""
    person = {"id": 3, "login": "chris@example.org", "firstname": "Chris", "lastname": "Miller", "note": "x" * 600}
    ticket = {"id": 81, "number": "10081", "title": "x" * 100, "state": {"id": 2, "name": "open"}, "priority": {"id": 2, "name": "2 normal"},
              "group": {"id": 1, "name": "Billing"}, "owner": person, "customer": person, "organization": person, "created_at": "2026-11-20T10:00:00.000Z",
              "updated_at": "2026-11-20T10:00:01.000Z", "create_article_type": "phone", "article_count": 1}
    return json.dumps({"ticket": ticket, "article": {"id": 104, "body": "x" * 3000, "sender": "Customer", "type": "phone", "internal": False,
                                                     "created_at": "2026-11-20T10:00:00.000Z", "created_by": person}})


def script(name, path, header, body):
    where = "%s/%s.lua" % (folder, name)
    with open(where, "w") as file:
        file.write(SCRIPT % (name, os.getpid(), path, header, body))
    return where


def begin(*words):
    shutil.rmtree(folder + "/state", ignore_errors=True)
    process = subprocess.Popen(["taskset", "-c", "1", TABLO, "bridge", "webhook", "--state", folder + "/state", "--listen", "127.0.0.1:%d" % PORT, "--secret-file",
                                folder + "/secrets", "--salt-file", folder + "/salt", "--bind", "ipc://%s/p" % folder, "--replay", "none", *words],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    begun.append(process)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and process.poll() is None: # another one may listen there
        try:
            health()
            return process
        except OSError:
            time.sleep(0.02)
    raise SystemExit("the bridge does not answer")


def health():
    link = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
    link.request("GET", "/health")
    return json.loads(link.getresponse().read())


def memory(process, what="VmRSS"):
    return int(re.search(what + r":\s+(\d+)", open("/proc/%d/status" % process.pid).read())[1])


def wrk(path, where=None, seconds=SECONDS, connections="32"):
    words = ["taskset", "-c", "0", "wrk", "-t1", "-c" + connections, "-d" + seconds, "--latency", *(["-s", where] if where else []), "http://127.0.0.1:%d%s" % (PORT, path)]
    said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])
    value, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", said).groups()
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    return rate, float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit], int(wrong[1]) if wrong else 0


def disk():
    """p50 and p99 of an fdatasync after 4 KiB, ms."""
    taken, file = [], os.open(folder + "/probe", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for _ in range(300):
        os.write(file, b"x" * 4096)
        began = time.perf_counter()
        os.fdatasync(file)
        taken.append((time.perf_counter() - began) * 1000)
    os.close(file)
    taken.sort()
    return taken[150], taken[297]


def say(name, result, bare=None):
    rate, p99, wrong = result
    print("%-28s %8.0f/s  p99 %6.2f ms%s%s" % (name, rate, p99, "  %.0f %% of bare" % (100 * rate / bare) if bare else "", "  REFUSED %d" % wrong if wrong else ""), flush=True)


with open(os.open(folder + "/secrets", os.O_WRONLY | os.O_CREAT, 0o600), "w") as secrets:
    secrets.write("generic = %s\nzammad = %s\n" % (TOKEN, KEY))
with open(folder + "/salt", "w") as salt:
    salt.write("0123456789abcdef0123456789abcdef\n")
body = zammad_body()
token = script("token", "/events", '["Authorization"] = "Bearer %s", ["Idempotency-Key"]' % TOKEN,
               """'{"type":"contact.queued","contact":"' .. id .. n .. '","queue":"Billing","channel":"phone"}'""")
signed = script("signed", "/zammad", '["X-Hub-Signature"] = "sha1=%s", ["X-Zammad-Trigger"] = "t", ["X-Zammad-Delivery"]' % hmac.new(KEY.encode(), body.encode(), "sha1").hexdigest(),
                "'%s'" % body.replace("\\", "\\\\"))
try:
    bridge = begin()
    bare = wrk("/health")
    say("bare answer", bare)
    say("token, %d bytes" % 90, wrk("/events", token), bare[0])
    say("HMAC, %d bytes" % len(body), wrk("/zammad", signed), bare[0])
    bridge.terminate(), bridge.wait()
    bridge = begin("--sync")
    print("%-28s p50 %.2f ms  p99 %.2f ms" % ("fdatasync by itself", *disk()))
    say("token, --sync, 32 at once", wrk("/events", token))
    say("token, --sync, 128 at once", wrk("/events", token, connections="128"))
    print("%-28s p50 %.2f ms  p99 %.2f ms" % ("fdatasync by itself", *disk()))
    bridge.terminate(), bridge.wait()
    bridge, known = begin(), []
    while health()["taken"] < DELIVERIES:
        if wrk("/events", token, "2")[2]:
            raise SystemExit("deliveries were refused")
        with open(token, "r+") as file: # ids of its own for each run
            text = file.read().replace('"token-', '"token-x', 1)
            file.seek(0)
            file.write(text)
        known.append((health()["taken"], memory(bridge)))
    print("memory: %s; most %d KiB" % (", ".join("%d KiB after %d" % (kib, taken) for taken, kib in known[::max(1, len(known) // 6)] + known[-1:]), memory(bridge, "VmHWM")))
    counts = health()
    print("counted: %s" % counts)
    bridge.terminate(), bridge.wait()
finally:
    for process in begun:
        process.kill()
    shutil.rmtree(folder, ignore_errors=True)
