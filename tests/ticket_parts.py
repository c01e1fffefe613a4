"""What tests of ticket logs have in common: imports, looks at figures, lines of TAP."""
import datetime, json, os, subprocess

from tap import end, say, skip

BIN, DATA, SOURCE = os.environ["TABLO_BIN"], os.environ.get("TABLO_DATA", "../shared/data"), os.environ.get("TABLO_SOURCE", ".")
UTC = datetime.timezone.utc
DAY = 86400


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
    source = ("--journal", path) if os.path.isdir(path) else ("--feed", "file:" + path)
    command = [BIN, "snapshot", "--json", *source, *(() if "--zone" in words else ("--zone", "UTC")), *words]
    for flag, values in (("--metric", metrics), ("--scope", scopes), ("--at", [iso(at) for at in ats])):
        command += [w for value in values for w in (flag, value)]
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


def compare(name, pairs):
    wrong = ["%s: %r, not %r" % pair for pair in pairs if pair[1] != pair[2]]
    say(pairs and not wrong, "%s: %d figures" % (name, len(pairs)), "\n".join(wrong[:10]))


def add_up(found, scope, metric):
    return sum(value(f, scope, metric) for f in found)
