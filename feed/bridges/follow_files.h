/* Inside follow: files that may be the one that was read, told by their bytes, and the order in which they were written. */
#ifndef FEED_BRIDGES_FOLLOW_FILES_H
#define FEED_BRIDGES_FOLLOW_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define FOLLOW_HEAD 256
#define FOLLOW_TAIL 4096

/* Where one stands in a file. */
struct follow_mark {
	uint64_t inode;	  /* tells only which of two files of one time it is */
	int64_t modified; /* ns; of the file when the mark was made */
	int64_t offset, lines;
	/* XXH3 of the first FOLLOW_HEAD bytes, and of the last FOLLOW_TAIL before the offset, or of all there are. At offset 0 of the first bytes that
	 * were there, and in `tail` how many. */
	uint64_t head, tail;
	bool skipping;	     /* within a line that is too long */
};

/* An open file. */
struct follow_file {
	char *name;
	int descriptor;
	void *packed; /* gzFile of a .gz file, told by its content; owns the descriptor */
	uint64_t inode;
	int64_t modified, size; /* when it was looked at last */
	char head[FOLLOW_HEAD]; /* what it began with when it was opened */
	size_t head_size;
};

/* NULL: err says why; *missing: there is none, which may change. Whatever is no regular file is refused. */
struct follow_file *follow_file_open(const char *path, bool *missing, struct error *err);
void follow_file_close(struct follow_file *file); /* NULL is fine */
/* Looks at size and time again. */
void follow_file_look(struct follow_file *file);
/* Bytes at `offset`; those of a packed file come one after the other, and going back costs. -1: it cannot be read. */
int64_t follow_file_read(struct follow_file *file, int64_t offset, char *to, size_t room);

enum follow_match {
	FOLLOW_OTHER,
	FOLLOW_SHORTER, /* begins alike, but ends before the offset: a copy that was made earlier, perhaps */
	FOLLOW_SAME
};
enum follow_match follow_file_match(struct follow_file *file, const struct follow_mark *mark);

/* The rotated file next to `path` that is the one marked, or NULL. */
struct follow_file *follow_find(const char *path, const struct follow_mark *mark);
enum follow_reason {
	FOLLOW_READ,   /* the one marked was read to its end */
	FOLLOW_LOST,   /* it cannot be found; where nothing of it was read it may come itself */
	FOLLOW_COPIED, /* it was truncated, and a copy of what was read of it may lie there */
};
/* The rotated file that was written right after the one marked, or NULL: then it is `path` itself. */
struct follow_file *follow_after(const char *path, const struct follow_mark *mark, enum follow_reason reason);

#endif
