/* The board on a terminal: the desk in a thread of its own, the screen in this one. */
#ifndef APP_VIEW_H
#define APP_VIEW_H

#include "app/setup.h"

/* Blocks the signals that a board answers; before any thread or library that makes threads. */
void view_block_signals(void);
/* Runs until the user leaves; returns the exit code. desk: opened, closed by the caller. */
int view_run(struct setup *setup, struct desk *desk, const struct arguments *arguments);

#endif
