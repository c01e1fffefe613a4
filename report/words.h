/* Figures and instants as a report for people has them. */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include "report/report.h"

/* "1 234", "04:12", "86 %", "–". */
/* "86.4 %". */
void words_percent(double value, char *to, size_t room);
void words_figure(const struct metric *metric, const struct figure *figure, char *to, size_t room);
/* A value of a chronicle's minute. */
void words_value(const struct metric *metric, int64_t value, char *to, size_t room);
/* "10:41", with the date where the report has several days. */
void words_time(const struct report *report, int64_t at, char *to, size_t room);
/* The same of an interval's beginning: "02:30 +01:00" where the clock reads so twice that day. */
void words_interval(const struct report *report, int64_t from, char *to, size_t room);
/* "2026-11-22 10:41". */
void words_date(const struct report *report, int64_t at, char *to, size_t room);
/* "everything", "Billing", "Billing · chat". */
void words_scope(const struct report_scope *scope, char *to, size_t room);
/* What happened, as a sentence without its time: "rude customer: step 3 (warning) in Billing · chat". */
void words_incident(const struct report *report, const struct incident *incident, char *to, size_t room);
/* The figures that stayed in their normal band all the stretch: "in queue; longest wait"; "" where none did. */
void words_stayed(const struct report *report, const struct report_trouble *trouble, char *to, size_t room);

/* The summary: pairs of a name and what it is. */
struct words_fact {
	char name[64], text[160];
};
#define WORDS_FACTS_MOST 24
int words_facts(const struct report *report, struct words_fact facts[WORDS_FACTS_MOST]);

#endif
