/* An outbox from inside. Of the two locks `turn` is taken first; it is held from begin to commit and guards the memory and what is being
 * made. `lock` guards the rest for a moment each: what is written, what is safe, what was given to readers. */
#ifndef FEED_OUTBOX_OUTBOX_STATE_H
#define FEED_OUTBOX_OUTBOX_STATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "feed/outbox/outbox_frame.h"

struct outbox_mark { /* where events of a number stand */
	uint64_t seq, offset;
};

struct outbox_segment {
	uint64_t number, first; /* first: the number of its first event */
	int file;
	uint64_t size; /* bytes that are committed */
	uint64_t begun; /* bytes of them that were there when it began */
	uint64_t event_bytes;
	uint64_t written_out; /* up to there outbox_write_out() was called */
	struct outbox_mark *marks;
	size_t mark_count, mark_room;
};

struct outbox_reader; /* of one thread */

struct outbox {
	struct outbox_options options;
	char *src, *directory_name;
	int directory, guard; /* -1 where all is in memory; the guard is the file whose lock says that the folder is in use */
	uint64_t boot;
	uint8_t secret[SECRET_SIZE];
	uint64_t keep, segment_bytes;

	pthread_mutex_t turn; /* recursive: finding is allowed inside and outside of a commit */
	bool is_open;	      /* a commit is being made */
	struct outbox_memory memory;
	struct wire_buffer made; /* the frame of the commit that is being made */
	struct wire_buffer scratch, checked;
	struct batch batch; /* scratch of the check */
	uint32_t made_events;
	struct error refusal; /* why this commit cannot be made; "" */
	uint64_t roll_at;     /* size of the segment at which the next one is begun */
	bool torn;	      /* something that is no commit stands behind the last one: it could not be cut off yet */

	pthread_mutex_t lock;
	struct outbox_segment *segments; /* oldest first */
	size_t segment_count, segment_room;
	_Atomic uint64_t next, oldest;
	uint64_t limit, given; /* readers may have what is below `limit`; they had what is below `given` */
	uint64_t commits, safe; /* how many there were, and how many of them are on the disk */
	struct error failure; /* the disk lost something: nothing is taken any more; "" */
	int event; /* the eventfd */
	struct outbox_reader *readers;
	pthread_key_t reader;
	bool has_reader_key;

	bool syncs, stopping; /* a thread does */
	pthread_t syncer;
	pthread_cond_t committed, synced;
};

static inline struct outbox_segment *outbox_newest(const struct outbox *outbox)
{
	return &outbox->segments[outbox->segment_count - 1];
}

void outbox_report(const struct outbox *outbox, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Nothing is taken from here on; the first reason stays. Under `lock`. */
void outbox_fail(struct outbox *outbox, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- outbox_recover.c ---- */
/* Takes the folder, and reads what is in it. */
bool outbox_recover(struct outbox *outbox, struct error *err);

/* ---- outbox_folder.c ---- */
/* Makes the folder where it is missing, and locks it. */
bool outbox_folder_take(struct outbox *outbox, struct error *err);
/* Whether what is written is where the next start will look. */
bool outbox_folder_stands(const struct outbox *outbox);
/* Between commits. Where the folder was removed or moved meanwhile it is made again, with all that is remembered; a restart would else begin
 * anew, and tell everything twice. Where another one stands in its place the outbox fails. */
bool outbox_folder_hold(struct outbox *outbox, struct error *err);

/* ---- outbox_segment.c ---- */
#define SEGMENT_NAME_ROOM 32
void outbox_segment_name(char to[SEGMENT_NAME_ROOM], uint64_t number);
bool outbox_segment_number(const char *name, uint64_t *number);
/* Writes a new segment with all that is remembered, and makes it the newest. */
bool outbox_segment_begin(struct outbox *outbox, struct error *err);
/* A place to begin reading at, where the last one is far behind. */
void outbox_segment_mark(struct outbox_segment *segment, uint64_t seq, uint64_t offset);
/* Tells the kernel to begin writing what was added after `from`: whoever waits for the disk at the end waits less. */
void outbox_write_out(const struct outbox *outbox, const struct outbox_segment *segment, uint64_t from);
void outbox_segment_finish(struct outbox_segment *segment);
bool outbox_write_all(int file, const void *bytes, size_t size, uint64_t offset); /* errno says why not */

/* ---- outbox_sync.c ---- */
bool outbox_sync_begin(struct outbox *outbox, struct error *err);
void outbox_sync_end(struct outbox *outbox);

/* ---- outbox_read.c ---- */
bool outbox_readers_begin(struct outbox *outbox, struct error *err);
void outbox_readers_end(struct outbox *outbox);
/* Under `lock`, after `limit` rose. */
void outbox_readers_wake(struct outbox *outbox);

#endif
