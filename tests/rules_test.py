#!/usr/bin/env python3
"""The rules a journal was counted by: kept in it, shown, and named where those of now are others. Prints TAP."""
import os, shutil, signal, subprocess, sys, tempfile

from collect_test_parts import BIN, end, results, say, start, status, wait_for

FILE = """zone = "local"
fcr_within = "3d"
store_interval = "1s"
queue "Billing" { target = "30s" }
alert "too many" { metric = "abandon_rate" enter = "5 %" exec = "curl hunter2" }
"""


def collect(journal, zone, *words, sign=signal.SIGKILL):
    """Runs until it stands; what it had to say. Killed: no state is left, so that the records are folded again."""
    before = status(journal)[1].get("lsn", 0)
    collector = start("collect", "--journal", journal, "--feed", "ipc://%s/nobody" % os.path.dirname(journal), *words,
                      env={**os.environ, "TZ": zone})
    wait_for(journal, lambda s: s["running"] and s["lsn"] > before and s["journal"]["durable"] == s["lsn"])
    return end(collector, sign)


def rules_of(journal):
    done = subprocess.run([BIN, "journal", "rules", journal], capture_output=True, text=True, timeout=20)
    return done.returncode, done.stdout, done.stderr


def main(folder):
    journal, config, zone = (os.path.join(folder, name) for name in ("journal", "config", "zone"))
    open(config, "w").write(FILE)
    shutil.copy("/usr/share/zoneinfo/Europe/Berlin", zone)
    log = collect(journal, zone, "--config", config)
    say("other rules" not in log and "differ" not in log, "a new journal differs from nothing", log)
    code, text, err = rules_of(journal)
    say(code == 0 and text.count("# from record") == 1 and 'fcr_within = "3d"\n' in text and 'queue "Billing" { target = "30s"' in text,
        "the settings in force stand in the journal", text + err)
    say("hunter2" not in text and b"hunter2" not in b"".join(open(os.path.join(journal, n), "rb").read() for n in os.listdir(journal)),
        "nothing that may be a secret does")
    again = os.path.join(folder, "again")
    open(again, "w").write(text)
    done = subprocess.run([BIN, "check", again], capture_output=True, text=True, timeout=20)
    say(done.returncode == 0, "what is shown is a configuration", done.stdout + done.stderr)
    log = collect(journal, zone, "--config", config)
    say("other rules" not in log and "differ" not in log, "with the same rules nothing is said", log)
    log = collect(journal, zone, "--config", config, "--set", "title=Another", "--set", "frames=2")
    say("other rules" not in log and "differ" not in log, "nor for what figures do not depend on", log)
    log = collect(journal, zone, "--config", config, "--set", "fcr_within=7d")
    say('record 1 ' in log and 'fcr_within (then "3d", now "7d")' in log, "a rule that was another is named", log)
    say(log.count("other rules") == 1 and "frames" not in log, "once for all runs alike, and only rules", log)
    shutil.copy("/usr/share/zoneinfo/Asia/Tokyo", zone)
    log = collect(journal, zone, "--config", config, sign=signal.SIGTERM)
    say('zone data of "local" differ' in log, "zone data that were others under the same name are named", log)
    shutil.copy("/usr/share/zoneinfo/Europe/Berlin", zone)
    log = collect(journal, zone, "--config", config)
    say("zone data of local differ from those of state" in log, "also where a start begins with a state", log)
    code, text, err = rules_of(os.path.join(folder, "none"))
    say(code == 1 and "none" in err, "no journal: it says so", err)


with tempfile.TemporaryDirectory() as place:
    main(place)
print("1..%d" % len(results))
sys.exit(0 if all(results) else 1)
