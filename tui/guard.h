/* The crash guard: after SEGV, ABRT ... the terminal is left as it was found. What a signal handler needs must be there before the
 * signal; there is one for the program. */
#ifndef TUI_GUARD_H
#define TUI_GUARD_H

#include <termios.h>

void guard_begin(int descriptor, const struct termios *mode);
/* Bytes that are written then; NULL: none. Padding is left out. */
void guard_add(const char *bytes);
void guard_arm(void);
void guard_disarm(void);

#endif
