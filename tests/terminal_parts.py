"""A program on a terminal, for tests in Python: what stands on its screen, and keys for it. Understands what curses sends to an xterm."""
import codecs, fcntl, os, pty, re, select, signal, struct, termios, time

SEQUENCE = re.compile(r"\x1b(?:\[([?>=!]?)([\d;]*)([@-~])|[()][A-Z0-9]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[=>78M])")


class Terminal:
    def __init__(self, *words, size=(140, 40), **environment):
        self.width, self.height = size
        self.pid, self.file = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm", LC_ALL="C.UTF-8", **environment)
            os.environ.pop("COLORTERM", None)
            # Whoever execs must not begin before the size is known: curses asks once.
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", self.height, self.width, 0, 0))
            os.execv(words[0], list(words))
        self.cells = [[" "] * self.width for _ in range(self.height)]
        self.x = self.y = self.top = 0
        self.bottom = self.height - 1
        self.left, self.decode = "", codecs.getincrementaldecoder("utf-8")("replace").decode
        self.code = None

    def text(self):
        return "\n".join("".join(row).rstrip() for row in self.cells)

    def send(self, keys):
        os.write(self.file, keys.encode())

    def until(self, good, seconds=20):
        """Until the screen is as wanted: a text on it, or a function of it. Returns what that returned."""
        end, seconds = time.monotonic() + seconds * int(os.environ.get("TABLO_PATIENCE", "1")), seconds
        wanted = good if callable(good) else lambda text: good in text
        while True:
            found = wanted(self.text())
            if found or time.monotonic() > end or not self.take(min(0.2, max(0.01, end - time.monotonic()))):
                return found or wanted(self.text())

    def quiet(self, seconds=0.4):
        """Until the picture is whole: a board draws it in pieces. Always true."""
        while select.select([self.file], [], [], seconds)[0] and self.take(0):
            pass
        return True

    def close(self, sign=signal.SIGTERM):
        """Ends it; its exit code."""
        if self.code is None:
            os.kill(self.pid, sign)
            while self.take(0.2):
                pass
            self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
            os.close(self.file)
        return self.code

    def take(self, seconds):
        """False: it has ended."""
        if not select.select([self.file], [], [], seconds)[0]:
            return True
        try:
            self.left += self.decode(os.read(self.file, 65536))
        except OSError:
            return False
        self.draw()
        return True

    def draw(self):
        text, at = self.left, 0
        while at < len(text):
            if text[at] == "\x1b":
                found = SEQUENCE.match(text, at)
                if not found:
                    if len(text) - at < 400:
                        break
                    at += 1
                    continue
                self.obey(found)
                at = found.end()
                continue
            self.put(text[at])
            at += 1
        self.left = text[at:]

    def put(self, sign):
        if sign == "\r":
            self.x = 0
        elif sign == "\n" and self.y == self.bottom:
            self.scroll(self.top, 1)
        elif sign == "\n":
            self.y = min(self.y + 1, self.height - 1)
        elif sign == "\b":
            self.x = max(self.x - 1, 0)
        elif sign == "\t":
            self.x = min(self.x - self.x % 8 + 8, self.width - 1)
        elif sign >= " ":
            if self.x < self.width:
                self.cells[self.y][self.x] = sign
            self.x = min(self.x + 1, self.width)

    def scroll(self, top, lines):
        """Up, or down by less than none, from there to the end of what scrolls."""
        for _ in range(min(abs(lines), self.height)):
            self.cells.insert(self.bottom if lines > 0 else top, self.cells.pop(top if lines > 0 else self.bottom))
            self.cells[self.bottom if lines > 0 else top][:] = [" "] * self.width

    def clear(self, y, begin, end):
        self.cells[y][begin:end] = [" "] * (min(end, self.width) - begin)

    def obey(self, found):
        if found.group(0) == "\x1bM" and self.y == self.top:
            self.scroll(self.top, -1)
        elif found.group(0) == "\x1bM":
            self.y = max(self.y - 1, 0)
        if not found.group(3) or found.group(1):
            return
        numbers = [int(number) if number else 0 for number in found.group(2).split(";")]
        first, kind = numbers[0], found.group(3)
        many = max(first, 1)
        if kind in "Hf":
            self.y, self.x = min(many, self.height) - 1, min(max(numbers[1] if len(numbers) > 1 else 1, 1), self.width) - 1
        elif kind in "ABCDGd":
            self.y += {"A": -many, "B": many}.get(kind, 0)
            self.x += {"C": many, "D": -many}.get(kind, 0)
            self.x = many - 1 if kind == "G" else self.x
            self.y = many - 1 if kind == "d" else self.y
            self.x, self.y = min(max(self.x, 0), self.width - 1), min(max(self.y, 0), self.height - 1)
        elif kind == "r":
            self.top = many - 1
            self.bottom = (numbers[1] if len(numbers) > 1 and numbers[1] else self.height) - 1
            self.x = self.y = 0
        elif kind in "ST":
            self.scroll(self.top, many if kind == "S" else -many)
        elif kind in "LM":
            self.scroll(self.y, many if kind == "M" else -many)
        elif kind == "Z":
            self.x = max((self.x - 1) // 8 * 8, 0)
        elif kind == "K":
            self.clear(self.y, 0 if first else self.x, self.x + 1 if first == 1 else self.width)
        elif kind == "J":
            for y in range(self.height):
                if first == 2 or (first == 0 and y > self.y) or (first == 1 and y < self.y):
                    self.clear(y, 0, self.width)
            self.clear(self.y, 0 if first else self.x, self.x + 1 if first == 1 else self.width)
        elif kind == "X":
            self.clear(self.y, self.x, self.x + many)
        elif kind == "P":
            row = self.cells[self.y]
            del row[self.x:self.x + many]
            row.extend([" "] * (self.width - len(row)))
        elif kind == "@":
            self.cells[self.y][self.x:self.x] = [" "] * many
            del self.cells[self.y][self.width:]
        elif kind == "b":
            for _ in range(many):
                self.put(self.cells[self.y][self.x - 1])
