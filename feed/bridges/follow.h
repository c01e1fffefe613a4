/* A file that another program goes on writing: its whole lines, each once, through rotation, truncation and restarts of this program.
 *
 * Where one stands is told by bytes, not by names: the offset, a checksum of the last up to 4 KiB before it and one of the file's first up
 * to 256 bytes. The file that fits is the file that was read, whatever it is called now: FILE, FILE.1, FILE-20261122, FILE.2.gz. It is read
 * to its end, then those that were written after it, then FILE. */
#ifndef FEED_BRIDGES_FOLLOW_H
#define FEED_BRIDGES_FOLLOW_H

#include <stdint.h>

#include "base/error.h"
#include "base/view.h"

#define FOLLOW_LINE_MAX (64 * 1024)

struct follow;

struct follow_options {
	const char *path;
	bool once;	  /* ends at the end of the file that there is now; it must be there */
	bool from_end;	  /* where no position is given: what the file holds already is passed over */
	size_t line_most; /* longer lines are skipped and told; 0: FOLLOW_LINE_MAX */
	void (*say)(void *context, const char *text); /* rotated, truncated, gone, not readable: once for each time; may be NULL */
	void *context;
};

struct follow_line {
	struct view text;   /* without its newline and a carriage return before it; until the next call */
	const char *name;   /* of the file it was read from; until the next call */
	int64_t number;	    /* in its file, from 1 */
	int64_t offset;	    /* of its first byte; of what is unpacked in a .gz file */
};

enum follow_step {
	FOLLOW_LINE,
	FOLLOW_TOO_LONG, /* a line was skipped */
	FOLLOW_MORE,	 /* nothing yet, but there is more to read: call again, in this turn or the next */
	FOLLOW_WAIT,	 /* all that is there was read */
	FOLLOW_END,	 /* once, or a .gz file: nothing more can come */
	FOLLOW_FAILED	 /* once only: the file cannot be read; err says why */
};

/* `position`: what follow_position() gave in an earlier run, size 0: none. A file that is not there yet is waited for; what can never be
 * followed (a FIFO, a folder) is refused. The options are copied. */
struct follow *follow_open(const struct follow_options *options, struct view position, struct error *err);
void follow_close(struct follow *follow); /* NULL is fine */
/* Reads at most 64 KiB in a call. A line without its newline waits for the rest, until its file is known to be over. */
enum follow_step follow_next(struct follow *follow, struct follow_line *line, struct error *err);
/* Where the next line begins: to be written together with what was made of the lines before it. Valid until the next call of any of these. */
struct view follow_position(struct follow *follow);
/* The same, of where the line begins that follow_next() gave last. */
struct view follow_position_before(struct follow *follow, const struct follow_line *line);
/* To be waited for with POLLIN, -1: there is none, only follow_due(). */
int follow_descriptor(const struct follow *follow);
/* Monotonic ms: when to look again whatever the descriptor says (network file systems tell nothing). */
int64_t follow_due(const struct follow *follow);

#endif
