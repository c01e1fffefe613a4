/* A program on a pseudo-terminal whose screen is kept by libvterm: what a user would see, and every byte that made it. Nothing
 * waits blindly: every wait has a condition and a deadline in ms. */
#ifndef TESTS_PTY_H
#define TESTS_PTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct pty;

struct pty_options {
	const char *const *words;	/* the program and its arguments, NULL at the end */
	const char *const *environment; /* "NAME=VALUE", or "NAME" to unset it, NULL at the end; may be NULL. Otherwise
					 * TERM=xterm-256color, LC_ALL=C.UTF-8, TZ=UTC, and no NO_COLOR, COLUMNS, LINES */
	int width, height;		/* 0: 140 x 40 */
	void (*turn)(void *context);	/* called between reads: for a publisher that the test itself is; may be NULL */
	void *context;
};

struct pty *pty_start(const struct pty_options *options);
/* Kills what still runs; NULL is fine. */
void pty_finish(struct pty *pty);

/* ---- what the user does ---- */
void pty_send(struct pty *pty, const char *bytes);
void pty_resize(struct pty *pty, int width, int height);
void pty_signal(const struct pty *pty, int number);
/* The terminal goes away: both ends are closed. */
void pty_hang_up(struct pty *pty);
/* From now on nothing is read, as by a terminal that stalls; waits then only turn. */
void pty_stop_reading(struct pty *pty);
void pty_resume_reading(struct pty *pty);
/* Would a write to the terminal block? */
bool pty_full(const struct pty *pty);

/* ---- what the user sees ---- */
/* Reads and turns until the condition holds; false after `most` ms. */
bool pty_wait(struct pty *pty, bool (*holds)(struct pty *pty, const void *what), const void *what, int64_t most);
bool pty_wait_text(struct pty *pty, const char *text, int64_t most);
bool pty_wait_without(struct pty *pty, const char *text, int64_t most);
/* So long, whatever comes: to count what is sent meanwhile. */
void pty_watch(struct pty *pty, int64_t ms);
bool pty_shows(struct pty *pty, const char *text);
/* All rows, each with a newline, blanks at their ends left out. Belongs to the pty, until the next call. */
const char *pty_screen(struct pty *pty);
/* One row as UTF-8, blanks at its end left out. */
void pty_row(struct pty *pty, int y, char *to, size_t room);
/* Where the text stands (the first, from the top); false: nowhere. */
bool pty_find(struct pty *pty, const char *text, int *x, int *y);
struct pty_colour {
	bool is_default;
	uint8_t red, green, blue;
};
void pty_cell(struct pty *pty, int x, int y, struct pty_colour *foreground, struct pty_colour *background, bool *reverse);
bool pty_alternate(const struct pty *pty);
bool pty_cursor_shown(const struct pty *pty);
/* The terminal's mode is that before the program began. */
bool pty_mode_as_found(const struct pty *pty);

/* ---- the bytes ---- */
size_t pty_bytes(const struct pty *pty, const char **bytes);
/* Pieces as they were read: the end of each in the stream of bytes. */
size_t pty_chunks(const struct pty *pty, const size_t **ends);

/* ---- the process ---- */
pid_t pty_process(const struct pty *pty);
enum pty_state { PTY_RUNS, PTY_STOPPED, PTY_ENDED };
/* Waits for that state; false after `most` ms. */
bool pty_wait_state(struct pty *pty, enum pty_state state, int64_t most);
/* As $? of a shell: 128 and the signal where one killed it. -1: it has not ended. */
int pty_exit_code(const struct pty *pty);

#endif
