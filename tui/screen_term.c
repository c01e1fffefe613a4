#include <stdlib.h>
#include <unistd.h>

#include "tui/screen_state.h"

const char *screen_capability(const char *name)
{
	const char *text = tigetstr(name);
	return text == (const char *)-1 ? NULL : text;
}

enum usable { UNKNOWN_TERMINAL, CANNOT_MOVE, USABLE };

static enum usable try_terminal(const char *term)
{
	int result = 0;
	if (setupterm(term, STDOUT_FILENO, &result) != OK)
		return UNKNOWN_TERMINAL;
	const enum usable usable = screen_capability("cup") ? USABLE : CANNOT_MOVE;
	del_curterm(cur_term);
	return usable;
}

bool screen_knows(const char *term, int *colours)
{
	int result;
	if (setupterm(term, STDOUT_FILENO, &result) != OK)
		return false;
	const int most = tigetnum("colors");
	*colours = most > 0 ? most : 0;
	del_curterm(cur_term);
	return true;
}

const char *screen_choose_terminal(struct error *err)
{
	static const char *const chain[] = {"xterm-256color", "xterm", "vt100"};
	const char *term = getenv("TERM");
	if (!term || !*term) {
		fail(err, "TERM is not set: set it (TERM=xterm-256color), or use --plain or `tablo snapshot --text`");
		return NULL;
	}
	enum usable usable = try_terminal(term);
	for (size_t i = 0; usable == UNKNOWN_TERMINAL && i < sizeof chain / sizeof *chain; i++)
		usable = try_terminal(term = chain[i]);
	if (usable == USABLE)
		return term;
	fail(err, "the terminal '%s' cannot place the cursor: use --plain or `tablo snapshot --text`, or set TERM to what it is", getenv("TERM"));
	return NULL;
}
