#include <signal.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "app/plain.h"
#include "base/clock.h"
#include "base/instant.h"
#include "tui/dump.h"
#include "widgets/board.h"

#define LINE_EVERY (5 * SECOND_MS)
#define LINE_WIDTH 120

/* A canvas too low for boxes gets it. */
void plain_print(struct board *board, struct snapshot *snapshot)
{
	struct canvas *canvas = canvas_create(LINE_WIDTH, 1);
	board_draw(board, snapshot, &(struct glyphs){.ascii = true}, canvas);
	dump_text(canvas, stdout);
	fflush(stdout);
	canvas_destroy(canvas);
	snapshot_destroy(snapshot);
}

bool plain_told_to_leave(int signals)
{
	struct signalfd_siginfo signal;
	bool leave = false;
	while (read(signals, &signal, sizeof signal) == (ssize_t)sizeof signal)
		leave = leave || signal.ssi_signo == SIGTERM || signal.ssi_signo == SIGINT || signal.ssi_signo == SIGHUP;
	return leave;
}

int plain_run(struct setup *setup, struct desk *desk, int signals)
{
	struct board *board = board_create(setup->settings, &setup->request);
	int64_t next = clock_monotonic();
	while (!plain_told_to_leave(signals)) {
		desk_turn(desk, signals, next);
		if (clock_monotonic() < next)
			continue;
		plain_print(board, desk_snapshot(desk, setup->zone, board_request(board)));
		next = clock_monotonic() + LINE_EVERY;
	}
	board_destroy(board);
	return EXIT_DONE;
}
