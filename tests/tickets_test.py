#!/usr/bin/env python3
"""Logs of ticket systems through mapping, import and engine, against counts made here without it: the real help desk, figure by figure (skipped,
counted, without TABLO_DATA), and the made-up log of another company. Prints TAP."""
import collections, csv, datetime, gzip, json, math, os, random, subprocess, sys, tempfile
from zoneinfo import ZoneInfo

BIN, DATA, SOURCE = os.environ["TABLO_BIN"], os.environ.get("TABLO_DATA", "../shared/data"), os.environ.get("TABLO_SOURCE", ".")
UTC = datetime.timezone.utc
DAY = 86400
number = failed = 0


def say(good, name, why=""):
    global number, failed
    number += 1
    failed += not good
    print("%s %d - %s" % ("ok" if good else "not ok", number, name), flush=True)
    if not good:
        print("# " + str(why)[:1500].replace("\n", "\n# "))


def skip(name):
    global number
    number += 1
    print("ok %d - %s # SKIP no real logs at TABLO_DATA" % (number, name))


def iso(at):
    return datetime.datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def run_import(folder, name, mapping, source, *words):
    path = os.path.join(folder, name + ".ndjson")
    with open(path, "w") as out:
        done = subprocess.run([BIN, "import", "csv", "--map", mapping, *words, source], stdout=out, stderr=subprocess.PIPE, text=True, timeout=60)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return path


def look(path, ats, metrics, scopes, *words):
    """For each instant, or each interval: (scope, metric) -> figure."""
    command = [BIN, "snapshot", "--json", "--feed", "file:" + path, *(words if "--zone" in words else ("--zone", "UTC", *words))]
    for flag, values in (("--metric", metrics), ("--scope", scopes), ("--at", [iso(at) for at in ats])):
        command += [w for value in values if value for w in (flag, value)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise RuntimeError(done.stderr[-1000:])
    decoder, at, found, text = json.JSONDecoder(), 0, [], done.stdout.rstrip()
    while at < len(text):
        document, at = decoder.raw_decode(text, at)
        at += len(text[at:]) - len(text[at:].lstrip()) if at < len(text) and text[at].isspace() else 0
        found.append({(",".join("%s=%s" % pair for pair in sorted(f["scope"].items())), f["metric"]): f for f in document["figures"]})
    return found


def value(figures, scope, metric):
    figure = figures.get((scope, metric))
    return 0 if figure is None or figure.get("value") is None else figure["value"]


def parts(figures, scope, metric):
    """Numerator and denominator of a ratio or a mean: what adds up over windows."""
    of = figures.get((scope, metric), {}).get("of") or [0, 0]
    return of[0], of[1]


def rows(name):
    with open(os.path.join(DATA, "helpdesk-it", name), newline="") as f:
        return list(csv.DictReader(f))


def compare(name, pairs):
    wrong = ["%s: %r, not %r" % pair for pair in pairs if pair[1] != pair[2]]
    say(pairs and not wrong, "%s: %d figures" % (name, len(pairs)), "\n".join(wrong[:10]))


# ---- the real help desk ----

def variant(folder, group, keep):
    """The mapping that is shipped, by another column; `keep`: what the first row says stays."""
    with open(SOURCE + "/data/mappings/helpdesk-it-figures.conf") as f:
        text = f.read()
    old = '\tvalue = "{workgroup}"\n\tkeep = "first"\n\tper = "{Case ID}"\n'
    if old not in text:
        raise RuntimeError("the mapping has another group")
    path = os.path.join(folder, group + ".conf")
    with open(path, "w") as f:
        f.write(text.replace(old, old.replace("workgroup", group) if keep else '\tvalue = "{%s}"\n' % group))
    return path


def read_tickets():
    tickets = collections.OrderedDict()
    with gzip.open(DATA + "/helpdesk-it/helpdesk.csv.gz", "rt") as f:
        table = csv.reader(f)
        next(table)
        for row in table:
            at = int(datetime.datetime.strptime(row[3][:19], "%Y/%m/%d %H:%M:%S").replace(tzinfo=UTC).timestamp())
            tickets.setdefault(row[0], []).append((at, row[1], row[2]))
    return tickets


def by_day(folder, source):
    path = run_import(folder, "stages", variant(folder, "Activity", False), source)
    truths = rows("truth_daily.csv")
    midnights = [int(datetime.datetime.fromisoformat(t["date"]).replace(tzinfo=UTC).timestamp()) for t in truths]
    stages = [("in_wait", "Wait"), ("in_resolved", "Resolve ticket"), ("in_charge", "Take in charge ticket"), ("in_assigned", "Assign seriousness")]
    scopes = ["market=tickets"] + ["queue=%s,market=tickets" % stage for _, stage in stages]
    found = look(path, midnights + [midnights[-1] + DAY], ["backlog", "cases_opened", "cases_closed"], scopes, "--window", "today")
    pairs = []
    for truth, at_start, at_end in zip(truths, found, found[1:]):
        wanted = [("opened", value(at_end, "market=tickets", "cases_opened")), ("closed_events", value(at_end, "market=tickets", "cases_closed")),
                  ("backlog_at_0000", value(at_start, "market=tickets", "backlog"))]
        wanted += [(column, value(at_start, "market=tickets,queue=" + stage, "backlog")) for column, stage in stages]
        pairs += [(truth["date"] + " " + column, got, int(truth[column])) for column, got in wanted]
    compare("opened, closed and backlog of each day, and where it stood", pairs)
    most = max((value(f, "market=tickets", "backlog"), -at) for f, at in zip(found, midnights))
    return path, ("peak_backlog_at_0000", most[0]), ("peak_backlog_date", iso(-most[1])[:10])


LIMITS = {"email": [("response_sla_breached_%dh" % h, h * 3600) for h in (1, 4, 8, 24)],
          "social": [("resolution_sla_breached_%dd" % d, d * DAY) for d in (1, 3, 7, 15, 30)]}
METRICS = ["cases_opened", "answered", "answered_in_time", "asa", "asa_p50", "asa_p90"]


def windows():
    """Just before midnight each 35 days, so that no window shares a quarter hour with the next."""
    first = int(datetime.datetime(2010, 2, 1, tzinfo=UTC).timestamp()) - 1
    return [first + i * 35 * DAY for i in range(43)]


def add_up(found, scope, metric):
    return sum(value(f, scope, metric) for f in found)


def mean(found, scope, scale):
    """Of whole seconds: what a window's mean and n stand for can be told again."""
    figures = [f[scope, "asa"] for f in found if f.get((scope, "asa"), {}).get("value") is not None]
    total, count = sum(round(f["value"] * f["n"]) for f in figures), sum(f["n"] for f in figures)
    return "" if not count else "%.3f" % (total / count / scale)


def look_limits(path, scopes, email, social):
    return look(path, windows(), METRICS, scopes, "--window", "35d", "--set", "history_days=36", "--set", "target_email=%ds" % email,
                "--set", "target_social=%ds" % social)


def by_group(folder, source, group, name):
    path = run_import(folder, group, variant(folder, group, True), source)
    truths = rows(name)
    key = list(truths[0])[0]
    kinds = ("market=tickets", "market=reopened", "market=reworked", "channel=email", "channel=social")
    scopes = ["queue=%s,%s" % (t[key], kind) for t in truths for kind in kinds]
    found = look_limits(path, scopes, 4 * 3600, 7 * DAY)
    pairs = []
    for t in truths:
        def scope(kind):
            return ",".join(sorted(["queue=" + t[key], kind]))
        response, resolution = scope("channel=email"), scope("channel=social")
        got = {"cases": add_up(found, scope("market=tickets"), "cases_opened"), "reopened": add_up(found, scope("market=reopened"), "cases_opened"),
               "rework": add_up(found, scope("market=reworked"), "cases_opened"), "response_known": add_up(found, response, "answered"),
               "mean_response_s": mean(found, response, 1), "resolve_known": add_up(found, resolution, "answered"),
               "mean_resolve_h": mean(found, resolution, 3600),
               "response_breach_4h": add_up(found, response, "answered") - add_up(found, response, "answered_in_time"),
               "resolution_breach_7d": add_up(found, resolution, "answered") - add_up(found, resolution, "answered_in_time")}
        pairs += [(t[key] + " " + column, str(number), t[column]) for column, number in got.items()]
    compare(name, pairs)
    return path


def percentile(values, p):
    return sorted(values)[max(0, math.ceil(p / 100 * len(values)) - 1)]


def within(values, found, scope, begin, end):
    """The percentiles of one window, within the 2 % that are promised."""
    waits = [wait for at, wait in values if begin < at <= end]
    for p in (50, 90):
        got, want = found.get((scope, "asa_p%d" % p), {}).get("value"), percentile(waits, p) if waits else None
        if (got is None) != (want is None) or (want is not None and abs(got - want) > 0.02 * want + 0.5):
            yield "%s %s p%d: %s, not %s" % (iso(end), scope, p, got, want)


def summary(path, tickets, known):
    truth = {t["metric"]: t["value"] for t in rows("truth_summary.csv")}
    with open(path) as f:
        events = [json.loads(line) for line in f]
    got = dict(known)
    waits = {"email": [], "social": []}
    for e in events:
        if e["type"] == "contact.answered" and e["contact"].startswith("res"):
            waits["email" if e["contact"].startswith("response") else "social"].append((e["ts"] // 1000, e["wait_ms"] / 1000))
    rungs = [(LIMITS["email"][min(i, 3)], LIMITS["social"][i]) for i in range(5)]
    for (response, email), (resolution, social) in rungs:
        found = look_limits(path, ["market=tickets", "market=reopened", "market=reworked", "channel=email", "channel=social"], email, social)
        for metric, channel in ((response, "channel=email"), (resolution, "channel=social")):
            got[metric] = add_up(found, channel, "answered") - add_up(found, channel, "answered_in_time")
    got["cases"], got["reopened"], got["rework"] = (add_up(found, "market=" + m, "cases_opened") for m in ("tickets", "reopened", "reworked"))
    got["response_known"], got["resolve_known"] = add_up(found, "channel=email", "answered"), add_up(found, "channel=social", "answered")
    got["mean_response_s"], got["mean_resolve_h"] = mean(found, "channel=email", 1), mean(found, "channel=social", 3600)
    wrong = []
    for channel, values in waits.items():
        for f, end in zip(found, windows()):
            wrong += within(values, f, "channel=" + channel, end - 35 * DAY, end)
    say(not wrong, "percentiles of response and resolution in every window, within 2 %", "\n".join(wrong[:10]))
    got["p50_response_s"], got["p90_response_s"] = ("%d" % percentile([w for _, w in waits["email"]], p) for p in (50, 90))
    got["p50_resolve_h"], got["p90_resolve_h"] = ("%.3f" % (percentile([w for _, w in waits["social"]], p) / 3600) for p in (50, 90))
    got["reopen_rate"], got["rework_rate"] = "%.4f" % (got["reopened"] / got["cases"]), "%.4f" % (got["rework"] / got["cases"])
    end = max(e["ts"] for e in events) // 1000
    last = look(path, [end, end + 8 * DAY], ["backlog", "fcr"], ["market=tickets", "channel=messenger"], "--window", "35d", "--set", "history_days=36",
                "--set", "fcr_match=customer")
    got["open_at_end"] = value(last[0], "market=tickets", "backlog")
    got["final_closed"] = got["cases"] - got["open_at_end"]
    handed = [e for e in events if e["type"] == "case.assigned" and "agent" in e]
    got["handovers"] = len(handed) - got["cases"]
    got["one_agent"] = sum(n == 1 for n in collections.Counter(e["case"] for e in handed).values())
    got["first_event"], got["last_event"] = iso(min(e["ts"] for e in events) // 1000), iso(end)
    fcr = look(path, [at + 8 * DAY for at in windows()], ["fcr"], ["channel=messenger"], "--window", "35d", "--set", "history_days=36",
               "--set", "fcr_match=customer")
    kept, settled = (sum(part) for part in zip(*[parts(f, "channel=messenger", "fcr") for f in fcr]))
    got["same_customer_next_ticket_7d"] = settled - kept
    left = {"events", "multi_closed"}
    compare("truth_summary.csv", [(metric, str(got.get(metric)), want) for metric, want in truth.items() if metric not in left])
    return truth


def by_agent(folder, source, truth):
    """Every row as one count of its own, by who did what; and tickets that were closed a second time, each once."""
    mapping = os.path.join(folder, "steps.conf")
    with open(mapping, "w") as f:
        f.write('''zone = "UTC"
instant "at" { value = "{Complete Timestamp}" format = "%Y/%m/%d %H:%M:%S.%f" }
let "closing" { value = "{Case ID}" when = {"Activity = Closed"} otherwise = "" }
let "closed" { value = "yes" keep = "previous" per = "{closing}" }
event "step" { type = "refusal.said" at = "at" agent = "{Resource} / {Activity}" policy = "step" }
event "again" { when = {"Activity = Closed", "closed = yes"} once = "{Case ID}" type = "praise.received" at = "at" by = "customer" }
''')
    path = run_import(folder, "steps", mapping, source)
    truths = rows("truth_by_agent_activity.csv")
    scopes = ["agent=%s / %s" % (t["resource"], t["activity"]) for t in truths]
    found = look(path, windows(), ["refusals", "praises"], scopes + ["channel=other"], "--window", "35d", "--set", "history_days=36")
    everything = look(path, windows(), ["refusals", "praises"], [], "--window", "35d", "--set", "history_days=36")
    compare("truth_by_agent_activity.csv", [(s, add_up(found, s, "refusals"), int(t["events"])) for s, t in zip(scopes, truths)])
    compare("every row, and tickets closed twice", [("events", add_up(everything, "", "refusals"), int(truth["events"])),
                                                    ("multi_closed", add_up(everything, "", "praises"), int(truth["multi_closed"]))])


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
            say(min(want.values()) >= 20, "there is enough of everything", dict(want))


def main():
    with tempfile.TemporaryDirectory() as folder:
        other_company(folder)
        source = DATA + "/helpdesk-it/helpdesk.csv.gz"
        if not os.path.isfile(source):
            skip("the real help desk")
        else:
            tickets = read_tickets()
            path, *known = by_day(folder, source)
            for group, name in (("workgroup", "truth_by_workgroup.csv"), ("product", "truth_by_product.csv"), ("service_level", "truth_by_service_level.csv")):
                path = by_group(folder, source, group, name)
            truth = summary(path, tickets, known)
            by_agent(folder, source, truth)
    print("1..%d" % number)
    return failed > 0


sys.exit(main())
