/* The journal from the side that reads: record after record from an LSN on, of a closed journal or one that grows, and every piece
 * of damage on the way. Changes nothing and takes no lock. */
#ifndef JOURNAL_READER_H
#define JOURNAL_READER_H

#include "journal/segment.h"

struct reader;

/* `disk` NULL: the real one. `path`: a journal's directory, or one file of it, which then is all that is read. */
struct reader *reader_open(const struct disk *disk, const char *path, enum segment_kind kind, struct error *err);
void reader_close(struct reader *reader);

/* The next record is the first with this LSN or a later one; 0: the oldest there is. What is asked for and not kept any more comes
 * as DAMAGE_MISSING. */
bool reader_seek(struct reader *reader, uint64_t lsn, struct error *err);
/* ... the first that was received then or later (ms). */
bool reader_seek_time(struct reader *reader, int64_t recv, struct error *err);

/* ... one of the last in file `number` of reader_files(): what follows is not much. */
bool reader_seek_last(struct reader *reader, size_t number, struct error *err);

enum reader_result {
	READER_RECORD,
	READER_DAMAGE, /* go on: what comes after it follows */
	READER_END,    /* for now: ask again when the journal has grown */
	READER_FAILED
};
/* The frame's payload is good until the next call. */
enum reader_result reader_next(struct reader *reader, struct frame *frame, struct damage *damage, struct error *err);
/* After READER_END: bytes behind the last record that are no record: what a writer just puts down, or what a power cut left. */
int64_t reader_tail(struct reader *reader);
/* Where its files are: of a single file, the directory it is in. */
const char *reader_directory(const struct reader *reader);
/* The files it reads, as they were listed last; owned by the reader. */
struct segment_list reader_files(const struct reader *reader);
/* Which journal it is to be (JOURNAL_ID_SIZE bytes): files of another one are told as foreign, the first too. */
void reader_expect(struct reader *reader, const uint8_t *id);
/* JOURNAL_ID_SIZE bytes of the file read last; NULL: none was. */
const uint8_t *reader_id(const struct reader *reader);

#endif
