/* What a widget asks for beside the board's own scope and window. Equal questions are answered once. */
#ifndef STORE_SNAPSHOT_ASK_H
#define STORE_SNAPSHOT_ASK_H

#include "metrics/metric.h"
#include "metrics/spark.h"

#define ASKS_MOST 64
#define ASK_BANDS 32 /* of a histogram, at most */
#define ASK_WEEK_HOURS (7 * 24)

enum ask_kind {
	ASK_FIGURE,  /* one metric of a scope over a window */
	ASK_SPARK,   /* how it went over the span of the window */
	ASK_WAITS,   /* how long those waited who were answered in the window: contacts by band */
	ASK_WAITING, /* how long those have waited who wait now: contacts by band */
	ASK_WEEK,    /* the metric by weekday and hour of the site's zone, over the quarter hours kept (35 days at most): metrics/week.h */
};

struct snapshot_ask {
	enum ask_kind kind;
	struct scope scope;
	enum window window;
	int16_t metric; /* index; of waits -1 */
};

struct snapshot_answer {
	struct snapshot_ask ask;
	bool known; /* false: not gathered, or there is nothing of it */
	const char *why; /* ... and never will be: a constant, to be translated; NULL */
	union {
		struct figure figure;	/* ASK_FIGURE */
		struct { const struct spark_span *span; struct spark spark; } course; /* ASK_SPARK */
		struct { int64_t up_to[ASK_BANDS] /* ms; the last INT64_MAX */, contacts[ASK_BANDS]; int count; int64_t target /* ms; 0: none */; } waits;
		struct { int64_t value[ASK_WEEK_HOURS]; /* Monday 00:00 first; as sparks have it; INT64_MIN: none */ int32_t weeks[ASK_WEEK_HOURS] /* how many hours a cell is made of */; } week;
	};
};

bool snapshot_ask_equal(const struct snapshot_ask *a, const struct snapshot_ask *b);

#endif
