/* The files of a journal from the side that writes: begins them, writes chunks, learns what is safe, gives a file up that cannot
 * be trusted any more, and removes the oldest. For one thread at a time; the journal's own thread, or a test. */
#ifndef JOURNAL_WRITER_H
#define JOURNAL_WRITER_H

#include <pthread.h>

#include "journal/chunks.h"
#include "journal/hints.h"

struct writer_options {
	enum segment_kind kind;
	uint8_t id[JOURNAL_ID_SIZE];
	uint64_t segment_bytes;
	int64_t segment_time;  /* ms */
	int64_t allocate;      /* bytes asked for ahead of the writing; 0: none */
	int64_t keep_time;     /* ms; files that ended longer ago are removed. 0: kept */
	uint64_t keep_bytes;   /* of all files; 0: any */
	int64_t keep_free;     /* bytes that stay free on the disk; 0: none */
	uint64_t keep_from;    /* a file that holds this record or a later one stays, whatever the rules; 0: no file has to */
};

struct writer {
	const struct disk *disk;
	char *directory;
	struct writer_options options;
	struct chunks kept;	/* everything that is not durable */
	struct chunk *next;	/* of them the first that this file does not have whole; NULL: it has them all */
	size_t next_done;	/* bytes of it that are there */
	/* the file; -1: there is none, the next begins with the record after `durable` */
	int file;
	struct segment segment;
	int64_t offset, allocated;
	int64_t begun;		/* monotonic ms */
	uint64_t in_file;	/* LSN of the last record in it */
	uint32_t in_file_crc;
	bool is_dirty;		/* something was written since it was last safe */
	bool is_retry;		/* the file before was given up, and nothing is safe in this one */
	struct segment doomed;	/* a retry that was given up too: goes when the next one holds as much. first 0: none */
	/* being made safe now: up to this record */
	uint64_t syncing;
	uint32_t syncing_crc;
	bool is_syncing;
	uint64_t written, durable; /* LSNs; neither ever goes back */
	uint32_t durable_crc;
	uint64_t closed_bytes;	/* of the files before */
	uint64_t removed_files;
	pthread_mutex_t *door;	/* held while files are removed; NULL: nobody else changes any */
	struct hints hints;	/* of this file, written beside it when it is closed */
	char failure[200];	/* why the last call failed: the call and the file */
};

/* `last`, `crc`: the record before the first one to be written; `bytes`: of the files that are there. */
void writer_init(struct writer *writer, const struct disk *disk, const char *directory, const struct writer_options *options,
	uint64_t last, uint32_t crc, uint64_t bytes);
void writer_finish(struct writer *writer);

/* Takes over what there is to write. */
void writer_add(struct writer *writer, struct chunks *chunks);
/* Something to write? */
bool writer_has_work(const struct writer *writer);
/* The file is full or old enough, and there is more to write: writer_rotate first. */
bool writer_is_full(const struct writer *writer);
/* Writes until all is written, the file is full, or something fails: 0 or -errno (then writer->failure). After an error that is not
 * a full disk the file is given up, and all that is not durable comes again; not while it is being made safe: then the next call will. */
int writer_write(struct writer *writer);

/* To make safe what is written: the file for disk->sync, or -1 if all is safe. Then the result of it. */
int writer_sync_begin(struct writer *writer);
int writer_sync_end(struct writer *writer, int result);
/* Both, at once. */
int writer_sync(struct writer *writer);
/* Makes everything safe, seals the file and closes it; the next write begins a new one. Then retention. */
int writer_rotate(struct writer *writer);
/* Removes the oldest files, by the rules. */
void writer_retain(struct writer *writer);
uint64_t writer_bytes(const struct writer *writer);
/* Files that are closed take so much less than before. */
void writer_won(struct writer *writer, uint64_t bytes);

#endif
