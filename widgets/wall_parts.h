/* What the pages of a wall share: words as large as fit, and levels told by shape as well as by colour. For the files of widgets/ only. */
#ifndef WIDGETS_WALL_PARTS_H
#define WIDGETS_WALL_PARTS_H

#include "tui/big.h"
#include "widgets/widget.h"

/* Words as large as fit the rectangle, at most of that scale; ordinary text where they cannot be big. Returns the rows used. */
int wall_words(const struct widget_view *view, struct rect rect, int most_scale, enum role role, const char *text);
/* One line, in this size where it fits and can be written so, else in ordinary text in the middle of that height. */
void wall_line(const struct widget_view *view, struct rect rect, struct big_size size, enum role role, const char *text);
/* As few lines as the text takes in that width, of about the same length: nobody is shown its last word alone. Whole words, or one that is too
   long and will be cut; a number stays with its "%". Returns how many; `to` gets the one of that number, if there is one. */
int wall_parts(const struct widget_view *view, int width, struct big_size size, const char *text, int wanted, char *to, size_t room);
/* The mark of a level, big where there is room for it; draws nothing for a level that is well. Returns the cells used with the gap. */
int wall_mark(const struct widget_view *view, int x, int y, struct big_size size, enum level level);
/* A figure as people read it, without the blank of "86 %". */
void wall_figure_text(const char *metric, const struct figure *figure, bool narrow, char *to, size_t room);
/* Around a rectangle: solid where critical, half of that where amber, a thin line elsewhere. */
void wall_frame(const struct widget_view *view, struct rect rect, enum level level);

void wall_figures_draw(const struct snapshot *snapshot, const struct widget_view *view);
void wall_queues_draw(const struct snapshot *snapshot, const struct widget_view *view);
void wall_alerts_draw(const struct snapshot *snapshot, const struct widget_view *view);

#endif
