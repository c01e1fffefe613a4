import sys, msgpack, zmq
stream = zmq.Context().socket(zmq.SUB)
stream.setsockopt(zmq.SUBSCRIBE, b"default/")   # batches and heartbeats of the site "default"
stream.setsockopt(zmq.SUBSCRIBE, b"/default/")  # the collector's own records
stream.connect(sys.argv[1])
while True:
    topic, payload = stream.recv_multipart()
    record = msgpack.unpackb(payload)  # a key that comes twice: the last one counts
    if "type" in record:  # else a heartbeat
        print(record["lsn"], record["recv"], record.get("record") or record["events"], flush=True)
