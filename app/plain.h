/* The board as plain lines, for terminals that cannot move the cursor and for logs. */
#ifndef APP_PLAIN_H
#define APP_PLAIN_H

#include "app/setup.h"

struct board;

int plain_run(struct setup *setup, struct desk *desk, int signals);
/* The one-line form of the board, for which the snapshot goes. */
void plain_print(struct board *board, struct snapshot *snapshot);
/* Signals that ask to end, from a signalfd that does not block. */
bool plain_told_to_leave(int signals);

#endif
