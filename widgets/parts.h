/* What the widgets share: figures as text, levels as roles, a panel's frame. For the files of widgets/ only. */
#ifndef WIDGETS_PARTS_H
#define WIDGETS_PARTS_H

#include "widgets/widget.h"

#define PART_TEXT 160 /* bytes of a line's piece */

enum role level_role(enum level level);	  /* of a figure in a table */
enum role level_strong(enum level level); /* of a figure that stands alone */
/* "✖", "▲" or "": so that no level is told by colour alone. */
const char *level_mark(const struct glyphs *glyphs, enum level level);

/* "23", "04:12", "86 %", "+41", "5.8", "–"; surveys under ten answers "n = 7". narrow: "3h 12". */
void figure_text(const char *metric, const struct figure *figure, bool narrow, char *to, size_t room);
/* A scope of a team or an agent has only figures of people: others are not of that scope, and must not be shown as if they were. */
bool figure_is_told(const struct snapshot *snapshot, const char *metric);
/* snapshot_figure(), unknown where it is not told. */
const struct figure *figure_shown(const struct snapshot *snapshot, const char *metric);
/* Of a setting: there is one of that name. */
bool metric_check(const char *name, struct error *err);
/* "last 30 min", short: "30 min". */
void window_text(enum window window, bool is_short, char *to, size_t room);
/* "14:05", with_seconds "14:05:32". */
void clock_text(int64_t at, const struct zone *zone, bool with_seconds, char *to, size_t room);
/* A case's number as people say it: "#48211"; "INC-7". */
void case_text(const char *id, char *to, size_t room);
/* "first reply" of "first_reply"; "" of NULL. */
void words_text(const char *name, char *to, size_t room);
/* "Billing · chat" */
void where_text(const char *queue, const char *channel, char *to, size_t room);
/* "SL2sv", or "by queue" where queues differ. */
const char *formula_text(const struct snapshot *snapshot);

/* Frame, title (a title of the configuration goes before it) and note; returns what is inside. Bare: the rectangle itself. */
struct rect panel_open(const struct widget_view *view, enum level level, const char *title, const char *note);
/* Breaks a text at blanks into lines of the rectangle, from `y` on; returns the line after the last. */
int text_wrapped(const struct widget_view *view, struct rect inner, int y, enum role role, const char *text);
/* Pieces one after another on a line: draws and moves *x; nothing beyond `end`. */
void piece(const struct widget_view *view, int *x, int y, int end, enum role role, const char *format, ...) __attribute__((format(printf, 6, 7)));

#endif
