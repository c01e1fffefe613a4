/* The board on a terminal: the desk in a thread of its own, the screen in this one. */
#ifndef APP_VIEW_H
#define APP_VIEW_H

#include <signal.h>

#include "app/exchange.h"
#include "app/setup.h"

enum view_back {
	VIEW_BACK_OPEN,
	VIEW_BACK_LATER, /* it is being fetched: err says how far it is; ask again */
	VIEW_BACK_NONE	 /* err says why */
};

struct board;

/* What is in view, to look back from. */
struct view_wanted {
	const struct snapshot_request *request;
	int64_t at; /* INT64_MIN: nothing has come yet */
};

/* Who makes the snapshots, in a thread of its own: the desk, or the player of a replay. */
struct view_source {
	void *context;
	struct snapshot *(*first)(void *context, const struct snapshot_request *request);
	void (*run)(void *context, struct exchange *exchange); /* until exchange_stopped() */
	int (*plain)(void *context, struct setup *setup, int signals); /* lines instead of a screen; returns the exit code */
	/* Opens another source to look at for a while; `wanted` NULL: it is not wanted any more. NULL: there never is
	 * one. */
	enum view_back (*look_back)(void *context, const struct view_wanted *wanted, struct view_source *back, struct error *err);
	void (*close)(void *context); /* of what look_back opened */
	void *held;		      /* by what look_back opened, until it is closed; NULL: nothing */
	void (*let_go)(void *held);
};

/* Those that a board answers. */
void view_signals(sigset_t *set);
/* Blocks the signals that a board answers; before any thread or library that makes threads. */
void view_block_signals(void);
/* Writes board_file(), and tells the board how that went. */
void view_export(struct board *board);
/* Runs until the user leaves; returns the exit code. desk: opened, closed by the caller. */
int view_show(struct setup *setup, const struct view_source *source, const struct arguments *arguments);
/* The same of a desk. */
int view_run(struct setup *setup, struct desk *desk, const struct arguments *arguments);

#endif
