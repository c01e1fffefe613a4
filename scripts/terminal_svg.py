"""A program on a terminal, and pictures of it as SVG: one of a moment, or one that moves. Needs pyte (Debian: python3-pyte).

Cells are drawn where they stand, whatever font there is: text by runs of one style with their length given, blocks and lines as shapes."""
import fcntl, html, os, pty, select, signal, struct, sys, termios, time

# Another Python than Debian's does not look where Debian's packages are.
sys.path.append("/usr/lib/python3/dist-packages")
try:
    import pyte
except ModuleNotFoundError:
    sys.exit("pictures need pyte: apt install python3-pyte (or pip install pyte)")

CELL, LINE, FONT = 8.4, 17, 14  # pixels of a cell, of a line, of the font
GROUND, INK = "#101014", "#d8d8d8"
BASIC = ["#000000", "#cd3131", "#0dbc79", "#e5e510", "#2472c8", "#bc3fbc", "#11a8cd", "#e5e5e5",
         "#666666", "#f14c4c", "#23d18b", "#f5f543", "#3b8eea", "#d670d6", "#29b8db", "#ffffff"]
NAMES = dict(zip(["black", "red", "green", "brown", "blue", "magenta", "cyan", "white"], BASIC[:8]))
NAMES.update(zip(["brightblack", "brightred", "brightgreen", "brightbrown", "brightblue", "brightmagenta", "brightcyan", "brightwhite"], BASIC[8:]))
# Blocks as rectangles of a cell: (left, top, right, bottom) in eighths.
BLOCKS = {"█": [(0, 0, 8, 8)], "▀": [(0, 0, 8, 4)], "▐": [(4, 0, 8, 8)], "▔": [(0, 0, 8, 1)], "▕": [(7, 0, 8, 8)],
          "▖": [(0, 4, 4, 8)], "▗": [(4, 4, 8, 8)], "▘": [(0, 0, 4, 4)], "▝": [(4, 0, 8, 4)], "▙": [(0, 0, 4, 8), (4, 4, 8, 8)],
          "▚": [(0, 0, 4, 4), (4, 4, 8, 8)], "▛": [(0, 0, 8, 4), (0, 4, 4, 8)], "▜": [(0, 0, 8, 4), (4, 4, 8, 8)],
          "▞": [(4, 0, 8, 4), (0, 4, 4, 8)], "▟": [(4, 0, 8, 8), (0, 4, 4, 8)]}
BLOCKS.update({chr(0x2580 + height): [(0, 8 - height, 8, 8)] for height in range(1, 8)})
BLOCKS.update({chr(0x2590 - width): [(0, 0, width, 8)] for width in range(1, 8)})
# Lines by the arms they have: left, right, up, down.
ARMS = {"─": "lr", "│": "ud", "┌": "rd", "┐": "ld", "└": "ru", "┘": "lu", "├": "rud", "┤": "lud", "┬": "lrd", "┴": "lru", "┼": "lrud",
        "╭": "rd", "╮": "ld", "╰": "ru", "╯": "lu", "╴": "l", "╵": "u", "╶": "r", "╷": "d",
        "━": "LR", "┃": "UD", "═": "LR", "║": "UD"}


class Screen(pyte.Screen):
    """With what curses sends to an xterm and pyte does not know: scrolling, and a sign repeated."""
    last = " "

    def draw(self, data):
        super().draw(data)
        self.last = data[-1:] or self.last

    def scroll_up(self, count=1):
        self.scroll(count or 1, True)

    def scroll_down(self, count=1):
        self.scroll(count or 1, False)

    def scroll(self, count, up):
        column, row = self.cursor.x, self.cursor.y
        margins = self.margins or pyte.screens.Margins(0, self.lines - 1)
        self.cursor.y = margins.top
        (self.delete_lines if up else self.insert_lines)(count)
        self.cursor.x, self.cursor.y = column, row

    def repeat(self, count=1):
        self.draw(self.last * min(count or 1, self.columns))

    def delete_characters(self, count=None):
        """What comes in at the end has the ground that is in force, as an xterm has it."""
        super().delete_characters(count)
        line = self.buffer[self.cursor.y]
        for x in range(max(self.cursor.x, self.columns - (count or 1)), self.columns):
            line[x] = self.cursor.attrs

    def set_margins(self, *args, **kwargs):
        kwargs.pop("private", None)
        super().set_margins(*args, **kwargs)

    def report_device_status(self, *args, **kwargs):
        pass


class Stream(pyte.Stream):
    csi = {**pyte.Stream.csi, "S": "scroll_up", "T": "scroll_down", "b": "repeat"}
    events = frozenset(list(pyte.Stream.events) + ["scroll_up", "scroll_down", "repeat"])


class Program:
    """On a terminal of so many cells; `cast` gets (seconds, text) of all it writes."""
    def __init__(self, words, size, environment, cast=None):
        self.screen = Screen(*size)
        self.stream = Stream(self.screen)
        self.cast, self.begin = cast, time.monotonic()
        self.left = b""
        self.pid, self.file = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
            os.execve(words[0], words, {**os.environ, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", **environment})

    def text(self):
        return "\n".join(self.screen.display)

    def now(self):
        return time.monotonic() - self.begin

    def press(self, keys):
        os.write(self.file, keys.encode())

    def take(self, seconds, changed=None):
        """Reads for so long; `changed` is called when a frame is whole. False: the program has ended."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not select.select([self.file], [], [], max(0, end - time.monotonic()))[0]:
                break
            try:
                data = self.left + os.read(self.file, 65536)
            except OSError:
                return False
            # A sign may be cut in two.
            text = data.decode("utf-8", "ignore")
            self.left = data[len(text.encode()):][-3:]
            if self.cast is not None:
                self.cast.append((self.now(), text))
            self.stream.feed(text)
            if changed and not select.select([self.file], [], [], 0.03)[0]:
                changed()
        return True

    def past_hints(self):
        """The four of a first run: they would stand in every picture."""
        for _ in range(4):
            self.press("\x1b")
            self.take(0.3)

    def close(self):
        try:
            os.kill(self.pid, signal.SIGTERM)
            while self.take(0.5) and os.waitpid(self.pid, os.WNOHANG)[0] == 0:
                pass
        except (ProcessLookupError, ChildProcessError):
            pass
        os.close(self.file)


def colour(name, otherwise):
    if name == "default":
        return otherwise
    return NAMES.get(name) or ("#" + name if len(name) == 6 else otherwise)


def style(cell):
    ink, ground = colour(cell.fg, INK), colour(cell.bg, GROUND)
    return (ground, ink, cell.bold, cell.underscore) if cell.reverse else (ink, ground, cell.bold, cell.underscore)


def rows(screen):
    """Each row as a tuple of (sign, style); "" continues a wide sign."""
    return [tuple((screen.buffer[y][x].data, style(screen.buffer[y][x])) for x in range(screen.columns)) for y in range(screen.lines)]


def number(value):
    return ("%.1f" % value).rstrip("0").rstrip(".")


def across(sign):
    """Does it reach from edge to edge, so that many of it are one shape? (top, bottom) in pixels of a line, or None."""
    if sign in "─━":
        thick = 2 if sign == "━" else 1
        return LINE / 2 - thick / 2, LINE / 2 + thick / 2
    block = BLOCKS.get(sign, ())
    return (block[0][1] * LINE / 8, block[0][3] * LINE / 8) if len(block) == 1 and block[0][::2] == (0, 8) else None


def shape(sign, x, y, cells=1):
    """A path of the sign, so many times; None: it is text."""
    if cells > 1:
        top, bottom = across(sign)
        return "M%s %sh%sv%sh-%sz" % (number(x), number(y + top), number(cells * CELL), number(bottom - top), number(cells * CELL))
    if sign in BLOCKS:
        return "".join("M%s %sh%sv%sh-%sz" % (number(x + left * CELL / 8), number(y + top * LINE / 8), number((right - left) * CELL / 8),
                                              number((bottom - top) * LINE / 8), number((right - left) * CELL / 8)) for left, top, right, bottom in BLOCKS[sign])
    if sign not in ARMS:
        return None
    path, middle, level = "", x + CELL / 2, y + LINE / 2
    thick = 2 if ARMS[sign].isupper() else 1
    arms = ARMS[sign].lower()
    if "l" in arms or "r" in arms:
        left, right = x if "l" in arms else middle - thick / 2, x + CELL if "r" in arms else middle + thick / 2
        path += "M%s %sh%sv%sh-%sz" % (number(left), number(level - thick / 2), number(right - left), thick, number(right - left))
    if "u" in arms or "d" in arms:
        top, bottom = y if "u" in arms else level - thick / 2, y + LINE if "d" in arms else level + thick / 2
        path += "M%s %sh%sv%sh-%sz" % (number(middle - thick / 2), number(top), thick, number(bottom - top), thick)
    return path


def runs(row):
    """(first cell, text, cells, style) of equal style, broken at two blanks."""
    found, at = [], 0
    while at < len(row):
        sign, look = row[at]
        if sign in (" ", "") or sign in BLOCKS or sign in ARMS:
            at += 1
            continue
        end = at
        while end < len(row) and row[end][1] == look and row[end][0] not in BLOCKS and row[end][0] not in ARMS and \
                not (row[end][0] == " " and (end + 1 >= len(row) or row[end + 1][0] == " ")):
            end += 1
        found.append((at, "".join(cell[0] for cell in row[at:end]), end - at, look))
        at = max(end, at + 1)
    return found


class Picture:
    """Collects the styles that are used, so that each is written once."""
    def __init__(self, columns, lines):
        self.columns, self.lines, self.styles = columns, lines, {}

    def name(self, ink, bold, underscore):
        return self.styles.setdefault((ink, bold, underscore), "s%d" % len(self.styles))

    def row(self, row, y=0):
        """What stands in a row, as elements."""
        grounds, shapes, out = {}, {}, []
        at = 0
        while at < len(row):
            ground, end = row[at][1][1], at
            while end < len(row) and row[end][1][1] == ground:
                end += 1
            if ground != GROUND:
                grounds[ground] = grounds.get(ground, "") + "M%s %sh%sv%dh-%sz" % (number(at * CELL), number(y), number((end - at) * CELL), LINE, number((end - at) * CELL))
            at = end
        at = 0
        while at < len(row):
            (sign, look), end = row[at], at + 1
            while sign and end < len(row) and row[end] == row[at] and across(sign):
                end += 1
            path = shape(sign, at * CELL, y, end - at) if sign else None
            if path:
                shapes[look[0]] = shapes.get(look[0], "") + path
            at = end
        out += ['<path fill="%s" d="%s"/>' % pair for pair in list(grounds.items()) + list(shapes.items())]
        for x, text, cells, look in runs(row):
            out.append('<text class="%s" x="%s" y="%s" textLength="%s">%s</text>' % (
                self.name(look[0], look[2], look[3]), number(x * CELL), number(y + LINE - 4.5), number(cells * CELL), html.escape(text, False)))
        return "".join(out)

    def wrap(self, body, title, more=""):
        width, height = self.columns * CELL + 16, self.lines * LINE + 16
        css = "text{font:%dpx 'DejaVu Sans Mono',Menlo,Consolas,'Liberation Mono',monospace;white-space:pre}" % FONT
        for (ink, bold, underscore), name in self.styles.items():
            css += ".%s{fill:%s%s%s}" % (name, ink, ";font-weight:bold" if bold else "", ";text-decoration:underline" if underscore else "")
        return ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s %s" width="%s" height="%s" xml:space="preserve"><title>%s</title><style>%s</style>%s'
                '<rect width="100%%" height="100%%" rx="6" fill="%s"/><g transform="translate(8 8)">%s</g></svg>\n' % (
                    number(width), number(height), number(width), number(height), html.escape(title), css, more, GROUND, body))


def still(screen, title):
    """The picture of a moment."""
    picture = Picture(screen.columns, screen.lines)
    return picture.wrap("\n".join(picture.row(row, y * LINE) for y, row in enumerate(rows(screen))), title)


def moving(frames, seconds, title, columns, lines):
    """Of [(seconds, rows)]: each row as it was for a while is drawn once, and shown for that while, over and over."""
    picture, body = Picture(columns, lines), []
    for y in range(lines):
        spans, begun, shown = {}, 0.0, frames[0][1][y]
        for at, picture_rows in frames[1:] + [(seconds, None)]:
            row = picture_rows[y] if picture_rows else None
            if row != shown:
                spans.setdefault(shown, []).append((begun, at))
                begun, shown = at, row
        for row, times in spans.items():
            elements = picture.row(row, y * LINE)
            if not elements:
                continue
            if times == [(0.0, seconds)]:
                body.append("<g>%s</g>" % elements)
                continue
            shows = "".join('<set attributeName="display" to="inline" begin="%s" dur="%ss"/>' % (
                "t.begin" if begin == 0 else "t.begin+%.2fs" % begin, "%.2f" % (end - begin)) for begin, end in times)
            body.append('<g display="none">%s%s</g>' % (shows, elements))
    clock = '<rect width="0" height="0"><animate id="t" attributeName="x" from="0" to="1" begin="0s;t.end" dur="%ss"/></rect>' % number(seconds)
    return picture.wrap("\n".join(body), title, clock)
