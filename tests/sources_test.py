#!/usr/bin/env python3
"""What made-up days of each product show on the board, in any order they may come in, and what captured payloads become. Prints TAP; what needs
captured payloads is skipped without TABLO_DATA."""
import copy, itertools, json, os, random, re, subprocess, sys, tempfile

from collect_test_parts import BIN, results, say

DATA, SOURCE = os.environ.get("TABLO_DATA", "../shared/data"), os.environ.get("TABLO_SOURCE", ".")
GOLDEN = os.path.join(SOURCE, "tests", "golden", "bridges")
SLA = 'sla "first_reply" { start = true targets = {"*: 30d"} }\nsla "resolve" { start = true targets = {"*: 30d"} }\n'
SECRETS = ("nobody may see", "example.invalid", "desk.invalid", "Guest", "15550100", "8447", "9001", "66aa")



def leaks(written):
    """Short ones as whole words: a time or a pseudonym may hold their signs."""
    return [secret for secret in SECRETS if re.search(r"(?<![0-9A-Za-z])%s(?![0-9A-Za-z])" % secret if len(secret) < 5 else re.escape(secret), written)]


# What a person reckons of the made-up day: a second's fractions are those of the stamps.
DAYS = {
    # visits 41 (40.25 s), 41 again (59.75 s) and 42, which nobody answered; 50 + 210 + 40.25 s of talk in three parts
    "chatwoot_visits": {"offered": 3, "answered": 2, "flowed_out": 1, "asa": 50, "legs": 3, "talk_mean": 100.083, "csat_mean": 4, "cases_opened": 3, "cases_solved": 3, "cases_reopened": 1, "backlog": 1},
    "intercom_visits": {"offered": 3, "answered": 2, "flowed_out": 1, "asa": 34.5, "legs": 3, "talk_mean": 50, "csat_mean": 5, "sla_breached": 1, "cases_opened": 3, "cases_closed": 3},
    "zendesk_tickets": {"offered": 5, "answered": 3, "flowed_out": 2, "asa": 47.25, "legs": 3, "talk_mean": 82.417, "cases_opened": 5, "cases_reopened": 1, "cases_closed": 1},
    "freshdesk_rules": {"offered": 3, "answered": 2, "flowed_out": 1, "asa": 30, "legs": 2, "talk_mean": 65, "csat": 1, "sla_breached": 2, "cases_opened": 3},
    # waits 24 - 0.01 s and 2 s; talk 60, 54 and 37 s, wrap 10, 2 and 0 s; one hung up in its second queue, one waited too long
    "twilio_tasks": {"answered": 2, "abandoned": 1, "flowed_out": 1, "missed": 2, "asa": 12.995, "legs": 3, "talk_mean": 50.333, "wrap_mean": 4},
    # 15 s of waiting, 60 s of talk without 20 s of hold, 30 s of wrap-up; and 40 + 10 s that were handed over
    "amazon-connect_day": {"answered": 1, "abandoned": 1, "missed": 1, "asa": 15, "legs": 2, "talk_mean": 50, "hold_mean": 10, "wrap_mean": 20},
}


def run(*words):
    return subprocess.run([BIN, *words], capture_output=True, text=True, timeout=60)


def trial(folder, source, documents):
    """What `bridge test` says of each document."""
    path = os.path.join(folder, "documents.json")
    with open(path, "w") as file:
        json.dump(documents, file)
    done = run("bridge", "test", source, path, "--json")
    if done.returncode not in (0, 1) or "runtime error" in done.stderr:
        raise RuntimeError("%s: %d %s" % (source, done.returncode, done.stderr))
    return [json.loads(line) for line in done.stdout.splitlines()]


def events_of(told):
    return [event for document in told for event in document.get("makes", [])]


def documents_of(day):
    with open(os.path.join(GOLDEN, day + ".json")) as file:
        return json.load(file)


def source_of(day):
    return day.split("_")[0]


def figures(folder, events):
    path, settings = os.path.join(folder, "events.ndjson"), os.path.join(folder, "tablo.conf")
    with open(path, "w") as file:
        file.writelines(json.dumps(event) + "\n" for event in events)
    with open(settings, "w") as file:
        file.write(SLA)
    done = run("snapshot", "--config", settings, "--feed", "file:" + path, "--window", "7d", "--json", "--zone", "UTC")
    board = json.loads(done.stdout)
    return {figure["metric"]: figure.get("value") for figure in board["figures"] if not figure["scope"]}, board["impossible_events"]


def shows(folder, day, wanted):
    events = events_of(trial(folder, source_of(day), documents_of(day)))
    found, impossible = figures(folder, events)
    wrong = ["%s is %s, not %s" % (name, found.get(name), value) for name, value in wanted.items() if abs((found.get(name) or 0) - value) > 0.002]
    say(not wrong and not impossible, "%s: the board shows what a person reckons" % day, "%s; impossible: %s" % (wrong, impossible))
    written = json.dumps(events)
    say(not leaks(written), "%s: nothing of a customer travels" % day, written)


def in_any_order(folder):
    """Contact events of Amazon come in any order: the figures are those of the right one."""
    day = documents_of("amazon-connect_day")
    mine = [one for one in day if one.get("detail", {}).get("ContactId", "").startswith("00000001") and one["detail"]["EventType"] in
            ("QUEUED", "CONNECTED_TO_AGENT", "DISCONNECTED", "COMPLETED")]
    found = {json.dumps(sorted(map(json.dumps, events_of(trial(folder, "amazon-connect", list(order)))))) for order in itertools.permutations(mine)}
    say(len(mine) == 4 and len(found) == 1 and len(json.loads(next(iter(found)))) == 4, "a contact of Amazon's is the same in all 24 orders", found)


def twice(folder, day):
    """Each document again, as after a lost answer, tells nothing new of a contact: even without the id of the delivery."""
    documents = documents_of(day)
    once = events_of(trial(folder, source_of(day), documents))
    again = events_of(trial(folder, source_of(day), [document for document in documents for _ in range(2)]))
    contacts = [[event for event in events if event["type"].startswith("contact.") or event["type"] in ("case.opened", "survey.answered")] for events in (once, again)]
    return [event for event in contacts[1] if contacts[1].count(event) > 1 or event not in contacts[0]]


def damaged(day):
    """Each document without each of its fields, and with each one as something else."""
    for document in documents_of(day)[:12]:
        body = document["body"] if "body" in document else document
        if isinstance(body, str):
            for field in body.split("&"):
                yield {"headers": {"Content-Type": "application/x-www-form-urlencoded"}, "body": body.replace(field, "x=1")}
            continue
        for path in list(paths(body)):
            for other in (None, [], {}, -1, "x" * 300):
                spoilt = copy.deepcopy(body)
                place = spoilt
                for key in path[:-1]:
                    place = place[key]
                place[path[-1]] = other
                yield {"headers": {}, "body": spoilt}


def paths(value, so_far=()):
    for key, inner in (value.items() if isinstance(value, dict) else enumerate(value)):
        yield so_far + (key,)
        if isinstance(inner, (dict, list)):
            yield from paths(inner, so_far + (key,))


def survives(folder, day, chance):
    documents = list(damaged(day))
    documents = chance.sample(documents, min(len(documents), 2000))
    told = trial(folder, source_of(day), documents)
    written = json.dumps(events_of(told)) + json.dumps([one.get("why", "") for one in told])
    say(len(told) >= len(documents) and not leaks(written),
        "%s: %d spoilt documents are counted, and tell nothing of a customer" % (day, len(documents)), (len(told), len(documents)))


# ---- captured payloads ----

def real(name):
    with open(os.path.join(DATA, "payload-samples", name)) as file:
        return json.load(file)


def real_amazon(folder):
    events = events_of(trial(folder, "amazon-connect", [real("amazon_connect_contact_event.json")]))
    say([event["type"] for event in events] == ["contact.queued", "contact.answered"] and events[1]["ts"] == 1619894628000,
        "Amazon's own sample is a contact that is answered", events)


def real_twilio(folder):
    samples = real("twilio_taskrouter_examples.json")
    event = samples["get /v1/Workspaces/{WorkspaceSid}/Events/{Sid} 200 fetch"]
    events = events_of(trial(folder, "twilio", [event]))
    say(len(events) == 1 and events[0] == {"ts": 987654321111, "type": "agent.state", "agent": "JustinWorker", "state": "offline", "reason": "Offline"},
        "Twilio's own sample is a worker who is offline", events)
    others = [value for value in samples.values() if isinstance(value, dict) and "event_type" not in value]
    told = trial(folder, "twilio", others)
    say(others and all(one["outcome"] == "unknown" for one in told), "answers of its other interfaces are unknown, not misread", told)


def notification(topic, item, number):
    return {"type": "notification_event", "topic": topic, "id": "n%d" % number, "created_at": item.get("updated_at", 1719492900), "data": {"item": item}}


def real_intercom(folder):
    """The samples are what its REST interface gives; the notifications around them are made here."""
    kinds = {"User reply": "conversation.user.replied", "Admin note reply": "conversation.admin.noted", "Close a": "conversation.admin.closed", "Snooze a": "conversation.admin.snoozed",
             "Open a": "conversation.admin.opened", "Assign a conversation": "conversation.admin.assigned", "200 conversation found": "conversation.user.created"}
    documents = []
    for name, value in real("intercom_conversation_examples.json").items():
        topic = next((topic for piece, topic in kinds.items() if piece in name), None)
        if topic and value.get("type") == "conversation":
            documents.append(notification(topic, value, len(documents)))
    rating = {**documents[0]["data"]["item"], "conversation_rating": real("intercom_statistics_rating_sla_examples.json")["conversation_rating"]}
    documents.append(notification("conversation.rating.added", rating, 99))
    told = trial(folder, "intercom", documents)
    found = [event["type"] for event in events_of(told)]
    say(len(documents) >= 8 and all(one["outcome"] == "mapped" for one in told) and {"case.opened", "case.state", "case.message", "case.assigned", "survey.answered"} <= set(found),
        "Intercom's own conversations are cases", found)
    say("joe@" not in json.dumps(events_of(told)) and "Thanks again" not in json.dumps(events_of(told)), "and nothing of their text travels")


with tempfile.TemporaryDirectory() as scratch:
    generator = random.Random(7)
    for a_day, reckoned in DAYS.items():
        shows(scratch, a_day, reckoned)
        survives(scratch, a_day, generator)
        repeated = twice(scratch, a_day)
        say(not repeated, "%s: told twice it is the same visits" % a_day, repeated)
    in_any_order(scratch)
    for check, name in ((real_amazon, "amazon_connect_contact_event.json"), (real_twilio, "twilio_taskrouter_examples.json"), (real_intercom, "intercom_conversation_examples.json")):
        if os.path.exists(os.path.join(DATA, "payload-samples", name)):
            check(scratch)
        else:
            say(True, "%s # SKIP no captured payloads at TABLO_DATA" % name)
print("1..%d" % len(results))
sys.exit(0 if all(results) else 1)
