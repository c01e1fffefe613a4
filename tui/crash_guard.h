/* Gives the terminal back when the program crashes (SEGV, ABRT, ...), then dies of the same signal. What the handler needs must be
 * there before the signal: one for the process. Part of screen.c. */
#ifndef TUI_CRASH_GUARD_H
#define TUI_CRASH_GUARD_H

#include <termios.h>

/* Where to, and the mode to restore; what was added before is forgotten. */
void crash_guard_prepare(int descriptor, const struct termios *mode);
/* Bytes that reset the terminal, without terminfo's padding; NULL is fine. */
void crash_guard_add(const char *bytes);
void crash_guard_arm(void);
void crash_guard_disarm(void);

#endif
