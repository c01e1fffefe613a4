"""A board on a terminal of its own, for tests: what it draws, and keys."""
import fcntl, os, pty, select, struct, termios, time

BIN = os.environ["TABLO_BIN"]


class Board:
    """On a terminal of 140x40; what it drew so far."""
    def __init__(self, *words):
        self.seen = ""
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.dup2(os.open("/dev/null", os.O_WRONLY), 2)
            os.execve(BIN, ["tablo", *words], {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"})
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 140, 0, 0))

    def shows(self, wanted, seconds=15):
        until = time.monotonic() + seconds
        while wanted not in self.seen and time.monotonic() < until:
            if select.select([self.terminal], [], [], 0.2)[0]:
                self.seen += os.read(self.terminal, 65536).decode(errors="replace")
        return wanted in self.seen

    def press(self, keys):
        """What is seen from now on came after them."""
        self.seen = ""
        os.write(self.terminal, keys.encode())

    def close(self):
        os.kill(self.pid, 15)
        os.waitpid(self.pid, 0)
        os.close(self.terminal)
