#!/usr/bin/env python3
"""The readers of docs/REDIS.md: what each may see in Redis, and what not. Prints TAP."""
import json, os, subprocess, sys, tempfile

from collect_test_parts import BIN
from redis_server import SERVER, Redis, results, say, skip

DOCUMENT = os.path.join(os.environ["TABLO_SOURCE"], "docs", "REDIS.md")
TS = 1_700_000_000_000
EVENTS = [
    {"ts": TS, "type": "contact.queued", "contact": "c1", "queue": "Billing", "channel": "phone", "customer": "k1"},
    {"ts": TS + 1000, "type": "contact.answered", "contact": "c1", "agent": "Anna Example"},
    {"ts": TS + 2000, "type": "contact.queued", "contact": "c2", "queue": "Billing", "channel": "phone"},
]


def give_rights(redis, user):
    """As an administrator would type it."""
    line = next(line for line in open(DOCUMENT) if line.startswith("ACL SETUSER %s " % user))
    return redis.ask(*line.replace(">PASSWORD", ">secret").replace("{acme}", "{default}").split())


def answer(redis, user, *words):
    return redis.ask("--user", user, "--pass", "secret", *words)


def main(place):
    redis = Redis()
    if int(redis.ask("INFO", "server").split("redis_version:")[1].split(".")[0]) < 7:
        skip("readers with rights of their own", "this Redis knows no %R~")
        return
    path, journal, secret = (os.path.join(place, name) for name in ("events.ndjson", "journal", "secret"))
    open(path, "w").write("".join(json.dumps(event) + "\n" for event in EVENTS))
    with open(os.open(secret, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
        file.write("secret\n")
    done = subprocess.run([BIN, "collect", "--feed", "file:" + path, "--journal", journal, "--store", "unix://" + redis.socket, "--zone", "UTC"],
                          capture_output=True, text=True, timeout=30)
    say(done.returncode == 0 and redis.ask("EXISTS", "{default}:now") == "1", "a collector stores a file, and ends with it", done.stderr)
    for user in ("tablo-wall", "tablo-figures"):
        say(give_rights(redis, user) == "OK", "%s is a user that this Redis takes" % user)
    keys = sorted(key for key in redis.ask("KEYS", "*").split("\n") if key)
    personal = [key for key in keys if key.split(":", 1)[1].split(":")[0] in ("agents", "contacts", "cases", "conduct", "due", "alerts", "feeds", "minutes", "days", "counters")]
    say(len(personal) >= 3 and "{default}:state" in keys and "{default}:now" in keys, "there is something to see", keys)
    url = "unix://%s?user=tablo-wall&pass-file=%s" % (redis.socket, secret)
    done = subprocess.run([BIN, "snapshot", "--store", url, "--zone", "UTC", "--json", "--for", "300ms"], capture_output=True, text=True, timeout=30)
    offered = [f for f in json.loads(done.stdout)["figures"] if f["metric"] == "queue_depth"] if done.stdout else []
    say(done.returncode == 0 and offered, "a board reads with the rights of a board", done.stderr)
    others = {key: answer(redis, "tablo-wall", "HGETALL", key) for key in keys if not key.startswith(("{default}:meta", "{default}:state", "{default}:quarters"))}
    say(others and all("NOPERM" in found or "No permissions" in found for found in others.values()), "and nothing else", others)
    names = ("now", "today", "scopes")
    seen = {key: answer(redis, "tablo-figures", "HGETALL", key) for key in keys if key.split(":")[1] in names}
    say(len(seen) >= 3 and all(found and "NOPERM" not in found for found in seen.values()), "who needs figures reads figures", seen)
    say("Anna" not in "".join(seen.values()) and "c2" not in "".join(seen.values()).split(), "in which there is nobody", seen)
    refused = {key: answer(redis, "tablo-figures", "HGETALL", key) for key in keys if key.split(":")[1] not in names}
    say(len(refused) > 4 and all("NOPERM" in found for found in refused.values()), "and nothing else", refused)
    for user, key in (("tablo-wall", "{default}:meta"), ("tablo-figures", "{default}:now")):
        tried = [answer(redis, user, *words) for words in (("HSET", key, "x", "1"), ("DEL", key), ("EVAL", "return 1", "0"), ("KEYS", "*"), ("CONFIG", "GET", "*"))]
        say(all("NOPERM" in found for found in tried), "%s writes nothing" % user, tried)


if SERVER:
    with tempfile.TemporaryDirectory() as folder:
        main(folder)
else:
    skip("readers with rights of their own", "no redis-server here")
print("1..%d" % len(results))
sys.exit(not all(results))
