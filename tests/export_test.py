#!/usr/bin/env python3
"""Figures for other programs: what `tablo export` serves is what `tablo snapshot` prints, promtool finds nothing to say about it, and a
real Prometheus scrapes it. Prints TAP."""
import json, os, re, shutil, subprocess, sys, tempfile, time, urllib.error, urllib.parse, urllib.request

from collect_test_parts import BIN, end, free_port, results, say, start

RULES = ("--zone", "UTC")
BASE = 1767225600000  # 2026-01-01 00:00 UTC
MINUTE = 60000


def events():
    """Two queues, one with a name that wants escaping; one call in five is abandoned; many wait at the end of the first."""
    lines = []
    for i in range(200):
        queue, channel = (("Billing", "phone"), ('say "no" \\ now', "chat"))[i % 2]
        at, contact = BASE + 8 * 60 * MINUTE + i * 7000, "c%d" % i
        lines.append({"type": "contact.queued", "ts": at, "contact": contact, "queue": queue, "channel": channel, "customer": "PIIcustomer%d" % i})
        if i % 5 == 0:
            lines.append({"type": "contact.left", "ts": at + 40000, "contact": contact, "why": "abandoned"})
        elif i < 150:
            lines.append({"type": "contact.answered", "ts": at + 15000, "contact": contact, "agent": "PIIagent%d" % (i % 7)})
            lines.append({"type": "contact.released", "ts": at + 100000 + i * 10, "contact": contact, "agent": "PIIagent%d" % (i % 7), "by": "agent", "wrap_ms": 5000})
    for i in range(200):
        if i % 5 and i >= 150:  # they are served much later
            lines.append({"type": "contact.answered", "ts": BASE + 9 * 60 * MINUTE + i * 100, "contact": "c%d" % i, "agent": "PIIagent1"})
    lines.append({"type": "agent.state", "ts": BASE + 9 * 60 * MINUTE + 60000, "agent": "PIIagent1", "state": "available"})
    return sorted(lines, key=lambda line: line["ts"])


def write(folder, name, lines):
    path = os.path.join(folder, name)
    with open(path, "w") as out:
        out.writelines(json.dumps(line) + "\n" for line in lines)
    return path


def parse(text):
    """{(name, labels): value}, and the types."""
    samples, types = {}, {}
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            types[line.split()[2]] = line.split()[3]
        if not line or line.startswith("#"):
            continue
        name, labels, value = re.fullmatch(r'(\w+)(?:\{((?:\w+="(?:[^"\\]|\\.)*",?)*)\})? (\S+)', line).groups()
        pairs = re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels or "")
        samples[name, frozenset((key, re.sub(r"\\(.)", r"\1", text)) for key, text in pairs)] = float(value)
    return samples, types


def fetch(url, accept="text/plain", method="GET"):
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept": accept}, method=method), timeout=20) as got:
            return got.status, got.headers["Content-Type"], got.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers["Content-Type"], error.read().decode()


def kind(scope):
    return "all" if not scope else "queue" if set(scope) == {"queue"} else "line"


def name_of(figure):
    name = figure["metric"] + {"s": "_seconds", "ratio": "_ratio", "points": "_points", "score": "_score"}.get(figure["unit"], "")
    for twice in ("_seconds", "_ratio", "_points", "_score"):
        name = name.replace(twice + twice, twice)
    return "tablo_" + (name + "ed" if name.endswith("_count") else name)


def differences(samples, figures):
    """Every figure of the snapshot that has a value is a sample with that value."""
    wrong, held = [], 0
    for figure in figures:
        if "value" not in figure or figure["unit"] == "name":
            continue
        labels = dict(figure["scope"], scope=kind(figure["scope"]))
        if figure["window"] != "now":
            labels["window"] = figure["window"]
        if "formula" in figure:
            labels["formula"] = figure["formula"]
        found = samples.get((name_of(figure), frozenset(labels.items())))
        if found is None and figure["window"] == "15m" and not any(key[0] == name_of(figure) and ("window", "15m") in key[1] for key in samples):
            continue  # of a day: it has none over minutes
        held += 1
        if found != figure["value"]:
            wrong.append((figure, found))
    return held, wrong


def served(process):
    for line in process.stderr:
        found = re.search(r"figures at (\S+)/metrics", line)
        if found:
            return found.group(1)
    return None


def ask(port, query):
    url = "http://127.0.0.1:%d/api/v1/query?%s" % (port, urllib.parse.urlencode({"query": query}))
    try:
        return json.loads(fetch(url)[2])["data"]["result"]
    except (OSError, KeyError, ValueError):
        return []


def scrape(folder, base, expected):
    """A real Prometheus."""
    if not shutil.which("prometheus"):
        print("ok %d - a real Prometheus # SKIP it is not installed" % (len(results) + 1))
        results.append(True)
        return
    port = free_port()
    with open(os.path.join(folder, "prometheus.yml"), "w") as out:
        out.write("scrape_configs:\n  - job_name: tablo\n    scrape_interval: 500ms\n    scrape_timeout: 500ms\n    static_configs:\n      - targets: ['%s']\n" % base.split("//")[1])
    process = subprocess.Popen(["prometheus", "--config.file", os.path.join(folder, "prometheus.yml"), "--storage.tsdb.path", os.path.join(folder, "tsdb"),
                                "--web.listen-address", "127.0.0.1:%d" % port], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 40
        while not (found := ask(port, 'tablo_offered{scope="all",window="today"}')) and time.monotonic() < until:
            time.sleep(0.1)
        say(found and float(found[0]["value"][1]) == expected, "a real Prometheus scrapes it", found)
        say([r["value"][1] for r in ask(port, 'up{job="tablo"}')] == ["1"], "and finds it up")
        one = ask(port, 'tablo_queue_depth{queue="say \\"no\\" \\\\ now",scope="queue"}')
        say(len(one) == 1, "a queue is found by a name with quotes", ask(port, "tablo_queue_depth"))
        total = ask(port, 'sum(tablo_offered{scope="queue",window="today"})')
        say(total and float(total[0]["value"][1]) == expected, "its queues add up to all", total)
    finally:
        process.terminate()
        process.wait(20)


def try_figures(folder):
    path = write(folder, "events.ndjson", events())
    windows = ("--window", "15m", "--window", "today")
    done = subprocess.run([BIN, "snapshot", "--feed", "file:" + path, *RULES, *windows, "--json"], capture_output=True, text=True, timeout=60)
    figures = json.loads(done.stdout)["figures"]
    once = subprocess.run([BIN, "export", "prometheus", "--once", "--feed", "file:" + path, *RULES], capture_output=True, text=True, timeout=60)
    samples, types = parse(once.stdout)
    held, wrong = differences(samples, figures)
    say(once.returncode == 0 and held > 200 and not wrong, "every figure of the snapshot is there, with its value", (held, wrong[:3], once.stderr))
    say("PII" not in once.stdout, "nobody is named")
    if shutil.which("promtool"):
        checked = subprocess.run(["promtool", "check", "metrics"], input=once.stdout, capture_output=True, text=True, timeout=60)
        say(checked.returncode == 0 and not checked.stdout + checked.stderr, "promtool has nothing to say", checked.stdout + checked.stderr)
    process = start("export", "prometheus", "--feed", "file:" + path, *RULES, "--listen", "127.0.0.1:0")
    base = served(process)
    until = time.monotonic() + 30
    while True:
        status, content, text = fetch(base + "/metrics", "application/openmetrics-text;version=1.0.0;q=0.5,*/*;q=0.1")
        now, now_types = parse(text)
        if differences(now, figures)[1] == [] or time.monotonic() > until:
            break
        time.sleep(0.1)
    say(status == 200 and content.startswith("application/openmetrics-text") and text.endswith("# EOF\n") and not differences(now, figures)[1],
        "served as OpenMetrics to whoever asks for it", (status, content, differences(now, figures)[1][:3]))
    say("# UNIT tablo_asa_seconds seconds" in text and now_types.get("tablo_feed_received_events") == "counter" and
        types.get("tablo_feed_received_events_total") == "counter", "units and counters as each format has them")
    plain = fetch(base + "/metrics")
    say(plain[1].startswith("text/plain; version=0.0.4") and "# UNIT" not in plain[2] and "# EOF" not in plain[2], "and in the older format to others", plain[:2])
    say(fetch(base + "/metrics/")[0] == 404 and fetch(base + "/metrics", method="POST")[0] == 405, "other pages and methods are refused")
    scrape(folder, base, next(f["value"] for f in figures if f["metric"] == "offered" and f["window"] == "today" and not f["scope"]))
    say("AddressSanitizer" not in end(process) and process.returncode == 0, "and it ends when it is told to")


def try_stale():
    """Nobody publishes: it says so, and tells no figure."""
    done = subprocess.run([BIN, "export", "prometheus", "--once", "--wait", "1s", "--feed", "tcp://127.0.0.1:%d" % free_port(), *RULES], capture_output=True,
                          text=True, timeout=60)
    samples = parse(done.stdout)[0]
    say(done.returncode == 1 and "nothing came for 1 s" in done.stderr and samples.get(("tablo_stale", frozenset())) == 1, "a feed that is silent is said", done)
    say(not any(name == "tablo_queue_depth" for name, _ in samples), "and no figure is told", sorted(samples)[:5])


def try_alerts(folder):
    path = write(folder, "alerts.ndjson", events())
    done = subprocess.run([BIN, "export", "alerts", "--feed", "file:" + path, "--speed", "600", *RULES], capture_output=True, text=True, timeout=90)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    say(done.returncode == 0 and lines and all({"at", "change", "id", "severity", "state", "scope", "raised", "text"} <= set(line) for line in lines),
        "alerts are lines of JSON", (done.stdout[:500], done.stderr))
    depth = [line for line in lines if line.get("metric") == "longest_wait"]
    changes = [line["change"] for line in depth if line["id"] == depth[0]["id"]]
    say(changes and changes[0] == "raised" and changes.count("raised") == 1 and changes[-1] == "cleared", "each is raised once and cleared", changes)
    say("PIIcustomer" not in done.stdout, "no customer is named")


def try_mistakes():
    for words, wanted in ((["prometeus"], "did you mean 'prometheus'?"), ([], "there are: prometheus, alerts"), (["alerts", "--once", "--feed", "sim:"], "--once is not for alerts"),
                          (["prometheus"], "there is nothing to export"), (["prometheus", "--feed", "sim:", "--listen", "0.0.0.0:0"], "--behind-proxy")):
        done = subprocess.run([BIN, "export", *words], capture_output=True, text=True, timeout=30)
        say(done.returncode != 0 and wanted in done.stderr, "a mistake is told: " + " ".join(words), done.stderr)


with tempfile.TemporaryDirectory() as place:
    try_figures(place)
    try_stale()
    try_alerts(place)
    try_mistakes()
print("1..%d" % len(results))
sys.exit(not all(results))
