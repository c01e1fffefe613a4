/* Figures and states as a voice reads them: whole words, no marks, no colour. */
#ifndef WIDGETS_SPOKEN_H
#define WIDGETS_SPOKEN_H

#include "store/snapshot.h"

#define SPOKEN_TEXT 240

/* "4 minutes 12 seconds" */
void spoken_duration(int64_t ms, char *to, size_t room);
/* "62 percent", "23", "not known" */
void spoken_figure(const char *metric, const struct figure *figure, char *to, size_t room);
/* "critical", "a warning", "good"; "" where there is no level. */
const char *spoken_level(enum level level);
/* A text of the board with its marks as words: "Billing \u00B7 chat" becomes "Billing, chat". */
void spoken_text(const char *text, char *to, size_t room);
/* Everything that matters in sentences, on one line. */
void spoken_summary(const struct snapshot *snapshot, char *to, size_t room);

#endif
