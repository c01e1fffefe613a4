/* What a collector reads of its own journal for those attached: ranges of records, and states kept with it. A reader stays open between the
 * pieces of a long range, for finding the place anew costs more than the records. Single-threaded. */
#ifndef APP_ARCHIVE_H
#define APP_ARCHIVE_H

#include "feed/stream_server.h"
#include "journal/reader.h"

struct archive {
	const char *directory, *states; /* of the records, and of the states; the caller's */
	struct reader *reader; /* NULL: none is open */
	uint64_t next;	       /* the record it stands before */
	int64_t used;	       /* monotonic ms */
};

/* Hands records `from` to `to` to `emit` until it wants no more; what cannot be read is left out, and logged. */
void archive_range(struct archive *archive, uint64_t from, uint64_t to, stream_emit *emit, void *emit_to);
/* As struct stream_source wants them. */
bool archive_past(const struct archive *archive, int64_t recv, uint64_t from, struct stream_past *found);
bool archive_piece(const struct archive *archive, uint64_t lsn, uint64_t at, size_t most, struct wire_buffer *to, struct stream_past *found);
/* Closes what nobody has used for a while: a file that retention removed takes its room until then. */
void archive_tidy(struct archive *archive);
void archive_close(struct archive *archive);

#endif
