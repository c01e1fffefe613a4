#!/usr/bin/env python3
"""A made-up ticket log imported as the manual says, against a model; half hours and days where the clocks change; scopes that come later. Prints TAP."""
import collections, csv, datetime, json, os, random, subprocess, sys, tempfile
from zoneinfo import ZoneInfo

from ticket_parts import *

# ---- another company: made up here, imported by what docs/IMPORTING.md says of such a log ----

def example(begin, end):
    """The lines of a code block of the manual, from one that begins so to one that ends so."""
    with open(SOURCE + "/docs/IMPORTING.md") as f:
        lines = f.read().split("\n")
    first = next(i for i, line in enumerate(lines) if line.startswith("    " + begin))
    last = next(i for i in range(first, len(lines)) if lines[i].startswith("    " + end))
    return "".join(line[4:] + "\n" for line in lines[first:last + 1])


BERLIN = ZoneInfo("Europe/Berlin")
WEEK = [[(540, 1020)]] * 4 + [[(540, 750), (810, 960)], [], []]
HOLIDAY = datetime.date(2026, 10, 1)
STATES = {"New": "open", "Open": "open", "Waiting": "pending", "Resolved": "solved", "Closed": "closed"}


def open_minutes(begin, end):
    """Minutes of the office between two instants (s): counted day by day, blocks cut to the stretch. No block lies in an hour that comes twice."""
    total, day = 0, datetime.datetime.fromtimestamp(begin, BERLIN).date()
    while datetime.datetime(day.year, day.month, day.day, tzinfo=BERLIN).timestamp() < end:
        for start, stop in [] if day == HOLIDAY else WEEK[day.weekday()]:
            at = [datetime.datetime(day.year, day.month, day.day, m // 60, m % 60, tzinfo=BERLIN).timestamp() for m in (start, stop)]
            total += max(0, min(end, at[1]) - max(begin, at[0])) // 60
        day += datetime.timedelta(days=1)
    return total


def live(chance, number):
    """The rows of one ticket, oldest first: at, kind, by, status, priority, group, assignee, violated."""
    start = datetime.datetime(2026, 9, 21, tzinfo=BERLIN) + datetime.timedelta(days=chance.randrange(50))
    at = int(start.replace(hour=chance.randrange(7, 21), minute=chance.randrange(60)).timestamp())
    priority, group, assignee, status, rows = chance.choice(["Urgent", "Normal", "Low", ""]), chance.choice(["Mail", "Shop"]), "", "New", []
    flag = chance.choice(["Yes", "No"])
    rows.append((at, "created", "customer", status, priority, group, assignee, ""))
    for _ in range(chance.randrange(1, 9)):
        at += 60 * chance.choice([0, 0, 1, 7, 30, 95, 240, 960, 2880, 4321])
        kind = chance.choice(["comment", "comment", "internal", "status", "status", "assign"])
        by = chance.choice(["agent", "agent", "customer"]) if kind == "comment" else "agent"
        if kind == "status":
            status = chance.choice(["Open", "Waiting", "Waiting", "Resolved", "Closed"])
        if kind == "assign":
            assignee = chance.choice(["Ann", "Bob", "Zoë; Meyer"])
        rows.append((at, kind, by, status, priority, group, assignee, flag if status == "Closed" else ""))
    return ["T-%d" % number] + rows


def write_log(path, tickets, newest_first):
    rows = [(row[0], i, ticket[0], row) for ticket in tickets for i, row in enumerate(ticket[1:])]
    if newest_first:
        rows.sort(key=lambda r: (r[0], r[1]))
        rows.reverse()
    with open(path, "w", newline="", encoding="utf-8-sig") as f:
        table = csv.writer(f, delimiter=";", lineterminator="\r\n")
        table.writerow(["Ticket", "Updated", "Kind", "By", "Status", "Priority", "Group", "Assignee", "SLA violated", "Subject"])
        for at, _, name, (_, *rest) in rows:
            stamp = datetime.datetime.fromtimestamp(at, BERLIN).strftime("%d.%m.%Y %H:%M")
            line = [name, stamp, *rest, 'Re: "invoice";\nsecond line']
            table.writerow(line)
            if at % 420 == 0:
                table.writerow(line)  # told twice
    return len(rows)


def is_late(spent, since, at, target):
    """Was it due before this minute? At its very due it is met; and it is due at closing time, not when the office opens again."""
    return at > since and spent + open_minutes(since, at - 60) >= target


def clocks(rows, end):
    """The instances of resolution, which the state ends, and the first reply, each as (breached, met)."""
    number = {"Urgent": 1, "Normal": 3, "Low": 5}.get(rows[0][4], 0)
    reply_target, target = (60 if number == 1 else 240), (240 if number == 1 else 960)
    done, running, since, spent, late, state = [], True, rows[0][0], 0, False, "open"
    first, over = None, None
    for at, kind, by, status, *_ in rows[1:]:
        if kind == "comment" and by == "agent" and first is None and over is None:
            first = at
        after = STATES[status]
        if after == state:
            continue
        if running and state != "pending":
            late = late or is_late(spent, since, at, target)
            spent += open_minutes(since, at)
        since = at
        if running and after in ("solved", "closed"):
            done.append((late, not late))
            running, over = False, over if over is not None else at
        elif not running and after not in ("solved", "closed"):
            running, spent, late = True, 0, False
        state = after
    if running:
        done.append((late or (state != "pending" and spent + open_minutes(since, end) >= target), False))
    ended = min((x for x in (first, over) if x is not None), default=end)
    waited = is_late(0, rows[0][0], ended if ended < end else end + 60, reply_target)
    return done, (waited, not waited and first is not None)


def expectations(tickets, end):
    want = collections.Counter()
    for _, *rows in tickets:
        done, reply = clocks(rows, end)
        closing = [i for i, row in enumerate(rows) if row[7] == "Yes"]
        if closing:
            # The flag is told once, in the first closed row, and means the clock that ended there.
            told = clocks(rows[:closing[0] + 1], end)[0]
            want["sla_confirmed" if told[-1][0] else "sla_disagreed"] += 1
            done[len(told) - 1] = (True, False)
        want["resolve_breached"] += sum(late for late, _ in done)
        want["resolve_met"] += sum(met for _, met in done)
        want["reply_breached"] += reply[0]
        want["reply_met"] += reply[1]
    return want


def days_of(tickets, days):
    """opened, solved and backlog, by day."""
    opened, solved, backlog = collections.Counter(), collections.Counter(), collections.Counter()
    for _, *rows in tickets:
        state, since = "open", rows[0][0]
        opened[datetime.datetime.fromtimestamp(since, BERLIN).date()] += 1
        changes = [(since, True)]
        for at, _, _, status, *_ in rows[1:]:
            after = STATES[status] not in ("solved", "closed")
            if changes[-1][1] and not after:
                solved[datetime.datetime.fromtimestamp(at, BERLIN).date()] += 1
            if changes[-1][1] != after:
                changes.append((at, after))
        for midnight in days:
            known = [is_open for at, is_open in changes if at <= midnight]
            backlog[midnight] += bool(known and known[-1])
    return opened, solved, backlog


def replayed(folder, path, days, common):
    """Clocks that the board started are the same in a journal, read from its states."""
    journal = os.path.join(folder, "other.journal")
    subprocess.run([BIN, "import", "ndjson", path, "--to", journal, *common[2:]], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
    metrics = ["backlog", "sla_running", "sla_paused", "sla_breached_open", "sla_breached", "sla_met_resolve", "sla_met_first_reply"]
    ats = [days[i] + 43200 for i in (9, 30, 44, 70)]
    one, other = (look(source, ats, metrics, [], *common, "--window", "7d") for source in (path, journal))
    compare("clocks of the board's own in a journal", [("%s %s" % (iso(at), key), b[key].get("value"), a[key].get("value"))
                                                       for at, a, b in zip(ats, one, other) for key in a])


def other_company(folder):
    chance = random.Random(5)
    tickets = [live(chance, i) for i in range(500)]
    begin = datetime.datetime(2026, 9, 22, tzinfo=BERLIN)
    days = [int((begin + datetime.timedelta(days=i)).timestamp()) for i in range(90)]
    mapping, config = os.path.join(folder, "tickets.conf"), os.path.join(folder, "board.conf")
    text = example('delimiter = ";"', 'event "official"')
    with open(config, "w") as f:
        f.write(example("sla_calendar", 'sla "resolve"'))
    last = max(row[0] for ticket in tickets for row in ticket[1:])
    want = expectations(tickets, last)
    opened, solved, backlog = days_of(tickets, days)
    first_day = (min(opened) - begin.date()).days
    for newest_first in (True, False):
        name = "newest first" if newest_first else "ticket by ticket"
        log = os.path.join(folder, "log.csv")
        write_log(log, tickets, newest_first)
        with open(mapping, "w") as f:
            f.write(text if newest_first else text.replace("newest_first = true\n", ""))
        path = run_import(folder, "other", mapping, log)
        common = ("--zone", "Europe/Berlin", "--config", config)
        metrics = ["cases_opened", "cases_solved", "sla_breached", "sla_confirmed", "sla_disagreed", "sla_met_first_reply", "sla_met_resolve"]
        stands = look(path, days, ["backlog"], [], *common)
        # What happens at midnight belongs to the day that begins: cells of whole days, one of them of 25 hours.
        found = look(path, [], metrics, [], *common, "--intervals", "1d")
        pairs = [("%s backlog" % iso(at), value(f, "", "backlog"), backlog[at]) for at, f in zip(days, stands)]
        for i, f in enumerate(found):
            day = begin.date() + datetime.timedelta(days=i + first_day)
            pairs += [("%s %s" % (day, metric), value(f, "", metric), truth) for metric, truth in
                      (("cases_opened", opened[day]), ("cases_solved", solved[day]))]
        compare("another company's days over a change of the clocks, " + name, pairs)
        got = {m: add_up(found, "", m) for m in ("sla_breached", "sla_confirmed", "sla_disagreed")}
        for clock, metric in (("reply", "sla_met_first_reply"), ("resolve", "sla_met_resolve")):
            met, all_of = (sum(part) for part in zip(*[parts(f, "", metric) for f in found]))
            got[clock + "_met"], got[clock + "_breached"] = met, all_of - met
        want["sla_breached"] = want["reply_breached"] + want["resolve_breached"]
        compare("its SLA clocks and the official flag, " + name, [(key, got[key], want[key]) for key in sorted(want)])
        if newest_first:
            replayed(folder, path, days, common)
            say(min(want.values()) >= 20, "there is enough of everything", dict(want))


# ---- the clocks change: half hours and days of calls every ten minutes, counted by hand ----

def write_calls(path, day):
    begin, end = (int(datetime.datetime(d.year, d.month, d.day, tzinfo=BERLIN).timestamp()) for d in (day, day + datetime.timedelta(days=1)))
    with open(path, "w") as f:
        for i, at in enumerate(range(begin, end, 600)):
            wait = 5 if i % 3 else 45
            for ts, name, keys in ((at, "queued", {"queue": "Q", "channel": "phone"}), (at + wait, "answered", {"agent": "A", "wait_ms": wait * 1000}),
                                   (at + wait + 60, "released", {"agent": "A", "by": "agent", "talk_ms": 60000, "wrap_ms": 0})):
                f.write(json.dumps({"ts": ts * 1000, "type": "contact." + name, "contact": "c%d" % i, **keys}) + "\n")
    return begin, end


def report(journal, *words):
    done = subprocess.run([BIN, "report", journal, "--set", "zone=Europe/Berlin", "--count-by", "arrival", *words], capture_output=True, text=True, timeout=60)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return done.stdout


def clock_changes(folder):
    config = os.path.join(folder, "sundays.conf")
    with open(config, "w") as f:
        f.write('sla_calendar = "sundays"\ncalendar "sundays" { zone = "Europe/Berlin" sunday = {"02:00-03:30"} }\n')
    # Forward nothing is open but half an hour; back the block counts in both passes: the hour twice, and a half.
    for day, hours, is_open in ((datetime.date(2026, 3, 29), 23, 3), (datetime.date(2026, 10, 25), 25, 15)):
        path, journal = os.path.join(folder, "%s.ndjson" % day), os.path.join(folder, "%s.journal" % day)
        begin, end = write_calls(path, day)
        subprocess.run([BIN, "import", "ndjson", path, "--to", journal], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
        cells = [c for c in csv.DictReader(report(journal, "--config", config, "--format", "csv").splitlines()) if not c["queue"] and not c["channel"]]
        froms = [datetime.datetime.fromtimestamp(at, BERLIN).isoformat() for at in range(begin, end, 1800)]
        pairs = [("cells", [c["from"] for c in cells], froms), ("to", [c["to"] for c in cells][:-1], froms[1:]), ("hours", (end - begin) // 3600, hours)]
        pairs += [(c["from"], (c["offered"], c["answered"], float(c["service_level"]), c["aht"]), ("3", "3", round(2 / 3, 6), "60.000")) for c in cells]
        pairs.append(("while open", 6 * hours - sum(int(c["offered_closed"]) for c in cells), is_open))
        whole = [c for c in csv.DictReader(report(journal, "--config", config, "--format", "csv", "--by", "24h").splitlines()) if not c["queue"] and not c["channel"]]
        pairs.append(("the day", [(c["from"], c["to"], int(c["offered"])) for c in whole],
                      [(froms[0], datetime.datetime.fromtimestamp(end, BERLIN).isoformat(), 6 * hours)]))
        labels = [line.split("|")[1].strip()[-12:] for line in report(journal).splitlines() if "02:" in line or "03:0" in line]
        twice = ["02:00 +02:00", "02:30 +02:00", "02:00 +01:00", "02:30 +01:00"]
        pairs.append(("told apart", [label for label in labels if "+" in label], twice if hours == 25 else []))
        cells = look(path, [], ["offered"], [], "--zone", "Europe/Berlin", "--intervals", "30m", "--by", "arrival")
        pairs.append(("snapshot", [value(f, "", "offered") for f in cells], [3] * (2 * hours)))
        days = look(path, [], ["offered"], [], "--zone", "Europe/Berlin", "--intervals", "1d", "--by", "arrival")
        pairs.append(("snapshot of the day", [value(f, "", "offered") for f in days], [6 * hours]))
        compare("%s has %d hours" % (day, hours), pairs)


def names_that_come_later(folder):
    """A scope is a mistake only where its name never comes."""
    path = os.path.join(folder, "later.ndjson")
    with open(path, "w") as f:
        for i, market in enumerate(("DE", "JP")):
            f.write(json.dumps({"ts": 1700000000000 + i * 3600000, "type": "case.opened", "case": "c%d" % i, "queue": "Q", "channel": "email",
                                "market": market}) + "\n")
    ats = [1700000100, 1700003700]
    found = look(path, ats, ["backlog"], ["market=JP", "market=DE"])
    compare("a scope that comes later", [("first", [key[0] for key in found[0]], ["market=DE"]), ("JP", value(found[1], "market=JP", "backlog"), 1)])
    done = subprocess.run([BIN, "snapshot", "--json", "--feed", "file:" + path, "--scope", "market=FR"] + [w for at in ats for w in ("--at", iso(at))],
                          capture_output=True, text=True, timeout=60)
    say(done.returncode == 1 and done.stderr.count("no market is called 'FR'") >= 1, "one that never comes is a mistake", done.stderr)


def main():
    with tempfile.TemporaryDirectory() as folder:
        clock_changes(folder)
        names_that_come_later(folder)
        other_company(folder)
    return end()


sys.exit(main())
