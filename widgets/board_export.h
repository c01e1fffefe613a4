/* The key that writes the table on screen into a file. For board.c and the files of its keys only. */
#ifndef WIDGETS_BOARD_EXPORT_H
#define WIDGETS_BOARD_EXPORT_H

#include "widgets/board_state.h"

/* Opens the line for the file's name, with one proposed. */
enum board_action export_type(struct board *board, const struct snapshot *snapshot, int key);
/* While that line is open every key is the line's. */
enum board_action export_entry_key(struct board *board, const struct snapshot *snapshot, int key);
/* Into this file, as if its name had been typed. */
enum board_action export_to(struct board *board, const struct snapshot *snapshot, const char *path);
void export_finish(struct board *board);

#endif
