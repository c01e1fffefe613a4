/* What the keys of the pages behind a figure do: the rows of its figure, the life of one of them. For board.c and board_keys.c only. */
#ifndef WIDGETS_BOARD_EVIDENCE_H
#define WIDGETS_BOARD_EVIDENCE_H

#include "widgets/board_state.h"

/* The answer to what the board asks, or NULL while it is gathered. */
const struct proof *evidence_proof(const struct board *board, const struct snapshot *snapshot);
const struct proof *evidence_life(const struct board *board, const struct snapshot *snapshot);

/* The rows behind a figure, or the life of `request.subject`; the page that is shown is where they lead back to. */
enum board_action evidence_ask(struct board *board, struct proof_request request);
enum board_action evidence_open(struct board *board, const struct snapshot *snapshot, int key); /* of the tile's page */
enum board_action evidence_of_row(struct board *board, const struct snapshot *snapshot, int key); /* of a page on a digit */
enum board_action evidence_of_market(struct board *board, const struct snapshot *snapshot, int key); /* of the card of local custom */
enum board_action evidence_choose(struct board *board, const struct snapshot *snapshot, int key); /* the life of the row */
enum board_action evidence_order(struct board *board, const struct snapshot *snapshot, int key);
enum board_action evidence_turn(struct board *board, const struct snapshot *snapshot, int key);
enum board_action evidence_find(struct board *board, const struct snapshot *snapshot, int key); /* opens the line to type in */
/* While that line is open every key is the line's. */
enum board_action evidence_entry_key(struct board *board, int key);
/* Asks once more: another window, another way to count. */
void evidence_again(struct board *board);
/* A step back; the page must be one of these. */
enum board_action evidence_back(struct board *board);

#endif
