#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tui/terminal.h"
#include "tui/theme.h"

/* The device of a descriptor, opened once more; -1 where that cannot be done. */
static int open_again(int descriptor, int flags)
{
	char path[PATH_MAX];
	if (!isatty(descriptor) || ttyname_r(descriptor, path, sizeof path) != 0)
		return -1;
	return open(path, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static bool open_input(struct terminal *terminal)
{
	terminal->input = open_again(STDIN_FILENO, O_RDONLY);
	if (terminal->input < 0 && !isatty(STDIN_FILENO))
		terminal->input = open("/dev/tty", O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	terminal->own_input = terminal->input >= 0;
	if (!terminal->own_input)
		terminal->input = STDIN_FILENO;
	return terminal->own_input || isatty(STDIN_FILENO);
}

bool terminal_open(struct terminal *terminal, struct error *err)
{
	*terminal = (struct terminal){.input = -1, .output = -1};
	if (!isatty(STDOUT_FILENO))
		return fail(err, "standard output is not a terminal: use `tablo snapshot --text`, or --plain for a line every few seconds");
	if (!open_input(terminal))
		return fail(err, "there is no terminal to read keys from: use `tablo snapshot --text`, or --plain");
	terminal->output = open_again(STDOUT_FILENO, O_WRONLY);
	terminal->own_output = terminal->output >= 0;
	if (!terminal->own_output)
		terminal->output = STDOUT_FILENO;
	if (tcgetattr(terminal->output, &terminal->found) == 0)
		return true;
	const int reason = errno;
	terminal_close(terminal);
	return fail(err, "the terminal's mode cannot be read: %s: use --plain", strerror(reason));
}

void terminal_close(struct terminal *terminal)
{
	if (terminal->own_input)
		close(terminal->input);
	if (terminal->own_output)
		close(terminal->output);
	*terminal = (struct terminal){.input = -1, .output = -1};
}

bool terminal_take(const struct terminal *terminal)
{
	struct termios mode = terminal->found;
	/* No IXON: a Ctrl-S by mistake must not freeze the wall. No ONLCR and ICRNL: curses is told nonl(). */
	mode.c_iflag &= ~(tcflag_t)(IXON | ICRNL | INLCR | IGNCR);
	mode.c_oflag &= ~(tcflag_t)(ONLCR | OCRNL);
	mode.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHONL | IEXTEN);
	mode.c_cc[VMIN] = 1;
	mode.c_cc[VTIME] = 0;
	return tcsetattr(terminal->output, TCSANOW, &mode) == 0;
}

void terminal_give_back(const struct terminal *terminal)
{
	tcsetattr(terminal->output, TCSANOW, &terminal->found);
}

void terminal_size(const struct terminal *terminal, int *width, int *height)
{
	struct winsize size = {0};
	if (ioctl(terminal->output, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
		size = (struct winsize){.ws_col = 80, .ws_row = 24};
	*width = size.ws_col;
	*height = size.ws_row;
}

bool terminal_gone(const struct terminal *terminal)
{
	struct pollfd item = {.fd = terminal->input, .events = POLLIN};
	const int ready = poll(&item, 1, 0);
	if (ready <= 0)
		return ready < 0 && errno != EINTR && errno != EAGAIN;
	if (item.revents & (POLLHUP | POLLERR | POLLNVAL))
		return true;
	int waiting = 0;
	return ioctl(terminal->input, FIONREAD, &waiting) != 0 || waiting == 0;
}

bool terminal_synchronises(const char *term)
{
	return terminal_is_modern(term);
}

bool terminal_is_modern(const char *term)
{
	static const char *const family[] = {"xterm", "tmux", "kitty", "foot", "alacritty", "wezterm", "ghostty", "contour", "rio"};
	for (size_t i = 0; i < sizeof family / sizeof *family; i++)
		if (strncmp(term, family[i], strlen(family[i])) == 0)
			return true;
	return false;
}

bool terminal_utf8(const char *wanted)
{
	if (wanted && strcmp(wanted, "ascii") == 0)
		return false;
	/* Curses encodes by the locale: who asks for UTF-8 in another one gets one that has it. */
	if (wanted && strcmp(wanted, "utf-8") == 0 && strcasecmp(nl_langinfo(CODESET), "UTF-8") != 0)
		setlocale(LC_CTYPE, "C.UTF-8");
	return strcasecmp(nl_langinfo(CODESET), "UTF-8") == 0;
}

bool terminal_truecolor(void)
{
	const char *said = getenv("COLORTERM");
	return said && (strcmp(said, "truecolor") == 0 || strcmp(said, "24bit") == 0);
}

int terminal_colours(const char *wanted, int most, bool truecolor)
{
	static const struct {
		const char *name;
		int count;
	} choices[] = {{"truecolor", THEME_DIRECT}, {"256", 256}, {"16", 16}, {"8", 8}, {"none", 0}};
	const char *refused = getenv("NO_COLOR");
	const int has = most >= 256 ? truecolor ? THEME_DIRECT : 256 : most >= 16 ? 16 : most >= 8 ? 8 : 0;
	for (size_t i = 0; wanted && i < sizeof choices / sizeof *choices; i++)
		if (strcmp(wanted, choices[i].name) == 0)
			return choices[i].count <= has || (choices[i].count == THEME_DIRECT && most >= 256) ? choices[i].count : has;
	if (refused && *refused)
		return 0;
	return has;
}
