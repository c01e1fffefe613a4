#!/usr/bin/env python3
"""The collector's stream, read and asked by somebody else's program: docs/examples and plain pyzmq. Prints TAP."""
import os, struct, subprocess, sys

SOURCE, PROBE = os.environ["TABLO_SOURCE"], os.environ["TABLO_STREAM_PROBE"]
EXAMPLE = os.path.join(SOURCE, "docs", "examples", "subscribe_stream.py")
try:
    import msgpack, zmq
except ImportError:
    if sys.executable != "/usr/bin/python3" and os.path.exists("/usr/bin/python3"):
        os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])
    print("1..0 # SKIP needs pyzmq and msgpack")
    sys.exit(0)
results = []


def say(good, name, why=""):
    results.append(good)
    print("%s %d - %s" % ("ok" if good else "not ok", len(results), name))
    if not good:
        print("# " + str(why)[:2000].replace("\n", "\n# "))


def original(payload):
    """The map as it was before the collector appended to it, after docs/STREAM.md."""
    head, size = payload[-15], struct.unpack(">I", payload[-4:])[0]
    now = 1 if payload[0] & 0xf0 == 0x80 else 3 if payload[0] == 0xde else 5
    pairs = payload[0] & 0x0f if now == 1 else int.from_bytes(payload[1:now], "big")
    seam = size + now - head
    left = pairs - len(pairs_of(payload[seam:]))
    start = bytes([0x80 | left]) if head == 1 else (b"\xde" + struct.pack(">H", left) if head == 3 else b"\xdf" + struct.pack(">I", left))
    return start + payload[now:seam]


def pairs_of(rest):
    unpacker = msgpack.Unpacker()
    unpacker.feed(rest)
    values = list(unpacker)
    return list(zip(values[::2], values[1::2]))


def ask(dealer, **request):
    dealer.send_multipart([b"", msgpack.packb(request)])
    if not dealer.poll(10000):
        raise RuntimeError("no answer to %r" % request)
    empty, answer, *parts = dealer.recv_multipart()
    return msgpack.unpackb(answer), parts


probe = subprocess.Popen([PROBE, "50"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
reader = None
try:
    stream, ask_at = probe.stdout.readline().split()
    text = open(os.path.join(SOURCE, "docs", "STREAM.md")).read()
    say(open(EXAMPLE).read() in text, "the page shows the example that is tested")
    reader = subprocess.Popen([sys.executable, EXAMPLE, stream], stdout=subprocess.PIPE, text=True)
    lines = [reader.stdout.readline().split(" ", 2) for _ in range(20)]
    numbers = [int(line[0]) for line in lines]
    say(numbers == list(range(numbers[0], numbers[0] + 20)), "the example gets every record", numbers)
    say(all(int(line[1]) == 1000 * int(line[0]) for line in lines), "with the time it was received", lines[:2])
    say(all(("clock" in line[2]) == (int(line[0]) % 2 == 0) for line in lines), "batches and own records", lines[:2])

    context = zmq.Context()
    dealer = context.socket(zmq.DEALER)
    dealer.setsockopt(zmq.LINGER, 0)
    dealer.connect(ask_at)
    hello, _ = ask(dealer, op="hello", id=1)
    say(hello["journal"] == "ab" + 30 * "0" and hello["epoch"] == 3 and hello["program"] == "0.1.0" and hello["formats"] == ["state 1"]
        and hello["id"] == 1, "hello says whose stream it is", hello)
    first, parts = ask(dealer, op="state", id=2)
    second, rest = ask(dealer, op="state", id=3, lsn=first["lsn"], at=len(parts[0]))
    say(first["size"] == 1000000 and len(parts[0]) == 512 * 1024 and parts[0] + rest[0] == 1000 * (b"\x07" + 999 * b"\0"),
        "a state comes in pieces", (first, second))
    answer, messages = ask(dealer, op="range", id=4, **{"from": 3, "to": 6})
    say(answer["first"] == 3 and answer["count"] == len(messages) == 4, "a range comes as messages", answer)
    plain = [{"v": 1, "events": []} if n % 2 else {"v": 1, "record": {"kind": "clock"}} for n in range(3, 7)]
    say([original(message) for message in messages] == [msgpack.packb(p) for p in plain], "the originals come back byte for byte", messages)
    taken, _ = ask(dealer, op="act", id=5, event={"v": 1, "src": "board:a@b", "boot": 1, "seq": 1, "events": []})
    say(taken.get("lsn", 0) > 0 and "error" not in taken, "an action is answered with its number", taken)
    refused, _ = ask(dealer, op="act", id=6, event={})
    say(refused.get("error") == "forbidden", "or with a word", refused)
    unknown, _ = ask(dealer, op="dance", id=7)
    say(unknown.get("error") == "op", "what nobody knows gets a word too", unknown)
except Exception as error:
    say(False, "the stream is spoken with", repr(error))
finally:
    if reader:
        reader.kill()
    probe.stdin.close()
    probe.wait(timeout=10)
say(probe.returncode == 0, "the collector ends when told to", probe.returncode)
print("1..%d" % len(results))
sys.exit(0 if all(results) else 1)
