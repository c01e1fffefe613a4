/* EPOCHS in a journal's directory: who wrote from which record on. Each take-over begins an epoch, and only one collector writes in it;
 * so two journals with the same id hold the same records up to where their lists part. */
#ifndef JOURNAL_EPOCHS_H
#define JOURNAL_EPOCHS_H

#include "base/error.h"
#include "base/view.h"
#include "journal/disk.h"
#include "journal/frame.h"

#define EPOCHS_MOST 32	      /* the newest; what is before the oldest counts as one */
#define EPOCHS_TEXT_ROOM 1600 /* "1:1 2:4711 ..." */

struct epochs {
	uint8_t id[JOURNAL_ID_SIZE]; /* of the journal */
	int count;
	struct epoch {
		uint64_t number, first; /* ascending both; first: its first record, whether it was written or not */
	} list[EPOCHS_MOST];
};

/* An epoch that begins with this record: those that began there or later were never more than numbers. */
void epochs_begin(struct epochs *epochs, uint64_t number, uint64_t first);
/* The newest number; 0: none. */
uint64_t epochs_newest(const struct epochs *epochs);
/* The last record that two journals share, one of which ends with `last`; the ids are not looked at. */
uint64_t epochs_common(const struct epochs *ours, uint64_t last, const struct epochs *theirs);

/* The list as text, and back; false: it is none. */
void epochs_write(const struct epochs *epochs, char to[EPOCHS_TEXT_ROOM]);
bool epochs_read(struct view text, struct epochs *epochs);

/* `disk` NULL: the real one. Waits for the disk. */
bool epochs_save(const struct disk *disk, const char *directory, const struct epochs *epochs, struct error *err);
/* False without an error text: there is none. */
bool epochs_load(const struct disk *disk, const char *directory, struct epochs *epochs, struct error *err);
bool epochs_remove(const struct disk *disk, const char *directory, struct error *err);

#endif
