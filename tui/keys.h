/* Keys, as the screen reads them and the board knows them: a code point, or one of these. */
#ifndef TUI_KEYS_H
#define TUI_KEYS_H

enum screen_key {
	SCREEN_KEY_NONE = 0, SCREEN_KEY_UP = 0x200000, SCREEN_KEY_DOWN, SCREEN_KEY_LEFT, SCREEN_KEY_RIGHT, SCREEN_KEY_ENTER, SCREEN_KEY_TAB,
	SCREEN_KEY_BACKTAB, SCREEN_KEY_ESCAPE, SCREEN_KEY_BACKSPACE, SCREEN_KEY_PAGE_UP, SCREEN_KEY_PAGE_DOWN, SCREEN_KEY_HOME, SCREEN_KEY_END,
	SCREEN_KEY_F1, SCREEN_KEY_GONE /* the terminal went away */
};

#endif
