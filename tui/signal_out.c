#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tui/signal_out.h"
#include "tui/terminal.h"

#define TEXT_MOST 200 /* bytes of a text */

bool signal_knows_titles(const char *term)
{
	return terminal_is_modern(term) || strncmp(term, "rxvt", 4) == 0;
}

int signal_notes(const char *term)
{
	static const struct {
		const char *variable, *value; /* NULL: anything */
		int kind;
	} programs[] = {{"TERM_PROGRAM", "iTerm.app", 9}, {"TERM_PROGRAM", "WezTerm", 9}, {"TERM_PROGRAM", "ghostty", 9}, {"KITTY_WINDOW_ID", NULL, 9},
		{"VTE_VERSION", NULL, 777}};
	static const struct {
		const char *term;
		int kind;
	} terms[] = {{"foot", 777}, {"rxvt-unicode", 777}, {"xterm-kitty", 9}, {"xterm-ghostty", 9}, {"wezterm", 9}};
	/* A multiplexer keeps the variables of the terminal outside, and swallows the sequence. */
	if (strncmp(term, "tmux", 4) == 0 || strncmp(term, "screen", 6) == 0 || !signal_knows_titles(term))
		return 0;
	for (size_t i = 0; i < sizeof terms / sizeof *terms; i++)
		if (strncmp(term, terms[i].term, strlen(terms[i].term)) == 0)
			return terms[i].kind;
	for (size_t i = 0; i < sizeof programs / sizeof *programs; i++) {
		const char *value = getenv(programs[i].variable);
		if (value && *value && (!programs[i].value || strcmp(value, programs[i].value) == 0))
			return programs[i].kind;
	}
	return 0;
}

size_t signal_title(const char *text, char *to)
{
	char cleaned[TEXT_MOST];
	text_harmless(view_of(text), cleaned, sizeof cleaned);
	return (size_t)snprintf(to, SIGNAL_ROOM, "\033]2;%s\033\\", cleaned);
}

size_t signal_note(int kind, const char *title, const char *text, char *to)
{
	char head[TEXT_MOST], body[TEXT_MOST];
	text_harmless(view_of(title), head, sizeof head);
	text_harmless(view_of(text), body, sizeof body);
	for (char *at = head; *at; at++)
		*at = *at == ';' ? ',' : *at; /* what parts the fields of 777 */
	if (kind == 777)
		return (size_t)snprintf(to, SIGNAL_ROOM, "\033]777;notify;%s;%s\033\\", head, body);
	if (kind == 9) /* a number and ';' at the beginning would be another command to some */
		return (size_t)snprintf(to, SIGNAL_ROOM, "\033]9;%s: %s\033\\", head, body);
	return 0;
}
