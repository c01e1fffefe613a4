#!/usr/bin/env python3
"""Documents of other systems through the program: `bridge test` of what was captured, `import ndjson --map`, and the figures that come of it. Prints TAP."""
import json, os, re, subprocess, sys, tempfile

from tap import *

BIN, SOURCE, DATA = os.environ["TABLO_BIN"], os.environ["TABLO_SOURCE"], os.environ.get("TABLO_DATA", "")
CALLS = """{"call": {"id": "A-1", "queue": "Sales", "from": "+15550100", "began": 1772438400000, "waited": 35.5, "result": "answered", "talked": 118.2, "agent": "Ann"}, \
"rings": [{"agent": "Bob", "at": 1772438410000, "seconds": 12}]}
{"call": {"id": "A-2", "queue": "Sales", "from": "anonymous", "began": 1772438400000, "waited": 5, "result": "abandoned"}}
{"call": {"id": "A-3", "result": "internal"}}
{"something": "else"}
{"call": {"id": "A-4", "queue": "Sales", "began": "soon, said Kim"}}
no json, said Kim
"""


def run(folder, *words, **more):
    return subprocess.run([BIN, *words, "--salt-file", os.path.join(folder, "salt")] if words[0] != "snapshot" else [BIN, *words], capture_output=True, text=True,
                          timeout=60, **more)


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w") as to:
        to.write(text)
    return path


def lines_of_json(folder):
    calls = write(folder, "calls.json", CALLS)
    ran = run(folder, "import", "ndjson", calls, "--map", SOURCE + "/data/mappings/calls-json.conf")
    events = [json.loads(line) for line in ran.stdout.splitlines()]
    say([e["type"] for e in events] == ["contact.queued", "contact.queued", "contact.left", "contact.offered", "contact.missed", "contact.answered", "contact.released"]
        and events[5]["wait_ms"] == 35500 and events[4]["ring_ms"] == 12000 and "customer" not in events[1], "lines of JSON of any shape become events", ran.stdout + ran.stderr)
    say("15550100" not in ran.stdout and "Kim" not in ran.stderr and "calls.json:4: no event" in ran.stderr and "calls.json:5: damaged: event 'queued': instant 'began'" in ran.stderr
        and "calls.json:6: damaged: line 1, column 1" in ran.stderr, "what is odd is named by its line, never by what stands there", ran.stderr)
    strict = run(folder, "import", "ndjson", calls, "--strict", "--map", SOURCE + "/data/mappings/calls-json.conf")
    wrong = run(folder, "import", "queue_log", calls, "--map", SOURCE + "/data/mappings/calls-json.conf")
    say(strict.returncode == 1 and wrong.returncode == 2 and "--map is for csv and ndjson" in wrong.stderr, "--strict counts them; a format without a mapping takes none", wrong.stderr)


def tickets(folder):
    """The bodies of a ticket's webhooks, without their headers."""
    with open(SOURCE + "/tests/golden/bridges/zammad_ticket.json") as f:
        bodies = [json.dumps(request["body"]) + "\n" for request in json.load(f)[:13]]
    path = write(folder, "tickets.json", "".join(bodies))
    ran = run(folder, "import", "ndjson", path, "--map", SOURCE + "/data/bridges/zammad.conf")
    events = write(folder, "tickets.events", ran.stdout)
    shown = run(folder, "snapshot", "--feed", "file:" + events, "--clock", "feed", "--window", "35d", "--json")
    figures = {}
    for figure in json.loads(shown.stdout)["figures"] if shown.returncode == 0 else []:
        figures.setdefault(figure["metric"], figure.get("value")) # of everything together, which comes first
    wanted = {"cases_opened": 1, "cases_closed": 1, "cases_reopened": 1, "backlog": 1}
    found = {metric: figures.get(metric) for metric in wanted}
    say(found == wanted, "a ticket is opened, closed and opened again: so say the figures", str(found) + shown.stderr)


def captured(folder):
    path = write(folder, "captured.json", json.dumps({"headers": {"X-Zammad-Trigger": "tablo"}, "body": {"ticket": {
        "number": "7", "state": "open", "title": "Kim is angry", "group": {"name": "Desk"}, "owner_id": 1, "customer": {"email": "kim@example.org"}, "create_article_type": "email",
        "created_at": "2026-03-02T08:00:00Z", "updated_at": "2026-03-02T08:00:01Z"}}}))
    ran = run(folder, "bridge", "test", "zammad", path)
    say(ran.returncode == 0 and "case.opened" in ran.stdout and "ticket.group.name" in ran.stdout and "ticket.title" in ran.stdout and "Kim" not in ran.stdout
        and "kim@" not in ran.stdout, "a captured document: its events, where each value is from, what nothing uses", ran.stdout + ran.stderr)
    times = re.findall(r"^    (\S+)\n      ts +=.*   from (.*)$", ran.stdout, re.M)
    say(times == [("case.opened", "ticket.created_at"), ("case.state", "ticket.updated_at")], "each event's time is from its own field", ran.stdout)
    broken = run(folder, "bridge", "test", "zammad", write(folder, "broken.json", '{"ticket": {"number": "Kim", "number": 8}}'))
    say(broken.returncode == 1 and "twice" in broken.stdout + broken.stderr and "Kim" not in broken.stdout + broken.stderr, "a damaged one ends with 1", broken.stdout + broken.stderr)
    nobody = run(folder, "bridge", "test", "nobody", path)
    say(nobody.returncode == 2, "a source that there is none of is a slip of the pen", nobody.stderr)


def real(folder):
    sample = os.path.join(DATA, "payload-samples", "zammad_webhook.json")
    if not DATA or not os.path.exists(sample):
        skip("the documented webhook of Zammad", "no payloads at TABLO_DATA")
        skip("documented examples of Twilio and Intercom", "no payloads at TABLO_DATA")
        return
    ran = run(folder, "bridge", "test", "zammad", sample, "--json")
    told = json.loads(ran.stdout)
    kinds = [event["type"] for event in told["makes"]]
    text = json.dumps(told["makes"])
    say(ran.returncode == 0 and kinds == ["case.opened", "case.assigned", "case.message", "case.state"] and "emily" not in text.lower() and "Simple" not in ran.stdout,
        "the documented webhook of Zammad: four events, nobody's name but the agent's", ran.stdout[:1500] + ran.stderr)
    found = {}
    for source, name in (("twilio", "twilio_taskrouter"), ("intercom", "intercom_conversation"), ("intercom", "intercom_statistics_rating_sla")):
        ran = run(folder, "bridge", "test", source, os.path.join(DATA, "payload-samples", name + "_examples.json"), "--json")
        told = [json.loads(line) for line in ran.stdout.splitlines()]
        found[name] = (ran.returncode, [one["event"].split(" ")[-1] for one in told if one["outcome"] == "mapped"], sum(one["outcome"] == "unknown" for one in told))
    say(found == {"twilio_taskrouter": (0, ["worker.activity"] * 2, 32), "intercom_conversation": (0, [], 19), "intercom_statistics_rating_sla": (0, [], 3)},
        "documented examples, each under its name: Twilio's two events; answers of interfaces are no events", str(found))


with tempfile.TemporaryDirectory() as folder:
    write(folder, "salt", "a salt for these tests\n")
    lines_of_json(folder)
    tickets(folder)
    captured(folder)
    real(folder)
sys.exit(end())
