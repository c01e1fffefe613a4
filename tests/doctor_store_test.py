#!/usr/bin/env python3
"""The doctor at Redis: in order, evicting, short of rights, not there. Prints TAP."""
import os, subprocess, sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from redis_server import SERVER, Redis, results, say, skip

BIN = os.environ["TABLO_BIN"]


def doctor(url):
    done = subprocess.run([BIN, "doctor", "--store", url], capture_output=True, text=True, timeout=30)
    return done.returncode, [line for line in done.stdout.splitlines() if line[6:].startswith("store")], done.stderr


def main():
    server = Redis()
    url = "unix://" + server.socket
    code, lines, err = doctor(url)
    say(code == 0 and len(lines) >= 4 and not any(line.startswith("bad") for line in lines), "a server in order", (lines, err))
    server.ask("CONFIG", "SET", "maxmemory-policy", "allkeys-lru")
    code, lines, err = doctor(url)
    say(code == 0 and any(line.startswith("warn") and "allkeys-lru" in line for line in lines), "one that evicts is doubtful", lines)
    server.ask("ACL", "SETUSER", "default", "-@scripting")
    code, lines, err = doctor(url)
    say(code == 1 and any(line.startswith("bad") and "eval" in line.lower() for line in lines), "a right that is missing is named", lines)
    code, lines, err = doctor("redis://127.0.0.1:9")
    say(code == 1 and len(lines) == 1 and "start redis-server" in lines[0], "nobody there: what to do", lines)
    code, lines, err = doctor("http://example")
    say(code == 2 and not lines and "redis://" in err, "another kind of address is no use of it", (lines, err))


if SERVER:
    main()
else:
    skip("the doctor at Redis", "no redis-server here")
print("1..%d" % len(results))
sys.exit(not all(results))
