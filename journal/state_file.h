/* S-<lsn>.wbs: the engine's state after a record, so that a start need not fold everything. Written whole or not at all; the last
 * three are kept. What the bytes mean is their owner's business. */
#ifndef JOURNAL_STATE_FILE_H
#define JOURNAL_STATE_FILE_H

#include "base/error.h"
#include "base/view.h"
#include "journal/disk.h"
#include "journal/frame.h"

#define STATE_FILES_KEPT 3

struct state_file {
	uint8_t id[JOURNAL_ID_SIZE]; /* of the journal */
	uint64_t lsn;
	int64_t recv; /* of that record */
	struct view bytes;
};

/* Waits for the disk. Older ones go then, and those beyond `lsn`: they belong to records that a power cut took. */
bool state_file_save(const struct disk *disk, const char *directory, const struct state_file *state, struct error *err);
/* The newest valid one of this journal up to record `most`, received at `at` (ms; INT64_MAX: whenever) or earlier. bytes.data is to be freed. False without an error text: there is none;
 * `skipped` counts those that were damaged. */
bool state_file_load(const struct disk *disk, const char *directory, const uint8_t *id, uint64_t most, int64_t at, struct state_file *state,
	int *skipped, struct error *err);
/* Removes those of this record and of later ones, which are no part of the journal any more. */
bool state_files_remove(const struct disk *disk, const char *directory, uint64_t from, struct error *err);

#endif
