/* Numbers and durations as people read them from five metres. */
#ifndef TUI_FORMAT_H
#define TUI_FORMAT_H

#include <stddef.h>
#include <stdint.h>

/* "04:12", "59:59", "3 h 12" (narrow: "3h 12"), "31 d 2 h", "-00:42" with the true minus sign where utf8. */
void format_duration(int64_t ms, char *to, size_t room);
void format_duration_narrow(int64_t ms, char *to, size_t room);
/* "20 s", "4 h", "1 min 30 s": targets in words. */
void format_span(int64_t ms, char *to, size_t room);
/* 1 234 567 -> "1.2 M" past 99 999. */
void format_count(int64_t value, char *to, size_t room);

/* "2026-11-20", "11-20": dates in the shape of the language. */
void format_date(int year, int month, int day, char *to, size_t room);
void format_day(int month, int day, char *to, size_t room);
/* "4.2": so many digits after the mark, which is a comma elsewhere. */
void format_decimal(double value, int digits, char *to, size_t room);

#endif
