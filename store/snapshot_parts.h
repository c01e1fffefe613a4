/* What makes a snapshot, of one engine or of several: for the files of store/ only. */
#ifndef STORE_SNAPSHOT_PARTS_H
#define STORE_SNAPSHOT_PARTS_H

#include "metrics/joined.h"
#include "store/snapshot.h"
#include "store/snapshot_forecast.h"

#define ROWS_MOST 400
#define ITEMS_MOST 200
#define NOTES_SHOWN 20 /* announcements; an engine keeps 50 */
#define NAMED_MOST 20
#define FEEDS_MOST 32
#define AGENTS_MOST 5000
#define FOLLOWUPS_SHOWN 500

/* One scope of one engine, or of several. */
struct snapshot_asked {
	const struct engine *engine;
	const struct joined *joined; /* NULL: the engine alone */
	struct scope scope;
	enum attribution by;
	enum sl_formula formula;
	bool with_bins;
};

/* snapshot_conduct.c: flags, faults of the protocol, agents' care. */
void snapshot_fill_conduct(struct snapshot *snapshot, const struct engine *engine);
void snapshot_ask_conduct(struct snapshot *snapshot, const struct engine *engine); /* SNAPSHOT_CONDUCT */
void snapshot_join_conduct(struct snapshot *snapshot, const struct snapshot *part, const char *site); /* false_flags; site "": of one alone */
void snapshot_finish_conduct(struct snapshot *snapshot);
/* figures_json_conduct.c: what there is of conduct beside figures, as members of the document. */
void figures_json_conduct(FILE *to, const struct snapshot *snapshot);

/* snapshot_learning.c: topics and the newest praise. Sites are joined by the names of topics; `site`: "" where one is shown. */
void snapshot_ask_learning(struct snapshot *snapshot, const struct engine *engine); /* SNAPSHOT_LEARNING */
void snapshot_join_learning(struct snapshot *snapshot, const struct snapshot *part, const char *site);
void snapshot_sort_learning(struct snapshot *snapshot);
void snapshot_finish_learning(struct snapshot *snapshot);
/* figures_json_learning.c: the same, as members of the document. */
void figures_json_learning(FILE *to, const struct snapshot *snapshot);

/* Every metric; those by the day get today's tally where the window is shorter. `today`: all of them by the day, or NULL. */
void snapshot_gather(const struct snapshot_request *request, const struct snapshot_asked *asked, struct figure *figures, struct figure *today);
/* A gauge that was something then is held against what it is. */
void snapshot_fill_gauges(struct snapshot *snapshot, enum comparison comparison);
/* What the eye should go to first: the worst level, then how long and how many wait. */
int snapshot_compare_rows(const void *left, const void *right);
/* The page of forecasts, where it is asked for: snapshot_forecast.c. After the rows. */
void snapshot_fill_forecast(struct snapshot *snapshot, const struct engine *engine);
/* The lists that the request asks for: snapshot_asked.c. */
void snapshot_fill_asked(struct snapshot *snapshot, const struct engine *engine);
/* What its request asks beside: of one engine, or of several (engine NULL). After the figures and sparks. snapshot_answers.c. */
void snapshot_fill_answers(struct snapshot *snapshot, const struct engine *engine, const struct joined *joined);
/* Over which window a metric is known where this one is asked for. */
enum window snapshot_window(const struct metric *metric, enum window window);
/* The scope as it is asked about: without flagged contacts where the request says so. */
static inline struct scope snapshot_scope(const struct snapshot_request *request, struct scope scope)
{
	scope.calm = request->conduct == CONDUCT_WITHOUT;
	return scope;
}
/* What is asked for, else as set: for the queue, or for the whole board (NULL). */
static inline enum sl_formula snapshot_formula_asked(const struct settings *settings, const struct snapshot_request *request, const char *queue)
{
	return request->formula >= 0 ? (enum sl_formula)request->formula : snapshot_formula(settings, queue);
}

#endif
