/* S-<lsn>.wbs: the engine's state after a record, so that a start or a replay need not fold everything. Written whole or not at all,
 * compressed. The newest three are kept whatever they take; of the older ones as many as take their share of the journal, unsealed, and they
 * go with the records they belong to. What the bytes mean is their owner's business. */
#ifndef JOURNAL_STATE_FILE_H
#define JOURNAL_STATE_FILE_H

#include "base/error.h"
#include "base/view.h"
#include "journal/disk.h"
#include "journal/frame.h"

#define STATE_FILES_KEPT 3
#define STATE_SHARE 10 /* percent of the journal's bytes, unsealed, that states may take where nothing else is said */
#define STATE_NAME_SIZE 40

struct state_file {
	uint8_t id[JOURNAL_ID_SIZE]; /* of the journal */
	uint64_t lsn;
	int64_t recv;	 /* of that record */
	uint64_t weight; /* bytes of the journal's records up to it, as far as is known: frame_size() of each */
	struct view bytes;
	int share; /* for saving: percent of the journal that states may take; 0: STATE_SHARE */
};

/* Waits for the disk. Then those go that are too many, and those beyond `lsn`: they belong to records that a power cut took. */
bool state_file_save(const struct disk *disk, const char *directory, const struct state_file *state, struct error *err);
/* One that was missing among the others; all of them stay. */
bool state_file_add(const struct disk *disk, const char *directory, const struct state_file *state, struct error *err);
/* The newest valid one of this journal up to record `most`, received at `at` (ms; INT64_MAX: whenever) or earlier. bytes.data is to be
 * freed. False without an error text: there is none; `skipped` counts those that were damaged. */
bool state_file_load(const struct disk *disk, const char *directory, const uint8_t *id, uint64_t most, int64_t at, struct state_file *state,
	int *skipped, struct error *err);
/* The name of the one after record `lsn`. */
void state_file_name(uint64_t lsn, char name[STATE_NAME_SIZE]);
/* Removes those of this record and of later ones, which are no part of the journal any more. */
bool state_files_remove(const struct disk *disk, const char *directory, uint64_t from, struct error *err);

/* The records before `first` are not kept any more: states before it go, but for the newest three. */
void state_files_retire(const struct disk *disk, const char *directory, uint64_t first);
/* Removes those that are too many. */
void state_files_thin(const struct disk *disk, const char *directory, int share);
/* Bytes of records that a state of so many bytes is worth. */
uint64_t state_worth(uint64_t bytes, int share);

/* What there is, ascending by LSN; heads only. */
struct state_entry {
	char name[STATE_NAME_SIZE];
	uint8_t id[JOURNAL_ID_SIZE]; /* of the journal */
	uint64_t lsn;
	int64_t recv;
	uint64_t weight, bytes; /* bytes: of the file */
	bool is_damaged; /* as far as the head tells */
};
struct state_list {
	struct state_entry *entries;
	size_t count, room;
};
bool state_files_list(struct state_list *list, const struct disk *disk, const char *directory, struct error *err);
void state_files_finish(struct state_list *list);

#endif
