/* Inside follow: what the reading of lines (follow.c) and the choice of files (follow_turn.c) share. */
#ifndef FEED_BRIDGES_FOLLOW_STATE_H
#define FEED_BRIDGES_FOLLOW_STATE_H

#include "feed/bridges/follow.h"
#include "feed/bridges/follow_files.h"

#define FOLLOW_CHUNK (64 * 1024)

/* What is written of a position. Of this machine's byte order: it never leaves it. */
struct follow_place {
	uint64_t version, inode;
	int64_t modified, offset, lines;
	uint64_t head, tail, skipping;
};

struct follow {
	struct follow_options options;
	char *path;
	struct follow_file *file; /* NULL: none is open */
	struct follow_mark mark;  /* before the line that comes next; its checksums are made when they are asked for */
	bool marked;		  /* something was opened, now or in an earlier run */
	bool copied;		  /* the file was truncated, so that a copy of what was read may lie beside it */
	bool settled;		  /* a newer file was seen and this one was read to its end once more */
	bool empty;		  /* the file had nothing in it when it was turned to */
	bool over;		  /* nothing comes any more of this file but a line without an end */
	char head[FOLLOW_HEAD];
	char *buffer; /* up to FOLLOW_TAIL bytes already given, then from `begin` to `end` what was read and not given */
	size_t begin, end, searched, room;
	struct follow_place place;
	int watcher;  /* inotify, or -1 */
	int watched;  /* the file's watch, or -1 */
	bool stirred; /* something was said to have changed, or nobody has looked yet */
	int64_t looked;
	char said[600]; /* the last trouble, to be said once */
};

/* Says it, again only after something else was. */
void follow_tell_once(struct follow *follow, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The bytes before the offset that are kept, at most so many. */
size_t follow_kept_before(const struct follow *follow, size_t most);
/* Makes the mark tell where the file that is read stands. */
void follow_sum_up(struct follow *follow);
/* Finds the file to read. False: there is none yet. */
bool follow_turn(struct follow *follow, struct error *err);
/* What to answer where all was read. */
enum follow_step follow_at_end(struct follow *follow);
/* All that the open file holds was read. */
enum follow_step follow_reach_end(struct follow *follow);
/* Are the last bytes that were read still what stands there? */
bool follow_is_unchanged(struct follow *follow);
/* What was read is not what stands there any more: the mark stays, and the file is looked for. */
enum follow_step follow_truncated(struct follow *follow);
/* An empty file that has bytes at last: did it have others in between, which lie beside it now? Then those come first. */
bool follow_was_copied(struct follow *follow);
/* Does what was read first begin as the file did when it was chosen? */
bool follow_is_begun_alike(const struct follow *follow, size_t size);

#endif
