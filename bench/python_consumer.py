#!/usr/bin/env python3
"""A consumer of the same feed in Python: pyzmq, msgpack and dictionaries, doing only counts. usage: python_consumer.py URL EVENTS"""
import sys, time
from collections import defaultdict

import msgpack, zmq

url, wanted = sys.argv[1], int(sys.argv[2])
socket = zmq.Context().socket(zmq.SUB)
socket.setsockopt(zmq.RCVHWM, 100000)
socket.setsockopt(zmq.SUBSCRIBE, b"")
socket.connect(url)
counts, seen, began = defaultdict(int), 0, None
while seen < wanted:
    _, payload = socket.recv_multipart()
    began = began or time.perf_counter()
    for event in msgpack.unpackb(payload)["events"]:
        counts[event["type"], event.get("queue")] += 1
        seen += 1
print(int(seen / (time.perf_counter() - began)))
