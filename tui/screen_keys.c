#include "tui/screen_state.h"

/* Beyond curses' own: what a terminal puts round pasted text. */
#define KEY_PASTE_BEGIN (KEY_MAX + 1)
#define KEY_PASTE_END (KEY_MAX + 2)

static const struct {
	int curses, key;
	bool function; /* a curses code, not a character */
} key_table[] = {
	{KEY_UP, SCREEN_KEY_UP, true}, {KEY_DOWN, SCREEN_KEY_DOWN, true}, {KEY_LEFT, SCREEN_KEY_LEFT, true},
	{KEY_RIGHT, SCREEN_KEY_RIGHT, true}, {KEY_ENTER, SCREEN_KEY_ENTER, true}, {KEY_BTAB, SCREEN_KEY_BACKTAB, true},
	{KEY_BACKSPACE, SCREEN_KEY_BACKSPACE, true}, {KEY_PPAGE, SCREEN_KEY_PAGE_UP, true}, {KEY_NPAGE, SCREEN_KEY_PAGE_DOWN, true},
	{KEY_HOME, SCREEN_KEY_HOME, true}, {KEY_END, SCREEN_KEY_END, true}, {KEY_F(1), SCREEN_KEY_F1, true},
	{KEY_SR, SCREEN_KEY_SHIFT_UP, true}, {KEY_SF, SCREEN_KEY_SHIFT_DOWN, true}, {KEY_SLEFT, SCREEN_KEY_SHIFT_LEFT, true},
	{KEY_SRIGHT, SCREEN_KEY_SHIFT_RIGHT, true}, {KEY_MOUSE, SCREEN_KEY_CLICK, true},
	{'\r', SCREEN_KEY_ENTER, false}, {'\n', SCREEN_KEY_ENTER, false}, {'\t', SCREEN_KEY_TAB, false},
	{27, SCREEN_KEY_ESCAPE, false}, {127, SCREEN_KEY_BACKSPACE, false}, {8, SCREEN_KEY_BACKSPACE, false},
};

/* Terminals send these whatever their description says: cursor keys in their other mode, or those of other families. */
static const struct {
	const char *bytes;
	int key;
} sequences[] = {{"\033[A", KEY_UP}, {"\033[B", KEY_DOWN}, {"\033[C", KEY_RIGHT}, {"\033[D", KEY_LEFT}, {"\033OA", KEY_UP}, {"\033OB", KEY_DOWN},
	{"\033OC", KEY_RIGHT}, {"\033OD", KEY_LEFT}, {"\033[H", KEY_HOME}, {"\033[F", KEY_END}, {"\033OH", KEY_HOME}, {"\033OF", KEY_END},
	{"\033[1~", KEY_HOME}, {"\033[4~", KEY_END}, {"\033[7~", KEY_HOME}, {"\033[8~", KEY_END}, {"\033[5~", KEY_PPAGE}, {"\033[6~", KEY_NPAGE},
	{"\033[Z", KEY_BTAB}, {"\033[200~", KEY_PASTE_BEGIN}, {"\033[201~", KEY_PASTE_END}};

void screen_prepare_keys(void)
{
	for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++)
		if (key_defined(sequences[i].bytes) == 0)
			define_key(sequences[i].bytes, sequences[i].key);
}

static int translate(wint_t code, bool function)
{
	for (size_t i = 0; i < sizeof key_table / sizeof *key_table; i++)
		if (key_table[i].function == function && key_table[i].curses == (int)code)
			return key_table[i].key;
	return function ? SCREEN_KEY_NONE : (int)code;
}

#define MOUSE_TAKEN (BUTTON1_PRESSED | BUTTON1_CLICKED | BUTTON4_PRESSED | BUTTON5_PRESSED)

/* A click or a turn of the wheel; SCREEN_KEY_NONE: neither. */
static int take_mouse(struct screen *screen)
{
	MEVENT event;
	if (getmouse(&event) != OK || !(event.bstate & MOUSE_TAKEN))
		return SCREEN_KEY_NONE;
	screen->click_x = event.x;
	screen->click_y = event.y;
	return event.bstate & BUTTON4_PRESSED ? SCREEN_KEY_WHEEL_UP : event.bstate & BUTTON5_PRESSED ? SCREEN_KEY_WHEEL_DOWN : SCREEN_KEY_CLICK;
}

void screen_click(const struct screen *screen, int *x, int *y)
{
	*x = screen->click_x;
	*y = screen->click_y;
}

bool screen_mouse(struct screen *screen, bool on)
{
	mouseinterval(0); /* a press is a click: nobody waits for the second of two */
	const mmask_t taken = mousemask(on ? MOUSE_TAKEN : 0, NULL);
	screen_collect(screen);
	pump_send(&screen->pump);
	return taken != 0;
}

int screen_key(struct screen *screen)
{
	for (;;) {
		wint_t code = 0;
		const int result = wget_wch(screen->keys, &code);
		if (result == ERR)
			return terminal_gone(&screen->terminal) ? SCREEN_KEY_GONE : SCREEN_KEY_NONE;
		if (result == KEY_CODE_YES && (code == KEY_PASTE_BEGIN || code == KEY_PASTE_END)) {
			screen->pasting = code == KEY_PASTE_BEGIN;
			continue;
		}
		if (screen->pasting)
			continue;
		const int read = translate(code, result == KEY_CODE_YES), key = read == SCREEN_KEY_CLICK ? take_mouse(screen) : read;
		if (key != SCREEN_KEY_NONE)
			return key;
	}
}
