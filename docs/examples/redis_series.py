#!/usr/bin/env python3
"""Reads the series that tablo keeps in Redis: redis_series.py SOCKET SITE KEY OWNER/WAY
    redis_series.py /run/redis/redis.sock acme quarters:2026-11-22 queue=Billing,channel=phone/outcome
prints one JSON line for each bucket: its place in the stretch (minute of the hour, quarter of the day, day of the month), its counters
by name, and the bins of waits and handling times as [ms, count]. Durations are in ms. Needs nothing but Python."""
import json, socket, sys


def ask(path, *words):
    """One command that answers with a hash, a value or nothing."""
    with socket.socket(socket.AF_UNIX) as link:
        link.connect(path)
        link.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w.encode()), w.encode()) for w in words))
        reply = link.makefile("rb")

        def read():
            line = reply.readline()[:-2]
            if line[:1] == b"-":
                raise SystemExit(line.decode())
            size = int(line[1:])
            if line[:1] == b"*":
                return [read() for _ in range(size)]
            return reply.read(size + 2)[:-2] if size >= 0 else None
        return read()


def varints(data):
    at = value = shift = 0
    for byte in data:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            yield value
            value = shift = 0


def decode(data):
    """A field of minutes:, quarters: or days: -> (place, {number of the counter: value}) for each bucket."""
    assert data[0] == 1, "another format"
    at, place = 1, 0

    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value
    while at < len(data):
        place += number()
        size = number()
        numbers = list(varints(data[at:at + size]))
        at += size
        key, counts = 0, {}
        for step, value in zip(numbers[::2], numbers[1::2]):
            key += step
            counts[key] = value >> 1 ^ -(value & 1)
        yield place, counts


def bin_value(number):
    """The middle of a bin, in ms: 32 bins an octave."""
    if number < 32:
        return number
    shift = number // 32 - 1
    return ((32 + number % 32) << shift) + ((1 << shift) - 1) // 2


def main(path, site, key, field):
    table = ask(path, "HGETALL", "{%s}:counters" % site)
    names = {k.decode(): v.decode() for k, v in zip(table[::2], table[1::2])}
    waits, handles = int(names["wait_bins"]), int(names["handle_bins"])
    data = ask(path, "HGET", "{%s}:%s" % (site, key), field)
    for place, counts in decode(data) if data else ():
        line = {"place": place, "waits": [], "handles": []}
        for number, value in counts.items():
            if number < waits:
                line[names[str(number)]] = value
            else:
                line["waits" if number < handles else "handles"].append([bin_value(number - (waits if number < handles else handles)), value])
        print(json.dumps(line))


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
