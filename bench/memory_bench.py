#!/usr/bin/env python3
"""What a board of 100 queues has in memory, hour by hour of a day that is played faster, beside the same board on which nothing happens.
usage: memory_bench.py TABLO [--queues N] [--agents N] [--contacts N] [--speed X] [--limit MIB] [-- OPTIONS OF THE BOARD]
contacts: a minute. A day at 2880 takes half a minute.
Lines: hour of the day played, resident, proportional, what is the process's own and written to (all MiB)."""
import fcntl, gzip, os, pty, select, signal, struct, sys, tempfile, termios, time

TABLO = sys.argv[1]
START = 1790000000000 // 86400000 * 86400000
DAY = 86400000


def option(name, otherwise):
    return type(otherwise)(sys.argv[sys.argv.index(name) + 1]) if name in sys.argv else otherwise


QUEUES, AGENTS, CONTACTS = option("--queues", 100), option("--agents", 200), option("--contacts", 60)
SPEED, LIMIT = option("--speed", 2880.0), option("--limit", 16.0)
EXTRA = sys.argv[sys.argv.index("--") + 1:] if "--" in sys.argv else []


def write_day(path):
    """Each contact waits 70 to 150 s and is talked to for the rest of them and a minute."""
    events = []
    for number in range(CONTACTS * 1440):
        at = START + number * 60000 // CONTACTS
        contact, queue, agent = "c%d" % number, "Queue %d" % (number * 7919 % QUEUES), "Agent %d" % (number % AGENTS)
        answered = at + 70000 + number % 80 * 1000
        events.append((at, '{"type":"contact.queued","ts":%d,"contact":"%s","queue":"%s","channel":"phone"}' % (at, contact, queue)))
        events.append((answered, '{"type":"contact.answered","ts":%d,"contact":"%s","agent":"%s"}' % (answered, contact, agent)))
        events.append((at + 210000, '{"type":"contact.released","ts":%d,"contact":"%s","agent":"%s","by":"customer","wrap_ms":20000}' % (at + 210000, contact, agent)))
    events.sort(key=lambda event: event[0])
    with gzip.open(path, "wt", compresslevel=1) as file:
        file.writelines(text + "\n" for at, text in events if at < START + DAY)


class Board:
    def __init__(self, path, speed):
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8", TZ="UTC", HOME=tempfile.gettempdir())
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 60, 200, 0, 0))
            os.execv(TABLO, [TABLO, "board", "--feed", "file:" + path, "--speed", str(speed), "--zone", "UTC"] + EXTRA)

    def draw_until(self, then):
        while time.monotonic() < then:
            if select.select([self.fd], [], [], max(0, min(0.2, then - time.monotonic())))[0]:
                os.read(self.fd, 1 << 20)

    def memory(self):
        kib = {row.split(":")[0]: int(row.split()[1]) / 1024 for row in open("/proc/%d/smaps_rollup" % self.pid) if " kB" in row}
        return kib["Rss"], kib["Pss"], kib["Private_Dirty"]

    def close(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def line(name, memory):
    print("%-12s %7.2f %7.2f %7.2f" % (name, *memory), flush=True)


def play(path):
    board, begun, found = Board(path, SPEED), time.monotonic(), []
    for hour in range(1, 25):
        board.draw_until(begun + hour * 3600 / SPEED)
        found.append(board.memory())
        line("hour %d" % hour, found[-1])
    board.draw_until(time.monotonic() + 3)
    found.append(board.memory())
    line("at the end", found[-1])
    board.close()
    return found


def main():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "day.ndjson.gz")
        quiet = os.path.join(folder, "quiet.ndjson")
        with open(quiet, "w") as file:
            file.write('{"type":"contact.queued","ts":%d,"contact":"c","queue":"Queue 0","channel":"phone"}\n' % START)
        board = Board(quiet, 1)
        board.draw_until(time.monotonic() + 3)
        bare = board.memory()
        board.close()
        line("one queue", bare)
        write_day(path)
        found = play(path)
    most = max(memory[0] for memory in found)
    print("resident at most %.2f MiB, %.2f times the bare board; %s %.0f MiB" % (most, most / bare[0], "within" if most <= LIMIT else "OVER", LIMIT))


main()
