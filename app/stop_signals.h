/* The signals that a command without a screen is told by: SIGTERM and SIGINT end it, SIGHUP says that keys changed. */
#ifndef APP_STOP_SIGNALS_H
#define APP_STOP_SIGNALS_H

/* A signalfd of them, blocked from here on: before any thread begins. A peer that is gone and a file that may not grow are errors of the
 * write, and no signals. */
int stop_signals_open(void);

#endif
