#!/usr/bin/env python3
"""`tablo bridge` as a user runs it: lines published, killed again and again while a file grows, counted exactly once. Prints TAP."""
import json, os, random, resource, shutil, signal, subprocess, sys, tempfile, textwrap, threading, time

from collect_test_parts import BIN, end, free_port, missing_of, received, results, say, start, wait_for

ROUNDS = int(os.environ.get("TABLO_ROUNDS", "1")) * 20
PATIENCE = 60 * int(os.environ.get("TABLO_PATIENCE", "1"))
folder = tempfile.mkdtemp(prefix="tablo-bridge-")
port = free_port()
PUB, REPLAY = "tcp://127.0.0.1:%d" % port, "tcp://127.0.0.1:%d" % (port + 1)
MAP = os.path.join(folder, "calls.conf")
with open(MAP, "w") as to:
    to.write("""
route = "{queue}"
instant "at" { value = "{ts}" format = "epoch_ms" }
let "before" { value = "{kind}" keep = "previous" per = "{id}" }
event "queued" { type = "contact.queued" at = "at" contact = "c{id}" queue = "{queue}" channel = "phone" customer = "{number}" when = {"kind = in"} once = "{id}" }
event "left" { type = "contact.left" at = "at" contact = "c{id}" why = "abandoned" when = {"kind = out", "before = in"} }
""")


def place(name):
    return os.path.join(folder, name)


def now():
    return int(time.time() * 1000)


def bridge(kind, target, state, *words, **more):
    return start("bridge", kind, target, "--state", place(state), "--bind", PUB, "--replay", REPLAY, *words, **more)


def run(*words, data=None):
    return subprocess.run([BIN, *words], input=data, capture_output=True, text=True, timeout=60)


def figure(document, metric, queue):
    found = [f for f in document["figures"] if f["metric"] == metric and f["scope"] == {"queue": queue}]
    return found[0]["value"] if found else 0


def collected(journal):
    """Every event of a journal."""
    done = run("journal", "export", place(journal))
    return [json.loads(line) for line in done.stdout.splitlines()]


def wait_until(good, seconds=PATIENCE):
    until = time.monotonic() + seconds
    while time.monotonic() < until and not good():
        time.sleep(0.05)
    return good()


def stopped(process):
    said = end(process)
    return process.returncode, said


# ---- what is said without publishing ----

def test_words():
    help_text = run("bridge", "--help").stdout
    say(all(name in help_text for name in ("csv", "ndjson", "--map", "--state")), "help names the formats and options", help_text)
    say(not [line for line in help_text.splitlines() if line != line.rstrip()], "and no line of it ends in blanks", help_text)
    done = run("bridge", "cvs", "x")
    say(done.returncode == 2 and "did you mean 'csv'" in done.stderr, "a format that is none: the nearest is named", done.stderr)
    done = run("bridge", "csv", "x", "--state", place("none"), "--bind", PUB, "--replay", "none")
    say(done.returncode == 1 and "--map FILE" in done.stderr, "csv without a mapping says so", done.stderr)
    done = run("bridge", "csv", "x", "--map", MAP, "--src", "a/b")
    say(done.returncode == 2 and "--src" in done.stderr, "a name with a slash is refused", done.stderr)
    path = place("headless.csv")
    with open(path, "w") as to:
        to.write("7,1700000000000,Sales,in,+15550100,Jo Doe\n")
    done = run("bridge", "csv", path, "--map", MAP, "--once", "--state", place("headless"), "--bind", PUB, "--replay", "none")
    say(done.returncode == 1 and "no column is called" in done.stderr and "bridge test" in done.stderr and "5550100" not in done.stderr and "Doe" not in done.stderr,
        "a table without its header: what stands there in its place is not said", done.stderr)


def test_trial():
    path = place("trial.csv")
    with open(path, "w") as to:
        to.write("id,ts,queue,kind,number,remark\n7,1700000000000,Sales,in,+15550100,secret words\n7,1700000001000,Sales,out,,\n8,x,Sales,in,,\n9,1700000001000,Sales,odd,,\n")
    done = run("bridge", "test", "csv", path, "--map", MAP)
    say(done.returncode == 1, "something damaged: exit 1", done.stderr)
    say("contact.queued" in done.stdout and "from id" in done.stdout and "not mapped: remark" in done.stdout, "each event, its origins, what is left out", done.stdout)
    say("secret words" not in done.stdout and "15550100" not in done.stdout, "no free text and no number is shown", done.stdout)
    lines = [json.loads(line) for line in run("bridge", "test", "csv", path, "--map", MAP, "--json").stdout.splitlines()]
    say([line["outcome"] for line in lines] == ["mapped", "mapped", "damaged", "unknown"], "--json: each row accounted for", lines)
    say([event["type"] for line in lines for event in line["makes"]] == ["contact.queued", "contact.left"], "--json: what is made", lines)
    own = place("own.ndjson")
    with open(own, "w") as to:
        to.write('{"type":"contact.queued","ts":1700000000000,"contact":"a","queue":"Sales","channel":"phone"}\n')
    done = run("bridge", "test", "ndjson", own)
    say(done.returncode == 0 and "contact" in done.stdout, "ndjson: events of our own", done.stdout + done.stderr)


def test_trial_of_log():
    path = place("queue_log")
    with open(path, "w") as to:
        to.write("1700000000|a-1|Sales|NONE|ENTERQUEUE||+15550100|1|Kim\n1700000005|a-1|Sales|Ann|CONNECT|5|b-1|3\n1700000035|a-1|Sales|Ann|COMPLETECALLER|5|30|1\n"
                 "1700000040|NONE|NONE|Ann|UNPAUSE|tea\n1700000041|x|Sales|Ann|WHATEVER|a\n1700000042|x|Sales|Ann|OUTCALL|a|b|c\n")
    done = run("bridge", "test", "queue_log", path, "--json")
    told = [json.loads(line) for line in done.stdout.splitlines()]
    say([(line["event"], line["outcome"]) for line in told] == [("ENTERQUEUE", "mapped"), ("CONNECT", "mapped"), ("COMPLETECALLER", "mapped"), ("UNPAUSE", "mapped"),
        ("a line", "unknown"), ("OUTCALL", "ignored")], "queue_log: each line accounted for", done.stdout)
    say(told[0]["unmapped"] == ["url", "position", "data4"] and told[3]["unmapped"] == ["reason"] and told[1]["fields"]["holdtime"] == "wait_ms"
        and "Kim" not in done.stdout and "tea" not in done.stdout, "queue_log: the fields of each verb by the names they have in Asterisk, others by their number", done.stdout)


def test_trial_of_quickstart():
    page = open(os.path.join(os.environ["TABLO_SOURCE"], "docs", "quickstart", "json.md")).read()
    mapping = place("shop.conf")
    with open(mapping, "w") as to:
        to.write(textwrap.dedent(page.split("cat > shop.conf <<'END'\n")[1].split("    END\n")[0]).replace(
            '{"event = ticket_opened"}', '{"event = ticket_opened", "ticket.title != "}'))
    document = place("shop.json")
    with open(document, "w") as to:
        to.write(page.split("echo '")[1].split("' > shop.json")[0])
    done = run("bridge", "test", "webhook", document, "--map", mapping)
    say(done.returncode == 0 and "case    = shop-7   from ticket.id" in done.stdout, "the mapping of the page for JSON does what the page says", done.stdout + done.stderr)
    say("    which event: event, ticket.title\n" in done.stdout, "fields that decide the same thing stand in one line", done.stdout)
    say(done.stderr == "1 mapped, 1 events\n", "and the sum is said at the end", done.stderr)


# ---- published ----

def test_snapshot():
    lines = "".join(json.dumps({"type": "contact.queued", "ts": now() - 5000, "contact": "p%d" % i, "queue": "Sales", "channel": "phone"}) + "\n" for i in range(25))
    process = bridge("ndjson", "-", "pipe", "--wait", "1", "--linger", "3s", stdin=subprocess.PIPE)
    shown = {}
    looker = threading.Thread(target=lambda: shown.update(done=run("snapshot", "--feed", PUB, "--json", "--zone", "UTC", "--for", "2s", "--wait", "20s", "--window", "today")))
    looker.start()
    process.stdin.write(lines)
    process.stdin.close()
    process.stdin = None
    looker.join()
    said = process.communicate(timeout=30)[1]
    document = json.loads(shown["done"].stdout or "{}")
    say(document and figure(document, "offered", "Sales") == 25 and document["feeds"][0]["src"] == "ndjson", "a board counts what came through a pipe", shown["done"].stderr + said)
    say(process.returncode == 0 and "25 lines taken, 25 documents mapped, 25 events published" in said, "at the end it says what it did", said)


class Writer(threading.Thread):
    """Somebody else's log: grows, in pieces that end anywhere, and is rotated."""

    def __init__(self, path, rows):
        super().__init__()
        self.path, self.rows, self.over, self.pause = path, rows, False, 0.002

    def run(self):
        chance, header = random.Random(5), "id,ts,queue,kind,number,remark\n"
        to, written = open(self.path, "w"), 0
        to.write(header)
        for number in range(self.rows):
            row = '%d,%d,Sales,in,+1555%05d,"two\nlines"\n%d,%d,Sales,out,,\n' % (number, now(), number, number, now())
            cut = chance.randrange(len(row))
            for piece in (row[:cut], row[cut:]):
                to.write(piece)
                to.flush()
            if number % 8 == 0:
                time.sleep(self.pause)
            written += 1
            if number % 700 == 699:
                to.close()
                os.rename(self.path, "%s.%d" % (self.path, number))
                to = open(self.path, "w")
                to.write(header)
        to.close()
        self.over = True


def kill_many(state, journal, *words):
    """Twenty kills while the file grows and a collector reads: each event is there, once."""
    rows, path, chance = 150 * ROUNDS, place(state + ".csv"), random.Random(11)
    collector = start("collect", "--feed", PUB, "--journal", place(journal))
    writer = Writer(path, rows)
    process = bridge("csv", path, state, "--map", MAP, *words)
    # Of the first boot a reader counts from the first number that it sees.
    wait_for(place(journal), lambda found: found["feeds"][0]["state"] == "live")
    writer.start()
    kills = 0
    while kills < ROUNDS or not writer.over:
        time.sleep(chance.uniform(0.02, 0.12) if kills < ROUNDS else 0.05)
        if kills < ROUNDS:
            process.kill()
            process.communicate()
            kills += 1
            process = bridge("csv", path, state, "--map", MAP, *words)
    writer.join()
    enough = wait_until(lambda: sum(1 for _ in collected_now(journal)) >= 2 * rows)
    found = wait_for(place(journal), lambda found: received(found) >= 2 * rows and missing_of(found) == 0)  # it is written once a second
    code, said = stopped(process)
    end(collector)
    events = collected(journal)
    queued = [e["contact"] for e in events if e["type"] == "contact.queued"]
    left = [e["contact"] for e in events if e["type"] == "contact.left"]
    wanted = ["c%d" % i for i in range(rows)]
    say(enough, "%s: after %d kills all came" % (state, kills), "%d of %d: %s" % (len(events), 2 * rows, said))
    say(sorted(queued) == sorted(wanted), "%s: each call is queued exactly once" % state, "%d, %d of them different" % (len(queued), len(set(queued))))
    say(sorted(left) == sorted(wanted), "%s: what was remembered of earlier rows is known after each kill" % state, "%d, %d different" % (len(left), len(set(left))))
    say(all(len(e.get("customer", "0" * 16)) == 16 and "1555" != e.get("customer", "")[:4] for e in events), "%s: customers are pseudonyms" % state)
    kept = b"".join(open(os.path.join(place(state), name), "rb").read() for name in os.listdir(place(state)))
    say(b"+1555" not in kept, "%s: no number stands in the folder, nor that of a row that is not over" % state)
    say(code == 0 and "damaged" not in said, "%s: it ends in order at SIGTERM" % state, said)
    say(found and missing_of(found) == 0, "%s: no number is missing for good" % state, found)


def collected_now(journal):
    return collected(journal) if os.path.isdir(place(journal)) else []


def test_kills():
    kill_many("killed", "kept")


def test_kills_with_sync():
    global ROUNDS
    ROUNDS, before = max(5, ROUNDS // 4), ROUNDS
    kill_many("synced", "kept-synced", "--sync")
    ROUNDS = before


# ---- its folder ----

def test_folder():
    path = place("folder.csv")
    with open(path, "w") as to:
        to.write("id,ts,queue,kind,number,remark\n1,%d,Sales,in,,\n" % now())
    first = bridge("csv", path, "folder", "--map", MAP)
    wait_until(lambda: os.path.exists(place("folder/outbox-0000000001")))
    second = run("bridge", "csv", path, "--map", MAP, "--state", place("folder"), "--bind", "ipc://" + place("other"), "--replay", "none")
    say(second.returncode == 1 and "another bridge has it" in second.stderr, "one bridge at a time in a folder", second.stderr)
    stopped(first)
    other = run("bridge", "csv", path, "--map", MAP, "--state", place("folder"), "--src", "mine", "--bind", PUB, "--replay", "none", "--once")
    say(other.returncode == 1 and "belongs to the publisher 'csv'" in other.stderr, "another name in it is refused, with what to do", other.stderr)
    again = run("bridge", "csv", path, "--map", MAP, "--state", place("folder"), "--bind", PUB, "--replay", "none", "--once", "--linger", "0s")
    say(again.returncode == 0 and "0 rows taken, 0 events published" in again.stderr, "what was read is not read again", again.stderr)
    service = start("bridge", "csv", path, "--map", MAP, "--once", "--bind", PUB, "--replay", "none", "--linger", "0s",
                    env={**os.environ, "STATE_DIRECTORY": place("service"), "XDG_STATE_HOME": ""})
    said = service.communicate(timeout=20)[1]
    say(service.returncode == 0 and os.path.exists(place("service/outbox-0000000001")), "the service manager's folder is used", said)


def own_event(number):
    return json.dumps({"type": "contact.queued", "ts": now(), "contact": "f%d" % number, "queue": "Sales", "channel": "phone"}) + "\n"


def test_full_disk():
    """A disk without room: the pipe waits; there is room again, and nothing is missing or double."""
    process = bridge("ndjson", "-", "full", "--linger", "0s", stdin=subprocess.PIPE)
    kept = place("full/outbox-0000000001")
    wait_until(lambda: os.path.exists(kept))
    before = os.path.getsize(kept)
    process.stdin.write("".join(own_event(i) for i in range(10)))
    process.stdin.flush()
    wait_until(lambda: os.path.getsize(kept) > before)
    size = os.path.getsize(kept)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size + 100, resource.RLIM_INFINITY))
    process.stdin.write("".join(own_event(10 + i) for i in range(10)))
    process.stdin.flush()
    said = ""
    while "nothing is taken until it can" not in said:
        line = process.stderr.readline()
        said += line
        if not line:
            break
    say("nothing is taken until it can" in said and os.path.getsize(kept) == size, "a full disk is said, and nothing half written stays", said)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    process.stdin.close()
    process.stdin = None
    said = process.communicate(timeout=30)[1]
    say("20 lines taken, 20 documents mapped, 20 events published" in said, "with room again it goes on: each event once", said)


def test_full_disk_in_a_row():
    """The disk is full while a row of several lines is not over: it is one row, once."""
    path, state = place("row.csv"), "row"
    with open(path, "w") as to:
        to.write('id,ts,queue,kind,number,remark\n1,%d,Sales,in,,"one"\n2,%d,Sales,in,,"two\n' % (now(), now()))
    process = bridge("csv", path, state, "--map", MAP)
    kept = place(state + "/outbox-0000000001")
    wait_until(lambda: os.path.exists(kept) and b"c1" in open(kept, "rb").read())
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (os.path.getsize(kept) + 20, resource.RLIM_INFINITY))
    with open(path, "a") as to:
        to.write('lines"\n3,%d,Sales,in,,"three\n' % now())
    said = ""
    while "nothing is taken until it can" not in said and (line := process.stderr.readline()):
        said += line
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    wait_until(lambda: b"c2" in open(kept, "rb").read())
    process.kill()
    process.communicate()
    with open(path, "a") as to:
        to.write('and"\n')
    done = run("bridge", "csv", path, "--map", MAP, "--state", place(state), "--bind", PUB, "--replay", "none", "--once", "--linger", "0s")
    text = open(kept, "rb").read()
    say([text.count(b"c%d" % i) for i in (1, 2, 3)] == [1, 1, 1] and "1 rows taken, 1 mapped" in done.stderr, "a row of lines over a full disk and a kill is one row", said + done.stderr)


if __name__ == "__main__":
    try:
        for test in (test_words, test_trial, test_trial_of_log, test_trial_of_quickstart, test_snapshot, test_folder, test_full_disk, test_full_disk_in_a_row, test_kills, test_kills_with_sync):
            test()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print("1..%d" % len(results))
    sys.exit(not all(results))
