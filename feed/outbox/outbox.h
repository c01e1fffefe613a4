/* What a bridge has made and has not forgotten: events with their numbers, and what the bridge must know to go on, in one file, so
 * that both are written or neither. A bridge that is killed begins again where the last commit ended: its boot and its numbers go
 * on, readers ask for what they missed, and what a source sends again is known.
 *
 * On the disk: a folder of segments, each begun with all that is remembered then, followed by commits (length, checksum, content). A
 * torn end is cut off. One process at a time holds the folder (flock). Safe to call from several threads; a commit is one thread's. */
#ifndef FEED_OUTBOX_OUTBOX_H
#define FEED_OUTBOX_OUTBOX_H

#include "feed/wire.h"

struct outbox;

struct outbox_options {
	const char *directory;	/* made if it is not there; NULL: in memory only, for trials */
	const char *src;	/* the publisher's name; another one than the folder's is refused */
	uint64_t keep_bytes;	/* of events kept for readers that ask again (0: 64 MiB); older segments go */
	bool sync;		/* outbox_synced() waits for the disk (fdatasync, together for what came within 2 ms) */
	void (*report)(void *context, const char *text); /* what was cut off, or could not be written; may be NULL */
	void *context;
};

struct outbox *outbox_open(const struct outbox_options *options, struct error *err);
void outbox_close(struct outbox *outbox); /* NULL is fine; what was not committed is gone */
uint64_t outbox_boot(const struct outbox *outbox); /* ms; the same for the life of the folder */
uint64_t outbox_next(const struct outbox *outbox); /* the number of the next event that will be committed */

/* ---- one commit: whatever is done between begin and commit, or nothing of it ---- */
void outbox_begin(struct outbox *outbox); /* others wait until commit or abandon */
/* One write(2); an event that could not be written was not made. False: the disk refuses, err says how; nothing of it holds. An empty commit
 * writes nothing. */
bool outbox_commit(struct outbox *outbox, struct error *err);
void outbox_abandon(struct outbox *outbox);
/* An event, checked as if it came over the wire; its text made harmless by whoever made it. `queue`: of the topic, may be empty. */
void outbox_event(struct outbox *outbox, const struct event *event, struct view queue);
/* Key -> value, any bytes (key up to 1 KiB, value up to 1 MiB). What is put in this commit is found at once. Keys begin with the name of
 * whose they are and a slash: "queue_log/", "zammad/". */
void outbox_put(struct outbox *outbox, struct view key, struct view value);
void outbox_remove(struct outbox *outbox, struct view key);
bool outbox_find(const struct outbox *outbox, struct view key, struct view *value); /* valid until the next put, remove or abandon */
/* All keys that begin so, in no order; nothing may be put or removed meanwhile. */
void outbox_each(const struct outbox *outbox, struct view prefix, void (*take)(void *context, struct view key, struct view value), void *context);
/* Notes an id in a set that keeps its newest `most` ids (as keyed hashes of 128 bits). False: it was there already. Sets are numbered below 16. */
bool outbox_note(struct outbox *outbox, unsigned set, struct view id, size_t most);

/* Waits until what is committed is on the disk where `sync` was asked for, at once otherwise. False: the disk refused; err says how. */
bool outbox_synced(struct outbox *outbox, struct error *err);

/* The disk lost what was written, or gives back something else: nothing is taken or given any more, and whoever has the outbox should begin anew. */
bool outbox_failed(struct outbox *outbox, struct error *err);

/* ---- for whoever publishes: events in their order, committed and (with sync) safe ---- */
struct outbox_item {
	uint64_t seq;
	struct view event; /* one encoded event map */
	struct view queue;
};
/* From `seq` on, at most `most`; the views are copies that live until the next call of the same thread. Returns how many; 0: none yet. The
 * first may be later than asked for, where older ones are gone. */
size_t outbox_read(struct outbox *outbox, uint64_t seq, struct outbox_item *items, size_t most);
uint64_t outbox_oldest(const struct outbox *outbox); /* the oldest number still kept; outbox_next() if none */
int outbox_descriptor(const struct outbox *outbox); /* readable (an eventfd, level) while there is something that outbox_read() has not given */

#endif
