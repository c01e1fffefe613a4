/* What is told to a terminal beside its screen, as the bytes that do it. Texts are cleaned: nothing in them ends the sequence early. */
#ifndef TUI_SIGNAL_OUT_H
#define TUI_SIGNAL_OUT_H

#include <stdbool.h>
#include <stddef.h>

#define SIGNAL_ROOM 600
#define SIGNAL_TITLE_SAVE "\033[22;2t"
#define SIGNAL_TITLE_RESTORE "\033[23;2t"

/* Does this $TERM show a title, and give back the one it had? */
bool signal_knows_titles(const char *term);
/* How it notes something on the desktop: 9, 777 (the numbers of the sequences); 0: not at all, or nobody knows. Asks the environment. */
int signal_notes(const char *term);
/* Each returns how many bytes there are; room: SIGNAL_ROOM. */
size_t signal_title(const char *text, char *to);
size_t signal_note(int kind, const char *title, const char *text, char *to);

#endif
