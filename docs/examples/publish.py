#!/usr/bin/env python3
"""Publishes a call and a heartbeat each second. Needs pyzmq and msgpack. usage: publish.py [URL]"""
import itertools, sys, time, msgpack, zmq

out = zmq.Context().socket(zmq.PUB)
out.sndhwm = 100000                      # the default of 1000 loses a burst without a word
out.bind(sys.argv[1] if len(sys.argv) > 1 else "tcp://127.0.0.1:5570")
now = lambda: int(time.time() * 1000)    # ms since the epoch
boot, seq = now(), 1                     # seq starts over with every boot

def publish(*events):
    global seq
    batch = {"v": 1, "src": "example-py", "boot": boot, "seq": seq, "sent": now(), "events": events}
    out.send_multipart([b"default//", msgpack.packb(batch)])  # topic: <site>/<queue>/, the queue may be empty
    seq += len(events)

for n in itertools.count(1):
    publish({"type": "contact.queued", "ts": now(), "contact": "py-%d" % n, "queue": "Billing", "channel": "phone"},
            {"type": "contact.answered", "ts": now(), "contact": "py-%d" % n, "agent": "ann", "wait_ms": 7000})
    publish()                            # no event: a heartbeat, which shows that nothing was lost at the end
    time.sleep(1)
