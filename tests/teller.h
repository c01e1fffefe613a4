/* Tells an engine events written as text: one batch an event, its time the record's, the next number of one publisher. */
#ifndef TESTS_TELLER_H
#define TESTS_TELLER_H

#include "base/instant.h"
#include "metrics/engine.h"
#include "metrics/lists.h"
#include "metrics/query.h"

struct teller {
	struct settings *settings;
	struct engine *engine;
	uint64_t lsn, seq;
};

#define S SECOND_MS
#define M MINUTE_MS
#define H HOUR_MS
#define D DAY_MS
#define T0 INT64_C(1700000000000) /* a whole second: 2023-11-14T22:13:20Z */

/* With the default settings in UTC, everybody named; `change` may alter them before the engine is created. */
void teller_open(struct teller *teller, void (*change)(struct settings *settings));
void teller_close(struct teller *teller);
/* For teller_open(): what a file "wall.conf" of this text would say. */
void teller_rules(struct settings *settings, const char *text);
/* "2026-03-14T10:00:00Z" */
int64_t teller_instant(const char *text);
/* For teller_open(): such a history as the window of 35 days needs. */
void long_history(struct settings *settings);
/* An event of the type with "key=value key=value"; `recv` is when it is received, `ts` when it happened. */
void tell_late(struct teller *teller, int64_t recv, int64_t ts, const char *type, const char *keys);
void tell(struct teller *teller, int64_t ts, const char *type, const char *keys);
/* Only time passes. */
void pass(struct teller *teller, int64_t to);
/* A metric over everything (or a scope) and a window. */
struct figure figure_of(const struct teller *teller, const char *metric, enum window window);
struct figure figure_in(const struct teller *teller, const char *metric, enum window window, enum attribution by, struct scope scope);
int64_t gauge(const struct teller *teller, const char *metric); /* of now, over everything; it must be known */
int64_t count_of(const struct teller *teller, const char *metric); /* over 24 h; the figure must be known */
int64_t fault_total(const struct teller *teller, enum feed_fault fault);

#endif
