#!/usr/bin/env python3
"""The log of a real help desk through mapping, import and engine, against every figure of its own analysis. Prints TAP; skipped, counted, without
TABLO_DATA."""
import collections, csv, datetime, json, math, os, sys, tempfile

from ticket_parts import *


def rows(name):
    with open(os.path.join(DATA, "helpdesk-it", name), newline="") as f:
        return list(csv.DictReader(f))


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


def summary(path, known):
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
    last = max(e["ts"] for e in events) // 1000
    fcr = look(path, [at + 8 * DAY for at in windows()], ["backlog", "fcr"], ["market=tickets", "channel=messenger"], "--window", "35d",
               "--set", "history_days=36", "--set", "fcr_match=customer")
    got["open_at_end"] = value(fcr[-1], "market=tickets", "backlog")
    got["final_closed"] = got["cases"] - got["open_at_end"]
    handed = [e for e in events if e["type"] == "case.assigned" and "agent" in e]
    got["handovers"] = len(handed) - got["cases"]
    got["one_agent"] = sum(n == 1 for n in collections.Counter(e["case"] for e in handed).values())
    got["first_event"], got["last_event"] = iso(min(e["ts"] for e in events) // 1000), iso(last)
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
    found = look(path, windows(), ["refusals", "praises"], scopes + [""], "--window", "35d", "--set", "history_days=36", "--display", "desk")
    compare("truth_by_agent_activity.csv", [(s, add_up(found, s, "refusals"), int(t["events"])) for s, t in zip(scopes, truths)])
    compare("every row, and tickets closed twice", [("events", add_up(found, "", "refusals"), int(truth["events"])),
                                                    ("multi_closed", add_up(found, "", "praises"), int(truth["multi_closed"]))])


def main():
    source = DATA + "/helpdesk-it/helpdesk.csv.gz"
    if not os.path.isfile(source):
        skip("the real help desk")
        return end()
    with tempfile.TemporaryDirectory() as folder:
        _, *known = by_day(folder, source)
        for group, name in (("workgroup", "truth_by_workgroup.csv"), ("product", "truth_by_product.csv"), ("service_level", "truth_by_service_level.csv")):
            path = by_group(folder, source, group, name)
        by_agent(folder, source, summary(path, known))
    return end()


sys.exit(main())
