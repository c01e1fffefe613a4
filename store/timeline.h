/* A journal over a stretch of time, as a replay's snapshot carries it: where the cursor is, and what happened in each column of the
 * timeline. Plain data without pointers: made by the player's side, drawn by the widgets. All texts are harmless. */
#ifndef STORE_TIMELINE_H
#define STORE_TIMELINE_H

#include <stdbool.h>
#include <stdint.h>

#define TIMELINE_COLUMNS_MOST 480
#define TIMELINE_MARKS_MOST 100
#define TIMELINE_TEXT 160

enum timeline_curve { TIMELINE_WAITING, TIMELINE_SERVICE_LEVEL, TIMELINE_CURVES };

/* What can stand in a column beside the curves, bits. */
enum timeline_event {
	TIMELINE_ALERT_WARN = 1, TIMELINE_ALERT_CRIT = 2, TIMELINE_BREACH = 4, TIMELINE_FAULT = 8 /* a step of conduct out of turn */,
	TIMELINE_NOTE = 16, TIMELINE_MARK = 32, TIMELINE_GAP = 64, TIMELINE_LINK = 128 /* a feed fell silent or was refused */
};

struct timeline_column {
	int64_t value[TIMELINE_CURVES]; /* thousandths, the worst of the column; INT64_MIN: none */
	int64_t other[TIMELINE_CURVES]; /* the same at the time compared with */
	uint8_t level[TIMELINE_CURVES]; /* enum level */
	uint8_t step;			/* the furthest of conduct, 1 to 4; 0: none */
	uint16_t events;
};

struct timeline_mark {
	int64_t at;
	char text[200]; /* with whose it is */
};

enum timeline_state { TIMELINE_PAUSED, TIMELINE_PLAYING, TIMELINE_SEEKING, TIMELINE_END, TIMELINE_FAILED };

struct timeline {
	char journal[64];
	int64_t first, last; /* of the journal, ms */
	int64_t from, to;    /* what is shown of it */
	int64_t cursor;
	enum timeline_state state;
	int64_t goal;	 /* while seeking, where to; INT64_MIN: to a record */
	double speed;	 /* times real time; 0: as fast as it goes */
	uint64_t events, lost; /* in the journal, as far as it was read */
	int read;	 /* percent of the journal that the timeline knows */
	bool can_return; /* Esc leads back to a live board */
	bool can_mark;

	bool compares;
	bool other_missing;	       /* the journal does not reach back so far */
	char other[TIMELINE_TEXT];     /* with what: "1999-07-25", "incident-0725 1999-07-25" */

	char note[TIMELINE_TEXT];      /* the last one up to the cursor; "": none */
	int64_t note_at;
	char next[TIMELINE_TEXT];      /* what `n` would go to */
	int64_t next_at;
	char said[TIMELINE_TEXT];      /* an answer to the last wish, or what is wrong */

	char damage[TIMELINE_TEXT];    /* what the figures of this moment lack because the journal is damaged before it; "" */

	int mark_count; /* in the journal */
	struct timeline_mark marks[TIMELINE_MARKS_MOST]; /* ascending */
	int column_count;
	struct timeline_column columns[TIMELINE_COLUMNS_MOST];
};

#endif
