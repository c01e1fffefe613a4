#!/usr/bin/env python3
"""What new users stumbled over: commands that say nothing for minutes, sites that are not there, words that are mistyped. Prints TAP."""
import json, os, select, subprocess, sys, tempfile, time

from board_parts import Board
from collect_test_parts import BIN, end, results, say
from redis_server import SERVER, Redis

ZONE = ("--zone", "UTC")
AT = 1700000000000


def run(*words, **how):
    done = subprocess.run([BIN, *words], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL, **how)
    return done.returncode, done.stdout, done.stderr


def make_journal(folder, name, count, *words, at=AT):
    events, journal = os.path.join(folder, name + ".ndjson"), os.path.join(folder, name)
    with open(events, "w") as out:
        for i in range(count):
            call = {"contact": "c%d" % i}
            out.write(json.dumps({"ts": at + i * 5000, "type": "contact.queued", "queue": "Billing", "channel": "phone", **call}) + "\n")
            out.write(json.dumps({"ts": at + i * 5000 + 900, "type": "contact.answered", "agent": "Anna Example", **call}) + "\n")
    code, out, err = run("import", "ndjson", events, "--to", journal, *(words or ZONE))
    if code:
        raise RuntimeError(err)
    return journal


def try_progress(folder):
    """Whoever reads the output slowly keeps the command at work: longer than the silence that is allowed."""
    journal = make_journal(folder, "long", 60000)
    process = subprocess.Popen([BIN, "journal", "export", journal], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    early, _, _ = select.select([process.stderr], [], [], 4)
    say(not early, "what takes a moment says nothing")
    late, _, _ = select.select([process.stderr], [], [], 1.3)
    say(not late, "nor while it waits for its reader")
    out, err = process.communicate(timeout=30)
    lines = err.decode().splitlines()
    say(process.returncode == 0 and len(out.splitlines()) == 120000 and len(lines) == 1 and lines[0].startswith("tablo: writing events: ")
        and lines[0].endswith(" events so far"), "what takes long says what it does and how far it is, once", err.decode())
    code, out, err = run("journal", "verify", journal)
    say((code, out, err) == (0, "", ""), "what is quick stays silent", out + err)


def collect(folder, url, *words):
    """A collector that wrote to Redis, and is gone; its journal."""
    journal = os.path.join(folder, "of" + words[-1].replace("/", "_"))
    code, out, err = run("collect", "--journal", journal, "--feed", "file:" + os.path.join(folder, "day.ndjson"), "--speed", "0", "--store", url, "--set", "zone=UTC", *words)
    if code:
        raise RuntimeError(err)
    return journal


def try_missing_site(url):
    begin = time.monotonic()
    code, out, err = run("snapshot", "--store", url, "--text", "--site", "berln", *ZONE)
    say(code == 1 and not out and "for the site berln" in err and "there are acme and berlin" in err and "--site" in err, "a site that is not stored is named with those that are",
        err)
    say(time.monotonic() - begin < 5, "at once")
    code, out, err = run("snapshot", "--store", url, "--text", "--site", "berln", "--wait", "1s", *ZONE)
    say(code == 1 and "there are acme and berlin" in err and time.monotonic() - begin > 1, "with --wait after that", err)
    board = subprocess.Popen([BIN, "--store", url, "--site", "berln", "--plain"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    line = board.stdout.readline()
    end(board)
    say("berln" in line and "acme and berlin" in line, "so does a plain line", line)


def try_board(folder, url):
    board = Board("--store", url, "--site", "lima", *ZONE)
    say(board.shows("waiting: nothing is stored for the site lima yet") and board.shows("acme and berlin"), "a board says so, too", board.seen[-1500:])
    collect(folder, url, "--site", "lima")
    say(board.shows("Billing"), "and goes on looking: the site is shown when it comes", board.seen[-1500:])
    board.close()


def try_verify(folder, url, journals):
    acme, berlin = journals
    code, out, err = run("journal", "verify", berlin, "--store", url, *ZONE, "--set", "zone=UTC")
    say((code, out, err) == (0, "", ""), "verify takes the site from the journal", out + err)
    code, out, err = run("journal", "verify", berlin, "--store", url, "--set", "zone=UTC", "--set", "site=acme")
    say(code == 0, "whatever the configuration names", out + err)
    code, out, err = run("journal", "verify", berlin, "--store", url, "--set", "zone=UTC", "--site", "acme")
    say(code == 1 and "another journal" in err and "acme" in err and "--site names" in err and out == "", "--site names another: Redis holds another journal there", out + err)
    code, out, err = run("journal", "verify", berlin, "--store", url, "--set", "zone=UTC", "--site", "rome")
    say(code == 1 and "for the site rome" in err and "acme and berlin" in err, "or nothing", out + err)


def try_redis(folder):
    if not SERVER:
        say(True, "sites that are not stored # SKIP no redis-server here")
        return
    make_journal(folder, "day", 300)
    redis = Redis()
    url = "unix://" + redis.socket
    code, out, err = run("snapshot", "--store", url, "--wait", "300ms", "--site", "acme")
    say(code == 1 and "for the site acme yet" in err and "is its collector running" in err, "an empty Redis is told as that", err)
    journals = [collect(folder, url, "--site", site) for site in ("acme", "berlin")]
    try_missing_site(url)
    redis.ask("ACL", "SETUSER", "default", "-scan")
    code, out, err = run("snapshot", "--store", url, "--wait", "300ms", "--site", "berln")
    say(code == 1 and "for the site berln yet: is its collector running" in err and "acme" not in err, "whoever may not look is told no names", err)
    redis.ask("ACL", "SETUSER", "default", "+scan")
    try_verify(folder, url, journals)
    try_board(folder, url)


def rules_of(journal, *words):
    """What a report says of other rules, in JSON and in words."""
    code, out, err = run("report", journal, "--format", "json", *words)
    told = json.loads(out).get("other_rules", {}).get("differs", "") if code == 0 else err
    words = run("report", journal, "--format", "md", *words)[1].replace("\\", "")
    return told, told in words and (told != "") == ("by other rules" in words)


def try_rules(folder):
    journal = make_journal(folder, "rules", 50)
    config = os.path.join(folder, "same.conf")
    open(config, "w").write('zone = "local"\nfcr_within = "168h"\nqueue "Billing" { title = "Money" short_abandon = "5s" }\n')
    os.environ["TZ"] = "Etc/UTC"
    say(rules_of(journal, "--zone", "UTC") == ("", True), "the same rules are the same", rules_of(journal, "--zone", "UTC"))
    say(rules_of(journal, "--config", config) == ("", True), "so are those that are spelled otherwise, in a zone of another name", rules_of(journal, "--config", config))
    told = rules_of(journal, "--zone", "Asia/Tokyo")
    say(told == ('zone (then "UTC", now "Asia/Tokyo")', True), "another zone is named in a report", told)
    told = rules_of(journal, "--zone", "UTC", "--set", "fcr_within=3d", "--target", "30s")
    say(told[0].startswith('target_phone (then "20s", now "30s") and ') and told[1], "so are rules: the first, and how many more", told)
    board = Board("replay", journal, "--config", config, "--paused", "--at", "@%d" % (AT // 1000 + 100))
    say(board.shows("REPLAY") and board.shows("Money") and not board.shows("other rules", 1.5), "a replay says nothing where they are the same", board.seen[-1500:])
    board.close()
    board = Board("replay", journal, "--set", "zone=Asia/Tokyo", "--paused", "--at", "@%d" % (AT // 1000 + 100))
    say(board.shows('other rules then: zone (then "UTC", now "Asia/Tokyo")'), "and what is another, where it is", board.seen[-1500:])
    board.close()
    del os.environ["TZ"]


def main(folder):
    try_rules(folder)
    try_progress(folder)
    try_redis(folder)


with tempfile.TemporaryDirectory() as place:
    main(place)
print("1..%d" % len(results))
sys.exit(0 if all(results) else 1)
