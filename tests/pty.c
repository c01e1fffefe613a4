#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>

#include <vterm.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/view.h"
#include "tests/process.h"
#include "tests/pty.h"

#define TURN_MS 10
#define CELL_BYTES (VTERM_MAX_CHARS_PER_CELL * 4)

struct pty {
	int master, slave; /* the slave is kept open: else the terminal would end with the program */
	struct termios found;
	VTerm *terminal;
	VTermScreen *screen;
	bool alternate, cursor_shown, reads;
	pid_t id;
	enum pty_state state;
	int exit_code;
	void (*turn)(void *context);
	void *context;
	char *bytes;
	size_t byte_count, byte_room;
	size_t shown_count; /* of them what the terminal was given */
	size_t *ends;
	size_t end_count, end_room;
	char *picture; /* what pty_screen() gave last */
};

/* ---- the terminal ---- */

static int note_property(VTermProp property, VTermValue *value, void *user)
{
	struct pty *pty = user;
	if (property == VTERM_PROP_ALTSCREEN)
		pty->alternate = value->boolean;
	if (property == VTERM_PROP_CURSORVISIBLE)
		pty->cursor_shown = value->boolean;
	return 1;
}

static const VTermScreenCallbacks callbacks = {.settermprop = note_property};

static void open_screen(struct pty *pty, int width, int height)
{
	pty->terminal = vterm_new(height, width);
	vterm_set_utf8(pty->terminal, 1);
	pty->screen = vterm_obtain_screen(pty->terminal);
	vterm_screen_enable_altscreen(pty->screen, 1);
	vterm_screen_set_callbacks(pty->screen, &callbacks, pty);
	vterm_screen_reset(pty->screen, 1);
}

/* ---- the program ---- */

static void set_environment(const char *const *changes)
{
	static const char *const cleared[] = {"NO_COLOR", "COLUMNS", "LINES", "LANG", "LC_CTYPE", "LANGUAGE", "TERMINFO", "ESCDELAY"};
	for (size_t i = 0; i < sizeof cleared / sizeof *cleared; i++)
		unsetenv(cleared[i]);
	setenv("TERM", "xterm-256color", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("TZ", "UTC", 1);
	for (; changes && *changes; changes++) {
		char *copy = memory_text(*changes), *equals = strchr(copy, '=');
		if (equals) {
			*equals = 0;
			setenv(copy, equals + 1, 1);
		} else {
			unsetenv(copy);
		}
		free(copy);
	}
}

struct pty *pty_start(const struct pty_options *options)
{
	struct pty *pty = memory_new(1, sizeof *pty);
	struct winsize size = {.ws_col = (unsigned short)(options->width ? options->width : 140),
		.ws_row = (unsigned short)(options->height ? options->height : 40)};
	pty->turn = options->turn;
	pty->context = options->context;
	pty->exit_code = -1;
	pty->reads = pty->cursor_shown = true;
	if (openpty(&pty->master, &pty->slave, NULL, NULL, &size) != 0)
		abort();
	fcntl(pty->master, F_SETFD, FD_CLOEXEC);
	fcntl(pty->slave, F_SETFD, FD_CLOEXEC);
	fcntl(pty->master, F_SETFL, O_NONBLOCK);
	tcgetattr(pty->slave, &pty->found);
	open_screen(pty, size.ws_col, size.ws_row);
	pty->id = fork();
	if (pty->id < 0)
		abort();
	if (pty->id == 0) {
		set_environment(options->environment);
		login_tty(pty->slave);
		process_become(options->words);
	}
	return pty;
}

static void look_at_process(struct pty *pty)
{
	int status;
	if (pty->state == PTY_ENDED || waitpid(pty->id, &status, WNOHANG | WUNTRACED | WCONTINUED) != pty->id)
		return;
	if (WIFSTOPPED(status)) {
		pty->state = PTY_STOPPED;
	} else if (WIFCONTINUED(status)) {
		pty->state = PTY_RUNS;
	} else {
		pty->state = PTY_ENDED;
		pty->exit_code = process_code(status);
	}
}

static void close_ends(struct pty *pty)
{
	if (pty->master >= 0)
		close(pty->master);
	if (pty->slave >= 0)
		close(pty->slave);
	pty->master = pty->slave = -1;
}

void pty_finish(struct pty *pty)
{
	if (!pty)
		return;
	if (pty->state != PTY_ENDED) {
		kill(pty->id, SIGKILL);
		waitpid(pty->id, NULL, 0);
	}
	close_ends(pty);
	vterm_free(pty->terminal);
	free(pty->bytes);
	free(pty->ends);
	free(pty->picture);
	free(pty);
}

/* ---- reading ---- */

/* Bytes at the end that begin a letter and do not end it: libvterm may take the halves of a letter for two. */
static size_t unfinished(const char *bytes, size_t count)
{
	for (size_t back = 1; back <= 3 && back <= count; back++) {
		const unsigned char byte = (unsigned char)bytes[count - back];
		if (byte < 0x80)
			return 0;
		if (byte >= 0xC0)
			return back < (byte >= 0xF0 ? 4u : byte >= 0xE0 ? 3u : 2u) ? back : 0;
	}
	return 0;
}

static void keep(struct pty *pty, const char *bytes, size_t count)
{
	pty->bytes = memory_grow(pty->bytes, &pty->byte_room, pty->byte_count + count, 1);
	memcpy(pty->bytes + pty->byte_count, bytes, count);
	pty->byte_count += count;
	pty->ends = memory_grow(pty->ends, &pty->end_room, pty->end_count + 1, sizeof *pty->ends);
	pty->ends[pty->end_count++] = pty->byte_count;
	const size_t whole = pty->byte_count - unfinished(pty->bytes, pty->byte_count);
	if (whole > pty->shown_count)
		vterm_input_write(pty->terminal, pty->bytes + pty->shown_count, whole - pty->shown_count);
	pty->shown_count = whole;
}

/* Everything that is there now. */
static void read_all(struct pty *pty)
{
	char bytes[65536];
	while (pty->reads && pty->master >= 0) {
		const ssize_t count = read(pty->master, bytes, sizeof bytes);
		if (count <= 0)
			return;
		keep(pty, bytes, (size_t)count);
	}
}

/* What came last is shown before a process is found to have ended. */
static void turn(struct pty *pty)
{
	struct pollfd item = {.fd = pty->reads ? pty->master : -1, .events = POLLIN};
	poll(&item, 1, TURN_MS);
	const enum pty_state before = pty->state;
	look_at_process(pty);
	read_all(pty);
	if (pty->state != before)
		read_all(pty);
	if (pty->turn)
		pty->turn(pty->context);
}

bool pty_wait(struct pty *pty, bool (*holds)(struct pty *pty, const void *what), const void *what, int64_t most)
{
	const int64_t until = clock_monotonic() + most;
	for (;;) {
		if (holds(pty, what))
			return true;
		if (clock_monotonic() >= until)
			return false;
		turn(pty);
	}
}

static bool shows(struct pty *pty, const void *text)
{
	return pty_shows(pty, text);
}

static bool lacks(struct pty *pty, const void *text)
{
	return !pty_shows(pty, text);
}

static bool never(struct pty *pty, const void *nothing)
{
	(void)pty;
	(void)nothing;
	return false;
}

bool pty_wait_text(struct pty *pty, const char *text, int64_t most)
{
	return pty_wait(pty, shows, text, most);
}

bool pty_wait_without(struct pty *pty, const char *text, int64_t most)
{
	return pty_wait(pty, lacks, text, most);
}

void pty_watch(struct pty *pty, int64_t ms)
{
	pty_wait(pty, never, NULL, ms);
}

static bool is_in_state(struct pty *pty, const void *what)
{
	const enum pty_state *state = what;
	return pty->state == *state;
}

bool pty_wait_state(struct pty *pty, enum pty_state state, int64_t most)
{
	return pty_wait(pty, is_in_state, &state, most);
}

void pty_stop_reading(struct pty *pty)
{
	pty->reads = false;
}

void pty_resume_reading(struct pty *pty)
{
	pty->reads = true;
}

bool pty_full(const struct pty *pty)
{
	struct pollfd item = {.fd = pty->slave, .events = POLLOUT};
	return poll(&item, 1, 0) == 0;
}

/* ---- what the user does ---- */

void pty_send(struct pty *pty, const char *bytes)
{
	size_t left = strlen(bytes);
	while (left) {
		const ssize_t written = write(pty->master, bytes, left);
		if (written < 0 && errno != EAGAIN && errno != EINTR)
			return;
		if (written > 0) {
			bytes += written;
			left -= (size_t)written;
		} else {
			turn(pty);
		}
	}
}

void pty_resize(struct pty *pty, int width, int height)
{
	const struct winsize size = {.ws_col = (unsigned short)width, .ws_row = (unsigned short)height};
	read_all(pty);
	vterm_set_size(pty->terminal, height, width);
	ioctl(pty->master, TIOCSWINSZ, &size);
}

void pty_signal(const struct pty *pty, int number)
{
	if (pty->state != PTY_ENDED)
		kill(pty->id, number);
}

void pty_hang_up(struct pty *pty)
{
	close_ends(pty);
}

/* ---- what the user sees ---- */

static size_t encode(uint32_t character, char *to)
{
	if (character < 0x80) {
		to[0] = (char)character;
		return 1;
	}
	const size_t more = character < 0x800 ? 1 : character < 0x10000 ? 2 : 3;
	static const int leads[] = {0, 0xC0, 0xE0, 0xF0};
	to[0] = (char)(leads[more] | (int)(character >> (6 * more)));
	for (size_t i = 1; i <= more; i++)
		to[i] = (char)(0x80 | (int)(character >> (6 * (more - i)) & 0x3F));
	return more + 1;
}

/* One row into `to`, which has CELL_BYTES for each cell and one more; returns its bytes. */
static size_t write_row(const struct pty *pty, int y, int width, char *to)
{
	size_t used = 0, inked = 0;
	VTermScreenCell cell;
	for (int x = 0; x < width; x += cell.width > 0 ? cell.width : 1) {
		if (!vterm_screen_get_cell(pty->screen, (VTermPos){y, x}, &cell))
			break;
		if (!cell.chars[0])
			to[used++] = ' ';
		for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i]; i++)
			used += encode(cell.chars[i], to + used);
		if (cell.chars[0] && cell.chars[0] != ' ')
			inked = used;
	}
	to[inked] = 0;
	return inked;
}

const char *pty_screen(struct pty *pty)
{
	int width, height;
	vterm_get_size(pty->terminal, &height, &width);
	free(pty->picture);
	pty->picture = memory_new((size_t)height * ((size_t)width * CELL_BYTES + 1) + 1, 1);
	char *to = pty->picture;
	for (int y = 0; y < height; y++) {
		to += write_row(pty, y, width, to);
		*to++ = '\n';
	}
	*to = 0;
	return pty->picture;
}

void pty_row(struct pty *pty, int y, char *to, size_t room)
{
	int width, height;
	vterm_get_size(pty->terminal, &height, &width);
	char *row = memory_new((size_t)width * CELL_BYTES + 1, 1);
	if (y >= 0 && y < height)
		write_row(pty, y, width, row);
	view_copy(view_of(row), to, room);
	free(row);
}

bool pty_shows(struct pty *pty, const char *text)
{
	return strstr(pty_screen(pty), text) != NULL;
}

/* Cells before a place in a row: characters, for the tests look for texts behind narrow ones. */
static int cells_before(const char *row, const char *place)
{
	int cells = 0;
	for (; row < place; row++)
		cells += ((unsigned char)*row & 0xC0) != 0x80;
	return cells;
}

bool pty_find(struct pty *pty, const char *text, int *x, int *y)
{
	const char *row = pty_screen(pty);
	for (*y = 0; *row; ++*y) {
		const char *end = strchr(row, '\n'), *place = strstr(row, text);
		if (place && place < end) {
			*x = cells_before(row, place);
			return true;
		}
		row = end + 1;
	}
	return false;
}

static struct pty_colour colour_of(const struct pty *pty, VTermColor colour)
{
	struct pty_colour result = {.is_default = VTERM_COLOR_IS_DEFAULT_FG(&colour) || VTERM_COLOR_IS_DEFAULT_BG(&colour)};
	vterm_screen_convert_color_to_rgb(pty->screen, &colour);
	result.red = colour.rgb.red;
	result.green = colour.rgb.green;
	result.blue = colour.rgb.blue;
	return result;
}

void pty_cell(struct pty *pty, int x, int y, struct pty_colour *foreground, struct pty_colour *background, bool *reverse)
{
	VTermScreenCell cell = {0};
	vterm_screen_get_cell(pty->screen, (VTermPos){y, x}, &cell);
	*foreground = colour_of(pty, cell.fg);
	*background = colour_of(pty, cell.bg);
	*reverse = cell.attrs.reverse;
}

bool pty_alternate(const struct pty *pty)
{
	return pty->alternate;
}

bool pty_cursor_shown(const struct pty *pty)
{
	return pty->cursor_shown;
}

bool pty_mode_as_found(const struct pty *pty)
{
	struct termios now;
	if (tcgetattr(pty->slave, &now) != 0)
		return false;
	return now.c_iflag == pty->found.c_iflag && now.c_oflag == pty->found.c_oflag && now.c_cflag == pty->found.c_cflag &&
	       now.c_lflag == pty->found.c_lflag && memcmp(now.c_cc, pty->found.c_cc, sizeof now.c_cc) == 0;
}

/* ---- the bytes and the process ---- */

size_t pty_bytes(const struct pty *pty, const char **bytes)
{
	*bytes = pty->bytes;
	return pty->byte_count;
}

size_t pty_chunks(const struct pty *pty, const size_t **ends)
{
	*ends = pty->ends;
	return pty->end_count;
}

pid_t pty_process(const struct pty *pty)
{
	return pty->id;
}

int pty_exit_code(const struct pty *pty)
{
	return pty->exit_code;
}
