#!/usr/bin/env python3
"""How long a board takes from its start to its first frame with a day of history out of Redis, beside a start without any, and beside a
program that does nothing. Prints: name value unit limit ok|OVER. usage: start_bench.py TABLO REDIS_STORE_BENCH"""
import fcntl, glob, os, pty, select, signal, statistics, struct, subprocess, sys, termios, time

TABLO, STORE_BENCH = sys.argv[1:3]
ROUNDS = 11


def spent(pid):
    """Milliseconds that all threads of it computed."""
    return sum(int(open(path).read().split()[0]) for path in glob.glob("/proc/%d/task/*/schedstat" % pid)) / 1e6


def shown(words, text):
    """Milliseconds from the start until the text is written to the terminal, and what was computed for it."""
    began = time.monotonic()
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", LC_ALL="C.UTF-8", TZ="UTC")
        os.execv(words[0], words)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 160, 0, 0))
    seen, end = b"", began + 10
    while text not in seen:
        if time.monotonic() > end:
            raise SystemExit("the screen never showed %r; last: %r" % (text, seen[-600:]))
        if select.select([fd], [], [], 0.05)[0]:
            seen += os.read(fd, 1 << 16)
    took, computed = (time.monotonic() - began) * 1000, spent(pid)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(fd)
    return took, computed


def median(words, text):
    return [statistics.median(column) for column in zip(*(shown(words, text) for _ in range(ROUNDS)))]


def line(name, value, unit, limit, good=True):
    print("%-52s %10.2f %-6s limit %-5s %s" % (name, value, unit, limit, "ok" if good else "OVER"), flush=True)


def bench(queues, limit):
    bench = subprocess.Popen([STORE_BENCH, str(queues), "hold"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    url = next(words.split()[1] for words in bench.stdout if words.startswith("store "))
    board = [TABLO, "--store", url, "--site", "acme", "--zone", "UTC"]
    nothing = median(["/bin/echo", "Queue 0"], b"Queue 0")
    empty = median([TABLO, "--site", "acme", "--zone", "UTC", "--feed", "ipc:///nonexistent"], b"TABLO")
    history = median(board, b"Queue 0")
    line("%d queues: a program that does nothing" % queues, nothing[0], "ms", "-")
    line("%d queues: first frame without a store" % queues, empty[0], "ms", "-")
    line("%d queues: first frame with a day of history" % queues, history[0], "ms", str(limit), history[0] <= limit)
    line("%d queues: what the program computed for it" % queues, history[1], "ms", "-")
    bench.stdin.close()
    bench.wait()


bench(20, 40)
bench(200, 100)
