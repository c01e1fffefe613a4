/* A board on a terminal, its publishers and a folder for their sockets and files; all of it ends with the test. */
#ifndef TESTS_STAGE_H
#define TESTS_STAGE_H

#include <stdint.h>

#include "tests/process.h"
#include "tests/pty.h"

#define STAGE_SENDERS 2
#define STAGE_WORDS 24
#define STAGE_T INT64_C(1700000000000) /* 2023-11-14T22:13:20Z: where recorded events begin */

struct stage {
	const char *program; /* TABLO_BIN */
	char folder[64];
	char feed[96], other[96]; /* two ipc endpoints */
	char events[96];	  /* a file of events */
	char output[96];	  /* what senders say */
	struct pty *pty;
	struct process senders[STAGE_SENDERS];
};

/* For cmocka_unit_test_setup_teardown. */
int stage_set_up(void **state);
int stage_tear_down(void **state);

/* Starts the program on a terminal with these words after its own name (NULL at the end). */
struct pty *stage_start(struct stage *stage, struct pty_options options, const char *const *words);
#define START(stage, options, ...) stage_start((stage), (struct pty_options)options, (const char *const[]){__VA_ARGS__, NULL})
#define OPTIONS(...) {__VA_ARGS__}
/* `tablo publish` with these words. */
struct process *stage_send(struct stage *stage, int sender, bool piped, const char *const *words);
#define SEND(stage, sender, piped, ...) stage_send((stage), (sender), (piped), (const char *const[]){__VA_ARGS__, NULL})
/* One event a line to a piped sender: a contact that is queued now. */
void stage_queue_now(struct stage *stage, int sender, const char *contact, const char *queue);
/* Fills the file of events: contacts c0, c1 ... of "Billing", `step` ms apart, of which the first `left` leave again. */
void stage_write_events(struct stage *stage, int contacts, int left, int step);

/* Three phone contacts in three queues, played as a file that has ended: a screen that can be foretold. */
struct pty *stage_show_file(struct stage *stage, struct pty_options options);
/* The number after a word in the row where that word stands first; -1: none. Gaps inside a number are left out. */
int64_t stage_number(struct pty *pty, const char *word);

/* The screen, for the log of a test that fails. */
void stage_print(struct pty *pty);

/* Fail the test, and show the screen, where the text does not come (or does not go) in time. */
#define SEE(pty, text, most) stage_see((pty), (text), true, (most), __FILE__, __LINE__)
#define SEE_NO(pty, text, most) stage_see((pty), (text), false, (most), __FILE__, __LINE__)
void stage_see(struct pty *pty, const char *text, bool wanted, int64_t most, const char *file, int line);
/* Fails the test unless the program ends with this code in time. */
#define ENDS(pty, code) stage_ends((pty), (code), __FILE__, __LINE__)
void stage_ends(struct pty *pty, int code, const char *file, int line);

#endif
