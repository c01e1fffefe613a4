/* State files on their way to another machine: which one serves, its bytes piece by piece, and the file put together again. Pieces are
 * not looked into: state_file_load() finds out whether what came is whole. */
#ifndef JOURNAL_STATE_PIECES_H
#define JOURNAL_STATE_PIECES_H

#include "journal/state_file.h"

/* The newest state of record `from` or later and of `recv` (ms) or earlier, whose records are kept; where there is none the beginning
 * (lsn 0) if `from` is 0 and the journal has record 1, else the first state after. False without an error text: there is none. `states`:
 * where the states are, if they are not with the records of `directory`. */
bool state_pieces_find(const struct disk *disk, const char *directory, const char *states, int64_t recv, uint64_t from, struct state_entry *found, struct error *err);
/* At most `most` bytes of the file from `at` on, into `to`; its size into *size. -1: there is no such file, or nothing at `at`. */
ssize_t state_piece_read(const struct disk *disk, const char *directory, uint64_t lsn, uint64_t at, void *to, size_t most, uint64_t *size);
/* The file of that name with these bytes. */
bool state_pieces_write(const struct disk *disk, const char *directory, uint64_t lsn, struct view bytes, struct error *err);

#endif
