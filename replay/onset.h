/* What came first: the order in which figures left their normal band. Normal is what the same minutes of other weeks had: the median,
 * and four times the spread (median absolute deviation, scaled to a standard deviation) on either side, or a floor by unit. A figure
 * has left it from the first minute on after which it is outside most of the time for five minutes. */
#ifndef REPLAY_ONSET_H
#define REPLAY_ONSET_H

#include "replay/chronicle.h"

enum onset_basis {
	ONSET_EARLIER_WEEKS, /* the same weekday and time, as many weeks as there are before */
	ONSET_OTHER_WEEKS,   /* ... of later weeks, where there are none before */
	ONSET_OTHER_DAYS,    /* the same time of other days */
	ONSET_BEFORE,	     /* the two hours before: all that there is */
	ONSET_NOTHING	     /* not even that */
};
extern const char *const onset_bases[]; /* "the same hours of earlier weeks" ... */

struct onset {
	int metric;    /* its place in chronicle_metrics */
	int64_t at;    /* the minute, ms */
	int64_t worst; /* the furthest from normal in the ten minutes from then on, in the units of struct chronicle_minute */
	int64_t normal; /* the median */
	bool before;   /* it was outside already when the stretch began */
};
#define ONSETS_MOST CHRONICLE_METRICS
/* Of the minutes in [from, to), in the order of time; returns how many. What is normal rests on `basis`. */
int onsets_find(const struct chronicle_minute *minutes, size_t count, int64_t from, int64_t to, struct onset onsets[ONSETS_MOST],
	enum onset_basis *basis);
/* Figures that were something in [from, to) and are not among those `onsets`: they stayed in their band. Places in chronicle_metrics. */
int onsets_missing(const struct chronicle_minute *minutes, size_t count, int64_t from, int64_t to, const struct onset *onsets, int onset_count,
	int stayed[ONSETS_MOST]);

/* One onset in words: "abandoned", "8 in 5 min", "0". */
struct onset_words {
	char figure[64], worst[48], normal[48];
};
void onset_words(const struct onset *onset, struct onset_words *words);
/* "abandoned 8 in 5 min (normally 0)", "longest wait 04:12 (normally 00:40)". */
void onset_text(const struct onset *onset, char *to, size_t room);
/* "longest wait", as it stands within a sentence. */
void onset_figure(int place, char *to, size_t room);

/* Stretches in which something went wrong: from an hour before the first critical alert, to the last before half an hour of quiet.
 * Those with the most alerts first; returns how many. */
struct trouble_stretch {
	int64_t from, to;
	int alerts;
};
int onset_stretches(const struct chronicle_look *look, int64_t from, int64_t to, struct trouble_stretch *stretches, int room);

#endif
