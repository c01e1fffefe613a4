/* FreeSWITCH's event socket as text: blocks of "Name: value" lines that end with an empty line, and, where a block names a
 * Content-Length, as many bytes of content behind it. Nothing in it is believed: lengths are checked before anything is kept. */
#ifndef FEED_BRIDGES_ESL_H
#define FEED_BRIDGES_ESL_H

#include <stdint.h>

#include "base/error.h"
#include "base/view.h"

#define ESL_HEAD_MOST (64 * 1024)	 /* bytes of a block */
#define ESL_CONTENT_MOST (16 * 1024 * 1024) /* bytes behind it: the longest list of a large house is a few MiB */
#define ESL_VALUE_MOST 1024		 /* bytes of a value that is looked at */

/* A zeroed struct esl is an empty one. */
struct esl {
	char *bytes;
	size_t size, room;
	size_t at; /* where the next frame begins */
};

struct esl_frame {
	struct view head;    /* the lines of the block */
	struct view content; /* size 0: none */
};

enum esl_state { ESL_FRAME, ESL_MORE, ESL_BROKEN };

void esl_finish(struct esl *esl);
void esl_forget(struct esl *esl); /* all bytes: a new connection begins */
/* Room for `least` bytes more; what was taken already goes. Views of frames end here. Written there, then told by esl_added(). */
char *esl_room(struct esl *esl, size_t least);
void esl_added(struct esl *esl, size_t size);
/* The next frame. ESL_MORE: it is not whole yet. ESL_BROKEN: err says why; nothing can be read from here on. */
enum esl_state esl_next(struct esl *esl, struct esl_frame *frame, struct error *err);

/* The next line of a block; false: there is none. Lines that are none ("no colon") are passed over. Values are as they came. */
bool esl_line(struct view *rest, struct view *name, struct view *value);
/* The first header of that name (letters of either case); data NULL: there is none. */
struct view esl_header(struct view block, const char *name);
/* The same with %XX made bytes, cut at room - 1 bytes, terminated. Empty where there is none. */
struct view esl_value(struct view block, const char *name, char *to, size_t room);
/* A whole number from 0 to `most`, or -1. */
int64_t esl_number(struct view block, const char *name, int64_t most);

#endif
