/* What the widgets that a configuration names have in common: their figures, targets, frames and words. For the files of widgets/ only. */
#ifndef WIDGETS_KINDS_H
#define WIDGETS_KINDS_H

#include <stddef.h>

#include "config/tables.h"
#include "widgets/parts.h"

/* The metric set, or -1. */
int kind_metric(const char *name);
/* "Service level" as its tile says it, unless the configuration gives a title. */
const char *kind_title(const struct widget_view *view, const char *otherwise);
const char *kind_metric_title(int metric);

/* Adds a question in the view's scope and window; returns the new count. */
int kind_ask(const struct widget_view *view, enum ask_kind kind, int metric, struct snapshot_ask *to, int count, int room);
/* The answer where it is known; else NULL and in *why, translated, what to say in its place. */
const struct snapshot_answer *kind_answer(const struct snapshot *snapshot, const struct widget_view *view, enum ask_kind kind, int metric, const char **why);
/* A figure that is not known is a dash: never NULL. */
const struct figure *kind_figure(const struct snapshot *snapshot, const struct widget_view *view, int metric, const char **why);
/* For Enter: what makes this figure. */
bool kind_evidence(const struct widget_view *view, int metric, struct proof_request *request);

/* As people write it: s, %, counts. */
double kind_value(const struct metric *metric, const struct figure *figure);
double kind_point(const struct metric *metric, int64_t point); /* of sparks and weeks */
void kind_point_text(int metric, int64_t point, bool narrow, char *to, size_t room);
/* What it should be: `own`, else (NAN) what the settings and the catalogue say; NAN: nothing is wanted of it. */
double kind_target(const struct snapshot *snapshot, int metric, double own);
bool kind_misses(const struct metric *metric, double value, double target);
/* The figure's own level; where the widget has a target of its own, that one's. */
enum level kind_level(int metric, const struct figure *figure, double own);

/* A frame with the title, what is shown of whom, and a note at the right, which says first if the figures are old. Returns what is inside. */
struct rect kind_open(const struct snapshot *snapshot, const struct widget_view *view, enum level level, const char *title, const char *note);
/* Too small for more: "title   value" in one line, or nothing at all. True: it was, and is drawn. */
bool kind_small(const struct widget_view *view, int width, int height, const char *title, enum level level, const char *value);
/* In place of figures. */
void kind_say(const struct widget_view *view, struct rect inner, const char *why);
/* Why nothing can be shown yet, whatever the widget; NULL: it can. */
const char *kind_why(const struct snapshot *snapshot, const struct widget_view *view);

#endif
