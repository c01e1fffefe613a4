/* First contact resolution: one entry for each contact queued by a known customer: for the files of metrics/ only. fcr.c: what counts;
 * fcr_due.c: when it is settled and forgotten; fcr_memory.h: where it is kept. */
#ifndef METRICS_FCR_H
#define METRICS_FCR_H

#include "metrics/conduct.h"
#include "metrics/engine.h"
#include "metrics/fcr_memory.h"
#include "metrics/query.h"
#include "metrics/timers.h"

/* fcr.c */
void fcr_expect(const struct engine *engine, struct view customer); /* as contact_expect() */
void fcr_expect_place(const struct engine *engine, struct view customer);
void fcr_queued(struct engine *engine, uint32_t contact);
void fcr_released(struct engine *engine, uint32_t contact);
void fcr_ended(struct engine *engine, uint32_t contact); /* it is over, however that came */
void fcr_case(struct engine *engine, uint32_t case_item); /* its state changed: solved, reopened */
/* The case is deleted or merged, or a reason says that its contacts are none of this figure. */
void fcr_exclude_case(struct engine *engine, uint32_t case_item);
bool fcr_excludes_reason(const struct engine *engine, struct view reason);
void fcr_case_forgotten(struct engine *engine, uint32_t case_item);
void fcr_link_case(struct engine *engine, uint32_t number, uint32_t case_item);
void fcr_gauges(const struct engine *engine, struct scope scope, int64_t at, struct gauges *gauges);
/* The entry of this contact, if it has one, is what the record's flag is about. */
void fcr_name(const struct engine *engine, uint32_t contact, struct conduct *record);
/* The record was flagged, or its flag withdrawn: its entry is counted as of a flagged contact, or no longer. */
void fcr_turn(struct engine *engine, const struct conduct *record);
/* What an open entry adds to the gauges of its slot and agent, in all windows in which it is not settled. */
void fcr_weigh(struct engine *engine, const struct fcr_entry *entry, int sign);
/* Settles the windows of an entry that are due at this instant. */
void fcr_settle(struct engine *engine, uint32_t number, int64_t due);
/* The time for it is over: forgotten, or put off where it may yet become resolved. `minute`: of its bucket. */
void fcr_retire(struct engine *engine, uint32_t number, int64_t minute);

/* fcr_due.c */
void fcr_due_init(struct engine *engine);
int64_t fcr_span(const struct engine *engine, int window); /* R, ms */
/* Where R begins, once that is known. */
bool fcr_begins(const struct engine *engine, const struct fcr_entry *entry);
int64_t fcr_from_at(const struct fcr_entry *entry);
/* When a resolved entry is, or was, settled in a window. */
int64_t fcr_due_at(const struct engine *engine, const struct fcr_entry *entry, int window);
/* A resolved one: notes that it is so from engine->ts on, where that puts off when it is settled. */
void fcr_note_resolved(const struct engine *engine, struct fcr_entry *entry);
/* Into the bucket of this instant's minute. */
void fcr_age(struct engine *engine, uint32_t number, int64_t at);
/* A resolved entry: timers where the look at its bucket is over already, or comes too early for it. */
void fcr_await(struct engine *engine, uint32_t number);
void fcr_timer(struct engine *engine, const struct timer *timer);
/* The minutes that may have buckets: (*after, *until]. */
void fcr_minutes(const struct engine *engine, int64_t *after, int64_t *until);
uint32_t *fcr_bucket(struct engine *engine, int64_t minute);

#endif
